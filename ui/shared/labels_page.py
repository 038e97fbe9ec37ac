"""Labels for HQ and devices: choose items, symbol and sheet; preview the sheet, read it back, and write a PDF."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QLocale, Qt, QTimer, Signal
from PySide6.QtGui import QImage, QIntValidator
from PySide6.QtWidgets import QComboBox, QLineEdit, QWidget

from eum_app.domain.areas import Area
from eum_app.domain.errors import KnownError
from eum_app.reports.label_sheet import LabelSheet, label_sheets
from eum_app.usecases.calls import call
from eum_app.usecases.reporting.label_sheet import LabelOrder, PrintedLabels, preview_labels, print_labels
from eum_app.usecases.session import Session
from ui.kit import words
from ui.kit.desk import Desk
from ui.kit.messages import sentence
from ui.kit.page import Page
from ui.kit.widgets import (
    Button,
    Card,
    ColumnPart,
    Columns,
    DropDown,
    FormField,
    button,
    hbox,
    label,
    panel,
    scrolled,
    set_look,
    vbox,
)
from ui.kit.widgets.path_field import PathField
from ui.shared.label_items import LabelItems, name_tabs
from ui.shared.label_sheet_view import LabelSheetView, sheet_words
from ui.shared.pdf_picture import grey_of, page_image

READ_DPI = 300
_SETTLE_MS = 250  # the preview sets a PDF, so it waits for a pause in typing
_DPIS = (203, 300, 600)


@dataclass(frozen=True)
class Preview:
    """The first sheet as a picture, and how many of its labels the decoder read from it."""

    image: QImage
    labels: int
    read_back: int


def draw_preview(session: Session, order: LabelOrder) -> Preview:
    """Lay out the first sheet, render it as a 300 dpi printer would, and decode every symbol in the picture.

    Records nothing. Raises as `preview_labels` does. If the sheet cannot be rendered, the image is null and nothing was
    read.
    """
    from eum_app.scanning.decoder import decode

    pdf, number = preview_labels(session, order)
    image = page_image(pdf, READ_DPI)
    return Preview(image, number, len(decode(grey_of(image))) if not image.isNull() else 0)


class NumberField(QLineEdit):
    """A whole number from 1 to `most`, typed."""

    changed = Signal()

    def __init__(self, most: int) -> None:
        super().__init__("1")
        self._most = most
        self.setInputMethodHints(Qt.InputMethodHint.ImhDigitsOnly)
        self._limit()
        self.textChanged.connect(lambda _text: self.changed.emit())

    def value(self) -> int:
        """Return the number typed, clamped to 1 to `most`; 1 without a digit."""
        digits = "".join(char for char in self.text() if char.isdecimal())  # the validator lets a "+" through
        return min(self._most, max(1, int(digits or 1)))

    def set_value(self, value: int) -> None:
        self.setText(str(value))

    def set_most(self, most: int) -> None:
        """Set the largest number, and lower the current one to it."""
        if most != self._most:
            self._most = most
            self._limit()
            self.set_value(self.value())

    def _limit(self) -> None:
        validator = QIntValidator(1, self._most, self)
        plain = self.locale()
        plain.setNumberOptions(QLocale.NumberOption.RejectGroupSeparator)
        validator.setLocale(plain)
        self.setValidator(validator)


class LabelsPage(Page):
    """Opened with ids of items (from the search of `Inventory` or `Items`), or with nothing."""

    def __init__(self, desk: Desk, back_to: str) -> None:
        super().__init__()
        self.setObjectName("labels_page")
        self._desk, self._back_to = desk, back_to
        self.items = LabelItems(desk)
        self.items.changed.connect(self._follow)
        self.items.model.failed.connect(self.notice.show_error)
        self._asked = 0
        self.preview: Preview | None = None
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(_SETTLE_MS)
        self._settle.timeout.connect(self._ask_preview)
        self.set_title(self.tr("Print labels"))
        self.header.set_crumbs([self.tr("Items")], first_is_link=True)
        self.header.crumb_activated.connect(self._back)
        self.add_action(self.tr("Back to the items"), "Alt+Left", self._back)
        columns = [
            ColumnPart("items", self.tr("Items"), self.items, 36),
            ColumnPart("labels", self.tr("Labels"), self._choices_card(), 37),
            ColumnPart("sheet", self.tr("Sheet"), self._sheet_card(), 33),
        ]
        self.body.addWidget(Columns(columns), 1)
        self.add_action(self.tr("Search"), "Ctrl+F", self.items.search.setFocus)
        self.add_button_key(self.print_button, "Ctrl+Return")
        self._follow()

    # Its parts

    def _choices_card(self) -> Card:
        card = Card(self.tr("Labels"))
        kinds = {"replacement": self.tr("For the item"), "shelf": self.tr("For the shelf")}
        self.kind = name_tabs("label_kind", self.tr("Purpose of the label"), kinds)
        self.kind.chosen.connect(lambda _key: self._follow())
        symbols = {"data_matrix": "Data Matrix", "qr": "QR"}
        self.symbol = name_tabs("label_symbol", self.tr("Symbol"), symbols)
        self.symbol.chosen.connect(lambda _key: self._follow())
        self.sheet_box = self._box("label_sheet", [(sheet_words(one), one) for one in label_sheets()])
        self.start = self._number("label_start", self.tr("First free label"), 1)
        self.copies = self._number("label_copies", self.tr("Labels for each item"), 99)
        dpis = [(self.tr("{dpi} dots per inch").format(dpi=dpi), dpi) for dpi in _DPIS]
        self.dpi = self._box("label_dpi", dpis)
        self.dpi.setCurrentIndex(_DPIS.index(READ_DPI))
        content = vbox(
            vbox(label(self.tr("Purpose of the label"), "sub"), self.kind, spacing=6),
            vbox(
                label(self.tr("Symbol"), "sub"),
                self.symbol,
                label(self.tr("MIL-STD-130 requires Data Matrix on items"), "sub", wrap=True),
                spacing=6,
            ),
            FormField(self.tr("Sheet"), self.sheet_box),
            FormField(self.tr("First free label"), self.start, self.tr("Or press it on the sheet")),
            FormField(self.tr("Labels for each item"), self.copies),
            FormField(self.tr("Printer"), self.dpi, self.tr("Print at 100 %, never fitted to the page")),
            1,
            margins=(16, 12, 16, 12),
            spacing=12,
        )
        card.add(scrolled(content), 1)
        self.path = PathField(
            self.tr("File for the labels (PDF)"), object_name="labels_path", kind="save", filters="PDF (*.pdf)"
        )
        self.path.submitted.connect(self._print)
        self.print_button: Button = button(self.tr("Write the PDF"), self._print, kind="primary", icon="printer")
        self.print_button.setObjectName("labels_print_button")
        card.add_foot(vbox(self.path, hbox(1, self.print_button), spacing=8))
        return card

    def _sheet_card(self) -> Card:
        card = Card(self.tr("First sheet"))
        self.view = LabelSheetView()
        self.view.setAccessibleName(self.tr("The first sheet as it will be printed"))
        self.view.place_chosen.connect(self.start.set_value)
        self.verdict = label("", "strong", wrap=True)
        self.verdict.setObjectName("label_verdict")
        holder = vbox(margins=(16, 12, 16, 12), spacing=8)
        holder.addWidget(self.view, 1)
        holder.addWidget(self.verdict)
        card.add(panel(holder), 1)
        return card

    def _box(self, name: str, entries: Sequence[tuple[str, object]]) -> QComboBox:
        made = DropDown()
        made.setObjectName(name)
        made.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        made.setMinimumContentsLength(10)
        for text, value in entries:
            made.addItem(text, value)
        made.currentIndexChanged.connect(lambda _at: self._follow())
        return made

    def _number(self, name: str, spoken: str, most: int) -> NumberField:
        made = NumberField(most)
        made.setObjectName(name)
        made.setAccessibleName(spoken)
        made.changed.connect(self._follow)
        return made

    # The shell

    def opened(self, argument: object) -> None:
        """Show the items whose ids `argument` lists as chosen; without one, the choice stays."""
        if isinstance(argument, list | tuple):
            self.items.give([str(one) for one in argument])
        if self.path.path is None:
            self.path.set_path(self._desk.outbox / "labels.pdf")
        self.items.reload()

    def refresh(self, areas: frozenset[Area]) -> None:
        if Area.ITEMS in areas:
            self.items.reload()

    def first_focus(self) -> QWidget:
        return self.items.search

    def _back(self) -> None:
        self.navigate_requested.emit(self._back_to, None)

    def order(self) -> LabelOrder:
        """Return the order for labels as the fields have it now."""
        sheet: LabelSheet = self.sheet_box.currentData()
        return LabelOrder(
            self.items.chosen(),
            sheet.sheet_id,
            "qr" if self.symbol.current == "qr" else "data_matrix",
            "shelf" if self.kind.current == "shelf" else "replacement",
            self.start.value(),
            self.copies.value(),
            int(self.dpi.currentData()),
        )

    # What will be printed

    def _follow(self) -> None:
        if not hasattr(self, "verdict"):
            return
        sheet: LabelSheet = self.sheet_box.currentData()
        self.start.set_most(sheet.labels)
        self.items.show_counts()
        number = len(self.items.chosen()) * self.copies.value()
        said = self.tr("%Ln labels", "", number)
        self.header.set_title(self.tr("Print labels"), said if number else "")
        self.print_button.setEnabled(bool(number))
        self.preview = None
        self.view.show_sheet(sheet, self.start.value(), QImage())
        self._say(self.tr("Choose items on the left.") if not number else self.tr("Drawing…"), "")
        self._asked += 1
        self._settle.start()

    def _say(self, text: str, tone: str) -> None:
        self.verdict.setText(text)
        set_look(self.verdict, "tone", tone)

    def _ask_preview(self) -> None:
        order, asked = self.order(), self._asked
        if order.item_ids and self.isVisible():
            self._desk.ask(
                call(draw_preview, order), then=partial(self._show, asked, order), failed=partial(self._refuse, asked)
            )

    def _show(self, asked: int, order: LabelOrder, preview: Preview) -> None:
        if asked != self._asked:
            return
        self.preview = preview
        sheet: LabelSheet = self.sheet_box.currentData()
        self.view.show_sheet(sheet, order.start, preview.image)
        template = self.tr("Read back: {read} of %Ln symbols on this sheet", "", preview.labels)
        said = template.format(read=words.count(preview.read_back))
        is_whole = preview.read_back == preview.labels
        if not is_whole:
            remedy = self.tr("Choose a larger label or a finer printer.")  # lupdate does not look into f-strings
            said = f"{said}. {remedy}"
        self._say(f"{'✓' if is_whole else '▲'} {said}", "ok" if is_whole else "warn")

    def _refuse(self, asked: int, error: KnownError) -> None:
        if asked == self._asked:
            message = sentence(error)
            self._say(f"▲ {message.what} {message.next}", "bad")

    # Printing

    def _print(self) -> None:
        order, path = self.order(), self.path.path
        if path is None or not self.print_button.isEnabled():
            self.path.edit.setFocus()
            return
        self.print_button.setEnabled(False)

        printing = call(
            print_labels,
            order.item_ids,
            path,
            sheet_id=order.sheet_id,
            symbol=order.symbol,
            kind=order.kind,
            start=order.start,
            copies=order.copies,
            dpi=order.dpi,
        )
        self._desk.ask(printing, then=self._printed, failed=self._not_printed)

    def _printed(self, result: PrintedLabels) -> None:
        self.print_button.setEnabled(True)
        self._desk.tasks.announce(result.areas)
        template = self.tr("{labels} on {sheets}, every symbol read back: {path}")
        said = template.format(
            labels=self.tr("%Ln labels", "", result.labels),
            sheets=self.tr("%Ln sheets", "", result.sheets),
            path=result.path,
        )
        self.notice.show_message("ok", said, stays=True)

    def _not_printed(self, error: KnownError) -> None:
        self.print_button.setEnabled(True)
        self.notice.show_error(error)
