"""Late bundles: sealed by a device whose identity has ended since, because it was revoked or enrolled again.

That such a bundle was sealed before the end is the device's claim: a person who took the device can seal at any time
and under any date. Its facts count up to the last head that is fixed otherwise:

- HQ signed a receipt for the head, or noted it from a paper record (`note_paper_head`), before the identity ended, by
  the order of HQ's journal;
- two people at HQ accepted the head, each with a reason and the signature of their account (`accept_late`).

Until then the file waits in the quarantine, and importing it again changes nothing. A paper record that comes to HQ
after the end is a reason that two people can give, and no proof by itself: else one person at HQ could admit anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from db.chains import entry_hash_at
from db.queries.exchange import QuarantineRow, all_quarantined
from db.queries.late import Vouched, accepted_heads, proved_heads
from db.queries.people import all_devices
from db.store import Connection
from db.transaction import Transaction
from eum_app.crypto.certificates import check_chain
from eum_app.domain.areas import Area
from eum_app.domain.errors import Refusal
from eum_app.domain.fact import MAX_WHOLE
from eum_app.domain.facts import HqRevoked, LateHeadAccepted, PaperHeadNoted
from eum_app.domain.journal import HASH_BYTES, MAX_EPOCH, Head, decode_entry
from eum_app.domain.people import Permission, folded
from eum_app.usecases.changes import Changed
from eum_app.usecases.exchange.quarantine import kept_path
from eum_app.usecases.exchange.trust import own_chain
from eum_app.usecases.people.acts_of_two import signed
from eum_app.usecases.session import Session
from sync.bundle_file import OpenedBundle, inspect_bundle

LATE: Final = {"bundle.revoked": "bundle.late_revoked", "bundle.superseded": "bundle.late_superseded"}
"""Why an identity ended → code of the outcome of its late bundles."""
LATE_CODES: Final = frozenset(LATE.values())
PEOPLE_NEEDED: Final = 2
MAX_REASON: Final = 1_000


@dataclass(frozen=True)
class LateBundle:
    """A late bundle in the quarantine, its head, and the people who accepted it so far.

    `is_imported`: its facts are held here now. `kept` is its copy in the quarantine, None if there is none.
    """

    row: QuarantineRow
    head: Head
    accepted_by: tuple[Vouched, ...]
    is_imported: bool
    kept: Path | None

    @property
    def is_admitted(self) -> bool:
        """Whether enough people accepted it."""
        return _is_enough(self.accepted_by)


@dataclass(frozen=True)
class Accepted(Changed):
    """Result of accepting a late bundle. `path` is the kept copy to import now; None while a second person is needed.

    If no copy was kept, `is_admitted` is true without a path: the file is then imported from where it is.
    """

    is_admitted: bool
    path: Path | None


def admitted_through(transaction: Transaction, bundle: OpenedBundle) -> Head | None:
    """Return the head up to which a bundle may be imported, or None if nothing limits it.

    Raises Refusal `bundle.late_revoked` or `bundle.late_superseded` if a late bundle holds facts that are not held here
    and none of them is admitted.
    """
    ended, manifest = bundle.ended, bundle.manifest
    held = transaction.head(manifest.origin, manifest.epoch)
    if ended is None or manifest.last_seq <= held.seq:  # entries that are held are only compared
        return None
    connection = transaction.connection
    fixed = proved_heads(connection, manifest.origin, manifest.epoch, ended.by)
    people = accepted_heads(connection, manifest.origin, manifest.epoch)
    fixed += [head for head, vouched in people.items() if _is_enough(vouched)]
    through = max(_matching(bundle, fixed), key=lambda head: head.seq, default=held)
    if through.seq <= held.seq:
        raise late_refusal(bundle, max(held.seq + 1, manifest.first_seq))
    return None if through.seq == manifest.last_seq else through


def _matching(bundle: OpenedBundle, fixed: list[Head]) -> list[Head]:
    """Return those heads that the bundle contains, with the same hash."""
    manifest = bundle.manifest
    inside = {head for head in fixed if manifest.first_seq <= head.seq <= manifest.last_seq}
    found = [head for head in inside if (head.seq, head.hash) == (manifest.last_seq, manifest.last_hash)]
    if found or not inside:
        return found
    # The hashes are those that the entries state; appending them verifies that they are theirs.
    stated = {(entry.seq, entry.hash) for entry in map(decode_entry, bundle.entries())}
    return [head for head in inside if (head.seq, head.hash) in stated]


def late_refusal(bundle: OpenedBundle, first_seq: int) -> Refusal:
    """Return the refusal of a late bundle whose facts from `first_seq` on are only claimed to be older than the end."""
    ended, manifest = bundle.ended, bundle.manifest
    assert ended is not None
    return Refusal(
        LATE[ended.code],
        origin=manifest.origin,
        epoch=manifest.epoch,
        first_seq=first_seq,
        last_seq=manifest.last_seq,
        head=manifest.last_hash.hex(),
        ended_on=ended.at.date().isoformat(),
        claimed_on=manifest.created_at.date().isoformat(),
    )


def late_bundles(session: Session) -> list[LateBundle]:
    """At HQ: return the late bundles in the quarantine, newest first."""
    with session.reading(whole=True) as connection:
        found = [row for row in all_quarantined(connection, session.name) if row.code in LATE_CODES]
        return [_late(session, connection, row) for row in found]


def _late(session: Session, connection: Connection, row: QuarantineRow) -> LateBundle:
    said = row.details
    head = Head(said["origin"], int(said["epoch"]), int(said["last_seq"]), bytes.fromhex(said["head"]))
    accepted = accepted_heads(connection, head.origin, head.epoch).get(head, [])
    is_imported = entry_hash_at(connection, head.origin, head.epoch, head.seq) == head.hash
    kept = kept_path(session, row.file_sha384) if row.is_kept else None
    return LateBundle(row, head, tuple(accepted), is_imported, kept)


def _is_enough(vouched: tuple[Vouched, ...] | list[Vouched]) -> bool:
    # Folded: account codes that differ only in letter case or Unicode form may belong to one person.
    return len({folded(one.actor) for one in vouched}) >= PEOPLE_NEEDED


def accept_late(session: Session, quarantine_id: str, reason: str) -> Accepted:
    """At HQ: accept that a late bundle was sealed before its identity ended, as one of two people.

    `quarantine_id` may be its beginning. Import the returned path after the second acceptance. Raises Refusal
    `permission.denied`, `late.only_hq`, `late.unknown`, `late.imported` (its facts are held), `late.reason` (none),
    `note.too_long`, `late.own_acceptance` (this account accepted it already), `act.key_unknown`; Trouble for disk
    errors.
    """
    _require(session)
    stated = reason.strip()
    if not stated:
        raise Refusal("late.reason")
    if len(stated) > MAX_REASON:
        raise Refusal("note.too_long", limit=MAX_REASON)
    with session.writing() as transaction:
        connection = transaction.connection
        rows = all_quarantined(connection, session.name)
        meant = [row for row in rows if row.code in LATE_CODES and row.quarantine_id.startswith(quarantine_id)]
        if len(meant) != 1 or not quarantine_id:
            raise Refusal("late.unknown", quarantine_id=quarantine_id[:40])
        late = _late(session, connection, meant[0])
        if late.is_imported:
            raise Refusal("late.imported", origin=late.head.origin)
        if any(folded(one.actor) == folded(session.account) for one in late.accepted_by):
            raise Refusal("late.own_acceptance", account=session.account)
        fact = LateHeadAccepted(
            observed_at=session.observed_now(),
            quarantine_id=meant[0].quarantine_id,
            origin=late.head.origin,
            epoch=late.head.epoch,
            seq=late.head.seq,
            head_hash=late.head.hash,
            reason=stated,
        )
        transaction.record(signed(session, connection, fact))
        late = _late(session, connection, meant[0])
        return Accepted(frozenset(transaction.areas), late.is_admitted, late.kept if late.is_admitted else None)


def note_paper_head(session: Session, origin: str, epoch: int, seq: int, head: str, paper: str) -> Changed:
    """At HQ: note a journal head that is printed on a paper record: `head` is its hash in hexadecimal.

    `paper` says which record this is and where it is kept. Raises Refusal `permission.denied`, `late.only_hq`,
    `visit.device_unknown` (also an epoch that was never issued), `late.head` (no SHA-384 in hexadecimal, or no entry
    number), `late.reason` (`paper` is empty), `note.too_long`, `late.ended` (the identity ended: the paper would prove
    nothing); Trouble for disk errors.
    """
    _require(session)
    stated = paper.strip()
    digits = "".join(head.split()).lower()
    is_hash = len(digits) == 2 * HASH_BYTES and set(digits) <= set("0123456789abcdef")
    if not is_hash or not 1 <= seq <= MAX_WHOLE or not 1 <= epoch <= MAX_EPOCH:
        raise Refusal("late.head")  # a larger number could be written into the journal, but not be read again
    if not stated:
        raise Refusal("late.reason")
    if len(stated) > MAX_REASON:
        raise Refusal("note.too_long", limit=MAX_REASON)
    with session.writing() as transaction:
        known = [row for row in all_devices(transaction.connection) if (row.device, row.epoch) == (origin, epoch)]
        if not known:
            raise Refusal("visit.device_unknown", device=origin[:40])
        if known[0].ended_by:
            raise Refusal("late.ended", device=origin, epoch=epoch)
        transaction.record(
            PaperHeadNoted(
                observed_at=session.observed_now(),
                origin=origin,
                epoch=epoch,
                seq=seq,
                head_hash=bytes.fromhex(digits),
                paper=stated,
            )
        )
        return Changed(frozenset(transaction.areas))


def revoke_hq(session: Session, sealed_by: Path, reason: str) -> Changed:
    """At HQ: revoke the certificate of an HQ that sealed a bundle, such as one whose key was stolen.

    Devices learn it from the next bundle. The header is not trusted: it must lead to this store's authority and name
    this HQ, because a stranger can give a certificate any serial number. Raises Refusal `permission.denied`,
    `late.only_hq`, `device.revoke_reason`, `note.too_long`, as `inspect_bundle` and `check_chain` do, `trust.not_an_hq`
    (a device sealed it), `trust.other_hq`, `trust.own_certificate` (a serial number that this HQ uses now); Trouble for
    disk errors.
    """
    _require(session)
    stated = reason.strip()
    chain = inspect_bundle(sealed_by).chain
    certificate = chain[0]
    if not stated:
        raise Refusal("device.revoke_reason", device=certificate.origin[:40])
    if len(stated) > MAX_REASON:
        raise Refusal("note.too_long", limit=MAX_REASON)
    if certificate.role.value != "hq":
        raise Refusal("trust.not_an_hq", origin=certificate.origin)
    with session.writing() as transaction:
        own = own_chain(transaction.connection)
        check_chain(chain, own[-1])
        if certificate.origin != session.name:
            raise Refusal("trust.other_hq", origin=certificate.origin, hq=session.name)
        if certificate.serial in {one.serial for one in own}:
            raise Refusal("trust.own_certificate", origin=certificate.origin)
        transaction.record(
            HqRevoked(
                observed_at=session.observed_now(), hq=certificate.origin, serial=certificate.serial, reason=stated
            )
        )
        return Changed(frozenset(transaction.areas | {Area.PEOPLE}))


def _require(session: Session) -> None:
    session.require(Permission.DEVICE_ENROL)
    if not session.is_hq:
        raise Refusal("late.only_hq")
