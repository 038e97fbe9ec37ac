"""Twice the size on a small screen: nothing on any page is cut or overlaps its neighbor (LOOK.md rule 15)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from eum_app.usecases.exchange.receive import import_bundles
from tests.gui.field_world import field_at_work
from tests.gui.geometry import cut_parts
from tests.gui.hq_support import hq_window, hq_world, inspected
from ui.kit.page import Page
from ui.kit.tasks import Tasks
from ui.kit.theme import Theme
from ui.kit.widgets import Columns

Idle = Callable[[], None]

SIZES = ((1440, 900, 100), (1366, 768, 100), (1366, 768, 200), (1440, 900, 200))


def look_at(pages: Iterable[str], opened: Callable[[str], Page], window: QWidget, look: Theme, idle: Idle) -> list[str]:
    """Texts that are cut on any of the pages at each size and scale, each column in front once.

    The scale is the outer loop: another style sheet is expensive with many pages.
    """
    found = []
    for width, height, scale in SIZES:
        look.set_scale(scale)
        window.resize(width, height)
        for key in pages:
            found += [f"{key} {width} {scale} % {said}" for said in cut_on(opened(key), idle)]
    look.set_scale(100)
    return found


def cut_on(page: Page, idle: Idle) -> list[str]:
    found = []
    in_front: list[tuple[Columns | None, str]] = [
        (columns, key) for columns in page.findChildren(Columns) for key in columns.keys
    ]
    for columns, key in in_front or [(None, "")]:
        if columns is not None:
            columns.bring_to_front(key)
        for _ in range(3):
            idle()
            QApplication.processEvents()
        found += [f"{key}: {said}" for said in cut_parts(page)]
    return found


def test_field_pages(qtbot: QtBot, look: Theme, tmp_path: Path) -> None:
    with field_at_work(qtbot, tmp_path) as field:

        def opened(key: str) -> Page:
            field.open(key)
            return field.shell.page(key)

        found = look_at(field.shell.page_keys, opened, field.window, look, field.idle)
        assert found == [], "\n".join(found)


def test_hq_pages(qapp: QApplication, tasks: Tasks, look: Theme, tmp_path: Path) -> None:
    world = hq_world(tmp_path)
    _planned, bundle = inspected(world)
    import_bundles(world.hq, [bundle], tmp_path)
    with hq_window(world.hq, tasks, tmp_path) as hq:
        found = look_at(hq.shell.page_keys, hq.page, hq.shell, look, hq.settle)
        assert found == [], "\n".join(found)
    world.close()
