"""The authority by `eum authority …`, as people run it: split among custodians, moved out, and used to certify HQ."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from eum_app.cli import run
from tests.builders import PASSPHRASE, Clock, make_store
from tests.flows.test_cli_accounts import descriptor

SECRET = "the stick is in the safe"


def test_a_key_ceremony_with_custodians(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    make_store(tmp_path / "hq", "hq", "HQ-01", Clock()).close()
    monkeypatch.setenv("EUM_PASSPHRASE", PASSPHRASE)
    monkeypatch.setenv("EUM_ACCOUNT", "REV-004")
    monkeypatch.setenv("EUM_STORE", str(tmp_path / "hq"))
    stick = str(tmp_path / "stick")

    def eum(*arguments: str) -> tuple[int, str]:
        code = run(["authority", *arguments])
        said = capsys.readouterr()
        return code, said.out + said.err

    assert "its key is in this store" in eum("state")[1]
    code, said = eum("move", stick, "--needed", "2", "--authority-passphrase-fd", descriptor(SECRET))
    assert (code, Path(stick).exists()) == (1, False)  # not under a passphrase: the custodians were forgotten
    code, said = eum("move", stick, "--custodians", "3", "--needed", "2", "--json")
    copied = json.loads(said)
    assert (code, len(copied["shares"]), copied["is_moved"]) == (0, 3, False)
    assert "its key is in this store" in eum("state")[1]  # until the custodians have their shares
    code, said = eum("move", stick, "--finish", "--shares-fd", descriptor(copied["shares"][0]))
    assert (code, "2 different shares are needed" in said) == (1, True)
    assert eum("move", stick, "--finish", "--shares-fd", descriptor(*copied["shares"][1:]))[0] == 0
    assert "its key is not in this store" in eum("state")[1]
    assert eum("move", stick, "--finish", "--shares-fd", descriptor(*copied["shares"][1:]))[0] == 1

    request, answer, crl = (str(tmp_path / name) for name in ("hq.eumreq", "hq.eumcert", "hqs.crl"))
    fingerprint = json.loads(eum("request", request, "--json")[1])["fingerprint"]
    issue = ("issue", stick, request, answer, "--fingerprint")
    shares = copied["shares"][:2]
    code, said = eum(*issue, "AAAAA-AAAAA-AAAAA-AAAAA-AAAAA", "--shares-fd", descriptor(*shares))
    assert code == 1
    assert eum(*issue, fingerprint.lower(), "--shares-fd", descriptor(*shares))[0] == 0
    code, said = eum("show", stick)
    assert (code, "2 of 3 custodians" in said, "HQ-01  epoch 2" in said) == (0, True, True)
    root = json.loads(eum("show", stick, "--json")[1])["fingerprint"]
    assert eum("accept", answer, "--root", "AAAAA")[0] == 1
    code, said = eum("accept", answer, "--root", root)
    assert (code, "HQ uses new keys, epoch 2" in said) == (0, True)
    revoke = ("revoke", stick, "HQ-01", "--epoch", "1", "--to", crl)
    assert eum(*revoke, "--shares-fd", descriptor(*shares))[0] == 0
    assert eum("take-revocations", crl)[0] == 0
    code, said = eum("take-revocations", crl)
    assert (code, "already has list 1" in said) == (1, True)


def test_an_authority_under_a_passphrase_and_its_shares_in_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def eum(*arguments: str) -> tuple[int, str]:
        code = run(["authority", *arguments])
        said = capsys.readouterr()
        return code, said.out + said.err

    create = ("create", str(tmp_path / "a"), "--name", "Program XX", "--suite", "p384")
    assert eum(*create, "--authority-passphrase-fd", descriptor("short"))[0] == 1
    assert not (tmp_path / "a").exists()
    assert eum(*create, "--authority-passphrase-fd", descriptor(SECRET))[0] == 0
    code, said = eum(*create, "--authority-passphrase-fd", descriptor(SECRET))
    assert (code, "holds an authority already" in said) == (1, True)
    split = ("create", str(tmp_path / "b"), "--name", "Program YY", "--suite", "p384")
    code, said = eum(*split, "--custodians", "3", "--needed", "2")
    assert (code, said.count("Share ")) == (0, 3)
    assert sum(line.startswith("  ") for line in said.splitlines()) == 9
    assert eum(*split, "--custodians", "3")[0] == 1
    assert eum("show", str(tmp_path / "nowhere"))[0] == 1
