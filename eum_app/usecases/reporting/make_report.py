"""Make any report: as an on-screen preview, or as a signed file in one of its formats."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from types import MappingProxyType
from typing import Final

from db.kept_designation import kept_designation
from db.queries.exchange import journal_heads, not_yet_received
from db.queries.visits import visit
from db.store import Connection
from eum_app.domain.clock import parse_date
from eum_app.domain.designation import NOT_FILLED_IN
from eum_app.domain.errors import Refusal
from eum_app.domain.journal import Head
from eum_app.reports.model import Cover, Document, Made
from eum_app.reports.sidecar import sidecar_of
from eum_app.usecases.exchange.trust import reporter_of
from eum_app.usecases.people.scopes import require_countries, require_visit, scope_said
from eum_app.usecases.reporting.export_report import (
    Exported,
    OnProgress,
    export_report,
    require_target,
    with_progress,
)
from eum_app.usecases.reporting.report import ALL_FORMATS, FilterKind, Report, Source, Wanted
from eum_app.usecases.session import Session

EVERYTHING: Final[Wanted] = MappingProxyType({})


@dataclass(frozen=True)
class Preview:
    """A report as it would be exported now: its first rows by column name, their total, and everything on its cover."""

    report: Report
    document: Document
    rows: tuple[Mapping[str, str], ...]
    not_received: int
    heads: tuple[Head, ...]

    @property
    def total(self) -> int:
        """Number of rows of the whole report."""
        return self.document.tables[0].total

    @property
    def cover(self) -> Cover:
        """Cover of the report."""
        return self.document.cover


def make_report(
    session: Session,
    report: Report,
    path: Path,
    wanted: Wanted = EVERYTHING,
    progress: OnProgress | None = None,
    *,
    replaces: bool = False,
) -> Exported:
    """Write a report and its signed sidecar; the file name decides the format.

    Either all files appear or none. An earlier report of that name is refused (`report.exists`) unless `replaces`. Rows
    are recounted from the files, and the export is recorded. Empty filters count as not given. Raises Refusal
    `permission.denied`, `permission.out_of_scope`, `report.filter`, `report.filter_missing`, `report.format`,
    `date.invalid`, `visit.unknown`, those of the report itself (`site.unknown`, `clock.trigger`), and as `reporter_of`
    and `export_report` do.
    """
    session.require(report.permission)
    asked = _checked(session, report, wanted)
    _require_format(report, path)
    require_target(path, replaces=replaces)
    with _source(session, report, asked) as source:
        identity = reporter_of(session, source.connection)
        document = _designated(report.read(source), source.connection)
        first, *others = document.tables
        watched = replace(first, rows=with_progress(iter(first.rows), first.total, progress))
        document = replace(document, tables=(watched, *others), template=report.template)
        filters = source.filters if document.filters is None else document.filters
        sidecar = sidecar_of(document, filters=filters, heads=source.heads, not_received=source.not_received)
        return export_report(session, path, document, sidecar, identity, replaces=replaces)


def preview_report(session: Session, report: Report, wanted: Wanted = EVERYTHING, limit: int = 200) -> Preview:
    """Read the first `limit` rows, the counts and the cover; write and record nothing.

    Raises Refusal as `make_report`, except for the file and its signer.
    """
    session.require(report.permission)
    with _source(session, report, _checked(session, report, wanted), limit) as source:
        document = _designated(report.read(source), source.connection)
        first = document.tables[0]
        names = [column.name for column in first.columns]
        rows = tuple(dict(zip(names, cells, strict=True)) for cells in islice(first.rows, limit))
        document = replace(document, tables=tuple(replace(table, rows=()) for table in document.tables), pictures=())
        return Preview(report, document, rows, source.not_received, tuple(source.heads))


def _designated(document: Document, connection: Connection) -> Document:
    """Return the document with the store's CUI designation on its cover; empty fields say so."""
    lines = {caption: value or NOT_FILLED_IN for caption, value in kept_designation(connection).lines().items()}
    return replace(document, cover=replace(document.cover, designation=lines))


def _checked(session: Session, report: Report, wanted: Wanted) -> dict[str, str]:
    """Return the filters that have a value, after checking that the report knows each and the account's scope allows
    it.
    """
    known = {one.name: one for one in report.filters}
    for name in wanted:
        if name not in known:
            raise Refusal("report.filter", report=report.title, name=name[:40])
    asked: dict[str, str] = {}
    for name, one in known.items():
        value = wanted.get(name, "") or one.default
        if not value:
            if one.is_required:
                raise Refusal("report.filter_missing", report=report.title, name=one.title)
            continue
        if one.kind is FilterKind.DAY:
            value = parse_date(value).isoformat()
        if one.kind is FilterKind.COUNTRY:
            require_countries(session, [value])
        asked[name] = value
    return asked


def _require_format(report: Report, path: Path) -> None:
    if path.suffix.lower() not in report.formats and report.formats != ALL_FORMATS:
        raise Refusal("report.format", report=report.title, name=path.name, formats=", ".join(report.formats))


@contextmanager
def _source(session: Session, report: Report, asked: dict[str, str], limit: int | None = None) -> Iterator[Source]:
    with session.reading() as connection:
        for one in report.filters:
            if one.kind is FilterKind.VISIT and one.name in asked:
                visit(connection, asked[one.name])
                require_visit(session, connection, asked[one.name])
        yield Source(
            session=session,
            connection=connection,
            wanted=asked,
            scope=scope_said(session),
            made=Made(session.observed_now(), session.account, session.name),
            heads=journal_heads(connection),
            not_received=not_yet_received(connection),
            limit=limit,
        )
