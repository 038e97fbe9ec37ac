"""Match a mark with an item: expected, already checked, elsewhere, not on the list, or unknown.

The search order is: the UII; maker, part and serial; the serial alone; the same mark read for an item before. At each
step the items expected on the visit come before the rest of the book. Candidates that contradict the mark or are only
similar are offered, never chosen automatically (DODIG-2024-140: scans were inaccurate, marks illegible).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, NamedTuple

import msgspec

from db.queries.items import ItemRow
from db.queries.matching import (
    Known,
    items_by_earlier_mark,
    items_by_match_key,
    items_by_serial,
    items_by_uii,
    visits_still_expecting,
)
from db.store import Connection
from eum_app.domain.container_labels import Label
from eum_app.domain.errors import Refusal
from eum_app.domain.facts import LabelPartRead, MarkNote, MarkRead
from eum_app.domain.items import compact, item_key
from eum_app.domain.keyboard_layout import is_plain, require_own_layout
from eum_app.domain.mark_syntax import MarkWarning
from eum_app.domain.marks import MAX_SERIAL_TEXT, Mark, claims_within, parse_mark
from eum_app.domain.matches import Closeness, MatchedBy, MatchKind
from eum_app.domain.visits import TO_CHECK, NoReadReason, ReadBy
from eum_app.domain.vocabulary import member_of
from eum_app.usecases.session import Session
from eum_app.usecases.visits.near_items import MAX_OFFERED as MAX_OFFERED
from eum_app.usecases.visits.near_items import contradicts, near_items, same_serial
from eum_app.usecases.visits.sighting import sighting_terms

_SPREADS: Final = frozenset({"PDF417", "Data Matrix", "QR", "Aztec"})
"""Symbologies in which a message may be spread over several symbols."""


@dataclass(frozen=True)
class Match:
    """Meaning of a mark on a visit.

    `item` is None where several, or none, could be meant. `candidates` are the items that an `AMBIGUOUS` or `NEAR` mark
    could mean, the most likely first. Each `NEAR` candidate has a `closeness`. `label` is the joined content of a
    container label; `parts` tells how each part was read.
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
    is_scanner_tested: bool = False,
) -> Match:
    """Parse a mark (or typed text) and find its item. Writes nothing.

    Items outside the account's scope are not found. In a visit that is unknown, no item is expected. Plain text from
    the keys of a hand scanner that was never tested here carries the warning `mark.scanner_untested`. Raises Refusal
    `mark.…`, `scanner.layout`, `scanner.caps_lock`.
    """
    if read_by == ReadBy.WEDGE:
        require_own_layout(raw)
    mark = parse_mark(raw, symbology or None)
    if read_by == ReadBy.WEDGE and not is_scanner_tested and is_plain(mark.text):
        mark = replace(mark, warnings=(*mark.warnings, MarkWarning("mark.scanner_untested", {})))
    read = MarkRead(
        read_by=read_by,
        raw=raw,
        symbology=mark.symbology or symbology,
        preparation=preparation,
        quality=quality,
        uii=mark.uii.value if mark.uii else "",
        serial=mark.serial or "",
        elements=tuple((element.identifier, element.value) for element in mark.elements.pairs),
        warnings=tuple(MarkNote(code=one.code, values=tuple(one.values.items())) for one in mark.warnings),
    )
    return match_read(session, visit_id, mark, read)


def match_entered(session: Session, visit_id: str, serial: str, again: str, no_read_reason: str) -> Match:
    """Match a serial that was typed because no mark could be read. Writes nothing.

    `again` is the second entry, or empty where there is none yet. One entry is enough only for an item that the visit
    expects, at a site where scanners are not allowed and for that reason, except for one item in ten. Raises Refusal
    `entry.reason` (unknown), `entry.empty`, `entry.again` (a second entry is needed), `entry.differs` (with the
    position of the first difference), `mark.…`.
    """
    if member_of(NoReadReason, no_read_reason) is None:
        raise Refusal("entry.reason")
    serial = serial.strip()
    if not compact(serial):
        raise Refusal("entry.empty")
    is_twice = bool(compact(again))
    if is_twice:
        require_alike(serial, again)
    match = match_mark(session, visit_id, serial.encode(), read_by=ReadBy.TYPED)
    if not is_twice and not _takes_one_entry(session, visit_id, match, no_read_reason):
        raise Refusal("entry.again")
    entered = msgspec.structs.replace(
        match.read, entered_twice=is_twice, no_read_reason=no_read_reason, typed_by=session.account
    )
    return replace(match, read=entered)


