"""Import of bundles, shared by HQ and devices: each bundle is verified, appended and applied in one transaction.

A file that fails is set aside with the reason (`quarantine`), and the import continues. The file that was given stays
where it is. `receive_at_hq` and `receive_in_field` add their own steps for each bundle.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, takewhile
from pathlib import Path
from typing import Any, Final

from db.content import ObjectRow, keep_object, verify_content
from db.files import is_folder
from db.queries.exchange import bundle_held
from db.transaction import Admit, Transaction
from eum_app.diagnostics import Event, note, note_crash, timed
from eum_app.domain.areas import Area
from eum_app.domain.bundles import ImportResult
from eum_app.domain.errors import KnownError, Refusal, Trouble
from eum_app.domain.facts import (
    BundleImported,
    FactsReceived,
    HeadSigned,
    content_refs,
    decode_fact,
)
from eum_app.domain.file_names import shown_name
from eum_app.domain.journal import Entry, Head, decode_entry
from eum_app.domain.people import Permission
from eum_app.usecases.changes import Changed
from eum_app.usecases.exchange.outcomes import ImportOutcome as ImportOutcome
from eum_app.usecases.exchange.quarantine import set_aside, sweep
from eum_app.usecases.exchange.seal_bundle import SUFFIX, OnProgress
from eum_app.usecases.exchange.time_proofs import proved_time_of_bundle
from eum_app.usecases.exchange.trust import identities_of, own_chain, trust_list
from eum_app.usecases.session import Session
from eum_app.usecases.store.head_signatures import check_head_signatures
from sync.bundle_file import Manifest, OpenedBundle, inspect_bundle, open_bundle

APPEND_BATCH: Final = 5_000  # bounds memory: a bundle may hold millions of entries
CROSSED_TRIES: Final = 5  # PostgreSQL aborts one side of a deadlock; a repeat finds the other side done
_NOT_KEPT: Final = frozenset(
    {
        *("bundle.not_a_bundle", "bundle.sent_as_text", "bundle.zipped", "bundle.own", "bundle.other_recipient"),
        *("file.missing", "file.unreadable"),
    }
)
"""Refusals after which nothing is noted: the file is not a bundle, or not one for this store."""
_SET_ASIDE: Final = frozenset({ImportResult.QUARANTINED, ImportResult.FORKED})


@dataclass(frozen=True)
class Imported(Changed):
    """Result of an import: one outcome for each file."""

    outcomes: tuple[ImportOutcome, ...]


@dataclass(frozen=True)
class Arrived:
    """Result of appending a bundle: ids of the visits concerned, signed heads, and HQ's receipts.

    `is_held`: every entry was already in the chain, unchanged. `is_recorded` then tells whether this chain recorded the
    import.
    """

    new_entries: int
    visits: set[Area]
    signed: list[HeadSigned]
    receipts: list[FactsReceived]
    is_held: bool = False
    is_recorded: bool = False


@dataclass(frozen=True)
class Received:
    """Outcomes of `files` (in the order given) by file, in the order received; and the areas touched."""

    files: tuple[Path, ...]
    outcomes: dict[Path, ImportOutcome]
    areas: set[Area]

    def as_imported(self) -> Imported:
        """Return the outcomes in the order in which the files were given."""
        return Imported(frozenset(self.areas), tuple(self.outcomes[path] for path in self.files))


Take = Callable[[Session, Path], tuple[ImportOutcome, frozenset[Area]]]
"""Receives one bundle; returns its outcome and the areas touched. Raises as `append_bundle` does."""


@timed(Event.IMPORTED)
def receive_each(session: Session, paths: Sequence[Path], take: Take, progress: OnProgress | None = None) -> Received:
    """Import bundles in chain order, each in its own transaction; one bad file never stops the rest.

    A folder means the files in it, not below it, whose names end in `.eumb`, except bundles that this store wrote.
    A file named twice is received once. What is wrong with a file is in its outcome: waiting for an earlier bundle,
    refused (not a bundle for this store), forked or quarantined (kept in a copy). Raises Refusal `permission.denied`,
    `device.not_enrolled`; Trouble for disk errors. Bundles that were accepted before an error stay imported.
    """
    session.require(Permission.BUNDLE_IMPORT)
    with session.reading(whole=True) as connection:
        own_chain(connection)  # refuses once for a store that is not enrolled, instead of for every file
    sweep(session)
    files = [file for path in paths for file in (_bundles_in(session, path) if is_folder(path) else [path])]
    outcomes: dict[Path, ImportOutcome] = {}
    areas: set[Area] = set()
    waiting = _in_order(files)
    before = len(waiting) + 1
    # A bundle whose predecessor is missing is tried again as long as other bundles are accepted.
    while waiting and len(waiting) < before:
        before = len(waiting)
        still: list[Path] = []
        for path in waiting:
            outcomes[path] = _receive_one(session, path, take, areas)
            if outcomes[path].outcome is ImportResult.WAITING:
                still.append(path)
            if progress:
                progress(len(files) - len(still), len(files))
        waiting = still
    refused = [outcome for outcome in outcomes.values() if outcome.outcome in _SET_ASIDE]
    outcomes |= {outcome.path: outcome for outcome in set_aside(session, refused, areas)}
    for outcome in outcomes.values():
        _note(outcome)
    return Received(tuple(dict.fromkeys(files)), outcomes, areas)


def _note(outcome: ImportOutcome) -> None:
    """Write to the diagnostics how one import ended, without the bundle's name or sender."""
    code = outcome.code or outcome.outcome
    note(Event.IMPORTED_BUNDLE, code=code, entries=outcome.new_entries, findings=outcome.new_findings)


