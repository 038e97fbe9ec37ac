"""Facts about the store itself: sessions on it, the devices it knows, its identity and its clock. See `facts`."""

from __future__ import annotations

from typing import Final

from eum_app.domain.areas import Area
from eum_app.domain.fact import Fact
from eum_app.domain.fact_kind import FactKind
from eum_app.domain.translatable import QT_TRANSLATE_NOOP


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


class NoticePublished(Fact, frozen=True, kw_only=True):
    """What everybody is shown before this store is opened; where `is_required`, nothing opens without acceptance.
    `notice_id` is what `SessionStarted` names."""

    notice_id: str
    text: str
    is_required: bool


class SessionEnded(Fact, frozen=True, kw_only=True):
    account: str
    reason: str


class RecordsRead(Fact, frozen=True, kw_only=True):
    """Somebody looked at sensitive records: (kind, id) each, once a session. Kinds: visit, item, check, finding,
    evidence."""

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
    `epoch` may go on elsewhere, and only what it held up to `through_seq` is surely its own. `known_seq` is how far it
    is known to have gone here (0 where nothing tells): what lies between the two is missing."""

    epoch: int
    how: str
    through_seq: int
    known_seq: int = 0


class ClockJumped(Fact, frozen=True, kw_only=True):
    """A machine's clock showed `to_at` where `from_at` was to be expected. `noticed_by`: journal (against its newest
    entry), session (against the monotonic clock since the last entry), receipt (against HQ's clock)."""

    from_at: str
    to_at: str
    noticed_by: str


class SatelliteTimeHeard(Fact, frozen=True, kw_only=True):
    """A satellite receiver (GNSS) said `satellite_at` when this machine's clock showed `clock_at`, which is
    `clock_ahead_ms` later (negative: earlier). Heard and not proved: receivers can be deceived, and count weeks wrong.
    Nothing is put right by it; a `TimeCorrected` may name it as its source."""

    satellite_at: str
    clock_at: str
    clock_ahead_ms: int


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


KINDS: Final = (
    FactKind(fact=StoreCreated, word=QT_TRANSLATE_NOOP("words", "Store created"), device_may_state=True),
    FactKind(
        fact=SessionStarted, word=QT_TRANSLATE_NOOP("words", "Unlocked"), device_may_state=True, auditor_may_state=True
    ),
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
