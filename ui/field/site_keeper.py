"""Save answers to the site checklist that are not recorded yet, so that a lock, a crash or a power cut loses none."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QObject, QTimer, Signal

from eum_app.domain.checklists import PHOTO_TAKEN, Answer
from eum_app.domain.errors import KnownError
from eum_app.usecases.calls import call
from eum_app.usecases.visits.drafts import begun_answer, keep_work, kept_site_answers, site_subject
from ui.kit.desk import Desk

_SAVE_MS = 100
"""Longest time from a change to its save."""


class SiteKeeper(QObject):
    """Hold the answers of one visit that are started, and save each change on the writing thread.

    All reads and writes of drafts go through that thread, in order: a draft is never read before the record ends it.
    """

    brought_back = Signal()
    """The store was read: `waiting` holds its answers and those that changed since."""
    failed = Signal(object)
    """`KnownError` of a save, once until one works again. The next change, or `flush`, saves again."""

    def __init__(self, desk: Desk, parent: QObject) -> None:
        super().__init__(parent)
        self._desk = desk
        self._visit_id = ""
        self._waiting: dict[str, Answer] = {}
        self._saved: dict[str, Answer] = {}
        self._changed: set[str] = set()
        """Questions whose drafts changed since the store was asked, until it answers."""
        self._unanswered = 0
        self._has_failed = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.flush)

    @property
    def waiting(self) -> Mapping[str, Answer]:
        """Return the answers that are started, by question id; the one changed last is the last."""
        return self._waiting

    @property
    def is_idle(self) -> bool:
        """Return whether no save is due, and none runs."""
        return not (self._timer.isActive() or self._unanswered)

    def begin(self, visit_id: str) -> None:
        """Save the answers of the visit before, and read those of this visit in the background.

        `brought_back` follows, after `failed` if they cannot be read.
        """
        self.flush()
        if visit_id != self._visit_id:
            self._visit_id, self._waiting, self._saved = visit_id, {}, {}
        self._changed = set()
        self._unanswered += 1
        self._desk.do(
            call(kept_site_answers, visit_id),
            then=lambda kept: self._found(visit_id, kept),
            failed=self._not_read,
        )

    def note(self, answer: Answer) -> None:
        """Keep an answer, and save it soon. A photo that was not recorded is kept until the page forgets it."""
        self._waiting.pop(answer.question_id, None)
        self._waiting[answer.question_id] = answer
        self._start(answer.question_id)

    def end(self, question_id: str) -> None:
        """Keep an answer no longer, because the person took it back."""
        self._waiting.pop(question_id, None)
        self._start(question_id)

    def hand_over(self, question_id: str) -> None:
        """Keep an answer no longer, because it is being recorded, which ends its draft in the store.

        Its last change is saved before, so that nothing is lost if the record is refused.
        """
        self.flush()
        self._waiting.pop(question_id, None)
        self._saved.pop(question_id, None)
        self._changed.add(question_id)

    def save_for(self, visit_id: str, answer: Answer) -> None:
        """Keep an answer of another visit, which was refused after the page had left it."""
        self._save(visit_id, {answer.question_id: answer}, [])

    def forget(self, question_ids: set[str]) -> None:
        """Keep these answers no longer: the store has deleted their drafts."""
        for key in question_ids:
            self._waiting.pop(key, None)
            self._saved.pop(key, None)
            self._changed.add(key)

    def flush(self) -> None:
        """Save what has changed now, e.g. because the store is about to be locked."""
        self._timer.stop()
        kept = {key: answer for key, answer in self._waiting.items() if answer.value != PHOTO_TAKEN}
        changed = {key: answer for key, answer in kept.items() if answer != self._saved.get(key)}
        dropped = [key for key in self._saved if key not in kept]
        if changed or dropped:
            self._saved = kept
            self._save(self._visit_id, changed, dropped)

    # Inside

    def _save(self, visit_id: str, changed: Mapping[str, Answer], dropped: list[str]) -> None:
        begun = {site_subject(key): (begun_answer(answer),) for key, answer in changed.items()}
        self._unanswered += 1

        def not_saved(error: KnownError) -> None:
            self._not_saved(visit_id, changed, dropped, error)

        saved = call(keep_work, visit_id, None, begun, [site_subject(key) for key in dropped])
        self._desk.do(saved, then=self._after, failed=not_saved)

    def _found(self, visit_id: str, kept: tuple[Answer, ...]) -> None:
        self._unanswered -= 1
        if visit_id != self._visit_id:
            return
        found = {answer.question_id: answer for answer in kept if answer.question_id not in self._changed}
        newer = {
            key: answer for key, answer in self._waiting.items() if key in self._changed or answer.value == PHOTO_TAKEN
        }
        self._saved = found | {key: answer for key, answer in self._saved.items() if key in self._changed}
        self._waiting = found | newer
        self.brought_back.emit()

    def _not_read(self, error: KnownError) -> None:
        self._unanswered -= 1
        self.failed.emit(error)
        self.brought_back.emit()

    def _start(self, question_id: str) -> None:
        self._changed.add(question_id)
        if not self._timer.isActive():
            self._timer.start(_SAVE_MS)

    def _after(self, _nothing: None) -> None:
        self._unanswered -= 1
        self._has_failed = False

    def _not_saved(self, visit_id: str, changed: Mapping[str, Answer], dropped: list[str], error: KnownError) -> None:
        self._unanswered -= 1
        if visit_id == self._visit_id:
            for key in changed:
                self._saved.pop(key, None)
            self._saved |= {key: Answer(key, "") for key in dropped if key not in self._saved}
        if not self._has_failed and error.code != "visit.closed":
            self.failed.emit(error)
        self._has_failed = True
