"""The table of the visit record about deficiencies: stated at the visit, and carried over to it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from db.queries.deficiency_rows import Correction, Deficiency
from eum_app.domain.translatable import QT_TRANSLATE_NOOP
from eum_app.reports.model import Column, Table
from eum_app.wording.deficiency_words import correction_said, doubts_said, follow_up_said, severity_said

_DEFICIENCY_COLUMNS: Final = (
    Column(QT_TRANSLATE_NOOP("reports", "Deficiency"), "deficiency", "text", 40),
    Column(QT_TRANSLATE_NOOP("reports", "Where"), "place", "text", 20),
    Column(QT_TRANSLATE_NOOP("reports", "Item"), "serial", "text", 14),
    Column(QT_TRANSLATE_NOOP("reports", "Severity"), "severity", "text", 10),
    Column(QT_TRANSLATE_NOOP("reports", "Owner"), "owner", "text", 18),
    Column(QT_TRANSLATE_NOOP("reports", "Due"), "due_on", "text", 11),
    Column(QT_TRANSLATE_NOOP("reports", "At This Visit"), "at_visit", "text", 20),
    Column(QT_TRANSLATE_NOOP("reports", "Proof Or Reason"), "proof", "text", 40),
)


def deficiency_table(visit_id: str, found: Sequence[Deficiency], loose: Sequence[Correction]) -> tuple[Table, ...]:
    """Return the table of a visit's deficiencies, alone in a tuple; an empty tuple without any.

    `loose` are corrections of deficiencies that this store does not hold.
    """
    cells = [_cells(visit_id, one) for one in found]
    cells += [("Unknown here", "", "", "", "", "", "Corrected", correction_said(one)) for one in loose]
    return (Table("deficiencies", "Deficiencies", _DEFICIENCY_COLUMNS, cells, len(cells), True),) if cells else ()


def _cells(visit_id: str, one: Deficiency) -> tuple[str, ...]:
    at_visit = []
    if one.visit_id == visit_id:
        at_visit.append("Stated" if one.end is None else "Stated, no longer counts")
    proof = [one.end.reason] if one.end is not None else []
    if (correction := one.corrected_at(visit_id)) is not None:
        at_visit.append("Corrected")
        proof += filter(None, (correction_said(correction), doubts_said(one)))
    elif (follow_up := one.followed_up_at(visit_id)) is not None:
        at_visit.append(follow_up_said(follow_up.state))
        proof.append(follow_up.reason)
    elif one.visit_id != visit_id:
        at_visit.append("Not asked for yet")
    about = (one.what, one.place, one.serial, severity_said(one.severity), one.owner, one.due_on)
    return (*about, ", ".join(at_visit), "; ".join(filter(None, proof)))
