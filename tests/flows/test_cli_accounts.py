"""Accounts and keys by `eum store …`, as people run it."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from eum_app.cli import run
from tests.builders import PASSPHRASE, Clock, make_store

NEW = "an entirely other passphrase"


def descriptor(*lines: str) -> str:
    reading, writing = os.pipe()
    os.write(writing, "".join(f"{line}\n" for line in lines).encode())
    os.close(writing)
    return str(reading)


def test_an_account_from_its_beginning_to_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    make_store(tmp_path / "s", "hq", "HQ-01", Clock(), role="administrator").close()
    monkeypatch.setenv("EUM_PASSPHRASE", PASSPHRASE)
    monkeypatch.setenv("EUM_ACCOUNT", "REV-004")
    monkeypatch.setenv("EUM_STORE", str(tmp_path / "s"))

    def eum(*arguments: str) -> tuple[int, str]:
        code = run(["store", *arguments])
        said = capsys.readouterr()
        return code, said.out + said.err

    add = ("add-account", "REV-009", "--role", "reviewer", "--country", "XX")
    assert eum(*add, "--new-passphrase-fd", descriptor(PASSPHRASE))[0] == 0
    code, said = eum("recovery-codes", "--account", "REV-009")
    assert code == 0
    codes = [line.split()[1] for line in said.splitlines()[1:]]
    assert len(codes) == 10

    for words in ("Tries left: 2", "Tries left: 1", "locked"):
        code, said = eum("accounts", "--account", "REV-009", "--passphrase-fd", descriptor("not the passphrase"))
        assert code == 1
        assert words in said
    rows = json.loads(eum("accounts", "--json")[1])
    assert [(row["account"], row["state"], row["recovery_codes_left"]) for row in rows] == [
        ("REV-004", "active", 0),
        ("REV-009", "locked", 10),
    ]
    assert rows[1]["countries"] == ["XX"]
    assert eum("unlock", "REV-009")[0] == 0

    recover = ("recover", "--account", "REV-009")
    code, said = eum(*recover, "--code-fd", descriptor(codes[0][:-1]), "--new-passphrase-fd", descriptor(NEW))
    assert (code, "27 of 28 characters" in said) == (1, True)
    assert eum(*recover, "--code-fd", descriptor(codes[0]), "--new-passphrase-fd", descriptor(NEW))[0] == 0
    changed = eum(
        *("passphrase", "--account", "REV-009", "--passphrase-fd", descriptor(NEW)),
        *("--old-passphrase-fd", descriptor(NEW), "--new-passphrase-fd", descriptor(PASSPHRASE)),
    )
    assert changed[0] == 0
    assert eum("reset-passphrase", "REV-009", "--new-passphrase-fd", descriptor(NEW))[0] == 0
    assert eum("rotate-key", "--reason", "by the calendar")[0] == 0
    assert eum("accounts", "--account", "REV-009", "--passphrase-fd", descriptor(NEW))[0] == 0
    assert eum("remove-account", "REV-009")[0] == 0
    assert eum("erase-after", "20")[0] == 0

    code, said = eum("erase")
    assert (code, "Nothing is erased" in said) == (0, True)
    assert eum("erase", "--confirm", "HQ-02")[0] == 1
    assert eum("erase", "--confirm", "HQ-01")[0] == 0
    assert eum("accounts")[0] == 1
    assert NEW not in said


def test_what_is_asked_in_secret_is_not_taken_from_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    make_store(tmp_path / "s", "hq", "HQ-01", Clock(), role="administrator").close()
    monkeypatch.setenv("EUM_PASSPHRASE", PASSPHRASE)
    arguments = ["store", "reset-passphrase", "REV-004", "--account", "REV-004", "--store", str(tmp_path / "s")]
    with Path(os.devnull).open(encoding="utf-8") as nothing:
        monkeypatch.setattr("sys.stdin", nothing)
        assert run(arguments) != 0
    assert "file descriptor" in capsys.readouterr().err
