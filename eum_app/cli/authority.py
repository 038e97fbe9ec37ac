"""`eum authority`: the root on a stick or another machine, and what HQ does with it.

`create`, `show`, `issue` and `revoke` need the authority's folder and no store. `move`, `request`, `accept`, `state`
and `take-revocations` need a store. The key is opened by its passphrase, or by the custodians' shares: each is typed
where nothing shows it, or read from a file descriptor, one share a line.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from eum_app.cli.common import (
    AccountOption,
    JsonOption,
    PassphraseFd,
    StoreOption,
    another_secret,
    counted,
    show,
    unlocked,
)
from eum_app.cli.streams import say
from eum_app.domain.clock import instant_words, utc_text
from eum_app.domain.errors import Refusal
from eum_app.domain.ids import plain_fingerprint

if TYPE_CHECKING:
    from eum_app.usecases.authority.root import Opener
    from sync.authority_file import Custody

authority_app = typer.Typer(
    help="The authority: its key away from HQ, certificates and revocations of HQs.", no_args_is_help=True
)

Folder = Annotated[Path, typer.Argument(help="Folder of the authority, e.g. on a stick.", show_default=False)]
FileArgument = Annotated[Path, typer.Argument(show_default=False)]
Fingerprint = Annotated[str, typer.Option(help="Fingerprint as the other side reads it to you.")]
AuthorityFd = Annotated[
    int | None,
    typer.Option("--authority-passphrase-fd", help="File descriptor of the authority's passphrase (one line)."),
]
SharesFd = Annotated[
    int | None, typer.Option("--shares-fd", help="File descriptor of the custodians' shares, one a line.")
]
Custodians = Annotated[int, typer.Option(help="Split the key among so many people (2 to 16). Default: a passphrase.")]
Needed = Annotated[int, typer.Option(help="So many of them restore it (at least 2).")]
NEW = "New passphrase of the authority"


@authority_app.command()
def create(
    folder: Folder,
    name: Annotated[str, typer.Option(help="Name of the authority, as it is shown in certificates.")],
    custodians: Custodians = 0,
    needed: Needed = 0,
    suite: Annotated[str, typer.Option(help="hybrid (post-quantum) or p384, as HQ has it.")] = "hybrid",
    authority_passphrase_fd: AuthorityFd = None,
    as_json: JsonOption = False,
) -> None:
    """Make an authority in a folder: on a stick, or on a machine without a network."""
    from eum_app.crypto.suites import Suite
    from eum_app.usecases.authority.root import create_root

    custody = _custody(custodians, needed)
    typed = "" if custody.is_split else another_secret(authority_passphrase_fd, NEW, confirm=True)
    made = create_root(folder, name=name, passphrase=typed, custody=custody, suite=Suite.parse(suite))
    data = {"folder": str(made.folder), "fingerprint": made.fingerprint, "shares": made.shares}
    show(as_json, data, f"Made {name} in {made.folder}. Fingerprint: {made.fingerprint}")
    if not as_json:
        _say_shares(made.shares, needed)


@authority_app.command("show")
def show_command(folder: Folder, as_json: JsonOption = False) -> None:
    """Show an authority's fingerprint and the HQs that it certified. Its key is not opened."""
    from eum_app.usecases.authority.root import view_root

    view = view_root(folder)
    kept = f"{view.custody.needed} of {view.custody.custodians} custodians" if view.custody.is_split else "a passphrase"
    words = [f"{view.name}  {view.fingerprint}  {view.suite}", f"Opened by {kept}. Valid until {_day(view.until)}."]
    words += [
        f"{one.hq}  epoch {one.epoch}  {one.fingerprint}  "
        + (f"revoked {_day(one.revoked_at)}" if one.revoked_at else f"until {_day(one.until)}")
        for one in view.certified
    ]
    show(as_json, view, *words)


@authority_app.command()
def issue(
    folder: Folder,
    request_file: FileArgument,
    answer: FileArgument,
    fingerprint: Fingerprint,
    days: Annotated[int, typer.Option(min=1, max=20 * 365, help="Validity of the certificate.")] = 5 * 365,
    without_former_key: Annotated[
        bool,
        typer.Option(
            "--without-former-key", help="HQ lost its key, so could not sign the request: you know the person."
        ),
    ] = False,
    authority_passphrase_fd: AuthorityFd = None,
    shares_fd: SharesFd = None,
    as_json: JsonOption = False,
) -> None:
    """Certify an HQ's keys, after comparing the fingerprint of its request by voice."""
    from eum_app.usecases.authority.root import issue_to_hq, read_hq_request

    shown = read_hq_request(request_file).short_fingerprint
    if plain_fingerprint(shown) != plain_fingerprint(fingerprint):
        raise Refusal("enrolment.fingerprint", shown=shown, given=fingerprint)
    opener = _opener(folder, authority_passphrase_fd, shares_fd)
    made = issue_to_hq(
        folder,
        request_file,
        answer,
        compared=shown,
        opener=opener,
        without_former_key=without_former_key,
        days=days,
    )
    data = {"hq": made.hq, "epoch": made.epoch, "until": made.until, "answer": str(answer)}
    show(as_json, data, f"Certified {made.hq}, epoch {made.epoch}, until {_day(made.until)}: {answer}")


