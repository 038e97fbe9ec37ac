"""Sealing of facts that the other side has not received, in as many bundles as the format's limits require."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO, Final

from db.chains import chain_head, entries_after, entry_hash_at
from db.content import object_row, open_sealed
from db.files import disk_trouble
from db.outgoing import behind_lost, is_ours
from db.queries.attribution import Author, has_evidence_to_sign
from db.queries.exchange import EVIDENCE_KINDS, held_by_device, received_head, require_not_rolled_back
from db.store import Connection, Store
from eum_app.crypto.certificates import Certificate
from eum_app.diagnostics import Event, timed
from eum_app.domain.areas import Area
from eum_app.domain.bundles import BundleKind
from eum_app.domain.errors import Refusal
from eum_app.domain.facts import BundleSealed, HeadSigned, VisitPlanned, content_refs, decode_fact
from eum_app.domain.journal import Head, encode_entry, head_of, outgoing_origin
from eum_app.domain.people import Permission
from eum_app.domain.stores import CopyKind
from eum_app.usecases.changes import Changed
from eum_app.usecases.exchange.trust import device_certificate, hq_certificate, identity_of, revocation_list
from eum_app.usecases.session import Session
from eum_app.usecases.store.head_signatures import sign_journal_head
from sync.bundle_file import BundleObject, HeadSignature, write_bundle

SUFFIX: Final = ".eumb"
PART_OBJECTS: Final = 8_000
PART_SIGNATURES: Final = 200
PART_ENTRIES: Final = 1_000_000
"""Maximum number of entries in one bundle: well below the limits in docs/bundle-format.md."""

OnProgress = Callable[[int, int], object]


@dataclass(frozen=True)
class Sealed(Changed):
    """Bundles that were sealed and flushed to disk. `size` is in bytes.

    `bundle_id`, `path`, `kind`, `objects` and `size` describe the first bundle. `further` lists the next ones in order,
    if one bundle could not hold everything. `first_seq` and `last_seq` are the range of all of them.
    """

    bundle_id: str
    path: Path
    kind: str
    recipient: str
    first_seq: int
    last_seq: int
    objects: int
    size: int
    further: tuple[Path, ...] = ()

    @property
    def paths(self) -> tuple[Path, ...]:
        """Return every file to carry to the recipient, in order."""
        return (self.path, *self.further)


@timed(Event.SEALED)
def seal_results(session: Session, folder: Path, progress: OnProgress | None = None) -> Sealed:
    """On a device: seal every fact that HQ has not acknowledged with a receipt.

    `folder` is made; a file of the same name is replaced. Before HQ's receipt is imported, another call seals the same
    facts again. The journal's head is signed first, if this account recorded evidence since it last signed one. A store
    that was copied or restored seals only the facts that are certainly its own. `progress` counts
    entries, each twice. A failure leaves no partial file, and each seal is recorded only after its file is complete.
    Bundles that were completed before a failure stay. Content that was withheld by order is left out.

    Raises Refusal `permission.denied`, `device.not_enrolled`, `bundle.nothing_to_seal`, `chain.rolled_back` (HQ
    acknowledged facts that this store no longer has: it was restored from a copy), and as `write_bundle` does; Trouble
    for disk errors and `content.absent`.
    """
    session.require(Permission.BUNDLE_SEAL)
    named = session.store.named
    with session.reading(whole=True) as connection:
        require_not_rolled_back(connection, named.name, named.epoch)
        hq_certificate(connection)
        owes = has_evidence_to_sign(connection, Author(named.name, named.epoch, session.account, 0), EVIDENCE_KINDS)
    if owes and not session.store.copied:
        # HQ then knows that this account made its checks, also if this session is killed before it ends.
        with session.writing() as transaction:
            head = transaction.head(named.name, named.epoch)
            transaction.record(sign_journal_head(session.signing_key, session.account, head, session.observed_now()))
    with session.reading(whole=True) as connection:
        since, _ = received_head(connection, named.name, named.epoch)
        recipient = hq_certificate(connection)
        # Entries after the last known one may clash with those of the other copy, so they are not sent.
        copied = session.store.copied
        through = copied.through_seq if copied else None
        return _seal(session, connection, since, recipient, folder, progress, through)


@timed(Event.SEALED)
def seal_for_device(session: Session, device: str, folder: Path, progress: OnProgress | None = None) -> Sealed:
    """At HQ: seal everything that a device has not acknowledged: tasking and receipts.

    Files and progress are as for `seal_results`. Raises Refusal `permission.denied`, `device.not_enrolled`,
    `visit.device_unknown` (also if every certificate of the device was revoked), `bundle.nothing_to_seal`,
    `chain.renew_first` (a restored store, or the device holds other entries under numbers that this store has given
    again), and as `write_bundle` does; Trouble for disk errors. Behind entries that damage took, sealing continues.
    """
    session.require(Permission.BUNDLE_SEAL)
    named, copied = session.store.named, session.store.copied
    if copied and copied.how == CopyKind.PUT_BACK:  # entries after the restored state may be with devices
        raise Refusal("chain.renew_first", device=device)
    with session.reading(whole=True) as connection:
        recipient = device_certificate(connection, device)
        outgoing = outgoing_origin(named.name, device)
        since = held_by_device(connection, device, recipient.epoch, outgoing, named.epoch)
        if not is_ours(connection, since):
            raise Refusal("chain.renew_first", device=device)
        return _seal(session, connection, since, recipient, folder, progress)


def _seal(
    session: Session,
    connection: Connection,
    since: Head,
    recipient: Certificate,
    folder: Path,
    progress: OnProgress | None,
    through: int | None = None,
) -> Sealed:
    """Seal what follows `since` (up to the number `through`), in as many bundles as the format's limits make of it."""
    end = chain_head(connection, since.origin, since.epoch)
    if through is not None:
        held = entry_hash_at(connection, since.origin, since.epoch, through)
        end = Head(since.origin, since.epoch, through, held or end.hash)
    if end.seq <= since.seq:
        raise Refusal("bundle.nothing_to_seal", recipient=recipient.origin)
    total = 2 * (end.seq - since.seq)  # each entry is read twice

    def step(done: int) -> None:
        if progress and done % 500 == 0:
            progress(done, total)

    first: Sealed | None = None
    areas: set[Area] = set()
    further: list[Path] = []
    while (since := behind_lost(connection, since)).seq < end.seq:
        part = _slice(session, connection, since, end)
        sealed = _seal_part(session, connection, since, part, recipient, folder, step)
        areas |= sealed.areas
        if first is None:
            first = sealed
        else:
            further.append(sealed.path)
        since = part.head
    session.leave()
    assert first is not None
    return replace(first, areas=frozenset(areas), further=tuple(further), last_seq=end.seq)


