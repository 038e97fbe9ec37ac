"""`eum diagnostics`: what commands note beside a store, and what they never note."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from eum_app import diagnostics
from eum_app.cli import run
from tests.builders import PASSPHRASE, inventory_csv

WRONG = "not the passphrase of this account"


def test_commands_note_events_and_no_content(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    hook = threading.excepthook
    store = tmp_path / "hq"
    who = ["--store", str(store), "--account", "REV-004"]
    monkeypatch.setenv("EUM_PASSPHRASE", PASSPHRASE)
    kind = ["--kind", "hq", "--name", "HQ-01", "--role", "reviewer", "--suite", "p384"]
    assert run(["store", "create", *kind, *who]) == 0
    assert run(["inventory", "import", str(inventory_csv(tmp_path / "secret-list.csv")), *who]) == 0
    assert run(["store", "backup", str(tmp_path / "backups"), *who]) == 0
    monkeypatch.setenv("EUM_PASSPHRASE", WRONG)
    assert run(["store", "check", *who]) == 1
    out = tmp_path / "for-support.log"
    assert run(["diagnostics", str(out), "--store", str(store)]) == 0
    assert str(out) in capfd.readouterr().out
    text = out.read_text("utf-8")
    for event in (
        "store.created ms=",
        "store.opened ms=",
        "import.list_rows accepted=6 rejected=0 rows=6",
        "import.list ms=",
        "backup.made ms=",
        "store.opened code=passphrase.wrong ms=",
        "command.ended code=passphrase.wrong",
    ):
        assert event in text, event
    written = (PASSPHRASE, WRONG, "REV-004", "HQ-01", "secret-list", str(tmp_path), "Depot 7", "GOGGLE")
    assert [word for word in written if word in text] == []
    assert run(["diagnostics", str(out), "--store", str(store)]) == 3  # nothing is overwritten
    assert run(["diagnostics", str(tmp_path / "other.log"), "--store", str(tmp_path / "none")]) == 1
    assert diagnostics.started_for() is None
    assert threading.excepthook is hook


def test_erasing_a_store_removes_its_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EUM_PASSPHRASE", PASSPHRASE)
    store = tmp_path / "hq"
    who = ["--store", str(store), "--account", "ADM-001"]
    kind = ["--kind", "hq", "--name", "HQ-01", "--role", "administrator", "--suite", "p384"]
    assert run(["store", "create", *kind, *who]) == 0
    assert diagnostics.log_files(store) != []
    assert run(["store", "erase", "--confirm", "HQ-01", *who]) == 0
    assert diagnostics.log_files(store) == []


def test_a_bug_in_a_command_is_noted_by_its_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_args: object, **_named: object) -> None:
        raise ValueError(PASSPHRASE)

    monkeypatch.setattr("eum_app.usecases.store.save_diagnostics.log_files", broken)
    with pytest.raises(ValueError, match=PASSPHRASE):
        run(["diagnostics", str(tmp_path / "out.log"), "--store", str(tmp_path / "store")])
    monkeypatch.undo()
    (log,) = diagnostics.log_files(tmp_path / "store")
    text = log.read_text("utf-8")
    assert PASSPHRASE not in text
    assert "ValueError\n" in text
    assert "eum_app/cli/support.py:" in text
