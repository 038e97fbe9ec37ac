"""Frames from a camera, a video file or a folder of pictures, captured in a separate thread. Only the newest is kept.

A busy decoder drops frames; they are never queued. A camera that is absent, unplugged or used by another program is a
state, not an error, and is retried until it works. No Qt here.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from db.files import is_file, is_folder, is_there
from eum_app.domain.errors import Refusal
from eum_app.scanning.images import IMAGE_SUFFIXES, grey_of, load_grey

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

State = Literal["stopped", "opening", "running", "no_camera", "ended"]

_FOLDER_FPS = 2.0
_VIDEO_FPS = 25.0
_STOP_TIMEOUT_S = 5.0  # a driver may hang in its read, and must not hang the app


@dataclass(frozen=True)
class Frame:
    """One picture: gray (height × width) or blue-green-red (height × width × 3); its number from 1 and its time."""

    picture: NDArray[np.uint8]
    number: int
    at_ms: float  # monotonic

    def grey(self) -> NDArray[np.uint8]:
        """Return the frame as gray values (height × width), for the decoder.

        Those of a gray frame are its own, not a copy.
        """
        return grey_of(self.picture)


class FrameSource:
    """Frames from `source`: the index of a camera, a video file, or a folder whose pictures are shown in turn.

    Pictures are taken by name; unreadable ones are skipped. A file or folder ends, also one without a frame. A camera
    that gives no frame is opened again every `retry_ms`; `keep_trying` makes a path behave like that too, and start
    over at its end. `fps` is the pace of files and folders; 0 means as fast as they can be read. Raises Refusal
    `camera.no_such_file` if a path does not exist, unless it keeps trying.
    """

    def __init__(
        self,
        source: int | Path,
        *,
        fps: float | None = None,
        size: tuple[int, int] = (1280, 720),
        retry_ms: int = 1000,
        keep_trying: bool | None = None,
    ) -> None:
        self._source = source
        self._fps = fps
        self._size = size
        self._retry_s = retry_ms / 1000
        self._keep_trying = isinstance(source, int) if keep_trying is None else keep_trying
        if isinstance(source, Path) and not self._keep_trying and not is_there(source):
            raise Refusal("camera.no_such_file", path=str(source))
        self._changed = threading.Condition()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._frame: Frame | None = None
        self._state: State = "stopped"

    @property
    def state(self) -> State:
        """Current state: "opening", "running", "no_camera", "ended" or "stopped"."""
        return self._state

    def start(self) -> None:
        """Start capturing frames. Does nothing if it already runs, or has ended: call `stop` first to run it again."""
        if self._thread is not None:
            return
        self._stop.clear()
        self._set(state="opening")
        self._thread = threading.Thread(target=self._run, name="frames", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop and release the camera. Waits up to 5 s for the thread to end; a driver that hangs keeps the camera."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(_STOP_TIMEOUT_S)
            self._thread = None
        self._set(state="stopped")

    def wait(self, after: int, timeout_s: float) -> Frame | None:
        """Return the newest frame if its number is above `after`, waiting up to `timeout_s` for one; else None.

        Frames between are lost. Returns early when the source has ended or was stopped; its last frame can still be
        had. A source that was not started is stopped.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._newer(after) or self._state in ("ended", "stopped"), timeout_s)
            return self._frame if self._newer(after) else None

    def __enter__(self) -> FrameSource:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _newer(self, after: int) -> bool:
        return self._frame is not None and self._frame.number > after

    def _set(self, *, state: State | None = None, picture: NDArray[np.uint8] | None = None) -> None:
        with self._changed:
            if picture is not None:
                number = self._frame.number + 1 if self._frame else 1
                self._frame = Frame(picture, number, time.monotonic() * 1000)
            if state is not None:
                self._state = state
            self._changed.notify_all()

    def _run(self) -> None:
        while not self._stop.is_set():
            for picture in self._pictures():
                self._set(state="running", picture=picture)
                if self._stop.is_set():
                    break
            if not self._keep_trying:
                self._set(state="ended")
                return
            self._set(state="no_camera")
            self._stop.wait(self._retry_s)

    def _pictures(self) -> Iterator[NDArray[np.uint8]]:
        if isinstance(self._source, int):
            yield from self._captured(self._source, 0.0)
        elif is_folder(self._source):
            for path in _pictures_in(self._source):
                try:
                    picture = load_grey(path)
                except Refusal:  # like a bad frame of a camera
                    continue
                yield picture
                self._pace(_FOLDER_FPS)
        elif is_file(self._source):
            yield from self._captured(str(self._source), _VIDEO_FPS)

    def _captured(self, source: int | str, fps: float) -> Iterator[NDArray[np.uint8]]:
        from eum_app.scanning.opencv import cv2

        capture: Any = cv2.VideoCapture(source)
        try:
            if isinstance(source, int):
                capture.set(cv2.CAP_PROP_FRAME_WIDTH, self._size[0])
                capture.set(cv2.CAP_PROP_FRAME_HEIGHT, self._size[1])
                capture.set(cv2.CAP_PROP_BUFFERSIZE, 1)  # otherwise the first frame after a pause would be an old one
            while not self._stop.is_set():
                there, picture = capture.read()
                if not there:
                    return
                yield picture
                if fps:
                    self._pace(capture.get(cv2.CAP_PROP_FPS) or fps)
        finally:
            capture.release()

    def _pace(self, fps: float) -> None:
        wanted = fps if self._fps is None else self._fps
        if wanted > 0:
            self._stop.wait(1 / wanted)


def _pictures_in(folder: Path) -> list[Path]:
    """Return the pictures of a folder by name; none if it cannot be read, e.g. on a drive that was taken out."""
    try:
        return sorted(path for path in folder.iterdir() if path.suffix.lower() in IMAGE_SUFFIXES)
    except OSError:
        return []


def cameras_there(most: int = 6) -> list[int]:
    """Return the indexes of the cameras that open, among the first `most`.

    Takes up to seconds, so never call it on the GUI thread.
    """
    from eum_app.scanning.opencv import cv2

    found = []
    for index in range(most):
        capture: Any = cv2.VideoCapture(index)
        if capture.isOpened():
            found.append(index)
        capture.release()
    return found
