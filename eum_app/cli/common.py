"""Shared by the commands: options, reading passphrases, printing results."""

from __future__ import annotations

import contextlib
import getpass
import json
import os
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, cast

import msgspec
import typer
from platformdirs import user_data_path

from db.files import is_folder, own_folder
from eum_app import diagnostics
from eum_app.cli.process import secret
from eum_app.cli.streams import holds, say
from eum_app.domain.errors import Refusal, Trouble
from eum_app.domain.file_names import shown_name
from eum_app.domain.stores import SessionEnd
from eum_app.usecases.session import Session
from eum_app.usecases.store.instance import lost_entries, lost_for_devices

MAX_PASSPHRASE_BYTES = 4096
_BEYOND_ASCII = re.compile(r"[^ -~]")


def _one_store(context: typer.Context, given: Path | None) -> Path | None:
    """Return the store's folder, named before the command (`eum --store A visit list`) or after it.

    Raises BadParameter where both places name one, and not the same. The environment names it only if neither does.
    """
    before = next((found for outer in _outer(context) if (found := _typed_store(outer))), None)
    after = given if _is_typed(context) else None
    if before and after and before != after:
        raise typer.BadParameter(f"two stores are named: {before} and {after}")
    return before or given


def _outer(context: typer.Context) -> Iterator[typer.Context]:
    while context.parent is not None:
        context = cast(typer.Context, context.parent)
        yield context


def _typed_store(context: typer.Context) -> Path | None:
    return cast(Path, context.params["store"]) if _is_typed(context) else None


def _is_typed(context: typer.Context) -> bool:
    source = context.get_parameter_source("store")  # typer brings its own copy of click, so compare by name
    return source is not None and source.name == "COMMANDLINE"


