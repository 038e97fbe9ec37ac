"""Match a mark with an item: expected, already checked, elsewhere, not on the list, or unknown.

The search order is: the UII; maker, part and serial; the serial alone; the same mark read for an item before. At each
step the items expected on the visit come before the rest of the book. Candidates that contradict the mark or are only
similar are offered, never chosen automatically (DODIG-2024-140: scans were inaccurate, marks illegible).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

import msgspec

from db.queries.items import ItemRow
from db.queries.matching import (
    Known,
    items_by_earlier_mark,
    items_by_match_key,
    items_by_serial,
    items_by_tail,
    items_by_uii,
    items_with_key,
    makers_and_parts_held,
    visits_still_expecting,
)
from db.store import Connection
from eum_app.domain.container_labels import Label
from eum_app.domain.errors import Refusal
from eum_app.domain.facts import LabelPartRead, MarkRead
from eum_app.domain.items import compact, item_key
from eum_app.domain.look_alikes import look_alike_key, near, one_character_off
from eum_app.domain.marks import MAX_SERIAL_TEXT, Mark, claims_within, parse_mark
from eum_app.domain.matches import Closeness, MatchedBy, MatchKind
from eum_app.domain.visits import TO_CHECK, NoReadReason, ReadBy
from eum_app.domain.vocabulary import member_of
from eum_app.usecases.session import Session

MAX_OFFERED: Final = 8
UII_CHARS: Final = range(10, 51)
"""Lengths of typed text that may be a whole UII (MIL-STD-130N: at most 50)."""
CAGE_END: Final = 6
"""Index after a CAGE in a UII that begins with one: issuing agency code `D` and five characters."""
NEAR_CHARS: Final = range(3, 31)
"""Lengths of serials for which similar ones are searched: shorter ones are similar to everything."""


@dataclass(frozen=True)
class Match:
    """Meaning of a mark on a visit.

    `candidates` are the items that an `AMBIGUOUS` or `NEAR` mark could mean, the most likely first. Each `NEAR`
    candidate has a `closeness`: the same serial with another maker, part or UII, or a serial that differs by one
    character or by look-alikes. `label` is the joined content of a container label; `parts` tells how each part was
    read.
    """

    kind: MatchKind
    read: MarkRead
    mark: Mark
    item: ItemRow | None = None
    candidates: tuple[ItemRow, ...] = ()
    closeness: tuple[Closeness, ...] = ()
    by: MatchedBy = MatchedBy.NOTHING
    label: Label | None = None
    parts: tuple[LabelPartRead, ...] = ()


def match_mark(
    session: Session,
    visit_id: str,
    raw: bytes,
    *,
    read_by: str,
    symbology: str = "",
    preparation: str = "",
    quality: float = 0.0,
) -> Match:
    """Parse a mark (or typed text) and find its item. Writes nothing. Raises Refusal `mark.…`."""
    mark = parse_mark(raw, symbology or None)
    read = MarkRead(
        read_by=read_by,
        raw=raw,
        symbology=mark.symbology or symbology,
        preparation=preparation,
        quality=quality,
        uii=mark.uii.value if mark.uii else "",
        serial=mark.serial or "",
        elements=tuple((element.identifier, element.value) for element in mark.elements.pairs),
    )
    return match_read(session, visit_id, mark, read)


def match_entered(session: Session, visit_id: str, serial: str, again: str, no_read_reason: str) -> Match:
    """Match a serial that was typed twice because no mark could be read. Writes nothing.

    Raises Refusal `entry.reason`, `entry.empty`, `entry.differs` (with the position of the first difference), `mark.…`.
    """
    if member_of(NoReadReason, no_read_reason) is None:
        raise Refusal("entry.reason")
    serial = serial.strip()
    if not compact(serial):
        raise Refusal("entry.empty")
    require_alike(serial, again)
    match = match_mark(session, visit_id, serial.encode(), read_by=ReadBy.TYPED)
    entered = msgspec.structs.replace(
        match.read, entered_twice=True, no_read_reason=no_read_reason, typed_by=session.account
    )
    return replace(match, read=entered)


def require_alike(serial: str, again: str) -> None:
    """Require two equal entries, ignoring spaces and letter case.

    Raises Refusal `entry.differs` with the position of the first difference, counted from 1.
    """
    one, other = compact(serial), compact(again)
    if one != other:
        at = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
        raise Refusal("entry.differs", at=at + 1)


def match_read(session: Session, visit_id: str, mark: Mark, read: MarkRead) -> Match:
    """Match a parsed mark; `read` tells how it was read. Writes nothing."""
    is_part = is_part_of_label(mark)
    if is_part:  # the last element may be cut in two: use complete elements only
        mark = replace(mark, uii=None, serial=None, claimed=claims_within(mark.raw))
        read = msgspec.structs.replace(read, uii="", serial="")
    if mark.claims or is_part:
        return Match(MatchKind.CLAIMS, read, mark)
    serials = _serials(mark)
    with session.reading() as connection:
        by, found = _meant(connection, visit_id, mark, serials)
        # A serial alone is shared by items of other makers, so it counts only if nothing in the mark contradicts.
        agreeing = [one for one in found if by is not MatchedBy.SERIAL or not _contradicts(mark, one.item)]
        if len(agreeing) > 1:
            rows = tuple(one.item for one in agreeing)
            return Match(MatchKind.AMBIGUOUS, read, mark, candidates=rows, by=by)
        if agreeing:
            kind = _kind(connection, agreeing[0])
            return Match(kind, read, mark, item=agreeing[0].item, by=by)
        if found:  # the serial exists, under another maker, part or UII
            earlier = items_by_earlier_mark(connection, visit_id, mark.uii.value if mark.uii else "", *serials)
            if len(earlier) == 1:
                return Match(_kind(connection, earlier[0]), read, mark, item=earlier[0].item, by=MatchedBy.EARLIER_MARK)
        offered = _near(connection, visit_id, mark, serials.compacted, found)
    if offered.candidates:
        return replace(offered, read=read)
    return Match(MatchKind.UNKNOWN, read, mark)


def is_part_of_label(mark: Mark) -> bool:
    """Whether a PDF417 symbol ends before its message does.

    Container labels spread a message over several symbols (Macro PDF417, MIL-STD-129), and a scanner may not report
    that. One identifier in such a part does not make it the mark of an item.
    """
    return mark.symbology == "PDF417" and any(one.code == "mark.trailer_missing" for one in mark.warnings)


class _Serials(NamedTuple):
    """The serial as it was read, and in the form of the book; both are empty if there is none."""

    read: str
    compacted: str


def _serials(mark: Mark) -> _Serials:
    # A text without data elements may be a plain serial, as on older plates.
    text = mark.serial or (mark.text.strip() if not mark.elements.pairs else "")
    return _Serials(text, compact(text)) if len(text) <= MAX_SERIAL_TEXT else _Serials("", "")


def _meant(connection: Connection, visit_id: str, mark: Mark, serials: _Serials) -> tuple[MatchedBy, list[Known]]:
    """Find items by the strongest identifier that matches; return that identifier and the items."""
    uii = mark.uii.value if mark.uii else ("" if mark.elements.pairs else serials.compacted)
    if uii and (found := items_by_uii(connection, visit_id, uii)):
        return MatchedBy.UII, found
    keys = _match_keys(mark)
    if keys and (found := items_by_match_key(connection, visit_id, keys)):
        return MatchedBy.MAKER_PART_SERIAL, found
    if serials.compacted and (found := items_by_serial(connection, visit_id, *serials)):
        return MatchedBy.SERIAL, found
    if serials.compacted or mark.uii:
        found = items_by_earlier_mark(connection, visit_id, mark.uii.value if mark.uii else "", *serials)
        return MatchedBy.EARLIER_MARK, found
    return MatchedBy.NOTHING, []


def _match_keys(mark: Mark) -> list[str]:
    if not (mark.cage and mark.serial):
        return []
    cage, serial = mark.cage, mark.serial
    named = [item_key(cage, part, serial) for part in (mark.part_number, mark.current_part_number) if part]
    if mark.nsn:
        named.append(item_key(cage, "", serial, f"{mark.nsn[:4]}-{mark.nsn[4:6]}-{mark.nsn[6:9]}-{mark.nsn[9:]}"))
    return ["|".join(key) for key in named]


def _contradicts(mark: Mark, item: ItemRow) -> bool:
    """Whether the mark has a maker, part or UII that differs from the item's on the book."""
    if mark.cage and item.cage and compact(mark.cage) != compact(item.cage):
        return True
    parts = {compact(part) for part in (mark.part_number, mark.current_part_number) if part}
    if parts and item.part_number and compact(item.part_number) not in parts:
        return True
    return bool(mark.uii and item.uii and mark.uii.value != item.uii)


