"""Qt's application, made so that a machine that cannot open a window gets a sentence and an exit code, never an abort.

Qt ends the process when no platform plugin starts. It reports that to the message handler first, which is where the
reason is found and the process ends in order.
"""

from __future__ import annotations

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

EXIT_TROUBLE: Final = 3
_PLUGINS: Final = {"xcb": "libqxcb.so", "wayland": "libqwayland.so", "offscreen": "libqoffscreen.so"}


def application() -> QApplication:
    """The application, made on first use. Without a way to open a window it raises Trouble `window.no_display`, or
    writes a sentence to standard error and ends the process with exit code 3."""
    running = QApplication.instance()
    if isinstance(running, QApplication):
        return running
    if sys.platform == "linux" and not _platforms():
        raise Trouble("window.no_display")
    find_plugins()
    said: list[str] = []

    def note(kind: QtMsgType, _context: QMessageLogContext, text: str) -> None:
        if kind == QtMsgType.QtFatalMsg:
            sys.stdout.flush()
            sys.stderr.write(f"{sentence(_reason(said))}\n")
            sys.stderr.flush()
            os._exit(EXIT_TROUBLE)  # Qt would abort on return
        said.append(text)

    before = qInstallMessageHandler(note)
    try:
        return QApplication(sys.argv[:1])
    finally:
        qInstallMessageHandler(before)


def has_display() -> bool:
    """Whether a display is named; it may still turn out to be dead."""
    if sys.platform in {"win32", "darwin"}:
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def find_plugins() -> None:
    """Tell Qt where its plugins are, if it looks in the wrong place.

    PySide6 hands its own folder to Qt as a line of a settings file, in which quotes, commas, semicolons and backslashes
    of the path have another meaning.
    """
    if Path(QLibraryInfo.path(QLibraryInfo.LibraryPath.PluginsPath)).is_dir():
        return
    package = Path(PySide6.__file__).parent
    for folder in (package / "Qt" / "plugins", package / "plugins"):
        if folder.is_dir():
            QCoreApplication.addLibraryPath(str(folder))


def _platforms() -> list[str]:
    """The platforms that Qt may try, by what the environment names."""
    if named := os.environ.get("QT_QPA_PLATFORM"):
        return [part.partition(":")[0] for part in named.split(";")]
    wayland = ["wayland"] if os.environ.get("WAYLAND_DISPLAY") or os.environ.get("WAYLAND_SOCKET") else []
    return wayland + (["xcb"] if os.environ.get("DISPLAY") else [])


def _reason(said: list[str]) -> Trouble:
    """Why no platform plugin started: a library that is missing, else a display that does not answer."""
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
    """The first library that a platform plugin needs and this machine lacks; empty where it loads."""
    for folder in QCoreApplication.libraryPaths():
        path = Path(folder) / "platforms" / plugin
        if plugin and path.is_file():
            try:
                ctypes.CDLL(str(path))
            except OSError as error:
                return unloadable(error) or plugin
    return ""
