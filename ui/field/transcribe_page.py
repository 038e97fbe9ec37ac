"""Worklists on paper: print one, and later type it in page by page, with who saw the items and when."""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QWidget

from db.queries.visits import VisitRow, visit
from eum_app.domain.areas import Area
from eum_app.domain.errors import KnownError, Refusal
from eum_app.domain.visit_kinds import outcomes_of
from eum_app.usecases.calls import Connection, call, query
from eum_app.usecases.reporting.worklist import (
    WorklistPage,
    find_page,
    scanned_page,
)
from eum_app.usecases.visits.sighting import entries_wanted
from eum_app.usecases.visits.transcribe import Transcribed, transcribe_page
from ui.field.paper_parts import PageForm, PaperRows, PrintBar, SeenFields
from ui.field.paper_undo import PaperUndo
from ui.field.parts import name_header_buttons, named, progress_parts
from ui.kit import words
from ui.kit.desk import Desk
from ui.kit.page import Page
from ui.kit.widgets import Button, Card, button, hbox, label


class PageRead(NamedTuple):
    """A visit, one page of its worklist, and how many entries of its serial verify each item (`entries_wanted`)."""

    row: VisitRow
    page: WorklistPage
    entries: dict[str, int]


def read_page(connection: Connection, visit_id: str, number: int, digest: str) -> PageRead:
    """Return one page of a visit's worklist; with `digest`, only if its content is still as printed.

    Raises Refusal `worklist.page` (no such page), `worklist.differs`, `visit.unknown`.
    """
    return _page_read(connection, visit_id, find_page(connection, visit_id, number, digest))


def read_scanned(connection: Connection, visit_id: str, text: str) -> PageRead:
    """Return the worklist page named by a scanned QR symbol.

    Raises Refusal `worklist.code` (no code of a page), `worklist.other_visit`, and as `read_page`.
    """
    return _page_read(connection, visit_id, scanned_page(connection, visit_id, text))


def _page_read(connection: Connection, visit_id: str, page: WorklistPage) -> PageRead:
    entries = entries_wanted(connection, visit_id, [row.item_id for row in page.rows])
    return PageRead(visit(connection, visit_id), page, entries)


