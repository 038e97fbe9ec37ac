"""The words of lists: what they are, their columns, what becomes of a row, why one was refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from PySide6.QtCore import QCoreApplication

from ui.kit.delegates import ChipSpec

_WORDS: Final[dict[str, str]] = {
    "row.cell_count": "Its cells do not fit the headings ({value} cells)",
    "serial.missing": "No serial number",
    "serial.scientific_notation": "A spreadsheet turned the serial number into {value}",
    "serial.decimal": "The serial number became a decimal number: {value}",
    "case.missing": "No FMS case",
    "case.pattern": "{value} is no FMS case, as in XX-B-ABC",
    "part_number.missing": "Neither part number nor stock number",
    "eum_level.unknown": "{value} is no EUM level",
    "disposition.unknown": "{value} is no disposition",
    "item.duplicate": "The same item stands in line {value}",
    "uii.duplicate": "The same UII stands in line {value}",
    "claim.duplicate": "The same serial number and article stand in line {value}",
}
_BY_ENDING: Final[dict[str, str]] = {
    "invalid": "{column}: {value} is no date",
    "spreadsheet_error": "{column}: the spreadsheet's error {value}",
    "line_break": "{column}: a line break inside the cell",
}
_COLUMNS: Final[dict[str, str]] = {
    "country": "Country",
    "nomenclature": "Article",
    "site": "Site",
    "location": "Location",
    "disposition": "Disposition",
    "remarks": "Remarks",
    "unit": "Unit",
    "state": "State",
    "as_of": "Date",
    "remark": "Remark",
    "ship_date": "Ship date",
    "delivery_date": "Delivery date",
    "last_inventory": "Last inventory",
    "case_id": "FMS case",
    "rsn": "RSN",
    "nsn": "NSN",
    "part_number": "Part number",
    "cage": "CAGE",
    "serial": "Serial number",
    "uii": "UII",
    "eum_level": "EUM level",
}
_DOUBTS: Final[dict[str, str]] = {
    "serial.normalised": "serial number tidied up",
    "serial.characters": "unusual characters in the serial number",
    "cage.pattern": "unusual CAGE",
    "cage.missing": "no CAGE",
    "nsn.pattern": "unusual NSN",
    "eum_level.missing": "no EUM level",
    "case.country_differs": "country and case differ",
    "uii.serial_differs": "UII and serial number differ",
    "uii.length": "long UII",
    "delivery_date.before_ship_date": "delivered before it was shipped",
    "state.unknown": "unusual state",
    "as_of.missing": "no date",
}
_BECOMES: Final[dict[str, tuple[str, str, str]]] = {
    "new": ("New item", "ok", "plus"),
    "held": ("On the book", "mute", "check"),
    "uii": ("Item by UII", "ok", "check"),
    "serial_and_article": ("One item", "ok", "check"),
    "serial": ("One item", "ok", "check"),
    "unmatched": ("No item", "warn", "circle"),
    "ambiguous": ("Not clear", "warn", "triangle-alert"),
}


def column_word(column: str) -> str:
    """The name of a canonical column."""
    return QCoreApplication.translate("hq", _COLUMNS.get(column, column.replace("_", " ").capitalize()))


def becomes_chip(what: str) -> ChipSpec | None:
    """What becomes of a row, as a chip."""
    if what not in _BECOMES:
        return None
    words, tone, icon = _BECOMES[what]
    return ChipSpec(QCoreApplication.translate("hq", words), tone, icon)


def what_is_doubtful(code: str) -> str:
    """A warning in words; the code itself where this version does not know it."""
    return QCoreApplication.translate("hq", _DOUBTS.get(code, code))


def why_refused(code: str, values: Mapping[str, str]) -> str:
    """One reason in words; the code itself where this version does not know it."""
    value = values.get(code, "").replace("\n", "⏎")[:60]
    column, _, ending = code.partition(".")
    template = _WORDS.get(code) or _BY_ENDING.get(ending)
    if template is None:
        return f"{code} {value}".strip()
    return QCoreApplication.translate("hq", template).format(value=value or "–", column=column_word(column))
