"""Checklists as versioned data: questions, conditions, answers, and open questions.

A checklist is never edited: a changed one has a new version. Answers are testimony. Nothing here preselects one, and
"all as expected" is an explicit act that records `Question.expected`. Answers Yes / No / Not applicable / Not observed,
with a comment on No and Not observed, follow common arms-room checklists; the official forms are not public.

Structs hold plain values, so that facts can contain them. `checklist_file` reads a checklist from its file.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from datetime import date
from typing import Literal

import msgspec

from eum_app.domain.errors import Refusal

AppliesTo = Literal["item", "site"]
QuestionKind = Literal["yes_no", "number", "text", "choice", "date", "photo"]

NOT_APPLICABLE = "not_applicable"
NOT_OBSERVED = "not_observed"
YES_NO_VALUES = ("yes", "no", NOT_APPLICABLE, NOT_OBSERVED)
MAX_TEXT_CHARS = 4_000
"""Longest answer or comment, in characters."""

PHOTO_TAKEN = "photo_taken"
"""Placeholder for a picture until it is recorded. Facts never contain it."""
_OBJECT_ID = re.compile(r"[0-9a-f]{96}")


class Condition(msgspec.Struct, frozen=True):
    """Ask a question only if the named question is asked and its answer is `equals`."""

    question_id: str
    equals: str


class Question(msgspec.Struct, frozen=True):
    """One question.

    `expected` is the answer that "all as expected" fills in; None leaves the question open. `accepted` lists further
    answers that are as good. `discrepancy` is the kind of discrepancy that any other answer means, or empty.
    """

    question_id: str
    text: str
    kind: QuestionKind = "yes_no"
    required: bool = True
    comment_required_on: tuple[str, ...] = ("no", NOT_OBSERVED)
    choices: tuple[str, ...] = ()
    condition: Condition | None = None
    expected: str | None = None
    accepted: tuple[str, ...] = ()
    discrepancy: str = ""

    @property
    def wanted(self) -> tuple[str, ...]:
        """The answers that are as expected; empty if every answer is."""
        return (*(() if self.expected is None else (self.expected,)), *self.accepted)


class Checklist(msgspec.Struct, frozen=True):
    """One version of a form.

    `source_note` names the source of its questions and states that it is not an official form.
    """

    checklist_id: str
    version: str
    applies_to: AppliesTo
    title: str
    source_note: str
    questions: tuple[Question, ...]


class Answer(msgspec.Struct, frozen=True, gc=False):
    """A person's answer, as text.

    `value` by kind: yes or no; a number; an ISO date; one of the choices; any text; for a photo the object id of its
    content, which a fact of the same visit names. (Earlier versions stored a typed name there; such answers are still
    read.) `not_applicable` and `not_observed` answer a question of any kind. `filled`: "all as expected" gave it.
    """

    question_id: str
    value: str
    comment: str = ""
    filled: bool = False


class OpenQuestion(msgspec.Struct, frozen=True):
    """A question that keeps a checklist open, with the reason:

    `answer.missing`, or the code that refused its answer.
    """

    question_id: str
    code: str


def visible_questions(checklist: Checklist, answers: Iterable[Answer]) -> tuple[Question, ...]:
    """Return the questions to ask, in order, given the answers so far.

    The last answer to a question counts; a blank one is none.

    A question is hidden if the question that its condition names is hidden, whatever was answered there before. It is
    asked if its condition names no question of the checklist; `checklist_file.load_checklist` refuses such a form.
    """
    values = {question_id: answer.value for question_id, answer in _given(answers).items()}
    questions = {question.question_id: question for question in checklist.questions}

    def is_asked(question: Question) -> bool:
        passed: set[str] = set()
        condition = question.condition
        # A form that did not pass the loader may name no question or form a cycle: then the question is asked.
        while condition and condition.question_id in questions and condition.question_id not in passed:
            if values.get(condition.question_id) != condition.equals:
                return False
            passed.add(condition.question_id)
            condition = questions[condition.question_id].condition
        return True

    return tuple(question for question in checklist.questions if is_asked(question))


def open_questions(checklist: Checklist, answers: Iterable[Answer]) -> tuple[OpenQuestion, ...]:
    """Return the visible questions that keep the checklist incomplete, in order.

    These are required ones without an answer, and those with an invalid one. A blank answer is none.
    """
    given = _given(answers)
    still_open = []
    for question in visible_questions(checklist, given.values()):
        answer = given.get(question.question_id)
        if answer is None:
            if question.required:
                still_open.append(OpenQuestion(question.question_id, "answer.missing"))
            continue
        try:
            validate_answer(question, answer)
        except Refusal as refusal:
            still_open.append(OpenQuestion(question.question_id, refusal.code))
    return tuple(still_open)


def deviations(checklist: Checklist, answers: Iterable[Answer]) -> tuple[Question, ...]:
    """Return the visible questions whose answers rule out *verified*, in order.

    A question with `wanted` answers accepts these, or *not applicable* with a comment; any other answer deviates. A
    required question without them deviates by *not observed*. A question without an answer, or with a blank one, is
    open (`open_questions`) and does not deviate.
    """
    given = _given(answers)
    return tuple(
        question
        for question in visible_questions(checklist, given.values())
        if question.question_id in given and not _is_met(question, given[question.question_id])
    )


def takes_comment(question: Question, value: str) -> bool:
    """Whether to ask for a comment on this answer: it is required, or the answer counts only with one."""
    return value in question.comment_required_on or (
        value == NOT_APPLICABLE and bool(question.wanted) and value not in question.wanted
    )


def discrepancies_of(checklist: Checklist, answers: Iterable[Answer]) -> tuple[str, ...]:
    """Return the kinds of discrepancy that the deviating answers mean, each once, in the order of the questions."""
    return tuple(dict.fromkeys(one.discrepancy for one in deviations(checklist, answers) if one.discrepancy))


def _given(answers: Iterable[Answer]) -> dict[str, Answer]:
    """Return question id → its last answer, without the questions whose last answer is blank."""
    last = {answer.question_id: answer for answer in answers}
    return {question_id: answer for question_id, answer in last.items() if answer.value.strip()}


def _is_met(question: Question, answer: Answer) -> bool:
    if not question.wanted:
        return not (question.required and answer.value == NOT_OBSERVED)
    if answer.value in question.wanted:
        return True
    return answer.value == NOT_APPLICABLE and bool(answer.comment.strip())


def expected_answers(checklist: Checklist, answers: Iterable[Answer]) -> tuple[Answer, ...]:
    """Return the answers that "all as expected" adds: the expected one to each visible question without an answer.

    An answer that was given is never replaced; a blank one counts as none. Repeats until no further question appears,
    because an expected answer can make another question visible; answers to these are last.
    """
    given = _given(answers)
    added: dict[str, Answer] = {}
    while True:
        new = {
            question.question_id: Answer(question.question_id, question.expected, filled=True)
            for question in visible_questions(checklist, (*given.values(), *added.values()))
            if question.expected is not None and question.question_id not in {*given, *added}
        }
        if not new:
            return tuple(added.values())
        added |= new


def all_filled(answers: Iterable[Answer]) -> bool:
    """Whether "all as expected" gave every one of these answers, and there is one."""
    given = list(answers)
    return bool(given) and all(answer.filled for answer in given)


def validate_answer(question: Question, answer: Answer) -> None:
    """Check `answer` against `question`.

    *Not applicable* and *not observed* answer every kind of question. Raises Refusal `answer.question` (for another
    question), `answer.missing` (blank), `answer.value` (not of the question's kind), `answer.comment_missing` or
    `answer.too_long`, each with `question_id`.
    """
    question_id = question.question_id
    if answer.question_id != question_id:
        raise Refusal("answer.question", question_id=question_id, found=answer.question_id)
    if not answer.value.strip():
        raise Refusal("answer.missing", question_id=question_id)
    longest = max(len(answer.value), len(answer.comment))
    if longest > MAX_TEXT_CHARS:
        raise Refusal("answer.too_long", question_id=question_id, chars=longest, limit=MAX_TEXT_CHARS)
    if not fits(question, answer.value):
        raise Refusal("answer.value", question_id=question_id, value=answer.value)
    if answer.value in question.comment_required_on and not answer.comment.strip():
        raise Refusal("answer.comment_missing", question_id=question_id, value=answer.value)


def names_content(value: str) -> bool:
    """Whether the answer to a photo question is an object id, not a typed name."""
    return _OBJECT_ID.fullmatch(value) is not None


def fits(question: Question, value: str) -> bool:
    """Whether a value answers this kind of question. Any text, also a blank one, fits a question of text or a photo."""
    if value in {NOT_APPLICABLE, NOT_OBSERVED}:
        return True
    match question.kind:
        case "yes_no":
            return value in YES_NO_VALUES
        case "choice":
            return value in question.choices
        case "number":
            return _is_number(value)
        case "date":
            return _is_date(value)
        case "text" | "photo":
            return True


def _is_number(value: str) -> bool:
    try:
        # `float` also accepts other scripts' digits, underscores, "nan" and "inf".
        return value.isascii() and "_" not in value and math.isfinite(float(value))
    except ValueError:
        return False


def _is_date(value: str) -> bool:
    try:
        return date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False
