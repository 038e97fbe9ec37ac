"""The card that chooses a list: its kind and file, and the messages about the file as a whole."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QWidget

from eum_app.domain.claims import ListKind
from eum_app.domain.errors import KnownError
from eum_app.list_files.list_file import ListPreview, Note
from ui.kit.messages import column_word, list_note, sentence
from ui.kit.widgets import Card, FormField, button, flow, hbox, label, panel, vbox
from ui.kit.widgets.path_field import PathField
from ui.kit.words import word
from ui.shared.page_parts import choices, named

_PATIENCE_MS = 700
"""Most lists are read before; a button that flashes up would only disturb."""


class ListChoice(Card):
    """Kind and file of a list, notes and problems of reading it, and the question whether day or month comes first."""

    kind_chosen = Signal()
    file_changed = Signal()
    read_requested = Signal()
    stop_requested = Signal()
    """The person does not want to wait for the file that is being read."""
    date_order_stated = Signal(str)
    """The person's answer: month first or day first."""

    def __init__(self) -> None:
        super().__init__()
        self._kind_box = choices("list_kind", "")
        for kind in ListKind:
            self._kind_box.addItem(word("list", kind), kind)
        self._kind_box.setCurrentIndex(0)
        self._kind_box.currentIndexChanged.connect(lambda _at: self.kind_chosen.emit())
        self.path_field = PathField(
            self.tr("List"),
            object_name="inventory_file_field",
            filters=self.tr("Lists (*.csv *.txt *.xlsx);;All files (*)"),
        )
        self.path_field.submitted.connect(self.read_requested)
        self.path_field.changed.connect(self.file_changed)
        self._read_button = button(self.tr("Read the list"), self.read_requested.emit, icon="file-search")
        named(self._read_button, "inventory_read_button")
        self._about = label("", "sub", wrap=True)
        self._stop_button = button(self.tr("Stop reading"), self._stop, icon="x")
        named(self._stop_button, "inventory_stop_reading")
        keeps_place = self._stop_button.sizePolicy()
        keeps_place.setRetainSizeWhenHidden(True)  # else the page would jump with each list
        self._stop_button.setSizePolicy(keeps_place)
        self._stop_button.hide()
        self._patience = QTimer(self, singleShot=True, interval=_PATIENCE_MS)
        self._patience.timeout.connect(self._offer_to_stop)
        self.notes = label("", "body", tone="warn", wrap=True, selectable=True)
        self.notes.setObjectName("list_notes")
        self.problem = label("", "body", tone="bad", wrap=True, selectable=True)
        about = hbox(self._about, self._stop_button, spacing=10)
        about.setStretch(0, 1)
        self.add_padded(self._file_line(), panel(about), self.notes, self.problem, self._order_line())
        self.forget()

    def _file_line(self) -> QWidget:
        file = hbox(self.path_field, self._read_button, spacing=10)
        file.setStretch(0, 1)
        line = hbox(
            FormField(self.tr("What is this list?"), self._kind_box),
            FormField(self.tr("File"), panel(file)),
            spacing=16,
        )
        line.setStretch(0, 1)
        line.setStretch(1, 4)
        return panel(line)

    def _order_line(self) -> QWidget:
        self._question = label("", "strong", wrap=True)
        self._month_first = button(self.tr("Month comes first"), lambda: self.date_order_stated.emit("month first"))
        named(self._month_first, "date_order_month_first")
        day_first = button(self.tr("Day comes first"), lambda: self.date_order_stated.emit("day first"))
        named(day_first, "date_order_day_first")
        self._order = panel(vbox(self._question, flow(self._month_first, day_first), spacing=8))
        return self._order

    @property
    def kind(self) -> ListKind:
        """Return the kind that is chosen."""
        return ListKind(self._kind_box.currentData())

    @property
    def path(self) -> Path | None:
        """Return the file, or None while the field is empty."""
        return self.path_field.path

    def start(self) -> None:
        """Clear the file field and give it the focus."""
        self.path_field.clear()
        self.path_field.edit.setFocus(Qt.FocusReason.OtherFocusReason)

    def forget(self) -> None:
        """Remove every message about a file."""
        self._say()

    def show_notes(self, notes: Iterable[Note]) -> None:
        """Show what was noticed in the whole list; the list can be read."""
        self._say(notes="\n".join(list_note(note.code, note.values) for note in notes))

    def show_refusal(self, error: KnownError) -> None:
        """Say why the list cannot be read. For `inventory.date_order`, ask in which order its dates are written
        instead.
        """
        if error.code == "inventory.date_order":
            self._say(question=self._order_words(error))
            self._month_first.setFocus()
        else:
            message = sentence(_in_words(error))
            self._say(problem=f"{message.what} {message.next}")

    def follow(self, preview: ListPreview[Any] | None, *, is_busy: bool) -> None:
        """Show which file was read, and offer only what is possible now."""
        self._about.setText(
            self.tr("SHA-384 {hash}").format(hash=preview.sha384)
            if preview
            else self.tr("A list as you received it. Nothing is saved until you have seen its contents.")
            if self.kind == ListKind.INVENTORY
            else self.tr(
                "Reports by others are kept as claims beside the book: they are not sightings and change no item."
            )
        )
        self._patience.stop()
        self._stop_button.hide()
        self._read_button.setEnabled(self.path is not None and not is_busy)
        self.path_field.setEnabled(not is_busy)
        self._kind_box.setEnabled(not is_busy)

    def wait(self) -> None:
        """Prevent a second reading while one is under way, and offer to stop it if it takes long."""
        self._read_button.setEnabled(False)
        self._patience.start()

    def _offer_to_stop(self) -> None:
        self._about.setText(self.tr("Reading the list …"))
        self._stop_button.show()

    def _stop(self) -> None:
        self.path_field.edit.setFocus(Qt.FocusReason.OtherFocusReason)
        self.stop_requested.emit()

    def _say(self, *, notes: str = "", problem: str = "", question: str = "") -> None:
        for words, line, text in (
            (self.notes, self.notes, notes),
            (self.problem, self.problem, problem),
            (self._question, self._order, question),
        ):
            words.setText(text)
            line.setVisible(bool(text))

    def _order_words(self, error: KnownError) -> str:
        words = (
            self.tr("Line {line} says {example}, and other lines contradict it. Which comes first in this list?")
            if error.values.get("why") == "contradictory"
            else self.tr("Line {line} says {example}. Which comes first in this list?")
        )
        return words.format(line=error.values.get("line"), example=error.values.get("example"))


def _in_words(error: KnownError) -> KnownError:
    """Return the error with names of columns in place of their codes."""
    missing: Any = error.values.get("missing")
    if not missing:
        return error
    return type(error)(error.code, **{**error.values, "missing": ", ".join(map(column_word, missing))})
