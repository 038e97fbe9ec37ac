"""The text that a spreadsheet shows for a number under a number format, if that is its digits and fixed text.

Source: ECMA-376 Part 1, 18.8.30 and 18.8.31. A format such as `000000` or `"SN-"0000` shows what is on the plate. For
all others (decimals, groups of thousands, percent, fractions, conditions, dates) the caller must doubt the text.
"""

from __future__ import annotations

import re
from typing import Final, Literal, NamedTuple

_EXACT: Final = 10**15
"""Spreadsheets keep 15 digits of a number."""
_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"|\\(?P<escaped>.)|(?P<skipped>_.|\*.)|\[(?P<bracket>[^\]]*)\]|(?P<plain>.)', re.DOTALL
)
_GENERAL_WORD = re.compile(r'General(?=(?:[^"]*"[^"]*")*[^"]*$)', re.IGNORECASE)
_COLORS: Final = frozenset({"BLACK", "BLUE", "CYAN", "GREEN", "MAGENTA", "RED", "WHITE", "YELLOW"})
_LITERALS: Final = frozenset(" -+$():!^&'~{}<>=")


class _Token(NamedTuple):
    kind: Literal["literal", "place", "general"]
    text: str


def plain_number(value: float) -> str:
    """Return a number as text, without a fraction of zero and with at most 15 significant digits.

    From 10**15 on it is rounded to six digits in scientific notation: `1.23457E+15`. Raises OverflowError for an
    integer beyond the range of floats.
    """
    if abs(value) >= _EXACT:
        return f"{value:.5E}"
    return str(int(value)) if float(value).is_integer() else f"{value:.15g}"


def shown_number(value: float, code: str) -> tuple[str, bool]:
    """Return the text of `value` under the format `code`, and whether the cell shows the same characters.

    If not, the text is the plain number, and what the cell shows is unknown: the format holds more than digits and
    fixed text, the value has a fraction, or it is 10**15 or more. General and `@` always give the plain number and
    True, although Excel may show fewer digits. Fill (`*-`), padding (`_)`) and the width of the cell are ignored.
    Raises OverflowError as `plain_number` does.
    """
    plain = plain_number(value)
    sections = _sections(code)
    negative = value < 0 and len(sections) > 1
    section = sections[1] if negative else sections[2] if value == 0 and len(sections) > 2 else sections[0]
    if code.casefold() == "general" or section == "@":
        return plain, True
    tokens = _tokens(section)
    if tokens is None or not float(value).is_integer() or abs(value) >= _EXACT:
        return plain, False
    places = sum(1 for token in tokens if token.kind == "place")
    if all(token.kind == "literal" for token in tokens):
        return plain, False
    sign = "-" if value < 0 and not negative else ""
    return sign + _filled(tokens, str(abs(int(value))), places), True


def shown_text(text: str, code: str) -> str:
    """Return the text that a text cell shows under a format: `"SN-"@` puts `SN-` in front. Without an @, the text."""
    if "@" not in code:
        return text
    sections = _sections(code)
    section = sections[3] if len(sections) > 3 else sections[-1]
    if "@" not in section:
        return text
    parts = []
    for match in _TOKEN.finditer(section):
        found = match["plain"]
        parts.append(text if found == "@" else found or match["quoted"] or match["escaped"] or "")
    return "".join(parts)


def _sections(code: str) -> list[str]:
    sections = [""]
    for match in _TOKEN.finditer(code):
        if match["plain"] == ";":
            sections.append("")
        else:
            sections[-1] += match[0]
    return sections


def _tokens(section: str) -> list[_Token] | None:
    """Return the parts of a section, or None if it holds more than literals, places of digits and the plain number."""
    found: list[_Token] = []
    for at, piece in enumerate(_GENERAL_WORD.split(section)):
        if at:
            found.append(_Token("general", ""))
        for match in _TOKEN.finditer(piece):
            token = _token(match)
            if token is None:
                return None
            found.append(token)
    return found


def _token(match: re.Match[str]) -> _Token | None:
    plain, bracket = match["plain"], match["bracket"]
    if plain is not None and plain not in _LITERALS:
        return _Token("place", plain) if plain in "0#?" else None
    if bracket is None:
        return _Token("literal", plain or match["quoted"] or match["escaped"] or "")
    if bracket.startswith("$"):  # a currency sign, and the language behind a dash
        return _Token("literal", bracket[1:].partition("-")[0])
    return _Token("literal", "") if bracket.upper() in _COLORS or bracket.upper().startswith("COLOR") else None


def _filled(tokens: list[_Token], digits: str, places: int) -> str:
    """Fill the digits from the right into their places. Digits that are left over go before the first place."""
    rest = digits if digits != "0" else ""
    shown: list[str] = []
    for token in reversed(tokens):
        if token.kind == "literal":
            shown.append(token.text)
        elif token.kind == "general":
            shown.append(digits)
        else:
            places -= 1
            taken = rest if places == 0 else rest[-1:]
            rest = rest[: len(rest) - len(taken)]
            shown.append(taken or {"0": "0", "?": " "}.get(token.text, ""))
    return "".join(reversed(shown))
