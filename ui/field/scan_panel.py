"""The middle column: what is scanned and how, and what was recorded last."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QTimer, Signal
from PySide6.QtWidgets import QComboBox, QVBoxLayout, QWidget

from db.queries.visits import CheckRow
from eum_app.domain.errors import KnownError
from eum_app.scanning.decoder import Symbol
from ui import words
from ui.desk import Desk
from ui.field.parts import empty_layout, named
from ui.field.scan_worker import ScanWorker, Seen, read_still
from ui.messages import sentence
from ui.theme import status_mark
from ui.widgets import Button, Card, Chip, ScanField, button, hbox, label, row, scrolled, set_look, vbox
from ui.widgets.path_field import PathField
from ui.widgets.viewfinder import Viewfinder, ViewMark

_SHOWN = 12
_FRAME_MS = 1_500


def key_of(symbology: str, raw: bytes) -> str:
    """What tells one symbol from another in the viewfinder."""
    return f"{symbology}|{raw.hex()}"


class ScanPanel(Card):
    """Camera, video, photo, typed text. `symbol_read` carries each symbol read once, `typed` what was typed."""

    symbol_read = Signal(object, str)
    """(Symbol, read_by: camera or photo)"""
    typed = Signal(str)

    def __init__(self, desk: Desk) -> None:
        super().__init__(self.tr("Scan"))
        self._desk = desk
        self._known: dict[str, tuple[str, str]] = {}
        self._symbols: dict[str, Symbol] = {}
        self._read_by = "camera"
        self._last_seen: Seen | None = None
        self.worker = ScanWorker(self)
        self.worker.frame_seen.connect(self._take)
        self.worker.symbols_accepted.connect(self._accepted)
        self.worker.state_changed.connect(self._follow_state)
        self.worker.failed.connect(self._failed)
        self.source = named(QComboBox(), "scan_source")
        self.source.setAccessibleName(self.tr("Where marks are read from"))
        for text, key in (
            (self.tr("No camera"), "none"),
            (self.tr("Camera"), "camera"),
            (self.tr("Video or image file"), "file"),
        ):
            self.source.addItem(text, key)
        self.source.activated.connect(lambda _at: self._choose())
        self._in_view = Chip("", "accent")
        self._in_view.hide()
        self._head_line.insertWidget(1, self.source)
        self.add_trailing(self._in_view)
        self._prompt = self.tr("Scan or type below, or choose a camera above")
        self.viewfinder = named(Viewfinder(self._prompt), "viewfinder")
        self.viewfinder.chosen.connect(self._chosen)
        self._frame_timer = QTimer(self)
        self._frame_timer.setSingleShot(True)
        self._frame_timer.setInterval(_FRAME_MS)
        self._frame_timer.timeout.connect(lambda: self.viewfinder.set_frame(""))
        self.line = named(label("", "strong", wrap=True), "scan_line")
        self.line.hide()
        self.file = PathField(
            self.tr("Video, folder or image to read marks from"), object_name="scan_file", kind="file"
        )
        self.file.submitted.connect(self._open_file)
        self.file.hide()
        self.photo = PathField(
            self.tr("Photo to read a mark from"),
            object_name="scan_photo",
            filters=self.tr("Pictures (*.jpg *.jpeg *.png *.tif *.tiff *.bmp *.webp)"),
        )
        self.photo.submitted.connect(lambda: self._read_photo(self.photo.path))
        self.photo.hide()
        self.field = named(ScanField(self.tr("Serial / UII ⏎")), "scan_field")
        self.field.setAccessibleName(self.tr("Scan or type a serial number or UII"))
        self.field.submitted.connect(self.typed)
        self.from_photo: Button = named(button(self.tr("From photo…"), self._toggle_photo), "from_photo_button")
        self.add(self.viewfinder, 1)
        typing = hbox(self.field, self.from_photo)
        typing.setStretch(0, 1)
        self.add_padded(self.line, self.file, typing, self.photo, spacing=8)

    def hasHeightForWidth(self) -> bool:
        return False  # else its wrapped words would outweigh the stretch that shares the column out

    # What the page tells

    def say(self, text: str, tone: str = "") -> None:
        """The line under the viewfinder and the frame around it; empty text takes both back."""
        self.line.setText(text)
        self.line.setVisible(bool(text))
        set_look(self.line, "tone", tone if tone != "accent" else "")
        self.viewfinder.set_frame(tone if text else "")
        self._frame_timer.start()

    def set_known(self, key: str, state: str, text: str) -> None:
        """What a symbol turned out to be; shown on its outline from now on."""
        self._known[key] = (state, text)

    def forget_known(self) -> None:
        """Ask anew about every symbol, e.g. because a check was recorded."""
        self._known.clear()
        self.worker.forget_given()

    def photo_now(self) -> bytes:
        """The newest frame as JPEG; empty where no source runs."""
        return self.worker.photo() if self.worker.is_running else b""

    def stop(self) -> None:
        self.worker.stop()
        self.source.setCurrentIndex(0)
        self.file.hide()
        self._in_view.hide()
        self.viewfinder.show_prompt(self._prompt)
        self.viewfinder.set_frame("")

    # Sources

    def _choose(self) -> None:
        kind = str(self.source.currentData())
        self.file.setVisible(kind == "file")
        self.photo.hide()
        self.worker.stop()
        self._in_view.hide()
        if kind == "camera":
            self._read_by = "camera"
            self.viewfinder.show_prompt(self.tr("Opening the camera…"))
            self.worker.start(0)
        else:
            self.viewfinder.show_prompt(
                self.tr("Type, drop or choose a file below") if kind == "file" else self._prompt
            )
        if kind == "file":
            self.file.edit.setFocus()

    def _open_file(self) -> None:
        path = self.file.path
        if path is None:
            return
        from eum_app.scanning.images import IMAGE_SUFFIXES

        self.say("")
        self.file.hide()  # the picture needs the room; choosing the source again shows it
        if path.suffix.lower() in IMAGE_SUFFIXES:
            self._read_photo(path)
        else:
            self._read_by = "camera"
            self.worker.start(path)
        self.field.setFocus()

    def _toggle_photo(self) -> None:
        self.photo.setVisible(self.photo.isHidden())
        (self.field if self.photo.isHidden() else self.photo.edit).setFocus()

    def _read_photo(self, path: Path | None) -> None:
        if path is not None:
            self._desk.tasks.query(lambda: read_still(path), self._show_still, self._failed)

    def _show_still(self, seen: Seen) -> None:
        self.photo.clear()
        self.photo.hide()
        self._show(seen)
        self.field.setFocus()
        if not seen.symbols:
            self.say(
                self.tr("No mark was found in this picture. Take it closer and sharper, or type the serial."), "warn"
            )
            return
        for symbol in {key_of(one.symbology, one.raw): one for one in seen.symbols}.values():
            self.symbol_read.emit(symbol, "photo")

    # From the worker

    def _take(self) -> None:
        seen = self.worker.take()
        if seen is not None and self.isVisible():
            self._show(seen)

    def _show(self, seen: Seen) -> None:
        marks = []
        self._symbols = {key_of(symbol.symbology, symbol.raw): symbol for symbol in seen.symbols}
        for key, symbol in self._symbols.items():
            state, text = self._known.get(key, ("", ""))
            first, second, third, fourth = ((x / seen.width, y / seen.height) for x, y in symbol.corners)
            marks.append(ViewMark(key, (first, second, third, fourth), state, text))
        self._last_seen = seen
        self.viewfinder.show_view(seen.image, marks)
        self._in_view.set(self.tr("{count} in view").format(count=words.count(len(marks))), "accent")
        self._in_view.setVisible(bool(marks))

    def redraw_marks(self) -> None:
        """Show what became known on the picture that is in sight."""
        if self.viewfinder.marks and self._last_seen is not None:
            self._show(self._last_seen)

    def _accepted(self, symbols: list[Symbol]) -> None:
        for symbol in symbols:
            self.symbol_read.emit(symbol, self._read_by)

    def _chosen(self, key: str) -> None:
        symbol = self._symbols.get(key)
        if symbol is not None:
            self.symbol_read.emit(symbol, self._read_by)

    def _follow_state(self, state: str) -> None:
        if not self.worker.is_running and state != "ended":
            return
        if state == "no_camera":
            self._in_view.hide()
            self.viewfinder.show_prompt(
                self.tr("No camera answers; it is tried again. Scan by hand, use a photo, or type the serial number.")
            )
        elif state == "ended" and not self.viewfinder.marks:
            self._in_view.hide()

    def _failed(self, error: KnownError) -> None:
        self.file.setVisible(self.source.currentData() == "file")
        message = sentence(error)
        self.say(f"{message.what} {message.next}", "bad")


def photos_said(number: int) -> str:
    """`1 photo`, `2 photos`, empty for none."""
    if not number:
        return ""
    tr = QCoreApplication.translate
    return tr("field", "1 photo") if number == 1 else tr("field", "{count} photos").format(count=words.count(number))


class RecentPanel(Card):
    """The newest checks, the last one with Undo."""

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
        """Newest first; only this device's own last standing check can be taken back."""
        empty_layout(self._list)
        self.last_check_id = next((one.check_id for one in checks if not one.withdrawn and one.origin == origin), "")
        for one in checks[:_SHOWN]:
            self._list.addWidget(self._row(one))
        if not checks:
            said = self.tr("Nothing recorded yet. What you record stands here and can be taken back.")
            self._list.addWidget(row(label(said, "sub", wrap=True)))

    def _row(self, one: CheckRow) -> QWidget:
        chip = Chip.of("withdrawn" if one.withdrawn else one.outcome)
        said = words.joined(
            status_mark(one.outcome).text() if one.withdrawn else "",
            words.reason(one.outcome, one.reason),
            words.read_by(one.read_by),
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
