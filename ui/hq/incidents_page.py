"""Incidents: the register of losses with their clocks; one of them with notices and its written report."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtWidgets import QStackedWidget, QWidget

from db.queries.incidents import Incident, incident
from eum_app.domain.areas import Area
from eum_app.domain.errors import KnownError
from eum_app.domain.incidents import ReportClock
from eum_app.domain.people import Permission
from eum_app.usecases.calls import call, query
from eum_app.usecases.items.incidents import (
    RecordedIncident,
    Register,
    describe_incident,
    file_report,
    note_notice,
    record_incident,
    register,
)
from ui.hq.incident_detail import KnownCard, NoticesCard, ReportCard
from ui.hq.incident_form import IncidentForm, NewIncident
from ui.hq.incident_words import clock_chip
from ui.kit.desk import Desk
from ui.kit.models import Column, IdsTableModel, current_id, on_current, select_id, table_view
from ui.kit.page import Page
from ui.kit.widgets import ActionButton, Card, ColumnPart, Columns, EmptyState, panel, vbox
from ui.kit.words import day, joined, word
from ui.shared.page_parts import may, named, show_rows, why_not

REFRESHED_BY = frozenset({Area.INCIDENTS, Area.ITEMS})


@dataclass(frozen=True)
class RegisterRow:
    """A row of the register: an incident, or a loss that no incident covers (`incident_id` empty)."""

    key: str
    incident_id: str
    title: str
    about: str
    clock: ReportClock


def register_rows(found: Register) -> list[RegisterRow]:
    """Return losses without an incident first, then the incidents, newest first."""
    losses = [
        RegisterRow(
            f"loss {loss.item_id}",
            "",
            joined(word("disposition", loss.disposition), loss.serial),
            joined(loss.site, day(loss.stated_on)),
            clock,
        )
        for loss, clock in found.losses
    ]
    return losses + [
        RegisterRow(
            row.incident_id,
            row.incident_id,
            joined(word("incident", row.kind), ", ".join(row.serials[:3]) + ("…" if len(row.serials) > 3 else "")),
            joined(row.place, day(row.known_on)),
            clock,
        )
        for row, clock in found.incidents
    ]


class IncidentsPage(Page):
    """The register on the left; the incident, and its written report, beside it."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(self.tr("Incidents"))
        self.desk = desk
        self._found = Register((), ())
        self._wanted = ""
        self._held: Incident | None = None
        self._model = IdsTableModel(self._table_columns(), desk.tasks, self)
        self._model.ids_loaded.connect(self._loaded)
        self._model.failed.connect(self.notice.show_error)
        self.table = named(table_view(self._model, name=self.tr("Register of incidents")), "incidents_table")
        on_current(self.table, self._chosen)
        self._empty = EmptyState(
            "shield-check",
            self.tr("No incident"),
            self.tr("An item that is stated as lost, stolen or destroyed appears here with its clock."),
        )
        self._empty.hide()
        card = Card(self.tr("Register"))
        card.add(self.table, 1)
        card.add(self._empty, 1)
        self.form, self.known, self.notices, self.report = IncidentForm(), KnownCard(), NoticesCard(), ReportCard()
        self._none = EmptyState(
            "clipboard-list",
            self.tr("No incident yet"),
            self.tr("Record one incident for all items that were lost in the same event."),
            self.tr("Record an incident…"),
            self.start,
        )
        named(self._none.action_button, "incident_none_record")
        none = Card()
        none.add(self._none, 1)
        self._middle = QStackedWidget()
        beside = vbox(spacing=16)
        beside.addWidget(self.known, 3)
        beside.addWidget(self.notices, 4)
        for part in (none, panel(beside), self.form):
            self._middle.addWidget(part)
        self._columns = Columns(
            [
                ColumnPart("register", self.tr("Register"), card, 30),
                ColumnPart("incident", self.tr("Incident"), self._middle, 40),
                ColumnPart("report", self.tr("Written report"), self.report, 32),
            ]
        )
        self.body.addWidget(self._columns, 1)
        denied = why_not(desk.session, Permission.INCIDENT_RECORD)
        self._record = self.add_action(self.tr("Record an incident…"), "Ctrl+N", self.start)
        self._record.setEnabled(not denied)
        self.header.add_action(named(ActionButton(self._record, kind="primary"), "incidents_new"))
        self.add_action(self.tr("Back to the register"), "Esc", self._leave_form)
        self._connect()

    def _connect(self) -> None:
        self.form.confirmed.connect(self._record_new)
        self.form.cancelled.connect(self._leave_form)
        self.notices.requested.connect(self._notify)
        self.report.part_written.connect(self._describe)
        self.report.filed.connect(self._file)

    def _table_columns(self) -> list[Column]:
        return [
            Column(
                self.tr("Report"),
                lambda row: clock_chip(row.clock).text,
                width=130,
                chip=lambda row: clock_chip(row.clock),
            ),
            Column(self.tr("Incident"), lambda row: row.title),
            Column(self.tr("Place and day"), lambda row: row.about),
        ]

    # The shell

    def opened(self, argument: object) -> None:
        """Reload, and select the incident of an id."""
        self._wanted = argument if isinstance(argument, str) else ""
        self._reload()

    def refresh(self, areas: frozenset[Area]) -> None:
        if areas & REFRESHED_BY:
            self._reload()

    def first_focus(self) -> QWidget:
        return self.table

    def _reload(self) -> None:
        self.desk.ask(call(register), then=self._show, failed=self.notice.show_error)

    def _show(self, found: Register) -> None:
        self._found = found
        rows = register_rows(found)
        kept = self._wanted or current_id(self.table) or ""
        show_rows(self._model, rows, lambda row: row.key)
        self._wanted = kept

    def _loaded(self, number: int) -> None:
        self.table.setVisible(bool(number))
        self._empty.setVisible(not number)
        if number and not (self._wanted and select_id(self.table, self._wanted)):
            self.table.setCurrentIndex(self._model.index(0, 0))
        self._wanted = ""
        self._chosen(current_id(self.table))

    # One incident

    def _chosen(self, key: str | None) -> None:
        known = {row.incident_id for row, _ in self._found.incidents}
        if key in known and key is not None:
            self.desk.ask(query(incident, key), then=self._show_incident, failed=self.notice.show_error)
            return
        self._held = None
        self.report.setEnabled(False)
        if self._middle.currentWidget() is not self.form:
            self._middle.setCurrentIndex(0)

    def _show_incident(self, held: Incident) -> None:
        if held.row.incident_id != current_id(self.table):
            return
        self._held = held
        clock = next(clock for row, clock in self._found.incidents if row.incident_id == held.row.incident_id)
        self.known.show_incident(held, clock)
        self.notices.show_incident(held)
        self.report.show_incident(held)
        self.report.setEnabled(may(self.desk.session, Permission.INCIDENT_RECORD))
        if self._middle.currentWidget() is not self.form:
            self._middle.setCurrentIndex(1)

    def start(self) -> None:
        """Open the form for a new incident, with the losses that none covers."""
        if not self._record.isEnabled():
            return
        self.notice.dismiss()
        self._middle.setCurrentWidget(self.form)
        self._columns.bring_to_front("incident")
        self.form.start([loss for loss, _ in self._found.losses])

    def _leave_form(self) -> None:
        if self._middle.currentWidget() is self.form:
            self._middle.setCurrentIndex(1 if self._held is not None else 0)
            self.table.setFocus()

    def _record_new(self, new: NewIncident) -> None:
        self.desk.do(
            call(
                record_incident,
                kind=new.kind,
                known_on=new.known_on,
                source=new.source,
                what=new.what,
                item_ids=new.item_ids,
            ),
            then=self._recorded,
            failed=self._again(self.form.let_try_again),
        )

    def _recorded(self, done: RecordedIncident) -> None:
        self._wanted = done.incident_id
        self._leave_form()
        self.notice.show_message("ok", self.tr("The incident is recorded"))
        self._reload()

    def _notify(self, told: str, how: str, told_on: str, reference: str) -> None:
        if self._held is not None:
            self.desk.do(
                call(note_notice, self._held.row.incident_id, told=told, how=how, told_on=told_on, reference=reference),
                then=lambda _done: self._said(self.tr("The notice is recorded"), self.notices.clear),
                failed=self._again(self.notices.follow),
            )

    def _describe(self, part: str, text: str) -> None:
        if self._held is not None:
            self.desk.do(
                call(describe_incident, self._held.row.incident_id, part, text),
                then=lambda _done: self._said(self.tr("This part of the report is saved")),
                failed=self._again(self.report.follow),
            )

    def _file(self, filed_on: str, reference: str) -> None:
        if self._held is not None:
            self.desk.do(
                call(file_report, self._held.row.incident_id, filed_on=filed_on, reference=reference),
                then=lambda _done: self._said(self.tr("The written report is recorded as filed")),
                failed=self._again(self.report.follow),
            )

    def _said(self, words: str, then: Callable[[], object] = bool) -> None:
        then()
        self.notice.show_message("ok", words)

    def _again(self, let: Callable[[], object]) -> Callable[[KnownError], object]:
        def failed(error: KnownError) -> None:
            let()
            self.notice.show_error(error)

        return failed