StoreOption = Annotated[
    Path | None,
    typer.Option("--store", envvar="EUM_STORE", help="Folder of the store.", show_default=False, callback=_one_store),
]
AccountOption = Annotated[str, typer.Option("--account", envvar="EUM_ACCOUNT", help="Account code, e.g. INS-017.")]
PassphraseFd = Annotated[
    int | None,
    typer.Option(
        "--passphrase-fd",
        help="Read the passphrase from this file descriptor (one line). Else EUM_PASSPHRASE, else a prompt.",
    ),
]
DatabaseUrlFd = Annotated[
    int | None,
    typer.Option(
        "--database-url-fd",
        help="Read the address of HQ's PostgreSQL database from this descriptor (one line). Else EUM_DATABASE_URL.",
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document instead of words.")]


def store_folder(given: Path | None) -> Path:
    """Return the store's folder, which may not exist: as given, or the platform's default place.

    Also start the diagnostics log beside it. Raises Trouble `home.absent` if there is no default place.
    """
    folder = given or own_folder(user_data_path) / "store"
    diagnostics.start(folder)
    return folder


def passphrase(descriptor: int | None, *, prompt: str = "Passphrase: ", confirm: bool = False) -> str:
    """Read the passphrase from a descriptor, the environment, or the terminal.

    It is never an argument, which others see. Of a descriptor, one line is read, at most `MAX_PASSPHRASE_BYTES`; the
    rest is ignored. The result may be empty. `confirm` asks twice, only at the terminal. Raises BadParameter for an
    unreadable descriptor or without a terminal; Refusal `passphrase.differs`; EOFError if the terminal's input ends
    (Ctrl+D).
    """
    if descriptor is not None:
        return _line_of(descriptor, "--passphrase-fd")
    from_environment = secret("EUM_PASSPHRASE")
    if from_environment is not None:
        return from_environment
    if not sys.stdin.isatty():
        raise typer.BadParameter("no terminal to ask at: use --passphrase-fd or EUM_PASSPHRASE")
    typed = getpass.getpass(prompt)
    if confirm and getpass.getpass("Again: ") != typed:
        raise Refusal("passphrase.differs")
    return typed


def another_secret(descriptor: int | None, prompt: str, *, confirm: bool = False) -> str:
    """Read a second passphrase or a code: one line from a file descriptor, else typed at the terminal.

    At most `MAX_PASSPHRASE_BYTES` of the line are read; the rest is ignored. The result may be empty. `confirm` asks
    twice, only at the terminal. Raises BadParameter for an unreadable descriptor or without a terminal; Refusal
    `passphrase.differs`; EOFError if the terminal's input ends (Ctrl+D).
    """
    if descriptor is not None:
        return _line_of(descriptor, "file descriptor")
    if not sys.stdin.isatty():
        raise typer.BadParameter("no terminal to ask at: use a file descriptor")
    typed = getpass.getpass(f"{prompt}: ")
    if confirm and getpass.getpass("Again: ") != typed:
        raise Refusal("passphrase.differs")
    return typed


def database_url(descriptor: int | None) -> str | None:
    """Read the database's address from a file descriptor or the environment; None if neither is given.

    It contains a password, so it is never an argument. It is not checked here. Raises BadParameter for an unreadable
    descriptor.
    """
    if descriptor is not None:
        return _line_of(descriptor, "--database-url-fd")
    return secret("EUM_DATABASE_URL")


def _line_of(descriptor: int, option: str) -> str:
    try:
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            line = file.readline(MAX_PASSPHRASE_BYTES)
    except (OSError, OverflowError, TypeError, ValueError) as error:  # not only OSError for an impossible number
        raise typer.BadParameter("not a readable file descriptor", param_hint=option) from error
    return line.decode(errors="surrogateescape").rstrip("\r\n")


def notice_accepted(folder: Path) -> str | None:
    """Return when the store's notice was accepted (UTC text); None if it was not, or if there is no readable notice.

    It is accepted now if EUM_NOTICE_ACCEPTED has its id or a person agrees. Without the variable, the text is printed
    to standard error, and a person at a terminal is asked if acceptance is required. A store that requires acceptance
    does not open without it. Raises Abort for Ctrl+C or Ctrl+D at the question, and as `say`.
    """
    from db.notice import read_notice
    from eum_app.domain.clock import system_now, utc_text

    notice = read_notice(folder)
    if notice is None:
        return None
    if os.environ.get("EUM_NOTICE_ACCEPTED") == notice.notice_id:
        return utc_text(system_now())
    say(*notice.text.splitlines(), err=True)
    if notice.is_required and sys.stdin.isatty() and typer.confirm("Do you accept this?", err=True):
        return utc_text(system_now())
    return None


@contextlib.contextmanager
def unlocked(store: Path | None, account: str, descriptor: int | None) -> Iterator[Session]:
    """Open a session for the block, and record its end afterwards, also if the block fails.

    Shows the notice. Raises as `store_folder`, `notice_accepted`, `passphrase` and `unlocked_by` do.
    """
    folder = store_folder(store)
    accepted_at = notice_accepted(folder)
    with unlocked_by(folder, account, passphrase(descriptor), accepted_at) as session:
        yield session


@contextlib.contextmanager
def unlocked_by(folder: Path, account: str, typed: str, accepted_at: str | None) -> Iterator[Session]:
    """Open a session with a passphrase that was read before; `accepted_at` is of the notice.

    Shows a warning on standard error if entries are missing, or if others can read the store. Raises as `open_store`
    does, and Trouble if the end cannot be recorded.
    """
    from eum_app.usecases.store.open_store import open_store
    from eum_app.wording.messages import sentence

    session = open_store(folder, account, typed, notice_accepted_at=accepted_at)
    if lost := lost_entries(session.store):
        say(str(sentence(lost)), err=True)
    for one in lost_for_devices(session.store):
        say(str(sentence(one)), err=True)
    if path := session.store.open_to_others:
        say(str(sentence(Trouble("store.open_to_others", path=str(path)))), err=True)
    try:
        yield session
    finally:
        session.close(SessionEnd.COMMAND)


def show(as_json: bool, data: Any, *lines: str) -> None:
    """Print `data` as JSON (`print_json`), or else the lines. Raises as `say`."""
    if as_json:
        print_json(data)
    else:
        say(*lines)


def echo_codes(account: str, codes: Sequence[str]) -> None:
    """Print recovery codes, numbered from 1. They are shown only this once. Raises as `say`."""
    say(f"Recovery codes of {account}. Each works once. Write them down now: they are not shown again.")
    say(*(f"{number:>3}  {code}" for number, code in enumerate(codes, 1)))


def print_json(data: Any) -> None:
    """Print one JSON document on one line. Characters that could steer the terminal are escaped.

    Values that JSON lacks are printed as `str` gives them. Where standard output has another encoding than UTF-8, other
    characters that it lacks are escaped too. Raises as `say`.
    """
    try:
        encoded = msgspec.json.encode(data, enc_hook=str)
    except UnicodeEncodeError:  # a file name that is not UTF-8
        encoded = msgspec.json.encode(_as_text(msgspec.to_builtins(data, enc_hook=str)))
    text = encoded.decode()
    text = text if holds(text) else json.dumps(json.loads(text), separators=(",", ":"))
    typer.echo(_BEYOND_ASCII.sub(_as_escape, text))


def _as_escape(found: re.Match[str]) -> str:
    """Return a character, as the escapes of JSON if it could steer a terminal."""
    one = found[0]
    units = one.encode("utf-16-be").hex()
    return one if one.isprintable() else "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))


def _as_text(value: Any) -> Any:
    if isinstance(value, str):
        return shown_name(value)
    if isinstance(value, dict):
        return {_as_text(key): _as_text(one) for key, one in value.items()}
    return [_as_text(one) for one in value] if isinstance(value, list | tuple) else value


def require_folder(folder: Path) -> None:
    """Refuse a folder that is not there, e.g. on a drive that was taken out; to make it would fill this computer.

    A symbolic link to a folder is accepted. Raises Refusal `folder.absent`, also for a file.
    """
    if not is_folder(folder):
        raise Refusal("folder.absent", path=str(folder.absolute()))


def counted(number: int, word: str, plural: str = "") -> str:
    """Return e.g. `1 row` or `2 rows`; `plural` is for words that add more than an s."""
    return f"{number} {word}" if number == 1 else f"{number} {plural or f'{word}s'}"


def entries(number: int) -> str:
    """Return a number of entries of a journal or log in words."""
    return counted(number, "entry", "entries")


def sentence_of(code: str, values: Mapping[str, object]) -> str:
    """Return a mark's warning or a refusal as a sentence; a code without one gets a general sentence that names it.

    Raises KeyError if the sentence of a mark's code needs a value that is missing.
    """
    from eum_app.wording.messages import sentence
    from eum_app.wording.messages_marks import MARK_SENTENCES, describe

    return describe(code, values) if code in MARK_SENTENCES else str(sentence(Refusal(code, **values)))
