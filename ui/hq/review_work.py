"""The work of a reviewer: its states, its events and the table of what each event does in each state. No Qt here.

`ReviewPage` shows a `ReviewWork` and sends it events; it never decides by what happens to be in sight.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum, auto
from typing import Final


class State(StrEnum):
    """The current task of the reviewer."""

    UNREAD = auto()
    """The queue is still being read from the store."""
    EMPTY = auto()
    """No open findings."""
    NOTHING = auto()
    """No finding fits the tab and the filter."""
    READING = auto()
    """A finding is current, and its detail is still being read."""
    FINDING = auto()
    DECIDING = auto()
    """The comment of a decision is asked for."""
    RECORDING = auto()
    """The decision is being recorded."""
    PICTURE = auto()
    """A picture covers the page; `ReviewWork.beneath` is the state under it."""


class Event(StrEnum):
    """An act of the reviewer or of the store."""

    NONE_OPEN = auto()
    """The queue was read: no finding is open."""
    NONE_FIT = auto()
    """The queue was read: no finding fits the tab and the filter."""
    ANOTHER = auto()
    """Another finding became current in the list."""
    READ = auto()
    """The detail of the current finding has been read."""
    DECIDE = auto()
    """A decision was chosen: its comment is asked for."""
    CONFIRM = auto()
    """The comment is written: record the decision."""
    RECORDED = auto()
    REFUSED = auto()
    """The store refused the decision."""
    ENLARGE = auto()
    """A picture of the finding was opened."""
    SHRINK = auto()
    """The picture was closed, or withheld by an order."""
    ESCAPE = auto()


class Reply(StrEnum):
    """The table's answer where it names no next state."""

    STAY = auto()
    """It is carried out; the state stays."""
    IGNORE = auto()
    """It means nothing here."""
    BENEATH = auto()
    """It happens under the picture, which stays."""
    UNCOVER = auto()
    """The picture closes. For `DECIDE`, only where the state under it takes a decision, which then follows."""


Cell = State | Reply

# Cells of the table, short enough to keep a row on a line.
STAY, NO, BENEATH, UNCOVER = Reply
UNREAD, EMPTY, NOTHING, READING, FINDING, DECIDING, RECORDING, PICTURE = State


def _row(*cells: Cell) -> dict[State, Cell]:
    return dict(zip(State, cells, strict=True))


# fmt: off
TABLE: Final[Mapping[Event, Mapping[State, Cell]]] = {
    #                      unread   empty    nothing  reading  finding    deciding   recording picture
    Event.NONE_OPEN: _row(EMPTY,   EMPTY,   EMPTY,   EMPTY,   EMPTY,     EMPTY,     EMPTY,     BENEATH),
    Event.NONE_FIT:  _row(NOTHING, NOTHING, NOTHING, NOTHING, NOTHING,   NOTHING,   NOTHING,   BENEATH),
    Event.ANOTHER:   _row(READING, READING, READING, READING, READING,   READING,   READING,   BENEATH),
    Event.READ:      _row(NO,      NO,      NO,      FINDING, STAY,      STAY,      STAY,      BENEATH),
    Event.DECIDE:    _row(NO,      NO,      NO,      NO,      DECIDING,  DECIDING,  NO,        UNCOVER),
    Event.CONFIRM:   _row(NO,      NO,      NO,      NO,      NO,        RECORDING, NO,        NO),
    Event.RECORDED:  _row(STAY,    STAY,    STAY,    STAY,    STAY,      STAY,      FINDING,   BENEATH),
    Event.REFUSED:   _row(STAY,    STAY,    STAY,    STAY,    STAY,      STAY,      DECIDING,  BENEATH),
    Event.ENLARGE:   _row(NO,      NO,      NO,      PICTURE, PICTURE,   PICTURE,   PICTURE,   STAY),
    Event.SHRINK:    _row(NO,      NO,      NO,      NO,      NO,        NO,        NO,        UNCOVER),
    Event.ESCAPE:    _row(STAY,    STAY,    STAY,    STAY,    STAY,      FINDING,   FINDING,   UNCOVER),
}
# fmt: on
"""The effect of each event in each state. A test walks every pair."""


class ReviewWork:
    """One reviewer's current work.

    `beneath` is the state without the picture that may cover it: equal to `state` while no picture is open.
    """

    def __init__(self) -> None:
        self.beneath = State.UNREAD
        self._is_covered = False

    @property
    def state(self) -> State:
        """Return `PICTURE` while a picture covers the page, else the state beneath."""
        return State.PICTURE if self._is_covered else self.beneath

    @property
    def is_deciding(self) -> bool:
        """Return whether a decision is being written or recorded, visibly or under a picture."""
        return self.beneath in {State.DECIDING, State.RECORDING}

    def send(self, event: Event) -> Cell:
        """Carry out an event, and return the table's answer. Nothing changes where that is `IGNORE`."""
        cell = TABLE[event][self.state]
        if cell is Reply.BENEATH or (cell is Reply.UNCOVER and event is Event.DECIDE):
            under = TABLE[event][self.beneath]
            if under is Reply.IGNORE:
                return under
            if isinstance(under, State):
                self.beneath = under
        if cell is Reply.UNCOVER:
            self._is_covered = False
        elif cell is State.PICTURE:
            self._is_covered = True
        elif isinstance(cell, State):
            self.beneath = cell
        return cell
