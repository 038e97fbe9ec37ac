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
    """question id, `KnownError`: the answer was not recorded, and is started again. The id is empty if it belongs to a
    visit that the page has left: then the answer is kept there.
    """

    def __init__(self, desk: Desk, parent: QObject) -> None:
        super().__init__(parent)
        self._desk = desk
        self._visit_id = ""
        self._has_saved = False
        self._recorded: dict[str, Answer] | None = None
        self._sent: dict[str, Answer] = {}
        self._given: dict[str, Answer] = {}
        """The last answer that this page recorded to each question."""
        self._not_asked: frozenset[str] = frozenset()
        self.keeper = SiteKeeper(desk, self)

    def begin(self, visit_id: str) -> None:
        """Show a visit, and read its drafts. `keeper.brought_back` follows."""
        if visit_id != self._visit_id:
            self._visit_id, self._has_saved, self._not_asked = visit_id, False, frozenset()
            self._recorded, self._sent, self._given = None, {}, {}
        self.keeper.begin(visit_id)

    def show_recorded(self, answers: Iterable[Answer], *, is_closed: bool) -> set[str]:
        """Take the answers that the store holds. A closed visit has no others.

        Return the questions whose drafts ended because another account or program has answered them since.
        """
        found = {answer.question_id: answer for answer in answers}
        before, self._recorded = self._recorded, found
        waiting = set(self.keeper.waiting)
        if is_closed:
            self.keeper.forget(waiting)
            return set()
        if before is None:  # the store has ended such drafts itself
            return set()
        known = (before, self._given)
        ended = {key for key in waiting & set(found) if found[key] not in [one.get(key) for one in known]}
        self.keeper.forget(ended)
        return ended

    @property
    def all(self) -> dict[str, Answer]:
        """Return the answer to show for each question that has one."""
        return (self._recorded or {}) | self._sent | dict(self.keeper.waiting)

    @property
    def started(self) -> list[str]:
        """Return the questions asked whose answers are started; the one changed last is the last."""
        return [key for key in self.keeper.waiting if key not in self._not_asked]

    @property
    def stage(self) -> Stage:
        """Return what is left to do."""
        if self.started:
            return Stage.STARTED
        if self._sent:
            return Stage.SENT
        return Stage.SAVED if self._has_saved else Stage.NOTHING

    def set_asked(self, checklist: Checklist, question_ids: Iterable[str]) -> None:
        """Note which questions are asked now. What is started about others is kept, and waits for them."""
        self._not_asked = frozenset(one.question_id for one in checklist.questions) - frozenset(question_ids)

    def write(self, answer: Answer) -> None:
        """Keep an answer as far as it is typed. One without a value ends: a recorded answer is shown again."""
        if answer.value and answer != self._stated(answer.question_id):
            self.keeper.note(answer)
        else:
            self.keeper.end(answer.question_id)
        self.changed.emit()

    def give(self, answer: Answer, checklist: Checklist, picture: bytes = b"") -> bool:
        """Record an answer if it is complete and new. Return whether it is complete, also if it was recorded before.

        One that is not complete is kept as a draft. One without a value, or that is recorded already, ends the draft.
        Returns before it is recorded: `changed` or `failed` follows.
        """
        key = answer.question_id
        is_complete = bool(answer.value) and is_valid(checklist, answer)
        if answer.value and not is_complete:
            self.keeper.note(answer)
        elif is_complete and (answer != self._stated(key) or answer.value == PHOTO_TAKEN):
            self._record(answer, picture)
        else:
            self.keeper.end(key)
        self.changed.emit()
        return is_complete

    # Inside

    def _stated(self, question_id: str) -> Answer | None:
        """Return the answer that is recorded, or on the way there."""
        return self._sent.get(question_id) or (self._recorded or {}).get(question_id)

    def _record(self, answer: Answer, picture: bytes) -> None:
        key, visit_id = answer.question_id, self._visit_id
        self.keeper.hand_over(key)
        self._sent[key] = self._given[key] = answer
        self._desk.do(
            call(assess_site, visit_id, [answer], {key: picture} if picture else {}),
            then=lambda _changed: self._saved(visit_id, answer),
            failed=partial(self._not_recorded, visit_id, answer),
        )

    def _saved(self, visit_id: str, answer: Answer) -> None:
        if visit_id == self._visit_id and self._sent.get(answer.question_id) == answer:
            del self._sent[answer.question_id]
            if self._recorded is not None:
                self._recorded[answer.question_id] = answer
            self._has_saved = True
            self.changed.emit()

    def _not_recorded(self, visit_id: str, answer: Answer, error: KnownError) -> None:
        key, is_here = answer.question_id, visit_id == self._visit_id
        is_kept = error.code != "visit.closed"
        if is_here and self._sent.get(key) == answer:
            del self._sent[key]
            if is_kept and key not in self.keeper.waiting:  # else the person has started another answer
                self.keeper.note(answer)
        elif not is_here and is_kept and answer.value != PHOTO_TAKEN:
            self.keeper.save_for(visit_id, answer)
        self.failed.emit(key if is_here else "", error)
        self.changed.emit()


def is_valid(checklist: Checklist, answer: Answer) -> bool:
    """Return whether an answer is complete and valid. One to a question that the checklist does not have is."""
    question = next((one for one in checklist.questions if one.question_id == answer.question_id), None)
    if question is None:
        return True
    try:
        validate_answer(question, answer)
    except Refusal:
        return False
    return True
