"""The inventory status report: every item with its master data, its newest check, and its next inventory date."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from operator import itemgetter
from typing import Any, Final

from db.queries.reports import StatusCounts, StatusRow
from eum_app.domain.compliance.clocks import ItemDates, last_inventory_of, standing
from eum_app.domain.compliance.reconcile import COUNTING_DISPOSITIONS, Reconciliation, reconcile
from eum_app.domain.dispositions import Disposition
from eum_app.domain.journal import Head
from eum_app.domain.translatable import QT_TRANSLATE_NOOP
from eum_app.reports.model import Column, Counts, Cover, Document, Figure, Made, Section, Table, heads_section
from eum_app.wording.report_words import word

REPORT: Final = "inventory-status"
TITLE: Final = "Inventory status"
COLUMNS: Final = (
    Column(QT_TRANSLATE_NOOP("reports", "Country"), "country", "text", 8),
    Column(QT_TRANSLATE_NOOP("reports", "Case"), "case_id", "text", 11),
    Column(QT_TRANSLATE_NOOP("reports", "RSN"), "rsn", "text", 6),
    Column(QT_TRANSLATE_NOOP("reports", "Nomenclature"), "nomenclature", "text", 34),
    Column(QT_TRANSLATE_NOOP("reports", "NSN"), "nsn", "text", 17),
    Column(QT_TRANSLATE_NOOP("reports", "Part Number"), "part_number", "text", 16),
    Column(QT_TRANSLATE_NOOP("reports", "CAGE"), "cage", "text", 8),
    Column(QT_TRANSLATE_NOOP("reports", "Serial Number"), "serial", "text", 18),
    Column(QT_TRANSLATE_NOOP("reports", "UII"), "uii", "text", 30),
    Column(QT_TRANSLATE_NOOP("reports", "EUM Level"), "eum_level", "text", 10),
    Column(QT_TRANSLATE_NOOP("reports", "Ship Date"), "ship_date", "date", 12),
    Column(QT_TRANSLATE_NOOP("reports", "Delivery Date"), "delivery_date", "date", 12),
    Column(QT_TRANSLATE_NOOP("reports", "Site"), "site", "text", 18),
    Column(QT_TRANSLATE_NOOP("reports", "Location"), "location", "text", 24),
    Column(QT_TRANSLATE_NOOP("reports", "Disposition"), "disposition", "code", 18),
    Column(QT_TRANSLATE_NOOP("reports", "Last Inventory"), "last_inventory", "date", 12),
    Column(QT_TRANSLATE_NOOP("reports", "Last Outcome"), "last_outcome", "code", 13),
    Column(QT_TRANSLATE_NOOP("reports", "Reason"), "last_reason", "code", 18),
    Column(QT_TRANSLATE_NOOP("reports", "Evidence Grade"), "last_grade", "text", 9),
    Column(QT_TRANSLATE_NOOP("reports", "Checked At"), "last_checked_at", "instant", 20),
    Column(QT_TRANSLATE_NOOP("reports", "Checked By"), "last_checked_by", "text", 12),
    Column(QT_TRANSLATE_NOOP("reports", "Last US Sighting"), "last_sighting", "date", 12),
    Column(QT_TRANSLATE_NOOP("reports", "Inventory Due"), "inventory_due", "date", 12),
    Column(QT_TRANSLATE_NOOP("reports", "Inventory Clock"), "clock", "code", 18),
    Column(QT_TRANSLATE_NOOP("reports", "Fact"), "fact", "text", 18),
    Column(QT_TRANSLATE_NOOP("reports", "Signature"), "signature", "text", 20),
)
ADDS_UP: Final = QT_TRANSLATE_NOOP("reports", "The dispositions add up to the number of items, {total}.")
DIFFERENCE: Final = QT_TRANSLATE_NOOP(
    "reports", "Items with a disposition that says where they are: {counted} of {total}; difference {count}."
)
_LINE_COLUMNS: Final = (
    Column(QT_TRANSLATE_NOOP("reports", "Case"), "case_id", "text", 12),
    Column(QT_TRANSLATE_NOOP("reports", "RSN"), "rsn", "text", 7),
    Column(QT_TRANSLATE_NOOP("reports", "Items"), "items", "count", 9),
)
MAX_WRONG_LINES: Final = 20
"""Case lines that do not add up are named on the cover, up to so many."""
_FILTER_WORDS: Final = {
    "site": "Site",
    "country": "Country",
    "case_id": "Case",
    "eum_level": "EUM level",
    "scope": "Account for",
}
_BOOK_AND_CHECK: Final = 21
"""Number of leading columns that are copied from a `StatusRow` unchanged."""
_ORIGIN: Final = StatusRow._fields.index("last_origin")
_SEQ: Final = StatusRow._fields.index("last_seq")
_SIGNATURE: Final = StatusRow._fields.index("last_signature")
_CLOCK_FIELDS: Final = (
    "eum_level",
    "disposition",
    "ship_date",
    "delivery_date",
    "last_inventory",
    "first_sighted_on",
    "last_sighted_on",
)
_clock_fields = itemgetter(*map(StatusRow._fields.index, _CLOCK_FIELDS))


def cells(rows: Iterable[Sequence[Any]], trigger: str, today: date) -> Iterator[Sequence[str]]:
    """Yield the cells of each row in the order of `COLUMNS`.

    `rows` hold the fields of `StatusRow`. `trigger` names the event that starts the first inventory clock; `today` is
    the day (UTC) on which the clocks are read. Raises Refusal `clock.trigger` at the first row.
    """
    # Most rows share their dates, so each combination is computed only once.
    known: dict[tuple[str, ...], tuple[str, str]] = {}
    for row in rows:
        alike = _clock_fields(row)
        if (clock := known.get(alike)) is None:
            clock = known[alike] = _clock(alike, trigger, today)
        sequence = row[_SEQ]
        fact = f"{row[_ORIGIN]}/{sequence}" if sequence else ""
        yield (*row[:_BOOK_AND_CHECK], alike[-1], *clock, fact, row[_SIGNATURE])


def _clock(fields: tuple[str, ...], trigger: str, today: date) -> tuple[str, str]:
    level, disposition, shipped, delivered, book, first, last = fields
    dates = ItemDates(
        eum_level=level,
        disposition=disposition,
        shipped=shipped,
        first_sighted=first,
        delivered=delivered,
        last_inventory=last_inventory_of(book, last),
    )
    found = standing(dates, trigger, today)
    return found.due_on.isoformat() if found.due_on else "", found.state


def reconciliation_of(counts: StatusCounts) -> Reconciliation:
    """Compare the number of items with the sum of the dispositions that say where an item is."""
    return reconcile(counts.total, counts.dispositions, COUNTING_DISPOSITIONS)


def inventory_status_report(
    rows: Iterator[Sequence[str]],
    counts: StatusCounts,
    made: Made,
    *,
    filters: Mapping[str, str],
    trigger: str,
    not_received: int,
    heads: Sequence[Head],
) -> Document:
    """Return the report as a cover and two tables: items, and case lines.

    `rows` are `cells`. `filters` are values by filter name. `not_received` counts facts that devices have announced and
    that are not in this store yet.
    """
    result = reconciliation_of(counts)
    cover = Cover(
        report=REPORT,
        title=TITLE,
        subject=", ".join(value for name, value in filters.items() if name != "site_id") or "All items on the book",
        as_of=made.as_of,
        made_by=made.by,
        made_at_store=made.at_store,
        reconciliation=_reconciliation_words(result),
        is_reconciled=result.is_reconciled,
        sections=(
            _counted("Dispositions", counts.dispositions, ("All items", counts.total)),
            _counted("Newest check", counts.outcomes),
            _counted("Evidence grade of the newest check", counts.grades),
            _counted(f"Inventory clocks, counted from: {trigger.replace('_', ' ')}", counts.clocks),
            Section("Case lines", tuple(_case_line_summary(counts))),
            Section(
                "Scope",
                (
                    *((_FILTER_WORDS.get(name, name), value) for name, value in filters.items() if name != "site_id"),
                    ("Facts not yet received", not_received),
                ),
            ),
            heads_section(heads),
        ),
    )
    stated = Counts(
        counts.dispositions, counts.outcomes, counts.grades, counts.clocks, trigger, unreconciled=result.difference
    )
    never = counts.outcomes.get("never_checked", 0)
    return Document(
        cover,
        (Table("items", "Items", COLUMNS, rows, counts.total), _case_lines(counts)),
        counts=stated,
        filters=dict(filters),
        figure=Figure(
            QT_TRANSLATE_NOOP("reports", "Without any check"),
            never,
            QT_TRANSLATE_NOOP("reports", "of these items"),
            is_warning=never > 0,
        ),
        reasons=(_reason(result),),
    )


def _counted(title: str, counts: Mapping[str, int], *more: tuple[str, int]) -> Section:
    return Section(title, (*((word(code), count) for code, count in counts.items()), *more))


def _reason(result: Reconciliation) -> tuple[str, dict[str, object]]:
    if result.is_reconciled:
        return ADDS_UP, {"total": result.total}
    return DIFFERENCE, {"counted": result.counted, "total": result.total, "count": result.difference}


def _reconciliation_words(result: Reconciliation) -> str:
    text, values = _reason(result)
    return text.format(**values) if result.is_reconciled else f"UNRECONCILED: {text.format(**values)}"


def _case_lines(counts: StatusCounts) -> Table:
    """Return the table of case lines: items in total and by disposition, and by how much the two differ."""
    listed = [disposition.value for disposition in Disposition]
    found = sorted(counts.dispositions, key=lambda one: (listed.index(one) if one in listed else len(listed), one))
    columns = (
        *_LINE_COLUMNS,
        *(Column(word(code), code.lower(), "count", 9) for code in found),
        Column(QT_TRANSLATE_NOOP("reports", "Difference"), "difference", "count", 10),
    )
    rows = []
    for line in counts.case_lines:
        result = reconcile(line.total, line.dispositions, COUNTING_DISPOSITIONS)
        of_each = [str(line.dispositions.get(code, 0)) for code in found]
        rows.append((line.case_id, line.rsn, str(line.total), *of_each, str(result.difference)))
    return Table("case-lines", "Case lines", columns, rows, len(rows))


def _case_line_summary(counts: StatusCounts) -> Iterator[tuple[str, str | int]]:
    """Yield the number of case lines, and those that do not add up. All lines are in the table of case lines."""
    results = [(line, reconcile(line.total, line.dispositions, COUNTING_DISPOSITIONS)) for line in counts.case_lines]
    wrong = [(line, result) for line, result in results if not result.is_reconciled]
    yield "Case lines", len(results)
    yield "Lines that do not add up", len(wrong)
    for line, result in wrong[:MAX_WRONG_LINES]:
        name = ", line ".join(part for part in (line.case_id or "No case", line.rsn) if part)
        yield name, f"UNRECONCILED, difference {result.difference} of {line.total}"
