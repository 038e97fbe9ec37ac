"""Sentences about deficiencies of sites: code → (what happened, what to do next); see `messages`."""

from __future__ import annotations

from eum_app.domain.translatable import QT_TRANSLATE_NOOP

DEFICIENCY_SENTENCES: dict[str, tuple[str, str]] = {
    "deficiency.text": (
        QT_TRANSLATE_NOOP("messages", "It is not stated what is deficient, where, or who has to correct it."),
        QT_TRANSLATE_NOOP("messages", "State what, where and the owner."),
    ),
    "deficiency.severity": (
        QT_TRANSLATE_NOOP("messages", "The list in force has no severity “{severity}”."),
        QT_TRANSLATE_NOOP("messages", "Use one of: {known}."),
    ),
    "deficiency.due": (
        QT_TRANSLATE_NOOP("messages", "A deficiency cannot be due on “{date}”."),
        QT_TRANSLATE_NOOP("messages", "State a day that is not past, as year-month-day."),
    ),
    "deficiency.question": (
        QT_TRANSLATE_NOOP("messages", "The site checklist of the visit has no question “{question_id}”."),
        QT_TRANSLATE_NOOP("messages", "State the deficiency without a question."),
    ),
    "deficiency.photos": (
        QT_TRANSLATE_NOOP("messages", "There are more than {limit} photos."),
        QT_TRANSLATE_NOOP("messages", "Keep those that show it best."),
    ),
    "deficiency.visit_missing": (
        QT_TRANSLATE_NOOP("messages", "On a device, a deficiency is stated or corrected at a visit."),
        QT_TRANSLATE_NOOP("messages", "Open the visit, then its site checklist."),
    ),
    "deficiency.at_visit": (
        QT_TRANSLATE_NOOP("messages", "Headquarters states nothing at a visit."),
        QT_TRANSLATE_NOOP("messages", "Name the site, or the deficiency alone."),
    ),
    "deficiency.repeated": (
        QT_TRANSLATE_NOOP("messages", "A deficiency in the bundle has the number of another deficiency."),
        QT_TRANSLATE_NOOP("messages", "Keep the file and ask the sender."),
    ),
    "deficiency.of_other_visit": (
        QT_TRANSLATE_NOOP("messages", "A visit in the bundle withdraws what another visit or store has stated."),
        QT_TRANSLATE_NOOP("messages", "Keep the file and ask the sender."),
    ),
    "deficiency.unknown": (
        QT_TRANSLATE_NOOP("messages", "There is no deficiency {deficiency_id} here."),
        QT_TRANSLATE_NOOP("messages", "Look at the list of deficiencies of the site."),
    ),
    "deficiency.other_site": (
        QT_TRANSLATE_NOOP("messages", "The deficiency is of another site: {site}."),
        QT_TRANSLATE_NOOP("messages", "Open a visit to that site."),
    ),
    "deficiency.pending": (
        QT_TRANSLATE_NOOP("messages", "The visit at {site} that states it is not adopted yet."),
        QT_TRANSLATE_NOOP("messages", "Adopt the visit first."),
    ),
    "deficiency.ended": (
        QT_TRANSLATE_NOOP("messages", "This no longer counts."),
        QT_TRANSLATE_NOOP("messages", "Nothing more is needed."),
    ),
    "deficiency.end_reason": (
        QT_TRANSLATE_NOOP("messages", "The reason is missing."),
        QT_TRANSLATE_NOOP("messages", "Say why it no longer counts."),
    ),
    "deficiency.foreign": (
        QT_TRANSLATE_NOOP("messages", "It was recorded on {origin}, not here."),
        QT_TRANSLATE_NOOP("messages", "Headquarters can set it aside."),
    ),
    "deficiency.follow_up": (
        QT_TRANSLATE_NOOP("messages", "The answer “{state}” about a deficiency is unknown."),
        QT_TRANSLATE_NOOP("messages", "Use one of: {known}."),
    ),
    "deficiency.reason": (
        QT_TRANSLATE_NOOP("messages", "The reason why the deficiency was not looked at is missing."),
        QT_TRANSLATE_NOOP("messages", "Say why it was not looked at."),
    ),
    "deficiency.corrected": (
        QT_TRANSLATE_NOOP("messages", "This visit states that the deficiency was corrected."),
        QT_TRANSLATE_NOOP("messages", "Withdraw the correction first."),
    ),
    "deficiency.proof": (
        QT_TRANSLATE_NOOP("messages", "The proof of the correction is not whole."),
        QT_TRANSLATE_NOOP(
            "messages", "State what was done and by whom, and add a document or a photo, or say why there is none."
        ),
    ),
    "deficiency.corrected_on": (
        QT_TRANSLATE_NOOP("messages", "The deficiency cannot have been corrected on “{date}”."),
        QT_TRANSLATE_NOOP(
            "messages", "State a day from {stated}, when the deficiency was stated, until today, as year-month-day."
        ),
    ),
}
