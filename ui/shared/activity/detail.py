"""One entry in full: its place in its chain, whether it is as it was recorded, and its content."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPlainTextEdit

from db.queries.activity import ActivityDetail, ActivityRow
from ui.kit.theme import theme
from ui.kit.widgets import Card, Chip, KeyValueGrid, button, flow, hbox, label, panel, scrolled, vbox
from ui.kit.words import count, grouped, moment
from ui.shared.activity.shown import harmless, kind_words, outcome_words, place_words, pretty, subject_words


class DetailCard(Card):
    """Show one entry, read-only: everything can be selected and copied, nothing can be changed."""

    time_requested = Signal(object)
    """Carries the row (ActivityRow) whose clock was wrong."""

    def __init__(self, may_correct: Callable[[ActivityRow], bool]) -> None:
        super().__init__(self.tr("Entry"))
        self.setObjectName("activity_detail")
        self._may_correct = may_correct
        self._row: ActivityRow | None = None
        self._proof = Chip()
        self._proof.setObjectName("activity_proof")
        self._grid = KeyValueGrid(margins=(0, 8, 0, 0), key_width=86)
        self._chain = KeyValueGrid(margins=(0, 0, 0, 0), key_width=86)
        self.payload = QPlainTextEdit()
        self.payload.setObjectName("activity_payload")
        self.payload.setAccessibleName(self.tr("Contents of the entry, as recorded"))
        self.payload.setReadOnly(True)
        self.payload.setTabChangesFocus(True)
        self.payload.setProperty("kind", "mono")
        self.payload.setMinimumHeight(theme().dp(220))
        self._content = panel(
            vbox(
                panel(flow(self._proof)),
                self._grid,
                label(self.tr("Contents"), "cardtitle"),
                self.payload,
                label(self.tr("Its place in the chain"), "cardtitle"),
                self._chain,
                margins=(16, 12, 16, 14),
                spacing=8,
            )
        )
        self.time_button = button(self.tr("Correct its time…"), self._ask_time, icon="clock")
        self.time_button.setObjectName("activity_time_button")
        self._content.layout().addWidget(panel(hbox(1, self.time_button)))  # type: ignore[union-attr]
        self._content.layout().setStretch(3, 1)  # type: ignore[union-attr]
        self._content.hide()
        self.add(scrolled(self._content), 1)

    def _ask_time(self) -> None:
        if self._row is not None:
            self.time_requested.emit(self._row)

    def clear(self) -> None:
        """Hide the entry."""
        self._content.hide()
        self.set_title(self.tr("Entry"))

    def show_entry(self, detail: ActivityDetail) -> None:
        """Show an entry with its contents, its place in the chain, and whether both are unaltered."""
        row, entry = detail.row, detail.entry
        self._row = row
        self.time_button.setVisible(self._may_correct(row))
        self.set_title(kind_words(row))
        if detail.is_whole:
            self._proof.set(self.tr("Unaltered, follows the previous entry"), "ok", "shield-check")
        else:
            self._proof.set(self.tr("Altered or not in its chain"), "bad", "shield-x")
        grid = self._grid
        grid.clear()
        grid.add(self.tr("When"), moment(entry.recorded_at))
        grid.add(self.tr("Who"), harmless(entry.actor))
        grid.add(self.tr("About"), subject_words(row))
        grid.add(self.tr("Outcome"), outcome_words(row))
        grid.add(self.tr("From"), place_words(row), mono=True)
        grid = self._chain
        grid.clear()
        grid.add(self.tr("Session"), grouped(harmless(entry.session_id)), mono=True)
        grid.add(
            self.tr("In session"), self.tr("{seconds} s after unlocking").format(seconds=_seconds(entry.elapsed_ms))
        )
        grid.add(self.tr("Kind"), f"{harmless(entry.kind)} {entry.kind_version}", mono=True)
        grid.add(self.tr("Known here"), self.tr("with entry {number}").format(number=count(detail.known_at)))
        grid.add("SHA-384", grouped(entry.hash.hex()), mono=True)
        grid.add(self.tr("Follows"), grouped(entry.prev_hash.hex()), mono=True)
        self.payload.setPlainText(pretty(entry.payload))
        self._content.show()


def _seconds(elapsed_ms: int) -> str:
    return count(elapsed_ms // 1000)
