"""One question of a checklist with its answer, and a comment where the answer needs one. Nothing is pre-chosen.

A question that asks for a photo is answered by a picture, which the page takes and passes to `show_picture`.
"""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from eum_app.domain.checklists import PHOTO_TAKEN, Answer, Question, names_content, takes_comment, validate_answer
from eum_app.domain.errors import Refusal
from ui.field.answer_field import EXTRA, AnswerField, TypedLine
from ui.field.parts import named
from ui.kit.messages import sentence
from ui.kit.widgets import hbox, label, set_look, vbox


class QuestionRow(QFrame):
    """Ask one question. `answered` carries each answer as it is given, even if its comment is still missing."""

    answered = Signal(object)
    """`Answer`. Its value is empty after the text was deleted."""
    written = Signal(object)
    """`Answer`, while its text or comment is typed; `answered` follows when that is finished."""
    photo_requested = Signal(str)
    """question id: the person wants to answer with a picture."""

    def __init__(self, number: int, question: Question, answer: Answer | None = None) -> None:
        super().__init__()
        self.question = question
        self.setObjectName(f"question_{question.question_id}")
        self.setProperty("kind", "row")
        self._field = AnswerField(question)
        self._field.given.connect(self._give)
        self._field.written.connect(self._write_text)
        self._field.finished.connect(self._give_text)
        self._field.photo_requested.connect(lambda: self.photo_requested.emit(question.question_id))
        text = label(f"{number}  {question.text}", wrap=True)
        text.setBuddy(self._field.first)
        self._comment = named(TypedLine(), f"comment_{question.question_id}")
        self._comment.setPlaceholderText(self.tr("Comment needed: what did you see?"))
        self._comment.setAccessibleName(self.tr("Comment on {question}").format(question=question.text))
        self._comment.setMaxLength(4_000)
        self._comment.textEdited.connect(self._write_comment)
        self._comment.finished.connect(self._give_comment)
        self._comment.hide()
        self._said = label("", "sub", tone="bad", wrap=True)
        self._said.hide()
        line: QHBoxLayout = hbox(spacing=10)
        line.addWidget(text, 1)
        line.addWidget(self._field)
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
        self._field.show_text(answer.value if answer else "")
        self._comment.setText(answer.comment if answer else "")

    def submit(self) -> None:
        """Take text that was typed and not submitted yet, as leaving its field does."""
        if self._field.line is not None:
            self._give_text()
        self._give_comment()

    def hold(self) -> None:
        """Show that the answer is not finished: leaving its field finishes it, even if nothing more is typed."""
        self._is_writing = True
        self._follow()

    def set_answer(self, answer: Answer | None) -> None:
        """Show a recorded answer, or none; emits nothing."""
        self._answer = answer
        self._field.show_value(answer.value if answer else "")
        if not self._comment.hasFocus():
            self._comment.setText(answer.comment if answer else "")
        self._follow()

    def show_picture(self, image: QImage) -> None:
        """Show the picture that answers the question, beside it."""
        self._field.show_picture(image)

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
        self.field_to_focus(is_answer=is_answer).setFocus(Qt.FocusReason.OtherFocusReason)

    def field_to_focus(self, *, is_answer: bool = False) -> QWidget:
        """Return the missing or unfinished comment, or the field that answers this question."""
        has_comment = not self._comment.isHidden() and not is_answer
        lacks_comment = has_comment and (self._is_writing or not self._comment.text().strip())
        return self._comment if lacks_comment else self._field.first

    # Inside

    @property
    def _value(self) -> str:
        return self._answer.value if self._answer else ""

    def _write_text(self) -> None:
        """Take the text as far as it is typed: it must not be lost with the focus still in its field."""
        if self._field.typed != self._value:
            self._is_writing = True
            self.written.emit(self._take_text())

    def _give_text(self) -> None:
        if not self._is_writing and self._field.typed == self._value:
            return
        self._is_writing = False
        if self._field.typed:
            self._give(self._field.typed)
        else:
            self.answered.emit(self._take_text())

    def _take_text(self) -> Answer:
        """Put the text of the field into the answer. A comment belongs to its answer and goes with it."""
        self._comment.clear()
        given = Answer(self.question.question_id, self._field.typed)
        self._answer = given if given.value else None
        self._follow()
        return given

    def _give(self, value: str) -> None:
        self._is_writing = False
        if self._value not in {"", value}:
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
        if self._answer is not None and not self._comment.isHidden() and (self._take_comment() or self._is_writing):
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
        value = self._value
        self._comment.setVisible(bool(value) and takes_comment(self.question, value))
        said = ""
        is_photo = self.question.kind == "photo"
        if is_photo and value and value not in {*EXTRA, PHOTO_TAKEN} and not names_content(value):
            said = self.tr("Only a file name was given, not a picture: {name}").format(name=value)
        elif self._answer is not None and value and not self._is_writing:
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
