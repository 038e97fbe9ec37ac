"""Facts of a visit, from HQ's order to the signatures at close-out. See `facts`."""

from __future__ import annotations

from typing import Final

from eum_app.domain.areas import Area
from eum_app.domain.checklists import Answer, Checklist
from eum_app.domain.fact import Fact, Whole
from eum_app.domain.fact_kind import FactKind
from eum_app.domain.fact_parts import (
    ChecklistPin,
    ContentRef,
    Difference,
    MarkRead,
    OutcomeCount,
    PartySignature,
)
from eum_app.domain.translatable import QT_TRANSLATE_NOOP


class ChecklistPublished(Fact, frozen=True, kw_only=True):
    """A version of a checklist became available to this store."""

    checklist: Checklist


class VisitPlanned(Fact, frozen=True, kw_only=True):
    """HQ's order: inspector, site, purpose, the snapshot of expected items, and the checklists.

    `kind_version` is the version of the list of kinds that defines the purpose; facts of before this field have none.
    """

    visit_id: str
    program: str
    purpose: str
    site_id: str
    due_on: str
    device: str
    inspector: str
    item_checklist: ChecklistPin
    site_checklist: ChecklistPin
    expected: tuple[str, ...]
    kind_version: str = ""


class VisitStarted(Fact, frozen=True, kw_only=True):
    """A device started a visit without tasking; its author is the inspector.

    `site_id` is a site that the device knows, or a new id for one that it does not. `site_name` and `country` are what
    the person named: claims, until HQ adopts the visit.
    """

    visit_id: str
    program: str
    purpose: str
    kind_version: str
    site_id: str
    site_name: str
    country: str
    item_checklist: ChecklistPin
    site_checklist: ChecklistPin
    expected: tuple[str, ...]


class VisitAdopted(Fact, frozen=True, kw_only=True):
    """HQ took on a visit that a device started. It took place at `site_id`, whatever the device named."""

    visit_id: str
    site_id: str
    comment: str = ""


class CheckRecorded(Fact, frozen=True, kw_only=True):
    """One check of one item. `item_id` is empty for an item that is not in the book.

    `outcome` is verified, discrepancy, not_found, not_on_list or no_access. `grade` is the evidence grade (A sighted by
    a US person, B live video, C partner scan, D partner statement; DOMAIN section 3). A discrepancy lists all its
    `differences`; `reason` is the first of them. Checks recorded in one act (a locked room) share `act`.
    """

    check_id: str
    visit_id: str
    item_id: str
    outcome: str
    reason: str
    mark: MarkRead
    checklist: ChecklistPin | None
    answers: tuple[Answer, ...]
    all_as_expected: bool
    grade: str
    note: ContentRef | None
    photos: tuple[ContentRef, ...]
    differences: tuple[Difference, ...] = ()
    act: str = ""


class CheckWithdrawn(Fact, frozen=True, kw_only=True):
    """A check no longer counts; both facts stay in the journal."""

    check_id: str
    visit_id: str
    reason: str


class SiteAssessed(Fact, frozen=True, kw_only=True):
    """Answers to the site checklist. For each question the newest answer counts."""

    visit_id: str
    checklist: ChecklistPin
    answers: tuple[Answer, ...]


class EvidenceAttached(Fact, frozen=True, kw_only=True):
    """A photo or note was added to a visit after the check that it belongs to (`check_id` is empty for none)."""

    evidence_id: str
    visit_id: str
    check_id: str
    role: str
    content: ContentRef


class VisitClosedOut(Fact, frozen=True, kw_only=True):
    """The visit is complete and signed. `head_seq` is the number of the journal head that the people signed for.

    `statement` is the English text that the parties had before them when they signed; facts of earlier versions have
    none. `head_hash` is empty: it is the hash of the entry before this one, which the journal holds. Facts of earlier
    versions state it, so that a reader of a proof slip can confirm a copy of that journal (docs/proof-slips.md).
    """

    visit_id: str
    counts: tuple[OutcomeCount, ...]
    signatures: tuple[PartySignature, ...]
    head_seq: Whole
    head_hash: bytes = b""
    statement: ContentRef | None = None


class VisitReopened(Fact, frozen=True, kw_only=True):
    """A closed visit is open again, for a stated reason. It voids the signatures; HQ shows it as an amendment."""

    visit_id: str
    reason: str


class HeadSigned(Fact, frozen=True, kw_only=True):
    """An account's signature over a journal head (purpose `journal-head`)."""

    account: str
    head_origin: str
    head_epoch: Whole
    head_seq: Whole
    head_hash: bytes
    signature: bytes


def _content_of_check(fact: CheckRecorded) -> list[ContentRef]:
    return [*fact.photos, *(ref for ref in (fact.note, fact.mark.crop) if ref)]


def _content_of_closing(fact: VisitClosedOut) -> list[ContentRef]:
    signed = [ref for party in fact.signatures for ref in (party.signature, party.signer)]
    return [ref for ref in (*signed, fact.statement) if ref]


KINDS: Final = (
    FactKind(fact=ChecklistPublished, word=QT_TRANSLATE_NOOP("words", "Checklist published"), area=Area.VISITS),
    FactKind(fact=VisitPlanned, word=QT_TRANSLATE_NOOP("words", "Visit planned"), area=Area.VISITS),
    FactKind(
        fact=VisitStarted,
        word=QT_TRANSLATE_NOOP("words", "Visit started without tasking"),
        area=Area.VISITS,
        device_may_state=True,
        is_evidence=True,
    ),
    FactKind(fact=VisitAdopted, word=QT_TRANSLATE_NOOP("words", "Visit adopted"), area=Area.VISITS),
    FactKind(
        fact=CheckRecorded,
        word=QT_TRANSLATE_NOOP("words", "Check recorded"),
        area=Area.CHECKS,
        device_may_state=True,
        is_evidence=True,
        content=_content_of_check,
    ),
    FactKind(
        fact=CheckWithdrawn,
        word=QT_TRANSLATE_NOOP("words", "Check withdrawn"),
        area=Area.CHECKS,
        device_may_state=True,
        is_evidence=True,
    ),
    FactKind(
        fact=SiteAssessed,
        word=QT_TRANSLATE_NOOP("words", "Site question answered"),
        area=Area.CHECKS,
        device_may_state=True,
        is_evidence=True,
    ),
    FactKind(
        fact=EvidenceAttached,
        word=QT_TRANSLATE_NOOP("words", "Evidence attached"),
        area=Area.CHECKS,
        device_may_state=True,
        is_evidence=True,
        content=lambda fact: [fact.content],
    ),
    FactKind(
        fact=VisitClosedOut,
        word=QT_TRANSLATE_NOOP("words", "Visit closed out"),
        area=Area.VISITS,
        device_may_state=True,
        is_evidence=True,
        content=_content_of_closing,
    ),
    FactKind(
        fact=VisitReopened,
        word=QT_TRANSLATE_NOOP("words", "Visit reopened"),
        area=Area.VISITS,
        device_may_state=True,
        is_evidence=True,
    ),
    FactKind(
        fact=HeadSigned,
        word=QT_TRANSLATE_NOOP("words", "Journal signed"),
        area=Area.FINDINGS,
        device_may_state=True,
        auditor_may_state=True,
    ),
)
