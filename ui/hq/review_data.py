"""The data that the review page shows of one finding, read in the background in one call."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QImage

from db.queries.checklists import visit_checklists
from db.queries.checks import CheckRow, EvidenceRow, check, checks_by_id, evidence_of
from db.queries.dispositions import Statement as ItemStatement
from db.queries.dispositions import statements_about
from db.queries.exchange import all_bundles
from db.queries.findings import FindingRow, ReviewRow, finding, reviews_of
from db.queries.items import HistoryLine, ItemRow, history, items_by_id
from db.queries.people import all_devices
from db.queries.reading import mark_read
from db.queries.visits import VisitRow, visit
from eum_app.domain.areas import Area
from eum_app.domain.checklists import Checklist
from eum_app.domain.errors import KnownError, Refusal
from eum_app.domain.facts import ContentRef, MarkRead
from eum_app.domain.ids import CheckId, FindingId
from eum_app.usecases.review.own_work import is_own_work
from eum_app.usecases.session import Session
from eum_app.wording.testimony import answer_said
from ui.hq.provenance import Statement, provenance
from ui.kit.messages import how_read, sentence
from ui.kit.picture import decoded
from ui.shared.testimony import evidence_said

translate = QCoreApplication.translate

REVIEW_SHOWS: Final = frozenset({Area.FINDINGS, Area.CHECKS, Area.VISITS, Area.ITEMS, Area.PEOPLE, Area.EXCHANGE})
"""Areas whose changes refresh the page. PEOPLE and EXCHANGE: it shows revoked devices, and the bundle of a check."""


@dataclass(frozen=True)
class FindingDetail:
    """The data of one finding. `visit` is None if it is about a device's journal.

    `check` is None if the finding is about the site, `item` for an article that is on no list. `note` is the
    inspector's decrypted note; if it cannot be shown, it is empty and `note_error` says why. `mark` is the data that
    was read, `mark_pictures` its picture if one was kept.
    """

    finding: FindingRow
    visit: VisitRow | None
    check: CheckRow | None
    item: ItemRow | None
    note: str
    note_error: KnownError | None
    mark: MarkRead | None
    mark_pictures: list[EvidenceRow]
    photos: list[EvidenceRow]
    signatures: list[EvidenceRow]
    statements: list[Statement]
    history: list[HistoryLine | ItemStatement]
    reviews: list[ReviewRow]
    questions: Mapping[str, str]
    """The texts of the visit's checklists, by question id."""
    act: list[CheckRow]
    """All checks of a finding about one act, e.g. the items of a locked room; empty for a single check."""
    item_checklist: Checklist | None
    """The questions about each item; None if this store does not have them."""
    stated: ItemStatement | None = None
    """The statement about the item that the visit made; None for a finding about a check or a site."""
    is_own: bool = False
    """The signed-in account made the check (`usecases.review.own_work`), so another reviewer decides."""

    @property
    def pictures(self) -> list[EvidenceRow]:
        """Return all pictures, in order: photos, pictures of the mark, signatures."""
        return [*self.photos, *self.mark_pictures, *self.signatures]


@dataclass(frozen=True)
class Picture:
    """A decrypted photo or signature. If it cannot be shown, `data` is empty and `error` says why."""

    evidence: EvidenceRow
    data: bytes
    error: KnownError | None = None


def finding_detail(session: Session, finding_id: FindingId) -> FindingDetail:
    """Return the data of a finding, and note the access.

    Content that cannot be shown raises nothing. Raises Refusal `finding.unknown`, `check.unknown`, `fact.unreadable`
    (the check), `visit.unknown`.
    """
    row = session.read(finding, finding_id)
    session.notes.note_read("finding", finding_id)
    seen = session.read(check, row.check_id) if row.check_id else None
    found = session.read(evidence_of, check_id=row.check_id) if row.check_id else []
    note, note_error = _note(session, next((entry for entry in found if entry.role == "note"), None))
    evidence = session.read(evidence_of, visit_id=row.visit_id) if row.visit_id else []
    of_visit = [entry for entry in evidence if not entry.check_id]
    signatures = [entry for entry in of_visit if entry.role.startswith("signature:")]
    pictures = found if seen else [entry for entry in of_visit if entry.is_photo]
    bundles = session.read(all_bundles, session.name, "in")
    said = session.read(statements_about, row.item_id) if row.item_id else []
    return FindingDetail(
        finding=row,
        visit=session.read(visit, row.visit_id) if row.visit_id else None,
        check=seen,
        item=session.read(items_by_id, [row.item_id]).get(row.item_id),
        note=note,
        note_error=note_error,
        mark=session.read(mark_read, row.check_id) if row.check_id else None,
        mark_pictures=[entry for entry in found if entry.role == "mark"],
        photos=[entry for entry in pictures if entry.media_type.startswith("image/") and entry.role != "mark"],
        signatures=signatures,
        statements=provenance(seen, session.name, bundles, session.read(all_devices)) if seen else [],
        history=[*_history(session, row.item_id), *said],
        stated=None if seen else next((one for one in said if one.fact.visit_id == row.visit_id), None),
        reviews=session.read(reviews_of, finding_id),
        questions=question_texts(session, row.visit_id),
        act=session.read(checks_by_id, row.check_ids),
        is_own=session.read(lambda connection: is_own_work(session, connection, row)),
        item_checklist=item_checklist(session, row.visit_id),
    )


