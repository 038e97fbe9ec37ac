"""Kinds of visit: what is planned, recorded and asked for before a visit can be closed.

A kind is an entry in assets/reference/visit-kinds.json, found by the `purpose` in the facts. The plan form, the
command, the use cases, the words and docs/visit-kinds.md read it. Only a closing rule that no other kind has needs a
function.

A visit is complete only when every expected item has an outcome, the site checklist is answered, each open deficiency
of the site was asked for, and each party has signed or said why not (DOMAIN section 8, invariant 1; GAO-14-161:
inventories done, checklists not used).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Final

import msgspec

from assets import asset
from eum_app.domain.checklists import Answer, Checklist, open_questions
from eum_app.domain.clock import date_of
from eum_app.domain.errors import Refusal
from eum_app.domain.sighting import STRICT, SightingPolicy
from eum_app.domain.translatable import QT_TRANSLATE_NOOP
from eum_app.domain.unreadable import UNREADABLE
from eum_app.domain.visits import Grade, OpenPoint, OpenPointKind, Outcome, Program


@dataclass(frozen=True, kw_only=True)
class Closing:
    """Input of a closing rule.

    `unchecked` are the ids of expected items without an outcome; `answers` are the newest to each question of the site
    checklist; `unasked` are the ids of deficiencies of the site for which the visit has not asked.
    """

    unchecked: Sequence[str]
    site_checklist: Checklist
    answers: Sequence[Answer]
    unasked: Sequence[str] = ()


ClosingRule = Callable[[Closing], Iterable[OpenPoint]]
"""Returns the points that keep a visit open; its docstring says what is asked for."""


def every_item_checked(closing: Closing) -> Iterable[OpenPoint]:
    """Every expected item has an outcome."""
    return [OpenPoint(OpenPointKind.ITEM, item_id) for item_id in closing.unchecked]


def every_question_answered(closing: Closing) -> Iterable[OpenPoint]:
    """Every required question about the site is answered."""
    still_open = open_questions(closing.site_checklist, closing.answers)
    return [OpenPoint(OpenPointKind.QUESTION, question.question_id) for question in still_open]


class Listing(StrEnum):
    """The items that a visit expects."""

    EVERY = "every"
    """Every item on the site's book, or those that HQ lists; each one is checked."""
    SOME = "some"
    """The site's items, a sample of them, or none; not every one has to be checked."""
    NONE = "none"
    """No items: the visit is about the site."""


@dataclass(frozen=True, kw_only=True)
class VisitKind:
    """One kind of visit, in one version."""

    purpose: str
    """Its name in facts, never changed."""
    title: str
    """In English; marked for translation in the context `words`."""
    programs: tuple[Program, ...]
    days_to_due: int
    """The plan form proposes a due date so many days ahead."""
    version: str = ""
    """Version of the list that defines it. Facts name it."""
    source: str = ""
    effective_from: str = ""
    """First day on which it is planned, `YYYY-MM-DD`; empty: always."""
    effective_until: str = ""
    """Last day on which it is planned; empty: no end."""
    items: Listing = Listing.EVERY
    item_checklists: tuple[str, ...] = ()
    """Ids of the item checklists that can be chosen; empty: every one. The first is proposed."""
    site_checklists: tuple[str, ...] = ()
    """Ids of the site checklists that can be chosen; empty: every one. The first is proposed."""
    outcomes: tuple[Outcome, ...] = tuple(Outcome)
    """Outcomes that can be recorded for an item."""
    grades: tuple[Grade, ...] = tuple(Grade)
    """Grades of evidence that a check may rest on."""
    wanted_grade: Grade | None = Grade.SIGHTED
    """The grade that the kind asks for: a check on another one raises a finding. None: any will do."""
    sighting: SightingPolicy = STRICT
    """How an item must be identified before it can be verified as sighted."""
    closing_rules: tuple[ClosingRule, ...] = (every_item_checked, every_question_answered)

    def offers(self, checklist_id: str, applies_to: str) -> bool:
        """Whether a visit of this kind can use the checklist for its items or its site."""
        offered = self.item_checklists if applies_to == "item" else self.site_checklists
        return not offered or checklist_id in offered

    def is_in_force(self, day: str) -> bool:
        """Whether a visit of this kind can be planned on this day (`YYYY-MM-DD`)."""
        return self.effective_from <= day and (not self.effective_until or day <= self.effective_until)


CLOSING_RULES: Final[dict[str, ClosingRule]] = {
    rule.__name__: rule for rule in (every_item_checked, every_question_answered)
}
"""Closing rules by the names that the list of kinds uses."""


