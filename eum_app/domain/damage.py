"""Damage that a spreadsheet, an old program or a wrong encoding does to an identifier.

A serial typed as `MAR17` or `12E3` becomes a date or a number, and its text is lost. The displays of dates and numbers
are those of Excel and LibreOffice in their languages (Microsoft support, "Stop automatically changing numbers to dates"
and "Excel specifications and limits": 15 digits). The functions take text and return a code; they do no I/O.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final, Literal

from eum_app.domain.items import clean
from eum_app.domain.month_names import ENGLISH, OTHERS

Damage = Literal["scientific_notation", "date", "decimal", "digits_lost", "spreadsheet_error", "characters_lost"]

DOUBTFUL: Final[frozenset[Damage]] = frozenset({"scientific_notation", "date", "decimal", "digits_lost"})
"""Damage that a correct plate may look like (`MAR-05`, `9-5-2005`); a person may confirm the value from the plate."""

_YEARS: Final = range(1300, 2800)
"""Years of a date in any calendar of Excel:

Hijri, Gregorian, Buddhist. Others are not dates: 5855-01-12 is a stock number.
"""
_SCIENTIFIC = re.compile(
    r"[+-]?(?:[0-9]+(?:[.,][0-9]*)?E[+-][0-9]{1,3}|[0-9]*[.,][0-9]*E[+-]?[0-9]{1,3}|[0-9]+[.,][0-9]+[X×*]10\^?[+-]?[0-9]+)"
)
# A long fraction is the remainder of a computation: 716634.9999999999.
_DECIMAL = re.compile(r"[+-]?[0-9]+[.,](?:0+|[0-9]{7,})")
# Nearly every identifier: no separator, or a letter beside a digit that no date and no number has (not E, not T).
_PLAIN = re.compile(r"[A-Z0-9]*|[A-Z0-9/-]*(?:[A-DF-SU-Z][0-9]|[0-9][A-DF-SU-Z])[A-Z0-9/-]*")
_PRECISION = re.compile(r"(?=0*[1-9])[0-9]{15}0+")
_SHAPES: Final[tuple[tuple[Damage, re.Pattern[str]], ...]] = (
    ("scientific_notation", _SCIENTIFIC),
    ("decimal", _DECIMAL),
    ("digits_lost", _PRECISION),
)
_YEAR_FIRST = re.compile(r"([0-9]{4})([-/.])([0-9]{1,2})\2([0-9]{1,2})\.?")
_YEAR_LAST = re.compile(r"([0-9]{1,2})([-/.])([0-9]{1,2})\2([0-9]{4})\.?")
# No dashes here: no spreadsheet displays a short year with dashes by default, and plates do show 12-05-44.
_SHORT_YEAR = re.compile(r"([0-9]{1,2})([/.])([0-9]{1,2})\2[0-9]{2}\.?")
_IDEOGRAPHIC = re.compile(r"(?:[0-9]{2,4}[年년] ?)?[0-9]{1,2}[月월](?: ?[0-9]{1,2}[日일])?|[0-9]{4}[年년]")
_TIME_OF_DAY = r"[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]+)?)?(?: ?[AP]\.?M\.?)?"
_TIME = re.compile(_TIME_OF_DAY)
_TIME_BEHIND = re.compile(rf"(?<=[0-9])[T ]+{_TIME_OF_DAY}$")
_AROUND_SEPARATORS = re.compile(r"\s*([-/.])\s*")
_SEPARATORS = (re.compile(r"[\s\-/.,'’]+"), re.compile(r"[\s\-/,]+"))
_IN_LONG_DATES = frozenset({"de", "del", "г", "р", "року", "года"})

# A word behind "#", without a digit (except for a division by 0) or with Excel's mark at its end, in any language.
_ERROR = re.compile(r"#+|#\D*|#\D.*[!?]", re.DOTALL)
# In free text, accept only words that cannot be anything else.
_PLAIN_ERROR = re.compile(r"#{2,}|#[^\s\d]\S*[!?]|#(?:N/A|NV|N/D|N/B|N/V|I/T|YOK|Н/Д|Δ/Υ|SAKNAS|GETTING_DATA)")
_OFFICE_ERROR = re.compile(
    r"(?:ERR|ERROR|ERRO|ERREUR|ERRORE|FEHLER|FOUT|FEL|FEJL|FEIL|VIRHE|BŁĄD|CHYBA|HIBA|HATA|ОШИБКА|ПОМИЛКА) ?: ?[0-9]{3}"
)


@lru_cache(maxsize=4096)  # most columns repeat a few values
def damage_of(text: str) -> Damage | None:
    """Return the kind of damage that an identifier shows, or None.

    Case, width, spaces and the script of digits are ignored.

    `scientific_notation` (`1.2E+05`, `7.5E5`), `date` (any display, also of a time), `decimal` (`716635.0`),
    `digits_lost` (more than fifteen digits that end in zeros), `spreadsheet_error` (`#N/A`, `#NV`, `####`, `Err:502`),
    `characters_lost` (replaced by `�` or `??`).
    """
    if _PLAIN.fullmatch(text):
        return "digits_lost" if _PRECISION.fullmatch(text) else None
    word = clean(text)
    found: Damage | None = None
    if word.isalpha():  # the rest of the marks need a digit or a sign
        return None
    if _ERROR.fullmatch(word) or is_error_word(word):
        found = "spreadsheet_error"
    elif "\ufffd" in word or "??" in word:
        found = "characters_lost"
    else:
        word = _ascii_digits(word)
        bare = word.replace(" ", "").upper().replace("Е", "E")  # the one replaced is Cyrillic
        found = next((damage for damage, shape in _SHAPES if shape.fullmatch(bare)), None)
        if found is None and _is_date(word):
            found = "date"
    return found


def is_error_word(text: str) -> bool:
    """Whether a cell for people (a remark, a place) holds nothing but a spreadsheet's error."""
    if "#" not in text and ":" not in text and text.isascii():
        return False
    word = clean(text).upper()
    return bool(_PLAIN_ERROR.fullmatch(word) or _OFFICE_ERROR.fullmatch(word))


