"""A note and photos, which can be kept with a check besides its answers."""

from __future__ import annotations

from collections.abc import Callable

import shiboken6
from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from eum_app.usecases.visits.drafts import NOTHING_STATED
from ui.field.parts import named
from ui.field.pictures import Pictures
from ui.field.visit.draft import Draft
from ui.kit.theme import theme
from ui.kit.tips import set_tip
from ui.kit.widgets import Button, PhotoStrip, button, flow, hbox, label, panel, vbox
from ui.shared.photo_dialog import enlarge

translate = QCoreApplication.translate

_THUMBNAIL_WIDTH = 320
_LARGE_WIDTH = 2_400
"""Pixels: enough to judge the sharpness of a photo, and quick to paint."""


class ItemExtras(QWidget):
    """Changes the note and the photos of a draft. `others` are buttons that share its line."""

    photo_requested = Signal()
    asked = Signal(object)
    """QWidget: a question has appeared, to be scrolled into view."""
    discarded = Signal()
    """The person discarded the draft, after being asked."""

    def __init__(self, pictures: Pictures, *others: Button) -> None:
        super().__init__()
        self._pictures = pictures
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
        self._photos.opened.connect(lambda key: enlarge_photo(pictures, lambda: self._draft, key, self))
        self.discard_button: Button = named(button(self.tr("Discard…"), self._ask_discard, icon="x"), "discard_button")
        set_tip(self.discard_button, self.tr("Drop the answers, photos and note of this item that are not recorded"))
        line = flow(self.photo_button, self.note_button, *others, self.discard_button)
        self._asking = self._discard_question()
        self.setLayout(vbox(self._note, self._photos, line, self._asking, margins=(16, 10, 16, 10), spacing=8))

    def _discard_question(self) -> QWidget:
        """Return the question in place: discarding cannot be undone."""
        self._discard_said = label("", "strong", tone="warn", wrap=True)
        keep: Button = named(button(self.tr("Keep"), self.close_question), "discard_keep_button")
        drop: Button = named(button(self.tr("Discard"), self._discard, kind="danger"), "discard_confirm_button")
        self._keep_button = keep
        made = panel(vbox(self._discard_said, hbox(1, keep, drop), margins=(12, 8, 12, 8), spacing=8), "row")
        made.setProperty("tone", "warn")
        made.hide()
        return made

    @property
    def asks_to_discard(self) -> bool:
        """Return whether the question is shown."""
        return not self._asking.isHidden()

    def close_question(self) -> None:
        """Hide the question whether to discard, and keep the draft."""
        self._asking.hide()
        if self.discard_button.isVisible():
            self.discard_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def follow(self) -> None:
        """Offer to discard while there is something to discard."""
        is_begun = self._draft is not None and self._draft.is_begun
        self.discard_button.setVisible(is_begun)
        if not is_begun:
            self._asking.hide()

    def _ask_discard(self) -> None:
        if self._draft is None:
            return
        draft = self._draft
        said = ", ".join(
            text
            for text in (
                self.tr("%Ln answers", "", len(draft.answers)) if draft.answers else "",
                self.tr("%Ln photos", "", len(draft.photos)) if draft.photos else "",
                self.tr("the note") if draft.note else "",
                self.tr("the unconfirmed reasons") if draft.stated != NOTHING_STATED else "",
            )
            if text
        )
        asked = self.tr("Discard what is not recorded for {serial}: {what}? It cannot be brought back.")
        self._discard_said.setText(asked.format(serial=draft.serial, what=said))
        self._asking.show()
        self.asked.emit(self._asking)
        self._keep_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def _discard(self) -> None:
        self._asking.hide()
        if self._draft is not None:
            self._draft.discard()
            self.discarded.emit()

    def show_draft(self, draft: Draft) -> None:
        """Show the note and the photos of a draft, and change them from now on."""
        self._draft = None  # what is shown now is not written by the person
        self._note.setPlainText(draft.note)
        self._draft = draft
        self._note.setVisible(bool(draft.note))
        show_photos(self._pictures, self._photos, draft)
        self._photos.setVisible(bool(draft.photos))
        self._asking.hide()
        self.follow()

    def add_photo(self, draft: Draft, data: bytes) -> None:
        """Add a photo to the item or the offered mark, to be recorded with it."""
        draft.add_photo(data)
        show_photos(self._pictures, self._photos, draft)
        self._photos.show()
        self.follow()

    def _toggle_note(self) -> None:
        self._note.setVisible(self._note.isHidden())
        if self._note.isVisible():
            self._note.setFocus(Qt.FocusReason.OtherFocusReason)

    def _note_typed(self) -> None:
        if self._draft is not None:
            self._draft.write_note(self._note.toPlainText().strip())
            self.follow()

    def _drop_photo(self, key: str) -> None:
        if self._draft is not None:
            self._draft.drop_photo(key)
            show_photos(self._pictures, self._photos, self._draft)
            self._photos.setVisible(bool(self._draft.photos))
            self.follow()
            self.photo_button.setFocus(Qt.FocusReason.OtherFocusReason)


def show_photos(pictures: Pictures, strip: PhotoStrip, draft: Draft) -> None:
    """Show a draft's photos in their order, numbered from 1 without gaps. Each appears when it is decoded."""
    strip.clear()
    for number, (key, data) in enumerate(draft.photos.items(), 1):
        pictures.show(data, _THUMBNAIL_WIDTH, strip.add(key, QImage(), photo_caption(number)))


def enlarge_photo(pictures: Pictures, current: Callable[[], Draft | None], key: str, parent: QWidget) -> None:
    """Show a photo of the current draft over the window. Does nothing without a draft or such a photo.

    Does nothing either if another draft became the current one before the photo is decoded.
    """
    draft = current()
    if draft is None or key not in draft.photos:
        return
    caption = photo_caption(list(draft.photos).index(key) + 1)

    def show(image: QImage) -> None:
        if shiboken6.isValid(parent) and parent.isVisible() and current() is draft:
            enlarge(image, caption, parent)

    pictures.show(draft.photos[key], _LARGE_WIDTH, show)


def photo_caption(number: int) -> str:
    """Return the caption of the photo with this number."""
    return translate("field", "Photo {number}").format(number=number)
