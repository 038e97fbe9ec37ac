"""A folder that is gone is not made again on this computer: sealing there would only seem to reach the drive."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from eum_app.cli import run
from tests.builders import PASSPHRASE, Clock, make_store, make_world
from tests.gui.field_world import field_at_work, window_at_work


def test_sealing_to_a_folder_that_vanished_is_refused_with_its_path(qtbot: QtBot, tmp_path: Path) -> None:
    with field_at_work(qtbot, tmp_path) as field:
        field.open("sync")
        gone = tmp_path / "stick" / "for-hq"
        field.sync.out_path.set_path(gone)
        field.press("seal_button")
        assert str(gone) in field.sync.notice.text
        assert not gone.parent.exists()


def test_a_folder_name_that_is_too_long_is_refused_too(qtbot: QtBot, tmp_path: Path) -> None:
    with field_at_work(qtbot, tmp_path) as field:
        field.open("sync")
        field.sync.out_path.set_path(tmp_path / ("x" * 300))
        field.press("seal_button")
        assert "is not there" in field.sync.notice.text


def test_a_request_makes_no_folder_but_the_outbox(qtbot: QtBot, tmp_path: Path) -> None:
    make_store(tmp_path / "fld-0042", "field", "FLD-0042", Clock()).close()
    with window_at_work(qtbot, tmp_path, "") as field:
        field.open("sync")
        card, gone = field.sync.enrol, tmp_path / "stick"
        assert card.request_path.path == tmp_path / "outbox" / "FLD-0042.eumreq"
        card.request_path.set_path(gone / "r.eumreq")
        field.press("make_request_button")
        assert f"The folder {gone} is not there" in field.sync.notice.text
        assert not gone.exists()
        card.request_path.set_path(tmp_path / "outbox" / "r.eumreq")
        field.press("make_request_button")
        assert (tmp_path / "outbox" / "r.eumreq").is_file()


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
