"""The current work in a visit: what is open, and what each event does with it. No Qt here.

Widgets show `CurrentWork` and send it events; they never decide by what happens to be in sight. `work_table` has the
states, the events and the table.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from eum_app.domain.checklists import Checklist
from eum_app.domain.facts import MarkRead
from eum_app.domain.sighting import Lack
from eum_app.domain.visit_kinds import outcomes_of
from eum_app.domain.visits import Outcome, ReadBy
from ui.field.visit.draft import Draft, identity_of, reading_of, unseen_ids
from ui.field.visit.visit_view import VisitView
from ui.field.visit.work_table import ASIDE as ASIDE
from ui.field.visit.work_table import LOOKED_AT as LOOKED_AT
from ui.field.visit.work_table import TABLE as TABLE
from ui.field.visit.work_table import Cell as Cell
from ui.field.visit.work_table import Event as Event
from ui.field.visit.work_table import Reply as Reply
from ui.field.visit.work_table import Stake as Stake
from ui.field.visit.work_table import State as State


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
        """Give each item its own draft with the answers given for all, and return these drafts.

        Changes nothing and returns none if no answer was given.
        """
        if not self.answers.is_begun:
            return []
        for draft in self.drafts.values():
            draft.answers, draft.answer_photos = dict(self.answers.answers), dict(self.answers.answer_photos)
        return list(self.drafts.values())

    def clear(self) -> None:
        """Remove the items and their shared answers."""
        self.drafts.clear()
        self.answers = Draft(MarkRead(read_by=ReadBy.CAMERA))


def lack_of(view: VisitView | None, draft: Draft) -> Lack | None:
    """Return what the item of a draft lacks before it can be verified.

    None if nothing, and before the visit was read.
    """
    if view is None:
        return None
    grade, mark = draft.evidence.grade, reading_of(draft)
    return view.terms.lack(identity_of(draft), outcome=Outcome.VERIFIED, grade=grade, mark=mark)


class CurrentWork:
    """One visit's current work. `draft` is the open item or offered mark (None: none), `group` the items taken."""

    def __init__(self) -> None:
        self.visit_id = ""
        self.view: VisitView | None = None
        self.state = State.UNREAD
        self.draft: Draft | None = None
        self.group = Group()
        self._asked_about = State.ITEM
        """The state that the reasons, the serial and the evidence go back to: `ITEM` or `OFFER`."""
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

    @property
    def lack(self) -> Lack | None:
        """Return what the open item, or one of the group, lacks before it can be verified; None if nothing."""
        opened = [*self.group.drafts.values()] if self.state is State.GROUP else [self.draft]
        is_open = self.state in {State.ITEM, State.GROUP}
        return next((lack for draft in opened if is_open and draft and (lack := lack_of(self.view, draft))), None)

    def undo(self) -> bool:
        """Take back the last act on the open draft. Return False if there is none: then the last check is next."""
        is_done = self._go(Draft.undo)
        if is_done:
            self._undone.append(())
        return is_done

    def redo(self) -> tuple[str, ...] | None:
        """Redo the last undone step.

        Return the ids of the withdrawn checks to record again, an empty tuple after an act on the open
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
        return (self._asked_about if self.state in ASIDE else self.state) is State.OFFER

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
        return Stake.ANSWERS if is_begun or self.state in {State.BY_HAND, *ASIDE} else Stake.NONE

    def is_open_item(self, item_id: str) -> bool:
        """Return whether this is the open item."""
        return self.draft is not None and bool(item_id) and self.draft.item_id == item_id

    def allows(self, event: Event) -> bool:
        """Return whether `send` would carry out an event."""
        return self.reply_to(event) not in {Reply.REFUSE, Reply.IGNORE}

    def reply_to(self, event: Event) -> Cell:
        """Return the reply that `send` would give, without changing anything."""
        cell = TABLE[event][self.state].by(self.stake)
        is_shut = bool(self.unseen_ids(event)) or (event is Event.VERIFY and self.lack is not None)
        return Reply.REFUSE if cell is not Reply.IGNORE and is_shut else cell

    def unseen_ids(self, event: Event) -> list[str]:
        """Return the ids of the questions that must be on the screen before this event, and were not.

        Empty for an event that needs no look, for an offer, and without an open draft.
        """
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
        if state in ASIDE:
            self._asked_about = self.state
        else:
            self.draft = draft if state in {State.ITEM, State.OFFER} else None
        if state in {State.UNREAD, State.CLOSED, State.NOTHING}:
            self.group.clear()
        self.state = state
