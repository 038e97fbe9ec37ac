"""The window's inputs other than its widgets: hand scanners, idle time, sleep, and a satellite receiver."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication, QWidget

from ui.devices.idle import IdleWatch
from ui.devices.scanners import Scanners
from ui.kit import settings
from ui.kit.second_click import SecondClick
from ui.kit.settings import LOCK_AFTER, SATELLITE, SCANNER, SatelliteSettings
from ui.window.reading_sign import ReadingSign

if TYPE_CHECKING:
    from ui.devices.satellite_clock import SatelliteClock
    from ui.devices.sleep import SleepWatch


class Watch(QObject):
    """Emit `mark_scanned` with (bytes, "wedge" or "serial"), `lock_due` with a reason, `time_heard` with a `Heard`.

    Reasons are idle, sleep and screen. The keyboard scanner is filtered all the time, so that a scan into a locked
    window is recognized as one. The serial ports are open, and idle time counts, between `begin` and `rest`.
    """

    mark_scanned = Signal(bytes, str)
    scan_refused = Signal(object)
    """`Refused`: the keys of a scan that cannot be used."""
    lock_due = Signal(str)
    time_heard = Signal(object)

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        self.scanners = Scanners(app, settings.current().value(SCANNER), self)
        self.scanners.mark_scanned.connect(self._scanned)
        self.scanners.refused.connect(self._refused)
        self._sign = ReadingSign(window)
        self.scanners.reading_changed.connect(self._sign.follow)
        self.idle = IdleWatch(app, self)
        self.idle.lock_due.connect(self.lock_due)
        self._second_click = SecondClick(app, self)
        self._window = window
        self._sleep: SleepWatch | None = None
        self._satellite: SatelliteClock | None = None
        settings.current().changed.connect(self._follow)

    def begin(self) -> None:
        """Start listening and counting idle time (on unlock), with the settings as they are now."""
        kept = settings.current()
        self.scanners.open_port(kept.value(SCANNER))
        self.use_satellite(kept.value(SATELLITE))
        self.idle.start(kept.value(LOCK_AFTER))
        if self._sleep is None:
            from ui.devices.sleep import SleepWatch

            self._sleep = SleepWatch(self.lock_due.emit, int(self._window.winId()), self)

    def rest(self) -> None:
        """Stop counting idle time and close the serial ports (on lock). Sleep and keyboard scans are still noticed."""
        self.idle.stop()
        self.scanners.close_port()
        self.use_satellite(SatelliteSettings())

    def close(self) -> None:
        """Stop listening to everything."""
        self.rest()
        self.scanners.close()
        self._second_click.close()
        if self._sleep is not None:
            self._sleep.close()

    def _follow(self, entry: object) -> None:
        """Apply a changed setting at once. While the window is locked, the next `begin` applies it."""
        kept = settings.current()
        if not self.idle.is_watching:
            return
        if entry is SCANNER:
            self.scanners.use(kept.value(SCANNER))
        elif entry is SATELLITE:
            self.use_satellite(kept.value(SATELLITE))
        elif entry is LOCK_AFTER:
            self.idle.start(kept.value(LOCK_AFTER))

    def use_satellite(self, satellite: SatelliteSettings) -> None:
        """Listen to the receiver on this port, or to none when no port is set."""
        if self._satellite is not None:
            self._satellite.stop()
            self._satellite.deleteLater()
            self._satellite = None
        if satellite.port:
            from ui.devices.satellite_clock import SatelliteClock

            self._satellite = SatelliteClock(satellite, self)
            self._satellite.time_heard.connect(self.time_heard)
            self._satellite.start()

    def _refused(self, refused: object) -> None:
        self.idle.touch()
        self.scan_refused.emit(refused)

    def _scanned(self, raw: bytes, read_by: str) -> None:
        self.idle.touch()
        self.mark_scanned.emit(raw, read_by)
