"""Verification of an exported report: who signed it, whether it was altered, and whether the store's journals confirm
it.

Each part gets a separate verdict, since each can fail alone: the sidecar's signature; the signer; each file's hash and
rows; and every journal head that the report was made from, followed from the beginning of its chain. Heads need a
store. The signer can be checked with a store, or with the fingerprint of the authority.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Final

from db.files import is_file
from db.queries.reports import is_export_recorded
from eum_app.crypto.certificates import Certificate, Role, check_chain, check_validity
from eum_app.crypto.timestamps import TimeAuthority, imprint_of
from eum_app.domain.clock import from_utc_text, system_now
from eum_app.domain.errors import Refusal
from eum_app.domain.ids import plain_fingerprint
from eum_app.reports.sidecar import (
    MAX_SIDECAR_BYTES,
    PURPOSES,
    SIGNATURE_SUFFIX,
    SUFFIX,
    Sidecar,
    SidecarSignature,
    decode_sidecar,
    decode_signature,
    require_agrees,
)
from eum_app.usecases.exchange.prove_time import answer_beside, statement_of_report
from eum_app.usecases.exchange.time_proofs import TimeProof, TimeVerdict, judge_time
from eum_app.usecases.exchange.trust import trust_list, with_list
from eum_app.usecases.reporting.report_parts import HELD, FileProof, JournalHeadProof, file_proof, journal_head_proof
from eum_app.usecases.session import Session
from sync.files import read_small
from sync.trust import TrustList

_SIGNERS: Final = frozenset({Role.HQ, Role.REPORTER})
_OTHER_PART: Final = re.compile(r"\.(volume-\d+|rows|[a-z-]+)(?=\.(pdf|csv)$)")


class Verdict(StrEnum):
    """Result of the whole verification. Only `HOLDS` says that the report may be believed."""

    HOLDS = "holds"
    UNALTERED = "unaltered"
    """Unaltered since it was signed, by someone whom neither a store nor a fingerprint vouches for."""
    CLAIMED = "claimed"
    """As `HOLDS`, but the signer's certificates have ended, and only the report says that it was signed before."""
    FAILS = "fails"


@dataclass(frozen=True)
class ReportProof:
    """Result of a verification. `refusals` say what was wrong, in the order of the checks.

    Without a store, `heads` is empty and `signer_is_known` and `export_is_recorded` are None. A root fingerprint alone
    also decides `signer_is_known`. `time` judges when it was signed.
    """

    sidecar: Sidecar
    names_given: bool
    """Whether the given file is the sidecar itself, its signature, or a file that the sidecar names."""
    signer: str
    signer_role: str
    """The role in the signer's certificate: hq, reporter, device or authority; empty without a chain."""
    signer_account: str
    """The account of HQ that signed, if its role is reporter; else empty."""
    root_fingerprint: str
    signature_holds: bool
    signer_is_known: bool | None
    files: tuple[FileProof, ...]
    heads: tuple[JournalHeadProof, ...]
    export_is_recorded: bool | None
    time: TimeProof
    refusals: tuple[Refusal, ...]

    @property
    def codes(self) -> tuple[str, ...]:
        """Codes of the refusals, each once."""
        return tuple(dict.fromkeys(refusal.code for refusal in self.refusals))

    @property
    def files_hold(self) -> bool:
        """Whether every file is unaltered and has the number of rows stated for it."""
        return all(file.holds for file in self.files)

    @property
    def rows_hold(self) -> bool:
        """Whether every file holds and they have at least the stated number of rows together."""
        return self.files_hold and self.sidecar.rows <= sum(file.rows or 0 for file in self.files)

    @property
    def heads_hold(self) -> bool | None:
        """Whether the store's journals confirm every head; None if no head was compared."""
        return all(head.verdict == HELD for head in self.heads) if self.heads else None

    @property
    def verdict(self) -> Verdict:
        """Whether every check has passed, and for `HOLDS` also whether the signer is known.

        Checks that only a store can make are skipped without one.
        """
        asked = (self.signer_is_known, self.heads_hold, self.export_is_recorded)
        stated = self.names_given and self.signature_holds and self.signer_role in _SIGNERS and self.rows_hold
        if not stated or any(verdict is False for verdict in asked):
            return Verdict.FAILS
        if not self.signer_is_known:
            return Verdict.UNALTERED
        return Verdict.CLAIMED if self.time.verdict is TimeVerdict.CLAIMED else Verdict.HOLDS

    @property
    def holds(self) -> bool:
        """Whether the report may be believed: `verdict` is `HOLDS`."""
        return self.verdict is Verdict.HOLDS


def is_report(path: Path) -> bool:
    """Whether there is a sidecar for `path`: the file itself, or beside a report, one of its parts, or a signature.

    `path` itself need not exist. False for a name that the disk cannot take.
    """
    return _sidecar_path(path) is not None


