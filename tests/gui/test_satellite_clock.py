"""A satellite receiver on a serial port, over a real pair of pseudo terminals: only its time is used, and recorded."""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime, timedelta
from functools import reduce
from operator import xor
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot
from sqlalchemy import select

from db.tables import journal
from eum_app.domain import facts as f
from eum_app.domain.errors import Trouble
from eum_app.domain.time_check import Heard
from eum_app.usecases.session import Session
from eum_app.usecases.store.hear_time import hear_satellite_time
from tests.builders import World
from tests.gui.hq_support import Window
from tests.gui.test_serial_scanner import Line
from tests.gui.test_serial_scanner import line as line
from tests.simulator import Simulator
from ui.devices.satellite_clock import SatelliteClock
from ui.kit.settings import SatelliteSettings
from ui.shared.settings_page import SettingsPage

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
needs_terminals = pytest.mark.skipif(sys.platform != "linux", reason="needs pseudo terminals")


def sentence(at: datetime, *, valid: str = "A") -> bytes:
    """A recommended minimum sentence (NMEA 0183, RMC) of nowhere in particular."""
    body = f"GPRMC,{at:%H%M%S}.00,{valid},0000.0000,N,00000.0000,E,000.0,000.0,{at:%d%m%y},,,A".encode()
    return b"$" + body + b"*%02X\r\n" % reduce(xor, body)


def heard_by(session: Session) -> list[f.SatelliteTimeHeard]:
    with session.store.reading() as connection:
        rows = connection.execute(select(journal.c.payload).where(journal.c.kind == "SatelliteTimeHeard")).scalars()
        found = [f.decode_fact("SatelliteTimeHeard", 1, payload) for payload in rows]
    return [fact for fact in found if isinstance(fact, f.SatelliteTimeHeard)]


def clock_on(line: Line, ahead: timedelta, heard: list[Heard]) -> tuple[SatelliteClock, list[datetime]]:
    """A machine whose clock is `ahead`; the last sentence sent is in the list."""
    sent: list[datetime] = []
    made = SatelliteClock(SatelliteSettings(port=line.port), now=lambda: sent[-1] + ahead)
    made.time_heard.connect(heard.append)
    made.start()
    assert made.is_connected
    return made, sent


def newest(clock: SatelliteClock) -> datetime | None:
    return clock._heard[-1].satellite_at if clock._heard else None


@needs_terminals
def test_the_time_is_heard_and_how_far_the_clock_is_off(qtbot: QtBot, line: Line) -> None:
    heard: list[Heard] = []
    clock, sent = clock_on(line, timedelta(minutes=3), heard)
    for second in range(7):
        sent.append(NOON + timedelta(seconds=second))
        line.send(sentence(sent[-1]))
        qtbot.waitUntil(lambda: newest(clock) == sent[-1], timeout=120_000)
    assert [one.ahead for one in heard] == [timedelta(minutes=3)] * 3
    clock.stop()


@needs_terminals
def test_what_says_no_time_is_passed_over(qtbot: QtBot, line: Line) -> None:
    heard: list[Heard] = []
    clock, sent = clock_on(line, timedelta(), heard)
    sent.append(NOON)
    line.send(b"\xff\x00$GPRMC,nonsense*00\r\n$GPGGA,142200.00,,,,,0,00,,,M,,M,,*66\r\n" + b"A" * 5_000 + b"\r\n")
    for second in range(5):
        sent.append(NOON + timedelta(seconds=second))
        line.send(sentence(sent[-1]))
        qtbot.waitUntil(lambda: newest(clock) == sent[-1], timeout=120_000)
    assert [one.satellite_at for one in heard] == [NOON]  # the soonest of five; all come as soon
    clock.stop()


@needs_terminals
def test_a_port_that_goes_away_is_waited_for(qtbot: QtBot, line: Line) -> None:
    clock = SatelliteClock(SatelliteSettings(port=f"{line.port}-not-there"))
    clock.start()
    assert not clock.is_connected
    clock.stop()
    clock, _ = clock_on(line, timedelta(), [])
    os.close(line.scanner)
    qtbot.waitUntil(lambda: not clock.is_connected, timeout=120_000)
    clock.stop()


@pytest.mark.data
@needs_terminals
def test_the_sample_walk_is_heard(qtbot: QtBot, line: Line, shared_data: Path) -> None:
    heard: list[Heard] = []
    clock = SatelliteClock(SatelliteSettings(port=line.port), now=lambda: datetime(2026, 11, 21, 14, 23, tzinfo=UTC))
    clock.time_heard.connect(heard.append)
    clock.start()
    for sentence_of_walk in (shared_data / "walk.nmea").read_bytes().splitlines(keepends=True):
        line.send(sentence_of_walk)
        qtbot.wait(1)
    qtbot.waitUntil(lambda: len(heard) > 30, timeout=120_000)
    assert {one.satellite_at.date() for one in heard} == {NOON.date()}
    clock.stop()


