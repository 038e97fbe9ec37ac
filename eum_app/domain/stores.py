"""Closed vocabularies about a store: its kind, how it was copied, how sessions end, and where a time comes from."""

from __future__ import annotations

from enum import StrEnum


class StoreKind(StrEnum):
    HQ = "hq"
    FIELD = "field"


class CopyKind(StrEnum):
    """How a store turned out not to be the one that was left (`CopyNoticed.how`)."""

    COPIED = "copied"
    PUT_BACK = "put_back"


class SessionEnd(StrEnum):
    """Why a session ended (`SessionEnded.reason`)."""

    LOCKED = "locked"
    IDLE = "idle"
    SLEEP = "sleep"
    SCREEN = "screen"
    CLOSED = "closed"
    COMMAND = "command ended"
    CREATED = "created"
    """The store was just created from the command line."""
    CHECKED = "checked"
    """By the self-check."""
    SET_UP = "set up"
    """By the demo."""


class JumpSeenBy(StrEnum):
    """What a clock was compared with when its jump was noticed (`ClockJumped.noticed_by`)."""

    JOURNAL = "journal"
    SESSION = "session"
    RECEIPT = "receipt"


class TimeSource(StrEnum):
    """Where a correction of time takes the right time from (`TimeCorrected.source`)."""

    GNSS = "gnss"
    PERSON = "person"
    HQ_RECEIPT = "hq_receipt"


class UnlockedBy(StrEnum):
    """How a person got back in (`PassphraseChanged.how`, `AccountUnlocked.how`)."""

    OWN = "own"
    RESET = "reset"
    ADMINISTRATOR = "administrator"
    RECOVERY_CODE = "recovery_code"
    ESCROW = "escrow"
