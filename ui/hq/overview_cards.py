"""Cards of the overview: the book by place, the longest overdue, inventories over time, and the devices.

Each card's `opened` carries the line whose rows to open. `empty_pressed` is emitted by the button of an empty card.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QModelIndex, Signal
from PySide6.QtWidgets import QTableView

from db.queries.overview import BookFigures, DeviceLine, OverdueLine, PlaceLine, QuarterLine
from eum_app.domain.clock import days_between
from ui.hq.overview_parts import BarDelegate, ColumnChart, age, per_cent
from ui.kit.delegates import ChipSpec
from ui.kit.models import Column, IdsTableModel, table_view
from ui.kit.theme import theme
from ui.kit.widgets import Card, Chip, EmptyState, Tab, TabRow
from ui.kit.words import count, day
from ui.shared.page_parts import named, show_rows

SILENT_DAYS = 30
GRAVE_DAYS = 30


class PlacesCard(Card):
    """The annual inventory by country or by site. `opened` carries (line, part of its bar or empty, by country)."""

    opened = Signal(object, str, bool)
    empty_pressed = Signal()

    def __init__(self) -> None:
        self.by = TabRow([Tab("country", self.tr("Country")), Tab("site", self.tr("Site"))], wraps=False)
        self.by.setObjectName("overview_by")
        self.by.chosen.connect(lambda _key: self._show_places())
        self.by.setAccessibleName(self.tr("By country or by site"))
        chips = [Chip.of(key) for key in ("on_time", "due_soon", "overdue")]
        super().__init__(self.tr("Annual inventory"), "", *chips, self.by)
        self._book: BookFigures | None = None
        self.model = IdsTableModel(
            [
                Column(self.tr("Country or site"), _place_name, width=118),
                Column("", lambda _line: ""),
                Column(self.tr("On time"), lambda line: count(line.tally.on_time), is_number=True, width=76),
                Column(self.tr("Due soon"), lambda line: count(line.tally.due_soon), is_number=True, width=80),
                Column(self.tr("Overdue"), lambda line: count(line.tally.overdue), is_number=True, width=76),
                Column(self.tr("In time"), _share_in_time, is_number=True, width=72),
            ],
            parent=self,
        )
        self.table = _table(self.model, self.tr("Annual inventory by country or site"), "overview_places")
        self.table.setItemDelegateForColumn(1, BarDelegate(lambda line: line.tally, self.table))  # type: ignore[attr-defined]
        self.table.activated.connect(self._activated)
        self._no_items = EmptyState(
            "boxes",
            self.tr("Nothing is under enhanced monitoring"),
            self.tr("Load an inventory list with items of the EUM level EEUM to see here what is due where."),
            self.tr("Go to the inventory"),
            self.empty_pressed.emit,
        )
        named(self._no_items.action_button, "overview_empty_inventory")
        self._no_items.hide()
        self.add(self.table, 1)
        self.add(self._no_items, 1)

    def show_book(self, book: BookFigures) -> None:
        """Show the figures by country or site."""
        self._book = book
        self._show_places()

    def _show_places(self) -> None:
        if self._book is not None:
            lines = self._book.by_country if self.by.current == "country" else self._book.by_site
            _fill(self.model, list(lines), self.table, self._no_items)

    def _activated(self, index: QModelIndex) -> None:
        """Open the part of the bar whose count is under the cursor, or the whole line."""
        part = {2: "on_time", 3: "due_soon", 4: "overdue"}.get(index.column(), "")
        self.opened.emit(self.model.row_at(index.row()), part, self.by.current == "country")


class OverdueCard(Card):
    """The kinds of items that have been overdue longest."""

    opened = Signal(object)

    def __init__(self) -> None:
        super().__init__(self.tr("Longest overdue"))
        self.model = IdsTableModel(
            [
                Column(self.tr("Item type"), lambda line: line.nomenclature or line.part_number or "–"),
                Column(self.tr("Site"), lambda line: line.site or "–", width=120),
                Column(self.tr("Items"), lambda line: count(line.items), is_number=True, width=66),
                Column(self.tr("Days over"), lambda line: count(line.days_over), width=96, chip=_over_chip),
            ],
            parent=self,
        )
        self.table = _table(self.model, self.tr("Longest overdue"), "overview_overdue_table")
        self.table.activated.connect(lambda index: self.opened.emit(self.model.row_at(index.row())))
        self._none = EmptyState(
            "shield-check",
            self.tr("Nothing is overdue"),
            self.tr("Items appear here from the day after they were due."),
        )
        self._none.hide()
        self.add(self.table, 1)
        self.add(self._none, 1)

    def show_book(self, book: BookFigures) -> None:
        """Show the items that are overdue longest."""
        _fill(self.model, list(book.overdue_longest), self.table, self._none)


class TimeCard(Card):
    """Items by the quarter of their newest inventory.

    `opened` carries the quarter's line, its name, and the first day that a quarter's column covers.
    """

    opened = Signal(object, str, object)

    def __init__(self) -> None:
        super().__init__(self.tr("Last inventories"), self.tr("items by the quarter of their newest inventory"))
        self._lines: Sequence[QuarterLine] = ()
        self.chart = ColumnChart()
        self.chart.setObjectName("overview_chart")
        self.chart.opened.connect(self._activated)
        self._none = EmptyState(
            "calendar-clock",
            self.tr("No inventory is known yet"),
            self.tr("Dates of last inventories come with a list; checks of a visit add theirs."),
        )
        self._none.hide()
        self.add(self.chart, 1)
        self.add(self._none, 1)

    def show_book(self, book: BookFigures) -> None:
        """Show a column for each quarter of last inventories."""
        self._lines = book.by_quarter
        columns = [(self._name(line), line.tally) for line in self._lines]
        self.chart.set_columns(columns)
        self.chart.setVisible(bool(columns))
        self._none.setVisible(not columns)

    def _activated(self, at: int) -> None:
        first = next(line.starts_on for line in self._lines if line.starts_on is not None)
        self.opened.emit(self._lines[at], self._name(self._lines[at]), first)

    def _name(self, line: QuarterLine) -> str:
        if line.is_never:
            return self.tr("never")
        if line.starts_on is None:
            return self.tr("before")
        return f"Q{(line.starts_on.month + 2) // 3}\n{line.starts_on.year}"


class DevicesCard(Card):
    """A row for each device with its last bundle, its gap and its state."""

    opened = Signal(object)
    empty_pressed = Signal()

    def __init__(self) -> None:
        super().__init__(self.tr("Devices"))
        self._as_of = ""
        self.model = IdsTableModel(
            [
                Column(self.tr("Device"), lambda line: line.device, is_mono=True, width=104),
                Column(self.tr("Last bundle"), self.last_bundle, width=110),
                Column(self.tr("Gap"), self._gap),
                Column(self.tr("State"), lambda line: self.state(line).text, width=142, chip=self.state),
            ],
            parent=self,
        )
        self.table = _table(self.model, self.tr("Devices"), "overview_devices")
        self.table.activated.connect(lambda index: self.opened.emit(self.model.row_at(index.row())))
        self._none = EmptyState(
            "tablet-smartphone",
            self.tr("No device is enrolled yet"),
            self.tr("A device sends a request file. Sign it, and its bundles are accepted."),
            self.tr("Go to the devices"),
            self.empty_pressed.emit,
        )
        named(self._none.action_button, "overview_empty_devices")
        self._none.hide()
        self._look = Chip()
        self._look.hide()
        self.add_trailing(self._look)
        self.add(self.table, 1)
        self.add(self._none, 1)

    def show_devices(self, lines: list[DeviceLine], as_of: str, not_received: int) -> None:
        """Show the devices. Ages count from `as_of`; `not_received` is the number of facts still awaited."""
        self._as_of = as_of
        waits = self.tr("%Ln facts awaited", "", not_received)
        self.set_title(self.tr("Devices"), waits if not_received else self.tr("nothing awaited"))
        _fill(self.model, lines, self.table, self._none)
        looks = sum(self.state(line).tone in {"warn", "bad"} for line in lines)
        tone, icon = ("bad", "octagon-alert") if any(line.is_forked for line in lines) else ("warn", "triangle-alert")
        self._look.set(self.tr("{count} need a look").format(count=count(looks)), tone, icon)
        self._look.setVisible(bool(looks))

    def last_bundle(self, line: DeviceLine) -> str:
        """Return the age of a device's last bundle in words; "none yet" without one."""
        return age(line.last_bundle_at, self._as_of) if line.last_bundle_at else self.tr("none yet")

    def _gap(self, line: DeviceLine) -> str:
        if not line.missing_to:
            return self.tr("none known")
        words = self.tr("facts {first}–{last}")
        return words.format(first=count(line.missing_from), last=count(line.missing_to))

    def state(self, line: DeviceLine) -> ChipSpec:
        """Return the state of a device as a chip: the first that applies, in this order.

        Revoked, two histories, facts missing, nothing sent yet, silent, or OK. A device is silent if its last bundle is
        more than `SILENT_DAYS` old, or its time cannot be read.
        """
        if line.revoked_at:
            return ChipSpec(self.tr("Revoked {day}").format(day=day(line.revoked_at)), "mute", "ban")
        if line.is_forked:
            return ChipSpec(self.tr("Two histories"), "bad", "octagon-alert")
        if line.missing_to:
            return ChipSpec(self.tr("Facts missing"), "bad", "x")
        if not line.last_bundle_at:
            return ChipSpec(self.tr("Nothing sent yet"), "mute", "circle")
        days = days_between(line.last_bundle_at, self._as_of)
        if days is None or days > SILENT_DAYS:
            return ChipSpec(self.tr("Silent"), "warn", "triangle-alert")
        return ChipSpec(self.tr("OK"), "ok", "check")


def _table(model: IdsTableModel, name: str, object_name: str) -> QTableView:
    made = table_view(model, name=name, row_height=34)
    made.setObjectName(object_name)
    made.setMinimumHeight(theme().dp(116))
    return made


def _fill(model: IdsTableModel, rows: list[Any], table: QTableView, empty: EmptyState) -> None:
    show_rows(model, rows)
    table.setVisible(bool(rows))
    empty.setVisible(not rows)


def _place_name(line: PlaceLine) -> str:
    return line.name or "–"


def _share_in_time(line: PlaceLine) -> str:
    return per_cent(line.tally.on_time + line.tally.due_soon, line.tally.total)


def _over_chip(line: OverdueLine) -> ChipSpec:
    return ChipSpec(count(line.days_over), "bad" if line.days_over > GRAVE_DAYS else "warn")
