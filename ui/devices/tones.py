"""Short tones that accompany what the window shows: accepted, attention, stop. Off by default, and never the only
signal.

The samples are computed here. A separate thread opens the audio system, which may be slow or missing. Without audio no
tone is played, and no error is raised.
"""

from __future__ import annotations

import array
import math
from functools import cache
from typing import Any, Final, Literal

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QObject, QThread, Signal, Slot

Tone = Literal["accepted", "attention", "stop"]
RATE: Final = 22_050
_VOLUME: Final = 0.35
_NOTES: Final[dict[Tone, tuple[tuple[int, int], ...]]] = {  # (hertz, milliseconds); 0 hertz is a pause
    "accepted": ((1047, 60), (1568, 90)),
    "attention": ((587, 110), (0, 50), (587, 110)),
    "stop": ((220, 320),),
}


@cache
def samples(tone: Tone) -> bytes:
    """Return a tone as 16-bit mono samples at `RATE`. Each note fades in and out, to avoid clicks."""
    wave = array.array("h")
    for hertz, length_ms in _NOTES[tone]:
        count = RATE * length_ms // 1000
        for at in range(count):
            swell = min(1.0, at / 110, (count - at) / 330)
            wave.append(round(32_767 * _VOLUME * swell * math.sin(2 * math.pi * hertz * at / RATE)))
    return wave.tobytes()


class _Player(QObject):
    """Play samples on the tones' thread."""

    def __init__(self) -> None:
        super().__init__()
        self._sink: Any = None
        self._buffer: QBuffer | None = None

    @Slot(bytes)
    def play(self, data: bytes) -> None:
        try:
            from PySide6.QtMultimedia import QAudioFormat, QAudioSink, QMediaDevices
        except ImportError:  # a system without the libraries of sound
            return
        device = QMediaDevices.defaultAudioOutput()
        if device.isNull():
            return
        if self._sink is None:
            shape = QAudioFormat()
            shape.setSampleRate(RATE)
            shape.setChannelCount(1)
            shape.setSampleFormat(QAudioFormat.SampleFormat.Int16)
            self._sink = QAudioSink(device, shape, self)
        self._sink.stop()
        self._buffer = QBuffer(self)
        self._buffer.setData(QByteArray(data))
        self._buffer.open(QIODevice.OpenModeFlag.ReadOnly)
        self._sink.start(self._buffer)


class Tones(QObject):
    """Play tones without blocking. The thread starts with the first tone and ends with `close`."""

    _wanted = Signal(bytes)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._thread: QThread | None = None
        self._player: _Player | None = None

    def play(self, tone: Tone) -> None:
        """Queue a tone and return at once."""
        if self._thread is None:
            self._thread = QThread(self)
            self._player = _Player()
            self._player.moveToThread(self._thread)
            self._wanted.connect(self._player.play)
            self._thread.finished.connect(self._player.deleteLater)
            self._thread.start()
        self._wanted.emit(samples(tone))

    def close(self) -> None:
        """Stop the sound and end the thread."""
        if self._thread is not None:
            self._thread.quit()
            self._thread.wait()
            self._thread = None
