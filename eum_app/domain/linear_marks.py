"""Data identifiers in symbols without an envelope: `25SD1HLD9…`, `18S1HLD9000001`, `S000001` in Code 39 or Code 128.

Data identifiers are the same in linear symbols (ANSI MH10.8.2), but a linear symbol does not state that it holds one: a
serial number may begin with the same characters. So a meaning is only offered, never taken.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from eum_app.domain.errors import Refusal
from eum_app.domain.mark_elements import Elements
from eum_app.domain.mark_syntax import Element
from eum_app.domain.uiis import formed_of, serial_of

_IDENTIFIERS: Final = ("25S", "18S", "22S", "UID", "USN", "SER", "UCN", "S", "I")


class Meaning(NamedTuple):
    """Meaning of text that begins with a data identifier: a UII, a serial number, or both ("" if there is none)."""

    uii: str
    serial: str


def linear_meanings(text: str) -> Iterator[Meaning]:
    """Yield each meaning of plain text as a data identifier and its value; nothing if it begins with none."""
    for identifier in _IDENTIFIERS:
        value = text[len(identifier) :].strip()
        if not text.startswith(identifier) or not value:
            continue
        elements = Elements((Element(identifier, value),))
        try:
            uii = next((one.uii.value for one in formed_of(elements)), "")
        except Refusal:  # too long, or not printable
            continue
        serial = serial_of(elements) or ""
        if uii or serial:
            yield Meaning(uii, serial)
