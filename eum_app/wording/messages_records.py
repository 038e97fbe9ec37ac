"""Sentences about the records of sites and cases: code → (what happened, what to do next); see `messages`."""

from __future__ import annotations

from eum_app.domain.translatable import QT_TRANSLATE_NOOP

RECORD_SENTENCES: dict[str, tuple[str, str]] = {
    "record.field": (
        QT_TRANSLATE_NOOP("messages", "{field} is not a field of this record."),
        QT_TRANSLATE_NOOP("messages", "Use one of: {known}."),
    ),
    "record.nothing": (
        QT_TRANSLATE_NOOP("messages", "Nothing differs from the record."),
        QT_TRANSLATE_NOOP("messages", "Change a field first."),
    ),
    "record.source_missing": (
        QT_TRANSLATE_NOOP("messages", "The source of the change is missing."),
        QT_TRANSLATE_NOOP(
            "messages", "Name the document or the office that says so, for example “Letter of 3 Nov 2026”."
        ),
    ),
    "record.reason_missing": (
        QT_TRANSLATE_NOOP("messages", "A known value is replaced or cleared without a reason: {fields}."),
        QT_TRANSLATE_NOOP("messages", "State why it changes."),
    ),
    "record.changed_meanwhile": (
        QT_TRANSLATE_NOOP("messages", "A record changed after the list was read: line {line}. Nothing was imported."),
        QT_TRANSLATE_NOOP("messages", "Read the list again, and look at the differences."),
    ),
    "record.too_long": (
        QT_TRANSLATE_NOOP("messages", "The text for {field} is longer than {limit} characters."),
        QT_TRANSLATE_NOOP("messages", "Shorten it, and name the document that holds the rest."),
    ),
    "record.year": (
        QT_TRANSLATE_NOOP("messages", "{date} is not between {first} and {last}."),
        QT_TRANSLATE_NOOP("messages", "Check the year: it may be a slip, or a year of another calendar."),
    ),
    "record.in_future": (
        QT_TRANSLATE_NOOP("messages", "{date} is after today."),
        QT_TRANSLATE_NOOP("messages", "State it when it has happened."),
    ),
    "site.position": (
        QT_TRANSLATE_NOOP("messages", "{text} is not a position on Earth."),
        QT_TRANSLATE_NOOP(
            "messages",
            "Enter latitude and longitude in decimal degrees, such as 50.4501 30.5234: at most 90 and at most 180.",
        ),
    ),
    "site.radius": (
        QT_TRANSLATE_NOOP("messages", "{text} is not a radius."),
        QT_TRANSLATE_NOOP("messages", "Enter whole meters, from 1 to {limit}."),
    ),
    "site.access": (
        QT_TRANSLATE_NOOP("messages", "{text} does not say whether the site can be visited."),
        QT_TRANSLATE_NOOP("messages", "Use one of: {known}."),
    ),
    "site.ambiguous": (
        QT_TRANSLATE_NOOP("messages", "Several sites are named {name}."),
        QT_TRANSLATE_NOOP("messages", "Name the country too, or use the id of the site."),
    ),
    "case.unknown": (
        QT_TRANSLATE_NOOP("messages", "There is no record of the case {case_id}."),
        QT_TRANSLATE_NOOP("messages", "Check the number, or add the case."),
    ),
    "case.program_missing": (
        QT_TRANSLATE_NOOP("messages", "The number {case_id} does not show the program of the case."),
        QT_TRANSLATE_NOOP("messages", "Name the program: {known}."),
    ),
    "case.program_differs": (
        QT_TRANSLATE_NOOP("messages", "The case {case_id} is recorded under {held}, not {stated}."),
        QT_TRANSLATE_NOOP("messages", "Check the number; the program of a case does not change."),
    ),
    "case.country_missing": (
        QT_TRANSLATE_NOOP("messages", "The country of the case {case_id} is missing."),
        QT_TRANSLATE_NOOP("messages", "Name it as the book writes it; it decides who may see the case."),
    ),
    "case.line_missing": (
        QT_TRANSLATE_NOOP("messages", "A delivered total of the case {case_id} names no line."),
        QT_TRANSLATE_NOOP("messages", "Enter the line (RSN), such as 001."),
    ),
    "case.line_repeated": (
        QT_TRANSLATE_NOOP("messages", "A line of the case {case_id} is stated twice."),
        QT_TRANSLATE_NOOP("messages", "State one total for each line."),
    ),
    "case.quantity": (
        QT_TRANSLATE_NOOP("messages", "{text} is not a delivered total."),
        QT_TRANSLATE_NOOP("messages", "Enter a whole number from 0 to {limit}, without separators."),
    ),
}