class TranscribePage(Page):
    """Type in a worklist. Opened with a visit's id; scan a page's QR symbol or type its number, then enter its rows."""

    takes_scans = True

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.setObjectName("transcribe_page")
        self._desk = desk
        self._visit_id, self._digest = "", ""
        self._page: WorklistPage | None = None
        self._is_busy = False
        self.print_bar = PrintBar(desk, self.notice)
        self.set_title(self.tr("Paper list"))
        self.header.crumb_activated.connect(lambda: self.navigate_requested.emit("visits", None))
        self.add_action(self.tr("Print…"), "Ctrl+P", self.print_bar.toggle, icon="printer", in_header=True)
        self.add_action(
            self.tr("Back to scanning"),
            "Alt+Left",
            lambda: self.navigate_requested.emit("visit", self._visit_id),
            in_header=True,
        )
        name_header_buttons(self.header, "paper_print_button", "paper_back_button")
        self.add_action(self.tr("Next page"), "PgDown", partial(self._step, 1))
        self.add_action(self.tr("Previous page"), "PgUp", partial(self._step, -1))
        self._undoing = PaperUndo(desk, self.notice, self._may_leave, self)
        for text, key, run in (
            (self.tr("Take back the last recorded page"), QKeySequence.StandardKey.Undo, self._undoing.undo),
            (self.tr("Do again what was taken back"), QKeySequence.StandardKey.Redo, self._undoing.redo),
        ):
            self.add_action(text, key, run).setShortcuts(QKeySequence.keyBindings(key))
        self.print_bar.printed.connect(lambda: self.page_field.setFocus(Qt.FocusReason.OtherFocusReason))
        self.body.addWidget(self.print_bar)
        self.body.addWidget(self._work_card(), 1)

    # Its parts

    def _work_card(self) -> Card:
        card = Card()
        self._page_form = PageForm()
        self._page_form.number_typed.connect(self._open)
        self._page_form.code_typed.connect(self._open_code)
        self.page_field = self._page_form.edit
        self.seen = SeenFields()
        fields = hbox(self._page_form, self.seen, spacing=12)
        fields.setStretch(0, 5)
        fields.setStretch(1, 9)
        card.add_padded(fields)
        self.rows = PaperRows()
        for part in (self.seen, self.rows):
            part.changed.connect(self._follow)
        self.rows.print_requested.connect(self.print_bar.toggle)
        card.add(self.rows, 1)
        self._said = label("", "sub", wrap=True)
        self.record_button: Button = named(
            button(self.tr("Record this page"), self.record, kind="primary", big=True), "paper_record_button"
        )
        self.add_button_key(self.record_button, "Ctrl+Return")
        line = hbox(self._said, self.record_button, spacing=12)
        line.setStretch(0, 1)
        card.add_foot(line)
        self.record_button.setEnabled(False)
        return card

    # The shell

    def opened(self, argument: object) -> None:
        """Show the visit with the id `argument`; another visit than before clears the form."""
        visit_id = str(argument or self._visit_id)
        if visit_id != self._visit_id:
            self._visit_id = self.print_bar.visit_id = visit_id
            self.page_field.clear()
            self.seen.clear()
            self._clear()
            self._undoing.forget()
        self._desk.ask(query(visit, self._visit_id), then=self._show_visit)

    def refresh(self, areas: frozenset[Area]) -> None:
        if self._visit_id:
            self._desk.ask(query(visit, self._visit_id), then=self._show_visit)

    def first_focus(self) -> QWidget | None:
        return self.page_field

    def mark_scanned(self, raw: bytes, read_by: str) -> None:
        """Open the page whose QR symbol was scanned; the mark of an item is refused."""
        self._open_code(raw.decode("utf-8", "replace"))

    def _show_visit(self, row: VisitRow) -> None:
        if row.visit_id == self._visit_id:
            self.header.set_crumbs([self.tr("Visits"), row.site], first_is_link=True)
            self.header.set_progress(row.checked, row.expected, progress_parts(row))

    # Which page

    def _step(self, by: int) -> None:
        if self._page is not None and 1 <= self._page.number + by <= self._page.pages:
            self._open(self._page.number + by)

    def _open(self, number: int, digest: str = "") -> None:
        if not self._may_leave():
            return
        self._desk.ask(query(read_page, self._visit_id, number, digest), then=self._show_page, failed=self._no_page)

    def _open_code(self, text: str) -> None:
        if not self._may_leave():
            return
        self._desk.ask(query(read_scanned, self._visit_id, text), then=self._show_page, failed=self._no_page)

    def _may_leave(self) -> bool:
        """Return whether the page may be replaced. Ticked rows that are not recorded prevent it."""
        if self.rows.ticked():
            self.notice.show_message("attention", self.tr("Record this page first, or clear its ticks."))
            return False
        return True

    def _no_page(self, error: KnownError) -> None:
        self.notice.show_error(error)
        self.page_field.selectAll()
        self.page_field.setFocus()

    def _show_page(self, found: PageRead) -> None:
        row, page, entries = found
        if row.visit_id != self._visit_id:
            return
        self.notice.dismiss()
        self._clear()
        self._page, self._digest = page, page.code.digest
        self.page_field.setText(str(page.number))
        place = page.place or self.tr("No location in the book")
        self._page_form.set_hint(
            words.joined(self.tr("Page {number} of {pages}").format(number=page.number, pages=page.pages), place)
        )
        self.rows.show_page(page, outcomes_of(row.purpose), entries)
        self._follow()
        if self.seen.saw.text():
            self.rows.focus_first()
        else:
            self.seen.saw.setFocus(Qt.FocusReason.OtherFocusReason)

    def _clear(self) -> None:
        self.rows.clear()
        self._page, self._digest = None, ""
        self._page_form.set_hint(" ")
        self._follow()

    # Recording

    def _follow(self) -> None:
        ticked = self.rows.ticked()
        lacking = [row for row in ticked if row.missing is not None]
        if self._page is None:
            said = ""
        elif not ticked:
            said = self.tr("Tick what the paper says. Rows without a tick stay unchanged.")
        elif lacking:
            said = self.tr("%Ln rows lack a code or a serial.", "", len(lacking))
        elif not self.seen.is_filled:
            said = self.tr("Enter who saw the items, and when.")
        else:
            said = self.tr("%Ln rows to record", "", len(ticked))
        self._said.setText(said)
        is_ready = bool(ticked and not lacking and self.seen.is_filled)
        self.record_button.setEnabled(is_ready and not self._is_busy)

    def record(self) -> None:
        """Record all rows that have a tick, or none of them. Does nothing while something is missing.

        Returns before it is done: the notice shows the result. Rows that were refused stay as typed.
        """
        if self._page is None or not self.record_button.isEnabled():
            return
        try:
            when = self.seen.seen_at()
        except Refusal as error:
            self.notice.show_error(error)
            self.seen.day.setFocus()
            return
        rows = self.rows.read()
        self._is_busy = True
        self._follow()
        self._desk.do(
            call(
                transcribe_page,
                self._visit_id,
                self._page.number,
                rows,
                saw=self.seen.saw.text(),
                seen_at=when,
                digest=self._digest,
            ),
            then=partial(self._recorded, self._page),
            failed=self._refused,
        )

    def _recorded(self, page: WorklistPage, result: Transcribed) -> None:
        self._is_busy = False
        said = self.tr("Recorded %Ln rows of page {number}", "", len(result.check_ids)).format(number=page.number)
        self._clear()
        self.page_field.clear()
        if page.number < page.pages:
            self.page_field.setText(str(page.number + 1))
            self.page_field.selectAll()
        self.page_field.setFocus(Qt.FocusReason.OtherFocusReason)
        self._undoing.note_recorded(result.check_ids, said)

    def _refused(self, error: KnownError) -> None:
        self._is_busy = False
        self._follow()
        self.notice.show_error(error)
