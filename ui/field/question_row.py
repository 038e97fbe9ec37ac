"""One question of a checklist with its answer, and a comment where the answer needs one. Nothing is pre-chosen.

A question that asks for a photo is answered by a picture, which the page takes and passes to `show_picture`.
"""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QIcon, QImage, QPixmap
from PySide6.QtWidgets import QComboBox, QFrame, QHBoxLayout, QLineEdit, QWidget

from eum_app.domain.checklists import (
    NOT_APPLICABLE,
    NOT_OBSERVED,
    PHOTO_TAKEN,
    Answer,
    Question,
    names_content,
    takes_comment,
    validate_answer,
)
from eum_app.domain.errors import Refusal
from ui.field.parts import named
from ui.kit import words
from ui.kit.messages import sentence
from ui.kit.widgets import Button, DropDown, SegmentedAnswer, answer_text, button, hbox, label, set_look, vbox

_EXTRA = (NOT_APPLICABLE, NOT_OBSERVED)


class QuestionRow(QFrame):
    """Ask one question. `answered` carries each answer as it is given, even if its comment is still missing."""

    answered = Signal(object)
    """`Answer`"""
    written = Signal(object)
    """`Answer`, while its comment is being typed; `answered` follows when the comment is finished."""
    photo_requested = Signal(str)
    """question id: the person wants to answer with a picture."""

    def __init__(self, number: int, question: Question, answer: Answer | None = None) -> None:
        super().__init__()
        self.question = question
        self.setObjectName(f"question_{question.question_id}")
        self.setProperty("kind", "row")
        self._segments: SegmentedAnswer | None = None
        self._choice: QComboBox | None = None
        self._line: QLineEdit | None = None
        self._photo: Button | None = None
        name = f"answer_{question.question_id}"
        field = self._field(name)
        text = label(f"{number}  {question.text}", wrap=True)
        text.setBuddy(field)
        self._comment = named(QLineEdit(), f"comment_{question.question_id}")
        self._comment.setPlaceholderText(self.tr("Comment needed: what did you see?"))
        self._comment.setAccessibleName(self.tr("Comment on {question}").format(question=question.text))
        self._comment.setMaxLength(4_000)
        self._comment.textEdited.connect(self._write_comment)
        self._comment.editingFinished.connect(self._give_comment)
        self._comment.hide()
        self._said = label("", "sub", tone="bad", wrap=True)
        self._said.hide()
        line: QHBoxLayout = hbox(spacing=10)
        line.addWidget(text, 1)
        line.addWidget(field)
        self.setLayout(vbox(line, self._comment, self._said, margins=(16, 6, 16, 6), spacing=6))
        self.setAccessibleName(question.text)
        self._answer: Answer | None = None
        self._is_writing = False
        self.set_answer(answer)

    # What the page sets

    def begin(self, answer: Answer | None) -> None:
        """Ask about another item. Text typed for the last item and not submitted is dropped."""
        self._is_writing = False
        self.set_answer(answer)
        if self._line is not None:
            self._line.setText(_shown(answer.value) if answer else "")
        self._comment.setText(answer.comment if answer else "")

    def submit(self) -> None:
        """Take text that was typed and not submitted yet, as leaving its field does."""
        if self._line is not None and self._line.hasFocus():
            self._typed()
        if self._comment.hasFocus():
            self._give_comment()

    def set_answer(self, answer: Answer | None) -> None:
        """Show a recorded answer, or none; emits nothing."""
        self._answer = answer
        value = answer.value if answer else ""
        if self._segments is not None:
            self._segments.set_value(value or None)
        if self._choice is not None:
            self._choice.blockSignals(True)
            self._choice.setCurrentIndex(max(0, self._choice.findData(value)))
            self._choice.blockSignals(False)
        if self._line is not None and not self._line.hasFocus():
            self._line.setText(_shown(value))
        if not self._comment.hasFocus():
            self._comment.setText(answer.comment if answer else "")
        if self._photo is not None:
            self._say_photo(value)
        self._follow()

    def show_picture(self, image: QImage) -> None:
        """Show the picture that answers the question, beside it."""
        if self._photo is not None and not image.isNull():
            side = self._photo.iconSize() * 2
            self._photo.setIcon(QIcon(QPixmap.fromImage(image.scaled(side, Qt.AspectRatioMode.KeepAspectRatio))))

    @property
    def answer(self) -> Answer | None:
        """Return the answer shown, or None."""
        return self._answer

    @property
    def is_open(self) -> bool:
        """Return whether the question still needs a valid answer."""
        if self._answer is None or not self._answer.value.strip():
            return self.question.required
        try:
            validate_answer(self.question, self._answer)
        except Refusal:
            return True
        return False

    def focus_field(self, *, is_answer: bool = False) -> None:
        """Focus the missing comment, or the field that answers this question (always with `is_answer`)."""
        lacks_comment = not self._comment.isHidden() and not self._comment.text().strip() and not is_answer
        field = self._comment if lacks_comment else (self._segments or self._photo or self._choice or self._line)
        assert field is not None
        field.setFocus(Qt.FocusReason.OtherFocusReason)

    # Inside

    def _field(self, name: str) -> QWidget:
        question = self.question
        if question.kind == "yes_no":
            self._segments = named(SegmentedAnswer(question.text), name)
            parts = zip(
                (self._segments._yes, self._segments._no, self._segments._other), ("yes", "no", "other"), strict=True
            )
            for part, key in parts:
                named(part, f"{name}_{key}")
            self._segments.answered.connect(self._give)
            return self._segments
        if question.kind == "choice":
            return self._choices(name, self.tr("Choose…"), question.choices)
        if question.kind == "photo":
            return self._photo_field(name)
        self._line = named(QLineEdit(), name)
        self._line.setAccessibleName(question.text)
        prompts = {"date": self.tr("2026-11-21"), "number": self.tr("Number")}
        self._line.setPlaceholderText(prompts.get(question.kind, self.tr("Answer")))
        self._line.setToolTip(self.tr("Type n/a for not applicable, n/o for not observed"))
        self._line.editingFinished.connect(self._typed)
        return self._line

    def _choices(self, name: str, prompt: str, values: tuple[str, ...]) -> QComboBox:
        self._choice = named(DropDown(), name)
        self._choice.addItem(prompt, "")
        for value in values:
            self._choice.addItem(words.word("choice", value), value)
        for value in _EXTRA:
            self._choice.addItem(answer_text(value), value)
        self._choice.setAccessibleName(self.question.text)
        self._choice.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self._choice.activated.connect(self._choose)
        return self._choice

    def _photo_field(self, name: str) -> QWidget:
        """Return the field for an answer by picture, with a choice of reasons when no photo is possible."""
        question_id = self.question.question_id
        self._photo = named(button("", lambda: self.photo_requested.emit(question_id), icon="camera"), f"{name}_photo")
        made = QWidget()
        made.setLayout(hbox(self._photo, self._choices(name, self.tr("No photo…"), ()), spacing=8))
        return made

    def _say_photo(self, value: str) -> None:
        assert self._photo is not None
        is_taken = value == PHOTO_TAKEN or names_content(value)
        self._photo.setText(self.tr("Photo taken · another…") if is_taken else self.tr("Take a photo…"))
        self._photo.set_icon_name("check" if is_taken else "camera")
        self._photo.setAccessibleName(f"{self.question.text}: {self._photo.text()}")

    def _choose(self, at: int) -> None:
        assert self._choice is not None
        value = str(self._choice.itemData(at))
        if value:
            self._give(value)
        elif self._answer is not None:
            self.set_answer(self._answer)  # an answer is changed by another answer, never taken away

    def _typed(self) -> None:
        assert self._line is not None
        text = self._line.text().strip()
        value = {"n/a": NOT_APPLICABLE, "n/o": NOT_OBSERVED}.get(text.lower(), text)
        for extra in _EXTRA:
            if text == answer_text(extra):
                value = extra
        if value and (self._answer is None or value != self._answer.value):
            self._give(value)

    def _give(self, value: str) -> None:
        is_same = self._answer is None or self._answer.value == value
        if not is_same:
            self._comment.clear()  # a comment belongs to its answer
        comment = self._comment.text().strip() if takes_comment(self.question, value) else ""
        self._answer = Answer(self.question.question_id, value, comment)
        self._follow()
        self.answered.emit(self._answer)
        if not self._comment.isHidden() and not comment:
            self._comment.setFocus(Qt.FocusReason.OtherFocusReason)

    def _write_comment(self) -> None:
        """Take the comment as far as it is typed: it must not be lost with the focus still in its field."""
        if self._answer is not None and self._take_comment():
            self._is_writing = True
            self.written.emit(self._answer)

    def _give_comment(self) -> None:
        if self._answer is not None and (self._take_comment() or self._is_writing):
            self._is_writing = False
            self.answered.emit(self._answer)

    def _take_comment(self) -> bool:
        """Put the text of the field into the answer. Return whether that changed it."""
        comment = self._comment.text().strip()
        if self._answer is None or comment == self._answer.comment:
            return False
        self._answer = Answer(self.question.question_id, self._answer.value, comment)
        self._follow()
        return True

    def _follow(self) -> None:
        value = self._answer.value if self._answer else ""
        self._comment.setVisible(bool(value) and takes_comment(self.question, value))
        said = ""
        if self._photo is not None and value and value not in {*_EXTRA, PHOTO_TAKEN} and not names_content(value):
            said = self.tr("Only a file name was given, not a picture: {name}").format(name=value)
        elif self._answer is not None and value:
            try:
                validate_answer(self.question, self._answer)
            except Refusal as refusal:
                said = "" if refusal.code == "answer.comment_missing" else sentence(refusal).next
        self._said.setText(said)
        self._said.setVisible(bool(said))
        set_look(self, "tone", "warn" if self.is_open and (value or self.property("marks_open")) else "")

    def mark_open(self, is_marked: bool) -> None:
        """Highlight the question while it is unanswered, or stop."""
        self.setProperty("marks_open", is_marked)
        self._follow()


def _shown(value: str) -> str:
    return answer_text(value) if value in _EXTRA else value
