"""What the log's lines say, and payloads as text that can do no harm."""

from __future__ import annotations

import re

import msgspec
from PySide6.QtCore import QCoreApplication

from db.queries.activity import ActivityRow
from eum_app.domain.findings import Decision
from eum_app.domain.unreadable import UNREADABLE
from ui.kit.delegates import ChipSpec
from ui.kit.theme.status import STATUS
from ui.kit.words import count, fact, is_known, joined, word

MAX_SHOWN = 20_000
"""Characters of a payload on the screen; an export holds it whole."""
_UNSEEN = re.compile("[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")
"""Characters that are not seen or that turn text around: shown by their number. Line breaks stay."""
DECISION_FACES: dict[str, tuple[str, str]] = {
    Decision.RESOLVE: ("ok", "check"),
    Decision.RECHECK: ("accent", "refresh-cw"),
    Decision.ESCALATE: ("bad", "flag"),
}
"""Tone and icon of a reviewer's decision."""


def subject_words(row: ActivityRow) -> str:
    """What an entry is about: `Item 786953`."""
    return joined_words(word("subject", row.subject), harmless(row.subject_name)) if row.subject else ""


def joined_words(*parts: str) -> str:
    return " ".join(part for part in parts if part)


def outcome_words(row: ActivityRow) -> str:
    """What came of it, in words where the code is one of ours; else the code as it is."""
    code = row.outcome
    for kind in ("decision", "disposition", "role", "evidence", "paper", "end"):
        if is_known(kind, code):
            return word(kind, code)
    return STATUS[code].text() if code in STATUS else harmless(code)


def outcome_chip(row: ActivityRow) -> ChipSpec | None:
    if not row.outcome:
        return None
    if row.outcome in STATUS:
        return ChipSpec.of(row.outcome)
    tone, icon = (
        ("bad", "octagon-alert") if row.kind == "BundleQuarantined" else DECISION_FACES.get(row.outcome, ("mute", ""))
    )
    return ChipSpec(outcome_words(row), tone, icon)


def kind_words(row: ActivityRow) -> str:
    return harmless(fact(row.kind))


def place_words(row: ActivityRow) -> str:
    """Whose chain, which epoch, which number: `FLD-0042 / 1 / 217`."""
    return f"{harmless(row.origin)} / {row.epoch} / {row.seq}"


def spoken(row: ActivityRow) -> str:
    return joined(kind_words(row), subject_words(row), outcome_words(row))


def harmless(text: str) -> str:
    """Text from a journal as data: what is not seen, or turns text around, stands as its number."""
    return _UNSEEN.sub(lambda found: f"\\u{ord(found.group()):04x}", text)


def pretty(payload: bytes) -> str:
    """A payload to be read: JSON in lines, anything else as it is or in hex; never more than `MAX_SHOWN`."""
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
    left = QCoreApplication.translate("activity", "… {count} more characters; an export holds them all.")
    return f"{text[:MAX_SHOWN]}\n{left.format(count=count(len(text) - MAX_SHOWN))}"
