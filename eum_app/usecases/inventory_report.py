"""The inventory status report: on screen first, then as CSV with a sidecar that says what it was made from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final

from db.files import written_whole
from db.queries.exchange import journal_heads, not_yet_received
from db.queries.items import site
from db.queries.reports import InventoryFilter, StatusRow, disposition_counts, inventory_count, inventory_rows
from db.store import Connection
from eum_app import __version__
from eum_app.domain.errors import Refusal, Trouble
from eum_app.domain.facts import ReportExported
from eum_app.domain.journal import Head
from eum_app.reports.csv_file import read_back, write_csv
from eum_app.reports.sidecar import ChainHead, Sidecar, encode_sidecar
from eum_app.usecases.changes import Changed
from eum_app.usecases.session import Session

REPORT: Final = "inventory-status"
MARKING: Final = "CUI"
DESIGNATION: Final = {
    "Controlled by": "to be filled in by the controlling office",
    "CUI category": "EXPT",
    "Distribution": "to be filled in by the controlling office",
    "POC": "to be filled in by the controlling office",
}
COLUMNS: Final = (
    ("Country", "country"),
    ("Case", "case_id"),
    ("RSN", "rsn"),
    ("Nomenclature", "nomenclature"),
    ("NSN", "nsn"),
    ("Part Number", "part_number"),
    ("CAGE", "cage"),
    ("Serial Number", "serial"),
    ("UII", "uii"),
    ("EUM Level", "eum_level"),
    ("Ship Date", "ship_date"),
    ("Delivery Date", "delivery_date"),
    ("Site", "site"),
    ("Location", "location"),
    ("Disposition", "disposition"),
    ("Last Inventory", "last_inventory"),
    ("Last Outcome", "last_outcome"),
    ("Reason", "last_reason"),
    ("Evidence Grade", "last_grade"),
    ("Checked At", "last_checked_at"),
    ("Checked By", "last_checked_by"),
    ("Fact", "fact"),
)

OnProgress = Callable[[int, int], object]


@dataclass(frozen=True)
class InventoryReportPreview:
    """The report as it would be exported now: its first rows, and the counts over all of them."""

    rows: list[StatusRow]
    total: int
    dispositions: dict[str, int]
    outcomes: dict[str, int]
    grades: dict[str, int]
    not_received: int
    as_of: str
    heads: list[Head]


@dataclass(frozen=True)
class Exported(Changed):
    path: Path
    sidecar_path: Path
    rows: int
    sha384: str


def preview_inventory(session: Session, wanted: InventoryFilter, limit: int = 200) -> InventoryReportPreview:
    """First rows and counts. Raises Refusal `permission.denied`."""
    session.require("report.export")
    with session.store.reading() as connection:
        tally = _Tally()
        rows: list[StatusRow] = []
        for row in tally.watch(inventory_rows(connection, wanted)):
            if len(rows) < limit:
                rows.append(row)
        return InventoryReportPreview(
            rows=rows,
            total=inventory_count(connection, wanted),
            dispositions=disposition_counts(connection, wanted),
            outcomes=dict(tally.outcomes),
            grades=dict(tally.grades),
            not_received=not_yet_received(connection),
            as_of=session.observed_now(),
            heads=journal_heads(connection),
        )


def export_inventory(
    session: Session, path: Path, wanted: InventoryFilter, progress: OnProgress | None = None
) -> Exported:
    """Write the report and its sidecar; both appear whole or not at all, and the rows are counted again from the file.

    Raises Refusal `permission.denied`, `report.name` (not a .csv), Trouble `report.rows_differ` (the file does not
    hold what the store does: it is removed) and those of the disk.
    """
    session.require("report.export")
    if path.suffix.lower() != ".csv":
        raise Refusal("report.name", name=path.name)
    sidecar_path = path.with_name(f"{path.name}.sidecar.json")
    with session.store.reading() as connection:
        as_of = session.observed_now()
        total = inventory_count(connection, wanted)
        tally = _Tally()
        with written_whole(path) as file:
            write_csv(file, [heading for heading, _ in COLUMNS], _cells(tally, connection, wanted, total, progress))
        rows, sha384 = read_back(path)
        if rows != total:
            path.unlink()
            raise Trouble("report.rows_differ", expected=total, found=rows, name=path.name)
        dispositions = disposition_counts(connection, wanted)
        sidecar = Sidecar(
            report=REPORT,
            marking=MARKING,
            designation=DESIGNATION,
            file_name=path.name,
            sha384=sha384,
            rows=rows,
            columns=tuple(heading for heading, _ in COLUMNS),
            filters=_filters(connection, wanted),
            as_of=as_of,
            made_by=session.account,
            made_at_store=session.name,
            app_version=__version__,
            dispositions=dispositions,
            outcomes=dict(sorted(tally.outcomes.items())),
            evidence_grades=dict(sorted(tally.grades.items())),
            reconciled=sum(dispositions.values()) == total,
            not_received=not_yet_received(connection),
            heads=tuple(
                ChainHead(origin=head.origin, epoch=head.epoch, seq=head.seq, hash=head.hash.hex())
                for head in journal_heads(connection)
            ),
        )
    with written_whole(sidecar_path) as file:
        file.write(encode_sidecar(sidecar))
    with session.writing() as transaction:
        transaction.record(
            ReportExported(observed_at=as_of, report=REPORT, file_name=path.name, sha384=sha384, rows=rows, as_of=as_of)
        )
        areas = frozenset(transaction.areas)
    return Exported(areas, path, sidecar_path, rows, sha384)


class _Tally:
    """Counts outcomes and evidence grades while rows pass."""

    def __init__(self) -> None:
        self.outcomes: Counter[str] = Counter()
        self.grades: Counter[str] = Counter()

    def watch(self, rows: Iterator[StatusRow]) -> Iterator[StatusRow]:
        for row in rows:
            self.outcomes[row.last_outcome or "never_checked"] += 1
            self.grades[row.last_grade or "none"] += 1
            yield row


def _cells(
    tally: _Tally, connection: Connection, wanted: InventoryFilter, total: int, progress: OnProgress | None
) -> Iterator[list[str]]:
    done = 0
    rows = tally.watch(inventory_rows(connection, wanted))
    while block := list(islice(rows, 1_000)):
        for row in block:
            fact = f"{row.last_origin}/{row.last_seq}" if row.last_seq else ""
            yield [fact if name == "fact" else getattr(row, name) for _, name in COLUMNS]
        done += len(block)
        if progress:
            progress(done, total)


def _filters(connection: Connection, wanted: InventoryFilter) -> dict[str, str]:
    filters = {name: value for name in wanted.__dataclass_fields__ if (value := getattr(wanted, name))}
    if wanted.site_id:
        filters["site"] = site(connection, wanted.site_id).name
    return filters