def _takes_one_entry(session: Session, visit_id: str, match: Match, no_read_reason: str) -> bool:
    if match.item is None or match.kind not in {MatchKind.EXPECTED, MatchKind.ALREADY_CHECKED}:
        return False
    return session.read(sighting_terms, visit_id).takes_one_entry(match.item.item_id, no_read_reason)


def require_alike(serial: str, again: str) -> None:
    """Require two entries that are equal in the form of `compact`: spaces, the case of a–z and kinds of dashes do not
    count.

    Raises Refusal `entry.differs` with the position of the first difference in `again` as typed, counted from 1.
    """
    one, other = compact(serial), compact(again)
    if one != other:
        at = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
        lengths = [len(compact(again[:end])) for end in range(1, len(again) + 1)]
        raise Refusal("entry.differs", at=next((end for end, length in enumerate(lengths, 1) if length > at), at + 1))


def match_read(session: Session, visit_id: str, mark: Mark, read: MarkRead) -> Match:
    """Match a parsed mark; `read` tells how it was read. Writes nothing.

    A part of a message (`is_part_of_message`) gives only claims, and only for it Refusal is raised, as `claims_within`
    does.
    """
    is_part = is_part_of_message(mark)
    if is_part:  # the last element may be cut in two: use complete elements only
        mark = replace(mark, uii=None, serial=None, claimed=claims_within(mark.raw))
        read = msgspec.structs.replace(read, uii="", serial="")
    if mark.claims or is_part:
        return Match(MatchKind.CLAIMS, read, mark)
    serials = _serials(mark)
    with session.reading() as connection:
        by, found = _meant(connection, visit_id, mark, serials)
        # A serial alone is shared by items of other makers, so it counts only if nothing in the mark contradicts.
        agreeing = [one for one in found if by is not MatchedBy.SERIAL or not contradicts(mark, one.item)]
        doubt = _doubt(mark, by)
        if doubt is None and len(agreeing) > 1:
            rows = tuple(one.item for one in agreeing)
            return Match(MatchKind.AMBIGUOUS, read, mark, candidates=rows, by=by)
        if doubt is None and agreeing:
            kind = _kind(connection, agreeing[0])
            return Match(kind, read, mark, item=agreeing[0].item, by=by)
        if doubt is None and found:  # the serial exists, under another maker, part or UII
            earlier = items_by_earlier_mark(connection, visit_id, mark.uii.value if mark.uii else "", *serials)
            if len(earlier) == 1:
                return Match(_kind(connection, earlier[0]), read, mark, item=earlier[0].item, by=MatchedBy.EARLIER_MARK)
        held = [(one, doubt if doubt and one in agreeing else same_serial(mark, one.item)) for one in found]
        candidates, closeness = near_items(connection, visit_id, mark, serials.compacted, held)
    if candidates:
        return Match(MatchKind.NEAR, read, mark, candidates=candidates, closeness=closeness)
    return Match(MatchKind.UNKNOWN, read, mark)


def is_part_of_message(mark: Mark) -> bool:
    """Whether a two-dimensional symbol ends before its message does.

    Container labels spread a message over several PDF417 symbols (MIL-STD-129), other marks over several Data Matrix or
    QR symbols (structured append), and a scanner may not report that. One identifier in such a part does not make it
    the mark of an item.
    """
    return mark.symbology in _SPREADS and mark.warns_of("mark.trailer_missing")


def _doubt(mark: Mark, by: MatchedBy) -> Closeness | None:
    """Return why an item that the mark matches may only be offered, or None if it may be taken."""
    if mark.warns_of("mark.trailer_missing"):  # of a symbology that the scanner did not state: it may be a part
        return Closeness.CUT_SHORT
    is_certain = by is MatchedBy.UII  # an identifier in one element is the UII, whatever is beside it
    return Closeness.CONTRADICTION if mark.other_serials and not is_certain else None


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


def _kind(connection: Connection, known: Known) -> MatchKind:
    if known.outcome:
        return MatchKind.EXPECTED if known.outcome == TO_CHECK else MatchKind.ALREADY_CHECKED
    is_expected = visits_still_expecting(connection, known.item.item_id)
    return MatchKind.EXPECTED_ELSEWHERE if is_expected else MatchKind.NOT_ON_LIST
