"""Reports: preview each report in the registry as it would be exported now, and export it with its proof."""

from __future__ import annotations

import re
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QWidget

from db.queries.items import SiteRow, all_sites
from db.queries.visits import VisitRow, all_visits
from eum_app.domain.areas import Area
from eum_app.domain.errors import KnownError
from eum_app.reports.model import Figure
from eum_app.usecases.calls import call, child
from eum_app.usecases.children import make_report_child
from eum_app.usecases.reporting.export_report import Exported
from eum_app.usecases.reporting.make_report import Preview, preview_report
from eum_app.usecases.reporting.registry import REPORTS
from eum_app.usecases.reporting.report import Report
from eum_app.usecases.session import Session
from ui.audit.report_filters import FilterBar, said
from ui.audit.report_rows import columns_of
from ui.kit.desk import Desk
from ui.kit.models import IdsTableModel, table_view
from ui.kit.page import Page
from ui.kit.widgets import (
    Card,
    Chip,
    ColumnPart,
    Columns,
    EmptyState,
    FormField,
    KeyValueGrid,
    StatTile,
    Tiles,
    ValueText,
    button,
    flow,
    hbox,
    label,
    panel,
    scrolled,
    vbox,
)
from ui.kit.widgets.path_field import PathField
from ui.kit.words import count, grouped, moment
from ui.shared.page_parts import Job, choices, fill_choices, may, named, show_rows, why_not

