"""Claims about items by parties other than inspectors: a partner's count, a shipper's serial list.

A claim is stored beside the book and is never a sighting: it sets no last inventory, no disposition and no outcome
(DOMAIN 3: reports of partners are imported as claims; DOMAIN 8, rule 3). Rejections of a row: `serial.missing`,
`as_of.invalid`, `as_of.year`, `as_of.in_future`, `claim.duplicate` (the same serial and article earlier in the list),
and the damage that `list_cells.cell_damage` finds. Warnings: its doubts, `serial.normalised`, `serial.characters`,
`nsn.pattern`, `state.unknown` (kept in its words), `as_of.missing`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from enum import StrEnum

import msgspec

from eum_app.domain.dispositions import parse_disposition
from eum_app.domain.inventory_rows import RowOutcome
from eum_app.domain.items import clean, compact, normalise_nsn, normalise_serial, upper
from eum_app.domain.list_cells import CellKind, cell_damage, values_in
from eum_app.domain.list_dates import NO_TODAY, DateOrder, date_problem, parse_date


class ListKind(StrEnum):
    """Kind of a list file: the book itself, or claims of others."""

    INVENTORY = "inventory"
    PARTNER_REPORT = "partner_report"
    SHIPPER_LIST = "shipper_list"


class ClaimKind(StrEnum):
    """Source of a claim."""

    PARTNER_REPORT = "partner_report"
    SHIPPER_LIST = "shipper_list"
    CONTAINER_LABEL = "container_label"
    """Noted in the field from a container's label, not read from a list."""


class ClaimMatch(StrEnum):
    """How a claim matches one item of the book, or why it does not."""

    UII = "uii"
    SERIAL_AND_ARTICLE = "serial_and_article"
    SERIAL = "serial"
    UNMATCHED = "unmatched"
    AMBIGUOUS = "ambiguous"

    @property
    def is_one_item(self) -> bool:
        """Whether the claim is about one item of the book."""
        return self not in {ClaimMatch.UNMATCHED, ClaimMatch.AMBIGUOUS}


CLAIM_COLUMNS = ("serial", "uii", "nomenclature", "nsn", "part_number", "unit", "state", "as_of", "remark")
CLAIM_DATE_COLUMNS = ("as_of",)


class ClaimRow(msgspec.Struct, frozen=True, kw_only=True):
    """One accepted row. `state` is the list's wording, `disposition` our reading of it, or "" if unknown."""

    line: int
    serial: str
    serial_raw: str
    uii: str
    nomenclature: str
    nsn: str
    part_number: str
    unit: str
    state: str
    disposition: str
    as_of: date | None
    remark: str


class ClaimAbout(msgspec.Struct, frozen=True, kw_only=True):
    """The identifiers by which a claim names an item."""

    serial: str
    uii: str
    nomenclature: str
    nsn: str
    part_number: str


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """An item of the book that a claim may be about."""

    item_id: str
    serial: str
    uii: str
    nomenclature: str
    nsn: str
    part_number: str


class Matched(msgspec.Struct, frozen=True):
    """The one item that a claim is about; `item_id` is "" if none matches or several could."""

    item_id: str
    match: ClaimMatch


