"""A note and photos, which can be kept with a check besides its answers."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from ui.field.parts import image_of, named
from ui.field.visit.draft import Draft
from ui.kit.theme import theme
from ui.kit.widgets import Button, PhotoStrip, button, flow, vbox
from ui.shared.photo_dialog import enlarge

translate = QCoreApplication.translate

_LARGE_WIDTH = 2_400
"""Pixels: enough to judge the sharpness of a photo, and quick to paint."""


class ItemExtras(QWidget):
    """Changes the note and the photos of a draft. `others` are buttons that share its line."""

    photo_requested = Signal()

    def __init__(self, *others: Button) -> None:
        super().__init__()
        self._draft: Draft | None = None
        self.photo_button: Button = named(
            button(self.tr("Photo"), self.photo_requested.emit, icon="plus"), "add_photo_button"
        )
        self.note_button: Button = named(button(self.tr("Note"), self._toggle_note, icon="plus"), "add_note_button")
        self._note = named(QPlainTextEdit(), "check_note")
        self._note.setTabChangesFocus(True)
        self._note.setPlaceholderText(self.tr("Note"))
        self._note.setAccessibleName(self.tr("Note"))
        self._note.setFixedHeight(theme().dp(72))
        self._note.textChanged.connect(self._note_typed)
        self._note.hide()
        self._photos = PhotoStrip(is_removable=True, width=64, height=64)
        self._photos.removed.connect(self._drop_photo)
        self._photos.opened.connect(lambda key: enlarge_photo(self._draft, key, self))
        line = flow(self.photo_button, self.note_button, *others)
        self.setLayout(vbox(self._note, self._photos, line, margins=(16, 10, 16, 10), spacing=8))

    def show_draft(self, draft: Draft) -> None:
        """Show the note and the photos of a draft, and change them from now on."""
        self._draft = None  # what is shown now is not written by the person
        self._note.setPlainText(draft.note)
        self._draft = draft
        self._note.setVisible(bool(draft.note))
        show_photos(self._photos, draft)
        self._photos.setVisible(bool(draft.photos))

    def add_photo(self, draft: Draft, data: bytes) -> None:
        """Add a photo to the item or the offered mark, to be recorded with it."""
        draft.add_photo(data)
        show_photos(self._photos, draft)
        self._photos.show()

    def _toggle_note(self) -> None:
        self._note.setVisible(self._note.isHidden())
        if self._note.isVisible():
            self._note.setFocus(Qt.FocusReason.OtherFocusReason)

    def _note_typed(self) -> None:
        if self._draft is not None:
            self._draft.write_note(self._note.toPlainText().strip())

    def _drop_photo(self, key: str) -> None:
        if self._draft is not None:
            self._draft.drop_photo(key)
            show_photos(self._photos, self._draft)
            self._photos.setVisible(bool(self._draft.photos))
            self.photo_button.setFocus(Qt.FocusReason.OtherFocusReason)


def show_photos(strip: PhotoStrip, draft: Draft) -> None:
    """Show a draft's photos in their order, numbered from 1 without gaps."""
    strip.clear()
    for number, (key, data) in enumerate(draft.photos.items(), 1):
        strip.add(key, image_of(data, 320), photo_caption(number))


def enlarge_photo(draft: Draft | None, key: str, parent: QWidget) -> None:
    """Show a photo of a draft over the window."""
    if draft is not None and key in draft.photos:
        number = list(draft.photos).index(key) + 1
        enlarge(image_of(draft.photos[key], _LARGE_WIDTH), photo_caption(number), parent)


def photo_caption(number: int) -> str:
    """Return the caption of the photo with this number."""
    return translate("field", "Photo {number}").format(number=number)
