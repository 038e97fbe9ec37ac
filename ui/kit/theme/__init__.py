"""The look of the app: tokens, fonts, icons, and the only style sheet."""

from ui.kit.theme.status import STATUS, StatusMark, status_mark
from ui.kit.theme.theme import MODES, Theme, dress, gathered, inset, theme

__all__ = ["MODES", "STATUS", "StatusMark", "Theme", "dress", "gathered", "inset", "status_mark", "theme"]
