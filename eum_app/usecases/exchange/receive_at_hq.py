"""Receive devices' bundles at HQ: admit, judge, and answer with a signed receipt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final

from db.queries.checks import RecordPlace, places_of_checks
from db.queries.deficiencies import places_of_records
from db.queries.dispositions import places_of_statements
from db.queries.visits import count_pending, devices_of_visits, starts_of
from db.store import Connection
from eum_app.domain.admission import admitted
from eum_app.domain.areas import Area
from eum_app.domain.errors import KnownError, Refusal
from eum_app.domain.facts import (
    DEVICE_MAY_STATE,
    FACTS,
    CheckRecorded,
    CheckWithdrawn,
    DeficiencyCorrected,
    DeficiencyFollowedUp,
    DeficiencyStated,
    DeficiencyWithdrawn,
    DispositionStated,
    DispositionWithdrawn,
    EvidenceAttached,
    Fact,
    FactsReceived,
    TimeCorrected,
    UnknownFact,
    VisitStarted,
)
from eum_app.domain.journal import Entry, order_key
from eum_app.domain.people import Permission
from eum_app.usecases.deficiencies.tell import news_of
from eum_app.usecases.exchange.late_bundles import admitted_through, late_refusal
from eum_app.usecases.exchange.seal_bundle import OnProgress, seal_for_device
from eum_app.usecases.exchange.verify_bundle import (
    Imported,
    ImportOutcome,
    append_bundle,
    imported,
    outcome_of,
    receive_each,
    refused,
    verify_bundle,
)
from eum_app.usecases.review.attribution import begin_attribution, visits_to_attribute
from eum_app.usecases.review.device_findings import (
    StatedPicture,
    judge_devices,
    stated_pictures,
    unshowable_entries,
)
from eum_app.usecases.review.findings import judge, record_judgement
from eum_app.usecases.session import Session

_ABOUT_DEFICIENCIES = (DeficiencyStated, DeficiencyFollowedUp, DeficiencyCorrected, DeficiencyWithdrawn)
MAX_PENDING: Final = 1_000
"""Visits of a device that may wait to be adopted, many more than its people can make between two exchanges."""


def receive_at_hq(
    session: Session, paths: Sequence[Path], receipts_folder: Path | None = None, progress: OnProgress | None = None
) -> Imported:
    """Receive bundles, or folders of bundles, from devices, and run the rules over the visits touched.

    Answers for each device whose bundles were accepted or already held are written to `receipts_folder`: signed
    receipts, and tasking that it lacks. None writes none. If a device lacks nothing, the outcome has no receipt. If the
    file cannot be written, it has the reason, nothing is raised, and the next import tries again. Raises as
    `receive_each` does.
    """
    session.require(Permission.BUNDLE_IMPORT)
    begin_attribution(session)
    received = receive_each(session, paths, _take, progress)
    if receipts_folder is not None:
        _answer(session, received.outcomes, receipts_folder, received.areas)
    session.leave()
    return received.as_imported()


def _take(session: Session, path: Path) -> tuple[ImportOutcome, frozenset[Area]]:
    with verify_bundle(session, path, has_late=True) as bundle:
        manifest, sender = bundle.manifest, bundle.sender.origin
        with session.writing(own_chain_last=True) as transaction:
            through = admitted_through(transaction, bundle)
            pictures: list[StatedPicture] = []
            spoken_of: set[str] = set()
            admit = partial(_admit, transaction.connection, sender, pictures, spoken_of)
            arrived = append_bundle(session, bundle, transaction, admit, through)
            if arrived.is_held:
                return outcome_of(path, bundle, arrived), frozenset()
            unshowable = unshowable_entries(transaction.connection, session.store.content, pictures)
            visits = arrived.visits | visits_to_attribute(transaction, sender)
            judged = judge(transaction.connection, visits, session.observed_now())
            # The slow work is done. Other writers of this store wait only from here on.
            transaction.record(imported(session, bundle, path, new_entries=arrived.new_entries, through=through))
            received = transaction.head(manifest.origin, manifest.epoch)
            raised, _ = record_judgement(transaction, judged)
            raised += judge_devices(transaction, session.observed_now(), unshowable)
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
            told = news_of(transaction.connection, spoken_of, sender) | {sender: [receipt]}
            for device, news in sorted(told.items()):  # two imports lock the devices' chains in the same order
                transaction.copy_out(device, news)
            touched = frozenset(transaction.areas)
        outcome = outcome_of(path, bundle, arrived, raised)
        if through is not None and through.seq < manifest.last_seq:  # the rest still waits
            rest = refused(path, late_refusal(bundle, through.seq + 1))
            outcome = replace(outcome, outcome=rest.outcome, code=rest.code, values=rest.values)
        return outcome, touched


def _admit(
    connection: Connection,
    device: str,
    pictures: list[StatedPicture],
    spoken_of: set[str],
    entries: Sequence[Entry],
    stated: Sequence[Fact | UnknownFact],
) -> list[Fact | UnknownFact]:
    """Return the facts to apply (`admission`), refuse entries that a device may not record, and add to `pictures`
    and to the ids of deficiencies that are `spoken_of`.

    Raises Refusal `fact.not_allowed` (a kind that devices do not record, in any version), `fact.foreign_visit` (a visit
    of another device), `bundle.foreign_origin` (a corrected time of another device), and as `_started`, `_require_own`
    and `_deficiencies` do.
    """
    facts = [admitted(entry, fact) for entry, fact in zip(entries, stated, strict=True)]
    for entry, fact in zip(entries, facts, strict=True):
        kind = FACTS.get(entry.kind)
        if kind is not None and kind not in DEVICE_MAY_STATE:
            raise Refusal("fact.not_allowed", kind=entry.kind, sender=device)
        if isinstance(fact, TimeCorrected) and fact.origin != device:
            raise Refusal("bundle.foreign_origin", sender=device, origin=fact.origin, epoch=fact.epoch)
    of_visits = {str(getattr(fact, "visit_id", "")) for fact in facts} - {""}
    started = _started(connection, device, entries, facts)
    assigned = devices_of_visits(connection, of_visits - started) | dict.fromkeys(started, device)
    for visit_id in sorted(of_visits):
        if assigned.get(visit_id) != device:
            raise Refusal("fact.foreign_visit", visit_id=visit_id[:40], sender=device)
    _require_own(connection, device, entries, facts)
    spoken_of |= _deficiencies(connection, device, entries, facts)
    pictures += stated_pictures(entries, facts)
    return facts


def _require_own(
    connection: Connection, device: str, entries: Sequence[Entry], facts: Sequence[Fact | UnknownFact]
) -> None:
    """Require that each check and statement has its own id, and that later facts about one name its visit.

    Raises Refusal `check.repeated`, `disposition.repeated` (an id that has another entry), `check.of_other_visit`,
    `disposition.of_other_visit`. A check that is not held may have been lost to damage, so it is not required.
    """
    for names, kinds, held_in, noun in (
        ("check_id", (CheckRecorded, CheckWithdrawn, EvidenceAttached), places_of_checks, "check"),
        ("statement_id", (DispositionStated, DispositionWithdrawn), places_of_statements, "disposition"),
    ):
        about = [
            (getattr(fact, names), RecordPlace(fact.visit_id, entry.origin, entry.epoch, entry.seq), fact)
            for entry, fact in zip(entries, facts, strict=True)
            if isinstance(fact, kinds) and getattr(fact, names)
        ]
        held = held_in(connection, {record_id for record_id, _, _ in about})
        for record_id, place, fact in about:
            if isinstance(fact, CheckRecorded | DispositionStated):
                if held.setdefault(record_id, place) != place:
                    raise Refusal(f"{noun}.repeated", **{names: record_id[:40]}, sender=device)
            elif record_id in held and held[record_id][:2] != place[:2]:
                raise Refusal(f"{noun}.of_other_visit", **{names: record_id[:40]}, sender=device)


def _deficiencies(
    connection: Connection, device: str, entries: Sequence[Entry], facts: Sequence[Fact | UnknownFact]
) -> set[str]:
    """Return the ids of the deficiencies that a device speaks of, each at one of its visits.

    Raises Refusal `deficiency.repeated` (an id that has another entry), `deficiency.of_other_visit` (the withdrawn
    record was stated at another visit, or by another store).
    """
    said = [
        (fact, RecordPlace(fact.visit_id, entry.origin, entry.epoch, entry.seq))
        for entry, fact in zip(entries, facts, strict=True)
        if isinstance(fact, _ABOUT_DEFICIENCIES)
    ]
    held = places_of_records(connection, {_record_of(fact) for fact, _ in said} - {""})
    for fact, place in said:
        record_id = _record_of(fact)
        if isinstance(fact, DeficiencyStated | DeficiencyCorrected):
            if held.setdefault(record_id, place) != place:
                raise Refusal("deficiency.repeated", record_id=record_id[:40], sender=device)
        elif record_id in held and held[record_id][:2] != place[:2]:
            raise Refusal("deficiency.of_other_visit", record_id=record_id[:40], sender=device)
    return {fact.deficiency_id for fact, _ in said}


def _record_of(fact: DeficiencyStated | DeficiencyFollowedUp | DeficiencyCorrected | DeficiencyWithdrawn) -> str:
    """Return the id of the record that a fact makes or withdraws; empty for a follow-up."""
    if isinstance(fact, DeficiencyStated):
        return fact.deficiency_id
    if isinstance(fact, DeficiencyCorrected):
        return fact.correction_id
    return fact.record_id if isinstance(fact, DeficiencyWithdrawn) else ""


def _started(
    connection: Connection, device: str, entries: Sequence[Entry], facts: Sequence[Fact | UnknownFact]
) -> set[str]:
    """Return the ids of the visits that a device starts here. Its checks may name them from then on.

    A device may start a visit once, under an id that no other visit has: else it could take over a visit that HQ
    planned, or change the site and the list of one that HQ has adopted.

    At most `MAX_PENDING` of its visits may wait for a reviewer. The bundle with more is refused as a whole, since
    entries are received in their order. Nothing is lost: the device keeps it, and it can be imported once reviewers
    have adopted some. Raises Refusal `visit.repeated`, `visit.many_pending`.
    """
    keys = {
        (fact.visit_id, order_key(fact.observed_at, entry))
        for entry, fact in zip(entries, facts, strict=True)
        if isinstance(fact, VisitStarted)
    }
    ids = {visit_id for visit_id, _ in keys}
    held = starts_of(connection, ids)
    # An entry that was lost to damage comes again; its row is still there.
    repeated = sorted(visit_id for visit_id, key in keys if held.get(visit_id, key) != key)
    if repeated or len(keys) > len(ids):
        raise Refusal("visit.repeated", visit_id=(repeated or sorted(ids))[0][:40], sender=device)
    if ids and count_pending(connection, device) + len(ids - held.keys()) > MAX_PENDING:
        raise Refusal("visit.many_pending", sender=device, limit=MAX_PENDING)
    return ids


def _answer(session: Session, outcomes: dict[Path, ImportOutcome], folder: Path, areas: set[Area]) -> None:
    """Write one receipt for each sending device, also if everything that it sent was already imported."""
    answered: dict[str, tuple[Path, ...]] = {}
    failed: dict[str, KnownError] = {}
    for path, outcome in outcomes.items():
        if not outcome.outcome.is_good:
            continue
        if outcome.sender not in answered:
            try:
                sealed = seal_for_device(session, outcome.sender, folder)
            except KnownError as error:  # the next import tries again
                answered[outcome.sender] = ()
                if error.code != "bundle.nothing_to_seal":
                    failed[outcome.sender] = error
            else:
                areas |= sealed.areas
                answered[outcome.sender] = sealed.paths
        first, *further = answered[outcome.sender] or (None,)
        outcomes[path] = replace(outcome, receipt_path=first, further_receipts=tuple(further))
        if why := failed.get(outcome.sender):
            values = {name: str(value) for name, value in why.values.items()}
            outcomes[path] = replace(outcomes[path], receipt_code=why.code, receipt_values=values)
