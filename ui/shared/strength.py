"""An honest estimate of a passphrase while it is typed. It is never kept, logged or sent.

No number of bits is shown, because it cannot be measured how a person chose. The estimate uses what can be seen:
length, repetition, runs of keys, and names known to everyone at this machine. Long passphrases of unrelated words
follow NIST SP 800-63B (5.1.1.2); no mixture of character kinds is required.
"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication

from eum_app.crypto.passphrases import MAX_PASSPHRASE_BYTES
from eum_app.domain.mark_syntax import HEADER
from eum_app.domain.people import folded
from eum_app.usecases.people.accounts import MIN_PASSPHRASE

translate = QCoreApplication.translate


GOOD_CHARS = 20
FAIR_CHARS = 14
_RUNS = ("abcdefghijklmnopqrstuvwxyz", "01234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm", "qwertzuiop", "azertyuiop")
_RUN = 4


@dataclass(frozen=True)
class Strength:
    """The estimate: `tone` is bad, warn or ok; `words` explain it. If not `is_enough`, the passphrase is refused."""

    tone: str
    words: str
    is_enough: bool


def strength_of(passphrase: str, known: tuple[str, ...] = ()) -> Strength:
    """Return the strength of a passphrase. One that `require_passphrase` refuses is not enough; a weak one is.

    `known` are texts known to everyone at the machine: its name, the account code. Those of one or two characters are
    ignored.
    """
    if unfit := _why_unfit(passphrase):
        return Strength("bad", unfit, False)
    plain = folded(passphrase)
    if any(len(one) > 2 and folded(one) in plain for one in known):
        return Strength("warn", translate("app", "Weak: it contains the name of the computer or the account"), True)
    if len(set(plain)) < 6 or _is_mostly_runs(plain):
        return Strength(
            "warn", translate("app", "Weak: it repeats itself, or follows the keyboard or the alphabet"), True
        )
    if len(passphrase) < FAIR_CHARS:
        return Strength(
            "warn", translate("app", "Weak if it is one word or a date: four or more words are better"), True
        )
    if len(passphrase) < GOOD_CHARS:
        return Strength("ok", translate("app", "Fair if the words are unrelated: longer is better"), True)
    return Strength("ok", translate("app", "Long: good if the words are unrelated"), True)


def _why_unfit(passphrase: str) -> str:
    """Return why a passphrase cannot be used; an empty text if it can."""
    if len(passphrase) < MIN_PASSPHRASE:
        said = translate("app", "Too short: {count} of at least {least} characters")
        return said.format(count=len(passphrase), least=MIN_PASSPHRASE)
    if len(passphrase.encode(errors="replace")) > MAX_PASSPHRASE_BYTES:
        return translate("app", "Too long: at most {limit} bytes").format(limit=MAX_PASSPHRASE_BYTES)
    if passphrase.startswith(HEADER):
        said = translate("app", "It starts like a scanned mark ({start}), and no scan unlocks: choose another")
        return said.format(start=HEADER)
    return ""


def _is_mostly_runs(plain: str) -> bool:
    """Return whether at least half of it is runs of four from the keyboard or the alphabet."""
    runs = [*_RUNS, *(run[::-1] for run in _RUNS)]
    at, covered = 0, 0
    while at < len(plain):
        is_run = any(plain[at : at + _RUN] in run for run in runs) and at + _RUN <= len(plain)
        covered += _RUN if is_run else 0
        at += _RUN if is_run else 1
    return covered * 2 >= len(plain)
