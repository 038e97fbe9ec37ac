"""The activity log as a file (.csv or .json), signed; read in one view."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Final, Protocol

from db.queries.activity import ActivityFilter, activity_count, activity_rows
from db.queries.exchange import journal_heads, not_yet_received
from eum_app.domain.errors import Refusal
from eum_app.domain.people import Permission
from eum_app.reports.activity_log import activity_log_report, cells
from eum_app.reports.inventory_status import Made
from eum_app.reports.sidecar import sidecar_of
from eum_app.usecases.exchange.trust import identity_of
from eum_app.usecases.people.scopes import scope_said
from eum_app.usecases.reporting.export_report import (
    Exported,
    OnProgress,
    export_report,
    require_target,
    with_progress,
)
from eum_app.usecases.session import Session, Ticket, resumed

FORMATS: Final = (".csv", ".json")


class Progress(Protocol):
    def __call__(self, done: int, total: int, text: str = "") -> None: ...


def export_activity_log(
    session: Session, path: Path, wanted: ActivityFilter, progress: OnProgress | None = None
) -> Exported:
    """Write the entries wanted and the signed sidecar; the export itself is recorded after what it shows.

    Raises Refusal `permission.denied`, `report.log_format`, `device.not_enrolled`, and as `export_report` does.
    """
    session.require(Permission.REPORT_EXPORT)
    if path.suffix.lower() not in FORMATS:
        raise Refusal("report.log_format", name=path.name)
    require_target(path)
    with session.reading() as connection:
        as_of = session.observed_now()
        identity = identity_of(connection)
        total = activity_count(connection, wanted)
        filters = {name: value for name, value in asdict(wanted).items() if value} | scope_said(session)
        heads = journal_heads(connection)
        rows = with_progress(cells(activity_rows(connection, wanted)), total, progress)
        report = activity_log_report(rows, total, Made(as_of, session.account, session.name), filters, heads)
        sidecar = sidecar_of(report, filters=filters, heads=heads, not_received=not_yet_received(connection))
        return export_report(session, path, report, sidecar, identity)


def export_activity_log_child(progress: Progress, ticket: Ticket, path: Path, wanted: ActivityFilter) -> Exported:
    """The same in a child process (see `usecases.children`)."""
    with resumed(ticket) as session:
        return export_activity_log(session, path, wanted, progress)
