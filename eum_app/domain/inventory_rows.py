"""One row of an inventory list: from canonical column → cell text to a typed row, or the reasons for its rejection.

The module does no I/O. Rows are independent, except that `RowReader` remembers earlier rows to find duplicates.

Rejections, by column: `serial.missing`, `case.missing`, `case.pattern`, `part_number.missing` (and no stock number
either), `<date>.invalid`, `<date>.year` (outside 1900 to 2200), `<date>.in_future`, `eum_level.unknown`,
`disposition.unknown`, `<column>.formula`, `<column>.spreadsheet_error`, `<column>.line_break`, and for each column that
identifies an item `<column>.<damage>` (`damage.damage_of`); `item.duplicate`, `uii.duplicate`.

Warnings: `serial.normalised`, `serial.characters`, `<column>.maybe_<damage>`, `<column>.number_format`, `cage.pattern`,
`cage.missing`, `nsn.pattern`, `eum_level.missing`, `case.country_differs`, `uii.serial_differs`, `uii.length`,
`delivery_date.before_ship_date`, `<date>.in_future` (a shipment within the coming year), `<column>.stated`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Generic, TypeVar

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
    upper,
)
from eum_app.domain.list_cells import CellKind, cell_damage, values_in
from eum_app.domain.list_dates import NO_TODAY, DateOrder, date_problem, parse_date
from eum_app.domain.look_alikes import Foreign

Row = TypeVar("Row")

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
_UII_LENGTH = 50  # MIL-STD-130N; older marks may hold 78


class InventoryRow(msgspec.Struct, frozen=True, kw_only=True):
    """One accepted row. Empty cells are "".

    `line` counts the file's lines from 1, heading included. `has_disposition` is false if the list has none; the item
    is then assumed to be on hand. `stated` are columns that look damaged and that a person confirmed from the plate.
    """

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
    has_disposition: bool = True
    stated: tuple[str, ...] = ()

    @property
    def key(self) -> ItemKey:
        """The key that identifies the item (`items.item_key`)."""
        return item_key(self.cage, self.part_number, self.serial, self.nsn)


class RowOutcome(msgspec.Struct, Generic[Row], frozen=True):
    """Result of reading a row:

    `row`, or None with the `codes` of its rejection. `values` names the text or line per code.
    """

    row: Row | None
    codes: tuple[str, ...] = ()
    values: dict[str, str] = {}
    warnings: tuple[str, ...] = ()


class RowWarning(msgspec.Struct, frozen=True):
    """A doubt about an accepted row."""

    line: int
    code: str
    foreign: tuple[Foreign, ...] = ()
    """For `<column>.other_script`: the characters that only look like those of identifiers."""


class RowReader:
    """Reads rows in order and rejects the second of two equal items, naming the line of the first."""

    def __init__(self, date_order: DateOrder, today: date = NO_TODAY) -> None:
        self._order: DateOrder = date_order
        self._today = today
        self._line_of_key: dict[ItemKey, int] = {}
        self._line_of_uii: dict[str, int] = {}

    def read(
        self,
        line: int,
        cells: Mapping[str, str],
        kinds: Mapping[str, CellKind] | None = None,
        stated: frozenset[str] = frozenset(),
    ) -> RowOutcome[InventoryRow]:
        """Read the row at `line` with `cells` (canonical column → text; absent columns are empty).

        `kinds` and `stated` are as in `list_cells.cell_damage`. Rejections and warnings are listed in the module
        docstring.
        """
        outcome = parse_row(line, cells, self._order, self._today, kinds, stated)
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


def parse_row(
    line: int,
    cells: Mapping[str, str],
    order: DateOrder,
    today: date = NO_TODAY,
    kinds: Mapping[str, CellKind] | None = None,
    stated: frozenset[str] = frozenset(),
) -> RowOutcome[InventoryRow]:
    """Read one row without regard to others. The result names every reason for a rejection, not only the first."""
    reading = _Reading(cells, order, today)
    reading.look_for_damage(kinds or {}, stated)
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
        serial_raw=reading.raw["serial"],
        uii=uii,
        eum_level=level,
        ship_date=dates.get("ship_date"),
        delivery_date=dates.get("delivery_date"),
        site=clean(text["site"]),
        location=clean(text["location"]),
        last_inventory=dates.get("last_inventory"),
        disposition=disposition,
        remarks=text["remarks"].strip(),
        has_disposition=bool(clean(text["disposition"])),
        stated=tuple(code.partition(".")[0] for code in reading.warnings if code.endswith(".stated")),
    )
    return RowOutcome(row, warnings=tuple(reading.warnings))


class _Reading:
    """The cells of one row, with the errors (code → cell text) and warnings found so far."""

    def __init__(self, cells: Mapping[str, str], order: DateOrder, today: date) -> None:
        self.raw = {column: cells.get(column, "") for column in COLUMNS}
        self.text = values_in(cells, COLUMNS)
        self.bad: dict[str, str] = {}
        self.warnings: list[str] = []
        self._order: DateOrder = order
        self._today = today

    def look_for_damage(self, kinds: Mapping[str, CellKind], stated: frozenset[str]) -> None:
        bad, doubts = cell_damage(self.text, kinds, stated)
        self.bad |= bad
        self.warnings += doubts

    def serial(self) -> str:
        raw = self.raw["serial"]
        serial, warnings = normalise_serial(raw)
        if not serial:
            self.bad["serial.missing"] = raw
        self.warnings += warnings
        return serial

    def case(self) -> tuple[str, str]:
        """Return case identifier and country. Without a country column, the case names the country."""
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
        """Return part number, stock number and maker's code."""
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
        """Return the disposition. A list without one lists items on hand; an unknown word rejects the row."""
        disposition = parse_disposition(self.text["disposition"])
        if disposition is None and clean(self.text["disposition"]):
            self.bad["disposition.unknown"] = self.text["disposition"]
        return disposition or Disposition.ON_HAND

    def dates(self) -> dict[str, date | None]:
        dates: dict[str, date | None] = {}
        for column in DATE_COLUMNS:
            if f"{column}.spreadsheet_error" in self.bad or f"{column}.formula" in self.bad:
                continue
            try:
                day = dates[column] = parse_date(self.text[column], self._order)
            except ValueError:
                self.bad[f"{column}.invalid"] = self.text[column]
                continue
            problem = date_problem(column, day, self._today) if day else None
            if problem and problem[1]:
                self.bad[problem[0]] = self.text[column]
            elif problem:
                self.warnings.append(problem[0])
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
