"""The settings object, and a setting that only this test defines: on the page, in the file and in the documentation."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from eum_app.domain.errors import Trouble
from tests.builders import World
from tests.gui.hq_support import Window, hq_window
from tools.registry_tables import settings_table
from ui.kit import settings
from ui.kit.settings import (
    CAMERA,
    DENSITY,
    ENTRIES,
    LOCK_AFTER,
    SCALE,
    SOUNDS,
    THEME,
    CameraSettings,
    Choices,
    Entry,
    Settings,
)
from ui.kit.tasks import Tasks
from ui.kit.theme import Theme

ADDED = Entry[int](
    key="paper.margin_mm",
    type=int,
    default=10,
    choices=Choices(
        card="look",
        name="settings_margin",
        title="Margin of printed pages",
        hint="Some printers cut the edge",
        values=(("10", 10, "10 mm"), ("20", 20, "20 mm")),
    ),
)


@pytest.fixture
def window(world: World, tasks: Tasks, look: Theme) -> Iterator[Window]:
    """HQ's window, made while the registry holds the added setting."""
    assert look.name == "light"
    ENTRIES.append(ADDED)
    try:
        settings.forget()
        with hq_window(world.hq, tasks, world.folder) as made:
            yield made
    finally:
        ENTRIES.remove(ADDED)


def test_an_added_setting_is_found_everywhere(window: Window) -> None:
    told: list[object] = []
    settings.current().changed.connect(told.append)
    window.page("settings")
    window.press("settings_margin_20")
    assert settings.current().value(ADDED) == Settings().value(ADDED) == 20
    assert told == [ADDED]
    assert json.loads(settings.settings_file().read_bytes())["paper"] == {"margin_mm": 20}
    assert (
        "| **Margin of printed pages** | `paper.margin_mm` | 10 mm, 20 mm | 10 mm | Some printers cut"
        in settings_table()
    )


@pytest.mark.parametrize(
    "damaged",
    [
        '{"window": {"width": 1000000000000000000000}}',
        '{"window": {"left": 1000000000000, "has_place": true}}',
        '{"camera": {"index": 100000000000000000000}}',
        '{"camera": {"width": -1}}',
        '{"scanner": {"serial_port": "ttyX", "serial_baud": 1000000000000000000000}}',
        '{"scanner": {"max_gap_ms": 1e308}}',
        '{"satellite": {"port": "ttyX", "baud": 0}}',
    ],
)
def test_a_number_that_no_device_has_counts_as_the_default(tmp_path: Path, damaged: str) -> None:
    """Qt raises for a number that does not fit into a C int, and a device must always start."""
    path = tmp_path / "settings.json"
    path.write_text(damaged)
    read = Settings(path)
    assert [read.value(entry) for entry in ENTRIES] == [entry.default for entry in ENTRIES]


def test_a_value_that_cannot_be_read_is_the_default_and_the_others_stay(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    for damaged in ("", "{", "[1]", '{"camera": {"index": "one"}, "look": 3}', '{"look": {"density": "dense"}}'):
        path.write_text(damaged)
        read = Settings(path)
        assert [read.value(entry) for entry in ENTRIES] == [entry.default for entry in ENTRIES]
    path.write_text('{"camera": {"index": "one"}, "makes_sounds": true, "look": {"mode": "sepia", "scale": 900}}')
    read = Settings(path)
    assert (read.value(CAMERA), read.value(SOUNDS)) == (CameraSettings(), True)
    assert (read.value(THEME), read.value(SCALE)) == ("system", 200)


def test_two_windows_keep_each_other_s_changes_and_what_a_newer_version_kept(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.write_text('{"look": {"contrast": "high"}, "language": "uk"}')
    one, other = Settings(path), Settings(path)
    one.keep(DENSITY, "glove")
    other.keep(SCALE, 150)
    other.keep(LOCK_AFTER, 1000)
    kept = Settings(path)
    assert (kept.value(DENSITY), kept.value(SCALE), kept.value(LOCK_AFTER)) == ("glove", 150, 30)
    file = json.loads(path.read_bytes())
    assert (file["look"]["contrast"], file["language"]) == ("high", "uk")
    assert [one.name for one in tmp_path.iterdir()] == ["settings.json"]


def test_a_value_that_cannot_be_kept_holds_until_the_program_ends(tmp_path: Path) -> None:
    (tmp_path / "no folder").write_text("")
    read = Settings(tmp_path / "no folder" / "settings.json")
    with pytest.raises(Trouble, match=r"disk\.failed"):
        read.keep(SOUNDS, True)
    assert read.value(SOUNDS)


def test_the_file_is_read_once(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.write_text('{"makes_sounds": true}')
    read = Settings(path)
    path.unlink()
    assert read.value(SOUNDS)
