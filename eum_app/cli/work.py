"""`eum visit`."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from eum_app.cli.common import AccountOption, JsonOption, PassphraseFd, StoreOption, show, unlocked
from eum_app.domain.errors import Refusal

visit_app = typer.Typer(help="Visits.", no_args_is_help=True)


@visit_app.command("list")
def list_command(
    account: AccountOption, store: StoreOption = None, passphrase_fd: PassphraseFd = None, as_json: JsonOption = False
) -> None:
    """List visits with their progress."""
    from db.queries.visits import all_visits

    with unlocked(store, account, passphrase_fd) as session:
        rows = session.read(all_visits)
    words = [
        f"{row.visit_id}  {row.site}  due {row.due_on}  {row.device}  {row.checked} of {row.expected} checked"
        f"{'  closed out' if row.closed_at else ''}"
        for row in rows
    ]
    show(as_json, rows, "\n".join(words) or "No visits.")


@visit_app.command("plan")
def plan_command(
    account: AccountOption,
    site: Annotated[str, typer.Option(help="Name of the site.")],
    due: Annotated[str, typer.Option(help="Due date, YYYY-MM-DD.")],
    device: Annotated[str, typer.Option(help="Enrolled device, e.g. FLD-0042.")],
    inspector: Annotated[str, typer.Option(help="Inspector's code.")],
    item_checklist: Annotated[str, typer.Option(help="ID@VERSION.")] = "item-general-neutral@1.0",
    site_checklist: Annotated[str, typer.Option(help="ID@VERSION.")] = "site-physical-security-neutral@1.0",
    kind: Annotated[str, typer.Option(help="Kind of visit, e.g. annual_inventory.")] = "annual_inventory",
    program: Annotated[str, typer.Option(help="Program, if the kind of visit belongs to several.")] = "",
    store: StoreOption = None,
    passphrase_fd: PassphraseFd = None,
    as_json: JsonOption = False,
) -> None:
    """Plan a visit to one site; `eum bundle seal --device` then makes the tasking."""
    from db.queries.items import all_sites
    from eum_app.usecases.visits.plan_visit import plan_visit

    with unlocked(store, account, passphrase_fd) as session:
        site_id = next((row.site_id for row in session.read(all_sites) if row.name == site), None)
        if site_id is None:
            raise Refusal("site.unknown", site_id=site)
        planned = plan_visit(
            session,
            site_id=site_id,
            due_on=due,
            device=device,
            inspector=inspector,
            item_checklist=_pin(item_checklist),
            site_checklist=_pin(site_checklist),
            purpose=kind,
            program=program,
        )
    show(
        as_json,
        {"visit_id": planned.visit_id, "expected": planned.expected},
        f"Planned {planned.visit_id}: {planned.expected} items expected.",
    )


def _pin(text: str) -> Any:
    from eum_app.domain.facts import ChecklistPin

    checklist_id, at, version = text.partition("@")
    if not at:
        raise typer.BadParameter(f"{text}: expected ID@VERSION")
    return ChecklistPin(checklist_id=checklist_id, version=version)
