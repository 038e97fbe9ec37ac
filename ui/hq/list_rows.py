"""The rows of a list that was read: the result of each, and the rejected ones."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtWidgets import QStackedWidget, QTableView, QWidget

from eum_app.domain.claims import ClaimMatch, ListKind
from eum_app.list_files.list_file import ListPreview, Rejected
from eum_app.usecases.lists.preview_list import Shown
from ui.hq.inventory_words import becomes_chip
from ui.hq.plate_line import PlateLine
from ui.kit.delegates import ChipSpec
from ui.kit.messages import doubts_of, what_differs, what_is_doubtful, why_refused
from ui.kit.models import Column, IdsTableModel, current_id, table_view
from ui.kit.widgets import Card, StatTile, Tab, TabRow, button, hbox, panel, vbox
from ui.kit.widgets.path_field import PathField
from ui.kit.words import count, day, joined, word
from ui.shared.page_parts import named, show_rows

translate = QCoreApplication.translate


ITEMS, CLAIMS, REJECTED = range(3)


@dataclass(frozen=True)
class TakenRow:
    """An accepted row with its result, its warnings, and its differences from the book."""

    row: Any
    becomes: str
    doubts: str
    differs: str = ""


class ListRows(QWidget):
    """Tiles over tables. `export_requested` carries the file to write the rejected rows to."""

    export_requested = Signal(object)

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder
        self._taken_at = ITEMS
        self._tiles = {
            "accepted": StatTile(self.tr("Can be imported")),
            "rejected": StatTile(self.tr("Cannot be imported")),
            "warnings": StatTile(self.tr("Imported, but doubtful")),
        }
        self._models = [
            IdsTableModel(columns, parent=self) for columns in (_item_columns(), _claim_columns(), _rejected_columns())
        ]
        names = (
            (self.tr("Result of each row"), "accepted_table"),
            (self.tr("Claim of each row"), "claims_table"),
            (self.tr("Rows that cannot be imported"), "rejected_table"),
        )
        self._stack = QStackedWidget()
        for model, (name, object_name) in zip(self._models, names, strict=True):
            table = table_view(model, name=name, row_height=36)
            table.setObjectName(object_name)
            # Every value is shown as it would be kept: more columns than a window is wide.
            table.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
            table.setHorizontalScrollMode(QTableView.ScrollMode.ScrollPerPixel)
            self._stack.addWidget(table)
        self.tabs = TabRow(
            [Tab("taken", self.tr("Result of each row")), Tab("rejected", self.tr("Cannot be imported"))], "taken"
        )
        self.tabs.setAccessibleName(self.tr("Which rows"))
        self.tabs.chosen.connect(self._choose)
        self._export = self._export_line()
        card = Card()
        card.add_padded(self.tabs, margins=(16, 8, 16, 8))
        card.add(self._stack, 1)
        card.add(self._export)
        self._export.hide()
        tiles = hbox(*self._tiles.values(), spacing=16)
        for at in range(len(self._tiles)):
            tiles.setStretch(at, 1)
        whole = vbox(tiles, card, spacing=12)
        whole.setStretch(1, 1)
        self.setLayout(whole)

    def _export_line(self) -> QWidget:
        self.export_path = PathField(
            self.tr("File for the rejected rows"),
            object_name="rejected_path",
            kind="save",
            filters=self.tr("CSV (*.csv)"),
        )
        self.export_button = button(self.tr("Export rejected rows"), self._ask_export, icon="file-chart-column")
        named(self.export_button, "rejected_export")
        self.export_path.submitted.connect(self._ask_export)
        line = hbox(self.export_path, self.export_button, spacing=8)
        line.setStretch(0, 1)
        self.plate = PlateLine(self._current_line)
        rejected = self._stack.widget(REJECTED)
        assert isinstance(rejected, QTableView)
        rejected.selectionModel().currentRowChanged.connect(lambda _now, _before: self.plate.follow())
        return panel(vbox(self.plate, line, margins=(16, 12, 16, 14), spacing=12), "cardfoot")

    def _current_line(self) -> int | None:
        found = current_id(self.table())
        return int(found) if found else None

    def table(self) -> QTableView:
        """Return the table shown: the results of the rows, or the rejected rows."""
        table = self._stack.currentWidget()
        assert isinstance(table, QTableView)
        return table

    def show_list(self, shown: Shown) -> None:
        """Show the rows of a preview: their results and doubts, and the rejected ones with their reasons."""
        preview = shown.preview
        doubts: dict[int, list[str]] = {}
        for warning in preview.warnings:
            doubts.setdefault(warning.line, []).append(what_is_doubtful(warning))
        taken = [
            TakenRow(
                row,
                shown.becomes.get(row.line, ""),
                "; ".join(doubts.get(row.line, ())),
                "; ".join(map(what_differs, shown.differences.get(row.line, ()))),
            )
            for row in preview.accepted
        ]
        self._taken_at = ITEMS if shown.kind == "inventory" else CLAIMS
        show_rows(self._models[self._taken_at], taken, lambda row: str(row.row.line))
        show_rows(self._models[REJECTED], preview.rejected, lambda row: str(row.line))
        self.tabs.set_text("taken", self.tr("Result of each row {count}").format(count=count(len(taken))))
        self.tabs.set_text("rejected", self.tr("Cannot be imported {count}").format(count=count(len(preview.rejected))))
        self._say(shown, len(doubts))
        self.plate.show_rows(preview.rejected if shown.kind == ListKind.INVENTORY else ())
        self.export_path.set_path(self._folder / f"{Path(preview.source_name).stem}-rejected.csv")
        self._choose("rejected" if preview.rejected and not taken else "taken")
        self.tabs.set_current("rejected" if preview.rejected and not taken else "taken")

    def _say(self, shown: Shown, doubtful: int) -> None:
        preview = shown.preview
        accepted, rejected = len(preview.accepted), len(preview.rejected)
        self._tiles["accepted"].set_value(count(accepted), self._what_becomes(shown), "ok")
        self._tiles["rejected"].set_value(
            count(rejected),
            self.tr("left out, of %Ln rows", "", preview.rows)
            if rejected
            else self.tr("of %Ln rows", "", preview.rows),
            "bad" if rejected else "",
        )
        self._tiles["warnings"].set_value(count(doubtful), _doubts(preview), "warn" if doubtful else "")

    def _what_becomes(self, shown: Shown) -> str:
        counts = Counter(shown.becomes.values())
        if shown.kind == "inventory":
            return joined(
                self.tr("{count} new").format(count=count(counts["new"])),
                self.tr("{count} already on the book").format(count=count(counts["held"])),
                self.tr("%Ln of them with other values", "", counts["differs"]) if counts["differs"] else "",
            )
        matched = sum(counts[match] for match in ClaimMatch if match.is_one_item)
        return joined(
            self.tr("{count} about one item").format(count=count(matched)),
            self.tr("{count} about none").format(count=count(counts["unmatched"])),
            self.tr("{count} not clear").format(count=count(counts[ClaimMatch.AMBIGUOUS])),
        )

    def _choose(self, which: str) -> None:
        self._stack.setCurrentIndex(REJECTED if which == "rejected" else self._taken_at)
        self._export.setVisible(which == "rejected" and self._models[REJECTED].rowCount() > 0)

    def _ask_export(self) -> None:
        if self.export_path.path is not None:
            self.export_requested.emit(self.export_path.path)


def _doubts(preview: ListPreview[Any]) -> str:
    return "; ".join(doubts_of(preview.warnings)) or translate("hq", "none")


def _becomes(taken: TakenRow) -> ChipSpec | None:
    return becomes_chip(taken.becomes)


def _becomes_words(taken: TakenRow) -> str:
    spec = _becomes(taken)
    return spec.text if spec else ""


def _item_columns() -> list[Column]:
    return [
        Column(translate("hq", "Line"), lambda taken: str(taken.row.line), is_number=True, width=52),
        Column(translate("hq", "Result"), _becomes_words, width=124, chip=_becomes),
        Column(translate("hq", "Serial number"), lambda taken: taken.row.serial, is_mono=True, width=112),
        Column(translate("hq", "Article"), lambda taken: taken.row.nomenclature or "–", width=220),
        Column(translate("hq", "Case"), lambda taken: taken.row.case_id, width=92),
        Column(translate("hq", "Delivered"), lambda taken: _day(taken.row.delivery_date), width=104),
        Column(translate("hq", "Doubtful"), lambda taken: taken.doubts or "–", width=170),
        Column(translate("hq", "Differs from the book"), lambda taken: taken.differs or "–", width=300),
        Column(translate("hq", "Place"), lambda taken: joined(taken.row.site, taken.row.location) or "–", width=220),
        Column(translate("hq", "Part number"), lambda taken: taken.row.part_number or "–", is_mono=True, width=110),
        Column(translate("hq", "NSN"), lambda taken: taken.row.nsn or "–", is_mono=True, width=150),
        Column(translate("hq", "CAGE"), lambda taken: taken.row.cage or "–", is_mono=True, width=76),
        Column(translate("hq", "UII"), lambda taken: taken.row.uii or "–", is_mono=True, width=230),
        Column(translate("hq", "EUM level"), lambda taken: taken.row.eum_level or "–", width=90),
        Column(translate("hq", "Disposition"), lambda taken: word("disposition", taken.row.disposition), width=124),
        Column(translate("hq", "Shipped"), lambda taken: _day(taken.row.ship_date), width=104),
        Column(translate("hq", "Last inventory"), lambda taken: _day(taken.row.last_inventory), width=110),
        Column(translate("hq", "Remarks"), lambda taken: taken.row.remarks or "–", width=220),
    ]


def _claim_columns() -> list[Column]:
    return [
        Column(translate("hq", "Line"), lambda taken: str(taken.row.line), is_number=True, width=52),
        Column(translate("hq", "Is about"), _becomes_words, width=124, chip=_becomes),
        Column(translate("hq", "Serial number"), lambda taken: taken.row.serial, is_mono=True, width=112),
        Column(
            translate("hq", "Article"),
            lambda taken: joined(taken.row.part_number, taken.row.nomenclature) or "–",
            width=240,
        ),
        Column(translate("hq", "Says"), lambda taken: taken.row.state or "–", width=104),
        Column(translate("hq", "As of"), lambda taken: _day(taken.row.as_of), width=104),
        Column(translate("hq", "Unit"), lambda taken: taken.row.unit or "–", width=110),
        Column(
            translate("hq", "Read as"),
            lambda taken: word("disposition", taken.row.disposition) if taken.row.disposition else "–",
            width=128,
        ),
        Column(translate("hq", "Doubtful"), lambda taken: taken.doubts or "–", width=150),
        Column(translate("hq", "Remark"), lambda taken: taken.row.remark or "–", width=220),
    ]


def _rejected_columns() -> list[Column]:
    return [
        Column(translate("hq", "Line"), lambda row: str(row.line), is_number=True, width=56),
        Column(translate("hq", "Why it cannot be imported"), _reasons, width=340),
        Column(translate("hq", "Code"), lambda row: ", ".join(row.codes), is_mono=True, width=220),
        Column(translate("hq", "As written"), lambda row: joined(*[cell.strip() for cell in row.raw]), width=900),
    ]


def _day(value: Any) -> str:
    return day(value.isoformat()) if value else "–"


def _reasons(row: Rejected) -> str:
    return "; ".join(why_refused(code, row.values) for code in row.codes)
