"""Idle time and the machine's sleep lock the window by themselves."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtDBus import QDBusConnection, QDBusMessage, QDBusUnixFileDescriptor, QDBusVirtualObject
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QLineEdit,
)
from pytestqt.qtbot import QtBot

from ui.devices.idle import IdleWatch
from ui.devices.sleep import Logind, means_lock
from ui.kit import settings


@dataclass
class Hands:
    """Clocks that tests set."""

    monotonic_s: float = 1000.0
    wall_s: float = 5000.0

    def pass_time(self, seconds: float, *, asleep: bool = False) -> None:
        self.wall_s += seconds
        self.monotonic_s += 0 if asleep else seconds


@pytest.fixture
def idle(qapp: QApplication) -> Iterator[tuple[IdleWatch, Hands, list[str]]]:
    hands, reasons = Hands(), list[str]()
    watch = IdleWatch(qapp, qapp, monotonic=lambda: hands.monotonic_s, wall=lambda: hands.wall_s)
    watch.lock_due.connect(reasons.append)
    watch.start(15)
    yield watch, hands, reasons
    watch.stop()
    watch.deleteLater()


def test_idle_minutes_lock_and_activity_puts_it_off(idle: tuple[IdleWatch, Hands, list[str]], qtbot: QtBot) -> None:
    watch, hands, reasons = idle
    field = QLineEdit()
    qtbot.addWidget(field)
    field.show()
    act: tuple[Callable[[], object], ...] = (
        partial(QTest.keyClick, field, Qt.Key.Key_A),
        partial(QTest.mouseClick, field, Qt.MouseButton.LeftButton),
        watch.touch,
    )
    for one in act:
        for _ in range(29):
            hands.pass_time(30)
            assert not watch.look()
        one()
    assert reasons == []
    for _ in range(30):
        hands.pass_time(30)
        watch.look()
    assert reasons == ["idle"]
    assert not watch.is_watching


def test_a_leap_of_a_clock_is_sleep(idle: tuple[IdleWatch, Hands, list[str]], qtbot: QtBot) -> None:
    watch, hands, reasons = idle
    field = QLineEdit()
    qtbot.addWidget(field)
    field.show()
    hands.pass_time(600, asleep=True)
    QTest.mouseClick(field, Qt.MouseButton.LeftButton)  # who wakes it finds it locked before anything else happens
    assert reasons == ["sleep"]
    watch.start(15)
    hands.pass_time(600)  # elsewhere the monotonic clock goes on during sleep, and no tick came
    assert watch.look()
    assert reasons == ["sleep", "sleep"]


def test_a_clock_set_back_does_not_put_the_lock_off(idle: tuple[IdleWatch, Hands, list[str]]) -> None:
    watch, hands, reasons = idle
    hands.wall_s -= 10_000
    assert not watch.look()
    for _ in range(30):
        hands.pass_time(30)
        watch.look()
    assert reasons == ["idle"]


def test_the_idle_time_has_bounds(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.write_text('{"lock_after_minutes": 100000}')
    assert settings.Settings(path).value(settings.LOCK_AFTER) == settings.MINUTES[-1]
    path.write_text('{"lock_after_minutes": 0}')
    assert settings.Settings(path).value(settings.LOCK_AFTER) == settings.MINUTES[0]
    assert settings.LOCK_AFTER.default == 15


def test_windows_messages_that_mean_a_lock() -> None:
    assert means_lock(0x218, 4) == "sleep"
    assert means_lock(0x2B1, 7) == "screen"
    assert means_lock(0x218, 0x12) == ""
    assert means_lock(0x2B1, 8) == ""


@pytest.fixture
def bus_address() -> Iterator[str]:
    """A message bus of the test's own."""
    command = shutil.which("dbus-daemon")
    if command is None:
        pytest.skip("there is no dbus-daemon")
    with subprocess.Popen(
        [command, "--session", "--nofork", "--print-address"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as daemon:
        assert daemon.stdout is not None
        try:
            yield daemon.stdout.readline().strip()
        finally:
            daemon.terminate()


class Manager(QDBusVirtualObject):
    """Takes logind's place on the bus, and returns a file descriptor for an inhibitor."""

    asked: list[str]

    def introspect(self, _path: str) -> str:
        return ""

    def handleMessage(self, message: QDBusMessage, connection: QDBusConnection) -> bool:
        self.asked = list(message.arguments())
        reading, writing = os.pipe()
        answer = message.createReply()
        answer.setArguments([QDBusUnixFileDescriptor(writing)])
        for end in (reading, writing):
            os.close(end)
        return connection.send(answer)


def test_logind_says_that_the_machine_goes_to_sleep(qtbot: QtBot, qapp: QApplication, bus_address: str) -> None:
    ours = QDBusConnection.connectToBus(bus_address, "ours")
    logind = QDBusConnection.connectToBus(bus_address, "logind")
    reasons: list[str] = []
    manager = Manager()
    assert logind.registerService("org.freedesktop.login1")
    assert logind.registerVirtualObject("/org/freedesktop/login1", manager)
    listener = Logind(reasons.append, ours, qapp)
    qtbot.waitUntil(lambda: listener.holds_sleep_back, timeout=120_000)
    assert manager.asked == ["sleep", "EUM", "The store is locked first", "delay"]
    path = "/org/freedesktop/login1"
    going = QDBusMessage.createSignal(path, "org.freedesktop.login1.Manager", "PrepareForSleep")
    going.setArguments([True])
    assert logind.send(going)
    assert logind.send(QDBusMessage.createSignal(f"{path}/session/_31", "org.freedesktop.login1.Session", "Lock"))
    qtbot.waitUntil(lambda: reasons == ["sleep", "screen"], timeout=120_000)
    assert not listener.holds_sleep_back  # the machine may sleep now
    listener.prepare(False)
    qtbot.waitUntil(lambda: listener.holds_sleep_back, timeout=120_000)
    listener.close()
    manager.asked = []
    listener.prepare(False)
    assert logind.send(QDBusMessage.createSignal(f"{path}/session/_31", "org.freedesktop.login1.Session", "Lock"))
    qtbot.waitUntil(lambda: reasons == ["sleep", "screen", "screen"], timeout=120_000)
    assert manager.asked == [], "a watch that is closed asks for nothing"
    assert not listener.holds_sleep_back
    listener.deleteLater()
    for name in ("ours", "logind"):
        QDBusConnection.disconnectFromBus(name)
