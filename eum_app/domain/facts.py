"""Facts: statements of people and devices, in the past tense, never edited and never deleted.

Each module beside this one has the kinds of one noun, with an entry for each in its `KINDS`. A fact is a frozen struct,
stored as its exact JSON bytes with a kind and a kind version. A correction is another fact. `UPCASTERS` keep old
versions readable; unknown kinds are kept and forwarded as `UnknownFact`, facts that cannot be decoded as
`UnreadableFact`. Use cases validate a fact when they make it. Reading never raises, because a journal holds whatever a
device signed; `admission` decides which facts of devices are applied.

Every fact has `observed_at` (UTC text): when it was true, by the clock of its author.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import msgspec

from eum_app.domain import (
    account_facts,
    authority_facts,
    deficiency_facts,
    disposition_facts,
    exchange_facts,
    finding_facts,
    incident_facts,
    inquiry_facts,
    list_facts,
    log_facts,
    paper_facts,
    site_facts,
    store_facts,
    time_facts,
    visit_facts,
)
from eum_app.domain.account_facts import AccountAdded as AccountAdded
from eum_app.domain.account_facts import AccountLinked as AccountLinked
from eum_app.domain.account_facts import AccountRemoved as AccountRemoved
from eum_app.domain.account_facts import AccountUnlocked as AccountUnlocked
from eum_app.domain.account_facts import DataKeyRotated as DataKeyRotated
from eum_app.domain.account_facts import EscrowOpened as EscrowOpened
from eum_app.domain.account_facts import PassphraseChanged as PassphraseChanged
from eum_app.domain.account_facts import RecoveryCodeDisclosed as RecoveryCodeDisclosed
from eum_app.domain.account_facts import RecoveryCodesMade as RecoveryCodesMade
from eum_app.domain.account_facts import RecoveryCodeUsed as RecoveryCodeUsed
from eum_app.domain.authority_facts import AuthorityCopied as AuthorityCopied
from eum_app.domain.authority_facts import AuthorityListReceived as AuthorityListReceived
from eum_app.domain.authority_facts import AuthorityMoved as AuthorityMoved
from eum_app.domain.authority_facts import DeviceRecertified as DeviceRecertified
from eum_app.domain.authority_facts import HqCertified as HqCertified
from eum_app.domain.authority_facts import VaultSealed as VaultSealed
from eum_app.domain.deficiency_facts import DeficiencyCorrected as DeficiencyCorrected
from eum_app.domain.deficiency_facts import DeficiencyFollowedUp as DeficiencyFollowedUp
from eum_app.domain.deficiency_facts import DeficiencySetAside as DeficiencySetAside
from eum_app.domain.deficiency_facts import DeficiencyStated as DeficiencyStated
from eum_app.domain.deficiency_facts import DeficiencyWithdrawn as DeficiencyWithdrawn
from eum_app.domain.disposition_facts import DispositionRejected as DispositionRejected
from eum_app.domain.disposition_facts import DispositionStated as DispositionStated
from eum_app.domain.disposition_facts import DispositionWithdrawn as DispositionWithdrawn
from eum_app.domain.exchange_facts import BundleImported as BundleImported
from eum_app.domain.exchange_facts import BundleQuarantined as BundleQuarantined
from eum_app.domain.exchange_facts import BundleSealed as BundleSealed
from eum_app.domain.exchange_facts import FactsReceived as FactsReceived
from eum_app.domain.exchange_facts import HqRevoked as HqRevoked
from eum_app.domain.exchange_facts import LateHeadAccepted as LateHeadAccepted
from eum_app.domain.exchange_facts import PaperHeadNoted as PaperHeadNoted
from eum_app.domain.exchange_facts import RevocationsLearned as RevocationsLearned
from eum_app.domain.fact import Fact as Fact
from eum_app.domain.fact_kind import FactKind
from eum_app.domain.fact_parts import ChecklistPin as ChecklistPin
from eum_app.domain.fact_parts import ContentRef as ContentRef
from eum_app.domain.fact_parts import Difference as Difference
from eum_app.domain.fact_parts import LabelClaim as LabelClaim
from eum_app.domain.fact_parts import LabelPartRead as LabelPartRead
from eum_app.domain.fact_parts import MarkNote as MarkNote
from eum_app.domain.fact_parts import MarkRead as MarkRead
from eum_app.domain.fact_parts import OutcomeCount as OutcomeCount
from eum_app.domain.fact_parts import PartySignature as PartySignature
from eum_app.domain.fact_parts import RejectedRow as RejectedRow
from eum_app.domain.finding_facts import AttributionBegan as AttributionBegan
from eum_app.domain.finding_facts import ContentWithheld as ContentWithheld
from eum_app.domain.finding_facts import FindingLapsed as FindingLapsed
from eum_app.domain.finding_facts import FindingRaised as FindingRaised
from eum_app.domain.finding_facts import FindingReviewed as FindingReviewed
from eum_app.domain.finding_facts import WithholdingAsked as WithholdingAsked
from eum_app.domain.incident_facts import IncidentDescribed as IncidentDescribed
from eum_app.domain.incident_facts import IncidentItemsAdded as IncidentItemsAdded
from eum_app.domain.incident_facts import IncidentNotified as IncidentNotified
from eum_app.domain.incident_facts import IncidentRecorded as IncidentRecorded
from eum_app.domain.incident_facts import IncidentReportFiled as IncidentReportFiled
from eum_app.domain.inquiry_facts import Authorization as Authorization
from eum_app.domain.inquiry_facts import InquiryAnswered as InquiryAnswered
from eum_app.domain.inquiry_facts import InquiryArticle as InquiryArticle
from eum_app.domain.inquiry_facts import InquiryClosed as InquiryClosed
from eum_app.domain.inquiry_facts import InquiryOpened as InquiryOpened
from eum_app.domain.inquiry_facts import InquiryParty as InquiryParty
from eum_app.domain.inquiry_facts import InquiryTasked as InquiryTasked
from eum_app.domain.list_facts import ClaimMade as ClaimMade
from eum_app.domain.list_facts import ClaimsImported as ClaimsImported
from eum_app.domain.list_facts import ContainerLabelNoted as ContainerLabelNoted
from eum_app.domain.list_facts import InventoryImported as InventoryImported
from eum_app.domain.list_facts import ItemListed as ItemListed
from eum_app.domain.list_facts import ProfileSaved as ProfileSaved
from eum_app.domain.list_facts import SiteRegistered as SiteRegistered
from eum_app.domain.log_facts import LogHeadSigned as LogHeadSigned
from eum_app.domain.log_facts import LogHeadWitnessed as LogHeadWitnessed
from eum_app.domain.log_facts import LogSpan as LogSpan
from eum_app.domain.log_facts import ProofSlipMade as ProofSlipMade
from eum_app.domain.paper_facts import LabelsPrinted as LabelsPrinted
from eum_app.domain.paper_facts import ReportExported as ReportExported
from eum_app.domain.paper_facts import WorklistPrinted as WorklistPrinted
from eum_app.domain.people import Role
from eum_app.domain.site_facts import CaseDescribed as CaseDescribed
from eum_app.domain.site_facts import CaseLineDelivered as CaseLineDelivered
from eum_app.domain.site_facts import RecordsImported as RecordsImported
from eum_app.domain.site_facts import SiteDescribed as SiteDescribed
from eum_app.domain.store_facts import AccessDenied as AccessDenied
from eum_app.domain.store_facts import ClockJumped as ClockJumped
from eum_app.domain.store_facts import CopyNoticed as CopyNoticed
from eum_app.domain.store_facts import DesignationSet as DesignationSet
from eum_app.domain.store_facts import DeviceEnrolled as DeviceEnrolled
from eum_app.domain.store_facts import DeviceRevoked as DeviceRevoked
from eum_app.domain.store_facts import IdentityAccepted as IdentityAccepted
from eum_app.domain.store_facts import NoticePublished as NoticePublished
from eum_app.domain.store_facts import RecordsRead as RecordsRead
from eum_app.domain.store_facts import SatelliteTimeHeard as SatelliteTimeHeard
from eum_app.domain.store_facts import SessionEnded as SessionEnded
from eum_app.domain.store_facts import SessionStarted as SessionStarted
from eum_app.domain.store_facts import StoreCreated as StoreCreated
from eum_app.domain.store_facts import TimeCorrected as TimeCorrected
from eum_app.domain.time_facts import TimeAuthorityTrusted as TimeAuthorityTrusted
from eum_app.domain.time_facts import TimeProved as TimeProved
from eum_app.domain.time_facts import TimeRequested as TimeRequested
from eum_app.domain.unreadable import UNREADABLE, Malformed
from eum_app.domain.visit_facts import ChecklistPublished as ChecklistPublished
from eum_app.domain.visit_facts import CheckRecorded as CheckRecorded
from eum_app.domain.visit_facts import CheckWithdrawn as CheckWithdrawn
from eum_app.domain.visit_facts import EvidenceAttached as EvidenceAttached
from eum_app.domain.visit_facts import HeadSigned as HeadSigned
from eum_app.domain.visit_facts import SiteAssessed as SiteAssessed
from eum_app.domain.visit_facts import VisitAdopted as VisitAdopted
from eum_app.domain.visit_facts import VisitClosedOut as VisitClosedOut
from eum_app.domain.visit_facts import VisitPlanned as VisitPlanned
from eum_app.domain.visit_facts import VisitReopened as VisitReopened
from eum_app.domain.visit_facts import VisitStarted as VisitStarted
from eum_app.domain.vocabulary import Unknown


class UnknownFact(msgspec.Struct, frozen=True):
    """A fact of an unknown kind or a later version. It is kept, forwarded, and shown as unknown."""

    kind: str
    kind_version: int


class UnreadableFact(UnknownFact, frozen=True):
    """A fact whose form is wrong. It is kept and forwarded like an unknown one, and HQ raises a finding about it."""

    why: Malformed


KINDS: Final[tuple[FactKind, ...]] = (
    *list_facts.KINDS,
    *disposition_facts.KINDS,
    *site_facts.KINDS,
    *visit_facts.KINDS,
    *finding_facts.KINDS,
    *incident_facts.KINDS,
    *inquiry_facts.KINDS,
    *deficiency_facts.KINDS,
    *account_facts.KINDS,
    *store_facts.KINDS,
    *exchange_facts.KINDS,
    *authority_facts.KINDS,
    *paper_facts.KINDS,
    *log_facts.KINDS,
    *time_facts.KINDS,
)
"""Every kind of fact that this version knows."""

FACTS: Final[dict[str, type[Fact]]] = {kind.name: kind.fact for kind in KINDS}
"""Every kind of fact by its name on the wire."""

DEVICE_MAY_STATE: Final[frozenset[type[Fact]]] = frozenset(kind.fact for kind in KINDS if kind.device_may_state)
"""Kinds that HQ takes from a device's journal. A device plans no visits, lists no items and decides no findings."""

