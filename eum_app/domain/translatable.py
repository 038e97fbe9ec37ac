"""Mark texts for translation without importing Qt."""

from __future__ import annotations

from collections.abc import Callable

Translate = Callable[[str, str], str]
"""Takes a context and an English text; returns the text in the reader's language."""


def QT_TRANSLATE_NOOP(context: str, text: str) -> str:
    """Return `text` unchanged. lupdate goes by the function's name and collects the text under `context`."""
    assert context
    return text


def in_english(context: str, text: str) -> str:
    """Return `text` unchanged: the `Translate` of the command line and of reports, which stay in English."""
    assert context
    return text
