"""Sentences about inquiries of Blue Lantern: code → (what happened, what to do next); see `messages`."""

from __future__ import annotations

from eum_app.domain.translatable import QT_TRANSLATE_NOOP

INQUIRY_SENTENCES: dict[str, tuple[str, str]] = {
    "inquiry.unknown": (
        QT_TRANSLATE_NOOP("messages", "There is no inquiry {inquiry_id} here."),
        QT_TRANSLATE_NOOP("messages", "Look at the list of inquiries."),
    ),
    "inquiry.changed_meanwhile": (
        QT_TRANSLATE_NOOP("messages", "Someone else changed the inquiry {reference} after it was shown here."),
        QT_TRANSLATE_NOOP("messages", "Look at it as it is now, then enter what still holds."),
    ),
    "inquiry.missing": (
        QT_TRANSLATE_NOOP("messages", "A field of the inquiry is empty: {field}."),
        QT_TRANSLATE_NOOP("messages", "Fill it in as the request says."),
    ),
    "inquiry.too_long": (
        QT_TRANSLATE_NOOP("messages", "A field of the inquiry is longer than {limit} characters: {field}."),
        QT_TRANSLATE_NOOP("messages", "Shorten it; the reason and the notes take longer texts."),
    ),
    "inquiry.kind": (
        QT_TRANSLATE_NOOP("messages", "There is no kind of check “{kind}”."),
        QT_TRANSLATE_NOOP("messages", "Use one of: {known}."),
    ),
    "inquiry.reference_taken": (
        QT_TRANSLATE_NOOP("messages", "There is an inquiry {reference} already."),
        QT_TRANSLATE_NOOP("messages", "Correct that one, or check the number in the request."),
    ),
    "inquiry.requested_on": (
        QT_TRANSLATE_NOOP("messages", "The request cannot be of “{date}”."),
        QT_TRANSLATE_NOOP("messages", "State the day of the request, as 2026-11-21."),
    ),
    "inquiry.due_on": (
        QT_TRANSLATE_NOOP("messages", "The due day {date} is before the day of the request."),
        QT_TRANSLATE_NOOP("messages", "State the day until which the answer is due."),
    ),
    "inquiry.parties": (
        QT_TRANSLATE_NOOP("messages", "An inquiry needs at least one party, and at most {limit}."),
        QT_TRANSLATE_NOOP("messages", "State the parties that the request names, each with its role."),
    ),
    "inquiry.party_role": (
        QT_TRANSLATE_NOOP("messages", "There is no role of a party “{role}”."),
        QT_TRANSLATE_NOOP("messages", "Use one of: {known}."),
    ),
    "inquiry.articles": (
        QT_TRANSLATE_NOOP("messages", "An inquiry needs at least one article, and at most {limit}."),
        QT_TRANSLATE_NOOP("messages", "State the articles that the request names, each with its quantity."),
    ),
    "inquiry.quantity": (
        QT_TRANSLATE_NOOP("messages", "The quantity “{text}” cannot be read."),
        QT_TRANSLATE_NOOP("messages", "State a whole number from 1 to {limit}, without separators."),
    ),
    "inquiry.value": (
        QT_TRANSLATE_NOOP("messages", "The field {field} cannot be “{text}”."),
        QT_TRANSLATE_NOOP("messages", "Use one of: {known}."),
    ),
    "inquiry.correction": (
        QT_TRANSLATE_NOOP("messages", "The reason for the correction is missing."),
        QT_TRANSLATE_NOOP("messages", "Say why the request is stated again."),
    ),
    "inquiry.told": (
        QT_TRANSLATE_NOOP("messages", "The post or person that makes the check is missing."),
        QT_TRANSLATE_NOOP("messages", "State who was asked to make it."),
    ),
    "inquiry.closed": (
        QT_TRANSLATE_NOOP("messages", "The inquiry {reference} is closed."),
        QT_TRANSLATE_NOOP("messages", "Open another inquiry for another check."),
    ),
    "inquiry.recommendation": (
        QT_TRANSLATE_NOOP("messages", "A check cannot be “{text}”."),
        QT_TRANSLATE_NOOP("messages", "Use one of: {known}."),
    ),
    "inquiry.reasons": (
        QT_TRANSLATE_NOOP("messages", "An unfavorable result needs at least one reason."),
        QT_TRANSLATE_NOOP("messages", "Use one or several of: {known}."),
    ),
    "inquiry.reason": (
        QT_TRANSLATE_NOOP("messages", "The list in force has no reason “{reason}” for this result."),
        QT_TRANSLATE_NOOP("messages", "Use one or several of: {known}."),
    ),
    "inquiry.answered_by": (
        QT_TRANSLATE_NOOP("messages", "The person or post that answered is missing."),
        QT_TRANSLATE_NOOP("messages", "State who made the check."),
    ),
    "inquiry.not_answered": (
        QT_TRANSLATE_NOOP("messages", "The inquiry {reference} has no answer yet."),
        QT_TRANSLATE_NOOP("messages", "Record the answer first, then close it."),
    ),
    "inquiry.note": (
        QT_TRANSLATE_NOOP("messages", "This result differs from the recommendation, or from an earlier result."),
        QT_TRANSLATE_NOOP("messages", "Write a note that says why."),
    ),
    "inquiry.lacks_visit_mode": (
        QT_TRANSLATE_NOOP("messages", "The answer to {reference} does not say how the check was made."),
        QT_TRANSLATE_NOOP("messages", "Record an answer that states it. Without it the result cannot be favorable."),
    ),
    "inquiry.lacks_site_visit": (
        QT_TRANSLATE_NOOP("messages", "The request of {reference} wants a site visit, and none was made in person."),
        QT_TRANSLATE_NOOP("messages", "Have the site visited and record the answer. Until then it is not favorable."),
    ),
    "inquiry.lacks_receipt": (
        QT_TRANSLATE_NOOP("messages", "The answer to {reference} does not confirm that the articles were received."),
        QT_TRANSLATE_NOOP(
            "messages", "Have the receipt confirmed and record the answer. Until then it is not favorable."
        ),
    ),
}
