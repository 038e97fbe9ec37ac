"""The language of the windows: Qt catalogs, and texts outside a QObject."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from PySide6.QtCore import QCoreApplication, QTranslator

from assets import asset

translate = QCoreApplication.translate


CATALOGS: Final = asset("i18n")


class Texts:
    """Texts with a number of one context, for functions outside a QObject.

    lupdate takes the name before `.tr` as the context: bind the object to a variable of the context's name. (It finds
    the plural of `translate` only where the number is a literal.)
    """

    def __init__(self, context: str) -> None:
        self._context = context

    def tr(self, text: str, note: str = "", number: int = -1) -> str:
        """Return `text` in the window's language; `note` tells translators more, `number` chooses the plural form."""
        return translate(self._context, text, note, number)


def load_catalog(app: QCoreApplication, path: Path = CATALOGS / "eum_en.qm") -> QTranslator:
    """Install a catalog in front of those loaded before, and return it. English needs one for its plurals.

    Raises FileNotFoundError when there is no readable catalog at `path`.
    """
    made = QTranslator(app)
    if not made.load(str(path)):
        raise FileNotFoundError(path)
    app.installTranslator(made)
    return made
