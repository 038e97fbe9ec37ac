"""Where a photo comes from: a file, or the frame in sight. In the page's flow, no dialog in the way."""

from __future__ import annotations

from PySide6.QtCore import Signal

from eum_app.domain.errors import KnownError
from ui.field.parts import named
from ui.messages import sentence
from ui.widgets import Button, Card, button, hbox, label
from ui.widgets.path_field import PathField


class PhotoBar(Card):
    """Hidden until a photo is asked for."""

    path_chosen = Signal(object)
    """Path"""
    frame_requested = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("photo_bar")
        self.setAccessibleName(self.tr("Add a photo"))
        self.path = PathField(
            self.tr("Photo of the item"),
            object_name="photo_path",
            filters=self.tr("Pictures (*.jpg *.jpeg *.png)"),
        )
        self.path.submitted.connect(self._submit)
        self._said = label("", "sub", tone="bad", wrap=True)
        self._said.hide()
        self._add: Button = named(button(self.tr("Add photo"), self._submit, kind="primary"), "photo_add_button")
        frame = named(
            button(self.tr("From the camera"), self.frame_requested.emit, icon="camera"), "photo_frame_button"
        )
        cancel = named(button(self.tr("Cancel"), self.close_bar), "photo_cancel_button")
        self.add_padded(self.path, self._said, hbox(cancel, frame, 1, self._add, spacing=8))
        self.hide()

    def open(self) -> None:
        self.say("")
        self.show()
        self.path.edit.setFocus()

    def close_bar(self) -> None:
        self.path.clear()
        self.say("")
        self.hide()

    def say(self, text: str) -> None:
        self._said.setText(text)
        self._said.setVisible(bool(text))

    def show_error(self, error: KnownError) -> None:
        message = sentence(error)
        self.say(f"{message.what} {message.next}")

    def _submit(self) -> None:
        if self.path.path is not None:
            self.path_chosen.emit(self.path.path)