def test_it_is_recorded_once_a_session_and_when_the_clock_moves_against_it(world: World) -> None:
    session = world.hq
    ahead = timedelta(milliseconds=-400)
    assert hear_satellite_time(session, Heard(NOON, NOON + ahead))
    assert not hear_satellite_time(session, Heard(NOON, NOON + ahead + timedelta(seconds=1)))
    assert hear_satellite_time(session, Heard(NOON, NOON + timedelta(days=365)))
    first, second = heard_by(session)
    assert (first.satellite_at, first.clock_ahead_ms) == ("2026-11-21T12:00:00.000000Z", -400)
    assert second.clock_ahead_ms == 365 * 86_400_000


def test_what_a_device_heard_comes_to_hq_with_its_results(tmp_path: Path) -> None:
    simulator = Simulator.start(tmp_path)
    assert hear_satellite_time(simulator.world.device, Heard(NOON, NOON - timedelta(seconds=7)))
    simulator.check("FLD-0042", 0)
    assert [outcome.outcome for outcome in simulator.deliver(simulator.seal("FLD-0042"))] == ["accepted"]
    assert [fact.clock_ahead_ms for fact in heard_by(simulator.world.hq)] == [-7_000]
    simulator.world.close()


def test_settings_say_how_far_the_clock_is_off_and_it_is_recorded(window: Window, world: World) -> None:
    page = window.page("settings")
    assert isinstance(page, SettingsPage)
    window.shell.satellite_time_heard.emit(Heard(NOON, NOON + timedelta(seconds=0.4)))
    window.settle()
    assert page.satellite.said.text() == "This computer's clock is right, within 0.4 s"
    for ahead, said in (
        (timedelta(seconds=90), "90.0 s fast"),
        (timedelta(minutes=-3), "3 minutes slow"),
        (timedelta(days=365), "365 days fast"),
    ):
        window.shell.satellite_time_heard.emit(Heard(NOON, NOON + ahead))
        window.settle()
        assert page.satellite.said.text() == f"This computer's clock is {said}"
    assert [fact.clock_ahead_ms for fact in heard_by(world.hq)] == [400, 90_000, -180_000, 365 * 86_400_000]


def test_it_is_recorded_although_the_settings_were_never_shown(window: Window, world: World) -> None:
    assert window.shell.current_key != "settings"
    window.shell.satellite_time_heard.emit(Heard(NOON, NOON + timedelta(seconds=90)))
    window.settle()
    assert [fact.clock_ahead_ms for fact in heard_by(world.hq)] == [90_000]
    assert window.shell.current_key != "settings"


def test_a_recording_that_failed_is_tried_again(qtbot: QtBot, window: Window, world: World) -> None:
    page = window.page("settings")
    assert isinstance(page, SettingsPage)
    card = page.satellite
    window.shell.satellite_time_heard.emit(Heard(NOON, NOON + timedelta(seconds=90)))
    card._not_recorded(Trouble("disk.full", path="store"))  # as if this had come of it
    window.settle()
    assert card._retry.isActive()
    assert "disk is full" in page.notice.text
    card._is_asked = True
    card._retry.setInterval(0)
    card._not_recorded(Trouble("disk.full", path="store"))
    qtbot.waitUntil(lambda: not card._is_asked, timeout=120_000)
    window.shell.satellite_time_heard.emit(Heard(NOON, NOON + timedelta(days=2)))
    window.settle()
    assert [fact.clock_ahead_ms for fact in heard_by(world.hq)] == [90_000, 2 * 86_400_000]


def test_the_port_is_kept_and_listened_to(window: Window) -> None:
    from ui.kit import settings

    page = window.page("settings")
    assert isinstance(page, SettingsPage)
    chosen: list[SatelliteSettings] = []
    settings.current().changed.connect(lambda entry: chosen.append(settings.current().value(entry)))
    page.satellite.port.addItem("ttyTEST", "ttyTEST")
    page.satellite.port.setCurrentIndex(page.satellite.port.count() - 1)
    page.satellite.port.activated.emit(page.satellite.port.currentIndex())
    assert chosen == [SatelliteSettings(port="ttyTEST")] == [settings.Settings().value(settings.SATELLITE)]
    assert page.satellite.said.text() == "Nothing received yet"