def _history(session: Session, item_id: str) -> list[HistoryLine]:
    """Return the history of an item; empty for one that the book does not have, which a device may name."""
    return session.read(history, item_id) if item_id and session.read(items_by_id, [item_id]) else []


def item_checklist(session: Session, visit_id: str) -> Checklist | None:
    """Return the questions about each item of a visit; None if this store does not have them."""
    try:
        return session.read(visit_checklists, visit_id)[0]
    except Refusal:
        return None


@dataclass(frozen=True)
class CheckEvidence:
    """The evidence of one check. `note` is decrypted, or says why it cannot be shown.

    `answers`, and `identified` (how the item was identified, and by whom), are in words.
    """

    visit_id: str
    check_id: CheckId
    serial: str
    photos: list[EvidenceRow]
    note: str
    answers: str
    questions: Mapping[str, str]
    identified: str


def check_evidence(session: Session, check_id: CheckId) -> CheckEvidence:
    """Return the evidence of a check, and note the access. Raises Refusal `check.unknown`.

    Content that cannot be shown raises nothing: `note` then says why. Answers to questions that this store does not
    have are left out.
    """
    row = session.read(check, check_id)
    session.notes.note_read("check", check_id)
    found = session.read(evidence_of, check_id=check_id)
    note, error = _note(session, next((entry for entry in found if entry.role == "note"), None))
    questions = item_checklist(session, row.visit_id)
    asked = {question.question_id: question for question in questions.questions} if questions else {}
    answers = [
        answer_said(asked[one.question_id], one, translate) for one in row.testimony.answers if one.question_id in asked
    ]
    return CheckEvidence(
        row.visit_id,
        check_id,
        row.serial,
        [entry for entry in found if entry.is_photo],
        note or (sentence(error).what if error else ""),
        "; ".join(answers),
        question_texts(session, row.visit_id),
        evidence_said(row) or how_read(row.reading),
    )


def question_texts(session: Session, visit_id: str) -> dict[str, str]:
    """Return the questions of the visit's checklists by id; empty if this store does not have the checklists."""
    try:
        checklists = session.read(visit_checklists, visit_id)
    except Refusal:
        return {}
    return {question.question_id: question.text for one in checklists for question in one.questions}


def load_picture(session: Session, evidence: EvidenceRow) -> Picture:
    """Return one picture, decrypted. One that is withheld, missing or altered is returned with its error."""
    try:
        return Picture(evidence, session.content(ref_of(evidence)))
    except KnownError as error:
        return Picture(evidence, b"", error)


def decoded_picture(session: Session, evidence: EvidenceRow) -> tuple[Picture, QImage]:
    """Decrypt and decode one picture, off the GUI thread. If it cannot be shown, the image is null and has an error."""
    picture = load_picture(session, evidence)
    if picture.error is not None:
        return picture, QImage()
    try:
        return picture, decoded(picture.data)
    except KnownError as error:
        return replace(picture, error=error), QImage()


def ref_of(evidence: EvidenceRow) -> ContentRef:
    """Return the reference to the content of a piece of evidence."""
    return ContentRef(
        object_id=evidence.object_id,
        commitment=evidence.commitment,
        size=evidence.size,
        media_type=evidence.media_type,
    )


def _note(session: Session, evidence: EvidenceRow | None) -> tuple[str, KnownError | None]:
    if evidence is None:
        return "", None
    try:
        return session.content(ref_of(evidence)).decode("utf-8", "replace"), None
    except KnownError as error:
        return "", error
