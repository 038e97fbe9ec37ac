"""Reasons and unexpected answers of a check, in the language of the window."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from db.queries.checks import CheckRow
from db.queries.testimony import Testimony
from eum_app.domain.checklists import Checklist, deviations
from eum_app.domain.visits import SEEN_OUTCOMES
from eum_app.wording.testimony import answer_said, differences_said
from ui.kit.messages import how_read
from ui.kit.words import joined, reason, word

translate = QCoreApplication.translate


def reasons_said(check: CheckRow) -> str:
    """Return the reasons of a check with their facts; empty for a check without any, e.g. of a verified item."""
    return differences_said(check.testimony.differences, translate) or reason(check.outcome, check.reason)


def unexpected_said(testimony: Testimony, checklist: Checklist | None) -> str:
    """Return the questions that were not answered as expected, with their answers.

    Empty if all were, and if this store does not have the checklist.
    """
    if checklist is None:
        return ""
    given = {answer.question_id: answer for answer in testimony.answers}
    differing = deviations(checklist, testimony.answers)
    return "; ".join(answer_said(one, given[one.question_id], translate) for one in differing)


def exception_said(check: CheckRow, checklist: Checklist | None) -> str:
    """Return why an item is not simply verified, in one line; empty if it is.

    The line holds reasons, answers that were not expected, then who saw it where the inspector did not.
    """
    return joined(reasons_said(check), unexpected_said(check.testimony, checklist), evidence_said(check))


def evidence_said(check: CheckRow) -> str:
    """Return the grade of evidence and who saw the item, if the inspector did not.

    Empty if the inspector did, and for an outcome without an item that was seen.
    """
    if check.outcome not in SEEN_OUTCOMES or check.is_sighted:
        return ""
    return joined(word("grade", check.grade), how_read(check.reading))
