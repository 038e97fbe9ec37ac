"""The states and events of the current work in a visit, and the table of their effects. No Qt here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum, auto
from typing import Final


class State(StrEnum):
    """The current task in the right column. While an item of the group is open, the rest of the group waits."""

    UNREAD = auto()
    """The visit is still being read from the store."""
    CLOSED = auto()
    """The visit is closed out: read-only."""
    NOTHING = auto()
    OFFER = auto()
    """A mark that is not simply an expected item: what it could be, and what can be done."""
    ITEM = auto()
    REASONS = auto()
    """The reasons are asked for: the item (or the offered mark) is not simply verified."""
    GROUP = auto()
    """Items that were taken in view at once."""
    BY_HAND = auto()
    """A serial typed twice, because no mark can be read."""
    SERIAL = auto()
    """The same for the open item, which waits."""
    EVIDENCE = auto()
    """The basis of the check of the open item: the grade, and who saw it."""
    FATE = auto()
    """The statement of what became of the open item, which waits."""


class Event(StrEnum):
    """An act of the person, a scanner, the camera or the store."""

    ANOTHER_VISIT = auto()
    VISIT_READ = auto()
    """The store says that the visit is open."""
    VISIT_CLOSED = auto()
    """The store says that the visit is closed out."""
    SCAN = auto()
    """A mark was scanned or typed."""
    SCAN_AGAIN = auto()
    """The mark of the open item was scanned or typed."""
    PRESS = auto()
    """A mark in the picture was pressed."""
    PRESS_AGAIN = auto()
    """The mark of the open item was pressed in the picture."""
    SIGHT = auto()
    """The camera has a verdict about a mark in view."""
    LOST = auto()
    """A scan without its separators can be read in several ways."""
    PICK = auto()
    """A row of the list was chosen."""
    CHOOSE = auto()
    """One of the items that an offer names was chosen."""
    SHOW_ITEM = auto()
    """An expected item has been read from the store."""
    SHOW_OFFER = auto()
    """The mark that was read, or the item that was picked, is not expected."""
    TYPE_BY_HAND = auto()
    TYPE_SERIAL = auto()
    """Type the serial of the open item."""
    ENTERED = auto()
    """The serial typed by hand has its meaning."""
    ENTERED_AGAIN = auto()
    """The serial typed by hand is that of the open item."""
    ASK_EVIDENCE = auto()
    ASK_FATE = auto()
    """Ask what became of the open item."""
    TAKE = auto()
    """Take all expected items in view."""
    OPEN_ONE = auto()
    """Open one item of the group separately."""
    SEEN = auto()
    """Questions of the open item or group were completely visible."""
    ANSWER_ALL = auto()
    PHOTO = auto()
    VERIFY = auto()
    """Record as verified: the item, or each item of the group."""
    DECIDE = auto()
    """Any other outcome: its reason is asked for."""
    GIVE_REASON = auto()
    LOCK_ROOM = auto()
    """Record that the items of a room cannot be seen."""
    NOTE_LABEL = auto()
    """Keep the claims of the container's label that is offered."""
    LABEL_NOTED = auto()
    RECORDED = auto()
    GROUP_RECORDED = auto()
    WITHDRAW = auto()
    """Withdraw the checks that a button names."""
    UNDO = auto()
    """Take back the last act: an answer, photo or note of the open item or group first, then the last check."""
    REDO = auto()
    """Redo the last undone step; possible until the next act."""
    ESCAPE = auto()
    PUT_AWAY = auto()


class Reply(StrEnum):
    """The table's answer where it names no next state."""

    STAY = auto()
    """It is carried out; the state stays."""
    REFUSE = auto()
    """It is not carried out, and the page says why."""
    IGNORE = auto()
    """It means nothing here."""
    BACK = auto()
    """Go back to the item or the offer: from the reasons, the entry of its serial, or its evidence."""
    LEAVE = auto()
    """The work ends: the items that wait in the group come back, or nothing is open."""


class Stake(StrEnum):
    """The loss if something else took the place of the current work."""

    NONE = auto()
    ANSWERS = auto()
    """Answers, photos, a note, or an entry by hand."""
    GROUP = auto()
    """Items taken in view, with or without an item opened from them."""


Cell = State | Reply


