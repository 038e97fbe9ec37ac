"""Read the marks of a photo: quickly first; where nothing is found, with more effort in the background."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, Signal

from eum_app.domain.errors import KnownError
from eum_app.usecases.calls import job
from ui.field.visit.scan_worker import Seen, read_still
from ui.kit.desk import Desk

QUICK_MS: Final = 3_000
EFFORT_MS: Final = 8_000
"""Processor time for one photo, so that a busy computer reads as much as an idle one."""


class StillReader(QObject):
    """Read one photo at a time; a new one cancels the previous one."""

    seen = Signal(object)
    """Seen: the picture with its marks, once after the quick pass, and again if the effort found some."""
    searching = Signal(bool)
    """The effort in the background began or ended."""
    nothing_found = Signal(bool)
    """No mark was found in the whole time, or (True) before the person stopped the search."""
    failed = Signal(object)
    """KnownError: the file is not a picture."""

    def __init__(self, desk: Desk, parent: QObject) -> None:
        super().__init__(parent)
        self._desk = desk
        self._stop: threading.Event | None = None

    def read(self, path: Path, kinds: Sequence[str]) -> None:
        """Read a picture file in the background, and drop the previous one.

        `seen` follows, then `nothing_found` if it has no mark; or `failed`.
        """
        self.drop()
        stop = self._stop = threading.Event()
        self._desk.ask(
            job(read_still, path, QUICK_MS, kinds, stop.is_set),
            then=lambda seen: self._read_once(stop, path, kinds, seen),
            failed=lambda error: self._fail(stop, error),
        )

    def stop(self) -> None:
        """End the search; what was found so far is shown."""
        if self._stop is not None:
            self._stop.set()

    def drop(self) -> None:
        """End the search and show nothing more of it: the person went on with something else."""
        if self._stop is not None:
            self._stop.set()
            self._stop = None
            self.searching.emit(False)

    def _read_once(self, stop: threading.Event, path: Path, kinds: Sequence[str], seen: Seen) -> None:
        if stop is not self._stop:
            return
        self.seen.emit(seen)
        if seen.tracks or stop.is_set():
            self._end(seen, was_stopped=stop.is_set())
            return
        self.searching.emit(True)
        self._desk.ask(
            job(read_still, path, EFFORT_MS, kinds, stop.is_set),
            then=lambda again: self._read_again(stop, again),
            failed=lambda error: self._fail(stop, error),
        )

    def _read_again(self, stop: threading.Event, seen: Seen) -> None:
        if stop is not self._stop:
            return
        if seen.tracks:
            self.seen.emit(seen)
        self._end(seen, was_stopped=stop.is_set())

    def _end(self, seen: Seen, *, was_stopped: bool) -> None:
        self._stop = None
        self.searching.emit(False)
        if not seen.tracks:
            self.nothing_found.emit(was_stopped)

    def _fail(self, stop: threading.Event, error: KnownError) -> None:
        if stop is self._stop:
            self._stop = None
            self.searching.emit(False)
            self.failed.emit(error)
