"""Sentences about the balance of a visit: for its record, its page and the command line."""

from __future__ import annotations

from typing import Final

from eum_app.domain.compliance.balance import Gap, Verdict, VisitBalance
from eum_app.domain.translatable import QT_TRANSLATE_NOOP
from eum_app.wording.report_words import word

VERDICTS: Final = {
    Verdict.RECONCILED: QT_TRANSLATE_NOOP("reports", "Reconciled"),
    Verdict.INCOMPLETE: QT_TRANSLATE_NOOP("reports", "Incomplete"),
    Verdict.UNRECONCILED: QT_TRANSLATE_NOOP("reports", "Unreconciled"),
}
GAPS: Final = {
    Gap.ITEMS: QT_TRANSLATE_NOOP("reports", "items still to check: {count}"),
    Gap.QUESTIONS: QT_TRANSLATE_NOOP("reports", "questions about the site still open: {count}"),
    Gap.CHECKLIST: QT_TRANSLATE_NOOP("reports", "the site checklist is not in this store"),
    Gap.CLOSE_OUT: QT_TRANSLATE_NOOP("reports", "the visit is not closed out"),
    Gap.VOID: QT_TRANSLATE_NOOP("reports", "facts came after the signing and void it"),
    Gap.SIGNATURES: QT_TRANSLATE_NOOP("reports", "signatures are missing"),
}
ADDS_UP: Final = QT_TRANSLATE_NOOP(
    "reports", "the outcomes add up to the number of expected items, {total}; the visit is closed out and signed"
)
DIFFERENCE: Final = QT_TRANSLATE_NOOP("reports", "outcomes: {counted}, expected items: {total}, difference {count}")
SIGNED: Final = QT_TRANSLATE_NOOP("reports", "{outcome}: {signed} were signed for, {here} are recorded")


def balance_parts(balance: VisitBalance) -> list[tuple[str, dict[str, object]]]:
    """Return the reasons of the verdict as texts of the context `reports`, each with its values; not translated.

    A reconciled visit has one: it adds up. Else a difference comes first, then what was signed differently, then the
    gaps.
    """
    if balance.verdict is Verdict.RECONCILED:
        return [(ADDS_UP, {"total": balance.expected})]
    parts: list[tuple[str, dict[str, object]]] = []
    if balance.difference:
        values = {"counted": balance.counted, "total": balance.expected, "count": balance.difference}
        parts.append((DIFFERENCE, {**values}))
    parts += [
        (SIGNED, {"outcome": word(outcome), "signed": signed, "here": here})
        for outcome, (signed, here) in balance.signed_differently.items()
    ]
    for gap, count in balance.gaps.items():
        parts.append((GAPS[gap], {"count": count}))
    return parts


def balance_sentence(balance: VisitBalance) -> str:
    """Return the verdict and its reasons in English, for reports. A verdict that is not final is in capitals."""
    said = VERDICTS[balance.verdict]
    if balance.verdict is not Verdict.RECONCILED:
        said = said.upper()
    return f"{said}: {'; '.join(text.format(**values) for text, values in balance_parts(balance))}."
