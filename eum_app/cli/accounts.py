"""`eum store …`: accounts, passphrases, recovery codes, escrow, a new data key, erasing.

Passphrases and codes come from a file descriptor or the terminal, your own passphrase also from the environment; none
of them is an argument. If a command needs two people, each of them types their own.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from eum_app.cli.common import (
    AccountOption,
    JsonOption,
    PassphraseFd,
    StoreOption,
    another_secret,
    echo_codes,
    notice_accepted,
    passphrase,
    show,
    store_folder,
    unlocked,
)
from eum_app.cli.streams import say
from eum_app.domain.stores import SessionEnd

accounts_app = typer.Typer()

Code = Annotated[str, typer.Argument(help="Code of the account.", show_default=False)]
NewPassphraseFd = Annotated[int | None, typer.Option(help="File descriptor of the new passphrase (one line).")]
NEW = "New passphrase"


@accounts_app.command("add-account")
def add_account_command(
    new_account: Code,
    role: Annotated[str, typer.Option(help="inspector, reviewer, auditor or administrator.")],
    account: AccountOption,
    program: Annotated[list[str] | None, typer.Option(help="Only this program; may be repeated.")] = None,
    country: Annotated[list[str] | None, typer.Option(help="Only this country; may be repeated.")] = None,
    store: StoreOption = None,
    passphrase_fd: PassphraseFd = None,
    new_passphrase_fd: NewPassphraseFd = None,
) -> None:
    """Give another person an account (administrators)."""
    from eum_app.domain.people import Scope
    from eum_app.usecases.people.accounts import add_account

    scope = Scope(tuple(program or ()), tuple(country or ()))
    with unlocked(store, account, passphrase_fd) as session:
        chosen = another_secret(new_passphrase_fd, f"Passphrase of {new_account}", confirm=True)
        add_account(session, account=new_account, role=role, passphrase=chosen, scope=scope)
    say(f"Added {new_account} ({role}).")


@accounts_app.command("link-account")
def link_account_command(
    linked_account: Code,
    device: Annotated[str, typer.Argument(help="The device.", show_default=False)],
    device_account: Annotated[str, typer.Argument(help="Code of the account there.", show_default=False)],
    account: AccountOption,
    store: StoreOption = None,
    passphrase_fd: PassphraseFd = None,
) -> None:
    """At HQ: state that an account here and one on a device belong to one person (administrators).

    That person then decides no finding about checks made with the device's account.
    """
    from eum_app.usecases.people.links import link_account

    with unlocked(store, account, passphrase_fd) as session:
        link_account(session, linked_account, device, device_account)
    say(f"{linked_account} and {device_account} on {device} are one person.")


@accounts_app.command("accounts")
def accounts_command(
    account: AccountOption, store: StoreOption = None, passphrase_fd: PassphraseFd = None, as_json: JsonOption = False
) -> None:
    """List the accounts of this store: role, locked or not, recovery codes left."""
    from eum_app.usecases.people.accounts import list_accounts

    with unlocked(store, account, passphrase_fd) as session:
        rows = list_accounts(session)
    words = [
        f"{row.account}  {row.role}  {row.state}  recovery codes left: {row.codes_left}"
        + (f"  {', '.join((*row.scope.programs, *row.scope.countries))} only" if row.scope.is_bounded else "")
        for row in rows
    ]
    data = [
        {
            "account": row.account,
            "role": row.role,
            "state": row.state,
            "recovery_codes_left": row.codes_left,
            "failed_attempts": row.failed,
            "programs": row.scope.programs,
            "countries": row.scope.countries,
        }
        for row in rows
    ]
    show(as_json, data, *words)


@accounts_app.command("passphrase")
def passphrase_command(
    account: AccountOption,
    store: StoreOption = None,
    passphrase_fd: PassphraseFd = None,
    old_passphrase_fd: Annotated[
        int | None, typer.Option(help="File descriptor of the old passphrase, to confirm it.")
    ] = None,
    new_passphrase_fd: NewPassphraseFd = None,
) -> None:
    """Change your own passphrase. The data key and your recovery codes stay the same."""
    from eum_app.usecases.people.accounts import change_passphrase

    with unlocked(store, account, passphrase_fd) as session:
        old = another_secret(old_passphrase_fd, "Old passphrase, again")
        change_passphrase(session, old, another_secret(new_passphrase_fd, NEW, confirm=True))
    say("The passphrase is changed.")


@accounts_app.command("reset-passphrase")
def reset_command(
    other: Code,
    account: AccountOption,
    store: StoreOption = None,
    passphrase_fd: PassphraseFd = None,
    new_passphrase_fd: NewPassphraseFd = None,
) -> None:
    """Give an account a new passphrase and new keys when the old passphrase is forgotten (administrators)."""
    from eum_app.usecases.people.accounts import reset_passphrase

    with unlocked(store, account, passphrase_fd) as session:
        reset_passphrase(session, other, another_secret(new_passphrase_fd, f"Passphrase of {other}", confirm=True))
    say(f"{other} has a new passphrase and no recovery codes.")


@accounts_app.command("unlock")
def unlock_command(
    other: Code, account: AccountOption, store: StoreOption = None, passphrase_fd: PassphraseFd = None
) -> None:
    """Let a locked account try again (administrators)."""
    from eum_app.usecases.people.accounts import unlock_account

    with unlocked(store, account, passphrase_fd) as session:
        unlock_account(session, other)
    say(f"{other} may try again.")


@accounts_app.command("remove-account")
def remove_command(
    other: Code, account: AccountOption, store: StoreOption = None, passphrase_fd: PassphraseFd = None
) -> None:
    """Remove an account's access and change the data key; its records stay (administrators).

    No other window or command may have the store open, or the data key stays and the exit code is 1.
    """
    from eum_app.usecases.people.accounts import remove_account

    with unlocked(store, account, passphrase_fd) as session:
        remove_account(session, other)
    say(f"{other} can no longer open this store. It has a new key; earlier backups still open with the old one.")


@accounts_app.command("recovery-codes")
def recovery_codes_command(
    account: AccountOption, store: StoreOption = None, passphrase_fd: PassphraseFd = None
) -> None:
    """Make ten new single-use recovery codes for your own account. The old ones stop working."""
    from eum_app.usecases.people.recovery import make_recovery_codes

    with unlocked(store, account, passphrase_fd) as session:
        made = make_recovery_codes(session)
    echo_codes(made.account, made.codes)


@accounts_app.command("recover")
def recover_command(
    account: AccountOption,
    store: StoreOption = None,
    code_fd: Annotated[int | None, typer.Option(help="File descriptor of the recovery code (one line).")] = None,
    new_passphrase_fd: NewPassphraseFd = None,
) -> None:
    """Open a locked store with a recovery code, and set a new passphrase."""
    from eum_app.usecases.people.recovery import open_with_recovery_code

    code = another_secret(code_fd, "Recovery code")
    chosen = another_secret(new_passphrase_fd, NEW, confirm=True)
    folder = store_folder(store)
    accepted_at = notice_accepted(folder)
    open_with_recovery_code(folder, account, code, chosen, notice_accepted_at=accepted_at).close(SessionEnd.COMMAND)
    say("The new passphrase is set. The recovery code cannot be used again.")


@accounts_app.command("read-out-code")
def read_out_command(
    device: Annotated[str, typer.Argument(help="Name of the device.", show_default=False)],
    other: Code,
    account: AccountOption,
    store: StoreOption = None,
    passphrase_fd: PassphraseFd = None,
    as_json: JsonOption = False,
) -> None:
    """At HQ: show the next recovery code of a device's account, to read out to its holder (administrators)."""
    from eum_app.usecases.people.recovery import read_out_recovery_code

    with unlocked(store, account, passphrase_fd) as session:
        found = read_out_recovery_code(session, device, other)
    show(
        as_json,
        {"device": device, "account": other, "number": found.number, "code": found.code, "left": found.left},
        found.code,
        f"Number {found.number} of {other} on {device}; {found.left} left. This is recorded.",
    )


