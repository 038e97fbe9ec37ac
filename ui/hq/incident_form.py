"""The form for a new incident: its kind, the day on which it was known, what happened, and its items."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QLineEdit, QPlainTextEdit

from db.queries.incidents import OpenLoss
from eum_app.domain.clock import date_of
from eum_app.domain.incidents import IncidentKind
from eum_app.usecases.items.disposition_statement import MAX_TEXT
from ui.kit.theme import theme
from ui.kit.widgets import Card, FormField, button, hbox, label, panel, scrolled, vbox
from ui.kit.words import day, joined, word
from ui.shared.page_parts import choices, fill_choices, named


@dataclass(frozen=True)
class NewIncident:
    """An incident as it was entered."""

    kind: str
    known_on: str
    source: str
    what: str
    item_ids: tuple[str, ...]


class IncidentForm(Card):
    """Ask for an incident. Nothing is chosen before the person does; `confirmed` carries a `NewIncident`."""

    confirmed = Signal(object)
    cancelled = Signal()

    def __init__(self) -> None:
        super().__init__(self.tr("Record an incident"))
        self.setObjectName("incident_form")
        self.kind = choices("incident_kind", self.tr("Choose"))
        fill_choices(self.kind, [(word("incident", one), one.value) for one in IncidentKind])
        self.known_on = self._line("incident_known_on", self.tr("Year-month-day, e.g. 2026-11-21"))
        self.source = self._line("incident_source", self.tr("E.g. annual inventory visit, INS-017"))
        self.what = named(QPlainTextEdit(), "incident_what")
        self.what.setTabChangesFocus(True)
        self.what.textChanged.connect(self._follow)
        self._boxes: dict[str, QCheckBox] = {}
        self._items = vbox(spacing=4)
        self._missing = label("", "sub", wrap=True)
        self.confirm_button = named(
            button(self.tr("Record the incident"), self._confirm, kind="primary"), "incident_record"
        )
        cancel = named(button(self.tr("Cancel"), self.cancelled.emit, tip=self.tr("Cancel (Esc)")), "incident_cancel")
        fields = vbox(
            FormField(self.tr("Kind"), self.kind),
            FormField(self.tr("First known on"), self.known_on, self.tr("The clocks count from this day.")),
            FormField(self.tr("Source"), self.source),
            FormField(self.tr("What happened"), self.what),
            label(self.tr("Items in this incident"), "sub"),
            panel(self._items),
            1,
            margins=(16, 12, 16, 12),
            spacing=10,
        )
        self.add(scrolled(fields), 1)
        self.add_foot(self._missing, hbox(cancel, 1, self.confirm_button))
        self.kind.currentIndexChanged.connect(self._follow)
        theme().changed.connect(self._fit)
        self._fit()

    def start(self, losses: Sequence[OpenLoss]) -> None:
        """Clear the form, and offer the losses that no incident covers."""
        self.kind.setCurrentIndex(-1)
        for field in (self.known_on, self.source):
            field.clear()
        self.what.clear()
        for box in self._boxes.values():
            self._items.removeWidget(box)
            box.hide()
            box.deleteLater()
        self._boxes = {}
        for loss in losses:
            words = joined(loss.serial, word("disposition", loss.disposition), loss.site, day(loss.stated_on))
            box = named(QCheckBox(words), f"incident_item_{loss.serial}")
            box.toggled.connect(self._follow)
            self._boxes[loss.item_id] = box
            self._items.addWidget(box)
        self._follow()
        self.kind.setFocus(Qt.FocusReason.OtherFocusReason)

    def _line(self, name: str, placeholder: str) -> QLineEdit:
        made: QLineEdit = named(QLineEdit(), name)
        made.setPlaceholderText(placeholder)
        made.setMaxLength(MAX_TEXT)
        made.textChanged.connect(self._follow)
        return made

    def _fit(self) -> None:
        self.what.setFixedHeight(theme().dp(96))

    def _chosen(self) -> tuple[str, ...]:
        return tuple(item_id for item_id, box in self._boxes.items() if box.isChecked())

    def _follow(self) -> None:
        lacking = (
            (self.tr("kind"), self.kind.currentIndex() < 0),
            (self.tr("the day"), date_of(self.known_on.text().strip()) is None),
            (self.tr("source"), not self.source.text().strip()),
            (self.tr("what happened"), not self.what.toPlainText().strip()),
            (self.tr("an item"), not self._chosen()),
        )
        missing = [name for name, lacks in lacking if lacks]
        self._missing.setText(self.tr("Still to fill in: {names}").format(names=", ".join(missing)) if missing else "")
        self.confirm_button.setEnabled(not missing)

    def _confirm(self) -> None:
        self.confirm_button.setEnabled(False)
        self.confirmed.emit(
            NewIncident(
                str(self.kind.currentData()),
                self.known_on.text().strip(),
                self.source.text(),
                self.what.toPlainText(),
                self._chosen(),
            )
        )

    def let_try_again(self) -> None:
        """Enable the form again after a refusal; everything entered stays."""
        self._follow()
