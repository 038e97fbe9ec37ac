"""The card that exports a report: its format, its file, and the proof of what was written."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from eum_app.usecases.calls import child
from eum_app.usecases.children import make_report_child
from eum_app.usecases.reporting.export_report import Exported
from eum_app.usecases.reporting.registry import REPORTS
from eum_app.usecases.reporting.report import Report
from ui.kit.desk import Desk
from ui.kit.widgets import (
    Card,
    Chip,
    DropDown,
    FormField,
    KeyValueGrid,
    NoticeBar,
    ValueText,
    button,
    flow,
    hbox,
    label,
    panel,
    vbox,
)
from ui.kit.widgets.path_field import PathField
from ui.kit.words import grouped, joined
from ui.shared.page_parts import Job, designation_missing, named, show_export_error, why_not


class ExportCard(Card):
    """Writes the report that `take` was given, in a child process. `notice` shows the result.

    The page calls `set_ready` as soon as the rows to export are shown.
    """

    export_requested = Signal()
    """The person asked for the file; the page answers with `write`."""

    def __init__(self, desk: Desk, notice: NoticeBar, report: Report) -> None:
        super().__init__(self.tr("Export"))
        self._desk, self._notice, self._report = desk, notice, report
        self._is_ready = False
        self.format = DropDown()
        named(self.format, "report_format")
        self.format.setAccessibleName(self.tr("Format of the report"))
        self.format.activated.connect(self._take_format)
        self.path_field = PathField(
            self.tr("File of the report"),
            object_name="report_path_field",
            kind="save",
            filters=self.tr("Reports (*.csv *.xlsx *.pdf *.json)"),
        )
        self.path_field.set_path(desk.outbox / f"{report.name}{report.formats[0]}")
        self.path_field.changed.connect(self._follow_path)
        self.path_field.submitted.connect(self._ask)
        self.export_button = button(self.tr("Export"), self._ask, kind="primary", icon="file-chart-column")
        named(self.export_button, "report_export_button")
        self.denied = label("", "sub", tone="warn", wrap=True)
        self.job = Job("report_job")
        self.job.busy_changed.connect(lambda _busy: self._follow())
        self.add_padded(
            FormField(self.tr("Format"), self.format),
            FormField(self.tr("Write the report to"), self.path_field),
            self.denied,
            self.job,
            hbox(1, self.export_button),
            self._proof_view(),
        )

    def _proof_view(self) -> QWidget:
        self.proof = KeyValueGrid(margins=(0, 4, 0, 0), key_width=70)
        self.verified = Chip()
        self._done = panel(vbox(panel(flow(self.verified)), self.proof, spacing=4))
        self._done.setObjectName("report_result")
        self._done.hide()
        return self._done

    def take(self, report: Report) -> None:
        """Offer the report's formats, and name the file after the report unless the person changed the name."""
        self._report = report
        words = {
            ".csv": self.tr("CSV, for programs"),
            ".xlsx": self.tr("Excel workbook, for spreadsheets"),
            ".pdf": self.tr("PDF, to read and print"),
            ".json": self.tr("JSON, for programs"),
        }
        self.format.clear()
        for suffix in report.formats:
            self.format.addItem(words.get(suffix, suffix), suffix)
        path = self.path_field.path
        if path is not None and path.stem in REPORTS:
            suffix = path.suffix if path.suffix in report.formats else report.formats[0]
            self.path_field.set_path(path.with_name(f"{report.name}{suffix}"))
        denied = why_not(self._desk.session, report.permission)
        self.denied.setText(denied)
        self.denied.setVisible(bool(denied))
        self._follow_path()

    def set_ready(self, is_ready: bool) -> None:
        """Allow or forbid the export. It also needs a path, and no export that is running."""
        self._is_ready = is_ready
        self._follow()

    def _follow(self) -> None:
        self.export_button.setEnabled(self._is_ready and self.path_field.path is not None and not self.job.is_busy)

    def _take_format(self) -> None:
        """Give the file the extension of the chosen format."""
        path = self.path_field.path
        if path is not None:
            self.path_field.set_path(path.with_suffix(self.format.currentData()))

    def _follow_path(self) -> None:
        """Choose the format that belongs to the typed extension."""
        path = self.path_field.path
        at = self.format.findData(path.suffix.lower()) if path is not None else -1
        if at >= 0:
            self.format.setCurrentIndex(at)
        self._follow()

    def _ask(self) -> None:
        if self.export_button.isEnabled():
            self.export_requested.emit()

    def write(self, wanted: dict[str, str]) -> None:
        """Write the report and its proof to the chosen path, in a child process. `wanted`: the value of each filter by
        its name.

        Does nothing without a path or while another export runs. The notice shows the result, and offers to replace a
        file that is there.
        """
        path = self.path_field.path
        if path is not None:
            self._write(self._report, path, wanted)

    def _write(self, report: Report, path: Path, wanted: dict[str, str], *, replaces: bool = False) -> None:
        """Write a report. If the name is taken, ask first, then write what was asked for, not what is chosen by now."""
        self._done.hide()
        self._notice.dismiss()
        again = partial(self._write, report, path, wanted, replaces=True)
        self.job.run(
            self._desk,
            self.tr("Writing {name}").format(name=path.name),
            child(make_report_child, report, path, wanted, replaces=replaces),
            then=self._exported,
            failed=partial(show_export_error, self._notice, again),
            stopped=lambda: self._notice.show_message("info", self.tr("Stopped. No report was written.")),
        )

    def _exported(self, exported: Exported) -> None:
        words = self.tr("%Ln rows re-read from the file", "", exported.rows)
        self.verified.set(words, "ok", "check")
        self.proof.clear()
        self.proof.add(self.tr("File"), ValueText(str(exported.path), mono=False))
        self.proof.add(self.tr("Sidecar"), ValueText(str(exported.sidecar_path), mono=False))
        self.proof.add("SHA-384", grouped(exported.sha384), mono=True)
        self._done.show()
        detail = joined(words, designation_missing(exported.not_designated))
        self._notice.show_message(
            "ok", self.tr("Report written: {name}").format(name=exported.path.name), detail=detail, stays=True
        )
