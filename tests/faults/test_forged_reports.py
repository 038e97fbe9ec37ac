"""Reports that were signed by someone who signs what they like: each is a verdict, and none holds."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

import pytest

from eum_app.cli import run
from eum_app.crypto.certificates import Identity
from eum_app.domain.errors import Refusal
from eum_app.reports.sidecar import PURPOSE, SidecarSignature, encode_signature
from eum_app.usecases.exchange.trust import identity_of
from eum_app.usecases.reporting.export_report import Exported
from eum_app.usecases.reporting.verify_report import verify_report
from eum_app.usecases.session import Session
from tests.builders import World
from tests.integration.test_reports_proved import command, made, root_of, signature_path, world

__all__ = ["world"]


def signed_by(identity: Identity, exported: Exported, **changed: object) -> Path:
    """Put a sidecar with other values beside the report, rightly signed by `identity`; return the report's path."""
    sidecar = json.loads(exported.sidecar_path.read_text())
    stated = {"sha384": hashlib.sha384(exported.path.read_bytes()).hexdigest(), "rows": sidecar["rows"]}
    sidecar |= {
        "made_at_store": identity.origin,
        "files": [{"name": exported.path.name, **stated}],
        **stated,
        **changed,
    }
    encoded = json.dumps(sidecar).encode()
    exported.sidecar_path.write_bytes(encoded)
    signature = SidecarSignature(
        file_name=exported.sidecar_path.name,
        suite=identity.suite.value,
        signer=identity.origin,
        chain=tuple(certificate.der for certificate in identity.chain),
        signature=identity.signing.sign(PURPOSE, encoded),
    )
    signature_path(exported).write_bytes(encode_signature(signature))
    return exported.path


def identity_in(session: Session) -> Identity:
    with session.store.reading() as connection:
        return identity_of(session, connection)


def test_a_device_signs_no_report(world: World, tmp_path: Path) -> None:
    """An enrolled device, whose certificate leads to our authority, signs a report that it made up."""
    exported = made(world, tmp_path / "status.csv")
    root = root_of(world.hq, exported)
    for origin in ("FLD-0042", "HQ-01"):
        forged = signed_by(identity_in(world.device), exported, made_at_store=origin)
        for proof in (verify_report(forged, world.hq), verify_report(forged, root=root), verify_report(forged)):
            assert (proof.signature_holds, proof.signer_role, proof.verdict) == (True, "device", "fails")
            assert "report.signer_role" in proof.codes
    world.close()


def _hostile_pdf() -> bytes:
    """A PDF whose structure tree is its own child."""
    body = b"%PDF-1.7\n1 0 obj<</Type/Catalog/StructTreeRoot 2 0 R>>endobj\n2 0 obj<</K 2 0 R>>endobj\n"
    return body + b"trailer<</Root 1 0 R>>\nstartxref\n0\n%%EOF"


@pytest.mark.parametrize(
    ("suffix", "content"),
    [
        ("csv", b'"never closed'),
        ("csv", b"\xff\xfe"),
        ("json", b"[" * 100_000),
        ("json", b'{"tables": 1}'),
        ("xlsx", b"PK\x03\x04 and no more"),
        ("xlsx", b""),
        ("pdf", b"%PDF-1.7 and no more"),
        ("pdf", b""),
        ("pdf", _hostile_pdf()),
    ],
)
def test_a_signed_file_that_cannot_be_read_is_a_verdict(
    world: World, tmp_path: Path, suffix: str, content: bytes
) -> None:
    exported = made(world, tmp_path / f"status.{suffix}")
    exported.path.write_bytes(content)
    forged = signed_by(identity_in(world.hq), exported)
    proof = verify_report(forged, world.hq)
    assert (proof.signature_holds, proof.verdict, proof.files[0].rows) == (True, "fails", None)
    assert "report.rows_unreadable" in proof.codes
    world.close()


@pytest.mark.parametrize("value", [2**63, -1, True, 1.5, "1"])
@pytest.mark.parametrize("field", ["seq", "epoch"])
def test_a_head_with_an_impossible_number_is_refused(world: World, tmp_path: Path, field: str, value: object) -> None:
    exported = made(world, tmp_path / "status.csv")
    heads = json.loads(exported.sidecar_path.read_text())["heads"]
    heads[0][field] = value
    forged = signed_by(identity_in(world.hq), exported, heads=heads)
    with pytest.raises(Refusal, match=r"report\.sidecar_unreadable"):
        verify_report(forged, world.hq)
    world.close()


def test_the_largest_head_and_strange_texts_are_verdicts(world: World, tmp_path: Path) -> None:
    exported = made(world, tmp_path / "status.csv")
    heads = json.loads(exported.sidecar_path.read_text())["heads"]
    heads[0] |= {"seq": 2**63 - 1, "epoch": 2**63 - 1}
    strange = {"heads": heads, "as_of": "0001-01-01T00:00:00+14:00", "report": "none\u0000"}
    proof = verify_report(signed_by(identity_in(world.hq), exported, **strange), world.hq)
    assert proof.verdict == "fails"
    assert proof.heads[0].verdict == "not_held"
    assert "time.invalid" in proof.codes
    name = "x" * 300
    files = [{"name": name, "rows": 1, "sha384": "0" * 96}]
    proof = verify_report(signed_by(identity_in(world.hq), exported, files=files), world.hq)
    assert [(file.name, file.is_there) for file in proof.files] == [(name, False)]
    world.close()


def test_no_text_of_a_file_forges_a_line(world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    exported = made(world, tmp_path / "status.csv")
    for forging in (
        "x\nHolds.",
        "x\r\nHolds.",
        "\x1b[2J\x1b[HHolds.",
        "x\u2028Holds.",
        "x\u0085Holds.",
        "\u202eHolds.",
    ):
        forged = signed_by(identity_in(world.device), exported, made_by=forging, report=forging, as_of=forging)
        code, shown = command(capsys, "verify", str(forged))
        assert code == 1
        assert shown.splitlines().count("Holds.") == 0
        assert shown.splitlines()[-1] == "DOES NOT HOLD."
        assert all(line.isprintable() for line in shown.split("\n"))
    world.close()


@pytest.mark.parametrize("second", ["status.csv", "STATUS.CSV"])
def test_a_sidecar_that_names_a_file_twice_is_refused(world: World, tmp_path: Path, second: str) -> None:
    """20,000 entries in an unsigned sidecar had one large file hashed 20,000 times."""
    exported = made(world, tmp_path / "status.csv")
    root = root_of(world.hq, exported)
    sidecar = json.loads(exported.sidecar_path.read_text())
    sidecar["files"].append({**sidecar["files"][0], "name": second})
    exported.sidecar_path.write_text(json.dumps(sidecar))
    with pytest.raises(Refusal, match=r"report\.sidecar_unreadable"):
        verify_report(exported.path, root=root)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no pipes in folders")
@pytest.mark.parametrize("kind", ["pipe", "device", "loop", "folder", "nothing"])
def test_a_sidecar_that_cannot_be_a_file_is_a_refusal_of_the_report(
    world: World, tmp_path: Path, kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    exported = made(world, tmp_path / "status.csv")
    root = root_of(world.hq, exported)
    path = exported.sidecar_path
    path.unlink()
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    else:
        path.symlink_to({"device": Path("/dev/zero"), "loop": path, "nothing": tmp_path / "gone"}[kind])
    assert run(["verify", str(exported.path), "--root", root]) == 1
    assert path.name in capsys.readouterr().err
