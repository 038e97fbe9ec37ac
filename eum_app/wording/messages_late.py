"""Sentences about late bundles and revoked certificates: code → (what happened, what to do next); see `messages`."""

from __future__ import annotations

from eum_app.domain.translatable import QT_TRANSLATE_NOOP

_TWO_PEOPLE = QT_TRANSLATE_NOOP(
    "messages",
    "Two people can accept it, each with a reason: in the Inbox under “Not accepted”, or by eum inbox accept-late.",
)

LATE_SENTENCES: dict[str, tuple[str, str]] = {
    "bundle.late_revoked": (
        QT_TRANSLATE_NOOP(
            "messages",
            "{origin}, epoch {epoch}, was revoked on {ended_on}. Facts {first_seq}–{last_seq} are claimed to be sealed "
            "before, on {claimed_on}; nothing here proves it.",
        ),
        _TWO_PEOPLE,
    ),
    "bundle.late_superseded": (
        QT_TRANSLATE_NOOP(
            "messages",
            "{origin}, epoch {epoch}, got a new identity on {ended_on}. Facts {first_seq}–{last_seq} are claimed to be "
            "sealed before, on {claimed_on}; nothing here proves it.",
        ),
        _TWO_PEOPLE,
    ),
    "bundle.revoked": (
        QT_TRANSLATE_NOOP("messages", "The sender's certificate was revoked."),
        QT_TRANSLATE_NOOP("messages", "Keep the file; HQ decides whether it counts."),
    ),
    "bundle.superseded": (
        QT_TRANSLATE_NOOP("messages", "{origin} got a new identity since; epoch {epoch} has ended."),
        QT_TRANSLATE_NOOP("messages", "Import the file: HQ then says what proves it, and who can accept it."),
    ),
    "late.ended": (
        QT_TRANSLATE_NOOP("messages", "Epoch {epoch} of {device} has ended, so a head noted now proves nothing."),
        QT_TRANSLATE_NOOP(
            "messages", "Import the bundle. Two people can accept it and name the paper record as their reason."
        ),
    ),
    "late.head": (
        QT_TRANSLATE_NOOP("messages", "This is not a journal head: a number from 1, and 96 digits 0–9 and a–f."),
        QT_TRANSLATE_NOOP("messages", "Copy both from the visit record, section “Made from these journals”."),
    ),
    "late.imported": (
        QT_TRANSLATE_NOOP("messages", "The facts of this bundle of {origin} are here already. Nothing was recorded."),
        QT_TRANSLATE_NOOP("messages", "Nothing more is needed."),
    ),
    "late.only_hq": (
        QT_TRANSLATE_NOOP("messages", "Only HQ decides about late bundles and revoked certificates."),
        QT_TRANSLATE_NOOP("messages", "Do this in HQ's store."),
    ),
    "late.own_acceptance": (
        QT_TRANSLATE_NOOP("messages", "{account} accepted this bundle already. Nothing was recorded."),
        QT_TRANSLATE_NOOP("messages", "Another person has to accept it too."),
    ),
    "late.reason": (
        QT_TRANSLATE_NOOP("messages", "A reason is needed. Nothing was recorded."),
        QT_TRANSLATE_NOOP("messages", "State how you know, e.g. who saw the device or the paper record, and when."),
    ),
    "late.unknown": (
        QT_TRANSLATE_NOOP("messages", "No late bundle waits under the number {quarantine_id}."),
        QT_TRANSLATE_NOOP("messages", "Show those that wait: eum inbox waiting."),
    ),
    "trust.not_an_hq": (
        QT_TRANSLATE_NOOP("messages", "The bundle was sealed by {origin}, which is not an HQ. Nothing was changed."),
        QT_TRANSLATE_NOOP("messages", "Revoke a device under Devices, or by eum device revoke."),
    ),
    "trust.other_hq": (
        QT_TRANSLATE_NOOP("messages", "The bundle was sealed by {origin}, not by {hq}. Nothing was changed."),
        QT_TRANSLATE_NOOP("messages", "Have the authority revoke another HQ: eum authority revoke."),
    ),
    "trust.own_certificate": (
        QT_TRANSLATE_NOOP(
            "messages", "This is the certificate that {origin} uses now. Devices would no longer trust HQ."
        ),
        QT_TRANSLATE_NOOP("messages", "Replace HQ's identity first, then revoke the old certificate."),
    ),
}
