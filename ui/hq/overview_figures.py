"""The five figures at the top of the overview."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal

from db.queries.overview import BookFigures
from eum_app.domain.findings import Severity
from eum_app.usecases.review.overview import Overview
from ui.hq.behind import Behind
from ui.hq.narrowed import FindingFilter, Narrowed
from ui.hq.overview_parts import FigureTile, age, per_cent
from ui.kit.delegates import ChipSpec
from ui.kit.widgets import Tiles
from ui.kit.words import count, joined


class Figures(Tiles):
    """Five tiles. `opened` carries a page, and the filter for the rows behind the figure."""

    opened = Signal(str, object)

    def __init__(self) -> None:
        self._shown: Overview | None = None

        def tile(name: str, title: str, opens: str, go: Callable[[Behind], None]) -> FigureTile:
            made = FigureTile(f"overview_{name}", title, opens)
            made.opened.connect(lambda: self._with_rows(go))
            return made

        inventory = self.tr("Open these items in the inventory")
        self.monitored = tile(
            "monitored",
            self.tr("Under enhanced monitoring"),
            inventory,
            lambda rows: self.opened.emit("inventory", rows.monitored()),
        )
        self.inventoried = tile(
            "inventoried",
            self.tr("Inventoried within the year"),
            inventory,
            lambda rows: self.opened.emit("inventory", rows.inventoried()),
        )
        self.overdue = tile(
            "overdue",
            self.tr("Inventory overdue"),
            inventory,
            lambda rows: self.opened.emit("inventory", rows.overdue()),
        )
        self.findings = tile(
            "findings",
            self.tr("Open findings"),
            self.tr("Open them in the review"),
            lambda rows: self.opened.emit("review", rows.findings() or Narrowed(FindingFilter(), "")),
        )
        self.visits = tile(
            "visits",
            self.tr("Visits not closed out"),
            self.tr("Open these visits"),
            lambda rows: self.opened.emit("visits", rows.visits()),
        )
        self.visits.detail_opened.connect(
            lambda: self._with_rows(lambda rows: self.opened.emit("visits", rows.visits(is_past_due=True)))
        )
        self.tiles = (self.monitored, self.inventoried, self.overdue, self.findings, self.visits)
        super().__init__(*self.tiles)

    def _with_rows(self, go: Callable[[Behind], None]) -> None:
        """Open the rows behind a figure as shown; does nothing before the first answer."""
        if self._shown is not None:
            go(Behind(self._shown))

    def show_overview(self, found: Overview) -> None:
        """Show the figures of an overview."""
        self._shown = found
        self._show_book(found.book)
        self._show_work(found)

    def _show_book(self, book: BookFigures) -> None:
        total = book.monitored.total
        self.monitored.set_value(
            count(total),
            joined(
                self.tr("%Ln delivered this month", "", book.delivered_this_month),
                self.tr("{count} without a date").format(count=count(book.monitored.no_date))
                if book.monitored.no_date
                else "",
            ),
        )
        soon = self.tr("{count} due in 30 days").format(count=count(book.monitored.due_soon))
        tone = "" if not total else "ok" if book.inventoried == total else "warn"
        self.inventoried.set_value(
            per_cent(book.inventoried, total),
            joined(self.tr("%Ln items", "", book.inventoried), soon),
            tone,
        )
        apart = self.tr("{never} never inventoried, {late} late").format(never=count(book.never), late=count(book.late))
        overdue = book.monitored.overdue
        self.overdue.set_value(count(overdue), apart, "bad" if overdue else "ok" if total else "")

    def _show_work(self, found: Overview) -> None:
        work = found.work
        opened = sum(work.findings.values())
        severities = [
            f"{count(work.findings[key])} {ChipSpec.of(key).text.lower()}" for key in Severity if work.findings.get(key)
        ]
        oldest = ""
        if work.oldest_finding:
            oldest = self.tr("oldest {age}").format(age=age(work.oldest_finding, found.as_of))
        detail = joined(", ".join(severities), oldest) or self.tr("no decisions are waiting")
        self.findings.set_value(count(opened), detail, "bad" if work.findings.get(Severity.HIGH) else "")
        past = self.tr("{count} past due").format(count=count(work.visits_past_due)) if work.visits_past_due else ""
        tone = "warn" if work.visits_past_due else ""
        self.visits.set_value(count(work.visits_open), past or self.tr("none past due"), tone)
        self.visits.link_detail(past)
