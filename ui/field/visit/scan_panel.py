"""The middle column: scanning by camera, video, photo or text."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout

from eum_app.domain.errors import KnownError
from ui.devices.tones import Tone, Tones
from ui.field.parts import named
from ui.field.visit.camera_menu import CameraMenu
from ui.field.visit.feedback_strip import FeedbackStrip
from ui.field.visit.scan_worker import ScanWorker, Seen
from ui.field.visit.seen_view import SeenView
from ui.field.visit.still_reader import StillReader
from ui.kit import settings, words
from ui.kit.desk import Desk
from ui.kit.guard import guarded
from ui.kit.messages import sentence
from ui.kit.settings import CameraSettings
from ui.kit.widgets import Button, Card, Chip, DropDown, ScanField, button, hbox, vbox
from ui.kit.widgets.path_field import PathField
from ui.kit.widgets.viewfinder import Viewfinder

_FRAME_MS = 1_500
_TONES: Final[dict[str, Tone]] = {"ok": "accepted", "accent": "accepted", "warn": "attention", "bad": "stop"}


@guarded
class ScanPanel(Card):
    """Camera, video, photo, typed text. `seen` shows each frame and emits it; `typed` carries typed text."""

    take_requested = Signal()
    """Take all expected items in view."""
    typed = Signal(str)
    by_hand_requested = Signal()
    scanner_test_requested = Signal()
    said = Signal(str, str)
    """The outcome of a scan and its tone; an empty text removes the previous one."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(self.tr("Scan"))
        self._desk = desk
        self.tones = Tones(self)
        self.worker = ScanWorker(self)
        self.worker.frame_seen.connect(self._take)
        self.worker.state_changed.connect(self._follow_state)
        self.worker.failed.connect(self._failed)
        self.stills = StillReader(desk, self)
        self.stills.seen.connect(self._show_still)
        self.stills.nothing_found.connect(self._nothing_found)
        self.stills.failed.connect(self._failed)
        self.source = named(DropDown(), "scan_source")
        self.source.setAccessibleName(self.tr("Source of marks"))
        for text, key in (
            (self.tr("No camera"), "none"),
            (self.tr("Camera"), "camera"),
            (self.tr("Video or image file"), "file"),
        ):
            self.source.addItem(text, key)
        self.source.activated.connect(lambda _at: self._choose())
        self.menu = CameraMenu(desk.tasks, self)
        self.menu.changed.connect(self._use_camera)
        self.menu.failed.connect(self._failed)
        self.menu.test_requested.connect(self.scanner_test_requested)
        self._held = ""
        self._in_view = Chip("", "accent")
        self._head_line.insertWidget(1, self.source)
        self.add_trailing(self.menu.opener())
        self._prompt = self.tr("Scan or type below, or choose a camera above")
        self.viewfinder = named(Viewfinder(self._prompt), "viewfinder")
        self.seen = SeenView(self.viewfinder)
        self.take_button: Button = named(button("", self.take_requested.emit, kind="primary"), "take_in_view_button")
        self.take_button.setParent(self.viewfinder)
        self.take_button.hide()
        # Over the picture: in the title line it would widen the column while marks come into view.
        self._in_view.setParent(self.viewfinder)
        self._in_view.hide()
        self.viewfinder.setLayout(vbox(1, hbox(self._in_view, 1, self.take_button), margins=(12, 12, 12, 12)))
        self._frame_timer = QTimer(self)
        self._frame_timer.setSingleShot(True)
        self._frame_timer.setInterval(_FRAME_MS)
        self._frame_timer.timeout.connect(lambda: self.viewfinder.set_frame(""))
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
        typing = self._typing_line()
        self.feedback = FeedbackStrip(self.field)
        self.feedback.stop_requested.connect(self.stills.stop)
        self.stills.searching.connect(self.feedback.show_searching)
        self.add(self.viewfinder, 1)
        self.add_padded(self.file, typing, self.photo, self.feedback, spacing=8)

    def _typing_line(self) -> QHBoxLayout:
        self.field = named(ScanField(self.tr("Serial/UII")), "scan_field")
        self.field.setAccessibleName(self.tr("Scan or type a serial number or UII"))
        self.field.submitted.connect(self.typed)
        self.from_photo: Button = named(button(self.tr("From photo…"), self._toggle_photo), "from_photo_button")
        self.by_hand: Button = named(
            button("", self.by_hand_requested.emit, icon="keyboard", name=self.tr("Enter by hand…")), "by_hand_button"
        )
        line = hbox(self.field, self.from_photo, self.by_hand)
        line.setStretch(0, 1)
        return line

    def hasHeightForWidth(self) -> bool:
        return False  # else its wrapped words would outweigh the stretch that shares the column out

    # What the page tells

    def say(self, text: str, tone: str = "") -> None:
        """Say the outcome of a scan and set the frame around the viewfinder; an empty text clears both.

        A tone is played if sounds are on. A search in a photo that still runs is dropped: the person went on.
        """
        self.stills.drop()
        self.said.emit(text, tone)
        if text and tone in _TONES and settings.current().value(settings.SOUNDS):
            self.tones.play(_TONES[tone])
        self.viewfinder.set_frame(tone if text else "")
        self._frame_timer.start()

    def show_last(self, text: str) -> None:
        """Show in the strip, where messages appear, the last recording; empty for nothing."""
        self.feedback.show_last(text)

    def show_counts(self, in_view: int, expected: int) -> None:
        """Show how many marks are in view, and how many of them are items that one key can take.

        The button that takes them is shown for two and more.
        """
        text = self.tr("Sweep · {count} in view") if in_view > 1 else self.tr("{count} in view")
        self._in_view.set(text.format(count=words.count(in_view)), "accent")
        self._in_view.setVisible(bool(in_view))
        self.take_button.setText(self.tr("Take {count} expected   F5").format(count=words.count(expected)))
        self.take_button.setAccessibleName(self.tr("Take all %Ln expected items in view", "", expected))
        self.take_button.setVisible(expected > 1)

    def photo_now(self) -> bytes:
        """Return the newest frame as JPEG; empty when no source runs."""
        return self.worker.photo() if self.worker.is_running else b""

    def stop(self) -> None:
        """Stop the source and the sounds."""
        self.worker.stop()
        self.stills.drop()
        self.tones.close()
        self.source.setCurrentIndex(0)
        self.file.hide()
        self.seen.show_prompt(self._prompt)
        self.viewfinder.set_frame("")

    def hold(self) -> None:
        """Remember the running source while the store is being locked. Hiding the page stops it."""
        self._held = str(self.source.currentData()) if self.worker.is_running else ""
        self.stills.drop()

    def go_on(self) -> None:
        """Start again the source that ran before `hold`, if one did."""
        held, self._held = self._held, ""
        if held:
            self.source.setCurrentIndex(self.source.findData(held))
            if held == "camera":
                self._choose()
            elif self.file.path is not None:
                self.worker.start(self.file.path, self.menu.camera)

    # Sources

    def _choose(self) -> None:
        kind = str(self.source.currentData())
        self.file.setVisible(kind == "file")
        self.photo.hide()
        self.worker.stop()
        if kind == "camera":
            self.seen.show_prompt(self.tr("Opening the camera…"))
            self.worker.start(self.menu.camera.index, self.menu.camera)
        else:
            self.seen.show_prompt(self.tr("Type, drop or choose a file below") if kind == "file" else self._prompt)
        if kind == "file":
            self.file.edit.setFocus()

    def _use_camera(self, camera: CameraSettings) -> None:
        if self.source.currentData() == "camera":
            self._choose()
        elif self.worker.is_running and self.file.path is not None:
            self.worker.start(self.file.path, camera)

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
            self.worker.start(path, self.menu.camera)
        self.field.setFocus()

    def _toggle_photo(self) -> None:
        self.photo.setVisible(self.photo.isHidden())
        (self.field if self.photo.isHidden() else self.photo.edit).setFocus()

    def _read_photo(self, path: Path | None) -> None:
        if path is not None:
            self.worker.stop()
            self.say("")  # an earlier message would cover the strip
            self.stills.read(path, self.menu.camera.kinds)

    def _show_still(self, seen: Seen) -> None:
        self.photo.clear()
        self.photo.hide()
        self.seen.show_view(seen)
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def _nothing_found(self, was_stopped: bool) -> None:
        if was_stopped:
            self.say(self.tr("Stopped: no mark was found so far. Take the photo closer, or type the serial."), "warn")
        else:
            self.say(
                self.tr("No mark was found in this picture. Take it closer and sharper, or type the serial."), "warn"
            )

    # From the worker

    def _take(self) -> None:
        seen = self.worker.take()
        if seen is not None and self.isVisible():
            self.seen.show_view(seen)

    def _follow_state(self, state: str) -> None:
        if self.worker.is_running and state == "no_camera":
            self.seen.show_prompt(
                self.tr("No camera available; trying again. Scan by hand, use a photo, or type the serial number.")
            )

    def _failed(self, error: KnownError) -> None:
        self.file.setVisible(self.source.currentData() == "file")
        message = sentence(error)
        self.say(f"{message.what} {message.next}", "bad")