@contextlib.contextmanager
def verify_bundle(session: Session, path: Path, *, has_late: bool = False) -> Iterator[OpenedBundle]:
    """Open a bundle of another sender, verified whole against this store's identity and trust list.

    With `has_late`, a bundle of a device whose identity has ended is opened too (`OpenedBundle.ended`).

    Raises Refusal `device.not_enrolled`, `bundle.own` and as `open_bundle` does.
    """
    header = inspect_bundle(path)  # first: a carrier full of other files must not open HQ's vault for each of them
    with session.reading(whole=True) as connection:
        identity, earlier = identities_of(session, connection)
        trust = trust_list(connection, is_hq=session.is_hq)
        if header.sender == identity.certificate:
            raise Refusal("bundle.own", name=session.name)
        proved_at = proved_time_of_bundle(connection, session.name, path, header, trust, session.now())
    trust = trust.with_late() if has_late else trust
    with open_bundle(path, identity, trust, session.now(), proved_at=proved_at, earlier=earlier) as bundle:
        yield bundle


def end_of(manifest: Manifest) -> Head:
    """Return the head up to which a bundle continues its chain."""
    return Head(manifest.origin, manifest.epoch, manifest.last_seq, manifest.last_hash)


def append_bundle(
    session: Session, bundle: OpenedBundle, transaction: Transaction, admit: Admit | None, through: Head | None = None
) -> Arrived:
    """Append a verified bundle's objects and entries, and check the signed heads and the chain's end.

    With `through`, only the entries up to that head are appended (a late bundle of which no more is admitted).

    If every entry is already held, they are only compared, and nothing of the bundle is stored. `admit` returns the
    facts to apply, or refuses them. Raises Refusal `chain.gap`, `chain.forked`, `chain.broken`,
    `bundle.foreign_origin`, `bundle.altered`, `entry.unreadable`, and as `Transaction.append`, `admit`, `keep_object`,
    `verify_content` and `check_head_signatures` do.
    """
    manifest = bundle.manifest
    end = through or end_of(manifest)
    head = transaction.head(manifest.origin, manifest.epoch)
    if manifest.first_seq > head.seq + 1:
        raise Refusal(
            "chain.gap",
            origin=manifest.origin,
            epoch=manifest.epoch,
            expected=head.seq + 1,
            found=manifest.first_seq,
        )
    if manifest.first_seq == head.seq + 1 > 1 and manifest.prev_hash != head.hash:
        # The sender signed that its entry before this one is another than the one held here: a fork, too.
        raise Refusal("chain.forked", origin=manifest.origin, epoch=manifest.epoch, seq=head.seq)
    said = bundle_held(transaction.connection, session.name, session.store.named.epoch, manifest.bundle_id)
    if end.seq <= head.seq:
        visits, signed, receipts = _append_all(session, bundle, head.seq, transaction, admit, end.seq)
        return Arrived(0, visits, signed, receipts, is_held=True, is_recorded=said)
    # Content comes before entries, because an entry whose content is missing is refused.
    wanted = _named_by(bundle, end.seq) if end.seq < manifest.last_seq else None
    for ref, reader in bundle.objects():
        if wanted is not None and ref.object_id not in wanted:
            continue
        row = ObjectRow(ref.object_id, ref.size, ref.media_type, ref.key, ref.salt)
        keep_object(transaction.connection, session.store.content, row, reader)
    new_entries = end.seq - head.seq
    visits, signed, receipts = _append_all(session, bundle, transaction.next_known_at(), transaction, admit, end.seq)
    check_head_signatures(transaction.connection, manifest.origin, manifest.epoch, signed)
    # The manifest is signed and names the last hash, so entries cannot be exchanged for others of the same numbers.
    if transaction.head(manifest.origin, manifest.epoch).hash != end.hash:
        raise Refusal("chain.broken", origin=manifest.origin, epoch=manifest.epoch, seq=end.seq)
    return Arrived(new_entries, visits, signed, receipts)


def outcome_of(path: Path, bundle: OpenedBundle, arrived: Arrived, new_findings: int = 0) -> ImportOutcome:
    """Return the outcome of a bundle that was received or held already; a receipt is added later."""
    return ImportOutcome(
        path,
        path.name,
        ImportResult.ALREADY_HELD if arrived.is_held else ImportResult.ACCEPTED,
        sender=bundle.sender.origin,
        kind=bundle.manifest.kind,
        new_entries=arrived.new_entries,
        new_findings=new_findings,
    )


