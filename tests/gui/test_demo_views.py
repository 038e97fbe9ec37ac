"""The views that `eum_app.demo.screens` photographs can be reached: first start, unlocking, the device, and HQ."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication
from pytestqt.qtbot import QtBot

from eum_app.crypto.passphrases import KdfParams
from eum_app.crypto.suites import Suite
from eum_app.demo import views
from eum_app.demo.hands import Hands
from eum_app.demo.scene import Scene
from eum_app.list_files.inventory_file import read_inventory
from eum_app.usecases.exchange.receive import import_bundles
from tests.builders import inventory_csv
from tests.gui.field_world import field_at_work, unlock
from tests.gui.hq_support import hq_world, inspected
from ui.window.app import build_window

pytestmark = pytest.mark.usefixtures("look")


def seen(found: Iterable[views.View]) -> list[str]:
    """Go through the views, and return their names. Each shows something when it is photographed."""
    names = []
    for name, widget in found:
        assert widget.isVisible(), name
        assert not widget.grab().isNull(), name
        names.append(name)
    assert len(set(names)) == len(names), "two pictures of one name"
    return names


@contextmanager
def hands_at(folder: Path) -> Iterator[Hands]:
    window = build_window(
        folder / "store",
        outbox=folder / "outbox",
        inbox=folder / "inbox",
        kdf=KdfParams.fast_for_tests(Suite.HYBRID),
    )
    window.resize(1440, 900)
    hands = Hands(window, lambda title: folder / f"{title}.png")
    try:
        yield hands
    finally:
        window.close()
        window.deleteLater()
        QCoreApplication.processEvents()


def scene_of(folder: Path) -> Scene:
    """Return a scene with the list of the tests, large enough for the item that the views name."""
    scene = Scene(folder, ())
    inventory_csv(scene.inventory, 14)
    return Scene(folder, read_inventory(scene.inventory).accepted)


def test_the_views_of_a_new_machine(tmp_path: Path) -> None:
    with hands_at(tmp_path) as hands:
        names = seen(views.first_start(hands))
        shell = hands.window.shell
        assert shell is not None
        assert {"first-start-kind", "codes", "accounts", "erase", "keys"} <= set(names)
        assert {f"empty-{key}" for key in shell.page_keys} - set(names) == {"empty-codes", "empty-accounts"}


def test_the_views_of_a_device(qtbot: QtBot, tmp_path: Path) -> None:
    with field_at_work(qtbot, tmp_path, count=14) as field:
        hands = Hands(field.window, lambda title: tmp_path / f"{title}.png")
        assert set(seen(views.in_the_field(hands))) == set(field.shell.page_keys)
        field.open("visit")
        read = ["item", "reason", "by-hand"]
        unread = ["item-unread", "item-serial", "item-evidence", "item-witness"]
        assert seen(views.at_work(hands, scene_of(tmp_path))) == [*read, *unread]
        field.window.lock()
        field.until(lambda: field.window.unlock_page is not None)
        assert seen(views.before_unlocking(hands, "INS-017")) == ["unlock", "unlock-accepted", "recovery"]
        unlock(qtbot, field.window)
        field.until(lambda: field.window.shell is not None)


def test_the_views_of_hq(qtbot: QtBot, tmp_path: Path) -> None:
    world = hq_world(tmp_path)
    _planned, bundle = inspected(world)
    import_bundles(world.hq, [bundle], tmp_path)
    world.close()
    (tmp_path / "hq").rename(tmp_path / "store")
    with hands_at(tmp_path) as hands:
        unlock(qtbot, hands.window, who="REV-004")
        qtbot.waitUntil(lambda: hands.window.shell is not None, timeout=120_000)
        names = seen(views.at_hq(hands, scene_of(tmp_path)))
        shell = hands.window.shell
        assert shell is not None
        assert set(shell.page_keys) < set(names)