class _Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One kind in the list."""

    purpose: str
    title: str
    programs: tuple[Program, ...]
    effective_from: str
    source: str
    days_to_due: Annotated[int, msgspec.Meta(ge=0, le=3660)]
    items: Listing
    closing_rules: tuple[str, ...]
    effective_until: str = ""
    item_checklists: tuple[str, ...] = ()
    site_checklists: tuple[str, ...] = ()
    outcomes: tuple[Outcome, ...] = tuple(Outcome)
    grades: tuple[Grade, ...] = tuple(Grade)
    wanted_grade: Grade | None = Grade.SIGHTED


class _List(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    version: str
    source: str
    kinds: tuple[_Entry, ...]


def read_kinds(data: bytes, name: str) -> dict[str, VisitKind]:
    """Read a list of kinds from JSON: purpose → kind, in the order of the list.

    Raises Refusal `kinds.bad_file` with `name` and `detail` (the place at fault): not of this shape, a purpose that
    occurs twice, no program, an unknown closing rule, a date that is none, an end before the beginning.
    """
    try:
        listed = msgspec.json.decode(data, type=_List)
    except UNREADABLE as error:
        raise Refusal("kinds.bad_file", name=name, detail=str(error)) from error
    found: dict[str, VisitKind] = {}
    for entry in listed.kinds:
        if fault := _fault(entry, found):
            raise Refusal("kinds.bad_file", name=name, detail=f"{entry.purpose}: {fault}")
        fields = {field: getattr(entry, field) for field in entry.__struct_fields__}
        fields |= {
            "version": listed.version,
            "closing_rules": tuple(CLOSING_RULES[rule] for rule in entry.closing_rules),
        }
        found[entry.purpose] = VisitKind(**fields)
    return found


def _fault(entry: _Entry, found: dict[str, VisitKind]) -> str:
    if not entry.purpose or entry.purpose in found:
        return "purpose"
    if not entry.title.strip() or not entry.programs:
        return "title" if entry.programs else "programs"
    unknown = [rule for rule in entry.closing_rules if rule not in CLOSING_RULES]
    if unknown or not entry.closing_rules:
        return unknown[0] if unknown else "closing_rules"
    days = [entry.effective_from, *([entry.effective_until] if entry.effective_until else [])]
    if any(date_of(day) is None for day in days) or days != sorted(days):
        return "effective_from"
    return ""


_TITLES: Final = (
    QT_TRANSLATE_NOOP("words", "Annual inventory"),
    QT_TRANSLATE_NOOP("words", "Initial inventory"),
    QT_TRANSLATE_NOOP("words", "Special inventory"),
    QT_TRANSLATE_NOOP("words", "Routine check"),
    QT_TRANSLATE_NOOP("words", "Physical security and accountability check"),
)
"""Titles of the shipped list, marked for translation: lupdate reads no JSON."""

VISIT_KINDS: Final[dict[str, VisitKind]] = read_kinds(
    asset("reference", "visit-kinds.json").read_bytes(), "visit-kinds.json"
)
"""Every kind that this version can plan, by purpose, in the order in which it is offered."""


def kinds_in_force(day: str) -> list[VisitKind]:
    """Return the kinds that can be planned on this day (`YYYY-MM-DD`), in order."""
    return [kind for kind in VISIT_KINDS.values() if kind.is_in_force(day)]


def require_kind(purpose: str, program: str = "", *, day: str = "") -> tuple[VisitKind, Program]:
    """Return the kind to plan on this day (empty: any) and its program. A kind with one program needs none named.

    Raises Refusal `visit.purpose` (unknown, or not in force on that day), `visit.program` (not one of the kind's).
    """
    kind = VISIT_KINDS.get(purpose)
    if kind is None or (day and not kind.is_in_force(day)):
        known = kinds_in_force(day) if day else VISIT_KINDS.values()
        raise Refusal("visit.purpose", purpose=purpose[:40], known=", ".join(one.purpose for one in known))
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

    A visit of any kind asks for each open deficiency of its site.

    A kind that only a newer HQ knows has the rules of an inventory, so that it is never closed with less.
    """
    kind = VISIT_KINDS.get(purpose)
    rules = kind.closing_rules if kind else (every_item_checked, every_question_answered)
    points = [point for rule in rules for point in rule(closing)]
    points += [OpenPoint(OpenPointKind.DEFICIENCY, deficiency_id) for deficiency_id in closing.unasked]
    return tuple(dict.fromkeys(points))


def is_complete_list(purpose: str) -> bool:
    """Whether every expected item of such a visit needs an outcome; true for a kind that only a newer HQ knows."""
    kind = VISIT_KINDS.get(purpose)
    return kind is None or every_item_checked in kind.closing_rules


def has_items(purpose: str) -> bool:
    """Whether a visit is about items, not only about its site; true for a kind that only a newer HQ knows."""
    kind = VISIT_KINDS.get(purpose)
    return kind is None or kind.items is not Listing.NONE
