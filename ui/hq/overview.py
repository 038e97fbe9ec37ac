"""Overview: the state of the book by the clocks, open work, and the devices' bundles. Figures open their rows."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QComboBox, QWidget

from eum_app.domain.areas import Area
from eum_app.domain.visits import Program
from eum_app.usecases.calls import call
from eum_app.usecases.review.overview import Overview, overview
from ui.hq.behind import Behind
from ui.hq.narrowed import Narrowed
from ui.hq.overview_cards import DevicesCard, OverdueCard, PlacesCard, TimeCard
from ui.hq.overview_figures import Figures
from ui.kit.desk import Desk
from ui.kit.page import Page
from ui.kit.widgets import ActionButton, ColumnPart, Columns, DropDown
from ui.kit.words import joined, moment
from ui.kit.words import program as program_word
from ui.shared.page_parts import named


class OverviewPage(Page):
    """Five figures; below them the book by place, the longest overdue, inventories over time, and the devices."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(self.tr("Overview"))
        self.desk = desk
        self._shown: Overview | None = None
        self.figures = Figures()
        self.figures.opened.connect(self._go)
        self.body.addWidget(self.figures)
        self.places, self.overdue, self.time, self.devices = PlacesCard(), OverdueCard(), TimeCard(), DevicesCard()
        self._connect()
        self.body.addWidget(
            Columns(
                [
                    ColumnPart("standing", self.tr("Annual inventory"), self.places, 6),
                    ColumnPart("overdue", self.tr("Longest overdue"), self.overdue, 5),
                ]
            ),
            6,
        )
        self.body.addWidget(
            Columns(
                [
                    ColumnPart("time", self.tr("Over time"), self.time, 6),
                    ColumnPart("devices", self.tr("Devices"), self.devices, 5),
                ]
            ),
            5,
        )
        self.header.add_action(self._program_choice())
        export = self.add_action(self.tr("Export…"), "Ctrl+E", lambda: self._go("reports"))
        self.header.add_action(named(ActionButton(export), "overview_export"))
        self.note_keys(self.tr("Open the rows behind a figure or a line"), "Enter")

    def _connect(self) -> None:
        self.places.opened.connect(
            lambda line, part, is_country: self._go_to_items(lambda rows: rows.place(line, part, is_country=is_country))
        )
        self.overdue.opened.connect(lambda line: self._go_to_items(lambda rows: rows.overdue_line(line)))
        self.time.opened.connect(
            lambda line, name, first: self._go_to_items(lambda rows: rows.quarter(line, name, first))
        )
        self.devices.opened.connect(lambda line: self._go("devices", f"{line.device}/{line.epoch}"))
        self.places.empty_pressed.connect(lambda: self._go("inventory"))
        self.devices.empty_pressed.connect(lambda: self._go("devices"))

    def _program_choice(self) -> QWidget:
        self.program = DropDown()
        self.program.setObjectName("overview_program")
        self.program.setAccessibleName(self.tr("Program"))
        self.program.addItem(" + ".join(program_word(key) for key in Program), "")
        for key in Program:
            self.program.addItem(program_word(key), key)
        self.program.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.program.activated.connect(lambda _at: self._load())
        return self.program

    # What happens

    def opened(self, _argument: object) -> None:
        self._load()

    def refresh(self, areas: frozenset[Area]) -> None:
        if areas & {Area.ITEMS, Area.CHECKS, Area.VISITS, Area.FINDINGS, Area.EXCHANGE, Area.PEOPLE}:
            self._load()

    def first_focus(self) -> QWidget:
        return self.figures.monitored

    def _go(self, place: str, argument: object = None) -> None:
        self.navigate_requested.emit(place, argument)

    def _go_to_items(self, behind: Callable[[Behind], Narrowed | None]) -> None:
        """Open the rows behind a line as shown; does nothing before the first answer."""
        if self._shown is not None:
            self._go("inventory", behind(Behind(self._shown)))

    def _load(self) -> None:
        program = self.program.currentData() or ""
        self.desk.ask(call(overview, program), then=self._show, failed=self.notice.show_error)

    def _show(self, found: Overview) -> None:
        if found.program != (self.program.currentData() or ""):
            return  # another program was chosen meanwhile
        self._shown = found
        self.header.set_title(
            self.tr("Overview"),
            joined(
                program_word(found.program) if found.program else self.tr("All programs"),
                self.tr("as of {when}").format(when=moment(found.as_of)),
            ),
        )
        self.figures.show_overview(found)
        for card in (self.places, self.overdue, self.time):
            card.show_book(found.book)
        self.devices.show_devices(found.devices, found.as_of, found.not_received)
