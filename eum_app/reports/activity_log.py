"""The activity log as a report: one row for each journal entry, with its exact payload, so that it can be checked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from db.queries.activity import ActivityRow
from eum_app.domain.journal import Entry, Head
from eum_app.domain.translatable import QT_TRANSLATE_NOOP
from eum_app.reports.model import Column, Cover, Document, Made, Section, Table, heads_section

REPORT: Final = "activity-log"
TITLE: Final = "Activity log"
COLUMNS: Final = (
    Column(QT_TRANSLATE_NOOP("reports", "Recorded At"), "recorded_at", "instant", 20),
    Column(QT_TRANSLATE_NOOP("reports", "Actor"), "actor", "text", 12),
    Column(QT_TRANSLATE_NOOP("reports", "Kind"), "kind", "text", 20),
    Column(QT_TRANSLATE_NOOP("reports", "Kind Version"), "kind_version", "count", 8),
    Column(QT_TRANSLATE_NOOP("reports", "Subject Kind"), "subject", "text", 10),
    Column(QT_TRANSLATE_NOOP("reports", "Subject"), "subject_name", "text", 20),
    Column(QT_TRANSLATE_NOOP("reports", "Outcome"), "outcome", "text", 14),
    Column(QT_TRANSLATE_NOOP("reports", "Origin"), "origin", "text", 14),
    Column(QT_TRANSLATE_NOOP("reports", "Epoch"), "epoch", "count", 7),
    Column(QT_TRANSLATE_NOOP("reports", "Seq"), "seq", "count", 8),
    Column(QT_TRANSLATE_NOOP("reports", "Session"), "session_id", "text", 34),
    Column(QT_TRANSLATE_NOOP("reports", "Elapsed ms"), "elapsed_ms", "count", 12),
    Column(QT_TRANSLATE_NOOP("reports", "Previous Hash"), "prev_hash", "text", 40),
    Column(QT_TRANSLATE_NOOP("reports", "Hash"), "hash", "text", 40),
    Column(QT_TRANSLATE_NOOP("reports", "Payload"), "payload", "text", 60),
)


def cells(rows: Iterable[tuple[ActivityRow, Entry]]) -> Iterator[Sequence[str]]:
    """Yield the cells of each entry, in the order of `COLUMNS`; the payload as in `payload_text`."""
    for row, entry in rows:
        yield (
            row.recorded_at,
            row.actor,
            row.kind,
            str(row.kind_version),
            row.subject,
            row.subject_name,
            row.outcome,
            row.origin,
            str(row.epoch),
            str(row.seq),
            row.session_id,
            str(row.elapsed_ms),
            entry.prev_hash.hex(),
            entry.hash.hex(),
            payload_text(entry.payload),
        )


def payload_text(payload: bytes) -> str:
    """Return the payload decoded as UTF-8, or in hex if it is not valid UTF-8."""
    try:
        return payload.decode()
    except UnicodeDecodeError:
        return payload.hex()


def activity_log_report(
    rows: Iterator[Sequence[str]], total: int, made: Made, filters: Mapping[str, str], heads: Sequence[Head]
) -> Document:
    """Return the log as a cover and one table of `total` rows, which are `cells`. `filters` are values by name."""
    cover = Cover(
        report=REPORT,
        title=TITLE,
        subject=", ".join(filters.values()) or "All entries",
        as_of=made.as_of,
        made_by=made.by,
        made_at_store=made.at_store,
        reconciliation="Each entry is listed once, in the order of its chain.",
        is_reconciled=True,
        sections=(Section("Scope", tuple(filters.items())), heads_section(heads)),
    )
    return Document(cover, (Table("entries", "Entries", COLUMNS, rows, total),))
