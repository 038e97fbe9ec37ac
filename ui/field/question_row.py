"""One question of a checklist with its answer, and a comment where the answer needs one. Nothing is pre-chosen.

A question that asks for a photo is answered by a picture, which the page takes and passes to `show_picture`.
"""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QFocusEvent, QImage
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QLineEdit, QWidget

from eum_app.domain.checklists import PHOTO_TAKEN, Answer, Question, names_content, takes_comment, validate_answer
from eum_app.domain.errors import Refusal
from ui.field.answer_field import EXTRA, AnswerField, show_text
from ui.field.parts import named
from ui.kit.guard import guarded
from ui.kit.messages import sentence
from ui.kit.page import Page
from ui.kit.widgets import hbox, label, set_look, vbox

_BY_TAB = (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)


@guarded
class QuestionRow(QFrame):
    """Ask one question. `answered` carries each answer as it is given, even if its comment is still missing.

    Half a sentence is no evidence. A text or comment is finished by Enter, by Tab to something else, or by a click on
    something else on the same page. It is not finished when the store is locked, another page is shown, another window
    comes to the front, a menu opens, a message is closed, or the program moves the focus.
    """

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
        self._field.given.connect(self._choose)
        self._field.written.connect(self._write)
        self._field.entered.connect(partial(self.submit, by_enter=True))
        self._field.photo_requested.connect(lambda: self.photo_requested.emit(question.question_id))
        text = label(f"{number}  {question.text}", wrap=True)
        text.setBuddy(self._field.first)
        self._comment = named(QLineEdit(), f"comment_{question.question_id}")
        self._comment.setPlaceholderText(self.tr("Comment needed: what did you see?"))
        self._comment.setAccessibleName(self.tr("Comment on {question}").format(question=question.text))
        self._comment.setMaxLength(4_000)
        self._comment.textEdited.connect(self._write)
        self._comment.returnPressed.connect(partial(self.submit, by_enter=True))
        self._comment.hide()
        self._said = label("", "sub", tone="bad", wrap=True)
        self._said.hide()
        line: QHBoxLayout = hbox(spacing=10)
        line.addWidget(text, 1)
        line.addWidget(self._field)
        self.setLayout(vbox(line, self._comment, self._said, margins=(16, 6, 16, 6), spacing=6))
        self.setAccessibleName(question.text)
        for part in self.findChildren(QWidget):
            part.installEventFilter(self)
        self._answer: Answer | None = None
        self._before = ""
        """The value to which the comment in its field belongs."""
        self._is_writing = self._is_held = False
        self.begin(answer)

    # What the page sets

    def begin(self, answer: Answer | None) -> None:
        """Show an answer, or none; emits nothing. Text that was typed and not submitted is dropped."""
        self._is_writing = self._is_held = False
        self._answer = answer
        self._before = self._value
        self._field.show_value(self._value)
        show_text(self._comment, answer.comment if answer else "")
        self._follow()

    def submit(self, *, by_enter: bool = False) -> None:
        """Take text that was typed and not submitted yet, as leaving the question does. Held text needs Enter."""
        if self._is_held and not by_enter:
            return
        if self._take() or self._is_writing:
            self._finish()
        if by_enter:
            _ask_for(self._comment)

    def hold(self) -> None:
        """Show an answer that was started earlier. Only Enter finishes it, until the person types on."""
        self._is_writing = self._is_held = True
        self._follow()

    def set_answer(self, answer: Answer | None) -> None:
        """Show an answer, or none; emits nothing.

        While text is typed or held, its field keeps it, but `answer` changes; leaving the question takes the text.
        """
        if self._is_writing:
            self._answer = answer
            self._field.show_value(self._value, keeps_text=True)
            self._follow()
        elif answer != self._answer:
            self.begin(answer)
        else:
            self._follow()

    def settle(self, answer: Answer | None) -> None:
        """Show an answer, or none, and regard nothing as started any longer; emits nothing."""
        if self._is_writing:
            self.begin(answer)
        else:
            self.set_answer(answer)

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

    def mark_open(self, is_marked: bool) -> None:
        """Highlight the question while it is unanswered, or stop."""
        self.setProperty("marks_open", is_marked)
        self._follow()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if (
            self._is_writing
            and event.type() == QEvent.Type.FocusOut
            and isinstance(event, QFocusEvent)
            and _is_left_for(self, QApplication.focusWidget(), event.reason())
        ):
            self.submit()
        return super().eventFilter(watched, event)

    # Inside

    @property
    def _value(self) -> str:
        return self._answer.value if self._answer else ""

    def _write(self) -> None:
        """Take the text as far as it is typed: it must not be lost with the focus still in its field."""
        self._is_held = False
        if self._take():
            self.written.emit(self._answer or Answer(self.question.question_id, ""))

    def _take(self) -> bool:
        """Put the texts of the fields into the answer. Return whether that changed it, and the answer is unfinished.

        A comment belongs to its answer: it does not go with another one.
        """
        value = self._field.typed if self._field.line is not None else self._value
        has_comment = takes_comment(self.question, value) and value == self._before
        comment = self._comment.text().strip() if has_comment else ""
        shown = self._answer
        if (value, comment) == ((shown.value, shown.comment) if shown else ("", "")):
            return False  # the answer stays as it is, also whether it was filled in
        self._answer = Answer(self.question.question_id, value, comment) if value else None
        self._is_writing = True
        self._follow()
        return True

    def _finish(self) -> None:
        self._is_writing = self._is_held = False
        if self._answer is not None:
            self._give(self._value)
        else:
            show_text(self._comment, "")
            self._before = ""
            self._follow()
            self.answered.emit(Answer(self.question.question_id, ""))

    def _give(self, value: str) -> None:
        self._is_writing = self._is_held = False
        if self._before not in {"", value}:
            show_text(self._comment, "")  # a comment belongs to its answer
        self._before = value
        comment = self._comment.text().strip() if takes_comment(self.question, value) else ""
        self._answer = Answer(self.question.question_id, value, comment)
        self._follow()
        self.answered.emit(self._answer)

    def _choose(self, value: str) -> None:
        self._give(value)
        _ask_for(self._comment)

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
        is_marked = self.is_open and bool(value or self.property("marks_open"))
        set_look(self, "tone", "warn" if is_marked or self._is_held else "")


def _is_left_for(row: QWidget, taken: QWidget | None, reason: Qt.FocusReason) -> bool:
    """Return whether the person went from `row` on to `taken`: by Tab, or with the mouse on the same page."""
    if taken is None or not row.isVisible() or not row.isEnabled() or row.isAncestorOf(taken):
        return False
    if reason != Qt.FocusReason.MouseFocusReason:
        return reason in _BY_TAB
    page = row.parentWidget()
    while page is not None and not isinstance(page, Page):
        page = page.parentWidget()
    if page is None:
        return True
    messages = (page.notice, page.warning)
    return page.isAncestorOf(taken) and not any(one is taken or one.isAncestorOf(taken) for one in messages)


def _ask_for(comment: QLineEdit) -> None:
    """Focus the field of a comment that is still missing."""
    if not comment.isHidden() and not comment.text().strip():
        comment.setFocus(Qt.FocusReason.OtherFocusReason)
