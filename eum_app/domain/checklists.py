"""Checklists as versioned data: questions, conditions, answers, and what is still open.

A checklist is never edited: a changed one has a new version. Answers are testimony: nothing here pre-chooses one, and
"all as expected" is an explicit act that records `Question.expected`. Answers Yes / No / Not applicable / Not observed,
with a comment on No and Not observed, follow common arms-room checklists; the official forms are not public.

Pure: `load_checklist` takes bytes. Structs hold plain values, so that facts can carry them.
"""

from __future__ import annotations

import json
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

PHOTO_TAKEN = "photo_taken"
"""Stands for a picture until it is recorded; no fact carries it."""
_OBJECT_ID = re.compile(r"[0-9a-f]{96}")

_QUESTIONS_START = re.compile(r'"questions"\s*:\s*\[')
_BETWEEN = re.compile(r"[\s,]*")
_AT_INDEX = re.compile(r"`\$\.questions\[(\d+)\]")


class Condition(msgspec.Struct, frozen=True):
    """Ask only where the question named was answered so (and is itself asked)."""

    question_id: str
    equals: str


class Question(msgspec.Struct, frozen=True):
    """One question. `expected` is what "all as expected" records; None = that act leaves this question open."""

    question_id: str
    text: str
    kind: QuestionKind = "yes_no"
    required: bool = True
    comment_required_on: tuple[str, ...] = ("no", NOT_OBSERVED)
    choices: tuple[str, ...] = ()
    condition: Condition | None = None
    expected: str | None = None


class Checklist(msgspec.Struct, frozen=True):
    """A form in one version. `source_note` says where its questions come from, and that it is not an official form."""

    checklist_id: str
    version: str
    applies_to: AppliesTo
    title: str
    source_note: str
    questions: tuple[Question, ...]


class Answer(msgspec.Struct, frozen=True, gc=False):
    """What a person answered, as text.

    `value` by kind: yes or no; a number; an ISO date; one of the choices; any text; for a photo the object id of its
    content, by which a fact of the same visit names it (once, a name was typed instead: such answers are still read).
    `not_applicable` and `not_observed` answer a question of any kind.
    """

    question_id: str
    value: str
    comment: str = ""


class OpenQuestion(msgspec.Struct, frozen=True):
    """A question that keeps a checklist open, and why: `answer.missing`, or the code of its answer's refusal."""

    question_id: str
    code: str


def visible_questions(checklist: Checklist, answers: Iterable[Answer]) -> tuple[Question, ...]:
    """The questions to be asked, in order, given the answers so far. The last answer to a question counts.

    A question whose condition names a question that is not asked is not asked either, whatever was once answered there.
    """
    values = {answer.question_id: answer.value for answer in answers}
    questions = {question.question_id: question for question in checklist.questions}

    def is_asked(question: Question) -> bool:
        passed: set[str] = set()
        condition = question.condition
        # A form that came another way than through the loader may name nothing or run in a ring: then it is asked.
        while condition and condition.question_id in questions and condition.question_id not in passed:
            if values.get(condition.question_id) != condition.equals:
                return False
            passed.add(condition.question_id)
            condition = questions[condition.question_id].condition
        return True

    return tuple(question for question in checklist.questions if is_asked(question))


def open_questions(checklist: Checklist, answers: Iterable[Answer]) -> tuple[OpenQuestion, ...]:
    """What is missing before the checklist is complete: required questions without an answer, answers that do not
    stand."""
    given = {answer.question_id: answer for answer in answers}
    still_open = []
    for question in visible_questions(checklist, given.values()):
        answer = given.get(question.question_id)
        if answer is None or not answer.value.strip():
            if question.required:
                still_open.append(OpenQuestion(question.question_id, "answer.missing"))
            continue
        try:
            validate_answer(question, answer)
        except Refusal as refusal:
            still_open.append(OpenQuestion(question.question_id, refusal.code))
    return tuple(still_open)


