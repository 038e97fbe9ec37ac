"""Forms in which a person states fields of a site or a case, with the source and the reason."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtWidgets import QComboBox, QGridLayout, QLineEdit, QWidget

from eum_app.domain.errors import KnownError, Refusal
from eum_app.domain.records import (
    Access,
    CaseField,
    CaseRecord,
    SiteField,
    SiteRecord,
    case_value,
    delivered_quantity,
    effective_day,
    site_value,
)
from eum_app.domain.visits import Program
from eum_app.usecases.calls import call
from eum_app.usecases.records.describe import Described, LineStated, Why, describe_case, describe_site
from eum_app.wording.record_words import field_word
from ui.kit.desk import Desk
from ui.kit.messages import sentence
from ui.kit.page import Page
from ui.kit.theme import inset
from ui.kit.widgets import Card, FormField, button, hbox, label, scrolled, vbox
from ui.kit.words import word
from ui.shared.page_parts import choices, fill_choices, named
from ui.shared.site_words import access_word

translate = QCoreApplication.translate

Check = Callable[[str], object]
Place = tuple[int, int, int]
"""Row, column, and number of columns."""
MAX_CHARS = 300


class _Form(Card):
    """A grid of fields over source and reason. A field's error is shown under it when the focus leaves it."""

    saved = Signal(str)
    """The id of the record that was changed."""
    left = Signal()

    def __init__(self, desk: Desk, page: Page, prefix: str) -> None:
        super().__init__()
        self.desk, self._page, self._prefix = desk, page, prefix
        self._fields: dict[str, FormField] = {}
        self._checks: dict[str, Check] = {}
        self._grid = QGridLayout()
        inset(self._grid, 0, 0, 0, 0, spacing=12)
        for column in (0, 1):
            self._grid.setColumnStretch(column, 1)
        self._open = label("", "sub", wrap=True)
        self._open.setObjectName(f"{prefix}_open")
        self.save_button = named(
            button(self.tr("Save the change"), self.save, kind="primary", icon="check"), f"{prefix}_save"
        )
        cancel = named(button(self.tr("Cancel"), self.left.emit, tip=self.tr("Cancel (Esc)")), f"{prefix}_cancel")
        self.add(scrolled(vbox(self._grid, 1, margins=(16, 14, 16, 14))), 1)
        self.add_foot(self._open, hbox(cancel, 1, self.save_button))

    def add_text(self, key: str, name: str, place: Place, *, hint: str = "", check: Check | None = None) -> None:
        """Add a line of text at (row, column, columns)."""
        edit = QLineEdit()
        edit.setMaxLength(MAX_CHARS)
        edit.setObjectName(f"{self._prefix}_{key}")
        edit.setPlaceholderText(hint)  # not below the field: the whole form shall fit a window of 900 pixels
        self._put(key, name, edit, place)
        edit.setAccessibleDescription(hint)
        edit.textChanged.connect(lambda _text: self._follow())
        if check is not None:
            self._checks[key] = check
            edit.editingFinished.connect(lambda: self._check(key))

    def add_choice(self, key: str, name: str, place: Place, entries: list[tuple[str, str]]) -> None:
        """Add a choice of (text, value)."""
        box = choices(f"{self._prefix}_{key}", self.tr("Choose"))
        fill_choices(box, entries)
        self._put(key, name, box, place)
        box.currentIndexChanged.connect(lambda _at: self._follow())

    def _put(self, key: str, name: str, widget: QWidget, place: Place) -> None:
        self._fields[key] = FormField(name, widget)
        row, column, columns = place
        self._grid.addWidget(self._fields[key], row, column, 1, columns, Qt.AlignmentFlag.AlignTop)

    def add_why(self, row: int) -> None:
        """Add source and reason below the other fields."""
        hint = self.tr("The document or office that says so")
        self.add_text("source", self.tr("Source"), (row, 0, 2), hint=hint)
        self.add_text("reason", self.tr("Reason, where a known value changes"), (row + 1, 0, 2))

    def text(self, key: str) -> str:
        """Return what a field holds now."""
        widget = self._fields[key].field
        if isinstance(widget, QComboBox):
            return str(widget.currentData() or "")
        assert isinstance(widget, QLineEdit)
        return widget.text().strip()

    def set_texts(self, texts: Mapping[str, str]) -> None:
        """Fill the fields; those that are not named are emptied. Errors go."""
        for key, field in self._fields.items():
            field.set_error("")
            if isinstance(field.field, QComboBox):
                field.field.setCurrentIndex(field.field.findData(texts.get(key, "")))
            elif isinstance(field.field, QLineEdit):
                field.field.setText(texts.get(key, ""))

    def set_fixed(self, key: str, *, is_fixed: bool) -> None:
        """Allow or forbid to change a field."""
        self._fields[key].field.setEnabled(not is_fixed)

    def focus_on(self, key: str) -> None:
        self._fields[key].field.setFocus(Qt.FocusReason.OtherFocusReason)

    def _check(self, key: str) -> bool:
        """Show the error of a field, if there is one, and return whether there is none."""
        error = ""
        if text := self.text(key):
            try:
                self._checks[key](text)
            except Refusal as refusal:
                message = sentence(refusal)
                error = f"{message.what} {message.next}"
        self._fields[key].set_error(error)
        return not error

    def _follow(self) -> None:
        missing = self.missing()
        self._open.setText(missing)
        self.save_button.setEnabled(not missing)

    def missing(self) -> str:
        """Return what is missing before the form can be saved, in words; "" if nothing is."""
        return "" if self.text("source") else self.tr("Still to fill in: source")

    def save(self) -> None:
        """Record the change, unless a field is wrong; the first wrong one gets the focus."""
        wrong = [key for key in self._checks if not self._check(key)]
        if wrong:
            self.focus_on(wrong[0])
            return
        if not self.missing():
            self.save_button.setEnabled(False)
            self._record()

    def _record(self) -> None:
        raise NotImplementedError

    def _done(self, key: str, done: Described) -> None:
        names = ", ".join(field_word(field, translate) for field in done.changed)
        doubt = self.tr("The number has an unusual form; it is kept as stated.") if done.warnings else ""
        self._page.notice.show_message("ok", self.tr("Recorded: {names}").format(names=names or key), detail=doubt)
        self.saved.emit(key)

    def _refused(self, error: KnownError) -> None:
        self._page.notice.show_error(error)
        self._follow()


