"""Kinds of places that typed keys go to: text fields, searches, and buttons, answers and lists."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol, runtime_checkable

from PySide6.QtWidgets import QAbstractSpinBox, QComboBox, QLineEdit, QPlainTextEdit, QTextEdit, QWidget

from eum_app.scanning.wedge_run import Place
from ui.kit.widgets import SearchField


@runtime_checkable
class TakesAnswers(Protocol):
    """A control whose question single keys answer."""

    answer_keys: frozenset[str]
    """Lower-case letters."""


@runtime_checkable
class AsksQuestions(Protocol):
    """A list of questions."""

    def open_questions(self) -> int:
        """Return the number of questions without an answer."""
        ...


def takes_text(widget: QWidget | None) -> bool:
    """Return whether typed letters change the text of a widget. False for a read-only field and for None."""
    if isinstance(widget, QLineEdit | QPlainTextEdit | QTextEdit | QAbstractSpinBox):
        return not widget.isReadOnly()
    return isinstance(widget, QComboBox) and widget.isEditable()


def place_of(widget: QWidget | None) -> Place:
    """Return what kind of place has the focus. Questions are counted, so call this once a run.

    `text` is a field on a page that takes scans, `search` any other field and each search field. All else, and None, is
    `keys`, with the number of open questions around it.
    """
    if widget is None:
        return Place("keys")
    if takes_text(widget):
        takes_scans = any(getattr(one, "takes_scans", False) for one in _with_parents(widget))
        return Place("text" if takes_scans and not isinstance(widget, SearchField) else "search", field=id(widget))
    asked = next((one for one in _with_parents(widget) if isinstance(one, AsksQuestions)), None)
    return Place("keys", open_questions=asked.open_questions() if asked is not None else 0)


def is_answer(widget: QWidget | None, text: str) -> bool:
    """Return whether a key answers the question that has the focus, in either letter case. False for an empty text."""
    found = (one for one in _with_parents(widget) if isinstance(one, TakesAnswers))
    return any(text.lower() in one.answer_keys for one in found) if text else False


def _with_parents(widget: QWidget | None) -> Iterator[QWidget]:
    while widget is not None:
        yield widget
        widget = widget.parentWidget()
