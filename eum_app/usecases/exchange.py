"""Bundles come in: each is verified, appended and applied, in one transaction.

What fails goes to quarantine whole, with its reason, and the rest goes on.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any, Final

import msgspec

from db.content import ObjectRow, keep_object, verify_content
from db.files import disk_trouble, sync_folder, written_whole
from db.queries.checks import check_ids_of_others
from db.queries.exchange import bundle_held, is_quarantined
from db.queries.visits import devices_of_visits
from db.store import Connection
from db.transaction import Transaction
from eum_app.domain.errors import KnownError, Refusal, Trouble
from eum_app.domain.facts import (
    DEVICE_MAY_STATE,
    FACTS,
    BundleImported,
    BundleQuarantined,
    CheckRecorded,
    Fact,
    FactsReceived,
    HeadSigned,
    TimeCorrected,
    UnknownFact,
    content_refs,
)
from eum_app.domain.journal import Entry, decode_entry, outgoing_origin
from eum_app.usecases.changes import Changed
from eum_app.usecases.correct_time import note_receipt_time
from eum_app.usecases.head_signatures import check_head_signatures
from eum_app.usecases.review import judge, record_judgement
from eum_app.usecases.seal_bundle import SUFFIX, OnProgress, seal_for_device
from eum_app.usecases.session import Session, new_id
from eum_app.usecases.trust import identity_of, trust_list
from sync.bundle_file import OpenedBundle, inspect_bundle, open_bundle

QUARANTINE: Final = "quarantine"
APPEND_BATCH: Final = 5_000
MAX_NUMBER: Final = 2**53
COPY_BYTES: Final = 1024 * 1024
CROSSED_TRIES: Final = 5
_NOT_KEPT: Final = frozenset(
    {"bundle.not_a_bundle", "bundle.own", "bundle.other_recipient", "file.missing", "file.unreadable"}
)
"""Refused and left where they are: files that are no bundles, or bundles that are none of this store's business."""


@dataclass(frozen=True)
class ImportOutcome:
    """What became of one file. `outcome`: accepted, already_held, waiting (an earlier bundle is missing), forked,
    refused (not kept), quarantined; `code` and `values` say why. Where one bundle could not hold the receipt and the
    tasking with it, `further_receipts` are the next ones, in order."""

    path: Path
    file_name: str
    outcome: str
    code: str = ""
    values: dict[str, str] = field(default_factory=dict)
    sender: str = ""
    kind: str = ""
    new_entries: int = 0
    new_findings: int = 0
    receipt_path: Path | None = None
    further_receipts: tuple[Path, ...] = ()

    @property
    def receipts(self) -> tuple[Path, ...]:
        """Every file of the answer, in order."""
        return (self.receipt_path, *self.further_receipts) if self.receipt_path is not None else ()


@dataclass(frozen=True)
class Imported(Changed):
    outcomes: tuple[ImportOutcome, ...]


def import_bundles(
    session: Session, paths: Sequence[Path], receipts_folder: Path | None = None, progress: OnProgress | None = None
) -> Imported:
    """Take bundles in, in the order in which they follow each other; one bad file never stops the rest.

    A folder stands for the bundles in it. At HQ the rules run over the visits touched, and a signed receipt for each
    device is written to `receipts_folder`. Raises Refusal `permission.denied`, `device.not_enrolled`; Trouble of the
    disk.
    """
    session.require("bundle.import")
    with session.store.reading() as connection:
        identity_of(connection)
    files = [file for path in paths for file in (_bundles_in(session, path) if path.is_dir() else [path])]
    outcomes: dict[Path, ImportOutcome] = {}
    areas: set[str] = set()
    waiting = _in_order(files)
    before = len(waiting) + 1
    # A bundle that came too early is tried again while others still go in.
    while waiting and len(waiting) < before:
        before = len(waiting)
        still: list[Path] = []
        for path in waiting:
            outcomes[path] = _import_one(session, path, areas)
            if outcomes[path].outcome == "waiting":
                still.append(path)
            if progress:
                progress(len(files) - len(still), len(files))
        waiting = still
    if session.is_hq and receipts_folder is not None:
        _answer(session, outcomes, receipts_folder, areas)
    session.leave()
    return Imported(frozenset(areas), tuple(outcomes[path] for path in dict.fromkeys(files)))