class SiteForm(_Form):
    """Form for the record of a site. Only fields that the person changed are recorded."""

    def __init__(self, desk: Desk, page: Page) -> None:
        super().__init__(desk, page, "site")
        self._record_shown: SiteRecord | None = None

        def checked(field: SiteField) -> Check:
            return lambda text: site_value(field, text, self.desk.session.now().date())

        word_of = {field: field_word(field, translate) for field in SiteField}
        accesses = [(self.tr("Not stated"), ""), *((access_word(one), one.value) for one in Access)]
        dated = self.tr("2027-03-01")
        self.add_choice(SiteField.ACCESS, word_of[SiteField.ACCESS], (0, 0, 1), accesses)
        self.add_text(
            "effective_on",
            self.tr("Holds from"),
            (0, 1, 1),
            hint=self.tr("2026-05-01; empty: today"),
            check=lambda text: effective_day(text, self.desk.session.now().date()),
        )
        self.add_text(
            SiteField.CERTIFIED_UNTIL,
            word_of[SiteField.CERTIFIED_UNTIL],
            (1, 0, 1),
            hint=dated,
            check=checked(SiteField.CERTIFIED_UNTIL),
        )
        self.add_text(SiteField.CERTIFICATE, word_of[SiteField.CERTIFICATE], (1, 1, 1))
        self.add_text(SiteField.CUSTODIAN, word_of[SiteField.CUSTODIAN], (2, 0, 1), hint=self.tr("A role, not a name"))
        self.add_text(SiteField.CUSTODIAN_ORGANIZATION, word_of[SiteField.CUSTODIAN_ORGANIZATION], (2, 1, 1))
        self.add_text(SiteField.ADDRESS, word_of[SiteField.ADDRESS], (3, 0, 2))
        self.add_text(
            SiteField.POSITION,
            word_of[SiteField.POSITION],
            (4, 0, 1),
            hint=self.tr("50.4501 30.5234"),
            check=checked(SiteField.POSITION),
        )
        self.add_text(SiteField.RADIUS_M, word_of[SiteField.RADIUS_M], (4, 1, 1), check=checked(SiteField.RADIUS_M))
        self.add_why(5)

    def start(self, record: SiteRecord) -> None:
        """Show the values of a site, to be changed."""
        self._record_shown = record
        self.set_title(self.tr("Change {site}").format(site=record.name))
        self.set_texts({field: record.text(field) for field in SiteField})
        self._follow()
        self.focus_on(SiteField.ACCESS)

    def changed(self) -> dict[str, str]:
        """Return the fields that differ from the record as it was shown."""
        record = self._record_shown
        if record is None:
            return {}
        return {field: self.text(field) for field in SiteField if self.text(field) != record.text(field)}

    def missing(self) -> str:
        if not self.changed():
            return self.tr("Nothing is changed yet")
        return super().missing()

    def _record(self) -> None:
        assert self._record_shown is not None
        site_id = self._record_shown.site_id
        why = Why(source=self.text("source"), reason=self.text("reason"), effective_on=self.text("effective_on"))
        self.desk.do(
            call(describe_site, site_id, self.changed(), why),
            then=lambda done: self._done(site_id, done),
            failed=self._refused,
        )


