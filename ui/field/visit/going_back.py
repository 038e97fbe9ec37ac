"""Show a visit again as it was left: the list, and the item, offer, group or entry that was open."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject

from db.queries.items import ItemRow
from eum_app.domain.facts import MarkRead
from eum_app.domain.visits import TO_CHECK, ReadBy
from eum_app.usecases.calls import query
from eum_app.usecases.visits.drafts import Begun, Place, Unrecorded, Work
from ui.field.visit.current_work import Event, State
from ui.field.visit.draft import Draft
from ui.field.visit.keeper import Keeper
from ui.field.visit.opening import Opening
from ui.field.visit.recording import Recording
from ui.field.visit.unsaved import bring_back
from ui.field.visit.visit_view import read_items
from ui.field.visit.workspace import Workspace
from ui.kit import words


class GoingBack(QObject):
    """Carry out what `Keeper.brought_back` found, unless the person has started something else meanwhile."""

    def __init__(self, at: Workspace, keeper: Keeper, opening: Opening, recording: Recording) -> None:
        super().__init__(at)
        self._at, self._work = at, at.work
        self._opening, self._recording = opening, recording
        self.keeps_list = False
        """The list was asked for with a filter: it is not changed."""
        self.wanted: Unrecorded | None = None
        """A draft that the person asked to open, instead of what was open last."""
        keeper.brought_back.connect(self._show)

    def _show(self, work: Work) -> None:
        place = work.place
        if self.open_wanted():
            return
        if place.state and not self.keeps_list:
            self._at.items.go_back_to(place.filter, place.words, place.top_id)
        if self._work.state is not State.NOTHING:
            return
        if place.state == State.BY_HAND:
            self._opening.type_by_hand()
            self._at.column.by_hand.fill_again(place.typed)
        elif place.state == State.GROUP and work.begun:
            item_ids = [one.item_id for one in work.begun[1:]]
            found = query(read_items, self._work.visit_id, item_ids)
            self._at.desk.ask(found, then=partial(self._take, self._work.visit_id, work.begun))
        elif place.state in {State.ITEM, State.REASONS, State.OFFER, State.SERIAL, State.EVIDENCE, State.FATE}:
            self._open(work)

    def open_wanted(self) -> bool:
        """Open the draft that the person asked for, if it is about an item that is not open yet. Return whether it was
        so.

        A draft that was asked for is forgotten in any case.
        """
        wanted, self.wanted = self.wanted, None
        if wanted is None or not wanted.item_id or self._work.is_open_item(wanted.item_id):
            return False
        self._opening.pick(wanted.item_id)
        return True

    def _open(self, work: Work) -> None:
        begun = next(iter(work.begun), None)
        decided = begun.stated.outcome if begun is not None and work.place.state == State.REASONS else ""
        then = partial(self._opened, work.place, decided)
        if work.place.item_id:
            read = begun.mark if begun is not None else MarkRead(read_by=ReadBy.LIST)
            self._opening.open_again(work.place.item_id, read, begun.mark_picture if begun is not None else b"", then)
        elif begun is not None and begun.mark.raw:
            self._opening.offer_again(begun, then)

    def _opened(self, place: Place, decided: str) -> None:
        draft = self._work.draft
        if draft is None:
            return
        if decided and self._work.state in {State.ITEM, State.OFFER}:
            self._recording.decide(decided)
        if place.state == State.SERIAL and self._work.state is State.ITEM:
            self._opening.type_serial()
            self._at.column.by_hand.fill_again(place.typed)
        elif place.state == State.EVIDENCE and self._work.state is State.ITEM:
            self._opening.ask_evidence()
        if draft.kept_at:
            self._say(draft.serial, draft.kept_at)

    def _take(self, visit_id: str, begun: tuple[Begun, ...], found: list[tuple[ItemRow, str]]) -> None:
        rows = {row.item_id: row for row, outcome in found if outcome == TO_CHECK}
        drafts = [
            Draft(one.mark, rows[one.item_id], mark_picture=one.mark_picture)
            for one in begun[1:]
            if one.item_id in rows
        ]
        if visit_id != self._work.visit_id or not drafts or not self._at.send(Event.TAKE, taken=drafts):
            return
        bring_back(self._work.group.answers, begun[0])
        self._at.column.show_again()
        self._at.show_column()
        self._say(self.tr("%Ln items", "", len(drafts)), begun[0].saved_at)

    def _say(self, what: str, saved_at: str) -> None:
        said = self.tr("Brought back: {what}, not recorded yet. Last saved {time}")
        self._at.notice.show_message("info", said.format(what=what, time=words.clock(saved_at)))
