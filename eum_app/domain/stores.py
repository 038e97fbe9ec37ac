"""Closed vocabularies about a store: kind, how it was copied, ends of sessions, sources of time."""

from __future__ import annotations

from enum import StrEnum


class StoreKind(StrEnum):
    """Kind of a store: headquarters or a field device."""

    HQ = "hq"
    FIELD = "field"


class CopyKind(StrEnum):
    """How a store differs from the one that was last open here (`CopyNoticed.how`): a copy, or an earlier state."""

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
    """Reference against which a clock jump was noticed (`ClockJumped.noticed_by`)."""

    JOURNAL = "journal"
    SESSION = "session"
    RECEIPT = "receipt"


class TimeSource(StrEnum):
    """Source of the correct time in a correction (`TimeCorrected.source`)."""

    GNSS = "gnss"
    PERSON = "person"
    HQ_RECEIPT = "hq_receipt"


class UnlockedBy(StrEnum):
    """How a person regained access (`PassphraseChanged.how`, `AccountUnlocked.how`)."""

    OWN = "own"
    RESET = "reset"
    ADMINISTRATOR = "administrator"
    RECOVERY_CODE = "recovery_code"
    ESCROW = "escrow"
