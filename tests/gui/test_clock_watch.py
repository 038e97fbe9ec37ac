"""A clock that is set back or ahead while the app is open: a message says so at once, and the fact is recorded."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot
from sqlalchemy import Connection, func, select

from db.tables import journal
from eum_app.domain.clock import system_now
from tests.gui.field_world import Field, field_at_work
from ui.kit.theme import Theme


class Shifted:
    """The machine's clock, set by a person."""

    def __init__(self) -> None:
        self.by = timedelta()

    def __call__(self) -> datetime:
        return system_now() + self.by


@pytest.fixture
def field(qtbot: QtBot, tmp_path: Path) -> Iterator[Field]:
    with field_at_work(qtbot, tmp_path) as made:
        made.open("visit")
        yield made


def recorded(connection: Connection) -> int:
    return connection.execute(select(func.count()).where(journal.c.kind == "ClockJumped")).scalar_one()


@pytest.mark.parametrize(("by", "word"), [(timedelta(hours=-3), "back"), (timedelta(days=400), "ahead")])
def test_a_message_says_so_at_once_and_it_is_recorded(field: Field, by: timedelta, word: str) -> None:
    session, clock = field.session, Shifted()
    session.store.now = session.now = session.clock._now = clock
    assert session.read(recorded) == 0
    clock.by = by
    field.until(lambda: word in field.visit.warning.text)
    assert session.read(recorded) == 1
    field.until(lambda: not session.clock.has_jumped)
    field.visit.warning.dismiss()
    field.identify("786951")
    field.press("all_as_expected_button")
    field.key(Qt.Key.Key_Return)
    field.until(lambda: field.outcome("786951") == "verified")
    assert not field.visit.warning.text, "one message for each jump"
    assert session.read(recorded) == 1


@pytest.mark.parametrize(("width", "height", "scale"), [(1440, 900, 100), (1366, 768, 150), (1024, 600, 100)])
def test_the_message_and_the_one_about_the_last_act_do_not_cover_each_other(
    field: Field, look: Theme, width: int, height: int, scale: int
) -> None:
    look.set_scale(scale)
    field.window.resize(width, height)
    session, clock = field.session, Shifted()
    session.store.now = session.now = session.clock._now = clock
    clock.by = timedelta(hours=-3)
    page = field.visit
    field.until(lambda: "back" in page.warning.text)
    field.visit.notice.show_message("ok", "Recorded · 786951", action="Undo", on_action=lambda: None)
    field.idle()
    assert page.warning.isVisible()
    assert page.notice.isVisible()
    assert not page.warning.geometry().intersects(page.notice.geometry())
    page.notice.dismiss()
    field.open("close_out")
    other = field.close_out
    other.warning.show_message(
        "attention", "The clock of this computer was set back", detail="It shows 8:00", stays=True
    )
    other.notice.show_message("attention", "Please sign again.")
    assert other.warning.isVisible()
    assert not other.warning.geometry().intersects(other.notice.geometry())
    before = other.warning.geometry()
    other.notice.dismiss()
    assert other.warning.geometry().top() < before.top(), "it returns to its place"
    look.set_scale(100)