PREVIEW_ROWS = 200
_ID = re.compile(r"[0-9a-f]{32}")
SECTION_LINES = 12
"""More lines of a section are in the report itself."""


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
        self.add_button_key(self.export_button, "Ctrl+E")
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
        self._none = EmptyState("file-chart-column", self.tr("No row to show"), "")
        self._rows_card.add(self._none, 1)
        self._total = StatTile(self.tr("Rows in the report"))
        self._figure = StatTile(self.tr("Not reconciled"))
        self._not_received = StatTile(self.tr("Facts not received yet"))
        view = panel(vbox(covers, Tiles(self._total, self._figure, self._not_received), self._rows_card, spacing=16))
        view.layout().setStretch(2, 1)  # type: ignore[union-attr]
        return view

    def _table(self) -> QWidget:
        table = table_view(self._model, name=self.tr("First rows of the report"))
        table.setObjectName("report_table")
        return table

    def _side_view(self) -> QWidget:
        self._counts = KeyValueGrid(margins=(0, 0, 0, 0), key_width=170)
        self._counts.setObjectName("report_counts")
        self._heads = KeyValueGrid(margins=(0, 0, 0, 0))
        counts = Card(self.tr("Counts"))
        counts.add(
            scrolled(
                vbox(
                    self._counts,
                    label(self.tr("Made from these journals"), "cardtitle"),
                    label(self.tr("origin / epoch, newest fact, its hash"), "sub"),
                    self._heads,
                    1,
                    margins=(16, 12, 16, 12),
                    spacing=12,
                )
            ),
            1,
        )
        view = panel(vbox(self._export_card(), counts, spacing=16))
        view.layout().setStretch(1, 1)  # type: ignore[union-attr]
        return view

    def _export_card(self) -> QWidget:
        self.format = QComboBox()
        named(self.format, "report_format")
        self.format.setAccessibleName(self.tr("Format of the report"))
        self.format.activated.connect(self._take_format)
        self.path_field = PathField(
            self.tr("File of the report"),
            object_name="report_path_field",
            kind="save",
            filters=self.tr("Reports (*.csv *.xlsx *.pdf *.json)"),
        )
        self.path_field.set_path(self.desk.outbox / f"{self.report.name}{self.report.formats[0]}")
        self.path_field.changed.connect(self._follow_path)
        self.path_field.submitted.connect(self.export)
        self.export_button = button(self.tr("Export"), self.export, kind="primary", icon="file-chart-column")
        named(self.export_button, "report_export_button")
        self._denied = label("", "sub", tone="warn", wrap=True)
        self.job = Job("report_job")
        self.job.busy_changed.connect(lambda _busy: self._follow())
        self._proof = KeyValueGrid(margins=(0, 4, 0, 0), key_width=70)
        self._verified = Chip()
        self._done = panel(vbox(panel(flow(self._verified)), self._proof, spacing=4))
        self._done.setObjectName("report_result")
        self._done.hide()
        card = Card(self.tr("Export"))
        card.add_padded(
            FormField(self.tr("Format"), self.format),
            FormField(self.tr("Write the report to"), self.path_field),
            self._denied,
            self.job,
            hbox(1, self.export_button),
            self._done,
        )
        return card

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
        self._denied.setText(denied)
        self._denied.setVisible(bool(denied))
        self.filters.take(report)
        self.filters.offer(self._sites, self._visits)
        self._none.set_text(self.tr("No row to show"), denied or self._no_row())
        model, table = self._model, self.table
        self._model = IdsTableModel(columns_of(report), parent=self)
        self.table = self._table()
        _replace(table, self.table)
        model.deleteLater()
        self.table.setVisible(not denied)
        self._none.setVisible(bool(denied))
        self._take_formats()
        self._follow()

    def _no_row(self) -> str:
        missing = self.filters.missing
        if missing:
            return self.tr("Choose a value first: {filter}.").format(filter=missing)
        return self.tr("Choose other filters, or load an inventory list first: each item becomes a row here.")

    def _take_formats(self) -> None:
        """Offer the report's formats, and name the file after the report unless the person changed the name."""
        words = {
            ".csv": self.tr("CSV, for programs and spreadsheets"),
            ".xlsx": self.tr("Excel workbook"),
            ".pdf": self.tr("PDF, to read and print"),
            ".json": self.tr("JSON, for programs"),
        }
        self.format.clear()
        for suffix in self.report.formats:
            self.format.addItem(words.get(suffix, suffix), suffix)
        path = self.path_field.path
        if path is not None and path.stem in REPORTS:
            suffix = path.suffix if path.suffix in self.report.formats else self.report.formats[0]
            self.path_field.set_path(path.with_name(f"{self.report.name}{suffix}"))
        self._follow_path()

    def wanted(self) -> dict[str, str]:
        """Return the value of each filter by its name, as the fields have it now."""
        return self.filters.wanted()

    def load(self) -> None:
        """Read the preview again, once every required filter has a value."""
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
        self._none.set_text(self.tr("No row to show"), self._no_row())
        self.table.hide()
        self._none.show()
        for tile in (self._total, self._figure, self._not_received):
            tile.set_value("–")
        self._counts.clear()
        self._heads.clear()
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
        self._none.set_text(self.tr("No row to show"), self._no_row())
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
        self._show_cover(preview)
        self._follow()

    def _difference(self, preview: Preview) -> Figure:
        """Return by how much the counts of a report miss its total, for a report without a figure."""
        difference = preview.document.counts.unreconciled
        return Figure(self.tr("Not reconciled"), difference, self.tr("missing from the counts"), difference != 0)

    def _show_cover(self, preview: Preview) -> None:
        """Show the counts of the cover. The heads of the journals follow below them in groups of four characters."""
        self._counts.clear()
        hashes = {head.hash.hex() for head in preview.heads}
        for section in preview.cover.sections:
            lines = [(name, value) for name, value in section.lines if value not in hashes]
            for name, value in lines[:SECTION_LINES]:
                self._counts.add(said(name), grouped(value) if _ID.fullmatch(value) else value)
            if len(lines) > SECTION_LINES:
                more = count(len(lines) - SECTION_LINES)
                self._counts.add(said(section.title), self.tr("{count} more").format(count=more))
        self._heads.clear()
        for head in preview.heads:
            self._heads.add(
                f"{head.origin} / {head.epoch}",
                f"{count(head.seq)} · {grouped(head.hash.hex()[:8])}…",
            )

    def _follow(self) -> None:
        allowed = may(self.desk.session, self.report.permission)
        ready = allowed and self._preview is not None and self.path_field.path is not None
        self.export_button.setEnabled(ready and not self.job.is_busy)

    def _take_format(self) -> None:
        """Give the file the extension of the chosen format."""
        path = self.path_field.path
        if path is not None:
            self.path_field.set_path(path.with_suffix(self.format.currentData()))

    def _follow_path(self) -> None:
        """Choose the format that belongs to the typed extension."""
        path = self.path_field.path
        at = self.format.findData(path.suffix.lower()) if path is not None else -1
        if at >= 0:
            self.format.setCurrentIndex(at)
        self._follow()

    def export(self) -> None:
        """Write the report and its proof to the chosen path, in a child process."""
        path = self.path_field.path
        if path is None or not self.export_button.isEnabled():
            return
        self._done.hide()
        self.job.run(
            self.desk,
            self.tr("Writing {name}").format(name=path.name),
            child(make_report_child, self.report, path, self.wanted()),
            then=self._exported,
            failed=self._refused,
            stopped=self._stopped,
        )

    def _exported(self, exported: Exported) -> None:
        words = self.tr("%Ln rows re-read from the file", "", exported.rows)
        self._verified.set(words, "ok", "check")
        self._proof.clear()
        self._proof.add(self.tr("File"), ValueText(str(exported.path), mono=False))
        self._proof.add(self.tr("Sidecar"), ValueText(str(exported.sidecar_path), mono=False))
        self._proof.add("SHA-384", grouped(exported.sha384), mono=True)
        self._done.show()
        self.notice.show_message(
            "ok", self.tr("Report written: {name}").format(name=exported.path.name), detail=words, stays=True
        )

    def _refused(self, error: KnownError) -> None:
        self.notice.show_error(error)

    def _stopped(self) -> None:
        self.notice.show_message("info", self.tr("Stopped. No report was written."))


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
