"""`eum store`: create, check, rebuild, notices. Accounts are in `cli.accounts`, backup and restore in `cli.backup`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from eum_app.cli.accounts import accounts_app
from eum_app.cli.backup import backup_command, restore_command
from eum_app.cli.common import (
    AccountOption,
    DatabaseUrlFd,
    JsonOption,
    PassphraseFd,
    StoreOption,
    counted,
    database_url,
    notice_accepted,
    passphrase,
    show,
    store_folder,
    unlocked,
    unlocked_by,
)
from eum_app.cli.process import EXIT_REFUSED
from eum_app.cli.streams import say
from eum_app.domain.stores import SessionEnd, StoreKind

store_app = typer.Typer(help="The encrypted store of this machine.", no_args_is_help=True)
store_app.add_typer(accounts_app)
store_app.command("backup")(backup_command)
store_app.command("restore")(restore_command)


@store_app.command()
def create(
    kind: Annotated[str, typer.Option(help="hq or field.")],
    name: Annotated[str, typer.Option(help="Name of the device or workstation, e.g. FLD-0042.")],
    account: AccountOption,
    role: Annotated[str, typer.Option(help="inspector, reviewer, auditor or administrator.")],
    store: StoreOption = None,
    suite: Annotated[str, typer.Option(help="hybrid (post-quantum) or p384.")] = "hybrid",
    passphrase_fd: PassphraseFd = None,
    database_url_fd: DatabaseUrlFd = None,
    as_json: JsonOption = False,
) -> None:
    """Create a store with its first account. An HQ store may keep its database on a PostgreSQL server."""
    from eum_app.crypto.suites import Suite
    from eum_app.usecases.store.open_store import create_store

    session = create_store(
        store_folder(store),
        kind=kind,
        name=name,
        account=account,
        role=role,
        passphrase=passphrase(passphrase_fd, prompt="New passphrase: ", confirm=True),
        suite=Suite.parse(suite),
        database_url=database_url(database_url_fd) if kind == StoreKind.HQ or database_url_fd is not None else None,
    )
    folder = session.store.folder
    store_id = session.store.named.store_id
    session.close(SessionEnd.CREATED)
    show(as_json, {"store": str(folder), "store_id": store_id, "name": name, "kind": kind}, f"Created {name}: {folder}")


@store_app.command("database-url")
def database_url_command(
    account: AccountOption,
    store: StoreOption = None,
    passphrase_fd: PassphraseFd = None,
    database_url_fd: DatabaseUrlFd = None,
) -> None:
    """Record a new address for the database of an HQ store: a new password or a new server."""
    from eum_app.usecases.store.open_store import change_database_url

    url = database_url(database_url_fd)
    if url is None:
        raise typer.BadParameter("use --database-url-fd or EUM_DATABASE_URL")
    change_database_url(store_folder(store), account, passphrase(passphrase_fd), url)
    say("The database answers at the new address, which is now saved.")


@store_app.command()
def check(
    account: AccountOption, store: StoreOption = None, passphrase_fd: PassphraseFd = None, as_json: JsonOption = False
) -> None:
    """Check every page, journal entry, signature and photo: is anything altered, missing, or damaged by the disk?

    The exit code is 1 if something is.
    """
    from eum_app.cli.examined import examined, examined_words

    found = examined(store, account, passphrase_fd)
    data, words = examined_words(found)
    show(as_json, data, *words)
    if not found.is_whole:
        raise typer.Exit(EXIT_REFUSED)


@store_app.command()
def rebuild(
    account: AccountOption,
    backup: Annotated[
        list[Path] | None,
        typer.Option("--backup", help="Also take lost entries from this backup (a folder with manifest.json)."),
    ] = None,
    store: StoreOption = None,
    passphrase_fd: PassphraseFd = None,
    as_json: JsonOption = False,
) -> None:
    """Rebuild the read tables from the journals. If the disk damaged the database, recover what is whole first.

    Of a damaged database every entry on a whole page is recovered, and every other is named. The damaged file is kept.
    """
    from eum_app.cli.recovered import recovered_words
    from eum_app.usecases.store.open_store import rebuild_store
    from eum_app.usecases.store.recover_store import is_damaged, recover_store

    folder = store_folder(store)
    accepted_at = notice_accepted(folder)
    typed = passphrase(passphrase_fd)
    if is_damaged(folder, account, typed):
        found = recover_store(folder, account, typed, backup or ())
        data, words = recovered_words(found)
        show(as_json, data, *words)
        if not found.is_complete:
            raise typer.Exit(EXIT_REFUSED)
        return
    with unlocked_by(folder, account, typed, accepted_at) as session:
        applied = rebuild_store(session)
    show(as_json, {"facts_applied": applied}, f"Rebuilt from {counted(applied, 'fact')}.")


@store_app.command("grant-roles")
def grant_roles_command(
    account: AccountOption,
    writer: Annotated[str, typer.Option(help="Role for everyday work; cannot change journals.")] = "",
    intake: Annotated[str, typer.Option(help="Role for processes that import bundles.")] = "",
    auditor: Annotated[str, typer.Option(help="Role with read access only.")] = "",
    store: StoreOption = None,
    passphrase_fd: PassphraseFd = None,
) -> None:
    """On PostgreSQL, as the owner of the database: grant its roles the rights that they need, and no more."""
    from eum_app.usecases.store.grant_roles import grant_roles

    with unlocked(store, account, passphrase_fd) as session:
        grant_roles(session, writer=writer, intake=intake, auditor=auditor)
    say("Granted. Set the address with the right role on each machine: eum store database-url.")


@store_app.command()
def renew(
    account: AccountOption, store: StoreOption = None, passphrase_fd: PassphraseFd = None, as_json: JsonOption = False
) -> None:
    """Start a new journal at HQ after its store was copied, or restored to an earlier state."""
    from eum_app.usecases.store.renew_journal import renew_journal

    with unlocked(store, account, passphrase_fd) as session:
        epoch = renew_journal(session)
    show(as_json, {"epoch": epoch}, f"A new journal was started (epoch {epoch}). Seal a bundle for each device.")


@store_app.command()
def notice(
    account: AccountOption,
    text_file: Annotated[Path, typer.Option(help="Text file (UTF-8) with the notice.")],
    required: Annotated[
        bool, typer.Option("--required", help="The store does not open until the notice is accepted.")
    ] = False,
    store: StoreOption = None,
    passphrase_fd: PassphraseFd = None,
) -> None:
    """Set the notice that is shown before this store is opened (administrators)."""
    from eum_app.usecases.people.notice import set_notice

    try:
        text = text_file.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise typer.BadParameter("not a readable text file", param_hint="--text-file") from error
    with unlocked(store, account, passphrase_fd) as session:
        set_notice(session, text, is_required=required)
    say("Set: shown the next time that the store is opened." + (" It must be accepted." if required else ""))
