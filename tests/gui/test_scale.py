"""Twice the size on a small screen: nothing on any page is cut or lies on its neighbour (LOOK.md rule 15)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from eum_app.usecases.exchange import import_bundles
from tests.gui.field_world import field_at_work
from tests.gui.geometry import cut_parts
from tests.gui.hq_support import hq_window, hq_world, inspected
from ui.page import Page
from ui.tasks import Tasks
from ui.theme import Theme
from ui.widgets import Columns

SIZES = ((1440, 900, 100), (1366, 768, 100), (1366, 768, 200), (1440, 900, 200))


def look_at(page: Page, window: QWidget, look: Theme, idle: Callable[[], None]) -> list[str]:
    """What is cut at each size and scale, each column in front once."""
    found = []
    for width, height, scale in SIZES:
        look.set_scale(scale)
        window.resize(width, height)
        in_front: list[tuple[Columns | None, str]] = [
            (columns, key) for columns in page.findChildren(Columns) for key in columns.keys
        ]
        for columns, key in in_front or [(None, "")]:
            if columns is not None:
                columns.bring_to_front(key)
            for _ in range(3):
                idle()
                QApplication.processEvents()
            found += [f"{page.objectName()} {width} {scale} % {key}: {said}" for said in cut_parts(page)]
    look.set_scale(100)
    return found


def test_field_pages(qtbot: QtBot, look: Theme, tmp_path: Path) -> None:
    with field_at_work(qtbot, tmp_path) as field:
        found = []
        for key in field.shell.page_keys:
            field.open(key)
            found += look_at(field.shell.page(key), field.window, look, field.idle)
        assert found == [], "\n".join(found)


def test_hq_pages(qapp: QApplication, tasks: Tasks, look: Theme, tmp_path: Path) -> None:
    world = hq_world(tmp_path)
    _planned, bundle = inspected(world)
    import_bundles(world.hq, [bundle], tmp_path)
    with hq_window(world.hq, tasks, tmp_path) as hq:
        found = []
        for key in hq.shell.page_keys:
            found += look_at(hq.page(key), hq.shell, look, hq.settle)
        assert found == [], "\n".join(found)
    world.close()
