"""A folder that is gone is not made again on this computer: sealing there would only seem to reach the drive."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from eum_app.cli import run
from tests.builders import PASSPHRASE, make_world
from tests.gui.field_world import field_at_work


def test_sealing_to_a_folder_that_vanished_is_refused_with_its_path(qtbot: QtBot, tmp_path: Path) -> None:
    with field_at_work(qtbot, tmp_path) as field:
        field.open("sync")
        gone = tmp_path / "stick" / "for-hq"
        field.sync.out_path.set_path(gone)
        field.press("seal_button")
        assert str(gone) in field.sync.notice.text
        assert not gone.parent.exists()


def test_the_command_refuses_such_a_folder_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    world = make_world(tmp_path / "w")
    device, hq = world.device.store.folder, world.hq.store.folder
    world.close()
    monkeypatch.setenv("EUM_PASSPHRASE", PASSPHRASE)
    gone = tmp_path / "stick" / "for-hq"
    assert run(["bundle", "seal", "--to", str(gone), "--account", "INS-017", "--store", str(device)]) == 1
    assert f"The folder {gone} is not there" in capfd.readouterr().err
    given = ["inbox", "import", str(tmp_path), "--receipts", str(gone), "--account", "REV-004", "--store", str(hq)]
    assert run(given) == 1
    assert not gone.parent.exists()
