"""Take a photo from a file or from the camera's current frame. Part of the page, not a dialog."""

from __future__ import annotations

import shiboken6
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QApplication, QWidget

from eum_app.domain.errors import KnownError
from eum_app.usecases.calls import job
from eum_app.usecases.visits.photos import read_photo
from ui.field.parts import named
from ui.kit.desk import Desk
from ui.kit.messages import sentence
from ui.kit.widgets import Button, Card, button, hbox, label
from ui.kit.widgets.path_field import PathField


class PhotoBar(Card):
    """Ask for a photo; hidden until one is needed.

    `question_id` is the question that the photo answers, `check_id` the recorded check to which it is added; both empty
    for a photo of the open item.
    """

    photo_ready = Signal(bytes)
    """The bytes of a picture that was decoded completely."""
    frame_requested = Signal()

    def __init__(self, desk: Desk, *, name: str = "photo", has_camera: bool = True) -> None:
        super().__init__()
        self._desk = desk
        self.question_id = ""
        self.check_id = ""
        self._came_from: QWidget | None = None
        """The widget that had the focus when the bar was opened. It gets the focus back."""
        self.setObjectName(f"{name}_bar")
        self.setAccessibleName(self.tr("Add a photo"))
        self.path = PathField(
            self.tr("Photo of the item"),
            object_name=f"{name}_path",
            filters=self.tr("Pictures (*.jpg *.jpeg *.png)"),
        )
        self.path.submitted.connect(self._submit)
        self._said = label("", "sub", tone="bad", wrap=True)
        self._said.hide()
        self._add: Button = named(button(self.tr("Add photo"), self._submit, kind="primary"), f"{name}_add_button")
        frame = named(
            button(self.tr("From the camera"), self.frame_requested.emit, icon="camera"), f"{name}_frame_button"
        )
        cancel = named(button(self.tr("Cancel"), self.close_bar), f"{name}_cancel_button")
        self.add_padded(self.path, self._said, hbox(cancel, frame, 1, self._add, spacing=8))
        frame.setVisible(has_camera)
        self.hide()

    def open(self, question_id: str = "") -> None:
        """Show the bar for a question, or for the item, and focus its path."""
        self.question_id, self.check_id = question_id, ""
        self.say("")
        if self.isHidden():
            self._came_from = QApplication.focusWidget()
        self.show()
        self.path.edit.setFocus()

    def open_for_check(self, check_id: str, serial: str) -> None:
        """Show the bar for a recorded check, and focus its path."""
        self.open()
        self.check_id = check_id
        self._said.setText(self.tr("The photo is added to the recorded check of {serial}.").format(serial=serial))
        self._said.setVisible(True)

    def close_bar(self) -> None:
        """Hide the bar, clear its fields, and return the focus if it is in the bar."""
        self.question_id = self.check_id = ""
        self.path.clear()
        self.say("")
        back, self._came_from = self._came_from, None
        now = QApplication.focusWidget()
        is_here = now is not None and self.isAncestorOf(now)
        if is_here and back is not None and shiboken6.isValid(back) and back.isVisible() and back.isEnabled():
            back.setFocus(Qt.FocusReason.OtherFocusReason)  # hidden with it, the bar would pass it to any button
        self.hide()

    def say(self, text: str) -> None:
        """Show a text in the bar; an empty text hides the line."""
        self._said.setText(text)
        self._said.setVisible(bool(text))

    def show_error(self, error: KnownError) -> None:
        """Show what happened and what to do next."""
        message = sentence(error)
        self.say(f"{message.what} {message.next}")

    def take_frame(self, data: bytes) -> None:
        """Take the camera's newest frame; `data` is empty when no camera runs."""
        if data:
            self.photo_ready.emit(data)
        else:
            self.say(self.tr("No camera is running. Choose one under Scan, or a picture file."))

    def _submit(self) -> None:
        path = self.path.path
        if path is not None:
            self._desk.ask(job(read_photo, path), then=self.photo_ready.emit, failed=self.show_error)
