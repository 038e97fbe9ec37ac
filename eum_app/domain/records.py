"""Records of sites and cases: their fields, how each value is written, and what a record says on a day.

A field's value is text in one form, so that facts, lists and pages compare it as text; an empty text is no value.
Reading a record never raises: a value that this version cannot read is shown as it is and used by no rule.

Refusals of `site_value` and `case_value`: `record.field` (unknown), `record.too_long`, `site.position`, `site.radius`,
`site.access`, `date.invalid`, `record.year` (before 2000 or after 2100), `record.in_future`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Final

from eum_app.domain.authorizations import parse_export_licence, parse_fms_case
from eum_app.domain.clock import date_of, parse_date
from eum_app.domain.errors import Refusal
from eum_app.domain.items import clean, compact
from eum_app.domain.visits import Program
from eum_app.domain.vocabulary import Unknown, member_of, read_as

MAX_VALUE_CHARS: Final = 300
MAX_RADIUS_M: Final = 100_000
YEARS: Final = range(2000, 2101)
"""Years of certifications, deliveries and plans; another one is a slip, or of another calendar."""
MAX_QUANTITY: Final = 10_000_000
"""More than this under one case line is a slip."""
_DEGREES: Final = re.compile(r"[+-]?[0-9]{1,3}(?:\.[0-9]{0,30})?")
_TOMORROW: Final = timedelta(days=1)  # it may be today elsewhere on Earth


class SiteField(StrEnum):
    """A field of a site's record."""

    POSITION = "position"
    """Latitude and longitude in decimal degrees (WGS 84): `50.450100 30.523400`."""
    RADIUS_M = "radius_m"
    """Meters around the position that belong to the site."""
    ADDRESS = "address"
    CUSTODIAN = "custodian"
    """Role of the person who answers for the articles, not a name."""
    CUSTODIAN_ORGANIZATION = "custodian_organization"
    CERTIFIED_UNTIL = "certified_until"
    """Last day of the site's physical-security certification (DSCA 20-64)."""
    CERTIFICATE = "certificate"
    """The document of the certification."""
    ACCESS = "access"


class Access(StrEnum):
    """Whether a site can be visited. Since when is the `effective_on` of the value."""

    OPEN = "open"
    RESTRICTED = "restricted"
    CLOSED = "closed"


class CaseField(StrEnum):
    """A field of the record of a case or license."""

    ACCEPTED_ON = "accepted_on"
    """Day of acceptance, from which the control plan is due (LOA-NVD: 30 days)."""
    CONTROL_PLAN_ON = "control_plan_on"
    """Date of the recipient's control plan."""
    CONTROL_PLAN = "control_plan"
    """The document of the control plan."""


_DATES: Final = frozenset({SiteField.CERTIFIED_UNTIL, CaseField.ACCEPTED_ON, CaseField.CONTROL_PLAN_ON})
_PAST_DATES: Final = frozenset({CaseField.ACCEPTED_ON, CaseField.CONTROL_PLAN_ON})


@dataclass(frozen=True)
class Position:
    """A point in decimal degrees (WGS 84)."""

    latitude: float
    longitude: float


@dataclass(frozen=True)
class Stated:
    """The newest value of a field, and where it comes from. An empty `value` was cleared."""

    field: str
    value: str
    effective_on: str = ""
    source: str = ""
    reason: str = ""
    actor: str = ""
    observed_at: str = ""
    line: int = 0

    @property
    def holds_from(self) -> str:
        """The first day (`YYYY-MM-DD`) for which the value was stated."""
        return self.effective_on or self.observed_at[:10]


class _Record:
    """Common part of both kinds of records: their newest values by field."""

    values: Mapping[str, Stated]

    def text(self, field: str) -> str:
        """Return the value of a field, "" if there is none."""
        found = self.values.get(field)
        return found.value if found else ""

    def day(self, field: str) -> date | None:
        """Return the date of a field, None if there is none or it cannot be read."""
        return date_of(self.text(field))

    @property
    def is_described(self) -> bool:
        """Whether any field has a value."""
        return any(stated.value for stated in self.values.values())


