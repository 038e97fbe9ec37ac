"""The words of values: dates, times, numbers, and what the codes of the domain are called.

Dates are unambiguous (`21 Nov 2026`), times carry their zone (`21 Nov 2026, 14:20 UTC+1`), numbers follow the locale.
A code that this version does not know is shown as it is, never hidden.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from PySide6.QtCore import QCoreApplication, QDate, QLocale, QTime

from ui.theme import status_mark

GROUP: Final = 4


_WORDS: Final[dict[str, dict[str, str]]] = {
    "program": {"golden_sentry": "Golden Sentry", "blue_lantern": "Blue Lantern"},
    "purpose": {"annual_inventory": "Annual inventory"},
    "role": {
        "inspector": "Inspector",
        "reviewer": "Reviewer",
        "auditor": "Auditor",
        "administrator": "Administrator",
    },
    "read_by": {
        "camera": "camera",
        "photo": "photo",
        "wedge": "hand scanner",
        "serial": "hand scanner",
        "typed": "typed",
        "paper": "paper list",
        "list": "picked from the list",
    },
    "no_read": {
        "missing": "Mark missing",
        "illegible": "Mark illegible",
        "covered": "Mark covered",
        "scanner_not_allowed": "Scanner not allowed",
    },
    "grade": {
        "A": "Sighted",
        "B": "Live video",
        "C": "Partner scan",
        "D": "Partner statement",
    },
    "discrepancy": {
        "serial_differs": "Serial number differs",
        "damaged": "Damaged",
        "part_missing": "Part missing",
        "wrong_location": "At another place",
        "wrong_model": "Another model",
        "seal_differs": "Seal differs",
    },
    "not_found": {
        "no_record_shown": "Not there, no record shown",
        "sent_for_repair": "Said to be in repair",
        "said_issued": "Said to be issued",
        "said_expended": "Said to be expended",
        "said_lost": "Said to be lost",
        "other": "Another reason",
    },
    "not_on_list": {
        "marked_for_other_site": "Marked for another site",
        "not_in_inventory": "Not in the inventory",
        "other": "Another reason",
    },
    "no_access": {
        "access_refused": "Access refused",
        "unsafe": "Not safe to enter",
        "custodian_absent": "Custodian absent",
        "electronics_not_allowed": "Electronics not allowed inside",
        "other": "Another reason",
    },
    "disposition": {
        "ON_HAND": "On hand",
        "IN_TRANSIT": "In transit",
        "IN_MAINTENANCE": "In maintenance",
        "NOT_SIGHTED": "Not sighted",
        "EXPENDED": "Expended",
        "DESTROYED": "Destroyed",
        "LOST": "Lost",
        "STOLEN": "Stolen",
        "TRANSFERRED_TPT": "Transferred to a third party",
        "DISPOSED_DEMIL": "Disposed of",
        "RETURNED_US": "Returned",
        "DATA_ERROR": "Data error",
    },
    "decision": {"resolve": "Resolved", "recheck": "Check again", "escalate": "Escalated"},
    "rule": {
        "item-not-found": "Item not found",
        "item-not-on-list": "Item not on the list",
        "initial-inventory-overdue": "Initial inventory overdue",
        "annual-inventory-never": "Never inventoried",
        "annual-inventory-late": "Annual inventory late",
        "discrepancy-without-photo": "Discrepancy without a photo",
        "clock-in-future": "Check dated after it came here",
        "site-checklist-missing": "Site checklist not answered",
        "site-deficiency": "Deficiency at the site",
        "site-not-observed": "Not observed at the site",
    },
    "bundle": {"results": "Results", "tasking": "Tasking", "receipt": "Receipt"},
    "list": {
        "inventory": "Inventory",
        "partner_report": "Partner report",
        "shipper_list": "Shipper list",
        "container_label": "Container label",
    },
    "history": {"listed": "Listed", "delivered": "Delivered", "inventory": "Inventory"},
    "fact": {
        "StoreCreated": "Store created",
        "AccountAdded": "Account added",
        "AccountRemoved": "Account removed",
        "AccountUnlocked": "Account unlocked",
        "PassphraseChanged": "Passphrase changed",
        "RecoveryCodesMade": "Recovery codes made",
        "RecoveryCodeUsed": "Recovery code used",
        "RecoveryCodeDisclosed": "Recovery code read out",
        "EscrowOpened": "Opened by HQ's recovery key",
        "DataKeyRotated": "Store key renewed",
        "SessionStarted": "Unlocked",
        "SessionEnded": "Locked",
        "DeviceEnrolled": "Device enrolled",
        "DeviceRevoked": "Device revoked",
        "IdentityAccepted": "Identity accepted",
        "RecordsRead": "Records looked at",
        "AccessDenied": "Denied",
        "WithholdingAsked": "Withholding asked for",
        "ContentWithheld": "Content withheld by order",
        "ClockJumped": "Clock jumped",
        "SatelliteTimeHeard": "Satellite time heard",
        "TimeCorrected": "Time corrected",
        "CopyNoticed": "Copy of a store noticed",
        "NoticePublished": "Notice published",
        "SiteRegistered": "Site registered",
        "InventoryImported": "Inventory imported",
        "ItemListed": "Item listed",
        "ChecklistPublished": "Checklist published",
        "VisitPlanned": "Visit planned",
        "CheckRecorded": "Check recorded",
        "CheckWithdrawn": "Check withdrawn",
        "SiteAssessed": "Site question answered",
        "EvidenceAttached": "Evidence attached",
        "VisitClosedOut": "Visit closed out",
        "HeadSigned": "Journal signed",
        "BundleSealed": "Bundle sealed",
        "BundleImported": "Bundle imported",
        "BundleQuarantined": "File refused and kept",
        "FactsReceived": "Received by HQ",
        "FindingRaised": "Finding raised",
        "FindingLapsed": "Finding lapsed",
        "FindingReviewed": "Finding reviewed",
        "ReportExported": "Report exported",
        "WorklistPrinted": "Worklist printed",
        "LabelsPrinted": "Labels printed",
        "ProfileSaved": "List profile saved",
        "ClaimsImported": "Claims imported",
        "ClaimMade": "Claim made",
        "ContainerLabelNoted": "Container label noted",
    },
    "subject": {"journal": "Journal of"},
    "evidence": {"photo": "Photo", "note": "Note", "mark": "Picture of the mark"},
    "paper": {"worklist": "On a printed worklist", "replacement": "Replacement label", "shelf": "Shelf label"},
    "end": {
        "locked": "Locked by hand",
        "idle": "Locked: nobody there",
        "sleep": "Locked before sleep",
        "screen": "Locked with the screen",
        "closed": "Window closed",
        "command ended": "Command ended",
    },
}


def word(kind: str, key: str) -> str:
    """The word of a code of a kind (program, purpose, role, read_by, grade, disposition, decision, rule, bundle …)."""
    known = _WORDS.get(kind, {}).get(key)
    return QCoreApplication.translate("words", known) if known else key.replace("_", " ").capitalize()


def is_known(kind: str, key: str) -> bool:
    """Whether a code of a kind has a word of its own here."""
    return key in _WORDS.get(kind, {})


def fact(kind: str) -> str:
    """What a kind of fact is called; a kind that this version does not know by its own name."""
    return word("fact", kind) if is_known("fact", kind) else kind


def program(key: str) -> str:
    return word("program", key)


def purpose(key: str) -> str:
    return word("purpose", key)


def role(key: str) -> str:
    return word("role", key)


def read_by(key: str) -> str:
    """How an item was identified, within a line of text: `camera`, `typed` …"""
    return word("read_by", key) if key in _WORDS["read_by"] else key


def reason(outcome_key: str, key: str) -> str:
    """The reason of an outcome; empty for none."""
    return word(outcome_key, key) if key else ""


def outcome(key: str) -> str:
    """A check's outcome, as on its chip."""
    return status_mark(key).text()


