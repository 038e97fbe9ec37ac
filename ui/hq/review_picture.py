"""The pictures of a finding: decode them in the background, and show one across the page."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QImage

from eum_app.domain.ids import FindingId
from eum_app.domain.people import Permission
from eum_app.usecases.session import Session
from ui.hq.review_data import FindingDetail, Picture, decoded_picture
from ui.kit.desk import Desk
from ui.kit.widgets import Card, button, flow, hbox, label, panel
from ui.shared.page_parts import may, named
from ui.shared.picture_view import PictureView
from ui.shared.withholding import WithholdDialog

LoadedPicture = tuple[str, int, Picture, QImage]


def picture_of(session: Session, finding_id: FindingId, number: int, detail: FindingDetail) -> LoadedPicture:
    """Decrypt and decode one picture of a finding, `number` in `detail.pictures`. Runs off the GUI thread.

    Where it cannot be shown, the image is null and `Picture.error` says why. Raises IndexError for another number.
    """
    picture, image = decoded_picture(session, detail.pictures[number])
    return finding_id, number, picture, image


class LargePicture(Card):
    """One picture in place of the three columns, with its caption."""

    left = Signal()
    withholding_asked = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.object_id = ""
        """The object id of the last picture shown."""
        self.view = PictureView()
        self._caption = label("", "strong")
        nearer = button(self.tr("Larger"), lambda: self.view.zoom_by(1.25), icon="zoom-in")
        farther = button(self.tr("Smaller"), lambda: self.view.zoom_by(0.8), icon="zoom-out")
        back = button(self.tr("Back to the finding"), self.left.emit, icon="x", tip=self.tr("Back (Esc)"))
        named(nearer, "picture_larger")
        named(farther, "picture_smaller")
        named(back, "picture_back")
        withhold = button(self.tr("Ask to withhold…"), self.ask_to_withhold, icon="eye-off")
        named(withhold, "picture_withhold")
        if not may(desk.session, Permission.CONTENT_WITHHOLD):
            withhold.hide()
        self.add_padded(hbox(self._caption, 1, panel(flow(withhold, farther, nearer, back)), spacing=10))
        self.add(self.view, 1)

    def show_picture(self, object_id: str, image: QImage, caption: str) -> None:
        """Show a picture with its caption."""
        self.object_id = object_id
        self._caption.setText(caption)
        self.view.show_image(image, caption)

    def ask_to_withhold(self) -> None:
        """Open the dialog for the first of two people; the second confirms under Accounts and lock."""
        dialog = WithholdDialog(self._desk, self.object_id, self._caption.text(), self)
        dialog.asked.connect(self.withholding_asked)
        dialog.open()
