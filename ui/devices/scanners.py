"""The hand scanners of this device: the one that acts as a keyboard, and the one on a serial port."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication

from ui.devices.serial_scanner import SerialScanner
from ui.devices.wedge_filter import WedgeFilter
from ui.kit.settings import ScannerSettings


class Scanners(QObject):
    """Emit `mark_scanned` with (bytes, "wedge" or "serial").

    The serial scanner is read from `open_port` on. `close()` releases keyboard and port.
    """

    mark_scanned = Signal(bytes, str)
    heard = Signal(object)
    """`Burst`, right before a scan by the keyboard scanner: how its keys came."""
    refused = Signal(object)
    """`Refused`: the keys of a scan that cannot be used."""
    reading_changed = Signal(bool)
    """Whether a scan by the keyboard scanner seems to be arriving."""

    def __init__(self, app: QApplication, settings: ScannerSettings, parent: QObject) -> None:
        super().__init__(parent)
        self._wedge = WedgeFilter(app, settings.for_wedge())
        self._wedge.mark_scanned.connect(lambda raw: self.mark_scanned.emit(raw, "wedge"))
        self._wedge.heard.connect(self.heard)
        self._wedge.refused.connect(self.refused)
        self._wedge.reading_changed.connect(self.reading_changed)
        self._serial: SerialScanner | None = None

    def use(self, settings: ScannerSettings) -> None:
        """Apply new scanner settings, and open the serial port again."""
        self._wedge.set_settings(settings.for_wedge())
        self.open_port(settings)

    def close(self) -> None:
        """Release the keyboard and the serial port."""
        self._wedge.close()
        self._wedge.deleteLater()
        self.close_port()

    def open_port(self, settings: ScannerSettings) -> None:
        """Listen to the serial port that the settings name, if any; a port opened before is closed."""
        self.close_port()
        if settings.serial_port:
            self._serial = SerialScanner(settings, self)
            self._serial.mark_scanned.connect(lambda raw: self.mark_scanned.emit(raw, "serial"))
            self._serial.start()

    def close_port(self) -> None:
        """Stop listening to the serial port."""
        if self._serial is not None:
            self._serial.stop()
            self._serial.deleteLater()
            self._serial = None
