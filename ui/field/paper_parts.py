"""Parts of the paper-list page: print the worklist, and type in the rows of one page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtWidgets import QLineEdit, QStackedWidget, QVBoxLayout, QWidget

from eum_app.domain.clock import utc_text
from eum_app.domain.errors import Refusal
from eum_app.domain.file_names import part_of_name
from eum_app.domain.visits import Outcome
from eum_app.reports.worklist import BLANK_ROWS, TICKED
from eum_app.usecases.calls import call
from eum_app.usecases.reporting.worklist import PrintedWorklist, WorklistPage, is_page_code, print_worklist
from eum_app.usecases.visits.transcribe import PaperRow
from ui.field.paper_row import PaperRowForm
from ui.field.parts import named
from ui.kit import words
from ui.kit.desk import Desk
from ui.kit.widgets import (
    Button,
    Card,
    EmptyState,
    FormField,
    NoticeBar,
    button,
    empty_layout,
    hbox,
    label,
    scrolled,
    vbox,
)
from ui.kit.widgets.path_field import PathField

translate = QCoreApplication.translate


def seen_at(day: str, time: str) -> str:
    """Return UTC text for a date (`2026-11-21`) and a time (`14:20`, `14:20+02:00`), as ISO 8601 has them.

    Without an offset they are in this machine's zone. Raises Refusal `time.invalid`.
    """
    text = f"{day.strip()}T{time.strip().replace(' ', '')}"
    try:
        return utc_text(datetime.fromisoformat(text).astimezone())
    except (ValueError, OverflowError) as error:
        raise Refusal("time.invalid", text=f"{day} {time}"[:40]) from error


class PrintBar(Card):
    """Write the worklist of a visit as PDF; hidden until requested. Results go to `notice`."""

    printed = Signal()

    def __init__(self, desk: Desk, notice: NoticeBar) -> None:
        super().__init__()
        self.setObjectName("print_bar")
        self._desk, self._notice = desk, notice
        self.visit_id = ""
        self.path = PathField(
            self.tr("File for the worklist (PDF)"), object_name="worklist_path", kind="save", filters="PDF (*.pdf)"
        )
        self.path.submitted.connect(self._print)
        go: Button = named(button(self.tr("Print worklist"), self._print, kind="primary"), "worklist_write_button")
        line = hbox(self.path, go, spacing=8)
        line.setStretch(0, 1)
        said = label(
            self.tr("A PDF of every expected item, place by place, with boxes to tick and a QR symbol on each page."),
            "sub",
            wrap=True,
        )
        self.add_padded(said, line)
        self.hide()

    def toggle(self) -> None:
        """Show the bar with the focus in its path, which is proposed if it is empty; or hide the bar."""
        self.setVisible(self.isHidden())
        if self.isVisible():
            if self.path.path is None:
                self.path.set_path(self._desk.outbox / f"worklist-{part_of_name(self.visit_id)}.pdf")
            self.path.edit.setFocus()

    def _print(self) -> None:
        path, visit_id = self.path.path, self.visit_id
        if path is not None:
            self._notice.show_message("info", self.tr("Printing…"))
            self._desk.ask(call(print_worklist, visit_id, path), then=self._printed, failed=self._notice.show_error)

    def _printed(self, result: PrintedWorklist) -> None:
        self._desk.tasks.announce(result.areas)
        self.hide()
        names = ", ".join(str(path) for path in result.paths[:3])
        said = self.tr("{pages} with {items}: {names}").format(
            pages=self.tr("%Ln pages", "", result.pages), items=self.tr("%Ln items", "", result.rows), names=names
        )
        self._notice.show_message("ok", said)
        self.printed.emit()


class PageForm(FormField):
    """Ask for the number of a worklist page, or the text of its QR symbol."""

    number_typed = Signal(int)
    code_typed = Signal(str)

    def __init__(self) -> None:
        edit = named(QLineEdit(), "page_field")
        super().__init__(translate("field", "Page"), edit, " ")
        self.edit = edit
        self.edit.setPlaceholderText(self.tr("Scan its QR symbol, or type its number ⏎"))
        self.edit.returnPressed.connect(self._typed)

    def _typed(self) -> None:
        text = self.edit.text().strip()
        if is_page_code(text):
            self.code_typed.emit(text)
        elif text.isascii() and text.isdigit() and len(text) < 7:
            self.number_typed.emit(int(text))
        elif text:
            self.set_error(self.tr("Type the number at the top of the page."))


class PaperRows(QStackedWidget):
    """The rows of one worklist page, then blank ones; a prompt while no page is open."""

    changed = Signal()
    print_requested = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[PaperRowForm] = []
        self._list: QVBoxLayout = vbox()
        holder = QWidget()
        holder.setLayout(vbox(self._list, 1))
        self._scroll = scrolled(holder)
        self._empty = EmptyState(
            "clipboard-list",
            self.tr("Which page do you have?"),
            self.tr("Scan the QR symbol at the top of the paper, or type the page's number. No paper yet? Print it."),
            self.tr("Print…"),
            self.print_requested.emit,
        )
        self.addWidget(self._empty)
        self.addWidget(self._scroll)

    def show_page(self, page: WorklistPage, outcomes: Sequence[Outcome], entries: Mapping[str, int]) -> None:
        """Show the rows of a page in place of those before, none ticked.

        `outcomes` are those that the kind of visit accepts. `entries` are the entries of its serial that verify each
        item; 0 for an item that it does not name.
        """
        self.clear()
        for at, item in enumerate(page.rows):
            ticks = [one for one in TICKED if one in outcomes]
            self._add(PaperRowForm(page.first + at, item, ticks, entries.get(item.item_id, 0)))
        for at in range(BLANK_ROWS if Outcome.NOT_ON_LIST in outcomes else 0):
            self._add(PaperRowForm(page.first + len(page.rows) + at, None, [Outcome.NOT_ON_LIST]))
        self.setCurrentWidget(self._scroll)
        self._scroll.verticalScrollBar().setValue(0)

    def clear(self) -> None:
        """Close the page, and drop its ticks and texts."""
        empty_layout(self._list)
        self.forms.clear()
        self.setCurrentWidget(self._empty)

    def ticked(self) -> list[PaperRowForm]:
        """Return the rows that have a tick."""
        return [form for form in self.forms if form.outcome]

    def read(self) -> list[PaperRow]:
        """Return the content of the ticked rows, also of those that lack a field."""
        rows = (form.read() for form in self.forms)
        return [row for row in rows if row is not None]

    def focus_first(self) -> None:
        """Focus the first field of the first row. Call it only while a page is shown."""
        self.forms[0].first_field().setFocus(Qt.FocusReason.OtherFocusReason)

    def _add(self, made: PaperRowForm) -> None:
        made.changed.connect(self.changed)
        self.forms.append(made)
        self._list.addWidget(made)


class SeenFields(QWidget):
    """Ask who saw the items of a page, and when, as written on the paper."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.saw = self._line("saw_field", "INS-017")
        self.day = self._line("seen_day", "2026-11-21")
        self.time = self._line("seen_time", "14:20")
        zone = words.clock(utc_text(datetime.now().astimezone())).partition(" ")[2]
        fields = hbox(
            FormField(self.tr("Seen by"), self.saw, self.tr("Code at the foot of the page")),
            FormField(self.tr("Date"), self.day, self.tr("Year-month-day")),
            FormField(self.tr("Time"), self.time, self.tr("{zone}, or 14:20+02:00").format(zone=zone)),
            spacing=12,
        )
        for at in range(3):
            fields.setStretch(at, 1)
        self.setLayout(fields)

    @property
    def is_filled(self) -> bool:
        """Return whether all three fields have text."""
        return all(field.text().strip() for field in (self.saw, self.day, self.time))

    def clear(self) -> None:
        """Clear the person, the day and the time."""
        for field in (self.saw, self.day, self.time):
            field.clear()

    def seen_at(self) -> str:
        """Return date and time as UTC text. Raises Refusal `time.invalid`."""
        return seen_at(self.day.text(), self.time.text())

    def _line(self, name: str, prompt: str) -> QLineEdit:
        made = named(QLineEdit(), name)
        made.setPlaceholderText(prompt)
        made.textChanged.connect(self.changed)
        return made
