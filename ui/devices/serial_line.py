"""A serial port (RS-232, or USB that appears as one) that is retried until it is connected."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QIODeviceBase, QObject, QTimer, Signal
from PySide6.QtSerialPort import QSerialPort, QSerialPortInfo

RETRY_MS: Final = 1_000


class SerialLine(QObject):
    """Emit `opened` and `closed` as the port comes and goes, also when `stop` closes it. Read the data from `port`."""

    opened = Signal()
    closed = Signal()

    def __init__(self, name: str, baud: int, parent: QObject | None) -> None:
        super().__init__(parent)
        self.port = QSerialPort(name, self)
        self.port.setBaudRate(baud)
        self.port.errorOccurred.connect(self._fail)
        self._retry = QTimer(self)
        self._retry.setInterval(RETRY_MS)
        self._retry.timeout.connect(self._open)

    @property
    def is_connected(self) -> bool:
        """Return whether the port is open."""
        return self.port.isOpen()

    def start(self) -> None:
        """Open the port now, or as soon as it is connected."""
        self._retry.start()
        self._open()

    def stop(self) -> None:
        """Close the port and stop retrying."""
        self._retry.stop()
        self._close()

    def _open(self) -> None:
        if not self.port.isOpen() and self.port.open(QIODeviceBase.OpenModeFlag.ReadOnly):
            self.opened.emit()

    def _fail(self, error: QSerialPort.SerialPortError) -> None:
        if error in {QSerialPort.SerialPortError.ResourceError, QSerialPort.SerialPortError.ReadError}:
            self._close()

    def _close(self) -> None:
        if self.port.isOpen():
            self.port.close()
            self.closed.emit()


def ports_there() -> list[str]:
    """Return the names of the serial ports that the system has now."""
    return [port.portName() for port in QSerialPortInfo.availablePorts()]
