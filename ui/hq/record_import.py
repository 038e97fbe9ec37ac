"""Import a list of sites or cases: what each row would do, then the import itself."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtWidgets import QCheckBox, QLineEdit

from eum_app.domain.errors import KnownError
from eum_app.list_files.list_file import ListPreview
from eum_app.list_files.records_file import read_cases, read_sites
from eum_app.usecases.calls import call
from eum_app.usecases.records.import_records import (
    Compared,
    RecordsResult,
    compare_cases,
    compare_sites,
    import_cases,
    import_sites,
)
from eum_app.usecases.session import Session
from eum_app.wording.list_words import doubts_with_lines, list_note, what_differs, why_refused
from ui.kit.delegates import ChipSpec
from ui.kit.desk import Desk
from ui.kit.models import Column, IdsTableModel, table_view
from ui.kit.page import Page
from ui.kit.widgets import Card, FormField, button, hbox, label
from ui.kit.widgets.path_field import PathField
from ui.kit.words import count, joined
from ui.shared.page_parts import named, show_rows

translate = QCoreApplication.translate


@dataclass(frozen=True)
class RowShown:
    """One row of the preview: its line, what becomes of it, and why or what differs."""

    line: int
    becomes: str
    words: str


@dataclass(frozen=True)
class Shown:
    """A list that was read, with its rows in the order of lines, and notes about the whole list."""

    is_of_sites: bool
    preview: ListPreview[Any]
    compared: list[Compared]
    rows: list[RowShown]
    notes: str


def preview_records(session: Session, path: Path, *, is_of_sites: bool) -> Shown:
    """Read a list and compare each row with the records. Raises as `list_file.read_list` does."""
    today = session.now().date()
    preview: ListPreview[Any]
    compared: list[Compared]
    if is_of_sites:
        preview = read_sites(path, today=today)
        compared = session.read(compare_sites, preview.accepted)
    else:
        preview = read_cases(path, today=today)
        compared = session.read(compare_cases, preview.accepted)
    rows = [
        RowShown(row.line, "refused", "; ".join(why_refused(code, row.values, translate) for code in row.codes))
        for row in preview.rejected
    ]
    for one in compared:
        refused = why_refused(one.refused, {one.refused: one.why}, translate) if one.refused else ""
        differs = "; ".join(what_differs(difference, translate) for difference in one.differs)
        rows.append(RowShown(one.line, one.becomes, refused or differs))
    notes = [list_note(note.code, note.values, translate) for note in preview.notes]
    for doubt, lines in doubts_with_lines(preview.warnings, translate):
        words = translate("hq", "{doubt} (line {lines})")
        notes.append(words.format(doubt=doubt, lines=", ".join(map(str, lines[:10]))))
    return Shown(is_of_sites, preview, compared, sorted(rows, key=lambda row: row.line), " ".join(notes))


def row_chip(row: RowShown) -> ChipSpec:
    """Return a chip for what becomes of a row."""
    return {
        "new": ChipSpec(translate("hq", "New"), "ok", "plus"),
        "known": ChipSpec(translate("hq", "Known"), "mute", "check"),
        "differs": ChipSpec(translate("hq", "Other values"), "warn", "triangle-alert"),
    }.get(row.becomes, ChipSpec(translate("hq", "Left out"), "bad", "x"))


class RecordImport(Card):
    """The file, its rows, and the question whether values that differ are taken. `imported` follows an import."""

    imported = Signal()
    left = Signal()

    def __init__(self, desk: Desk, page: Page) -> None:
        super().__init__()
        self.desk, self._page = desk, page
        self._is_of_sites = True
        self._shown: Shown | None = None
        self.path_field = PathField(
            self.tr("List"), object_name="records_file", filters=self.tr("Lists (*.csv *.txt *.xlsx);;All files (*)")
        )
        self.path_field.submitted.connect(self.read)
        self.path_field.changed.connect(self._forget)
        self._read_button = named(button(self.tr("Read the list"), self.read, icon="file-search"), "records_read")
        self._about = label("", "sub", wrap=True)
        self._model = IdsTableModel(
            [
                Column(self.tr("Line"), lambda row: str(row.line), is_number=True, width=64),
                Column(self.tr("Row"), lambda row: row_chip(row).text, width=128, chip=row_chip),
                Column(self.tr("Why"), lambda row: row.words),
            ]
        )
        self._model.setParent(self)
        self.table = named(table_view(self._model, name=self.tr("Rows of the list")), "records_rows")
        self.take_box = named(QCheckBox(self.tr("Take the values that differ")), "records_take")
        self.take_box.toggled.connect(lambda _on: self._follow())
        self.reason = named(QLineEdit(), "records_reason")
        self.reason.setMaxLength(300)
        self.reason.textChanged.connect(lambda _text: self._follow())
        self._reason_field = FormField(self.tr("Reason for taking them"), self.reason)
        self.import_button = named(
            button(self.tr("Import"), self.import_list, kind="primary", icon="download"), "records_import"
        )
        cancel = named(button(self.tr("Cancel"), self.left.emit, tip=self.tr("Cancel (Esc)")), "records_import_cancel")
        self.add_padded(self.path_field, hbox(self._about, 1, self._read_button), margins=(16, 12, 16, 12), spacing=10)
        self.add(self.table, 1)
        self.add_foot(self.take_box, self._reason_field, hbox(cancel, 1, self.import_button))
        self._forget()

    def start(self, *, is_of_sites: bool) -> None:
        """Ask for a list of sites, or of cases."""
        self._is_of_sites = is_of_sites
        self.set_title(self.tr("Import a list of sites") if is_of_sites else self.tr("Import a list of cases"))
        self._forget()
        self.path_field.setFocus()

    def _forget(self) -> None:
        """Drop what was read: the path, or the file behind it, may be another one now."""
        self._shown = None
        self._about.setText(self.tr("Each row is compared with the records before anything is imported."))
        show_rows(self._model, [])
        self.table.hide()
        self.take_box.setChecked(False)
        self.reason.clear()
        self._follow()

    def _follow(self) -> None:
        differing = self._count("differs")
        self.take_box.setVisible(bool(differing))
        self._reason_field.setVisible(bool(differing) and self.take_box.isChecked())
        lacks_reason = self.take_box.isChecked() and not self.reason.text().strip()
        has_rows = self._count("new") + differing > 0
        self.import_button.setEnabled(has_rows and not lacks_reason)

    def _count(self, becomes: str) -> int:
        return sum(1 for row in self._shown.rows if row.becomes == becomes) if self._shown else 0

    def read(self) -> None:
        """Read the list and show what each row would do. Does nothing without a path."""
        path = self.path_field.path
        if path is not None:
            self._read_button.setEnabled(False)
            asked = call(preview_records, path, is_of_sites=self._is_of_sites)
            self.desk.ask(asked, then=self._show, failed=self._refused)

    def _show(self, shown: Shown) -> None:
        self._read_button.setEnabled(True)
        if shown.is_of_sites != self._is_of_sites:
            return
        self._shown = shown
        show_rows(self._model, shown.rows)
        self.table.show()
        words = (
            self.tr("{count} new").format(count=count(self._count("new"))),
            self.tr("{count} known").format(count=count(self._count("known"))),
            self.tr("Other values: {count}").format(count=count(self._count("differs"))),
            self.tr("{count} left out").format(count=count(self._count("refused"))),
        )
        self._about.setText(joined(*words, shown.notes))
        self._follow()

    def import_list(self) -> None:
        """Import the rows that were shown."""
        shown, reason = self._shown, self.reason.text()
        if shown is None or not self.import_button.isEnabled():
            return
        self.import_button.setEnabled(False)
        preview, wanted, compared = shown.preview, self.take_box.isChecked(), shown.compared
        if shown.is_of_sites:
            wish = call(import_sites, preview, take_changes=wanted, reason=reason, shown=compared)
        else:
            wish = call(import_cases, preview, take_changes=wanted, reason=reason, shown=compared)
        self.desk.do(wish, then=self._done, failed=self._refused)

    def _done(self, result: RecordsResult) -> None:
        detail = joined(
            self.tr("{count} known already").format(count=count(result.unchanged)),
            self.tr("{count} left with another value").format(count=count(result.left)),
            self.tr("{count} left out").format(count=count(result.rejected)),
        )
        words = self.tr("%Ln rows changed a record", "", result.changed)
        self._page.notice.show_message("ok", words, detail=detail, stays=True)
        self.path_field.edit.clear()
        self.imported.emit()

    def _refused(self, error: KnownError) -> None:
        self._read_button.setEnabled(True)
        self._page.notice.show_error(error)
        self._follow()
