"""The sidecar of a report: the facts needed to verify the file beside it, and the signature over them.

`<file>.sidecar.json` names every file of the report with its hash. `<file>.sidecar.json.sig` signs the exact bytes of
the sidecar, so no canonical form of JSON is needed. The purpose is `eum/report-sidecar/2` (see
`eum_app.crypto.signing`); the certificates from the signer up to the authority are included. Every other field of the
signature file repeats something that is verified (`require_agrees`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated

import msgspec

from eum_app import __version__
from eum_app.domain.errors import Refusal
from eum_app.domain.journal import Head
from eum_app.domain.unreadable import UNREADABLE
from eum_app.reports.model import Document

SUFFIX = ".sidecar.json"
SIGNATURE_SUFFIX = ".sig"
SIGNATURE_VERSION = 3
"""Version of a signature file. Since 2, an ECDSA signature has a low s (`signing.is_low_s`). Since 3, the signed
purpose names the version: such a file cannot pass as an older one, which has two spellings."""
PURPOSE = "eum/report-sidecar/2"
PURPOSES: Mapping[int, str] = {1: "eum/report-sidecar/1", 2: "eum/report-sidecar/1", SIGNATURE_VERSION: PURPOSE}
"""The purpose of the signature in each version of a signature file."""
FORMAT = "eum-signature"
MAX_SIDECAR_BYTES = 4_000_000
MAX_COUNT = 2**63 - 1
"""The largest number that a database compares with its own."""


class ChainHead(msgspec.Struct, frozen=True, kw_only=True):
    """The newest journal entry of one origin that the report was made from; `hash` is hex SHA-384."""

    origin: str
    epoch: Annotated[int, msgspec.Meta(ge=1, le=MAX_COUNT)]
    seq: Annotated[int, msgspec.Meta(ge=0, le=MAX_COUNT)]
    hash: str


class ReportFile(msgspec.Struct, frozen=True, kw_only=True):
    """One file of the report. `rows` was counted in the file after writing; `sha384` is of its bytes, hex."""

    name: str
    rows: int
    sha384: str


class Sidecar(msgspec.Struct, frozen=True, kw_only=True):
    """Marking, filters, counts and journal heads of one report. `sha384` is of the first file's bytes, hex.

    `rows` was counted in the files after writing. `unreconciled` is the total minus the sum of the counts. `verdict`
    is the verdict on a visit: reconciled, incomplete or unreconciled; older reports have none.
    `not_received` counts the facts that devices have announced and that are not in this store yet (DOMAIN section 8,
    invariants 6 and 8).
    """

    format: str = "eum-report-sidecar"
    version: int = 1
    report: str
    subject: str = ""
    marking: str
    designation: dict[str, str]
    file_name: str
    sha384: str
    rows: int
    files: tuple[ReportFile, ...]
    columns: tuple[str, ...]
    filters: dict[str, str]
    as_of: str
    made_by: str
    made_at_store: str
    app_version: str
    dispositions: dict[str, int]
    outcomes: dict[str, int]
    evidence_grades: dict[str, int]
    clocks: dict[str, int] = {}
    clock_trigger: str = ""
    reconciled: bool
    unreconciled: int = 0
    verdict: str = ""
    not_received: int
    heads: tuple[ChainHead, ...]


class SidecarSignature(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Signature over the sidecar's bytes.

    `chain` holds DER certificates, the signer's first and the authority's last. `file_name` is the sidecar's, `suite`
    and `signer` (its origin) are as in the signer's certificate.
    """

    format: str = FORMAT
    version: Annotated[int, msgspec.Meta(ge=1, le=SIGNATURE_VERSION)] = SIGNATURE_VERSION
    purpose: str = PURPOSE
    file_name: str
    suite: str
    signer: str
    chain: tuple[bytes, ...]
    signature: bytes


