"""Authorizations of a transfer: an FMS case or an export license (SAMM C5.T10 and C6; 22 CFR 123.1).

Case identifiers must match their public pattern. The pattern of license numbers is not confirmed, so they are read
leniently: nine digits name their form, any other text is kept with a warning.
"""

from __future__ import annotations

import re

import msgspec

from eum_app.domain.errors import Refusal
from eum_app.domain.items import compact, upper

_CASE = re.compile(r"([A-Z0-9]{2})-([A-Z])-([A-Z0-9]{3})(?:-(BASIC|[AM][0-9]{2}))?", re.ASCII)
_LICENCE = re.compile(r"[0-9]{9}", re.ASCII)
# The first three digits name the form: general knowledge, not confirmed by a public source.
_FORM_BY_PREFIX = {"050": "DSP-5", "061": "DSP-61", "073": "DSP-73", "085": "DSP-85"}
LICENCE_FORMS = ("DSP-5", "DSP-61", "DSP-73", "DSP-85", "DSP-94")
"""Known forms of export licenses."""


class FmsCase(msgspec.Struct, frozen=True):
    """A foreign military sales case. `version` is the document version (BASIC, A01, M01) or ""."""

    country: str
    agency: str
    designator: str
    version: str = ""

    @property
    def case_id(self) -> str:
        """The case identifier `XX-X-XXX`, without the document version."""
        return f"{self.country}-{self.agency}-{self.designator}"


class ExportLicence(msgspec.Struct, frozen=True):
    """An export license as stated, and its form ("" if the number does not name one)."""

    number: str
    form: str = ""


def parse_fms_case(text: str) -> FmsCase:
    """Return the case named by `XX-X-XXX`, with or without a version suffix (`-BASIC`, `-A01`, `-M01`).

    Letter case and spaces do not matter. Raises Refusal `case.missing` or `case.pattern` (text).
    """
    case_id = compact(text)
    if not case_id:
        raise Refusal("case.missing")
    match = _CASE.fullmatch(case_id)
    if match is None:
        raise Refusal("case.pattern", text=text)
    return FmsCase(match[1], match[2], match[3], match[4] or "")


def parse_export_licence(text: str, form: str = "") -> tuple[ExportLicence, tuple[str, ...]]:
    """Return the license and its warnings.

    The number has no spaces and is in upper case. The form is `form`, or without one the form that the prefix of a
    nine-digit number names. At most one warning is given:
    `licence.pattern` (not nine digits), `licence.form_differs` (the prefix names another form than `form`).

    Raises Refusal `licence.missing`, or `licence.form` if `form` is not in `LICENCE_FORMS`.
    """
    number = compact(text)
    if not number:
        raise Refusal("licence.missing")
    stated = upper(form)
    if stated and stated not in LICENCE_FORMS:
        raise Refusal("licence.form", form=form, known=LICENCE_FORMS)
    if not _LICENCE.fullmatch(number):
        return ExportLicence(number, stated), ("licence.pattern",)
    named = _FORM_BY_PREFIX.get(number[:3], "")
    if stated and named and stated != named:
        return ExportLicence(number, stated), ("licence.form_differs",)
    return ExportLicence(number, stated or named), ()