class ClaimReader:
    """Reads rows in order and remembers accepted ones, to reject duplicates."""

    def __init__(self, date_order: DateOrder, today: date = NO_TODAY) -> None:
        self._order: DateOrder = date_order
        self._today = today
        self._line_of: dict[tuple[str, str], int] = {}

    def read(
        self,
        line: int,
        cells: Mapping[str, str],
        kinds: Mapping[str, CellKind] | None = None,
        stated: frozenset[str] = frozenset(),
    ) -> RowOutcome[ClaimRow]:
        """Read the row at `line` with `cells` (canonical column → text; absent columns are empty).

        `kinds` and `stated` are as in `list_cells.cell_damage`. Rejections and warnings are listed in the module
        docstring.
        """
        text = values_in(cells, CLAIM_COLUMNS)
        bad, found = cell_damage(text, kinds or {}, stated)
        raw = cells.get("serial", "")
        serial, changed = normalise_serial(raw)
        if not serial:
            bad["serial.missing"] = raw
        warnings = (*found, *changed)
        as_of = self._as_of(text["as_of"], bad)
        article = upper(text["nomenclature"]) or compact(text["nsn"]) or compact(text["part_number"])
        first = self._line_of.get((serial, article))
        if serial and first is not None:
            bad["claim.duplicate"] = str(first)
        if bad:
            return RowOutcome(None, tuple(bad), bad, warnings)
        self._line_of[serial, article] = line
        nsn = normalise_nsn(text["nsn"])
        disposition = parse_disposition(text["state"])
        doubts = (
            ("nsn.pattern", nsn is None and compact(text["nsn"])),
            ("state.unknown", disposition is None and clean(text["state"])),
            ("as_of.missing", as_of is None),
        )
        row = ClaimRow(
            line=line,
            serial=serial,
            serial_raw=raw,
            uii=compact(text["uii"]),
            nomenclature=clean(text["nomenclature"]),
            nsn=nsn or upper(text["nsn"]),
            part_number=upper(text["part_number"]),
            unit=clean(text["unit"]),
            state=clean(text["state"]),
            disposition=disposition.value if disposition else "",
            as_of=as_of,
            remark=text["remark"].strip(),
        )
        return RowOutcome(row, warnings=(*warnings, *(code for code, doubtful in doubts if doubtful)))

    def _as_of(self, text: str, bad: dict[str, str]) -> date | None:
        try:
            day = parse_date(text, self._order)
        except ValueError:
            bad["as_of.invalid"] = text
            return None
        problem = date_problem("as_of", day, self._today) if day else None
        if problem:
            bad[problem[0]] = text
        return day


def match_claim(row: ClaimRow | ClaimAbout, candidates: Iterable[Candidate]) -> Matched:
    """Find the item that a claim is about: the one with its UII, else the one with its serial.

    A single item with the UII matches, whatever else differs. By serial, the item must be of the article that the claim
    names, if any. Serials repeat between articles, so the same serial on another article or on several items is
    `ambiguous`, never a match. Of several items with the UII the serial decides. Without an item with the UII or the
    serial the result is `unmatched`.
    """
    held = list(candidates)
    by_uii = [item for item in held if row.uii and item.uii == row.uii]
    if len(by_uii) == 1:
        return Matched(by_uii[0].item_id, ClaimMatch.UII)
    by_serial = [item for item in held if item.serial == row.serial]
    if not by_serial:
        return Matched("", ClaimMatch.AMBIGUOUS if by_uii else ClaimMatch.UNMATCHED)
    names_article = bool(row.nsn or row.part_number or row.nomenclature)
    fitting = [item for item in by_serial if _same_article(row, item)] if names_article else by_serial
    if len(fitting) != 1:
        return Matched("", ClaimMatch.AMBIGUOUS)
    return Matched(fitting[0].item_id, ClaimMatch.SERIAL_AND_ARTICLE if names_article else ClaimMatch.SERIAL)


def match_labelled(row: ClaimAbout, candidates: Iterable[Candidate]) -> Matched:
    """Find the item that a claim of a container label is about.

    A label states few values besides identifiers. An item that the book lists with a UII matches only by that UII. A
    serial counts only if the label also states the part number; the rest is as for `match_claim`.
    """
    agreeing = [item for item in candidates if not item.uii or item.uii == row.uii]
    return match_claim(row if row.part_number else msgspec.structs.replace(row, serial=""), agreeing)


def _same_article(row: ClaimRow | ClaimAbout, item: Candidate) -> bool:
    """Compare by the first of stock number, part number and name that both state."""
    for ours, theirs in ((row.nsn, item.nsn), (row.part_number, item.part_number)):
        if ours and theirs:
            return compact(ours) == compact(theirs)
    return _letters(row.nomenclature) == _letters(item.nomenclature)


def _letters(text: str) -> str:
    return "".join(char for char in text.casefold() if char.isalnum())
