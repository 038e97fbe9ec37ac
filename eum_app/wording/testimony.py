"""Answers and differences of a check in words: `Seal differs: A 004417 on record, B 011903 found`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from eum_app.domain.checklists import NOT_APPLICABLE, NOT_OBSERVED, Answer, Question, names_content
from eum_app.domain.discrepancies import Discrepancy
from eum_app.domain.facts import Difference
from eum_app.domain.translatable import QT_TRANSLATE_NOOP, Translate, in_english
from eum_app.domain.visits import Outcome
from eum_app.domain.vocabulary import Unknown
from eum_app.wording.codes import WORDS

_ANSWERS: Final = {
    "yes": QT_TRANSLATE_NOOP("testimony", "Yes"),
    "no": QT_TRANSLATE_NOOP("testimony", "No"),
    NOT_APPLICABLE: QT_TRANSLATE_NOOP("testimony", "Not applicable"),
    NOT_OBSERVED: QT_TRANSLATE_NOOP("testimony", "Not observed"),
}


def difference_said(one: Difference, translate: Translate = in_english) -> str:
    """Return one difference with its facts; one that this version does not know is named by its code."""
    known = WORDS[Outcome.DISCREPANCY].get(one.reason)
    name = translate("words", known) if known else Unknown(one.reason).shown
    parts = []
    if one.on_record:
        parts.append(translate("testimony", "{value} on record").format(value=one.on_record))
    if one.found and one.reason == Discrepancy.PART_MISSING:
        parts.append(one.found)  # the part that is missing: it was not found
    elif one.found:
        parts.append(translate("testimony", "{value} found").format(value=one.found))
    return f"{name}: {', '.join(parts)}" if parts else name


def differences_said(differences: Iterable[Difference], translate: Translate = in_english) -> str:
    """Return all differences of a check, separated by semicolons; "" if there are none."""
    return "; ".join(difference_said(one, translate) for one in differences)


def value_said(question: Question, value: str, translate: Translate = in_english) -> str:
    """Return the value of an answer in words, or the value itself if it has none. A photo is only named as one."""
    if value in {NOT_APPLICABLE, NOT_OBSERVED} or (question.kind == "yes_no" and value in _ANSWERS):
        return translate("testimony", _ANSWERS[value])
    if question.kind == "photo" and names_content(value):
        return translate("testimony", "Photo")
    return value


def answer_said(question: Question, answer: Answer, translate: Translate = in_english) -> str:
    """Return a question with its answer and comment: `Serial plate matches: No (plate worn)`."""
    said = f"{question.text}: {value_said(question, answer.value, translate)}"
    return f"{said} ({answer.comment})" if answer.comment else said
