"""The inventory status report: on screen first, then as a file in any format, signed, with what it was made from."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path

from db.queries.exchange import journal_heads, not_yet_received
from db.queries.items import site
from db.queries.reports import InventoryFilter, StatusRow, inventory_rows, plain_inventory_rows, status_counts
from db.store import Connection
from eum_app.domain.clock import parse_date
from eum_app.domain.compliance.clocks import DEFAULT_TRIGGER, require_trigger
from eum_app.domain.journal import Head
from eum_app.domain.people import Permission
from eum_app.reports.inventory_status import Made, cells, inventory_status_report, reconciliation_of
from eum_app.reports.sidecar import sidecar_of
from eum_app.usecases.exchange.trust import identity_of
from eum_app.usecases.people.scopes import require_countries, scope_said
from eum_app.usecases.reporting.export_report import (
    Exported,
    OnProgress,
    export_report,
    require_target,
    with_progress,
)
from eum_app.usecases.session import Session

__all__ = ["Exported", "InventoryStatusPreview", "export_inventory_status", "preview_inventory_status"]


@dataclass(frozen=True)
class InventoryStatusPreview:
    """The report as it would be exported now: its first rows, and the counts over all of them.

    `unreconciled` is by how many items the dispositions miss the total; 0 where they add up.
    """

    rows: list[StatusRow]
    total: int
    dispositions: dict[str, int]
    outcomes: dict[str, int]
    grades: dict[str, int]
    not_received: int
    as_of: str
    heads: list[Head]
    clocks: dict[str, int]
    unreconciled: int


def preview_inventory_status(
    session: Session, wanted: InventoryFilter, limit: int = 200, *, trigger: str = DEFAULT_TRIGGER
) -> InventoryStatusPreview:
    """First rows and counts. Raises Refusal `permission.denied`, `clock.trigger`."""
    session.require(Permission.REPORT_EXPORT)
    require_countries(session, [wanted.country] if wanted.country else [])
    as_of = session.observed_now()
    with session.reading() as connection:
        counts = status_counts(connection, wanted, as_of[:10], require_trigger(trigger))
        return InventoryStatusPreview(
            rows=list(inventory_rows(connection, wanted, parse_date(as_of[:10]), limit)),
            total=counts.total,
            dispositions=counts.dispositions,
            outcomes=counts.outcomes,
            grades=counts.grades,
            not_received=not_yet_received(connection),
            as_of=as_of,
            heads=journal_heads(connection),
            clocks=counts.clocks,
            unreconciled=reconciliation_of(counts).difference,
        )


def export_inventory_status(
    session: Session,
    path: Path,
    wanted: InventoryFilter,
    progress: OnProgress | None = None,
    *,
    trigger: str = DEFAULT_TRIGGER,
) -> Exported:
    """Write the report (.csv, .xlsx, .pdf or .json) and its signed sidecar.

    All files appear whole or none does, and the rows are counted again from the files. `trigger` is the event that the
    initial inventory's 90 days run from. Raises Refusal `permission.denied`, `clock.trigger`, `device.not_enrolled`,
    and as `export_report` does.
    """
    session.require(Permission.REPORT_EXPORT)
    require_countries(session, [wanted.country] if wanted.country else [])
    require_target(path)
    require_trigger(trigger)
    with session.reading() as connection:
        as_of = session.observed_now()
        today = parse_date(as_of[:10])
        identity = identity_of(connection)
        counts = status_counts(connection, wanted, as_of[:10], trigger)
        heads = journal_heads(connection)
        not_received = not_yet_received(connection)
        filters = _filters(connection, wanted) | scope_said(session)
        rows = with_progress(
            cells(plain_inventory_rows(connection, wanted, today), trigger, today), counts.total, progress
        )
        report = inventory_status_report(
            rows,
            counts,
            Made(as_of, session.account, session.name),
            filters=filters,
            trigger=trigger,
            not_received=not_received,
            heads=heads,
        )
        sidecar = sidecar_of(
            report,
            filters=filters,
            heads=heads,
            not_received=not_received,
            dispositions=counts.dispositions,
            outcomes=counts.outcomes,
            grades=counts.grades,
            clocks=counts.clocks,
            clock_trigger=trigger,
            unreconciled=reconciliation_of(counts).difference,
        )
        return export_report(session, path, report, sidecar, identity)


def _filters(connection: Connection, wanted: InventoryFilter) -> dict[str, str]:
    filters = {field.name: value for field in fields(wanted) if (value := getattr(wanted, field.name))}
    if wanted.site_id:
        filters["site"] = site(connection, wanted.site_id).name
    return filters
