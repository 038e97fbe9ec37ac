"""Take back the last act in the visit workspace, and do it again."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject

from eum_app.usecases.visits.record_check import RecordedChecks, WithdrawnChecks
from ui.field.visit.current_work import ASIDE, Event
from ui.field.visit.recent_panel import RecentPanel
from ui.field.visit.recorder import Recorder
from ui.field.visit.workspace import Workspace
from ui.kit import words


class Undoing(QObject):
    """Undo acts on the open draft first, then checks. What was undone can be redone until the next act."""

    def __init__(self, at: Workspace, recorder: Recorder, recent: RecentPanel) -> None:
        super().__init__(at)
        self._at, self._work, self._column = at, at.work, at.column
        self._recorder, self._recent = recorder, recent
        recent.undo_requested.connect(self.withdraw)
        recorder.withdrawn.connect(self._withdrawn)
        recorder.redone.connect(self._redone)

    def undo(self) -> None:
        """Take back the last act, wherever the focus is: one on the open item or group first, then the last check.

        While reasons, a serial or evidence are asked for, it only closes that form. A check is withdrawn later, by a
        fact that can be seen in the record.
        """
        was_asking = self._work.state in ASIDE
        if not self._at.send(Event.UNDO):
            return
        if was_asking:
            self._column.item.set_busy(False)
            self._column.focus_first()
            return
        self._column.submit()
        before = self._others()
        if self._work.undo():
            self._say_taken_back(self._column.show_again() or self._changed(before))
        elif not self._recorder.withdraw_last():
            if self._recent.last_check_id:
                self._recorder.withdraw(self._recent.last_check_id)
            else:
                self._at.notice.show_message("info", self.tr("Nothing here can be undone."))

    def redo(self) -> None:
        """Redo the last undone step, or say that nothing can be redone, e.g. because something else was done since."""
        if not self._at.send(Event.REDO):
            return
        self._column.submit()
        before = self._others()
        check_ids = None if self._recorder.is_busy else self._work.redo()
        if check_ids is None:
            self._at.notice.show_message("info", self.tr("Nothing here can be done again."))
        elif check_ids:
            self._recorder.record_again(check_ids)
        else:
            self._say_done_again(self._column.show_again() or self._changed(before))

    def withdraw(self, *check_ids: str) -> None:
        """Withdraw the checks that were recorded together. Does nothing in a closed visit or while another request
        runs.
        """
        if self._at.send(Event.WITHDRAW):
            self._recorder.withdraw(*check_ids)

    def _withdrawn(self, result: WithdrawnChecks) -> None:
        self._recent.last_check_id = ""  # until the list is read again
        self._work.note_withdrawn(result.check_ids)
        said = self.tr("Withdrawn: {serials}.").format(serials=", ".join(result.serials))
        kept = self.tr("The check and its withdrawal both stay in the record.")
        self._at.notice.show_message("info", f"{said} {kept}", action=self.tr("Redo"), on_action=self.redo)
        self._at.say_saved()
        if self._work.open_draft is None:
            self._at.scan.field.setFocus()

    def _redone(self, result: RecordedChecks) -> None:
        undo = partial(self.withdraw, *(one.check_id for one in result.checks))
        said = self.tr("%Ln checks recorded again, with the current time", "", len(result.checks))
        self._at.notice.show_message("ok", said, action=self.tr("Undo"), on_action=undo)
        self._at.say_saved()

    def _say_taken_back(self, question: str) -> None:
        """Say which act on which item was taken back."""
        said = self.tr("Taken back for {serial}").format(serial=self._open_serial())
        self._at.notice.show_message("info", words.joined(said, question), action=self.tr("Redo"), on_action=self.redo)

    def _say_done_again(self, question: str) -> None:
        said = self.tr("Given again for {serial}").format(serial=self._open_serial())
        self._at.notice.show_message("info", words.joined(said, question), action=self.tr("Undo"), on_action=self.undo)

    def _others(self) -> tuple[object, ...]:
        """Return what an act on the open draft may have changed besides an answer."""
        draft = self._work.open_draft
        return (len(draft.photos), draft.note, draft.mark, draft.evidence) if draft is not None else ()

    def _changed(self, before: tuple[object, ...]) -> str:
        """Return what was undone or redone where it was no answer."""
        names = (self.tr("a photo"), self.tr("the note"), self.tr("the reading of the mark"), self.tr("the evidence"))
        changed = zip(names, before, self._others(), strict=False)
        return next((name for name, then, now in changed if then != now), "")

    def _open_serial(self) -> str:
        draft, group = self._work.draft, self._work.group.drafts
        return draft.serial if draft is not None else self.tr("%Ln items", "", len(group))
