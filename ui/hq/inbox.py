"""Inbox: import bundles. Each is verified completely, then recorded, or quarantined with its reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtWidgets import QFrame, QSizePolicy, QStackedWidget, QWidget

from db.queries.exchange import BundleRow, QuarantineRow, all_bundles, all_quarantined
from eum_app.domain.areas import Area
from eum_app.domain.people import Permission
from eum_app.usecases.calls import call, child
from eum_app.usecases.children import import_bundles_child
from eum_app.usecases.exchange.late_bundles import LateBundle, late_bundles
from eum_app.usecases.exchange.verify_bundle import Imported
from eum_app.usecases.session import Session
from ui.hq.inbox_outcomes import outcome_row, why
from ui.hq.late_part import LatePart, late_chip
from ui.kit.desk import Desk
from ui.kit.guard import guarded
from ui.kit.models import Column, IdsTableModel, table_view
from ui.kit.page import Page
from ui.kit.tips import set_tip
from ui.kit.widgets import (
    Card,
    ColumnPart,
    Columns,
    EmptyState,
    IconLabel,
    Tab,
    TabRow,
    button,
    hbox,
    label,
    panel,
    scrolled,
    set_look,
    vbox,
)
from ui.kit.widgets.path_field import PathField
from ui.kit.words import count, joined, moment
from ui.shared.page_parts import Job, may, named, show_rows, why_not_label

translate = QCoreApplication.translate


@dataclass(frozen=True)
class InboxHistory:
    """Bundles that were imported, and files that were quarantined."""

    imported: list[BundleRow]
    quarantined: list[QuarantineRow]
    late: list[LateBundle]


def inbox_history(session: Session) -> InboxHistory:
    """Return the bundles imported here, the quarantined files, and the late bundles among these."""
    return InboxHistory(
        session.read(all_bundles, session.name, "in"),
        session.read(all_quarantined, session.name),
        late_bundles(session),
    )


@guarded
class DropZone(QFrame):
    """An area on which to drop files."""

    dropped = Signal(object)
    """list[Path]"""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("kind", "row")
        self.setObjectName("inbox_drop_zone")
        self.setAcceptDrops(True)
        words = label(self.tr("Drop bundles here"), "heading")
        more = label(self.tr("files, or a folder of them, from a device's USB stick or a share"), "body", wrap=True)
        line = hbox(IconLabel("inbox", "accent", size=34), margins=(20, 18, 20, 18), spacing=16)
        line.addLayout(vbox(words, more, spacing=3), 1)
        self.setLayout(line)
        self.setAccessibleName(self.tr("Drop bundles here"))
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            set_look(self, "tone", "accent")
            event.acceptProposedAction()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        set_look(self, "tone", "")
        super().dragLeaveEvent(event)

    def dropEvent(self, event: QDropEvent) -> None:
        set_look(self, "tone", "")
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        if paths:
            event.acceptProposedAction()
            self.dropped.emit(paths)


class InboxPage(Page):
    """The current import on the left, earlier ones on the right."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(self.tr("Inbox"))
        self.desk = desk
        self.header.set_title(self.tr("Inbox"), self.tr("Bundles of devices: verified, recorded, and answered"))
        self._outcome_rows: list[QWidget] = []
        self._late: dict[str, LateBundle] = {}
        self._quarantined: list[QuarantineRow] = []
        self._unknown: list[Path] = []  # files of the last import whose sender was not enrolled
        coming = ColumnPart("import", self.tr("Import"), self._import_card())
        before = ColumnPart("before", self.tr("Earlier imports"), self._history_card())
        self.body.addWidget(Columns([coming, before]), 1)
        self.add_button_key(self.import_button, "Ctrl+I")
        self._follow()

    def _import_card(self) -> QWidget:
        zone = DropZone()
        zone.dropped.connect(self._dropped)
        self.path_field = PathField(self.tr("Bundles"), object_name="inbox_path_field", kind="files")
        self.path_field.submitted.connect(self.import_paths)
        self.path_field.changed.connect(self._follow)
        self.import_button = button(self.tr("Import"), self.import_paths, kind="primary", icon="download")
        named(self.import_button, "inbox_import_button")
        self.folder_button = button(self.tr("Everything in the folder {folder}").format(folder=self.desk.inbox.name))
        self.folder_button.clicked.connect(self._import_folder)
        set_tip(self.folder_button, str(self.desk.inbox))
        named(self.folder_button, "inbox_folder_button")
        self._denied = why_not_label(self.desk.session, Permission.BUNDLE_IMPORT)
        self.job = Job("inbox_job")
        self.job.busy_changed.connect(lambda _busy: self._follow())
        card = Card(self.tr("Import bundles"))
        card.add(zone)
        card.add_padded(self.path_field, hbox(self.folder_button, 1, self.import_button), self._denied, self.job)
        self._outcomes = vbox()
        self._outcomes_empty = EmptyState(
            "shield-check",
            self.tr("Nothing imported in this session"),
            self.tr(
                "Each bundle is recorded only after its signature, its certificate and its place in the device's "
                "chain are checked. A bundle of a known device that fails is kept with the reason; every other file is "
                "left where it is."
            ),
        )
        self._results = QStackedWidget()
        self._results.addWidget(self._outcomes_empty)
        self._results.addWidget(scrolled(vbox(self._outcomes, 1)))
        self._summary = label("", "cardtitle")
        self._summary_line = panel(hbox(self._summary, 1, margins=(16, 10, 16, 10)), "cardhead")
        self._summary_line.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._summary_line.hide()
        card.add(self._summary_line)
        card.add(self._results, 1)
        return card

    def _history_card(self) -> QWidget:
        self._bundles = IdsTableModel(
            [
                Column(self.tr("From"), lambda row: row.party, is_mono=True, width=96),
                Column(self.tr("Facts"), _facts, width=90),
                Column(self.tr("Imported"), lambda row: moment(row.at), width=180),
                Column(self.tr("File"), lambda row: row.file_name),
            ],
            parent=self,
        )
        self.bundles_table = table_view(self._bundles, name=self.tr("Imported bundles"))
        self.bundles_table.setObjectName("inbox_bundles_table")
        self._kept = IdsTableModel(
            [
                Column(self.tr("File"), lambda row: row.file_name, width=150),
                Column(self.tr("Since"), lambda row: moment(row.at), width=180),
                Column(self.tr("State"), self._state_of, width=150),
                Column(self.tr("Why"), lambda row: why(row.code, row.details)[0]),
            ],
            parent=self,
        )
        self.kept_table = table_view(self._kept, name=self.tr("Files not accepted"))
        self.kept_table.setObjectName("inbox_quarantine_table")
        self.tabs = TabRow([Tab("imported", self.tr("Imported 0")), Tab("kept", self.tr("Not accepted 0"))])
        self.tabs.setObjectName("inbox_tabs")
        self.tabs.chosen.connect(self._choose_tab)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.bundles_table)
        self.late = LatePart(self.desk, self.notice)
        self.late.admitted.connect(self._import_kept)
        self.kept_table.selectionModel().currentRowChanged.connect(self._follow_kept)
        kept = vbox(self.kept_table, self.late)
        kept.setStretch(0, 1)
        kept.setStretch(1, 2)  # a reason is typed there, also on small screens
        self._stack.addWidget(panel(kept))
        card = Card(self.tr("Earlier imports"))
        card.add_padded(self.tabs, margins=(16, 10, 16, 10))
        card.add(self._stack, 1)
        return card

    # What happens

    def opened(self, _argument: object) -> None:
        self._load()

    def refresh(self, areas: frozenset[Area]) -> None:
        if areas & {Area.EXCHANGE}:
            self._load()
        if Area.PEOPLE in areas and self._unknown:
            self.notice.show_message(
                "info",
                self.tr("A device was enrolled"),
                detail=self.tr("%Ln files came from devices that were not enrolled.", "", len(self._unknown)),
                action=self.tr("Try again"),
                on_action=self._try_again,
                stays=True,
            )

    def first_focus(self) -> QWidget:
        return self.path_field.edit

    def _load(self) -> None:
        self.desk.ask(call(inbox_history), then=self._show)

    def _show(self, found: InboxHistory) -> None:
        self._late = {late.row.quarantine_id: late for late in found.late}
        self._quarantined = found.quarantined
        show_rows(self._bundles, found.imported, lambda row: row.bundle_id)
        show_rows(self._kept, found.quarantined, lambda row: row.quarantine_id)
        self.tabs.set_text("imported", self.tr("Imported {count}").format(count=count(len(found.imported))))
        self.tabs.set_text("kept", self.tr("Not accepted {count}").format(count=count(len(found.quarantined))))
        self._follow_kept()

    def _state_of(self, row: QuarantineRow) -> str:
        late = self._late.get(row.quarantine_id)
        if late is not None:
            return late_chip(late).text
        return self.tr("Copy kept") if row.is_kept else self.tr("No copy")

    def _follow_kept(self) -> None:
        index = self.kept_table.currentIndex()
        row = self._quarantined[index.row()] if 0 <= index.row() < len(self._quarantined) else None
        late = self._late.get(row.quarantine_id) if row is not None else None
        self.late.show_late(late, why(late.row.code, late.row.details)[0] if late is not None else "")

    def _import_kept(self, path: Path) -> None:
        self.path_field.set_paths([path])
        self.import_paths()

    def _choose_tab(self, key: str) -> None:
        self._stack.setCurrentIndex(1 if key == "kept" else 0)

    def _dropped(self, paths: Sequence[Path]) -> None:
        self.path_field.set_paths(list(paths))
        self.import_paths()

    def _try_again(self) -> None:
        self.path_field.set_paths(self._unknown)
        self.import_paths()

    def _import_folder(self) -> None:
        self.path_field.set_path(self.desk.inbox)
        self.import_paths()

    def import_paths(self) -> None:
        """Verify and import the chosen files, in a child process, and list what became of each.

        Does nothing without a path or the permission, or while another import runs. Bundles imported before a stop or
        an error stay.
        """
        paths = self.path_field.paths
        if not paths or not may(self.desk.session, Permission.BUNDLE_IMPORT):
            return
        self.job.run(
            self.desk,
            self.tr("Verifying and importing"),
            child(import_bundles_child, paths, self.desk.outbox),
            then=self._imported,
            failed=self.notice.show_error,
            stopped=self._stopped,
        )

    def _imported(self, imported: Imported) -> None:
        self.path_field.clear()
        outcomes = imported.outcomes
        if not outcomes:
            self.notice.show_message("attention", self.tr("That folder has no bundles"))
            return
        for old in self._outcome_rows:
            self._outcomes.removeWidget(old)
            old.hide()
            old.deleteLater()
        self._unknown = [one.path for one in outcomes if one.code == "bundle.unknown_sender"]
        self._outcome_rows = [outcome_row(outcome) for outcome in outcomes]
        for made in self._outcome_rows:
            self._outcomes.addWidget(made)
        self._results.setCurrentIndex(1)
        good = sum(outcome.outcome.is_good for outcome in outcomes)
        findings = sum(outcome.new_findings for outcome in outcomes)
        words = joined(
            self.tr("{good} of %Ln bundles imported", "", len(outcomes)).format(good=count(good)),
            self.tr("%Ln new findings", "", findings) if findings else "",
        )
        self._summary.setText(words)
        self._summary_line.show()
        is_whole = good == len(outcomes)
        self.notice.show_message(
            "ok" if is_whole else "attention",
            words,
            detail="" if is_whole else self.tr("The others are listed with the reasons; nothing is lost."),
            action=self.tr("Review the findings") if findings else "",
            on_action=self._review,
            stays=True,
        )

    def _review(self) -> None:
        self.navigate_requested.emit("review", None)

    def _stopped(self) -> None:
        self.notice.show_message(
            "info",
            self.tr("Stopped"),
            detail=self.tr("Bundles that were already imported are recorded; the rest are not."),
        )

    def _follow(self) -> None:
        allowed = may(self.desk.session, Permission.BUNDLE_IMPORT)
        is_free = allowed and not self.job.is_busy
        self.path_field.setEnabled(is_free)
        self.folder_button.setEnabled(is_free)
        self.import_button.setEnabled(is_free and bool(self.path_field.paths))


def _facts(row: BundleRow) -> str:
    return f"{count(row.first_seq)} – {count(row.last_seq)}"
