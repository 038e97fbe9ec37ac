"""`eum proof`, `eum head`: slips that prove one record to outsiders, and signed heads of HQ's log."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from eum_app.cli.common import AccountOption, JsonOption, PassphraseFd, StoreOption, counted, entries, show, unlocked
from eum_app.cli.process import EXIT_REFUSED
from eum_app.domain.clock import instant_words
from eum_app.domain.errors import Refusal
from eum_app.usecases.session import Session

proof_app = typer.Typer(help="Prove one record to an outsider without showing any other.", no_args_is_help=True)
head_app = typer.Typer(help="Sign, export and witness the head of HQ's log.", no_args_is_help=True)


@proof_app.command("make")
def make_command(
    account: AccountOption,
    output: Annotated[Path, typer.Argument(help="The slip to write (.eumslip).", show_default=False)],
    serial: Annotated[str, typer.Option(help="Prove the last check of the item with this serial number.")] = "",
    item: Annotated[str, typer.Option(help="Prove the last check of this item (its id).")] = "",
    visit: Annotated[str, typer.Option(help="Prove the close-out of this visit (its id).")] = "",
    finding: Annotated[str, typer.Option(help="Prove this finding, or the decision about it (its id).")] = "",
    qr: Annotated[
        Path | None,
        typer.Option(help="Also write a QR symbol (PNG) for readers who hold the head.", show_default=False),
    ] = None,
    head: Annotated[int, typer.Option(min=0, help="Size of the head that the reader holds (0: choose the best).")] = 0,
    store: StoreOption = None,
    passphrase_fd: PassphraseFd = None,
    as_json: JsonOption = False,
) -> None:
    """Write a slip that proves one record: an item's last check, a visit's close-out, or a finding.

    If the record is too long for --qr, the slip is written, the QR symbol is not, and the exit code is 1.
    """
    from eum_app.usecases.proofs.make_slip import Subject, make_slip, save_qr, save_slip
    from eum_app.wording.messages import sentence

    given = [(Subject.ITEM, item or serial), (Subject.VISIT, visit), (Subject.FINDING, finding)]
    chosen = [one for one in given if one[1]]
    if len(chosen) != 1 or (item and serial):
        raise typer.BadParameter("give exactly one of --serial, --item, --visit and --finding")
    ((subject, subject_id),) = chosen
    with unlocked(store, account, passphrase_fd) as session:
        made = make_slip(session, subject, _item_of(session, serial) if serial else subject_id, head)
        save_slip(made.data, output)
        if qr is not None and made.short is not None:
            save_qr(made.short, qr)
    entry = made.slip.entry
    data = {
        "path": output,
        "bytes": len(made.data),
        "qr": qr if made.short else None,
        "qr_bytes": len(made.short) if made.short else None,
        "kind": entry.kind,
        "origin": entry.origin,
        "epoch": entry.epoch,
        "seq": entry.seq,
        "head_size": made.slip.size,
        "head_signed_at": made.signed_at,
        "witnesses": made.witnesses,
        "shows_journal_hash": made.shows_journal_hash,
    }
    words = [
        f"{output}: entry {entry.seq} of {entry.origin}, {counted(len(made.data), 'byte')}",
        f"Head of {entries(made.slip.size)}, signed {instant_words(made.signed_at)}, {witnessed_words(made.witnesses)}",
    ]
    if made.shows_journal_hash:
        words.append(
            "An earlier version closed this visit out, so the record holds a hash of the device's journal. With it, a "
            "reader who has a copy of that journal can confirm that copy."
        )
    if qr is not None and made.short is not None:
        words.append(f"{qr}: QR symbol for readers who hold this head")
    elif qr is not None:
        too_long = sentence(Refusal("slip.too_long"))
        words.append(f"{qr} was not written. {too_long.what} {too_long.next}")
    show(as_json, data, *words)
    if qr is not None and made.short is None:
        raise typer.Exit(EXIT_REFUSED)


def _item_of(session: Session, serial: str) -> str:
    """Return the id of the one item with a serial number. Raises Refusal `item.unknown`, `slip.several_items`."""
    from db.queries.matching import item_ids_of_serial

    found = session.read(item_ids_of_serial, serial)
    if not found:
        raise Refusal("item.unknown", item_id=serial[:40])
    if len(found) > 1:
        raise Refusal("slip.several_items", count=len(found), serial=serial[:40], items=", ".join(found))
    return found[0]


def witnessed_words(names: tuple[str, ...]) -> str:
    """Return who witnessed a head: "witnessed by …", or "unwitnessed" without names."""
    return f"witnessed by {', '.join(names)}" if names else "unwitnessed"


@head_app.command("export")
def export_command(
    account: AccountOption,
    output: Annotated[Path, typer.Argument(help="The .eumhead to write, or .png for QR symbols.", show_default=False)],
    since: Annotated[int, typer.Option(min=0, help="Size of one more earlier head to continue from (0: none).")] = 0,
    size: Annotated[int, typer.Option(min=0, help="Write the head of this size again (0: sign a new one).")] = 0,
    store: StoreOption = None,
    passphrase_fd: PassphraseFd = None,
    as_json: JsonOption = False,
) -> None:
    """Sign the head of HQ's log and write it for a witness or a reader, with proofs that it continues earlier heads."""
    from eum_app.usecases.proofs.log_head import export_head

    with unlocked(store, account, passphrase_fd) as session:
        done = export_head(session, output, since, size)
    sizes = ", ".join(map(str, done.continues)) or "none"
    show(
        as_json,
        {"paths": done.paths, "size": done.size, "continues": done.continues},
        f"{', '.join(map(str, done.paths))}: head of {entries(done.size)}; proved to continue the heads of: {sizes}",
    )


@head_app.command("list")
def list_command(
    account: AccountOption,
    store: StoreOption = None,
    passphrase_fd: PassphraseFd = None,
    as_json: JsonOption = False,
) -> None:
    """List the signed heads of HQ's log with their witnesses, the newest first."""
    from db.queries.log import heads_of
    from eum_app.usecases.proofs.log_head import require_log

    with unlocked(store, account, passphrase_fd) as session:
        rows = session.read(heads_of, require_log(session))
    words = [f"{row.size:>9}  {instant_words(row.signed_at)}  {witnessed_words(row.witnesses)}" for row in rows]
    show(as_json, rows, *(words or ["No head was signed yet: eum head export"]))
