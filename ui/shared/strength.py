"""What can honestly be said of a passphrase while it is typed. It is never kept, logged or sent anywhere.

No number of bits: nobody can measure how a person chose. What can be seen is said: how long it is, whether it repeats
itself or is a run of keys, and whether it holds what anybody at this machine knows. Long passphrases of unrelated words
are what NIST SP 800-63B (5.1.1.2) asks for; no mixture of character kinds is demanded.
"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication

from eum_app.domain.people import folded
from eum_app.usecases.people.accounts import MIN_PASSPHRASE

GOOD_CHARS = 20
FAIR_CHARS = 14
_RUNS = ("abcdefghijklmnopqrstuvwxyz", "01234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm", "qwertzuiop", "azertyuiop")
_RUN = 4


@dataclass(frozen=True)
class Strength:
    """`tone` is bad, warn or ok; `words` say why. One that is not `is_enough` is refused."""

    tone: str
    words: str
    is_enough: bool


def strength_of(passphrase: str, known: tuple[str, ...] = ()) -> Strength:
    """`known` is what anybody at the machine sees: its name, the account code."""
    tr = QCoreApplication.translate
    if len(passphrase) < MIN_PASSPHRASE:
        said = tr("app", "Too short: {count} of at least {least} characters")
        return Strength("bad", said.format(count=len(passphrase), least=MIN_PASSPHRASE), False)
    plain = folded(passphrase)
    if any(len(one) > 2 and folded(one) in plain for one in known):
        return Strength("warn", tr("app", "Weak: it holds the name of the machine or the account"), True)
    if len(set(plain)) < 6 or _is_mostly_runs(plain):
        return Strength("warn", tr("app", "Weak: it repeats itself, or follows the keys or the alphabet"), True)
    if len(passphrase) < FAIR_CHARS:
        return Strength("warn", tr("app", "Weak where it is one word or a date: four or more words are better"), True)
    if len(passphrase) < GOOD_CHARS:
        return Strength("ok", tr("app", "Fair, where the words do not belong together: longer is better"), True)
    return Strength("ok", tr("app", "Long: good, where the words do not belong together"), True)


def _is_mostly_runs(plain: str) -> bool:
    """Whether half of it or more is pieces of four that stand in a row on the keyboard or in the alphabet."""
    runs = [*_RUNS, *(run[::-1] for run in _RUNS)]
    at, covered = 0, 0
    while at < len(plain):
        is_run = any(plain[at : at + _RUN] in run for run in runs) and at + _RUN <= len(plain)
        covered += _RUN if is_run else 0
        at += _RUN if is_run else 1
    return covered * 2 >= len(plain)
