"""`eum time`: proof of time (RFC 3161) by files. Nothing is fetched: requests and answers are carried."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from eum_app.cli.common import AccountOption, JsonOption, PassphraseFd, StoreOption, show, unlocked
from eum_app.domain.clock import instant_words
from eum_app.domain.errors import Refusal
from eum_app.domain.ids import plain_fingerprint

time_app = typer.Typer(
    help="Proof of time: requests to a time authority, its answers, and whom to believe.", no_args_is_help=True
)

_KINDS = {"bundle": "bundle", "report": "report", "head": "journal", "log_head": "log head"}


@time_app.command()
def request(
    file: Annotated[
        Path | None, typer.Argument(help="A bundle, or a report with its signature beside it.", show_default=False)
    ] = None,
    head: Annotated[
        bool, typer.Option("--head", help="At HQ: about the head of its journal instead of a file.")
    ] = False,
    to: Annotated[
        Path | None, typer.Option("--to", help="File to write.  [default: FILE.tsq]", show_default=False)
    ] = None,
    account: Annotated[
        str, typer.Option("--account", envvar="EUM_ACCOUNT", help="At HQ: record the request; needed for --head.")
    ] = "",
    store: StoreOption = None,
    passphrase_fd: PassphraseFd = None,
    as_json: JsonOption = False,
) -> None:
    """Write a request (.tsq) for a time authority about a signature. Only a hash of the signature is in it."""
    from eum_app.usecases.exchange.prove_time import record_time_request, request_time_of_file, request_time_of_head

    if head == (file is not None):
        raise typer.BadParameter("name a file, or --head")
    if head and not account:
        raise typer.BadParameter("needed for --head", param_hint="--account")
    if account:
        with unlocked(store, account, passphrase_fd) as session:
            if file is None:
                made = request_time_of_head(session, to or Path(f"{session.name}-journal.tsq"))
            else:
                made = record_time_request(session, file, to)
    else:
        assert file is not None
        made = request_time_of_file(file, to)
    show(
        as_json,
        {"path": str(made.path), "subject": made.subject, "about": made.about},
        f"Wrote {made.path}, about the {_KINDS[made.subject]} {made.about}. Take it to a time authority.",
    )


@time_app.command()
def add(
    answer: Annotated[Path, typer.Argument(help="The time authority's answer (.tsr).", show_default=False)],
    account: AccountOption,
    file: Annotated[
        Path | None,
        typer.Option(
            "--file", help="The bundle or report, if this store did not make the request.", show_default=False
        ),
    ] = None,
    store: StoreOption = None,
    passphrase_fd: PassphraseFd = None,
    as_json: JsonOption = False,
) -> None:
    """At HQ: verify an answer and keep it as a fact."""
    from eum_app.usecases.exchange.prove_time import add_time_answer

    with unlocked(store, account, passphrase_fd) as session:
        added = add_time_answer(session, answer, file)
    show(
        as_json,
        {
            "subject": added.subject,
            "about": added.about,
            "proved_at": added.proved_at,
            "authority": added.authority,
        },
        f"{added.authority} proves that the signature of the {_KINDS[added.subject]} {added.about} existed "
        f"{instant_words(added.proved_at)}.",
    )


@time_app.command()
def trust(
    certificate: Annotated[
        Path, typer.Argument(help="The authority's root certificate (PEM or DER).", show_default=False)
    ],
    account: AccountOption,
    fingerprint: Annotated[str, typer.Option(help="Its fingerprint, as the authority publishes it.")] = "",
    store: StoreOption = None,
    passphrase_fd: PassphraseFd = None,
    as_json: JsonOption = False,
) -> None:
    """At HQ: believe a time authority.

    Without --fingerprint, the fingerprint is shown, nothing is changed, and the exit code is 1.
    """
    from eum_app.usecases.exchange.prove_time import read_time_authority_file, trust_time_authority

    authority = read_time_authority_file(certificate)
    if not fingerprint:
        raise Refusal("time.compare", name=authority.name, fingerprint=authority.fingerprint)
    if plain_fingerprint(fingerprint) != plain_fingerprint(authority.fingerprint):
        raise Refusal("time.fingerprint", shown=authority.fingerprint, given=fingerprint[:40])
    with unlocked(store, account, passphrase_fd) as session:
        trust_time_authority(session, authority)
    show(
        as_json,
        {"name": authority.name, "fingerprint": authority.fingerprint},
        f"{authority.name} ({authority.fingerprint}) is now trusted to prove time.",
    )


@time_app.command()
def distrust(
    fingerprint: Annotated[str, typer.Argument(help="Of an authority in `eum time list`.", show_default=False)],
    account: AccountOption,
    store: StoreOption = None,
    passphrase_fd: PassphraseFd = None,
    as_json: JsonOption = False,
) -> None:
    """At HQ: no longer believe a time authority. Its answers are kept, and prove nothing until it is trusted again."""
    from eum_app.usecases.exchange.prove_time import distrust_time_authority

    with unlocked(store, account, passphrase_fd) as session:
        distrust_time_authority(session, fingerprint)
    show(as_json, {"fingerprint": fingerprint}, f"{fingerprint} is no longer trusted to prove time.")


@time_app.command("list")
def list_proofs(
    account: AccountOption, store: StoreOption = None, passphrase_fd: PassphraseFd = None, as_json: JsonOption = False
) -> None:
    """List trusted authorities, requests without an answer, and answers, each verified again."""
    from eum_app.usecases.exchange.prove_time import time_state

    with unlocked(store, account, passphrase_fd) as session:
        state = time_state(session)
    data = {
        "authorities": [{"name": one.name, "fingerprint": one.fingerprint} for one in state.authorities],
        "waiting": list(state.waiting),
        "proofs": [
            {
                "subject": one.subject,
                "about": one.about,
                "proved_at": one.proved_at,
                "authority": one.authority,
                "holds": one.holds,
            }
            for one in state.proofs
        ],
    }
    words = [f"Believed: {one.name} ({one.fingerprint})" for one in state.authorities] or [
        "No time authority is trusted."
    ]
    words += [f"Waiting for an answer: {one}" for one in state.waiting]
    words += [
        f"{_KINDS.get(one.subject, one.subject)} {one.about}: {instant_words(one.proved_at)}, {one.authority}"
        + ("" if one.holds else " – NOT PROVED: this authority is not trusted")
        for one in state.proofs
    ]
    show(as_json, data, *words)
