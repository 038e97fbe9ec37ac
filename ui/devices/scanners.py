"""The hand scanners of this device: the one that types, and the one on a serial port."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication

from ui.devices.serial_scanner import SerialScanner
from ui.devices.wedge_filter import WedgeFilter
from ui.kit.settings import ScannerSettings


class Scanners(QObject):
    """`mark_scanned` carries (bytes, "wedge" or "serial"). `open_port` begins with the serial one; `close()` lets go of
    keyboard and port."""

    mark_scanned = Signal(bytes, str)
    heard = Signal(object)
    """Right before a scan of the one that types: by which keys its separators came."""

    def __init__(self, app: QApplication, settings: ScannerSettings, parent: QObject) -> None:
        super().__init__(parent)
        self._wedge = WedgeFilter(app, settings.for_wedge())
        self._wedge.mark_scanned.connect(lambda raw: self.mark_scanned.emit(raw, "wedge"))
        self._wedge.heard.connect(self.heard)
        self._serial: SerialScanner | None = None

    def use(self, settings: ScannerSettings) -> None:
        """The scanner is set otherwise from now on."""
        self._wedge.set_settings(settings.for_wedge())
        self.open_port(settings)

    def close(self) -> None:
        self._wedge.close()
        self._wedge.deleteLater()
        self.close_port()

    def open_port(self, settings: ScannerSettings) -> None:
        """Listen to the serial port, if one is set."""
        self.close_port()
        if settings.serial_port:
            self._serial = SerialScanner(settings, self)
            self._serial.mark_scanned.connect(lambda raw: self.mark_scanned.emit(raw, "serial"))
            self._serial.start()

    def close_port(self) -> None:
        if self._serial is not None:
            self._serial.stop()
            self._serial.deleteLater()
            self._serial = None
