"""Names in scripts that the shipped fonts do not cover: such characters are printed as code points, with a note.

PDF/UA forbids a character without a glyph, so one name would keep the whole report from being made. A name that is cut
or drawn as boxes would be worse: `[U+0996 U+09BE]` can be looked up, and the note names the items. Hidden characters
(control and formatting characters, private use) are printed the same way, because a reader could not see them.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

Fits = Callable[[Sequence[str]], bool]
"""Whether every one of these texts can be set."""

MAX_NOTES: Final = 60
"""Items named in the note; it counts the others."""
_HIDDEN: Final = frozenset({"Cc", "Cf", "Co", "Cn", "Cs"})
_SHOWN: Final = frozenset("\n\r\t\u200c\u200d")
"""Line ends, and the two joiners that scripts of India and Persia are written with."""


def texts_of(data: Any) -> Iterator[str]:
    """Yield every text in values of JSON (objects, lists, texts), without the keys of objects."""
    if isinstance(data, str):
        yield data
    elif isinstance(data, dict):
        for value in data.values():
            yield from texts_of(value)
    elif isinstance(data, list):
        for value in data:
            yield from texts_of(value)


def letters_that_do_not_fit(texts: Iterator[str], fits: Fits) -> frozenset[str]:
    """Return the characters of `texts` that are hidden or have no glyph."""
    found = {letter for text in texts if not text.isascii() or not text.isprintable() for letter in text}
    hidden = {one for one in found - _SHOWN if unicodedata.category(one) in _HIDDEN}
    others = sorted(one for one in found - hidden if one > "~")
    return frozenset(hidden | set(_failing(others, fits)))


def words_that_do_not_fit(texts: Iterator[str], fits: Fits) -> frozenset[str]:
    """Return the words of `texts` that cannot be set although each of their characters can."""
    words = sorted({word for text in texts if not text.isascii() for word in text.split() if not word.isascii()})
    return frozenset(_failing(words, fits))


def _failing(units: Sequence[str], fits: Fits) -> list[str]:
    """Return the units that do not fit, by halving: a few that fail among many are found in few attempts."""
    if not units or fits(units):
        return []
    if len(units) == 1:
        return list(units)
    half = len(units) // 2
    return [*_failing(units[:half], fits), *_failing(units[half:], fits)]


def spelled(text: str, letters: frozenset[str], words: frozenset[str] = frozenset()) -> str:
    """Return `text` with each run of `letters`, and all letters beyond ASCII of `words`, as `[U+0996 U+09BE]`."""
    if text.isascii() and not (letters and any(one in letters for one in text)):
        return text
    for word in words:
        if word in text:
            text = text.replace(word, _spelled(word, frozenset(one for one in word if not one.isascii())))
    return _spelled(text, letters)


def _spelled(text: str, letters: frozenset[str]) -> str:
    said: list[str] = []
    run: list[str] = []
    for letter in [*text, ""]:
        if letter in letters:
            run.append(f"U+{ord(letter):04X}")
            continue
        if run:
            said.append(f"[{' '.join(run)}]")
            run = []
        said.append(letter)
    return "".join(said)


def spell_out(data: Any, letters: frozenset[str], words: frozenset[str] = frozenset()) -> Any:
    """Return plain values with every text `spelled`."""
    if isinstance(data, str):
        return spelled(data, letters, words)
    if isinstance(data, dict):
        return {name: spell_out(value, letters, words) for name, value in data.items()}
    if isinstance(data, list):
        return [spell_out(value, letters, words) for value in data]
    return data


def notes(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """Return the note for the template: `items` as [item, fields], at most `MAX_NOTES`, and how many `more` there are.

    `before` and `after` are the template's data without and with characters that were spelled out.
    """
    found: dict[str, list[str]] = {}
    for item, fields in _changed(before, after):
        found.setdefault(item, []).extend(one for one in fields if one not in found.get(item, []))
    lines = [[item, ", ".join(fields)] for item, fields in found.items()]
    return {"items": lines[:MAX_NOTES], "more": max(0, len(lines) - MAX_NOTES)}


def _changed(before: dict[str, Any], after: dict[str, Any]) -> Iterator[tuple[str, list[str]]]:
    if before.get("cover") != after.get("cover"):
        yield (
            "Cover",
            [name.replace("_", " ") for name, value in before["cover"].items() if value != after["cover"][name]],
        )
    if table := before.get("table"):
        headings = {name: heading for name, heading, *_ in table["columns"]}
        for was, now in zip(table["rows"], after["table"]["rows"], strict=True):
            if was != now:
                item = now.get("serial") or now.get("uii") or next(iter(now.values()))
                yield str(item), [headings[name] for name in was if was[name] != now[name]]
    for was_table, now_table in zip(before.get("tables", []), after.get("tables", []), strict=True):
        for number, (was, now) in enumerate(zip(was_table["rows"], now_table["rows"], strict=True), 1):
            if was != now:
                fields = [h for h, a, b in zip(was_table["headings"], was, now, strict=True) if a != b]
                yield f"{was_table['title']}, row {number}", fields
    for was, now in zip(_listed(before), _listed(after), strict=True):
        if was != now:
            yield str(now.get("serial", "")), [name.replace("_", " ") for name in was if was[name] != now[name]]
    for name in ("visit", "pictures", "questions"):
        if before.get(name) != after.get(name):
            yield name.capitalize(), ["names"]


def _listed(data: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the rows of a worklist's pages, or the labels of a sheet's pages."""
    pages = data.get("pages", [])
    return [row for page in pages for row in (page["rows"] if isinstance(page, dict) else page)]
