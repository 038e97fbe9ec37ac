"""Read a checklist from its JSON file, which people write by hand: each fault is refused with its line.

`load_checklist` takes bytes; `shipped_checklists` reads the app's own files.
"""

from __future__ import annotations

import json
import re
from functools import cache

import msgspec

from assets import asset
from eum_app.domain.checklists import NOT_APPLICABLE, NOT_OBSERVED, Checklist, Question, fits
from eum_app.domain.discrepancies import Discrepancy
from eum_app.domain.errors import Refusal
from eum_app.domain.vocabulary import member_of


def shipped_checklists() -> list[Checklist]:
    """Return the checklists shipped with the app, by title. Raises Refusal `checklist.bad_file`."""
    return list(_shipped())


@cache
def _shipped() -> tuple[Checklist, ...]:
    paths = sorted(asset("checklists").glob("*.json"), key=lambda path: path.name)
    found = [load_checklist(path.read_bytes(), path.name) for path in paths]
    return tuple(sorted(found, key=lambda checklist: checklist.title))


_QUESTIONS_START = re.compile(r'"questions"\s*:\s*\[')
_BETWEEN = re.compile(r"[\s,]*")
_AT_INDEX = re.compile(r"`\$\.questions\[(\d+)\]")


def load_checklist(data: bytes, name: str) -> Checklist:
    """Read a checklist from JSON.

    Raises Refusal `checklist.bad_file` with `name`, `line` (1-based), `detail` (the word at fault) and `reason`:
    `encoding`, `json`, `duplicate_key`, `unknown_field`, `shape`, `empty`, `question_duplicate`, `choices`, `expected`,
    `discrepancy`, `condition_unknown`, `condition_value`, `condition_cycle`.
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
    try:
        msgspec.json.encode(checklist)
    except UnicodeEncodeError as error:  # half of a surrogate pair (`\ud800`), which no fact can hold
        line = text.count("\n", 0, text.lower().find(r"\ud")) + 1
        raise Refusal("checklist.bad_file", name=name, line=line, reason="encoding", detail="utf-8") from error
    _refuse_contradictions(checklist, places)
    return checklist


class _QuestionPlaces:
    """Lines on which the questions of a checklist file begin, for error messages."""

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
        try:
            for _ in range(index):
                at = decoder.raw_decode(self._text, self._skip(at))[1]
        except ValueError:  # another field has a list of that name
            return 1
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
    except ValueError as error:  # Python converts no more than 4,300 digits
        raise Refusal("checklist.bad_file", name=name, line=1, reason="json", detail="number") from error


def _refuse_unknown_fields(raw: object, places: _QuestionPlaces) -> None:
    """Refuse misspelled fields, which would silently fall back to their defaults. People write these files by hand."""
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
        for wanted in question.wanted:
            takes_words = question.kind != "photo" or wanted in {NOT_APPLICABLE, NOT_OBSERVED}
            if not (takes_words and fits(question, wanted)):
                raise places.refusal("expected", index, wanted)
        if question.discrepancy and member_of(Discrepancy, question.discrepancy) is None:
            raise places.refusal("discrepancy", index, question.discrepancy)
    for index, question in enumerate(checklist.questions):
        _refuse_condition(question, known, places, index)


def _refuse_condition(question: Question, known: dict[str, Question], places: _QuestionPlaces, index: int) -> None:
    passed = {question.question_id}
    condition = question.condition
    if condition is not None and condition.question_id in known:
        target = known[condition.question_id]
        if not fits(target, condition.equals):
            raise places.refusal("condition_value", index, condition.equals)
    while condition is not None:
        if condition.question_id not in known:
            raise places.refusal("condition_unknown", index, condition.question_id)
        if condition.question_id in passed:
            raise places.refusal("condition_cycle", index, condition.question_id)
        passed.add(condition.question_id)
        condition = known[condition.question_id].condition
