"""Serial numbers that a person, or a worn label, may confuse. Pairs: DoD IG report 2024-140 on scanning and reading."""

from __future__ import annotations

_LOOK_ALIKES = ("0O", "1IL", "5S", "8B", "2Z")
_TO_KEY = str.maketrans({character: group[0] for group in _LOOK_ALIKES for character in group})


def look_alike_key(serial: str) -> str:
    """The same text for serial numbers that a person may confuse: upper case, 0 for O, 1 for I and L, and so on."""
    return serial.upper().translate(_TO_KEY)


def serial_confusions(serial: str) -> frozenset[str]:
    """The serial numbers that differ from `serial` in one character which looks like another (0/O, 1/I/L, …)."""
    upper = serial.upper()
    return frozenset(
        upper[:at] + other + upper[at + 1 :]
        for at, character in enumerate(upper)
        for group in _LOOK_ALIKES
        if character in group
        for other in group
        if other != character
    )


def near(serial_a: str, serial_b: str) -> bool:
    """Whether two different serial numbers may be the same one misread: look-alikes, or one character changed,
    missing or too many (Levenshtein distance 1), letter case aside."""
    if serial_a == serial_b:
        return False
    a, b = sorted((look_alike_key(serial_a), look_alike_key(serial_b)), key=len)
    if a == b:
        return True
    if len(b) - len(a) > 1:
        return False
    same = next((at for at, (one, other) in enumerate(zip(a, b, strict=False)) if one != other), len(a))
    return a[same + (len(a) == len(b)) :] == b[same + 1 :]
