"""One row of an inventory list: canonical column → cell text in, a row with types or the reasons why not out.

Pure: no file, no other row (apart from `RowReader`, which knows what came before and so finds duplicates).
Rejections, by column: `serial.missing`, `serial.scientific_notation`, `serial.decimal`, `serial.date`, `case.missing`,
`case.pattern`, `part_number.missing` (and no stock number either), `ship_date.invalid`, `delivery_date.invalid`,
`last_inventory.invalid`, `eum_level.unknown`, `disposition.unknown`, `<column>.spreadsheet_error`,
`<column>.line_break`, `item.duplicate`, `uii.duplicate`. Warnings: `serial.normalised`, `serial.characters`,
`cage.pattern`, `cage.missing`, `nsn.pattern`, `eum_level.missing`, `case.country_differs`, `uii.serial_differs`,
`uii.length`, `delivery_date.before_ship_date`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Generic, Literal, TypeVar

import msgspec

from eum_app.domain.authorizations import parse_fms_case
from eum_app.domain.dispositions import Disposition, parse_disposition
from eum_app.domain.errors import Refusal
from eum_app.domain.items import (
    ItemKey,
    check_cage,
    clean,
    compact,
    item_key,
    normalise_nsn,
    normalise_serial,
    parse_eum_level,
    serial_damage,
    upper,
)

Row = TypeVar("Row")
DateOrder = Literal["month first", "day first", "not needed"]

DATE_COLUMNS = ("ship_date", "delivery_date", "last_inventory")
COLUMNS = (
    "country",
    "case_id",
    "rsn",
    "nomenclature",
    "nsn",
    "part_number",
    "cage",
    "serial",
    "uii",
    "eum_level",
    "ship_date",
    "delivery_date",
    "site",
    "location",
    "last_inventory",
    "disposition",
    "remarks",
)
# A cell over several lines is ordinary in a remark; anywhere else a lone quote has swallowed the lines between.
_MAY_BREAK = frozenset({"remarks", "remark", "location", "nomenclature"})
_SPREADSHEET_ERRORS = frozenset({"#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!", "#SPILL!"})
_UII_LENGTH = 50  # MIL-STD-130N; older marks may hold 78

# Not strptime's %b: that follows the machine's locale.
_MONTHS = (
    *("JANUARY", "FEBRUARY", "MARCH", "APRIL", "MAY", "JUNE"),
    *("JULY", "AUGUST", "SEPTEMBER", "OCTOBER", "NOVEMBER", "DECEMBER"),
)
_MIDNIGHT = r"(?:[T ]00:00(?::00(?:\.0+)?)?)?"
_YEAR_FIRST = re.compile(r"([0-9]{4})([-/.])([0-9]{1,2})\2([0-9]{1,2})" + _MIDNIGHT, re.ASCII)
_NAMED_MONTH = re.compile(r"([0-9]{1,2})[- ]?([A-Z]{3,9})[- ,]*([0-9]{4})", re.ASCII)
_NUMERIC = re.compile(r"([0-9]{1,2})([-/.])([0-9]{1,2})\2([0-9]{4})" + _MIDNIGHT, re.ASCII)


class InventoryRow(msgspec.Struct, frozen=True, kw_only=True):
    """One accepted row. `line` is the file's own, 1-based, heading included. Texts are "" where nothing stood."""

    line: int
    country: str
    case_id: str
    rsn: str
    nomenclature: str
    nsn: str
    part_number: str
    cage: str
    serial: str
    serial_raw: str
    uii: str
    eum_level: str
    ship_date: date | None
    delivery_date: date | None
    site: str
    location: str
    last_inventory: date | None
    disposition: Disposition
    remarks: str

    @property
    def key(self) -> ItemKey:
        """What makes this row the same item as another."""
        return item_key(self.cage, self.part_number, self.serial, self.nsn)


class RowOutcome(msgspec.Struct, Generic[Row], frozen=True):
    """What became of a row: `row`, or the `codes` of its rejection and, by code, the text or line each names."""

    row: Row | None
    codes: tuple[str, ...] = ()
    values: dict[str, str] = {}
    warnings: tuple[str, ...] = ()


