"""Checks of items: record, add photos, withdraw."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import msgspec

from db.drafts import drop_draft, drop_drafts_about
from db.queries.checklists import visit_checklists, work_basis
from db.queries.checks import check as find_check
from db.queries.checks import evidence_of
from db.queries.items import expected_identity, identity
from db.queries.visits import visit, work_rows
from db.store import Connection
from db.transaction import Transaction
from eum_app.domain.checklists import (
    Answer,
    Checklist,
    all_filled,
    deviations,
    open_questions,
    validate_answer,
)
from eum_app.domain.errors import Refusal
from eum_app.domain.facts import (
    ChecklistPin,
    CheckRecorded,
    CheckWithdrawn,
    Difference,
    EvidenceAttached,
    MarkRead,
    SiteAssessed,
)
from eum_app.domain.ids import CheckId
from eum_app.domain.people import Permission
from eum_app.domain.sighting import SightingTerms
from eum_app.domain.visit_kinds import require_fitting
from eum_app.domain.visits import ANSWER_ROLE, REASONS, TO_CHECK, Grade, Outcome, ReadBy, require_outcome
from eum_app.domain.vocabulary import member_of
from eum_app.usecases.changes import Changed
from eum_app.usecases.people.scopes import require_not_closed, require_open_visit, require_visit
from eum_app.usecases.session import Session, new_id
from eum_app.usecases.visits.drafts import GROUP, offer_subject, site_subject
from eum_app.usecases.visits.photos import check_photo, keep_answer_photos
from eum_app.usecases.visits.sighting import require_ban_kept, require_sighted, sighting_terms, terms_of_purpose

MAX_NOTE_CHARS = 4_000
MAX_PHOTOS = 20
MAX_FOUND_CHARS = 200


@dataclass(frozen=True)
class RecordedCheck(Changed):
    """Result of recording one check."""

    check_id: CheckId
    outcome: str
    seq: int


@dataclass(frozen=True)
class RecordedChecks(Changed):
    """Result of recording several checks in one transaction, in the order given."""

    checks: tuple[RecordedCheck, ...]


@dataclass(frozen=True)
class WithdrawnChecks(Changed):
    """Result of withdrawing checks: their ids, and the serials of their items."""

    check_ids: tuple[str, ...]
    serials: tuple[str, ...]


@dataclass(frozen=True)
class NewCheck:
    """A check to record, as a person entered it.

    `item_id` is empty for an item that is not listed. `crop` is the picture of the mark (PNG or JPEG), empty if none is
    kept. `answer_photos` maps a question id to its photo; the answer's value becomes the object id of that photo.
    `differences` are the facts of a discrepancy; without a `reason`, the first of them gives it.
    """

    item_id: str
    outcome: str
    mark: MarkRead
    reason: str = ""
    answers: Sequence[Answer] = ()
    note: str = ""
    photos: Sequence[bytes] = ()
    grade: str = Grade.SIGHTED
    crop: bytes = b""
    answer_photos: Mapping[str, bytes] = field(default_factory=dict)
    differences: Sequence[Difference] = ()

    @property
    def stated_reason(self) -> str:
        """The reason, or that of the first difference."""
        return self.reason or next((one.reason for one in self.differences), "")


def record_check(
    session: Session,
    *,
    visit_id: str,
    item_id: str,
    outcome: str,
    mark: MarkRead,
    reason: str = "",
    answers: Sequence[Answer] = (),
    note: str = "",
    photos: Sequence[bytes] = (),
    grade: str = Grade.SIGHTED,
    crop: bytes = b"",
    answer_photos: Mapping[str, bytes] | None = None,
    differences: Sequence[Difference] = (),
) -> RecordedCheck:
    """Record one check with its evidence, in one transaction; the data is flushed to disk before this returns.

    The account's draft about the item is deleted. Answers are validated only if the item is verified.

    Raises Refusal `permission.denied`, `permission.out_of_scope`, `check.outcome` (also an unknown grade or way of
    reading), `check.reason`, `check.not_of_kind`, `check.questions_open` (verified needs a valid answer to every
    required question), `check.not_as_expected`, `sighting.…` (as `require_sighted`), `answer.photo_missing`,
    `visit.closed`, `check.not_expected` (`not_on_list` fits only items that the visit does not expect),
    `check.no_item`, `photo.…`, `image.…`, `note.too_long`, `visit.unknown`, `checklist.unknown`, `store.copied` (a
    copied device takes no evidence before it has a new identity); Trouble for disk errors.
    """
    pictures = answer_photos or {}
    new = NewCheck(item_id, outcome, mark, reason, answers, note, photos, grade, crop, pictures, differences)
    subject = offer_subject(mark, item_id) if outcome == Outcome.NOT_ON_LIST else item_id
    return _record_all(session, visit_id, [new], "", [subject]).checks[0]


def record_checks(
    session: Session, visit_id: str, checks: Sequence[NewCheck], *, is_group: bool = False
) -> RecordedChecks:
    """Record a check for each of several items, all or none, in one transaction.

    The account's drafts about the items are deleted, with `is_group` also that of the group. Raises as `record_check`,
    and Refusal `item.repeated` if an item occurs twice.
    """
    ended = [*(one.item_id for one in checks), *([GROUP] if is_group else [])]
    return _record_all(session, visit_id, checks, "", ended)


def record_no_access(
    session: Session, visit_id: str, item_ids: Sequence[str], *, reason: str, note: str = ""
) -> RecordedChecks:
    """Record several items that could not be seen as one act, e.g. those of a locked room: one fact an item.

    HQ gets one finding that lists them. Raises as `record_checks`, and Refusal `check.room_changed` if one of them was
    checked meanwhile: its outcome stays.
    """
    unseen = MarkRead(read_by=ReadBy.LIST)
    checks = [NewCheck(one, Outcome.NO_ACCESS, unseen, reason, note=note) for one in item_ids]
    return _record_all(session, visit_id, checks, new_id(), item_ids)


def _record_all(
    session: Session, visit_id: str, checks: Sequence[NewCheck], act: str, ended: Sequence[str]
) -> RecordedChecks:
    """Record checks, and delete the drafts `ended` in the same transaction."""
    session.require(Permission.VISIT_WORK)
    named = [one.item_id for one in checks if one.item_id]
    if len(named) > len(set(named)):
        raise Refusal("item.repeated")
    kinds = [_photo_kinds(one) for one in checks]
    with session.writing() as transaction:
        require_visit(session, transaction.connection, visit_id)
        basis = work_basis(transaction.connection, visit_id)
        require_not_closed(visit_id, is_closed=basis.is_closed)
        terms = terms_of_purpose(transaction.connection, visit_id, basis.purpose)
        if act:
            _require_unchecked(transaction.connection, visit_id, named)
        for one in checks:
            require_fitting(basis.purpose, one.outcome, one.grade)
        recorded = tuple(
            _record(session, transaction, terms, basis.item_checklist, one, of_photos, act)
            for one, of_photos in zip(checks, kinds, strict=True)
        )
        drop_draft(transaction.connection, session.account, visit_id, ended)
        areas = frozenset(transaction.areas)
    return RecordedChecks(areas, tuple(replace(one, areas=areas) for one in recorded))


def _require_unchecked(connection: Connection, visit_id: str, item_ids: Sequence[str]) -> None:
    """Raise Refusal `check.room_changed` if an item has an outcome already, with the serial of the first one."""
    rows = work_rows(connection, visit_id, item_ids)
    checked = [row for row in (rows.get(item_id) for item_id in item_ids) if row and row.outcome != TO_CHECK]
    if checked:
        raise Refusal("check.room_changed", count=len(checked), serial=(checked[0].serial or checked[0].uii)[:78])


def _photo_kinds(new: NewCheck) -> list[str]:
    """Validate the parts of a check that need no store; return the media types of its photos."""
    require_outcome(new.outcome, new.stated_reason)
    _require_differences(new)
    if member_of(ReadBy, new.mark.read_by) is None or member_of(Grade, new.grade) is None:
        raise Refusal("check.outcome", outcome=f"{new.mark.read_by}/{new.grade}")
    if len(new.note) > MAX_NOTE_CHARS:
        raise Refusal("note.too_long", limit=MAX_NOTE_CHARS)
    if len(new.photos) > MAX_PHOTOS:
        raise Refusal("photo.too_many", limit=MAX_PHOTOS)
    for picture in new.answer_photos.values():
        check_photo(picture)
    return [check_photo(photo) for photo in new.photos]


def _require_differences(new: NewCheck) -> None:
    """Raises Refusal `check.reason` (not a discrepancy's, or given twice), `note.too_long`."""
    reasons = [one.reason for one in new.differences]
    allowed = REASONS[Outcome.DISCREPANCY] if new.outcome == Outcome.DISCREPANCY else ()
    for at, reason in enumerate(reasons):
        if reason not in allowed or reason in reasons[:at]:
            raise Refusal("check.reason", outcome=new.outcome, reason=reason)
    if new.reason and reasons and new.reason != reasons[0]:
        raise Refusal("check.reason", outcome=new.outcome, reason=new.reason)
    if any(len(text) > MAX_FOUND_CHARS for one in new.differences for text in (one.on_record, one.found)):
        raise Refusal("note.too_long", limit=MAX_FOUND_CHARS)


def _record(
    session: Session,
    transaction: Transaction,
    terms: SightingTerms,
    item_checklist: Checklist,
    new: NewCheck,
    kinds: Sequence[str],
    act: str,
) -> RecordedCheck:
    connection, visit_id = transaction.connection, terms.visit_id
    expected = expected_identity(connection, visit_id, new.item_id) if new.item_id else None
    if (expected is not None) == (new.outcome == Outcome.NOT_ON_LIST):
        raise Refusal("check.not_expected", item_id=new.item_id[:40], outcome=new.outcome)
    if not new.item_id and not (new.mark.raw or new.mark.serial):
        raise Refusal("check.no_item")
    if new.outcome == Outcome.VERIFIED:
        require_answered(item_checklist, new.answers)
        require_as_expected(item_checklist, new.answers)
    item = expected or identity(connection, new.item_id)
    require_sighted(terms, item, outcome=new.outcome, grade=new.grade, mark=new.mark)
    answers, pictures = keep_answer_photos(transaction, item_checklist, new.answers, new.answer_photos)
    note, mark = new.note, new.mark
    if new.crop:
        mark = msgspec.structs.replace(mark, crop=transaction.seal_content(new.crop, check_photo(new.crop)))
    fact = CheckRecorded(
        observed_at=mark.seen_at or session.observed_now(),
        check_id=new_id(),
        visit_id=visit_id,
        item_id=new.item_id,
        outcome=new.outcome,
        reason=new.stated_reason,
        mark=mark,
        checklist=pin_of(item_checklist) if answers else None,
        answers=answers,
        all_as_expected=all_filled(answers),
        grade=new.grade,
        note=transaction.seal_content(note.encode(), "text/plain; charset=utf-8") if note.strip() else None,
        photos=(
            *(transaction.seal_content(photo, kind) for photo, kind in zip(new.photos, kinds, strict=True)),
            *pictures.values(),
        ),
        differences=tuple(new.differences),
        act=act,
    )
    entry = transaction.record(fact)
    return RecordedCheck(frozenset(), CheckId(fact.check_id), new.outcome, entry.seq)


def withdraw_checks(session: Session, check_ids: Sequence[CheckId], reason: str = "undone") -> WithdrawnChecks:
    """Withdraw checks, all or none, in one transaction. Their items are to check again; the evidence stays.

    Raises Refusal `permission.denied`, `permission.out_of_scope`, `check.unknown`, `check.withdrawn` (also an id given
    twice), `check.foreign` (of another device), `visit.unknown`, `visit.closed`, `store.copied`; Trouble of the disk.
    """
    session.require(Permission.VISIT_WORK)
    serials = []
    with session.writing() as transaction:
        for check_id in check_ids:
            row = find_check(transaction.connection, check_id)
            require_open_visit(session, transaction.connection, row.visit_id)
            if row.withdrawn:
                raise Refusal("check.withdrawn", check_id=check_id[:40])
            if row.origin != session.name:
                raise Refusal("check.foreign", origin=row.origin)
            transaction.record(
                CheckWithdrawn(
                    observed_at=session.observed_now(), check_id=check_id, visit_id=row.visit_id, reason=reason
                )
            )
            serials.append(row.serial)
        return WithdrawnChecks(frozenset(transaction.areas), tuple(check_ids), tuple(serials))


def attach_photo(session: Session, visit_id: str, check_id: CheckId, photo: bytes) -> Changed:
    """Add a photo to an existing check, until close-out.

    Raises Refusal `permission.denied`, `permission.out_of_scope`, `photo.…`, `image.…`, `check.unknown` (also a check
    of another visit), `check.withdrawn`, `visit.unknown`, `visit.closed`, `store.copied`; Trouble for disk errors.
    """
    session.require(Permission.VISIT_WORK)
    kind = check_photo(photo)
    with session.writing() as transaction:
        row = find_check(transaction.connection, check_id)
        if row.visit_id != visit_id:
            raise Refusal("check.unknown", check_id=check_id[:40])
        require_open_visit(session, transaction.connection, visit_id)
        if row.withdrawn:
            raise Refusal("check.withdrawn", check_id=check_id[:40])
        if sum(one.is_photo for one in evidence_of(transaction.connection, check_id=check_id)) >= MAX_PHOTOS:
            raise Refusal("photo.too_many", limit=MAX_PHOTOS)
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


def assess_site(
    session: Session, visit_id: str, answers: Sequence[Answer], pictures: Mapping[str, bytes] | None = None
) -> Changed:
    """Record answers to the site checklist; each may be given separately. Everyone's drafts of them end.

    The newest answer to a question counts. `pictures` maps a question id to the photo that answers it. Raises Refusal
    `permission.denied`, `permission.out_of_scope`, `answer.…`, `site.scanner_relied_on`, `photo.…`, `image.…`,
    `visit.unknown`, `checklist.unknown`, `visit.closed`, `store.copied`; Trouble for disk errors.
    """
    session.require(Permission.VISIT_WORK)
    given = pictures or {}
    for picture in given.values():
        check_photo(picture)
    with session.writing() as transaction:
        visit(transaction.connection, visit_id)
        require_open_visit(session, transaction.connection, visit_id)
        _, site_checklist = visit_checklists(transaction.connection, visit_id)
        questions = {question.question_id: question for question in site_checklist.questions}
        for answer in answers:
            if answer.question_id not in questions:
                raise Refusal("answer.question", question_id=answer.question_id, found=answer.question_id)
            validate_answer(questions[answer.question_id], answer)
        require_ban_kept(transaction.connection, sighting_terms(transaction.connection, visit_id), answers)
        held = {row.object_id for row in evidence_of(transaction.connection, visit_id=visit_id)}
        kept, content = keep_answer_photos(transaction, site_checklist, answers, given, held)
        for question_id, ref in content.items():
            transaction.record(
                EvidenceAttached(
                    observed_at=session.observed_now(),
                    evidence_id=new_id(),
                    visit_id=visit_id,
                    check_id="",
                    role=f"{ANSWER_ROLE}{question_id}",
                    content=ref,
                )
            )
        transaction.record(
            SiteAssessed(
                observed_at=session.observed_now(),
                visit_id=visit_id,
                checklist=pin_of(site_checklist),
                answers=kept,
            )
        )
        ended = [site_subject(answer.question_id) for answer in answers]
        drop_drafts_about(transaction.connection, visit_id, ended)
        return Changed(frozenset(transaction.areas))


def require_answered(checklist: Checklist, answers: Sequence[Answer]) -> None:
    """Require a valid answer to every required question that is asked.

    Raises Refusal `check.questions_open` with the number of questions without one, invalid answers included, and the
    first of them.
    """
    still_open = open_questions(checklist, answers)
    if still_open:
        raise Refusal("check.questions_open", count=len(still_open), first=still_open[0].question_id)


def require_as_expected(checklist: Checklist, answers: Sequence[Answer]) -> None:
    """Require the expected answers. Raises Refusal `check.not_as_expected` with the number of deviations and the first
    one.
    """
    differing = deviations(checklist, answers)
    if differing:
        raise Refusal("check.not_as_expected", count=len(differing), first=differing[0].text)


def pin_of(checklist: Checklist) -> ChecklistPin:
    """Return the reference that pins this checklist."""
    return ChecklistPin(checklist_id=checklist.checklist_id, version=checklist.version)
