"""Serial numbers that people, spreadsheets or worn labels may confuse.

Pairs of letters and digits: DoD IG report 2024-140 on scanning and reading. Letters of other scripts: UTS #39
(`script_look_alikes`). Leading zeros: spreadsheets drop them.
"""

from __future__ import annotations

import unicodedata
from string import ascii_uppercase, digits
from typing import NamedTuple

from eum_app.domain.script_look_alikes import LOOKS_LIKE

_LOOK_ALIKES = ("0O", "1IL", "5S", "8B", "2Z")
_TO_KEY = str.maketrans({character: group[0] for group in _LOOK_ALIKES for character in group})
MAX_SERIAL = 30
"""Longest serial of a mark (MIL-STD-130N)."""
_KEY_CHARACTERS = sorted({character.translate(_TO_KEY) for character in ascii_uppercase + digits + "-/"})


class Foreign(NamedTuple):
    """A character of another script, the one of identifiers that it looks like or is worth, and its script."""

    character: str
    looks_like: str
    script: str


def look_alike_key(serial: str) -> str:
    """Return a key that is equal for serials that may be confused.

    Upper case, 0 for O, 1 for I and L, and so on; look-alikes of other scripts and digits of any script as those of
    identifiers.
    """
    return in_plain_characters(serial).upper().translate(_TO_KEY)


def serial_confusions(serial: str) -> frozenset[str]:
    """Return the serials, in upper case, that differ from `serial` by one look-alike character (0/O, 1/I/L, …)."""
    upper = serial.upper()
    return frozenset(
        upper[:at] + other + upper[at + 1 :]
        for at, character in enumerate(upper)
        for group in _LOOK_ALIKES
        if character in group
        for other in group
        if other != character
    )


def one_character_off(key: str) -> frozenset[str]:
    """Return the keys at Levenshtein distance 1 from a look-alike key, for an index query.

    Only characters of marks are used (MIL-STD-130N: A–Z, 0–9, `-` and `/`): about 65 keys per character of `key`.
    """
    cuts = [(key[:at], key[at:]) for at in range(len(key) + 1)]
    return frozenset(
        {left + right[1:] for left, right in cuts if right}
        | {left + other + right[1:] for left, right in cuts if right for other in _KEY_CHARACTERS}
        | {left + other + right for left, right in cuts for other in _KEY_CHARACTERS}
    ) - {key}


def zeros_off(key: str) -> frozenset[str]:
    """Return the keys of up to `MAX_SERIAL` characters that differ from a look-alike key in leading zeros only.

    They are for an index query.
    """
    rest = key.lstrip("0")
    return frozenset("0" * zeros + rest for zeros in range(MAX_SERIAL + 1 - len(rest))) - {key, ""}


def differ_in_zeros(serial_a: str, serial_b: str) -> bool:
    """Whether two different serials may be the same one except for leading zeros. Look-alikes count as equal."""
    a, b = look_alike_key(serial_a), look_alike_key(serial_b)
    return a != b and a.lstrip("0") == b.lstrip("0")


def near(serial_a: str, serial_b: str) -> bool:
    """Whether two different serials may be the same one misread.

    They are look-alikes, or one character is changed, missing or extra (Levenshtein distance 1). Case is ignored.
    """
    if serial_a == serial_b:
        return False
    a, b = sorted((look_alike_key(serial_a), look_alike_key(serial_b)), key=len)
    if a == b:
        return True
    if len(b) - len(a) > 1:
        return False
    same = next((at for at, (one, other) in enumerate(zip(a, b, strict=False)) if one != other), len(a))
    return a[same + (len(a) == len(b)) :] == b[same + 1 :]


def foreign_in(text: str) -> tuple[Foreign, ...]:
    """Return the characters of other scripts in a text that look like one of identifiers, or are a digit, each once."""
    if text.isascii():
        return ()
    found = []
    for character in dict.fromkeys(text):
        plain = _plain(character)
        if plain != character:
            found.append(Foreign(character, plain, unicodedata.name(character, "?").split(" ")[0].capitalize()))
    return tuple(found)


def in_plain_characters(text: str) -> str:
    """Return a text with look-alikes of other scripts as the characters that they look like, and digits as digits.

    A text that is not ASCII is also brought to Unicode form NFKC.
    """
    if text.isascii():
        return text
    return "".join(map(_plain, unicodedata.normalize("NFKC", text)))


def _plain(character: str) -> str:
    if character.isascii():
        return character
    digit = unicodedata.digit(character, None)
    if digit is not None:
        return str(digit)
    return LOOKS_LIKE.get(character.upper()) or LOOKS_LIKE.get(character) or character
