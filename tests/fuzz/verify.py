"""`eum verify` of reports, bundles, receipts, slips and heads, also of rightly signed ones of any content."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from eum_app.cli.streams import visible
from eum_app.cli.verify import _Believed, _file
from eum_app.domain.proof_slips import SLIP_SUFFIX, _check_of, encode_slip
from eum_app.domain.tree_heads import HEAD_SUFFIX
from eum_app.reports.sidecar import PURPOSE, SIGNATURE_SUFFIX, SidecarSignature, encode_signature
from eum_app.usecases.exchange.receive import import_bundles
from eum_app.usecases.exchange.seal_bundle import seal_results
from eum_app.usecases.exchange.trust import identity_of
from eum_app.usecases.proofs.log_head import export_head
from eum_app.usecases.proofs.make_slip import Subject, make_slip
from eum_app.usecases.reporting.export_report import FORMATS
from eum_app.usecases.reporting.inventory_status import INVENTORY_STATUS
from eum_app.usecases.reporting.make_report import make_report
from tests.fuzz.target import Target, choosing, chosen, refusals_into
from tests.proofs import proved_world

_SUFFIXES: Final = tuple(FORMATS)
_SIDECAR, _SIGNATURE, _UNSIGNED, _BUNDLE, _RECEIPT, _SLIP, _RECORD, _HEAD = range(len(_SUFFIXES), len(_SUFFIXES) + 8)
_WORDS: Final = (
    *("format", "version", "report", "file_name", "sha384", "rows", "files", "name", "columns", "filters", "as_of"),
    *("made_by", "made_at_store", "heads", "origin", "epoch", "seq", "hash", "chain", "signature", "signer", "suite"),
    *("/StructTreeRoot", "/K", "/Kids", "/Pages", " 0 R", "obj", "stream", "/Length", "/Filter", "/FlateDecode"),
    *("<row", "<sheetData", "tables", '"""', "\x1b", "9223372036854775808", "1e400", "../"),
)


def verify(folder: Path) -> Target:
    """Verify each kind of file by HQ's store, and reports also by the authority's fingerprint alone."""
    proved = proved_world(folder / "world")
    world, hq = proved.world, proved.world.hq
    slip = make_slip(hq, Subject.ITEM, proved.items[0])
    head = folder / f"head{HEAD_SUFFIX}"
    export_head(hq, head)
    place = folder / "given"
    place.mkdir()
    made = {suffix: make_report(hq, INVENTORY_STATUS, place / f"status{suffix}") for suffix in _SUFFIXES}
    originals = {path: path.read_bytes() for path in place.iterdir()}
    with hq.store.reading() as connection:
        identity = identity_of(hq, connection)
    root = identity.chain[-1].short_fingerprint
    csv = made[".csv"]

    def sign(sidecar: Path, encoded: bytes) -> None:
        sidecar.write_bytes(encoded)
        signature = SidecarSignature(
            file_name=sidecar.name,
            suite=identity.suite.value,
            signer=identity.origin,
            chain=tuple(certificate.der for certificate in identity.chain),
            signature=identity.signing.sign(PURPOSE, encoded),
        )
        sidecar.with_name(f"{sidecar.name}{SIGNATURE_SUFFIX}").write_bytes(encode_signature(signature))

    def signed_content(suffix: str, content: bytes) -> Path:
        exported = made[suffix]
        exported.path.write_bytes(content)
        stated = {"sha384": hashlib.sha384(content).hexdigest(), "rows": 3}
        sidecar: dict[str, Any] = json.loads(originals[exported.sidecar_path])
        sidecar |= {"files": [{"name": exported.path.name, **stated}], **stated}
        sign(exported.sidecar_path, json.dumps(sidecar).encode())
        return exported.path

    def placed(way: int, content: bytes) -> Path:
        if way < len(_SUFFIXES):
            return signed_content(_SUFFIXES[way], content)
        if way in {_BUNDLE, _RECEIPT, _SLIP, _RECORD, _HEAD}:
            suffix = {_SLIP: SLIP_SUFFIX, _RECORD: SLIP_SUFFIX, _HEAD: HEAD_SUFFIX}.get(way, ".eumb")
            path = place / f"given{suffix}"
            if way == _SLIP:
                content += _check_of(content)
            elif way == _RECORD:
                content = encode_slip(replace(slip.slip, record=content))
            path.write_bytes(content)
            return path
        for path, original in originals.items():
            if path.name.startswith(csv.path.stem):
                path.write_bytes(original)
        if way == _SIDECAR:
            sign(csv.sidecar_path, content)
        elif way == _SIGNATURE:
            csv.sidecar_path.with_name(f"{csv.sidecar_path.name}{SIGNATURE_SUFFIX}").write_bytes(content)
        else:
            csv.path.write_bytes(content)
        return csv.path

    def run(data: bytes) -> list[str]:
        codes: list[str] = []
        way, content = chosen(data, _HEAD + 1)
        given = placed(way, content)
        for session, fingerprint in ((hq, ""), (None, root)):
            if session is None and given.suffix == ".eumb":
                continue
            with refusals_into(codes):
                _, words, holds = _file(given, session, _Believed(fingerprint, head))
                assert all(visible(line).isprintable() for line in words)
                assert not (holds and way == _UNSIGNED and content != originals[csv.path])
        return codes

    sealed = seal_results(world.device, world.drop).path
    (outcome,) = import_bundles(hq, [sealed], folder / "receipts").outcomes
    assert outcome.receipt_path is not None
    signature = csv.sidecar_path.with_name(f"{csv.sidecar_path.name}{SIGNATURE_SUFFIX}")
    seeds = [choosing(way, originals[made[suffix].path]) for way, suffix in enumerate(_SUFFIXES)]
    seeds += [
        choosing(_SIDECAR, originals[csv.sidecar_path]),
        choosing(_SIGNATURE, originals[signature]),
        choosing(_UNSIGNED, originals[csv.path]),
        choosing(_BUNDLE, sealed.read_bytes()),
        choosing(_RECEIPT, outcome.receipt_path.read_bytes()),
        choosing(_SLIP, slip.data[: -len(_check_of(b""))]),
        choosing(_RECORD, slip.slip.record),
        choosing(_HEAD, head.read_bytes()),
    ]
    return Target(run, seeds, [word.encode() for word in _WORDS], max(map(len, seeds)) + 1_000)
