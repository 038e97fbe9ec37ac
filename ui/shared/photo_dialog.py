"""A photo over the window, as large as the window allows, before it is recorded."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QDialog, QWidget

from ui.kit.guard import guarded
from ui.kit.widgets import button, hbox, label, vbox
from ui.shared.picture_view import PictureView

translate = QCoreApplication.translate

_OF_WINDOW = 0.94


@guarded
class PhotoDialog(QDialog):
    """Show one picture. The wheel, + and − zoom, arrows move it; Esc or Enter closes."""

    def __init__(self, image: QImage, caption: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("photo_dialog")
        self.setProperty("kind", "window")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setModal(True)
        self.setWindowTitle(caption)
        self.setAccessibleName(caption)
        self.view = PictureView()
        self.view.show_image(image, caption)
        self.close_button = button(translate("field", "Close"), self.accept, kind="primary", tip="Esc")
        self.close_button.setObjectName("photo_close_button")
        self.close_button.setDefault(True)
        closer = button("", lambda: self.view.zoom_by(1.25), icon="plus", name=translate("field", "Zoom in"))
        wider = button("", lambda: self.view.zoom_by(0.8), icon="minus", name=translate("field", "Zoom out"))
        line = hbox(label(caption, "strong"), 1, wider, closer, self.close_button, spacing=8)
        whole = vbox(self.view, line, margins=(16, 16, 16, 14), spacing=12)
        whole.setStretch(0, 1)
        self.setLayout(whole)
        window = parent.window()
        self.resize(round(window.width() * _OF_WINDOW), round(window.height() * _OF_WINDOW))
        self.view.setFocus(Qt.FocusReason.OtherFocusReason)


def enlarge(image: QImage, caption: str, parent: QWidget) -> None:
    """Show a picture over the window of `parent` and return at once; the focus returns afterwards.

    A null picture shows nothing.
    """
    if not image.isNull():
        PhotoDialog(image, caption, parent).open()
