"""Capture, decode and track frames in a separate thread; the GUI thread only takes the newest view."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from eum_app.domain.errors import KnownError
from eum_app.domain.visits import ReadBy
from eum_app.scanning.symbologies import USUAL
from ui.kit.settings import CameraSettings

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from eum_app.scanning.sweep import Quad, Track

VIEW_WIDTH = 960
_JPEG_QUALITY = 90
_MARK_MARGIN = 0.3  # of the mark's size, around the mark in its picture
_MARK_SIDE = 240  # px, the most that a picture of a mark is kept with


@dataclass(frozen=True)
class Seen:
    """One frame, scaled to at most `VIEW_WIDTH`, the marks in view, and the original size in pixels.

    `pictures` holds a picture of each mark by its key (`Track.key`). `image` is mirrored if the camera is set so; the
    corners of the marks are not.
    """

    image: QImage
    tracks: tuple[Track, ...]
    width: int
    height: int
    pictures: Mapping[tuple[str, bytes], QImage]
    read_by: str = ReadBy.CAMERA
    is_mirrored: bool = False


class ScanWorker(QObject):
    """Run one source at a time. The worker's thread emits the signals, and Qt delivers them to this thread."""

    frame_seen = Signal()
    """A new view is ready: `take` it. Not emitted again before it was taken, so a slow window drops frames."""
    state_changed = Signal(str)
    """A state of `FrameSource`."""
    failed = Signal(object)
    """KnownError: the source could not be opened."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._seen: Seen | None = None
        self._is_waiting = False
        self._last: NDArray[Any] | None = None

    @property
    def is_running(self) -> bool:
        """Return whether the thread is running."""
        return self._thread is not None and self._thread.is_alive()

    def start(self, source: int | Path, camera: CameraSettings | None = None) -> None:
        """Start a camera (by index), a video file or a folder of pictures, and return at once.

        A source that runs is stopped. `failed` follows for a path that does not exist. A camera that is absent is a
        state (`state_changed`) and is retried.
        """
        self.stop()
        # A new event for each thread: the old one may still be ending, and must stay stopped.
        self._stop = threading.Event()
        wanted = camera or CameraSettings()
        self._thread = threading.Thread(target=self._run, args=(source, wanted, self._stop), name="scan", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Ask the thread to end. It releases its source by itself; `join` waits for it."""
        self._stop.set()
        with self._lock:
            self._is_waiting, self._last = False, None

    def join(self, timeout_s: float = 5.0) -> None:
        """Wait up to `timeout_s` seconds for the thread to end. It may still run afterwards (`is_running`)."""
        if self._thread is not None:
            self._thread.join(timeout_s)

    def take(self) -> Seen | None:
        """Return the newest view once, then None until the next one."""
        with self._lock:
            self._is_waiting = False
            seen, self._seen = self._seen, None
            return seen

    def photo(self) -> bytes:
        """Return the newest frame as JPEG at full size; empty without one."""
        with self._lock:
            picture = self._last
        return _jpeg(picture) if picture is not None else b""

    def _run(self, source: int | Path, camera: CameraSettings, stop: threading.Event) -> None:
        from eum_app.scanning.camera import FrameSource
        from eum_app.scanning.images import grey_of, zoomed
        from eum_app.scanning.live import LiveReader

        reader, pictures = LiveReader(camera.kinds), dict[tuple[str, bytes], QImage]()
        try:
            frames = FrameSource(source, size=(camera.width, camera.height))
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
                picture = zoomed(frame.picture, camera.zoom)
                grey = grey_of(picture)
                tracks = reader.offer(grey, frame.at_ms)
                keys = {track.key for track in tracks}
                pictures = {key: image for key, image in pictures.items() if key in keys}
                for track in tracks:
                    if track.key not in pictures:
                        pictures[track.key] = picture_of(grey, track.corners)
                seen = view_of(picture, tracks, dict(pictures), is_mirrored=camera.is_mirrored)
                self._show(seen, picture, stop)

    def _show(self, seen: Seen, picture: NDArray[Any], stop: threading.Event) -> None:
        with self._lock:
            if stop.is_set():
                return  # a stopped source must not replace the view of the next one
            self._seen, self._last = seen, picture
            was_waiting, self._is_waiting = self._is_waiting, True
        if not was_waiting:
            self.frame_seen.emit()


