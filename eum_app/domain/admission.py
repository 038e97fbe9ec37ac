"""Admission of facts that another machine stated, in two levels.

*Form*: a fact that does not decode, leaves its visit empty, or holds an impossible time, control characters, endless
text or an endless code, stays in the journal and is applied to nothing (`UnreadableFact`). *Plausibility*: a doubtful
time or an unknown value is applied and shown as such (`clock.is_doubtful_time`, `vocabulary.Unknown`). Both raise a
finding; neither stops a device's chain.
"""

from __future__ import annotations

import re
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

import msgspec

from eum_app.domain.facts import Fact, UnknownFact, UnreadableFact
from eum_app.domain.journal import Entry
from eum_app.domain.unreadable import Malformed

MAX_TEXT_CHARS: Final = 20_000
"""Longer than any text that this program or an earlier version lets a person enter."""

MAX_KEY_BYTES: Final = 5_000
"""Longer than the public key of any suite."""
MAX_NAME_BYTES: Final = 600
"""More than any id, code or serial number has, as UTF-8.

Up to four of them are in one index, and PostgreSQL refuses an entry of more than 2,704 bytes.
"""
_NAMES: Final = frozenset(
    {"account", "device", "origin", "head_origin", "serial", "uii", "how", "role", "suite", "file_name", "imprint"}
    | {"expected", "items", "revoked", "sha384", "file_sha384", "report", "sender", "recipient", "hq"}
)
"""Fields with such values, beside those whose names end in `_id` or `_at`."""
_MAY_BE_LONG: Final = re.compile(rb'[^"]{%d}|\\"' % MAX_NAME_BYTES)
"""A text of JSON that may have more bytes; quotation marks in it are escaped."""

_CONTROL: Final = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]")
"""Control characters that lay out no text. Terminals obey them, and PostgreSQL stores no NUL."""
_MAY_CONTROL: Final = re.compile(rb"\\[bfu]|\x7f|\xc2[\x80-\x9f]")
"""Bytes of JSON in which control characters may be; most facts have none, so their texts are not searched."""


def admitted(entry: Entry, fact: Fact | UnknownFact) -> Fact | UnknownFact:
    """Return the fact of an entry if their form is right, else an `UnreadableFact`.

    Applies to entries of enrolled devices at HQ, whether they come from a bundle or are in the journal already.
    """
    if isinstance(fact, UnreadableFact):
        return fact
    why = _malformed(entry, fact)
    return fact if why is None else UnreadableFact(entry.kind, entry.kind_version, why)


def _malformed(entry: Entry, fact: Fact | UnknownFact) -> Malformed | None:
    """Return the fault of the entry itself, or of its fact; of a fact of an unknown kind nothing more is known."""
    if not is_instant(entry.recorded_at):
        return Malformed.TIME
    named = (entry.actor, entry.session_id, entry.kind)
    if not all(map(_is_plain, named)):
        return Malformed.CHARACTERS
    if max(map(_utf8_bytes, named)) > MAX_NAME_BYTES:
        return Malformed.LENGTH
    return None if isinstance(fact, UnknownFact) else _malformed_fact(fact, entry.payload)


def _malformed_fact(fact: Fact, payload: bytes) -> Malformed | None:
    if not is_instant(fact.observed_at):
        return Malformed.TIME
    if getattr(fact, "visit_id", None) == "":  # what a device states about visits is about one that it has
        return Malformed.SHAPE
    return _malformed_text(fact) if _may_be_malformed(payload) else None


def _may_be_malformed(payload: bytes) -> bool:
    if len(payload) > MAX_TEXT_CHARS or (len(payload) > MAX_NAME_BYTES and _MAY_BE_LONG.search(payload) is not None):
        return True
    # Most facts have none of these bytes, and looking for them is much faster than the expression.
    is_plain = payload.isascii() and b"\\" not in payload and b"\x7f" not in payload
    return not is_plain and _MAY_CONTROL.search(payload) is not None


def _malformed_text(fact: Fact) -> Malformed | None:
    # Fields that this version does not know are not searched: they are shown nowhere.
    pending: list[tuple[str, Any]] = [("", msgspec.to_builtins(fact, builtin_types=(bytes,)))]
    while pending:
        field, value = pending.pop()
        if isinstance(value, str):
            if len(value) > MAX_TEXT_CHARS or (_is_name(field) and _utf8_bytes(value) > MAX_NAME_BYTES):
                return Malformed.LENGTH
            if _CONTROL.search(value):
                return Malformed.CHARACTERS
        elif isinstance(value, bytes):
            if field == "public_key" and len(value) > MAX_KEY_BYTES:
                return Malformed.LENGTH
        elif isinstance(value, dict):
            pending += [(field, name) for name in value]
            pending += value.items()
        elif isinstance(value, list | tuple):
            pending += [(field, one) for one in value]
    return None


def _utf8_bytes(text: str) -> int:
    return len(text.encode(errors="surrogatepass"))


def _is_name(field: str) -> bool:
    return field in _NAMES or field.endswith(("_id", "_at"))


@lru_cache(maxsize=256)  # the entries of a bundle have few actors
def _is_plain(name: str) -> bool:
    return not _CONTROL.search(name)


@lru_cache(maxsize=1024)  # the facts of one act share their times
def is_instant(text: str) -> bool:
    """Whether this is UTC text as `clock.utc_text` writes it, and an instant of the calendar."""
    marks = text[4:5] + text[7:8] + text[10:11] + text[13:14] + text[16:17] + text[19:20] + text[26:]
    if marks != "--T::.Z" or text[11:13] == "24":  # from Python 3.14 on, 24:00 is read as the next day
        return False
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True
