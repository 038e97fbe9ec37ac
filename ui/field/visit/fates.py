"""State what became of the open item, which stays open: before or after its check."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject

from db.queries.items import ItemRow, items_by_id
from eum_app.domain.errors import KnownError
from eum_app.usecases.calls import call, query
from eum_app.usecases.changes import Changed
from eum_app.usecases.items.disposition_statement import NewDisposition
from eum_app.usecases.items.state_disposition import StatedDisposition, state_disposition, withdraw_disposition
from ui.field.visit.current_work import Event, State
from ui.field.visit.workspace import Workspace
from ui.kit.words import word


class Fates(QObject):
    """Open the form in the right column, record what was entered, and offer to take it back."""

    def __init__(self, at: Workspace) -> None:
        super().__init__(at)
        self._at, self._work = at, at.work
        at.column.item.fate_requested.connect(self.ask)
        at.column.fate.confirmed.connect(self._record)
        at.column.fate.cancelled.connect(at.leave_aside)

    def ask(self) -> None:
        """Ask what became of the open item. Does nothing if none is open."""
        if self._at.send(Event.ASK_FATE):
            self._at.show_column()

    def _record(self, new: NewDisposition, _claim_id: str) -> None:
        serial = self._work.draft.serial if self._work.draft is not None else ""
        self._at.desk.do(
            call(state_disposition, new, visit_id=self._work.visit_id),
            then=partial(self._recorded, new.item_id, serial),
            failed=self._refused,
        )

    def _recorded(self, item_id: str, serial: str, done: StatedDisposition) -> None:
        self._work.note_act()
        self._at.column.fate.end()
        if self._work.state is State.FATE:
            self._at.leave_aside()
        said = self.tr("Recorded: {item} is now {disposition}").format(
            item=serial, disposition=word("disposition", done.disposition)
        )
        undo = partial(self._take_back, item_id, serial, done.statement_id)
        self._at.notice.show_message("ok", said, action=self.tr("Undo"), on_action=undo)
        self._at.say_saved()
        self._read_again(item_id)

    def _refused(self, error: KnownError) -> None:
        self._at.column.fate.let_try_again()
        self._at.notice.show_error(error)

    def _take_back(self, item_id: str, serial: str, statement_id: str) -> None:
        self._at.desk.do(
            call(withdraw_disposition, statement_id, "undone"),
            then=partial(self._was_taken_back, item_id, serial),
            failed=self._at.notice.show_error,
        )

    def _was_taken_back(self, item_id: str, serial: str, _done: Changed) -> None:
        self._at.notice.show_message("ok", self.tr("Taken back: what was stated about {item}").format(item=serial))
        self._read_again(item_id)

    def _read_again(self, item_id: str) -> None:
        """Show what the book says now about the item, if it is still open."""

        def show(found: dict[str, ItemRow]) -> None:
            draft, row = self._work.draft, found.get(item_id)
            if draft is not None and draft.item_id == item_id and row is not None:
                draft.item = row
                self._at.column.item.show_facts()

        self._at.desk.ask(query(items_by_id, [item_id]), then=show)
