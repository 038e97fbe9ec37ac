"""The inventory status report: every item with its book entry, its last check, and its due date."""

from __future__ import annotations

from typing import Final

from db.queries.items import site
from db.queries.reports import InventoryFilter, plain_inventory_rows, status_counts
from eum_app.domain.compliance.clocks import DEFAULT_TRIGGER, ClockTrigger, require_trigger
from eum_app.domain.items import EumLevel
from eum_app.domain.translatable import QT_TRANSLATE_NOOP
from eum_app.reports.inventory_status import COLUMNS, REPORT, cells, inventory_status_report
from eum_app.reports.model import Document
from eum_app.usecases.reporting.report import Filter, FilterKind, Report, Shown, Source


def _read(source: Source) -> Document:
    """Read the report. Raises Refusal `clock.trigger`."""
    connection, today = source.connection, source.today
    named = {name: value for name, value in source.wanted.items() if name != "clock"}
    wanted, trigger = InventoryFilter(**named), require_trigger(source.wanted["clock"])
    if wanted.site_id:
        named["site"] = site(connection, wanted.site_id).name
    counts = status_counts(connection, wanted, today.isoformat(), trigger)
    return inventory_status_report(
        cells(plain_inventory_rows(connection, wanted, today, source.limit), trigger, today),
        counts,
        source.made,
        filters={**named, **source.scope},
        trigger=trigger,
        not_received=source.not_received,
        heads=source.heads,
    )


INVENTORY_STATUS: Final = Report(
    name=REPORT,
    title=QT_TRANSLATE_NOOP("reports", "Inventory status"),
    about=QT_TRANSLATE_NOOP("reports", "Inventory status of every item; the rows are counted again from the file."),
    columns=COLUMNS,
    read=_read,
    filters=(
        Filter(
            "site_id",
            QT_TRANSLATE_NOOP("reports", "Site"),
            QT_TRANSLATE_NOOP("reports", "Only this site (name)."),
            FilterKind.SITE,
            option="site",
        ),
        Filter(
            "country",
            QT_TRANSLATE_NOOP("reports", "Country"),
            QT_TRANSLATE_NOOP("reports", "Only this country."),
            FilterKind.COUNTRY,
        ),
        Filter(
            "case_id",
            QT_TRANSLATE_NOOP("reports", "Case"),
            QT_TRANSLATE_NOOP("reports", "Only this case."),
            option="case",
            is_upper_case=True,
        ),
        Filter(
            "eum_level",
            QT_TRANSLATE_NOOP("reports", "EUM level"),
            QT_TRANSLATE_NOOP("reports", "Only this monitoring level, e.g. EEUM."),
            FilterKind.CHOICE,
            option="level",
            choices=tuple(EumLevel),
        ),
        Filter(
            "clock",
            QT_TRANSLATE_NOOP("reports", "Clock counts from"),
            f"What the 90 days of the initial inventory run from: {', '.join(ClockTrigger)}.",
            FilterKind.CHOICE,
            choices=tuple(ClockTrigger),
            default=DEFAULT_TRIGGER,
        ),
    ),
    template=REPORT,
    command="inventory",
    shown=(
        Shown(QT_TRANSLATE_NOOP("reports", "Serial number"), ("serial",), 112),
        Shown(QT_TRANSLATE_NOOP("reports", "Article"), ("part_number", "nomenclature")),
        Shown(QT_TRANSLATE_NOOP("reports", "Place"), ("site", "location")),
        Shown(QT_TRANSLATE_NOOP("reports", "Disposition"), ("disposition",), 120),
        Shown(QT_TRANSLATE_NOOP("reports", "Last check"), ("last_outcome",), 140),
        Shown(QT_TRANSLATE_NOOP("reports", "Checked"), ("last_checked_at",), 104, only_day=True),
    ),
)
