"""In-page forms: a reason with a note and photos, and a strip of photos."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication, QEvent, QSize, Qt, Signal
from PySide6.QtGui import QAction, QImage, QKeyEvent, QKeySequence, QPainter, QPainterPath, QPixmap
from PySide6.QtWidgets import QButtonGroup, QPlainTextEdit, QPushButton, QRadioButton, QSizePolicy, QWidget

from ui.kit.guard import guarded
from ui.kit.theme import theme
from ui.kit.widgets.base import Button, button, flow, hbox, label, vbox
from ui.kit.widgets.card import Card

translate = QCoreApplication.translate


class PhotoStrip(QWidget):
    """Thumbnails that can be opened and, with `is_removable`, removed before they are recorded."""

    opened = Signal(str)
    removed = Signal(str)

    def __init__(self, *, is_removable: bool = False, width: float = 108, height: float = 132) -> None:
        super().__init__()
        self._size = (width, height)
        self._is_removable = is_removable
        self._flow = flow(spacing=12)
        self.setLayout(self._flow)
        self._tiles: dict[str, QWidget] = {}
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    @property
    def keys(self) -> list[str]:
        """Return the keys of the pictures, in order."""
        return list(self._tiles)

    def add(self, key: str, image: QImage, caption: str) -> None:
        """Add a picture; `caption` describes it (e.g. `Photo 2, 21 Nov 2026 14:21Z`)."""
        look = theme()
        size = QSize(look.dp(self._size[0]), look.dp(self._size[1]))
        tile = QPushButton()
        tile.setProperty("kind", "photo")
        tile.setIcon(_cropped(image, size))
        tile.setIconSize(size)
        tile.setFixedSize(size + QSize(2 * look.focus + 2, 2 * look.focus + 2))
        tile.setAccessibleName(caption)
        tile.setToolTip(caption)
        tile.clicked.connect(lambda: self.opened.emit(key))
        whole = QWidget()
        parts: list[QWidget] = [tile]
        if self._is_removable:
            words = translate("kit", "Remove {photo}").format(photo=caption)
            parts.append(button("", lambda: self._remove(key), kind="quiet", icon="x", name=words))
        whole.setLayout(vbox(*parts, spacing=2))
        self._tiles[key] = whole
        self._flow.addWidget(whole)
        self.updateGeometry()

    def clear(self) -> None:
        for tile in self._tiles.values():
            self._flow.removeWidget(tile)
            tile.deleteLater()
        self._tiles = {}
        self.updateGeometry()

    def _remove(self, key: str) -> None:
        tile = self._tiles.pop(key)
        self._flow.removeWidget(tile)
        tile.deleteLater()
        self.updateGeometry()
        self.removed.emit(key)


def _cropped(image: QImage, size: QSize) -> QPixmap:
    """Return the middle of a picture, filling `size`, with rounded corners."""
    scaled = image.scaled(
        size, Qt.AspectRatioMode.KeepAspectRatioByExpanding, Qt.TransformationMode.SmoothTransformation
    )
    left, top = (scaled.width() - size.width()) // 2, (scaled.height() - size.height()) // 2
    made = QPixmap(size)
    made.fill(Qt.GlobalColor.transparent)
    painter = QPainter(made)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    shape = QPainterPath()
    shape.addRoundedRect(0, 0, size.width(), size.height(), 8, 8)
    painter.setClipPath(shape)
    painter.drawImage(-left, -top, scaled)
    painter.end()
    return made


@guarded
class ReasonPanel(Card):
    """Ask for one reason of several, a note, photos; confirm or cancel. Nothing is pre-chosen.

    Confirm is enabled once a reason is chosen and, for reasons in `note_needed`, a note is written. The page shows the
    panel in place of the answer buttons, and hides it on `cancelled` or `confirmed`.
    """

    confirmed = Signal(str, str)
    """(reason's key, note)"""
    cancelled = Signal()
    photo_requested = Signal()

    def __init__(
        self,
        title: str,
        reasons: Sequence[tuple[str, str]],
        *,
        confirm: str,
        note_needed: frozenset[str] = frozenset(),
        has_photo: bool = True,
        is_danger: bool = False,
    ) -> None:
        super().__init__(title)
        self._note_needed = note_needed
        self._choices: dict[str, QRadioButton] = {}
        self._group = QButtonGroup(self)
        column = self.add_padded(spacing=0)
        for key, words in reasons:
            choice = QRadioButton(words)
            self._group.addButton(choice)
            self._choices[key] = choice
            column.addWidget(choice)
        self.note = QPlainTextEdit()
        self.note.setTabChangesFocus(True)
        self.note.setPlaceholderText(translate("kit", "Note"))
        self.note.setAccessibleName(translate("kit", "Note"))
        self.note.textChanged.connect(self._follow)
        self._needed = label(translate("kit", "This reason needs a note."), "sub", tone="warn")
        self._needed.hide()
        self.photos = PhotoStrip(is_removable=True, width=72, height=72)
        photo = button(translate("kit", "Photo"), self.photo_requested.emit, icon="camera")
        if not has_photo:  # shown before it has a parent, a widget is a window for a moment and takes the focus
            photo.hide()
            self.photos.hide()
        self.add_padded(self.note, self._needed, self.photos, hbox(photo, 1), margins=(16, 0, 16, 12))
        self.add_stretch()
        self.confirm_button: Button = button(confirm, self._confirm, kind="danger" if is_danger else "primary")
        cancel = button(translate("kit", "Cancel"), self.cancelled.emit)
        cancel.setToolTip(translate("kit", "Cancel (Esc)"))
        self.add_foot(hbox(cancel, 1, self.confirm_button))
        escape = QAction(self)
        escape.setShortcut(QKeySequence(Qt.Key.Key_Escape))
        escape.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        escape.triggered.connect(self.cancelled)
        self.addAction(escape)
        self._group.buttonToggled.connect(lambda _choice, _on: self._follow())
        self._resize_note()
        self._follow()

    @property
    def reason(self) -> str:
        """Return the chosen reason's key, or an empty text."""
        return next((key for key, choice in self._choices.items() if choice.isChecked()), "")

    def reset(self) -> None:
        """Clear the reason, the note and the photos."""
        self._group.setExclusive(False)
        for choice in self._choices.values():
            choice.setChecked(False)
        self._group.setExclusive(True)
        self.note.clear()
        self.photos.clear()
        self._follow()

    def focus_first(self) -> None:
        next(iter(self._choices.values())).setFocus(Qt.FocusReason.OtherFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Let Enter confirm from a reason, once the panel can be confirmed. In the note it begins a line."""
        if event.key() not in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            super().keyPressEvent(event)
        elif self.confirm_button.isEnabled() and not event.isAutoRepeat():
            self._confirm()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange and hasattr(self, "note"):
            self._resize_note()

    def _resize_note(self) -> None:
        self.note.setFixedHeight(theme().dp(76))

    def _follow(self) -> None:
        lacks_note = self.reason in self._note_needed and not self.note.toPlainText().strip()
        self._needed.setVisible(lacks_note)
        self.confirm_button.setEnabled(bool(self.reason) and not lacks_note)

    def _confirm(self) -> None:
        self.confirmed.emit(self.reason, self.note.toPlainText().strip())
