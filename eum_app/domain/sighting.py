"""How an item must be identified before it can be verified as sighted (evidence grade A).

Three clicks in a list prove nothing about an item that is accounted for by serial number (DODIG-24-140: scans were
inaccurate, marks illegible or missing, scanners banned at some sites). So such an item needs one of these:

- its mark is read by a device;
- its serial is entered by hand twice, with the reason why the mark was not read;
- the site's checklist says that scanners are not allowed: one entry, and a second for one item in ten;
- the check rests on a lower grade of evidence, and names who saw the item, for whom, and how.

A line of the paper worklist whose serial was typed counts as one entry by hand. A second entry, typed without sight of
the first, is the other. The reason why no mark was read is the paper. A tick without a serial counts as nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple

from eum_app.domain.checklists import Answer
from eum_app.domain.errors import Refusal
from eum_app.domain.facts import MarkRead
from eum_app.domain.items import EumLevel, compact
from eum_app.domain.visits import SEEN_OUTCOMES, Grade, NoReadReason, Outcome, ReadBy
from eum_app.domain.vocabulary import member_of

MAX_WITNESS_CHARS: Final = 120
"""Longest text of each of: who saw the item, for whom, and how."""
_DEVICES: Final = frozenset({ReadBy.CAMERA, ReadBy.PHOTO, ReadBy.WEDGE, ReadBy.SERIAL})
_BY_HAND: Final = frozenset({ReadBy.TYPED, ReadBy.PAPER})


class Lack(StrEnum):
    """The part that a check lacks before it can be recorded. Each member is the code of its refusal."""

    MARK = "sighting.mark_unread"
    """No mark was read, and the serial was not entered by hand."""
    SERIAL = "sighting.other_serial"
    """The serial that was entered by hand is not the item's."""
    REASON = "sighting.no_reason"
    """The serial was entered by hand, without the reason why no mark was read."""
    AGAIN = "sighting.enter_again"
    """The serial was entered once, and a second entry is needed."""
    WITNESS = "sighting.no_witness"
    """The grade is below *sighted*, and it is not said who saw the item, for whom, and how."""


@dataclass(frozen=True, kw_only=True)
class SightingPolicy:
    """The demand of a kind of visit, for items of these monitoring `levels`.

    `scanner_question` is the id of the question of the site checklist whose answer "no" means that scanners are not
    allowed. There, one item in `again_one_in` is entered twice.
    """

    levels: tuple[EumLevel, ...] = (EumLevel.EEUM,)
    scanner_question: str = "scanner_allowed"
    again_one_in: int = 10

    def bans_scanner(self, answers: Iterable[Answer]) -> bool:
        """Return whether these answers about a site say that scanners are not allowed."""
        return any(one.question_id == self.scanner_question and one.value == "no" for one in answers)

    def is_entered_twice(self, visit_id: str, item_id: str) -> bool:
        """Return whether this item is one of those that are entered twice although scanners are not allowed.

        The choice is a hash of the two ids, which HQ made before the visit: no person on site can steer it, and HQ can
        repeat it.
        """
        digest = hashlib.sha384(f"{visit_id}|{item_id}".encode()).digest()
        return int.from_bytes(digest[:8]) % self.again_one_in == 0


STRICT: Final = SightingPolicy()
"""The policy of an inventory, and of kinds of visit that this version does not know."""


class Identity(NamedTuple):
    """The level and the identifiers of an item in the book."""

    item_id: str = ""
    level: str = ""
    serial: str = ""
    uii: str = ""

    def has_serial(self, entered: str) -> bool:
        """Return whether this entry by hand is the serial or the UII of the item, ignoring spaces and letter case."""
        text = compact(entered)
        return bool(text) and text in {compact(self.serial), compact(self.uii)}


@dataclass(frozen=True)
class SightingTerms:
    """The policy of one visit, and whether its site allows scanners."""

    policy: SightingPolicy
    visit_id: str
    bans_scanner: bool = False

    def lack(self, item: Identity, *, outcome: str, grade: str, mark: MarkRead) -> Lack | None:
        """Return what a check of an item lacks, or None if it can be recorded.

        An item that was seen with a grade below *sighted* needs only its witness. Otherwise only *verified* on an item
        of the policy's levels needs anything.
        """
        if outcome in SEEN_OUTCOMES and grade != Grade.SIGHTED:
            is_named = all(text.strip() for text in (mark.saw, mark.saw_for, mark.saw_how))
            return None if is_named else Lack.WITNESS
        if outcome != Outcome.VERIFIED or item.level not in self.policy.levels:
            return None
        return self._unread(item, mark)

    def takes_one_entry(self, item_id: str, no_read_reason: str) -> bool:
        """Return whether a serial that was entered once identifies an item for this reason.

        That is so only where scanners are not allowed, for that reason, and for items that are not entered twice.
        """
        is_banned = self.bans_scanner and no_read_reason == NoReadReason.SCANNER_NOT_ALLOWED
        return is_banned and bool(item_id) and not self.policy.is_entered_twice(self.visit_id, item_id)

    def entries_wanted(self, item: Identity) -> int:
        """Return how many entries by hand identify an item whose mark is not read: 2, 1, or 0 for one of another
        level.
        """
        if item.level not in self.policy.levels:
            return 0
        return 1 if self.takes_one_entry(item.item_id, NoReadReason.SCANNER_NOT_ALLOWED) else 2

    def _unread(self, item: Identity, mark: MarkRead) -> Lack | None:
        entered = mark.raw.decode("utf-8", "replace") or mark.serial
        if mark.read_by in _DEVICES and (mark.raw or mark.serial or mark.uii):
            return None
        if mark.read_by not in _BY_HAND or not compact(entered):
            return Lack.MARK
        if not item.has_serial(entered):
            return Lack.SERIAL
        has_reason = mark.read_by == ReadBy.PAPER or member_of(NoReadReason, mark.no_read_reason) is not None
        if not has_reason:
            return Lack.REASON if mark.entered_twice else Lack.MARK
        is_enough = mark.entered_twice or self.takes_one_entry(item.item_id, mark.no_read_reason)
        return None if is_enough else Lack.AGAIN


def require_witness_words(texts: Sequence[str]) -> None:
    """Require texts that name a witness to be short and printable. Raises Refusal `sighting.witness_words`."""
    if any(len(text) > MAX_WITNESS_CHARS or not text.isprintable() for text in texts):
        raise Refusal("sighting.witness_words", limit=MAX_WITNESS_CHARS)