def _bundles_in(session: Session, folder: Path) -> list[Path]:
    """The bundles of a folder that goes to and fro, but for those that this store put there itself."""

    def is_own(path: Path) -> bool:
        try:
            return inspect_bundle(path).sender.origin == session.name
        except KnownError:
            return False

    return [path for path in sorted(folder.glob(f"*{SUFFIX}")) if not is_own(path)]


def _in_order(files: Sequence[Path]) -> list[Path]:
    """By what the readable header says, so that most bundles find their predecessor at once."""

    def place(path: Path) -> tuple[str, str]:
        try:
            header = inspect_bundle(path)
        except KnownError:
            return ("", path.name)
        return (header.created_at.isoformat(), path.name)

    return sorted(dict.fromkeys(files), key=place)


def _import_one(session: Session, path: Path, areas: set[str]) -> ImportOutcome:
    try:
        return _import_again_where_crossed(session, path, areas)
    except Refusal as refusal:
        return _refused(session, path, refusal, areas)
    except (OverflowError, RecursionError, UnicodeError) as error:
        # What is signed by a known sender may still be no fact at all; it must not stop the other files.
        return _refused(session, path, Refusal("bundle.unreadable", reason=type(error).__name__), areas)


def _refused(session: Session, path: Path, refusal: Refusal, areas: set[str]) -> ImportOutcome:
    values = {name: _plain_text(str(value)) for name, value in refusal.values.items()}
    if refusal.code == "chain.gap":
        return ImportOutcome(path, path.name, "waiting", refusal.code, values)
    if refusal.code in _NOT_KEPT:
        return ImportOutcome(path, path.name, "refused", refusal.code, values)
    _quarantine(session, path, refusal.code, values, areas)
    outcome = "forked" if refusal.code == "chain.forked" else "quarantined"
    return ImportOutcome(path, path.name, outcome, refusal.code, values)


def _shown(path: Path) -> str:
    """A file's name as text: carriers may give it any bytes."""
    return _plain_text(path.name)


def _plain_text(text: str) -> str:
    return text.encode("utf-8", "replace").decode()


def _import_again_where_crossed(session: Session, path: Path, areas: set[str]) -> ImportOutcome:
    """Two imports at once may wait for each other's visits; the one that the database sends back begins again."""
    for _ in range(CROSSED_TRIES - 1):
        try:
            return _import_verified(session, path, areas)
        except Trouble as trouble:
            if trouble.values.get("why") != "crossed":
                raise
    return _import_verified(session, path, areas)