@dataclass(frozen=True)
class Step:
    """The table's answer for each stake."""

    none: Cell
    answers: Cell
    group: Cell

    def by(self, stake: Stake) -> Cell:
        """Return the answer for a stake."""
        return {Stake.NONE: self.none, Stake.ANSWERS: self.answers, Stake.GROUP: self.group}[stake]


# Cells of the table, short enough to keep a row on a line.
STAY, REFUSE, NO, BACK, LEAVE = Reply
UNREAD, CLOSED, NOTHING, OFFER, ITEM, REASONS, GROUP, BY_HAND, SERIAL, EVIDENCE, FATE = State
ASIDE: Final = frozenset({REASONS, SERIAL, EVIDENCE, FATE})
"""States that ask something about the open item or offer, which stays open behind them."""
FREE = Step(STAY, REFUSE, REFUSE)
"""Carried out where nothing is at stake, else refused."""
QUIET = Step(STAY, NO, NO)
ALONE = Step(STAY, STAY, REFUSE)
"""Carried out unless items wait in a group."""
SHOW_I = Step(ITEM, ITEM, NO)
SHOW_O = Step(OFFER, OFFER, NO)
TYPE = Step(BY_HAND, REFUSE, REFUSE)
TAKE = Step(GROUP, REFUSE, REFUSE)
NOTED = Step(LEAVE, STAY, STAY)


def _row(*cells: Cell | Step) -> dict[State, Step]:
    steps = (cell if isinstance(cell, Step) else Step(cell, cell, cell) for cell in cells)
    return dict(zip(State, steps, strict=True))


