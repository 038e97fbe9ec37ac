"""Themes: contrast, fonts, glyphs, scale, and that nothing styles itself."""

from __future__ import annotations

import gc
import re
from pathlib import Path
from typing import ClassVar

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtGui import QFontInfo
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from assets import asset
from ui.kit.guard import guarded
from ui.kit.theme import STATUS, Theme, gathered, inset
from ui.kit.theme.tokens import THEMES, tokens
from ui.kit.widgets import button

ROOT = Path(__file__).resolve().parents[2]

# Foreground token, then each background that it is drawn on somewhere: 4.5:1 at least (WCAG 2.1 AA, 1.4.3).
TEXT_PAIRS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("ink", ("paper", "bg", "panel", "hover", "accent_soft", "warn_soft", "mute_soft")),
    ("ink2", ("paper", "bg", "panel", "hover", "accent_soft", "mute_soft")),
    ("ink3", ("paper", "bg", "panel", "accent_soft")),
    ("accent", ("paper", "bg", "accent_soft")),
    ("on_accent", ("accent", "accent_strong")),
    ("ok", ("paper", "ok_soft")),
    ("on_ok", ("ok",)),
    ("warn", ("paper", "warn_soft")),
    ("bad", ("paper", "bad_soft")),
    ("on_bad", ("bad",)),
    ("on_cui", ("cui",)),
    ("on_scan", ("scan_bg", "scan_ok_tag", "scan_in_tag", "scan_warn_tag", "scan_bad_tag")),
)
# Lines that tell where a control ends, and colored bars: 3:1 (WCAG 2.1 AA, 1.4.11).
LINE_PAIRS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("field", ("paper", "panel")),
    ("accent", ("paper", "bg")),
    ("scan_ok", ("scan_bg",)),
    ("scan_in", ("scan_bg",)),
    ("scan_warn", ("scan_bg",)),
    ("scan_bad", ("scan_bg",)),
)


def contrast(first: str, second: str) -> float:
    """Contrast ratio of two `#rrggbb` colors, 1 to 21 (WCAG 2.1, definition of contrast ratio)."""
    lighter, darker = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(color: str) -> float:
    """Relative luminance, 0 to 1 (WCAG 2.1, definition of relative luminance)."""
    channels = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_contrast_knows_the_extremes() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21.0)
    assert contrast("#777777", "#777777") == pytest.approx(1.0)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)  # the well-known lightest gray


@pytest.mark.parametrize("name", THEMES)
@pytest.mark.parametrize(("pairs", "least"), [(TEXT_PAIRS, 4.5), (LINE_PAIRS, 3.0)], ids=["text", "lines"])
def test_every_pair_reaches_wcag_aa(name: str, pairs: tuple[tuple[str, tuple[str, ...]], ...], least: float) -> None:
    colors = tokens(name).colors
    poor = [
        f"{ink} on {ground}: {contrast(colors[ink], colors[ground]):.2f}"
        for ink, grounds in pairs
        for ground in grounds
        if contrast(colors[ink], colors[ground]) < least
    ]
    assert poor == []


def test_themes_have_the_same_tokens() -> None:
    names = [set(tokens(name).colors) for name in THEMES]
    assert names[0] == names[1] == names[2]


@pytest.mark.parametrize("name", THEMES)
def test_style_sheet_names_only_known_tokens(look: Theme, name: str) -> None:
    look.set_mode(name)  # raises KeyError for an unknown one
    sheet = look._sheet
    assert "@" not in sheet
    assert "dp(" not in sheet
    assert look.tokens.colors["accent"] in sheet


@pytest.mark.parametrize("name", THEMES)
def test_glyphs_of_the_style_sheet_follow_the_tokens(name: str) -> None:
    colors = tokens(name).colors
    for glyph, token in (("chevron-down", "ink2"), ("check", "on_accent"), ("dot", "on_accent")):
        assert colors[token] in asset("style", "glyphs", f"{glyph}-{name}.svg").read_text("utf-8")


def test_shipped_fonts_are_the_ones_drawn(look: Theme) -> None:
    assert QFontInfo(look.font(14)).family() == "Inter"
    for weight in (400, 500, 600, 700):
        assert QFontInfo(look.font(14, weight)).weight() == weight
    assert QFontInfo(look.font(13, mono=True)).family() == "JetBrains Mono"


def test_every_status_has_a_word_and_a_shipped_icon(look: Theme) -> None:
    for mark in STATUS.values():
        assert mark.text()
        assert asset("icons", f"{mark.icon}.svg").is_file()
        assert not look.pixmap(mark.icon, "ink").isNull()
    faces = {(mark.icon, mark.tone, mark.word) for mark in STATUS.values()}
    assert len(faces) == len(STATUS)


def test_cycle_goes_round(look: Theme) -> None:
    seen = [look.name]
    for _ in range(3):
        look.cycle()
        seen.append(look.name)
    assert seen == ["light", "dark", "sunlight", "light"]


