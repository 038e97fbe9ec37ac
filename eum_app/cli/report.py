"""`eum report`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from eum_app.cli.common import AccountOption, JsonOption, PassphraseFd, StoreOption, show, unlocked
from eum_app.domain.compliance.clocks import DEFAULT_TRIGGER
from eum_app.domain.errors import Refusal
from eum_app.usecases.reporting.export_report import Exported

report_app = typer.Typer(help="Reports: .csv, .xlsx, .pdf or .json, signed.", no_args_is_help=True)

ToArgument = Annotated[
    Path,
    typer.Argument(
        help="File to write; its ending chooses the format (.csv, .xlsx, .pdf, .json). The signed sidecar goes beside.",
        show_default=False,
    ),
]


@report_app.command()
def inventory(
    to: ToArgument,
    account: AccountOption,
    site: Annotated[str, typer.Option(help="Only this site (name).")] = "",
    country: Annotated[str, typer.Option(help="Only this country.")] = "",
    case: Annotated[str, typer.Option(help="Only this case.")] = "",
    level: Annotated[str, typer.Option(help="Only this monitoring level, e.g. EEUM.")] = "",
    clock: Annotated[
        str,
        typer.Option(
            help="What the 90 days of the initial inventory run from: shipped, title_transfer, arrival, first_sighted, "
            "delivered."
        ),
    ] = DEFAULT_TRIGGER,
    store: StoreOption = None,
    passphrase_fd: PassphraseFd = None,
    as_json: JsonOption = False,
) -> None:
    """Inventory status of every item; the rows are counted again from the file."""
    from db.queries.items import all_sites
    from db.queries.reports import InventoryFilter
    from eum_app.usecases.reporting.inventory_status import export_inventory_status

    with unlocked(store, account, passphrase_fd) as session:
        site_id = ""
        if site:
            site_id = next((row.site_id for row in session.read(all_sites) if row.name == site), "")
            if not site_id:
                raise Refusal("site.unknown", site_id=site)
        wanted = InventoryFilter(site_id=site_id, country=country, case_id=case, eum_level=level)
        _show(as_json, export_inventory_status(session, to, wanted, trigger=clock))


@report_app.command()
def visit(
    visit_id: Annotated[str, typer.Argument(help="The visit's id.", show_default=False)],
    to: ToArgument,
    account: AccountOption,
    store: StoreOption = None,
    passphrase_fd: PassphraseFd = None,
    as_json: JsonOption = False,
) -> None:
    """Record of one visit: items, site checklist, findings, evidence, signatures."""
    from eum_app.usecases.reporting.visit_record import export_visit_record

    with unlocked(store, account, passphrase_fd) as session:
        _show(as_json, export_visit_record(session, to, visit_id))


def _show(as_json: bool, made: Exported) -> None:
    data = {
        "path": str(made.path),
        "sidecar": str(made.sidecar_path),
        "rows": made.rows,
        "sha384": made.sha384,
        "files": [{"name": file.name, "rows": file.rows, "sha384": file.sha384} for file in made.files],
    }
    words = [f"{made.rows} rows: {made.path}", f"SHA-384 {made.sha384}"]
    words += [f"  and {file.name}: {file.rows} rows" for file in made.files[1:]]
    show(as_json, data, "\n".join(words))
