"""Activity log: who did what, when, from where, and with what outcome. It is read only from the journals."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QWidget

from db.queries.activity import (
    ActivityDetail,
    ActivityFacets,
    ActivityFilter,
    ActivityRow,
    activity_by_id,
    activity_entry,
    activity_facets,
    activity_ids,
    newest_activity_ids,
)
from eum_app.domain.areas import Area
from eum_app.domain.people import Permission
from eum_app.usecases.calls import child, query
from eum_app.usecases.children import make_report_child
from eum_app.usecases.reporting.activity_log import ACTIVITY_LOG
from eum_app.usecases.reporting.export_report import Exported
from ui.kit.desk import Desk
from ui.kit.models import Column, IdsTableModel, current_id, on_current, table_view
from ui.kit.page import Page
from ui.kit.theme import theme
from ui.kit.widgets import (
    Card,
    ColumnPart,
    Columns,
    EmptyState,
    FormField,
    SearchField,
    button,
    flow,
    hbox,
    panel,
    vbox,
)
from ui.kit.widgets.path_field import PathField
from ui.kit.words import count, day, fact, moment
from ui.shared.activity.detail import DetailCard
from ui.shared.activity.shown import harmless, kind_words, outcome_chip, outcome_words, place_words, subject_words
from ui.shared.activity.time_dialog import TimeDialog, may_correct
from ui.shared.page_parts import Job, choices, fill_choices, may, named, show_export_error, why_not_label

FILE_NAME = "activity-log.csv"
ROW_HEIGHT = 44
FILTER_WIDTH = 164
SENSITIVE = frozenset({"visit", "item", "check", "finding"})
"""Viewing log entries about one of these subjects counts as viewing the subject."""


class ActivityPage(Page):
    """Filters and entries on the left; the current entry and the export on the right."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(self.tr("Activity log"))
        self.setObjectName("activity_page")
        self.desk = desk
        self._words = ""
        self._is_whole = False
        self._model = IdsTableModel(self._columns(), desk.tasks, self)
        self._model.ids_loaded.connect(self._counted)
        self._model.failed.connect(self.notice.show_error)
        self.body.addWidget(
            Columns(
                [
                    ColumnPart("entries", self.tr("Entries"), self._list_view(), 5),
                    ColumnPart("entry", self.tr("Entry and export"), self._side_view(), 2),
                ]
            ),
            1,
        )
        self.add_action(self.tr("Search"), "Ctrl+F", self.search.setFocus)
        self.add_action(self.tr("Show all entries"), "Ctrl+Backspace", self.clear_filters)
        self.add_button_key(self.export_button, "Ctrl+E")
        self._follow()

    # Its parts

    def _columns(self) -> list[Column]:
        return [
            Column(self.tr("When"), lambda row: moment(row.recorded_at), width=176),
            Column(self.tr("Who"), lambda row: harmless(row.actor), width=80),
            Column(self.tr("What"), kind_words, width=140),
            Column(self.tr("About"), subject_words),
            Column(self.tr("Outcome"), outcome_words, width=112, chip=outcome_chip),
            Column(self.tr("From"), place_words, width=132),
        ]

    def _list_view(self) -> QWidget:
        self.search = SearchField(self.tr("Search by serial, visit, file, account…"))
        named(self.search, "activity_search")
        self.search.searched.connect(self._search)
        self.actor = choices("activity_actor", self.tr("All people"))
        self.kind = choices("activity_kind", self.tr("All kinds"))
        self.origin = choices("activity_origin", self.tr("All origins"))
        self.day = choices("activity_day", self.tr("All days"))
        filters = flow(spacing=10)
        for name, box in (
            (self.tr("Who"), self.actor),
            (self.tr("What"), self.kind),
            (self.tr("From"), self.origin),
            (self.tr("Day (UTC)"), self.day),
        ):
            box.setMinimumWidth(theme().dp(FILTER_WIDTH))
            filters.addWidget(FormField(name, box))
            box.currentIndexChanged.connect(lambda _at: self._reload())
        self.table = table_view(self._model, name=self.tr("Entries of the log"), row_height=ROW_HEIGHT)
        self.table.setObjectName("activity_table")
        self.table.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        on_current(self.table, self._chosen)
        self._none = EmptyState(
            "scroll-text",
            self.tr("No entries match"),
            self.tr("Everything that people and devices record is listed here. Remove a filter to see more."),
            self.tr("Show all entries"),
            self.clear_filters,
        )
        named(self._none.action_button, "activity_show_all")
        self._none.hide()
        card = Card()
        card.add(panel(vbox(self.search, panel(filters), margins=(16, 12, 16, 12), spacing=10), "cardhead"))
        card.add(self.table, 1)
        card.add(self._none, 1)
        return card

    def _side_view(self) -> QWidget:
        self.detail = DetailCard(partial(may_correct, self.desk))
        self.detail.time_requested.connect(self._put_time_right)
        self.path_field = PathField(
            self.tr("File"),
            object_name="activity_path_field",
            kind="save",
            filters=self.tr("Log (*.csv *.json)"),
        )
        self.path_field.set_path(self.desk.outbox / FILE_NAME)
        self.path_field.changed.connect(self._follow)
        self.path_field.submitted.connect(self.export)
        self.export_button = button(self.tr("Export"), self.export, icon="download")
        named(self.export_button, "activity_export_button", self.tr("Export the entries that are listed"))
        self.job = Job("activity_job")
        self.job.busy_changed.connect(lambda _busy: self._follow())
        denied = why_not_label(self.desk.session, Permission.REPORT_EXPORT)
        card = Card(self.tr("Export what is listed"))
        card.add_padded(
            FormField(self.tr("CSV or JSON, signed"), self.path_field), denied, self.job, hbox(1, self.export_button)
        )
        view = panel(vbox(self.detail, card, spacing=16))
        view.layout().setStretch(0, 1)  # type: ignore[union-attr]
        return view

    # What happens

    def opened(self, _argument: object) -> None:
        self._read()

    def refresh(self, _areas: frozenset[Area]) -> None:
        self._read()

    def first_focus(self) -> QWidget:
        return self.search

    def wanted(self) -> ActivityFilter:
        """Return the filter as the fields have it now."""
        actor, kind, origin, on = (box.currentData() or "" for box in (self.actor, self.kind, self.origin, self.day))
        return ActivityFilter(actor, kind, origin, on, self._words)

    def clear_filters(self) -> None:
        """Clear all filters, read the log again, and focus the search."""
        for box in (self.actor, self.kind, self.origin, self.day):
            box.blockSignals(True)  # one reading of the log, not one for each filter
            box.setCurrentIndex(-1)
            box.blockSignals(False)
        self.search.clear()
        self._words = ""
        self._reload()
        self.search.setFocus()

    def _read(self) -> None:
        self.desk.ask(query(activity_facets), then=self._offer, failed=self.notice.show_error)
        self._reload()

    def _offer(self, facets: ActivityFacets) -> None:
        def entries(counted: Iterable[tuple[str, str, int]], every: str) -> list[tuple[str, str]]:
            return [(every, ""), *((f"{words} ({count(number)})", value) for words, value, number in counted)]

        offered: tuple[tuple[QComboBox, str, list[tuple[str, str, int]]], ...] = (
            (self.actor, self.tr("All people"), [(harmless(key), key, n) for key, n in facets.actors.items()]),
            (self.kind, self.tr("All kinds"), sorted((harmless(fact(key)), key, n) for key, n in facets.kinds.items())),
            (self.origin, self.tr("All origins"), [(harmless(key), key, n) for key, n in facets.origins.items()]),
            (self.day, self.tr("All days"), [(day(key), key, n) for key, n in facets.days.items()]),
        )
        for box, every, counted in offered:
            fill_choices(box, entries(counted, every))

    def _reload(self, *, behind_the_first: bool = False) -> None:
        desk, wanted = self.desk, self.wanted()
        # At first the newest entries, which are there at once; the whole list takes the place behind them.
        self._is_whole = behind_the_first or bool(self._model.ids()) or wanted != ActivityFilter()

        def ids() -> Sequence[str]:
            return desk.read(query(activity_ids, wanted)) if self._is_whole else desk.read(query(newest_activity_ids))

        self._model.set_source(ids, lambda shown: desk.read(query(activity_by_id, shown)))

    def _search(self, words: str) -> None:
        if words != self._words:
            self._words = words
            self._reload()

    def _counted(self, number: int) -> None:
        is_none = not number and self._is_whole
        self.table.setVisible(not is_none)
        self._none.setVisible(is_none)
        if number and current_id(self.table) is None:
            self.table.setCurrentIndex(self._model.index(0, 0))
        if not number:
            self.detail.clear()
        if not self._is_whole:
            self._reload(behind_the_first=True)
            return
        is_all = self.wanted() == ActivityFilter()
        held = self.tr("%Ln entries, the newest first", "", number)
        self.header.set_title(self.tr("Activity log"), held if is_all else self.tr("%Ln entries found", "", number))
        self._follow()

    def _chosen(self, entry_id: str | None) -> None:
        if entry_id is not None:
            self.desk.ask(query(activity_entry, entry_id), then=self._show, failed=self.notice.show_error)

    def _show(self, detail: ActivityDetail) -> None:
        if detail.row.entry_id == current_id(self.table):
            if detail.about[0] in SENSITIVE:
                self.desk.session.notes.note_read(*detail.about)
            self.detail.show_entry(detail)

    def _put_time_right(self, row: ActivityRow) -> None:
        dialog = TimeDialog(self.desk, row, self)
        dialog.corrected.connect(
            lambda: self.notice.show_message(
                "ok", self.tr("Corrected. Pages and reports use the corrected time from now on.")
            )
        )
        dialog.open()

    def _follow(self) -> None:
        ready = may(self.desk.session, Permission.REPORT_EXPORT) and self.path_field.path is not None
        self.export_button.setEnabled(ready and bool(self._model.ids()) and not self.job.is_busy)

    def export(self) -> None:
        """Write the filtered log and its proof to the chosen path, in a child process. The notice shows the result.

        Does nothing while the export button is disabled. If the file exists, the notice offers to replace it.
        """
        path = self.path_field.path
        if path is None or not self.export_button.isEnabled():
            return
        wanted = asdict(self.wanted())

        def write(*, replaces: bool = False) -> None:
            self.notice.dismiss()
            self.job.run(
                self.desk,
                self.tr("Writing {name}").format(name=path.name),
                child(make_report_child, ACTIVITY_LOG, path, wanted, replaces=replaces),
                then=self._exported,
                failed=partial(show_export_error, self.notice, partial(write, replaces=True)),
                stopped=lambda: self.notice.show_message("info", self.tr("Stopped. No file was written.")),
            )

        write()

    def _exported(self, made: Exported) -> None:
        words = self.tr("%Ln entries re-read from the file, signed", "", made.rows)
        self.notice.show_message(
            "ok", self.tr("Log written: {name}").format(name=made.path.name), detail=words, stays=True
        )
