"""Reports: preview each report in the registry as it would be exported now, and export it with its proof."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from db.queries.items import SiteRow, all_sites
from db.queries.visits import VisitRow, all_visits
from eum_app.domain.areas import Area
from eum_app.domain.errors import KnownError
from eum_app.reports.model import Figure
from eum_app.usecases.calls import call
from eum_app.usecases.reporting.make_report import Preview, preview_report
from eum_app.usecases.reporting.registry import REPORTS
from eum_app.usecases.reporting.report import Report
from eum_app.usecases.session import Session
from ui.audit.report_counts import CountsCard
from ui.audit.report_export import ExportCard
from ui.audit.report_filters import FilterBar, said
from ui.audit.report_rows import columns_of
from ui.kit.desk import Desk
from ui.kit.models import IdsTableModel, table_view
from ui.kit.page import Page
from ui.kit.widgets import (
    Card,
    ColumnPart,
    Columns,
    EmptyState,
    FormField,
    StatTile,
    Tiles,
    label,
    panel,
    vbox,
)
from ui.kit.words import count, moment
from ui.shared.page_parts import choices, fill_choices, may, show_rows, why_not

PREVIEW_ROWS = 200


class ReportsPage(Page):
    """Report, filters and rows on the left, counts and the export on the right."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(self.tr("Reports"))
        self.desk = desk
        self.report: Report = next(iter(REPORTS.values()))
        self._asked = 0
        self._preview: Preview | None = None
        self._sites: list[SiteRow] = []
        self._visits: list[VisitRow] = []
        self.body.addWidget(
            Columns(
                [
                    ColumnPart("rows", self.tr("Rows"), self._rows_view(), 7),
                    ColumnPart("export", self.tr("Counts and export"), self._side_view(), 3),
                ]
            ),
            1,
        )
        self.add_button_key(self.exporting.export_button, "Ctrl+E")
        if desk.session.is_hq:
            self.add_action(self.tr("Proof of time"), "Ctrl+T", self._to_time, icon="clock", in_header=True)
        self._take_report()

    # Its parts

    def _rows_view(self) -> QWidget:
        self.chosen = choices("report_name", self.tr("Report"))
        fill_choices(self.chosen, [(said(report.title), report.name) for report in REPORTS.values()])
        self.chosen.setCurrentIndex(0)
        self.chosen.currentIndexChanged.connect(lambda _at: self._choose())
        self._about = label("", "sub", wrap=True)
        self.filters = FilterBar(FormField(self.tr("Report"), self.chosen))
        self.filters.changed.connect(self.load)
        covers = Card(self.tr("What the report covers"))
        covers.add_padded(self.filters, self._about)
        self._model = IdsTableModel([], parent=self)
        self.table = self._table()
        self._rows_card = Card(self.tr("First rows"))
        self._rows_card.add(self.table, 1)
        self._none = EmptyState("file-chart-column", self.tr("No rows to show"), "")
        self._rows_card.add(self._none, 1)
        self._total = StatTile(self.tr("Rows in the report"))
        self._figure = StatTile(self.tr("Not reconciled"))
        self._not_received = StatTile(self.tr("Facts not yet received"))
        view = panel(vbox(covers, Tiles(self._total, self._figure, self._not_received), self._rows_card, spacing=16))
        view.layout().setStretch(2, 1)  # type: ignore[union-attr]
        return view

    def _table(self) -> QWidget:
        table = table_view(self._model, name=self.tr("First rows of the report"))
        table.setObjectName("report_table")
        return table

    def _side_view(self) -> QWidget:
        self.exporting = ExportCard(self.desk, self.notice, self.report)
        self.exporting.export_requested.connect(lambda: self.exporting.write(self.wanted()))
        self._counts = CountsCard()
        view = panel(vbox(self.exporting, self._counts, spacing=16))
        view.layout().setStretch(1, 1)  # type: ignore[union-attr]
        return view

    # What happens

    def opened(self, _argument: object) -> None:
        self._ask_choices()
        self.load()

    def refresh(self, areas: frozenset[Area]) -> None:
        if areas & {Area.ITEMS, Area.VISITS}:
            self._ask_choices()
        if areas & {Area.ITEMS, Area.CHECKS, Area.EXCHANGE, Area.VISITS, Area.FINDINGS}:
            self.load()

    def first_focus(self) -> QWidget:
        return self.chosen

    def _to_time(self) -> None:
        self.navigate_requested.emit("time", None)

    def _ask_choices(self) -> None:
        self.desk.ask(call(_choices), then=self._offer)

    def _offer(self, found: tuple[list[SiteRow], list[VisitRow]]) -> None:
        self._sites, self._visits = found
        self.filters.offer(*found)

    def _choose(self) -> None:
        self.report = REPORTS[self.chosen.currentData()]
        self._take_report()
        self.load()

    def _take_report(self) -> None:
        """Show the filters, columns and formats of the chosen report."""
        report = self.report
        self._preview = None
        self._asked += 1
        self.header.set_title(said(report.title))
        self._about.setText(said(report.about))
        denied = why_not(self.desk.session, report.permission)
        self.filters.take(report)
        self.filters.offer(self._sites, self._visits)
        self._none.set_text(self.tr("No rows to show"), denied or self._no_row())
        model, table = self._model, self.table
        self._model = IdsTableModel(columns_of(report), parent=self)
        self.table = self._table()
        _replace(table, self.table)
        model.deleteLater()
        self.table.setVisible(not denied)
        self._none.setVisible(bool(denied))
        self.exporting.take(report)
        self._follow()

    def _no_row(self) -> str:
        missing = self.filters.missing
        if missing:
            return self.tr("Choose a value first: {filter}.").format(filter=missing)
        return self.tr("Choose other filters, or load an inventory list first: each item becomes a row here.")

    def wanted(self) -> dict[str, str]:
        """Return the value of each filter by its name, as the fields have it now."""
        return self.filters.wanted()

    def load(self) -> None:
        """Read the preview again in the background, once every required filter has a value.

        Until then, an empty one is shown. Does nothing without the permission for the report. The notice shows an
        error; the rows before stay.
        """
        self._asked += 1
        if not may(self.desk.session, self.report.permission):
            return
        if self.filters.missing:
            self._show_nothing()
            return
        self.desk.ask(
            call(preview_report, self.report, self.wanted(), PREVIEW_ROWS),
            then=partial(self._show, self._asked),
            failed=partial(self._not_shown, self._asked),
        )

    def _show_nothing(self) -> None:
        """Show an empty preview until the required filters have a value."""
        self._preview = None
        self.header.set_title(said(self.report.title))
        show_rows(self._model, [])
        self._rows_card.set_title(self.tr("First rows"), "")
        self._none.set_text(self.tr("No rows to show"), self._no_row())
        self.table.hide()
        self._none.show()
        for tile in (self._total, self._figure, self._not_received):
            tile.set_value("–")
        self._counts.clear()
        self._follow()

    def _not_shown(self, asked: int, error: KnownError) -> None:
        if asked == self._asked:
            self.notice.show_error(error)

    def _show(self, asked: int, preview: Preview) -> None:
        if asked != self._asked:
            return
        self._preview = preview
        as_of = self.tr("as of {when}").format(when=moment(preview.cover.as_of))
        self.header.set_title(said(self.report.title), as_of)
        show_rows(self._model, preview.rows)
        self.table.setVisible(bool(preview.rows))
        self._none.set_text(self.tr("No rows to show"), self._no_row())
        self._none.setVisible(not preview.rows)
        shown = self.tr("{shown} of {total}").format(shown=count(len(preview.rows)), total=count(preview.total))
        self._rows_card.set_title(self.tr("First rows"), shown)
        self._total.set_value(count(preview.total), said(preview.document.tables[0].title))
        figure = preview.document.figure or self._difference(preview)
        self._figure.set_name(said(figure.title))
        self._figure.set_value(count(figure.value), said(figure.detail), "warn" if figure.is_warning else "")
        self._not_received.set_value(
            count(preview.not_received),
            self.tr("known to exist on devices"),
            "warn" if preview.not_received else "",
        )
        self._counts.show_preview(preview)
        self._follow()

    def _difference(self, preview: Preview) -> Figure:
        """Return by how much the counts of a report miss its total, for a report without a figure."""
        difference = preview.document.counts.unreconciled
        return Figure(self.tr("Not reconciled"), difference, self.tr("missing from the counts"), difference != 0)

    def _follow(self) -> None:
        self.exporting.set_ready(may(self.desk.session, self.report.permission) and self._preview is not None)


def _choices(session: Session) -> tuple[list[SiteRow], list[VisitRow]]:
    """Return the sites and visits that the filters offer."""
    return session.read(all_sites), session.read(all_visits)


def _replace(old: QWidget, new: QWidget) -> None:
    """Put `new` in the place of `old`, which is deleted."""
    parent = old.parentWidget()
    layout = parent.layout() if parent is not None else None
    if layout is not None:
        layout.replaceWidget(old, new, Qt.FindChildOption.FindChildrenRecursively)
    old.hide()
    old.deleteLater()
