"""Photos of a visit's site checklist or of one of its checks, decrypted when they are viewed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget

from db.queries.checks import EvidenceRow
from eum_app.usecases.calls import call
from eum_app.usecases.session import Session
from ui.hq.review_data import CheckEvidence, Picture, decoded_picture
from ui.kit.desk import Desk
from ui.kit.messages import sentence
from ui.kit.widgets import Card, PhotoStrip, button, hbox, label, vbox
from ui.shared.page_parts import named
from ui.shared.picture_view import PictureView

Loaded = tuple[str, Picture, QImage, str]


def load(session: Session, visit_id: str, entry: EvidenceRow, caption: str) -> Loaded:
    """Decrypt and decode one picture. Runs off the GUI thread.

    Where it cannot be shown, the image is null and `Picture.error` says why.
    """
    picture, image = decoded_picture(session, entry)
    return visit_id, picture, image, caption


class VisitPhotos(QWidget):
    """A strip of pictures, each named by its question or deficiency; an enlarged one takes the place of the strip."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.setObjectName("visit_photos")
        self._desk = desk
        self._visit_id = ""
        self._shown: list[EvidenceRow] = []
        self._large = ""
        self._images: dict[str, tuple[QImage, str]] = {}
        self._title = label("", "cardsub", wrap=True)
        self._note = label("", "body", wrap=True, selectable=True)
        self._note.setObjectName("visit_check_note")
        self._note.hide()
        self.strip = PhotoStrip(width=72, height=72)
        self.strip.opened.connect(self.open_picture)
        self._failed = label("", "sub", tone="warn", wrap=True)
        self._failed.hide()
        self.setLayout(vbox(self._title, self.strip, self._note, self._failed, margins=(16, 8, 16, 12), spacing=6))
        self.large = Card()
        self.picture = PictureView()
        self._caption = label("", "strong", wrap=True)
        self.back = button(self.tr("Back to the visit"), icon="x", tip=self.tr("Back (Esc)"))
        named(self.back, "visit_picture_back")
        line = hbox(spacing=10)
        line.addWidget(self._caption, 1)
        line.addWidget(self.back)
        self.large.add_padded(line)
        self.large.add(self.picture, 1)
        self.hide()

    def show_check(self, found: CheckEvidence) -> None:
        """Show the photos, the note and the unexpected answers of one check."""
        self.show_photos(
            found.visit_id, found.photos, found.questions, self.tr("Photos of {serial}").format(serial=found.serial)
        )
        note = self.tr("Note: “{note}”").format(note=found.note) if found.note else ""
        said = [found.identified[:1].upper() + found.identified[1:], note, found.answers]
        if not found.photos:
            said.insert(0, self.tr("No photo was taken."))
        self._note.setText("\n".join(text for text in said if text))
        self._note.show()
        self.show()

    def show_photos(
        self, visit_id: str, entries: Sequence[EvidenceRow], questions: Mapping[str, str], title: str = ""
    ) -> None:
        """Show the pictures of a visit; each appears when it is decrypted. The title names what they show.

        `questions` is id of a question, or role of a photo → caption. Pictures that are shown already are not read
        again.
        """
        shown = list(entries)
        self._title.setText(title or self.tr("Photos of the site"))
        self._note.hide()
        self.setVisible(bool(shown))
        if (visit_id, shown) == (self._visit_id, self._shown):
            return
        if self.large.isVisible() and any(one.is_withheld and one.object_id == self._large for one in shown):
            self.back.click()
        self._visit_id, self._shown, self._images = visit_id, shown, {}
        self.strip.clear()
        self._failed.clear()
        self._failed.hide()
        for entry in entries:
            name = entry.question_id or entry.role
            caption = questions.get(name, entry.question_id) or self.tr("Photo of the item")
            self._desk.ask(call(load, visit_id, entry, caption), then=self._take)

    def _take(self, loaded: Loaded) -> None:
        visit_id, picture, image, caption = loaded
        object_id = picture.evidence.object_id
        # Two threads read: a picture may arrive after another check was chosen, or twice.
        if visit_id != self._visit_id or picture.evidence not in self._shown or object_id in self._images:
            return
        if image.isNull():
            why = sentence(picture.error).what if picture.error else self.tr("This is not a picture that can be read.")
            self._failed.setText("\n".join(filter(None, (self._failed.text(), f"{caption}: {why}"))))
            self._failed.show()
            return
        self._images[object_id] = (image, caption)
        self.strip.add(object_id, image, caption)

    def open_picture(self, object_id: str) -> None:
        """Prepare `large` to show one picture. Raises KeyError for one that is not loaded."""
        image, caption = self._images[object_id]
        self._large = object_id
        self._caption.setText(caption)
        self.picture.show_image(image, caption)
