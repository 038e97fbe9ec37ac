"""`eum inventory`: lists of items, and claims by others about them."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import typer

from db.files import is_folder, is_there
from eum_app.cli.common import JsonOption, PassphraseFd, StoreOption, counted, show, unlocked
from eum_app.domain.claims import ClaimKind
from eum_app.domain.errors import Refusal
from eum_app.domain.unreadable import UNREADABLE

if TYPE_CHECKING:
    from eum_app.domain.claims import ClaimRow
    from eum_app.domain.inventory_rows import InventoryRow
    from eum_app.list_files.list_file import ListPreview, PlateSays, Profile
    from eum_app.usecases.session import Session

MAX_PROFILE_BYTES = 1_000_000
MAX_LINES_NAMED = 10

inventory_app = typer.Typer(help="The inventory of items.", no_args_is_help=True)


class ListKind(StrEnum):
    """Kind of list: the inventory itself, or claims by others."""

    INVENTORY = "inventory"
    PARTNER_REPORT = "partner-report"
    SHIPPER_LIST = "shipper-list"


@inventory_app.callback()
def _several_commands() -> None:
    """Keep `import` as a subcommand: typer runs a group with a single command as that command."""


@inventory_app.command("import")
def import_command(
    file: Annotated[Path, typer.Argument(help="A list: CSV or .xlsx.", show_default=False)],
    account: Annotated[str, typer.Option("--account", envvar="EUM_ACCOUNT", help="Account code.")] = "",
    store: StoreOption = None,
    passphrase_fd: PassphraseFd = None,
    kind: Annotated[
        ListKind, typer.Option("--as", help="Kind of list. Partners' and shippers' lists are kept as claims.")
    ] = ListKind.INVENTORY,
    profile: Annotated[
        str,
        typer.Option(help="How to read the list: a profile file (JSON), or the name of a profile in the store."),
    ] = "",
    save_profile: Annotated[
        str, typer.Option(help="Save the profile under this name (a dry run saves only the profile).")
    ] = "",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would happen to each row; import nothing.")
    ] = False,
    update: Annotated[
        bool,
        typer.Option("--update", help="Update known items with the list's values; empty cells change nothing."),
    ] = False,
    plate_says: Annotated[
        list[str] | None,
        typer.Option(
            "--plate-says",
            help="Line, or column (serial, part_number, cage, nsn, uii, rsn), that only looks damaged; repeatable.",
        ),
    ] = None,
    reason: Annotated[str, typer.Option(help="How you know what is on the plate; it is recorded.")] = "",
    rejected: Annotated[
        Path | None, typer.Option(help="Write the rejected rows to this file, to correct them.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Import a list. Rejected rows are listed with line and reason; the exit code is still 0."""
    from eum_app.list_files.list_file import write_rejected_csv
    from eum_app.usecases.lists import list_profiles

    list_kind = kind.value.replace("-", "_")
    needs_store = not dry_run or update or bool(save_profile) or _is_saved(profile)
    with _session(store, account, passphrase_fd) if needs_store else contextlib.nullcontext() as session:
        preview = _preview(kind, file, _profile(session, profile), _plate(plate_says or [], reason))
        data = _told(preview, kind, dry_run=dry_run)
        if session is not None and kind is ListKind.INVENTORY:
            data |= _beside_the_book(session, preview)
        words = [f"{counted(preview.rows, 'row')}: {len(preview.accepted)} accepted, {len(preview.rejected)} rejected."]
        words += [f"  {line}" for line in data["words"]]
        if rejected is not None:
            write_rejected_csv(preview, rejected)
        if session is not None and save_profile:
            list_profiles.save_profile(session, save_profile, list_kind, preview.profile, preview.headings)
            words.append(f"Saved the profile {save_profile}.")
        if session is not None and not dry_run:
            counts, said = _imported(session, preview, kind, update=update)
            data |= counts
            words.append(said)
    show(as_json, data, *words)


def _plate(said: Sequence[str], reason: str) -> PlateSays | None:
    from eum_app.list_files.list_file import PlateSays

    if not said:
        return None
    lines = frozenset(int(one) for one in said if one.isdecimal())
    return PlateSays(reason, frozenset(one for one in said if not one.isdecimal()), lines)


def _beside_the_book(session: Session, preview: ListPreview[InventoryRow]) -> dict[str, Any]:
    """Return the values in which rows differ from the items in the inventory, by line, and the same as sentences."""
    from eum_app.usecases.lists.preview_list import beside_the_book
    from eum_app.wording.list_words import what_differs

    found = beside_the_book(session, preview).differences
    words = [f"line {line}: {'; '.join(map(what_differs, changed))}" for line, changed in found.items()]
    return {"differs": {str(line): changed for line, changed in found.items()}, "words": [*_words(preview), *words]}


def _preview(kind: ListKind, file: Path, profile: Profile | None, plate: PlateSays | None) -> ListPreview[Any]:
    from eum_app.list_files.claims_file import read_claims
    from eum_app.list_files.inventory_file import read_inventory

    if kind is ListKind.INVENTORY:
        return read_inventory(file, profile, plate=plate)
    if plate is not None:
        raise Refusal("list.stated_claims")
    return read_claims(file, profile)


