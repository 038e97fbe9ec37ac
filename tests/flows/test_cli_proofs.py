"""Proof slips and witnesses at the command line, as people at HQ, a witness and an outsider use them."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from eum_app.cli import run
from tests.builders import PASSPHRASE
from tests.flows.test_cli import Eum
from tests.proofs import proved_world


def told(capfd: pytest.CaptureFixture[str], *words: object, code: int = 0) -> str:
    capfd.readouterr()
    assert run([str(word) for word in words]) == code, capfd.readouterr()
    out, err = capfd.readouterr()
    return out + err


def data_of(capfd: pytest.CaptureFixture[str], *words: object, code: int = 0) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(told(capfd, *words, "--json", code=code))
    return found


@pytest.mark.filterwarnings("ignore:.*EUM_PASSPHRASE.*")
def test_hq_an_outsider_and_a_witness(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    proved = proved_world(tmp_path / "world")
    folder = proved.world.hq.store.folder
    proved.world.close()
    monkeypatch.setenv("EUM_PASSPHRASE", PASSPHRASE)
    hq = Eum(capfd, folder, "REV-004")
    slip, qr, head = tmp_path / "a.eumslip", tmp_path / "a.png", tmp_path / "a.eumhead"

    made = hq("proof", "make", slip, "--item", proved.items[0], "--qr", qr)
    assert made["kind"] == "CheckRecorded"
    assert made["bytes"] == slip.stat().st_size <= 12_000
    assert made["qr_bytes"] <= 2_000
    exported = hq("head", "export", head, "--since", made["head_size"])
    assert made["head_size"] in exported["continues"]
    listed = hq("head", "list")
    assert [row["size"] for row in listed] == [exported["size"], made["head_size"]]

    # An outsider: without the authority's fingerprint nothing is proved; with it, it holds.
    said = told(capfd, "verify", slip, code=1)
    assert "NOT PROVED" in said
    root = re.search(r"authority ([A-Z2-7-]{29})", said)
    assert root is not None
    said = told(capfd, "verify", slip, "--root", root[1])
    for words in ("Signature: yes, by HQ-01 (hq)", "Included in the head: yes", "Unwitnessed", "outcome: verified"):
        assert words in said
    assert said.splitlines()[-2] == "Holds."
    assert "DOES NOT HOLD" in told(capfd, "verify", slip, "--root", "AAAAA", code=1)
    assert "has no head" in told(capfd, "verify", qr, "--root", root[1], code=1)
    said = told(capfd, "verify", qr, "--head", head, "--root", root[1], code=1)
    assert "of that size" in said
    assert "proves" not in said
    hq("head", "export", tmp_path / "same.eumhead", "--size", made["head_size"])
    assert "Holds." in told(capfd, "verify", qr, "--head", tmp_path / "same.eumhead", "--root", root[1])
    hq("proof", "make", slip, "--item", proved.items[1], "--qr", qr, "--head", exported["size"])
    assert "Holds." in told(capfd, "verify", qr, "--head", head, "--root", root[1])
    assert "never had a head" in hq("proof", "make", slip, "--item", proved.items[1], "--head", "3", code=1)
    assert "never had a head" in hq("head", "export", head, "--size", "3", code=1)
    assert data_of(capfd, "verify", head, "--root", root[1])["verdict"] == "holds"
    for misplaced in (("--head", head),):
        assert "says nothing about a head" in told(capfd, "verify", head, "--root", root[1], *misplaced, code=2)
    assert hq("verify", slip)["verdict"] == "holds"  # the store knows the authority

    # A witness cosigns; HQ takes it in; a new slip is witnessed.
    key = data_of(capfd, "witness", "create", tmp_path / "w", "--name", "Embassy", "--suite", "p384")["fingerprint"]
    assert data_of(capfd, "witness", "show", tmp_path / "w") == {"name": "Embassy", "fingerprint": key}
    cosigned = tmp_path / "b.eumhead"
    cosign = ("witness", "cosign", tmp_path / "w", head, "--output", cosigned)
    assert "--root" in told(capfd, *cosign, code=1)
    assert data_of(capfd, *cosign, "--root", root[1])["size"] == exported["size"]
    assert hq("head", "add-witness", cosigned)["witnesses"] == [["Embassy", key]]
    assert hq("proof", "make", slip, "--finding", proved.finding_id)["witnesses"] == ["Embassy"]
    assert f"Witnessed by Embassy (key {key})" in told(capfd, "verify", slip, "--root", root[1], "--witness", key)
    assert "have not named" in told(capfd, "verify", slip, "--root", root[1])
    assert "UNWITNESSED" in told(capfd, "verify", slip, "--root", root[1], "--witness", "AAAAA", code=1)
    compare = ("witness", "compare", head, cosigned)
    assert data_of(capfd, *compare, "--root", root[1])["comparison"] == "same"
    assert data_of(capfd, *compare, code=1)["authority_known"] is None

    (tmp_path / "twice.csv").write_text(
        (proved.world.folder / "inventory.csv").read_text("utf-8").replace("NVG-31A", "NVG-32A"), "utf-8"
    )
    assert hq("proof", "make", slip, "--serial", "786951")["kind"] == "CheckRecorded"
    hq("inventory", "import", tmp_path / "twice.csv")
    assert "Several items have the serial number 786951: 2" in hq("proof", "make", slip, "--serial", "786951", code=1)
    assert "not in this store" in hq("proof", "make", slip, "--serial", "1", code=1)

    # What is not a proof is refused in one sentence.
    for name, content in (("x.eumslip", b"EUMSLIP1"), ("y.eumhead", b"\0" * 40), ("z.eumslip", b"")):
        (tmp_path / name).write_bytes(content)
        assert "not a proof slip" in told(capfd, "verify", tmp_path / name, code=1)
    told(capfd, "proof", "make", slip, *hq.who, code=2)