def _import_verified(session: Session, path: Path, areas: set[str]) -> ImportOutcome:
    with session.store.reading() as connection:
        identity, trust = identity_of(connection), trust_list(connection, is_hq=session.is_hq)
    if inspect_bundle(path).sender == identity.certificate:
        raise Refusal("bundle.own", name=session.name)
    with open_bundle(path, identity, trust, session.now()) as bundle:
        manifest = bundle.manifest
        sender = bundle.sender.origin
        if not session.is_hq and manifest.origin != outgoing_origin(sender, session.name):
            raise Refusal("bundle.foreign_origin", sender=sender, origin=manifest.origin, epoch=manifest.epoch)
        with session.writing(own_chain_last=session.is_hq) as transaction:
            head = transaction.head(manifest.origin, manifest.epoch)
            if manifest.first_seq > head.seq + 1:
                raise Refusal(
                    "chain.gap",
                    origin=manifest.origin,
                    epoch=manifest.epoch,
                    expected=head.seq + 1,
                    found=manifest.first_seq,
                )
            said = bundle_held(transaction.connection, session.name, session.store.named.epoch, manifest.bundle_id)
            if manifest.last_seq <= head.seq:
                _append_all(session, bundle, head.seq, transaction)
                if not said and not session.is_hq:
                    # Held since before this device got its new identity: HQ learns of it from the new chain.
                    transaction.record(_imported(session, bundle, path, new_entries=0))
                return ImportOutcome(path, path.name, "already_held", sender=sender, kind=manifest.kind)
            for ref, reader in bundle.objects():
                row = ObjectRow(ref.object_id, ref.size, ref.media_type, ref.key, ref.salt)
                keep_object(transaction.connection, session.store.content, row, reader)
            new_entries = manifest.last_seq - head.seq
            visits, signed, receipts = _append_all(session, bundle, transaction.next_known_at(), transaction)
            check_head_signatures(transaction.connection, manifest.origin, manifest.epoch, signed)
            if transaction.head(manifest.origin, manifest.epoch).hash != manifest.last_hash:
                raise Refusal("chain.broken", origin=manifest.origin, epoch=manifest.epoch, seq=manifest.last_seq)
            judged = judge(transaction.connection, visits, session.observed_now()) if session.is_hq else []
            if not session.is_hq:
                for receipt in receipts:
                    note_receipt_time(transaction, receipt)
            # Everything long is done: only from here on does anybody else at this store wait.
            transaction.record(_imported(session, bundle, path, new_entries=new_entries))
            raised = 0
            received = transaction.head(manifest.origin, manifest.epoch)
            if session.is_hq:
                raised, _ = record_judgement(transaction, judged)
                receipt = FactsReceived(
                    observed_at=session.observed_now(),
                    hq=session.name,
                    origin=manifest.origin,
                    epoch=manifest.epoch,
                    seq=received.seq,
                    head_hash=received.hash,
                    bundle_id=manifest.bundle_id,
                )
                transaction.record(receipt)
                transaction.copy_out(sender, [receipt])
            found = frozenset(transaction.areas)
    areas |= found
    return ImportOutcome(
        path,
        path.name,
        "accepted",
        sender=sender,
        kind=manifest.kind,
        new_entries=new_entries,
        new_findings=raised,
    )


def _imported(session: Session, bundle: OpenedBundle, path: Path, *, new_entries: int) -> BundleImported:
    manifest = bundle.manifest
    return BundleImported(
        observed_at=session.observed_now(),
        bundle_id=manifest.bundle_id,
        bundle_kind=manifest.kind,
        sender=bundle.sender.origin,
        origin=manifest.origin,
        epoch=manifest.epoch,
        first_seq=manifest.first_seq,
        last_seq=manifest.last_seq,
        head_hash=manifest.last_hash,
        new_entries=new_entries,
        objects=len(manifest.objects),
        file_name=_shown(path),
    )


def _append_all(
    session: Session, bundle: OpenedBundle, known_at: int, transaction: Transaction
) -> tuple[set[str], list[HeadSigned], list[FactsReceived]]:
    """Append a bundle's entries in blocks; the ids of the visits that they are about, the heads signed in them, and
    HQ's receipts.

    Raises Refusal `bundle.foreign_origin` for an entry that is not the one that the manifest announces next, and as
    `_admit` and `verify_content` do.
    """
    manifest = bundle.manifest
    visits: set[str] = set()
    signed: list[HeadSigned] = []
    receipts: list[FactsReceived] = []
    expected = manifest.first_seq

    def admit(entries: Sequence[Entry], facts: Sequence[Fact | UnknownFact]) -> None:
        if session.is_hq:
            _admit(transaction.connection, bundle.sender.origin, entries, facts)

    entries = map(decode_entry, bundle.entries())
    while block := list(islice(entries, APPEND_BATCH)):
        for entry in block:
            if (entry.origin, entry.epoch, entry.seq) != (manifest.origin, manifest.epoch, expected):
                raise Refusal(
                    "bundle.foreign_origin", sender=bundle.sender.origin, origin=entry.origin, epoch=entry.epoch
                )
            expected += 1
        for fact in transaction.append(block, known_at, admit):
            for ref in content_refs(fact):
                verify_content(transaction.connection, session.store.content, ref)
            if isinstance(fact, HeadSigned):
                signed.append(fact)
            if isinstance(fact, FactsReceived):
                receipts.append(fact)
            visit_id: Any = getattr(fact, "visit_id", "")
            if visit_id:
                visits.add(visit_id)
    return visits, signed, receipts


