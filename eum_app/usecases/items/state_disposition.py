"""State what became of an item, with its evidence; withdraw a statement, or set one aside at HQ."""

from __future__ import annotations

from dataclasses import dataclass

from db.queries.claims import claims_about
from db.queries.dispositions import accepted_claims, is_item_of_visit, statement, visits_with_checks_of
from db.queries.open_claims import claims_matched_since
from db.queries.people import all_devices
from db.store import Connection
from eum_app.domain.errors import Refusal
from eum_app.domain.facts import DispositionRejected, DispositionWithdrawn
from eum_app.domain.people import Permission
from eum_app.usecases.changes import Changed
from eum_app.usecases.items.disposition_statement import NewDisposition, record_statement, require_short
from eum_app.usecases.people.scopes import require_items, require_open_visit
from eum_app.usecases.review.findings import judge, record_judgement
from eum_app.usecases.session import Session


@dataclass(frozen=True)
class StatedDisposition(Changed):
    """Result of a statement."""

    statement_id: str
    disposition: str


def state_disposition(
    session: Session, new: NewDisposition, *, visit_id: str = "", claim_id: str = ""
) -> StatedDisposition:
    """Record what became of an item: at a visit on its device, or at HQ, also by accepting a claim about it.

    At HQ `visit_id` is recorded as given. Raises Refusal `permission.denied`, `permission.out_of_scope`,
    `item.unknown`, `date.invalid`, `note.too_long`, `disposition.…` (what is wrong or missing), `document.too_large`,
    `document.kind`, `image.missing` or `image.unreadable` (the document's file), `visit.unknown`, `visit.closed`,
    `store.copied`; Trouble for disk errors.
    """
    session.require(Permission.DISPOSITION_STATE)
    with session.writing() as transaction:
        connection = transaction.connection
        _require_place(session, connection, new.item_id, visit_id)
        if claim_id:
            _require_claim(connection, new.item_id, claim_id)
        statement_id = record_statement(session, transaction, new, visit_id=visit_id, claim_id=claim_id)
        return StatedDisposition(frozenset(transaction.areas), statement_id, new.disposition)


def withdraw_disposition(session: Session, statement_id: str, reason: str) -> Changed:
    """End a statement with a reason: at HQ any, on a device one that was made there at a visit that is still open.

    The book shows again what counts without it. HQ tells the device whose statement it set aside, and findings that
    rest on the statement lapse. Raises Refusal `permission.denied`, `permission.out_of_scope`,
    `disposition.unknown_statement`, `disposition.ended`, `disposition.end_reason`, `disposition.foreign`,
    `note.too_long`, `visit.closed`, `store.copied`; Trouble for disk errors.
    """
    session.require(Permission.DISPOSITION_STATE)
    if not reason.strip():
        raise Refusal("disposition.end_reason")
    require_short(reason)
    with session.writing() as transaction:
        connection = transaction.connection
        held = statement(connection, statement_id)
        require_items(session, connection, [held.fact.item_id])
        if held.ended_at:
            raise Refusal("disposition.ended")
        visit_id = held.fact.visit_id
        if session.is_hq:
            fact = DispositionRejected(
                observed_at=session.observed_now(),
                statement_id=statement_id,
                item_id=held.fact.item_id,
                reason=reason.strip(),
            )
            transaction.record(fact)
            if any(row.device == held.origin for row in all_devices(connection)):
                transaction.copy_out(held.origin, [fact])
            visits = {visit_id, *visits_with_checks_of(connection, held.fact.item_id)} - {""}
            record_judgement(transaction, judge(connection, visits, session.observed_now()))
        else:
            if held.origin != session.name:
                raise Refusal("disposition.foreign", origin=held.origin)
            require_open_visit(session, connection, visit_id)
            transaction.record(
                DispositionWithdrawn(
                    observed_at=session.observed_now(),
                    statement_id=statement_id,
                    item_id=held.fact.item_id,
                    visit_id=visit_id,
                    reason=reason.strip(),
                )
            )
        return Changed(frozenset(transaction.areas))


def _require_place(session: Session, connection: Connection, item_id: str, visit_id: str) -> None:
    if session.is_hq:
        return
    if not visit_id:
        raise Refusal("disposition.visit_missing")
    require_open_visit(session, connection, visit_id)
    if not is_item_of_visit(connection, visit_id, item_id):
        raise Refusal("disposition.not_of_visit")


def _require_claim(connection: Connection, item_id: str, claim_id: str) -> None:
    claims = [*claims_about(connection, item_id), *claims_matched_since(connection, item_id)]
    if claim_id not in {claim.claim_id for claim in claims}:
        raise Refusal("disposition.claim")
    if claim_id in accepted_claims(connection, item_id):
        raise Refusal("disposition.claim_accepted")
