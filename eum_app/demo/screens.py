"""Screenshots of every view in every theme and size, after the walk: `python -m eum_app.demo.screens FOLDER`.

More arguments select views by the start of their names: `… FOLDER hq-overview field-visit`.
"""

from __future__ import annotations

import os
import re
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from eum_app.domain.errors import Refusal

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from eum_app.demo.views import View

THEMES: Final = ("light", "dark", "sunlight")
SIZES: Final = ((1440, 900, 100), (1366, 768, 100), (1366, 768, 200))
LOOKS: Final = tuple((name, *size) for size in SIZES for name in THEMES)
"""Theme, width and height in pixels, scale in percent."""
_PICTURE: Final = re.compile(rf"(?:new|field|hq)-[a-z0-9-]+-(?:{'|'.join(THEMES)})-\d+x\d+(?:-200)?\.png")


def take_screens(folder: Path, wanted: Sequence[str] = ("",)) -> list[Path]:
    """Walk through the whole job, then save each view of the first start, the device and HQ in each theme and size.

    Returns the files, named such as `field-visits-dark-1366x768.png`, or `…-1366x768-200.png` at 200 %. `wanted` are
    starts of view names. Earlier pictures in `folder` are deleted; raises Refusal `demo.foreign` if it holds anything
    else, and then deletes nothing. Raises StuckError if the walk gets stuck.
    """
    from eum_app.demo import views
    from eum_app.demo.scene import INSPECTOR, REVIEWER, set_the_stage
    from eum_app.demo.walk import Walk
    from ui.kit.theme import theme
    from ui.window.display import application

    app = application()
    theme().set_mode("light")
    _take_folder(folder)
    found: list[Path] = []

    def take(kind: str, seen: Iterable[View]) -> None:
        for name, widget in seen:
            if f"{kind}-{name}".startswith(tuple(wanted)):
                found.extend(_pictures(widget, folder / f"{kind}-{name}"))

    with tempfile.TemporaryDirectory() as place:
        work = Path(place)
        os.environ["EUM_STATE"] = str(work / "state")
        scene = set_the_stage(work / "work")
        walk = Walk(scene, work, lambda _words: None, lambda hands: take("field", views.at_work(hands, scene)))
        with walk.before(work / "new") as hands:
            take("new", views.first_start(hands))
        walk()
        with walk.before(scene.device) as hands:
            take("field", views.before_unlocking(hands, INSPECTOR))
        with walk.at(scene.device, INSPECTOR) as hands:
            take("field", views.in_the_field(hands))
        with walk.at(scene.hq, REVIEWER) as hands:
            take("hq", views.at_hq(hands, scene))
    app.processEvents()
    return found


def _take_folder(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    earlier = sorted(folder.iterdir())
    for path in earlier:
        if not _PICTURE.fullmatch(path.name) or path.is_symlink() or not path.is_file():
            raise Refusal("demo.foreign", path=str(folder), found=path.name)
    for path in earlier:
        path.unlink()


def _pictures(widget: QWidget, path: Path) -> Iterator[Path]:
    """Save the window, or a dialog at its natural size, in each theme and size, and yield the files."""
    from PySide6.QtTest import QTest

    from ui.kit.theme import theme

    parent = widget.parentWidget()
    window = parent.window() if parent is not None else widget
    for name, width, height, scale in LOOKS:
        window.resize(width, height)
        theme().set_scale(scale)
        theme().set_mode(name)
        QTest.qWait(150)
        made = path.with_name(f"{path.name}-{name}-{width}x{height}{'-200' if scale == 200 else ''}.png")
        widget.grab().save(str(made))
        yield made
    theme().set_scale(100)
    theme().set_mode("light")
    window.resize(*SIZES[0][:2])
    QTest.qWait(150)


def main() -> int:
    """Return 0, or 1 with a sentence on standard error if the folder may not be used. Else raises as `take_screens`."""
    from eum_app.wording.messages import sentence

    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    try:
        made = take_screens(Path(sys.argv[1]), sys.argv[2:] or ("",))
    except Refusal as error:
        sys.stderr.write(f"{sentence(error)}\n")
        return 1
    sys.stdout.write(f"{len(made)} pictures in {sys.argv[1]}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
