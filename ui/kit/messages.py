"""Messages and words for codes, in the window's language. The texts are in `eum_app.wording`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from eum_app.domain.errors import KnownError
from eum_app.wording import list_words, messages, reading
from eum_app.wording.messages import Message

translate = QCoreApplication.translate


if TYPE_CHECKING:  # the unlock page imports this, and must load neither SQLAlchemy nor msgspec
    from db.queries.reading import Reading
    from eum_app.domain.inventory_rows import RowWarning
    from eum_app.domain.list_differences import Difference


def sentence(error: KnownError) -> Message:
    """Return the message for an error: what happened, whether the data is safe, what to do next.

    A code that has no sentence gets a general one that names the code.
    """
    return messages.sentence(error, translate)


def warning(code: str, values: Mapping[str, object]) -> str:
    """Return the sentence of a mark's warning (`mark.*`); the code itself where there is none."""
    return messages.warning(code, values, translate)


def column_word(column: str) -> str:
    """Return the name of a list's column; for an unknown one its key, with spaces and a capital."""
    return list_words.column_word(column, translate)


def what_is_doubtful(warning: RowWarning) -> str:
    """Return a row's warning in words; the code itself where this version does not know it."""
    return list_words.what_is_doubtful(warning.code, translate, warning.foreign)


def doubts_of(warnings: Iterable[RowWarning]) -> list[str]:
    """Return each kind of warning once, in words, in the order of first appearance."""
    return [words for words, _lines in list_words.doubts_with_lines(warnings, translate)]


def why_refused(code: str, values: Mapping[str, str]) -> str:
    """Return one reason for a row's rejection in words; code and value where this version does not know it.

    `values` holds the cell's text by code (`RowOutcome.values`). Its first 60 characters are quoted, line feeds as ⏎; a
    dash if there is none.
    """
    return list_words.why_refused(code, values, translate)


def what_differs(difference: Difference) -> str:
    """Return a column in which a row differs from the book, with both values; a dash if the book has none."""
    return list_words.what_differs(difference, translate)


def list_note(code: str, values: Mapping[str, str]) -> str:
    """Return a note about a whole list in words; the code itself where this version does not know it.

    A missing value is shown as a dash.
    """
    return list_words.list_note(code, values, translate)


def how_read(found: Reading) -> str:
    """Return e.g. `read by camera, Data Matrix, as it stood`; empty when nothing was read."""
    return reading.how_read(found, translate)
