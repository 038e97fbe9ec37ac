"""Record that a room cannot be entered: one reason for all of its items that have no outcome yet."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from eum_app.domain.visits import REASONS, Outcome
from ui.field.parts import named
from ui.field.visit.reason_column import NOTE_NEEDED
from ui.kit import words
from ui.kit.widgets import ReasonPanel, scrolled, vbox


class RoomForm(QWidget):
    """Ask why the items of a room could not be seen. The list of items shows it in its own place."""

    confirmed = Signal(object, str, str)
    """list of item ids, reason, note"""
    left = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("room_form")
        self._layout: QVBoxLayout = vbox()
        self.setLayout(self._layout)
        self._place: QWidget | None = None
        self.panel: ReasonPanel | None = None
        self._room, self._ids = "", list[str]()

    def narrow(self, item_ids: Sequence[str]) -> None:
        """Ask about these items of the same room only. Reason, note and focus stay."""
        if self.panel is not None and list(item_ids) != self._ids:
            self._ids = list(item_ids)
            self.panel.set_title(self._title())
            self.panel.confirm_button.setText(self._confirm_words())

    def ask(self, room: str, item_ids: Sequence[str]) -> None:
        """Ask about these items of a room, in place of an earlier question, and focus the first reason."""
        self._room, self._ids = room, list(item_ids)
        if self._place is not None:
            self._layout.removeWidget(self._place)
            self._place.hide()
            self._place.deleteLater()
        made = ReasonPanel(
            self._title(),
            [(key, words.reason(Outcome.NO_ACCESS, key)) for key in REASONS[Outcome.NO_ACCESS]],
            confirm=self._confirm_words(),
            note_needed=NOTE_NEEDED,
            has_photo=False,
        )
        for action in made.actions():
            made.removeAction(action)  # Esc is the page's: claimed twice, Qt would give it to neither
        made.confirmed.connect(lambda reason, note: self.confirmed.emit(list(self._ids), reason, note))
        made.cancelled.connect(self.left)
        for key, choice in made._choices.items():
            named(choice, f"room_{key}")
        named(made.note, "room_note")
        named(made.confirm_button, "room_confirm_button")
        named(made.cancel_button, "room_cancel_button")
        for pressed in made.findChildren(QPushButton):
            if not pressed.objectName():
                pressed.setObjectName("room_photo_button")
        self.panel = made
        self._place = scrolled(made)
        self._layout.addWidget(self._place)
        made.focus_first()

    def _title(self) -> str:
        return words.joined(self._room, self.tr("%Ln items to check", "", len(self._ids)))

    def _confirm_words(self) -> str:
        return self.tr("Record %Ln without access", "", len(self._ids))
