"""Load an inventory list: choose, see what it holds and what cannot be taken, then import."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from eum_app.domain.errors import KnownError
from eum_app.usecases.children import import_inventory_child
from eum_app.usecases.import_inventory import InventoryResult
from eum_app.usecases.inventory_file import InventoryPreview, Profile, Rejected, read_inventory
from ui.desk import Desk
from ui.hq.common import Job, may, named, show_rows, why_not
from ui.hq.inventory_words import what_is_doubtful, why_refused
from ui.messages import sentence
from ui.models import Column, IdsTableModel, table_view
from ui.page import Page
from ui.widgets import Card, StatTile, button, flow, hbox, label, panel, vbox
from ui.widgets.path_field import PathField
from ui.words import count, counted, joined


class ImportListPanel(QWidget):
    """In the page's flow. `imported` comes after the items are on the book."""

    imported = Signal(object)
    left = Signal()

    def __init__(self, desk: Desk, page: Page) -> None:
        super().__init__()
        self.desk, self._page = desk, page
        self.preview: InventoryPreview | None = None
        self._profile = Profile()
        self._asked = 0
        self._model = IdsTableModel(
            [
                Column(self.tr("Line"), lambda row: str(row.line), is_number=True, width=70),
                Column(self.tr("Why it cannot be taken"), _reasons),
                Column(self.tr("Code"), lambda row: ", ".join(row.codes), is_mono=True, width=260),
                Column(self.tr("As it stands"), lambda row: joined(*[cell.strip() for cell in row.raw])),
            ]
        )
        self._model.setParent(self)
        whole = vbox(self._choose_card(), self._result_panel(), spacing=16)
        whole.setStretch(1, 1)
        self.setLayout(whole)
        self._follow()

    # Its parts

    def _choose_card(self) -> QWidget:
        self.path_field = PathField(
            self.tr("Inventory list"),
            object_name="inventory_file_field",
            filters=self.tr("Inventory lists (*.csv *.txt *.xlsx);;All files (*)"),
        )
        self.path_field.submitted.connect(self.read)
        self.path_field.changed.connect(self._forget)
        self.read_button = button(self.tr("Read the list"), self.read, icon="file-search")
        named(self.read_button, "inventory_read_button")
        self._problem = label("", "sub", tone="bad", wrap=True)
        self._question = label("", "strong", wrap=True)
        self.month_first = button(self.tr("Month comes first"), lambda: self._order("month first"))
        named(self.month_first, "date_order_month_first")
        self.day_first = button(self.tr("Day comes first"), lambda: self._order("day first"))
        named(self.day_first, "date_order_day_first")
        self._order_line = panel(vbox(self._question, flow(self.month_first, self.day_first), spacing=8))
        card = Card(self.tr("Choose a list"))
        line = hbox(self.path_field, self.read_button, spacing=10)
        line.setStretch(0, 1)
        card.add_padded(
            label(
                self.tr("A list as you were sent it. Nothing is kept until you have seen what it holds."),
                "body",
                wrap=True,
            ),
            line,
            self._problem,
            self._order_line,
        )
        return card

    def _result_panel(self) -> QWidget:
        self._tiles = {
            "accepted": StatTile(self.tr("Can be taken")),
            "rejected": StatTile(self.tr("Cannot be taken")),
            "warnings": StatTile(self.tr("Taken, but doubtful")),
        }
        self._about = label("", "sub", wrap=True, selectable=True)
        table = table_view(self._model, name=self.tr("Rows that cannot be taken"))
        table.setObjectName("rejected_table")
        self._rejected_card = Card(self.tr("Rows that cannot be taken"))
        self._rejected_card.add(table, 1)
        tiles = hbox(*self._tiles.values(), spacing=16)
        for at in range(len(self._tiles)):
            tiles.setStretch(at, 1)
        self.import_button = button("", self.import_rows, kind="primary", icon="download")
        named(self.import_button, "inventory_import_button")
        self.cancel_button = button(self.tr("Back to the items"), self.left.emit)
        named(self.cancel_button, "inventory_import_cancel")
        self._denied = label(why_not(self.desk.session, "inventory.import"), "sub", tone="warn", wrap=True)
        self._denied.setVisible(not may(self.desk.session, "inventory.import"))
        self.job = Job("inventory_job")
        self.job.busy_changed.connect(lambda _busy: self._follow())
        result = vbox(tiles, self._about, self._rejected_card, 1, spacing=12)
        result.setStretch(2, 100)  # the stretch after it takes the room while there is nothing to list
        self._result = panel(result)
        whole = panel(
            vbox(self._result, self._denied, self.job, hbox(self.cancel_button, 1, self.import_button), 1, spacing=12)
        )
        whole.layout().setStretch(0, 100)  # type: ignore[union-attr]
        return whole

    # What happens

    def start(self) -> None:
        """Empty, for another list."""
        self.path_field.clear()
        self._forget()
        self.path_field.edit.setFocus(Qt.FocusReason.OtherFocusReason)

    def read(self) -> None:
        path = self.path_field.path
        if path is not None:
            self._ask(path)

    def _ask(self, path: Path) -> None:
        self._asked += 1
        asked, profile = self._asked, self._profile
        self.read_button.setEnabled(False)
        self.desk.tasks.query(
            lambda: (asked, read_inventory(path, profile)), self._show, lambda error: self._refused(asked, error)
        )

    def _show(self, answer: tuple[int, InventoryPreview]) -> None:
        asked, preview = answer
        if asked != self._asked:
            return
        self.preview = preview
        self._problem.clear()
        self._order_line.hide()
        for name, number, tone in (
            ("accepted", len(preview.accepted), "ok"),
            ("rejected", len(preview.rejected), "bad" if preview.rejected else ""),
            ("warnings", len(preview.warnings), "warn" if preview.warnings else ""),
        ):
            self._tiles[name].set_value(count(number), self._detail(name, preview), tone)
        self._about.setText(self._read_as(preview))
        show_rows(self._model, preview.rejected, lambda row: str(row.line))
        self._rejected_card.set_title(
            self.tr("Rows that cannot be taken"), self.tr("correct them in the source, and import the list again")
        )
        self._follow()
        self.import_button.setFocus()

    def _detail(self, name: str, preview: InventoryPreview) -> str:
        if name == "accepted":
            return self.tr("of {rows} rows in {name}").format(rows=count(preview.rows), name=preview.source_name)
        if name == "rejected":
            return self.tr("left out; each with its reason below") if preview.rejected else self.tr("none")
        codes = sorted({warning.code for warning in preview.warnings})
        return ", ".join(what_is_doubtful(code) for code in codes) if codes else self.tr("none")

    def _read_as(self, preview: InventoryPreview) -> str:
        profile = preview.profile
        read_as = joined(
            self.tr("Read as {encoding}").format(encoding=profile.encoding or self.tr("workbook")),
            self.tr("dates: {order}").format(order=profile.date_order or "–"),
            self.tr("columns not used: {names}").format(names=", ".join(preview.ignored_headings))
            if preview.ignored_headings
            else "",
        )
        return f"{read_as}\nSHA-384 {preview.sha384}"

    def _refused(self, asked: int, error: KnownError) -> None:
        if asked != self._asked:
            return
        self.preview = None
        if error.code == "inventory.date_order":
            self._ask_order(error)
        else:
            message = sentence(error)
            self._problem.setText(f"{message.what} {message.next}")
        self._follow()

    def _ask_order(self, error: KnownError) -> None:
        contradictory = error.values.get("why") == "contradictory"
        words = (
            self.tr("Line {line} says {example}, and other lines contradict it. Which comes first in this list?")
            if contradictory
            else self.tr("Line {line} says {example}. Which comes first in this list?")
        )
        self._question.setText(words.format(line=error.values.get("line"), example=error.values.get("example")))
        self._problem.clear()
        self._order_line.show()
        self.month_first.setFocus()

    def _order(self, order: Any) -> None:
        self._profile = msgspec.structs.replace(self._profile, date_order=order)
        self.read()

    def import_rows(self) -> None:
        path = self.path_field.path
        if self.preview is None or path is None:
            return
        self.job.run(
            self.desk,
            self.tr("Importing {name}").format(name=self.preview.source_name),
            import_inventory_child,
            path,
            self.preview.profile,
            self.preview.sha384,
            then=self._imported,
            failed=self._page.notice.show_error,
            stopped=self._stopped,
        )

    def _imported(self, result: InventoryResult) -> None:
        self.imported.emit(result)

    def _stopped(self) -> None:
        self._page.notice.show_message("info", self.tr("Stopped. Nothing was imported."))

    def _forget(self) -> None:
        self._asked += 1
        self.preview = None
        self._profile = Profile()
        self._problem.clear()
        self._order_line.hide()
        self._follow()

    def _follow(self) -> None:
        is_busy = self.job.is_busy
        accepted = len(self.preview.accepted) if self.preview else 0
        self.read_button.setEnabled(self.path_field.path is not None and not is_busy)
        self.path_field.setEnabled(not is_busy)
        self._problem.setVisible(bool(self._problem.text()))
        if not self._question.text():
            self._order_line.hide()
        self._result.setVisible(self.preview is not None)
        self._rejected_card.setVisible(self.preview is not None and bool(self.preview.rejected))
        self.import_button.setText(counted(accepted, self.tr("Import {count} item"), self.tr("Import {count} items")))
        self.import_button.setVisible(self.preview is not None)
        allowed = may(self.desk.session, "inventory.import")
        self.import_button.setEnabled(allowed and accepted > 0 and not is_busy)
        self.cancel_button.setEnabled(not is_busy)


def _reasons(row: Rejected) -> str:
    return "; ".join(why_refused(code, row.values) for code in row.codes)