def severity(key: str) -> str:
    return status_mark(key).text()


def count(number: int) -> str:
    """A number with the locale's grouping."""
    return QLocale().toString(number)


def counted(number: int, one: str, many: str) -> str:
    """`one` for exactly one, else `many`; both translated, with `{count}` where the number stands."""
    return (one if number == 1 else many).format(count=count(number))


def day(text: str) -> str:
    """`2026-11-21` (or an instant that begins so) as `21 Nov 2026`; empty for empty, other text as it is."""
    if not text:
        return ""
    date = QDate.fromString(text[:10], "yyyy-MM-dd")
    return QLocale().toString(date, "d MMM yyyy") if date.isValid() else text


def clock(text: str) -> str:
    """The time of an instant of a fact in this machine's zone, with the zone: `14:20 UTC+1`."""
    local = _local(text)
    return f"{QLocale().toString(QTime(local.hour, local.minute), 'HH:mm')} {_zone(local)}" if local else text


def moment(text: str) -> str:
    """An instant of a fact (UTC text) in this machine's zone: `21 Nov 2026, 14:20 UTC+1`; empty for empty."""
    local = _local(text)
    return f"{day(local.date().isoformat())}, {clock(text)}" if local else text


def grouped(text: str) -> str:
    """A hash or fingerprint in groups of four, to be compared by eye."""
    return " ".join(text[at : at + GROUP] for at in range(0, len(text), GROUP))


def joined(*parts: str) -> str:
    """The parts that say something, with a middle dot between."""
    return " · ".join(part for part in parts if part)


def _local(text: str) -> datetime | None:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        return None
    return (instant if instant.tzinfo else instant.replace(tzinfo=UTC)).astimezone()


def _zone(local: datetime) -> str:
    offset = local.utcoffset()
    minutes = round(offset.total_seconds() / 60) if offset else 0
    if not minutes:
        return "UTC"
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'+' if minutes > 0 else '−'}{hours}" + (f":{rest:02}" if rest else "")
