"""Rules over the checklist of a site. A new one is an object here and a place in `SITE_RULES`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from eum_app.domain.checklists import NOT_OBSERVED, Question, deviations, open_questions, visible_questions
from eum_app.domain.compliance.rule import WHOLE_CHECKLIST, SiteRule, SiteSeen
from eum_app.domain.findings import Severity
from eum_app.domain.translatable import QT_TRANSLATE_NOOP


def _answered(site: SiteSeen, value: str) -> Iterator[Question]:
    """The visible questions whose newest answer is `value`."""
    given = {answer.question_id: answer.value for answer in site.answers}
    for question in visible_questions(site.checklist, site.answers):
        if given.get(question.question_id, "") == value:
            yield question


def _missing(site: SiteSeen) -> Iterator[str]:
    """Missing answers count once the visit is closed out; before, they are work in progress."""
    if site.is_closed and any(point.code == "answer.missing" for point in open_questions(site.checklist, site.answers)):
        yield WHOLE_CHECKLIST


def _deficient(site: SiteSeen) -> Iterator[str]:
    """An answer counts only where another is expected: "Scanner allowed inside: no" is an answer like any other."""
    unobserved = {question.question_id for question in _answered(site, NOT_OBSERVED)}
    for question in deviations(site.checklist, site.answers):
        if question.question_id not in unobserved:
            yield question.question_id


def _not_observed(site: SiteSeen) -> Iterator[str]:
    for question in _answered(site, NOT_OBSERVED):
        yield question.question_id


SITE_CHECKLIST_MISSING: Final = SiteRule(
    rule_id="site-checklist-missing",
    version=1,
    severity=Severity.HIGH,
    citation="GAO-14-161; DODIG-25-078",
    title=QT_TRANSLATE_NOOP("rules", "Site checklist not answered"),
    explanation=QT_TRANSLATE_NOOP(
        "rules", "A visit that is closed without the physical security checklist leaves the site unjudged."
    ),
    remedy=QT_TRANSLATE_NOOP(
        "rules", "An inventory is not complete without the physical security checklist: answer it on site."
    ),
    broken_by=_missing,
)
SITE_DEFICIENCY: Final = SiteRule(
    rule_id="site-deficiency",
    version=1,
    severity=Severity.MEDIUM,
    citation="DODIG-25-078",
    title=QT_TRANSLATE_NOOP("rules", "Deficiency at the site"),
    explanation=QT_TRANSLATE_NOOP(
        "rules", "A deficiency in physical security is recorded and followed until it is corrected."
    ),
    remedy=QT_TRANSLATE_NOOP("rules", "Agree on who corrects it and by when; close with evidence."),
    broken_by=_deficient,
)
SITE_NOT_OBSERVED: Final = SiteRule(
    rule_id="site-not-observed",
    version=1,
    severity=Severity.LOW,
    citation="DODIG-25-078",
    title=QT_TRANSLATE_NOOP("rules", "Not observed at the site"),
    explanation=QT_TRANSLATE_NOOP(
        "rules", "A requirement that was not observed is not met until a person or other evidence shows it."
    ),
    remedy=QT_TRANSLATE_NOOP("rules", "Look at it on the next visit, or take the host's evidence."),
    broken_by=_not_observed,
)

SITE_RULES: Final = (SITE_CHECKLIST_MISSING, SITE_DEFICIENCY, SITE_NOT_OBSERVED)
