"""Kinds of visit: what is planned, recorded and asked for before a visit can be closed.

A kind is an entry in `VISIT_KINDS`, found by the `purpose` in the facts. The plan form, the command, the use cases, the
words and docs/visit-kinds.md read it. Only a closing rule that no other kind has needs a function.

A visit is complete only when every expected item has an outcome, the site checklist is answered, and each party has
signed or said why not (DOMAIN section 8, invariant 1; GAO-14-161: inventories done, checklists not used).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from eum_app.domain.checklists import Answer, Checklist, open_questions
from eum_app.domain.errors import Refusal
from eum_app.domain.sighting import STRICT, SightingPolicy
from eum_app.domain.translatable import QT_TRANSLATE_NOOP
from eum_app.domain.visits import Grade, OpenPoint, OpenPointKind, Outcome, Program


@dataclass(frozen=True, kw_only=True)
class Closing:
    """Input of a closing rule.

    `unchecked` are the ids of expected items without an outcome; `answers` are the newest to each question of the site
    checklist.
    """

    unchecked: Sequence[str]
    site_checklist: Checklist
    answers: Sequence[Answer]


ClosingRule = Callable[[Closing], Iterable[OpenPoint]]
"""Returns the points that keep a visit open; its docstring says what is asked for."""


def every_item_checked(closing: Closing) -> Iterable[OpenPoint]:
    """Every expected item has an outcome."""
    return [OpenPoint(OpenPointKind.ITEM, item_id) for item_id in closing.unchecked]


def every_question_answered(closing: Closing) -> Iterable[OpenPoint]:
    """Every required question about the site is answered."""
    still_open = open_questions(closing.site_checklist, closing.answers)
    return [OpenPoint(OpenPointKind.QUESTION, question.question_id) for question in still_open]


@dataclass(frozen=True, kw_only=True)
class VisitKind:
    """One kind of visit."""

    purpose: str
    """Its name in facts, never changed."""
    title: str
    """In English; marked for translation in the context `words`."""
    programs: tuple[Program, ...]
    days_to_due: int
    """The plan form proposes a due date so many days ahead."""
    checklists: tuple[str, ...] = ()
    """Ids of the checklists that can be chosen; empty: every one."""
    outcomes: tuple[Outcome, ...] = tuple(Outcome)
    """Outcomes that can be recorded for an item."""
    grades: tuple[Grade, ...] = tuple(Grade)
    """Grades of evidence that a check may rest on."""
    wanted_grade: Grade | None = Grade.SIGHTED
    """The grade that the kind asks for: a check on another one raises a finding. None: any will do."""
    sighting: SightingPolicy = STRICT
    """How an item must be identified before it can be verified as sighted."""
    closing_rules: tuple[ClosingRule, ...] = (every_item_checked, every_question_answered)

    def offers(self, checklist_id: str) -> bool:
        """Whether a visit of this kind can use the checklist."""
        return not self.checklists or checklist_id in self.checklists


_KINDS: Final = (
    VisitKind(
        purpose="annual_inventory",
        title=QT_TRANSLATE_NOOP("words", "Annual inventory"),
        programs=(Program.GOLDEN_SENTRY,),
        days_to_due=30,
    ),
)

VISIT_KINDS: Final[dict[str, VisitKind]] = {kind.purpose: kind for kind in _KINDS}
"""Every kind that this version can plan, by purpose, in the order in which it is offered."""


def require_kind(purpose: str, program: str = "") -> tuple[VisitKind, Program]:
    """Return the kind to plan and its program. A kind with one program needs no program named (empty text).

    Raises Refusal `visit.purpose` (unknown), `visit.program` (not one of the kind's programs).
    """
    kind = VISIT_KINDS.get(purpose)
    if kind is None:
        raise Refusal("visit.purpose", purpose=purpose[:40], known=", ".join(VISIT_KINDS))
    if not program and len(kind.programs) == 1:
        return kind, kind.programs[0]
    found = next((one for one in kind.programs if one == program), None)
    if found is None:
        raise Refusal("visit.program", program=program[:40], known=", ".join(kind.programs))
    return kind, found


def outcomes_of(purpose: str) -> tuple[Outcome, ...]:
    """Return the outcomes that a visit accepts; all of them for a kind that only a newer HQ knows."""
    kind = VISIT_KINDS.get(purpose)
    return kind.outcomes if kind is not None else tuple(Outcome)


def require_fitting(purpose: str, outcome: str, grade: str) -> None:
    """Raise Refusal `check.not_of_kind` for an outcome or a grade that the visit's kind does not accept.

    A visit of a kind that only a newer HQ knows accepts every one.
    """
    kind = VISIT_KINDS.get(purpose)
    if kind is not None and (outcome not in kind.outcomes or grade not in kind.grades):
        raise Refusal("check.not_of_kind", kind=kind.title, outcome=outcome, grade=grade)


def wanted_grade_of(purpose: str) -> str:
    """Return the grade of evidence that the visit's kind asks for, or empty if any will do or the kind is unknown."""
    kind = VISIT_KINDS.get(purpose)
    return (kind.wanted_grade or "") if kind else ""


def sighting_policy_of(purpose: str) -> SightingPolicy:
    """Return how the visit's kind wants items to be identified; `STRICT` for a kind that only a newer HQ knows."""
    kind = VISIT_KINDS.get(purpose)
    return kind.sighting if kind else STRICT


def open_points(purpose: str, closing: Closing) -> tuple[OpenPoint, ...]:
    """Return the points that keep a visit open, rule by rule, each once; empty if it can be closed.

    A kind that only a newer HQ knows has the rules of an inventory, so that it is never closed with less.
    """
    kind = VISIT_KINDS.get(purpose)
    rules = kind.closing_rules if kind else (every_item_checked, every_question_answered)
    return tuple(dict.fromkeys(point for rule in rules for point in rule(closing)))
