"""A hand scanner on a serial port (RS-232, or USB that appears as one): raw bytes, without a keyboard layout between.

A scan is the data between the prefix and the suffix. Without a suffix it ends after a pause of `SILENCE_MS`. A port
that is missing or goes away is retried until it is back.
"""

from __future__ import annotations

from PySide6.QtCore import QByteArray, QObject, QTimer, Signal

from ui.devices.serial_line import SerialLine
from ui.kit.settings import ScannerSettings

SILENCE_MS = 150  # scanners send without gaps; at 9600 baud a character takes 1 ms
MAX_BYTES = 8_192  # the largest symbol holds some 3 kB: more without an end is noise


class SerialScanner(SerialLine):
    """Emit `mark_scanned` with the bytes of a scan, separators included, without prefix and suffix.

    A scan without the prefix counts too. Dropped are more than `MAX_BYTES` without an end, and, where a suffix is set,
    data that `SILENCE_MS` ends before it.
    """

    mark_scanned = Signal(bytes)
    connected_changed = Signal(bool)

    def __init__(self, settings: ScannerSettings, parent: QObject | None = None) -> None:
        super().__init__(settings.serial_port, settings.serial_baud, parent)
        self._prefix, self._suffix = settings.serial_prefix.encode(), settings.serial_suffix.encode()
        self._held = b""
        self.port.readyRead.connect(self._take)
        self.opened.connect(lambda: self.connected_changed.emit(True))
        self.closed.connect(self._let_go)
        self._silence = QTimer(self)
        self._silence.setSingleShot(True)
        self._silence.setInterval(SILENCE_MS)
        self._silence.timeout.connect(self._end_by_silence)

    # Inside

    def _let_go(self) -> None:
        self._silence.stop()
        self._held = b""
        self.connected_changed.emit(False)

    def _take(self) -> None:
        data: QByteArray = self.port.readAll()
        self._held += bytes(data.data())
        if self._suffix:
            *whole, self._held = self._held.split(self._suffix)
            for scan in whole:
                self._give(scan)
        if len(self._held) > MAX_BYTES:
            self._held = b""
        if self._held:
            self._silence.start()
        else:
            self._silence.stop()

    def _end_by_silence(self) -> None:
        scan, self._held = self._held, b""
        if not self._suffix:
            self._give(scan)
        # With a suffix configured, data without it are incomplete and must not count as a mark.

    def _give(self, scan: bytes) -> None:
        said = scan.removeprefix(self._prefix)
        if said:
            self.mark_scanned.emit(said)