def verify_report(
    path: Path,
    session: Session | None = None,
    root: str = "",
    authorities: Sequence[TimeAuthority] = (),
    now: datetime | None = None,
    revocations: bytes | None = None,
) -> ReportProof:
    """Verify a report by any of its files, its sidecar or its signature.

    The sidecar must name the given file; otherwise the proof fails (`report.not_named`). `root` is the short
    fingerprint of the authority, as HQ reads it out, in any case and with any separators. A time authority's
    answer is read from beside the signature (`NAME.sidecar.json.sig.tsr`) if it is there; `authorities` are believed
    besides those of the store. `now` is the session's time, or this machine's. `revocations` is the authority's list of
    revoked HQs (DER, None for none), which counts besides what the store knows. The proof holds what is wrong with the
    report or the list, and `device.not_enrolled` if `session` is of a device without an identity.

    Raises Refusal `report.no_sidecar`, `report.sidecar_unreadable` (sidecar or signature), `file.unreadable`; Trouble
    for errors of the store.
    """
    sidecar_path = _sidecar_path(path)
    if sidecar_path is None:
        raise Refusal("report.no_sidecar", name=path.name)
    encoded = _read(sidecar_path)
    sidecar = decode_sidecar(encoded, sidecar_path.name)
    refusals: list[Refusal] = []
    names_given = _names(sidecar, sidecar_path, path)
    if not names_given:
        refusals.append(Refusal("report.not_named"))
    signature = _signature(sidecar_path, refusals)
    chain = _chain(signature, refusals)
    signature_holds = False
    if signature is not None and chain:
        with _Noting(refusals):
            require_agrees(signature, f"{sidecar.file_name}{SUFFIX}", chain[0].suite.value, chain[0].origin)
            purpose, low_s = PURPOSES[signature.version], signature.version > 1
            chain[0].verify_key.verify(purpose, encoded, signature.signature, low_s=low_s)
            signature_holds = True
    files = tuple(
        file_proof(sidecar_path.with_name(file.name), file.rows, file.sha384, refusals) for file in sidecar.files
    )
    at = now or (session.now() if session else system_now())
    trust: TrustList | None = None
    is_known_list = False
    with _Noting(refusals):
        trust = _trust(chain, session, revocations)
        is_known_list = True
    time = _time(sidecar_path, encoded, chain if signature_holds else (), session, trust, authorities, at)
    known = is_known_list and _is_known(chain, sidecar, session, root, trust, time, refusals)
    if known and time.verdict is TimeVerdict.CLAIMED:
        refusals.append(Refusal("time.claimed", signer=chain[0].origin))
    heads: tuple[JournalHeadProof, ...] = ()
    recorded: bool | None = None
    if session is not None:
        with session.reading(whole=True) as connection:
            heads = tuple(journal_head_proof(connection, head) for head in sidecar.heads)
            if sidecar.made_at_store == session.name:
                recorded = is_export_recorded(connection, sidecar.file_name, sidecar.sha384)
    return ReportProof(
        sidecar=sidecar,
        names_given=names_given,
        signer=chain[0].origin if chain else "",
        signer_role=chain[0].role if chain else "",
        signer_account=chain[0].name if chain and chain[0].role is Role.REPORTER else "",
        root_fingerprint=chain[-1].short_fingerprint if chain else "",
        signature_holds=signature_holds,
        signer_is_known=known,
        files=files,
        heads=heads,
        export_is_recorded=recorded,
        time=time,
        refusals=tuple(refusals),
    )


def _sidecar_path(path: Path) -> Path | None:
    names = [path.name.removesuffix(SIGNATURE_SUFFIX)] if path.name.endswith(SUFFIX + SIGNATURE_SUFFIX) else []
    if path.name.endswith(SUFFIX):
        names.append(path.name)
    names.append(f"{path.name}{SUFFIX}")
    # A volume, a table or the rows of a summary: the sidecar must name the file, since a shared stem proves nothing.
    if _OTHER_PART.search(path.name):
        stem = _OTHER_PART.sub("", path.name)
        names += [f"{stem}{SUFFIX}", f"{Path(stem).stem}.pdf{SUFFIX}"]
    # Also a pipe or a broken link: then the report is unreadable, and not some other kind of file.
    return next((path.with_name(name) for name in names if os.path.lexists(path.with_name(name))), None)


def _names(sidecar: Sidecar, sidecar_path: Path, given: Path) -> bool:
    """Whether `sidecar` names the file `given`: a genuine sidecar copied beside another file does not.

    Files are hashed by the names in the sidecar, in its folder, so a file named there is the file that is hashed.
    """
    if sidecar_path.name != f"{sidecar.file_name}{SUFFIX}":
        return False
    of_sidecar = {sidecar_path.name, f"{sidecar_path.name}{SIGNATURE_SUFFIX}"}
    return given.name in of_sidecar | {file.name for file in sidecar.files}


