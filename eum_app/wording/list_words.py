"""Words of lists for the window and the command line: columns, reasons for a rejection, doubts, notes; without Qt."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Final

from eum_app.domain.list_differences import Difference

_REASONS: Final[dict[str, str]] = {
    "row.cell_count": "Its cells do not fit the headings ({value} cells)",
    "row.quote_open": "A quote without its pair makes one cell of lines {value}; remove it, or double it",
    "serial.missing": "No serial number",
    "case.missing": "No FMS case",
    "case.pattern": "{value} does not look like an FMS case, such as XX-B-ABC",
    "part_number.missing": "Neither part number nor stock number",
    "eum_level.unknown": "{value} is not an EUM level",
    "disposition.unknown": "{value} is not a disposition",
    "item.duplicate": "The same item is in line {value}",
    "uii.duplicate": "The same UII is in line {value}",
    "claim.duplicate": "The same serial number and article are in line {value}",
}
_BY_ENDING: Final[dict[str, str]] = {
    "invalid": "{column}: {value} is not a date that can be read",
    "year": "{column}: {value} is outside the years 1900 to 2200 (a slip, or a Buddhist or Hijri year)",
    "in_future": "{column}: {value} is in the future",
    "spreadsheet_error": "{column}: the spreadsheet's error {value}",
    "line_break": "{column}: a line break inside the cell",
    "formula": "{column}: the formula {value}; paste the list as values",
    "scientific_notation": "{column}: a spreadsheet turned it into {value}",
    "decimal": "{column}: it became a decimal number, {value}",
    "date": "{column}: a spreadsheet may have turned it into the date {value}",
    "digits_lost": "{column}: only 15 digits of {value} are left",
    "characters_lost": "{column}: characters of {value} were lost when the file was saved",
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
_DOUBTS_BY_ENDING: Final[dict[str, str]] = {
    "in_future": "{column} in the future",
    "maybe_swapped": "{column}: a spreadsheet may have swapped day and month",
    "number_format": "{column}: the cell shows more than its number",
    "maybe_scientific_notation": "{column} looks like a number that a spreadsheet shortened",
    "maybe_decimal": "{column} looks like a decimal number",
    "maybe_date": "{column} looks like a date",
    "maybe_digits_lost": "{column} looks like a number cut to 15 digits",
    "stated": "{column} entered as the plate says, not confirmed by a mark",
}
_NOTES: Final[dict[str, str]] = {
    "list.encoding_guessed": (
        "The file does not say its encoding; it was read as Windows-1252 (“{example}”). If letters look wrong, choose "
        "the encoding of the computer that saved it."
    ),
    "list.lines_joined": (
        "{lines} lines became {rows} rows, since a quoted cell goes over several lines: {places}. Check these lines."
    ),
    "list.sheet_unread": "The sheet {sheet} is not read; it holds {rows} rows.",
    "list.columns_unread": "Columns that are not read: {columns}.",
    "list.columns_unnamed": "Columns without a heading hold cells that are not read: {columns}.",
    "list.headings_joined": "The headings in line {line} go over two lines; they were read as: {columns}.",
    "list.dates_mixed": (
        "{column}: some cells hold dates and others text. A spreadsheet may have swapped day and month; check them."
    ),
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


def column_word(column: str) -> str:
    """The name of a canonical column."""
    return _translated(_COLUMNS.get(column, column.replace("_", " ").capitalize()))


def what_is_doubtful(code: str) -> str:
    """A warning in words; the code itself where this version does not know it."""
    column, _, ending = code.partition(".")
    template = _DOUBTS.get(code) or _DOUBTS_BY_ENDING.get(ending, code)
    return _translated(template).format(column=column_word(column))


def why_refused(code: str, values: Mapping[str, str]) -> str:
    """One reason for a rejection in words; the code itself where this version does not know it."""
    value = values.get(code, "").replace("\n", "⏎")[:60]
    column, _, ending = code.partition(".")
    template = _REASONS.get(code) or _BY_ENDING.get(ending)
    if template is None:
        return f"{code} {value}".strip()
    return _translated(template).format(value=value or "–", column=column_word(column))


def what_differs(difference: Difference) -> str:
    """A column in which a row differs from the book, in words."""
    words = _translated("{column}: the book has {held}, the list {listed}")
    return words.format(column=column_word(difference.column), held=difference.held or "–", listed=difference.listed)


def list_note(code: str, values: Mapping[str, str]) -> str:
    """A note about a whole list in words; the code itself where this version does not know it."""
    shown = {name: column_word(value) if name == "column" else value for name, value in values.items()}
    return _translated(_NOTES.get(code, code)).format(**shown)


def _translated(template: str) -> str:
    core = sys.modules.get("PySide6.QtCore")
    if core is None:
        return template
    return str(core.QCoreApplication.translate("hq", template))
