"""Facts: what a person or a device stated, in the past tense, never edited and never deleted.

Each fact is a frozen struct, stored as its exact JSON bytes with a kind and a kind version. A correction is another
fact. Old versions are read for ever through `UPCASTERS`; kinds that this program does not know are kept and
forwarded as `UnknownFact`. Validation happens when a fact is made (in the use cases), never when it is read, so that a
rule that tightens does not lock out yesterday's facts.

Every fact says `observed_at` (UTC text): when it held, by the clock of whoever states it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from eum_app.domain.account_facts import AccountAdded as AccountAdded
from eum_app.domain.account_facts import AccountRemoved as AccountRemoved
from eum_app.domain.account_facts import AccountUnlocked as AccountUnlocked
from eum_app.domain.account_facts import DataKeyRotated as DataKeyRotated
from eum_app.domain.account_facts import EscrowOpened as EscrowOpened
from eum_app.domain.account_facts import PassphraseChanged as PassphraseChanged
from eum_app.domain.account_facts import RecoveryCodeDisclosed as RecoveryCodeDisclosed
from eum_app.domain.account_facts import RecoveryCodesMade as RecoveryCodesMade
from eum_app.domain.account_facts import RecoveryCodeUsed as RecoveryCodeUsed
from eum_app.domain.checklists import Answer, Checklist
from eum_app.domain.errors import Refusal
from eum_app.domain.fact import Fact as Fact
from eum_app.domain.fact_parts import ChecklistPin as ChecklistPin
from eum_app.domain.fact_parts import ContentRef as ContentRef
from eum_app.domain.fact_parts import MarkRead as MarkRead
from eum_app.domain.fact_parts import OutcomeCount as OutcomeCount
from eum_app.domain.fact_parts import PartySignature as PartySignature
from eum_app.domain.fact_parts import RejectedRow as RejectedRow
from eum_app.domain.list_facts import ClaimMade as ClaimMade
from eum_app.domain.list_facts import ClaimsImported as ClaimsImported
from eum_app.domain.list_facts import InventoryImported as InventoryImported
from eum_app.domain.list_facts import ItemListed as ItemListed
from eum_app.domain.list_facts import ProfileSaved as ProfileSaved
from eum_app.domain.list_facts import SiteRegistered as SiteRegistered
from eum_app.domain.paper_facts import LabelsPrinted as LabelsPrinted
from eum_app.domain.paper_facts import WorklistPrinted as WorklistPrinted

# --- the store and its people -------------------------------------------------------------------------------------


class StoreCreated(Fact, frozen=True, kw_only=True):
    store_id: str
    name: str
    store_kind: str
    suite: str


class SessionStarted(Fact, frozen=True, kw_only=True):
    account: str
    role: str
    notice_id: str
    notice_accepted_at: str | None
    app_version: str
    failed_unlocks: tuple[tuple[str, int], ...] = ()
    """(account code, failures to unlock since that account's last success), this one's included."""


class SessionEnded(Fact, frozen=True, kw_only=True):
    account: str
    reason: str


class RecordsRead(Fact, frozen=True, kw_only=True):
    """Somebody looked at sensitive records: (kind, id) each, once a session. Kinds: visit, item, finding, evidence."""

    records: tuple[tuple[str, str], ...]


class AccessDenied(Fact, frozen=True, kw_only=True):
    """Somebody tried what their role or scope does not allow."""

    permissions: tuple[str, ...]


class DeviceEnrolled(Fact, frozen=True, kw_only=True):
    """HQ signed a device's certificate. The first certificate of `certificates` is the device's own (DER)."""

    device: str
    epoch: int
    fingerprint: str
    certificates: tuple[bytes, ...]


class DeviceRevoked(Fact, frozen=True, kw_only=True):
    device: str
    epoch: int
    reason: str


class IdentityAccepted(Fact, frozen=True, kw_only=True):
    """A device took the identity that HQ signed, after a person compared the root's fingerprint."""

    device: str
    epoch: int
    hq: str
    root_fingerprint: str
    certificates: tuple[bytes, ...]
    hq_certificates: tuple[bytes, ...]


class CopyNoticed(Fact, frozen=True, kw_only=True):
    """A store found that it is a copy (`how` copied) or was put back to an earlier state (put_back): its chain of
    `epoch` may go on elsewhere, and only what it held up to `through_seq` is surely its own."""

    epoch: int
    how: str
    through_seq: int


class ClockJumped(Fact, frozen=True, kw_only=True):
    """A machine's clock showed `to_at` where `from_at` was to be expected. `noticed_by`: journal (against its newest
    entry), session (against the monotonic clock since the last entry), receipt (against HQ's clock)."""

    from_at: str
    to_at: str
    noticed_by: str


class TimeCorrected(Fact, frozen=True, kw_only=True):
    """Entries `first_seq` to `last_seq` of a chain held `offset_ms` later than their `recorded_at` says. `source`:
    gnss, person or hq_receipt."""

    origin: str
    epoch: int
    first_seq: int
    last_seq: int
    offset_ms: int
    source: str
    reason: str


# --- visits -------------------------------------------------------------------------------------------------------


class ChecklistPublished(Fact, frozen=True, kw_only=True):
    checklist: Checklist


class VisitPlanned(Fact, frozen=True, kw_only=True):
    """HQ's order: who goes where, for what, with which snapshot of expected items and which checklists."""

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


class CheckRecorded(Fact, frozen=True, kw_only=True):
    """One look at one item. `item_id` is empty for an item that nobody has listed yet.

    `outcome` is verified, discrepancy, not_found, not_on_list or no_access; `grade` is the evidence grade
    (A sighted by a US person, B live video, C partner scan, D partner statement; DOMAIN section 3).
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


class CheckWithdrawn(Fact, frozen=True, kw_only=True):
    check_id: str
    visit_id: str
    reason: str


class SiteAssessed(Fact, frozen=True, kw_only=True):
    """Answers to the site checklist; for each question the newest answer counts."""

    visit_id: str
    checklist: ChecklistPin
    answers: tuple[Answer, ...]


class EvidenceAttached(Fact, frozen=True, kw_only=True):
    """A photo or note added to a visit after the check that it belongs to (or to none)."""

    evidence_id: str
    visit_id: str
    check_id: str
    role: str
    content: ContentRef


class VisitClosedOut(Fact, frozen=True, kw_only=True):
    """The visit is whole and signed: it names the journal head that the people signed for."""

    visit_id: str
    counts: tuple[OutcomeCount, ...]
    signatures: tuple[PartySignature, ...]
    head_seq: int
    head_hash: bytes


class HeadSigned(Fact, frozen=True, kw_only=True):
    """An account's own signature over a journal head (purpose `journal-head`)."""

    account: str
    head_origin: str
    head_epoch: int
    head_seq: int
    head_hash: bytes
    signature: bytes


# --- exchange -----------------------------------------------------------------------------------------------------


class BundleSealed(Fact, frozen=True, kw_only=True):
    bundle_id: str
    bundle_kind: str
    recipient: str
    origin: str
    epoch: int
    first_seq: int
    last_seq: int
    head_hash: bytes
    objects: int
    file_name: str
    file_size: int


class BundleImported(Fact, frozen=True, kw_only=True):
    bundle_id: str
    bundle_kind: str
    sender: str
    origin: str
    epoch: int
    first_seq: int
    last_seq: int
    head_hash: bytes
    new_entries: int
    objects: int
    file_name: str


class BundleQuarantined(Fact, frozen=True, kw_only=True):
    """A file that was refused, kept whole, with the reason's code and values (as text)."""

    quarantine_id: str
    bundle_id: str
    file_name: str
    file_sha384: str
    file_size: int
    code: str
    details: dict[str, str]


class FactsReceived(Fact, frozen=True, kw_only=True):
    """HQ's receipt: it holds this origin's chain up to here. Travels to the device in a signed bundle."""

    hq: str
    origin: str
    epoch: int
    seq: int
    head_hash: bytes
    bundle_id: str


# --- judgement ----------------------------------------------------------------------------------------------------


class FindingRaised(Fact, frozen=True, kw_only=True):
    """A rule holds something to be wrong. `finding_id` is a hash of rule, subject and trigger."""

    finding_id: str
    rule_id: str
    rule_version: int
    severity: str
    visit_id: str
    item_id: str
    check_id: str


class FindingLapsed(Fact, frozen=True, kw_only=True):
    finding_id: str
    reason: str


class FindingReviewed(Fact, frozen=True, kw_only=True):
    """A reviewer's decision: resolve, recheck or escalate, with a comment; never by who made the check."""

    review_id: str
    finding_id: str
    decision: str
    comment: str
    disposition: str


class WithholdingAsked(Fact, frozen=True, kw_only=True):
    """One person asks that content be withheld; nothing happens until another confirms."""

    request_id: str
    object_id: str
    reason: str


class ContentWithheld(Fact, frozen=True, kw_only=True):
    """An order by two people (who asked, and the entry's actor): the object's key is destroyed wherever this arrives.
    Facts that name the object stay, and chains hold."""

    request_id: str
    object_id: str
    reason: str
    asked_by: str


class ReportExported(Fact, frozen=True, kw_only=True):
    report: str
    file_name: str
    sha384: str
    rows: int
    as_of: str


class UnknownFact(msgspec.Struct, frozen=True):
    """A fact of a kind, or of a later version, that this program does not know: kept, forwarded, shown as such."""

    kind: str
    kind_version: int


DEVICE_MAY_STATE: frozenset[type[Fact]] = frozenset(
    {
        StoreCreated,
        AccountAdded,
        AccountRemoved,
        AccountUnlocked,
        PassphraseChanged,
        RecoveryCodesMade,
        RecoveryCodeUsed,
        EscrowOpened,
        DataKeyRotated,
        SessionStarted,
        SessionEnded,
        RecordsRead,
        AccessDenied,
        IdentityAccepted,
        CopyNoticed,
        ClockJumped,
        TimeCorrected,
        CheckRecorded,
        CheckWithdrawn,
        SiteAssessed,
        EvidenceAttached,
        VisitClosedOut,
        HeadSigned,
        BundleSealed,
        BundleImported,
        BundleQuarantined,
        ReportExported,
        WorklistPrinted,
        LabelsPrinted,
    }
)
"""Kinds that HQ takes from a device's journal. A device plans no visits, lists no items and decides no findings."""


EVIDENCE: frozenset[type[Fact]] = frozenset(
    {CheckRecorded, CheckWithdrawn, SiteAssessed, EvidenceAttached, VisitClosedOut}
)
"""What HQ must receive. A journal's housekeeping (sessions, signatures over its head, bundles sealed) goes along but is
not waited for."""


def content_refs(fact: Fact | UnknownFact) -> list[ContentRef]:
    """The content that a fact names, in the order of its fields."""
    match fact:
        case CheckRecorded():
            return [*fact.photos, *(ref for ref in (fact.note, fact.mark.crop) if ref)]
        case EvidenceAttached():
            return [fact.content]
        case VisitClosedOut():
            return [ref for party in fact.signatures for ref in (party.signature, party.signer) if ref]
        case _:
            return []


FACTS: dict[str, type[Fact]] = {cls.__name__: cls for cls in Fact.__subclasses__()}

Upcaster = Callable[[dict[str, Any]], dict[str, Any]]
UPCASTERS: dict[tuple[str, int], Upcaster] = {
    ("AccountAdded", 1): lambda fields: {**fields, "programs": (), "countries": ()},  # was for all of them
}
"""(kind, version) → function that turns that version's plain fields into those of the next version."""

_decoders: dict[str, msgspec.json.Decoder[Fact]] = {kind: msgspec.json.Decoder(cls) for kind, cls in FACTS.items()}
_encoder = msgspec.json.Encoder()


def kind_of(fact: Fact) -> str:
    return type(fact).__name__


def encode_fact(fact: Fact) -> bytes:
    return _encoder.encode(fact)


def decode_fact(kind: str, kind_version: int, payload: bytes) -> Fact | UnknownFact:
    """The fact in `payload`, brought to today's version.

    Raises Refusal `fact.unreadable` where a known kind and version does not hold what it must.
    """
    cls = FACTS.get(kind)
    if cls is None or kind_version > cls.KIND_VERSION:
        return UnknownFact(kind, kind_version)
    try:
        if kind_version == cls.KIND_VERSION:
            return _decoders[kind].decode(payload)
        fields = msgspec.json.decode(payload)
        for version in range(kind_version, cls.KIND_VERSION):
            fields = UPCASTERS[kind, version](fields)
        return msgspec.convert(fields, cls)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Refusal("fact.unreadable", kind=kind, reason=str(error)[:200]) from error
