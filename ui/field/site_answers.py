"""The answers to the site checklist of one visit: recorded, on the way to the store, or only started."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from functools import partial

from PySide6.QtCore import QObject, Signal

from eum_app.domain.checklists import PHOTO_TAKEN, Answer, Checklist, validate_answer
from eum_app.domain.errors import KnownError, Refusal
from eum_app.usecases.calls import call
from eum_app.usecases.visits.record_check import assess_site
from ui.field.site_keeper import SiteKeeper
from ui.kit.desk import Desk


class Stage(StrEnum):
    """Work left to do with the answers as a whole."""

    NOTHING = ""
    """Nothing was answered since the visit was opened."""
    STARTED = "started"
    SENT = "sent"
    SAVED = "saved"


class SiteAnswers(QObject):
    """Record each answer once it is finished, and keep it as a draft until then."""

    changed = Signal()
    failed = Signal(str, object)
    """question id, `KnownError`: the answer was not recorded, and is started again."""

    def __init__(self, desk: Desk, parent: QObject) -> None:
        super().__init__(parent)
        self._desk = desk
        self._visit_id = ""
        self._has_saved = False
        self._recorded: dict[str, Answer] = {}
        self._sent: dict[str, Answer] = {}
        self.keeper = SiteKeeper(desk, self)

    def begin(self, visit_id: str) -> None:
        """Show another visit. `keeper.brought_back` follows."""
        self._visit_id, self._has_saved = visit_id, False
        self._recorded, self._sent = {}, {}
        self.keeper.begin(visit_id)

    def show_recorded(self, answers: Iterable[Answer], *, is_closed: bool) -> None:
        """Take the answers that the store holds. A closed visit has no others."""
        self._recorded = {answer.question_id: answer for answer in answers}
        if is_closed:
            self.keeper.end_all()

    @property
    def all(self) -> dict[str, Answer]:
        """Return the answer to show for each question that has one."""
        return self._recorded | self._sent | dict(self.keeper.waiting)

    @property
    def started(self) -> list[str]:
        """Return the questions whose answers are started; the one changed last is the last."""
        return list(self.keeper.waiting)

    @property
    def stage(self) -> Stage:
        """Return what is left to do."""
        if self.keeper.waiting:
            return Stage.STARTED
        if self._sent:
            return Stage.SENT
        return Stage.SAVED if self._has_saved else Stage.NOTHING

    def write(self, answer: Answer) -> None:
        """Keep an answer as far as it is typed. One without a value ends: a recorded answer is shown again."""
        if answer.value:
            self.keeper.note(answer)
        else:
            self.keeper.end(answer.question_id)
        self.changed.emit()

    def give(self, answer: Answer, checklist: Checklist, picture: bytes = b"") -> bool:
        """Record an answer if it is complete and new; else keep it. Return whether it is complete."""
        key = answer.question_id
        is_complete = bool(answer.value) and is_valid(checklist, answer)
        if answer.value and not is_complete:
            self.keeper.note(answer)
        else:
            self.keeper.end(key)
        is_new = answer != (self._sent.get(key) or self._recorded.get(key)) or answer.value == PHOTO_TAKEN
        if is_complete and is_new:
            self._sent[key] = answer
            recorded = call(assess_site, self._visit_id, [answer], {key: picture} if picture else {})
            visit_id = self._visit_id
            self._desk.do(
                recorded,
                then=lambda _changed: self._saved(visit_id, answer),
                failed=partial(self._not_recorded, visit_id, answer),
            )
        self.changed.emit()
        return is_complete

    def keep_asked(self, question_ids: Iterable[str]) -> None:
        """Forget what was started about questions that are no longer asked."""
        for key in set(self.keeper.waiting) - set(question_ids):
            self.keeper.end(key)

    # Inside

    def _saved(self, visit_id: str, answer: Answer) -> None:
        if visit_id == self._visit_id and self._sent.get(answer.question_id) == answer:
            del self._sent[answer.question_id]
            self._recorded[answer.question_id] = answer
            self._has_saved = True
            self.changed.emit()

    def _not_recorded(self, visit_id: str, answer: Answer, error: KnownError) -> None:
        if visit_id == self._visit_id and self._sent.get(answer.question_id) == answer:
            del self._sent[answer.question_id]
            if error.code != "visit.closed" and answer.value != PHOTO_TAKEN:
                self.keeper.note(answer)
        self.failed.emit(answer.question_id, error)
        self.changed.emit()


def is_valid(checklist: Checklist, answer: Answer) -> bool:
    """Return whether an answer is complete. One to a question that the checklist does not have is."""
    question = next((one for one in checklist.questions if one.question_id == answer.question_id), None)
    if question is None:
        return True
    try:
        validate_answer(question, answer)
    except Refusal:
        return False
    return True
