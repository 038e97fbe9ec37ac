"""The activity log as a report: each entry with its exact payload, for programs (.csv or .json)."""

from __future__ import annotations

from typing import Final

from db.queries.activity import ActivityFilter, activity_count, activity_rows
from eum_app.domain.translatable import QT_TRANSLATE_NOOP
from eum_app.reports.activity_log import COLUMNS, REPORT, activity_log_report, cells
from eum_app.reports.model import Document
from eum_app.usecases.reporting.report import Filter, FilterKind, Report, Shown, Source


def _read(source: Source) -> Document:
    wanted = ActivityFilter(**source.wanted)
    total = activity_count(source.connection, wanted)
    rows = cells(activity_rows(source.connection, wanted))
    return activity_log_report(rows, total, source.made, source.filters, source.heads)


ACTIVITY_LOG: Final = Report(
    name=REPORT,
    title=QT_TRANSLATE_NOOP("reports", "Activity log"),
    about=QT_TRANSLATE_NOOP(
        "reports", "The entries of the journals with their exact payloads: who did what, when, from where."
    ),
    columns=COLUMNS,
    read=_read,
    filters=(
        Filter("actor", QT_TRANSLATE_NOOP("reports", "Account"), QT_TRANSLATE_NOOP("reports", "Only this account.")),
        Filter(
            "kind",
            QT_TRANSLATE_NOOP("reports", "Kind"),
            QT_TRANSLATE_NOOP("reports", "Only this kind of fact, e.g. CheckRecorded."),
        ),
        Filter(
            "origin",
            QT_TRANSLATE_NOOP("reports", "Origin"),
            QT_TRANSLATE_NOOP("reports", "Only this device or workstation."),
        ),
        Filter(
            "day",
            QT_TRANSLATE_NOOP("reports", "Day"),
            QT_TRANSLATE_NOOP("reports", "Only this UTC day, YYYY-MM-DD."),
            FilterKind.DAY,
        ),
        Filter(
            "words",
            QT_TRANSLATE_NOOP("reports", "Words"),
            QT_TRANSLATE_NOOP("reports", "Only entries that hold these words."),
            option="search",
        ),
    ),
    formats=(".csv", ".json"),
    command="log",
    shown=(
        Shown(QT_TRANSLATE_NOOP("reports", "Recorded at"), ("recorded_at",), 190),
        Shown(QT_TRANSLATE_NOOP("reports", "Account"), ("actor",), 96),
        Shown(QT_TRANSLATE_NOOP("reports", "Kind"), ("kind",)),
        Shown(QT_TRANSLATE_NOOP("reports", "Subject"), ("subject", "subject_name")),
        Shown(QT_TRANSLATE_NOOP("reports", "Outcome"), ("outcome",), 120),
        Shown(QT_TRANSLATE_NOOP("reports", "Origin"), ("origin",), 112),
    ),
)
