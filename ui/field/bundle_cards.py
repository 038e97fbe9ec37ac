"""Parts of the sync page: bundles sent and received, results of an import, and the progress of long work."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QProgressBar, QVBoxLayout, QWidget

from db.queries.exchange import BundleRow
from eum_app.domain.bundles import ImportResult
from eum_app.domain.errors import Refusal
from eum_app.usecases.exchange.verify_bundle import ImportOutcome
from ui.field.parts import named
from ui.kit import words
from ui.kit.messages import sentence
from ui.kit.widgets import (
    Button,
    Card,
    Chip,
    EmptyState,
    button,
    empty_layout,
    hbox,
    label,
    row,
    scrolled,
    vbox,
)

_IMPORT_CHIPS = {
    ImportResult.ACCEPTED: ("ok", "check"),
    ImportResult.ALREADY_HELD: ("mute", "check"),
    ImportResult.WAITING: ("warn", "clock"),
    ImportResult.FORKED: ("bad", "octagon-alert"),
    ImportResult.REFUSED: ("bad", "x"),
    ImportResult.QUARANTINED: ("bad", "octagon-alert"),
}


class BundlesCard(Card):
    """List every bundle that was sealed or imported here, with its state."""

    def __init__(self) -> None:
        super().__init__(self.tr("Bundles"), self.tr("Nothing is deleted before HQ's receipt arrives"))
        self._rows: QVBoxLayout = vbox()
        holder = QWidget()
        holder.setLayout(vbox(self._rows, 1))
        self.add(scrolled(holder), 1)

    def show_bundles(self, bundles: Sequence[BundleRow]) -> None:
        """Replace the rows by these bundles."""
        empty_layout(self._rows)
        for one in bundles:
            if one.direction == "out":
                chip = Chip.of("received" if one.is_received else "exported")
                kind = self.tr("Results to {party}").format(party=one.party)
            else:
                chip = Chip(self.tr("Imported"), "mute", "download")
                kind = self.tr("From {party}").format(party=one.party)
            facts = self.tr("facts {first} – {last}").format(
                first=words.count(one.first_seq), last=words.count(one.last_seq)
            )
            name = label(one.file_name, "mono", wrap=True, selectable=True)
            said = label(words.joined(kind, facts, words.moment(one.at)), "sub", wrap=True)
            line = hbox()
            line.addLayout(vbox(name, said, spacing=2), 1)
            line.addWidget(chip)
            made = row(line)
            made.setAccessibleName(f"{one.file_name}, {said.text()}, {chip.text()}")
            self._rows.addWidget(made)
        if not bundles:
            self._rows.addWidget(
                EmptyState(
                    "archive",
                    self.tr("No bundles yet"),
                    self.tr("Bundles that you seal for HQ or import from HQ appear here, each with its state."),
                )
            )


class ImportResults(QWidget):
    """Show one row for each bundle of the last import."""

    def __init__(self) -> None:
        super().__init__()
        self._rows: QVBoxLayout = vbox()
        self.setLayout(self._rows)

    def show_outcomes(self, outcomes: Sequence[ImportOutcome]) -> None:
        """Replace the rows by these outcomes."""
        empty_layout(self._rows)
        for one in outcomes:
            self._rows.addWidget(self._row(one))

    def _row(self, one: ImportOutcome) -> QWidget:
        said_by_outcome = {
            ImportResult.ACCEPTED: self.tr("Imported"),
            ImportResult.ALREADY_HELD: self.tr("Already imported"),
            ImportResult.WAITING: self.tr("Waiting for an earlier bundle"),
            ImportResult.FORKED: self.tr("Quarantined"),
            ImportResult.REFUSED: self.tr("Refused"),
            ImportResult.QUARANTINED: self.tr("Quarantined"),
        }
        tone, icon = _IMPORT_CHIPS[one.outcome]
        chip = Chip(said_by_outcome[one.outcome], tone, icon)
        if one.code:
            message = sentence(Refusal(one.code, **one.values))
            detail = f"{message.what} {message.next}"
        else:
            facts = self.tr("%Ln new facts", "", one.new_entries) if one.new_entries else ""
            detail = words.joined(self.tr("From {party}").format(party=one.sender), facts)
        texts = vbox(
            label(one.file_name, "mono", wrap=True, selectable=True), label(detail, "sub", wrap=True), spacing=2
        )
        line = hbox()
        line.addLayout(texts, 1)
        line.addWidget(chip)
        made = row(line)
        made.setObjectName("import_outcome")
        made.setAccessibleName(f"{one.file_name}, {chip.text()}, {detail}")
        return made


class ProgressLine(QWidget):
    """The progress of work in a child process, with a stop button; hidden while none runs."""

    stop_requested = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._bar = named(QProgressBar(), "sync_progress")
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName(self.tr("Progress"))
        self._said = label("", "sub")
        stop: Button = named(button(self.tr("Stop"), self.stop_requested.emit), "sync_stop_button")
        line = hbox(self._bar, self._said, stop)
        line.setStretch(0, 1)
        self.setLayout(line)
        self.hide()

    def begin(self, text: str) -> None:
        """Show progress of unknown length."""
        self._bar.setRange(0, 0)
        self._said.setText(text)
        self.show()

    def step(self, done: int, total: int, _text: str) -> None:
        """Show that `done` of `total` steps are done."""
        self._bar.setRange(0, max(1, total))
        self._bar.setValue(done)
        self._said.setText(self.tr("{done} of {total}").format(done=words.count(done), total=words.count(total)))

    def say(self, text: str) -> None:
        """Set the text beside the bar."""
        self._said.setText(text)
