"""The current work in a visit: its states, its events and the table of what each event does in each state. No Qt here.

Widgets show `CurrentWork` and send it events; they never decide by what happens to be in sight. `TABLE` describes the
workspace as it is. `# evidence N.N` marks the rows that the section of that number in the evidence issue will change.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum, auto
from typing import Final

from eum_app.domain.checklists import Checklist
from eum_app.domain.facts import MarkRead
from eum_app.domain.visit_kinds import outcomes_of
from eum_app.domain.visits import Outcome, ReadBy
from ui.field.visit.draft import Draft, unseen_ids
from ui.field.visit.visit_view import VisitView


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
    ENTERED = auto()
    """The serial typed by hand has its meaning."""
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
    """Do again what was undone last; possible until the next act."""
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
    """Go back from the reasons to the item or the offer."""
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
UNREAD, CLOSED, NOTHING, OFFER, ITEM, REASONS, GROUP, BY_HAND = State
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
    #                          unread   closed   nothing  offer    item     reasons  group    by hand
    Event.ANOTHER_VISIT:  _row(UNREAD,  UNREAD,  UNREAD,  UNREAD,  UNREAD,  UNREAD,  UNREAD,  UNREAD),
    Event.VISIT_READ:     _row(NOTHING, NOTHING, STAY,    STAY,    STAY,    STAY,    STAY,    STAY),
    Event.VISIT_CLOSED:   _row(CLOSED,  STAY,    CLOSED,  CLOSED,  CLOSED,  CLOSED,  CLOSED,  CLOSED),
    Event.SCAN:           _row(NO,      REFUSE,  STAY,    FREE,    FREE,    REFUSE,  REFUSE,  REFUSE), # evidence 1.6
    Event.SCAN_AGAIN:     _row(NO,      REFUSE,  NO,      QUIET,   QUIET,   NO,      NO,      NO),
    Event.PRESS:          _row(NO,      REFUSE,  STAY,    FREE,    FREE,    REFUSE,  REFUSE,  REFUSE),
    Event.PRESS_AGAIN:    _row(NO,      REFUSE,  NO,      STAY,    STAY,    BACK,    NO,      NO),
    Event.SIGHT:          _row(NO,      REFUSE,  STAY,    QUIET,   QUIET,   NO,      NO,      NO),
    Event.LOST:           _row(NO,      NO,      STAY,    QUIET,   QUIET,   NO,      NO,      NO),
    Event.PICK:           _row(NO,      REFUSE,  STAY,    ALONE,   ALONE,   ALONE,   REFUSE,  STAY),
    Event.CHOOSE:         _row(NO,      NO,      NO,      STAY,    NO,      NO,      NO,      NO),
    Event.SHOW_ITEM:      _row(NO,      REFUSE,  ITEM,    SHOW_I,  SHOW_I,  SHOW_I,  NO,      ITEM),
    Event.SHOW_OFFER:     _row(NO,      REFUSE,  OFFER,   SHOW_O,  SHOW_O,  SHOW_O,  NO,      OFFER),
    Event.TYPE_BY_HAND:   _row(REFUSE,  REFUSE,  BY_HAND, TYPE,    TYPE,    REFUSE,  REFUSE,  REFUSE), # evidence 1.6
    Event.ENTERED:        _row(NO,      NO,      NO,      NO,      NO,      NO,      NO,      NOTHING),
    Event.TAKE:           _row(NO,      REFUSE,  GROUP,   TAKE,    TAKE,    REFUSE,  STAY,    GROUP),
    Event.OPEN_ONE:       _row(NO,      NO,      NO,      NO,      NO,      NO,      ITEM,    NO),
    Event.SEEN:           _row(NO,      NO,      NO,      NO,      STAY,    NO,      STAY,    NO),
    Event.ANSWER_ALL:     _row(NO,      NO,      NO,      NO,      STAY,    NO,      STAY,    NO),
    Event.PHOTO:          _row(NO,      NO,      NO,      STAY,    STAY,    STAY,    STAY,    NO),
    Event.VERIFY:         _row(NO,      NO,      NO,      NO,      STAY,    NO,      STAY,    NO),     # evidence 1.6
    Event.DECIDE:         _row(NO,      NO,      NO,      REASONS, REASONS, NO,      NO,      NO),
    Event.GIVE_REASON:    _row(NO,      NO,      NO,      NO,      NO,      STAY,    NO,      NO),
    Event.LOCK_ROOM:      _row(NO,      REFUSE,  STAY,    FREE,    FREE,    REFUSE,  REFUSE,  REFUSE),
    Event.NOTE_LABEL:     _row(NO,      NO,      NO,      STAY,    NO,      NO,      NO,      NO),
    Event.LABEL_NOTED:    _row(NO,      NO,      NO,      NOTED,   NO,      NO,      NO,      NO),
    Event.RECORDED:       _row(STAY,    STAY,    STAY,    LEAVE,   LEAVE,   LEAVE,   STAY,    LEAVE),
    Event.GROUP_RECORDED: _row(STAY,    STAY,    NOTHING, NOTHING, NOTHING, NOTHING, NOTHING, NOTHING),
    Event.WITHDRAW:       _row(NO,      REFUSE,  STAY,    STAY,    STAY,    STAY,    STAY,    STAY),
    Event.UNDO:           _row(NO,      REFUSE,  STAY,    STAY,    STAY,    BACK,    STAY,    STAY),
    Event.REDO:           _row(NO,      REFUSE,  STAY,    STAY,    STAY,    NO,      STAY,    STAY),
    Event.ESCAPE:         _row(STAY,    STAY,    STAY,    LEAVE,   LEAVE,   BACK,    NOTHING, LEAVE),
    Event.PUT_AWAY:       _row(STAY,    STAY,    STAY,    LEAVE,   LEAVE,   LEAVE,   NOTHING, LEAVE),
}
# fmt: on
"""The effect of each event in each state. A test walks every pair."""

LOOKED_AT: Final[Mapping[Event, bool]] = {Event.VERIFY: False, Event.DECIDE: True, Event.GIVE_REASON: True}
"""Events that are refused while questions were not on the screen: any question, or (True) one that "all as expected"
answered. So that no answer is confirmed blind.
"""


@dataclass
class Group:
    """Items that the person took in view, each with the mark that was read, and `answers` that apply to all."""

    drafts: dict[str, Draft] = field(default_factory=dict)
    answers: Draft = field(default_factory=lambda: Draft(MarkRead(read_by=ReadBy.CAMERA)))

    def take(self, drafts: Sequence[Draft]) -> int:
        """Add items, keep those already in the group, and return the number of new ones.

        New items clear the answers: answers given for fewer items must not apply to more.
        """
        new = {draft.item_id: draft for draft in drafts if draft.item_id not in self.drafts}
        self.drafts.update(new)
        if new:
            self.answers = Draft(MarkRead(read_by=ReadBy.CAMERA))
        return len(new)

    def split(self) -> list[Draft]:
        """Give each item its own draft with the answers given for all; none if no answer was given."""
        if not self.answers.is_begun:
            return []
        for draft in self.drafts.values():
            draft.answers, draft.answer_photos = dict(self.answers.answers), dict(self.answers.answer_photos)
        return list(self.drafts.values())

    def clear(self) -> None:
        """Remove the items and their shared answers."""
        self.drafts.clear()
        self.answers = Draft(MarkRead(read_by=ReadBy.CAMERA))


class CurrentWork:
    """One visit's current work. `draft` is the open item or offered mark (None: none), `group` the items taken."""

    def __init__(self) -> None:
        self.visit_id = ""
        self.view: VisitView | None = None
        self.state = State.UNREAD
        self.draft: Draft | None = None
        self.group = Group()
        self._asked_about = State.ITEM
        """The state that the reasons go back to: `ITEM` or `OFFER`."""
        self._undone: list[tuple[str, ...]] = []
        """Acts that were undone, the last at the end: ids of withdrawn checks, or no id for one on the open draft."""
        self._is_undoing = False
        self.on_change: Callable[[], object] | None = None
        """Called after each event that was carried out, and after each change of the open draft."""

    @property
    def checklist(self) -> Checklist:
        """Return the questions about each item. Call only after the visit was read."""
        assert self.view is not None
        return self.view.item_checklist

    @property
    def outcomes(self) -> tuple[Outcome, ...]:
        """Return the outcomes that the kind of visit accepts; none before the visit was read."""
        return outcomes_of(self.view.row.purpose) if self.view is not None else ()

    @property
    def open_draft(self) -> Draft | None:
        """Return the draft that answers go to: the open item's or the group's, or None."""
        return self.group.answers if self.state is State.GROUP else self.draft

    def undo(self) -> bool:
        """Take back the last act on the open draft. Return False if there is none: then the last check is next."""
        is_done = self._go(Draft.undo)
        if is_done:
            self._undone.append(())
        return is_done

    def redo(self) -> tuple[str, ...] | None:
        """Do again what was undone last.

        Return the ids of the withdrawn checks that are to be recorded again, an empty tuple after an act on the open
        draft, and None if nothing was undone since the last act.
        """
        while self._undone:
            check_ids = self._undone.pop()
            if check_ids or self._go(Draft.redo):
                return check_ids
        return None

    def note_withdrawn(self, check_ids: Sequence[str]) -> None:
        """Remember checks that were withdrawn, for `redo`."""
        self._undone.append(tuple(check_ids))

    def note_act(self) -> None:
        """Forget what was undone, because something else was done since."""
        if not self._is_undoing:
            self._undone.clear()

    @property
    def is_about_offer(self) -> bool:
        """Return whether the open draft is that of an offered mark, or the reasons are asked about one."""
        return (self._asked_about if self.state is State.REASONS else self.state) is State.OFFER

    def _draft_changed(self) -> None:
        self.note_act()
        self._tell()

    def _tell(self) -> None:
        if self.on_change is not None:
            self.on_change()

    def _go(self, way: Callable[[Draft], bool]) -> bool:
        draft = self.open_draft
        self._is_undoing = True
        try:
            return draft is not None and way(draft)
        finally:
            self._is_undoing = False

    @property
    def stake(self) -> Stake:
        """Return what would be lost if something else replaced the current work."""
        if self.group.drafts:
            return Stake.GROUP
        is_begun = self.draft is not None and self.draft.is_begun
        return Stake.ANSWERS if is_begun or self.state in {State.REASONS, State.BY_HAND} else Stake.NONE

    def is_open_item(self, item_id: str) -> bool:
        """Return whether this is the open item."""
        return self.draft is not None and bool(item_id) and self.draft.item_id == item_id

    def allows(self, event: Event) -> bool:
        """Return whether `send` would carry out an event."""
        return self.reply_to(event) not in {Reply.REFUSE, Reply.IGNORE}

    def reply_to(self, event: Event) -> Cell:
        """Return the reply that `send` would give, without changing anything."""
        cell = TABLE[event][self.state].by(self.stake)
        return Reply.REFUSE if cell is not Reply.IGNORE and self.unseen_ids(event) else cell

    def unseen_ids(self, event: Event) -> list[str]:
        """Return the questions that must be on the screen before this event, and were not."""
        draft = self.open_draft
        if event not in LOOKED_AT or draft is None or self.is_about_offer or self.view is None:
            return []
        return unseen_ids(draft, self.checklist, filled=LOOKED_AT[event])

    def send(
        self, event: Event, *, draft: Draft | None = None, taken: Sequence[Draft] = (), seen: Sequence[str] = ()
    ) -> Cell:
        """Carry out an event, and return the table's answer.

        Pass `draft` with `SHOW_ITEM`, `SHOW_OFFER` and `OPEN_ONE`, `taken` with `TAKE`, and with `SEEN` the ids of the
        questions that are on the screen. Nothing changes when the answer is `REFUSE` or `IGNORE`.
        """
        cell = self.reply_to(event)
        if not self.allows(event):
            return cell
        if event is Event.SEEN:
            if self.open_draft is not None:
                self.open_draft.seen.update(seen)
            return cell  # nothing that is kept has changed
        if event is Event.TAKE:
            self.group.take(taken)
        if event is Event.OPEN_ONE and draft is not None:
            self.group.drafts.pop(draft.item_id, None)
        if event is Event.GROUP_RECORDED:
            self.group.clear()
        if isinstance(cell, State):
            self._enter(cell, draft)
        elif cell is Reply.BACK:
            self.state = self._asked_about
        elif cell is Reply.LEAVE:
            self._enter(State.GROUP if self.group.drafts else State.NOTHING, None)
        for held in (self.draft, self.group.answers):
            if held is not None:
                held.on_change = self._draft_changed
        self._tell()
        return cell

    def _enter(self, state: State, draft: Draft | None) -> None:
        if state is State.REASONS:
            self._asked_about = self.state
        else:
            self.draft = draft if state in {State.ITEM, State.OFFER} else None
        if state in {State.UNREAD, State.CLOSED, State.NOTHING}:
            self.group.clear()
        self.state = state
