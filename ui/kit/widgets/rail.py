"""The rail at the side of the window: brand, pages, and whose device this is."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication, QEvent, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QFrame, QSizePolicy, QWidget

from ui.kit.guard import guarded
from ui.kit.theme import inset, theme
from ui.kit.theme.paint import focus_ring, rounded
from ui.kit.tips import set_tip
from ui.kit.widgets.base import IconLabel, hbox, label, panel, set_look, vbox
from ui.kit.widgets.card import scrolled

translate = QCoreApplication.translate


RAIL_WIDTH = 208
COLLAPSED_WIDTH = 64


@dataclass(frozen=True)
class DeviceState:
    """Content of the device box. `lines` follow the account, in order; `is_encrypted` None hides that line."""

    account: str = ""
    role: str = ""
    lines: tuple[str, ...] = ()
    is_encrypted: bool | None = None


@guarded
class BrandMark(QWidget):
    """The square in the square."""

    def __init__(self, size: float = 22) -> None:
        super().__init__()
        self._size = size
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(theme().dp(self._size), theme().dp(self._size))

    def paintEvent(self, _event: QPaintEvent) -> None:
        look = theme()
        painter = QPainter(self)
        side = look.dp(self._size)
        unit = side / 22
        area = QRectF(0, (self.height() - side) / 2, side, side)
        rounded(painter, area, fill=look.color("accent"), line=None, width=0, radius=6 * unit)
        hole = area.adjusted(6 * unit, 6 * unit, -6 * unit, -6 * unit)
        rounded(painter, hole, fill=None, line=look.color("on_accent"), width=2 * unit, radius=2 * unit)
        painter.end()


@guarded
class NavButton(QAbstractButton):
    """A button for one page: icon, name, count. When collapsed, it shows the icon with the count over it."""

    def __init__(self, text: str, icon: str, keys: str = "") -> None:
        super().__init__()
        self._icon_name, self._keys = icon, keys
        self._badge, self._badge_tone = "", "mute"
        self.is_collapsed = False
        self.setText(text)
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._name()

    def set_badge(self, badge: str, tone: str = "mute") -> None:
        """Set the badge; an empty text hides it. The tone `bad` calls for attention."""
        self._badge, self._badge_tone = badge, tone
        self._name()
        self.update()

    def set_collapsed(self, is_collapsed: bool) -> None:
        """Show the icon alone with a tooltip, or the icon with its text."""
        self.is_collapsed = is_collapsed
        tip = f"{self.text()} ({self._keys})" if self._keys else self.text()
        set_tip(self, tip if is_collapsed or self._keys else "")
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        look = theme()
        metrics = QFontMetrics(look.font(14, 600))
        width = look.dp(40)
        if not self.is_collapsed:
            width = metrics.horizontalAdvance(self.text()) + look.dp(50)
            if self._badge:
                width += metrics.horizontalAdvance(self._badge) + look.dp(26)
        return QSize(width, max(look.dp(40), min(look.touch, look.dp(44))))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self.updateGeometry()

    def paintEvent(self, _event: QPaintEvent) -> None:
        look = theme()
        painter = QPainter(self)
        is_on = self.isChecked()
        ink = "accent" if is_on else "ink2"
        area = QRectF(self.rect())
        radius = look.dp(8)
        if is_on:
            line = look.color("accent") if look.name == "sunlight" else None
            rounded(painter, area, fill=look.color("accent_soft"), line=line, width=2, radius=radius)
        elif self.underMouse():
            rounded(painter, area, fill=look.color("hover"), line=None, width=0, radius=radius)
        icon = look.pixmap(self._icon_name, ink, size=18)
        side, pad = look.dp(18), look.dp(10)
        left = (self.width() - side) // 2 if self.is_collapsed else pad
        self._draw_icon(painter, QRect(left, (self.height() - side) // 2, side, side), icon)
        if not self.is_collapsed:
            painter.setFont(look.font(14, 600 if is_on else 500))
            painter.setPen(look.color(ink))
            words = self._mirrored(QRect(pad + side + pad, 0, self.width() - 2 * pad - side, self.height()))
            painter.drawText(words, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeading, self.text())
        if self._badge:
            self._draw_badge(painter)
        if self.hasFocus():
            focus_ring(painter, self.rect(), look)
        painter.end()

    def _mirrored(self, rect: QRect) -> QRect:
        if self.layoutDirection() == Qt.LayoutDirection.RightToLeft:
            rect.moveRight(self.width() - 1 - rect.left())
        return rect

    def _draw_icon(self, painter: QPainter, place: QRect, icon: object) -> None:
        painter.drawPixmap(QPoint(self._mirrored(place).topLeft()), icon)  # type: ignore[call-overload]

    def _draw_badge(self, painter: QPainter) -> None:
        look = theme()
        font = look.font(11 if self.is_collapsed else 12, 600)
        metrics = QFontMetrics(font)
        height = metrics.height() + look.dp(3)
        width = max(height, metrics.horizontalAdvance(self._badge) + look.dp(12))
        top = 0 if self.is_collapsed else (self.height() - height) // 2
        place = self._mirrored(
            QRect(self.width() - width - (0 if self.is_collapsed else look.dp(8)), top, width, height)
        )
        is_bad = self._badge_tone == "bad"
        ink = "on_bad" if is_bad else "ink2"
        line = look.color(ink) if look.name == "sunlight" and not is_bad else None
        fill = look.color("bad" if is_bad else "mute_soft")
        rounded(painter, QRectF(place), fill=fill, line=line, width=2, radius=height / 2)
        painter.setFont(font)
        painter.setPen(look.color(ink))
        painter.drawText(place, Qt.AlignmentFlag.AlignCenter, self._badge)

    def _name(self) -> None:
        self.setAccessibleName(f"{self.text()}, {self._badge}" if self._badge else self.text())


@guarded
class Rail(QFrame):
    """Brand at the top, pages in the middle, device box below. `chosen` carries the key of the page
    that was pressed.
    """

    chosen = Signal(str)
    lock_requested = Signal()

    def __init__(self, brand: str) -> None:
        super().__init__()
        self.setProperty("kind", "rail")
        self.setProperty("rtl", self.isRightToLeft())
        self._brand = label(brand, "brand")
        self._mark = BrandMark()
        self._brand_line = hbox(self._mark, self._brand, 1, margins=(10, 2, 10, 12), spacing=8)
        self._places = vbox(spacing=2)
        self._group = QButtonGroup(self)
        self._buttons: dict[str, NavButton] = {}
        self._account, self._role = label("", "strong"), label("", "small")
        self._account.setProperty("kind", "accountcode")
        self._lines = label("", "small", wrap=True)
        self._lock = IconLabel("lock", "ok", size=14)
        self._encrypted = label("", "small", tone="ok", wrap=True)
        lock_line = hbox(self._lock, spacing=6)
        lock_line.addWidget(self._encrypted, 1)
        self._device = panel(
            vbox(
                hbox(self._account, self._role, 1, spacing=5),
                self._lines,
                lock_line,
                margins=(10, 10, 10, 2),
                spacing=1,
            ),
            "device",
        )
        self._device.hide()
        self._lock_button = NavButton(translate("kit", "Lock"), "lock", "Ctrl+L")
        self._lock_button.setObjectName("rail_lock")
        self._lock_button.setCheckable(False)
        self._lock_button.set_collapsed(False)
        self._lock_button.clicked.connect(lambda _on=False: self.lock_requested.emit())
        self._column = vbox(self._places, 1)
        self._scroll = scrolled(self._column)
        self._scroll.verticalScrollBar().rangeChanged.connect(lambda _least, _most: self._fit())
        whole = vbox(self._brand_line, margins=(10, 14, 0, 10))
        whole.addWidget(self._scroll, 1)
        whole.addLayout(hbox(self._lock_button, margins=(0, 0, 10, 0)))
        whole.addLayout(hbox(self._device, margins=(0, 0, 10, 0)))
        self.setLayout(whole)
        self._is_collapsed = False
        self._fit()
        theme().changed.connect(self._fit)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LayoutDirectionChange:
            set_look(self, "rtl", self.isRightToLeft())

    def add(self, key: str, text: str, icon: str) -> NavButton:
        """Add a page's button at the end, and return it."""
        made = NavButton(text, icon)
        made.setObjectName(f"rail_{key}")
        made.clicked.connect(lambda _on=False: self.chosen.emit(key))
        made.set_collapsed(self._is_collapsed)
        self._group.addButton(made)
        self._buttons[key] = made
        self._places.addWidget(made)
        self._fit()
        return made

    def keys(self) -> list[str]:
        """Return the keys of the pages, in order."""
        return list(self._buttons)

    def select(self, key: str) -> None:
        """Mark the page `key` as current. A key that is not in the rail clears the choice."""
        if key in self._buttons:
            self._buttons[key].setChecked(True)
            return
        self._group.setExclusive(False)
        for made in self._buttons.values():
            made.setChecked(False)
        self._group.setExclusive(True)

    def set_badge(self, key: str, badge: str, tone: str = "mute") -> None:
        """Set the badge beside a page's entry; "" removes it. Raises KeyError for a page that is not in the rail."""
        self._buttons[key].set_badge(badge, tone)
        self._fit()

    def set_device(self, state: DeviceState) -> None:
        """Show whose device this is, what HQ has received, and whether the store is encrypted."""
        self._account.setText(state.account)
        self._role.setText(f"· {state.role}" if state.role else "")
        self._lines.setText("\n".join(state.lines))
        encrypted = translate("kit", "Store encrypted")
        plain = translate("kit", "Store not encrypted")
        self._encrypted.setText(encrypted if state.is_encrypted else plain)
        tone = "ok" if state.is_encrypted else "bad"
        set_look(self._encrypted, "tone", tone)
        self._lock.set_icon("lock" if state.is_encrypted else "lock-open", tone)
        for widget in (self._encrypted, self._lock):
            widget.setVisible(state.is_encrypted is not None)
        spoken = [f"{state.account} {self._role.text()}", *state.lines]
        self._device.setAccessibleName(", ".join(part for part in spoken if part.strip()))
        self._device.setVisible(not self._is_collapsed)

    def set_collapsed(self, is_collapsed: bool) -> None:
        """Show icons only, for windows narrower than 1000 logical pixels at 100 %."""
        if is_collapsed == self._is_collapsed:
            return
        self._is_collapsed = is_collapsed
        self._brand.setVisible(not is_collapsed)
        self._device.setVisible(not is_collapsed and bool(self._account.text()))
        for made in (*self._buttons.values(), self._lock_button):
            made.set_collapsed(is_collapsed)
        self._fit()

    def _fit(self) -> None:
        look = theme()
        wanted = max((made.sizeHint().width() for made in self._buttons.values()), default=0) + look.dp(20)
        width = look.dp(COLLAPSED_WIDTH) if self._is_collapsed else max(look.dp(RAIL_WIDTH), wanted)
        self.setFixedWidth(width)
        # Where the places scroll, the bar takes the margin beside them: it would lie over icons and counts.
        inset(self._column, 0, 0, 0 if self._scroll.verticalScrollBar().maximum() else 10, 0)
