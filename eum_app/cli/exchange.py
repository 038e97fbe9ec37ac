"""`eum device`, `eum bundle` and `eum inbox`."""

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
    echo_codes,
    require_folder,
    show,
    unlocked,
)
from eum_app.cli.process import EXIT_REFUSED
from eum_app.cli.streams import say
from eum_app.domain.bundles import ImportResult
from eum_app.domain.clock import instant_words
from eum_app.domain.errors import Refusal
from eum_app.domain.ids import plain_fingerprint
from eum_app.domain.journal import MAX_EPOCH

device_app = typer.Typer(help="Devices: request, sign and accept an identity.", no_args_is_help=True)
bundle_app = typer.Typer(help="Bundles: seal, open, verify, inspect.", no_args_is_help=True)
inbox_app = typer.Typer(help="Import bundles.", no_args_is_help=True)

FileArgument = Annotated[Path, typer.Argument(show_default=False)]
FolderOption = Annotated[Path, typer.Option("--to", help="Folder to write to.")]
_HERE = Path()


@device_app.command()
def request(
    to: FileArgument,
    account: AccountOption,
    anew: Annotated[bool, typer.Option("--anew", help="Make new keys and discard an earlier request.")] = False,
    store: StoreOption = None,
    passphrase_fd: PassphraseFd = None,
    as_json: JsonOption = False,
) -> None:
    """On a device: write the request that HQ signs. On an enrolled device this asks for a new identity."""
    from eum_app.usecases.exchange.enrol_device import request_enrolment

    with unlocked(store, account, passphrase_fd) as session:
        made = request_enrolment(session, to, anew=anew)
    show(
        as_json,
        {"path": str(made.path), "fingerprint": made.fingerprint},
        f"Wrote {made.path}. Read this fingerprint to HQ: {made.fingerprint}",
    )


@device_app.command()
def sign(
    request_file: FileArgument,
    answer: FileArgument,
    fingerprint: Annotated[str, typer.Option(help="Fingerprint shown on the device, as its holder reads it to you.")],
    account: AccountOption,
    store: StoreOption = None,
    passphrase_fd: PassphraseFd = None,
    as_json: JsonOption = False,
) -> None:
    """At HQ: sign a device's request, after comparing fingerprints."""
    from eum_app.usecases.exchange.enrol_device import read_request, sign_enrolment

    view = read_request(request_file)
    if plain_fingerprint(view.fingerprint) != plain_fingerprint(fingerprint):
        raise Refusal("enrolment.fingerprint", shown=view.fingerprint, given=fingerprint)
    with unlocked(store, account, passphrase_fd) as session:
        made = sign_enrolment(session, request_file, answer, compared=view.fingerprint)
    show(
        as_json,
        {"device": made.device, "epoch": made.epoch, "answer": str(made.answer_path)},
        f"Signed {made.device}, epoch {made.epoch}: {made.answer_path}",
    )


@device_app.command()
def accept(
    answer: FileArgument,
    account: AccountOption,
    root: Annotated[str, typer.Option(help="HQ's root fingerprint, as HQ reads it to you.")],
    leave_behind: Annotated[
        bool, typer.Option("--leave-behind", help="Accept a new identity even though HQ has not received everything.")
    ] = False,
    store: StoreOption = None,
    passphrase_fd: PassphraseFd = None,
) -> None:
    """On a device: accept the identity that HQ signed."""
    from eum_app.usecases.exchange.enrol_device import accept_enrolment

    with unlocked(store, account, passphrase_fd) as session:
        accepted = accept_enrolment(session, answer, root, leave_behind=leave_behind)
        name = session.name
    say(f"{name} is enrolled.")
    if accepted.codes is not None:
        echo_codes(accepted.codes.account, accepted.codes.codes)


