"""The text of log entries, with payloads shown as harmless text."""

from __future__ import annotations

import re

import msgspec
from PySide6.QtCore import QCoreApplication

from db.queries.activity import ActivityRow
from eum_app.domain.findings import Decision
from eum_app.domain.unreadable import UNREADABLE
from ui.kit.delegates import ChipSpec
from ui.kit.theme.status import STATUS
from ui.kit.translation import Texts
from ui.kit.words import fact, is_known, joined, word

translate = QCoreApplication.translate


EntryWords = Texts("EntryWords")

MAX_SHOWN = 20_000
"""Maximum characters of a payload on the screen; an export holds the whole payload."""
_UNSEEN = re.compile("[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")
"""Characters that are invisible or that change the text direction, to be shown by number. Line breaks stay."""
DECISION_FACES: dict[str, tuple[str, str]] = {
    Decision.RESOLVE: ("ok", "check"),
    Decision.RECHECK: ("accent", "refresh-cw"),
    Decision.ESCALATE: ("bad", "flag"),
}
"""Tone and icon of a reviewer's decision."""


def subject_words(row: ActivityRow) -> str:
    """Return the subject of an entry: `Item 786953`; empty for an entry without one."""
    return joined_words(word("subject", row.subject), harmless(row.subject_name)) if row.subject else ""


def joined_words(*parts: str) -> str:
    """Join the texts that are not empty with spaces."""
    return " ".join(part for part in parts if part)


def outcome_words(row: ActivityRow) -> str:
    """Return the outcome in words if its code is known; else the code as harmless text, empty for none."""
    code = row.outcome
    for kind in ("decision", "disposition", "role", "evidence", "paper", "end"):
        if is_known(kind, code):
            return word(kind, code)
    return STATUS[code].text() if code in STATUS else harmless(code)


def outcome_chip(row: ActivityRow) -> ChipSpec | None:
    """Return a chip for the outcome of an entry, a muted one for an unknown outcome; None without an outcome."""
    if not row.outcome:
        return None
    if row.outcome in STATUS:
        return ChipSpec.of(row.outcome)
    tone, icon = (
        ("bad", "octagon-alert") if row.kind == "BundleQuarantined" else DECISION_FACES.get(row.outcome, ("mute", ""))
    )
    return ChipSpec(outcome_words(row), tone, icon)


def kind_words(row: ActivityRow) -> str:
    """Return the name of an entry's kind, as harmless text."""
    return harmless(fact(row.kind))


def place_words(row: ActivityRow) -> str:
    """Return origin, epoch and number in the chain: `FLD-0042 / 1 / 217`."""
    return f"{harmless(row.origin)} / {row.epoch} / {row.seq}"


def spoken(row: ActivityRow) -> str:
    """Return an entry in words, for a screen reader."""
    return joined(kind_words(row), subject_words(row), outcome_words(row))


def harmless(text: str) -> str:
    """Return text from a journal with invisible and direction-changing characters replaced by their numbers
    (`\\u200b`).

    Line breaks stay.
    """
    return _UNSEEN.sub(lambda found: f"\\u{ord(found.group()):04x}", text)


def pretty(payload: bytes) -> str:
    """Return a payload to read: JSON indented, other text as it is, anything else in hex.

    All but the first `MAX_SHOWN` characters are left out, and a last line says how many.
    """
    try:
        text = msgspec.json.format(payload, indent=2).decode()
    except UNREADABLE:
        try:
            text = payload.decode()
        except UnicodeDecodeError:
            text = payload.hex(" ")
    text = harmless(text)
    if len(text) <= MAX_SHOWN:
        return text
    left = EntryWords.tr("… %Ln more characters; an export holds them all.", "", len(text) - MAX_SHOWN)
    return f"{text[:MAX_SHOWN]}\n{left}"