def cell_damage(cells: Mapping[str, str]) -> dict[str, str]:
    """What a spreadsheet or a lone quote did to cells: `<column>.spreadsheet_error`, `<column>.line_break` → text."""
    bad: dict[str, str] = {}
    for column, cell in cells.items():
        bare = cell.strip()
        if bare.upper() in _SPREADSHEET_ERRORS:
            bad[f"{column}.spreadsheet_error"] = cell
        elif column not in _MAY_BREAK and ("\n" in bare or "\r" in bare):
            bad[f"{column}.line_break"] = cell
    return bad


def parse_date(text: str, order: DateOrder) -> date | None:
    """A date from 2025-03-10, 10-Mar-2025, 03/10/2025 (as `order` says); None for an empty cell.

    Two-digit years are not read. Raises ValueError for anything else, and for a day that the calendar does not have.
    """
    word = upper(text)
    if not word:
        return None
    if match := _YEAR_FIRST.fullmatch(word):
        return date(int(match[1]), int(match[3]), int(match[4]))
    if match := _NAMED_MONTH.fullmatch(word):
        month = next((number for number, name in enumerate(_MONTHS, 1) if name.startswith(match[2])), 0)
        return date(int(match[3]), month, int(match[1]))
    if match := _NUMERIC.fullmatch(word):
        first, second, year = int(match[1]), int(match[3]), int(match[4])
        if first == second or order == "month first":
            return date(year, first, second)
        if order == "day first":
            return date(year, second, first)
    raise ValueError(text)


def date_orders(texts: Iterable[str]) -> frozenset[DateOrder]:
    """The orders that the numeric dates among `texts` allow.

    One if any date settles it, both if none does, none if they contradict each other; `{"not needed"}` where there is
    no numeric date, or each reads the same both ways. A date that neither order can read (31/31/2024) says nothing.
    """
    allowed: set[DateOrder] = {"month first", "day first"}
    seen = False
    for text in texts:
        match = _NUMERIC.fullmatch(upper(text))
        if match is None or match[1] == match[3]:
            continue
        fits: set[DateOrder] = {order for order in ("month first", "day first") if _reads(text, order)}
        if fits:
            seen = True
            allowed &= fits
    return frozenset(allowed) if seen else frozenset({"not needed"})


class RowReader:
    """Reads rows in order and knows those accepted: the second of two equal items is rejected, naming the first's
    line."""

    def __init__(self, date_order: DateOrder) -> None:
        self._order: DateOrder = date_order
        self._line_of_key: dict[ItemKey, int] = {}
        self._line_of_uii: dict[str, int] = {}

    def read(self, line: int, cells: Mapping[str, str]) -> RowOutcome[InventoryRow]:
        """What becomes of the row at `line` with `cells` (canonical column → text; absent columns are empty)."""
        outcome = parse_row(line, cells, self._order)
        row = outcome.row
        if row is None:
            return outcome
        if row.key in self._line_of_key:
            first_line = str(self._line_of_key[row.key])
            return RowOutcome(None, ("item.duplicate",), {"item.duplicate": first_line}, outcome.warnings)
        if row.uii and row.uii in self._line_of_uii:
            first_line = str(self._line_of_uii[row.uii])
            return RowOutcome(None, ("uii.duplicate",), {"uii.duplicate": first_line}, outcome.warnings)
        self._line_of_key[row.key] = line
        if row.uii:
            self._line_of_uii[row.uii] = line
        return outcome


