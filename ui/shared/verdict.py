"""How the verdict on counts looks, and its reasons in the language of the window."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from PySide6.QtCore import QCoreApplication

from eum_app.domain.compliance.balance import Verdict
from eum_app.wording.balance_words import VERDICTS

translate = QCoreApplication.translate

VERDICT_FACES = {
    Verdict.RECONCILED: ("ok", "check"),
    Verdict.INCOMPLETE: ("warn", "clock"),
    Verdict.UNRECONCILED: ("bad", "octagon-alert"),
}
"""Tone and icon of each verdict."""


def verdict_word(verdict: Verdict) -> str:
    """Return the word for a verdict in the language of the window."""
    return translate("reports", VERDICTS[verdict])


def reasons_said(reasons: Iterable[tuple[str, Mapping[str, object]]]) -> str:
    """Return reasons in one sentence, empty for none; each is a text of the context `reports` with its values."""
    said = "; ".join(translate("reports", text).format(**values) for text, values in reasons)
    return said[:1].upper() + said[1:] + ("" if not said or said.endswith(".") else ".")
