"""Colors and line widths of each theme. No Qt here.

`assets/style/tokens.json` is the only file that defines a color; `app.qss` and every painter use tokens.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache

from assets import asset

THEMES = ("light", "dark", "sunlight")


@dataclass(frozen=True)
class Tokens:
    """One theme: colors as `#rrggbb` by token, and the width of a line in logical pixels at 100 %."""

    name: str
    colors: dict[str, str]
    stroke: int


@cache
def tokens(name: str) -> Tokens:
    """Return the tokens of `name`, one of `THEMES`. Raises KeyError for any other name."""
    themes: dict[str, dict[str, str | int]] = json.loads(asset("style", "tokens.json").read_text("utf-8"))
    values = themes[name]
    colors = {token: value for token, value in values.items() if isinstance(value, str)}
    return Tokens(name=name, colors=colors, stroke=int(values["stroke"]))
