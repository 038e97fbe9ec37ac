"""The demonstration: synthetic data that this app draws itself, and a walk through the real windows."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication


def run_demo(output: Path | None, *, window: bool | None = None) -> int:
    """Open the app on a demo HQ and a demo device; without a display, walk through the whole job offscreen.

    `output` None means `output.default_output()`; `window` None means a window if there is a display. Returns the exit
    code: the app's in windows; offscreen 0, or 3 if the walk got stuck or a widget flashed as a separate window. What
    an earlier demo left in the folder is deleted. Sets QT_QPA_PLATFORM (offscreen) and EUM_STATE for this process.
    Raises as `application` and `output.take` do, and Trouble of the disk.
    """
    from db.files import disk_trouble
    from eum_app.demo.output import default_output, take
    from ui.window.display import application, has_display

    in_windows = has_display() if window is None else window
    if not in_windows:
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    app = application()  # before the folder is touched: this fails if no window can be opened
    folder = take(output or default_output())
    os.environ["EUM_STATE"] = str(folder / "work" / "state")
    with disk_trouble(folder):
        return _in_windows(app, folder) if in_windows else _offscreen(app, folder)


def _in_windows(app: QApplication, folder: Path) -> int:
    from eum_app.demo.output import finish
    from eum_app.demo.scene import INSPECTOR, PASSPHRASE, REVIEWER, set_the_stage
    from ui.window.app import build_window
    from ui.window.signals import closing_on_signals

    finish(folder)  # a demo in windows writes only to `work`, so any other file belongs to a person

    _say("Setting the stage …")
    scene = set_the_stage(folder / "work")
    _say(f"HQ: account {REVIEWER}, device: account {INSPECTOR}; passphrase of both: {PASSPHRASE}")
    _say(f"Inventory list to import at HQ: {scene.inventory}")
    _say(f"Folder that carries bundles between the two: {scene.carried}")
    _say(f"Video to read marks from, in place of a camera: {scene.walk}")
    windows = [build_window(store, outbox=scene.carried, inbox=scene.carried) for store in (scene.device, scene.hq)]
    for each in windows:
        each.show()
    with closing_on_signals(app):
        return app.exec()


def _offscreen(app: QApplication, folder: Path) -> int:
    from PySide6.QtCore import QtMsgType, qInstallMessageHandler

    from eum_app.demo.hands import StrayWindows, StuckError
    from eum_app.demo.output import finish
    from eum_app.demo.scene import set_the_stage
    from eum_app.demo.walk import Walk
    from ui.kit.theme import theme

    def without_chatter(kind: QtMsgType, _context: object, text: str) -> None:
        # The offscreen platform warns of what it cannot do, once for each window and open list.
        if not text.startswith("This plugin does not support"):
            sys.stderr.write(f"{kind.name}: {text}\n")

    qInstallMessageHandler(without_chatter)
    strays = StrayWindows(app)
    theme().set_mode("light")
    _say("No display: the real windows are driven by events, offscreen.")
    scene = set_the_stage(folder / "work")
    _say("a demo HQ and a demo device, enrolled with each other; a synthetic inventory, labels, a video")
    try:
        Walk(scene, folder, _say)()
    except StuckError as error:
        _say(f"STUCK: {error}")
        return 3
    for bundle in sorted(scene.carried.rglob("*.eumb")):
        shutil.copy2(bundle, folder / bundle.name)
    finish(folder)
    if strays.names:
        _say(f"FAULT: shown as separate windows for a moment: {', '.join(strays.names)}")
        return 3
    _say(f"Done. Pictures, bundles, receipt and report: {folder}")
    return 0


def _say(words: str) -> None:
    sys.stdout.write(f"· {words}\n")
    sys.stdout.flush()