@authority_app.command()
def revoke(
    folder: Folder,
    hq: Annotated[str, typer.Argument(help="Name of the HQ.", show_default=False)],
    epoch: Annotated[int, typer.Option(min=0, help="Only this certificate of the HQ. Default: all.")] = 0,
    to: Annotated[Path | None, typer.Option(help="Also write the list to this file, to carry it to HQs.")] = None,
    authority_passphrase_fd: AuthorityFd = None,
    shares_fd: SharesFd = None,
    as_json: JsonOption = False,
) -> None:
    """Revoke an HQ's certificates: it can no longer enroll devices or send to them. There is no way back."""
    from eum_app.usecases.authority.root import revoke_hq

    made = revoke_hq(folder, hq, epoch=epoch, opener=_opener(folder, authority_passphrase_fd, shares_fd), to=to)
    show(
        as_json,
        {"hq": hq, "number": made.number, "revoked": len(made.revoked), "path": str(to or folder)},
        f"Revoked {hq}. List {made.number} names {counted(len(made.revoked), 'certificate')}: {to or folder}",
    )


@authority_app.command()
def move(
    folder: Folder,
    account: AccountOption,
    custodians: Custodians = 0,
    needed: Needed = 0,
    finish: Annotated[
        bool, typer.Option("--finish", help="The custodians have their shares: remove the key from the store.")
    ] = False,
    store: StoreOption = None,
    passphrase_fd: PassphraseFd = None,
    authority_passphrase_fd: AuthorityFd = None,
    shares_fd: SharesFd = None,
    as_json: JsonOption = False,
) -> None:
    """At HQ: move the authority's key out of the store. HQ keeps its own certificate and enrolls devices with it.

    With custodians this takes two steps: the first prints the shares, `--finish` asks for them and removes the key.
    """
    from eum_app.usecases.authority.move_out import copy_authority, finish_move, move_authority

    custody = _custody(custodians, needed)
    with unlocked(store, account, passphrase_fd) as session:
        if custody.is_split and not finish:
            copied = copy_authority(session, folder, custody=custody)
            data = {"folder": str(copied.folder), "fingerprint": copied.fingerprint, "shares": copied.shares}
            show(as_json, data | {"is_moved": False}, f"Wrote the authority's key to {copied.folder}.")
            if not as_json:
                _say_shares(copied.shares, needed)
                say("The store still holds the key. Once every share is written down, run this again with --finish.")
            return
        if finish:
            made = finish_move(session, folder, _opener(folder, authority_passphrase_fd, shares_fd))
        else:
            typed = another_secret(authority_passphrase_fd, NEW, confirm=True)
            made = move_authority(session, folder, passphrase=typed)
    show(
        as_json,
        {"folder": str(made.folder), "fingerprint": made.fingerprint, "is_moved": True},
        f"The authority's key is now in {made.folder}, and no longer in the store.",
        "Earlier backups of the store still hold it: make a new backup, then destroy the earlier ones.",
    )


@authority_app.command()
def request(
    to: FileArgument,
    account: AccountOption,
    anew: Annotated[bool, typer.Option("--anew", help="Make new keys and discard an earlier request.")] = False,
    store: StoreOption = None,
    passphrase_fd: PassphraseFd = None,
    as_json: JsonOption = False,
) -> None:
    """At HQ: make new keys, and write the request that the authority certifies."""
    from eum_app.usecases.authority.headquarters import request_certificate

    with unlocked(store, account, passphrase_fd) as session:
        made = request_certificate(session, to, anew=anew)
    show(
        as_json,
        {"path": str(made.path), "fingerprint": made.fingerprint},
        f"Wrote {made.path}. Read this fingerprint to the authority: {made.fingerprint}",
    )


