"""The field that answers a question: a segmented button, a choice, a text field, or a photo with reasons for none."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QIcon, QImage, QPixmap
from PySide6.QtWidgets import QComboBox, QLineEdit, QWidget

from eum_app.domain.checklists import NOT_APPLICABLE, NOT_OBSERVED, PHOTO_TAKEN, Question, names_content
from ui.field.parts import named
from ui.kit import words
from ui.kit.tips import set_tip
from ui.kit.widgets import Button, DropDown, SegmentedAnswer, answer_text, button, hbox

EXTRA = (NOT_APPLICABLE, NOT_OBSERVED)


class AnswerField(QWidget):
    """Take the value of an answer. Nothing is pre-chosen."""

    given = Signal(str)
    """A value was chosen."""
    written = Signal()
    """The person changed the text; `typed` returns its value."""
    entered = Signal()
    """Enter was pressed in the text."""
    photo_requested = Signal()

    def __init__(self, question: Question) -> None:
        super().__init__()
        self._question = question
        self._segments: SegmentedAnswer | None = None
        self._choice: QComboBox | None = None
        self.line: QLineEdit | None = None
        self._photo: Button | None = None
        self._shown = ""
        self.setLayout(hbox(*self._parts(f"answer_{question.question_id}"), spacing=8))

    @property
    def first(self) -> QWidget:
        """Return the widget that takes the focus."""
        found = self._segments or self._photo or self._choice or self.line
        assert found is not None
        return found

    def show_value(self, value: str, *, keeps_text: bool = False) -> None:
        """Show an answer, or none with an empty value; emits nothing. `keeps_text`: a text is being typed."""
        self._shown = value
        if self._segments is not None:
            self._segments.set_value(value or None)
        if self._choice is not None:
            self._choice.blockSignals(True)
            self._choice.setCurrentIndex(max(0, self._choice.findData(value)))
            self._choice.blockSignals(False)
        if self.line is not None and not keeps_text:
            show_text(self.line, answer_text(value) if value in EXTRA else value)
        if self._photo is not None:
            self._say_photo(value)

    def show_picture(self, image: QImage) -> None:
        """Show the picture that answers the question.

        Does nothing for a null picture, or if the question takes no photo.
        """
        if self._photo is not None and not image.isNull():
            side = self._photo.iconSize() * 2
            self._photo.setIcon(QIcon(QPixmap.fromImage(image.scaled(side, Qt.AspectRatioMode.KeepAspectRatio))))

    @property
    def typed(self) -> str:
        """Return the value of the text in the field; empty if it is blank, or if the question takes no text."""
        text = self.line.text().strip() if self.line is not None else ""
        for extra in EXTRA:
            if text == answer_text(extra):
                return extra
        return {"n/a": NOT_APPLICABLE, "n/o": NOT_OBSERVED}.get(text.lower(), text)

    # Inside

    def _parts(self, name: str) -> list[QWidget]:
        question = self._question
        if question.kind == "yes_no":
            return [self._yes_no(name)]
        if question.kind == "choice":
            return [self._choices(name, self.tr("Choose…"), question.choices)]
        if question.kind == "photo":
            self._photo = named(button("", self.photo_requested.emit, icon="camera"), f"{name}_photo")
            return [self._photo, self._choices(name, self.tr("No photo…"), ())]
        return [self._text(name)]

    def _yes_no(self, name: str) -> QWidget:
        made = self._segments = named(SegmentedAnswer(self._question.text), name)
        for part, key in zip((made._yes, made._no, made._other), ("yes", "no", "other"), strict=True):
            named(part, f"{name}_{key}")
        made.answered.connect(self.given)
        return made

    def _text(self, name: str) -> QWidget:
        made = self.line = named(QLineEdit(), name)
        made.setAccessibleName(self._question.text)
        prompts = {"date": self.tr("2026-11-21"), "number": self.tr("Number")}
        made.setPlaceholderText(prompts.get(self._question.kind, self.tr("Answer")))
        set_tip(made, self.tr("Type n/a for not applicable, n/o for not observed"))
        made.textEdited.connect(self.written)
        made.returnPressed.connect(self.entered)
        return made

    def _choices(self, name: str, prompt: str, values: tuple[str, ...]) -> QWidget:
        made = self._choice = named(DropDown(), name)
        made.addItem(prompt, "")
        for value in values:
            made.addItem(words.word("choice", value), value)
        for value in EXTRA:
            made.addItem(answer_text(value), value)
        made.setAccessibleName(self._question.text)
        made.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        made.activated.connect(self._choose)
        return made

    def _choose(self, at: int) -> None:
        assert self._choice is not None
        value = str(self._choice.itemData(at))
        if value:
            self.given.emit(value)
        else:
            self.show_value(self._shown)  # an answer is changed by another answer, never taken away

    def _say_photo(self, value: str) -> None:
        assert self._photo is not None
        is_taken = value == PHOTO_TAKEN or names_content(value)
        self._photo.setText(self.tr("Photo taken · another…") if is_taken else self.tr("Take a photo…"))
        self._photo.set_icon_name("check" if is_taken else "camera")
        self._photo.setAccessibleName(f"{self._question.text}: {self._photo.text()}")


def show_text(line: QLineEdit, text: str) -> None:
    """Show a text in a field. One that is there already keeps its cursor."""
    if line.text() != text:
        line.setText(text)
