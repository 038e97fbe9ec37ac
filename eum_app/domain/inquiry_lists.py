"""Lists of inquiries as versioned data: license forms, exemptions, USML categories, and reasons of results.

A shape that the lists do not know is a doubt and never a refusal, because the standards are not public. The module does
no I/O: `read_inquiry_lists` takes bytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date
from enum import StrEnum
from typing import Final

import msgspec

from eum_app.domain.inquiries import CheckKind, Recommendation
from eum_app.domain.inquiry_facts import Authorization, InquiryArticle
from eum_app.domain.items import compact

_NUMBER: Final = re.compile(r"[0-9]{9}", re.ASCII)
_CITATION: Final = re.compile(r"([0-9]{3}\.[0-9]{1,2})(?:\([A-Za-z0-9]+\))*", re.ASCII)
_CATEGORY: Final = re.compile(r"([IVX]+)(?:\([A-Za-z0-9]+\))*", re.ASCII)


class Doubt(StrEnum):
    """Warnings about an authorization and the articles."""

    NO_AUTHORIZATION = "no_authorization"
    """Neither a license nor an exemption is stated."""
    BOTH = "both"
    """A license and an exemption are stated."""
    FORM = "form"
    NUMBER = "number"
    FORM_DIFFERS = "form_differs"
    EXEMPTION = "exemption"
    USML = "usml"


class LicenseForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A form of license. `prefix` are the first digits of its numbers, "" if unknown."""

    code: str
    prefix: str = ""


class Reason(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A reason of a result."""

    code: str
    outcome: Recommendation


class InquiryLists(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One version, in force from `in_force_from` (`YYYY-MM-DD`) until the next version is."""

    version: str
    in_force_from: str
    source: str
    forms: tuple[LicenseForm, ...]
    exemptions: tuple[str, ...]
    usml: tuple[str, ...]
    reasons: tuple[Reason, ...]

    def reasons_of(self, outcome: str) -> tuple[str, ...]:
        """Return the codes of the reasons for this result."""
        return tuple(reason.code for reason in self.reasons if reason.outcome == outcome)


def read_inquiry_lists(data: bytes) -> tuple[InquiryLists, ...]:
    """Return the versions in a JSON file. Raises msgspec.DecodeError, or its ValidationError."""
    return msgspec.json.decode(data, type=tuple[InquiryLists, ...])


def lists_in_force(lists: Sequence[InquiryLists], day: date) -> InquiryLists:
    """Return the version in force on a day: the newest that has started, else the earliest. There must be one."""
    in_order = sorted(lists, key=lambda one: one.in_force_from)
    begun = [one for one in in_order if one.in_force_from <= day.isoformat()]
    return begun[-1] if begun else in_order[0]


def doubts(
    lists: InquiryLists, kind: str, authorization: Authorization, articles: Iterable[InquiryArticle]
) -> tuple[Doubt, ...]:
    """Return the doubts about an inquiry, each once. Before a license, it is no doubt that none is stated."""
    found: list[Doubt] = []
    form, number, exemption = authorization.form, compact(authorization.number), authorization.exemption
    if not number and not exemption and kind != CheckKind.PRE_LICENSE:
        found.append(Doubt.NO_AUTHORIZATION)
    if number and exemption:
        found.append(Doubt.BOTH)
    prefixes = {one.code: one.prefix for one in lists.forms}
    if form and form not in prefixes:
        found.append(Doubt.FORM)
    if number and not _NUMBER.fullmatch(number):
        found.append(Doubt.NUMBER)
    named = [code for code, prefix in prefixes.items() if prefix and number.startswith(prefix)]
    if form and _NUMBER.fullmatch(number) and named and form not in named:
        found.append(Doubt.FORM_DIFFERS)
    if exemption and not _is_listed(_CITATION, _section(exemption), lists.exemptions):
        found.append(Doubt.EXEMPTION)
    if not all(_is_listed(_CATEGORY, compact(one.usml), lists.usml) for one in articles):
        found.append(Doubt.USML)
    return tuple(found)


def _section(citation: str) -> str:
    return compact(citation.upper().replace("22 CFR", "").replace("§", ""))


def _is_listed(pattern: re.Pattern[str], text: str, listed: Sequence[str]) -> bool:
    match = pattern.fullmatch(text)
    return match is not None and match[1] in listed
