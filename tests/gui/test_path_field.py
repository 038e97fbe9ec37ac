"""The path field: what is typed or chosen is the path that is meant."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from ui.kit.theme import Theme
from ui.kit.widgets.path_field import PathField


def test_a_path_field_takes_a_name_that_holds_a_semicolon(
    qtbot: QtBot, look: Theme, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    field = PathField("Bundles", object_name="bundles", kind="files")
    qtbot.addWidget(field)
    odd, plain = tmp_path / "a; b.eumb", tmp_path / "c.eumb"
    odd.touch()
    field.set_paths([odd])
    assert field.paths == [odd]
    field.set_paths([plain, tmp_path / "d.eumb"])
    assert field.paths == [plain, tmp_path / "d.eumb"]
    monkeypatch.setenv("HOME", str(tmp_path))
    field.set_path("~/c.eumb")
    assert field.path == plain
