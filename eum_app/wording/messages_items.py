"""Sentences about what became of items: code → (what happened, what to do next); see `messages`."""

from __future__ import annotations

from eum_app.domain.translatable import QT_TRANSLATE_NOOP

ITEM_SENTENCES: dict[str, tuple[str, str]] = {
    "disposition.unknown": (
        QT_TRANSLATE_NOOP("messages", "The list in force has no disposition “{disposition}”."),
        QT_TRANSLATE_NOOP("messages", "Use one of: {known}."),
    ),
    "disposition.reported_by": (
        QT_TRANSLATE_NOOP("messages", "It is not stated whether the US or a partner reported it."),
        QT_TRANSLATE_NOOP("messages", "State who reported it: us or partner."),
    ),
    "disposition.reporter": (
        QT_TRANSLATE_NOOP("messages", "The person or office that reported it is missing."),
        QT_TRANSLATE_NOOP("messages", "State who reported it."),
    ),
    "disposition.in_future": (
        QT_TRANSLATE_NOOP("messages", "The day {date} has not come yet."),
        QT_TRANSLATE_NOOP("messages", "State the day on which it happened."),
    ),
    "disposition.before_delivery": (
        QT_TRANSLATE_NOOP("messages", "The day {date} is before the delivery of the item on {delivered}."),
        QT_TRANSLATE_NOOP("messages", "State the day on which it happened, or correct the delivery date in the book."),
    ),
    "disposition.lacks_document": (
        QT_TRANSLATE_NOOP("messages", "This disposition needs a document, or the reason why there is none."),
        QT_TRANSLATE_NOOP("messages", "Name the document, attach it, or say why there is none."),
    ),
    "disposition.lacks_witness": (
        QT_TRANSLATE_NOOP("messages", "This disposition needs a witness."),
        QT_TRANSLATE_NOOP("messages", "State who saw it happen."),
    ),
    "disposition.lacks_authorization": (
        QT_TRANSLATE_NOOP("messages", "A transfer needs the reference of its authorization."),
        QT_TRANSLATE_NOOP("messages", "State the number of the consent to the transfer."),
    ),
    "disposition.correction": (
        QT_TRANSLATE_NOOP("messages", "The item is already recorded as gone."),
        QT_TRANSLATE_NOOP("messages", "Say why the record changes."),
    ),
    "disposition.visit_missing": (
        QT_TRANSLATE_NOOP("messages", "On a device, a disposition is stated at a visit."),
        QT_TRANSLATE_NOOP("messages", "Open the visit, then the item."),
    ),
    "disposition.not_of_visit": (
        QT_TRANSLATE_NOOP("messages", "This visit neither expects the item nor has checked it."),
        QT_TRANSLATE_NOOP("messages", "Check the item first, or tell headquarters."),
    ),
    "disposition.claim": (
        QT_TRANSLATE_NOOP("messages", "This claim is not about this item."),
        QT_TRANSLATE_NOOP("messages", "Open the item that the claim is about."),
    ),
    "disposition.claim_accepted": (
        QT_TRANSLATE_NOOP("messages", "This claim has been accepted already."),
        QT_TRANSLATE_NOOP("messages", "Nothing more is needed."),
    ),
    "disposition.unknown_statement": (
        QT_TRANSLATE_NOOP("messages", "There is no statement {statement_id} here."),
        QT_TRANSLATE_NOOP("messages", "Look at the item's history."),
    ),
    "disposition.ended": (
        QT_TRANSLATE_NOOP("messages", "This statement no longer counts."),
        QT_TRANSLATE_NOOP("messages", "Nothing more is needed."),
    ),
    "disposition.repeated": (
        QT_TRANSLATE_NOOP("messages", "A statement in the bundle has the number of another statement."),
        QT_TRANSLATE_NOOP("messages", "Keep the file and ask the sender."),
    ),
    "disposition.of_other_visit": (
        QT_TRANSLATE_NOOP("messages", "A fact in the bundle changes a statement of another visit than it names."),
        QT_TRANSLATE_NOOP("messages", "Keep the file and ask the sender."),
    ),
    "disposition.end_reason": (
        QT_TRANSLATE_NOOP("messages", "The reason is missing."),
        QT_TRANSLATE_NOOP("messages", "Say why the statement no longer counts."),
    ),
    "disposition.foreign": (
        QT_TRANSLATE_NOOP("messages", "The statement was recorded on {origin}, not here."),
        QT_TRANSLATE_NOOP("messages", "Headquarters can set it aside."),
    ),
    "item.ambiguous": (
        QT_TRANSLATE_NOOP("messages", "Several items have the serial number {serial}."),
        QT_TRANSLATE_NOOP("messages", "Give the id of the one that is meant: {ids}."),
    ),
    "incident.unknown": (
        QT_TRANSLATE_NOOP("messages", "There is no incident {incident_id} here."),
        QT_TRANSLATE_NOOP("messages", "Look at the register of incidents."),
    ),
    "incident.kind": (
        QT_TRANSLATE_NOOP("messages", "There is no kind of incident “{kind}”."),
        QT_TRANSLATE_NOOP("messages", "Use one of: {known}."),
    ),
    "incident.what": (
        QT_TRANSLATE_NOOP("messages", "The source, or the description of the event, is missing."),
        QT_TRANSLATE_NOOP("messages", "State how it became known, and what happened."),
    ),
    "incident.items": (
        QT_TRANSLATE_NOOP(
            "messages", "An incident needs at least one item that it does not have, and at most {limit}."
        ),
        QT_TRANSLATE_NOOP("messages", "Choose the items."),
    ),
    "incident.known_on": (
        QT_TRANSLATE_NOOP("messages", "This cannot have been known on “{date}”."),
        QT_TRANSLATE_NOOP("messages", "State the day on which it was first known, as 2026-11-21."),
    ),
    "incident.told_on": (
        QT_TRANSLATE_NOOP("messages", "This notice cannot have been given on “{date}”."),
        QT_TRANSLATE_NOOP("messages", "State the day of the notice, as 2026-11-21."),
    ),
    "incident.filed_on": (
        QT_TRANSLATE_NOOP("messages", "This report cannot have been filed on “{date}”."),
        QT_TRANSLATE_NOOP("messages", "State the day of filing: not before the loss was known, and not after today."),
    ),
    "incident.notice": (
        QT_TRANSLATE_NOOP("messages", "The office, or the channel of the notice, is missing."),
        QT_TRANSLATE_NOOP("messages", "State who was notified and how."),
    ),
    "incident.part": (
        QT_TRANSLATE_NOOP("messages", "The written report has no part “{part}”."),
        QT_TRANSLATE_NOOP("messages", "Use one of: {known}."),
    ),
    "incident.text": (
        QT_TRANSLATE_NOOP("messages", "The text is empty."),
        QT_TRANSLATE_NOOP("messages", "Write this part of the report."),
    ),
    "incident.reference": (
        QT_TRANSLATE_NOOP("messages", "The reference of the report is missing."),
        QT_TRANSLATE_NOOP("messages", "State its number."),
    ),
    "incident.parts_open": (
        QT_TRANSLATE_NOOP("messages", "Parts of the written report are still empty: {parts}."),
        QT_TRANSLATE_NOOP("messages", "Write them, then record that the report was filed."),
    ),
    "document.kind": (
        QT_TRANSLATE_NOOP("messages", "The file {name} is not a PDF, JPEG or PNG."),
        QT_TRANSLATE_NOOP("messages", "Save the document as PDF, or take a photo of it."),
    ),
    "document.too_large": (
        QT_TRANSLATE_NOOP("messages", "The document is larger than {megabytes} MB."),
        QT_TRANSLATE_NOOP("messages", "Save it smaller, or name it and keep it in the office."),
    ),
}
