"""Find the items that a mark may mean although nothing on the book matches it: they are offered, never taken.

A list or a plate may have lost leading zeros, the letter case, or a character; its letters may be of another script; a
linear symbol may hold a data identifier before the value (DODIG-2024-140: scans were inaccurate, marks illegible).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from db.queries.items import ItemRow
from db.queries.matching import (
    Known,
    items_by_serial,
    items_by_tail,
    items_by_uii,
    items_with_key,
    makers_and_parts_held,
)
from db.store import Connection
from eum_app.domain.items import compact
from eum_app.domain.linear_marks import linear_meanings
from eum_app.domain.look_alikes import (
    differ_in_zeros,
    in_plain_characters,
    look_alike_key,
    near,
    one_character_off,
    zeros_off,
)
from eum_app.domain.marks import Mark
from eum_app.domain.matches import Closeness
from eum_app.domain.visits import TO_CHECK

MAX_OFFERED: Final = 8
UII_CHARS: Final = range(10, 51)
"""Lengths of typed text that may be a whole UII (MIL-STD-130N: at most 50)."""
CAGE_END: Final = 6
"""Index after a CAGE in a UII that begins with one: issuing agency code `D` and five characters."""
NEAR_CHARS: Final = range(3, 31)
"""Lengths of serials for which those one character off are searched: shorter ones are similar to everything."""

Close = tuple[Known, Closeness]


def near_items(
    connection: Connection, visit_id: str, mark: Mark, serial: str, held: Iterable[Close]
) -> tuple[tuple[ItemRow, ...], tuple[Closeness, ...]]:
    """Return up to `MAX_OFFERED` items, the most likely first, and how close each is.

    `serial` is the mark's in the form of the book, `held` are items that were found before.
    """
    found = [*held, *_by_serial(connection, visit_id, serial)]
    for other in mark.other_serials:
        found += [
            (one, Closeness.CONTRADICTION) for one in items_by_serial(connection, visit_id, other, compact(other))
        ]
    is_plain = not mark.elements.pairs
    if is_plain:
        found += _as_data_identifier(connection, visit_id, mark.text)
    uii = compact(mark.uii.value) if mark.uii else serial if is_plain else ""
    if mark.uii and uii != mark.uii.value:
        found += [(one, Closeness.LETTER_CASE) for one in items_by_uii(connection, visit_id, uii)]
    if not found:
        found += _by_uii(connection, visit_id, uii)
    ranked: dict[str, tuple[_Rank, ItemRow, Closeness]] = {}
    for known, close in found:
        entry = (_rank(mark, known, close), known.item, close)
        ranked[known.item.item_id] = min(entry, ranked.get(known.item.item_id, entry), key=lambda one: one[0])
    best = sorted(ranked.values(), key=lambda entry: entry[0])[:MAX_OFFERED]
    return tuple(item for _, item, _ in best), tuple(close for _, _, close in best)


def contradicts(mark: Mark, item: ItemRow) -> bool:
    """Whether the mark has a maker, part or UII that differs from the item's on the book; what one lacks never does."""
    return _is_of_another_article(mark, item) or bool(mark.uii and item.uii and mark.uii.value != item.uii)


def same_serial(mark: Mark, item: ItemRow) -> Closeness:
    """Return how close an item is that has the mark's serial and contradicts the mark."""
    is_case = mark.uii and not _is_of_another_article(mark, item) and compact(mark.uii.value) == compact(item.uii)
    return Closeness.LETTER_CASE if is_case else Closeness.SAME_SERIAL


def _is_of_another_article(mark: Mark, item: ItemRow) -> bool:
    if mark.cage and item.cage and compact(mark.cage) != compact(item.cage):
        return True
    parts = {compact(part) for part in (mark.part_number, mark.current_part_number) if part}
    return bool(parts and item.part_number and compact(item.part_number) not in parts)


def _by_serial(connection: Connection, visit_id: str, serial: str) -> Iterator[Close]:
    if not serial:
        return
    key = look_alike_key(serial)
    others = zeros_off(key) | (one_character_off(key) if len(serial) in NEAR_CHARS else frozenset())
    for one in items_with_key(connection, visit_id, key, others):
        close = _closeness(one.item.serial, serial)
        if close is not None:
            yield one, close


def _closeness(book: str, wanted: str) -> Closeness | None:
    """Return how close two different serials or UIIs are, or None if they are not."""
    if (
        compact(in_plain_characters(book)) == compact(in_plain_characters(wanted))
        and not book.isascii() & wanted.isascii()
    ):
        return Closeness.OTHER_SCRIPT
    if look_alike_key(book) == look_alike_key(wanted):
        return Closeness.LOOK_ALIKE
    if differ_in_zeros(book, wanted):
        return Closeness.LEADING_ZEROS
    return Closeness.ONE_CHARACTER if near(book, wanted) else None


def _as_data_identifier(connection: Connection, visit_id: str, text: str) -> Iterator[Close]:
    for meaning in linear_meanings(compact(text)):
        found = items_by_uii(connection, visit_id, meaning.uii) if meaning.uii else []
        if meaning.serial:
            found += items_by_serial(connection, visit_id, meaning.serial, meaning.serial)
        if not found and meaning.uii:
            found = [one for one, _ in _by_uii(connection, visit_id, meaning.uii)]
        yield from ((one, Closeness.IDENTIFIER) for one in found)


def _by_uii(connection: Connection, visit_id: str, text: str) -> list[Close]:
    """Find items whose UII equals the text, or differs by one character or by look-alikes.

    For an item without a UII on the book, the one formed from maker, part and serial is used. A typing error before the
    serial leaves the serial right, so the item is found by its serial. For an error within the serial, the text before
    it is the maker and part of an item on the book.
    """
    if len(text) not in UII_CHARS:
        return []
    found = items_by_tail(connection, visit_id, text, NEAR_CHARS.start, NEAR_CHARS.stop - 1)
    for _, part in makers_and_parts_held(connection, _heads(text)):
        serial = text[CAGE_END + len(part) :]
        key = look_alike_key(serial)
        found += items_with_key(connection, visit_id, key, one_character_off(key))
    meant: dict[str, Close] = {}
    for one in found:
        book = compact(one.item.uii or f"D{one.item.cage}{one.item.part_number}{one.item.serial}")
        close = _closeness(book, text)
        if close is not None and close is not Closeness.LEADING_ZEROS:
            meant[one.item.item_id] = one, close
    return list(meant.values())


def _heads(text: str) -> list[tuple[str, str]]:
    """Return each way to split a text into the CAGE's issuing agency code, a CAGE, a part number and a serial."""
    return [
        (text[1:CAGE_END], text[CAGE_END:end])
        for end in range(CAGE_END, len(text) + 1)
        if text.startswith("D") and len(text) - end in NEAR_CHARS
    ]


_Rank = tuple[bool, bool, int, bool, str]
_CLOSENESS: Final = tuple(Closeness)


def _rank(mark: Mark, known: Known, close: Closeness) -> _Rank:
    """Sort key of a candidate, likeliest first: expected, unchecked, similar, of the maker and part on the mark."""
    checked = known.outcome not in {"", TO_CHECK}
    return (
        not known.outcome,
        checked,
        _CLOSENESS.index(close),
        contradicts(replace(mark, uii=None), known.item),
        known.item.serial,
    )
