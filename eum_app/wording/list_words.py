"""Texts about lists for windows and the command line: columns, reasons for a rejection, doubts, notes. No Qt."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import chain
from typing import TYPE_CHECKING, Final

from eum_app.domain.look_alikes import foreign_in
from eum_app.domain.translatable import QT_TRANSLATE_NOOP, Translate, in_english

if TYPE_CHECKING:  # the unlock page imports the wording, and must not load msgspec
    from eum_app.domain.inventory_rows import RowWarning
    from eum_app.domain.list_differences import Difference
    from eum_app.domain.look_alikes import Foreign

_REASONS: Final[dict[str, str]] = {
    "row.cell_count": QT_TRANSLATE_NOOP("lists", "The cells do not match the headings (number of cells: {value})"),
    "row.quote_open": QT_TRANSLATE_NOOP(
        "lists", "A quote without its pair makes one cell of lines {value}; remove it, or double it"
    ),
    "serial.missing": QT_TRANSLATE_NOOP("lists", "No serial number"),
    "case.missing": QT_TRANSLATE_NOOP("lists", "No FMS case"),
    "case.pattern": QT_TRANSLATE_NOOP("lists", "{value} does not look like an FMS case, such as XX-B-ABC"),
    "part_number.missing": QT_TRANSLATE_NOOP("lists", "Neither part number nor stock number"),
    "eum_level.unknown": QT_TRANSLATE_NOOP("lists", "{value} is not an EUM level"),
    "disposition.unknown": QT_TRANSLATE_NOOP("lists", "{value} is not a disposition"),
    "item.duplicate": QT_TRANSLATE_NOOP("lists", "The same item is in line {value}"),
    "uii.duplicate": QT_TRANSLATE_NOOP("lists", "The same UII is in line {value}"),
    "site.missing": QT_TRANSLATE_NOOP("lists", "No site"),
    "country.missing": QT_TRANSLATE_NOOP("lists", "No country, and the number names none"),
    "case.program_missing": QT_TRANSLATE_NOOP("lists", "{value} does not show its program; fill in the column Program"),
    "program.unknown": QT_TRANSLATE_NOOP("lists", "The program is neither Golden Sentry nor Blue Lantern"),
    "quantity.missing": QT_TRANSLATE_NOOP("lists", "Line {value} has no delivered total"),
    "quantity.unreadable": QT_TRANSLATE_NOOP("lists", "{value} is not a total: use a whole number without separators"),
    "rsn.missing": QT_TRANSLATE_NOOP("lists", "{value} is about a line, but the row names none"),
    "access.missing": QT_TRANSLATE_NOOP("lists", "Since {value}, but the row does not say whether the site is closed"),
    "access.unreadable": QT_TRANSLATE_NOOP("lists", "{value} is not an access: use open, restricted or closed"),
    "position.unreadable": QT_TRANSLATE_NOOP(
        "lists", "{value} is not a position: decimal degrees, latitude up to 90, longitude up to 180"
    ),
    "position.contradicts": QT_TRANSLATE_NOOP(
        "lists", "The position {value} is another place than latitude and longitude; keep the right one"
    ),
    "latitude.unreadable": QT_TRANSLATE_NOOP(
        "lists", "{value} is not a latitude: decimal degrees with a point, such as 50.4501"
    ),
    "longitude.unreadable": QT_TRANSLATE_NOOP(
        "lists", "{value} is not a longitude: decimal degrees with a point, such as 30.5234"
    ),
    "latitude.missing": QT_TRANSLATE_NOOP("lists", "A longitude without a latitude"),
    "longitude.missing": QT_TRANSLATE_NOOP("lists", "A latitude without a longitude"),
    "radius_m.unreadable": QT_TRANSLATE_NOOP("lists", "{value} is not a radius in whole meters, up to 100,000"),
    "site.duplicate": QT_TRANSLATE_NOOP("lists", "The same site is in line {value}; keep one row"),
    "site.ambiguous": QT_TRANSLATE_NOOP("lists", "Several sites on the book are named {value}; type the change"),
    "line.duplicate": QT_TRANSLATE_NOOP("lists", "The same line of the case is in line {value}; keep one row"),
    "line.contradicts": QT_TRANSLATE_NOOP(
        "lists", "Line {value} of the file states another total for this line of the case; keep the right one"
    ),
    "line.other_spelling": QT_TRANSLATE_NOOP(
        "lists", "The record names this line of the case {value}; write it so, or both totals would count"
    ),
    "case.contradicts": QT_TRANSLATE_NOOP(
        "lists", "Line {value} of the file says something else about this case; keep the right one"
    ),
    "case.program_differs": QT_TRANSLATE_NOOP("lists", "The case is recorded under another program: {value}"),
    "claim.duplicate": QT_TRANSLATE_NOOP("lists", "The same serial number and article are in line {value}"),
}
_BY_ENDING: Final[dict[str, str]] = {
    "invalid": QT_TRANSLATE_NOOP("lists", "{column}: {value} is not a date that can be read"),
    "year": QT_TRANSLATE_NOOP(
        "lists", "{column} {value}: not between 1900 and 2200 (a slip, or a Buddhist or Hijri year)"
    ),
    "in_future": QT_TRANSLATE_NOOP("lists", "{column}: {value} is in the future"),
    "record_year": QT_TRANSLATE_NOOP("lists", "{column} {value}: not between 2000 and 2100"),
    "too_long": QT_TRANSLATE_NOOP("lists", "{column}: longer than 300 characters"),
    "spreadsheet_error": QT_TRANSLATE_NOOP("lists", "{column}: the spreadsheet's error {value}"),
    "line_break": QT_TRANSLATE_NOOP("lists", "{column}: a line break inside the cell"),
    "formula": QT_TRANSLATE_NOOP("lists", "{column}: the formula {value}; paste the list as values"),
    "scientific_notation": QT_TRANSLATE_NOOP("lists", "{column} {value}: a spreadsheet shortened a number"),
    "decimal": QT_TRANSLATE_NOOP("lists", "{column} {value}: it became a decimal number"),
    "date": QT_TRANSLATE_NOOP("lists", "{column} {value}: a spreadsheet may have made a date of it"),
    "digits_lost": QT_TRANSLATE_NOOP("lists", "{column} {value}: a spreadsheet kept only 15 digits"),
    "characters_lost": QT_TRANSLATE_NOOP("lists", "{column} {value}: characters were lost when the file was saved"),
}
_DOUBTS: Final[dict[str, str]] = {
    "serial.normalised": QT_TRANSLATE_NOOP("lists", "serial number tidied up"),
    "serial.characters": QT_TRANSLATE_NOOP("lists", "unusual characters in the serial number"),
    "cage.pattern": QT_TRANSLATE_NOOP("lists", "unusual CAGE"),
    "cage.missing": QT_TRANSLATE_NOOP("lists", "no CAGE"),
    "nsn.pattern": QT_TRANSLATE_NOOP("lists", "unusual NSN"),
    "eum_level.missing": QT_TRANSLATE_NOOP("lists", "no EUM level"),
    "case.country_differs": QT_TRANSLATE_NOOP("lists", "country and case differ"),
    "uii.serial_differs": QT_TRANSLATE_NOOP("lists", "UII and serial number differ"),
    "uii.length": QT_TRANSLATE_NOOP("lists", "long UII"),
    "delivery_date.before_ship_date": QT_TRANSLATE_NOOP("lists", "delivered before it was shipped"),
    "state.unknown": QT_TRANSLATE_NOOP("lists", "unusual state"),
    "case_id.pattern": QT_TRANSLATE_NOOP("lists", "number of an unusual form, kept as stated"),
    "as_of.missing": QT_TRANSLATE_NOOP("lists", "no date"),
}
_DOUBTS_BY_ENDING: Final[dict[str, str]] = {
    "in_future": QT_TRANSLATE_NOOP("lists", "{column} in the future"),
    "maybe_swapped": QT_TRANSLATE_NOOP("lists", "{column}: a spreadsheet may have swapped day and month"),
    "number_format": QT_TRANSLATE_NOOP("lists", "{column}: the cell shows more than its number"),
    "maybe_scientific_notation": QT_TRANSLATE_NOOP(
        "lists", "{column} looks like a number that a spreadsheet shortened"
    ),
    "maybe_decimal": QT_TRANSLATE_NOOP("lists", "{column} looks like a decimal number"),
    "maybe_date": QT_TRANSLATE_NOOP("lists", "{column} looks like a date"),
    "maybe_digits_lost": QT_TRANSLATE_NOOP("lists", "{column} looks like a number cut to 15 digits"),
    "other_script": QT_TRANSLATE_NOOP("lists", "{column}: characters that look like or mean {plain} are {scripts}"),
    "stated": QT_TRANSLATE_NOOP("lists", "{column} entered as the plate says, not confirmed by a mark"),
}
_NOTES: Final[dict[str, str]] = {
    "list.encoding_guessed": QT_TRANSLATE_NOOP(
        "lists",
        "The file does not say its encoding; it was read as Windows-1252 (“{example}”). If letters look wrong, choose "
        "the encoding of the computer that saved it.",
    ),
    "list.lines_joined": (
        QT_TRANSLATE_NOOP(
            "lists",
            "{lines} lines became fewer rows ({rows}), since a quoted cell goes over several lines: {places}."
            " Check these lines.",
        )
    ),
    "list.sheet_unread": QT_TRANSLATE_NOOP("lists", "The sheet {sheet} is not read; rows in it: {rows}."),
    "list.sheet_hidden": QT_TRANSLATE_NOOP("lists", "The hidden sheet {sheet} is not read."),
    "list.columns_unread": QT_TRANSLATE_NOOP("lists", "Columns that are not read: {columns}."),
    "list.columns_unnamed": QT_TRANSLATE_NOOP(
        "lists", "Columns without a heading hold cells that are not read: {columns}."
    ),
    "list.headings_joined": QT_TRANSLATE_NOOP(
        "lists", "The headings in line {line} go over two lines; they were read as: {columns}."
    ),
    "list.dates_mixed": (
        QT_TRANSLATE_NOOP(
            "lists",
            "{column}: some cells hold dates and others text. A spreadsheet may have swapped day and"
            " month; check them.",
        )
    ),
}
_COLUMNS: Final[dict[str, str]] = {
    "country": QT_TRANSLATE_NOOP("lists", "Country"),
    "nomenclature": QT_TRANSLATE_NOOP("lists", "Article"),
    "site": QT_TRANSLATE_NOOP("lists", "Site"),
    "location": QT_TRANSLATE_NOOP("lists", "Location"),
    "disposition": QT_TRANSLATE_NOOP("lists", "Disposition"),
    "remarks": QT_TRANSLATE_NOOP("lists", "Remarks"),
    "unit": QT_TRANSLATE_NOOP("lists", "Unit"),
    "state": QT_TRANSLATE_NOOP("lists", "State"),
    "as_of": QT_TRANSLATE_NOOP("lists", "Date"),
    "remark": QT_TRANSLATE_NOOP("lists", "Remark"),
    "ship_date": QT_TRANSLATE_NOOP("lists", "Ship date"),
    "delivery_date": QT_TRANSLATE_NOOP("lists", "Delivery date"),
    "last_inventory": QT_TRANSLATE_NOOP("lists", "Last inventory"),
    "case_id": QT_TRANSLATE_NOOP("lists", "FMS case"),
    "rsn": QT_TRANSLATE_NOOP("lists", "RSN"),
    "nsn": QT_TRANSLATE_NOOP("lists", "NSN"),
    "part_number": QT_TRANSLATE_NOOP("lists", "Part number"),
    "cage": QT_TRANSLATE_NOOP("lists", "CAGE"),
    "serial": QT_TRANSLATE_NOOP("lists", "Serial number"),
    "uii": QT_TRANSLATE_NOOP("lists", "UII"),
    "eum_level": QT_TRANSLATE_NOOP("lists", "EUM level"),
    "position": QT_TRANSLATE_NOOP("lists", "Position"),
    "radius_m": QT_TRANSLATE_NOOP("lists", "Radius in meters"),
    "address": QT_TRANSLATE_NOOP("lists", "Address"),
    "custodian": QT_TRANSLATE_NOOP("lists", "Custodian"),
    "custodian_organization": QT_TRANSLATE_NOOP("lists", "Organization"),
    "certified_until": QT_TRANSLATE_NOOP("lists", "Certified until"),
    "certificate": QT_TRANSLATE_NOOP("lists", "Certificate"),
    "access": QT_TRANSLATE_NOOP("lists", "Access"),
    "access_since": QT_TRANSLATE_NOOP("lists", "Access since"),
    "program": QT_TRANSLATE_NOOP("lists", "Program"),
    "accepted_on": QT_TRANSLATE_NOOP("lists", "Accepted on"),
    "control_plan_on": QT_TRANSLATE_NOOP("lists", "Control plan of"),
    "control_plan": QT_TRANSLATE_NOOP("lists", "Control plan"),
    "quantity": QT_TRANSLATE_NOOP("lists", "Delivered total"),
    "delivered_on": QT_TRANSLATE_NOOP("lists", "Delivered on"),
}


def column_word(column: str, translate: Translate = in_english) -> str:
    """Return the name of a canonical column; an unknown one is spelled with blanks and a capital."""
    return translate("lists", _COLUMNS.get(column, column.replace("_", " ").capitalize()))


def what_is_doubtful(code: str, translate: Translate = in_english, foreign: Iterable[Foreign] = ()) -> str:
    """Return a warning in words, or the code if this version does not know it.

    `foreign` are the characters of another script that an `….other_script` is about.
    """
    column, _, ending = code.partition(".")
    template = _DOUBTS.get(code) or _DOUBTS_BY_ENDING.get(ending)
    if template is None:
        return code
    found = list(foreign)
    return translate("lists", template).format(
        column=column_word(column, translate),
        plain=", ".join(dict.fromkeys(one.looks_like for one in found)),
        scripts=", ".join(dict.fromkeys(one.script for one in found)),
    )


def doubts_with_lines(warnings: Iterable[RowWarning], translate: Translate = in_english) -> list[tuple[str, list[int]]]:
    """Return each kind of warning once, in words, with its lines; kinds are in the order of their first line."""
    by_code: dict[str, list[RowWarning]] = {}
    for warning in warnings:
        by_code.setdefault(warning.code, []).append(warning)
    return [
        (
            what_is_doubtful(code, translate, dict.fromkeys(chain.from_iterable(one.foreign for one in found))),
            [one.line for one in found],
        )
        for code, found in by_code.items()
    ]


def why_refused(code: str, values: Mapping[str, str], translate: Translate = in_english) -> str:
    """Return one reason for a rejection in words, or the code and value if this version does not know it.

    Of the cell, the first 60 characters are quoted as they are, with line feeds as ⏎.
    """
    value = "⏎".join(values.get(code, "").splitlines())[:60]
    column, _, ending = code.partition(".")
    template = _REASONS.get(code) or _BY_ENDING.get(ending)
    if template is None:
        return f"{code} {value}".strip()
    said = translate("lists", template).format(value=value or "–", column=column_word(column, translate))
    if code == "case.pattern" and (foreign := foreign_in(value)):
        return f"{said}; {what_is_doubtful('case_id.other_script', translate, foreign)}"
    return said


def what_differs(difference: Difference, translate: Translate = in_english) -> str:
    """Return the difference between a row and the book in one column, with both values; a dash if the book has none."""
    words = translate("lists", "{column}: the book has {held}, the list {listed}")
    return words.format(
        column=column_word(difference.column, translate), held=difference.held or "–", listed=difference.listed
    )


def list_note(code: str, values: Mapping[str, str], translate: Translate = in_english) -> str:
    """Return a note about a whole list in words, or the code if this version does not know it.

    Texts of the list are quoted as they are; a missing value is shown as a dash.
    """
    if code not in _NOTES:
        return code
    shown = {name: column_word(value, translate) if name == "column" else value for name, value in values.items()}
    return translate("lists", _NOTES[code]).format_map(defaultdict(lambda: "–", shown))
