"""Record the current work."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QObject

from eum_app.domain.checklists import discrepancies_of
from eum_app.domain.errors import KnownError
from eum_app.domain.facts import Difference
from eum_app.domain.visits import Outcome
from eum_app.usecases.visits.record_check import RecordedCheck, RecordedChecks
from ui.field.visit.current_work import Event, State
from ui.field.visit.match_words import not_expected_said
from ui.field.visit.recent_panel import RecentPanel
from ui.field.visit.recorder import Recorder
from ui.field.visit.undoing import Undoing
from ui.field.visit.workspace import Workspace
from ui.kit import words


class Recording(QObject):
    """Pass decisions to the recorder, and show the result in the notice line."""

    def __init__(self, at: Workspace, recorder: Recorder, recent: RecentPanel, undoing: Undoing) -> None:
        super().__init__(at)
        self._at, self._work, self._column = at, at.work, at.column
        self._recorder, self._undoing = recorder, undoing
        self._column.item.outcome_requested.connect(self.decide)
        self._column.reasons.confirmed.connect(self._give_reason)
        self._column.reasons.cancelled.connect(at.leave_aside)
        self._column.group.record_requested.connect(self._record_group)
        self._column.seen.connect(self._note_seen)
        for panel in (self._column.item, self._column.group):
            panel.sight.asked.connect(at.notice.dismiss)  # a message could lie over the questions
        recent.photo_requested.connect(self._ask_photo)
        self._column.photo_for_check.connect(self._attach)
        at.items.room.confirmed.connect(self._record_room)
        recorder.recorded.connect(self._recorded)
        recorder.group_recorded.connect(self._group_recorded)
        recorder.failed.connect(self._failed)

    def verify(self) -> None:
        """Record the item, or each item of the group, as verified (Enter), or show the questions not seen yet."""
        if self._work.unseen_ids(Event.VERIFY):
            self._at.notice.dismiss()  # it could lie over them
            self._column.show_next()
            return
        if not self._column.can_verify():
            return
        if self._work.state is State.GROUP:
            self._record_group()
        else:
            self.decide(Outcome.VERIFIED)

    def decide(self, outcome: str) -> None:
        """Record *verified* at once. For any other outcome, or an answer not as expected, ask for the reason first.

        Does nothing without an open draft, for an outcome that the visit does not take, or while a check is being
        recorded. If filled answers were not on the screen yet, these are shown instead.
        """
        draft = self._work.draft
        if draft is None or self._recorder.is_busy:
            return
        is_verified = outcome == Outcome.VERIFIED
        if is_verified and not draft.deviating(self._work.checklist):
            if Outcome.VERIFIED in self._work.outcomes and self._at.send(Event.VERIFY):
                self._record(Outcome.VERIFIED, "", "", ())
            return
        wanted = Outcome.DISCREPANCY if is_verified else outcome
        if wanted not in self._work.outcomes:
            return
        if not self._work.allows(Event.DECIDE):
            if self._work.unseen_ids(Event.DECIDE):
                self._at.send(Event.DECIDE)
                self._column.show_next()
            return
        # Filled before it is shown, so that the keyboard finds the first reason.
        meant = discrepancies_of(self._work.checklist, draft.given(self._work.checklist))
        self._column.reasons.ask(wanted, draft, meant if wanted == Outcome.DISCREPANCY else ())
        self._at.send(Event.DECIDE)
        if is_verified:
            self._at.notice.show_message("info", not_expected_said())
        self._column.focus_first()

    def say_recorded(self, said: str, check_ids: Sequence[str], event: Event = Event.RECORDED) -> None:
        """Show what was recorded, with Undo, and go on to the next item."""
        self._work.note_act()
        undo = partial(self._undoing.withdraw, *check_ids)
        said = words.joined(self.tr("Recorded"), said)
        self._at.notice.show_message("ok", said, action=self.tr("Undo"), on_action=undo)
        self._at.say_saved()
        self._at.scan.say("")
        self._at.finish(event)

    # Inside

    def _note_seen(self, question_ids: Sequence[str]) -> None:
        if self._at.send(Event.SEEN, seen=question_ids):
            self._column.follow_seen()

    def _ask_photo(self, check_id: str, serial: str) -> None:
        """Ask for a photo for a recorded check. The open item stays as it is."""
        self._at.show_photo_bar()
        self._column.photo_bar.open_for_check(check_id, serial)

    def _attach(self, check_id: str, photo: bytes) -> None:
        self._recorder.attach(self._work.visit_id, check_id, photo, self._attached)

    def _attached(self) -> None:
        self._work.note_act()
        self._at.notice.show_message("ok", self.tr("Photo added to the recorded check"))
        self._at.say_saved()

    def _record_room(self, item_ids: Sequence[str], reason: str, note: str) -> None:
        if self._at.send(Event.LOCK_ROOM) and not self._recorder.record_no_access(
            self._work.visit_id, item_ids, reason, note
        ):
            self._at.notice.show_message("attention", self.tr("Another check is being recorded. Try again."))

    def _give_reason(self, outcome: str, reason: str, note: str, differences: Sequence[Difference]) -> None:
        if self._at.send(Event.GIVE_REASON):
            self._record(outcome, reason, note, differences)

    def _record(self, outcome: str, reason: str, note: str, differences: Sequence[Difference]) -> None:
        work = self._work
        if work.draft is not None and self._recorder.record(
            work.visit_id, work.draft, work.checklist, outcome, reason, note, differences
        ):
            self._column.item.set_busy(True)

    def _record_group(self) -> None:
        work = self._work
        if work.state is State.GROUP and self._at.send(Event.VERIFY):
            drafts = list(work.group.drafts.values())
            if self._recorder.record_group(work.visit_id, drafts, work.group.answers, work.checklist):
                self._column.group.set_busy(True)

    def _recorded(self, serial: str, result: RecordedCheck) -> None:
        self._column.item.set_busy(False)
        self.say_recorded(f"{serial} {words.outcome(result.outcome).lower()}", [result.check_id])

    def _group_recorded(self, result: RecordedChecks) -> None:
        self._column.group.set_busy(False)
        count = len(result.checks)
        if any(one.outcome == Outcome.NO_ACCESS for one in result.checks):
            self.say_recorded(self.tr("%Ln items without access", "", count), [one.check_id for one in result.checks])
            return
        said = self.tr("%Ln items verified", "", count)
        self.say_recorded(said, [one.check_id for one in result.checks], Event.GROUP_RECORDED)

    def _failed(self, error: KnownError) -> None:
        self._column.set_busy(False)
        self._at.notice.show_error(error)