def deviations(checklist: Checklist, answers: Iterable[Answer]) -> tuple[Question, ...]:
    """The questions asked whose answers forbid *verified*, in order.

    A question with `expected` is met by that value, or by *not applicable* with a comment; any other answer deviates. A
    required question without `expected` deviates by *not observed*. What has no answer is open, not deviating.
    """
    given = {answer.question_id: answer for answer in answers}
    return tuple(
        question
        for question in visible_questions(checklist, given.values())
        if question.question_id in given and not _is_met(question, given[question.question_id])
    )


def takes_comment(question: Question, value: str) -> bool:
    """Whether an answer of that value is asked for a comment, because it is required or because it counts only so."""
    return value in question.comment_required_on or (
        value == NOT_APPLICABLE and question.expected not in {None, NOT_APPLICABLE}
    )


def _is_met(question: Question, answer: Answer) -> bool:
    if question.expected is None:
        return not (question.required and answer.value == NOT_OBSERVED)
    if answer.value == question.expected:
        return True
    return answer.value == NOT_APPLICABLE and bool(answer.comment.strip())


def expected_answers(checklist: Checklist, answers: Iterable[Answer]) -> tuple[Answer, ...]:
    """What "all as expected" records: the expected answer to each question asked, for those that have one.

    Runs on until no further question opens, since an expected answer can make another question asked.
    """
    given = {answer.question_id: answer for answer in answers}
    added: dict[str, Answer] = {}
    while True:
        new = {
            question.question_id: Answer(question.question_id, question.expected)
            for question in visible_questions(checklist, (*given.values(), *added.values()))
            if question.expected is not None and question.question_id not in added
        }
        if not new:
            return tuple(added.values())
        added |= new


def validate_answer(question: Question, answer: Answer) -> None:
    """Return if `answer` stands as an answer to `question`.

    Raises Refusal `answer.question`, `answer.missing`, `answer.value` (not one of the choices, not a number, not a
    date), `answer.comment_missing` or `answer.too_long`, each with `question_id`.
    """
    question_id = question.question_id
    if answer.question_id != question_id:
        raise Refusal("answer.question", question_id=question_id, found=answer.question_id)
    if not answer.value.strip():
        raise Refusal("answer.missing", question_id=question_id)
    longest = max(len(answer.value), len(answer.comment))
    if longest > MAX_TEXT_CHARS:
        raise Refusal("answer.too_long", question_id=question_id, chars=longest, limit=MAX_TEXT_CHARS)
    if not _fits(question, answer.value):
        raise Refusal("answer.value", question_id=question_id, value=answer.value)
    if answer.value in question.comment_required_on and not answer.comment.strip():
        raise Refusal("answer.comment_missing", question_id=question_id, value=answer.value)


def names_content(value: str) -> bool:
    """Whether the answer to a photo question names a picture, and not just what somebody once typed."""
    return _OBJECT_ID.fullmatch(value) is not None


def load_checklist(data: bytes, name: str) -> Checklist:
    """Read a checklist from JSON.

    Raises Refusal `checklist.bad_file` with `name`, `line` (1-based) and `reason`: `encoding`, `json`, `duplicate_key`,
    `unknown_field`, `shape`, `empty`, `question_duplicate`, `choices`, `expected`, `condition_unknown`,
    `condition_value`, `condition_cycle`; and `detail`, the word at fault.
    """
    text = _decoded(data, name)
    places = _QuestionPlaces(text, name)
    raw = _parsed(text, name)
    _refuse_unknown_fields(raw, places)
    try:
        checklist = msgspec.convert(raw, Checklist)
    except msgspec.ValidationError as error:
        at = _AT_INDEX.search(str(error))
        raise places.refusal("shape", int(at[1]) if at else None, str(error)) from error
    _refuse_contradictions(checklist, places)
    return checklist


def _fits(question: Question, value: str) -> bool:
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
        return value.isascii() and "_" not in value and math.isfinite(float(value))
    except ValueError:
        return False


def _is_date(value: str) -> bool:
    try:
        return date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


