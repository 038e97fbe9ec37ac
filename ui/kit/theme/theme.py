"""One theme for the whole application: palette, fonts, one style sheet, icons, and sizes in font units.

`theme()` returns the running application's theme. Painters ask it for colors by token (`theme().color("ink")`), sizes
(`theme().dp(8)`), fonts and icons. Widgets set dynamic properties (`kind`, `tone`) that `assets/style/app.qss` styles.
`Theme.changed` fires after colors, scale or density changed; layouts made with `inset()` follow by themselves.
"""

from __future__ import annotations

import gc
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Literal, cast

from PySide6.QtCore import QDir, QObject, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QIcon, QPainter, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication, QBoxLayout, QGridLayout, QLayout, QWidget

from assets import asset
from ui.kit.theme.tokens import THEMES, Tokens, tokens

Density = Literal["dense", "normal", "glove"]
TOUCH_DP: dict[Density, int] = {"dense": 36, "normal": 44, "glove": 48}
BASE_FONT_DP = 14
SCALES = (100, 115, 130, 150, 175, 200)
SANS = "Inter"
MONO = "JetBrains Mono"
MODES = ("system", *THEMES)


def theme() -> Theme:
    """Return the running application's theme, created and applied on first use. Needs a QApplication."""
    app = cast("QApplication", QApplication.instance())
    found = app.findChild(Theme, options=Qt.FindChildOption.FindDirectChildrenOnly)
    return found if found is not None else Theme(app)


_DRESSED = "dressed"
"""Property of a window that has the style sheet."""


