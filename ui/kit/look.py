"""The kept look, put into force: theme, size of buttons, text size."""

from __future__ import annotations

from ui.kit.settings import DENSITY, SCALE, THEME, Settings
from ui.kit.theme import theme


def use_look(settings: Settings, changed: object = None) -> None:
    """Use the look that is kept; where one entry is named, only that one, so that what keys changed stays."""
    look = theme()
    if changed in {None, THEME}:
        look.set_mode(settings.value(THEME))
    if changed in {None, DENSITY}:
        look.set_density(settings.value(DENSITY))
    if changed in {None, SCALE}:
        look.set_scale(settings.value(SCALE))