@authority_app.command()
def accept(
    answer: FileArgument,
    root: Annotated[str, typer.Option(help="The authority's fingerprint, as its custodian reads it to you.")],
    account: AccountOption,
    earlier_days: Annotated[int, typer.Option(help="Days for which bundles to the former keys still open.")] = 365,
    store: StoreOption = None,
    passphrase_fd: PassphraseFd = None,
    as_json: JsonOption = False,
) -> None:
    """At HQ: put the new keys into use. Devices learn them with their next bundle from HQ."""
    from eum_app.usecases.authority.headquarters import accept_certificate

    with unlocked(store, account, passphrase_fd) as session:
        made = accept_certificate(session, answer, root, earlier_days=earlier_days)
    words = [f"HQ uses new keys, epoch {made.epoch}, until {_day(made.until)}."]
    if made.earlier_until is not None:
        words.append(f"Bundles sealed to the former keys open until {_day(made.earlier_until)}.")
    if made.devices:
        words.append(f"Seal a bundle for each device: {', '.join(made.devices)}.")
    show(as_json, made, *words)


@authority_app.command("take-revocations")
def take_revocations_command(
    file: FileArgument,
    account: AccountOption,
    store: StoreOption = None,
    passphrase_fd: PassphraseFd = None,
    as_json: JsonOption = False,
) -> None:
    """At HQ or on a device: take the authority's list of revoked HQs. HQ passes it on to its devices."""
    from eum_app.usecases.authority.headquarters import take_revocations

    with unlocked(store, account, passphrase_fd) as session:
        made = take_revocations(session, file)
    show(
        as_json,
        {"number": made.number, "revoked": made.revoked},
        f"Took list {made.number}: {counted(made.revoked, 'certificate')} revoked.",
    )


@authority_app.command()
def state(
    account: AccountOption, store: StoreOption = None, passphrase_fd: PassphraseFd = None, as_json: JsonOption = False
) -> None:
    """At HQ: show where the authority's key is, and how long HQ's certificate is valid."""
    from eum_app.usecases.authority.headquarters import authority_state

    with unlocked(store, account, passphrase_fd) as session:
        found = authority_state(session)
    where = {True: "in this store", False: "not in this store", None: "unknown to this account"}[found.is_here]
    words = [f"Authority {found.root_fingerprint}: its key is {where}."]
    words.append(f"HQ's certificate: epoch {found.epoch}, until {_day(found.until)}.")
    if found.request_fingerprint:
        words.append(f"Open request: {found.request_fingerprint}")
    show(as_json, found, *words)


def _custody(custodians: int, needed: int) -> Custody:
    """Return how to keep the key. Raises as `require_custody`: one option alone is refused."""
    from sync.authority_file import Custody, require_custody

    custody = Custody(needed, custodians)
    require_custody(custody)
    return custody


def _opener(folder: Path, passphrase_fd: int | None, shares_fd: int | None) -> Opener:
    """Read the passphrase, or as many shares as the folder needs. Raises as `read_authority` and `another_secret`."""
    from eum_app.usecases.authority.root import Opener
    from sync.authority_file import read_authority

    _, custody = read_authority(folder)
    if not custody.is_split:
        return Opener(passphrase=another_secret(passphrase_fd, "Passphrase of the authority"))
    if shares_fd is not None:
        return Opener(shares=tuple(_lines(shares_fd)))
    return Opener(shares=tuple(_typed_share(number, custody.needed) for number in range(1, custody.needed + 1)))


def _typed_share(number: int, needed: int) -> str:
    """Ask for one share until its checksum is right; an empty line gives up."""
    from sync.authority_file import is_share

    while True:
        typed = another_secret(None, f"Share {number} of {needed} (33 words, not shown)")
        if not typed or is_share(typed):
            return typed
        say("A word of this share is wrong or missing. Type it again, or press Enter to stop.", err=True)


def _lines(descriptor: int) -> list[str]:
    try:
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            text = file.read(64 * 1024)
    except (OSError, OverflowError, TypeError, ValueError) as error:
        raise typer.BadParameter("not a readable file descriptor", param_hint="--shares-fd") from error
    return [line for line in text.decode(errors="replace").splitlines() if line.strip()]


def _say_shares(shares: tuple[str, ...], needed: int) -> None:
    if not shares:
        return
    say(f"Give each custodian one share on paper; {needed} of {len(shares)} open the key. They are not shown again.")
    for number, share in enumerate(shares, 1):
        words = share.split()
        say(f"Share {number}:", *(f"  {' '.join(words[at : at + 11])}" for at in range(0, len(words), 11)))


def _day(moment: object) -> str:
    from datetime import datetime

    return instant_words(utc_text(moment)) if isinstance(moment, datetime) else ""