@dataclass(frozen=True)
class SiteRecord(_Record):
    """A site with the newest values of its fields."""

    site_id: str
    name: str
    country: str
    values: Mapping[str, Stated]

    @property
    def position(self) -> Position | None:
        """The site's position, None if unknown."""
        parts = self.text(SiteField.POSITION).split(" ")
        try:
            return Position(float(parts[0]), float(parts[1]))
        except (ValueError, IndexError):
            return None

    @property
    def radius_m(self) -> int | None:
        """The site's radius in meters, None if unknown."""
        text = self.text(SiteField.RADIUS_M)
        return int(text) if text.isdecimal() else None

    @property
    def access(self) -> Access | Unknown:
        """Whether the site can be visited; `Unknown.EMPTY` if it was never stated."""
        return read_as(Access, self.text(SiteField.ACCESS))

    @property
    def access_since(self) -> str:
        """The day from which `access` holds, "" if it was never stated."""
        found = self.values.get(SiteField.ACCESS)
        return found.holds_from if found and found.value else ""

    @property
    def certified_until(self) -> date | None:
        """Last day of the security certification, None if unknown."""
        return self.day(SiteField.CERTIFIED_UNTIL)

    def is_certified(self, day: date) -> bool | None:
        """Whether the security certification covers `day`; None if it is unknown."""
        return None if self.certified_until is None else day <= self.certified_until


@dataclass(frozen=True)
class CaseLine:
    """The total delivered under one line of a case. `quantity` is None if the statement was taken back."""

    case_id: str
    rsn: str
    quantity: int | None
    nomenclature: str
    part_number: str
    delivered_on: str
    stated: Stated


@dataclass(frozen=True)
class CaseRecord(_Record):
    """A case or license with the newest values of its fields, and its lines by number."""

    case_id: str
    program: str
    country: str
    values: Mapping[str, Stated]
    lines: tuple[CaseLine, ...] = ()

    @property
    def accepted_on(self) -> date | None:
        """The day of acceptance, None if unknown."""
        return self.day(CaseField.ACCEPTED_ON)

    @property
    def control_plan_on(self) -> date | None:
        """The date of the control plan, None if there is none."""
        return self.day(CaseField.CONTROL_PLAN_ON)

    @property
    def delivered(self) -> int | None:
        """The total of all lines, None if no line states one."""
        stated = [line.quantity for line in self.lines if line.quantity is not None]
        return sum(stated) if stated else None


def site_value(field: str, text: str, today: date) -> str:
    """Return the value of a site's field as facts hold it, "" to clear it. Raises Refusal as the module says."""
    known = member_of(SiteField, field)
    if known is None:
        raise Refusal("record.field", field=field[:40], known=", ".join(SiteField))
    value = _short(text, known)
    if not value:
        return ""
    match known:
        case SiteField.POSITION:
            return position_text(value)
        case SiteField.RADIUS_M:
            return _radius(value)
        case SiteField.ACCESS:
            access = member_of(Access, value.lower())
            if access is None:
                raise Refusal("site.access", text=value, known=", ".join(Access))
            return access.value
        case _:
            return _date(known, value, today) if known in _DATES else value


def case_value(field: str, text: str, today: date) -> str:
    """Return the value of a case's field as facts hold it, "" to clear it. Raises Refusal as the module says."""
    known = member_of(CaseField, field)
    if known is None:
        raise Refusal("record.field", field=field[:40], known=", ".join(CaseField))
    value = _short(text, known)
    return _date(known, value, today) if value and known in _DATES else value


def position_text(text: str) -> str:
    """Return `latitude longitude` with six decimals from decimal degrees that a comma, semicolon or blank separates.

    Raises Refusal `site.position` for other text, a latitude beyond 90 or a longitude beyond 180 degrees.
    """
    parts = text.replace(";", " ").replace(",", " ").split()
    if len(parts) != 2 or not all(map(is_degrees, parts)):
        raise Refusal("site.position", text=text[:60])
    latitude, longitude = map(Decimal, parts)
    if abs(latitude) > 90 or abs(longitude) > 180:
        raise Refusal("site.position", text=text[:60])
    return f"{latitude:z.6f} {longitude:z.6f}"


