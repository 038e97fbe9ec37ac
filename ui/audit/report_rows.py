"""The first rows of a report on the page: its columns, and the text and chips of its cells."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from eum_app.domain.dispositions import Disposition
from eum_app.reports.model import Kind
from eum_app.usecases.reporting.report import Report, Shown
from ui.audit.report_filters import said
from ui.kit.delegates import ChipSpec
from ui.kit.models import Column
from ui.kit.theme import STATUS
from ui.kit.words import day, joined, moment, reported
from ui.shared.items_view import disposition_chip

Row = Mapping[str, str]
MONO = frozenset({"serial", "uii", "hash"})


def columns_of(report: Report) -> list[Column]:
    """Return the columns that the page shows of a report. A row maps each column name to its cell."""
    kinds: dict[str, Kind] = {column.name: column.kind for column in report.columns}
    return [_column(shown, kinds) for shown in report.shown_columns]


def _column(shown: Shown, kinds: Mapping[str, Kind]) -> Column:
    first = shown.columns[0]
    return Column(
        said(shown.title),
        lambda row: joined(*(_words(kinds[name], row[name], only_day=shown.only_day) for name in shown.columns)) or "–",
        is_mono=first in MONO,
        is_number=kinds[first] == "count",
        width=shown.width,
        chip=_chip(first) if kinds[first] == "code" else None,
    )


def _words(kind: Kind, cell: str, *, only_day: bool) -> str:
    match kind:
        case "code":
            return reported(cell) if cell else ""
        case "date":
            return day(cell)
        case "instant":
            return day(cell) if only_day else moment(cell)
        case _:
            return cell


def _chip(name: str) -> Callable[[Row], ChipSpec | None]:
    def chip(row: Row) -> ChipSpec | None:
        code = row[name]
        if code in STATUS:
            return ChipSpec.of(code)
        return disposition_chip(code) if code in set(Disposition) else None

    return chip