@contextmanager
def nothing_collected() -> Iterator[None]:
    """Turn garbage collection off, while Qt walks through a list of all widgets.

    Such a list holds bare pointers. If the garbage collector deleted an unreferenced window in between, the next
    pointer would be invalid and the process would crash.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def gathered(ask: Callable[[], list[QWidget]]) -> list[QWidget]:
    """Return the result of `QApplication.allWidgets` or `topLevelWidgets`, with garbage collection off meanwhile."""
    with nothing_collected():
        return ask()


class Theme(QObject):
    """The current colors, sizes, fonts and icons. There is one, owned by the application."""

    changed = Signal()

    def __init__(self, app: QApplication, *, mode: str = "system", density: Density = "normal", scale: int = 100):
        super().__init__(app)
        self._app = app
        self._mode, self._density, self._scale = mode, density, scale
        self._sheet = ""
        _load_fonts()
        # The style sheet names its pictures by this prefix, so that no character of a path can break the sheet.
        QDir.setSearchPaths("glyphs", [str(asset("style", "glyphs"))])
        app.setStyle("Fusion")
        QGuiApplication.styleHints().colorSchemeChanged.connect(
            lambda _scheme: self._apply() if self._mode == "system" else None
        )
        self._apply()

    # What is in force

    @property
    def mode(self) -> str:
        """Return the chosen mode, one of `MODES`."""
        return self._mode

    @property
    def name(self) -> str:
        """Return the theme in use, one of `THEMES`; `system` resolves to light or dark."""
        if self._mode != "system":
            return self._mode
        return "dark" if QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark else "light"

    @property
    def density(self) -> Density:
        """Return the chosen density."""
        return self._density

    @property
    def scale(self) -> int:
        """Return the scale in percent, 100 to 200."""
        return self._scale

    @property
    def tokens(self) -> Tokens:
        """Return the tokens of the theme in use."""
        return tokens(self.name)

    # Changes

    def set_mode(self, mode: str) -> None:
        """Use `mode`, one of `MODES`; `changed` is emitted if it is another one. Raises ValueError for any other."""
        if mode not in MODES:
            raise ValueError(mode)
        if mode != self._mode:
            self._mode = mode
            self._apply()

    def set_density(self, density: Density) -> None:
        """Use a density of buttons and rows. `changed` is emitted if it is another one."""
        if density != self._density:
            self._density = density
            self._apply()

    def set_scale(self, percent: int) -> None:
        """Use `percent`, clamped to 100–200. `changed` is emitted if it is another one."""
        scale = min(200, max(100, percent))
        if scale != self._scale:
            self._scale = scale
            self._apply()

    def cycle(self) -> None:
        """Switch to the next theme: light, dark, sunlight, light … (Ctrl+Shift+L). `system` counts as the theme in use.

        Not saved: the next start uses the saved theme.
        """
        self.set_mode(THEMES[(THEMES.index(self.name) + 1) % len(THEMES)])

    def zoom(self, steps: int) -> None:
        """Go `steps` up or down in `SCALES`, at most to either end. Not saved.

        A scale that is not in `SCALES` counts as the nearest one, the smaller of two that are equally near.
        """
        nearest = min(range(len(SCALES)), key=lambda at: abs(SCALES[at] - self._scale))
        self.set_scale(SCALES[min(len(SCALES) - 1, max(0, nearest + steps))])

    # For painters

    def color(self, token: str) -> QColor:
        """Return the color of a token. Raises KeyError for an unknown one."""
        return QColor(self.tokens.colors[token])

    def dp(self, size: float) -> int:
        """Return the logical pixels for a size given at 100 %."""
        return round(size * self._scale / 100)

    @property
    def stroke(self) -> int:
        """Return the line width in logical pixels."""
        return self.tokens.stroke

    @property
    def focus(self) -> int:
        """Return the width of the focus outline in logical pixels: twice that of any other line."""
        return 2 * self.stroke

    @property
    def touch(self) -> int:
        """Return the minimum height of a button in logical pixels, at this density and scale."""
        return self.dp(TOUCH_DP[self._density])

    def font(self, size: float = BASE_FONT_DP, weight: int = 400, *, mono: bool = False) -> QFont:
        """Return Inter, or JetBrains Mono, at a size given at 100 %, at least one pixel high.

        Inter is never lighter than 500 in the sunlight theme.
        """
        font = QFont(MONO if mono else SANS)
        font.setPixelSize(max(1, self.dp(size)))
        if self.name == "sunlight" and weight < 500 and not mono:
            weight = 500
        font.setWeight(QFont.Weight(weight))
        # No ligatures in either face: "--", "->" and "0x1F" in a serial stay the characters that were marked. Fonts of
        # the style sheet take this over from the application's font.
        font.setFeature(QFont.Tag("calt"), 0)
        return font

    def icon(self, name: str, ink: str = "ink2", *, size: float = 18, gap: float = 0) -> QIcon:
        """Return a Lucide icon in a token's color, with a paler version for the disabled state.

        `gap` adds empty space on both sides, where the style would set text too close to the icon. Raises
        FileNotFoundError for an unknown icon, KeyError for an unknown token.
        """
        icon = QIcon()
        for mode, token in ((QIcon.Mode.Normal, ink), (QIcon.Mode.Disabled, "ink_off")):
            picture = self.pixmap(name, token, size=size)
            icon.addPixmap(_padded(picture, self.dp(gap)) if gap else picture, mode)
        return icon

    def pixmap(self, name: str, ink: str = "ink2", *, size: float = 18) -> QPixmap:
        """Return a Lucide icon as a square picture, `size` logical pixels at 100 %, sharp on the densest screen
        attached.

        Raises FileNotFoundError for an unknown icon, KeyError for an unknown token.
        """
        ratio = max((screen.devicePixelRatio() for screen in QGuiApplication.screens()), default=1.0)
        return _render(name, self.tokens.colors[ink], self.dp(size), ratio)

    # Inside

    def _apply(self) -> None:
        with nothing_collected():  # Qt tells each widget in its list, and methods in Python run for some of them
            self._app.setFont(self.font())
            self._app.setPalette(_palette(self))
            self._sheet = _sheet(self)
            for window in gathered(self._app.topLevelWidgets):
                if window.property(_DRESSED):
                    # Another sheet in place of one has Qt polish each widget once for every ancestor that it has: a
                    # fifth of a second for a window of pages. Taken away and put on again, it polishes twice.
                    window.setStyleSheet("")
                    window.setStyleSheet(self._sheet)
        for widget in gathered(self._app.allWidgets):
            layout = widget.layout()
            if layout is not None:
                for part in (layout, *layout.findChildren(QLayout)):
                    _inset_now(part, self)
            widget.updateGeometry()
            widget.update()
        self.changed.emit()


def dress(window: QWidget) -> None:
    """Give a top-level window the style sheet, now and after each change of the look. Its dialogs and lists inherit it.

    A sheet of the whole application would polish a page that is built from its parts again for each part that gets a
    parent: opening the visit page took 2.5 times as long.
    """
    window.setProperty(_DRESSED, True)
    window.setStyleSheet(theme()._sheet)


def _sheet(look: Theme) -> str:
    values = look.tokens.colors | {
        "theme": look.name,
        "stroke": f"{look.stroke}px",
        "touch": f"{look.touch - 2 * look.stroke}px",  # Qt's min-height leaves the border out
        "focus": f"{look.focus}px",
        "touch_focus": f"{look.touch - 2 * look.focus}px",
        "big": f"{look.dp(48)}px",
        "big_focus": f"{look.dp(48) - 2 * (look.focus - look.stroke)}px",
    }
    text = re.sub(r"/\*.*?\*/", "", asset("style", "app.qss").read_text("utf-8"), flags=re.DOTALL)
    text = re.sub(r"@([a-z][a-z0-9_]*)", lambda found: values[found[1]], text)
    heavier = look.focus - look.stroke
    text = re.sub(r"\bin\(([\d.]+)\)", lambda found: f"{max(0, look.dp(float(found[1])) - heavier)}px", text)
    return re.sub(r"dp\((-?[\d.]+)\)", lambda found: f"{look.dp(float(found[1]))}px", text)


def _palette(look: Theme) -> QPalette:
    role = QPalette.ColorRole
    palette = QPalette()
    for which, token in (
        (role.Window, "bg"),
        (role.WindowText, "ink"),
        (role.Base, "paper"),
        (role.AlternateBase, "panel"),
        (role.Text, "ink"),
        (role.Button, "paper"),
        (role.ButtonText, "ink"),
        (role.BrightText, "bad"),
        (role.ToolTipBase, "ink"),
        (role.ToolTipText, "paper"),
        (role.PlaceholderText, "ink3"),
        (role.Highlight, "accent"),
        (role.HighlightedText, "on_accent"),
        (role.Link, "accent"),
        (role.LinkVisited, "accent"),
        (role.Mid, "line"),
        (role.Accent, "accent"),
    ):
        palette.setColor(which, look.color(token))
    for which in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, which, look.color("ink_off"))
    return palette


def inset(layout: QLayout, left: float, top: float, right: float, bottom: float, *, spacing: float = 0) -> None:
    """Set margins and spacing of a layout, in logical pixels at 100 %. They follow changes of the scale.

    The spacing is set only for boxes and grids.
    """
    layout.setProperty("inset", [float(left), float(top), float(right), float(bottom), float(spacing)])
    _inset_now(layout, theme())


def _inset_now(layout: QLayout, look: Theme) -> None:
    values = layout.property("inset")
    if not values:
        return
    left, top, right, bottom, spacing = (look.dp(value) for value in values)
    layout.setContentsMargins(left, top, right, bottom)
    if isinstance(layout, QBoxLayout | QGridLayout):
        layout.setSpacing(spacing)


@cache
def _load_fonts() -> None:
    for path in sorted(asset("fonts").iterdir()):
        if path.suffix in {".otf", ".ttf"}:
            QFontDatabase.addApplicationFont(str(path))


@cache
def _source(name: str) -> str:
    return asset("icons", f"{name}.svg").read_text("utf-8")


_pixmaps: dict[tuple[str, str, int, float], QPixmap] = {}


def _render(name: str, color: str, size: int, ratio: float) -> QPixmap:
    key = (name, color, size, ratio)
    found = _pixmaps.get(key)
    if found is None:
        side = max(1, round(size * ratio))
        found = QPixmap(QSize(side, side))
        found.fill(Qt.GlobalColor.transparent)
        painter = QPainter(found)
        QSvgRenderer(_source(name).replace("currentColor", color).encode()).render(painter, QRectF(0, 0, side, side))
        painter.end()
        found.setDevicePixelRatio(ratio)
        _pixmaps[key] = found
    return found


def _padded(picture: QPixmap, gap: int) -> QPixmap:
    ratio = picture.devicePixelRatio()
    made = QPixmap(round(picture.width() + 2 * gap * ratio), picture.height())
    made.setDevicePixelRatio(ratio)
    made.fill(Qt.GlobalColor.transparent)
    painter = QPainter(made)
    painter.drawPixmap(gap, 0, picture)
    painter.end()
    return made
