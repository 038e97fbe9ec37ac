"""Import of a filled worklist from a file, as if it were typed page by page; see `filled_worklist` for its columns."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

from eum_app.domain.areas import Area
from eum_app.domain.clock import from_utc_text, utc_text
from eum_app.domain.errors import Refusal
from eum_app.domain.items import compact
from eum_app.domain.people import Permission
from eum_app.domain.visits import REASONS, Grade, Outcome, require_outcome
from eum_app.list_files.filled_worklist import COLUMNS, read_filled_worklist
from eum_app.list_files.source import Note
from eum_app.reports.worklist import reason_codes
from eum_app.usecases.changes import Changed
from eum_app.usecases.reporting.worklist import WorklistPage, is_page_code, read_page_code, scanned_page
from eum_app.usecases.session import Session
from eum_app.usecases.visits.match_mark import require_alike
from eum_app.usecases.visits.transcribe import PaperRow, require_page, transcribe_page

_REASONS: Final[dict[tuple[str, str], str]] = {
    (outcome, code): reason for outcome in REASONS for code, reason in reason_codes(outcome)
}


@dataclass(frozen=True)
class RefusedLine:
    """A line that cannot be imported, and the reason. The heading is line 1; the first object of a JSON list is 1."""

    line: int
    refusal: Refusal


@dataclass(frozen=True)
class FilledIn(Changed):
    """Result of a file: `checks` recorded from `pages`; nothing is recorded if any line was refused.

    `notes` list the parts of the file that were not read.
    """

    checks: int
    pages: tuple[int, ...]
    refused: tuple[RefusedLine, ...] = ()
    notes: tuple[Note, ...] = ()


class _Sheet(NamedTuple):
    """Lines of one page, seen by one person at one time; they are recorded together."""

    number: int
    digest: str
    saw: str
    seen_at: str


def transcribe_file(session: Session, visit_id: str, path: Path) -> FilledIn:
    """Record every line of a file, or none if any line is refused; the result lists refused lines with their reasons.

    A visit that is unknown, closed or out of scope refuses every line. Each page is one transaction: if `record_check`
    refuses a page, or Trouble of the disk is raised, pages before it stay recorded, and their lines are refused as
    `transcribe.already` next time. Raises Refusal `permission.denied`, and those of `read_filled_worklist` and
    `transcribe_page`.
    """
    session.require(Permission.VISIT_WORK)
    sheets: dict[_Sheet, list[PaperRow]] = defaultdict(list)
    filled = read_filled_worklist(path)
    refused = [RefusedLine(line, refusal) for line, refusal in filled.refused]
    seen: set[tuple[str, str]] = set()
    for line, cells in filled.lines:
        try:
            sheet, row = _read(session, visit_id, cells)
            meant = (row.item_id or compact(row.serial), sheet.seen_at)
            if meant in seen:
                raise Refusal("transcribe.already", serial=cells.get("serial") or row.serial)
            seen.add(meant)
            require_page(session, visit_id, sheet.number, [*sheets[sheet], row], sheet.saw, sheet.seen_at, sheet.digest)
        except Refusal as refusal:
            refused.append(RefusedLine(line, refusal))
        else:
            sheets[sheet].append(row)
    if refused:
        refused.sort(key=lambda one: one.line)
        return FilledIn(frozenset(), 0, (), tuple(refused), filled.notes)
    areas: frozenset[Area] = frozenset()
    checks = 0
    for sheet, rows in sheets.items():
        done = transcribe_page(
            session, visit_id, sheet.number, rows, saw=sheet.saw, seen_at=sheet.seen_at, digest=sheet.digest
        )
        areas, checks = areas | done.areas, checks + len(done.check_ids)
    return FilledIn(areas, checks, tuple(sorted({sheet.number for sheet in sheets})), notes=filled.notes)


def _read(session: Session, visit_id: str, cells: Mapping[str, str]) -> tuple[_Sheet, PaperRow]:
    """Parse one line. Raises Refusal `worklist.…`, `filled.…`, `entry.differs`, `check.outcome`, `check.reason`."""
    said = {name: cells.get(name, "").strip() for name in COLUMNS}
    number, digest = _page(session, visit_id, said["page"])
    page = require_page(session, visit_id, number, (), said["saw"], said["seen_at"], digest)
    outcome = said["outcome"].lower()
    reason = _REASONS.get((outcome, said["reason"].upper()), said["reason"].lower())
    require_outcome(outcome, reason)
    if said["read_again"]:
        require_alike(said["read"], said["read_again"])
    item_id = _item_id(page, said["row"], said["serial"])
    if not item_id and outcome != Outcome.NOT_ON_LIST:
        raise Refusal("filled.no_row", number=number)
    row = PaperRow(
        item_id,
        outcome,
        reason,
        said["read"],
        said["read_again"],
        said["note"],
        said["grade"].upper() or Grade.SIGHTED,
        said["saw_for"],
        said["saw_how"],
    )
    return _Sheet(number, digest, said["saw"], utc_text(from_utc_text(said["seen_at"]))), row


def _page(session: Session, visit_id: str, text: str) -> tuple[int, str]:
    if is_page_code(text):
        session.read(scanned_page, visit_id, text)
        code = read_page_code(text)
        return code.number, code.digest
    if not (text.isascii() and text.isdigit() and len(text) < 7):
        raise Refusal("worklist.code", text=text[:60])
    return int(text), ""


def _item_id(page: WorklistPage, row: str, serial: str) -> str:
    """Return the id of the item that a line refers to; empty if it names none."""
    if not row and not serial:
        return ""
    meant = [
        one.item_id
        for at, one in enumerate(page.rows, page.first)
        if (not row or row == str(at)) and (not serial or compact(serial) == compact(one.serial))
    ]
    if len(meant) != 1:
        raise Refusal("filled.which", row=row[:10] or "–", serial=serial[:78] or "–", number=page.number)
    return meant[0]
