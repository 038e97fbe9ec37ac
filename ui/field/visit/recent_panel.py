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
from ui.kit.translation import Texts
from ui.kit.widgets import Card, Chip, button, empty_layout, hbox, label, row, scrolled, vbox

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

    def __init__(self) -> None:
        super().__init__(self.tr("Recent"), self.tr("Ctrl+Z withdraws the last check"))
        self.setObjectName("recent_panel")
        self._list: QVBoxLayout = vbox()
        holder = QWidget()
        holder.setLayout(vbox(self._list, 1))
        self.add(scrolled(holder), 1)
        self.last_check_id = ""
        self.show_checks([], "")

    def hasHeightForWidth(self) -> bool:
        return False  # else its wrapped words would outweigh the stretch that shares the column out

    def show_checks(self, checks: Sequence[CheckRow], origin: str) -> None:
        """Show checks, newest first. Only the latest check of this device that still counts can be withdrawn."""
        empty_layout(self._list)
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
            words.reason(one.outcome, one.reason),
            words.read_by(one.reading.read_by),
            photos_said(one.photos),
            self.tr("note") if one.has_note else "",
            words.clock(one.observed_at),
        )
        details = label(said, "sub", wrap=True)
        line = hbox(chip, label(one.serial, "mono", selectable=True), margins=(0, 0, 0, 0))
        line.addWidget(details, 1)
        made = row(line)
        made.setObjectName(f"recent_{one.check_id}")
        made.setAccessibleName(f"{chip.text()}, {one.serial}, {said}")
        if one.check_id == self.last_check_id:
            undo = named(button(self.tr("Undo"), lambda: self.undo_requested.emit(one.check_id)), "undo_button")
            undo.setAccessibleName(self.tr("Undo {serial}").format(serial=one.serial))
            undo.setToolTip(self.tr("Withdraw this check (Ctrl+Z)"))
            line.addWidget(undo)
        return made
