"""One incident: what is known, its clocks, who was notified, and the written report."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QWidget

from db.queries.incidents import Incident
from eum_app.domain.clock import date_of
from eum_app.domain.incidents import ReportClock, ReportPart
from eum_app.usecases.items.disposition_statement import MAX_TEXT
from ui.hq.incident_words import clock_chip
from ui.kit.theme import theme
from ui.kit.widgets import Card, Chip, FormField, KeyValueGrid, button, flow, hbox, label, panel, scrolled, vbox
from ui.kit.widgets.history import HistoryCard, Told
from ui.kit.words import day, joined, moment, word
from ui.shared.page_parts import named


def _line(name: str, placeholder: str) -> QLineEdit:
    made: QLineEdit = named(QLineEdit(), name)
    made.setPlaceholderText(placeholder)
    made.setMaxLength(MAX_TEXT)
    return made


class KnownCard(Card):
    """The facts of the incident, and its clocks."""

    def __init__(self) -> None:
        super().__init__(self.tr("What is known"))
        self._grid = KeyValueGrid()
        self.add(scrolled(vbox(self._grid, 1)), 1)

    def show_incident(self, held: Incident, clock: ReportClock) -> None:
        """Show one incident with its clocks on today's day."""
        row, grid = held.row, self._grid
        grid.clear()
        told = min((one.told_on for one in held.notices), default="")
        notice = Chip(self.tr("Given {day}").format(day=day(told)), "ok", "check") if told else None
        grid.add(
            self.tr("Notice, at once"), panel(flow(notice or Chip(self.tr("Not recorded"), "bad", "octagon-alert")))
        )
        chip = clock_chip(clock)
        report = named(Chip(chip.text, chip.tone, chip.icon), "incident_clock")
        grid.add(self.tr("Written report"), panel(flow(report)))
        due = day(clock.due_on.isoformat()) if clock.due_on else ""
        for name, value in (
            (self.tr("Due by"), due),
            (self.tr("Counted from"), self.tr("first known, {day}").format(day=day(row.known_on))),
            (self.tr("Rule"), self.tr("list of dispositions {version}").format(version=row.list_version)),
            (self.tr("Kind"), word("incident", row.kind)),
            (self.tr("Source"), row.source),
            (self.tr("What"), row.what),
            (self.tr("Place"), row.place),
        ):
            grid.add(name, value)
        grid.add(self.tr("Items"), ", ".join(row.serials), mono=True)
        grid.add(self.tr("Recorded"), joined(moment(row.recorded_at), row.actor))


class NoticesCard(HistoryCard):
    """The notices that were given; another one is recorded in place."""

    requested = Signal(str, str, str, str)
    """(office, channel, day, reference)"""

    def __init__(self) -> None:
        super().__init__(self.tr("Who was notified"))
        self.told = _line("notice_told", self.tr("Office, e.g. combatant command"))
        self.how = _line("notice_how", self.tr("Phone, message, letter"))
        self.on = _line("notice_on", self.tr("Year-month-day"))
        self.reference = _line("notice_reference", self.tr("Number, if any"))
        self.add_button = named(button(self.tr("Record the notice"), self._give, icon="plus"), "notice_record")
        self._form = panel(
            vbox(
                FormField(self.tr("Who"), self.told),
                FormField(self.tr("How"), self.how),
                FormField(self.tr("On"), self.on),
                FormField(self.tr("Reference"), self.reference),
                spacing=6,
            )
        )
        self.add_foot(self._form, hbox(1, self.add_button))
        for field in (self.told, self.how, self.on):
            field.textChanged.connect(self.follow)
        self.follow()

    def show_incident(self, held: Incident) -> None:
        """Show the notices of one incident, newest first."""
        lines = [
            Told(one.told, one.actor, joined(day(one.told_on), one.how), one.reference)
            for one in reversed(held.notices)
        ]
        self.set_lines(lines or [Told(self.tr("No office was notified yet"), "", self.tr("Notice is due at once."))])

    def clear(self) -> None:
        """Empty the fields: the notice is recorded."""
        for field in (self.told, self.how, self.on, self.reference):
            field.clear()

    def follow(self) -> None:
        """Enable the button once who, how and a day are given."""
        has = all(field.text().strip() for field in (self.told, self.how)) and date_of(self.on.text().strip())
        self.add_button.setEnabled(bool(has))

    def _give(self) -> None:
        self.add_button.setEnabled(False)
        self.requested.emit(self.told.text(), self.how.text(), self.on.text(), self.reference.text())


