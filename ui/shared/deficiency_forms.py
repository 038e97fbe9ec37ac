"""Forms about deficiencies: state one, and record its correction with the proof. Nothing is chosen for the person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from eum_app.domain.clock import date_of
from eum_app.domain.deficiencies import Severity
from eum_app.usecases.deficiencies.severities import proposed_due
from eum_app.usecases.deficiencies.state import MAX_PHOTOS, NewCorrection, NewDeficiency
from eum_app.usecases.items.disposition_statement import MAX_TEXT
from ui.kit.widgets import Button, Card, FormField, button, hbox, label, scrolled, vbox
from ui.kit.widgets.path_field import PathField
from ui.shared.deficiency_words import severity_words
from ui.shared.page_parts import choices, fill_choices, named


@dataclass(frozen=True)
class Entered:
    """A deficiency as it was typed: `serial` names its item, or is empty."""

    new: NewDeficiency
    serial: str


class EntryForm(Card):
    """A form that names what is still missing, and enables its button when nothing is."""

    confirmed = Signal(object)
    cancelled = Signal()
    photo_requested = Signal()

    def __init__(self, prefix: str, title: str, confirm: str) -> None:
        super().__init__(title)
        self.setObjectName(f"{prefix}_form")
        self._prefix = prefix
        self.photos: list[bytes] = []
        self._is_recording = False
        self.about = label("", "strong", wrap=True)
        self._missing = named(label("", "sub", wrap=True), f"{prefix}_missing")
        self.confirm_button: Button = named(button(confirm, self._confirm, kind="primary"), f"{prefix}_record")
        self.confirm_button.acts_on_space = False
        self._cancel = named(
            button(self.tr("Cancel"), self.cancelled.emit, tip=self.tr("Cancel (Esc)")), f"{prefix}_cancel"
        )
        self._photo_count = label("", "sub")
        self._photo_button = named(
            button(self.tr("Add a photo…"), self.photo_requested.emit, icon="camera"), f"{prefix}_photo"
        )

    def lay_out(self, fields: Sequence[QWidget], *, has_photos: bool) -> None:
        """Show the fields in order, and the photos if the page takes any."""
        photos = [hbox(self._photo_button, self._photo_count, 1)] if has_photos else []
        content = vbox(self.about, *fields, *photos, 1, margins=(16, 12, 16, 12), spacing=10)
        self.add(scrolled(content), 1)
        self.add_foot(self._missing, hbox(self._cancel, 1, self.confirm_button))
        if not has_photos:
            for part in (self._photo_button, self._photo_count):
                part.setParent(self)
                part.hide()

    def add_photo(self, data: bytes) -> None:
        """Add a photo that was read completely."""
        self.photos.append(data)
        self.follow()

    def clear(self, about: str) -> None:
        """Empty the form; `about` says what it is about."""
        self._is_recording = False
        self.photos.clear()
        for field in self.findChildren(QLineEdit):
            field.clear()
        self.about.setText(about)
        self.about.setVisible(bool(about))
        self.follow()

    def missing(self) -> list[str]:
        """Return the names of what is still to be filled in, in the order of the form."""
        raise NotImplementedError

    def entered(self) -> object:
        """Return what was entered. Ask only while nothing is missing."""
        raise NotImplementedError

    def follow(self) -> None:
        """Name what is missing, and enable the button when nothing is and nothing is being recorded."""
        missing = self.missing()
        self._missing.setText(self.tr("Still to fill in: {names}").format(names=", ".join(missing)) if missing else "")
        self._missing.setVisible(bool(missing))
        self.confirm_button.setEnabled(not missing and not self._is_recording)
        self._photo_count.setText(self.tr("%Ln photos", "", len(self.photos)) if self.photos else "")
        self._photo_button.setEnabled(len(self.photos) < MAX_PHOTOS)

    def let_try_again(self) -> None:
        """Let the person confirm again after a refusal: what was typed stays."""
        self._is_recording = False
        self.follow()

    def line(self, name: str, placeholder: str) -> QLineEdit:
        """Return a line for a text of the form."""
        made: QLineEdit = named(QLineEdit(), f"{self._prefix}_{name}")
        made.setPlaceholderText(placeholder)
        made.setMaxLength(MAX_TEXT)
        made.textChanged.connect(self.follow)
        made.returnPressed.connect(self._enter)
        return made

    def _enter(self) -> None:
        if self.confirm_button.isEnabled():
            self._confirm()
        else:
            self.focusNextChild()

    def _confirm(self) -> None:
        if self.confirm_button.isEnabled():
            self._is_recording = True  # once: the page closes the form when it is recorded
            self.confirm_button.setEnabled(False)
            self.confirmed.emit(self.entered())


class DeficiencyForm(EntryForm):
    """State a deficiency. `confirmed` carries an `Entered`."""

    def __init__(self, severities: Sequence[Severity], today: date, *, has_photos: bool) -> None:
        super().__init__("deficiency", self.tr("State a deficiency"), self.tr("Record the deficiency"))
        self._today, self._question_id = today, ""
        self.what = self.line("what", self.tr("E.g. the fence has a hole"))
        self.place = self.line("place", self.tr("E.g. north side, by gate 2"))
        self.severity = choices("deficiency_severity", self.tr("Choose"))
        fill_choices(self.severity, [(severity_words(one.code), one.code) for one in severities])
        self.owner = self.line("owner", self.tr("Person or office"))
        self.due_on = self.line("due_on", self.tr("Year-month-day, e.g. 2026-11-21"))
        self.serial = self.line("serial", self.tr("Only if it is about one item"))
        self._due_field = FormField(self.tr("To be corrected until"), self.due_on)
        self.severity.currentIndexChanged.connect(self._propose)
        self.due_on.editingFinished.connect(self._judge_date)
        fields = [
            FormField(self.tr("What is deficient"), self.what),
            FormField(self.tr("Where"), self.place),
            FormField(self.tr("Severity"), self.severity),
            FormField(self.tr("Who has to correct it"), self.owner),
            self._due_field,
            FormField(self.tr("Serial number of the item"), self.serial),
        ]
        self.lay_out(fields, has_photos=has_photos)
        self.follow()

    def start(self, question_id: str = "", about: str = "", said: str = "") -> None:
        """Empty the form, for an answer to a question (`said` is its comment) or freely, and focus the first field."""
        self.severity.setCurrentIndex(-1)
        self._due_field.set_hint("")
        self.clear(about)
        self._question_id = question_id
        self.what.setText(said)
        self.what.setFocus(Qt.FocusReason.OtherFocusReason)

    def missing(self) -> list[str]:
        lacking = (
            (self.tr("what"), not self.what.text().strip()),
            (self.tr("where"), not self.place.text().strip()),
            (self.tr("severity"), self.severity.currentIndex() < 0),
            (self.tr("who corrects it"), not self.owner.text().strip()),
            (self.tr("the day"), date_of(self.due_on.text().strip()) is None),
        )
        return [name for name, lacks in lacking if lacks]

    def entered(self) -> Entered:
        new = NewDeficiency(
            what=self.what.text(),
            place=self.place.text(),
            severity=str(self.severity.currentData()),
            owner=self.owner.text(),
            due_on=self.due_on.text().strip(),
            question_id=self._question_id,
            photos=tuple(self.photos),
        )
        return Entered(new, self.serial.text().strip())

    def _propose(self) -> None:
        proposed = proposed_due(str(self.severity.currentData() or ""), self._today)
        self._due_field.set_hint(self.tr("Proposed for this severity: {day}").format(day=proposed) if proposed else "")
        self.follow()

    def _judge_date(self) -> None:
        text = self.due_on.text().strip()
        if text and date_of(text) is None:
            self._due_field.set_error(self.tr("This is not a date. Write it as 2026-11-21."))
        else:
            self._propose()


class CorrectionForm(EntryForm):
    """Record a correction with its proof. `confirmed` carries a `NewCorrection`."""

    def __init__(self, *, has_photos: bool) -> None:
        super().__init__("correction", self.tr("Corrected"), self.tr("Record the correction"))
        self._has_photos = has_photos
        self.what = self.line("what", self.tr("E.g. new mesh along the north side"))
        self.on = self.line("on", self.tr("Year-month-day, e.g. 2026-11-21"))
        self.by = self.line("by", self.tr("Person or office"))
        self.document_name = self.line("document", self.tr("Kind and number"))
        self.file = PathField(
            self.tr("File of the document"),
            object_name="correction_file",
            filters=self.tr("Documents (*.pdf *.jpg *.jpeg *.png)"),
        )
        self.file.changed.connect(self.follow)
        self.no_document = self.line("no_document", self.tr("Only if there is no document and no photo"))
        fields = [
            FormField(self.tr("What was done"), self.what),
            FormField(self.tr("Corrected on"), self.on),
            FormField(self.tr("Corrected by"), self.by),
            FormField(self.tr("Document"), self.document_name),
            FormField(self.tr("File of the document"), self.file),
            FormField(self.tr("Why there is no document"), self.no_document),
        ]
        self.lay_out(fields, has_photos=has_photos)
        self.follow()

    def start(self, about: str) -> None:
        """Empty the form, for a deficiency, and focus the first field."""
        self.file.clear()
        self.clear(about)
        self.what.setFocus(Qt.FocusReason.OtherFocusReason)

    def missing(self) -> list[str]:
        proof = self.document_name.text().strip() or self.no_document.text().strip() or self.file.path or self.photos
        without = self.tr("document or photo, or why there is none")
        lacking = (
            (self.tr("what was done"), not self.what.text().strip()),
            (self.tr("the day"), date_of(self.on.text().strip()) is None),
            (self.tr("who corrected it"), not self.by.text().strip()),
            (without if self._has_photos else self.tr("document, or why there is none"), not proof),
        )
        return [name for name, lacks in lacking if lacks]

    def entered(self) -> NewCorrection:
        return NewCorrection(
            what=self.what.text(),
            corrected_on=self.on.text().strip(),
            corrected_by=self.by.text(),
            document=self.file.path,
            document_name=self.document_name.text(),
            no_document_reason=self.no_document.text(),
            photos=tuple(self.photos),
        )
