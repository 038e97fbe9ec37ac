"""A satellite receiver (GNSS) on a serial port, for the time only: NMEA 0183 sentences, read by Qt.

A port that is not there, or that goes away, is tried again until it is back.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

from PySide6.QtCore import QIODeviceBase, QObject, QTimer, Signal
from PySide6.QtPositioning import QGeoPositionInfo, QNmeaPositionInfoSource
from PySide6.QtSerialPort import QSerialPort

from eum_app.domain.clock import system_now
from eum_app.domain.time_check import Heard
from ui.settings import SatelliteSettings

RETRY_MS: Final = 1_000
SAMPLES: Final = 5
"""Sentences come late, never early: of so many, the one that came soonest tells how far the clock is off."""


class SatelliteClock(QObject):
    """`time_heard` carries a `Heard` with each sentence that has time and date, from the fifth on."""

    time_heard = Signal(object)

    def __init__(
        self, settings: SatelliteSettings, parent: QObject | None = None, *, now: Callable[[], datetime] = system_now
    ) -> None:
        super().__init__(parent)
        self._now = now
        self._heard: deque[Heard] = deque(maxlen=SAMPLES)
        self._source: QNmeaPositionInfoSource | None = None
        self._port = QSerialPort(settings.port, self)
        self._port.setBaudRate(settings.baud)
        self._port.errorOccurred.connect(self._fail)
        self._retry = QTimer(self)
        self._retry.setInterval(RETRY_MS)
        self._retry.timeout.connect(self._open)

    @property
    def is_connected(self) -> bool:
        return self._port.isOpen()

    def start(self) -> None:
        """Open the port now, or as soon as it is there."""
        self._retry.start()
        self._open()

    def stop(self) -> None:
        self._retry.stop()
        self._let_go()

    # Inside

    def _open(self) -> None:
        if self._port.isOpen() or not self._port.open(QIODeviceBase.OpenModeFlag.ReadOnly):
            return
        self._port.clear()  # what waits in the line was true earlier
        self._source = QNmeaPositionInfoSource(QNmeaPositionInfoSource.UpdateMode.RealTimeMode, self)
        self._source.setDevice(self._port)
        self._source.positionUpdated.connect(self._take)
        self._source.startUpdates()

    def _fail(self, error: QSerialPort.SerialPortError) -> None:
        if error in {QSerialPort.SerialPortError.ResourceError, QSerialPort.SerialPortError.ReadError}:
            self._let_go()

    def _let_go(self) -> None:
        self._heard.clear()
        if self._source is not None:
            self._source.stopUpdates()
            self._source.deleteLater()
            self._source = None
        if self._port.isOpen():
            self._port.close()

    def _take(self, said: QGeoPositionInfo) -> None:
        stamp = said.timestamp()
        if not stamp.isValid() or not stamp.date().isValid():
            return  # a sentence without a date (GGA) before the first with one
        satellite_at = datetime.fromtimestamp(stamp.toMSecsSinceEpoch() / 1000, UTC)
        self._heard.append(Heard(satellite_at, self._now()))
        if len(self._heard) == SAMPLES:
            self.time_heard.emit(min(self._heard, key=lambda heard: heard.ahead))
