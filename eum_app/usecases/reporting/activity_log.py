"""The activity log as a report: each entry with its exact payload, for programs (.csv or .json)."""

from __future__ import annotations

from typing import Final

from db.queries.activity import ActivityFilter, activity_count, activity_rows
from eum_app.reports.activity_log import COLUMNS, REPORT, TITLE, activity_log_report, cells
from eum_app.reports.model import Document
from eum_app.usecases.reporting.report import Filter, FilterKind, Report, Shown, Source


def _read(source: Source) -> Document:
    wanted = ActivityFilter(**source.wanted)
    total = activity_count(source.connection, wanted)
    rows = cells(activity_rows(source.connection, wanted))
    return activity_log_report(rows, total, source.made, source.filters, source.heads)


ACTIVITY_LOG: Final = Report(
    name=REPORT,
    title=TITLE,
    about="The entries of the journals with their exact payloads: who did what, when, from where.",
    columns=COLUMNS,
    read=_read,
    filters=(
        Filter("actor", "Account", "Only this account."),
        Filter("kind", "Kind", "Only this kind of fact, e.g. CheckRecorded."),
        Filter("origin", "Origin", "Only this device or workstation."),
        Filter("day", "Day", "Only this UTC day, YYYY-MM-DD.", FilterKind.DAY),
        Filter("words", "Words", "Only entries that hold these words.", option="search"),
    ),
    formats=(".csv", ".json"),
    command="log",
    shown=(
        Shown("Recorded at", ("recorded_at",), 190),
        Shown("Account", ("actor",), 96),
        Shown("Kind", ("kind",)),
        Shown("Subject", ("subject", "subject_name")),
        Shown("Outcome", ("outcome",), 120),
        Shown("Origin", ("origin",), 112),
    ),
)
