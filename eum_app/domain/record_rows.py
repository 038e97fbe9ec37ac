"""Rows of lists of sites and of cases: from cell text to the values of a record, or the reasons for a rejection.

Rejections: those of `records.site_value` and `case_value` as `<column>.<why>`, `site.missing`, `country.missing`,
`case.missing`, `case.program_missing`, `quantity.invalid`, `quantity.missing` (a line without a total), `rsn.missing`
(a total without a line), dates as in `list_dates`, and the damage of `list_cells.cell_damage`. Over all rows:
`site.duplicate`, `line.duplicate`, `line.contradicts` and `case.contradicts` reject every row that takes part: nothing
is chosen between them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

import msgspec

from eum_app.domain.errors import Refusal
from eum_app.domain.inventory_rows import RowOutcome
from eum_app.domain.items import clean, compact, upper
from eum_app.domain.list_cells import CellKind, cell_damage, values_in
from eum_app.domain.list_dates import NO_TODAY, DateOrder, parse_date
from eum_app.domain.records import (
    CaseField,
    SiteField,
    case_country,
    case_of,
    case_value,
    delivered_quantity,
    site_value,
)
from eum_app.domain.visits import Program

SITE_COLUMNS: Final = ("site", "country", "latitude", "longitude", *SiteField, "access_since")
SITE_DATES: Final = ("certified_until", "access_since")
CASE_COLUMNS: Final = (
    *("case_id", "program", "country", *CaseField),
    *("rsn", "nomenclature", "part_number", "quantity", "delivered_on"),
)
CASE_DATES: Final = ("accepted_on", "control_plan_on", "delivered_on")
_PROGRAM_WORDS: Final = {"goldensentry": Program.GOLDEN_SENTRY, "bluelantern": Program.BLUE_LANTERN}
_REASON_OF: Final = {"record.year": "record_year", "record.in_future": "in_future", "date.invalid": "invalid"}

Across = dict[int, dict[str, str]]
"""Line → code → text, for rows that other rows make wrong."""


class SiteRow(msgspec.Struct, frozen=True, kw_only=True):
    """One accepted row about a site; `values` are those that it states. `access_since` is `YYYY-MM-DD` or ""."""

    line: int
    site: str
    country: str
    values: dict[str, str]
    access_since: str


class CaseRow(msgspec.Struct, frozen=True, kw_only=True):
    """One accepted row about a case, and about one of its lines if `rsn` is not empty."""

    line: int
    case_id: str
    program: str
    country: str
    values: dict[str, str]
    rsn: str
    quantity: int | None
    nomenclature: str
    part_number: str
    delivered_on: str


class SiteReader:
    """Reads rows about sites."""

    def __init__(self, date_order: DateOrder, today: date = NO_TODAY) -> None:
        self._order: DateOrder = date_order
        self._today = today

    def read(
        self,
        line: int,
        cells: Mapping[str, str],
        kinds: Mapping[str, CellKind] | None = None,
        _stated: frozenset[str] = frozenset(),
    ) -> RowOutcome[SiteRow]:
        """Read the row at `line`; absent and empty cells state nothing."""
        text = values_in(cells, SITE_COLUMNS)
        bad, doubts = cell_damage(text, kinds or {})
        if text["latitude"].strip() or text["longitude"].strip():
            text["position"] = f"{text['latitude']} {text['longitude']}"
        name, country = clean(text["site"]), upper(text["country"])
        if not name:
            bad["site.missing"] = ""
        if not country:
            bad["country.missing"] = ""
        values: dict[str, str] = {}
        for field in SiteField:
            if text[field].strip() and (value := self._value(site_value, field, text[field], bad)):
                values[field] = value
        since = self._value(_past_date, "access_since", text["access_since"], bad) if text["access_since"] else ""
        if since and "access" not in values:
            bad.setdefault("access.missing", text["access_since"])
        if bad:
            return RowOutcome(None, tuple(bad), bad, tuple(doubts))
        row = SiteRow(line=line, site=name, country=country, values=values, access_since=since)
        return RowOutcome(row, warnings=tuple(doubts))

    def _value(self, check: Any, field: str, text: str, bad: dict[str, str]) -> str:
        return checked(check, field, _iso(text, self._order) if field in SITE_DATES else text, self._today, bad)


class CaseReader:
    """Reads rows about cases and their lines."""

    def __init__(self, date_order: DateOrder, today: date = NO_TODAY) -> None:
        self._order: DateOrder = date_order
        self._today = today

    def read(
        self,
        line: int,
        cells: Mapping[str, str],
        kinds: Mapping[str, CellKind] | None = None,
        _stated: frozenset[str] = frozenset(),
    ) -> RowOutcome[CaseRow]:
        """Read the row at `line`; absent and empty cells state nothing."""
        text = values_in(cells, CASE_COLUMNS)
        bad, doubts = cell_damage(text, kinds or {})
        said = clean(text["program"])
        program = _PROGRAM_WORDS.get("".join(char for char in said.casefold() if char.isalpha()), said)
        case_id, country, warnings = "", upper(text["country"]), tuple(doubts)
        try:
            case_id, program, doubtful = case_of(text["case_id"], program)
            country = country or (case_country(case_id) if program == Program.GOLDEN_SENTRY else "")
            warnings += tuple(f"case_id.{code.partition('.')[2]}" for code in doubtful)
            if not country:
                bad["country.missing"] = case_id
        except Refusal as refusal:
            bad[{"visit.program": "program.unknown"}.get(refusal.code, refusal.code)] = text["case_id"] or said
        values: dict[str, str] = {}
        for field in CaseField:
            if text[field].strip() and (value := self._value(case_value, field, text[field], bad)):
                values[field] = value
        rsn = compact(text["rsn"])
        quantity = self._quantity(rsn, text["quantity"], bad)
        delivered = self._value(_past_date, "delivered_on", text["delivered_on"], bad) if text["delivered_on"] else ""
        if bad:
            return RowOutcome(None, tuple(bad), bad, warnings)
        row = CaseRow(
            line=line,
            case_id=case_id,
            program=program,
            country=country,
            values=values,
            rsn=rsn,
            quantity=quantity,
            nomenclature=clean(text["nomenclature"]),
            part_number=compact(text["part_number"]),
            delivered_on=delivered,
        )
        return RowOutcome(row, warnings=warnings)

    def _value(self, check: Any, field: str, text: str, bad: dict[str, str]) -> str:
        return checked(check, field, _iso(text, self._order) if field in CASE_DATES else text, self._today, bad)

    @staticmethod
    def _quantity(rsn: str, text: str, bad: dict[str, str]) -> int | None:
        if not text.strip():
            if rsn:
                bad["quantity.missing"] = rsn
            return None
        if not rsn:
            bad["rsn.missing"] = text
        try:
            return delivered_quantity(text)
        except Refusal:
            bad["quantity.unreadable"] = text
            return None


def checked(check: Any, field: str, text: str, today: date, bad: dict[str, str]) -> str:
    """Return a value in the form of facts, or "" with its reason in `bad`, as `<field>.<why>`."""
    try:
        return str(check(field, text, today))
    except Refusal as refusal:
        why = _REASON_OF.get(refusal.code, refusal.code.rpartition(".")[2])
        bad[f"{field}.{why}" if why != field.partition("_")[0] else f"{field}.unreadable"] = text
        return ""


def site_conflicts(rows: Sequence[SiteRow]) -> Across:
    """Return the rows about a site that another row is about too."""
    by_site: dict[tuple[str, str], list[SiteRow]] = defaultdict(list)
    for row in rows:
        by_site[row.country, row.site].append(row)
    return {
        row.line: {"site.duplicate": _other_lines(row, same)}
        for same in by_site.values()
        if len(same) > 1
        for row in same
    }


def case_conflicts(rows: Sequence[CaseRow]) -> Across:
    """Return the rows about one case that contradict each other, and those about one line."""
    found: Across = defaultdict(dict)
    by_case: dict[str, list[CaseRow]] = defaultdict(list)
    by_line: dict[tuple[str, str], list[CaseRow]] = defaultdict(list)
    for row in rows:
        by_case[row.case_id].append(row)
        if row.rsn:
            by_line[row.case_id, row.rsn].append(row)
    for same in by_case.values():
        stated: dict[str, set[str]] = defaultdict(set)
        for row in same:
            for field, value in {**row.values, "program": row.program, "country": row.country}.items():
                stated[field].add(value)
        if any(len(values) > 1 for values in stated.values()):
            for row in same:
                found[row.line]["case.contradicts"] = _other_lines(row, same)
    for same in by_line.values():
        if len(same) > 1:
            lines = {(row.quantity, row.nomenclature, row.part_number, row.delivered_on) for row in same}
            for row in same:
                found[row.line]["line.duplicate" if len(lines) == 1 else "line.contradicts"] = _other_lines(row, same)
    return dict(found)


def _other_lines(row: SiteRow | CaseRow, same: Sequence[SiteRow | CaseRow]) -> str:
    others = [str(one.line) for one in same if one.line != row.line]
    return ", ".join(others[:5]) + (", …" if len(others) > 5 else "")


def _past_date(_field: str, text: str, today: date) -> str:
    return case_value(CaseField.ACCEPTED_ON, text, today)


def _iso(text: str, order: DateOrder) -> str:
    """Return a list's date as `YYYY-MM-DD`, or the text as it is if it cannot be read."""
    try:
        day = parse_date(text, order)
    except ValueError:
        return text
    return day.isoformat() if day else ""
