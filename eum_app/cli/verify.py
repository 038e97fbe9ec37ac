"""`eum verify FILE`: verify a report, a proof slip, a head, a bundle or a store, by itself or by a store's records."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from db.files import is_file, is_folder
from eum_app.cli.common import JsonOption, PassphraseFd, StoreOption, counted, show, unlocked
from eum_app.cli.process import EXIT_REFUSED
from eum_app.cli.verdict_words import said, time_data, time_words
from eum_app.domain.clock import instant_words
from eum_app.domain.errors import Refusal
from eum_app.usecases.session import Session

if TYPE_CHECKING:
    from eum_app.crypto.timestamps import TimeAuthority
    from eum_app.usecases.reporting.verify_report import ReportProof

FileArgument = Annotated[
    Path,
    typer.Argument(
        help="A report or its sidecar, a proof slip or its QR symbol, a signed head, a bundle, or a store's folder.",
        show_default=False,
    ),
]


class _Believed(NamedTuple):
    """Whom and what the reader believes, as the options say."""

    root: str = ""
    head: Path | None = None
    witnesses: tuple[str, ...] = ()
    time_authorities: tuple[Path, ...] = ()
    revocations: Path | None = None

    def authorities(self) -> tuple[TimeAuthority, ...]:
        """Read the certificates of the time authorities. Raises as `read_time_authority_file`."""
        from eum_app.usecases.exchange.prove_time import read_time_authority_file

        return tuple(map(read_time_authority_file, self.time_authorities))

    def revoked(self) -> bytes | None:
        """Read the list of revoked HQs; None if no file was given. Raises Refusal `revocations.invalid`, `file.…`."""
        from eum_app.crypto.revocations import MAX_LIST_SIZE
        from sync.files import read_small

        if self.revocations is None:
            return None
        return read_small(self.revocations, MAX_LIST_SIZE, Refusal("revocations.invalid"))


def verify_command(
    file: FileArgument,
    account: Annotated[
        str,
        typer.Option(
            "--account", envvar="EUM_ACCOUNT", help="Account to open a store with; without it, no store is used."
        ),
    ] = "",
    root: Annotated[str, typer.Option(help="Without a store: the authority's fingerprint, as HQ reads it out.")] = "",
    head: Annotated[
        Path | None, typer.Option(help="For a slip without a head: the head file that you hold.", show_default=False)
    ] = None,
    witness: Annotated[
        list[str] | None,
        typer.Option(help="Fingerprint of a witness's key that must have cosigned the head; may be repeated."),
    ] = None,
    time_authority: Annotated[
        list[Path] | None,
        typer.Option(
            help="Certificate of a time authority to believe about an answer beside the file.", show_default=False
        ),
    ] = None,
    revocations: Annotated[
        Path | None,
        typer.Option(help="The authority's list of revoked HQs, as you got it from there.", show_default=False),
    ] = None,
    store: StoreOption = None,
    passphrase_fd: PassphraseFd = None,
    as_json: JsonOption = False,
) -> None:
    """Verify who signed a file, whether it is complete and unaltered, and whether the store's records agree.

    The exit code is 1 unless it holds.
    """
    given = {
        "--root": root,
        "--head": head,
        "--witness": witness,
        "--time-authority": time_authority,
        "--revocations": revocations,
    }
    believed = _Believed(root, head, tuple(witness or ()), tuple(time_authority or ()), revocations)
    if is_folder(file):
        if not account:
            raise typer.BadParameter("needed to open a store", param_hint="--account")
        _refuse_unused(given, "a store")
        data, words, holds = _store(file, account, passphrase_fd)
    elif account:
        _refuse_misplaced(given, file)
        with unlocked(store, account, passphrase_fd) as session:
            data, words, holds = _file(file, session, believed)
    else:
        _refuse_misplaced(given, file)
        if revocations and not root:
            raise typer.BadParameter(
                "needed with --revocations: the list counts for that authority", param_hint="--root"
            )
        data, words, holds = _file(file, None, believed)
    show(as_json, data, *words)
    if not holds:
        raise typer.Exit(EXIT_REFUSED)


def _refuse_misplaced(given: dict[str, Any], file: Path) -> None:
    """Raise BadParameter for an option that says nothing about this kind of file: it must not seem to count."""
    from eum_app.domain.tree_heads import is_head
    from eum_app.usecases.reporting.verify_report import is_report

    if is_report(file):
        _refuse_unused(given, "a report", "--root", "--time-authority", "--revocations")
    elif data := _proof(file):
        if is_head(data):
            _refuse_unused(given, "a head", "--root", "--witness", "--time-authority", "--revocations")
        else:
            _refuse_unused(given, "a proof slip", *given)
    else:
        _refuse_unused(given, "a bundle")


def _refuse_unused(given: dict[str, Any], kind: str, *used: str) -> None:
    for option, value in given.items():
        if value and option not in used:
            raise typer.BadParameter(f"says nothing about {kind}", param_hint=option)


Found = tuple[dict[str, Any], list[str], bool]

_VERDICTS = {
    "holds": "Holds.",
    "unaltered": "NOT PROVED: unaltered since it was signed by someone you have not named. "
    "Ask HQ for its authority's fingerprint and give it with --root, or name a store and an account.",
    "claimed": "NOT PROVED: the signer's certificate has ended, and only the report says that it was signed before.",
    "fails": "DOES NOT HOLD.",
}


def _file(file: Path, session: Session | None, believed: _Believed) -> Found:
    from eum_app.usecases.reporting.verify_report import is_report

    if is_report(file):
        return _report(file, session, believed)
    if data := _proof(file):
        from eum_app.cli.verify_proof import head_found, slip_found
        from eum_app.domain.tree_heads import is_head
        from eum_app.usecases.exchange.prove_time import answer_beside
        from eum_app.usecases.proofs.verify_slip import Trust

        trust = Trust(believed.root, believed.witnesses, session, believed.authorities(), believed.revoked())
        beside = answer_beside(file)
        answers = [beside] if beside else []
        if is_head(data):
            return head_found(file.name, data, trust, answers)
        return slip_found(file.name, data, trust, believed.head, answers)
    if session is None:
        if not is_file(file):
            raise Refusal("file.missing", name=file.name)
        if file.suffix.lower() != ".eumb":
            raise Refusal("report.no_sidecar", name=file.name)
        raise typer.BadParameter("needed for a bundle: only a store knows its sender", param_hint="--account")
    return _bundle(file, session)


def _proof(file: Path) -> bytes:
    """Return the bytes of a slip or head, also if its QR symbol is in a picture; empty for any other file."""
    from eum_app.domain.proof_slips import is_slip
    from eum_app.domain.tree_heads import is_head
    from eum_app.usecases.proofs.verify_slip import is_named_proof, read_proof

    if not is_file(file):
        return b""
    data = read_proof([file]) if is_named_proof(file) else b""
    return data if is_slip(data) or is_head(data) else b""


def _title(name: str) -> str:
    """Return the title of a report, or its name if this version does not know the report."""
    from eum_app.usecases.reporting.registry import REPORTS

    return REPORTS[name].title if name in REPORTS else name


def _report(file: Path, session: Session | None, believed: _Believed) -> Found:
    from eum_app.usecases.reporting.verify_report import verify_report
    from eum_app.wording.messages import sentence

    authorities, revoked = believed.authorities(), believed.revoked()
    proof = verify_report(file, session, believed.root, authorities, revocations=revoked)
    sidecar = proof.sidecar
    data = {
        "kind": "report",
        "report": sidecar.report,
        "file": sidecar.file_name,
        "given": file.name,
        "names_given": proof.names_given,
        "as_of": sidecar.as_of,
        "made_by": sidecar.made_by,
        "signer": proof.signer,
        "signer_role": proof.signer_role,
        "signer_account": proof.signer_account,
        "root_fingerprint": proof.root_fingerprint,
        "signature_holds": proof.signature_holds,
        "signer_known": proof.signer_is_known,
        "time": time_data(proof.time),
        "files": [
            {
                "name": one.name,
                "there": one.is_there,
                "unaltered": one.is_unaltered,
                "rows": one.rows,
                "holds": one.holds,
            }
            for one in proof.files
        ],
        "rows": sidecar.rows,
        "heads": [
            {"origin": head.origin, "epoch": head.epoch, "seq": head.seq, "verdict": head.verdict}
            for head in proof.heads
        ],
        "export_recorded": proof.export_is_recorded,
        "codes": proof.codes,
        "verdict": proof.verdict,
        "holds": proof.holds,
    }
    words = [
        f"{file.name}: {'named by the sidecar' if proof.names_given else 'NOT NAMED by the sidecar'}",
        f"{_title(sidecar.report)} {sidecar.file_name}, data as of {instant_words(sidecar.as_of)}, "
        f"by {sidecar.made_by}",
        f"Signature: {said(proof.signature_holds)}"
        + (f", by {_signer(proof)}, authority {proof.root_fingerprint}" if proof.signer else ""),
        f"Signer known: {said(proof.signer_is_known)}",
        time_words(proof.time),
    ]
    words += [
        f"{one.name}: {'unaltered' if one.is_unaltered else 'ALTERED' if one.is_there else 'MISSING'}"
        + (f", {counted(one.rows, 'row')} counted" if one.rows is not None else "")
        for one in proof.files
    ]
    words += [f"Journal {head.origin} (epoch {head.epoch}) at {head.seq}: {head.verdict}" for head in proof.heads]
    words.append(f"Export recorded in this store: {said(proof.export_is_recorded)}")
    words += dict.fromkeys(str(sentence(refusal)) for refusal in proof.refusals)
    words.append(_VERDICTS[proof.verdict])
    return data, words, proof.holds


def _signer(proof: ReportProof) -> str:
    if proof.signer_account:
        return f"{proof.signer_account} of {proof.signer} (reports only)"
    return f"{proof.signer} ({proof.signer_role})"


def _bundle(file: Path, session: Session) -> Found:
    from eum_app.usecases.exchange.bundles import verify_file

    verdict = verify_file(session, file)
    data = {
        "kind": "bundle",
        "bundle_id": verdict.bundle_id,
        "sender": verdict.sender,
        "sender_known": verdict.sender_known,
        "complete": verdict.complete,
        "unaltered": verdict.unaltered,
        "code": verdict.code,
        "holds": verdict.holds,
    }
    words = [*(f"{name}: {value}" for name, value in data.items()), time_words(verdict.time)]
    return {**data, "time": time_data(verdict.time)}, words, verdict.holds


def _store(folder: Path, account: str, descriptor: int | None) -> Found:
    from eum_app.cli.examined import examined, examined_words

    found = examined(folder, account, descriptor)
    data, words = examined_words(found)
    words.append("Holds: nothing altered, nothing missing, nothing damaged." if found.is_whole else "DOES NOT HOLD.")
    return {"kind": "store", **data, "holds": found.is_whole}, words, found.is_whole