AUDITOR_MAY_STATE: Final = frozenset(kind.name for kind in KINDS if kind.auditor_may_state)
"""Names of the kinds that an auditor may record: traces of access, exports, changes of the auditor's keys."""

EVIDENCE: Final[frozenset[type[Fact]]] = frozenset(kind.fact for kind in KINDS if kind.is_evidence)
"""Kinds that HQ must receive.

A journal's housekeeping (sessions, signatures over its head, sealed bundles) travels along but is not waited for.
"""


def may_state(role: Role | Unknown) -> frozenset[str] | None:
    """Return the names of the kinds that the role may record, or None for all.

    A role that this version does not know may record as little as an auditor.
    """
    return AUDITOR_MAY_STATE if isinstance(role, Unknown) or role == Role.AUDITOR else None


_CONTENT: Final[dict[type, Callable[[Any], list[ContentRef]]]] = {
    kind.fact: kind.content for kind in KINDS if kind.content
}


def content_refs(fact: Fact | UnknownFact) -> list[ContentRef]:
    """Return the content that a fact names, in the order of its fields; empty for kinds without content."""
    content = _CONTENT.get(type(fact))
    return content(fact) if content else []


def picture_refs(fact: Fact | UnknownFact) -> list[ContentRef]:
    """Return the content that a fact states as pictures: photos, pictures of marks, and drawn signatures.

    What a device calls their media type does not matter.
    """
    if isinstance(fact, CheckRecorded):
        return [*fact.photos, *([fact.mark.crop] if fact.mark.crop else [])]
    if isinstance(fact, DeficiencyStated | DeficiencyCorrected):
        return list(fact.photos)
    if isinstance(fact, EvidenceAttached):
        return [] if fact.role == "note" else [fact.content]
    if isinstance(fact, VisitClosedOut):
        return [party.signature for party in fact.signatures if party.signature]
    return []


