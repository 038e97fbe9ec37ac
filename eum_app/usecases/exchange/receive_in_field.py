"""Receive HQ's bundles on a field device: tasking and receipts."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from db.queries.people import other_revocations
from db.transaction import Transaction
from eum_app.domain.areas import Area
from eum_app.domain.clock import utc_text
from eum_app.domain.errors import Refusal
from eum_app.domain.facts import Fact, RevocationsLearned, UnknownFact, UnreadableFact
from eum_app.domain.file_names import shown_name
from eum_app.domain.journal import Entry, outgoing_origin
from eum_app.usecases.exchange.learn import LEARNED, learn_from_hq
from eum_app.usecases.exchange.seal_bundle import OnProgress
from eum_app.usecases.exchange.verify_bundle import (
    Imported,
    ImportOutcome,
    append_bundle,
    imported,
    outcome_of,
    receive_each,
    verify_bundle,
)
from eum_app.usecases.session import Session
from eum_app.usecases.store.correct_time import note_receipt_time
from sync.bundle_file import OpenedBundle

LEARNED_AT_ONCE: Final = 5_000
"""Revocations in one fact: HQ admits only facts of bounded size."""


def receive_in_field(session: Session, paths: Sequence[Path], progress: OnProgress | None = None) -> Imported:
    """Receive bundles, or folders of bundles, from HQ; raises as `receive_each` does."""
    received = receive_each(session, paths, _take, progress)
    session.leave()
    return received.as_imported()


def readable(entries: Sequence[Entry], facts: Sequence[Fact | UnknownFact]) -> list[Fact | UnknownFact]:
    """Return the facts of HQ. Raises Refusal `fact.unreadable`: an order must not be lost in silence."""
    for entry, fact in zip(entries, facts, strict=True):
        if isinstance(fact, UnreadableFact):
            raise Refusal("fact.unreadable", kind=entry.kind, reason=fact.why)
    return list(facts)


def _take(session: Session, path: Path) -> tuple[ImportOutcome, frozenset[Area]]:
    with verify_bundle(session, path) as bundle:
        manifest, sender = bundle.manifest, bundle.sender.origin
        if manifest.origin != outgoing_origin(sender, session.name):
            raise Refusal("bundle.foreign_origin", sender=sender, origin=manifest.origin, epoch=manifest.epoch)
        with session.writing(own_chain_last=False) as transaction:
            news: list[Fact | UnknownFact] = []

            def noted(entries: Sequence[Entry], facts: Sequence[Fact | UnknownFact]) -> list[Fact | UnknownFact]:
                news.extend(fact for fact in facts if isinstance(fact, LEARNED))
                return readable(entries, facts)

            arrived = append_bundle(session, bundle, transaction, admit=noted)
            learn_from_hq(session, transaction, bundle.sender, news)
            _learn_revocations(session, transaction, bundle)
            if arrived.is_held:
                if not arrived.is_recorded:
                    # Imported before this device got its new identity: the new chain must tell HQ about it.
                    transaction.record(imported(session, bundle, path, new_entries=0))
                return outcome_of(path, bundle, arrived), frozenset(transaction.areas)
            for receipt in arrived.receipts:
                note_receipt_time(transaction, receipt)
            transaction.record(imported(session, bundle, path, new_entries=arrived.new_entries))
            touched = frozenset(transaction.areas)
        return outcome_of(path, bundle, arrived), touched


def _learn_revocations(session: Session, transaction: Transaction, bundle: OpenedBundle) -> None:
    """Record the revocations in HQ's bundle that this device has not learned yet, also from a bundle held already."""
    issued_at = utc_text(bundle.sender.not_before)
    epoch = bundle.sender.epoch
    rows = other_revocations(transaction.connection, session.name)
    known = {(row.serial, row.issued_at, row.issuer_epoch) for row in rows}
    new = [one for one in bundle.manifest.revoked if (one.serial, issued_at, epoch) not in known]
    for start in range(0, len(new), LEARNED_AT_ONCE):
        transaction.record(
            RevocationsLearned(
                observed_at=session.observed_now(),
                hq=bundle.sender.origin,
                bundle_id=bundle.manifest.bundle_id,
                issued_at=issued_at,
                issuer_epoch=epoch,
                revoked=tuple(
                    (one.serial, shown_name(one.holder), utc_text(one.revoked_at))
                    for one in new[start : start + LEARNED_AT_ONCE]
                ),
            )
        )
