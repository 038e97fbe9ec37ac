"""Save unrecorded work of a visit while the person works, and restore it after a lock, a crash or a power cut."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import msgspec
from PySide6.QtCore import QObject, QTimer, Signal

from eum_app.domain.errors import KnownError
from eum_app.usecases.calls import call
from eum_app.usecases.visits.drafts import Place, Work, keep_work, kept_work
from ui.field.visit.current_work import Event, State
from ui.field.visit.recorder import Recorder
from ui.field.visit.unsaved import Unsaved, subject_of
from ui.field.visit.workspace import Workspace

_SAVE_MS = 100
"""Longest time from a change to its save, while no other save runs."""
_PLACE_MS = 700
"""The same for scrolling and searching, which lose nothing."""


class Keeper(QObject):
    """Save the drafts of the visit that is shown, and the place in it, on the writing thread."""

    brought_back = Signal(object)
    """`Work`: the place and the open draft that the store holds for a visit that is shown again."""

    def __init__(self, at: Workspace, recorder: Recorder) -> None:
        super().__init__(at)
        self._at, self._work, self._recorder = at, at.work, recorder
        self._unsaved = Unsaved()
        self._visit_id = ""
        self._place = Place()
        self._is_ready = self._is_in_front = False
        self._saving = 0
        """Saves that are not done yet. They are done in order."""
        self._waiting: list[Callable[[], object]] = []
        self._has_failed = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._save)
        at.work.on_change = self._changed
        at.column.item.discarded.connect(self._say_discarded)
        at.items.moved.connect(partial(self._start, _PLACE_MS))
        recorder.ended.connect(self._unsaved_end)
        at.column.by_hand.edited.connect(partial(self._start, _SAVE_MS))

    def leave(self) -> None:
        """Save the visit that is shown, before another one takes its place."""
        self.set_in_front(is_in_front=False)
        self.flush()
        self._visit_id, self._is_ready = "", False

    def is_at(self, visit_id: str) -> bool:
        """Return whether this is the visit whose work is saved."""
        return self._visit_id == visit_id

    def begin(self, visit_id: str) -> None:
        """Read what the store holds for a visit, now that it is open. Nothing is saved until that is shown.

        `brought_back` follows, unless another visit was opened meanwhile. After an error, which is shown, it does not:
        what the person does from then on is saved.
        """
        self._visit_id, self._is_ready = visit_id, False
        self._unsaved, self._place = Unsaved(), Place()
        self._at.desk.ask(
            call(kept_work, visit_id), then=partial(self._found, visit_id), failed=partial(self._not_read, visit_id)
        )

    def set_in_front(self, *, is_in_front: bool) -> None:
        """Note whether the visit, or a page about it, is on the screen."""
        self._is_in_front = is_in_front
        self._start(_SAVE_MS)

    def put_away(self, event: Event) -> None:
        """Close the current work by an event. Its draft is kept, and comes back when the item is opened again.

        The items of a group each keep the answers given for all.
        """
        self._at.column.submit()
        draft = self._work.draft
        left = self._work.group.split() if self._work.state is State.GROUP else []
        serials = [draft.serial] if draft is not None and draft.is_begun else [one.serial for one in left]
        self._at.finish(event)
        self._unsaved.add(left)
        self._start(_SAVE_MS)
        if serials:
            said = self.tr("Kept, not recorded: {serials}").format(serials=", ".join(serials))
            self._at.notice.show_message("info", said)

    def holds(self, subject: str) -> bool:
        """Return whether the store holds a draft about a subject."""
        return self._unsaved.holds(subject)

    def flush(self) -> None:
        """Ask for the save of what has changed now, e.g. because the store is about to be locked.

        While another save or a recording runs, it follows that one.
        """
        self._timer.stop()
        self._save(is_now=True)

    def when_saved(self, run: Callable[[], object]) -> None:
        """Save what has changed, and call `run` afterwards, so that a reader of the store finds it.

        `run` is called after a failed save too. It waits for a running save, but not for changes made since that began.
        """
        self.flush()
        if self._saving:
            self._waiting.append(run)
        else:
            run()

    # Inside

    def _say_discarded(self) -> None:
        draft = self._work.draft
        if draft is not None:
            said = self.tr("Discarded: {serial} is still to check").format(serial=draft.serial)
            self._at.notice.show_message("info", said)

    def _unsaved_end(self, subjects: tuple[str, ...]) -> None:
        self._unsaved.end(*subjects)

    def _found(self, visit_id: str, work: Work) -> None:
        if visit_id != self._visit_id:
            return
        if work.place.state in {State.CLOSED, State.UNREAD}:
            work = replace(work, place=msgspec.structs.replace(work.place, state=State.NOTHING))
        self._is_ready = True
        for subject in work.subjects:
            self._unsaved.note_saved(subject)
        self.brought_back.emit(work)
        self._start(_SAVE_MS)

    def _not_read(self, visit_id: str, error: KnownError) -> None:
        if visit_id != self._visit_id:
            return
        self._at.notice.show_error(error)
        self._is_ready = True
        self._changed()

    def _changed(self) -> None:
        self._unsaved.note(self._work)
        self._start(_SAVE_MS)

    def _start(self, wait_ms: int) -> None:
        if not self._timer.isActive() or self._timer.remainingTime() > wait_ms:
            self._timer.start(wait_ms)

    def _save(self, *, is_now: bool = False) -> None:
        """Save what has changed; unless `is_now`, only after the save before."""
        work = self._work
        is_open = bool(self._visit_id) and work.state not in {State.UNREAD, State.CLOSED}
        if not is_open or not self._is_ready:
            return
        if (self._saving and not is_now) or self._recorder.is_busy:  # what is being recorded ends its draft
            self._timer.start(_SAVE_MS)
            return
        begun, dropped = self._unsaved.take(work.draft)
        place = self._place_now()
        is_moved = place != self._place
        if not (begun or dropped or is_moved):
            return
        self._place = place
        self._saving += 1
        saved = call(keep_work, self._visit_id, place if is_moved else None, begun, dropped)
        self._at.desk.do(saved, then=self._saved, failed=self._failed)

    def _place_now(self) -> Place:
        draft = self._work.draft
        chosen, text, top_id = self._at.items.place
        return Place(
            state=self._work.state,
            item_id=draft.item_id if draft is not None else "",
            subject=subject_of(self._work),
            filter=chosen,
            words=text,
            top_id=top_id,
            typed=self._at.column.by_hand.typed if self._work.state in {State.BY_HAND, State.SERIAL} else ("", "", ""),
            is_in_front=self._is_in_front,
        )

    def _saved(self, _nothing: None) -> None:
        self._saving -= 1
        self._has_failed = False
        self._go_on()

    def _failed(self, error: KnownError) -> None:
        self._saving -= 1
        self._unsaved, self._place = Unsaved(), Place()  # so that the next change saves all of it
        self._unsaved.note(self._work)
        if not self._has_failed and error.code != "visit.closed":
            self._at.notice.show_error(error)
        self._has_failed = True
        self._go_on()

    def _go_on(self) -> None:
        if self._saving:
            return
        waiting, self._waiting = self._waiting, []
        for run in waiting:
            run()
