"""`eum visit`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from eum_app.cli.common import AccountOption, JsonOption, PassphraseFd, StoreOption, counted, show, unlocked
from eum_app.cli.streams import say
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
        f"{row.visit_id}  {row.site}  {f'due {row.due_on}' if row.due_on else 'not planned'}  {row.device}"
        f"  {row.checked} of {row.expected} checked"
        f"{'  closed out' if row.closed_at else ''}{'  to adopt' if row.is_pending else ''}"
        for row in rows
    ]
    show(as_json, rows, *words or ["No visits."])


@visit_app.command("plan")
def plan_command(
    account: AccountOption,
    site: Annotated[str, typer.Option(help="Name of the site.")],
    due: Annotated[str, typer.Option(help="Due date, YYYY-MM-DD.")],
    device: Annotated[str, typer.Option(help="Enrolled device, e.g. FLD-0042.")],
    inspector: Annotated[str, typer.Option(help="Inspector's code.")],
    item_checklist: Annotated[
        str, typer.Option(help="ID@VERSION; by default the one of the kind of visit.", show_default=False)
    ] = "",
    site_checklist: Annotated[
        str, typer.Option(help="ID@VERSION; by default the one of the kind of visit.", show_default=False)
    ] = "",
    kind: Annotated[str, typer.Option(help="Kind of visit, e.g. annual_inventory.")] = "annual_inventory",
    program: Annotated[str, typer.Option(help="Program, if the kind of visit belongs to several.")] = "",
    sample: Annotated[
        int | None, typer.Option(help="Expect a sample of so many items (0: none), if the kind of visit takes one.")
    ] = None,
    store: StoreOption = None,
    passphrase_fd: PassphraseFd = None,
    as_json: JsonOption = False,
) -> None:
    """Plan a visit to one site; `eum bundle seal --device` then makes the tasking."""
    from db.queries.items import all_sites
    from eum_app.usecases.visits.plan_visit import plan_visit, proposed_pin
    from eum_app.wording.report_words import word

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
            item_checklist=_pin(item_checklist) if item_checklist else proposed_pin(kind, "item"),
            site_checklist=_pin(site_checklist) if site_checklist else proposed_pin(kind, "site"),
            purpose=kind,
            program=program,
            sample=sample,
        )
    show(
        as_json,
        {"visit_id": planned.visit_id, "expected": planned.expected, "gone": list(planned.gone)},
        f"Planned {planned.visit_id}: {counted(planned.expected, 'item')} expected.",
        *(f"Not expected: {one.serial}, {word(one.disposition)} {one.happened_on}".rstrip() for one in planned.gone),
    )


@visit_app.command("start")
def start_command(
    account: AccountOption,
    site: Annotated[str, typer.Option(help="Name of the site: one that this device knows, or another.")],
    kind: Annotated[str, typer.Option(help="Kind of visit, e.g. routine_check.")],
    country: Annotated[str, typer.Option(help="Country's code, for a site that this device does not know.")] = "",
    program: Annotated[str, typer.Option(help="Program, if the kind of visit belongs to several.")] = "",
    without_list: Annotated[
        bool, typer.Option("--without-list", help="Do not expect the items that this device holds for the site.")
    ] = False,
    store: StoreOption = None,
    passphrase_fd: PassphraseFd = None,
    as_json: JsonOption = False,
) -> None:
    """Start a visit on a field device without tasking. It counts at HQ once a reviewer adopts it."""
    from db.queries.items import all_sites
    from eum_app.usecases.visits.start_visit import start_visit

    with unlocked(store, account, passphrase_fd) as session:
        found = [row for row in session.read(all_sites) if row.name == site and country in {"", row.country}]
        if len(found) > 1:
            raise Refusal("site.unknown", site_id=site)
        started = start_visit(
            session,
            purpose=kind,
            program=program,
            site_id=found[0].site_id if found else "",
            site_name=site,
            country=country,
            has_list=not without_list,
        )
    show(
        as_json,
        {"visit_id": started.visit_id, "expected": started.expected},
        f"Started {started.visit_id}: {counted(started.expected, 'item')} expected. HQ has to adopt it.",
    )


@visit_app.command("adopt")
def adopt_command(
    account: AccountOption,
    visit: Annotated[str, typer.Argument(help="The visit's id.", show_default=False)],
    site: Annotated[str, typer.Option(help="Name of the site where it took place, if the device named another.")] = "",
    comment: Annotated[str, typer.Option(help="Why it is adopted.")] = "",
    store: StoreOption = None,
    passphrase_fd: PassphraseFd = None,
    as_json: JsonOption = False,
) -> None:
    """Adopt a visit that a device started without tasking: from then on its checks count.

    Without --site, a site that is new to HQ is registered as the device named it.
    """
    from db.queries.items import all_sites
    from eum_app.usecases.visits.start_visit import adopt_visit

    with unlocked(store, account, passphrase_fd) as session:
        site_id = next((row.site_id for row in session.read(all_sites) if site and row.name == site), "")
        if site and not site_id:
            raise Refusal("site.unknown", site_id=site)
        adopted = adopt_visit(session, visit, site_id, comment)
    show(as_json, {"visit_id": adopted.visit_id, "site_id": adopted.site_id}, f"Adopted {adopted.visit_id}.")


@visit_app.command("photo")
def photo_command(
    account: AccountOption,
    visit: Annotated[str, typer.Argument(help="The visit's id.", show_default=False)],
    photo: Annotated[Path, typer.Argument(help="A JPEG or PNG file.", show_default=False)],
    serial: Annotated[str, typer.Option(help="The item's serial number: its newest check gets the photo.")] = "",
    check: Annotated[str, typer.Option(help="The check's id, where a serial is not enough.")] = "",
    store: StoreOption = None,
    passphrase_fd: PassphraseFd = None,
    as_json: JsonOption = False,
) -> None:
    """Add a photo to a recorded check, until the visit is closed out."""
    from db.queries.checks import counting_checks
    from eum_app.domain.ids import CheckId
    from eum_app.usecases.visits.photos import read_photo
    from eum_app.usecases.visits.record_check import attach_photo

    if bool(serial) == bool(check):
        raise typer.BadParameter("name the item by --serial, or the check by --check")
    with unlocked(store, account, passphrase_fd) as session:
        found = [row.check_id for row in session.read(counting_checks, visit) if serial and row.serial == serial]
        if serial and len(found) != 1:
            raise Refusal("check.of_serial", serial=serial[:78], count=len(found))
        check_id = CheckId(check) if check else found[0]
        attach_photo(session, visit, check_id, read_photo(photo))
    show(as_json, {"visit_id": visit, "check_id": check_id}, f"Added {photo.name} to check {check_id}.")


@visit_app.command("statement")
def statement_command(
    account: AccountOption,
    visit: Annotated[str, typer.Argument(help="The visit's id.", show_default=False)],
    store: StoreOption = None,
    passphrase_fd: PassphraseFd = None,
    as_json: JsonOption = False,
) -> None:
    """Print the statement that was signed; on a visit that is open, the one to be signed."""
    from db.queries.visits import visit as read_visit
    from eum_app.usecases.visits.close_out import close_out_state, signed_statement

    with unlocked(store, account, passphrase_fd) as session:
        is_signed = bool(session.read(read_visit, visit).closed_at)
        text = signed_statement(session, visit) if is_signed else close_out_state(session, visit).shown.text
    show(as_json, {"visit_id": visit, "is_signed": is_signed, "text": text}, *text.splitlines())


@visit_app.command("close")
def close_command(
    account: AccountOption,
    visit: Annotated[str, typer.Argument(help="The visit's id.", show_default=False)],
    signature: Annotated[Path, typer.Option(help="The inspector's drawn signature, a PNG file.", show_default=False)],
    host_signature: Annotated[
        Path | None, typer.Option(help="The host's drawn signature, a PNG file.", show_default=False)
    ] = None,
    host_name: Annotated[str, typer.Option(help="Name and title of the host who signs.")] = "",
    host_declined: Annotated[str, typer.Option(help="Why the host does not sign.")] = "",
    yes: Annotated[bool, typer.Option("--yes", help="Sign without asking: both parties have read it.")] = False,
    without_drafts: Annotated[
        bool, typer.Option("--without-drafts", help="Delete answers that were started but not recorded.")
    ] = False,
    store: StoreOption = None,
    passphrase_fd: PassphraseFd = None,
    as_json: JsonOption = False,
) -> None:
    """Print the statement for the host, ask, then close the visit out with both signatures."""
    from eum_app.usecases.visits.close_out import Signed, close_out, close_out_state

    if bool(host_signature) == bool(host_declined):
        raise typer.BadParameter("name the host's signature by --host-signature, or why there is none: --host-declined")
    inspector = Signed("inspector", _drawn(signature), account)
    drawn = _drawn(host_signature) if host_signature else b""
    host = Signed("host", drawn, host_name, host_declined)
    with unlocked(store, account, passphrase_fd) as session:
        state = close_out_state(session, visit)
        if state.visit.closed_at:
            raise Refusal("visit.closed", visit_id=visit)
        if state.open_points:
            raise Refusal("visit.open", count=len(state.open_points))
        say(*state.shown.text.splitlines(), err=as_json)
        left = sum(one.items for one in state.unrecorded)
        if left and not without_drafts:
            subjects = (one.serial or one.question_id for one in state.unrecorded)
            named = ", ".join(one for one in subjects if one)
            words = f"Started, but not recorded: {left}"
            say(f"{words} ({named})." if named else f"{words}.", err=True)
            without_drafts = _agreed("Close out without them, and delete these answers?", "--without-drafts")
        if not yes:
            _agreed("Do both parties sign this statement?", "--yes", is_needed=True)
        closed = close_out(session, visit, [inspector, host], state.shown, without_drafts=without_drafts)
    said = {"visit_id": visit, "head_seq": closed.head.seq, "statement": state.shown.text}
    show(as_json, said, f"Closed out {visit}. Seal the results: eum bundle seal.")


@visit_app.command("reopen")
def reopen_command(
    account: AccountOption,
    visit: Annotated[str, typer.Argument(help="The visit's id.", show_default=False)],
    reason: Annotated[str, typer.Option(help="Why the signed visit has to change.", show_default=False)],
    store: StoreOption = None,
    passphrase_fd: PassphraseFd = None,
    as_json: JsonOption = False,
) -> None:
    """Open a closed visit again. This voids both signatures, and HQ sees it as an amendment."""
    from eum_app.usecases.visits.close_out import reopen_visit

    with unlocked(store, account, passphrase_fd) as session:
        reopen_visit(session, visit, reason)
    show(as_json, {"visit_id": visit}, f"Reopened {visit}: both signatures are void.")


def _drawn(path: Path) -> bytes:
    """Return a drawn signature. Raises Refusal `signature.kind` for a picture that is no PNG, and as `read_photo`."""
    from eum_app.usecases.visits.photos import check_photo, read_photo

    data = read_photo(path)
    if check_photo(data) != "image/png":
        raise Refusal("signature.kind", name=path.name)
    return data


def _agreed(question: str, option: str, *, is_needed: bool = False) -> bool:
    """Ask at the terminal. Raises Abort for a no to a needed question, BadParameter without a terminal."""
    if not sys.stdin.isatty():
        if is_needed:
            raise typer.BadParameter(f"no terminal to ask at: use {option}")
        return False
    if typer.confirm(question, err=True):
        return True
    raise typer.Abort


def _pin(text: str) -> Any:
    from eum_app.domain.facts import ChecklistPin

    checklist_id, at, version = text.partition("@")
    if not at:
        raise typer.BadParameter(f"{text}: expected ID@VERSION")
    return ChecklistPin(checklist_id=checklist_id, version=version)