def _read(path: Path) -> bytes:
    if not is_file(path):
        raise Refusal("report.sidecar_unreadable", name=path.name, reason="not a regular file")
    refusal = Refusal("report.sidecar_unreadable", name=path.name, reason="its size")
    return read_small(path, MAX_SIDECAR_BYTES, refusal)


class _Noting:
    """Context manager that turns a refusal into a verdict: it is noted and the verification continues."""

    def __init__(self, refusals: list[Refusal]) -> None:
        self._refusals = refusals

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _trace: object) -> bool:
        if not isinstance(error, Refusal):
            return False
        self._refusals.append(error)
        return True


def _signature(sidecar_path: Path, refusals: list[Refusal]) -> SidecarSignature | None:
    path = sidecar_path.with_name(f"{sidecar_path.name}{SIGNATURE_SUFFIX}")
    if not is_file(path):
        refusals.append(Refusal("report.no_signature"))
        return None
    return decode_signature(_read(path), path.name)


def _chain(signature: SidecarSignature | None, refusals: list[Refusal]) -> tuple[Certificate, ...]:
    """Return the signer's certificates if each is signed by the next, up to an authority that is not checked here."""
    if signature is None:
        return ()
    with _Noting(refusals):
        chain = tuple(Certificate.from_der(der) for der in signature.chain)
        if not chain:
            raise Refusal("certificate.chain_shape", roles="")
        check_chain(chain, chain[-1], of_report=True)
        if chain[0].role not in _SIGNERS:
            refusals.append(Refusal("report.signer_role"))
        return chain
    return ()


def _trust(chain: tuple[Certificate, ...], session: Session | None, revocations: bytes | None) -> TrustList | None:
    """Return what the reader knows about certificates: the store's list, and the authority's list of revoked HQs."""
    trust: TrustList | None = None
    if session is not None:
        with session.reading(whole=True) as connection:
            trust = trust_list(connection, is_hq=session.is_hq)
    elif revocations is not None and chain:
        trust = TrustList(root=chain[-1])
    return with_list(trust, revocations) if trust and revocations is not None else trust


def _time(
    sidecar_path: Path,
    encoded: bytes,
    chain: tuple[Certificate, ...],
    session: Session | None,
    trust: TrustList | None,
    authorities: Sequence[TimeAuthority],
    now: datetime,
) -> TimeProof:
    """Judge when the report was signed; by the answer beside it, and by what the store holds."""
    if not chain:
        return TimeProof(TimeVerdict.CLAIMED)
    signature_path = sidecar_path.with_name(f"{sidecar_path.name}{SIGNATURE_SUFFIX}")
    imprint = imprint_of(statement_of_report(encoded, _read(signature_path)))
    beside = answer_beside(signature_path)
    answers = [beside] if beside is not None else []
    if session is None:
        return judge_time(None, imprint, chain, now=now, trust=trust, answers=answers, authorities=authorities)
    with session.reading(whole=True) as connection:
        return judge_time(
            connection, imprint, chain, own=session.name, now=now, trust=trust, answers=answers, authorities=authorities
        )


def _is_known(
    chain: tuple[Certificate, ...],
    sidecar: Sidecar,
    session: Session | None,
    root: str,
    trust: TrustList | None,
    time: TimeProof,
    refusals: list[Refusal],
) -> bool | None:
    """Whether the signer is trusted, by our root or the given fingerprint, with a certificate in force at the time.

    None without a store and a fingerprint.
    """
    if session is None and not root:
        return None
    if not chain:
        return False
    with _Noting(refusals):
        if root and plain_fingerprint(chain[-1].short_fingerprint) != plain_fingerprint(root):
            raise Refusal("report.other_root", found=chain[-1].short_fingerprint, given=root[:40])
        made_at = from_utc_text(sidecar.as_of)
        if trust is not None:
            check_chain(chain, trust.root, of_report=True)
            _refuse_revoked(chain, trust, time)
        check_validity(chain, chain[-1], made_at)
        if sidecar.made_at_store != chain[0].origin:
            raise Refusal("report.other_signer", signer=chain[0].origin, store=sidecar.made_at_store)
        if chain[0].role is Role.REPORTER and sidecar.made_by != chain[0].name:
            raise Refusal("report.other_account", signer=chain[0].name, stated=sidecar.made_by[:40])
        return True
    return False


def _refuse_revoked(chain: tuple[Certificate, ...], trust: TrustList, time: TimeProof) -> None:
    # Unless it is proved, the time of signing is known only from the report itself: a later revocation counts too.
    for certificate in chain:
        if trust.revoked_at(certificate, time.moment) is not None:
            raise Refusal("report.signer_revoked", signer=certificate.origin)
