"""Differences between a row of a list and the item that the book already has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec

from eum_app.domain.inventory_rows import InventoryRow

_DATES: Final = ("ship_date", "delivery_date", "last_inventory")
_TEXTS: Final = (
    *(
        "country",
        "case_id",
        "rsn",
        "nomenclature",
        "nsn",
        "part_number",
        "cage",
        "uii",
        "eum_level",
        "site",
        "location",
    ),
    "remarks",
)


class Difference(msgspec.Struct, frozen=True):
    """A column in which a list and the book differ."""

    column: str
    held: str
    listed: str


def row_values(row: InventoryRow) -> dict[str, str]:
    """Return the values that a row states, by column, without empty ones.

    The serial number, the line and `stated` are not included. `site` is the site's name. Dates are `YYYY-MM-DD`. The
    disposition is its code, and is left out if the list did not state it.
    """
    values = {column: str(getattr(row, column)) for column in _TEXTS}
    values |= {column: day.isoformat() for column in _DATES if (day := getattr(row, column))}
    if row.has_disposition:
        values["disposition"] = row.disposition.value
    return {column: value for column, value in values.items() if value}


def differences(row: InventoryRow, held: Mapping[str, str]) -> tuple[Difference, ...]:
    """Return the columns in which `row` differs from the book's values of the same item (`held`, by column).

    Columns that the row leaves empty are not compared; `held` must have the others. Where a person's statement counts
    (`statement_id`), the disposition is compared with that of the earlier list: repeating it says nothing new.
    """
    if held.get("statement_id"):
        held = {**held, "disposition": held["listed_as"]}
    said = row_values(row).items()
    return tuple(Difference(column, held[column], value) for column, value in said if held[column] != value)
