"""Enter a serial by hand because no mark can be read: twice, the second time blind, compared, with the reason."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QRadioButton, QWidget

from eum_app.domain.errors import KnownError
from eum_app.domain.visits import NoReadReason
from eum_app.usecases.calls import call
from eum_app.usecases.visits.match_mark import Match, match_entered
from ui.field.hand_entry import HandEntry, pair
from ui.field.parts import named
from ui.kit import words
from ui.kit.desk import Desk
from ui.kit.messages import sentence
from ui.kit.tips import set_tip
from ui.kit.widgets import Button, Card, FormField, button, hbox, label, panel, scrolled, vbox


class TypedEntry(Card):
    """Occupy the right column while it is open. Nothing is pre-chosen, and the first entry is hidden during the second.

    One entry is used only where the use case says so: at a site where scanners are not allowed. `matched` carries the
    meaning of the serial (Match). A photo can be added to the item afterwards, where that is allowed.
    """

    matched = Signal(object)
    put_away = Signal()
    edited = Signal()
    """Something was typed or chosen."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(self.tr("Enter by hand"), self.tr("No mark can be read"))
        self.setObjectName("typed_entry")
        self._desk, self._visit_id, self._subject = desk, "", ""
        self._choices: dict[str, QRadioButton] = {}
        self._group = QButtonGroup(self)
        reasons = vbox(spacing=0)
        for key in NoReadReason:
            choice = named(QRadioButton(words.word("no_read", key)), f"no_read_{key}")
            self._group.addButton(choice)
            self._choices[key] = choice
            reasons.addWidget(choice)
        self.serial, self.again = self._field("typed_serial"), self._field("typed_again")
        pair(self.serial, self.again)
        self._first = FormField(
            self.tr("Serial number"),
            self.serial,
            self.tr("As on the plate. Tell 0 from O, 1 from I, 5 from S, 8 from B."),
        )
        self._second = FormField(
            self.tr("Again, from the plate"), self.again, self.tr("The first entry is hidden, so that you look again.")
        )
        self._said = named(label("", "strong", tone="bad", wrap=True), "typed_said")
        self._said.hide()
        self.go_on: Button = named(
            button(self.tr("Continue"), self._submit, kind="primary", big=True), "typed_go_button"
        )
        away: Button = named(button(self.tr("Close"), self.put_away.emit), "typed_away_button")
        set_tip(away, self.tr("Close (Esc)"))
        asked = vbox(label(self.tr("Why"), "sub"), reasons, self._first, self._second, self._said, 1, spacing=10)
        scroll = scrolled(asked, margins=(16, 12, 16, 12))
        for entry in (self.serial, self.again):  # Qt scrolls only for Tab
            entry.came.connect(partial(scroll.ensureWidgetVisible, entry))
        self.add(scroll, 1)
        line = hbox(away, self.go_on)
        line.setStretch(1, 1)
        self.body.addWidget(panel(vbox(line, margins=(16, 10, 16, 12)), "cardfoot"))
        self._group.buttonToggled.connect(lambda _choice, _on: self._follow())
        self._follow()

    @property
    def is_begun(self) -> bool:
        """Return whether part of a serial was typed."""
        return bool(self.serial.text() or self.again.text())

    @property
    def typed(self) -> tuple[str, str, str]:
        """Return the reason and both entries, as far as they were given."""
        return self._reason(), self.serial.text(), self.again.text()

    def fill_again(self, typed: tuple[str, str, str]) -> None:
        """Fill in an entry that was started earlier: reason and both serials. An unknown reason stays open."""
        reason, serial, again = typed
        if reason in self._choices:
            self._choices[reason].setChecked(True)
        self.serial.setText(serial)
        self.again.setText(again)

    def open(self, visit_id: str, item_id: str = "", serial: str = "") -> None:
        """Show the form, for the open item if one is named. An entry started for it stays until it is used."""
        if (visit_id, item_id) != (self._visit_id, self._subject) or not self.is_begun:
            self.clear(visit_id, item_id)
        self.set_title(
            self.tr("Enter by hand · {serial}").format(serial=serial) if serial else self.tr("Enter by hand")
        )

    def clear(self, visit_id: str, item_id: str = "") -> None:
        """Clear the form for a new entry."""
        self._visit_id, self._subject = visit_id, item_id
        self._group.setExclusive(False)
        for choice in self._choices.values():
            choice.setChecked(False)
        self._group.setExclusive(True)
        self.serial.clear()
        self.again.clear()
        self._say("")
        self._follow()

    def focus_first(self) -> None:
        next(iter(self._choices.values())).setFocus(Qt.FocusReason.OtherFocusReason)

    def first_field(self) -> QWidget:
        return self.serial

    def _field(self, name: str) -> HandEntry:
        made = HandEntry(name)
        made.textChanged.connect(lambda _text: self._follow())
        made.returnPressed.connect(self._submit)
        return made

    def _reason(self) -> str:
        return next((key for key, choice in self._choices.items() if choice.isChecked()), "")

    def _follow(self) -> None:
        self.edited.emit()
        is_ready = bool(self._reason() and self.serial.text().strip())
        takes_one = self._reason() == NoReadReason.SCANNER_NOT_ALLOWED
        self.go_on.setEnabled(is_ready and (takes_one or bool(self.again.text().strip())))

    def _say(self, text: str) -> None:
        self._said.setText(text)
        self._said.setVisible(bool(text))

    def _submit(self) -> None:
        if not self.go_on.isEnabled():
            target = self.again if self.serial.text().strip() else self.serial
            (target if self._reason() else next(iter(self._choices.values()))).setFocus()
            return
        visit_id = self._visit_id
        given = self.serial.text(), self.again.text(), self._reason()
        self._desk.ask(
            call(match_entered, visit_id, *given), then=partial(self._matched, visit_id), failed=self._refused
        )

    def _matched(self, visit_id: str, match: Match) -> None:
        if visit_id == self._visit_id:
            self.matched.emit(match)
            self.clear(visit_id, self._subject)

    def _refused(self, error: KnownError) -> None:
        message = sentence(error)
        self._say(f"{message.what} {message.next}")
        if error.code == "entry.differs":
            self.serial.clear()
            self.again.clear()
            self.serial.setFocus()
        elif error.code == "entry.again":
            self.again.setFocus()
