"""`eum witness`: a witness's key, cosigning HQ's heads, and comparing two heads."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from eum_app.cli.common import AccountOption, JsonOption, PassphraseFd, StoreOption, entries, passphrase, show, unlocked
from eum_app.cli.process import EXIT_REFUSED
from eum_app.cli.proof import head_app

witness_app = typer.Typer(help="Cosign the heads of HQ's log as a witness, and compare heads.", no_args_is_help=True)

Folder = Annotated[Path, typer.Argument(help="Folder of the witness's key.", show_default=False)]
RootOption = Annotated[str, typer.Option(help="Fingerprint of HQ's authority, as HQ reads it out.")]


@witness_app.command("create")
def create_command(
    folder: Folder,
    name: Annotated[str, typer.Option(help="Name of the witness, as verdicts show it.")],
    suite: Annotated[
        str, typer.Option(help="hybrid or p384; p384 keeps files small enough for a few QR symbols.")
    ] = "hybrid",
    passphrase_fd: PassphraseFd = None,
    as_json: JsonOption = False,
) -> None:
    """Make a witness's key in a new folder, under a passphrase."""
    from eum_app.crypto.suites import Suite
    from eum_app.usecases.proofs.witness import create_witness

    chosen = Suite.parse(suite)
    made = create_witness(folder, name, passphrase(passphrase_fd, confirm=True), chosen)
    show(
        as_json,
        {"folder": folder, "name": made.name, "fingerprint": made.fingerprint},
        f"{folder}: key of {made.name}, fingerprint {made.fingerprint}",
        "Give this fingerprint to readers over a channel that they trust. Back the folder up after each cosigning.",
    )


@witness_app.command("show")
def show_command(folder: Folder, as_json: JsonOption = False) -> None:
    """Print a witness's name and fingerprint."""
    from eum_app.usecases.proofs.witness import read_witness

    found = read_witness(folder)
    show(
        as_json,
        {"name": found.name, "fingerprint": found.fingerprint},
        f"{found.name}, fingerprint {found.fingerprint}",
    )


@witness_app.command("cosign")
def cosign_command(
    folder: Folder,
    heads: Annotated[
        list[Path], typer.Argument(help="HQ's head file, or pictures of all its QR symbols.", show_default=False)
    ],
    output: Annotated[
        Path, typer.Option(help="The cosigned .eumhead to write, or .png for QR symbols.", show_default=False)
    ],
    root: RootOption = "",
    new_log: Annotated[bool, typer.Option("--new-log", help="Accept that HQ began a new log.")] = False,
    passphrase_fd: PassphraseFd = None,
    as_json: JsonOption = False,
) -> None:
    """Cosign a head of HQ's log if it is proved to continue the last one that was cosigned."""
    from eum_app.domain.tree_heads import decode_head
    from eum_app.usecases.proofs.verify_slip import read_proof
    from eum_app.usecases.proofs.witness import cosign

    signed = decode_head(read_proof(heads))
    done = cosign(folder, passphrase(passphrase_fd), signed, output, root=root, new_log=new_log)
    since = f"continues the head of {entries(done.since)}" if done.since else "the first head of this log"
    show(
        as_json,
        done,
        f"{', '.join(map(str, done.paths))}: head of {done.origin} with {entries(done.size)}, {since}; "
        f"cosigned by {done.witness} (key {done.fingerprint})",
    )


@witness_app.command("compare")
def compare_command(
    one: Annotated[Path, typer.Argument(help="A head file.", show_default=False)],
    other: Annotated[Path, typer.Argument(help="Another head file of the same log.", show_default=False)],
    root: RootOption = "",
    as_json: JsonOption = False,
) -> None:
    """Compare two heads of one log. Two that contradict each other prove that HQ signed two histories.

    The exit code is 0 only if the later head is proved to continue the earlier one, under the authority of --root.
    """
    from eum_app.usecases.proofs.verify_slip import Comparison, Trust, Verdict, compare_heads, read_head, verify_head
    from eum_app.wording.messages import sentence

    heads = [read_head(one), read_head(other)]
    proofs = [verify_head(head, Trust(root)) for head in heads]
    refusals = [refusal for proof in proofs for refusal in proof.refusals]
    # A wrong date does not excuse two histories: HQ's key signed both.
    unsigned = [one for one in refusals if one.code not in {"log.claimed", "log.in_future"}]
    found = None if unsigned else compare_heads(*heads)
    words = {
        Comparison.SAME: "The heads are the same.",
        Comparison.CONSISTENT: "Consistent: the later head is proved to continue the earlier one.",
        Comparison.FORK: "FORK: both heads are signed and contradict each other. Keep both files: they are the proof.",
        Comparison.NOT_PROVED: "NOT PROVED: the later file has no proof from the earlier head. HQ owes it: "
        f"eum head export FILE --since {min(head.head.size for head in heads)}",
    }
    known = all(proof.verdict is Verdict.HOLDS for proof in proofs)
    said = [f"Authority: {proof.root_fingerprint or 'none'}" for proof in proofs[:1]]
    said += dict.fromkeys(str(sentence(refusal)) for refusal in refusals)
    said += [words[found]] if found else ["The heads prove nothing: a signature does not hold."]
    if not root:
        said.append("The authority was not compared: give its fingerprint with --root.")
    data = {"comparison": found, "authority_known": known if root else None, "codes": [one.code for one in refusals]}
    show(as_json, data, *said)
    if found not in {Comparison.SAME, Comparison.CONSISTENT} or not known:
        raise typer.Exit(EXIT_REFUSED)


@head_app.command("add-witness")
def add_witness_command(
    account: AccountOption,
    heads: Annotated[
        list[Path], typer.Argument(help="The cosigned head, or pictures of all its QR symbols.", show_default=False)
    ],
    store: StoreOption = None,
    passphrase_fd: PassphraseFd = None,
    as_json: JsonOption = False,
) -> None:
    """Record the cosignatures of a head that came back from a witness; slips then hold them."""
    from eum_app.domain.tree_heads import decode_head
    from eum_app.usecases.proofs.add_witness import add_witness
    from eum_app.usecases.proofs.verify_slip import read_proof

    signed = decode_head(read_proof(heads))
    with unlocked(store, account, passphrase_fd) as session:
        added = add_witness(session, signed)
    words = [f"Head of {entries(added.size)}: cosigned by {name} (key {key})" for name, key in added.witnesses]
    show(
        as_json,
        {"size": added.size, "witnesses": added.witnesses},
        *(words or ["All cosignatures were recorded before."]),
    )
