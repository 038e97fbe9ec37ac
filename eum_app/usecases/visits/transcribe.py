"""Transcription of a worklist filled in by hand: page by page, with who saw, who typed, and the time of the visit.

Each row becomes the check that would have been recorded on site, at the time when the item was seen. A serial on paper
is compared with the book. An unlisted serial is typed twice, since people misread handwriting. What an item under
enhanced monitoring needs to be verified is the same as on site: see `domain.sighting`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import msgspec

from db.queries.checklists import visit_checklists
from db.queries.items import identity
from db.queries.matching import papers_at
from db.queries.visits import visit
from eum_app.domain.checklists import Answer, Checklist, expected_answers
from eum_app.domain.clock import from_utc_text, utc_text
from eum_app.domain.discrepancies import Discrepancy
from eum_app.domain.errors import Refusal
from eum_app.domain.facts import Difference, MarkRead
from eum_app.domain.ids import CheckId
from eum_app.domain.items import compact
from eum_app.domain.matches import MatchKind
from eum_app.domain.people import Permission
from eum_app.domain.visit_kinds import require_fitting
from eum_app.domain.visits import Grade, NoReadReason, Outcome, ReadBy
from eum_app.usecases.changes import Changed
from eum_app.usecases.people.scopes import require_visit
from eum_app.usecases.reporting.worklist import WorklistPage, find_page
from eum_app.usecases.session import Session
from eum_app.usecases.visits.match_mark import match_mark, require_alike
from eum_app.usecases.visits.record_check import NewCheck, record_checks
from eum_app.usecases.visits.sighting import require_sighted, sighting_terms

MAX_SAW_CHARS: Final = 40


@dataclass(frozen=True)
class PaperRow:
    """Content of one row. `serial` is the serial on the paper, empty if none was written.

    `serial_again` is the serial typed a second time, without sight of the first. An item that is not on the list
    (`item_id` empty) always needs it, a listed one where `domain.sighting` says so. A `grade` below *sighted* needs
    `saw_for` and `saw_how`.
    """

    item_id: str
    outcome: str
    reason: str = ""
    serial: str = ""
    serial_again: str = ""
    note: str = ""
    grade: str = Grade.SIGHTED
    saw_for: str = ""
    saw_how: str = ""


@dataclass(frozen=True)
class Transcribed(Changed):
    """Result of transcribing one page."""

    check_ids: tuple[CheckId, ...]


def transcribe_page(
    session: Session,
    visit_id: str,
    number: int,
    rows: Sequence[PaperRow],
    *,
    saw: str,
    seen_at: str,
    digest: str = "",
) -> Transcribed:
    """Record the filled rows of one page, all or none; `seen_at` is an ISO 8601 instant with its offset.

    Listed rows that are verified get the expected answers, since paper has no room for others. Raises Refusal
    `transcribe.nothing`, `transcribe.who`, `time.invalid`, `transcribe.future`, `transcribe.before_visit`,
    `transcribe.closed`, `transcribe.not_on_page`, `transcribe.serial_differs` (verified, but the paper has another
    serial), `transcribe.serial_same` (marked as different, but it is equal), `transcribe.no_serial`,
    `transcribe.is_listed` (a row for unlisted items names a listed one), `transcribe.already` (the item was recorded
    from paper for that instant, or is here twice), `entry.differs`, `mark.…` (an unlisted serial), `sighting.…`, and
    those of `record_check` and `find_page`.
    """
    if not rows:
        raise Refusal("transcribe.nothing")
    _, checks = _page_checks(session, visit_id, number, rows, saw, seen_at, digest)
    recorded = record_checks(session, visit_id, checks)
    return Transcribed(recorded.areas, tuple(one.check_id for one in recorded.checks))


def require_page(
    session: Session, visit_id: str, number: int, rows: Sequence[PaperRow], saw: str, seen_at: str, digest: str = ""
) -> WorklistPage:
    """Validate these rows without recording them, and return their page. No rows are fine.

    Raises as `transcribe_page` does, except for what only `record_check` finds.
    """
    return _page_checks(session, visit_id, number, rows, saw, seen_at, digest)[0]


def _page_checks(
    session: Session, visit_id: str, number: int, rows: Sequence[PaperRow], saw: str, seen_at: str, digest: str
) -> tuple[WorklistPage, list[NewCheck]]:
    session.require(Permission.VISIT_WORK)
    saw = " ".join(saw.split())
    if not 0 < len(saw) <= MAX_SAW_CHARS or not saw.isprintable():
        raise Refusal("transcribe.who")
    seen_at = utc_text(from_utc_text(seen_at))  # one spelling for each instant, or repeated pages would not be found
    with session.reading() as connection:
        row = visit(connection, visit_id)
        require_visit(session, connection, visit_id)
        if row.closed_at:
            raise Refusal("transcribe.closed", site=row.site)
        page = find_page(connection, visit_id, number, digest)
        checklist, _ = visit_checklists(connection, visit_id)
        already = papers_at(connection, visit_id, seen_at)
        terms = sighting_terms(connection, visit_id)
    if seen_at > session.observed_now():
        raise Refusal("transcribe.future", seen_at=seen_at)
    if seen_at < row.planned_at:
        raise Refusal("transcribe.before_visit", seen_at=seen_at, planned_at=row.planned_at)
    listed = {one.item_id: one.serial for one in page.rows}
    seen = MarkRead(
        read_by=ReadBy.PAPER,
        saw=saw,
        typed_by=session.account,
        seen_at=seen_at,
        page=number,
        no_read_reason=NoReadReason.SCANNER_NOT_ALLOWED if terms.bans_scanner else "",
    )
    checks = []
    for paper in rows:
        require_fitting(row.purpose, paper.outcome, paper.grade)
        if paper.item_id and paper.item_id not in listed:
            raise Refusal("transcribe.not_on_page", item_id=paper.item_id[:40], number=number)
        meant = (paper.item_id, "" if paper.item_id else compact(paper.serial))
        if meant in already:
            raise Refusal("transcribe.already", serial=listed.get(paper.item_id) or paper.serial)
        already.add(meant)  # also refuses an item that is on this page twice
        checks.append(
            _listed(checklist, paper, listed[paper.item_id], seen)
            if paper.item_id
            else _unlisted(session, visit_id, paper, seen)
        )
    with session.reading() as connection:
        for one in checks:
            item = identity(connection, one.item_id)
            require_sighted(terms, item, outcome=one.outcome, grade=one.grade, mark=one.mark)
    return page, checks


def _listed(checklist: Checklist, paper: PaperRow, book_serial: str, seen: MarkRead) -> NewCheck:
    written = compact(paper.serial)
    is_same = written == compact(book_serial)
    is_twice = bool(compact(paper.serial_again))
    if is_twice:
        require_alike(paper.serial, paper.serial_again)
    if paper.outcome == Outcome.VERIFIED and written and not is_same:
        raise Refusal("transcribe.serial_differs", written=paper.serial[:78], book=book_serial)
    if paper.reason == "serial_differs" and (not written or is_same):
        raise Refusal("transcribe.serial_same", book=book_serial)
    # The paper has no room for answers: a tick under "verified" means that everything was as expected.
    is_verified = paper.outcome == Outcome.VERIFIED
    answers: Sequence[Answer] = expected_answers(checklist, ()) if is_verified else ()
    return NewCheck(
        paper.item_id,
        paper.outcome,
        _typed(seen, paper, twice=is_twice),
        paper.reason,
        answers,
        note=paper.note,
        grade=paper.grade,
        differences=_differences(paper, book_serial),
    )


def _differences(paper: PaperRow, book_serial: str) -> tuple[Difference, ...]:
    """Return the discrepancy on the paper. Of its facts, the paper has a column for the serial only."""
    if paper.outcome != Outcome.DISCREPANCY or not paper.reason:
        return ()
    is_serial = paper.reason == Discrepancy.SERIAL_DIFFERS
    found = (book_serial, paper.serial.strip()) if is_serial else ("", "")
    return (Difference(reason=paper.reason, on_record=found[0], found=found[1]),)


def _unlisted(session: Session, visit_id: str, paper: PaperRow, seen: MarkRead) -> NewCheck:
    serial = paper.serial.strip()
    if not compact(serial):
        raise Refusal("transcribe.no_serial")
    require_alike(serial, paper.serial_again)
    match = match_mark(session, visit_id, serial.encode(), read_by=ReadBy.PAPER)
    if match.kind in {MatchKind.EXPECTED, MatchKind.ALREADY_CHECKED}:
        raise Refusal("transcribe.is_listed", serial=serial[:78])
    return NewCheck(
        match.item.item_id if match.item else "",
        Outcome.NOT_ON_LIST,
        _typed(seen, paper, twice=True),
        paper.reason,
        note=paper.note,
        grade=paper.grade,
    )


def _typed(seen: MarkRead, paper: PaperRow, *, twice: bool) -> MarkRead:
    serial = paper.serial.strip()
    return msgspec.structs.replace(
        seen,
        raw=serial.encode(),
        serial=serial,
        entered_twice=twice,
        saw_for=" ".join(paper.saw_for.split()),
        saw_how=" ".join(paper.saw_how.split()),
    )