def _admit(connection: Connection, device: str, entries: Sequence[Entry], facts: Sequence[Fact | UnknownFact]) -> None:
    """What HQ takes from a device's chain, before it is applied.

    Raises Refusal `fact.not_allowed` (a kind that devices do not state, of whatever version), `fact.unreadable` (a
    number beyond all bounds), `fact.foreign_visit` (a visit that is not this device's), `check.repeated` (the id of
    another device's check).
    """
    for entry, fact in zip(entries, facts, strict=True):
        kind = FACTS.get(entry.kind)
        if kind is not None and kind not in DEVICE_MAY_STATE:
            raise Refusal("fact.not_allowed", kind=entry.kind, sender=device)
        if any(abs(getattr(fact, name)) > MAX_NUMBER for name in _numbers_of(type(fact))):
            raise Refusal("fact.unreadable", kind=entry.kind, reason="a number beyond all bounds")
        if isinstance(fact, TimeCorrected) and fact.origin != device:
            raise Refusal("bundle.foreign_origin", sender=device, origin=fact.origin, epoch=fact.epoch)
    of_visits = {str(getattr(fact, "visit_id", "")) for fact in facts} - {""}
    assigned = devices_of_visits(connection, of_visits)
    for visit_id in sorted(of_visits):
        if assigned.get(visit_id) != device:
            raise Refusal("fact.foreign_visit", visit_id=visit_id[:40], sender=device)
    repeated = check_ids_of_others(
        connection, device, [fact.check_id for fact in facts if isinstance(fact, CheckRecorded)]
    )
    if repeated:
        raise Refusal("check.repeated", check_id=repeated[0][:40], sender=device)


@cache
def _numbers_of(kind: type[Fact | UnknownFact]) -> tuple[str, ...]:
    """The fields of a kind that hold a number."""
    return tuple(field.name for field in msgspec.structs.fields(kind) if field.type is int)


def _quarantine(session: Session, path: Path, code: str, values: dict[str, str], areas: set[str]) -> None:
    digest, size = _kept_whole(session.store.folder / QUARANTINE, path)
    quarantine_id = hashlib.sha384(f"{digest}\0{code}".encode()).hexdigest()[:32]
    try:
        bundle_id = inspect_bundle(path).bundle_id
    except KnownError:
        bundle_id = ""
    with session.writing() as transaction:
        if is_quarantined(transaction.connection, session.name, quarantine_id):
            return
        transaction.record(
            BundleQuarantined(
                observed_at=session.observed_now(),
                quarantine_id=quarantine_id,
                bundle_id=bundle_id,
                file_name=_shown(path),
                file_sha384=digest,
                file_size=size,
                code=code,
                details=values,
            )
        )
        areas |= transaction.areas


def _kept_whole(folder: Path, path: Path) -> tuple[str, int]:
    """Copy a file into the quarantine, named by what was copied: (hex SHA-384, bytes)."""
    digest, size = hashlib.sha384(), 0
    arriving = folder / f".arriving-{new_id()}"
    with disk_trouble(path), path.open("rb") as source, written_whole(arriving) as kept:
        while block := source.read(COPY_BYTES):
            digest.update(block)
            size += len(block)
            kept.write(block)
    with disk_trouble(folder):
        arriving.replace(folder / f"{digest.hexdigest()[:32]}{SUFFIX}")
        sync_folder(folder)
    return digest.hexdigest(), size


def _answer(session: Session, outcomes: dict[Path, ImportOutcome], folder: Path, areas: set[str]) -> None:
    """Write one receipt for each device heard from; also again where what it sent was held already."""
    answered: dict[str, tuple[Path, ...]] = {}
    for path, outcome in outcomes.items():
        if outcome.outcome not in {"accepted", "already_held"}:
            continue
        if outcome.sender not in answered:
            try:
                sealed = seal_for_device(session, outcome.sender, folder)
            except KnownError:
                # The device holds everything already, or its receipt cannot be written: asked again later.
                answered[outcome.sender] = ()
            else:
                areas |= sealed.areas
                answered[outcome.sender] = sealed.paths
        first, *further = answered[outcome.sender] or (None,)
        outcomes[path] = replace(outcome, receipt_path=first, further_receipts=tuple(further))
