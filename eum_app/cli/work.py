"""`eum inventory` and `eum visit`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from eum_app.cli.common import AccountOption, JsonOption, PassphraseFd, StoreOption, show, unlocked
from eum_app.domain.errors import Refusal

inventory_app = typer.Typer(help="The book of items.", no_args_is_help=True)
visit_app = typer.Typer(help="Visits.", no_args_is_help=True)


@inventory_app.command("import")
def import_command(
    file: Annotated[Path, typer.Argument(help="A CSV list.", show_default=False)],
    account: Annotated[str, typer.Option("--account", envvar="EUM_ACCOUNT", help="Account code.")] = "",
    store: StoreOption = None,
    passphrase_fd: PassphraseFd = None,
    profile: Annotated[
        Path | None, typer.Option(help="A saved profile (JSON: encoding, delimiter, date_order, columns).")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would become of each row; write nothing.")
    ] = False,
    rejected: Annotated[Path | None, typer.Option(help="Write the rejected rows here, to be mended.")] = None,
    as_json: JsonOption = False,
) -> None:
    """List items from a file; rejected rows are named with line and reason."""
    from eum_app.usecases.import_inventory import import_inventory
    from eum_app.usecases.inventory_file import read_inventory, write_rejected_csv

    preview = read_inventory(file, _profile(profile) if profile else None)
    data: dict[str, Any] = {
        "file": preview.source_name,
        "sha384": preview.sha384,
        "profile": msgspec.to_builtins(preview.profile),
        "rows": preview.rows,
        "accepted": len(preview.accepted),
        "rejected": {str(row.line): list(row.codes) for row in preview.rejected},
        "warnings": _by_line([(warning.line, warning.code) for warning in preview.warnings]),
        "dry_run": dry_run,
    }
    if rejected is not None:
        write_rejected_csv(preview, rejected)
    words = [f"{preview.rows} rows: {len(preview.accepted)} accepted, {len(preview.rejected)} rejected."]
    words += [f"  line {row.line}: {', '.join(row.codes)}" for row in preview.rejected]
    if not dry_run:
        with unlocked(store, _required(account), passphrase_fd) as session:
            result = import_inventory(session, preview)
        data |= {"import_id": result.import_id, "listed": result.accepted, "already_held": result.already_held}
        words.append(f"Listed {result.accepted}, already on the book {result.already_held}.")
    show(as_json, data, "\n".join(words))


@visit_app.command("list")
def list_command(
    account: AccountOption, store: StoreOption = None, passphrase_fd: PassphraseFd = None, as_json: JsonOption = False
) -> None:
    """Visits with their progress."""
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
    store: StoreOption = None,
    passphrase_fd: PassphraseFd = None,
    as_json: JsonOption = False,
) -> None:
    """Plan an annual inventory of one site; `eum bundle seal --device` makes the tasking."""
    from db.queries.items import all_sites
    from eum_app.usecases.plan_visit import plan_visit

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


def _profile(path: Path) -> Any:
    from eum_app.usecases.inventory_file import Profile

    try:
        return msgspec.json.decode(path.read_bytes(), type=Profile)
    except FileNotFoundError as error:
        raise Refusal("file.missing", name=path.name) from error
    except msgspec.DecodeError as error:
        raise Refusal("inventory.profile", reason=str(error)[:200]) from error


def _by_line(pairs: list[tuple[int, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line, code in pairs:
        found.setdefault(str(line), []).append(code)
    return found


def _required(account: str) -> str:
    if not account:
        raise typer.BadParameter("needed unless --dry-run", param_hint="--account")
    return account
