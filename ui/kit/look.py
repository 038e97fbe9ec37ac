"""Apply the saved look: theme, size of buttons, text size."""

from __future__ import annotations

from ui.kit.settings import DENSITY, SCALE, THEME, Settings
from ui.kit.theme import theme


def use_look(settings: Settings, changed: object = None) -> None:
    """Apply the saved look. With `changed`, apply only that entry, so that changes made by keys stay."""
    look = theme()
    if changed in {None, THEME}:
        look.set_mode(settings.value(THEME))
    if changed in {None, DENSITY}:
        look.set_density(settings.value(DENSITY))
    if changed in {None, SCALE}:
        look.set_scale(settings.value(SCALE))