def picture_of(grey: NDArray[Any], corners: Quad) -> QImage:
    """Return the mark in gray with a small margin, as it was read, scaled down to at most 240 pixels a side."""
    from eum_app.scanning.opencv import cv2

    height, width = grey.shape
    xs, ys = [x for x, _ in corners], [y for _, y in corners]
    margin = _MARK_MARGIN * max(max(xs) - min(xs), max(ys) - min(ys))
    left, top = max(0, round(min(xs) - margin)), max(0, round(min(ys) - margin))
    right, bottom = min(width, round(max(xs) + margin)), min(height, round(max(ys) + margin))
    cut = grey[top : max(bottom, top + 1), left : max(right, left + 1)]
    side = max(cut.shape)
    if side > _MARK_SIDE:
        wanted = (max(1, cut.shape[1] * _MARK_SIDE // side), max(1, cut.shape[0] * _MARK_SIDE // side))
        cut = cv2.resize(cut, wanted, interpolation=cv2.INTER_AREA)
    tall, wide = cut.shape
    # QImage does not own the bytes that it is given; its copy does.
    return QImage(cut.tobytes(), wide, tall, wide, QImage.Format.Format_Grayscale8).copy()


def view_of(
    picture: NDArray[Any],
    tracks: Sequence[Track],
    pictures: Mapping[tuple[str, bytes], QImage],
    *,
    is_mirrored: bool = False,
    read_by: str = ReadBy.CAMERA,
) -> Seen:
    """Return a picture (gray, or BGR) for the window: at most `VIEW_WIDTH` wide, and mirrored with `is_mirrored`.

    The corners of the tracks stay those of the picture.
    """
    from eum_app.scanning.opencv import cv2

    height, width = picture.shape[:2]
    small = picture
    if width > VIEW_WIDTH:
        small = cv2.resize(picture, (VIEW_WIDTH, round(height * VIEW_WIDTH / width)), interpolation=cv2.INTER_AREA)
    if is_mirrored:
        small = cv2.flip(small, 1)
    shown_height, shown_width = small.shape[:2]
    is_grey = small.ndim == 2
    layout = QImage.Format.Format_Grayscale8 if is_grey else QImage.Format.Format_BGR888
    step = shown_width * (1 if is_grey else 3)
    image = QImage(small.tobytes(), shown_width, shown_height, step, layout).copy()
    return Seen(image, tuple(tracks), width, height, pictures, read_by, is_mirrored)


def read_still(
    path: Path, budget_ms: float, kinds: Sequence[str] = USUAL, stopped: Callable[[], bool] = lambda: False
) -> Seen:
    """Return a picture file and its marks, which may be none; those of a weak symbology are not yet sure.

    `budget_ms` is processor time. Once `stopped` returns true or the time is used up, the marks found so far are
    returned. Raises Refusal as `load_grey`.
    """
    from eum_app.scanning.decoder import read_still as read_symbols
    from eum_app.scanning.images import load_grey
    from eum_app.scanning.sweep import SweepTracker

    grey = load_grey(path)
    height, width = grey.shape
    found = read_symbols(grey, budget_ms, sweep=True, kinds=kinds, stopped=stopped)
    tracks = SweepTracker().offer(found, 0, (width, height))
    pictures = {track.key: picture_of(grey, track.corners) for track in tracks}
    return view_of(grey, tracks, pictures, read_by=ReadBy.PHOTO)


def _jpeg(picture: NDArray[Any]) -> bytes:
    from eum_app.scanning.opencv import cv2

    done, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY])
    return bytes(data) if done else b""
