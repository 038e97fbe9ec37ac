"""Colours and line widths of each theme, and the contrast between them. No Qt here.

`assets/style/tokens.json` is the only place that names a colour; `app.qss` and every painter ask for it by token.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache

from assets import asset

THEMES = ("light", "dark", "sunlight")

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
# Lines that tell where a control ends, and coloured bars: 3:1 (WCAG 2.1 AA, 1.4.11).
LINE_PAIRS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("field", ("paper", "panel")),
    ("accent", ("paper", "bg")),
    ("scan_ok", ("scan_bg",)),
    ("scan_in", ("scan_bg",)),
    ("scan_warn", ("scan_bg",)),
    ("scan_bad", ("scan_bg",)),
)


@dataclass(frozen=True)
class Tokens:
    """One theme: colours as `#rrggbb` by token, and the width of a line in logical pixels at 100 %."""

    name: str
    colors: dict[str, str]
    stroke: int


@cache
def tokens(name: str) -> Tokens:
    """The tokens of `name`, one of `THEMES`. Raises KeyError for any other name."""
    themes: dict[str, dict[str, str | int]] = json.loads(asset("style", "tokens.json").read_text("utf-8"))
    values = themes[name]
    colors = {token: value for token, value in values.items() if isinstance(value, str)}
    return Tokens(name=name, colors=colors, stroke=int(values["stroke"]))


def contrast(first: str, second: str) -> float:
    """Contrast ratio of two `#rrggbb` colours, 1 to 21 (WCAG 2.1, definition of contrast ratio)."""
    lighter, darker = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(color: str) -> float:
    """Relative luminance, 0 to 1 (WCAG 2.1, definition of relative luminance)."""
    channels = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