# fmt: off
TABLE: Final[Mapping[Event, Mapping[State, Step]]] = {
    #                          unread  closed  nothing offer   item    reasons group   by_hand serial  evid.   fate
    Event.ANOTHER_VISIT:  _row(UNREAD, UNREAD, UNREAD, UNREAD, UNREAD, UNREAD, UNREAD, UNREAD, UNREAD, UNREAD, UNREAD),
    Event.VISIT_READ:     _row(NOTHING,NOTHING,STAY,   STAY,   STAY,   STAY,   STAY,   STAY,   STAY,   STAY,   STAY),
    Event.VISIT_CLOSED:   _row(CLOSED, STAY,   CLOSED, CLOSED, CLOSED, CLOSED, CLOSED, CLOSED, CLOSED, CLOSED, CLOSED),
    Event.SCAN:           _row(NO,     REFUSE, STAY,   FREE,   FREE,   REFUSE, REFUSE, REFUSE, REFUSE, REFUSE, REFUSE),
    Event.SCAN_AGAIN:     _row(NO,     REFUSE, NO,     QUIET,  STAY,   NO,     NO,     NO,     BACK,   STAY,   STAY),
    Event.PRESS:          _row(NO,     REFUSE, STAY,   FREE,   FREE,   REFUSE, REFUSE, REFUSE, REFUSE, REFUSE, REFUSE),
    Event.PRESS_AGAIN:    _row(NO,     REFUSE, NO,     STAY,   STAY,   BACK,   NO,     NO,     BACK,   BACK,   NO),
    Event.SIGHT:          _row(NO,     REFUSE, STAY,   QUIET,  QUIET,  NO,     NO,     NO,     NO,     NO,     NO),
    Event.LOST:           _row(NO,     NO,     STAY,   QUIET,  QUIET,  NO,     NO,     NO,     NO,     NO,     NO),
    Event.PICK:           _row(NO,     REFUSE, STAY,   ALONE,  ALONE,  ALONE,  REFUSE, STAY,   ALONE,  ALONE,  ALONE),
    Event.CHOOSE:         _row(NO,     NO,     NO,     STAY,   NO,     NO,     NO,     NO,     NO,     NO,     NO),
    Event.SHOW_ITEM:      _row(NO,     REFUSE, ITEM,   SHOW_I, SHOW_I, SHOW_I, NO,     ITEM,   SHOW_I, SHOW_I, SHOW_I),
    Event.SHOW_OFFER:     _row(NO,     REFUSE, OFFER,  SHOW_O, SHOW_O, SHOW_O, NO,     OFFER,  SHOW_O, SHOW_O, SHOW_O),
    Event.TYPE_BY_HAND:   _row(REFUSE, REFUSE, BY_HAND,TYPE,   TYPE,   REFUSE, REFUSE, REFUSE, NO,     REFUSE, REFUSE),
    Event.TYPE_SERIAL:    _row(NO,     NO,     NO,     NO,     SERIAL, NO,     NO,     NO,     NO,     NO,     NO),
    Event.ENTERED:        _row(NO,     NO,     NO,     NO,     NO,     NO,     NO,     NOTHING,REFUSE, NO,     NO),
    Event.ENTERED_AGAIN:  _row(NO,     NO,     NO,     NO,     NO,     NO,     NO,     NO,     BACK,   NO,     NO),
    Event.ASK_EVIDENCE:   _row(NO,     NO,     NO,     NO,     EVIDENCE,NO,     NO,     NO,     NO,     NO,     NO),
    Event.ASK_FATE:       _row(NO,     NO,     NO,     NO,     FATE,   NO,     NO,     NO,     NO,     NO,     NO),
    Event.TAKE:           _row(NO,     REFUSE, GROUP,  TAKE,   TAKE,   REFUSE, STAY,   GROUP,  REFUSE, REFUSE, REFUSE),
    Event.OPEN_ONE:       _row(NO,     NO,     NO,     NO,     NO,     NO,     ITEM,   NO,     NO,     NO,     NO),
    Event.SEEN:           _row(NO,     NO,     NO,     NO,     STAY,   NO,     STAY,   NO,     NO,     NO,     NO),
    Event.ANSWER_ALL:     _row(NO,     NO,     NO,     NO,     STAY,   NO,     STAY,   NO,     NO,     NO,     NO),
    Event.PHOTO:          _row(NO,     NO,     NO,     STAY,   STAY,   STAY,   STAY,   NO,     STAY,   STAY,   NO),
    Event.VERIFY:         _row(NO,     NO,     NO,     NO,     STAY,   NO,     STAY,   NO,     NO,     NO,     NO),
    Event.DECIDE:         _row(NO,     NO,     NO,     REASONS,REASONS,NO,     NO,     NO,     NO,     NO,     NO),
    Event.GIVE_REASON:    _row(NO,     NO,     NO,     NO,     NO,     STAY,   NO,     NO,     NO,     NO,     NO),
    Event.LOCK_ROOM:      _row(NO,     REFUSE, STAY,   FREE,   FREE,   REFUSE, REFUSE, REFUSE, REFUSE, REFUSE, REFUSE),
    Event.NOTE_LABEL:     _row(NO,     NO,     NO,     STAY,   NO,     NO,     NO,     NO,     NO,     NO,     NO),
    Event.LABEL_NOTED:    _row(NO,     NO,     NO,     NOTED,  NO,     NO,     NO,     NO,     NO,     NO,     NO),
    Event.RECORDED:       _row(STAY,   STAY,   STAY,   LEAVE,  LEAVE,  LEAVE,  STAY,   LEAVE,  LEAVE,  LEAVE,  LEAVE),
    Event.GROUP_RECORDED: _row(STAY,   STAY,   NOTHING,NOTHING,NOTHING,NOTHING,NOTHING,NOTHING,NOTHING,NOTHING,NOTHING),
    Event.WITHDRAW:       _row(NO,     REFUSE, STAY,   STAY,   STAY,   STAY,   STAY,   STAY,   STAY,   STAY,   STAY),
    Event.UNDO:           _row(NO,     REFUSE, STAY,   STAY,   STAY,   BACK,   STAY,   STAY,   BACK,   BACK,   BACK),
    Event.REDO:           _row(NO,     REFUSE, STAY,   STAY,   STAY,   NO,     STAY,   STAY,   NO,     NO,     NO),
    Event.ESCAPE:         _row(STAY,   STAY,   STAY,   LEAVE,  LEAVE,  BACK,   NOTHING,LEAVE,  BACK,   BACK,   BACK),
    Event.PUT_AWAY:       _row(STAY,   STAY,   STAY,   LEAVE,  LEAVE,  LEAVE,  NOTHING,LEAVE,  BACK,   BACK,   BACK),
}
# fmt: on
"""The effect of each event in each state. A test walks every pair."""

LOOKED_AT: Final[Mapping[Event, bool]] = {Event.VERIFY: False, Event.DECIDE: True, Event.GIVE_REASON: True}
"""Events that are refused while questions were not on the screen: any question, or (True) one that "all as expected"
answered. So that no answer is confirmed blind.
"""