def _ascii_digits(text: str) -> str:
    if text.isascii():
        return text
    digits = (str(unicodedata.decimal(char)) if unicodedata.category(char) == "Nd" else char for char in text)
    return "".join(digits).replace("٫", ".")


def _is_date(word: str) -> bool:
    if not any(char.isdecimal() for char in word):
        return False
    if _TIME.fullmatch(word.upper()):
        return True
    word = _TIME_BEHIND.sub("", word)
    close = _AROUND_SEPARATORS.sub(r"\1", word)
    if match := _YEAR_FIRST.fullmatch(close):
        return int(match[1]) in _YEARS and _day_and_month(match[3], match[4])
    if match := _YEAR_LAST.fullmatch(close):
        return int(match[4]) in _YEARS and _day_and_month(match[1], match[3])
    if match := _SHORT_YEAR.fullmatch(close):
        return _day_and_month(match[1], match[3])
    return bool(_IDEOGRAPHIC.fullmatch(word)) or any(_names_a_month(word, separators) for separators in _SEPARATORS)


def _day_and_month(one: str, other: str) -> bool:
    low, high = sorted((int(one), int(other)))
    return 1 <= low <= 12 and high <= 31


def _names_a_month(word: str, separators: re.Pattern[str]) -> bool:
    """Whether `word` is a month with a day, a year, or both, in any order, with a separator between them."""
    parts = [part.replace(".", "") for part in separators.split(word) if part.strip(".")]
    numbers = [part for part in parts if part.isdecimal()]
    words = [part for part in parts if not part.isdecimal() and part.casefold() not in _IN_LONG_DATES]
    if len(words) == 2 and "," in word and len(numbers) == 2:
        words = words[1:]  # behind the day of the week
    if len(words) != 1 or len(numbers) not in {1, 2} or not _is_month(words[0]):
        return False
    if len(numbers) == 1:
        return len(numbers[0]) <= 2 or _is_year(numbers[0])
    pairs = (numbers, numbers[::-1])
    return any(len(day) <= 2 and 1 <= int(day) <= 31 and (len(year) == 2 or _is_year(year)) for day, year in pairs)


def _is_year(number: str) -> bool:
    return len(number) == 4 and int(number) in _YEARS


def _is_month(word: str) -> bool:
    folded = word.casefold()
    # Spreadsheets write months of other languages in small letters; MAG-58 and SET-05 are part numbers.
    return folded in ENGLISH or (folded in OTHERS and (word != word.upper() or word.lower() == word.upper()))