@device_app.command()
def revoke(
    device: Annotated[str, typer.Argument(show_default=False)],
    reason: Annotated[str, typer.Option(help="Why, e.g. when it was lost and who reported it.")],
    account: AccountOption,
    epoch: Annotated[
        int, typer.Option(help="Epoch to revoke. Default: the newest.", show_default=False, min=0, max=MAX_EPOCH)
    ] = 0,
    store: StoreOption = None,
    passphrase_fd: PassphraseFd = None,
    as_json: JsonOption = False,
) -> None:
    """At HQ: revoke a device. Later bundles wait until a receipt, paper, a proof of time or two people vouch."""
    from db.queries.people import all_devices
    from eum_app.usecases.exchange.enrol_device import revoke_device

    with unlocked(store, account, passphrase_fd) as session:
        newest = next((row.epoch for row in session.read(all_devices) if row.device == device), 0)
        meant = epoch or newest
        revoke_device(session, device, meant, reason)
    show(as_json, {"device": device, "epoch": meant}, f"Revoked {device}, epoch {meant}.")


@device_app.command("list")
def list_devices(
    account: AccountOption, store: StoreOption = None, passphrase_fd: PassphraseFd = None, as_json: JsonOption = False
) -> None:
    """List the devices enrolled at this HQ, and HQ's own fingerprint."""
    from db.queries.people import all_devices
    from eum_app.usecases.exchange.enrol_device import enrolment_state

    with unlocked(store, account, passphrase_fd) as session:
        state = enrolment_state(session)
        rows = session.read(all_devices)
    data = {
        "root_fingerprint": state.root_fingerprint,
        "devices": [
            {
                "device": row.device,
                "epoch": row.epoch,
                "fingerprint": row.fingerprint,
                "revoked_at": row.revoked_at,
                "superseded_at": row.superseded_at,
                "forked_from": row.forked_from,
            }
            for row in rows
        ],
    }
    words = [f"HQ root: {state.root_fingerprint}"]
    words += [f"{row.device}  epoch {row.epoch}  {row.fingerprint}  {_state(row)}" for row in rows]
    show(as_json, data, *words)


def _state(row: Any) -> str:
    forked = f"two histories from fact {row.forked_from} on" if row.forked_from else ""
    revoked = f"revoked {instant_words(row.revoked_at)}" if row.revoked_at else ""
    replaced = f"replaced {instant_words(row.superseded_at)}" if row.superseded_at else ""
    return ", ".join(part for part in (revoked, replaced, forked) if part)


@bundle_app.command()
def seal(
    account: AccountOption,
    to: FolderOption = _HERE,
    device: Annotated[str, typer.Option(help="At HQ: the device to seal for.")] = "",
    store: StoreOption = None,
    passphrase_fd: PassphraseFd = None,
    as_json: JsonOption = False,
) -> None:
    """Seal a bundle with everything that the other side has not received."""
    from eum_app.usecases.exchange.seal_bundle import seal_for_device, seal_results

    require_folder(to)
    with unlocked(store, account, passphrase_fd) as session:
        if session.is_hq and not device:
            raise typer.BadParameter("needed at HQ", param_hint="--device")
        made = seal_for_device(session, device, to) if session.is_hq else seal_results(session, to)
    data = {
        "bundle_id": made.bundle_id,
        "path": str(made.path),
        "kind": made.kind,
        "recipient": made.recipient,
        "first_seq": made.first_seq,
        "last_seq": made.last_seq,
        "objects": made.objects,
        "size": made.size,
        "further": [str(path) for path in made.further],
    }
    files = ", ".join(map(str, made.paths))
    show(as_json, data, f"Sealed facts {made.first_seq}–{made.last_seq} for {made.recipient}: {files}")


@bundle_app.command("inspect")
def inspect_command(file: FileArgument, as_json: JsonOption = False) -> None:
    """Show the unencrypted header of a bundle. Needs no key and verifies nothing."""
    from sync.bundle_file import inspect_bundle

    header = inspect_bundle(file)
    data = {
        "bundle_id": header.bundle_id,
        "kind": header.kind,
        "suite": header.suite.value,
        "created_at": header.created_at.isoformat(),
        "sender": header.sender.origin,
        "sender_fingerprint": header.sender.short_fingerprint,
        "recipients": [recipient.kid for recipient in header.recipients],
        "size": file.stat().st_size,
    }
    said = data | {"created_at": instant_words(header.created_at.isoformat())}
    show(as_json, data, *(f"{name}: {value}" for name, value in said.items()), "Nothing was verified.")


