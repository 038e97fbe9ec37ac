"""The newest checks under the viewfinder, the latest with an Undo button."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from db.queries.checks import CheckRow
from ui.field.parts import named
from ui.kit import words
from ui.kit.guard import guarded
from ui.kit.theme import status_mark
from ui.kit.tips import set_tip
from ui.kit.translation import Texts
from ui.kit.widgets import Card, Chip, button, empty_layout, hbox, label, row, scrolled, vbox
from ui.shared.testimony import reasons_said

CheckWords = Texts("CheckWords")

_SHOWN = 12


def photos_said(number: int) -> str:
    """Return `1 photo`, `2 photos`; empty for none."""
    return CheckWords.tr("%Ln photos", "", number) if number else ""


def last_words(checks: Sequence[CheckRow]) -> str:
    """Return the newest check that counts, e.g. `786951 · Verified · 14:25 UTC`; empty for none."""
    last = next((one for one in checks if not one.withdrawn), None)
    if last is None:
        return ""
    return words.joined(last.serial, words.outcome(last.outcome), words.clock(last.observed_at))


@guarded
class RecentPanel(Card):
    """List the newest checks, the latest with an Undo button."""

    undo_requested = Signal(str)
    """check id"""
    photo_requested = Signal(str, str)
    """check id, serial: request to add a photo to this recorded check."""

    def __init__(self) -> None:
        super().__init__(self.tr("Recent"), self.tr("Ctrl+Z takes back the last act"))
        self.setObjectName("recent_panel")
        self._list: QVBoxLayout = vbox()
        holder = QWidget()
        holder.setLayout(vbox(self._list, 1))
        self.add(scrolled(holder), 1)
        self.last_check_id = ""
        self._origin, self._is_open = "", True
        self.show_checks([], "")

    def hasHeightForWidth(self) -> bool:
        return False  # else its wrapped words would outweigh the stretch that shares the column out

    def show_checks(self, checks: Sequence[CheckRow], origin: str, *, is_closed: bool = False) -> None:
        """Show the first twelve checks; pass them newest first.

        Until close-out, photos can be added to this device's checks, and the latest that counts can be withdrawn.
        """
        empty_layout(self._list)
        self._origin, self._is_open = origin, not is_closed
        self.last_check_id = next((one.check_id for one in checks if not one.withdrawn and one.origin == origin), "")
        for one in checks[:_SHOWN]:
            self._list.addWidget(self._row(one))
        if not checks:
            said = self.tr("Nothing recorded yet. Your checks appear here and can be undone.")
            self._list.addWidget(row(label(said, "sub", wrap=True)))

    def _row(self, one: CheckRow) -> QWidget:
        chip = Chip.of("withdrawn" if one.withdrawn else one.outcome)
        said = words.joined(
            status_mark(one.outcome).text() if one.withdrawn else "",
            reasons_said(one),
            words.read_by(one.reading.read_by),
            photos_said(one.photos),
            self.tr("note") if one.has_note else "",
            words.clock(one.observed_at),
        )
        details = label(said, "sub", wrap=True)
        named_line = hbox(chip, label(one.serial, "mono", selectable=True), 1, margins=(0, 0, 0, 0))
        line = hbox(margins=(0, 0, 0, 0))
        line.addLayout(vbox(named_line, details, spacing=4), 1)  # beside the serial, a reason was cut off
        made = row(line)
        made.setObjectName(f"recent_{one.check_id}")
        made.setAccessibleName(f"{chip.text()}, {one.serial}, {said}")
        if self._is_open and not one.withdrawn and one.origin == self._origin:
            photo = button("", lambda: self.photo_requested.emit(one.check_id, one.serial), icon="camera")
            photo.setAccessibleName(self.tr("Add a photo to {serial}").format(serial=one.serial))
            set_tip(photo, photo.accessibleName())
            line.addWidget(named(photo, f"recent_photo_{one.check_id}"))
        if self._is_open and one.check_id == self.last_check_id:
            undo = named(button(self.tr("Undo"), lambda: self.undo_requested.emit(one.check_id)), "undo_button")
            undo.setAccessibleName(self.tr("Undo {serial}").format(serial=one.serial))
            set_tip(undo, self.tr("Withdraw this check (Ctrl+Z)"))
            line.addWidget(undo)
        return made
