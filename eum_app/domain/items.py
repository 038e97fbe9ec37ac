"""Values of an item: serial, stock number, maker's code, monitoring level, and the key that identifies it.

The functions take text as people type it and return the value to store. Doubts are returned as codes, never sentences.
Sources: MIL-STD-130N (characters of serials and part numbers), the CAGE and NCAGE patterns of public NASA tooling for
FAR 52.204-25 checks, DLA cataloging (NSN), SAMM C8.3 and C8.4 (levels).
"""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum
from functools import lru_cache

ItemKey = tuple[str, str, str]

# US CAGE: no I and no O (NASA-889). Other nations' NCAGE codes differ, so a mismatch is a warning and never a refusal.
_US_CAGE = re.compile(r"[0-9][A-HJ-NP-Z0-9]{3}[0-9]", re.ASCII)
# FSC(4) + country code(2) + 3 + 4; there is no check digit.
_NSN = re.compile(r"([0-9]{4})-?([0-9]{2})-?([0-9]{3})-?([0-9]{4})", re.ASCII)
_OUTSIDE_MARK_SET = re.compile(r"[^A-Z0-9/-]")
# Words that forms, databases and programs write for a missing value; compared without spaces and brackets.
_PLACEHOLDERS = frozenset(
    {
        *("N/A", "NA", "N.A.", "N.A", "N/D", "N.D.", "N/K", "NK", "NONE", "NIL", "NULL", "NAN", "NAT", "TBD", "TBC"),
        *("TBA", "UNKNOWN", "UNK", "NOTKNOWN", "NOTAPPLICABLE", "NOTAVAILABLE", "NODATA", "NOVALUE", "NOTAPPL."),
        *("BLANK", "EMPTY", "MISSING", "NOTMARKED", "UNMARKED", "NOSERIAL", "NOUII", "NOIUID", "NOMARK", "\\N"),
        *("K.A.", "KA", "KEINE", "KEIN", "AUCUN", "AUCUNE", "NÉANT", "NINGUNO", "NENHUM", "BRAK", "YOK"),
        *("Н/Д", "Б/Н", "НЕТ", "НЕМАЄ", "無", "なし", "없음"),
    }
)
_NO_VALUE = re.compile(r"[-–—_.?*/\\]+")

# Only a–z: `str.upper` turns "ß" into "SS" and would invent a serial.
_UPPER = str.maketrans("abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ")
_DASHES = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212\ufe58\ufe63\uff0d", "-"))

_LEVEL_WORDS = {
    "EEUM": "EEUM",
    "ENHANCED": "EEUM",
    "ENHANCED EUM": "EEUM",
    "E": "EEUM",
    "REUM": "REUM",
    "ROUTINE": "REUM",
    "ROUTINE EUM": "REUM",
    "R": "REUM",
}


class EumLevel(StrEnum):
    """Monitoring level: enhanced (every serial, every year) or routine (quarterly check)."""

    EEUM = "EEUM"
    REUM = "REUM"


def clean(text: str) -> str:
    """Return `text` on one visible line.

    Full-width and half-width forms become normal width, dashes become "-", runs of spaces become one, spaces at the
    ends and invisible characters are removed. Other compatibility forms stay: NFKC would turn the footnote in `1234²`
    into a digit (UAX #15, 1.2).
    """
    if text.isascii() and text.isprintable():  # nearly every cell; the general path takes ten times as long
        return " ".join(text.split())
    folded = unicodedata.normalize("NFC", "".join(map(_narrowed, text))).translate(_DASHES)
    visible = "".join(" " if char.isspace() else char for char in folded if char.isspace() or not _is_invisible(char))
    # Removing characters may bring combining marks together. Composing again keeps `clean` idempotent.
    return unicodedata.normalize("NFC", " ".join(visible.split()))


def upper(text: str) -> str:
    """Return `clean(text)` with a–z in upper case; no other letter changes."""
    return clean(text).translate(_UPPER)


def room_of(location: str) -> str:
    """Return the room of a place that is written as `Vault 2 / Shelf C-09`; a place without a shelf is the room."""
    return location.partition(" / ")[0].strip()


def compact(text: str) -> str:
    """Return `upper(text)` without spaces, the form in which identifiers are compared.

    Spaces are not in the character set of marks.
    """
    if text.isascii() and text.isprintable():
        return text.replace(" ", "").upper()
    return unicodedata.normalize("NFC", upper(text).replace(" ", ""))


def normalise_serial(text: str) -> tuple[str, tuple[str, ...]]:
    """Return the serial to store in the form of `compact` (a–z in upper case, no spaces), and codes of warnings.

    These are `serial.normalised` (the text changed) and `serial.characters` (outside A–Z 0–9 - /). A blank text or a
    placeholder ("N/A", "-") gives "" and no warnings. The caller keeps the raw text.
    """
    serial = compact(text)
    if is_placeholder(text):
        return "", ()
    warnings = []
    if serial and serial != text:
        warnings.append("serial.normalised")
    if _OUTSIDE_MARK_SET.search(serial):
        warnings.append("serial.characters")
    return serial, tuple(warnings)


@lru_cache(maxsize=4096)  # most columns repeat a few values
def is_placeholder(text: str) -> bool:
    """Whether a cell states that its value is missing: `N/A`, `-`, `NULL`, `nan`, `(blank)`. An empty cell does not."""
    if not text or text[-1].isdigit():
        return False
    word = compact(text).upper()
    return bool(word) and (bool(_NO_VALUE.fullmatch(word)) or word.strip("()[]<>{}") in _PLACEHOLDERS)


def normalise_nsn(text: str) -> str | None:
    """Return a national stock number as 4-2-3-4 digits, or None if `text` does not have 13 digits.

    Dashes and spaces in `text` are optional.
    """
    match = _NSN.fullmatch(compact(text))
    return "-".join(match.groups()) if match else None


def check_cage(cage: str) -> str | None:
    """Return `cage.pattern` if `cage` (as from `compact`) does not match the US pattern, else None.

    It is a warning, never a refusal: codes of other nations differ.
    """
    return None if _US_CAGE.fullmatch(cage) else "cage.pattern"


def parse_eum_level(text: str) -> EumLevel | None:
    """Return the monitoring level that a common word names (Enhanced, EEUM, Routine, REUM …), or None."""
    word = _LEVEL_WORDS.get(upper(text))
    return EumLevel(word) if word else None


def item_key(cage: str, part_number: str, serial: str, nsn: str = "") -> ItemKey:
    """Return the key that two rows share if they are the same item: maker, part number, serial, each compacted.

    The stock number replaces a missing part number.
    """
    return compact(cage), compact(part_number) or compact(nsn), compact(serial)


def _narrowed(char: str) -> str:
    """Return the normal-width character for a full-width or half-width form, and any other character unchanged."""
    form, _, code = unicodedata.decomposition(char).partition(" ")
    return chr(int(code, 16)) if form in {"<wide>", "<narrow>"} else char


def _is_invisible(char: str) -> bool:
    return unicodedata.category(char) in {"Cc", "Cf", "Co", "Cn"}