def _bundles_in(session: Session, folder: Path) -> list[Path]:
    """The bundles of a carrier's folder, except those that this store wrote itself."""

    def is_own(path: Path) -> bool:
        try:
            return inspect_bundle(path).sender.origin == session.name
        except KnownError:
            return False  # an unreadable file is imported like others, so that it is listed with its reason

    try:
        found = sorted(folder.iterdir())
    except OSError:
        return [folder]  # as a file that cannot be read: it is listed with its reason, and the others are imported
    # FAT may change the case of the suffix.
    return [path for path in found if path.suffix.lower() == SUFFIX and not is_own(path)]


def _in_order(files: Sequence[Path]) -> list[Path]:
    """Sort bundles by their readable header, so that most follow their predecessor on the first attempt."""

    def place(path: Path) -> tuple[str, str]:
        try:
            header = inspect_bundle(path)
        except KnownError:
            return ("", path.name)
        return (header.created_at.isoformat(), path.name)

    return sorted(dict.fromkeys(files), key=place)


def _receive_one(session: Session, path: Path, take: Take, areas: set[Area]) -> ImportOutcome:
    try:
        outcome, touched = _take_again_where_crossed(session, path, take)
    except Refusal as refusal:
        return refused(path, refusal)
    except KnownError:
        raise  # trouble with this machine's disk or database, which the other files would meet too
    except Exception as bug:  # noqa: BLE001 - a sender signs what it likes; one file must not stop the others
        note_crash(bug)
        return refused(path, Refusal("bundle.unreadable", reason=type(bug).__name__))
    areas |= touched
    return outcome


def refused(path: Path, refusal: Refusal) -> ImportOutcome:
    """Return the outcome of a file that was refused, by the code of the refusal."""
    values = {name: shown_name(str(value)) for name, value in refusal.values.items()}
    if refusal.code == "chain.gap":
        return ImportOutcome(path, path.name, ImportResult.WAITING, refusal.code, values)
    if refusal.code in _NOT_KEPT:
        return ImportOutcome(path, path.name, ImportResult.REFUSED, refusal.code, values)
    outcome = ImportResult.FORKED if refusal.code == "chain.forked" else ImportResult.QUARANTINED
    return ImportOutcome(path, path.name, outcome, refusal.code, values)


def _shown(path: Path) -> str:
    """Return a file's name as text: names on a carrier may hold any bytes."""
    return shown_name(path.name)


def _take_again_where_crossed(session: Session, path: Path, take: Take) -> tuple[ImportOutcome, frozenset[Area]]:
    """Run `take`, and retry if the database aborts it because of a deadlock with another import."""
    for _ in range(CROSSED_TRIES - 1):
        try:
            return take(session, path)
        except Trouble as trouble:
            if trouble.values.get("why") != "crossed":
                raise
    return take(session, path)


def imported(
    session: Session, bundle: OpenedBundle, path: Path, *, new_entries: int, through: Head | None = None
) -> BundleImported:
    """Build the fact that a bundle was imported, up to the head `through` if it was not imported whole.

    Bytes of the file name that are not UTF-8 become question marks.
    """
    manifest = bundle.manifest
    end = through or end_of(manifest)
    return BundleImported(
        observed_at=session.observed_now(),
        bundle_id=manifest.bundle_id,
        bundle_kind=manifest.kind,
        sender=bundle.sender.origin,
        origin=manifest.origin,
        epoch=manifest.epoch,
        first_seq=manifest.first_seq,
        last_seq=end.seq,
        head_hash=end.hash,
        new_entries=new_entries,
        objects=len(manifest.objects),
        file_name=_shown(path),
        imprint=bundle.imprint,
    )


def _named_by(bundle: OpenedBundle, through_seq: int) -> set[str]:
    """Return the ids of the objects that the entries up to a number name."""
    found: set[str] = set()
    for entry in map(decode_entry, bundle.entries()):
        if entry.seq > through_seq:
            break
        found |= {ref.object_id for ref in content_refs(decode_fact(entry.kind, entry.kind_version, entry.payload))}
    return found


def _append_all(
    session: Session,
    bundle: OpenedBundle,
    known_at: int,
    transaction: Transaction,
    admit: Admit | None,
    through_seq: int,
) -> tuple[set[Area], list[HeadSigned], list[FactsReceived]]:
    """Append a bundle's entries up to a number, in blocks.

    Returns the ids of their visits, the signed heads, and HQ's receipts.

    Raises Refusal `bundle.foreign_origin` for an entry that is not the next one in the manifest, and as `admit` and
    `verify_content` do.
    """
    manifest = bundle.manifest
    visits: set[Area] = set()
    signed: list[HeadSigned] = []
    receipts: list[FactsReceived] = []
    expected = manifest.first_seq

    entries: Iterator[Entry] = map(decode_entry, bundle.entries())
    if through_seq < manifest.last_seq:
        entries = takewhile(lambda entry: entry.seq <= through_seq, entries)
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
