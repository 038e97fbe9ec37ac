"""Rows of lists of sites and of cases: from cell text to the values of a record, or the reasons for a rejection.

Rejections: those of `records.site_value` and `case_value` as `<column>.<why>`, `site.missing`, `country.missing`,
`case.missing`, `case.program_missing`, `quantity.unreadable`, `quantity.missing` (a line without a total),
`rsn.missing` (a total, an article or a day without a line), `program.unknown`, `access.missing` (its day without the
access), `position.unreadable`, `position.contradicts` (two positions in one row),
`latitude.missing`, `latitude.unreadable` and those of the longitude, dates as in `list_dates`, and the damage of
`list_cells.cell_damage`. Over all rows: `site.duplicate`, `line.duplicate`, `line.contradicts` and `case.contradicts`
reject every row that takes part: nothing is chosen between them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
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
    is_degrees,
    line_key,
    position_text,
    site_value,
)
from eum_app.domain.visits import Program

SITE_COLUMNS: Final = ("site", "country", "latitude", "longitude", *SiteField, "access_since")
SITE_DATES: Final = ("certified_until", "access_since")
CASE_COLUMNS: Final = (
    *("case_id", "program", "country", *CaseField),
    *("rsn", "nomenclature", "part_number", "quantity", "delivered_on"),
)
_OF_LINE: Final = ("quantity", "nomenclature", "part_number", "delivered_on")
"""Columns that say something about a line of a case, so the row must name it."""
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


class _RecordReader:
    """Common part of both readers: the order of the list's dates, and today."""

    dates: tuple[str, ...]

    def __init__(self, date_order: DateOrder, today: date = NO_TODAY) -> None:
        self._order: DateOrder = date_order
        self._today = today

    def _read_all(
        self, check: Any, fields: Iterable[str], text: Mapping[str, str], bad: dict[str, str]
    ) -> dict[str, str]:
        """Return the values of the cells that are not empty and can be read; the others go to `bad`."""
        values = ((field, self._value(check, field, text[field], bad)) for field in fields if text[field].strip())
        return {field: value for field, value in values if value}

    def _value(self, check: Any, field: str, text: str, bad: dict[str, str]) -> str:
        return checked(check, field, _iso(text, self._order) if field in self.dates else text, self._today, bad)


class SiteReader(_RecordReader):
    """Reads rows about sites."""

    dates = SITE_DATES

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
        both = _position(text, bad)
        name, country = clean(text["site"]), upper(text["country"])
        if not name:
            bad["site.missing"] = ""
        if not country:
            bad["country.missing"] = ""
        values = self._read_all(site_value, SiteField, text, bad)
        if both and values.setdefault(SiteField.POSITION, both) != both:
            bad["position.contradicts"] = text["position"]
        since = self._value(_past_date, "access_since", text["access_since"], bad) if text["access_since"] else ""
        if since and "access" not in values:
            bad.setdefault("access.missing", text["access_since"])
        if bad:
            return RowOutcome(None, tuple(bad), bad, tuple(doubts))
        row = SiteRow(line=line, site=name, country=country, values=values, access_since=since)
        return RowOutcome(row, warnings=tuple(doubts))


class CaseReader(_RecordReader):
    """Reads rows about cases and their lines."""

    dates = CASE_DATES

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
        values = self._read_all(case_value, CaseField, text, bad)
        rsn = compact(text["rsn"])
        if not rsn and (beside := next(filter(None, (text[column].strip() for column in _OF_LINE)), "")):
            bad["rsn.missing"] = beside
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

    @staticmethod
    def _quantity(rsn: str, text: str, bad: dict[str, str]) -> int | None:
        if not text.strip():
            if rsn:
                bad["quantity.missing"] = rsn
            return None
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


def _position(text: Mapping[str, str], bad: dict[str, str]) -> str:
    """Return the position in the columns of latitude and longitude, "" without one or with its reason in `bad`.

    Each cell must hold one number: `50,45` with a decimal comma beside an empty cell would be another place.
    """
    degrees = {column: clean(text[column]) for column in ("latitude", "longitude")}
    if not any(degrees.values()):
        return ""
    for column, value in degrees.items():
        if not is_degrees(value):
            bad[f"{column}.unreadable" if value else f"{column}.missing"] = text[column]
    if not all(map(is_degrees, degrees.values())):
        return ""
    both = " ".join(degrees.values())
    try:
        return position_text(both)
    except Refusal:
        bad["position.unreadable"] = both
        return ""


def site_conflicts(rows: Sequence[SiteRow]) -> Across:
    """Return the rows about a site that another row is about too."""
    found: Across = defaultdict(dict)
    by_site: dict[tuple[str, str], list[SiteRow]] = defaultdict(list)
    for row in rows:
        by_site[row.country, row.site].append(row)
    for same in by_site.values():
        if len(same) > 1:
            _mark(found, "site.duplicate", same)
    return dict(found)


def case_conflicts(rows: Sequence[CaseRow]) -> Across:
    """Return the rows about one case that contradict each other, and those about one line, also as `1` and `001`."""
    found: Across = defaultdict(dict)
    by_case: dict[str, list[CaseRow]] = defaultdict(list)
    by_line: dict[tuple[str, str], list[CaseRow]] = defaultdict(list)
    for row in rows:
        by_case[row.case_id].append(row)
        if row.rsn:
            by_line[row.case_id, line_key(row.rsn)].append(row)
    for same in by_case.values():
        stated: dict[str, set[str]] = defaultdict(set)
        for row in same:
            for field, value in {**row.values, "program": row.program, "country": row.country}.items():
                stated[field].add(value)
        if any(len(values) > 1 for values in stated.values()):
            _mark(found, "case.contradicts", same)
    for same in by_line.values():
        if len(same) > 1:
            lines = {(row.quantity, row.nomenclature, row.part_number, row.delivered_on) for row in same}
            _mark(found, "line.duplicate" if len(lines) == 1 else "line.contradicts", same)
    return dict(found)


def _mark(found: Across, code: str, same: Sequence[SiteRow | CaseRow]) -> None:
    """Note `code` for each of the rows, with the lines of up to five others."""
    first = [row.line for row in same[:6]]  # one of them may be the row itself; all would take quadratic time
    for row in same:
        others = [str(line) for line in first if line != row.line][:5]
        found[row.line][code] = ", ".join(others) + (", …" if len(same) > 6 else "")


def _past_date(_field: str, text: str, today: date) -> str:
    return case_value(CaseField.ACCEPTED_ON, text, today)


def _iso(text: str, order: DateOrder) -> str:
    """Return a list's date as `YYYY-MM-DD`, or the text as it is if it cannot be read."""
    try:
        day = parse_date(text, order)
    except ValueError:
        return text
    return day.isoformat() if day else ""
