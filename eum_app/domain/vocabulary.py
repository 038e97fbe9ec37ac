"""Closed vocabularies, and values that a newer version may add to them.

Each closed vocabulary is a `StrEnum` beside the rules that use it (`visits.Outcome`, `people.Role` …). Its members are
the wire text, so facts, database rows, CSV and JSON hold the same bytes as plain strings would.

Facts decode to `str`, because msgspec refuses unknown enum values and a newer device's fact must stay readable. Code
that acts on a value reads it with `read_as`; the type checker then requires the case of `Unknown`.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Any, Final, Self, TypeVar

Vocabulary = TypeVar("Vocabulary", bound=StrEnum)

MAX_SHOWN: Final = 60
"""Characters of an unknown value that are shown. The stored value is not cut."""
_UNSEEN: Final = re.compile("[\u0000-\u001f\u007f-\u009f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")
"""Invisible characters and those that reverse text; a hostile device may put them into any value."""


class Unknown(StrEnum):
    """A value that this version does not know, with its text: `Unknown("sighted_by_drone")`.

    As an enum it is encoded by msgspec, stored by every database driver, and compared like its text. Any text makes a
    value; the only named member is the empty text.
    """

    EMPTY = ""
    """The empty text: nothing was stated."""

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        if not isinstance(value, str):
            return None
        member: Any = str.__new__(cls, value)
        member._name_ = "UNKNOWN"
        member._value_ = value
        return member  # type: ignore[no-any-return]

    def __repr__(self) -> str:
        return f"UNKNOWN({str.__repr__(self)})"

    @property
    def shown(self) -> str:
        """The first `MAX_SHOWN` characters, with invisible ones replaced by their code points; "…" if more follow."""
        text = str(self)
        visible = _UNSEEN.sub(lambda found: f"\\u{ord(found.group()):04x}", text[:MAX_SHOWN])
        return visible if len(text) <= MAX_SHOWN else f"{visible}…"


def read_as(vocabulary: type[Vocabulary], text: str) -> Vocabulary | Unknown:
    """Return the member of `vocabulary` with this text, or `Unknown` with the same text. Never raises."""
    member = vocabulary._value2member_map_.get(text)
    return member if isinstance(member, vocabulary) else Unknown(text)


def member_of(vocabulary: type[Vocabulary], text: str) -> Vocabulary | None:
    """Return the member of `vocabulary` with this text, or None. For input that may be refused."""
    member = vocabulary._value2member_map_.get(text)
    return member if isinstance(member, vocabulary) else None
