"""Diagnostics of one run of the app: its start, its end, and a bug that ends it."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from PySide6.QtCore import qVersion

from eum_app import __version__, diagnostics
from eum_app.domain.errors import KnownError


@contextlib.contextmanager
def run_noted(store_folder: Path) -> Iterator[Callable[[], None]]:
    """Yield a function that starts the log. Call it after the first paint, since importing a rotating file costs 20 ms.

    When the block ends, the duration of the run is logged and the log is closed. A bug is logged even if the log was
    not started. Every exception is raised again.
    """

    def begin() -> None:
        diagnostics.start(store_folder)
        diagnostics.note_versions(app=__version__, python=sys.version.split()[0], qt=qVersion(), system=sys.platform)

    try:
        with diagnostics.timed(diagnostics.Event.ENDED):
            yield begin
    except KnownError:
        raise
    except Exception as bug:
        if diagnostics.started_for() is None:
            begin()
        diagnostics.note_crash(bug)
        raise
    finally:
        diagnostics.stop()