@dataclass(frozen=True)
class _Part:
    """Entries up to `head`, and the objects that their bundle must include."""

    head: Head
    kind: str
    signatures: list[HeadSignature]
    object_ids: dict[str, None]


def _slice(session: Session, connection: Connection, since: Head, end: Head) -> _Part:
    """Return the longest run of entries after `since` that fits into one bundle."""
    signatures: list[HeadSignature] = []
    object_ids: dict[str, None] = {}
    kind = BundleKind.RECEIPT if session.is_hq else BundleKind.RESULTS
    head = since
    for entry in entries_after(connection, since.origin, since.epoch, since.seq, end.seq):
        fact = decode_fact(entry.kind, entry.kind_version, entry.payload)
        named = dict.fromkeys(ref.object_id for ref in content_refs(fact))
        is_full = len(object_ids | named) > PART_OBJECTS or len(signatures) >= PART_SIGNATURES
        is_full = is_full or entry.seq != head.seq + 1  # behind a gap begins another bundle
        # At least one entry goes into each part; otherwise one that exceeds a limit would never be sealed.
        if head.seq > since.seq and (is_full or entry.seq - since.seq > PART_ENTRIES):
            break
        object_ids |= named
        if isinstance(fact, HeadSigned):
            signatures.append(
                HeadSignature(account=fact.account, seq=fact.head_seq, hash=fact.head_hash, signature=fact.signature)
            )
        if session.is_hq and isinstance(fact, VisitPlanned):
            kind = BundleKind.TASKING
        head = head_of(entry)
    return _Part(head, kind, signatures, object_ids)


def _seal_part(
    session: Session,
    connection: Connection,
    since: Head,
    part: _Part,
    recipient: Certificate,
    folder: Path,
    step: Callable[[int], object],
) -> Sealed:
    head, kind = part.head, part.kind

    def encoded() -> Iterator[bytes]:
        for entry in entries_after(connection, since.origin, since.epoch, since.seq, head.seq):
            yield encode_entry(entry)
            step(entry.seq)

    objects = _objects(session.store, connection, part.object_ids)
    path = folder / _file_name(session, kind, recipient, since.seq + 1, head)
    with disk_trouble(folder):
        folder.mkdir(parents=True, exist_ok=True)
    # The file is complete before the seal is recorded: a fact must never name a bundle that does not exist.
    sealed = write_bundle(
        path,
        sender=identity_of(session, connection),
        recipients=[recipient],
        kind=kind,
        origin=since.origin,
        epoch=since.epoch,
        first_seq=since.seq + 1,
        prev_hash=since.hash,
        last_hash=head.hash,
        entries=encoded,
        objects=objects,
        head_signatures=part.signatures,
        # In every bundle, not only where it changed: a device may have lost or never got an earlier one.
        revoked=revocation_list(connection) if session.is_hq else (),
        created_at=session.now(),
    )
    with session.writing() as transaction:
        transaction.record(
            BundleSealed(
                observed_at=session.observed_now(),
                bundle_id=sealed.bundle_id,
                bundle_kind=kind,
                recipient=recipient.origin,
                origin=since.origin,
                epoch=since.epoch,
                first_seq=since.seq + 1,
                last_seq=head.seq,
                head_hash=head.hash,
                objects=len(objects),
                file_name=path.name,
                file_size=sealed.size,
            )
        )
        areas = frozenset(transaction.areas)
    return Sealed(
        areas, sealed.bundle_id, path, kind, recipient.origin, since.seq + 1, head.seq, len(objects), sealed.size
    )


def _objects(store: Store, connection: Connection, object_ids: dict[str, None]) -> list[BundleObject]:
    """Return the content to include. Withheld content no longer has a key and is left out."""
    found = []
    for object_id in object_ids:
        row = object_row(connection, object_id)
        if row.key is None or row.salt is None:
            continue

        def open_it(object_id: str = object_id) -> BinaryIO:
            return open_sealed(connection, store.content, object_id)

        found.append(BundleObject(object_id, row.sealed_size, row.media_type, row.key, row.salt, open_it))
    return found


def _file_name(session: Session, kind: str, recipient: Certificate, first: int, head: Head) -> str:
    """Build the file name from sender, recipient and range of facts; it names no people or places."""
    return f"{session.name}_to_{recipient.origin}_{kind}_{head.epoch}-{first:06d}-{head.seq:06d}{SUFFIX}"
