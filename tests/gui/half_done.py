"""A device at work in a separate process, to be killed: `python -m tests.gui.half_done FOLDER VISIT_ID [group|site]`.

It opens an item, answers two questions, adds a comment, a note and a photo. With `group` it takes the items in view and
answers one question for all; with `site` it begins two answers to the site checklist. Then it says so on its output,
and does nothing until it is killed.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPlainTextEdit

from eum_app.demo.generate import photo
from tests.gui.field_world import Field, window_at_work
from tests.gui.test_field_sweep import look_at, shelf
from ui.field.visit.keeper import Keeper

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

SAID = "half done"
GROUP = ("786950", "786951", "786952")


class Waiter:
    """The part of pytest-qt's `qtbot` that a `Field` uses."""

    def waitUntil(self, condition: Callable[[], bool], *, timeout: int) -> None:
        """Deliver events until the condition holds. Raises TimeoutError."""
        end = time.monotonic() + timeout / 1000
        while not condition():
            if time.monotonic() > end:
                raise TimeoutError
            QTest.qWait(10)


def begin(field: Field) -> None:
    """Begin a check of 786951 and leave it half done, with the list filtered."""
    field.open("visit")
    field.visit.items.show_filter("to_check")
    field.idle()
    field.identify("786951")
    field.key(Qt.Key.Key_Y)
    field.key(Qt.Key.Key_N)
    field.type("plate worn")
    field.press("add_note_button")
    assert field.find("check_note", QPlainTextEdit).hasFocus()
    field.type("behind the crate")
    field.visit.item.add_photo(photo("intact", 1))
    wait_for_save(field)


def begin_group(field: Field) -> None:
    """Take three items in view, and answer the first two questions for all of them."""
    field.open("visit")
    look_at(field, shelf(field.folder / "frames", *GROUP), len(GROUP))
    field.key(Qt.Key.Key_F5)
    field.key(Qt.Key.Key_Y)
    field.key(Qt.Key.Key_N)
    field.type("all plates worn")
    field.key(Qt.Key.Key_Tab)
    wait_for_save(field)


def begin_site(field: Field) -> None:
    """Leave the comment on one *No* empty, and another one in the middle of a sentence."""
    field.open("site")
    field.site.go_to("two_barriers")
    field.key(Qt.Key.Key_N)
    field.site.go_to("fence")
    field.key(Qt.Key.Key_N)
    field.type("Hole by the")
    field.until(lambda: field.site.answers.keeper.is_idle)


def wait_for_save(field: Field) -> None:
    """Wait until the app has saved the unrecorded work by itself: no save is due, and none runs."""
    keeper = field.visit.findChild(Keeper)
    assert isinstance(keeper, Keeper)
    field.until(lambda: not keeper._timer.isActive() and not keeper._saving)


def main() -> None:
    app = QApplication([])
    with window_at_work(cast("QtBot", Waiter()), Path(sys.argv[1]), sys.argv[2]) as field:
        {"group": begin_group, "site": begin_site}.get("".join(sys.argv[3:]), begin)(field)
        sys.stdout.write(f"{SAID}\n")
        sys.stdout.flush()
        app.exec()


if __name__ == "__main__":
    main()
