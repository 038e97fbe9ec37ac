"""In-page forms: a reason with a note and photos, and a strip of photos."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import shiboken6
from PySide6.QtCore import QCoreApplication, QEvent, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QAction, QImage, QKeyEvent, QKeySequence, QPainter, QPainterPath, QPixmap
from PySide6.QtWidgets import (
    QAbstractButton,
    QButtonGroup,
    QCheckBox,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QRadioButton,
    QSizePolicy,
    QWidget,
)

from ui.kit.guard import guarded
from ui.kit.theme import theme
from ui.kit.tips import set_tip
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

    def add(self, key: str, image: QImage, caption: str) -> Callable[[QImage], None]:
        """Add a picture; `caption` describes it (e.g. `Photo 2, 21 Nov 2026 14:21Z`). Use each key only once.

        A null image leaves the place empty. Returns a function that fills it later; it does nothing once the place was
        removed, although another picture may have the key then.
        """
        look = theme()
        size = QSize(look.dp(self._size[0]), look.dp(self._size[1]))
        tile = QPushButton()
        tile.setProperty("kind", "photo")
        tile.setIconSize(size)

        def fill(later: QImage) -> None:
            if shiboken6.isValid(tile) and not later.isNull():
                tile.setIcon(_cropped(later, size))

        fill(image)
        tile.setFixedSize(size + QSize(2 * look.focus + 2, 2 * look.focus + 2))
        tile.setAccessibleName(caption)
        set_tip(tile, caption)
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
        return fill

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


@dataclass(frozen=True)
class Asked:
    """A value that a reason needs: its name, and the value on record (None: the person enters that too)."""

    name: str
    on_record: str | None = ""


@guarded
class _WideCheckBox(QCheckBox):
    """A check box that takes a press anywhere in its row, like a radio button here; fingers miss the words."""

    def hitButton(self, pos: QPoint) -> bool:
        return self.rect().contains(pos)


class _Facts(QWidget):
    """The value on record beside the value found, for one reason. Hidden until the reason is chosen."""

    changed = Signal()

    def __init__(self, asked: Asked) -> None:
        super().__init__()
        self._known = asked.on_record or ""
        self._then: QLineEdit | None = None
        line = vbox(spacing=6, margins=(28, 0, 0, 8))
        if asked.on_record is None:
            self._then = self._field(translate("kit", "{name} on record").format(name=asked.name))
            line.addWidget(self._then)
        elif asked.on_record:
            said = translate("kit", "{name} on record: {value}").format(name=asked.name, value=asked.on_record)
            line.addWidget(label(said, "sub", wrap=True, selectable=True))
        self.found = self._field(translate("kit", "{name} found").format(name=asked.name))
        line.addWidget(self.found)
        self.setLayout(line)
        self.hide()

    def fill(self, on_record: str, found: str) -> None:
        """Fill in values that were typed before."""
        if self._then is not None:
            self._then.setText(on_record)
        self.found.setText(found)

    def _field(self, name: str) -> QLineEdit:
        made = QLineEdit()
        made.textChanged.connect(lambda _text: self.changed.emit())
        made.setPlaceholderText(name)
        made.setAccessibleName(name)
        made.setMaxLength(200)
        return made

    @property
    def values(self) -> tuple[str, str]:
        """Return (on record, found)."""
        return self._then.text().strip() if self._then else self._known, self.found.text().strip()


@guarded
class ReasonPanel(Card):
    """Ask for a reason, a note, photos; confirm or cancel. Nothing is chosen unless the page chose it (`choose`).

    With `several`, more than one reason can be chosen; `asks` names the value that a reason needs. Confirm is enabled
    once a reason is chosen, its value is given and, for reasons in `note_needed`, a note is written. The page shows the
    panel in place of the answer buttons, and hides it on `cancelled` or `confirmed`.
    """

    confirmed = Signal(str, str)
    """(first reason's key, note)"""
    cancelled = Signal()
    photo_requested = Signal()
    changed = Signal()
    """A reason was chosen, or something was typed."""

    def __init__(
        self,
        title: str,
        reasons: Sequence[tuple[str, str]],
        *,
        confirm: str,
        note_needed: frozenset[str] = frozenset(),
        has_photo: bool = True,
        is_danger: bool = False,
        several: bool = False,
        asks: Mapping[str, Asked] | None = None,
    ) -> None:
        super().__init__(title)
        self._note_needed = note_needed
        self._choices: dict[str, QAbstractButton] = {}
        self.facts: dict[str, _Facts] = {}
        self._group = QButtonGroup(self)
        self._is_exclusive = not several
        self._group.setExclusive(self._is_exclusive)
        column = self.add_padded(spacing=0)
        for key, words in reasons:
            choice = _WideCheckBox(words) if several else QRadioButton(words)
            self._group.addButton(choice)
            self._choices[key] = choice
            column.addWidget(choice)
            if asks and key in asks:
                facts = self.facts[key] = _Facts(asks[key])
                facts.changed.connect(self._follow)
                column.addWidget(facts)
        self.note = QPlainTextEdit()
        self.note.setTabChangesFocus(True)
        self.note.setPlaceholderText(translate("kit", "Note"))
        self.note.setAccessibleName(translate("kit", "Note"))
        self.note.textChanged.connect(self._follow)
        self._needed = label("", "sub", tone="warn", wrap=True)
        self._needed.hide()
        self.photos = PhotoStrip(is_removable=True, width=72, height=72)
        photo = button(translate("kit", "Photo"), self.photo_requested.emit, icon="camera")
        if not has_photo:  # shown before it has a parent, a widget is a window for a moment and takes the focus
            photo.hide()
            self.photos.hide()
        self.add_padded(self.note, self._needed, self.photos, hbox(photo, 1), margins=(16, 0, 16, 12))
        self.add_stretch()
        self.confirm_button: Button = button(confirm, self._confirm, kind="danger" if is_danger else "primary")
        self.confirm_button.acts_on_space = False
        self.cancel_button: Button = button(translate("kit", "Cancel"), self.cancelled.emit)
        set_tip(self.cancel_button, translate("kit", "Cancel (Esc)"))
        self.add_foot(hbox(self.cancel_button, 1, self.confirm_button))
        escape = QAction(self)
        escape.setShortcut(QKeySequence(Qt.Key.Key_Escape))
        escape.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        escape.triggered.connect(self.cancelled)
        self.addAction(escape)
        self._group.buttonToggled.connect(lambda _choice, _on: self._follow())
        self._resize_note()
        self._follow()

    @property
    def reasons(self) -> list[str]:
        """Return the keys of the chosen reasons, in the order shown."""
        return [key for key, choice in self._choices.items() if choice.isChecked()]

    @property
    def reason(self) -> str:
        """Return the first chosen reason's key, or an empty text."""
        return next(iter(self.reasons), "")

    def choose(self, keys: Sequence[str]) -> None:
        """Choose reasons in addition to those chosen; the person can change them. Unknown keys are ignored.

        Without `several`, the last one replaces the others.
        """
        for key in keys:
            if key in self._choices:
                self._choices[key].setChecked(True)

    def values_of(self, key: str) -> tuple[str, str]:
        """Return the values typed for a reason, chosen or not: (on record, found), empty where none is asked for."""
        return self.facts[key].values if key in self.facts else ("", "")

    def reset(self) -> None:
        """Clear the reason, the note and the photos. Values typed for a reason stay in their fields."""
        self._group.setExclusive(False)
        for choice in self._choices.values():
            choice.setChecked(False)
        self._group.setExclusive(self._is_exclusive)
        self.note.clear()
        self.photos.clear()
        self._follow()

    def focus_first(self) -> None:
        """Focus the first value that is missing, or the first reason."""
        lacking = next(iter(self._lacking_values()), None)
        field = self.facts[lacking].found if lacking else next(iter(self._choices.values()))
        field.setFocus(Qt.FocusReason.OtherFocusReason)

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
        chosen = self.reasons
        for key, facts in self.facts.items():
            facts.setVisible(key in chosen)
        lacking = self._lacking_values()
        said = ""
        if self._note_needed.intersection(chosen) and not self.note.toPlainText().strip():
            said = translate("kit", "This reason needs a note.")
        if lacking:
            names = ", ".join(self._choices[key].text() for key in lacking)
            said = translate("kit", "State what was found: {reasons}").format(reasons=names)
        self._needed.setText(said)
        self._needed.setVisible(bool(said))
        self.confirm_button.setEnabled(bool(chosen) and not said)
        self.changed.emit()

    def _lacking_values(self) -> list[str]:
        return [key for key in self.reasons if key in self.facts and not self.facts[key].values[1]]

    def _confirm(self) -> None:
        self.confirmed.emit(self.reason, self.note.toPlainText().strip())
