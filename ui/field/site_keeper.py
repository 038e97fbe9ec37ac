"""Save answers to the site checklist that are not recorded yet, so that a lock, a crash or a power cut loses none."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QObject, QTimer, Signal

from eum_app.domain.checklists import Answer
from eum_app.domain.errors import KnownError
from eum_app.usecases.calls import call
from eum_app.usecases.visits.drafts import begun_answer, keep_work, kept_site_answers, site_subject
from ui.kit.desk import Desk

_SAVE_MS = 100
"""Longest time from a change to its save, while no other save runs."""


class SiteKeeper(QObject):
    """Hold the answers of one visit that are started, and save each change on the writing thread."""

    brought_back = Signal()
    """The answers that the store holds for the visit are in `waiting`."""
    failed = Signal(object)
    """`KnownError` of a save. The next change saves everything again."""

    def __init__(self, desk: Desk, parent: QObject) -> None:
        super().__init__(parent)
        self._desk = desk
        self._visit_id = ""
        self._waiting: dict[str, Answer] = {}
        self._saved: dict[str, Answer] = {}
        self._is_saving = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.flush)

    @property
    def waiting(self) -> Mapping[str, Answer]:
        """Return the answers that are started, by question id; the one changed last is the last."""
        return self._waiting

    @property
    def is_idle(self) -> bool:
        """Return whether everything is saved."""
        return not (self._timer.isActive() or self._is_saving)

    def begin(self, visit_id: str) -> None:
        """Save the answers of the visit before, and read those of this visit."""
        self.flush()
        self._visit_id, self._waiting, self._saved = visit_id, {}, {}
        self._desk.ask(call(kept_site_answers, visit_id), then=lambda kept: self._found(visit_id, kept))

    def note(self, answer: Answer) -> None:
        """Keep an answer, and save it soon."""
        self._waiting.pop(answer.question_id, None)
        self._waiting[answer.question_id] = answer
        self._start()

    def end(self, question_id: str) -> None:
        """Keep an answer no longer: it is being recorded, or the person deleted its text."""
        if self._waiting.pop(question_id, None) is not None or question_id in self._saved:
            self._start()

    def end_all(self) -> None:
        """Keep nothing more: the visit is closed, which has deleted its drafts."""
        self._timer.stop()
        self._waiting, self._saved = {}, {}

    def flush(self) -> None:
        """Save what has changed now, e.g. because the store is about to be locked."""
        self._timer.stop()
        if self._is_saving:
            self._start()
            return
        changed = {key: answer for key, answer in self._waiting.items() if answer != self._saved.get(key)}
        dropped = [key for key in self._saved if key not in self._waiting]
        if not (changed or dropped):
            return
        visit_id, self._is_saving, self._saved = self._visit_id, True, dict(self._waiting)
        begun = {site_subject(key): (begun_answer(answer),) for key, answer in changed.items()}
        saved = call(keep_work, visit_id, None, begun, [site_subject(key) for key in dropped])
        self._desk.do(saved, then=self._after, failed=lambda error: self._not_saved(visit_id, error))

    # Inside

    def _found(self, visit_id: str, kept: tuple[Answer, ...]) -> None:
        if visit_id == self._visit_id:
            self._waiting = {answer.question_id: answer for answer in kept}
            self._saved = dict(self._waiting)
            self.brought_back.emit()

    def _start(self) -> None:
        if not self._timer.isActive():
            self._timer.start(_SAVE_MS)

    def _after(self, _nothing: None) -> None:
        self._is_saving = False

    def _not_saved(self, visit_id: str, error: KnownError) -> None:
        self._is_saving = False
        if visit_id == self._visit_id:
            self._saved = {}
            if error.code != "visit.closed":
                self.failed.emit(error)