@accounts_app.command("escrow-open")
def escrow_command(
    device_store: Annotated[Path, typer.Argument(help="Folder of the device's store.", show_default=False)],
    other: Code,
    witness: Annotated[str, typer.Option(help="Code of the second person, an account of this HQ.")],
    account: AccountOption,
    store: StoreOption = None,
    passphrase_fd: PassphraseFd = None,
    witness_fd: Annotated[int | None, typer.Option(help="File descriptor of the witness's passphrase.")] = None,
    new_passphrase_fd: NewPassphraseFd = None,
) -> None:
    """At HQ, with a witness: open a device's store with HQ's recovery key, and set an account's passphrase."""
    from eum_app.usecases.store.escrow import open_by_escrow

    with unlocked(store, account, passphrase_fd) as session:
        seen_by = another_secret(witness_fd, f"Passphrase of {witness}")
        chosen = another_secret(new_passphrase_fd, f"New passphrase of {other}", confirm=True)
        open_by_escrow(
            session,
            device_store,
            other,
            chosen,
            witness=witness,
            witness_passphrase=seen_by,
            notice_accepted_at=notice_accepted(device_store),
        ).close(SessionEnd.COMMAND)
    say(f"{other} can open the device's store with the new passphrase. This is recorded in both journals.")


@accounts_app.command("rotate-key")
def rotate_command(
    reason: Annotated[str, typer.Option(help="Why; it is recorded.")],
    account: AccountOption,
    store: StoreOption = None,
    passphrase_fd: PassphraseFd = None,
) -> None:
    """Encrypt the whole store with a new data key (administrators). No other window or command may have it open."""
    from eum_app.usecases.store.rotate_key import rotate_data_key

    with unlocked(store, account, passphrase_fd) as session:
        rotate_data_key(session, reason)
    say("The store has a new key. Earlier backups still open with the old one.")


