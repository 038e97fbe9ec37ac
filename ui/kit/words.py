"""Values in words: dates, times, numbers, and the names of the domain's codes.

Dates are unambiguous (`21 Nov 2026`), times include their zone (`21 Nov 2026, 14:20 UTC+1`), numbers follow the locale.
A code that this version does not know is shown as it is, never hidden.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from PySide6.QtCore import QCoreApplication, QDate, QLocale, QTime

from eum_app.domain.clock import instant_of, is_doubtful_time
from eum_app.domain.compliance.rules import RULES
from eum_app.domain.visit_kinds import VISIT_KINDS
from eum_app.domain.vocabulary import Unknown
from eum_app.wording import report_words
from eum_app.wording.codes import CLOSED, WORDS
from ui.kit.theme import status_mark

translate = QCoreApplication.translate


GROUP: Final = 4


def word(kind: str, key: str) -> str:
    """Return the word for a code of a kind (program, role, read_by, grade, disposition, decision, bundle …).

    A value that a newer version added to a closed vocabulary is shown as unknown, with its text. Any other unknown code
    is shown with spaces and a capital letter; an empty one stays empty.
    """
    known = WORDS.get(kind, {}).get(key)
    if known:
        return translate("words", known)
    return unknown(key) if kind in CLOSED and key else key.replace("_", " ").capitalize()


def unknown(value: str) -> str:
    """Return a text for a value that this version does not know, with the value made visible."""
    return translate("words", "Unknown value: {value}").format(value=Unknown(value).shown)


def is_known(kind: str, key: str) -> bool:
    """Return whether a code of a kind has a word in this version."""
    return key in WORDS.get(kind, {})


def fact(kind: str) -> str:
    """Return the name of a kind of fact; an unknown kind is returned as it is."""
    return word("fact", kind) if is_known("fact", kind) else kind


def rule_title(rule_id: str) -> str:
    """Return the title of a rule; for one that this version does not know its id, with spaces and a capital."""
    rule = RULES.get(rule_id)
    return translate("rules", rule.title) if rule else rule_id.replace("-", " ").capitalize()


def rule_words(rule_id: str) -> str:
    """Return a rule's explanation and source on one line, its remedy on the next; empty for an unknown rule."""
    rule = RULES.get(rule_id)
    if rule is None:
        return ""
    return "\n".join((joined(translate("rules", rule.explanation), rule.citation), translate("rules", rule.remedy)))


def reported(code: str) -> str:
    """Return the word for a code in reports for people; a code that this version does not know is shown as unknown."""
    return translate("reports", report_words.word(code))


def program(key: str) -> str:
    """Return the name of a program, as `word` does."""
    return word("program", key)


def purpose(key: str) -> str:
    """Return the title of a kind of visit; an unknown one is shown as such."""
    kind = VISIT_KINDS.get(key)
    return translate("words", kind.title) if kind else unknown(key)


def role(key: str) -> str:
    """Return the name of a role, as `word` does."""
    return word("role", key)


def read_by(key: str) -> str:
    """Return how an item was identified, as used within a line of text: `camera`, `typed` …; unknown as in `word`."""
    return word("read_by", key)


def reason(outcome_key: str, key: str) -> str:
    """Return the reason of an outcome in words, an unknown one as in `word`; empty for none."""
    return word(outcome_key, key) if key else ""


def outcome(key: str) -> str:
    """Return a check's outcome in words, as on its chip; an unknown one is shown as such, an empty one is empty."""
    return status_mark(key).text()


def author(account: str, device: str) -> str:
    """Return an account's name, followed by its device unless `device` is empty.

    Callers give a device where another store has an account of that name.
    """
    return translate("words", "{account} on {device}").format(account=account, device=device) if device else account


def signature_outstanding() -> str:
    """Return the words for a check over which its account has signed no head yet."""
    return translate("words", "signature outstanding")


def severity(key: str) -> str:
    """Return the name of a severity; an unknown one is shown as such, an empty one is empty."""
    return status_mark(key).text()


def count(number: int) -> str:
    """Return a number with the locale's grouping."""
    return QLocale().toString(number)


def day(text: str) -> str:
    """Return a date, or an instant's day in this machine's zone, as `21 Nov 2026`; other text is returned unchanged."""
    if not text:
        return ""
    local = _local(text)  # an instant: its day in this machine's zone, as `moment` says it
    date = QDate.fromString(local.date().isoformat() if local else text, "yyyy-MM-dd")
    return QLocale().toString(date, "d MMM yyyy") if date.isValid() else text


def clock(text: str) -> str:
    """Return the time of a fact's instant in this machine's zone: `14:20 UTC+1`; other text is returned unchanged."""
    local = _local(text)
    return f"{QLocale().toString(QTime(local.hour, local.minute), 'HH:mm')} {_zone(local)}" if local else text


def moment(text: str) -> str:
    """Return an instant (UTC text) in this machine's zone: `21 Nov 2026, 14:20 UTC+1`; other text is unchanged.

    An instant whose year cannot be right is marked as doubtful.
    """
    local = _local(text)
    if local is None:
        return text
    words = f"{day(local.date().isoformat())}, {clock(text)}"
    return translate("words", "{moment} (time doubtful)").format(moment=words) if is_doubtful_time(text) else words


def grouped(text: str) -> str:
    """Return a hash or fingerprint in groups of four, to be compared by eye."""
    return " ".join(text[at : at + GROUP] for at in range(0, len(text), GROUP))


def joined(*parts: str) -> str:
    """Return the non-empty parts, joined by a middle dot."""
    return " · ".join(part for part in parts if part)


def _local(text: str) -> datetime | None:
    try:
        instant = instant_of(text)
        return instant.astimezone() if instant else None
    except (ValueError, OverflowError, OSError):  # no such time in this zone: it is shown as it is
        return None


def _zone(local: datetime) -> str:
    offset = local.utcoffset()
    minutes = round(offset.total_seconds() / 60) if offset else 0
    if not minutes:
        return "UTC"
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'+' if minutes > 0 else '−'}{hours}" + (f":{rest:02}" if rest else "")
