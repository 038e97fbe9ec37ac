"""The look of a state: icon, word and tone together, so that color never carries meaning alone.

Chips, rows, viewfinder and reports use this one table, so that an outcome looks the same everywhere.
"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

from eum_app.domain.vocabulary import Unknown

translate = QCoreApplication.translate


@dataclass(frozen=True)
class StatusMark:
    """`icon` is a Lucide name, `word` the English source of the translated word, `tone` is mute, accent,
    ok, warn or bad."""

    key: str
    icon: str
    word: str
    tone: str

    def text(self) -> str:
        """Return the word in the user's language."""
        return translate("status", self.word)


STATUS: dict[str, StatusMark] = {
    mark.key: mark
    for mark in (
        # Check outcomes (LOOK.md rule 3)
        StatusMark("to_check", "circle", str(QT_TRANSLATE_NOOP("status", "To check")), "mute"),
        StatusMark("in_view", "circle-dot", str(QT_TRANSLATE_NOOP("status", "In view")), "accent"),
        StatusMark("verified", "check", str(QT_TRANSLATE_NOOP("status", "Verified")), "ok"),
        StatusMark("discrepancy", "triangle-alert", str(QT_TRANSLATE_NOOP("status", "Discrepancy")), "warn"),
        StatusMark("not_found", "x", str(QT_TRANSLATE_NOOP("status", "Not found")), "bad"),
        StatusMark("not_on_list", "plus", str(QT_TRANSLATE_NOOP("status", "Not on the list")), "warn"),
        StatusMark("no_access", "ban", str(QT_TRANSLATE_NOOP("status", "No access")), "mute"),
        # What else a mark in view can be
        StatusMark("elsewhere", "map-pin", str(QT_TRANSLATE_NOOP("status", "Expected elsewhere")), "warn"),
        StatusMark("near", "triangle-alert", str(QT_TRANSLATE_NOOP("status", "Near match")), "warn"),
        StatusMark("unknown", "circle-question-mark", str(QT_TRANSLATE_NOOP("status", "Unknown")), "warn"),
        StatusMark("claims", "tag", str(QT_TRANSLATE_NOOP("status", "Claim")), "warn"),
        # Severities of a finding
        StatusMark("high", "x", str(QT_TRANSLATE_NOOP("status", "High")), "bad"),
        StatusMark("medium", "triangle-alert", str(QT_TRANSLATE_NOOP("status", "Medium")), "warn"),
        StatusMark("low", "circle", str(QT_TRANSLATE_NOOP("status", "Low")), "mute"),
        # Time and transport
        StatusMark("on_time", "check", str(QT_TRANSLATE_NOOP("status", "On time")), "ok"),
        StatusMark("due_soon", "clock", str(QT_TRANSLATE_NOOP("status", "Due soon")), "warn"),
        StatusMark("overdue", "x", str(QT_TRANSLATE_NOOP("status", "Overdue")), "bad"),
        StatusMark("received", "check", str(QT_TRANSLATE_NOOP("status", "Received by HQ")), "ok"),
        StatusMark("exported", "upload", str(QT_TRANSLATE_NOOP("status", "Exported")), "accent"),
        StatusMark("not_sent", "circle", str(QT_TRANSLATE_NOOP("status", "Not sent")), "mute"),
        StatusMark("quarantined", "octagon-alert", str(QT_TRANSLATE_NOOP("status", "Quarantined")), "bad"),
        StatusMark("withdrawn", "undo-2", str(QT_TRANSLATE_NOOP("status", "Withdrawn")), "mute"),
        StatusMark("withheld", "eye-off", str(QT_TRANSLATE_NOOP("status", "Withheld by order")), "mute"),
    )
}


def status_mark(key: str) -> StatusMark:
    """Return the mark of a state. A state that this version does not know is shown as unknown, with its text.

    An empty state gives an empty word.
    """
    mark = STATUS.get(key)
    if mark is not None or not key:
        return mark or StatusMark("", "circle-question-mark", "", "mute")
    said = translate("status", "Unknown value: {value}").format(value=Unknown(key).shown)
    return StatusMark(key, "circle-question-mark", said, "mute")
