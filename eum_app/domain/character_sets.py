"""Character sets that a symbol states for its data: extended channel interpretations (ECI).

A scanner that passes them on says so in the AIM prefix (ISO/IEC 15424). The data then holds a designator, a backslash
and six digits, before the bytes that it covers, and a backslash of the data is doubled. Numbers of the sets: AIM ECI
assignments, ITS/04-023.
"""

from __future__ import annotations

import re
from typing import Final

from eum_app.domain.errors import Refusal

_PREFIXES: Final = frozenset(
    {
        *("]d4", "]d5", "]d6"),  # Data Matrix
        *("]Q2", "]Q4", "]Q6"),  # QR
        *("]z3", "]z4", "]z5", "]z9", "]zA", "]zB"),  # Aztec
        "]L1",  # PDF417
        *("]U2", "]U3"),  # MaxiCode
    }
)
_CODECS: Final = {
    **dict.fromkeys((0, 2), "cp437"),
    **dict.fromkeys((1, 3), "iso8859-1"),
    **{2 + part: f"iso8859-{part}" for part in (2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 14, 15, 16)},
    20: "shift_jis",
    21: "cp1250",
    22: "cp1251",
    23: "cp1252",
    24: "cp1256",
    25: "utf-16-be",
    26: "utf-8",
    27: "ascii",
    28: "big5",
    29: "gb2312",
    30: "euc_kr",
    31: "gbk",
    32: "gb18030",
    33: "utf-16-le",
    34: "utf-32-be",
    35: "utf-32-le",
    170: "ascii",
}
_DESIGNATOR: Final = re.compile(rb"(?<!\\)((?:\\\\)*)\\([0-9]{6})")


def states_character_sets(aim_prefix: str) -> bool:
    """Whether the AIM prefix says that the data holds designators of character sets."""
    return aim_prefix in _PREFIXES


def interpreted(data: bytes) -> str:
    r"""Return the text of data with designators, each run of bytes in the set that was stated for it.

    Bytes before the first designator are read as `undesignated` does. Raises Refusal `mark.character_set_unknown` (the
    set has no codec here), `mark.character_set_wrong` (the bytes are not text of their set).
    """
    parts = _DESIGNATOR.split(data)  # data, doubled backslashes, number, data, …
    text: list[str] = []
    number: int | None = None
    for at in range(0, len(parts), 3):
        doubled = parts[at + 1] if at + 1 < len(parts) else b""
        text.append(_decoded((parts[at] + doubled).replace(b"\\\\", b"\\"), number))
        if at + 2 < len(parts):
            number = int(parts[at + 2])
    return "".join(text)


def undesignated(data: bytes) -> str:
    """Return the text of data without a stated set: UTF-8 if it is that, else Latin-1 (ISO/IEC 16022, 15438)."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("iso8859-1")


def _decoded(data: bytes, number: int | None) -> str:
    if not data or number is None:
        return undesignated(data)
    codec = _CODECS.get(number)
    if codec is None:
        raise Refusal("mark.character_set_unknown", number=number)
    try:
        return data.decode(codec)
    except UnicodeDecodeError:
        raise Refusal("mark.character_set_wrong", number=number) from None
