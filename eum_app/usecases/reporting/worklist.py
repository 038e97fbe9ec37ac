"""The worklist on paper, for places where no electronics are allowed, and the search for a printed page.

Pages follow from HQ's order alone: all expected items by location, one vault or building a page, with a fixed maximum
of rows. The code on a page names the visit, the page, and a digest of its content, so that it can be found weeks later.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Final, NamedTuple

from db.queries.checklists import visit_checklists
from db.queries.dispositions import gone_at
from db.queries.visits import VisitRow, WorkRow, visit, work_ids, work_rows
from db.store import Connection
from eum_app.domain.checklists import expected_answers, visible_questions
from eum_app.domain.errors import Refusal
from eum_app.domain.facts import WorklistPrinted
from eum_app.domain.people import Permission
from eum_app.reports.formats.pdf_file import set_pdf
from eum_app.reports.model import Cover
from eum_app.reports.worklist import ROWS_PER_PAGE, PrintedPage, worklist_data
from eum_app.scanning.labels import qr
from eum_app.usecases.changes import Changed
from eum_app.usecases.people.scopes import require_visit
from eum_app.usecases.reporting.paper_files import Sheet, require_pdf, write_and_record
from eum_app.usecases.reporting.report import Paper
from eum_app.usecases.session import Session, new_id

VOLUME_PAGES: Final = 45
"""Pages in one PDF: about 500 rows, which `reports.formats.pdf_file` can set in one run."""
WORKLIST: Final = Paper("worklist", "Worklist", "The expected items of a visit, to be checked on paper.", "worklist")
_CODE: Final = re.compile(r"EUM-LIST-1/([0-9a-f]{32})/([0-9]{1,6})/([0-9a-f]{12})", re.ASCII)


class PageCode(NamedTuple):
    """Content of the QR symbol on a page."""

    visit_id: str
    number: int
    digest: str

    def __str__(self) -> str:
        return f"EUM-LIST-1/{self.visit_id}/{self.number}/{self.digest}"


@dataclass(frozen=True)
class WorklistPage:
    """One page. `number` counts from 1 through the whole visit; `first` is the number of its first row.

    `place` is the common beginning of its rows' locations (`Vault 1` of `Vault 1 / Shelf A-01`).
    """

    code: PageCode
    pages: int
    place: str
    first: int
    rows: tuple[WorkRow, ...]

    @property
    def number(self) -> int:
        """Number of the page, from 1."""
        return self.code.number


@dataclass(frozen=True)
class PrintedWorklist(Changed):
    """The files written, in order: one, or volumes of `VOLUME_PAGES` pages."""

    paths: tuple[Path, ...]
    pages: int
    rows: int


def worklist_pages(connection: Connection, visit_id: str) -> list[WorklistPage]:
    """Return the pages of a visit's worklist in order; none if no item is expected. Raises Refusal `visit.unknown`."""
    visit(connection, visit_id)
    ids = work_ids(connection, visit_id)
    rows = work_rows(connection, visit_id, ids)
    # The sort is stable: within a location, HQ's order is kept.
    in_order = sorted((rows[item_id] for item_id in ids), key=lambda row: row.location)
    blocks: list[tuple[str, tuple[WorkRow, ...]]] = []
    for place, group in groupby(in_order, key=place_of):
        here = list(group)
        blocks += [(place, tuple(here[start : start + ROWS_PER_PAGE])) for start in range(0, len(here), ROWS_PER_PAGE)]
    pages, first = [], 1
    for number, (place, of_page) in enumerate(blocks, 1):
        code = PageCode(visit_id, number, _digest(of_page))
        pages.append(WorklistPage(code, len(blocks), place, first, of_page))
        first += len(of_page)
    return pages


def place_of(row: WorkRow) -> str:
    """Return the first part of the row's location, before " / ": the place that one page covers. "" without one."""
    return row.location.partition(" / ")[0]


def is_page_code(text: str) -> bool:
    """Whether a scanned text begins like a page code of any version; `read_page_code` may still refuse it."""
    return text.strip().startswith("EUM-LIST-")


def read_page_code(text: str) -> PageCode:
    """Parse a code scanned from a page. Raises Refusal `worklist.code`."""
    found = _CODE.fullmatch(text.strip())
    if found is None:
        raise Refusal("worklist.code", text=text.strip()[:60])
    return PageCode(found[1], int(found[2]), found[3])