@bundle_app.command()
def verify(
    file: FileArgument,
    account: AccountOption,
    store: StoreOption = None,
    passphrase_fd: PassphraseFd = None,
    as_json: JsonOption = False,
) -> None:
    """Show who sent a bundle, and whether it is complete and unaltered, as separate verdicts. It is not opened.

    The exit code is 1 unless all of them hold.
    """
    from eum_app.usecases.exchange.bundles import verify_file

    with unlocked(store, account, passphrase_fd) as session:
        verdict = verify_file(session, file)
    data = {
        "bundle_id": verdict.bundle_id,
        "sender": verdict.sender,
        "sender_known": verdict.sender_known,
        "complete": verdict.complete,
        "unaltered": verdict.unaltered,
        "code": verdict.code,
        "holds": verdict.holds,
    }
    show(as_json, data, *(f"{name}: {value}" for name, value in data.items()))
    if not verdict.holds:
        raise typer.Exit(EXIT_REFUSED)


@bundle_app.command("open")
def open_command(
    file: FileArgument,
    account: AccountOption,
    store: StoreOption = None,
    passphrase_fd: PassphraseFd = None,
    as_json: JsonOption = False,
) -> None:
    """Verify a bundle for this store and list its contents; nothing is imported."""
    from eum_app.usecases.exchange.bundles import list_bundle

    with unlocked(store, account, passphrase_fd) as session:
        contents = list_bundle(session, file)
    words = [
        f"{contents.kind} from {contents.sender}: facts {contents.first_seq}–{contents.last_seq} of {contents.origin}"
    ]
    words += [f"  {kind}: {count}" for kind, count in contents.kinds.items()]
    words.append(f"  content objects: {contents.objects}")
    show(as_json, contents, *words)


@inbox_app.command("import")
def import_command(
    files: Annotated[list[Path], typer.Argument(help="Bundles, or folders of bundles.", show_default=False)],
    account: AccountOption,
    receipts: Annotated[Path | None, typer.Option(help="At HQ: folder for the signed receipts.")] = None,
    store: StoreOption = None,
    passphrase_fd: PassphraseFd = None,
    as_json: JsonOption = False,
) -> None:
    """Import bundles. Each is accepted, already held, waiting, forked, refused or quarantined, with the reason.

    The exit code is 1 if one was neither accepted nor already held; the others are imported all the same.
    """
    if receipts is not None:
        require_folder(receipts.absolute().parent)  # the folder itself is made, its drive must be there
    with unlocked(store, account, passphrase_fd) as session:
        import_outcomes(session, files, receipts, as_json=as_json)


def import_outcomes(session: Any, files: list[Path], receipts: Path | None, *, as_json: bool) -> None:
    """Import bundles and show what became of each. Exits with 1 unless all were imported, now or before.

    Files and folders without a bundle are no failure. Raises typer.Exit, and as `import_bundles` and `say`.
    """
    from eum_app.usecases.exchange.receive import import_bundles
    from eum_app.usecases.review.due_signatures import judge_signatures

    outcomes = import_bundles(session, files, receipts).outcomes
    judge_signatures(session)
    words = [_in_words(outcome, is_hq=session.is_hq) for outcome in outcomes]
    show(as_json, outcomes, *words or ["No bundles found."])
    if any(not outcome.outcome.is_good for outcome in outcomes):
        raise typer.Exit(EXIT_REFUSED)


def _in_words(outcome: Any, *, is_hq: bool) -> str:
    from eum_app.wording.at_hq import next_at_hq
    from eum_app.wording.messages import sentence

    message = sentence(Refusal(outcome.code, **outcome.values))
    todo = next_at_hq(outcome.code, message.next) if is_hq else message.next
    reason = f": {' '.join(filter(None, (message.what, message.safe, todo)))}" if outcome.code else ""
    added = (
        f" ({counted(outcome.new_entries, 'fact')}, {counted(outcome.new_findings, 'finding')})"
        if outcome.outcome is ImportResult.ACCEPTED
        else ""
    )
    if outcome.receipt_code:
        unanswered = sentence(Refusal(outcome.receipt_code, **outcome.receipt_values))
        reason += f"; no receipt was written: {unanswered.what} {unanswered.next}"
    return f"{outcome.outcome}  {outcome.file_name}{added}{reason}"
