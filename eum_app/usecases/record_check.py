"""One look at one item: recorded, photographed, taken back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from db.queries.visits import check as find_check
from db.queries.visits import is_expected, visit, visit_checklists
from eum_app.domain.checklists import Answer, Checklist, open_questions, validate_answer
from eum_app.domain.errors import Refusal
from eum_app.domain.facts import ChecklistPin, CheckRecorded, CheckWithdrawn, EvidenceAttached, MarkRead, SiteAssessed
from eum_app.domain.visits import GRADES, READ_BY, require_outcome
from eum_app.usecases.changes import Changed
from eum_app.usecases.photos import check_photo
from eum_app.usecases.session import Session, new_id

MAX_NOTE_CHARS = 4_000
MAX_PHOTOS = 20


@dataclass(frozen=True)
class RecordedCheck(Changed):
    check_id: str
    outcome: str
    seq: int


def record_check(
    session: Session,
    *,
    visit_id: str,
    item_id: str,
    outcome: str,
    mark: MarkRead,
    reason: str = "",
    answers: Sequence[Answer] = (),
    all_as_expected: bool = False,
    note: str = "",
    photos: Sequence[bytes] = (),
    grade: str = "A",
) -> RecordedCheck:
    """Record one check with its evidence, in one transaction; what this returns has been fsynced.

    `item_id` is empty for an item that nobody has listed. Raises Refusal `check.outcome`, `check.reason`,
    `check.questions_open` (verified needs every question answered), `check.not_expected` (only `not_on_list` is for
    items that the visit does not expect), `check.no_item`, `photo.…`, `note.too_long`, `visit.unknown`.
    """
    session.require("visit.work")
    require_outcome(outcome, reason)
    if mark.read_by not in READ_BY or grade not in GRADES:
        raise Refusal("check.outcome", outcome=f"{mark.read_by}/{grade}")
    if len(note) > MAX_NOTE_CHARS:
        raise Refusal("note.too_long", limit=MAX_NOTE_CHARS)
    if len(photos) > MAX_PHOTOS:
        raise Refusal("photo.too_many", limit=MAX_PHOTOS)
    kinds = [check_photo(photo) for photo in photos]
    with session.writing() as transaction:
        connection = transaction.connection
        item_checklist, _ = visit_checklists(connection, visit_id)
        expected = bool(item_id) and bool(is_expected(connection, visit_id, item_id))
        if expected == (outcome == "not_on_list"):
            raise Refusal("check.not_expected", item_id=item_id[:40], outcome=outcome)
        if not item_id and not (mark.raw or mark.serial):
            raise Refusal("check.no_item")
        if outcome == "verified":
            require_answered(item_checklist, answers)
        fact = CheckRecorded(
            observed_at=session.observed_now(),
            check_id=new_id(),
            visit_id=visit_id,
            item_id=item_id,
            outcome=outcome,
            reason=reason,
            mark=mark,
            checklist=pin_of(item_checklist) if answers else None,
            answers=tuple(answers),
            all_as_expected=all_as_expected,
            grade=grade,
            note=transaction.seal_content(note.encode(), "text/plain; charset=utf-8") if note.strip() else None,
            photos=tuple(transaction.seal_content(photo, kind) for photo, kind in zip(photos, kinds, strict=True)),
        )
        entry = transaction.record(fact)
        areas = frozenset(transaction.areas)
    return RecordedCheck(areas, fact.check_id, outcome, entry.seq)


def withdraw_check(session: Session, check_id: str, reason: str = "undone") -> Changed:
    """Take a check back by another fact. Raises Refusal `check.unknown`, `check.withdrawn`, `check.foreign`."""
    session.require("visit.work")
    with session.writing() as transaction:
        row = find_check(transaction.connection, check_id)
        if row.withdrawn:
            raise Refusal("check.withdrawn", check_id=check_id[:40])
        if row.origin != session.name:
            raise Refusal("check.foreign", origin=row.origin)
        transaction.record(
            CheckWithdrawn(observed_at=session.observed_now(), check_id=check_id, visit_id=row.visit_id, reason=reason)
        )
        return Changed(frozenset(transaction.areas))


def attach_photo(session: Session, visit_id: str, check_id: str, photo: bytes) -> Changed:
    """Add a photo to a check made before. Raises Refusal `photo.…`, `check.unknown`."""
    session.require("visit.work")
    kind = check_photo(photo)
    with session.writing() as transaction:
        find_check(transaction.connection, check_id)
        transaction.record(
            EvidenceAttached(
                observed_at=session.observed_now(),
                evidence_id=new_id(),
                visit_id=visit_id,
                check_id=check_id,
                role="photo",
                content=transaction.seal_content(photo, kind),
            )
        )
        return Changed(frozenset(transaction.areas))


def assess_site(session: Session, visit_id: str, answers: Sequence[Answer]) -> Changed:
    """Record answers to the site checklist, each as it is given. Raises Refusal `answer.…`, `visit.unknown`."""
    session.require("visit.work")
    with session.writing() as transaction:
        visit(transaction.connection, visit_id)
        _, site_checklist = visit_checklists(transaction.connection, visit_id)
        questions = {question.question_id: question for question in site_checklist.questions}
        for answer in answers:
            if answer.question_id not in questions:
                raise Refusal("answer.question", question_id=answer.question_id, found=answer.question_id)
            validate_answer(questions[answer.question_id], answer)
        transaction.record(
            SiteAssessed(
                observed_at=session.observed_now(),
                visit_id=visit_id,
                checklist=pin_of(site_checklist),
                answers=tuple(answers),
            )
        )
        return Changed(frozenset(transaction.areas))


def require_answered(checklist: Checklist, answers: Sequence[Answer]) -> None:
    """Raises Refusal `check.questions_open` with how many and the first of them."""
    still_open = open_questions(checklist, answers)
    if still_open:
        raise Refusal("check.questions_open", count=len(still_open), first=still_open[0].question_id)


def pin_of(checklist: Checklist) -> ChecklistPin:
    return ChecklistPin(checklist_id=checklist.checklist_id, version=checklist.version)
