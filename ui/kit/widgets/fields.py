"""Fields: search, scan, named form fields, filter tabs, and pairs of name and value."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication, QEvent, QRect, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QPainter, QPaintEvent, QTextDocument, QTextOption
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QGridLayout,
    QLabel,
    QLayout,
    QLineEdit,
    QSizePolicy,
    QStyle,
    QTextEdit,
    QWidget,
)

from ui.kit.guard import guarded
from ui.kit.theme import inset, theme
from ui.kit.tips import set_tip
from ui.kit.widgets.base import Button, flow, hbox, label, vbox

translate = QCoreApplication.translate


@guarded
class _IconField(QLineEdit):
    """A line edit with an icon before its text (painted here: Qt's own icon does not grow with the scale)."""

    def __init__(self, placeholder: str, icon: str) -> None:
        super().__init__()
        self._icon_name = icon
        self.setPlaceholderText(placeholder)
        self.setAccessibleName(placeholder)
        self._make_room()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self._make_room()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        look = theme()
        side, pad = look.dp(18), look.dp(12)
        place = QRect(pad, (self.height() - side) // 2, side, side)
        painter = QPainter(self)
        painter.drawPixmap(
            QStyle.visualRect(self.layoutDirection(), self.rect(), place).topLeft(),
            look.pixmap(self._icon_name, "ink3", size=18),
        )
        painter.end()

    def _make_room(self) -> None:
        room = theme().dp(26)
        is_rtl = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        self.setTextMargins(0 if is_rtl else room, 0, room if is_rtl else 0, 0)


@guarded
class SearchField(_IconField):
    """Emit the typed text, without blanks around it, 150 ms after the last key, or at once on Enter. Esc empties the
    field.
    """

    searched = Signal(str)

    def __init__(self, placeholder: str) -> None:
        super().__init__(placeholder, "search")
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(150)
        self._timer.timeout.connect(lambda: self.searched.emit(self.text().strip()))
        self.textChanged.connect(lambda _text: self._timer.start())
        self.returnPressed.connect(self._search_now)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
        else:
            super().keyPressEvent(event)

    def show_text(self, text: str) -> None:
        """Show a text without searching for it."""
        self.setText(text)
        self._timer.stop()

    def _search_now(self) -> None:
        self._timer.stop()
        self.searched.emit(self.text().strip())


@guarded
class ScanField(_IconField):
    """Scan or type here. Ctrl+Z is left to the page, where it takes back the last act (LOOK.md rule 6).

    `submitted` carries the typed text, without blanks around it, when Enter is pressed, and the field is emptied.
    Blanks alone submit nothing.
    """

    submitted = Signal(str)

    def __init__(self, placeholder: str) -> None:
        super().__init__(placeholder, "scan-line")
        self.setProperty("kind", "mono")
        self.returnPressed.connect(self._submit)

    def event(self, event: QEvent) -> bool:
        if (
            event.type() in {QEvent.Type.ShortcutOverride, QEvent.Type.KeyPress}
            and isinstance(event, QKeyEvent)
            and event.matches(QKeySequence.StandardKey.Undo)
        ):
            event.ignore()
            return False
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.isAutoRepeat() and event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            return  # Enter held down submits once; what it opened is not confirmed by the rest
        super().keyPressEvent(event)

    def _submit(self) -> None:
        text = self.text().strip()
        if text:
            self.clear()
            self.submitted.emit(text)


class FormField(QWidget):
    """A name over a field, with a hint or an error under it."""

    def __init__(self, name: str, field: QWidget, hint: str = "") -> None:
        super().__init__()
        self.field = field
        self._name, self._hint = label(name, "sub"), label(hint, "sub", wrap=True)
        self._name.setBuddy(field)
        if not field.accessibleName():
            field.setAccessibleName(name)
        self._plain_hint = hint
        if not hint:
            self._hint.hide()
        layout = vbox(self._name, field, self._hint, spacing=5)
        if not field.sizePolicy().expandingDirections() & Qt.Orientation.Vertical:
            layout.addStretch(0)  # keeps names and fields aligned with a neighbor that has a longer hint
        self.setLayout(layout)

    def set_hint(self, hint: str) -> None:
        """Set the hint under the field, and remove any error."""
        self._plain_hint = hint
        self.set_error("")

    def set_error(self, error: str) -> None:
        """Show an error under the field; an empty text removes it."""
        self._hint.setText(error or self._plain_hint)
        self._hint.setVisible(bool(error or self._plain_hint))
        for widget, tone in ((self._hint, "bad"), (self.field, "bad")):
            widget.setProperty("tone", tone if error else "")
            widget.style().unpolish(widget)
            widget.style().polish(widget)
        self.field.setAccessibleDescription(error or self._plain_hint)


@dataclass(frozen=True)
class Tab:
    """One filter: `key`, text (e.g. `All 214`), icon name or empty, and a spoken name where the text is short."""

    key: str
    text: str
    icon: str = ""
    name: str = ""


class TabRow(QWidget):
    """Filters of which one is active; they wrap when they do not fit, unless `wraps` is false (in a card's head)."""

    chosen = Signal(str)

    def __init__(self, tabs: Sequence[Tab], current: str = "", *, wraps: bool = True) -> None:
        super().__init__()
        self._buttons: dict[str, Button] = {}
        self._group = QButtonGroup(self)
        layout: QLayout = flow(spacing=6) if wraps else hbox(spacing=6)
        for tab in tabs:
            made = Button(tab.text, kind="tab", icon=tab.icon)
            made.setCheckable(True)
            made.clicked.connect(lambda _on=False, key=tab.key: self.chosen.emit(key))
            self._group.addButton(made)
            self._buttons[tab.key] = made
            layout.addWidget(made)
            self.set_text(tab.key, tab.text, tab.name)
        self.setLayout(layout)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        if tabs:
            self.set_current(current or tabs[0].key)

    @property
    def current(self) -> str:
        """Return the key of the active filter, or an empty text."""
        return next((key for key, made in self._buttons.items() if made.isChecked()), "")

    def set_current(self, key: str) -> None:
        """Choose a filter without emitting a signal. Raises KeyError for an unknown key."""
        self._buttons[key].setChecked(True)

    def focus_current(self) -> None:
        """Focus the active filter, if there is one."""
        if self.current:
            self._buttons[self.current].setFocus(Qt.FocusReason.OtherFocusReason)

    def text_of(self, key: str) -> str:
        """Return a filter's text. Raises KeyError for an unknown key."""
        return self._buttons[key].text()

    def show_only(self, keys: Collection[str]) -> None:
        """Show these filters and hide the others. Unknown keys are ignored."""
        for key, made in self._buttons.items():
            made.setVisible(key in keys)

    def set_text(self, key: str, text: str, name: str = "") -> None:
        """Set a filter's text, e.g. after a count changed; `name` becomes its spoken name and its tooltip.

        Raises KeyError for an unknown key.
        """
        made = self._buttons[key]
        made.setText(text)
        made.setAccessibleName(name or text)
        set_tip(made, name)


@guarded
class ValueText(QTextEdit):
    """A value that is shown whole: it wraps anywhere rather than being cut, and can be selected and copied."""

    def __init__(self, text: str = "", *, size: float = 13, mono: bool = True) -> None:
        super().__init__()
        self._size, self._mono = size, mono
        self.setReadOnly(True)
        self.setProperty("kind", "value")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setTabChangesFocus(True)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.document().setDocumentMargin(0)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.set_text(text)

    def set_text(self, text: str) -> None:
        self.setPlainText(text)
        self._restyle()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self._restyle()

    def heightForWidth(self, width: int) -> int:
        option = self.document().defaultTextOption()
        trial = QTextDocument()
        trial.setDocumentMargin(0)
        trial.setDefaultFont(self.document().defaultFont())
        trial.setDefaultTextOption(option)
        trial.setPlainText(self.toPlainText())
        trial.setTextWidth(max(1, width))
        return max(1, round(trial.size().height()))

    def sizeHint(self) -> QSize:
        width = theme().dp(160)
        return QSize(width, self.heightForWidth(max(width, self.width())))

    def minimumSizeHint(self) -> QSize:
        return QSize(theme().dp(60), self.fontMetrics().height())

    def _restyle(self) -> None:
        self.document().setDefaultFont(theme().font(self._size, mono=self._mono))
        self.updateGeometry()


class KeyValueGrid(QWidget):
    """Names and values in two columns. Serials and codes are monospaced, selectable and never cut."""

    def __init__(
        self, *, margins: tuple[float, float, float, float] = (16, 12, 16, 12), key_width: float = 118
    ) -> None:
        super().__init__()
        self._grid = QGridLayout(self)
        inset(self._grid, *margins, spacing=6)
        self._grid.setColumnStretch(1, 1)
        self._key_width = key_width
        self._keys: list[QLabel] = []
        self._values: list[QWidget] = []
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)

    def clear(self) -> None:
        for widget in (*self._keys, *self._values):
            self._grid.removeWidget(widget)
            # Hidden and not unparented: a layout shows what was just added later on, and that would be a window then.
            widget.hide()
            widget.deleteLater()
        self._keys, self._values = [], []

    def add(self, name: str, value: str | QWidget, *, mono: bool = False, big: bool = False) -> QWidget:
        """Add a line and return the value's widget. An empty value shows an en dash."""
        key = label(name, "key", wrap=True)
        key.setMinimumWidth(theme().dp(self._key_width))
        if isinstance(value, QWidget):
            shown: QWidget = value
        elif mono or big:
            shown = ValueText(value or "–", size=17 if big else 13)
        else:
            shown = label(value or "–", wrap=True, selectable=True)
        if not shown.accessibleName():
            shown.setAccessibleName(f"{name}: {value}" if isinstance(value, str) else name)
        at = len(self._keys)
        # The text's alignment and not the item's: an aligned item does not give wrapped text the height it needs.
        for part in (key, shown):
            if isinstance(part, QLabel):
                part.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeading)
        self._grid.addWidget(key, at, 0)
        self._grid.addWidget(shown, at, 1)
        self._grid.setRowStretch(at, 0)
        self._grid.setRowStretch(at + 1, 1)  # what is left over goes below, not between the lines
        self._keys.append(key)
        self._values.append(shown)
        return shown

    def set_rows(self, rows: Sequence[tuple[str, str]], *, mono: bool = False) -> None:
        """Replace all lines by (name, value)."""
        self.clear()
        for name, value in rows:
            self.add(name, value, mono=mono)


def search_placeholder() -> str:
    """Return the usual placeholder of a list's filter."""
    return translate("kit", "Filter by serial, UII, nomenclature…")
