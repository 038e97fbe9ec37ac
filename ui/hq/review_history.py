"""The history of a finding in words, newest first."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from ui.hq.review_data import FindingDetail
from ui.kit.theme import status_mark
from ui.kit.widgets.history import Told
from ui.kit.words import joined, moment, signature_outstanding, word
from ui.shared.items_view import event_at, told

translate = QCoreApplication.translate


def finding_history(detail: FindingDetail) -> list[Told]:
    """Return the decisions, the opening and the lapse of a finding with the history of its item, newest first."""
    row = detail.finding
    lines = [
        (
            review.reviewed_at,
            Told(
                _decision_words(review.decision, review.disposition),
                review.actor,
                moment(review.reviewed_at),
                f"“{review.comment}”",
            ),
        )
        for review in detail.reviews
    ]
    if row.lapsed_at:
        lines.append((row.lapsed_at, Told(translate("hq", "Finding lapsed"), "", moment(row.lapsed_at))))
    lines.append((row.raised_at, Told(translate("hq", "Finding opened by rule"), "", moment(row.raised_at))))
    lines += [(event_at(line), told(line)) for line in detail.history]
    seen = detail.check
    if detail.item is None and seen is not None:
        where = joined(moment(seen.observed_at), detail.visit.site if detail.visit else "")
        owed = "" if seen.is_attributed else signature_outstanding()
        lines.append((seen.observed_at, Told(status_mark(seen.outcome).text(), seen.actor, where, owed)))
    return [line for _at, line in sorted(lines, key=lambda pair: pair[0], reverse=True)]


def _decision_words(decision: str, disposition: str) -> str:
    return joined(word("decision", decision), word("disposition", disposition) if disposition else "")
