"""A worklist on paper: print it, and type it in again page by page, with who saw and when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QStackedWidget, QVBoxLayout, QWidget

from db.queries.visits import VisitRow, visit
from eum_app.domain.areas import Area
from eum_app.domain.clock import utc_text
from eum_app.domain.errors import KnownError, Refusal
from eum_app.domain.ids import CheckId
from eum_app.reports.worklist import BLANK_ROWS
from eum_app.usecases.calls import Connection, call, query
from eum_app.usecases.reporting.worklist import (
    PrintedWorklist,
    WorklistPage,
    find_page,
    is_page_code,
    print_worklist,
    scanned_page,
)
from eum_app.usecases.visits.record_check import withdraw_checks
from eum_app.usecases.visits.transcribe import Transcribed, transcribe_page
from ui.field.paper_row import PaperRowForm
from ui.field.parts import name_header_buttons, named, progress_parts
from ui.kit import words
from ui.kit.desk import Desk
from ui.kit.page import Page
from ui.kit.widgets import Button, Card, EmptyState, FormField, button, empty_layout, hbox, label, scrolled, vbox
from ui.kit.widgets.path_field import PathField


def read_page(connection: Connection, visit_id: str, number: int, digest: str) -> tuple[VisitRow, WorklistPage]:
    """A visit and one page of its worklist. Raises Refusal `worklist.…`, `visit.unknown`."""
    return visit(connection, visit_id), find_page(connection, visit_id, number, digest)


def read_scanned(connection: Connection, visit_id: str, text: str) -> tuple[VisitRow, WorklistPage]:
    return visit(connection, visit_id), scanned_page(connection, visit_id, text)


def seen_at(day: str, time: str) -> str:
    """UTC text of a date and a time as people write them; without an offset they are this machine's.

    Raises Refusal `time.invalid`.
    """
    text = f"{day.strip()}T{time.strip().replace(' ', '')}"
    try:
        return utc_text(datetime.fromisoformat(text).astimezone())
    except (ValueError, OverflowError) as error:
        raise Refusal("time.invalid", text=f"{day} {time}"[:40]) from error


class TranscribePage(Page):
    """Opened with a visit's id. Scan a page's QR symbol, or type its number; then row by row what the paper says."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.setObjectName("transcribe_page")
        self._desk = desk
        self._visit_id, self._digest, self._last = "", "", ()
        self._page: WorklistPage | None = None
        self._rows: list[PaperRowForm] = []
        self._is_busy = False
        self.set_title(self.tr("Paper list"))
        self.header.crumb_activated.connect(lambda: self.navigate_requested.emit("visits", None))
        self.add_action(self.tr("Print…"), "Ctrl+P", self._toggle_print, icon="printer", in_header=True)
        self.add_action(
            self.tr("Back to scanning"),
            "Alt+Left",
            lambda: self.navigate_requested.emit("visit", self._visit_id),
            in_header=True,
        )
        name_header_buttons(self.header, "paper_print_button", "paper_back_button")
        self.add_action(self.tr("Next page"), "PgDown", partial(self._step, 1))
        self.add_action(self.tr("Page before"), "PgUp", partial(self._step, -1))
        self.body.addWidget(self._print_bar())
        self.body.addWidget(self._work_card(), 1)

    # Its parts

    def _print_bar(self) -> Card:
        self.print_path = PathField(
            self.tr("Where the worklist goes (PDF)"), object_name="worklist_path", kind="save", filters="PDF (*.pdf)"
        )
        self.print_path.submitted.connect(self._print)
        go: Button = named(button(self.tr("Print worklist"), self._print, kind="primary"), "worklist_write_button")
        line = hbox(self.print_path, go, spacing=8)
        line.setStretch(0, 1)
        said = label(
            self.tr("A PDF of every expected item, place by place, with boxes to tick and a QR symbol on each page."),
            "sub",
            wrap=True,
        )
        self._print_card = Card()
        self._print_card.setObjectName("print_bar")
        self._print_card.add_padded(said, line)
        self._print_card.hide()
        return self._print_card

    def _work_card(self) -> Card:
        card = Card()
        self.page_field = self._line("page_field", self.tr("Scan its QR symbol, or type its number ⏎"))
        self.page_field.returnPressed.connect(self._page_typed)
        self.saw = self._line("saw_field", "INS-017")
        self.day = self._line("seen_day", "2026-11-21")
        self.time = self._line("seen_time", "14:20")
        self._page_form = FormField(self.tr("Page"), self.page_field, " ")
        zone = words.clock(utc_text(datetime.now().astimezone())).partition(" ")[2]
        fields = hbox(
            self._page_form,
            FormField(self.tr("Seen by"), self.saw, self.tr("Code at the foot of the page")),
            FormField(self.tr("Date"), self.day, self.tr("Year-month-day")),
            FormField(self.tr("Time"), self.time, self.tr("{zone}, or 14:20+02:00").format(zone=zone)),
            spacing=12,
        )
        for at, share in enumerate((5, 3, 3, 3)):
            fields.setStretch(at, share)
        card.add_padded(fields)
        self._list: QVBoxLayout = vbox()
        holder = QWidget()
        holder.setLayout(vbox(self._list, 1))
        self._scroll = scrolled(holder)
        self._empty = EmptyState(
            "clipboard-list",
            self.tr("Which page lies at hand?"),
            self.tr("Scan the QR symbol at the top of the paper, or type the page's number. No paper yet? Print it."),
            self.tr("Print…"),
            self._toggle_print,
        )
        self._places = QStackedWidget()
        self._places.addWidget(self._empty)
        self._places.addWidget(self._scroll)
        card.add(self._places, 1)
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

    def _line(self, name: str, prompt: str) -> QLineEdit:
        made = named(QLineEdit(), name)
        made.setPlaceholderText(prompt)
        made.textChanged.connect(lambda _text: self._follow())
        return made

    # The shell

    def opened(self, argument: object) -> None:
        visit_id = str(argument or self._visit_id)
        if visit_id != self._visit_id:
            self._visit_id = visit_id
            for field in (self.page_field, self.saw, self.day, self.time):
                field.clear()
            self._clear()
        self._desk.ask(query(visit, self._visit_id), then=self._show_visit)

    def refresh(self, areas: frozenset[Area]) -> None:
        if self._visit_id:
            self._desk.ask(query(visit, self._visit_id), then=self._show_visit)

    def first_focus(self) -> QWidget | None:
        return self.page_field

    def mark_scanned(self, raw: bytes, read_by: str) -> None:
        """A page's QR symbol opens that page; the mark of an item has no place here."""
        self._open_code(raw.decode("utf-8", "replace"))

    def _show_visit(self, row: VisitRow) -> None:
        if row.visit_id == self._visit_id:
            self.header.set_crumbs([self.tr("Visits"), row.site], first_is_link=True)
            self.header.set_progress(row.checked, row.expected, progress_parts(row))

    # Which page

    def _page_typed(self) -> None:
        text = self.page_field.text().strip()
        if is_page_code(text):
            self._open_code(text)
        elif text.isascii() and text.isdigit() and len(text) < 7:
            self._open(int(text))
        elif text:
            self._page_form.set_error(self.tr("Type the number at the top of the page."))

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
        """What was typed is not thrown away by the next page."""
        if any(row.outcome for row in self._rows):
            self.notice.show_message("attention", self.tr("Record this page first, or take its ticks back."))
            return False
        return True

    def _no_page(self, error: KnownError) -> None:
        self.notice.show_error(error)
        self.page_field.selectAll()
        self.page_field.setFocus()

    def _show_page(self, found: tuple[VisitRow, WorklistPage]) -> None:
        row, page = found
        if row.visit_id != self._visit_id:
            return
        self.notice.dismiss()
        self._clear()
        self._page, self._digest = page, page.code.digest
        self.page_field.setText(str(page.number))
        place = page.place or self.tr("No location on the book")
        self._page_form.set_hint(
            words.joined(self.tr("Page {number} of {pages}").format(number=page.number, pages=page.pages), place)
        )
        for at, item in enumerate(page.rows):
            self._add_row(page.first + at, item)
        for at in range(BLANK_ROWS):
            self._add_row(page.first + len(page.rows) + at, None)
        self._places.setCurrentIndex(1)
        self._scroll.verticalScrollBar().setValue(0)
        self._follow()
        first = self.saw if not self.saw.text() else self._rows[0].first_field()
        first.setFocus(Qt.FocusReason.OtherFocusReason)

    def _add_row(self, number: int, item: Any) -> None:
        made = PaperRowForm(number, item)
        made.changed.connect(self._follow)
        self._rows.append(made)
        self._list.addWidget(made)

    def _clear(self) -> None:
        empty_layout(self._list)
        self._rows, self._page, self._digest = [], None, ""
        self._page_form.set_hint(" ")
        self._places.setCurrentIndex(0)
        self._follow()

    # Recording

    def _said_rows(self) -> list[PaperRowForm]:
        return [row for row in self._rows if row.outcome]

    def _follow(self) -> None:
        if not hasattr(self, "record_button"):
            return
        ticked = self._said_rows()
        lacking = [row for row in ticked if row.missing is not None]
        who = self.saw.text().strip() and self.day.text().strip() and self.time.text().strip()
        if self._page is None:
            said = ""
        elif not ticked:
            said = self.tr("Tick what the paper says. Rows without a tick stay as they are.")
        elif lacking:
            said = self.tr("{count} rows lack a code or a serial.").format(count=words.count(len(lacking)))
        elif not who:
            said = self.tr("Say who saw the items, and when.")
        else:
            said = self.tr("{count} rows to record").format(count=words.count(len(ticked)))
        self._said.setText(said)
        self.record_button.setEnabled(bool(ticked and not lacking and who and not self._is_busy))

    def record(self) -> None:
        """Record every row that has a tick, all of them or none."""
        if self._page is None or not self.record_button.isEnabled():
            return
        try:
            when = seen_at(self.day.text(), self.time.text())
        except Refusal as error:
            self.notice.show_error(error)
            self.day.setFocus()
            return
        rows = [row.read() for row in self._said_rows()]
        self._is_busy = True
        self._follow()
        self._desk.do(
            call(
                transcribe_page,
                self._visit_id,
                self._page.number,
                [row for row in rows if row is not None],
                saw=self.saw.text(),
                seen_at=when,
                digest=self._digest,
            ),
            then=partial(self._recorded, self._page),
            failed=self._refused,
        )

    def _recorded(self, page: WorklistPage, result: Transcribed) -> None:
        self._is_busy = False
        said = self.tr("Recorded {count} rows of page {number}").format(
            count=words.count(len(result.check_ids)), number=page.number
        )
        self._clear()
        self.page_field.clear()
        if page.number < page.pages:
            self.page_field.setText(str(page.number + 1))
            self.page_field.selectAll()
        self.page_field.setFocus(Qt.FocusReason.OtherFocusReason)
        undo = partial(self._undo, result.check_ids)
        self.notice.show_message("ok", said, action=self.tr("Undo"), on_action=undo)

    def _refused(self, error: KnownError) -> None:
        self._is_busy = False
        self._follow()
        self.notice.show_error(error)

    def _undo(self, check_ids: Sequence[CheckId]) -> None:
        self._desk.do(call(withdraw_checks, check_ids), then=self._undone, failed=self.notice.show_error)

    def _undone(self, _changed: object) -> None:
        self.notice.show_message("info", self.tr("Withdrawn. The checks and their withdrawal stay in the record."))

    # Printing

    def _toggle_print(self) -> None:
        self._print_card.setVisible(self._print_card.isHidden())
        if self._print_card.isVisible():
            if self.print_path.path is None:
                self.print_path.set_path(self._desk.outbox / f"worklist-{self._visit_id[:8]}.pdf")
            self.print_path.edit.setFocus()

    def _print(self) -> None:
        path, visit_id = self.print_path.path, self._visit_id
        if path is not None:
            self.notice.show_message("info", self.tr("Printing…"))
            self._desk.ask(call(print_worklist, visit_id, path), then=self._printed, failed=self.notice.show_error)

    def _printed(self, result: PrintedWorklist) -> None:
        self._desk.tasks.announce(result.areas)
        self._print_card.hide()
        names = ", ".join(str(path) for path in result.paths[:3])
        said = self.tr("{pages} pages with {rows} items: {names}").format(
            pages=words.count(result.pages), rows=words.count(result.rows), names=names
        )
        self.notice.show_message("ok", said)
        self.page_field.setFocus(Qt.FocusReason.OtherFocusReason)
