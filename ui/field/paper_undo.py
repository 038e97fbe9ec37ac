"""Take back the last recorded page of a paper list, and record it again, as the visit does with checks."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject

from eum_app.domain.ids import CheckId
from eum_app.usecases.visits.record_check import RecordedChecks, WithdrawnChecks
from ui.field.visit.recorder import Recorder
from ui.kit.desk import Desk
from ui.kit.widgets import NoticeBar


class PaperUndo(QObject):
    """Undo and redo recorded pages. What was undone can be redone until another page is recorded.

    `may_act` returns False, and says why, while rows are ticked that are not recorded: they are the last thing done.
    """

    def __init__(self, desk: Desk, notice: NoticeBar, may_act: Callable[[], bool], parent: QObject) -> None:
        super().__init__(parent)
        self._notice, self._may_act = notice, may_act
        self._recorder = Recorder(desk, self)
        self._recorder.withdrawn.connect(self._withdrawn)
        self._recorder.redone.connect(self._redone)
        self._recorder.failed.connect(notice.show_error)
        self._undone: tuple[CheckId, ...] = ()

    def note_recorded(self, check_ids: Sequence[CheckId], said: str) -> None:
        """Note the checks of a page that was recorded, and offer to undo them. `said` is the message."""
        self._recorder.acts.append(tuple(check_ids))
        self._undone = ()
        self._notice.show_message("ok", said, action=self.tr("Undo"), on_action=self.undo)

    def forget(self) -> None:
        """Forget what was done, because another visit is shown."""
        self._recorder.acts.clear()
        self._undone = ()

    def undo(self) -> None:
        """Withdraw the checks of the last recorded page, or say that nothing can be undone.

        Returns before it is done.
        """
        if self._may_act() and not self._recorder.withdraw_last():
            self._notice.show_message("info", self.tr("Nothing here can be undone."))

    def redo(self) -> None:
        """Record the withdrawn checks again, unless a page was recorded since. Returns before it is done."""
        if not self._may_act():
            return
        if self._undone:
            self._recorder.record_again(self._undone)
        else:
            self._notice.show_message("info", self.tr("Nothing here can be done again."))

    def _withdrawn(self, result: WithdrawnChecks) -> None:
        self._undone = tuple(CheckId(one) for one in result.check_ids)
        said = self.tr("Withdrawn. The checks and their withdrawal stay in the record.")
        self._notice.show_message("info", said, action=self.tr("Redo"), on_action=self.redo)

    def _redone(self, result: RecordedChecks) -> None:
        self._undone = ()
        said = self.tr("%Ln checks recorded again", "", len(result.checks))
        self._notice.show_message("ok", said, action=self.tr("Undo"), on_action=self.undo)
