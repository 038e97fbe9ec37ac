"""Paper: `eum labels`, `eum visit worklist`, `eum visit transcribe`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from eum_app.cli.common import (
    AccountOption,
    JsonOption,
    PassphraseFd,
    StoreOption,
    counted,
    sentence_of,
    show,
    unlocked,
)
from eum_app.cli.process import EXIT_REFUSED
from eum_app.cli.work import visit_app
from eum_app.domain.errors import Refusal


def labels_command(
    account: AccountOption,
    output: Annotated[Path, typer.Argument(help="The PDF to write.", show_default=False)],
    serial: Annotated[list[str] | None, typer.Option("--serial", help="A serial number; may be repeated.")] = None,
    site: Annotated[str, typer.Option(help="All items of this site.")] = "",
    sheet: Annotated[str, typer.Option(help="Name of a sheet in assets/reference/label-sheets.json.")] = "letter-30",
    symbol: Annotated[str, typer.Option(help="data_matrix or qr.")] = "data_matrix",
    shelf: Annotated[bool, typer.Option("--shelf", help="Labels for the shelf instead of the item.")] = False,
    start: Annotated[int, typer.Option(help="First free label of the first sheet, counted from 1.")] = 1,
    copies: Annotated[int, typer.Option(help="Labels for each item.")] = 1,
    dpi: Annotated[int, typer.Option(help="Printer resolution in dots per inch; symbols use whole dots.")] = 300,
    store: StoreOption = None,
    passphrase_fd: PassphraseFd = None,
    as_json: JsonOption = False,
) -> None:
    """Print labels for items to a PDF with vector symbols. Each symbol is read back before the file is written."""
    from eum_app.usecases.reporting.label_sheet import print_labels

    if symbol not in ("data_matrix", "qr"):
        raise typer.BadParameter("data_matrix or qr", param_hint="--symbol")
    with unlocked(store, account, passphrase_fd) as session:
        chosen = _items(session, serial or [], site)
        printed = print_labels(
            session,
            chosen,
            output,
            sheet_id=sheet,
            symbol="qr" if symbol == "qr" else "data_matrix",
            kind="shelf" if shelf else "replacement",
            start=start,
            copies=copies,
            dpi=dpi,
        )
    amount = f"{counted(printed.labels, 'label')} on {counted(printed.sheets, 'sheet')}"
    said = f"{amount}, modules of {printed.module_mm:.2f} mm: {printed.path}"
    show(as_json, printed, said)


def _items(session: Any, serials: list[str], site: str) -> list[str]:
    from db.queries.items import all_sites, item_ids_at
    from db.queries.matching import item_ids_of_serial

    found: list[str] = []
    if site:
        site_id = next((row.site_id for row in session.read(all_sites) if row.name == site), None)
        if site_id is None:
            raise Refusal("site.unknown", site_id=site[:40])
        found += session.read(item_ids_at, site_id)
    for serial in serials:
        ids = session.read(item_ids_of_serial, serial)
        if not ids:
            raise Refusal("item.unknown", item_id=serial[:40])
        found += ids
    return list(dict.fromkeys(found))


@visit_app.command("worklist")
def worklist_command(
    account: AccountOption,
    visit: Annotated[str, typer.Argument(help="The visit's id.", show_default=False)],
    output: Annotated[Path, typer.Argument(help="The PDF to write.", show_default=False)],
    place: Annotated[list[str] | None, typer.Option("--place", help="Only this place; may be repeated.")] = None,
    store: StoreOption = None,
    passphrase_fd: PassphraseFd = None,
    as_json: JsonOption = False,
) -> None:
    """Print a visit's items on paper, by place, with boxes to tick and a QR code on each page."""
    from eum_app.usecases.reporting.worklist import print_worklist

    with unlocked(store, account, passphrase_fd) as session:
        printed = print_worklist(session, visit, output, place or None)
    amount = f"{counted(printed.pages, 'page')} with {counted(printed.rows, 'item')}"
    said = f"{amount}: {', '.join(map(str, printed.paths))}"
    show(as_json, printed, said)


@visit_app.command("transcribe")
def transcribe_command(
    account: AccountOption,
    visit: Annotated[str, typer.Argument(help="The visit's id.", show_default=False)],
    filled: Annotated[Path, typer.Argument(help="The filled worklist: CSV, .xlsx or JSON.", show_default=False)],
    store: StoreOption = None,
    passphrase_fd: PassphraseFd = None,
    as_json: JsonOption = False,
) -> None:
    """Record a filled worklist: who saw what and when, typed by you. Either all lines are recorded, or none.

    The exit code is 1 if a line was refused. Columns: page, saw, seen_at (with offset), row or serial, outcome, reason
    (code of the form), read and read_again (the serial read on the item, typed twice), note, grade (A to D; empty: A),
    saw_for and saw_how (needed below A).
    """
    from eum_app.usecases.visits.transcribe_file import transcribe_file
    from eum_app.wording.list_words import list_note

    with unlocked(store, account, passphrase_fd) as session:
        done = transcribe_file(session, visit, filled)
    refused = [
        {"line": one.line, "code": one.refusal.code, "words": sentence_of(one.refusal.code, one.refusal.values)}
        for one in done.refused
    ]
    said = (
        ["Nothing was recorded.", *(f"line {one['line']}: {one['words']}" for one in refused)]
        if refused
        else [f"{counted(done.checks, 'check')} recorded from {counted(len(done.pages), 'page')}."]
    )
    notes = [list_note(note.code, note.values) for note in done.notes]
    data = {"checks": done.checks, "pages": done.pages, "refused": refused, "notes": notes}
    show(as_json, data, *notes, *said)
    if refused:
        raise typer.Exit(EXIT_REFUSED)