def find_page(connection: Connection, visit_id: str, number: int, digest: str = "") -> WorklistPage:
    """Return a page by its number; with `digest`, require the content that was printed.

    Raises Refusal `worklist.page` (no such page), `worklist.differs` (the book changed since printing, so the page has
    other items or serials), `visit.unknown`.
    """
    pages = worklist_pages(connection, visit_id)
    if not 1 <= number <= len(pages):
        raise Refusal("worklist.page", number=number, pages=len(pages))
    page = pages[number - 1]
    if digest and digest != page.code.digest:
        raise Refusal("worklist.differs", number=number)
    return page


def scanned_page(connection: Connection, visit_id: str, text: str) -> WorklistPage:
    """Return the page of `visit_id` that a scanned code names.

    Raises Refusal as `read_page_code` and `find_page`, `worklist.other_visit` with the site of that other visit, and
    `visit.unknown` if this store does not have it.
    """
    code = read_page_code(text)
    if code.visit_id != visit_id:
        raise Refusal("worklist.other_visit", site=visit(connection, code.visit_id).site)
    return find_page(connection, visit_id, code.number, code.digest)


def print_worklist(
    session: Session, visit_id: str, path: Path, places: Collection[str] | None = None
) -> PrintedWorklist:
    """Write the worklist as PDF, all of it or the pages of some places, and record the print and its recipient.

    Long worklists are written in volumes (`<stem>.volume-02.pdf` …). Existing files are replaced. Raises Refusal
    `permission.denied`, `permission.out_of_scope`, `visit.unknown`, `checklist.unknown`, `worklist.empty` (no item
    expected, or none in these places), `report.name` (not .pdf), `report.is_folder`; Trouble `report.pdf_failed` and
    those of disk errors.
    """
    session.require(Permission.PAPER_PRINT)
    require_pdf(path)
    with session.reading() as connection:
        row = visit(connection, visit_id)
        require_visit(session, connection, visit_id)
        checklist, _ = visit_checklists(connection, visit_id)
        pages = [page for page in worklist_pages(connection, visit_id) if places is None or page.place in places]
        gone = gone_at(connection, row.site_id)
    if not pages:
        raise Refusal("worklist.empty")
    asked = visible_questions(checklist, expected_answers(checklist, ()))
    cover = _cover(session, row)
    sheets: list[Sheet] = []
    for start in range(0, len(pages), VOLUME_PAGES):
        volume = pages[start : start + VOLUME_PAGES]
        pdf = set_pdf(WORKLIST.template, worklist_data(cover, row, [_printed(page) for page in volume], asked, gone))
        number = start // VOLUME_PAGES + 1
        to = path if number == 1 else path.with_name(f"{path.stem}.volume-{number:02d}.pdf")
        fact = WorklistPrinted(
            observed_at=cover.as_of,
            print_id=new_id(),
            visit_id=visit_id,
            inspector=row.inspector,
            pages=tuple(str(page.code) for page in volume),
            items=tuple(tuple(one.item_id for one in page.rows) for page in volume),
            rows=sum(len(page.rows) for page in volume),
            file_name=to.name,
        )
        sheets.append((fact, to, pdf))
    areas = write_and_record(session, sheets)
    paths = tuple(to for _, to, _ in sheets)
    return PrintedWorklist(areas, paths, len(pages), sum(len(page.rows) for page in pages))


def _printed(page: WorklistPage) -> PrintedPage:
    return PrintedPage(
        page.number, page.pages, page.place, page.first, page.rows, str(page.code), qr(str(page.code), 1)
    )


def _cover(session: Session, row: VisitRow) -> Cover:
    return Cover(
        report=WORKLIST.name,
        title=WORKLIST.title,
        subject=", ".join(part for part in (row.site, row.country) if part),
        as_of=session.observed_now(),
        made_by=session.account,
        made_at_store=session.name,
        reconciliation="",
        is_reconciled=True,
        sections=(),
    )


def _digest(rows: Sequence[WorkRow]) -> str:
    said = "\n".join(f"{row.item_id} {row.serial}" for row in rows)
    return hashlib.sha384(said.encode()).hexdigest()[:12]
