"""Late bundles and revocations: `eum inbox waiting`, `accept-late`, `note-head`, and `eum device revoke-hq`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from eum_app.cli.common import (
    AccountOption,
    JsonOption,
    PassphraseFd,
    StoreOption,
    require_folder,
    show,
    unlocked,
)
from eum_app.cli.exchange import import_outcomes
from eum_app.cli.streams import say
from eum_app.domain.clock import instant_words
from eum_app.domain.errors import Refusal

ReasonOption = Annotated[str, typer.Option(help="How you know, e.g. who saw the device or the paper record, and when.")]


def waiting_command(
    account: AccountOption, store: StoreOption = None, passphrase_fd: PassphraseFd = None, as_json: JsonOption = False
) -> None:
    """At HQ: list late bundles of revoked or replaced devices, and who accepted them so far."""
    from eum_app.usecases.exchange.late_bundles import late_bundles
    from eum_app.wording.messages import sentence

    with unlocked(store, account, passphrase_fd) as session:
        found = late_bundles(session)
    words = []
    for late in found:
        state = "imported" if late.is_imported else "accepted by two" if late.is_admitted else "waiting"
        words.append(f"{late.row.quarantine_id[:12]}  {state}  {late.row.file_name}")
        words.append(f"  {sentence(Refusal(late.row.code, **late.row.details)).what}")
        words += [f"  accepted by {one.actor}, {instant_words(one.at)}: {one.reason}" for one in late.accepted_by]
    data = [
        {
            "id": late.row.quarantine_id,
            "file_name": late.row.file_name,
            "code": late.row.code,
            "origin": late.head.origin,
            "epoch": late.head.epoch,
            "first_seq": int(late.row.details["first_seq"]),
            "last_seq": late.head.seq,
            "head": late.head.hash.hex(),
            "accepted_by": [{"account": one.actor, "at": one.at, "reason": one.reason} for one in late.accepted_by],
            "is_imported": late.is_imported,
            "is_kept": late.row.is_kept,
        }
        for late in found
    ]
    show(as_json, data, *words or ["No late bundles."])


def accept_late_command(
    number: Annotated[
        str, typer.Argument(metavar="ID", help="Its number, as eum inbox waiting shows it.", show_default=False)
    ],
    reason: ReasonOption,
    account: AccountOption,
    receipts: Annotated[Path | None, typer.Option(help="Folder for the signed receipt.")] = None,
    store: StoreOption = None,
    passphrase_fd: PassphraseFd = None,
    as_json: JsonOption = False,
) -> None:
    """At HQ: accept a late bundle, as one of two people. The second acceptance imports it."""
    from eum_app.usecases.exchange.late_bundles import accept_late

    if receipts is not None:
        require_folder(receipts.absolute().parent)
    with unlocked(store, account, passphrase_fd) as session:
        accepted = accept_late(session, number, reason)
        if accepted.path is not None:
            import_outcomes(session, [accepted.path], receipts, as_json=as_json)
            return
    words = "Accepted by two people. Import the file now: no copy of it was kept." if accepted.is_admitted else ""
    show(as_json, {"is_admitted": accepted.is_admitted}, words or "Accepted. A second person has to accept it too.")


def note_head_command(
    device: Annotated[str, typer.Argument(show_default=False)],
    epoch: Annotated[int, typer.Argument(show_default=False)],
    fact: Annotated[int, typer.Argument(help="Number of the newest fact on the record.", show_default=False)],
    head: Annotated[str, typer.Argument(help="Its hash, 96 hexadecimal digits.", show_default=False)],
    paper: Annotated[str, typer.Option(help="Which paper record this is, and where it is kept.")],
    account: AccountOption,
    store: StoreOption = None,
    passphrase_fd: PassphraseFd = None,
    as_json: JsonOption = False,
) -> None:
    """At HQ: note the journal head that a paper record of a device shows.

    If the device is lost and revoked later, this proves that its facts up to there are older.
    """
    from eum_app.usecases.exchange.late_bundles import note_paper_head

    with unlocked(store, account, passphrase_fd) as session:
        note_paper_head(session, device, epoch, fact, head, paper)
    data = {"device": device, "epoch": epoch, "fact": fact}
    show(as_json, data, f"Noted the head of {device}, epoch {epoch}, fact {fact}.")


def revoke_hq_command(
    bundle: Annotated[Path, typer.Argument(help="A bundle that was sealed with the certificate.", show_default=False)],
    reason: Annotated[str, typer.Option(help="Why, e.g. whose key was stolen, and when.")],
    account: AccountOption,
    store: StoreOption = None,
    passphrase_fd: PassphraseFd = None,
) -> None:
    """At HQ: revoke the certificate of an HQ that sealed a bundle. Devices learn it from HQ's next bundle."""
    from eum_app.usecases.exchange.late_bundles import revoke_hq

    with unlocked(store, account, passphrase_fd) as session:
        revoke_hq(session, bundle, reason)
    say("Revoked. Seal a bundle for each device, so that it learns this.")
