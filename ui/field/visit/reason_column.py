"""Ask why an item is not simply verified: reason, note, photos. It temporarily takes the place of the item."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from eum_app.domain.visits import REASONS, Outcome
from ui.field.parts import image_of, named
from ui.field.visit.draft import Draft
from ui.field.visit.item_extras import photo_caption
from ui.kit import words
from ui.kit.widgets import ReasonPanel, scrolled, vbox

NOTE_NEEDED = frozenset({"other"})


class ReasonColumn(QWidget):
    """Holds one reason panel, rebuilt for each question; nothing is pre-chosen."""

    confirmed = Signal(str, str, str)
    """outcome, reason, note"""
    cancelled = Signal()
    photo_requested = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._layout: QVBoxLayout = vbox()
        self.setLayout(self._layout)
        self.panel: ReasonPanel | None = None
        self._place: QWidget | None = None
        self._draft: Draft | None = None

    def ask(self, outcome: str, draft: Draft) -> None:
        """Show the reasons of an outcome for the current item."""
        if self._place is not None:
            self._layout.removeWidget(self._place)
            self._place.hide()
            self._place.deleteLater()
        self._draft = draft
        made = ReasonPanel(
            self.tr("{outcome} · {serial}").format(outcome=words.outcome(outcome), serial=draft.serial),
            [(key, words.reason(outcome, key)) for key in REASONS[Outcome(outcome)]],
            confirm=self.tr("Record {outcome}").format(outcome=words.outcome(outcome).lower()),
            note_needed=NOTE_NEEDED,
            is_danger=outcome in {Outcome.DISCREPANCY, Outcome.NOT_FOUND},
        )
        named(made, "reason_panel")
        made.confirmed.connect(lambda reason, note: self.confirmed.emit(outcome, reason, note))
        made.cancelled.connect(self.cancelled)
        made.photo_requested.connect(self.photo_requested)
        made.photos.removed.connect(self._drop_photo)
        for action in made.actions():
            made.removeAction(action)  # Esc is the page's: claimed twice, Qt would give it to neither
        for key, choice in made._choices.items():
            named(choice, f"reason_{key}")
        named(made.note, "reason_note")
        for pressed, name in zip(made.findChildren(QPushButton), ("reason_photo", "reason_cancel"), strict=False):
            named(pressed, f"{name}_button")
        named(made.confirm_button, "reason_confirm_button")
        self.panel = made
        # It scrolls by itself: with many reasons it must not make the whole page taller than the window.
        self._place = scrolled(made)
        self._layout.addWidget(self._place)
        self.show_photos(draft)

    def show_photos(self, draft: Draft) -> None:
        """Show the photos added to the item so far."""
        if self.panel is None:
            return
        self.panel.photos.clear()
        for at, (key, data) in enumerate(draft.photos.items(), 1):
            self.panel.photos.add(key, image_of(data, 320), photo_caption(at))

    def focus_first(self) -> None:
        if self.panel is not None:
            self.panel.focus_first()

    def _drop_photo(self, key: str) -> None:
        if self._draft is not None:
            self._draft.photos.pop(key, None)
