"""Unique item identifiers (UII) and how the data elements of a mark form one.

Rules: MIL-STD-130N with Change 1, Table A-II (how identifiers are formed), its Table V (issuing agency codes), and its
business rule 1.b (an identifier in a single data element is always the UII). Several complete identifiers describe
other items (a container label, MIL-STD-129): those are claims.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, product
from typing import Literal, NamedTuple, get_args

from eum_app.domain.errors import Refusal
from eum_app.domain.mark_elements import Elements
from eum_app.domain.mark_syntax import MAX_CANDIDATES, Element, MarkWarning

MAX_UII = 78  # MIL-STD-130M; 130N allows 50, which is a warning only
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


# Data identifiers (one letter), text element identifiers (three letters) and GS1 AIs (digits) cannot be confused,
# so that one table serves all formats.
COMPLETE: dict[str, tuple[Construct, str]] = {
    "18S": ("1", "D"),  # CAGE and serial number in one element
    "USN": ("1", "D"),  # the same as a text element
    "25S": ("concatenated", ""),
    "UID": ("concatenated", ""),
    "I": ("equivalent", ""),  # VIN
    "22S": ("equivalent", ""),  # ESN, MEID
    "8002": ("equivalent", ""),
    "8003": ("equivalent", ""),  # GRAI, if it has a serial number
    "8004": ("equivalent", ""),  # GIAI
}
"""Identifiers of elements that are a whole UII: its construct, and the issuing agency code to put before it."""
ISSUER = {
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
CAGE = ("17V", "CAG", "MFR", "SPL")
SERIAL_IN_ENTERPRISE = ("SER", "UCN")
CONSTRUCT_2 = ((("1P", "1T"), ("S",)), (("PNO", "LOT"), ("SEQ",)))
PART = ("1P", "PNO")
SERIAL = ("S", "SER", "UCN", "SEQ", "21")
SERIAL_BEGINS = {"18S": 5, "USN": 5, "8003": 14}
"""Elements that hold a serial number behind a prefix of known length: a CAGE, a GRAI without its serial number."""
FORMS = frozenset(
    (
        *COMPLETE,
        *ISSUER,
        *SERIAL_IN_ENTERPRISE,
        *(name for parts, serials in CONSTRUCT_2 for name in parts + serials),
    )
)
"""Identifiers of the elements that can form a UII."""
# Elements whose value ends with the item's serial number and, except for a GS1 company prefix, begins with its maker.
_HOLDS_ITS_SERIAL = frozenset({"18S", "USN", "25S", "UID"})


class Formed(NamedTuple):
    """A UII and the elements that it was formed from, in the mark's notation."""

    uii: Uii
    of: tuple[Element, ...]

    @property
    def way(self) -> tuple[str, ...]:
        """The identifiers of the elements."""
        return tuple(element.identifier for element in self.of)

    @property
    def is_single(self) -> bool:
        """Whether one data element is the whole UII."""
        return len(self.of) == 1

    @property
    def claimed(self) -> Claimed:
        """The UII as a claim of a container label."""
        elements = Elements(self.of)
        return Claimed(self.uii.value, serial_of(elements) or "", only(elements.values_of(*PART)) or "")


def only(values: tuple[str, ...]) -> str | None:
    """Return the value if there is exactly one, else None."""
    return values[0] if len(values) == 1 else None


def serial_of(elements: Elements) -> str | None:
    """Return the one serial number that the elements state, or the one inside an element that holds more.

    Returns None if there is none, or if they state several.
    """
    return only(elements.values_of(*SERIAL) or serials_inside(elements))


def serials_inside(elements: Elements) -> tuple[str, ...]:
    """Return the serial numbers inside elements that hold more than a serial number."""
    return tuple(
        value[begins:]
        for identifier, begins in SERIAL_BEGINS.items()
        for value in elements.values_of(identifier)
        if len(value) > begins
    )


def formed_of(elements: Elements) -> Iterator[Formed]:
    """Yield the identifiers that the elements of one record form, at most `MAX_CANDIDATES` of each combination.

    Raises Refusal as `Uii` does.
    """
    for identifier, value in elements.pairs:
        construct, issuer = COMPLETE.get(identifier, (None, ""))
        if construct is not None and len(value) > SERIAL_BEGINS.get(identifier, 0):
            yield Formed(_uii(construct, issuer, value), (Element(identifier, value),))
    enterprises = _some(elements, tuple(ISSUER))
    for found in _combinations(enterprises, _some(elements, SERIAL_IN_ENTERPRISE)):
        yield Formed(_uii("1", *_issued(found)), found)
    for parts, serials in CONSTRUCT_2:
        for found in _combinations(enterprises, _some(elements, parts), _some(elements, serials)):
            yield Formed(_uii("2", *_issued(found)), found)