def test_scale_reaches_layouts_and_buttons(look: Theme, qtbot: QtBot) -> None:
    whole = QWidget()
    qtbot.addWidget(whole)
    layout = QVBoxLayout(whole)
    inset(layout, 10, 10, 10, 10, spacing=6)
    press = QPushButton("Close out…")
    layout.addWidget(press)
    whole.ensurePolished()
    press.ensurePolished()
    assert press.sizeHint().height() >= 44
    look.set_scale(200)
    assert layout.contentsMargins().left() == 20
    assert layout.spacing() == 12
    assert press.sizeHint().height() >= 88
    look.set_scale(100)
    look.set_density("glove")
    assert press.sizeHint().height() >= 48


def test_another_theme_polishes_no_widget_once_for_each_of_its_ancestors(look: Theme, qtbot: QtBot) -> None:
    """Qt would, and a window of pages then freezes for a fifth of a second."""

    class Deep(QPushButton):
        polished = 0

        def changeEvent(self, event: QEvent) -> None:
            super().changeEvent(event)
            self.polished += event.type() == QEvent.Type.StyleChange

    deep = Deep()
    outer: QWidget = deep
    for _ in range(12):
        box = QWidget()
        QVBoxLayout(box).addWidget(outer)
        outer = box
    qtbot.addWidget(outer)
    outer.show()
    before = deep.polished
    look.set_mode("dark")
    assert 1 <= deep.polished - before <= 3
    assert deep.palette().buttonText().color() == look.color("ink")


def test_what_has_the_focus_is_as_high_as_before_and_has_the_heavier_line(look: Theme, qtbot: QtBot) -> None:
    for mode in THEMES:
        look.set_mode(mode)
        assert look.focus > look.stroke
        press, line = button("Close out…", kind="primary"), QLineEdit()
        place = QWidget()
        box = QVBoxLayout(place)
        for made in (press, line):
            box.addWidget(made)
        qtbot.addWidget(place)
        place.show()
        place.activateWindow()
        qtbot.waitUntil(place.isActiveWindow, timeout=120_000)
        for made in (press, line):
            (line if made is press else press).setFocus()
            without = made.sizeHint()
            made.setFocus()
            assert made.hasFocus()
            assert made.sizeHint() == without, (mode, type(made).__name__)


def test_no_widget_styles_itself() -> None:
    own = [
        str(path.relative_to(ROOT))
        for path in sorted((ROOT / "ui").rglob("*.py"))
        if re.search(r"\.setStyleSheet\(", path.read_text("utf-8")) and path.name != "theme.py"
    ]
    assert own == []


def test_icons_named_in_the_source_are_shipped() -> None:
    shipped = {path.stem for path in asset("icons").glob("*.svg")}
    named: set[str] = set()
    for path in (ROOT / "ui").rglob("*.py"):
        text = path.read_text("utf-8")
        named |= set(re.findall(r"icon=\"([a-z0-9-]+)\"", text))
        named |= set(re.findall(r"(?:IconLabel|EmptyState|set_icon_name)\(\s*\"([a-z0-9-]+)\"", text))
    assert named - shipped == set()
    assert {"check", "triangle-alert"} <= shipped


def test_every_shipped_icon_is_used() -> None:
    sources = [*(ROOT / "ui").rglob("*.py"), *(ROOT / "eum_app").rglob("*.py"), *(ROOT / "assets").rglob("*.qss")]
    text = "\n".join(path.read_text("utf-8") for path in sources)
    idle = [path.stem for path in asset("icons").glob("*.svg") if not re.search(rf"[\":]{path.stem}[\"-]", text)]
    assert idle == []


@guarded
class Collecting(QWidget):
    """Notes whether the garbage collector could run while a new style reaches this widget."""

    could_collect: ClassVar[list[bool]] = []

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self.could_collect.append(gc.isenabled())


def test_forgotten_windows_are_kept_while_a_new_style_reaches_all(qtbot: QtBot, look: Theme) -> None:
    """Were they, Qt would go on with the pointer of a deleted window, and the program would end by a signal."""
    widget = Collecting()
    qtbot.addWidget(widget)
    widget.show()
    Collecting.could_collect.clear()
    look.set_mode("dark")
    assert Collecting.could_collect
    assert not any(Collecting.could_collect)
    assert gc.isenabled()


def test_forgotten_windows_are_kept_while_they_are_listed(qapp: QApplication) -> None:
    """Were they, the program would end by a signal: nothing is collected while pointers are turned into objects."""
    was_on: list[bool] = []

    def ask() -> list[QWidget]:
        was_on.append(gc.isenabled())
        return qapp.allWidgets()

    def fail() -> list[QWidget]:
        was_on.append(gc.isenabled())
        raise RuntimeError

    window = QWidget()
    assert gc.isenabled()
    assert window in gathered(ask)
    with pytest.raises(RuntimeError):
        gathered(fail)
    assert was_on == [False, False]
    assert gc.isenabled()
