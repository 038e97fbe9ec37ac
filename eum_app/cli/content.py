"""`eum content`: withhold content by order of two people."""

from __future__ import annotations

from typing import Annotated

import typer

from eum_app.cli.common import AccountOption, JsonOption, PassphraseFd, StoreOption, show, unlocked
from eum_app.cli.streams import say

content_app = typer.Typer(help="Content withheld by order of two people.", no_args_is_help=True)


@content_app.command("withhold")
def withhold_command(
    object_id: Annotated[str, typer.Argument(help="The content's number, as a visit record lists it.")],
    reason: Annotated[str, typer.Option(help="By whose order, and why.")],
    account: AccountOption,
    store: StoreOption = None,
    passphrase_fd: PassphraseFd = None,
    as_json: JsonOption = False,
) -> None:
    """Ask to withhold content; a second person must confirm."""
    from eum_app.usecases.review.withhold import ask_to_withhold

    with unlocked(store, account, passphrase_fd) as session:
        asked = ask_to_withhold(session, object_id, reason)
    show(as_json, {"request_id": asked.request_id}, f"Requested: {asked.request_id}. Another person must confirm.")


@content_app.command("confirm")
def confirm_command(
    request_id: Annotated[str, typer.Argument(help="The request's number.")],
    account: AccountOption,
    store: StoreOption = None,
    passphrase_fd: PassphraseFd = None,
) -> None:
    """Confirm another person's request: the content's key is destroyed. This cannot be undone."""
    from eum_app.usecases.review.withhold import confirm_withholding

    with unlocked(store, account, passphrase_fd) as session:
        confirm_withholding(session, request_id)
    say("Withheld. The device that recorded it learns this from its next bundle.")


@content_app.command("list")
def list_command(
    account: AccountOption, store: StoreOption = None, passphrase_fd: PassphraseFd = None, as_json: JsonOption = False
) -> None:
    """List requests that are not confirmed yet."""
    from db.queries.content import withholdings_open

    with unlocked(store, account, passphrase_fd) as session:
        rows = session.read(withholdings_open)
    words = [f"{row.request_id}  {row.object_id[:12]}…  {row.asked_by}  {row.reason}" for row in rows]
    show(as_json, rows, *words or ["No open requests."])
