"""Overview: how the book stands by the clocks, what waits for somebody, what devices sent. Figures open their rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QModelIndex
from PySide6.QtWidgets import QComboBox, QTableView, QWidget

from db.queries.overview import BookFigures, DeviceLine, OverdueLine, PlaceLine, QuarterLine
from eum_app.domain.areas import Area
from eum_app.domain.clock import from_utc_text
from eum_app.domain.findings import Severity
from eum_app.domain.visits import Program
from eum_app.usecases.calls import call
from eum_app.usecases.review.overview import Overview, overview
from ui.hq.behind import Behind
from ui.hq.narrowed import FindingFilter, Narrowed
from ui.hq.overview_parts import BarDelegate, ColumnChart, FigureTile, per_cent
from ui.kit.delegates import ChipSpec
from ui.kit.desk import Desk
from ui.kit.models import Column, IdsTableModel, table_view
from ui.kit.page import Page
from ui.kit.theme import theme
from ui.kit.widgets import ActionButton, Card, Chip, ColumnPart, Columns, EmptyState, Tab, TabRow, Tiles
from ui.kit.words import count, day, joined, moment
from ui.kit.words import program as program_word
from ui.shared.page_parts import named, show_rows

SILENT_DAYS = 30
GRAVE_DAYS = 30


class OverviewPage(Page):
    """Five figures; below them the book by place, what is overdue longest, inventories over time, and the devices."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(self.tr("Overview"))
        self.desk = desk
        self._shown: Overview | None = None
        self._make_tiles()
        self.body.addWidget(
            Columns(
                [
                    ColumnPart("standing", self.tr("Annual inventory"), self._standing_card(), 6),
                    ColumnPart("overdue", self.tr("Overdue longest"), self._overdue_card(), 5),
                ]
            ),
            6,
        )
        self.body.addWidget(
            Columns(
                [
                    ColumnPart("time", self.tr("Over time"), self._time_card(), 6),
                    ColumnPart("devices", self.tr("Devices"), self._devices_card(), 5),
                ]
            ),
            5,
        )
        self.header.add_action(self._program_choice())
        export = self.add_action(self.tr("Export…"), "Ctrl+E", lambda: self._go("reports"))
        self.header.add_action(named(ActionButton(export), "overview_export"))
        self.note_keys(self.tr("Open the rows behind a figure or a line"), "Enter")

    # Its parts

    def _program_choice(self) -> QWidget:
        self.program = QComboBox()
        self.program.setObjectName("overview_program")
        self.program.setAccessibleName(self.tr("Program"))
        self.program.addItem(" + ".join(program_word(key) for key in Program), "")
        for key in Program:
            self.program.addItem(program_word(key), key)
        self.program.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.program.activated.connect(lambda _at: self._load())
        return self.program

    def _make_tiles(self) -> None:
        def tile(name: str, title: str, opens: str, go: Callable[[Behind], None]) -> FigureTile:
            made = FigureTile(f"overview_{name}", title, opens)
            made.opened.connect(lambda: self._with_rows(go))
            return made

        inventory = self.tr("Open these items in the inventory")
        self.monitored = tile(
            "monitored",
            self.tr("Under enhanced monitoring"),
            inventory,
            lambda rows: self._go("inventory", rows.monitored()),
        )
        self.inventoried = tile(
            "inventoried",
            self.tr("Inventoried within the year"),
            inventory,
            lambda rows: self._go("inventory", rows.inventoried()),
        )
        self.overdue = tile(
            "overdue",
            self.tr("Inventory overdue"),
            inventory,
            lambda rows: self._go("inventory", rows.overdue()),
        )
        self.findings = tile(
            "findings",
            self.tr("Open findings"),
            self.tr("Open them in the review"),
            lambda rows: self._go("review", rows.findings() or Narrowed(FindingFilter(), "")),
        )
        self.visits = tile(
            "visits",
            self.tr("Visits not closed out"),
            self.tr("Open these visits"),
            lambda rows: self._go("visits", rows.visits()),
        )
        self.visits.detail_opened.connect(
            lambda: self._with_rows(lambda rows: self._go("visits", rows.visits(is_past_due=True)))
        )
        self.tiles = (self.monitored, self.inventoried, self.overdue, self.findings, self.visits)
        self.body.addWidget(Tiles(*self.tiles))

    def _with_rows(self, go: Callable[[Behind], None]) -> None:
        """Open what is behind a figure as it is shown; nothing is shown before the first answer."""
        if self._shown is not None:
            go(Behind(self._shown))

    def _standing_card(self) -> QWidget:
        self.by = TabRow([Tab("country", self.tr("Country")), Tab("site", self.tr("Site"))])
        self.by.setObjectName("overview_by")
        self.by.chosen.connect(lambda _key: self._show_places())
        self._places = IdsTableModel(
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
        self.places = self._table(self._places, self.tr("Annual inventory by country or site"), "overview_places")
        self.places.setItemDelegateForColumn(1, BarDelegate(lambda line: line.tally, self.places))  # type: ignore[attr-defined]
        self.places.activated.connect(self._open_place)
        self._no_items = EmptyState(
            "boxes",
            self.tr("Nothing is under enhanced monitoring"),
            self.tr("Load an inventory list whose items have the EUM level EEUM; here stands then what is due where."),
            self.tr("Go to the inventory"),
            lambda: self._go("inventory"),
        )
        named(self._no_items.action_button, "overview_empty_inventory")
        self._no_items.hide()
        self.by.setAccessibleName(self.tr("By country or by site"))
        card = Card(
            self.tr("Annual inventory"), "", *[Chip.of(key) for key in ("on_time", "due_soon", "overdue")], self.by
        )
        card.add(self.places, 1)
        card.add(self._no_items, 1)
        return card

    def _overdue_card(self) -> QWidget:
        self._overdue = IdsTableModel(
            [
                Column(self.tr("Item type"), lambda line: line.nomenclature or line.part_number or "–"),
                Column(self.tr("Site"), lambda line: line.site or "–", width=120),
                Column(self.tr("Items"), lambda line: count(line.items), is_number=True, width=66),
                Column(self.tr("Days over"), lambda line: count(line.days_over), width=96, chip=_over_chip),
            ],
            parent=self,
        )
        self.overdue_table = self._table(self._overdue, self.tr("Overdue longest"), "overview_overdue_table")
        self.overdue_table.activated.connect(self._open_overdue)
        self._none_overdue = EmptyState(
            "shield-check", self.tr("Nothing is overdue"), self.tr("Items stand here from the day after they were due.")
        )
        self._none_overdue.hide()
        card = Card(self.tr("Overdue longest"))
        card.add(self.overdue_table, 1)
        card.add(self._none_overdue, 1)
        return card

    def _time_card(self) -> QWidget:
        self.chart = ColumnChart()
        self.chart.setObjectName("overview_chart")
        self.chart.opened.connect(self._open_quarter)
        self._no_time = EmptyState(
            "calendar-clock",
            self.tr("No inventory is known yet"),
            self.tr("Dates of last inventories come with a list; checks of a visit add theirs."),
        )
        self._no_time.hide()
        card = Card(self.tr("Last inventories"), self.tr("items by the quarter of their newest inventory"))
        card.add(self.chart, 1)
        card.add(self._no_time, 1)
        return card

    def _devices_card(self) -> QWidget:
        self._devices = IdsTableModel(
            [
                Column(self.tr("Device"), lambda line: line.device, is_mono=True, width=104),
                Column(self.tr("Last bundle"), self._last_bundle, width=110),
                Column(self.tr("Gap"), self._gap),
                Column(self.tr("State"), lambda line: self._state(line).text, width=142, chip=self._state),
            ],
            parent=self,
        )
        self.devices = self._table(self._devices, self.tr("Devices"), "overview_devices")
        self.devices.activated.connect(self._open_device)
        self._no_device = EmptyState(
            "tablet-smartphone",
            self.tr("No device is enrolled yet"),
            self.tr("A device asks by a request file; sign it, and its bundles are accepted."),
            self.tr("Go to the devices"),
            lambda: self._go("devices"),
        )
        named(self._no_device.action_button, "overview_empty_devices")
        self._no_device.hide()
        self._look = Chip()
        self._look.hide()
        card = self.devices_card = Card(self.tr("Devices"))
        card.add_trailing(self._look)
        card.add(self.devices, 1)
        card.add(self._no_device, 1)
        return card

    def _table(self, model: IdsTableModel, name: str, object_name: str) -> QTableView:
        made = table_view(model, name=name, row_height=34)
        made.setObjectName(object_name)
        made.setMinimumHeight(theme().dp(116))
        return made

    # What is behind

    def _open_place(self, index: QModelIndex) -> None:
        """The part of the bar whose count is under the cursor, or the whole line."""
        line = self._places.row_at(index.row())
        part = {2: "on_time", 3: "due_soon", 4: "overdue"}.get(index.column(), "")
        is_country = self.by.current == "country"
        self._with_rows(lambda rows: self._go("inventory", rows.place(line, part, is_country=is_country)))

    def _open_overdue(self, index: QModelIndex) -> None:
        line = self._overdue.row_at(index.row())
        self._with_rows(lambda rows: self._go("inventory", rows.overdue_line(line)))

    def _open_quarter(self, at: int) -> None:
        if self._shown is None:
            return
        lines = self._shown.book.by_quarter
        first = next(line.starts_on for line in lines if line.starts_on is not None)
        assert first is not None
        self._go("inventory", Behind(self._shown).quarter(lines[at], self._quarter_name(lines[at]), first))

    def _open_device(self, index: QModelIndex) -> None:
        line = self._devices.row_at(index.row())
        self._go("devices", f"{line.device}/{line.epoch}")

    # What happens

    def opened(self, _argument: object) -> None:
        self._load()

    def refresh(self, areas: frozenset[Area]) -> None:
        if areas & {Area.ITEMS, Area.CHECKS, Area.VISITS, Area.FINDINGS, Area.EXCHANGE, Area.PEOPLE}:
            self._load()

    def first_focus(self) -> QWidget:
        return self.monitored

    def _go(self, place: str, argument: object = None) -> None:
        self.navigate_requested.emit(place, argument)

    def _load(self) -> None:
        program = self.program.currentData() or ""
        self.desk.ask(call(overview, program), then=self._show, failed=self.notice.show_error)

    def _show(self, found: Overview) -> None:
        if found.program != (self.program.currentData() or ""):
            return  # another programme was chosen meanwhile
        self._shown = found
        self.header.set_title(
            self.tr("Overview"),
            joined(
                program_word(found.program) if found.program else self.tr("All programs"),
                self.tr("as of {when}").format(when=moment(found.as_of)),
            ),
        )
        self._show_figures(found.book)
        self._show_work(found)
        self._show_places()
        _fill(self._overdue, list(found.book.overdue_longest), self.overdue_table, self._none_overdue)
        self._show_time(found.book)
        _fill(self._devices, found.devices, self.devices, self._no_device)
        looks = sum(self._state(line).tone in {"warn", "bad"} for line in found.devices)
        self._look.set(self.tr("{count} need a look").format(count=count(looks)), "warn", "triangle-alert")
        self._look.setVisible(bool(looks))

    def _show_figures(self, book: BookFigures) -> None:
        total = book.monitored.total
        self.monitored.set_value(
            count(total),
            joined(
                self.tr("{count} delivered this month").format(count=count(book.delivered_this_month)),
                self.tr("{count} without a date").format(count=count(book.monitored.no_date))
                if book.monitored.no_date
                else "",
            ),
        )
        soon = self.tr("{count} due in 30 days").format(count=count(book.monitored.due_soon))
        tone = "" if not total else "ok" if book.inventoried == total else "warn"
        self.inventoried.set_value(
            per_cent(book.inventoried, total),
            joined(self.tr("{count} items").format(count=count(book.inventoried)), soon),
            tone,
        )
        apart = self.tr("{never} never inventoried, {late} late").format(never=count(book.never), late=count(book.late))
        overdue = book.monitored.overdue
        self.overdue.set_value(count(overdue), apart, "bad" if overdue else "ok" if total else "")

    def _show_work(self, found: Overview) -> None:
        work = found.work
        opened = sum(work.findings.values())
        severities = [
            f"{count(work.findings[key])} {ChipSpec.of(key).text.lower()}" for key in Severity if work.findings.get(key)
        ]
        oldest = ""
        if work.oldest_finding:
            oldest = self.tr("oldest {age}").format(age=self._age(work.oldest_finding))
        detail = joined(", ".join(severities), oldest) or self.tr("nothing waits for a decision")
        self.findings.set_value(count(opened), detail, "bad" if work.findings.get(Severity.HIGH) else "")
        past = self.tr("{count} past due").format(count=count(work.visits_past_due)) if work.visits_past_due else ""
        tone = "warn" if work.visits_past_due else ""
        self.visits.set_value(count(work.visits_open), past or self.tr("none past due"), tone)
        self.visits.link_detail(past)
        waits = self.tr("{count} facts awaited").format(count=count(found.not_received))
        self.devices_card.set_title(self.tr("Devices"), waits if found.not_received else self.tr("nothing awaited"))

    def _show_places(self) -> None:
        if self._shown is None:
            return
        book = self._shown.book
        lines = book.by_country if self.by.current == "country" else book.by_site
        _fill(self._places, list(lines), self.places, self._no_items)

    def _show_time(self, book: BookFigures) -> None:
        columns = [(self._quarter_name(line), line.tally) for line in book.by_quarter]
        self.chart.set_columns(columns)
        self.chart.setVisible(bool(columns))
        self._no_time.setVisible(not columns)

    def _quarter_name(self, line: QuarterLine) -> str:
        if line.is_never:
            return self.tr("never")
        if line.starts_on is None:
            return self.tr("before")
        return f"Q{(line.starts_on.month + 2) // 3}\n{line.starts_on.year}"

    # Devices in words

    def _days(self, instant: str) -> int:
        now = from_utc_text(self._shown.as_of) if self._shown else self.desk.session.now()
        return (now - from_utc_text(instant)).days

    def _age(self, instant: str) -> str:
        days = self._days(instant)
        if days <= 0:
            return self.tr("today")
        return self.tr("1 day") if days == 1 else self.tr("{days} days").format(days=count(days))

    def _last_bundle(self, line: DeviceLine) -> str:
        return self._age(line.last_bundle_at) if line.last_bundle_at else self.tr("none yet")

    def _gap(self, line: DeviceLine) -> str:
        if not line.missing_to:
            return self.tr("none known")
        words = self.tr("facts {first}–{last}")
        return words.format(first=count(line.missing_from), last=count(line.missing_to))

    def _state(self, line: DeviceLine) -> ChipSpec:
        if line.revoked_at:
            return ChipSpec(self.tr("Revoked {day}").format(day=day(line.revoked_at)), "mute", "ban")
        if line.missing_to:
            return ChipSpec(self.tr("Facts missing"), "bad", "x")
        if not line.last_bundle_at:
            return ChipSpec(self.tr("Nothing sent yet"), "mute", "circle")
        if self._days(line.last_bundle_at) > SILENT_DAYS:
            return ChipSpec(self.tr("Silent"), "warn", "triangle-alert")
        return ChipSpec(self.tr("In order"), "ok", "check")


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
