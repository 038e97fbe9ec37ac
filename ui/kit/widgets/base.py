"""Basic widgets of the kit: labels, buttons, boxes. Their look comes from style properties, never from here."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt
from PySide6.QtGui import QAction, QIcon, QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QLayout,
    QLayoutItem,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from ui.kit.guard import guarded
from ui.kit.theme import inset, theme
from ui.kit.tips import set_tip

Margins = tuple[float, float, float, float]
NO_MARGINS: Margins = (0, 0, 0, 0)
_ICON_GAP = 3
_NOT_PLAIN = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier
Part = QWidget | QLayout | int | None
"""The parts of a box: a widget, a layout, an int for a stretch of that factor, or None, which is skipped."""


def set_look(widget: QWidget, name: str, value: object) -> None:
    """Set a styling property (`kind`, `tone`, `big` …) and apply the style sheet to the widget again.

    A property that has this value already changes nothing.
    """
    if widget.property(name) == value:
        return
    widget.setProperty(name, value)
    style = widget.style()
    style.unpolish(widget)
    style.polish(widget)
    widget.update()


def label(
    text: str = "",
    kind: str = "",
    *,
    tone: str = "",
    wrap: bool = False,
    selectable: bool = False,
) -> QLabel:
    """Return a plain-text label. Kinds: title, headline, heading, cardtitle, cardsub, strong, body, key, sub, small,
    kpi, mono(big).
    """
    made = QLabel(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    if kind:
        made.setProperty("kind", kind)
    if tone:
        made.setProperty("tone", tone)
    made.setWordWrap(wrap)
    if selectable:
        made.setProperty("selectable", True)
        made.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
    return made


@guarded
class IconLabel(QLabel):
    """A Lucide icon in a token's color. It is decoration: the word beside it carries the meaning."""

    def __init__(self, name: str, ink: str = "ink2", *, size: float = 18) -> None:
        super().__init__()
        self._name, self._ink, self._size = name, ink, size
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._draw()

    def set_icon(self, name: str, ink: str) -> None:
        """Show another icon, or the same in another color."""
        self._name, self._ink = name, ink
        self._draw()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self._draw()

    def _draw(self) -> None:
        self.setPixmap(theme().pixmap(self._name, self._ink, size=self._size))