def _imported(
    session: Session, preview: ListPreview[Any], kind: ListKind, *, update: bool
) -> tuple[dict[str, Any], str]:
    from eum_app.usecases.lists.import_claims import import_claims
    from eum_app.usecases.lists.import_inventory import import_inventory

    if kind is ListKind.INVENTORY:
        result = import_inventory(session, preview, take_changes=update)
        counts = {
            "import_id": result.import_id,
            "listed": result.accepted,
            "already_held": result.already_held,
            "changed": result.changed,
            "still_gone": result.still_gone,
        }
        said = (
            f"Listed {result.accepted}, already in the inventory {result.already_held}, "
            f"of these changed {result.changed}."
        )
        if result.still_gone:
            said += f" {counted(result.still_gone, 'item')} recorded as gone, although the list says otherwise."
        return counts, said
    kept = import_claims(session, preview, ClaimKind(kind.replace("-", "_")))
    names = ("import_id", "claims", "matched", "unmatched", "ambiguous")
    said = (
        f"Kept {counted(kept.claims, 'claim')}: {kept.matched} about items in the inventory, "
        f"{kept.unmatched} about none, {kept.ambiguous} not clear."
    )
    return {name: getattr(kept, name) for name in names}, said


def _told(preview: ListPreview[Any], kind: ListKind, *, dry_run: bool) -> dict[str, Any]:
    """Return the contents of a list as JSON data. Only a dry run adds the values of each accepted row, by line."""
    how = preview.profile
    profile = {"encoding": how.encoding, "delimiter": how.delimiter, "date_order": how.date_order}
    data: dict[str, Any] = {
        "file": preview.source_name,
        "sha384": preview.sha384,
        "as": kind.value,
        "profile": profile | ({"sheet": how.sheet} if how.sheet else {}),
        "columns": how.columns,
        "rows": preview.rows,
        "accepted": len(preview.accepted),
        "rejected": {str(row.line): list(row.codes) for row in preview.rejected},
        "warnings": _by_line([(warning.line, warning.code) for warning in preview.warnings]),
        "notes": [{"code": note.code, **note.values} for note in preview.notes],
        "words": _words(preview),
        "dry_run": dry_run,
    }
    if dry_run:
        values = _item_values if kind is ListKind.INVENTORY else _claim_values
        data["values"] = {str(row.line): values(row) for row in preview.accepted}
        data["identity"] = {str(row.line): _identity(row) for row in preview.accepted}
    return data


def _words(preview: ListPreview[Any]) -> list[str]:
    """Return notes, rejected rows and doubts as sentences."""
    from eum_app.wording.list_words import doubts_with_lines, list_note, why_refused

    said = [list_note(note.code, note.values) for note in preview.notes]
    for row in preview.rejected:
        said.append(f"line {row.line}: {'; '.join(why_refused(code, row.values) for code in row.codes)}")
    for doubt, found in doubts_with_lines(preview.warnings):
        named = ", ".join(map(str, found[:MAX_LINES_NAMED])) + (", …" if len(found) > MAX_LINES_NAMED else "")
        said.append(f"doubtful: {doubt} ({len(found)}: line {named})")
    return said


def _item_values(row: InventoryRow) -> dict[str, Any]:
    """Return the values that lists write in many ways, in the form in which they are kept."""
    names = ("serial", "nsn", "delivery_date", "eum_level")
    return {name: getattr(row, name) for name in names}


def _identity(row: InventoryRow | ClaimRow) -> dict[str, str]:
    """Return the values that identify an item, in the form in which they are kept."""
    names = ("case_id", "rsn", "part_number", "cage", "nsn", "serial", "uii", "site", "location")
    return {name: getattr(row, name) for name in names if hasattr(row, name)}


def _claim_values(row: ClaimRow) -> dict[str, Any]:
    names = ("serial", "nomenclature", "unit", "state", "disposition", "as_of")
    return {name: getattr(row, name) for name in names}


def _is_saved(profile: str) -> bool:
    """Return whether `profile` is the name of a saved profile. An existing file with that path takes precedence."""
    path = Path(profile)
    return bool(profile) and path.suffix != ".json" and (not is_there(path) or is_folder(path))


def _profile(session: Session | None, given: str) -> Profile | None:
    from db.queries.claims import saved_profile
    from eum_app.list_files.list_file import Profile
    from eum_app.list_files.plain_file import read_plain
    from eum_app.usecases.lists.list_profiles import profile_of

    if not given:
        return None
    if session is not None and _is_saved(given):
        return profile_of(session.read(saved_profile, given))
    if not is_there(Path(given)):
        raise Refusal("file.missing", name=Path(given).name)
    try:
        return msgspec.json.decode(read_plain(Path(given), MAX_PROFILE_BYTES), type=Profile)
    except UNREADABLE as error:
        raise Refusal("inventory.profile", field="", value=str(error)[:200]) from error


@contextlib.contextmanager
def _session(store: Path | None, account: str, passphrase_fd: int | None) -> Iterator[Session]:
    if not account:
        raise typer.BadParameter("needed unless --dry-run", param_hint="--account")
    with unlocked(store, account, passphrase_fd) as session:
        yield session


def _by_line(pairs: Sequence[tuple[int, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line, code in pairs:
        found.setdefault(str(line), []).append(code)
    return found