@accounts_app.command("erase-after")
def erase_after_command(
    failures: Annotated[int, typer.Argument(help="Failed tries in a row; 0 means never.", show_default=False)],
    account: AccountOption,
    store: StoreOption = None,
    passphrase_fd: PassphraseFd = None,
) -> None:
    """Destroy the keys of this store automatically after this many failed tries (administrators). Off by default."""
    from eum_app.usecases.store.erase import set_erase_after

    with unlocked(store, account, passphrase_fd) as session:
        set_erase_after(session, failures)
    say(f"The keys are destroyed after {failures} failed tries." if failures else "Automatic erasing is off.")


@accounts_app.command("erase")
def erase_command(
    account: AccountOption,
    confirm: Annotated[str, typer.Option(help="The store's name. Without it, only list what would be lost.")] = "",
    store: StoreOption = None,
    passphrase_fd: PassphraseFd = None,
) -> None:
    """Destroy the keys of this store permanently (administrators)."""
    from eum_app.usecases.store.erase import erase_store, what_is_lost
    from eum_app.usecases.store.open_store import open_store

    folder = store_folder(store)
    session = open_store(folder, account, passphrase(passphrase_fd), notice_accepted_at=notice_accepted(folder))
    try:
        lost = what_is_lost(session)
        if lost.is_hq:
            say(f"{lost.store} is an HQ: everything that is not in a backup will be lost.")
        else:
            say(f"HQ has no receipt for {lost.outstanding.facts} facts of {lost.store}.")
        if confirm:
            erase_store(session, confirm)
            say(f"{lost.store} is erased. A solid-state drive may keep old cells for a time.")
    finally:
        session.drop_keys()
    if not confirm:
        say(f"Nothing is erased. To do it: --confirm {lost.store}")
