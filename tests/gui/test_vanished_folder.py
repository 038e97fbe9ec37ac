"""A folder that is gone is not made again on this computer: sealing there would only seem to reach the drive."""

from __future__ import annotations

from pathlib import Path

from pytestqt.qtbot import QtBot

from tests.gui.field_world import field_at_work


def test_sealing_to_a_folder_that_vanished_is_refused_with_its_path(qtbot: QtBot, tmp_path: Path) -> None:
    with field_at_work(qtbot, tmp_path) as field:
        field.open("sync")
        gone = tmp_path / "stick" / "for-hq"
        field.sync.out_path.set_path(gone)
        field.press("seal_button")
        assert str(gone) in field.sync.notice.text
        assert not gone.parent.exists()
