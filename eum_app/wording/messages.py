"""What is said when something fails: what happened, whether the data is safe, what to do next.

Errors carry a code and values (`eum_app.domain.errors`); this module turns them into words for the windows and the
command line alike. It imports no Qt; where Qt is loaded already, its translations are used.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass

from eum_app.domain.errors import KnownError, Trouble
from eum_app.wording.messages_exchange import EXCHANGE_SENTENCES
from eum_app.wording.messages_machine import MACHINE_SENTENCES
from eum_app.wording.messages_marks import MARK_SENTENCES
from eum_app.wording.messages_paper import PAPER_SENTENCES
from eum_app.wording.messages_table import SENTENCES as CORE_SENTENCES

SENTENCES = CORE_SENTENCES | EXCHANGE_SENTENCES | MACHINE_SENTENCES | PAPER_SENTENCES

NOTHING_CHANGED = "Nothing was changed."
RECORDED_IS_SAFE = "Everything recorded before is safe."
_GENERIC_REFUSAL = ("This was refused ({code}).", "Check what was given and try again.")
_GENERIC_TROUBLE = ("The device could not do this ({code}).", "Try again; if it stays, tell HQ this code.")
_MARK_NEXT = "Scan again, or type the serial number."


@dataclass(frozen=True)
class Message:
    """Three short sentences; `is_trouble` says that the machine is at fault and not what was asked."""

    code: str
    what: str
    safe: str
    next: str
    is_trouble: bool

    def __str__(self) -> str:
        return " ".join(part for part in (self.what, self.safe, self.next) if part)


class _Values(dict[str, object]):
    """Values for a template; one that is not there shows as a question mark instead of failing the message."""

    def __missing__(self, key: str) -> object:
        return "?"


def sentence(error: KnownError) -> Message:
    """The message for an error. A code without a sentence gives an honest general one that names the code."""
    is_trouble = isinstance(error, Trouble)
    what, todo = _templates(error.code, is_trouble=is_trouble)
    values = _Values({name: _shown(value) for name, value in error.values.items()}, code=error.code)
    return Message(
        code=error.code,
        what=_capital(_translated(what).format_map(values)),
        safe=_translated(RECORDED_IS_SAFE if is_trouble else NOTHING_CHANGED),
        next=_translated(todo).format_map(values),
        is_trouble=is_trouble,
    )


def warning(code: str, values: Mapping[str, object]) -> str:
    """The sentence of a mark's warning (`mark.*`), which is no failure; the code itself where there is none."""
    template = MARK_SENTENCES.get(code, code)
    return _capital(_translated(template).format_map(_Values({name: _shown(value) for name, value in values.items()})))


def _templates(code: str, *, is_trouble: bool) -> tuple[str, str]:
    if code in SENTENCES:
        return SENTENCES[code]
    if code in MARK_SENTENCES:
        return MARK_SENTENCES[code] + ".", _MARK_NEXT
    return _GENERIC_TROUBLE if is_trouble else _GENERIC_REFUSAL


def _shown(value: object) -> str:
    if isinstance(value, list | tuple | set | frozenset):
        return ", ".join(str(part) for part in value)
    return str(value)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _translated(template: str) -> str:
    core = sys.modules.get("PySide6.QtCore")
    if core is None:
        return template
    return str(core.QCoreApplication.translate("messages", template))
