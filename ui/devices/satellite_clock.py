"""Read the time from a satellite receiver (GNSS) on a serial port: NMEA 0183 sentences, for the time only.

A port that is missing or goes away is retried until it is back.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

from PySide6.QtCore import QObject, Signal
from PySide6.QtPositioning import QGeoPositionInfo, QNmeaPositionInfoSource

from eum_app.domain.clock import system_now
from eum_app.domain.time_check import Heard
from ui.devices.serial_line import SerialLine
from ui.kit.settings import SatelliteSettings

SAMPLES: Final = 5
"""Number of sentences to compare. Sentences arrive late, never early, so the earliest of them shows
the clock's error.
"""


class SatelliteClock(SerialLine):
    """Emit `time_heard` with a `Heard` for each sentence that has a time and date, from the fifth on.

    It is the one of the last five with the smallest lead of the clock. The count starts again when the port opens
    again.
    """

    time_heard = Signal(object)

    def __init__(
        self, settings: SatelliteSettings, parent: QObject | None = None, *, now: Callable[[], datetime] = system_now
    ) -> None:
        super().__init__(settings.port, settings.baud, parent)
        self._now = now
        self._heard: deque[Heard] = deque(maxlen=SAMPLES)
        self._source: QNmeaPositionInfoSource | None = None
        self.opened.connect(self._listen)
        self.closed.connect(self._let_go)

    # Inside

    def _listen(self) -> None:
        self.port.clear()  # what waits in the line was true earlier
        self._source = QNmeaPositionInfoSource(QNmeaPositionInfoSource.UpdateMode.RealTimeMode, self)
        self._source.setDevice(self.port)
        self._source.positionUpdated.connect(self._take)
        self._source.startUpdates()

    def _let_go(self) -> None:
        self._heard.clear()
        if self._source is not None:
            self._source.stopUpdates()
            self._source.deleteLater()
            self._source = None

    def _take(self, said: QGeoPositionInfo) -> None:
        stamp = said.timestamp()
        if not stamp.isValid() or not stamp.date().isValid():
            return  # a sentence without a date (GGA) before the first with one
        satellite_at = datetime.fromtimestamp(stamp.toMSecsSinceEpoch() / 1000, UTC)
        self._heard.append(Heard(satellite_at, self._now()))
        if len(self._heard) == SAMPLES:
            self.time_heard.emit(min(self._heard, key=lambda heard: heard.ahead))
