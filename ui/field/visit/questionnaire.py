"""The checklist of an item or a group: a row for each question that applies. Nothing is pre-chosen."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget

from eum_app.domain.checklists import (
    NOT_APPLICABLE,
    Answer,
    Checklist,
    Question,
    expected_answers,
    open_questions,
    visible_questions,
)
from ui.field.parts import named
from ui.field.pictures import Pictures
from ui.field.question_row import QuestionRow
from ui.field.question_rows import QuestionRows
from ui.field.visit.draft import Draft
from ui.kit.widgets import hbox, label, panel, vbox


class Questionnaire(QWidget):
    """Show a draft's answers and change them as the person answers; `changed` after each change.

    Ask it about answers only after `show_draft`.
    """

    changed = Signal()
    answer_given = Signal()
    """A question got an answer that needs nothing more."""
    photo_requested = Signal(str)
    """question id"""

    def __init__(self, pictures: Pictures) -> None:
        super().__init__()
        self._pictures = pictures
        self._draft: Draft | None = None
        self._checklist: Checklist | None = None
        self._rows = QuestionRows()
        self._rows.answered.connect(self._answered)
        self._rows.written.connect(self._written)
        self._rows.photo_requested.connect(self.photo_requested)
        self._said = label("", "cardsub")
        self._differing = named(label("", "strong", tone="warn", wrap=True), "not_as_expected")
        self._differing_line = panel(vbox(self._differing, margins=(16, 8, 16, 8)), "row")
        self._differing_line.setProperty("tone", "warn")
        self._differing_line.hide()
        head = panel(hbox(label(self.tr("Checklist"), "cardtitle"), self._said, 1, margins=(16, 9, 16, 9)), "cardhead")
        self.setLayout(vbox(head, self._rows, self._differing_line))

    def show_draft(self, draft: Draft, checklist: Checklist) -> None:
        """Ask about another item or group.

        Rows of the same checklist are reused: creating them takes longer than all other work between a scan and its
        item on the screen.
        """
        if checklist != self._checklist:
            self._rows.clear()
        self._draft, self._checklist = draft, checklist
        for key, row in self._rows.items():
            row.begin(draft.answers.get(key))
        self._lay_out()

    def answer_all(self) -> None:
        """Give the expected answer to each open question that has one. Does nothing before `show_draft`."""
        if self._draft is not None and self._checklist is not None:
            self._draft.answer_all_as_expected(self._checklist)
            self._lay_out()

    def answer_with_photo(self, question_id: str, picture: bytes) -> None:
        """Answer a question with a picture. Does nothing for a question that is not asked now."""
        if self._draft is not None and question_id in self._rows:
            self._draft.answer_with_photo(question_id, picture)
            self._lay_out()
            self.answer_given.emit()

    def submit(self) -> None:
        """Take text that was typed and not submitted yet."""
        for row in list(self._rows):
            row.submit()

    def show_again(self) -> str:
        """Show the draft again after an act was undone or redone. Text that was not submitted is dropped.

        Focus the first question that changed and return its text, or return an empty text.
        """
        assert self._draft is not None
        shown = {key: row.answer for key, row in self._rows.items()}
        for key, row in self._rows.items():
            row.begin(self._draft.answers.get(key))
        self._lay_out()
        changed = [row for key, row in self._rows.items() if row.answer != shown.get(key)]
        if not changed:
            return ""
        changed[0].focus_field(is_answer=True)
        return changed[0].question.text

    def open_ids(self) -> list[str]:
        """Return the ids of the questions that still need an answer, in order."""
        assert self._draft is not None
        assert self._checklist is not None
        return [one.question_id for one in open_questions(self._checklist, self._draft.answers.values())]

    def differing(self) -> tuple[Question, ...]:
        """Return the questions whose answers rule out *verified*."""
        assert self._draft is not None
        assert self._checklist is not None
        return self._draft.deviating(self._checklist)

    def rows(self) -> list[tuple[str, QuestionRow]]:
        """Return (question id, row) of each question asked, in order."""
        return self._rows.items()

    def first_open_row(self) -> QuestionRow | None:
        """Return the first row that needs an answer, or None."""
        return self._rows.first_open()

    def all_said(self) -> str:
        """Return the text of the "all as expected" button: how many open questions it fills; empty if none."""
        assert self._draft is not None
        assert self._checklist is not None
        filled = len(expected_answers(self._checklist, self._draft.answers.values()))
        return self.tr("All as expected   A · fills %Ln", "", filled) if filled else ""

    # Inside

    def _asked(self) -> tuple[Question, ...]:
        assert self._draft is not None
        assert self._checklist is not None
        return visible_questions(self._checklist, self._draft.answers.values())

    def _lay_out(self) -> None:
        assert self._draft is not None
        assert self._checklist is not None
        self._rows.lay_out(self._checklist, self._asked(), self._draft.answers)
        for question_id, picture in self._draft.given_photos(self._checklist).items():
            if question_id in self._rows:
                self._pictures.show(picture, 96, partial(self._take_photo, self._draft, question_id, picture))
        self._follow()

    def _take_photo(self, draft: Draft, question_id: str, picture: bytes, image: QImage) -> None:
        if draft is self._draft:  # the rows are reused for the next item
            self._rows.show_picture(question_id, draft.answer_photos, picture, image)

    def _answered(self, answer: Answer) -> None:
        if self._draft is None:
            return
        self._draft.answer(answer)
        self._lay_out()
        given = self._rows.get(answer.question_id)
        if given is not None and not given.is_open:
            self.answer_given.emit()

    def _written(self, answer: Answer) -> None:
        if self._draft is not None:
            self._draft.answer(answer, is_writing=True)
            self._follow()

    def _follow(self) -> None:
        assert self._draft is not None
        assert self._checklist is not None
        open_ids, total = self.open_ids(), len(self._asked())
        first_open = open_ids[0] if open_ids and self._draft.answers else ""
        for key, found in self._rows.items():
            found.mark_open(key == first_open)
        said = self.tr("{done} of {total} · version {version}").format(
            done=total - len(open_ids), total=total, version=self._checklist.version
        )
        self._said.setText(said)
        self._differing.setText(self._differing_said())
        self._differing_line.setVisible(bool(self._differing.text()))
        self.changed.emit()

    def _differing_said(self) -> str:
        """Return why this is not a verified item; empty while every answer is as expected."""
        assert self._draft is not None
        differing = self.differing()
        if not differing:
            return ""
        texts = "; ".join(question.text for question in differing)
        if all(self._draft.answers[one.question_id].value == NOT_APPLICABLE for one in differing):
            return self.tr("Comment needed, why it does not apply: {questions}.").format(questions=texts)
        template = self.tr("Not as expected: {questions}. Record a discrepancy, or correct the answer.")
        return template.format(questions=texts)
