"""Turn an error's code and values into words: what happened, whether the data is safe, what to do next.

Errors carry a code and values (`eum_app.domain.errors`). The command line shows the English texts; windows pass Qt's
`translate` (`ui.kit.messages`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from eum_app.domain.clock import UTC_TEXT_LENGTH, instant_words, utc_text
from eum_app.domain.errors import KnownError, Trouble
from eum_app.domain.translatable import QT_TRANSLATE_NOOP, Translate, in_english
from eum_app.wording.messages_accounts import ACCOUNT_SENTENCES
from eum_app.wording.messages_authority import AUTHORITY_SENTENCES
from eum_app.wording.messages_damage import DAMAGE_SENTENCES
from eum_app.wording.messages_deficiencies import DEFICIENCY_SENTENCES
from eum_app.wording.messages_exchange import EXCHANGE_SENTENCES
from eum_app.wording.messages_inquiries import INQUIRY_SENTENCES
from eum_app.wording.messages_items import ITEM_SENTENCES
from eum_app.wording.messages_late import LATE_SENTENCES
from eum_app.wording.messages_lists import LIST_SENTENCES
from eum_app.wording.messages_machine import MACHINE_SENTENCES
from eum_app.wording.messages_marks import MARK_SENTENCES
from eum_app.wording.messages_paper import PAPER_SENTENCES
from eum_app.wording.messages_proofs import PROOF_SENTENCES
from eum_app.wording.messages_records import RECORD_SENTENCES
from eum_app.wording.messages_scanners import SCANNER_SENTENCES
from eum_app.wording.messages_store import STORE_SENTENCES
from eum_app.wording.messages_time import TIME_PROOF_SENTENCES
from eum_app.wording.messages_visits import VISIT_SENTENCES

SENTENCES = (
    ACCOUNT_SENTENCES
    | AUTHORITY_SENTENCES
    | VISIT_SENTENCES
    | ITEM_SENTENCES
    | INQUIRY_SENTENCES
    | DEFICIENCY_SENTENCES
    | LIST_SENTENCES
    | STORE_SENTENCES
    | DAMAGE_SENTENCES
    | EXCHANGE_SENTENCES
    | LATE_SENTENCES
    | MACHINE_SENTENCES
    | PAPER_SENTENCES
    | PROOF_SENTENCES
    | RECORD_SENTENCES
    | SCANNER_SENTENCES
    | TIME_PROOF_SENTENCES
)

CONTEXT: Final = "messages"
NOTHING_CHANGED = QT_TRANSLATE_NOOP("messages", "Nothing was changed.")
RECORDED_IS_SAFE = QT_TRANSLATE_NOOP("messages", "Everything recorded before is safe.")
_GENERIC_REFUSAL = (
    QT_TRANSLATE_NOOP("messages", "This was refused ({code})."),
    QT_TRANSLATE_NOOP("messages", "Check your input and try again."),
)
_GENERIC_TROUBLE = (
    QT_TRANSLATE_NOOP("messages", "This could not be done ({code})."),
    QT_TRANSLATE_NOOP("messages", "Try again; if this happens again, tell HQ this code."),
)
_MARK_NEXT = QT_TRANSLATE_NOOP("messages", "Scan again, or type the serial number.")


@dataclass(frozen=True)
class Message:
    """Three short sentences. `is_trouble` is True if the computer is at fault, False if the request was refused."""

    code: str
    what: str
    safe: str
    next: str
    is_trouble: bool

    def __str__(self) -> str:
        return " ".join(part for part in (self.what, self.safe, self.next) if part)


class _Values(dict[str, object]):
    """Values for a template. A missing one is shown as a question mark, so that the message does not fail."""

    def __missing__(self, key: str) -> object:
        return "?"


def sentence(error: KnownError, translate: Translate = in_english) -> Message:
    """Return the message for an error. A code without a sentence gets a general one that names the code.

    Values are quoted as they are, also line breaks; instants are shown as UTC in words, several values with commas. A
    missing one is shown as a question mark.
    """
    is_trouble = isinstance(error, Trouble)
    what, todo = _templates(error.code, translate, is_trouble=is_trouble)
    values = _Values({name: _shown(value) for name, value in error.values.items()}, code=error.code)
    return Message(
        code=error.code,
        what=_filled(what, values),
        safe=translate(CONTEXT, RECORDED_IS_SAFE if is_trouble else NOTHING_CHANGED),
        next=todo.format_map(values),
        is_trouble=is_trouble,
    )


def warning(code: str, values: Mapping[str, object], translate: Translate = in_english) -> str:
    """Return the sentence of a mark's warning (`mark.*`), or the code if there is none."""
    template = MARK_SENTENCES.get(code, code)
    return _filled(translate(CONTEXT, template), _Values({name: _shown(value) for name, value in values.items()}))


def _templates(code: str, translate: Translate, *, is_trouble: bool) -> tuple[str, str]:
    if code in MARK_SENTENCES:
        return translate(CONTEXT, MARK_SENTENCES[code]) + ".", translate(CONTEXT, _MARK_NEXT)
    what, todo = SENTENCES.get(code, _GENERIC_TROUBLE if is_trouble else _GENERIC_REFUSAL)
    return translate(CONTEXT, what), translate(CONTEXT, todo)


def _shown(value: object) -> str:
    if isinstance(value, list | tuple | set | frozenset):
        return ", ".join(str(part) for part in value)
    if isinstance(value, datetime) and value.tzinfo is not None:
        value = utc_text(value)
    text = str(value)
    return instant_words(text) if len(text) == UTC_TEXT_LENGTH else text


def _filled(template: str, values: _Values) -> str:
    """Return a template with its values and a capital first letter; a value in front keeps its own spelling."""
    return (template[:1].upper() + template[1:]).format_map(values)