def require_agrees(signature: SidecarSignature, file_name: str, suite: str, signer: str) -> None:
    """Require that the fields that are not signed say what was verified: the name of its sidecar, the signer.

    Raises Refusal `report.signature_fields` with the first field that differs.
    """
    verified = {"format": FORMAT, "purpose": PURPOSES[signature.version], "file_name": file_name}
    for field, value in (verified | {"suite": suite, "signer": signer}).items():
        if getattr(signature, field) != value:
            raise Refusal("report.signature_fields", field=field, value=str(getattr(signature, field))[:80])


def sidecar_of(document: Document, *, filters: Mapping[str, str], heads: Sequence[Head], not_received: int) -> Sidecar:
    """Return the sidecar of a report that is not written yet: no files, 0 rows, empty file name and hash."""
    cover, counts = document.cover, document.counts
    return Sidecar(
        report=cover.report,
        subject=cover.subject,
        marking=cover.marking,
        designation=dict(cover.designation),
        file_name="",
        sha384="",
        rows=0,
        files=(),
        columns=document.tables[0].headings,
        filters=dict(filters),
        as_of=cover.as_of,
        made_by=cover.made_by,
        made_at_store=cover.made_at_store,
        app_version=__version__,
        dispositions=dict(counts.dispositions),
        outcomes=dict(counts.outcomes),
        evidence_grades=dict(counts.grades),
        clocks=dict(counts.clocks),
        clock_trigger=counts.clock_trigger,
        reconciled=cover.is_reconciled,
        unreconciled=counts.unreconciled,
        verdict=cover.verdict,
        not_received=not_received,
        heads=tuple(ChainHead(origin=one.origin, epoch=one.epoch, seq=one.seq, hash=one.hash.hex()) for one in heads),
    )


def encode_sidecar(sidecar: Sidecar) -> bytes:
    """Return the sidecar as indented JSON (UTF-8) with a final newline."""
    return msgspec.json.format(msgspec.json.encode(sidecar), indent=2) + b"\n"


def encode_signature(signature: SidecarSignature) -> bytes:
    """Return the signature as indented JSON (UTF-8) with a final newline."""
    return msgspec.json.format(msgspec.json.encode(signature), indent=2) + b"\n"


def decode_sidecar(data: bytes, name: str) -> Sidecar:
    """Return the sidecar in `data`; `name` is the file's name for the error.

    Nothing in it is verified. Raises Refusal `report.sidecar_unreadable`, also for a file name that could lead to
    another folder, and a file that is named twice.
    """
    try:
        sidecar = msgspec.json.decode(data, type=Sidecar)
    except UNREADABLE as error:
        raise Refusal("report.sidecar_unreadable", name=name, reason=str(error)[:200]) from error
    for file in sidecar.files:
        if not file.name or any(char in file.name for char in "/\\\0:") or file.name in {".", ".."}:
            raise Refusal("report.sidecar_unreadable", name=name, reason="a file name")
    # Each name is a file to hash. Disks of Windows and macOS do not tell upper from lower case.
    if len({file.name.casefold() for file in sidecar.files}) < len(sidecar.files):
        raise Refusal("report.sidecar_unreadable", name=name, reason="it names a file twice")
    return sidecar


def decode_signature(data: bytes, name: str) -> SidecarSignature:
    """Return the signature in `data`, which is not verified; `name` is the file's name for the error.

    Since version 3 only the exact bytes that `encode_signature` writes are accepted: two readers could understand
    others, such as a repeated field, differently. Raises Refusal `report.sidecar_unreadable`.
    """
    try:
        signature = msgspec.json.decode(data, type=SidecarSignature)
    except UNREADABLE as error:
        raise Refusal("report.sidecar_unreadable", name=name, reason=str(error)[:200]) from error
    if signature.version >= SIGNATURE_VERSION and encode_signature(signature) != data:
        raise Refusal("report.sidecar_unreadable", name=name, reason="it was written again")
    return signature
