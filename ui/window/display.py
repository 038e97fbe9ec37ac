"""Create Qt's application so that a machine without a usable display gets a message and an exit code, not an abort.

Qt aborts when no platform plugin starts. It calls the message handler first, which finds the reason and ends the
process in order.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import sys
from pathlib import Path
from typing import Final

import PySide6
from PySide6.QtCore import QCoreApplication, QLibraryInfo, QMessageLogContext, QtMsgType, qInstallMessageHandler
from PySide6.QtWidgets import QApplication

from eum_app.domain.errors import Trouble
from eum_app.domain.libraries import unloadable
from eum_app.wording.messages import sentence
from ui.kit.translation import load_catalog

EXIT_TROUBLE: Final = 3  # as in `cli.process`, which `ui` may not import
_PLUGINS: Final = {"xcb": "libqxcb.so", "wayland": "libqwayland.so", "offscreen": "libqoffscreen.so"}


def application() -> QApplication:
    """Return the application, created on first use with the catalog of the window's language.

    On Linux, raises Trouble `window.no_display` when no display is named. When Qt cannot start on the display, this
    writes a message to standard error and ends the process with exit code 3.
    """
    running = QApplication.instance()
    if isinstance(running, QApplication):
        return running
    if sys.platform == "linux" and not _platforms():
        raise Trouble("window.no_display")
    find_plugins()
    said: list[str] = []

    def note(kind: QtMsgType, _context: QMessageLogContext, text: str) -> None:
        if kind == QtMsgType.QtFatalMsg:
            with contextlib.suppress(OSError, Trouble):  # a full disk must not raise into Qt
                sys.stdout.flush()
                sys.stderr.write(f"{sentence(_reason(said))}\n")
                sys.stderr.flush()
            os._exit(EXIT_TROUBLE)  # Qt would abort on return
        said.append(text)

    before = qInstallMessageHandler(note)
    try:
        made = QApplication(sys.argv[:1])
    finally:
        qInstallMessageHandler(before)
    load_catalog(made)
    made.setCursorFlashTime(0)  # a text cursor that blinks wakes the app twice a second; one that stays is seen as well
    return made


def has_display() -> bool:
    """Return whether a display is named; always True on Windows and macOS. It may still turn out to be unusable.

    `QT_QPA_PLATFORM` is not considered.
    """
    if sys.platform in {"win32", "darwin"}:
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def find_plugins() -> None:
    """Tell Qt where its plugins are, if it looks in a folder that does not exist. Without such a folder nothing
    changes.

    PySide6 passes its folder to Qt as a line of a settings file, in which quotes, commas, semicolons and backslashes of
    a path have another meaning.
    """
    if Path(QLibraryInfo.path(QLibraryInfo.LibraryPath.PluginsPath)).is_dir():
        return
    package = Path(PySide6.__file__).parent
    for folder in (package / "Qt" / "plugins", package / "plugins"):
        if folder.is_dir():
            QCoreApplication.addLibraryPath(str(folder))


def _platforms() -> list[str]:
    """Return the platforms that Qt may try, according to the environment."""
    if named := os.environ.get("QT_QPA_PLATFORM"):
        return [part.partition(":")[0] for part in named.split(";")]
    wayland = ["wayland"] if os.environ.get("WAYLAND_DISPLAY") or os.environ.get("WAYLAND_SOCKET") else []
    return wayland + (["xcb"] if os.environ.get("DISPLAY") else [])


def _reason(said: list[str]) -> Trouble:
    """Return why no platform plugin started: a missing library or plugin, else a display that does not answer."""
    platforms = _platforms()
    for platform in platforms:
        if library := _missing_library(_PLUGINS.get(platform, "")):
            return Trouble("window.library", library=library)
    if any("Could not find the Qt platform plugin" in text for text in said) and not _PLUGINS.keys() & set(platforms):
        return Trouble("window.platform", platform=", ".join(platforms))
    named = {"xcb": os.environ.get("DISPLAY", ""), "wayland": os.environ.get("WAYLAND_DISPLAY", "")}
    displays = [named[platform] for platform in platforms if named.get(platform)]
    return Trouble("window.dead_display", display=", ".join(displays)) if displays else Trouble("window.no_display")


def _missing_library(plugin: str) -> str:
    """Return the first library that a platform plugin needs and this machine lacks; empty when it loads."""
    for folder in QCoreApplication.libraryPaths():
        path = Path(folder) / "platforms" / plugin
        if plugin and path.is_file():
            try:
                ctypes.CDLL(str(path))
            except OSError as error:
                return unloadable(error) or plugin
    return ""
