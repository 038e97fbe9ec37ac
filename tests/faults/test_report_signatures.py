"""Attacks on a report's signature file: fields that were not checked, and a second spelling by an older version."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from eum_app.cli import run
from eum_app.crypto.certificates import make_authority
from eum_app.crypto.revocations import make_revocation_list
from eum_app.crypto.signing import is_low_s
from eum_app.crypto.suites import Suite
from eum_app.domain.clock import from_utc_text
from eum_app.domain.errors import Refusal
from eum_app.reports.sidecar import SIGNATURE_VERSION, decode_signature
from eum_app.usecases.authority.root import revoke_hq
from eum_app.usecases.exchange.prove_time import signature_in
from eum_app.usecases.proofs.log_head import export_head
from eum_app.usecases.proofs.verify_slip import Trust, read_head, verify_head
from eum_app.usecases.proofs.verify_slip import Verdict as HeadVerdict
from eum_app.usecases.reporting.export_report import Exported
from eum_app.usecases.reporting.verify_report import verify_report
from tests.builders import World
from tests.faults.test_bundle_spelling import twin
from tests.flows.test_authority import BY_SECRET, moved
from tests.integration.test_reports_proved import made, root_of, signature_path, world

__all__ = ["world"]
KEPT = Path(__file__).parents[1] / "data" / "reports"


def changed(exported: Exported, **fields: Any) -> Path:
    """Write the signature file again with other fields, as the program itself would write it."""
    signature = json.loads(signature_path(exported).read_text()) | fields
    text = json.dumps(signature, indent=2, ensure_ascii=False) + "\n"
    signature_path(exported).write_text(text, "utf-8", newline="\n")
    return exported.path


@pytest.mark.parametrize(
    "fields",
    [
        {"format": "not-eum"},
        {"file_name": "other.csv.sidecar.json"},
        {"suite": "hybrid"},
        {"signer": "Minister"},
        {"purpose": "eum/report-sidecar/1"},
        {"version": 1},
        {"version": 2},
        {"version": 1, "purpose": "eum/report-sidecar/1"},
        {"version": 2, "purpose": "eum/report-sidecar/1"},
    ],
    ids=str,
)
def test_every_field_of_a_signature_file_counts(world: World, tmp_path: Path, fields: dict[str, Any]) -> None:
    exported = made(world, tmp_path / "status.csv")
    root = root_of(world.hq, exported)
    assert verify_report(exported.path, root=root).holds
    proof = verify_report(changed(exported, **fields), root=root)
    assert (proof.verdict, proof.signature_holds) == ("fails", False)
    world.close()


def test_a_hostile_field_steers_no_terminal(world: World, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    exported = made(world, tmp_path / "status.csv")
    root = root_of(world.hq, exported)
    world.close()
    for field in ("signer", "format", "suite", "file_name"):
        path = changed(exported, **{field: "Minister\x1b[2J\nHolds.\n\u202e"})
        assert run(["verify", str(path), "--root", root]) == 1
        said = capfd.readouterr().out
        assert "\x1b" not in said
        assert "\u202e" not in said
        assert said.splitlines()[-1] == "DOES NOT HOLD."
        assert "Holds." not in said.splitlines()


def repeat_the_signer(text: str) -> str:
    return text.replace("{", '{\n  "signer": "Minister",', 1)


def write_it_in_one_line(text: str) -> str:
    return json.dumps(json.loads(text))


def add_a_field(text: str) -> str:
    return text.replace("{", '{\n  "approved_by": "Minister",', 1)


@pytest.mark.parametrize("change", [repeat_the_signer, write_it_in_one_line, add_a_field])
def test_a_signature_file_has_one_spelling(world: World, tmp_path: Path, change: Callable[[str], str]) -> None:
    exported = made(world, tmp_path / "status.csv")
    path = signature_path(exported)
    path.write_text(change(path.read_text()), newline="\n")
    with pytest.raises(Refusal, match=r"report\.sidecar_unreadable"):
        verify_report(exported.path)
    world.close()


def test_no_older_version_brings_the_second_spelling_back(world: World, tmp_path: Path) -> None:
    """A reporter, or anyone else, writes n - s for s; under version 1 both spellings count."""
    exported = made(world, tmp_path / "status.csv")
    root = root_of(world.hq, exported)
    asked = signature_in(exported.path).imprint
    high = base64.b64encode(twin(base64.b64decode(json.loads(signature_path(exported).read_text())["signature"])))
    for version, purpose in ((3, "2"), (2, "2"), (1, "2"), (2, "1"), (1, "1")):
        fields = {"version": version, "purpose": f"eum/report-sidecar/{purpose}", "signature": high.decode()}
        proof = verify_report(changed(exported, **fields), root=root)
        assert (proof.verdict, proof.signature_holds) == ("fails", False), fields
    assert asked != signature_in(exported.path).imprint  # so a twin would need another proof of time
    world.close()


@pytest.mark.parametrize("version", [1, 2])
def test_reports_of_earlier_versions_hold(version: int) -> None:
    about = json.loads((KEPT / "root.json").read_text())
    path = KEPT / f"version-{version}" / "status.csv"
    signature = decode_signature(path.with_name(f"{path.name}.sidecar.json.sig").read_bytes(), path.name)
    assert signature.version == version < SIGNATURE_VERSION
    assert is_low_s(Suite.P384, signature.signature) is (version == 2)
    now = from_utc_text(about["verified_at"])
    assert verify_report(path, root=about["root"], now=now).verdict == "holds"
    assert verify_report(path, root=about["root"], now=now + timedelta(days=3650)).verdict == "claimed"


def test_an_outsider_uses_the_authority_s_list_of_revoked_hqs(world: World, tmp_path: Path) -> None:
    """Without a store nothing said that the key of an HQ had been stolen."""
    exported = made(world, tmp_path / "status.csv")
    root = root_of(world.hq, exported)
    export_head(world.hq, tmp_path / "a.eumhead")
    head = read_head(tmp_path / "a.eumhead")
    now = world.clock.instant
    stick = moved(world, tmp_path)
    revoke_hq(stick, "HQ-01", epoch=1, opener=BY_SECRET, now=world.clock)
    revoked = (stick / "revoked.crl").read_bytes()
    assert verify_report(exported.path, root=root, now=now).verdict == "holds"
    proof = verify_report(exported.path, root=root, now=now, revocations=revoked)
    assert (proof.verdict, proof.codes) == ("fails", ("report.signer_revoked",))
    assert verify_head(head, Trust(root), now=now).verdict is HeadVerdict.HOLDS
    refused = verify_head(head, Trust(root, revocations=revoked), now=now)
    assert refused.verdict is HeadVerdict.FAILS
    assert [one.code for one in refused.refusals] == ["report.signer_revoked"]
    stranger = make_authority("Ministry", at=now, suite=Suite.P384)
    other = make_revocation_list(stranger, {}, number=1, at=now).der
    # A failed copy, or a carrier who hides the theft, may leave an empty or a shorter file.
    cut = [(revoked[:length], "revocations.invalid") for length in (0, 1, len(revoked) // 2, len(revoked) - 1)]
    for wrong, code in ((other, "revocations.other_root"), (b"no list", "revocations.invalid"), *cut):
        proof = verify_report(exported.path, root=root, now=now, revocations=wrong)
        assert (proof.verdict, proof.codes) == ("fails", (code,))
        judged = verify_head(head, Trust(root, revocations=wrong), now=now)
        assert (judged.verdict, [one.code for one in judged.refusals]) == (HeadVerdict.FAILS, [code])
    world.close()


def test_the_list_at_the_command_line(world: World, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    exported = made(world, tmp_path / "status.csv")
    root = root_of(world.hq, exported)
    export_head(world.hq, tmp_path / "a.eumhead")
    stick = moved(world, tmp_path)
    revoke_hq(stick, "HQ-01", epoch=1, opener=BY_SECRET, now=world.clock)
    world.close()
    listed = ["--revocations", str(stick / "revoked.crl")]
    assert run(["verify", str(exported.path), "--root", root]) == 0
    assert run(["verify", str(exported.path), "--root", root, *listed]) == 1
    assert "was revoked" in capfd.readouterr().out
    assert run(["verify", str(exported.path), *listed]) == 2
    assert run(["verify", str(tmp_path), *listed, "--account", "REV-004"]) == 2
    empty = tmp_path / "empty.crl"  # a failed copy, or a carrier who does not want the theft known
    empty.touch()
    for file in (exported.path, tmp_path / "a.eumhead"):
        assert run(["verify", str(file), "--root", root, "--revocations", str(empty)]) == 1
