"""An inquiry as a person states it, checked and brought into the form of the fact."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from eum_app.domain.clock import date_of, iso_day
from eum_app.domain.disposition_list import last_day_at
from eum_app.domain.errors import Refusal
from eum_app.domain.facts import Authorization, InquiryArticle, InquiryOpened, InquiryParty
from eum_app.domain.inquiries import CheckKind, Held, PartyRole, SiteVisit
from eum_app.domain.inquiry_lists import doubts, lists_in_force
from eum_app.domain.items import clean, compact
from eum_app.domain.visits import Program
from eum_app.domain.vocabulary import member_of
from eum_app.usecases.inquiries.inquiry_lists import shipped_inquiry_lists
from eum_app.usecases.items.disposition_statement import require_short
from eum_app.usecases.session import Session

MAX_CHARS: Final = 300
MAX_PARTIES: Final = 50
MAX_ARTICLES: Final = 200
MAX_QUANTITY: Final = 10_000_000
MAX_COUNTRY_CHARS: Final = 40


@dataclass(frozen=True, kw_only=True)
class Party:
    """A party as it is typed."""

    role: str
    name: str
    country: str = ""
    reference: str = ""


@dataclass(frozen=True, kw_only=True)
class Article:
    """Articles of one description as they are typed."""

    description: str
    usml: str = ""
    quantity: str = ""


@dataclass(frozen=True, kw_only=True)
class NewInquiry:
    """A request as it is typed. Days are `YYYY-MM-DD`."""

    reference: str
    kind: str
    country: str
    due_on: str
    requested_by: str
    requested_on: str
    reason: str
    parties: tuple[Party, ...]
    articles: tuple[Article, ...]
    post: str = ""
    site_visit: str = ""
    form: str = ""
    number: str = ""
    exemption: str = ""
    dsp83: str = ""
    valid_until: str = ""


def opened(session: Session, inquiry_id: str, new: NewInquiry, correction: str = "") -> InquiryOpened:
    """Return the fact of a request. Shapes of license numbers, exemptions and categories only give warnings.

    Raises Refusal `inquiry.missing` (with the name of the field), `inquiry.too_long`, `inquiry.kind`,
    `inquiry.requested_on` (not a date, or not yet), `date.invalid`, `inquiry.due_on` (before the request),
    `inquiry.parties` (none, or too many), `inquiry.party_role`, `inquiry.articles` (none, or too many),
    `inquiry.quantity`, `inquiry.value` (a value that its field does not know), `note.too_long`.
    """
    reference, country = _line(new.reference, "reference"), _line(new.country, "country").upper()
    requested_by = _line(new.requested_by, "requested_by")
    if member_of(CheckKind, new.kind) is None:
        raise Refusal("inquiry.kind", kind=new.kind[:40], known=", ".join(CheckKind))
    reason = new.reason.strip()
    if not reason:
        raise Refusal("inquiry.missing", field="reason")
    require_short(reason)
    requested_on, due_on = _day(session, new.requested_on), iso_day(new.due_on)
    if not due_on:
        raise Refusal("date.invalid", text="")
    if due_on < requested_on:
        raise Refusal("inquiry.due_on", date=due_on)
    authorization = _authorization(new)
    articles = _articles(new.articles)
    lists = lists_in_force(shipped_inquiry_lists(), session.now().date())
    return InquiryOpened(
        observed_at=session.observed_now(),
        inquiry_id=inquiry_id,
        reference=reference,
        program=Program.BLUE_LANTERN,
        kind=new.kind,
        country=country,
        post=_line(new.post, "post", is_needed=False),
        due_on=due_on,
        requested_by=requested_by,
        requested_on=requested_on,
        reason=reason,
        site_visit=_known(SiteVisit, new.site_visit, "site_visit"),
        parties=_parties(new.parties),
        articles=articles,
        authorization=authorization,
        warnings=doubts(lists, new.kind, authorization, articles),
        list_version=lists.version,
        correction=correction,
    )


def _parties(parties: Iterable[Party]) -> tuple[InquiryParty, ...]:
    found = []
    for one in parties:
        if member_of(PartyRole, one.role) is None:
            raise Refusal("inquiry.party_role", role=one.role[:40], known=", ".join(PartyRole))
        found.append(
            InquiryParty(
                role=one.role,
                name=_line(one.name, "name"),
                country=_line(one.country, "country", is_needed=False).upper(),
                reference=_line(one.reference, "reference", is_needed=False),
            )
        )
    if not 0 < len(found) <= MAX_PARTIES:
        raise Refusal("inquiry.parties", limit=MAX_PARTIES)
    return tuple(found)


def _articles(articles: Iterable[Article]) -> tuple[InquiryArticle, ...]:
    found = []
    for one in articles:
        text = clean(one.quantity)
        # The length comes first: Python refuses to read thousands of digits as a number.
        if not (text.isascii() and text.isdecimal()) or len(text) > 20 or not 0 < int(text) <= MAX_QUANTITY:
            raise Refusal("inquiry.quantity", text=text[:40], limit=MAX_QUANTITY)
        found.append(
            InquiryArticle(
                description=_line(one.description, "description"),
                usml=_line(one.usml, "usml", is_needed=False),
                quantity=int(text),
            )
        )
    if not 0 < len(found) <= MAX_ARTICLES:
        raise Refusal("inquiry.articles", limit=MAX_ARTICLES)
    return tuple(found)


def _authorization(new: NewInquiry) -> Authorization:
    return Authorization(
        form=_line(new.form, "form", is_needed=False).upper(),
        number=compact(_line(new.number, "number", is_needed=False)),
        exemption=_line(new.exemption, "exemption", is_needed=False),
        dsp83=_known(Held, new.dsp83, "dsp83"),
        valid_until=iso_day(new.valid_until),
    )


def _line(text: str, field: str, *, is_needed: bool = True) -> str:
    value = clean(text)
    if is_needed and not value:
        raise Refusal("inquiry.missing", field=field)
    limit = MAX_COUNTRY_CHARS if field == "country" else MAX_CHARS
    if len(value) > limit:
        raise Refusal("inquiry.too_long", field=field, limit=limit)
    return value


def _known(vocabulary: type[StrEnum], text: str, field: str) -> str:
    if text and member_of(vocabulary, text) is None:
        raise Refusal("inquiry.value", field=field, text=text[:40], known=", ".join(vocabulary))
    return text


def _day(session: Session, text: str) -> str:
    day = date_of(text.strip())
    if day is None or day > last_day_at(session.now()):
        raise Refusal("inquiry.requested_on", date=text[:40])
    return day.isoformat()
