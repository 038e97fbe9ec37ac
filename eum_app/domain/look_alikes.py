"""Serial numbers that people or worn labels may confuse. Pairs: DoD IG report 2024-140 on scanning and reading."""

from __future__ import annotations

from string import ascii_uppercase, digits

_LOOK_ALIKES = ("0O", "1IL", "5S", "8B", "2Z")
_TO_KEY = str.maketrans({character: group[0] for group in _LOOK_ALIKES for character in group})
_KEY_CHARACTERS = sorted({character.translate(_TO_KEY) for character in ascii_uppercase + digits + "-/"})


def look_alike_key(serial: str) -> str:
    """Return a key that is equal for serials that may be confused: upper case, 0 for O, 1 for I and L, and so on."""
    return serial.upper().translate(_TO_KEY)


def serial_confusions(serial: str) -> frozenset[str]:
    """Return the serials that differ from `serial` by one look-alike character (0/O, 1/I/L, …)."""
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