def _kind(connection: Connection, known: Known) -> MatchKind:
    if known.outcome:
        return MatchKind.EXPECTED if known.outcome == TO_CHECK else MatchKind.ALREADY_CHECKED
    is_expected = visits_still_expecting(connection, known.item.item_id)
    return MatchKind.EXPECTED_ELSEWHERE if is_expected else MatchKind.NOT_ON_LIST


def _near(connection: Connection, visit_id: str, mark: Mark, wanted: str, same_serial: Sequence[Known]) -> Match:
    """Return up to `MAX_OFFERED` similar candidates, the most likely first, with their closeness."""
    ranked: list[tuple[_Rank, ItemRow, Closeness]] = [
        (_rank(mark, one, Closeness.SAME_SERIAL), one.item, Closeness.SAME_SERIAL) for one in same_serial
    ]
    if wanted:
        key = look_alike_key(wanted)
        others = one_character_off(key) if len(wanted) in NEAR_CHARS else frozenset()
        for one in items_with_key(connection, visit_id, key, others):
            if near(one.item.serial, wanted):
                close = _closeness(one.item.serial, key)
                ranked.append((_rank(mark, one, close), one.item, close))
    if not ranked and not mark.elements.pairs:
        ranked = [(_rank(mark, one, close), one.item, close) for one, close in _near_uii(connection, visit_id, wanted)]
    best = sorted(ranked, key=lambda entry: entry[0])[:MAX_OFFERED]
    return Match(
        MatchKind.NEAR,
        MarkRead(read_by=""),
        mark,
        candidates=tuple(item for _, item, _ in best),
        closeness=tuple(close for _, _, close in best),
    )


def _closeness(text: str, key: str) -> Closeness:
    return Closeness.LOOK_ALIKE if look_alike_key(text) == key else Closeness.ONE_CHARACTER


def _near_uii(connection: Connection, visit_id: str, text: str) -> list[tuple[Known, Closeness]]:
    """Find items whose UII equals the typed text, or differs by one character or by look-alikes.

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
    key = look_alike_key(text)
    meant: dict[str, tuple[Known, Closeness]] = {}
    for one in found:
        book = compact(one.item.uii or f"D{one.item.cage}{one.item.part_number}{one.item.serial}")
        if book == text or near(book, text):
            meant[one.item.item_id] = one, _closeness(book, key)
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
        _contradicts(replace(mark, uii=None), known.item),
        known.item.serial,
    )
