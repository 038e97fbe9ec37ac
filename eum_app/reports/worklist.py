"""The worklist on paper: for each location, boxes to tick and room for the serial on the item; one QR code a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from db.queries.dispositions import GoneItem
from db.queries.visits import VisitRow, WorkRow
from eum_app.domain.checklists import Question
from eum_app.domain.visits import REASONS, TO_CHECK, Outcome
from eum_app.reports.model import Cover, plain_cover
from eum_app.wording.report_words import visit_kind, word

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

ROWS_PER_PAGE: Final = 10
"""Part of the printed form. A filled page is found by its number, so a change here needs a new page code."""
BLANK_ROWS: Final = 2
TICKED: Final = (Outcome.VERIFIED, Outcome.DISCREPANCY, Outcome.NOT_FOUND, Outcome.NO_ACCESS)
_LETTERS: Final = {
    Outcome.DISCREPANCY: "D",
    Outcome.NOT_FOUND: "N",
    Outcome.NO_ACCESS: "A",
    Outcome.NOT_ON_LIST: "L",
}


@dataclass(frozen=True)
class PrintedPage:
    """A page for the template. `code` is the text of its QR code; `symbol` is that code as pixels, one a module."""

    number: int
    pages: int
    place: str
    first: int
    rows: tuple[WorkRow, ...]
    code: str
    symbol: NDArray[np.uint8]


def reason_codes(outcome: Outcome) -> list[tuple[str, str]]:
    """Return (code, reason) pairs such as (`D1`, `serial_differs`), for the legend and the column to fill in.

    Raises KeyError for verified, which has no reasons.
    """
    return [(f"{_LETTERS[outcome]}{at}", reason) for at, reason in enumerate(REASONS[outcome], 1)]


def worklist_data(
    cover: Cover,
    visit: VisitRow,
    pages: Sequence[PrintedPage],
    questions: Sequence[Question],
    gone: Sequence[GoneItem] = (),
) -> dict[str, Any]:
    """Return the JSON data for `assets/reports/worklist.typ`. `gone` items are named after the pages."""
    return {
        "cover": plain_cover(cover),
        "words": {},
        "volume": {"number": 1, "of": 1},
        "visit": {
            "site": visit.site,
            "country": visit.country,
            "due_on": visit.due_on,
            "inspector": visit.inspector,
            "visit_id": visit.visit_id,
            "program": word(visit.program),
            "purpose": visit_kind(visit.purpose),
        },
        "questions": [question.text for question in questions],
        "legend": [
            {"outcome": word(outcome), "reasons": [[code, word(reason)] for code, reason in reason_codes(outcome)]}
            for outcome in _LETTERS
        ],
        "blank_rows": BLANK_ROWS,
        "gone": [
            {
                "serial": one.serial,
                "article": " ".join(filter(None, (one.part_number, one.nomenclature))),
                "location": one.location,
                "said": " ".join(filter(None, (word(one.disposition), one.happened_on))),
            }
            for one in gone
        ],
        "pages": [
            {
                "number": page.number,
                "pages": page.pages,
                "place": page.place,
                "code": page.code,
                "symbol": symbol_svg(page.symbol),
                "rows": [
                    {
                        "number": page.first + at,
                        "serial": row.serial,
                        "uii": row.uii,
                        "part_number": row.part_number,
                        "nomenclature": row.nomenclature,
                        "shelf": row.location.removeprefix(page.place).removeprefix(" / "),
                        "done": "" if row.outcome == TO_CHECK else word(row.outcome),
                    }
                    for at, row in enumerate(page.rows)
                ],
            }
            for page in pages
        ],
    }


def symbol_svg(symbol: NDArray[np.uint8]) -> str:
    """Return `symbol` (0 black, 255 white, one pixel a module) as SVG: one path, with the modules of a run joined."""
    side_y, side_x = symbol.shape
    runs = []
    for y, line in enumerate(symbol < 128):
        x = 0
        while x < side_x:
            start = x
            while x < side_x and line[x]:
                x += 1
            if x > start:
                runs.append(f"M{start} {y}h{x - start}v1h-{x - start}z")
            x += 1
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side_x} {side_y}" width="{side_x}" height="{side_y}">'
        f'<path d="{"".join(runs)}" fill="#000000" shape-rendering="crispEdges"/></svg>'
    )