class ReportCard(Card):
    """The four parts of the written report, each saved by itself, and its filing."""

    part_written = Signal(str, str)
    """(part, text)"""
    filed = Signal(str, str)
    """(day, reference)"""

    def __init__(self) -> None:
        super().__init__(self.tr("Written report"))
        self._state = Chip()
        self.add_trailing(self._state)
        self._incident_id = ""
        self._saved: dict[str, str] = {}
        self.parts: dict[str, QPlainTextEdit] = {}
        self.buttons: dict[str, QWidget] = {}
        column = vbox(spacing=8, margins=(16, 12, 16, 12))
        for part in ReportPart:
            text = named(QPlainTextEdit(), f"report_{part}")
            text.setTabChangesFocus(True)
            text.textChanged.connect(self.follow)
            save = named(
                button(self.tr("Save"), partial(self._write, part), name=self._save_name(part)),
                f"report_{part}_save",
            )
            self.parts[part], self.buttons[part] = text, save
            column.addWidget(FormField(word("report_part", part), text))
            column.addLayout(hbox(1, save))
        self.filed_on = _line("report_filed_on", self.tr("Year-month-day"))
        self.reference = _line("report_reference", self.tr("Number of the report"))
        column.addWidget(FormField(self.tr("Filed on"), self.filed_on))
        column.addWidget(FormField(self.tr("Reference"), self.reference))
        column.addStretch(1)
        self.add(scrolled(column), 1)
        self._missing = label("", "sub", wrap=True)
        self.file_button = named(button(self.tr("Report filed"), self._file, kind="primary"), "report_file")
        self.add_foot(self._missing, hbox(1, self.file_button))
        for field in (self.filed_on, self.reference):
            field.textChanged.connect(self.follow)
        theme().changed.connect(self._fit)
        self._fit()
        self.follow()

    def _save_name(self, part: str) -> str:
        return self.tr("Save: {part}").format(part=word("report_part", part))

    def show_incident(self, held: Incident) -> None:
        """Show the texts of one incident. A text that was changed here and not saved stays."""
        saved = {one.part: one.text for one in held.parts}
        is_other = held.row.incident_id != self._incident_id
        self._incident_id, before = held.row.incident_id, self._saved
        self._saved = saved
        for part, text in self.parts.items():
            if is_other or text.toPlainText() == before.get(part, ""):
                text.setPlainText(saved.get(part, ""))
        if is_other:
            self.filed_on.clear()
            self.reference.clear()
        done = sum(1 for part in ReportPart if saved.get(part))
        if held.reports:
            last = held.reports[-1]
            words = self.tr("Filed {day}, {reference}").format(day=day(last.filed_on), reference=last.reference)
            self._state.set(words, "ok", "check")
        else:
            self._state.set(self.tr("{done} of {all}").format(done=done, all=len(ReportPart)), "warn", "clock")
        self.follow()

    def follow(self) -> None:
        """Enable each button once it can be used, and say what keeps the report from being filed."""
        for part, text in self.parts.items():
            said = text.toPlainText().strip()
            self.buttons[part].setEnabled(bool(said) and said != self._saved.get(part, ""))
        lacking = [word("report_part", part) for part in ReportPart if not self._saved.get(part)]
        if date_of(self.filed_on.text().strip()) is None:
            lacking.append(self.tr("the day"))
        if not self.reference.text().strip():
            lacking.append(self.tr("reference"))
        self._missing.setText(self.tr("Still open: {names}").format(names=", ".join(lacking)) if lacking else "")
        self.file_button.setEnabled(not lacking and bool(self._incident_id))

    def _fit(self) -> None:
        for text in self.parts.values():
            text.setFixedHeight(theme().dp(72))

    def _write(self, part: str) -> None:
        self.buttons[part].setEnabled(False)
        self.part_written.emit(part, self.parts[part].toPlainText())

    def _file(self) -> None:
        self.file_button.setEnabled(False)
        self.filed.emit(self.filed_on.text(), self.reference.text())