@guarded
class Button(QPushButton):
    """A button whose icon follows theme and kind, and whose tooltip names its key."""

    def __init__(self, text: str = "", *, kind: str = "", icon: str = "") -> None:
        super().__init__(text)
        self._icon_name = icon
        self._lent_to: QWidget | None = None
        self.acts_on_space = True
        """False for a button that records: the blank in a text typed into nothing must not record."""
        self.setAutoDefault(False)
        if kind:
            self.setProperty("kind", kind)
        self.toggled.connect(self._draw_icon)
        self._draw_icon()

    def set_icon_name(self, name: str) -> None:
        """Show another icon, by its Lucide name; an empty name removes it. Raises FileNotFoundError for an unknown
        icon.
        """
        self._icon_name = name
        self._draw_icon()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self._draw_icon()

    def setEnabled(self, is_on: bool) -> None:
        """Enable or disable. A focused button that is disabled lends the focus to its page, and gets it back when
        enabled.

        Qt would move the focus to the next widget in the window, which would then receive what the person types.
        """
        if not is_on and self.isEnabled() and self.hasFocus():
            self._lent_to = _page_of(self)
            if self._lent_to is not None:
                self._lent_to.setFocus(Qt.FocusReason.OtherFocusReason)
        super().setEnabled(is_on)
        if is_on and self._lent_to is not None:
            is_still_lent, self._lent_to = self._lent_to.hasFocus(), None
            if is_still_lent:
                self.setFocus(Qt.FocusReason.OtherFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Let Enter press a focused button, as Space does. A key held down presses it once."""
        if event.key() == Qt.Key.Key_Space and not self.acts_on_space:
            event.ignore()
        elif event.key() not in {Qt.Key.Key_Return, Qt.Key.Key_Enter} or event.modifiers() & _NOT_PLAIN:
            super().keyPressEvent(event)
        elif not event.isAutoRepeat():
            self.click()

    def minimumSizeHint(self) -> QSize:
        # What is pressed is never cut: the text's own width is the least.
        return self.sizeHint()

    def _draw_icon(self) -> None:
        if not self._icon_name:
            self.setIcon(QIcon())
            return
        kind = self.property("kind")
        ink = "on_accent" if kind == "primary" or self.isChecked() else "bad" if kind == "danger" else "ink2"
        look = theme()
        gap = _ICON_GAP if self.text() else 0
        self.setIcon(look.icon(self._icon_name, ink, gap=gap))
        self.setIconSize(QSize(look.dp(18) + 2 * look.dp(gap), look.dp(18)))


def _page_of(widget: QWidget) -> QWidget | None:
    found = widget.parentWidget()
    while found is not None and found.property("kind") != "page":
        found = found.parentWidget()
    return found


def button(
    text: str,
    on_click: Callable[[], object] | None = None,
    *,
    kind: str = "",
    icon: str = "",
    name: str = "",
    tip: str = "",
    big: bool = False,
) -> Button:
    """Return a button. Kinds: primary, danger, quiet, link, tab.

    Without a text, `name` is the accessible name, or else `tip`. The tooltip is `tip`, or else `name`.
    """
    made = Button(text, kind=kind, icon=icon)
    if big:
        made.setProperty("big", True)
    if name or not text:
        made.setAccessibleName(name or tip)
    if tip or name:
        set_tip(made, tip or name)
    if on_click is not None:
        # clicked carries a bool that no handler of ours wants.
        made.clicked.connect(lambda _checked=False: on_click())
    return made


class ActionButton(Button):
    """A button for a QAction: same text, state and key; the tooltip shows the key."""

    def __init__(self, action: QAction, *, kind: str = "", icon: str = "") -> None:
        super().__init__(action.text(), kind=kind, icon=icon)
        self.action = action
        self._is_in_menu = False
        action.changed.connect(self._follow)
        self.clicked.connect(action.trigger)
        self._follow()

    def set_in_menu(self, *, is_in_menu: bool) -> None:
        """Hide the button while a menu offers its action, or show it again."""
        self._is_in_menu = is_in_menu
        self._follow()

    def _follow(self) -> None:
        self.setText(self.action.text())
        self.setEnabled(self.action.isEnabled())
        if self._is_in_menu or not self.action.isVisible():
            self.hide()
        elif self.parentWidget() is not None:  # before it has one, showing it would make it a window
            self.show()
        set_tip(self, tip_with_key(self.action.text(), self.action.shortcut()))


def tip_with_key(text: str, key: QKeySequence) -> str:
    """Return a tooltip that includes the key, if any, e.g. `Close out… (Ctrl+Enter)`. The `&` of a mnemonic is left
    out.
    """
    plain = text.replace("&&", "\0").replace("&", "").replace("\0", "&")
    return plain if key.isEmpty() else f"{plain} ({key.toString(QKeySequence.SequenceFormat.NativeText)})"


def fill(layout: QHBoxLayout | QVBoxLayout, parts: Sequence[Part]) -> None:
    """Add parts to a box, in order."""
    for part in parts:
        if isinstance(part, int):
            layout.addStretch(part)
        elif isinstance(part, QWidget):
            layout.addWidget(part)
        elif isinstance(part, QLayout):
            layout.addLayout(part)


def empty_layout(layout: QLayout) -> None:
    """Take every item out of a layout, and delete the widgets among them. Widgets of nested layouts stay."""
    while layout.count():
        item = layout.takeAt(0)
        widget = item.widget() if item is not None else None
        if widget is not None:
            # Hidden but still a child until it is deleted: a widget without a parent would be a separate window.
            widget.hide()
            widget.deleteLater()


def hbox(*parts: Part, margins: Margins = NO_MARGINS, spacing: float = 10) -> QHBoxLayout:
    """Return parts side by side; margins and spacing are sizes at 100 %."""
    made = QHBoxLayout()
    inset(made, *margins, spacing=spacing)
    fill(made, parts)
    return made


def vbox(*parts: Part, margins: Margins = NO_MARGINS, spacing: float = 0) -> QVBoxLayout:
    """Return parts stacked vertically; margins and spacing are sizes at 100 %."""
    made = QVBoxLayout()
    inset(made, *margins, spacing=spacing)
    fill(made, parts)
    return made


def panel(layout: QLayout, kind: str = "clear") -> QFrame:
    """Return a frame around a layout. Kinds: clear, card, cardhead, cardfoot, head, row, body."""
    made = QFrame()
    made.setProperty("kind", kind)
    made.setLayout(layout)
    return made


def row(*parts: Part, tone: str = "") -> QFrame:
    """Return a row of a card: parts side by side over a hairline; `tone` warn, bad or accent fills it."""
    made = panel(hbox(*parts, margins=(16, 9, 16, 9)), "row")
    made.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
    if tone:
        made.setProperty("tone", tone)
    return made


def rule() -> QFrame:
    """Return a horizontal line."""
    made = QFrame()
    made.setProperty("kind", "rule")
    return made


@guarded
class FlowLayout(QLayout):
    """Lay out parts side by side, wrapping onto further lines, so that no button or chip is cut at 200 %."""

    def __init__(self, spacing: float = 8) -> None:
        super().__init__()
        self._items: list[QLayoutItem] = []
        self._gap = spacing
        self.setContentsMargins(0, 0, 0, 0)

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._arrange(QRect(0, 0, width, 0), is_trial=True)

    def setGeometry(self, rect: QRect) -> None:
        super().setGeometry(rect)
        self._arrange(rect, is_trial=False)

    def sizeHint(self) -> QSize:
        gap = theme().dp(self._gap)
        sizes = [item.sizeHint() for item in self._items if not item.isEmpty()]
        width = sum(size.width() for size in sizes) + gap * max(0, len(sizes) - 1)
        return self._framed(QSize(width, max((size.height() for size in sizes), default=0)))

    def minimumSize(self) -> QSize:
        size = QSize()
        for item in self._items:
            if not item.isEmpty():
                size = size.expandedTo(item.minimumSize())
        return self._framed(size)

    def _framed(self, size: QSize) -> QSize:
        margins = self.contentsMargins()
        return size + QSize(margins.left() + margins.right(), margins.top() + margins.bottom())

    def _arrange(self, rect: QRect, *, is_trial: bool) -> int:
        area = rect.marginsRemoved(self.contentsMargins())
        gap = theme().dp(self._gap)
        y = area.y()
        for line in self._lines(area.width(), gap):
            height = max(item.sizeHint().height() for item in line)
            if not is_trial:
                self._place(line, QRect(area.x(), y, area.width(), height), gap)
            y += height + gap
        used = y - gap if y > area.y() else y
        return used - rect.y() + self.contentsMargins().bottom()

    def _lines(self, width: int, gap: int) -> list[list[QLayoutItem]]:
        lines: list[list[QLayoutItem]] = []
        left = -1
        for item in self._items:
            if item.isEmpty():
                continue
            needed = item.sizeHint().width()
            if needed > left:
                lines.append([])
                left = width
            lines[-1].append(item)
            left -= needed + gap
        return lines

    def _place(self, line: list[QLayoutItem], area: QRect, gap: int) -> None:
        parent = self.parentWidget()
        is_rtl = parent is not None and parent.layoutDirection() == Qt.LayoutDirection.RightToLeft
        x = area.x()
        for item in line:
            size = item.sizeHint()
            width = min(size.width(), area.width())
            place = QRect(QPoint(x, area.y() + (area.height() - size.height()) // 2), QSize(width, size.height()))
            if is_rtl:
                place.moveRight(area.right() - (x - area.x()))
            item.setGeometry(place)
            x += width + gap


def flow(*widgets: QWidget, spacing: float = 8) -> FlowLayout:
    """Return a layout of widgets side by side that wrap."""
    made = FlowLayout(spacing)
    for widget in widgets:
        made.addWidget(widget)
    return made
