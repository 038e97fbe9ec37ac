"""The fields of a statement about what became of an item. Nothing is chosen or filled in before the person does it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QWidget

from db.queries.claims import ClaimLine
from eum_app.domain.clock import date_of
from eum_app.domain.disposition_list import Need, ReportedBy, State
from eum_app.usecases.items.disposition_statement import MAX_TEXT, NewDisposition
from ui.kit.theme import theme
from ui.kit.widgets import FormField, vbox
from ui.kit.widgets.path_field import PathField
from ui.kit.words import word
from ui.shared.page_parts import choices, fill_choices


class DispositionFields(QWidget):
    """A choice of the disposition; once it is made, the fields that it needs. `changed` follows each entry."""

    changed = Signal()

    def __init__(self, prefix: str, states: Sequence[State]) -> None:
        super().__init__()
        self._states = {state.code: state for state in states}
        self._is_gone = False
        self.disposition = choices(f"{prefix}_disposition", self.tr("Choose what became of it"))
        fill_choices(self.disposition, [(word("disposition", state.code), state.code) for state in states])
        self.happened_on = self._line(f"{prefix}_happened_on", self.tr("Year-month-day, e.g. 2026-11-21"))
        self.reported_by = choices(f"{prefix}_reported_by", self.tr("Choose"))
        fill_choices(self.reported_by, [(word("reported_by", one), one.value) for one in ReportedBy])
        self.reporter = self._line(f"{prefix}_reporter", self.tr("Person or office"))
        self.document_name = self._line(f"{prefix}_document", self.tr("Kind and number"))
        self.file = PathField(
            self.tr("File of the document"),
            object_name=f"{prefix}_file",
            filters=self.tr("Documents (*.pdf *.jpg *.jpeg *.png)"),
        )
        self.no_document = self._line(f"{prefix}_no_document", self.tr("Only if there is no document"))
        self.witness = self._line(f"{prefix}_witness", self.tr("Name and office"))
        self.authorization = self._line(f"{prefix}_authorization", self.tr("Number of the consent"))
        self.correction = self._line(f"{prefix}_correction", self.tr("The item is already recorded as gone"))
        self.remark = QPlainTextEdit()
        self.remark.setObjectName(f"{prefix}_remark")
        self.remark.setTabChangesFocus(True)
        self.remark.textChanged.connect(self._follow)
        self._fields: list[tuple[FormField, Need | None]] = []
        parts = [
            FormField(self.tr("Disposition"), self.disposition),
            self._add(self.tr("It happened on"), self.happened_on),
            self._add(self.tr("Reported by"), self.reported_by),
            self._add(self.tr("Who reported it"), self.reporter),
            self._add(self.tr("Document"), self.document_name, Need.DOCUMENT),
            self._add(self.tr("File of the document"), self.file, Need.DOCUMENT),
            self._add(self.tr("Why there is no document"), self.no_document, Need.DOCUMENT),
            self._add(self.tr("Witness"), self.witness, Need.WITNESS),
            self._add(self.tr("Authorization"), self.authorization, Need.AUTHORIZATION),
            self._add(self.tr("Remark"), self.remark),
        ]
        self._why_changed = FormField(self.tr("Why the record changes"), self.correction)
        self._date_field = self._fields[0][0]
        for box in (self.disposition, self.reported_by):
            box.currentIndexChanged.connect(self._follow)
        self.file.changed.connect(self._follow)
        self.setLayout(vbox(*parts[:1], self._why_changed, *parts[1:], spacing=10))
        self.happened_on.editingFinished.connect(self._judge_date)
        theme().changed.connect(self._fit)
        self._fit()
        self._follow()

    def _line(self, name: str, placeholder: str) -> QLineEdit:
        made = QLineEdit()
        made.setObjectName(name)
        made.setPlaceholderText(placeholder)
        made.setMaxLength(MAX_TEXT)
        made.textChanged.connect(self._follow)
        return made

    def _add(self, name: str, field: QWidget, need: Need | None = None) -> FormField:
        made = FormField(name, field)
        self._fields.append((made, need))
        return made

    def _fit(self) -> None:
        self.remark.setFixedHeight(theme().dp(64))

    @property
    def is_begun(self) -> bool:
        """Whether a disposition is chosen."""
        return self.disposition.currentIndex() >= 0

    def clear(self, *, is_gone: bool) -> None:
        """Empty all fields. `is_gone`: the item is recorded as gone already, so a statement must say what changes."""
        self._is_gone = is_gone
        for box in (self.disposition, self.reported_by):
            box.setCurrentIndex(-1)
        lines = (self.happened_on, self.reporter, self.document_name, self.no_document)
        for line in (*lines, self.witness, self.authorization, self.correction):
            line.clear()
        self.file.clear()
        self.remark.clear()
        self._date_field.set_error("")
        self._follow()

    def fill(self, claim: ClaimLine, source: str) -> None:
        """Fill in what a claim says, for a person who accepts it; `source` names its list and line.

        This replaces the disposition, the day, who reported it (the partner, with the claim's unit), the document's
        name and the remark; other fields stay. A disposition that is not among the choices leaves none chosen.
        """
        fill_in = self.disposition.findData(claim.disposition)
        self.disposition.setCurrentIndex(fill_in)
        self.happened_on.setText(claim.at[:10])
        self.reported_by.setCurrentIndex(self.reported_by.findData(ReportedBy.PARTNER.value))
        self.reporter.setText(claim.unit)
        self.document_name.setText(source)
        self.remark.setPlainText(claim.remark)
        self._follow()

    def missing(self) -> list[str]:
        """Return the names of what is still to be filled in, in the order of the form; an empty list if nothing.

        While no disposition is chosen, only it is named. A day that is not a date counts as missing.
        """
        state = self._states.get(str(self.disposition.currentData() or ""))
        if state is None:
            return [self.tr("disposition")]
        has_document = self.document_name.text().strip() or self.no_document.text().strip() or self.file.path
        lacking = [
            (self.tr("why the record changes"), self._is_gone and not self.correction.text().strip()),
            (self.tr("the day"), date_of(self.happened_on.text().strip()) is None),
            (self.tr("US or partner"), self.reported_by.currentIndex() < 0),
            (self.tr("who reported it"), not self.reporter.text().strip()),
            (self.tr("document, or why there is none"), Need.DOCUMENT in state.needs and not has_document),
            (self.tr("witness"), Need.WITNESS in state.needs and not self.witness.text().strip()),
            (self.tr("authorization"), Need.AUTHORIZATION in state.needs and not self.authorization.text().strip()),
        ]
        return [name for name, lacks in lacking if lacks]

    def entered(self, item_id: str) -> NewDisposition:
        """Return what was entered, about an item. Fields that are not shown are left out.

        Ask only while `missing` names nothing. Without a disposition this raises KeyError; other missing fields are not
        refused here.
        """
        state = self._states[str(self.disposition.currentData())]
        has = set(state.needs)
        return NewDisposition(
            item_id=item_id,
            disposition=state.code,
            happened_on=self.happened_on.text().strip(),
            reported_by=str(self.reported_by.currentData()),
            reporter=self.reporter.text(),
            document=self.file.path if Need.DOCUMENT in has else None,
            document_name=self.document_name.text() if Need.DOCUMENT in has else "",
            no_document_reason=self.no_document.text() if Need.DOCUMENT in has else "",
            witness=self.witness.text() if Need.WITNESS in has else "",
            authorization=self.authorization.text() if Need.AUTHORIZATION in has else "",
            remark=self.remark.toPlainText(),
            correction=self.correction.text() if self._is_gone else "",
        )

    def _judge_date(self) -> None:
        text = self.happened_on.text().strip()
        wrong = bool(text) and date_of(text) is None
        self._date_field.set_error(self.tr("This is not a date. Write it as 2026-11-21.") if wrong else "")

    def _follow(self) -> None:
        state = self._states.get(str(self.disposition.currentData() or ""))
        for field, need in self._fields:
            field.setVisible(state is not None and (need is None or need in state.needs))
        self._why_changed.setVisible(state is not None and self._is_gone)
        self.changed.emit()