def is_degrees(text: str) -> bool:
    """Whether a text is one number of degrees: digits 0 to 9 with an optional sign and decimal point.

    Other spellings that Python reads (`5_0.4`, `1e1`, digits of other scripts) are more likely slips.
    """
    return _DEGREES.fullmatch(text) is not None


def effective_day(text: str, today: date) -> str:
    """Return the day from which values hold, as `YYYY-MM-DD`, or "" for none.

    Raises Refusal `date.invalid`, `record.year`, `record.in_future`.
    """
    value = clean(text)
    return _day(value, today, is_past=True) if value else ""


def delivered_quantity(text: str) -> int:
    """Return a total: a whole number from 0. Raises Refusal `case.quantity`, also for separators of thousands."""
    value = clean(text)
    # The length comes first: Python refuses to read thousands of digits as a number.
    if not (value.isascii() and value.isdecimal()) or len(value) > 20 or int(value) > MAX_QUANTITY:
        raise Refusal("case.quantity", text=value[:40], limit=MAX_QUANTITY)
    return int(value)


def case_of(text: str, program: str = "") -> tuple[str, str, tuple[str, ...]]:
    """Return the number of a case as the book writes it, its program, and warnings about its form.

    Without a program, a number of the form `XX-X-XXX` is of Golden Sentry and nine digits are a license. A number of
    another form is kept as stated, with a warning (`case.pattern`, `licence.pattern`): the standard is unknown.
    Raises Refusal `case.missing`, `case.program_missing`, `visit.program`.
    """
    number = case_number(text)
    if not number:
        raise Refusal("case.missing")
    if program and member_of(Program, program) is None:
        raise Refusal("visit.program", program=program, known=", ".join(Program))
    if not program:
        is_license = number.isascii() and number.isdecimal() and len(number) == 9
        if not is_license and not case_country(number):
            raise Refusal("case.program_missing", case_id=number[:40], known=", ".join(Program))
        program = Program.BLUE_LANTERN if is_license else Program.GOLDEN_SENTRY
    if program == Program.BLUE_LANTERN:
        return number, program, parse_export_licence(number)[1]
    return number, program, () if case_country(number) else ("case.pattern",)


def line_key(rsn: str) -> str:
    """Return a text that is equal for two spellings of one case line, such as `1` and `001`."""
    return rsn.lstrip("0").upper() or rsn


def case_number(text: str) -> str:
    """Return the number of a case as the book writes it: without spaces and document version, in upper case."""
    try:
        return parse_fms_case(text).case_id
    except Refusal:
        return compact(text)


def case_country(case_id: str) -> str:
    """Return the country that the identifier of a case names, "" if it has another form."""
    try:
        return parse_fms_case(case_id).country
    except Refusal:
        return ""


def delivery_day(text: str, today: date) -> str:
    """Return the day of a delivery as `YYYY-MM-DD`, or "" for none. Raises as `effective_day`."""
    return effective_day(text, today)


def short_text(text: str, field: str) -> str:
    """Return a text on one line. Raises Refusal `record.too_long` above `MAX_VALUE_CHARS` characters."""
    return _short(text, field)


def _short(text: str, field: str) -> str:
    value = clean(text)
    if len(value) > MAX_VALUE_CHARS:
        raise Refusal("record.too_long", field=field, limit=MAX_VALUE_CHARS)
    return value


def _radius(text: str) -> str:
    if not (text.isascii() and text.isdecimal()) or not 0 < int(text) <= MAX_RADIUS_M:
        raise Refusal("site.radius", text=text[:40], limit=MAX_RADIUS_M)
    return str(int(text))


def _date(field: SiteField | CaseField, text: str, today: date) -> str:
    return _day(text, today, is_past=field in _PAST_DATES)


def _day(text: str, today: date, *, is_past: bool) -> str:
    day = parse_date(text)
    if day.year not in YEARS:
        raise Refusal("record.year", date=day.isoformat(), first=YEARS[0], last=YEARS[-1])
    if is_past and day > today + _TOMORROW:
        raise Refusal("record.in_future", date=day.isoformat())
    return day.isoformat()
