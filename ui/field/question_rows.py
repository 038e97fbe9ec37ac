"""The rows of a checklist: one for each question that currently applies."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from PySide6.QtCore import Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QVBoxLayout, QWidget

from eum_app.domain.checklists import Answer, Checklist, Question
from ui.field.question_row import QuestionRow
from ui.kit.widgets import empty_layout, vbox


class QuestionRows(QWidget):
    """Rows by question id, in the checklist's order."""

    answered = Signal(object)
    """Answer"""
    written = Signal(object)
    """Answer, while its text or comment is being typed"""
    photo_requested = Signal(str)
    """question id"""

    def __init__(self) -> None:
        super().__init__()
        self._rows: dict[str, QuestionRow] = {}
        self._list: QVBoxLayout = vbox()
        self.setLayout(self._list)

    def __iter__(self) -> Iterator[QuestionRow]:
        return iter(self._rows.values())

    def __contains__(self, question_id: str) -> bool:
        return question_id in self._rows

    def __getitem__(self, question_id: str) -> QuestionRow:
        return self._rows[question_id]

    def get(self, question_id: str) -> QuestionRow | None:
        """Return the row of a question, or None while it does not apply."""
        return self._rows.get(question_id)

    def show_picture(self, question_id: str, photos: Mapping[str, bytes], picture: bytes, image: QImage) -> None:
        """Show a photo that was decoded meanwhile, unless another one of `photos` answers the question now."""
        if photos.get(question_id) is picture and question_id in self._rows:
            self._rows[question_id].show_picture(image)

    def items(self) -> list[tuple[str, QuestionRow]]:
        """Return (question id, row) of each question, in order."""
        return list(self._rows.items())

    def first_open(self) -> QuestionRow | None:
        """Return the first row that needs an answer, or None."""
        return next((row for row in self if row.is_open), None)

    def open_questions(self) -> int:
        """Return the number of questions without a valid answer, required or not."""
        return sum(row.is_open or not (row.answer and row.answer.value.strip()) for row in self)

    def texts(self, question_ids: Collection[str]) -> str:
        """Return the texts of these questions in the checklist's order, joined by semicolons.

        Those that are not asked now are left out.
        """
        return "; ".join(row.question.text for key, row in self._rows.items() if key in question_ids)

    def show_started(self, started: Collection[str], answers: Mapping[str, Answer]) -> None:
        """Hold the rows of the questions whose answers are only started, and show the answers of all others again."""
        for key, row in self._rows.items():
            if key in started:
                row.hold()
            else:
                row.settle(answers.get(key))

    def next_to_do(self, started: Sequence[str]) -> str:
        """Return the id of the question started last, else of the first that needs an answer, else of the first.

        Empty without questions.
        """
        begun = [key for key in reversed(started) if key in self._rows]
        needed = [key for key, row in self._rows.items() if row.is_open]
        return next(iter([*begun, *needed, *self._rows]), "")

    def clear(self) -> None:
        """Remove all rows."""
        empty_layout(self._list)
        self._rows = {}

    def lay_out(self, checklist: Checklist, asked: Sequence[Question], answers: Mapping[str, Answer]) -> None:
        """Show a row for each question of `asked`, in that order, with its answer; rows that stay keep their focus.

        The rows of other questions are deleted, with text that was not submitted.
        """
        wanted = {question.question_id for question in asked}
        for key in [key for key in self._rows if key not in wanted]:
            gone = self._rows.pop(key)
            self._list.removeWidget(gone)
            gone.hide()
            gone.deleteLater()
        numbers = {question.question_id: at for at, question in enumerate(checklist.questions, 1)}
        for at, question in enumerate(asked):
            made = self._rows.get(question.question_id)
            if made is None:
                made = QuestionRow(numbers[question.question_id], question)
                made.answered.connect(self.answered)
                made.written.connect(self.written)
                made.photo_requested.connect(self.photo_requested)
                self._rows[question.question_id] = made
                self._list.insertWidget(at, made)
            made.set_answer(answers.get(question.question_id))
        self._rows = {question.question_id: self._rows[question.question_id] for question in asked}
