"""Frames from a camera, a video file or a folder of pictures: the newest one only, from a thread of their own.

A busy decoder drops frames, it never queues them. A camera that is absent, unplugged or taken by another program is a
state, not an error; it is tried again until it is there. No Qt here.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from eum_app.domain.errors import Refusal
from eum_app.scanning.images import IMAGE_SUFFIXES, grey_of, load_grey

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

State = Literal["stopped", "opening", "running", "no_camera", "ended"]

_FOLDER_FPS = 2.0
_VIDEO_FPS = 25.0
_STOP_TIMEOUT_S = 5.0


@dataclass(frozen=True)
class Frame:
    """One picture: grey (height × width) or blue-green-red (height × width × 3), its number from 1, when it came."""

    picture: NDArray[np.uint8]
    number: int
    at_ms: float  # monotonic

    def grey(self) -> NDArray[np.uint8]:
        """The frame as grey values, for the decoder."""
        return grey_of(self.picture)


class FrameSource:
    """Frames from `source`: the index of a camera, a video file, or a folder whose pictures are shown in turn.

    A file or folder ends; a camera is opened again every `retry_ms` while it gives nothing. `keep_trying` makes a path
    behave like a camera. `fps` paces files and folders, 0 means as fast as they can be read. States: "opening",
    "running", "no_camera", "ended", "stopped". Raises Refusal `camera.no_such_file` where a path leads nowhere.
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
        if isinstance(source, Path) and not self._keep_trying and not source.exists():
            raise Refusal("camera.no_such_file", path=str(source))
        self._changed = threading.Condition()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._frame: Frame | None = None
        self._state: State = "stopped"

    @property
    def state(self) -> State:
        """What the source is doing now."""
        return self._state

    def start(self) -> None:
        """Begin taking frames. Does nothing if it already runs."""
        if self._thread is not None:
            return
        self._stop.clear()
        self._set(state="opening")
        self._thread = threading.Thread(target=self._run, name="frames", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop and let go of the camera. Returns when the thread has ended."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(_STOP_TIMEOUT_S)
            self._thread = None
        self._set(state="stopped")

    def latest(self) -> Frame | None:
        """The newest frame, or None before the first. Compare `number` to tell whether it is new."""
        return self._frame

    def wait(self, after: int, timeout_s: float) -> Frame | None:
        """The newest frame if one after number `after` is there or comes in time; else None, also at the end."""
        with self._changed:
            self._changed.wait_for(lambda: self._newer(after) or self._state in ("ended", "stopped"), timeout_s)
            return self._frame if self._newer(after) else None

    def wait_for_state(self, *states: State, timeout_s: float) -> bool:
        """Wait until the source is in one of these states. False if the time ran out."""
        with self._changed:
            return self._changed.wait_for(lambda: self._state in states, timeout_s)

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
        elif self._source.is_dir():
            for path in sorted(self._source.iterdir()):
                if path.suffix.lower() not in IMAGE_SUFFIXES:
                    continue
                try:
                    picture = load_grey(path)
                except Refusal:  # a frame that cannot be seen, as a camera has them too
                    continue
                yield picture
                self._pace(_FOLDER_FPS)
        elif self._source.is_file():
            yield from self._captured(str(self._source), _VIDEO_FPS)

    def _captured(self, source: int | str, fps: float) -> Iterator[NDArray[np.uint8]]:
        from eum_app.scanning.opencv import cv2

        capture: Any = cv2.VideoCapture(source)
        try:
            if isinstance(source, int):
                capture.set(cv2.CAP_PROP_FRAME_WIDTH, self._size[0])
                capture.set(cv2.CAP_PROP_FRAME_HEIGHT, self._size[1])
                capture.set(cv2.CAP_PROP_BUFFERSIZE, 1)  # else an old frame is handed out after a pause
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


def cameras_there(most: int = 6) -> list[int]:
    """The numbers of the cameras that open, of the first `most`. Takes up to seconds: never on the window's thread."""
    from eum_app.scanning.opencv import cv2

    found = []
    for index in range(most):
        capture: Any = cv2.VideoCapture(index)
        if capture.isOpened():
            found.append(index)
        capture.release()
    return found
