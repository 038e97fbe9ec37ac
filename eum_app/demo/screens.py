"""Pictures of every page in every theme and size, after the walk: `python -m eum_app.demo.screens FOLDER`."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from eum_app.demo.walk import Walk

THEMES: Final = ("light", "dark", "sunlight")
SIZES: Final = ((1440, 900, 100), (1366, 768, 100), (1366, 768, 200))


def take_screens(folder: Path) -> list[Path]:
    """Walk through the whole job, then take each page of the device and of HQ in each theme and size.

    Names are `field-visits-dark-1366x768.png`; at 200 % `…-1366x768-200.png`.
    """
    from PySide6.QtWidgets import QApplication

    from eum_app.demo.scene import INSPECTOR, REVIEWER, set_the_stage
    from eum_app.demo.walk import Walk
    from ui.theme import theme

    app = QApplication.instance() or QApplication(sys.argv[:1])
    theme().set_mode("light")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as place:
        work = Path(place)
        scene = set_the_stage(work / "work")
        walk = Walk(scene, work, lambda _words: None)
        walk()
        found = [
            *_pages(walk, scene.device, INSPECTOR, "field", folder),
            *_pages(walk, scene.hq, REVIEWER, "hq", folder),
        ]
    app.processEvents()
    return found


def _pages(walk: Walk, store: Path, account: str, kind: str, folder: Path) -> Iterator[Path]:
    from db.queries.visits import all_visits
    from ui.theme import theme

    with walk.at(store, account) as hands:
        window = hands.window
        shell, session = window.shell, window.session
        assert shell is not None
        assert session is not None
        (visit, *_) = session.read(all_visits)
        of_a_visit = {"visit", "site", "close_out", "transcribe"}
        for key in shell.page_keys:
            shell.show_page(key, visit.visit_id if key in of_a_visit and kind == "field" else None)
            for width, height, scale in SIZES:
                theme().set_scale(scale)
                window.resize(width, height)
                for name in THEMES:
                    theme().set_mode(name)
                    hands.settle()
                    path = folder / f"{kind}-{key}-{name}-{width}x{height}{'-200' if scale == 200 else ''}.png"
                    window.grab().save(str(path))
                    yield path
            theme().set_scale(100)
            theme().set_mode("light")
            window.resize(*SIZES[0][:2])


if __name__ == "__main__":
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    sys.stdout.write(f"{len(take_screens(Path(sys.argv[1])))} pictures in {sys.argv[1]}\n")