class _QuestionPlaces:
    """Knows on which line each question of a checklist file begins, to say where a fault is."""

    def __init__(self, text: str, name: str) -> None:
        self._text = text
        self._name = name

    def refusal(self, reason: str, index: int | None, detail: str) -> Refusal:
        line = 1 if index is None else self._line(index)
        return Refusal("checklist.bad_file", name=self._name, line=line, reason=reason, detail=detail)

    def _line(self, index: int) -> int:
        start = _QUESTIONS_START.search(self._text)
        if start is None:
            return 1
        decoder, at = json.JSONDecoder(), start.end()
        for _ in range(index):
            at = decoder.raw_decode(self._text, self._skip(at))[1]
        return self._text.count("\n", 0, self._skip(at)) + 1

    def _skip(self, at: int) -> int:
        gap = _BETWEEN.match(self._text, at)
        return gap.end() if gap else at


def _decoded(data: bytes, name: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise Refusal("checklist.bad_file", name=name, line=line, reason="encoding", detail="utf-8") from error


def _parsed(text: str, name: str) -> object:
    def unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
        keys = [key for key, _ in pairs]
        for key in keys:
            if keys.count(key) > 1:
                line = text.count("\n", 0, text.rfind(f'"{key}"')) + 1
                raise Refusal("checklist.bad_file", name=name, line=line, reason="duplicate_key", detail=key)
        return dict(pairs)

    try:
        return json.loads(text, object_pairs_hook=unique)
    except json.JSONDecodeError as error:
        raise Refusal("checklist.bad_file", name=name, line=error.lineno, reason="json", detail=error.msg) from error
    except RecursionError as error:
        raise Refusal("checklist.bad_file", name=name, line=1, reason="json", detail="depth") from error


def _refuse_unknown_fields(raw: object, places: _QuestionPlaces) -> None:
    """A misspelt field would silently fall back to its default: people write these files by hand."""
    if not isinstance(raw, dict):
        return
    if unknown := raw.keys() - set(Checklist.__struct_fields__):
        raise places.refusal("unknown_field", None, min(unknown))
    questions = raw.get("questions")
    for index, question in enumerate(questions if isinstance(questions, list) else ()):
        if isinstance(question, dict) and (unknown := question.keys() - set(Question.__struct_fields__)):
            raise places.refusal("unknown_field", index, min(unknown))


def _refuse_contradictions(checklist: Checklist, places: _QuestionPlaces) -> None:
    if not checklist.questions:
        raise places.refusal("empty", None, "questions")
    known: dict[str, Question] = {}
    for index, question in enumerate(checklist.questions):
        if not question.question_id or not question.text.strip():
            raise places.refusal("empty", index, "question_id" if not question.question_id else "text")
        if question.question_id in known:
            raise places.refusal("question_duplicate", index, question.question_id)
        known[question.question_id] = question
        if (question.kind == "choice") != bool(question.choices) or len(set(question.choices)) < len(question.choices):
            raise places.refusal("choices", index, question.question_id)
        takes_words = question.kind != "photo" or question.expected in {None, NOT_APPLICABLE, NOT_OBSERVED}
        if question.expected is not None and not (takes_words and _fits(question, question.expected)):
            raise places.refusal("expected", index, question.expected)
    for index, question in enumerate(checklist.questions):
        _refuse_condition(question, known, places, index)


def _refuse_condition(question: Question, known: dict[str, Question], places: _QuestionPlaces, index: int) -> None:
    passed = {question.question_id}
    condition = question.condition
    if condition is not None and condition.question_id in known:
        target = known[condition.question_id]
        if not _fits(target, condition.equals):
            raise places.refusal("condition_value", index, condition.equals)
    while condition is not None:
        if condition.question_id not in known:
            raise places.refusal("condition_unknown", index, condition.question_id)
        if condition.question_id in passed:
            raise places.refusal("condition_cycle", index, condition.question_id)
        passed.add(condition.question_id)
        condition = known[condition.question_id].condition
