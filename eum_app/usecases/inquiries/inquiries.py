"""Inquiries of Blue Lantern at HQ: open one from its request, correct it, task a post, record the answer, close it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from db.queries.inquiries import Inquiry, all_inquiries, has_reference, inquiry
from db.store import Connection
from eum_app.domain.errors import Refusal
from eum_app.domain.facts import InquiryAnswered, InquiryClosed, InquiryTasked
from eum_app.domain.inquiries import DueClock, Lacking, Receipt, Recommendation, VisitMode, due_clock, lacking
from eum_app.domain.inquiry_lists import lists_in_force
from eum_app.domain.people import Permission
from eum_app.domain.visits import Program
from eum_app.domain.vocabulary import member_of
from eum_app.usecases.changes import Changed
from eum_app.usecases.inquiries.inquiry_lists import shipped_inquiry_lists
from eum_app.usecases.inquiries.request import NewInquiry, opened
from eum_app.usecases.items.disposition_statement import require_short
from eum_app.usecases.people.scopes import require_countries, require_inquiry, require_program
from eum_app.usecases.session import Session, new_id

_LACKING: Final = {
    Lacking.VISIT_MODE: "inquiry.lacks_visit_mode",
    Lacking.SITE_VISIT: "inquiry.lacks_site_visit",
    Lacking.RECEIPT: "inquiry.lacks_receipt",
}


@dataclass(frozen=True)
class OpenedInquiry(Changed):
    """Result of opening or correcting an inquiry. `warnings` are `inquiry_lists.Doubt`."""

    inquiry_id: str
    warnings: tuple[str, ...]


def open_inquiry(session: Session, new: NewInquiry) -> OpenedInquiry:
    """Open an inquiry from its request.

    Raises Refusal `permission.denied`, `permission.out_of_scope`, `inquiry.reference_taken`, as `request.opened` does,
    and `fact.not_allowed` (on a device); Trouble for disk errors.
    """
    _require_program(session)
    fact = opened(session, new_id(), new)
    require_countries(session, [fact.country])
    with session.writing() as transaction:
        if has_reference(transaction.connection, fact.reference):
            raise Refusal("inquiry.reference_taken", reference=fact.reference)
        transaction.record(fact)
        return OpenedInquiry(frozenset(transaction.areas), fact.inquiry_id, fact.warnings)


def correct_inquiry(
    session: Session, inquiry_id: str, new: NewInquiry, why: str, *, shown: Inquiry | None = None
) -> OpenedInquiry:
    """State the request of an inquiry again; the earlier statement stays in the journal.

    `shown` is the inquiry from which the person started: a correction states every field, and would undo another one
    that was recorded meanwhile. Raises Refusal as `open_inquiry` does, `inquiry.unknown`, `inquiry.correction` (the
    reason is missing), and `inquiry.changed_meanwhile`.
    """
    _require_program(session)
    if not why.strip():
        raise Refusal("inquiry.correction")
    require_short(why)
    fact = opened(session, inquiry_id, new, why.strip())
    require_countries(session, [fact.country])
    with session.writing() as transaction:
        held = _held(session, transaction.connection, inquiry_id)
        if shown is not None and shown.fact != held.fact:
            raise Refusal("inquiry.changed_meanwhile", reference=held.fact.reference)
        if fact.reference != held.fact.reference and has_reference(transaction.connection, fact.reference):
            raise Refusal("inquiry.reference_taken", reference=fact.reference)
        transaction.record(fact)
        return OpenedInquiry(frozenset(transaction.areas), inquiry_id, fact.warnings)


def task_inquiry(session: Session, inquiry_id: str, told: str, reference: str = "") -> Changed:
    """Record that a post or person was asked to make the check, under a reference of the message.

    Raises Refusal `permission.denied`, `permission.out_of_scope`, `inquiry.unknown`, `inquiry.told` (missing),
    `inquiry.closed`, `note.too_long`, `fact.not_allowed` (on a device); Trouble for disk errors.
    """
    _require_program(session)
    if not told.strip():
        raise Refusal("inquiry.told")
    for text in (told, reference):
        require_short(text)
    with session.writing() as transaction:
        held = _held(session, transaction.connection, inquiry_id)
        if held.closings:
            raise Refusal("inquiry.closed", reference=held.fact.reference)
        transaction.record(
            InquiryTasked(
                observed_at=session.observed_now(),
                inquiry_id=inquiry_id,
                task_id=new_id(),
                told=told.strip(),
                reference=reference.strip(),
            )
        )
        return Changed(frozenset(transaction.areas))


@dataclass(frozen=True, kw_only=True)
class NewAnswer:
    """An answer as it is typed: the recommendation with its reasons, how the check was made, and who answered."""

    recommendation: str
    answered_by: str
    reasons: tuple[str, ...] = ()
    visit_mode: str = ""
    receipt: str = ""
    note: str = ""


def answer_inquiry(session: Session, inquiry_id: str, new: NewAnswer) -> Changed:
    """Record the answer to an inquiry, for example that of a post. The newest answer counts.

    Raises Refusal `permission.denied`, `permission.out_of_scope`, `inquiry.unknown`, `inquiry.recommendation`,
    `inquiry.reasons` (none for an unfavorable result), `inquiry.reason` (one that the list does not have for this
    result), `inquiry.value` (of the mode or the receipt), `inquiry.answered_by` (missing), `note.too_long`,
    `fact.not_allowed` (on a device); Trouble for disk errors.
    """
    _require_program(session)
    version = require_result(session, new.recommendation, new.reasons, new.note)
    for field, text, known in (("visit_mode", new.visit_mode, VisitMode), ("receipt", new.receipt, Receipt)):
        if text and text not in set(known):
            raise Refusal("inquiry.value", field=field, text=text[:40], known=", ".join(known))
    if not new.answered_by.strip():
        raise Refusal("inquiry.answered_by")
    require_short(new.answered_by)
    with session.writing() as transaction:
        _held(session, transaction.connection, inquiry_id)
        transaction.record(
            InquiryAnswered(
                observed_at=session.observed_now(),
                answer_id=new_id(),
                inquiry_id=inquiry_id,
                recommendation=new.recommendation,
                reasons=tuple(dict.fromkeys(new.reasons)),
                visit_mode=new.visit_mode,
                receipt=new.receipt,
                answered_by=new.answered_by.strip(),
                note=new.note.strip(),
                list_version=version,
            )
        )
        return Changed(frozenset(transaction.areas))


def close_inquiry(
    session: Session,
    inquiry_id: str,
    outcome: str,
    *,
    reasons: Collection[str] = (),
    note: str = "",
    shown: Inquiry | None = None,
) -> Changed:
    """Close an inquiry that was answered. This stops its clock; closing it again corrects the result and needs a note.

    A post-shipment check cannot be closed as favorable unless the newest answer states how the check was made and that
    the receipt was confirmed (GAO-12-89). If the request wants a site visit, the check must have been made in person. A
    result that differs from the recommendation needs a note. `shown` is the inquiry that the person judged: an answer
    that arrived since then must be read first.

    Raises Refusal `permission.denied`, `permission.out_of_scope`, `inquiry.unknown`, `inquiry.recommendation`,
    `inquiry.reasons`, `inquiry.reason`, `inquiry.not_answered`, `inquiry.lacks_…` (see `require_nothing_lacking`),
    `inquiry.note` (missing), `inquiry.changed_meanwhile`, `note.too_long`, `fact.not_allowed` (on a device); Trouble
    for disk errors.
    """
    _require_program(session)
    version = require_result(session, outcome, reasons, note)
    with session.writing() as transaction:
        held = _held(session, transaction.connection, inquiry_id)
        answer = held.answer
        if answer is None:
            raise Refusal("inquiry.not_answered", reference=held.fact.reference)
        if shown is not None and shown.answers != held.answers:
            raise Refusal("inquiry.changed_meanwhile", reference=held.fact.reference)
        said = answer.fact
        if outcome == Recommendation.FAVORABLE:
            require_nothing_lacking(held, said.visit_mode, said.receipt)
        if (held.closings or outcome != said.recommendation) and not note.strip():
            raise Refusal("inquiry.note")
        transaction.record(
            InquiryClosed(
                observed_at=session.observed_now(),
                inquiry_id=inquiry_id,
                outcome=outcome,
                reasons=tuple(dict.fromkeys(reasons)),
                note=note.strip(),
                list_version=version,
            )
        )
        return Changed(frozenset(transaction.areas))


def require_nothing_lacking(held: Inquiry, visit_mode: str, receipt: str) -> None:
    """Require what a favorable result of this inquiry must rest on.

    Raises Refusal `inquiry.lacks_visit_mode`, `inquiry.lacks_site_visit`, `inquiry.lacks_receipt`.
    """
    for point in lacking(held.fact.kind, held.fact.site_visit, visit_mode, receipt):
        raise Refusal(_LACKING[point], reference=held.fact.reference)


def require_result(session: Session, result: str, reasons: Collection[str], note: str) -> str:
    """Check a result with its reasons and return the version of the lists in force.

    Raises Refusal `inquiry.recommendation`, `inquiry.reasons`, `inquiry.reason`, `note.too_long`.
    """
    lists = lists_in_force(shipped_inquiry_lists(), session.now().date())
    if member_of(Recommendation, result) is None:
        raise Refusal("inquiry.recommendation", text=result[:40], known=", ".join(Recommendation))
    known = lists.reasons_of(result)
    for reason in reasons:
        if reason not in known:
            raise Refusal("inquiry.reason", reason=reason[:40], known=", ".join(known))
    if result == Recommendation.UNFAVORABLE and not reasons:
        raise Refusal("inquiry.reasons", known=", ".join(known))
    require_short(note)
    return lists.version


def register(session: Session) -> tuple[tuple[Inquiry, DueClock], ...]:
    """Return the inquiries in the account's scope with their clocks on today's UTC day, by due date."""
    today = session.now().date()
    return tuple((one, due_clock(one.fact.due_on, one.closed_on, today)) for one in session.read(all_inquiries))


def _require_program(session: Session) -> None:
    session.require(Permission.INQUIRY_MANAGE)
    require_program(session, Program.BLUE_LANTERN)


def _held(session: Session, connection: Connection, inquiry_id: str) -> Inquiry:
    require_inquiry(session, connection, inquiry_id)
    return inquiry(connection, inquiry_id)
