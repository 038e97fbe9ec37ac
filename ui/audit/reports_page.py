"""Reports: the inventory status as it would be exported now, and the export with its proof."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QComboBox, QGridLayout, QLineEdit, QWidget

from db.queries.items import SiteRow, all_sites
from db.queries.reports import InventoryFilter, StatusRow
from eum_app.domain.areas import Area
from eum_app.domain.errors import KnownError
from eum_app.domain.items import EumLevel
from eum_app.domain.people import Permission
from eum_app.usecases.calls import call, child, query
from eum_app.usecases.children import export_inventory_status_child
from eum_app.usecases.reporting.inventory_status import Exported, InventoryStatusPreview, preview_inventory_status
from ui.kit.delegates import ChipSpec
from ui.kit.desk import Desk
from ui.kit.models import Column, IdsTableModel, table_view
from ui.kit.page import Page
from ui.kit.theme import inset, status_mark
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
from ui.kit.words import count, counted, day, grouped, joined, moment, word
from ui.shared.items_view import disposition_chip
from ui.shared.page_parts import Job, choices, fill_choices, may, named, show_rows, why_not

PREVIEW_ROWS = 200
FILE_NAME = "inventory-status.csv"
_EMPTY_CHOICE = ""


class ReportsPage(Page):
    """Filters and rows on the left, counts and the export on the right."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(self.tr("Reports"))
        self.desk = desk
        self.header.set_title(self.tr("Inventory status"))
        self._asked = 0
        self._preview: InventoryStatusPreview | None = None
        self._typing = QTimer(self)
        self._typing.setSingleShot(True)
        self._typing.setInterval(200)
        self._typing.timeout.connect(self.load)
        self._make_filters()
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
        self._follow()

    # Its parts

    def _make_filters(self) -> None:
        self.site = choices("report_site", self.tr("All sites"))
        self.country = choices("report_country", self.tr("All countries"))
        self.level = choices("report_level", self.tr("All levels"))
        fill_choices(self.level, [(self.tr("All levels"), ""), *[(level.value, level.value) for level in EumLevel]])
        self.case = QLineEdit()
        self.case.setObjectName("report_case")
        self.case.setPlaceholderText(self.tr("All cases, or XX-B-ABC"))
        self.case.setMaxLength(40)
        self.case.textChanged.connect(lambda _text: self._typing.start())
        for box in (self.site, self.country, self.level):
            box.currentIndexChanged.connect(lambda _at: self.load())

    def _rows_view(self) -> QWidget:
        filters = QGridLayout()
        inset(filters, 16, 12, 16, 14, spacing=12)
        for at, (name, field) in enumerate(
            (
                (self.tr("Site"), self.site),
                (self.tr("Country"), self.country),
                (self.tr("Case"), self.case),
                (self.tr("EUM level"), self.level),
            )
        ):
            filters.addWidget(FormField(name, field), 0, at)
            filters.setColumnStretch(at, 1)
        about = Card(self.tr("What the report covers"))
        about.add(filters)
        self._model = IdsTableModel(self._columns(), parent=self)
        self.table = table_view(self._model, name=self.tr("First rows of the report"))
        self.table.setObjectName("report_table")
        self._rows_card = Card(self.tr("First rows"))
        self._rows_card.add(self.table, 1)
        denied = why_not(self.desk.session, Permission.REPORT_EXPORT)
        self._none = EmptyState(
            "file-chart-column",
            self.tr("No row to show"),
            denied or self.tr("Choose other filters, or load an inventory list first: each item becomes a row here."),
        )
        self._rows_card.add(self._none, 1)
        (self.table if denied else self._none).hide()
        self._total = StatTile(self.tr("Items in the report"))
        self._never = StatTile(self.tr("Without any check"))
        self._not_received = StatTile(self.tr("Facts not received yet"))
        tiles = Tiles(self._total, self._never, self._not_received)
        view = panel(vbox(about, tiles, self._rows_card, spacing=16))
        view.layout().setStretch(2, 1)  # type: ignore[union-attr]
        return view

    def _columns(self) -> list[Column]:
        return [
            Column(self.tr("Serial number"), lambda row: row.serial, is_mono=True, width=112),
            Column(self.tr("Article"), lambda row: joined(row.part_number, row.nomenclature)),
            Column(self.tr("Place"), lambda row: joined(row.site, row.location)),
            Column(
                self.tr("Disposition"),
                lambda row: word("disposition", row.disposition),
                width=120,
                chip=lambda row: disposition_chip(row.disposition),
            ),
            Column(self.tr("Last check"), _last_check, width=140, chip=_outcome_chip),
            Column(self.tr("Checked"), lambda row: day(row.last_checked_at) or "–", width=104),
        ]

    def _side_view(self) -> QWidget:
        self._counts = KeyValueGrid(margins=(0, 0, 0, 0), key_width=170)
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
        for words, suffix in (
            (self.tr("CSV, for programs and spreadsheets"), ".csv"),
            (self.tr("Excel workbook"), ".xlsx"),
            (self.tr("PDF, to read and print"), ".pdf"),
            (self.tr("JSON, for programs"), ".json"),
        ):
            self.format.addItem(words, suffix)
        self.format.activated.connect(self._take_format)
        self.path_field = PathField(
            self.tr("File of the report"),
            object_name="report_path_field",
            kind="save",
            filters=self.tr("Reports (*.csv *.xlsx *.pdf *.json)"),
        )
        self.path_field.set_path(self.desk.outbox / FILE_NAME)
        self.path_field.changed.connect(self._follow_path)
        self.path_field.submitted.connect(self.export)
        self.export_button = button(self.tr("Export"), self.export, kind="primary", icon="file-chart-column")
        named(self.export_button, "report_export_button")
        self._denied = label(why_not(self.desk.session, Permission.REPORT_EXPORT), "sub", tone="warn", wrap=True)
        self._denied.setVisible(not may(self.desk.session, Permission.REPORT_EXPORT))
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
        self.desk.ask(query(all_sites), then=self._offer)
        self.load()

    def refresh(self, areas: frozenset[Area]) -> None:
        if areas & {Area.ITEMS}:
            self.desk.ask(query(all_sites), then=self._offer)
        if areas & {Area.ITEMS, Area.CHECKS, Area.EXCHANGE, Area.VISITS}:
            self.load()

    def first_focus(self) -> QWidget:
        return self.site

    def _offer(self, sites: list[SiteRow]) -> None:
        fill_choices(self.site, [(self.tr("All sites"), _EMPTY_CHOICE), *[(s.name, s.site_id) for s in sites]])
        countries = sorted({s.country for s in sites})
        fill_choices(self.country, [(self.tr("All countries"), _EMPTY_CHOICE), *[(c, c) for c in countries]])

    def wanted(self) -> InventoryFilter:
        """What the filters say now."""
        return InventoryFilter(
            site_id=self.site.currentData() or "",
            country=self.country.currentData() or "",
            case_id=self.case.text().strip().upper(),
            eum_level=self.level.currentData() or "",
        )

    def load(self) -> None:
        self._asked += 1
        asked, wanted, session = self._asked, self.wanted(), self.desk.session
        if may(session, Permission.REPORT_EXPORT):
            self.desk.ask(
                call(preview_inventory_status, wanted, PREVIEW_ROWS),
                then=partial(self._show, asked),
                failed=self.notice.show_error,
            )

    def _show(self, asked: int, preview: InventoryStatusPreview) -> None:
        if asked != self._asked:
            return
        self._preview = preview
        self.header.set_title(self.tr("Inventory status"), self.tr("as of {when}").format(when=moment(preview.as_of)))
        show_rows(self._model, preview.rows)
        self.table.setVisible(bool(preview.rows))
        self._none.setVisible(not preview.rows)
        shown = self.tr("{shown} of {total}").format(shown=count(len(preview.rows)), total=count(preview.total))
        self._rows_card.set_title(self.tr("First rows"), shown)
        self._total.set_value(count(preview.total), self.tr("each item once"))
        never = preview.outcomes.get("never_checked", 0)
        self._never.set_value(count(never), self.tr("of these items"), "warn" if never else "")
        self._not_received.set_value(
            count(preview.not_received),
            self.tr("known to exist on devices"),
            "warn" if preview.not_received else "",
        )
        self._counts.clear()
        for name, number in preview.dispositions.items():
            self._counts.add(word("disposition", name), count(number))
        for name, number in sorted(preview.outcomes.items()):
            self._counts.add(self._outcome_words(name), count(number))
        for name, number in sorted(preview.grades.items()):
            self._counts.add(self._grade_words(name), count(number))
        self._heads.clear()
        for head in preview.heads:
            self._heads.add(
                f"{head.origin} / {head.epoch}",
                f"{count(head.seq)} · {grouped(head.hash.hex()[:8])}…",
            )
        self._follow()

    def _outcome_words(self, name: str) -> str:
        if name == "never_checked":
            return self.tr("Last check: none")
        return self.tr("Last check: {outcome}").format(outcome=status_mark(name).text())

    def _grade_words(self, name: str) -> str:
        if name == "none":
            return self.tr("Evidence: none")
        return self.tr("Evidence {grade}: {words}").format(grade=name, words=word("grade", name))

    def _follow(self) -> None:
        allowed = may(self.desk.session, Permission.REPORT_EXPORT)
        ready = allowed and self._preview is not None and self.path_field.path is not None
        self.export_button.setEnabled(ready and not self.job.is_busy)

    def _take_format(self) -> None:
        """The format gives the file its ending."""
        path = self.path_field.path
        if path is not None:
            self.path_field.set_path(path.with_suffix(self.format.currentData()))

    def _follow_path(self) -> None:
        """The ending typed says the format."""
        path = self.path_field.path
        at = self.format.findData(path.suffix.lower()) if path is not None else -1
        if at >= 0:
            self.format.setCurrentIndex(at)
        self._follow()

    def export(self) -> None:
        path = self.path_field.path
        if path is None or not self.export_button.isEnabled():
            return
        self._done.hide()
        self.job.run(
            self.desk,
            self.tr("Writing {name}").format(name=path.name),
            child(export_inventory_status_child, path, self.wanted()),
            then=self._exported,
            failed=self._refused,
            stopped=self._stopped,
        )

    def _exported(self, exported: Exported) -> None:
        words = counted(
            exported.rows,
            self.tr("{count} row re-read from the file"),
            self.tr("{count} rows re-read from the file"),
        )
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


def _last_check(row: StatusRow) -> str:
    return status_mark(row.last_outcome).text() if row.last_outcome else "–"


def _outcome_chip(row: StatusRow) -> ChipSpec | None:
    return ChipSpec.of(row.last_outcome) if row.last_outcome else None
