"""Two serial numbers in one font, one over the other, with the characters marked in which they differ."""

from __future__ import annotations

import html
from difflib import SequenceMatcher

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QLabel

from ui.kit.theme import theme
from ui.kit.tips import set_tip
from ui.kit.widgets import KeyValueGrid, label

translate = QCoreApplication.translate

_SIZE = 18  # large enough to tell 0 from O


class Compared(KeyValueGrid):
    """Show what was read and what the book has."""

    def __init__(self, read: str, book: str) -> None:
        super().__init__(margins=(0, 0, 0, 0), key_width=64)
        self._read, self._book = read, book
        self._first, self._second = _value(read), _value(book)
        self.add(translate("match", "Read"), self._first)
        self.add(translate("match", "Book"), self._second)
        said = marked(read, book)[2]
        self.setAccessibleName(said)
        set_tip(self, said)
        self._fit()
        theme().changed.connect(self._fit)

    def _fit(self) -> None:
        first, second, _said = marked(self._read, self._book)
        for value, shown in ((self._first, first), (self._second, second)):
            value.setText(_large(shown))


def _large(shown: str) -> str:
    return f'<span style="font-size: {theme().dp(_SIZE)}px;">{shown}</span>'


def _value(plain: str) -> QLabel:
    value = label("", "mono")
    value.setTextFormat(Qt.TextFormat.RichText)
    value.setAccessibleName(plain)
    return value


def marked(read: str, book: str) -> tuple[str, str, str]:
    """Return both texts as HTML with the differences marked (not by color alone), and the differences in words.

    Equal texts give no words.
    """
    steps = SequenceMatcher(None, read, book, autojunk=False).get_opcodes()
    first = "".join(_part(read[a:b], is_other=kind != "equal") for kind, a, b, _, _ in steps)
    second = "".join(_part(book[c:d], is_other=kind != "equal") for kind, _, _, c, d in steps)
    template = translate("match", "at character {at}: read {read}, book {book}")
    nothing = translate("match", "nothing")
    said = [
        template.format(at=a + 1, read=read[a:b] or nothing, book=book[c:d] or nothing)
        for kind, a, b, c, d in steps
        if kind != "equal"
    ]
    return first, second, "; ".join(said)


def _part(text: str, *, is_other: bool) -> str:
    shown = html.escape(text).replace(" ", "&nbsp;")
    if not is_other or not text:
        return shown
    look = theme()
    style = f"background-color: {look.color('warn_soft').name()}; color: {look.color('warn').name()};"
    return f'<span style="{style} font-weight: 700; text-decoration: underline;">{shown}</span>'
