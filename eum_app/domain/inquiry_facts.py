"""Facts about inquiries: checks that the State Department asks for under Blue Lantern. See `facts`.

They hold license data, which only accounts of the program may see (AECA 38(e)).
"""

from __future__ import annotations

from typing import Final

import msgspec

from eum_app.domain.areas import Area
from eum_app.domain.fact import Fact, Whole
from eum_app.domain.fact_kind import FactKind
from eum_app.domain.translatable import QT_TRANSLATE_NOOP


class InquiryParty(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A party to the transfer. `role` is an `inquiries.PartyRole`; `reference` is a registration or other number."""

    role: str
    name: str
    country: str = ""
    reference: str = ""


class InquiryArticle(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Articles of one description. `usml` is the category as stated, for example `XII(c)`."""

    description: str
    usml: str
    quantity: Whole


class Authorization(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The license (`form` and `number`) or the exemption, as stated; the standard of their shapes is unknown.

    `dsp83` says whether a nontransfer and use certificate is held (`inquiries.Held`). `valid_until` is `YYYY-MM-DD`.
    """

    form: str = ""
    number: str = ""
    exemption: str = ""
    dsp83: str = ""
    valid_until: str = ""


class InquiryOpened(Fact, frozen=True, kw_only=True):
    """HQ opened an inquiry from a request. The newest fact about an inquiry counts; a later one has a `correction`.

    `kind` is an `inquiries.CheckKind`. `site_visit` is an `inquiries.SiteVisit`, or empty for not stated. `warnings`
    are doubts about shapes (`inquiry_lists.Doubt`), under the version of the lists that `list_version` names.
    """

    inquiry_id: str
    reference: str
    program: str
    kind: str
    country: str
    post: str
    due_on: str
    requested_by: str
    requested_on: str
    reason: str
    site_visit: str
    parties: tuple[InquiryParty, ...]
    articles: tuple[InquiryArticle, ...]
    authorization: Authorization
    warnings: tuple[str, ...]
    list_version: str
    correction: str = ""


class InquiryTasked(Fact, frozen=True, kw_only=True):
    """A post or person was asked to make the check (`told`, under a `reference`), or a visit was planned for it.

    `task_id` is empty for a visit, which belongs to the inquiry that the newest fact names.
    """

    inquiry_id: str
    visit_id: str = ""
    task_id: str = ""
    told: str = ""
    reference: str = ""


class InquiryAnswered(Fact, frozen=True, kw_only=True):
    """HQ recorded the answer to an inquiry: a recommendation, and how it was found. The newest one counts.

    `recommendation` is favorable or unfavorable, `reasons` are codes of the version `list_version`. `visit_mode` and
    `receipt` are as in `inquiries.VisitMode` and `inquiries.Receipt`, empty for not stated.
    """

    answer_id: str
    inquiry_id: str
    recommendation: str
    reasons: tuple[str, ...]
    visit_mode: str
    receipt: str
    answered_by: str
    note: str
    list_version: str


class InquiryClosed(Fact, frozen=True, kw_only=True):
    """HQ closed an inquiry with its result; the newest fact counts, and a later one has a note that says why."""

    inquiry_id: str
    outcome: str
    reasons: tuple[str, ...]
    note: str
    list_version: str


KINDS: Final = (
    FactKind(fact=InquiryOpened, word=QT_TRANSLATE_NOOP("words", "Inquiry opened"), area=Area.INQUIRIES),
    FactKind(fact=InquiryTasked, word=QT_TRANSLATE_NOOP("words", "Inquiry tasked"), area=Area.INQUIRIES),
    FactKind(fact=InquiryAnswered, word=QT_TRANSLATE_NOOP("words", "Inquiry answered"), area=Area.INQUIRIES),
    FactKind(fact=InquiryClosed, word=QT_TRANSLATE_NOOP("words", "Inquiry closed"), area=Area.INQUIRIES),
)
