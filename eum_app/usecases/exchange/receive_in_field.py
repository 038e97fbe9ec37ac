"""Receive HQ's bundles on a field device: tasking and receipts."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from eum_app.domain.areas import Area
from eum_app.domain.errors import Refusal
from eum_app.domain.facts import Fact, UnknownFact, UnreadableFact
from eum_app.domain.journal import Entry, outgoing_origin
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
            arrived = append_bundle(session, bundle, transaction, admit=readable)
            if arrived.is_held:
                if not arrived.is_recorded:
                    # Imported before this device got its new identity: the new chain must tell HQ about it.
                    transaction.record(imported(session, bundle, path, new_entries=0))
                return outcome_of(path, bundle, arrived), frozenset()
            for receipt in arrived.receipts:
                note_receipt_time(transaction, receipt)
            transaction.record(imported(session, bundle, path, new_entries=arrived.new_entries))
            touched = frozenset(transaction.areas)
        return outcome_of(path, bundle, arrived), touched
