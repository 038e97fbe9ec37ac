"""Recording a check and taking it back, one at a time, so that a second Enter never records twice."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, Signal

from eum_app.domain.checklists import Checklist
from eum_app.domain.errors import KnownError
from eum_app.usecases.record_check import RecordedCheck, record_check, withdraw_check
from ui.desk import Desk
from ui.field.draft import Draft


class Recorder(QObject):
    """`recorded` and `withdrawn` come after the store has it on the disk."""

    recorded = Signal(str, object)
    """(serial, RecordedCheck)"""
    withdrawn = Signal()
    failed = Signal(object)
    """KnownError: nothing was recorded."""

    def __init__(self, desk: Desk, parent: QObject) -> None:
        super().__init__(parent)
        self._desk = desk
        self._is_busy = False
        self.last_check_id = ""
        """The newest check recorded here since the visit was opened, until it is taken back."""

    @property
    def is_busy(self) -> bool:
        return self._is_busy

    def record(self, visit_id: str, draft: Draft, checklist: Checklist, outcome: str, reason: str, note: str) -> bool:
        """False where another check is still being recorded."""
        if self._is_busy:
            return False
        self._is_busy = True
        has_answers = draft.item is not None and outcome != "not_on_list"
        self._desk.do(
            record_check,
            visit_id=visit_id,
            item_id=draft.item_id,
            outcome=outcome,
            mark=draft.mark,
            reason=reason,
            answers=draft.given(checklist) if has_answers else (),
            all_as_expected=draft.all_as_expected,
            note="\n".join(text for text in (draft.note, note) if text),
            photos=list(draft.photos.values()),
            then=partial(self._recorded, draft.serial),
            failed=self._refused,
        )
        return True

    def withdraw(self, check_id: str) -> None:
        if not self._is_busy:
            self._is_busy = True
            self._desk.do(withdraw_check, check_id, then=self._withdrawn, failed=self._refused)

    def _recorded(self, serial: str, result: RecordedCheck) -> None:
        self._is_busy = False
        self.last_check_id = result.check_id
        self.recorded.emit(serial, result)

    def _withdrawn(self, _changed: object) -> None:
        self._is_busy, self.last_check_id = False, ""
        self.withdrawn.emit()

    def _refused(self, error: KnownError) -> None:
        self._is_busy = False
        self.failed.emit(error)
