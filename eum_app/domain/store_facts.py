"""Facts about the store: sessions, known devices, its identity and its clock. See `facts`."""

from __future__ import annotations

from typing import Final

from eum_app.domain.areas import Area
from eum_app.domain.fact import Fact, Whole
from eum_app.domain.fact_kind import FactKind
from eum_app.domain.translatable import QT_TRANSLATE_NOOP


class StoreCreated(Fact, frozen=True, kw_only=True):
    """The store was created, with its id, name, kind and suite."""

    store_id: str
    name: str
    store_kind: str
    suite: str


class SessionStarted(Fact, frozen=True, kw_only=True):
    """An account unlocked the store, after accepting the named notice if there is one."""

    account: str
    role: str
    notice_id: str
    notice_accepted_at: str | None
    app_version: str
    failed_unlocks: tuple[tuple[str, Whole], ...] = ()
    """(account code, failed attempts since that account's last success) of every account, this one included."""


class NoticePublished(Fact, frozen=True, kw_only=True):
    """The text to show before this store is opened; if `is_required`, it opens only after acceptance.

    `SessionStarted` names it by `notice_id`.
    """

    notice_id: str
    text: str
    is_required: bool


class DesignationSet(Fact, frozen=True, kw_only=True):
    """The CUI designation that the store's reports print from now on."""

    controlled_by: str
    category: str
    distribution: str
    poc: str


class SessionEnded(Fact, frozen=True, kw_only=True):
    """A session ended. `reason` is a `SessionEnd`."""

    account: str
    reason: str


class RecordsRead(Fact, frozen=True, kw_only=True):
    """An account looked at sensitive records: (kind, id) pairs, each once per session.

    Kinds: visit, item, check, finding, evidence.
    """

    records: tuple[tuple[str, str], ...]


class AccessDenied(Fact, frozen=True, kw_only=True):
    """An account tried an action that its role or scope does not allow."""

    permissions: tuple[str, ...]


class DeviceEnrolled(Fact, frozen=True, kw_only=True):
    """HQ signed a device's certificate: the first of `certificates` (DER)."""

    device: str
    epoch: Whole
    fingerprint: str
    certificates: tuple[bytes, ...]


class DeviceRevoked(Fact, frozen=True, kw_only=True):
    """HQ revoked the certificate of a device for this epoch."""

    device: str
    epoch: Whole
    reason: str


class IdentityAccepted(Fact, frozen=True, kw_only=True):
    """A device accepted the identity that HQ signed, after a person compared the root's fingerprint."""

    device: str
    epoch: Whole
    hq: str
    root_fingerprint: str
    certificates: tuple[bytes, ...]
    hq_certificates: tuple[bytes, ...]


class CopyNoticed(Fact, frozen=True, kw_only=True):
    """A store detected that it is a copy (`how` copied) or an earlier state (put_back).

    Its chain of `epoch` may continue elsewhere; only entries up to `through_seq` are certainly its own. `known_seq` is
    how far the chain is known to have gone here (0: unknown); entries between the two are missing.
    """

    epoch: Whole
    how: str
    through_seq: Whole
    known_seq: Whole = 0


class ClockJumped(Fact, frozen=True, kw_only=True):
    """A machine's clock showed `to_at` when `from_at` was expected.

    `noticed_by`: journal (against its newest entry), session (against the monotonic clock since the last entry),
    receipt (against HQ's clock).
    """

    from_at: str
    to_at: str
    noticed_by: str


class SatelliteTimeHeard(Fact, frozen=True, kw_only=True):
    """A satellite receiver (GNSS) reported `satellite_at` when this machine's clock showed `clock_at`.

    The clock was `clock_ahead_ms` ahead (negative: behind). The time is not proven: receivers can be deceived and can
    count weeks wrong. It corrects nothing; a `TimeCorrected` may name it as its source.
    """

    satellite_at: str
    clock_at: str
    clock_ahead_ms: Whole


class TimeCorrected(Fact, frozen=True, kw_only=True):
    """The entries `first_seq` to `last_seq` of a chain were made `offset_ms` later than their `recorded_at`.

    `source`: gnss, person or hq_receipt.
    """

    origin: str
    epoch: Whole
    first_seq: Whole
    last_seq: Whole
    offset_ms: Whole
    source: str
    reason: str


KINDS: Final = (
    FactKind(fact=StoreCreated, word=QT_TRANSLATE_NOOP("words", "Store created"), device_may_state=True),
    FactKind(
        fact=SessionStarted, word=QT_TRANSLATE_NOOP("words", "Unlocked"), device_may_state=True, auditor_may_state=True
    ),
    FactKind(fact=DesignationSet, word=QT_TRANSLATE_NOOP("words", "CUI designation set")),
    FactKind(fact=NoticePublished, word=QT_TRANSLATE_NOOP("words", "Notice published"), device_may_state=True),
    FactKind(
        fact=SessionEnded, word=QT_TRANSLATE_NOOP("words", "Locked"), device_may_state=True, auditor_may_state=True
    ),
    FactKind(
        fact=RecordsRead,
        word=QT_TRANSLATE_NOOP("words", "Records looked at"),
        device_may_state=True,
        auditor_may_state=True,
    ),
    FactKind(
        fact=AccessDenied, word=QT_TRANSLATE_NOOP("words", "Denied"), device_may_state=True, auditor_may_state=True
    ),
    FactKind(fact=DeviceEnrolled, word=QT_TRANSLATE_NOOP("words", "Device enrolled"), area=Area.PEOPLE),
    FactKind(fact=DeviceRevoked, word=QT_TRANSLATE_NOOP("words", "Device revoked"), area=Area.PEOPLE),
    FactKind(fact=IdentityAccepted, word=QT_TRANSLATE_NOOP("words", "Identity accepted"), device_may_state=True),
    FactKind(
        fact=CopyNoticed,
        word=QT_TRANSLATE_NOOP("words", "Copy of a store noticed"),
        area=Area.PEOPLE,
        device_may_state=True,
    ),
    FactKind(
        fact=ClockJumped, word=QT_TRANSLATE_NOOP("words", "Clock jumped"), device_may_state=True, auditor_may_state=True
    ),
    FactKind(
        fact=SatelliteTimeHeard,
        word=QT_TRANSLATE_NOOP("words", "Satellite time heard"),
        device_may_state=True,
        auditor_may_state=True,
    ),
    FactKind(
        fact=TimeCorrected, word=QT_TRANSLATE_NOOP("words", "Time corrected"), area=Area.TIME, device_may_state=True
    ),
)
