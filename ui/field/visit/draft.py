"""The unrecorded input about the current item."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count

import msgspec

from db.queries.items import ItemRow
from eum_app.domain.checklists import (
    PHOTO_TAKEN,
    Answer,
    Checklist,
    Question,
    deviations,
    expected_answers,
    visible_questions,
)
from eum_app.domain.facts import MarkRead
from eum_app.domain.sighting import Identity
from eum_app.domain.visits import ReadBy
from eum_app.usecases.visits.drafts import NOTHING_STATED, SIGHTED, Evidence, Stated
from ui.field.visit.acts import Acts, Given


@dataclass
class Draft:
    """One item, or a mark that fits no item (`item` None), with answers, photos and how it was identified.

    `mark_picture` is the picture of the mark as it was read (PNG), or empty. `answer_photos` are the pictures that
    answer questions, by question id. `stated` are reasons that were started but not confirmed. `kept_at` is the time
    (UTC text) of the save that the draft was brought back from, or empty.

    `evidence` is what the check is to rest on.

    Change it by its methods only: each call is an act that can be undone. `on_change` is called after each change.
    """

    mark: MarkRead
    item: ItemRow | None = None
    answers: dict[str, Answer] = field(default_factory=dict)
    photos: dict[str, bytes] = field(default_factory=dict)
    note: str = ""
    mark_picture: bytes = b""
    answer_photos: dict[str, bytes] = field(default_factory=dict)
    stated: Stated = NOTHING_STATED
    kept_at: str = ""
    evidence: Evidence = SIGHTED
    seen: set[str] = field(default_factory=set, compare=False, repr=False)
    """Ids of the questions that were completely visible since this draft was opened."""
    on_change: Callable[[], object] | None = field(default=None, compare=False, repr=False)
    acts: Acts = field(default_factory=Acts, compare=False, repr=False)

    @property
    def item_id(self) -> str:
        """Return the id of the item, or an empty text for a mark that fits no item."""
        return self.item.item_id if self.item else ""

    @property
    def serial(self) -> str:
        """Return the name of the item on the screen: its serial, its UII, or the mark's data."""
        if self.item is not None:
            return self.item.serial or self.item.uii
        return self.mark.serial or self.mark.uii or self.mark.raw.decode("utf-8", "replace")

    @property
    def is_begun(self) -> bool:
        """Return whether there is any input."""
        is_answered = bool(self.answers or self.photos or self.note.strip())
        return is_answered or self.stated != NOTHING_STATED or self.evidence != SIGHTED

    # Acts

    def answer(self, answer: Answer, *, is_writing: bool = False) -> None:
        """Set an answer, or take it away with an empty value. A comment or a picture belongs to its answer, and goes
        when the answer changes.

        `is_writing`: only its text or comment grows, which is one act until it is finished.
        """
        before = self.answers.get(answer.question_id)
        if before == answer or (before is None and not answer.value):
            self.acts.end_writing()
            return
        self.acts.begin(_given(self), is_writing=is_writing)
        if before is not None and before.value != answer.value and before.comment == answer.comment:
            answer = msgspec.structs.replace(answer, comment="")
        if answer.value != PHOTO_TAKEN:
            self.answer_photos.pop(answer.question_id, None)
        if answer.value:
            self.answers[answer.question_id] = answer
        else:
            del self.answers[answer.question_id]
        self._changed()

    def answer_with_photo(self, question_id: str, picture: bytes) -> None:
        """Answer a question with a picture, in place of any earlier answer and picture."""
        self.acts.begin(_given(self))
        self.answer_photos[question_id] = picture
        self.answers[question_id] = Answer(question_id, PHOTO_TAKEN)
        self._changed()

    def answer_all_as_expected(self, checklist: Checklist) -> None:
        """Set the expected answer of each open question that has one. Answers that were given stay as they are."""
        if added := expected_answers(checklist, self.answers.values()):
            self.acts.begin(_given(self))
            self.answers |= {answer.question_id: answer for answer in added}
            self._changed()

    def add_photo(self, picture: bytes) -> str:
        """Add a photo and return its key: `photo-1` or the next number that is free."""
        self.acts.begin(_given(self))
        # Not the number of photos: after one was removed, that key can be in use.
        key = next(key for key in map("photo-{}".format, count(1)) if key not in self.photos)
        self.photos[key] = picture
        self._changed()
        return key

    def drop_photo(self, key: str) -> None:
        """Remove a photo; an unknown key changes nothing."""
        if key in self.photos:
            self.acts.begin(_given(self))
            del self.photos[key]
            self._changed()

    def identify(self, mark: MarkRead, picture: bytes = b"") -> None:
        """Take another reading of the item, unless it says less than the previous one (a pick from the list says the
        least).
        """
        if mark != self.mark and _weight(mark) >= _weight(self.mark):
            self.acts.begin(_given(self))
            self.mark, self.mark_picture = mark, picture
            self._changed()

    def state_evidence(self, evidence: Evidence) -> None:
        """State what the check is to rest on. Text written right before, here or elsewhere, belongs to the same act."""
        if evidence != self.evidence:
            self.acts.begin(_given(self), is_writing=True)
            self.evidence = evidence
            self._changed()

    def write_note(self, text: str) -> None:
        """Replace the note. Text written right before, here or elsewhere, belongs to the same act."""
        if text != self.note:
            self.acts.begin(_given(self), is_writing=True)
            self.note = text
            self._changed()

    def state_reasons(self, stated: Stated) -> None:
        """Keep reasons that were started but not confirmed. Closing them discards them, undo does not."""
        if stated != self.stated:
            self.stated = stated
            self._changed()

    def undo(self) -> bool:
        """Take back the last act. Return False if there was none."""
        return self._become(self.acts.undo(_given(self)))

    def redo(self) -> bool:
        """Redo the last undone step. Return False if there is nothing, or something was done since."""
        return self._become(self.acts.redo(_given(self)))

    def discard(self) -> None:
        """Drop all input but the mark and its picture. It cannot be undone."""
        self.stated, self.kept_at = NOTHING_STATED, ""
        self.acts.forget()
        self._become(Given(self.mark, self.mark_picture))

    # Its questions

    def deviating(self, checklist: Checklist) -> tuple[Question, ...]:
        """Return the questions whose answers rule out *verified*."""
        return deviations(checklist, self.answers.values())

    def given(self, checklist: Checklist) -> tuple[Answer, ...]:
        """Return the answers to the questions that apply, in the checklist's order."""
        return tuple(
            self.answers[question.question_id]
            for question in visible_questions(checklist, self.answers.values())
            if question.question_id in self.answers
        )

    def given_photos(self, checklist: Checklist) -> dict[str, bytes]:
        """Return the pictures that answer the questions that apply, without those whose answers were changed since."""
        taken = {answer.question_id for answer in self.given(checklist) if answer.value == PHOTO_TAKEN}
        return {key: picture for key, picture in self.answer_photos.items() if key in taken}

    # Inside

    def _become(self, given: Given | None) -> bool:
        if given is None:
            return False
        self.mark, self.mark_picture, self.evidence = given.mark, given.mark_picture, given.evidence
        self.answers, self.photos = dict(given.answers), dict(given.photos)
        self.note, self.answer_photos = given.note, dict(given.answer_photos)
        self._changed()
        return True

    def _changed(self) -> None:
        if self.on_change is not None:
            self.on_change()


