"""`eum store backup` and `eum store restore`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from eum_app.cli.common import AccountOption, JsonOption, PassphraseFd, StoreOption, passphrase, show, unlocked
from eum_app.cli.process import EXIT_TROUBLE
from eum_app.domain.clock import instant_words
from eum_app.domain.stores import StoreKind


def backup_command(
    folder: Annotated[Path, typer.Argument(help="Folder for backups, best on another drive.", show_default=False)],
    account: AccountOption,
    store: StoreOption = None,
    passphrase_fd: PassphraseFd = None,
    as_json: JsonOption = False,
) -> None:
    """Back up the store, even while it is in use: encrypted, as of one moment. Each photo is copied only once.

    Photos that are missing or damaged in the store are named. The backup is then still complete otherwise; the exit
    code is 3.
    """
    from eum_app.usecases.store.back_up import back_up

    with unlocked(store, account, passphrase_fd) as session:
        made = back_up(session, folder, _say_how_far)
    absent = made.manifest.absent
    words = [f"Backed up to {made.path}: {made.size:,} bytes, {made.copied:,} of them new."]
    if absent:
        words.append(f"{len(absent)} OBJECTS ARE MISSING or damaged in the store: {', '.join(absent)}")
    data = {"path": str(made.path), "bytes": made.size, "bytes_copied": made.copied, "absent": absent}
    show(as_json, data, *words)
    if absent:
        raise typer.Exit(EXIT_TROUBLE)


def restore_command(
    backup: Annotated[Path, typer.Argument(help="The backup: its folder with manifest.json.", show_default=False)],
    folder: Annotated[Path, typer.Argument(help="New folder for the store.", show_default=False)],
    account: AccountOption,
    passphrase_fd: PassphraseFd = None,
    without_damaged: Annotated[bool, typer.Option("--without-damaged", help="Leave out damaged photos.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Restore a backup into a new or empty folder, after all of it was read and verified.

    Existing stores are never overwritten. Damaged files that are left out are named; the exit code is still 0.
    """
    from eum_app.usecases.store.back_up import restore

    done = restore(
        backup,
        folder,
        account,
        passphrase(passphrase_fd),
        without_damaged=without_damaged,
        progress=_say_how_far,
    )
    words = [f"Restored {done.manifest.name} as of {instant_words(done.manifest.made_at)}: {folder}"]
    if done.lost:
        words.append(f"Left out because they are damaged: {', '.join(done.lost)}")
    if done.manifest.kind == StoreKind.FIELD:
        words.append("Request a new identity before using it (eum device request --anew): HQ may hold newer records.")
    data = {"store": str(folder), "name": done.manifest.name, "as_of": done.manifest.made_at, "left_out": done.lost}
    show(as_json, data, *words)


def _say_how_far(done: int, total: int) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(f"\r{done / max(total, 1):.0%} of {total:,} bytes ")
        sys.stderr.flush()
