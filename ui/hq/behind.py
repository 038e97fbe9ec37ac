"""The rows behind each figure of the overview: the filters with which the other pages are opened."""

from __future__ import annotations

from datetime import date
from typing import Any

from PySide6.QtCore import QCoreApplication

from db.queries.inventory import ItemFilter
from db.queries.overview import OverdueLine, PlaceLine, QuarterLine
from db.queries.standing import ON_TIME, OVERDUE, StandingFilter
from eum_app.domain.compliance import clocks
from eum_app.usecases.review.overview import Overview
from ui.hq.narrowed import FindingFilter, Narrowed, VisitFilter
from ui.kit.theme import status_mark
from ui.kit.words import joined
from ui.kit.words import program as program_word

translate = QCoreApplication.translate


STATES: dict[str, tuple[str, ...]] = {
    "": (),
    "on_time": ON_TIME,
    "due_soon": (clocks.ClockState.DUE_SOON,),
    "overdue": OVERDUE,
}
"""The parts of a bar, and the states that each counts."""


class Behind:
    """The filters behind the figures of one overview."""

    def __init__(self, shown: Overview) -> None:
        self._today = shown.today.isoformat()
        self._program = shown.program
        self._of = program_word(shown.program) if shown.program else ""

    def _items(self, words: str, standing: StandingFilter, **rows: str) -> Narrowed:
        exact = tuple((name, value) for name, value in rows.items() if not value or name == "part_number")
        facets: dict[str, Any] = {name: value for name, value in rows.items() if value and name != "part_number"}
        wanted = ItemFilter(standing=standing, program=self._program, exact=exact, **facets)
        return Narrowed(wanted, joined(words, self._of))

    def monitored(self) -> Narrowed:
        """Return the filter of the items under enhanced monitoring."""
        return self._items(translate("hq", "under enhanced monitoring"), StandingFilter(self._today))

    def inventoried(self) -> Narrowed:
        """Return the filter of the items inventoried within the year."""
        states = (clocks.ClockState.IN_TIME, clocks.ClockState.DUE_SOON)
        return self._items(
            translate("hq", "inventoried within the year"), StandingFilter(self._today, states, inventoried=True)
        )

    def overdue(self) -> Narrowed:
        """Return the filter of the overdue items."""
        return self._items(status_mark("overdue").text(), StandingFilter(self._today, OVERDUE))

    def place(self, line: PlaceLine, part: str, *, is_country: bool) -> Narrowed:
        """Return the filter of the items of a bar (`part` empty) or of one part of it, a key of `STATES`.

        A line without a name gives the items without a place. Raises KeyError for any other `part`.
        """
        said = status_mark(part).text() if part else translate("hq", "under enhanced monitoring")
        standing = StandingFilter(self._today, STATES[part])
        words = joined(line.name or "–", said)
        column = "country" if is_country else "site_id"
        return self._items(words, standing, **{column: line.key})

    def overdue_line(self, line: OverdueLine) -> Narrowed:
        """Return the filter of the items behind a line of the longest overdue."""
        words = joined(line.nomenclature or line.part_number or "–", line.site or "–", status_mark("overdue").text())
        return self._items(
            words,
            StandingFilter(self._today, OVERDUE),
            nomenclature=line.nomenclature,
            part_number=line.part_number,
            site_id=line.site_id,
        )

    def quarter(self, line: QuarterLine, name: str, first: date) -> Narrowed:
        """Return the filter of the items in a column of the chart; `first` is the first day shown."""
        if line.is_never:
            standing = StandingFilter(self._today, inventoried=False)
        elif line.starts_on is None:
            standing = StandingFilter(self._today, last_before=first.isoformat())
        else:
            after = line.starts_on.month + 3
            ends = date(line.starts_on.year + after // 13, (after - 1) % 12 + 1, 1)
            before = ends.isoformat() if ends.isoformat() <= self._today else ""  # the newest column has no end
            standing = StandingFilter(self._today, last_from=line.starts_on.isoformat(), last_before=before)
        words = translate("hq", "newest inventory: {when}").format(when=name.replace("\n", " "))
        return self._items(words, standing)

    def findings(self) -> Narrowed | None:
        """Return the filter of the open findings, or None for all programs."""
        return Narrowed(FindingFilter(program=self._program), self._of) if self._program else None

    def visits(self, *, is_past_due: bool = False) -> Narrowed:
        """Return the filter of the visits not closed out, or of those past due."""
        words = translate("hq", "past due") if is_past_due else translate("hq", "not closed out")
        wanted = VisitFilter(self._program, is_open=True, past_due_on=self._today if is_past_due else "")
        return Narrowed(wanted, joined(words, self._of))
