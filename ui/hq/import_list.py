"""Import a list: choose its kind, preview each row, correct how the file is read, then import."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QCheckBox, QStackedWidget, QWidget

from db.queries.claims import saved_profiles
from eum_app.bounded_child import stop_long_requests
from eum_app.domain.claims import ClaimKind, ListKind
from eum_app.domain.errors import KnownError, Refusal
from eum_app.domain.people import Permission
from eum_app.list_files.list_file import PlateSays, Profile, write_rejected_csv
from eum_app.usecases.calls import ChildCall, call, child, job, query
from eum_app.usecases.children import import_claims_child, import_inventory_child
from eum_app.usecases.lists.import_claims import ClaimsResult
from eum_app.usecases.lists.import_inventory import InventoryResult
from eum_app.usecases.lists.list_profiles import save_profile
from eum_app.usecases.lists.preview_list import Shown, layout_of, preview_list
from ui.hq.list_choice import ListChoice
from ui.hq.list_rows import ListRows
from ui.hq.read_as import ReadAs
from ui.kit.desk import Desk
from ui.kit.guard import guarded
from ui.kit.page import Page
from ui.kit.widgets import (
    ColumnPart,
    Columns,
    EmptyState,
    button,
    hbox,
    panel,
    vbox,
)
from ui.kit.words import count
from ui.shared.page_parts import Job, may, named, why_not_label


@guarded
class _Fitting(Columns):
    """Columns that scroll inside, so that their full height does not make the page scroll too."""

    def sizeHint(self) -> QSize:
        return self.minimumSizeHint()


class ImportListPanel(QWidget):
    """Part of the inventory page. `imported` is emitted after the list's rows were recorded."""

    imported = Signal(object)
    left = Signal()

    def __init__(self, desk: Desk, page: Page) -> None:
        super().__init__()
        self.desk, self._page = desk, page
        self.shown: Shown | None = None
        self._asked = 0
        self._refusal: KnownError | None = None
        self._plate: PlateSays | None = None
        self.choice = ListChoice()
        self.choice.kind_chosen.connect(self._other_kind)
        self.choice.file_changed.connect(self._forget)
        self.choice.read_requested.connect(self.read)
        self.choice.stop_requested.connect(self.stop_reading)
        whole = vbox(self.choice, self._result_panel(), spacing=12)
        whole.setStretch(1, 1)
        self.setLayout(whole)
        self._follow()

    @property
    def preview(self) -> Any:
        """Return the `ListPreview` shown, or None."""
        return self.shown.preview if self.shown else None

    # Its parts

    def _result_panel(self) -> QWidget:
        self.read_as = ReadAs()
        self.choice.date_order_stated.connect(self.read_as.set_date_order)
        self.read_as.chosen.connect(lambda _profile: self._read_otherwise())
        self.read_as.save_requested.connect(self._save_profile)
        self.rows = ListRows(self.desk.outbox)
        self.rows.export_requested.connect(self._export)
        self.rows.plate.stated.connect(self._take_plate)
        self._nothing = EmptyState(
            "file-search",
            self.tr("No rows can be shown yet"),
            self.tr("The reason is above. Correct how the list is read, or the list itself."),
        )
        self._stack = QStackedWidget()
        self._stack.addWidget(self.rows)
        self._stack.addWidget(self._nothing)
        self._result = _Fitting(
            [
                ColumnPart("rows", self.tr("Rows"), self._stack, 8),
                ColumnPart("how", self.tr("How it is read"), self.read_as, 4),
            ]
        )
        self.import_button = button("", self.import_rows, kind="primary", icon="download")
        named(self.import_button, "inventory_import_button")
        self.update_box = QCheckBox()
        named(self.update_box, "inventory_update_box")
        self.update_box.setAccessibleName(self.tr("Update items that differ"))
        self.cancel_button = button(self.tr("Back to the items"), self.left.emit)
        named(self.cancel_button, "inventory_import_cancel")
        self._denied = why_not_label(self.desk.session, Permission.INVENTORY_IMPORT)
        self.job = Job("inventory_job")
        self.job.busy_changed.connect(lambda _busy: self._follow())
        whole = panel(
            vbox(
                self._result,
                self._denied,
                self.job,
                hbox(self.cancel_button, 1, self.update_box, self.import_button, spacing=16),
                1,
                spacing=12,
            )
        )
        whole.layout().setStretch(0, 100)  # type: ignore[union-attr]
        return whole

    # What happens

    def start(self) -> None:
        """Clear the panel for another list."""
        self._forget()
        self._ask_profiles()
        self.choice.start()

    def _other_kind(self) -> None:
        had = self._result.isVisibleTo(self)
        self._forget()
        self._ask_profiles()
        if had:
            self.read()

    def _ask_profiles(self) -> None:
        self.desk.ask(query(saved_profiles, self.choice.kind), then=self.read_as.set_saved)

    def read(self) -> None:
        """Preview the chosen file in the background, or show why it cannot be read. Does nothing without a file."""
        path = self.choice.path
        if path is None:
            return
        self._asked += 1
        asked, kind, profile = self._asked, self.choice.kind, self.read_as.profile
        self.choice.wait()
        self.desk.ask(
            call(preview_list, path, kind, profile, self._plate),
            then=lambda shown: self._show(asked, shown),
            failed=lambda error: self._refused(asked, error),
        )

    def stop_reading(self) -> None:
        """Do not wait for the list that is being read. A workbook's process ends at once."""
        stop_long_requests()
        self._refused(self._asked, Refusal("inventory.stopped"))
        self._asked += 1

    def _read_otherwise(self) -> None:
        """Read the file again, without statements about lines that were read in another way."""
        self._plate = None
        self.read()

    def _take_plate(self, plate: PlateSays) -> None:
        self._plate = plate if self._plate is None else self._plate.joined(plate)
        self.read()

    def _show(self, asked: int, shown: Shown) -> None:
        if asked != self._asked:
            return  # another file or profile was chosen meanwhile
        is_first = self.shown is None
        self.shown, self._refusal = shown, None
        preview = shown.preview
        self.choice.show_notes(preview.notes)
        self.read_as.show_read(
            layout_of(shown.kind),
            preview.profile,
            preview.headings,
            preview.sheets,
            is_workbook=preview.profile.sheet is not None,
        )
        self.rows.show_list(shown)
        self.update_box.setChecked(False)  # a choice for another preview must not apply to this one
        self.update_box.setText(self.tr("Update %Ln items", "", len(shown.differences)))
        self._follow()
        if is_first:
            self.import_button.setFocus()

    def _refused(self, asked: int, error: KnownError) -> None:
        if asked != self._asked:
            return
        self.shown, self._refusal = None, error
        sheets: Any = error.values.get("sheets", ())
        found: Any = error.values.get("found", ())
        is_workbook = self.choice.path is not None and self.choice.path.suffix.lower() == ".xlsx"
        self.read_as.show_read(
            layout_of(self.choice.kind),
            self.read_as.profile,
            found,
            sheets,
            is_workbook=bool(sheets) or is_workbook,
        )
        self.choice.show_refusal(error)
        self._follow()

    def _save_profile(self, name: str) -> None:
        found: Any = self._refusal.values.get("found", ()) if self._refusal else ()
        headings = self.preview.headings if self.preview else tuple(found)
        profile: Profile = self.preview.profile if self.preview else self.read_as.profile
        self.desk.do(
            call(save_profile, name, self.choice.kind, profile, headings),
            then=lambda _done: self._profile_saved(name),
            failed=self._page.notice.show_error,
        )

    def _profile_saved(self, name: str) -> None:
        self._page.notice.show_message("ok", self.tr("The profile “{name}” is saved.").format(name=name))
        self._ask_profiles()

    def _export(self, path: Path) -> None:
        preview = self.preview
        if preview is not None:
            self.desk.ask(
                job(write_rejected_csv, preview, path),
                then=lambda rows: self._exported(rows, path),
                failed=self._page.notice.show_error,
            )

    def _exported(self, rows: int, path: Path) -> None:
        self._page.notice.show_message(
            "ok",
            self.tr("Rejected rows written to {name}: {rows}").format(name=path.name, rows=count(rows)),
            detail=self.tr("Correct them there, save the file, and import it as a separate list."),
            action=self.tr("Read that file"),
            on_action=lambda: self._read_other(path),
            stays=True,
        )

    def _read_other(self, path: Path) -> None:
        self.choice.path_field.set_path(path)
        self.read()

    def import_rows(self) -> None:
        """Import the previewed rows in a child process. Does nothing before a list was read, or while another import
        runs.

        `imported` carries the result; the page's notice shows an error, and then nothing was imported.
        """
        path, shown = self.choice.path, self.shown
        if shown is None or path is None:
            return
        preview = shown.preview
        words = self.tr("Importing {name}").format(name=preview.source_name)
        given = (path, preview.profile, preview.sha384)
        work: ChildCall[InventoryResult] | ChildCall[ClaimsResult]
        if shown.kind == ListKind.INVENTORY:
            takes = self.update_box.isChecked()
            work = child(import_inventory_child, *given, plate=preview.plate, take_changes=takes)
        else:
            work = child(import_claims_child, *given, ClaimKind(shown.kind))
        self.job.run(
            self.desk,
            words,
            work,
            then=self.imported.emit,
            failed=self._page.notice.show_error,
            stopped=lambda: self._page.notice.show_message("info", self.tr("Stopped. Nothing was imported.")),
        )

    def _forget(self) -> None:
        stop_long_requests()  # its result would not be shown
        self._asked += 1
        self.shown, self._refusal = None, None
        self._plate = None
        self.read_as.forget()
        self.choice.forget()
        self._follow()

    def _follow(self) -> None:
        is_busy = self.job.is_busy
        preview = self.preview
        accepted = len(preview.accepted) if preview else 0
        self.choice.follow(preview, is_busy=is_busy)
        self.read_as.setEnabled(not is_busy)
        self.update_box.setVisible(self.shown is not None and bool(self.shown.differences))
        self.update_box.setEnabled(not is_busy)
        self._result.setVisible(preview is not None or self._refusal is not None)
        self._stack.setCurrentWidget(self.rows if preview is not None else self._nothing)
        is_inventory = self.choice.kind == ListKind.INVENTORY
        items = self.tr("Import %Ln items", "", accepted)
        self.import_button.setText(items if is_inventory else self.tr("Keep %Ln claims", "", accepted))
        self.import_button.setVisible(preview is not None)
        allowed = may(self.desk.session, Permission.INVENTORY_IMPORT)
        self.import_button.setEnabled(allowed and accepted > 0 and not is_busy)
        self.cancel_button.setEnabled(not is_busy)
