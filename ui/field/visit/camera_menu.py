"""Choose camera, picture size, mirroring and zoom; the choice is saved."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import msgspec
from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QWidget

from eum_app.domain.errors import KnownError
from eum_app.scanning.symbologies import ALL, known
from ui.field.parts import named
from ui.kit import settings
from ui.kit.settings import RESOLUTIONS, ZOOMS, CameraSettings
from ui.kit.tasks import Tasks
from ui.kit.widgets import Button, button

translate = QCoreApplication.translate


Choice = tuple[str, str, object]
"""Text, end of the object name, value."""


class CameraMenu(QMenu):
    """`changed` carries the new camera settings.

    While the menu is open, a worker looks for cameras: opening one takes up to a second.
    """

    changed = Signal(object)
    """CameraSettings"""
    failed = Signal(object)
    """KnownError: the choice applies now, but could not be saved."""
    test_requested = Signal()

    def __init__(self, tasks: Tasks, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("camera_menu")
        self._tasks = tasks
        self._groups: list[QActionGroup] = []
        self.camera: CameraSettings = settings.current().value(settings.CAMERA)
        self._cameras = self.addMenu(self.tr("Camera"))
        self._sizes = self.addMenu(self.tr("Resolution"))
        self._zooms = self.addMenu(self.tr("Zoom"))
        self._kinds = self.addMenu(self.tr("Symbols"))
        self._mirror = named(QAction(self.tr("Mirrored"), self), "camera_mirror")
        self._mirror.setCheckable(True)
        self._mirror.triggered.connect(lambda on: self._take(is_mirrored=on))
        self.addAction(self._mirror)
        self.addSeparator()
        test = named(QAction(self.tr("Hand scanner: test and set up…"), self), "scanner_test_action")
        test.triggered.connect(self.test_requested)
        self.addAction(test)
        self.aboutToShow.connect(self._look_for_cameras)
        self._fill()

    def opener(self) -> Button:
        """Return the button that opens this menu."""
        made: Button = named(button("", icon="settings", name=self.tr("Camera and scanner")), "camera_menu_button")
        made.setMenu(self)
        return made

    def _fill(self) -> None:
        camera = self.camera
        self._groups.clear()
        self._show_cameras([camera.index], is_looking=True)
        sizes: list[Choice] = [(f"{wide} × {tall}", f"{wide}", (wide, tall)) for wide, tall in RESOLUTIONS]
        _choices(self._sizes, sizes, (camera.width, camera.height), "resolution", self._take_size)
        zooms: list[Choice] = [(f"{zoom:g}×", f"{zoom:g}", zoom) for zoom in ZOOMS]
        _choices(self._zooms, zooms, camera.zoom, "zoom", lambda zoom: self._take(zoom=zoom))
        self._mirror.setChecked(camera.is_mirrored)
        self._kinds.clear()
        for kind in ALL:
            action = named(QAction(kind, self._kinds), f"kind_{kind.replace(' ', '_')}")
            action.setCheckable(True)
            action.setChecked(kind in known(camera.kinds))
            action.setEnabled(known(camera.kinds) != (kind,))  # the last one stays: else nothing would ever be read
            action.triggered.connect(lambda on=False, kind=kind: self._take_kind(kind, on))
            self._kinds.addAction(action)

    def _look_for_cameras(self) -> None:
        from eum_app.scanning.camera import cameras_there

        self._tasks.query(cameras_there, partial(self._show_cameras, is_looking=False))

    def _show_cameras(self, found: Sequence[int], *, is_looking: bool) -> None:
        rows: list[Choice] = [
            (self.tr("Camera {number}").format(number=index + 1), str(index), index)
            for index in sorted({*found, self.camera.index})
        ]
        _choices(self._cameras, rows, self.camera.index, "camera", lambda index: self._take(index=index))
        said = ""
        if is_looking:
            said = self.tr("Looking for cameras…")
        elif not found:
            said = self.tr("No camera available")
        if said:
            self._cameras.addAction(said).setEnabled(False)

    def _take_size(self, size: object) -> None:
        assert isinstance(size, tuple)
        self._take(width=size[0], height=size[1])

    def _take_kind(self, kind: str, is_wanted: bool) -> None:
        self._take(
            kinds=known({*known(self.camera.kinds), kind} if is_wanted else {*known(self.camera.kinds)} - {kind})
        )

    def _take(self, **changes: object) -> None:
        self.camera = msgspec.structs.replace(self.camera, **changes)
        self._fill()
        self.changed.emit(self.camera)
        try:
            settings.current().keep(settings.CAMERA, self.camera)
        except KnownError as error:
            self.failed.emit(error)


def _choices(
    menu: QMenu, choices: Sequence[Choice], chosen: object, name: str, take: Callable[[object], object]
) -> None:
    """Fill a menu with exclusive choices."""
    menu.clear()
    group = QActionGroup(menu)
    for text, end, value in choices:
        action = named(QAction(text, menu), f"{name}_{end}")
        action.setCheckable(True)
        action.setChecked(value == chosen)
        action.triggered.connect(lambda _on=False, value=value: take(value))
        group.addAction(action)
        menu.addAction(action)
