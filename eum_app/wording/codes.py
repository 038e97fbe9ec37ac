"""English words for the codes of the domain, by kind; without Qt."""

from __future__ import annotations

from typing import Final

from eum_app.domain.facts import KINDS
from eum_app.domain.translatable import QT_TRANSLATE_NOOP

WORDS: Final[dict[str, dict[str, str]]] = {
    "program": {
        "golden_sentry": QT_TRANSLATE_NOOP("words", "Golden Sentry"),
        "blue_lantern": QT_TRANSLATE_NOOP("words", "Blue Lantern"),
    },
    "role": {
        "inspector": QT_TRANSLATE_NOOP("words", "Inspector"),
        "reviewer": QT_TRANSLATE_NOOP("words", "Reviewer"),
        "auditor": QT_TRANSLATE_NOOP("words", "Auditor"),
        "administrator": QT_TRANSLATE_NOOP("words", "Administrator"),
    },
    "read_by": {
        "camera": QT_TRANSLATE_NOOP("words", "camera"),
        "photo": QT_TRANSLATE_NOOP("words", "photo"),
        "wedge": QT_TRANSLATE_NOOP("words", "hand scanner"),
        "serial": QT_TRANSLATE_NOOP("words", "hand scanner"),
        "typed": QT_TRANSLATE_NOOP("words", "typed"),
        "paper": QT_TRANSLATE_NOOP("words", "paper list"),
        "list": QT_TRANSLATE_NOOP("words", "picked from the list"),
    },
    "no_read": {
        "missing": QT_TRANSLATE_NOOP("words", "Mark missing"),
        "illegible": QT_TRANSLATE_NOOP("words", "Mark illegible"),
        "covered": QT_TRANSLATE_NOOP("words", "Mark covered"),
        "scanner_not_allowed": QT_TRANSLATE_NOOP("words", "Scanner not allowed"),
    },
    "grade": {
        "A": QT_TRANSLATE_NOOP("words", "Sighted"),
        "B": QT_TRANSLATE_NOOP("words", "Live video"),
        "C": QT_TRANSLATE_NOOP("words", "Partner scan"),
        "D": QT_TRANSLATE_NOOP("words", "Partner statement"),
    },
    "discrepancy": {
        "serial_differs": QT_TRANSLATE_NOOP("words", "Serial number differs"),
        "damaged": QT_TRANSLATE_NOOP("words", "Damaged"),
        "part_missing": QT_TRANSLATE_NOOP("words", "Part missing"),
        "wrong_location": QT_TRANSLATE_NOOP("words", "At another place"),
        "wrong_model": QT_TRANSLATE_NOOP("words", "Another model"),
        "seal_differs": QT_TRANSLATE_NOOP("words", "Seal differs"),
    },
    "not_found": {
        "no_record_shown": QT_TRANSLATE_NOOP("words", "Not there, no record shown"),
        "sent_for_repair": QT_TRANSLATE_NOOP("words", "Said to be in repair"),
        "said_issued": QT_TRANSLATE_NOOP("words", "Said to be issued"),
        "said_expended": QT_TRANSLATE_NOOP("words", "Said to be expended"),
        "said_lost": QT_TRANSLATE_NOOP("words", "Said to be lost"),
        "other": QT_TRANSLATE_NOOP("words", "Another reason"),
    },
    "not_on_list": {
        "marked_for_other_site": QT_TRANSLATE_NOOP("words", "Marked for another site"),
        "not_in_inventory": QT_TRANSLATE_NOOP("words", "Not in the inventory"),
        "other": QT_TRANSLATE_NOOP("words", "Another reason"),
    },
    "no_access": {
        "access_refused": QT_TRANSLATE_NOOP("words", "Access refused"),
        "unsafe": QT_TRANSLATE_NOOP("words", "Not safe to enter"),
        "custodian_absent": QT_TRANSLATE_NOOP("words", "Custodian absent"),
        "electronics_not_allowed": QT_TRANSLATE_NOOP("words", "Electronics not allowed inside"),
        "other": QT_TRANSLATE_NOOP("words", "Another reason"),
    },
    "disposition": {
        "ON_HAND": QT_TRANSLATE_NOOP("words", "On hand"),
        "IN_TRANSIT": QT_TRANSLATE_NOOP("words", "In transit"),
        "IN_MAINTENANCE": QT_TRANSLATE_NOOP("words", "In maintenance"),
        "NOT_SIGHTED": QT_TRANSLATE_NOOP("words", "Not sighted"),
        "EXPENDED": QT_TRANSLATE_NOOP("words", "Expended"),
        "DESTROYED": QT_TRANSLATE_NOOP("words", "Destroyed"),
        "LOST": QT_TRANSLATE_NOOP("words", "Lost"),
        "STOLEN": QT_TRANSLATE_NOOP("words", "Stolen"),
        "TRANSFERRED_TPT": QT_TRANSLATE_NOOP("words", "Transferred to a third party"),
        "DEMILITARIZED": QT_TRANSLATE_NOOP("words", "Demilitarized"),
        "DISPOSED": QT_TRANSLATE_NOOP("words", "Disposed of"),
        "DISPOSED_DEMIL": QT_TRANSLATE_NOOP("words", "Disposed of, demilitarized"),
        "RETURNED_US": QT_TRANSLATE_NOOP("words", "Returned"),
        "DATA_ERROR": QT_TRANSLATE_NOOP("words", "Data error"),
    },
    "incident": {
        "loss": QT_TRANSLATE_NOOP("words", "Loss"),
        "theft": QT_TRANSLATE_NOOP("words", "Theft"),
        "destruction": QT_TRANSLATE_NOOP("words", "Destruction"),
        "access": QT_TRANSLATE_NOOP("words", "Unauthorized access"),
    },
    "report_part": {
        "circumstances": QT_TRANSLATE_NOOP("words", "Circumstances"),
        "items": QT_TRANSLATE_NOOP("words", "Items and values"),
        "recovery": QT_TRANSLATE_NOOP("words", "Steps to recover"),
        "prevention": QT_TRANSLATE_NOOP("words", "Steps to prevent"),
    },
    "reported_by": {
        "us": QT_TRANSLATE_NOOP("words", "US"),
        "partner": QT_TRANSLATE_NOOP("words", "Partner"),
    },
    "decision": {
        "resolve": QT_TRANSLATE_NOOP("words", "Resolved"),
        "recheck": QT_TRANSLATE_NOOP("words", "Check again"),
        "escalate": QT_TRANSLATE_NOOP("words", "Escalated"),
    },
    "bundle": {
        "results": QT_TRANSLATE_NOOP("words", "Results"),
        "tasking": QT_TRANSLATE_NOOP("words", "Tasking"),
        "receipt": QT_TRANSLATE_NOOP("words", "Receipt"),
    },
    "list": {
        "inventory": QT_TRANSLATE_NOOP("words", "Inventory"),
        "partner_report": QT_TRANSLATE_NOOP("words", "Partner report"),
        "shipper_list": QT_TRANSLATE_NOOP("words", "Shipper list"),
        "container_label": QT_TRANSLATE_NOOP("words", "Container label"),
    },
    "history": {
        "listed": QT_TRANSLATE_NOOP("words", "Listed"),
        "delivered": QT_TRANSLATE_NOOP("words", "Delivered"),
        "inventory": QT_TRANSLATE_NOOP("words", "Inventory"),
    },
    "fact": {kind.name: kind.word for kind in KINDS},
    "subject": {
        "finding": QT_TRANSLATE_NOOP("words", "Finding"),
        "item": QT_TRANSLATE_NOOP("words", "Item"),
        "check": QT_TRANSLATE_NOOP("words", "Check"),
        "visit": QT_TRANSLATE_NOOP("words", "Visit"),
        "bundle": QT_TRANSLATE_NOOP("words", "Bundle"),
        "file": QT_TRANSLATE_NOOP("words", "File"),
        "device": QT_TRANSLATE_NOOP("words", "Device"),
        "account": QT_TRANSLATE_NOOP("words", "Account"),
        "name": QT_TRANSLATE_NOOP("words", "Name"),
        "journal": QT_TRANSLATE_NOOP("words", "Journal of"),
        "report": QT_TRANSLATE_NOOP("words", "Report"),
        "labels": QT_TRANSLATE_NOOP("words", "Labels"),
        "site": QT_TRANSLATE_NOOP("words", "Site"),
        "case": QT_TRANSLATE_NOOP("words", "Case"),
        "store": QT_TRANSLATE_NOOP("words", "Store"),
        "profile": QT_TRANSLATE_NOOP("words", "Profile"),
    },
    "evidence": {
        "photo": QT_TRANSLATE_NOOP("words", "Photo"),
        "note": QT_TRANSLATE_NOOP("words", "Note"),
        "mark": QT_TRANSLATE_NOOP("words", "Picture of the mark"),
    },
    "paper": {
        "worklist": QT_TRANSLATE_NOOP("words", "On a printed worklist"),
        "replacement": QT_TRANSLATE_NOOP("words", "Replacement label"),
        "shelf": QT_TRANSLATE_NOOP("words", "Shelf label"),
    },
    "end": {
        "locked": QT_TRANSLATE_NOOP("words", "Locked by hand"),
        "idle": QT_TRANSLATE_NOOP("words", "Locked after idle time"),
        "sleep": QT_TRANSLATE_NOOP("words", "Locked before sleep"),
        "screen": QT_TRANSLATE_NOOP("words", "Locked with the screen"),
        "closed": QT_TRANSLATE_NOOP("words", "Window closed"),
        "command ended": QT_TRANSLATE_NOOP("words", "Command ended"),
    },
}

CLOSED: Final = frozenset(
    {
        "program",
        "role",
        "read_by",
        "no_read",
        "grade",
        "discrepancy",
        "not_found",
        "not_on_list",
        "no_access",
        "disposition",
        "decision",
        "bundle",
        "list",
    }
)
"""Kinds that are closed vocabularies of the domain: a code without a word comes from a newer version."""
