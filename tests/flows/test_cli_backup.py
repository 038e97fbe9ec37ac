"""`eum store backup` and `eum store restore`, as a person runs them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from eum_app.cli import run
from tests.builders import PASSPHRASE, Clock, make_store
from tests.faults.disk import flip


def test_a_store_is_backed_up_and_restored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    make_store(tmp_path / "s", "field", "FLD-0042", Clock()).close()
    monkeypatch.setenv("EUM_PASSPHRASE", PASSPHRASE)
    monkeypatch.setenv("EUM_ACCOUNT", "INS-017")
    assert run(["store", "backup", str(tmp_path / "b"), "--store", str(tmp_path / "s"), "--json"]) == 0
    made = json.loads(capsys.readouterr().out)
    backup = Path(made["path"])
    assert made["bytes"] == sum(path.stat().st_size for path in backup.iterdir() if path.name != "manifest.json")
    assert run(["store", "restore", str(backup), str(tmp_path / "again")]) == 0
    assert "new identity" in capsys.readouterr().out
    assert run(["store", "check", "--store", str(tmp_path / "again")]) == 0
    assert run(["store", "restore", str(backup), str(tmp_path / "again")]) == 1
    assert "There is already a store" in capsys.readouterr().err
    flip(backup / "store.db", 5_000)
    assert run(["store", "restore", str(backup), str(tmp_path / "third")]) == 1
    assert "store.db is missing or altered" in capsys.readouterr().err