def parse_row(line: int, cells: Mapping[str, str], order: DateOrder) -> RowOutcome[InventoryRow]:
    """Read one row by itself. Every reason for a rejection is named, not only the first."""
    reading = _Reading(cells, order)
    reading.look_for_damage()
    serial = reading.serial()
    case_id, country = reading.case()
    part_number, nsn, cage = reading.kind_of_item()
    dates = reading.dates()
    level = reading.eum_level()
    disposition = reading.disposition()
    uii = reading.uii(serial)
    if reading.bad:
        return RowOutcome(None, tuple(reading.bad), reading.bad, tuple(reading.warnings))
    text = reading.text
    row = InventoryRow(
        line=line,
        country=country,
        case_id=case_id,
        rsn=compact(text["rsn"]),
        nomenclature=clean(text["nomenclature"]),
        nsn=nsn,
        part_number=part_number,
        cage=cage,
        serial=serial,
        serial_raw=text["serial"],
        uii=uii,
        eum_level=level,
        ship_date=dates.get("ship_date"),
        delivery_date=dates.get("delivery_date"),
        site=clean(text["site"]),
        location=clean(text["location"]),
        last_inventory=dates.get("last_inventory"),
        disposition=disposition,
        remarks=text["remarks"].strip(),
    )
    return RowOutcome(row, warnings=tuple(reading.warnings))


class _Reading:
    """The cells of one row being read: what is bad (code → the cell's text) and what is doubtful gathers here."""

    def __init__(self, cells: Mapping[str, str], order: DateOrder) -> None:
        self.text = {column: cells.get(column, "") for column in COLUMNS}
        self.bad: dict[str, str] = {}
        self.warnings: list[str] = []
        self._order: DateOrder = order

    def look_for_damage(self) -> None:
        self.bad |= cell_damage(self.text)

    def serial(self) -> str:
        raw = self.text["serial"]
        serial, warnings = normalise_serial(raw)
        if not serial:
            self.bad["serial.missing"] = raw
        elif damage := serial_damage(serial):
            self.bad[damage] = raw
        else:
            self.warnings += warnings
        return serial

    def case(self) -> tuple[str, str]:
        """Case identifier and country; a list without a country column has it in the case."""
        country = compact(self.text["country"])
        try:
            case = parse_fms_case(self.text["case_id"])
        except Refusal as refusal:
            self.bad[refusal.code] = self.text["case_id"]
            return "", country
        if country and country != case.country:
            self.warnings.append("case.country_differs")
        return case.case_id, country or case.country

    def kind_of_item(self) -> tuple[str, str, str]:
        """Part number, stock number and maker's code."""
        part_number = upper(self.text["part_number"])
        nsn = normalise_nsn(self.text["nsn"])
        if nsn is None and compact(self.text["nsn"]):
            self.warnings.append("nsn.pattern")
        if not part_number and nsn is None:
            self.bad["part_number.missing"] = self.text["part_number"]
        cage = compact(self.text["cage"])
        if warning := check_cage(cage):
            self.warnings.append(warning if cage else "cage.missing")
        return part_number, nsn or upper(self.text["nsn"]), cage

    def eum_level(self) -> str:
        level = parse_eum_level(self.text["eum_level"])
        if level is None and clean(self.text["eum_level"]):
            self.bad["eum_level.unknown"] = self.text["eum_level"]
        elif level is None:
            self.warnings.append("eum_level.missing")
        return level or ""

    def disposition(self) -> Disposition:
        """A list without a status says what is held; a word that we do not know is not guessed at."""
        disposition = parse_disposition(self.text["disposition"])
        if disposition is None and clean(self.text["disposition"]):
            self.bad["disposition.unknown"] = self.text["disposition"]
        return disposition or Disposition.ON_HAND

    def dates(self) -> dict[str, date | None]:
        dates: dict[str, date | None] = {}
        for column in DATE_COLUMNS:
            try:
                dates[column] = parse_date(self.text[column], self._order)
            except ValueError:
                self.bad[f"{column}.invalid"] = self.text[column]
        shipped, delivered = dates.get("ship_date"), dates.get("delivery_date")
        if shipped and delivered and delivered < shipped:
            self.warnings.append("delivery_date.before_ship_date")
        return dates

    def uii(self, serial: str) -> str:
        uii = compact(self.text["uii"])
        if uii and not uii.endswith(serial):
            self.warnings.append("uii.serial_differs")
        if len(uii) > _UII_LENGTH:
            self.warnings.append("uii.length")
        return uii


def _reads(text: str, order: DateOrder) -> bool:
    try:
        return parse_date(text, order) is not None
    except ValueError:
        return False