def unseen_ids(draft: Draft | None, checklist: Checklist | None, *, filled: bool = False) -> list[str]:
    """Return the ids of the questions of a draft that were not on the screen yet, in order.

    With `filled`, return only those among them that "all as expected" answered. Empty without a draft or a checklist.
    """
    if draft is None or checklist is None:
        return []
    answers = draft.answers
    return [
        key
        for key in (one.question_id for one in visible_questions(checklist, answers.values()))
        if key not in draft.seen and (not filled or (key in answers and answers[key].filled))
    ]


def identity_of(draft: Draft) -> Identity:
    """Return what the book says about the item of a draft; an empty identity without an item."""
    item = draft.item
    return Identity(item.item_id, item.eum_level, item.serial, item.uii) if item is not None else Identity()


def reading_of(draft: Draft) -> MarkRead:
    """Return how the item was identified, with the witness if there is one, in the form to record.

    Several blanks in a row in the witness's texts become one.
    """
    given = draft.evidence
    if not (given.saw or given.saw_for or given.saw_how):
        return draft.mark
    saw, whom, how = (" ".join(text.split()) for text in (given.saw, given.saw_for, given.saw_how))
    return msgspec.structs.replace(draft.mark, saw=saw, saw_for=whom, saw_how=how)


def _given(draft: Draft) -> Given:
    return Given(
        draft.mark,
        draft.mark_picture,
        draft.evidence,
        dict(draft.answers),
        dict(draft.photos),
        draft.note,
        dict(draft.answer_photos),
    )


def _weight(mark: MarkRead) -> int:
    """Return how much a reading says: picked from the list, typed once, entered by hand, read by a device."""
    if mark.read_by == ReadBy.LIST:
        return 0
    if mark.read_by != ReadBy.TYPED:
        return 3
    return 2 if mark.no_read_reason else 1
