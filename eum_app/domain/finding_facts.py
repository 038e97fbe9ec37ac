"""Facts about findings, their reviews, and orders to withhold content. See `facts`."""

from __future__ import annotations

from typing import Final

from eum_app.domain.areas import Area
from eum_app.domain.fact import Fact, Whole
from eum_app.domain.fact_kind import FactKind
from eum_app.domain.translatable import QT_TRANSLATE_NOOP


class FindingRaised(Fact, frozen=True, kw_only=True):
    """A rule is broken. `finding_id` is a hash of rule, subject and trigger.

    `causes` are the ids of all the rules that the check breaks, `rule_id` first. A finding about several checks of one
    act lists them in `check_ids`; `check_id` is the first. Earlier versions stated neither.

    A finding about a device's journal names the `device`, its `epoch`, and the first and last entry that it is about;
    it has no visit, item or check.
    """

    finding_id: str
    rule_id: str
    rule_version: Whole
    severity: str
    visit_id: str
    item_id: str
    check_id: str
    causes: tuple[str, ...] = ()
    check_ids: tuple[str, ...] = ()
    device: str = ""
    epoch: Whole = 0
    first_seq: Whole = 0
    last_seq: Whole = 0


class FindingLapsed(Fact, frozen=True, kw_only=True):
    """A finding no longer applies, without a reviewer's decision."""

    finding_id: str
    reason: str


class FindingReviewed(Fact, frozen=True, kw_only=True):
    """A reviewer's decision (resolve, recheck or escalate) with a comment. The reviewer did not make the check."""

    review_id: str
    finding_id: str
    decision: str
    comment: str
    disposition: str


class WithholdingAsked(Fact, frozen=True, kw_only=True):
    """One person asks to withhold content. It has no effect until a second person confirms.

    `signature` is that of the account's key (`db.queries.signed_acts`); empty in earlier versions.
    """

    request_id: str
    object_id: str
    reason: str
    signature: bytes = b""


class ContentWithheld(Fact, frozen=True, kw_only=True):
    """An order by two people (`asked_by`, and the entry's actor) to withhold content.

    Every store that receives it destroys the object's key. Facts that name the object stay, and chains still verify.
    `signature` and `asked_signature` are those of the two accounts' keys; empty in earlier versions.
    """

    request_id: str
    object_id: str
    reason: str
    asked_by: str
    signature: bytes = b""
    asked_signature: bytes = b""


class AttributionBegan(Fact, frozen=True, kw_only=True):
    """HQ expects from now on that each check is covered by a head that its account signed.

    `chains` are (origin, epoch, number): entries up to that number were here before. HQ's own chain is among them.
    """

    chains: tuple[tuple[str, Whole, Whole], ...]


KINDS: Final = (
    FactKind(fact=AttributionBegan, word=QT_TRANSLATE_NOOP("words", "Signatures expected"), area=Area.FINDINGS),
    FactKind(fact=FindingRaised, word=QT_TRANSLATE_NOOP("words", "Finding raised"), area=Area.FINDINGS),
    FactKind(fact=FindingLapsed, word=QT_TRANSLATE_NOOP("words", "Finding lapsed"), area=Area.FINDINGS),
    FactKind(fact=FindingReviewed, word=QT_TRANSLATE_NOOP("words", "Finding reviewed"), area=Area.FINDINGS),
    FactKind(fact=WithholdingAsked, word=QT_TRANSLATE_NOOP("words", "Withholding asked for"), area=Area.WITHHELD),
    FactKind(fact=ContentWithheld, word=QT_TRANSLATE_NOOP("words", "Content withheld by order"), area=Area.WITHHELD),
)
