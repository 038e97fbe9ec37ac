"""A path to type, to drop, or to choose, without a blocking dialog."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QFileDialog, QLineEdit, QSizePolicy, QWidget

from db.files import is_folder
from ui.kit.guard import guarded
from ui.kit.tips import set_tip
from ui.kit.widgets.base import Button, button, hbox

translate = QCoreApplication.translate


PathKind = Literal["file", "files", "folder", "save"]


@guarded
class PathField(QWidget):
    """A line edit and "Browse…". `kind`: an existing file, several, a folder, or a file to be written.

    The dialog is Qt's own (the same everywhere) and does not block. Dropped files are accepted. The line edit's object
    name is the widget's with `_edit`, the button's with `_browse`. Several files are separated by `; `.
    """

    changed = Signal()
    """The text of the line changed; see `paths`."""
    submitted = Signal()
    """Enter was pressed in the line, or files were chosen or dropped."""

    def __init__(self, name: str, *, object_name: str, kind: PathKind = "file", filters: str = "") -> None:
        """Make the field. `name` is the accessible name; `filters` as QFileDialog takes them (`Lists (*.csv
        *.xlsx)`).
        """
        super().__init__()
        self._kind: PathKind = kind
        self._filters = filters
        self._dialog: QFileDialog | None = None
        self._given: list[Path] = []
        self._given_text = ""
        self.setObjectName(object_name)
        self.setAccessibleName(name)
        self.edit = QLineEdit()
        self.edit.setObjectName(f"{object_name}_edit")
        self.edit.setAccessibleName(name)
        self.edit.setPlaceholderText(self._prompt())
        self.edit.setAcceptDrops(False)  # the whole widget takes drops, and the edit would insert a URL
        self.edit.textChanged.connect(lambda text: set_tip(self.edit, text))  # a long path is never in sight whole
        self.edit.textChanged.connect(lambda _text: self.changed.emit())
        self.edit.returnPressed.connect(self.submitted)
        browse = translate("kit", "Browse…")
        self.browse: Button = button(browse, self.open_dialog, icon="folder-open")
        self.browse.setObjectName(f"{object_name}_browse")
        self.browse.setAccessibleName(f"{browse} {name}")
        line = hbox(self.edit, self.browse, spacing=8)
        line.setStretch(0, 1)
        self.setLayout(line)
        self.setFocusProxy(self.edit)
        self.setAcceptDrops(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    @property
    def paths(self) -> list[Path]:
        """Return the paths in the line, none for an empty line. `~` is expanded.

        Paths that were chosen or dropped are returned as they are while their text stays. With `kind` "files" typed
        text is split at semicolons, unless it names one existing file as a whole. The paths need not exist: the caller
        checks when it opens them.
        """
        if self._given and self.edit.text() == self._given_text:
            return list(self._given)
        text = self.edit.text().replace("\0", "").strip()  # no system has a NUL in a name
        several = self._kind == "files" and not os.path.lexists(text)  # the name of one file may hold a semicolon
        parts = text.split(";") if several else [text]
        # Path.expanduser raises where the person has no home folder.
        return [Path(os.path.expanduser(part.strip())) for part in parts if part.strip()]  # noqa: PTH111

    @property
    def path(self) -> Path | None:
        """Return the first path, or None for an empty line."""
        return next(iter(self.paths), None)

    def set_path(self, path: Path | str) -> None:
        self.edit.setText(str(path))

    def offer_at_home(self, name: str) -> None:
        """Fill the line with `name` in the person's home folder; leave it empty if they have none."""
        home = Path(os.path.expanduser("~"))  # noqa: PTH111 - Path.home() raises where there is none
        self.set_path(home / name if home.is_absolute() else "")

    def set_paths(self, paths: list[Path]) -> None:
        """Fill the line with these paths; all but the first are dropped unless `kind` is "files".

        `paths` returns them as they are until the text is changed.
        """
        kept = paths if self._kind == "files" else paths[:1]
        text = "; ".join(str(path) for path in kept)
        self._given, self._given_text = list(kept), text  # before the line says that it has changed
        self.edit.setText(text)
        self._given_text = self.edit.text()

    def clear(self) -> None:
        self.edit.clear()

    def open_dialog(self) -> None:
        """Show the dialog without blocking; choosing fills the line and emits `submitted`."""
        dialog = QFileDialog(self.window(), self.accessibleName())
        dialog.setOption(QFileDialog.Option.DontUseNativeDialog)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        mode = {
            "file": QFileDialog.FileMode.ExistingFile,
            "files": QFileDialog.FileMode.ExistingFiles,
            "folder": QFileDialog.FileMode.Directory,
            "save": QFileDialog.FileMode.AnyFile,
        }[self._kind]
        dialog.setFileMode(mode)
        if self._kind == "folder":
            dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        if self._kind == "save":
            dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        if self._filters:
            dialog.setNameFilter(self._filters)
        now = self.path
        if now is not None:
            dialog.setDirectory(str(now if is_folder(now) else now.parent))
        dialog.filesSelected.connect(self._take)
        dialog.open()
        self._dialog = dialog

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        found = [url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()]
        if found:
            event.acceptProposedAction()
            self._take(found)

    def _take(self, names: list[str]) -> None:
        if names:
            self.set_paths([Path(name) for name in names])
            self.submitted.emit()

    def _prompt(self) -> str:
        if self._kind == "folder":
            return translate("kit", "Type or drop a folder")
        if self._kind == "files":
            return translate("kit", "Type or drop files")
        return translate("kit", "Type or drop a file")
