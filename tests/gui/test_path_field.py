"""The path field: what is typed or chosen is the path that is meant."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from eum_app.domain.errors import Refusal
from eum_app.scanning.images import load_grey
from eum_app.usecases.visits.photos import read_file
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


def test_chosen_files_stay_what_was_chosen_until_the_text_changes(qtbot: QtBot, look: Theme, tmp_path: Path) -> None:
    field = PathField("Bundles", object_name="bundles", kind="files")
    qtbot.addWidget(field)
    dropped = [tmp_path / "a;b.eumb", tmp_path / " c.eumb "]
    seen: list[list[Path]] = []
    field.changed.connect(lambda: seen.append(field.paths))
    field.set_paths(dropped)
    assert field.paths == dropped
    assert seen == [dropped]
    field.edit.setText(f"{field.edit.text()}; {tmp_path / 'd.eumb'}")
    assert len(field.paths) == 4, "typed text is split"
    field.clear()
    assert field.paths == []
    field.edit.setText("a\0b.eumb")
    assert field.paths == [Path("ab.eumb")]


def test_a_name_that_no_file_can_have_is_refused_and_no_crash(qtbot: QtBot, look: Theme, tmp_path: Path) -> None:
    long = tmp_path / ("x" * 300)
    field = PathField("Folder", object_name="folder", kind="folder")
    qtbot.addWidget(field)
    field.set_path(long)
    field.open_dialog()
    assert field._dialog is not None
    field._dialog.close()
    for path in (long, tmp_path / "a\0b"):
        for read in (load_grey, read_file):
            with pytest.raises(Refusal, match=r"image\.missing"):
                read(path)