class CaseForm(_Form):
    """Form for the record of a case or license, and for the delivered total of one of its lines."""

    LINE = ("rsn", "quantity", "part_number", "nomenclature", "delivered_on")

    def __init__(self, desk: Desk, page: Page) -> None:
        super().__init__(desk, page, "case")
        self._record_shown: CaseRecord | None = None

        def checked(field: CaseField) -> Check:
            return lambda text: case_value(field, text, self.desk.session.now().date())

        word_of = {field: field_word(field, translate) for field in CaseField}
        dated = self.tr("2026-05-01")
        programs = [(self.tr("By the number"), ""), *((word("program", one), one.value) for one in Program)]
        self.add_text("case_id", self.tr("Case or license"), (0, 0, 1), hint=self.tr("XX-B-ABC, or 050123456"))
        self.add_choice("program", self.tr("Program"), (0, 1, 1), programs)
        self.add_text("country", self.tr("Country"), (1, 0, 1), hint=self.tr("Empty: by the number"))
        self.add_text(
            CaseField.ACCEPTED_ON,
            word_of[CaseField.ACCEPTED_ON],
            (1, 1, 1),
            hint=dated,
            check=checked(CaseField.ACCEPTED_ON),
        )
        self.add_text(CaseField.CONTROL_PLAN, word_of[CaseField.CONTROL_PLAN], (2, 0, 1))
        self.add_text(
            CaseField.CONTROL_PLAN_ON,
            word_of[CaseField.CONTROL_PLAN_ON],
            (2, 1, 1),
            hint=dated,
            check=checked(CaseField.CONTROL_PLAN_ON),
        )
        self.add_text("rsn", self.tr("Line"), (3, 0, 1), hint=self.tr("001, to state a total"))
        self.add_text(
            "quantity",
            field_word("quantity", translate),
            (3, 1, 1),
            hint=self.tr("All so far; empty: take it back"),
            check=delivered_quantity,
        )
        self.add_text("nomenclature", self.tr("Article"), (4, 0, 1))
        self.add_text("part_number", self.tr("Part number"), (4, 1, 1))
        self.add_text(
            "delivered_on",
            field_word("delivered_on", translate),
            (5, 0, 1),
            hint=dated,
            check=lambda text: effective_day(text, self.desk.session.now().date()),
        )
        self.add_why(6)

    def start(self, record: CaseRecord | None) -> None:
        """Show the values of a case, to be changed; None for a new case."""
        self._record_shown = record
        self.set_title(self.tr("Change {case}").format(case=record.case_id) if record else self.tr("Add a case"))
        held: dict[str, str] = {field: record.text(field) for field in CaseField} if record else {}
        named_by = {"case_id": record.case_id, "program": record.program, "country": record.country} if record else {}
        self.set_texts({**held, **named_by})
        for key in ("case_id", "program"):
            self.set_fixed(key, is_fixed=record is not None)
        self._follow()
        self.focus_on(CaseField.ACCEPTED_ON if record else "case_id")

    def changed(self) -> dict[str, str]:
        """Return the fields that differ from the record as it was shown."""
        record = self._record_shown
        return {
            field: self.text(field) for field in CaseField if self.text(field) != (record.text(field) if record else "")
        }

    def missing(self) -> str:
        record = self._record_shown
        if not self.text("case_id"):
            return self.tr("Still to fill in: case or license")
        is_moved = record is not None and self.text("country") != record.country
        if record is not None and not (self.changed() or self.text("rsn") or is_moved):
            return self.tr("Nothing is changed yet")
        if any(self.text(key) for key in self.LINE[1:]) and not self.text("rsn"):
            return self.tr("Still to fill in: line")
        return super().missing()

    def _record(self) -> None:
        case_id = self.text("case_id")
        line = LineStated(**{key: self.text(key) for key in self.LINE})
        why = Why(source=self.text("source"), reason=self.text("reason"))
        self.desk.do(
            call(
                describe_case,
                case_id,
                self.changed(),
                why,
                program=self.text("program"),
                country=self.text("country"),
                lines=[line] if line.rsn else [],
            ),
            then=lambda done: self._done(case_id, done),
            failed=self._refused,
        )