def choose(per_record: Sequence[Sequence[Formed]]) -> tuple[Uii | None, tuple[Claimed, ...]]:
    """Return (identifier, ()) for one identifier, (None, ()) for none, and (None, claims) for several of one kind.

    `per_record` lists what each record forms. Several of one kind are those of a container label: all formed from the
    same data identifiers, each for another item. An identifier in a single data element is always the UII, whatever the
    other elements form (MIL-STD-130N Change 1, business rule 1.b). Raises Refusal `mark.ambiguous` if several ways to
    form one disagree.
    """
    singles = [[one for one in record if one.is_single] for record in per_record]
    counting = singles if any(singles) else per_record
    formed = [one for record in counting for one in record]
    distinct = {one.uii.value: one for one in reversed(formed)}
    values = tuple(dict.fromkeys(one.uii.value for one in formed))
    if len(values) <= 1:
        return (distinct[values[0]].uii if values else None), ()
    one_each = all(len({one.uii.value for one in record}) <= 1 for record in counting)
    if len({one.way for one in formed}) == 1 and (any(singles) or one_each):
        return None, each_once(formed)
    raise Refusal("mark.ambiguous", candidates=values[:MAX_CANDIDATES])


def each_once(formed: Iterable[Formed]) -> tuple[Claimed, ...]:
    """Return each identifier once, in order, as a claim."""
    found: dict[str, Claimed] = {}
    for one in formed:
        found.setdefault(one.uii.value, one.claimed)
    return tuple(found.values())


def differences(uii: Uii, elements: Elements, formed: Iterable[Formed]) -> tuple[MarkWarning, ...]:
    """Return warnings about elements that differ from a UII in a single data element; none for any other UII.

    `mark.elements_differ`: other elements form another UII. Else `mark.serials_differ`, `mark.makers_differ`: an
    element states another serial number or maker than the one inside the UII.
    """
    formed = tuple(formed)
    single = next((one.of[0] for one in formed if one.is_single and one.uii == uii), None)
    if single is None:
        return ()
    if any(one.uii.value != uii.value for one in formed):
        return (MarkWarning("mark.elements_differ", {}),)
    found = [
        MarkWarning("mark.serials_differ", {"serial": serial, "uii": uii.value})
        for serial in other_serials(uii, elements)
    ]
    if single.identifier in _HOLDS_ITS_SERIAL:
        found += [
            MarkWarning("mark.makers_differ", {"maker": maker, "uii": uii.value})
            for identifier, issuer in ISSUER.items()
            for maker in elements.values_of(identifier)
            if not _bare(uii.value).startswith(_bare(issuer + maker))
        ]
    return tuple(found)


def other_serials(uii: Uii, elements: Elements) -> tuple[str, ...]:
    """Return the stated serial numbers that differ from the one inside a UII in a single data element.

    Empty for any other UII. A VIN, an ESN and the GS1 identifiers number something by themselves: beside them any
    serial number may be right.
    """
    singles = tuple(
        Element(name, value)
        for name, value in elements.pairs
        if name in _HOLDS_ITS_SERIAL and _bare(COMPLETE[name][1] + value) == _bare(uii.value)
    )
    if not singles:
        return ()
    inside = only(serials_inside(Elements(singles)))
    return tuple(
        serial
        for serial in elements.values_of(*SERIAL)
        if (_bare(serial) != _bare(inside) if inside else not _bare(uii.value).endswith(_bare(serial)))
    )


def _bare(value: str) -> str:
    """Return a value as it is compared inside one mark: without spaces, in upper case."""
    return value.replace(" ", "").upper()


def _issued(elements: tuple[Element, ...]) -> Iterator[str]:
    """Return the elements' values, with the issuing agency code before the enterprise's."""
    return (ISSUER.get(name, "") + value for name, value in elements)


def _some(elements: Elements, identifiers: tuple[str, ...]) -> list[Element]:
    return [element for element in elements.pairs if element.identifier in identifiers]


def _combinations(*sets: list[Element]) -> Iterator[tuple[Element, ...]]:
    # More than a few cannot be one item; a hostile mark could hold millions of combinations.
    return islice(product(*(dict.fromkeys(one) for one in sets)), MAX_CANDIDATES)


def _uii(construct: Construct, *parts: str) -> Uii:
    # MIL-STD-130: spaces are removed when the identifier is formed; the elements keep them.
    return Uii("".join(parts).replace(" ", ""), construct)
