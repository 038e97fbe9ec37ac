"""Frames taken, decoded and agreed on in a thread of their own; the GUI thread only takes the newest view."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from eum_app.domain.errors import KnownError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from eum_app.scanning.decoder import Symbol

VIEW_WIDTH = 960
_JPEG_QUALITY = 90


@dataclass(frozen=True)
class Seen:
    """One frame as it is shown (at most `VIEW_WIDTH` wide), its symbols, and its own size in pixels."""

    image: QImage
    symbols: tuple[Symbol, ...]
    width: int
    height: int


class ScanWorker(QObject):
    """Runs one source at a time. Signals come from the worker's thread and are delivered to this one."""

    frame_seen = Signal()
    """A new view is there: `take` it. Not sent again before it was taken, so a slow window drops frames."""
    symbols_accepted = Signal(object)
    """list[Symbol]: newly read, each once while it stays in sight."""
    state_changed = Signal(str)
    """A state of `FrameSource`."""
    failed = Signal(object)
    """KnownError: the source could not be opened."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._stop = threading.Event()
        self._forget = threading.Event()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._seen: Seen | None = None
        self._is_waiting = False
        self._last: NDArray[Any] | None = None

    @property
    def is_running(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

    def start(self, source: int | Path) -> None:
        """Begin with a camera's index, a video file or a folder of pictures; a source before it is stopped."""
        self.stop()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(source, self._stop), name="scan", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Ask the thread to end. It lets go of its source by itself; `join` waits for it."""
        self._stop.set()
        with self._lock:
            self._is_waiting, self._last = False, None

    def join(self, timeout_s: float = 5.0) -> None:
        if self._thread is not None:
            self._thread.join(timeout_s)

    def forget_given(self) -> None:
        """Offer again what is in sight, e.g. after a check was recorded."""
        self._forget.set()

    def take(self) -> Seen | None:
        """The newest view, once."""
        with self._lock:
            self._is_waiting = False
            seen, self._seen = self._seen, None
            return seen

    def photo(self) -> bytes:
        """The newest frame as JPEG, in its own size; empty where there is none."""
        with self._lock:
            picture = self._last
        return _jpeg(picture) if picture is not None else b""

    def _run(self, source: int | Path, stop: threading.Event) -> None:
        from eum_app.scanning.camera import FrameSource
        from eum_app.scanning.consensus import Consensus
        from eum_app.scanning.decoder import decode

        consensus = Consensus()
        try:
            frames = FrameSource(source)
        except KnownError as error:
            self.failed.emit(error)
            return
        state, number = "", 0
        with frames:
            while not stop.is_set():
                frame = frames.wait(number, 0.1)
                if frames.state != state:
                    state = frames.state
                    self.state_changed.emit(state)
                if frame is None:
                    if state == "ended":
                        return
                    continue
                number = frame.number
                symbols = decode(frame.grey())
                if self._forget.is_set():
                    self._forget.clear()
                    consensus = Consensus()
                accepted = consensus.offer(symbols, frame.at_ms)
                self._show(frame.picture, tuple(symbols), stop)
                if accepted and not stop.is_set():
                    self.symbols_accepted.emit(accepted)

    def _show(self, picture: NDArray[Any], symbols: tuple[Symbol, ...], stop: threading.Event) -> None:
        seen = view_of(picture, symbols)
        with self._lock:
            if stop.is_set():
                return
            self._seen, self._last = seen, picture
            was_waiting, self._is_waiting = self._is_waiting, True
        if not was_waiting:
            self.frame_seen.emit()


def view_of(picture: NDArray[Any], symbols: tuple[Symbol, ...]) -> Seen:
    """A picture (grey, or blue-green-red) made ready for the window."""
    from eum_app.scanning.opencv import cv2

    height, width = picture.shape[:2]
    if width > VIEW_WIDTH:
        small = cv2.resize(picture, (VIEW_WIDTH, round(height * VIEW_WIDTH / width)), interpolation=cv2.INTER_AREA)
    else:
        small = picture
    shown_height, shown_width = small.shape[:2]
    is_grey = small.ndim == 2
    layout = QImage.Format.Format_Grayscale8 if is_grey else QImage.Format.Format_BGR888
    step = shown_width * (1 if is_grey else 3)
    image = QImage(small.tobytes(), shown_width, shown_height, step, layout).copy()
    return Seen(image, symbols, width, height)


def read_still(path: Path) -> Seen:
    """A picture file and its symbols. Raises Refusal `image.…`."""
    from eum_app.scanning.decoder import decode
    from eum_app.scanning.images import load_grey

    grey = load_grey(path)
    return view_of(grey, tuple(decode(grey)))


def _jpeg(picture: NDArray[Any]) -> bytes:
    from eum_app.scanning.opencv import cv2

    done, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY])
    return bytes(data) if done else b""
