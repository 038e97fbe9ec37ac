"""Syntax of a mark's data: AIM prefix, ISO/IEC 15434 envelope, separators, data elements.

Nothing here interprets the elements; `marks` forms the identifier. Sources: ISO/IEC 15434 (envelope, formats 05, 06,
12), MIL-STD-130N (the interim format DD, macro figure F-8), ISO/IEC 15424 (AIM symbology identifiers), ANSI MH10.8.2
(data identifiers are up to three digits and a letter), GS1 General Specifications 3 and 7.8 (application identifiers,
their lengths, and which values end without a separator).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from eum_app.domain.errors import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

RS, GS, EOT = "\x1e", "\x1d", "\x04"
HEADER = "[)>"
MAX_CANDIDATES = 8
"""Most identifiers that are offered to a person, or formed from one record."""


class Element(NamedTuple):
    """One data element: its value and identifier (data identifier, text element identifier or GS1 AI; "" if none)."""

    identifier: str
    value: str


class MarkWarning(NamedTuple):
    """A fact about a mark that a person should know and that does not stop the work."""

    code: str
    values: Mapping[str, str]


class Record(NamedTuple):
    """One format record of a message. `format` is "05", "06", "12", "DD" or another ISO/IEC 15434 format."""

    format: str
    elements: tuple[Element, ...]


@dataclass(frozen=True)
class Message:
    """A parsed ISO/IEC 15434 message."""

    records: tuple[Record, ...]
    warnings: tuple[MarkWarning, ...]


# ------------------------------------------------------------------------------------------------ AIM prefix
# ISO/IEC 15424: "]", a code character, a modifier.
_AIM_SYMBOLOGIES = {
    "A": "Code 39",
    "C": "Code 128",
    "E": "EAN/UPC",
    "F": "Codabar",
    "G": "Code 93",
    "I": "ITF",
    "L": "PDF417",
    "Q": "QR",
    "U": "MaxiCode",
    "d": "Data Matrix",
    "e": "GS1 DataBar",
    "z": "Aztec",
}
# Modifiers that say "FNC1 in first position": the data is GS1 elements without an envelope.
_AIM_GS1 = frozenset({"]C1", "]d2", "]d5", "]Q3", "]Q4", "]e0", "]z1", "]z4"})
# Modifiers of Aztec symbols that are one of a sequence (ISO/IEC 24778, annex F): the message is in several symbols.
_AIM_SEQUENCE = frozenset({"]z6", "]z7", "]z8", "]z9", "]zA", "]zB"})
_AIM = re.compile(r"\][A-Za-z][0-9A-Za-z]")


def split_aim_prefix(text: str) -> tuple[str, str]:
    """Return the AIM prefix of `text` ("" if there is no known one) and the rest."""
    found = _AIM.match(text)
    if found and text[1] in _AIM_SYMBOLOGIES:
        return found[0], text[3:]
    return "", text


def symbology_of(aim_prefix: str) -> str:
    """Return the name of the symbology that an AIM prefix states, or the text unchanged if it is not such a prefix."""
    return _AIM_SYMBOLOGIES.get(aim_prefix[1:2], aim_prefix) if _AIM.fullmatch(aim_prefix) else aim_prefix


def is_gs1_prefix(aim_prefix: str) -> bool:
    """Whether the prefix states that the data is GS1 elements without an envelope."""
    return aim_prefix in _AIM_GS1


def is_sequence_prefix(aim_prefix: str) -> bool:
    """Whether the prefix states that the symbol is one of a sequence that holds one message (structured append)."""
    return aim_prefix in _AIM_SEQUENCE


# ------------------------------------------------------------------------------------------------ separators
# Text that scanners send in place of the three control characters. DOMAIN: wedges and phone apps do all of these.
_PICTURES = str.maketrans({"␝": GS, "␞": RS, "␄": EOT})
_AS_TEXT = re.compile(
    r"(?P<caret>\^\^|\^\]|\^D)"
    r"|[<{«\[](?P<name>RS|GS|EOT)[>}»\]]"
    r"|½(?P<half>RS|GS|EOT)W?"
    r"|\\x(?P<hex>1[eEdD]|04)"
    r"|\\u00(?P<code>1[eEdD]|04)"
)
_MEANS = {"^^": RS, "^]": GS, "^d": EOT, "rs": RS, "gs": GS, "eot": EOT, "1e": RS, "1d": GS, "04": EOT}
_FORMAT = r"(?P<format>[0-9]{2}|DD)"
_HEAD = re.compile(re.escape(HEADER) + RS + _FORMAT)
_HEAD_WITHOUT_RS = re.compile(re.escape(HEADER) + r"(?P<format>05|06|12|DD)" + GS)
# Some scanners put an ECI designator or NUL before the data.
_LEADING = re.compile(r"^(?:\\[0-9]{4,6}|[\x00\s])+(?=\[\))")
# Some wedges drop the header too. No serial number begins with a format indicator and an enterprise identifier.
_HEADLESS = re.compile(r"06(?:17V.{5}(?:1[PT]|S)|18S.{6}|25S.{6})|(?:12|DD)(?:CAG|MFR|SPL) ?.{5} ?(?:SER|UCN|PNO|SEQ)")


def _meaning(found: re.Match[str]) -> str:
    return _MEANS[next(part for part in found.groups() if part).lower()]


def _text_kinds_in_head(text: str) -> set[str]:
    """Return the notations for separators as text that the head of a message uses.

    Only these are replaced, so that a caret inside an ordinary mark stays a caret.
    """
    at, kinds = len(HEADER), set()
    for _ in ("RS", "GS"):
        found = _AS_TEXT.match(text, at)
        if found:
            kinds.add(str(found.lastgroup))
            at = found.end()
        elif text[at : at + 1] in (RS, GS):
            at += 1
        at += 2  # the format indicator
    return kinds


def read_message(text: str) -> Message | None:
    """Parse an ISO/IEC 15434 message; return None if `text` does not begin like one.

    Raises Refusal `mark.separators_lost` (values: `candidates`), `mark.text_after_trailer`, `mark.run_together`.
    """
    text = _LEADING.sub("", text)
    if not text.startswith("[)"):
        if _HEADLESS.match(text):
            raise Refusal("mark.separators_lost", candidates=separator_candidates(text))
        return None
    warnings: list[MarkWarning] = []
    pictured = text.translate(_PICTURES)
    if pictured != text:
        text = pictured
        warnings.append(MarkWarning("mark.control_pictures", {}))
    kinds = _text_kinds_in_head(text)
    if kinds:
        text = _AS_TEXT.sub(lambda found: _meaning(found) if found.lastgroup in kinds else found[0], text)
        warnings.append(MarkWarning("mark.separators_as_text", {}))
    body = text.rstrip("\r\n\t")
    if not _HEAD.match(body):
        if not _HEAD_WITHOUT_RS.match(body):
            raise Refusal("mark.separators_lost", candidates=separator_candidates(body))
        body = HEADER + RS + body[len(HEADER) :]
        warnings.append(MarkWarning("mark.record_separator_missing", {}))
    body, _, after = body[len(HEADER) + 1 :].partition(EOT)
    if after.strip():
        raise Refusal("mark.text_after_trailer", text=after.strip()[:40])
    if HEADER in body:  # the beginning of one scan with another behind it: no serial contains a header
        raise Refusal("mark.run_together")
    if not text.rstrip("\r\n\t").endswith(RS + EOT):
        warnings.append(MarkWarning("mark.trailer_missing", {}))
    records = tuple(_read_record(part, warnings) for part in body.split(RS) if part)
    if all(record.format in _SPLITTERS and not record.elements for record in records):
        raise Refusal("mark.separators_lost", candidates=separator_candidates(text))
    return Message(records, tuple(warnings))


def _read_record(part: str, warnings: list[MarkWarning]) -> Record:
    code, data = part[:2], part[2:]
    split = _SPLITTERS.get(code)
    if split is None:
        warnings.append(MarkWarning("mark.unknown_format", {"format": code}))
        return Record(code, (Element("", data),) if data else ())
    if not data.startswith(GS):  # the first separator is lost, so no boundary can be trusted
        return Record(code, ())
    elements = tuple(element for field in data[1:].split(GS) if field for element in split(field))
    warnings.extend(
        MarkWarning("mark.unknown_element", {"text": element.value}) for element in elements if not element.identifier
    )
    return Record(code, elements)


# ------------------------------------------------------------------------------------------------ data elements
_DATA_IDENTIFIER = re.compile(r"([0-9]{0,3}[A-Z])(.+)", re.DOTALL)
_TEXT_ELEMENT_IDENTIFIER = re.compile(r"([A-Z]{3}) ?(.+)", re.DOTALL)


def split_data_identifiers(field: str) -> Iterator[Element]:
    """Yield the element of `field` by its data identifier, or with an empty identifier if it has none."""
    found = _DATA_IDENTIFIER.fullmatch(field)
    yield Element(found[1], found[2]) if found else Element("", field)


def _split_text_element(field: str) -> Iterator[Element]:
    found = _TEXT_ELEMENT_IDENTIFIER.fullmatch(field)
    yield Element(found[1], found[2]) if found else Element("", field)


# GS1 General Specifications 7.8.5: first two digits → length of identifier and value together; no separator follows.
_GS1_FIXED = {
    **dict.fromkeys(("01", "02", "03"), 16),
    **dict.fromkeys(("00",), 20),
    **dict.fromkeys(("04",), 18),
    **dict.fromkeys(("11", "12", "13", "14", "15", "16", "17", "18", "19"), 8),
    **dict.fromkeys(("20",), 4),
    **dict.fromkeys(("31", "32", "33", "34", "35", "36"), 10),
    **dict.fromkeys(("41",), 16),
}
# Section 3.2: first two digits → length of the identifier; those that are absent are not assigned.
_GS1_IDENTIFIER_LENGTH = {
    **dict.fromkeys(
        ("00", "01", "02", "03", "10", "11", "12", "13", "15", "16", "17", "20", "21", "22", "30", "37"), 2
    ),
    **dict.fromkeys(("90", "91", "92", "93", "94", "95", "96", "97", "98", "99"), 2),
    **dict.fromkeys(("23", "24", "25", "40", "41", "42", "71"), 3),
    **dict.fromkeys(("31", "32", "33", "34", "35", "36", "39", "43", "70", "72", "80", "81", "82"), 4),
}


def split_gs1(field: str) -> Iterator[Element]:
    """Yield the GS1 elements of `field`, which contains no separator.

    Another element may follow a value of fixed length. Text without a known identifier is one element with an empty
    identifier, the last.
    """
    while field:
        length = _GS1_IDENTIFIER_LENGTH.get(field[:2])
        if length is None or not field[:length].isdecimal() or len(field) <= length:
            yield Element("", field)
            return
        end = _GS1_FIXED.get(field[:2], len(field))
        yield Element(field[:length], field[length:end])
        field = field[end:]


_SPLITTERS = {
    "05": split_gs1,
    "06": split_data_identifiers,
    "12": _split_text_element,
    "DD": _split_text_element,
}

# ------------------------------------------------------------------------------------------------ lost separators
_AFTER_HEAD = re.compile(
    r"^(?:\[\)>?)?[^A-Za-z0-9]*(?:RS)?W?[^A-Za-z0-9]*(?:05|06|12|DD)?[^A-Za-z0-9]*(?:GS)?W?[^A-Za-z0-9]*"
)
_ENTERPRISE = r"(?:17V(?P<cage>.{5})|12V(?P<duns>[0-9]{9})|7L(?P<dodaac>.{6}))"
_LOST_PART_FIRST = re.compile(_ENTERPRISE + r"1[PT](?P<rest>.+)")
_LOST_SERIAL_FIRST = re.compile(_ENTERPRISE + r"S(?P<rest>.+)")
_LOST_ENTERPRISE_SERIAL = re.compile(r"18S(?P<uii>.{6,})")
_LOST_COMPLETE = re.compile(r"25S(?P<uii>.{6,})")
_LOST_TEXT_ELEMENTS = re.compile(r"(?:CAG|MFR|SPL) ?(?P<cage>.{5}) ?(?:SER|UCN) ?(?P<serial>.+)")


def separator_candidates(text: str) -> tuple[str, ...]:
    """Return identifiers that a message without separators may have meant, for a person to choose from.

    The list is never complete and never certain. Lengths of the enterprise identifier are known (CAGE 5, DUNS 9, DoDAAC
    6); the boundary between part number and serial number is not.
    """
    body = _AFTER_HEAD.sub("", text.translate({0x1D: None, 0x1E: None, 0x04: None}))
    return tuple(dict.fromkeys(islice(_candidates(body), MAX_CANDIDATES)))


def _candidates(body: str) -> Iterator[str]:
    if found := _LOST_ENTERPRISE_SERIAL.match(body):
        yield "D" + found["uii"]
    elif found := _LOST_COMPLETE.match(body):
        yield found["uii"]
    elif found := _LOST_TEXT_ELEMENTS.match(body):
        yield "D" + found["cage"] + found["serial"]
    elif found := _LOST_PART_FIRST.match(body):
        for split in re.finditer("S", found["rest"]):
            part, serial = found["rest"][: split.start()], found["rest"][split.end() :]
            if part and serial:
                yield _issued(found) + part + serial
    elif found := _LOST_SERIAL_FIRST.match(body):
        for split in re.finditer("1[PT]", found["rest"]):
            serial, part = found["rest"][: split.start()], found["rest"][split.end() :]
            if part and serial:
                yield _issued(found) + part + serial


def _issued(found: re.Match[str]) -> str:
    """Return the enterprise identifier with its issuing agency code before it."""
    if found["cage"]:
        return "D" + found["cage"]
    return "UN" + found["duns"] if found["duns"] else "LD" + found["dodaac"]
