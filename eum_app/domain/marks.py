"""Marks: the data elements of a mark, and the unique item identifier (UII) that they form.

`parse_mark` is the boundary: later code handles no raw text, and a `Uii` is always valid. Rules: MIL-STD-130N with
Change 1, Table A-II (how identifiers are formed) and its Table V (issuing agency codes). A mark with several complete
identifiers describes other items (a container label, MIL-STD-129): those are claims, never sightings.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice, product
from typing import Literal, NamedTuple, get_args

from eum_app.domain.errors import Refusal
from eum_app.domain.look_alikes import look_alike_key, near, serial_confusions
from eum_app.domain.mark_elements import Elements
from eum_app.domain.mark_syntax import (
    GS,
    MAX_CANDIDATES,
    Element,
    MarkWarning,
    Record,
    is_gs1_prefix,
    read_message,
    split_aim_prefix,
    split_data_identifiers,
    split_gs1,
    symbology_of,
)

__all__ = [
    "Claimed",
    "Construct",
    "Element",
    "Elements",
    "Mark",
    "MarkWarning",
    "Uii",
    "claims_within",
    "is_us_cage",
    "look_alike_key",
    "near",
    "parse_mark",
    "serial_confusions",
]

MAX_MARK_BYTES = 7089  # digits in the largest QR symbol (ISO/IEC 18004); Data Matrix holds 3116, PDF417 2710
MAX_UII = 78  # MIL-STD-130M; 130N allows 50, which is a warning here
MAX_SERIAL_TEXT = 78

Construct = Literal["1", "2", "equivalent", "concatenated"]


@dataclass(frozen=True)
class Uii:
    """A unique item identifier and how it was formed. Raises Refusal `mark.uii_too_long`, `mark.uii_invalid`."""

    value: str
    construct: Construct

    def __post_init__(self) -> None:
        if len(self.value) > MAX_UII:
            raise Refusal("mark.uii_too_long", length=len(self.value), limit=MAX_UII)
        if not self.value or not self.value.isprintable() or any(character.isspace() for character in self.value):
            raise Refusal("mark.uii_invalid", uii=self.value)
        if self.construct not in get_args(Construct):
            raise Refusal("mark.uii_invalid", uii=self.value)

    def __str__(self) -> str:
        return self.value


@dataclass(frozen=True)
class Claimed:
    """One item that a container label names: its identifier, and the serial and part number that the label states with
    it.
    """

    uii: str
    serial: str = ""
    part_number: str = ""


@dataclass(frozen=True)
class Mark:
    """A parsed mark. `uii` is None for plain text, for claims, and where no identifier can be formed."""

    raw: bytes
    text: str
    symbology: str | None = None
    uii: Uii | None = None
    elements: Elements = field(default_factory=Elements)
    serial: str | None = None
    part_number: str | None = None  # the original one, or None
    current_part_number: str | None = None
    enterprise: str | None = None
    cage: str | None = None
    nsn: str | None = None
    claimed: tuple[Claimed, ...] = ()
    warnings: tuple[MarkWarning, ...] = ()

    @property
    def claims(self) -> tuple[str, ...]:
        """The identifiers of `claimed`."""
        return tuple(one.uii for one in self.claimed)


# ------------------------------------------------------------------------------------------------ Table A-II
# Data identifiers (one letter), text element identifiers (three letters) and GS1 AIs (digits) cannot be confused,
# so that one table serves all formats.
_COMPLETE: dict[str, tuple[Construct, str]] = {
    "18S": ("1", "D"),  # CAGE and serial number in one element
    "25S": ("concatenated", ""),
    "UID": ("concatenated", ""),
    "I": ("equivalent", ""),  # VIN
    "22S": ("equivalent", ""),  # ESN, MEID
    "8002": ("equivalent", ""),
    "8003": ("equivalent", ""),  # GRAI, if it has a serial number
    "8004": ("equivalent", ""),  # GIAI
}
_ISSUER = {
    "17V": "D",
    "12V": "UN",
    "7L": "LD",
    "3V": "",  # a GS1 company prefix is its own issuing agency code
    "18V": "",  # holds the issuing agency code
    "CAG": "D",
    "MFR": "D",
    "SPL": "D",
    "DUN": "UN",
    "EUC": "",
}
_CAGE = ("17V", "CAG", "MFR", "SPL")
_SERIAL_IN_ENTERPRISE = ("SER", "UCN")
_CONSTRUCT_2 = ((("1P", "1T"), ("S",)), (("PNO", "LOT"), ("SEQ",)))
_PART = ("1P", "PNO")
_CURRENT_PART = ("30P", "PNR")
_SERIAL = ("S", "SER", "UCN", "SEQ", "21")
_NSN = ("N", "NSN", "7001")
# Elements that hold a serial number behind a prefix of known length: a CAGE, a GRAI without its serial number.
_SERIAL_BEGINS = {"18S": 5, "8003": 14}

_US_CAGE = re.compile(r"[0-9][A-HJ-NP-Z0-9]{3}[0-9]")
_NSN_PATTERN = re.compile(r"[0-9]{4}-?[0-9]{2}-?[0-9]{3}-?[0-9]{4}")
_OUTSIDE = re.compile(r"[^A-Z0-9/-]")


class _Formed(NamedTuple):
    uii: Uii
    of: tuple[Element, ...]  # the elements it was formed from, in the mark's notation

    @property
    def way(self) -> tuple[str, ...]:
        return tuple(element.identifier for element in self.of)

    @property
    def claimed(self) -> Claimed:
        elements = Elements(self.of)
        return Claimed(self.uii.value, _serial(elements) or "", _only(elements.values_of(*_PART)) or "")


def is_us_cage(text: str) -> bool:
    """Whether `text` has the pattern of a US CAGE (no I, no O; digits at both ends). Others are NCAGEs, or wrong."""
    return _US_CAGE.fullmatch(text) is not None


def parse_mark(raw: bytes, symbology: str | None = None) -> Mark:
    """Return the mark that these bytes state. `symbology` is a name ("Data Matrix") or an AIM identifier ("]d2").

    Raises Refusal: `mark.empty`, `mark.too_long`, `mark.control_characters`, `mark.separators_lost`,
    `mark.text_after_trailer`, `mark.run_together`, `mark.ambiguous`, `mark.construct_1_no_serial`,
    `mark.construct_2_no_serial`, `mark.construct_2_no_part`, `mark.uii_too_long`, `mark.uii_invalid`.
    """
    if len(raw) > MAX_MARK_BYTES:
        raise Refusal("mark.too_long", length=len(raw), limit=MAX_MARK_BYTES)
    text = _as_text(raw)
    prefix, body = split_aim_prefix(text)
    if not body.strip("\0\t\r\n "):
        raise Refusal("mark.empty")
    stated = prefix or symbology
    name = symbology_of(stated) if stated else None
    message = read_message(body)
    if message is not None:
        return _read_elements(raw, text, name, message.records, message.warnings)
    if stated and is_gs1_prefix(stated):
        elements = tuple(element for part in body.split(GS) if part for element in split_gs1(part))
        warning = MarkWarning("mark.gs1_without_envelope", {})
        return _read_elements(raw, text, name, (Record("GS1", elements),), (warning,))
    return _plain(raw, text, body, name)


def claims_within(raw: bytes) -> tuple[Claimed, ...]:
    """Return the identifiers that are complete within a part of a message.

    Each must be in one element with a separator on either side; elements cut off at the part's edges are left out.
    Raises Refusal `mark.uii_too_long`, `mark.uii_invalid`.
    """
    whole = re.split("[\x1d\x1e]", _as_text(raw))[1:-1]
    elements = (element for field in whole for element in split_data_identifiers(field))
    formed = _formed(Elements(tuple(one for one in elements if one.identifier in _COMPLETE)))
    return _each_once(formed)


def _as_text(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("iso-8859-1")  # the default interpretation of ISO/IEC 16022 and 15438


def _plain(raw: bytes, text: str, body: str, symbology: str | None) -> Mark:
    serial = body.strip("\0\t\r\n ")
    _refuse_control_characters(serial)
    return Mark(raw, text, symbology, serial=serial if len(serial) <= MAX_SERIAL_TEXT else None)


def _refuse_control_characters(text: str) -> None:
    strange = sorted({character for character in text if ord(character) < 0x20 or 0x7F <= ord(character) < 0xA0})
    if strange:
        raise Refusal("mark.control_characters", characters=" ".join(f"0x{ord(one):02X}" for one in strange))


def _read_elements(
    raw: bytes, text: str, symbology: str | None, records: tuple[Record, ...], warnings: tuple[MarkWarning, ...]
) -> Mark:
    elements = Elements(tuple(element for record in records for element in record.elements))
    for element in elements.pairs:
        if element.identifier:
            _refuse_control_characters(element.value)
    uii, claimed = _choose([list(_formed(Elements(record.elements))) for record in records])
    claims = tuple(one.uii for one in claimed)
    if uii is None and not claims:
        _refuse_incomplete(elements)
    own = elements if not claims else Elements()  # a container label describes its contents, not the container
    nsn = _only(own.values_of(*_NSN))
    return Mark(
        raw,
        text,
        symbology,
        uii=uii,
        elements=elements,
        serial=_serial(own),
        part_number=_only(own.values_of(*_PART)),
        current_part_number=_only(own.values_of(*_CURRENT_PART)),
        enterprise=_only(own.values_of(*_ISSUER)) or _cage(own),
        cage=_cage(own),
        nsn=nsn.replace("-", "") if nsn and _NSN_PATTERN.fullmatch(nsn) else None,
        claimed=claimed,
        warnings=warnings + _warnings(elements, uii, claims, nothing_graver=not warnings),
    )


def _formed(elements: Elements) -> Iterator[_Formed]:
    """Yield every identifier that the elements of one record form."""
    for identifier, value in elements.pairs:
        construct, issuer = _COMPLETE.get(identifier, (None, ""))
        if construct is not None and len(value) > _SERIAL_BEGINS.get(identifier, 0):
            yield _Formed(_uii(construct, issuer, value), (Element(identifier, value),))
    enterprises = _some(elements, tuple(_ISSUER))
    for found in _combinations(enterprises, _some(elements, _SERIAL_IN_ENTERPRISE)):
        yield _Formed(_uii("1", *_issued(found)), found)
    for parts, serials in _CONSTRUCT_2:
        for found in _combinations(enterprises, _some(elements, parts), _some(elements, serials)):
            yield _Formed(_uii("2", *_issued(found)), found)


def _issued(elements: tuple[Element, ...]) -> Iterator[str]:
    """Return the elements' values, with the issuing agency code before the enterprise's."""
    return (_ISSUER.get(name, "") + value for name, value in elements)


def _some(elements: Elements, identifiers: tuple[str, ...]) -> list[Element]:
    return [element for element in elements.pairs if element.identifier in identifiers]


def _combinations(*sets: list[Element]) -> Iterator[tuple[Element, ...]]:
    # More than a few cannot be one item; a hostile mark could hold millions of combinations.
    return islice(product(*(dict.fromkeys(one) for one in sets)), MAX_CANDIDATES)


def _uii(construct: Construct, *parts: str) -> Uii:
    # MIL-STD-130: spaces are removed when the identifier is formed; the elements keep them.
    return Uii("".join(parts).replace(" ", ""), construct)


def _each_once(formed: Iterable[_Formed]) -> tuple[Claimed, ...]:
    found: dict[str, Claimed] = {}
    for one in formed:
        found.setdefault(one.uii.value, one.claimed)
    return tuple(found.values())


def _choose(per_record: list[list[_Formed]]) -> tuple[Uii | None, tuple[Claimed, ...]]:
    """Return the one identifier, or the claims.

    Raises Refusal `mark.ambiguous` if several ways to form one disagree.
    """
    formed = [one for record in per_record for one in record]
    distinct = {one.uii.value: one for one in reversed(formed)}
    values = tuple(dict.fromkeys(one.uii.value for one in formed))
    if len(values) <= 1:
        return (distinct[values[0]].uii if values else None), ()
    one_each = all(len({one.uii.value for one in record}) <= 1 for record in per_record)
    complete = all(len(one.way) == 1 for one in formed)
    if len({one.way for one in formed}) == 1 and (complete or one_each):
        return None, _each_once(formed)
    raise Refusal("mark.ambiguous", candidates=values[:MAX_CANDIDATES])


def _refuse_incomplete(elements: Elements) -> None:
    if "18S" in elements:
        raise Refusal("mark.construct_1_no_serial")
    if not elements.values_of(*_ISSUER):
        return
    if not elements.values_of("S", "SEQ", *_SERIAL_IN_ENTERPRISE):
        raise Refusal("mark.construct_2_no_serial")
    raise Refusal("mark.construct_2_no_part")


def _only(values: tuple[str, ...]) -> str | None:
    return values[0] if len(values) == 1 else None


def _serial(elements: Elements) -> str | None:
    stated = elements.values_of(*_SERIAL)
    if not stated:
        stated = tuple(
            value[begins:]
            for identifier, begins in _SERIAL_BEGINS.items()
            for value in elements.values_of(identifier)
            if len(value) > begins
        )
    return _only(stated)


def _cage(elements: Elements) -> str | None:
    stated = elements.values_of(*_CAGE)
    return _only(stated or tuple(value[: _SERIAL_BEGINS["18S"]] for value in elements.values_of("18S")))


# ------------------------------------------------------------------------------------------------ warnings
# MIL-STD-130N: lengths of the parts of an identifier, and its characters. Marks in the field break them.
_LIMITS = (
    ("mark.enterprise_long", 13, tuple(_ISSUER)),
    ("mark.part_long", 32, ("1P", "1T", "PNO", "LOT")),
    ("mark.serial_long", 30, ("S", "SER", "UCN", "SEQ")),
)
_UII_LENGTH = 50


def _warnings(
    elements: Elements, uii: Uii | None, claims: tuple[str, ...], *, nothing_graver: bool
) -> tuple[MarkWarning, ...]:
    found: list[MarkWarning] = []
    for value in (uii.value,) if uii else claims:
        outside = "".join(sorted(set(_OUTSIDE.findall(value))))
        if outside:
            found.append(MarkWarning("mark.character_set", {"characters": outside}))
        if len(value) > _UII_LENGTH:
            found.append(MarkWarning("mark.uii_long", {"length": str(len(value)), "limit": str(_UII_LENGTH)}))
    for code, limit, identifiers in _LIMITS:
        for value in elements.values_of(*identifiers):
            if len(value) > limit:
                found.append(MarkWarning(code, {"value": value, "limit": str(limit)}))
            if value[0] in "-/" or value[-1] in "-/":
                found.append(MarkWarning("mark.edge_punctuation", {"value": value}))
    if uii and any(" " in element.value for element in elements.pairs if element.identifier in _FORMS):
        found.append(MarkWarning("mark.spaces_removed", {}))
    if uii is None and not claims:
        found.append(MarkWarning("mark.no_uii", {}))
    if found or not nothing_graver:
        return tuple(found)
    # Partners mark with NCAGEs, so this is the least of the warnings and is given only if there is no other.
    return tuple(
        MarkWarning("mark.not_us_cage", {"cage": cage}) for cage in elements.values_of(*_CAGE) if not is_us_cage(cage)
    )


_FORMS = frozenset(
    (
        *_COMPLETE,
        *_ISSUER,
        *_SERIAL_IN_ENTERPRISE,
        *(name for parts, serials in _CONSTRUCT_2 for name in parts + serials),
    )
)
