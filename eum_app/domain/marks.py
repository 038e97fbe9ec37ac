"""Marks: the data elements of a mark, and the unique item identifier (UII) that they form.

`parse_mark` is the boundary: later code handles no raw text, and a `Uii` is always valid. `uiis` has the rules by which
elements form an identifier. A mark with several complete identifiers describes other items (a container label,
MIL-STD-129): those are claims, never sightings.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from eum_app.domain.character_sets import interpreted, states_character_sets, undesignated
from eum_app.domain.errors import Refusal
from eum_app.domain.look_alikes import look_alike_key, near, serial_confusions
from eum_app.domain.mark_elements import Elements
from eum_app.domain.mark_syntax import (
    GS,
    Element,
    MarkWarning,
    Record,
    is_gs1_prefix,
    is_sequence_prefix,
    read_message,
    split_aim_prefix,
    split_data_identifiers,
    split_gs1,
    symbology_of,
)
from eum_app.domain.uiis import (
    CAGE,
    COMPLETE,
    FORMS,
    ISSUER,
    PART,
    SERIAL_BEGINS,
    SERIAL_IN_ENTERPRISE,
    Claimed,
    Construct,
    Formed,
    Uii,
    choose,
    differences,
    each_once,
    formed_of,
    only,
    other_serials,
    serial_of,
    serials_inside,
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
MAX_SERIAL_TEXT = 78  # the longest UII of older marks; a longer text is no serial number
GRAVE_WARNINGS = frozenset(
    {"mark.elements_differ", "mark.serials_differ", "mark.makers_differ", "mark.trailer_missing"}
)
"""Warnings by which it is doubtful which item a mark is of."""


@dataclass(frozen=True)
class Mark:
    """A parsed mark. `uii` is None for plain text, for claims, and where no identifier can be formed.

    `other_serials` are stated serial numbers that contradict the UII. `serial` is then the one inside the UII if its
    place there is known, else the one that is stated.
    """

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
    other_serials: tuple[str, ...] = ()

    @property
    def claims(self) -> tuple[str, ...]:
        """The identifiers of `claimed`."""
        return tuple(one.uii for one in self.claimed)

    def warns_of(self, code: str) -> bool:
        """Whether the mark has this warning."""
        return any(one.code == code for one in self.warnings)


_CURRENT_PART = ("30P", "PNR")
_NSN = ("N", "NSN", "7001")
_US_CAGE = re.compile(r"[0-9][A-HJ-NP-Z0-9]{3}[0-9]")
_NSN_PATTERN = re.compile(r"[0-9]{4}-?[0-9]{2}-?[0-9]{3}-?[0-9]{4}")
_OUTSIDE = re.compile(r"[^A-Z0-9/-]")


def is_us_cage(text: str) -> bool:
    """Whether `text` has the pattern of a US CAGE (no I, no O; digits at both ends). Others are NCAGEs, or wrong."""
    return _US_CAGE.fullmatch(text) is not None


def parse_mark(raw: bytes, symbology: str | None = None) -> Mark:
    """Return the mark that these bytes state. `symbology` is a name ("Data Matrix") or an AIM identifier ("]d2").

    A prefix in the bytes counts before `symbology`. Text that is no message is a serial number, unless it is too long.
    Raises Refusal: `mark.empty`, `mark.too_long`, `mark.control_characters`, `mark.separators_lost`,
    `mark.text_after_trailer`, `mark.run_together`, `mark.ambiguous`, `mark.construct_1_no_serial`,
    `mark.construct_2_no_serial`, `mark.construct_2_no_part`, `mark.uii_too_long`, `mark.uii_invalid`,
    `mark.part_of_sequence`, `mark.character_set_unknown`, `mark.character_set_wrong`.
    """
    if len(raw) > MAX_MARK_BYTES:
        raise Refusal("mark.too_long", length=len(raw), limit=MAX_MARK_BYTES)
    prefix, _ = split_aim_prefix(raw[:3].decode("ascii", "replace"))
    data, stated = raw[len(prefix) :], prefix or symbology
    body = interpreted(data) if stated and states_character_sets(stated) else undesignated(data)
    if not body.strip("\0\t\r\n "):
        raise Refusal("mark.empty")
    if stated and is_sequence_prefix(stated):
        raise Refusal("mark.part_of_sequence")
    text, name = prefix + body, symbology_of(stated) if stated else None
    message = read_message(body)
    if message is not None:
        return _read_elements(raw, text, name, message.records, message.warnings)
    if stated and is_gs1_prefix(stated):
        elements = tuple(element for part in body.split(GS) if part for element in split_gs1(part))
        if any(element.identifier for element in elements):
            warning = MarkWarning("mark.gs1_without_envelope", {})
            return _read_elements(raw, text, name, (Record("GS1", elements),), (warning,))
    return _plain(raw, text, body, name)


def claims_within(raw: bytes) -> tuple[Claimed, ...]:
    """Return the identifiers that are complete within a part of a message.

    Each must be in one element with a separator on either side; elements cut off at the part's edges are left out.
    Raises Refusal `mark.uii_too_long`, `mark.uii_invalid`.
    """
    whole = re.split("[\x1d\x1e]", undesignated(raw))[1:-1]
    elements = (element for field in whole for element in split_data_identifiers(field))
    return each_once(formed_of(Elements(tuple(one for one in elements if one.identifier in COMPLETE))))


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
    formed = [list(formed_of(Elements(record.elements))) for record in records]
    uii, claimed = choose(formed)
    claims = tuple(one.uii for one in claimed)
    if uii is None and not claims:
        _refuse_incomplete(elements)
    own = elements if not claims else Elements()  # a container label describes its contents, not the container
    others = other_serials(uii, own) if uii else ()
    nsn = only(own.values_of(*_NSN))
    return Mark(
        raw,
        text,
        symbology,
        uii=uii,
        elements=elements,
        serial=(only(serials_inside(own)) if others else None) or serial_of(own),
        part_number=only(own.values_of(*PART)),
        current_part_number=only(own.values_of(*_CURRENT_PART)),
        enterprise=only(own.values_of(*ISSUER)) or _cage(own),
        cage=_cage(own),
        nsn=nsn.replace("-", "") if nsn and _NSN_PATTERN.fullmatch(nsn) else None,
        claimed=claimed,
        warnings=warnings + _warnings(elements, uii, claims, formed, nothing_graver=not warnings),
        other_serials=others,
    )


def _refuse_incomplete(elements: Elements) -> None:
    if "18S" in elements or "USN" in elements:
        raise Refusal("mark.construct_1_no_serial")
    if not elements.values_of(*ISSUER):
        return
    if not elements.values_of("S", "SEQ", *SERIAL_IN_ENTERPRISE):
        raise Refusal("mark.construct_2_no_serial")
    raise Refusal("mark.construct_2_no_part")


def _cage(elements: Elements) -> str | None:
    inside = tuple(value[: SERIAL_BEGINS["18S"]] for value in elements.values_of("18S", "USN"))
    return only(elements.values_of(*CAGE) or inside)


# ------------------------------------------------------------------------------------------------ warnings
# MIL-STD-130N: lengths of the parts of an identifier, and its characters. Marks in the field break them.
_LIMITS = (
    ("mark.enterprise_long", 13, tuple(ISSUER)),
    ("mark.part_long", 32, ("1P", "1T", "PNO", "LOT")),
    ("mark.serial_long", 30, ("S", "SER", "UCN", "SEQ")),
)
_UII_LENGTH = 50  # MIL-STD-130N; older marks may hold 78


def _warnings(
    elements: Elements,
    uii: Uii | None,
    claims: tuple[str, ...],
    formed: list[list[Formed]],
    *,
    nothing_graver: bool,
) -> tuple[MarkWarning, ...]:
    found = list(differences(uii, elements, (one for record in formed for one in record))) if uii else []
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
    if uii and any(" " in element.value for element in elements.pairs if element.identifier in FORMS):
        found.append(MarkWarning("mark.spaces_removed", {}))
    if uii is None and not claims:
        found.append(MarkWarning("mark.no_uii", {}))
    if found or not nothing_graver:
        return tuple(found)
    # Partners mark with NCAGEs, so this is the least of the warnings and is given only if there is no other.
    return tuple(
        MarkWarning("mark.not_us_cage", {"cage": cage}) for cage in elements.values_of(*CAGE) if not is_us_cage(cage)
    )