Upcaster = Callable[[dict[str, Any]], dict[str, Any]]
UPCASTERS: dict[tuple[str, int], Upcaster] = {
    ("AccountAdded", 1): lambda fields: {**fields, "programs": (), "countries": ()},  # was for all of them
}
"""(kind, version) → function from that version's plain fields to those of the next version."""

_decoders: dict[str, msgspec.json.Decoder[Fact]] = {kind: msgspec.json.Decoder(cls) for kind, cls in FACTS.items()}
_encoder = msgspec.json.Encoder()


def kind_of(fact: Fact) -> str:
    """Return the kind of a fact: its class name."""
    return type(fact).__name__


def encode_fact(fact: Fact) -> bytes:
    """Encode a fact as the JSON bytes that the journal stores.

    Raises UnicodeEncodeError for a text with half of a surrogate pair.
    """
    return _encoder.encode(fact)


def decode_fact(kind: str, kind_version: int, payload: bytes) -> Fact | UnknownFact:
    """Decode a fact and bring it to the current version; unknown kinds and later versions become `UnknownFact`.

    A payload that does not fit its kind and version, or has a version without upcaster, becomes an `UnreadableFact`.
    Never raises.
    """
    cls = FACTS.get(kind)
    if cls is None or kind_version > cls.KIND_VERSION:
        return UnknownFact(kind, kind_version)
    try:
        if kind_version == cls.KIND_VERSION:
            return _decoders[kind].decode(payload)
        fields = msgspec.json.decode(payload, type=dict[str, Any])
        for version in range(kind_version, cls.KIND_VERSION):
            fields = UPCASTERS[kind, version](fields)
        return msgspec.convert(fields, cls)
    except (*UNREADABLE, KeyError, TypeError, ValueError):  # upcasters meet any fields, and versions that never existed
        return UnreadableFact(kind, kind_version, Malformed.SHAPE)
