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
    open_questions,
    visible_questions,
)
from eum_app.domain.facts import MarkRead
from eum_app.usecases.visits.drafts import NOTHING_STATED, Stated
from ui.field.visit.acts import Acts, Given


@dataclass
class Draft:
    """One item, or a mark that fits no item (`item` None), with answers, photos and how it was identified.

    `mark_picture` is the picture of the mark as it was read (PNG), or empty. `answer_photos` are the pictures that
    answer questions, by question id. `stated` are reasons that were begun and not confirmed. `kept_at` is the time
    (UTC text) of the save that the draft was brought back from, or empty.

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
        return bool(self.answers or self.photos or self.note.strip() or self.stated != NOTHING_STATED)

    # Acts

    def answer(self, answer: Answer) -> None:
        """Set an answer. A comment or a picture belongs to its answer, and goes when the answer changes."""
        before = self.answers.get(answer.question_id)
        if before == answer:
            return
        self.acts.begin(self._given)
        if before is not None and before.value != answer.value and before.comment == answer.comment:
            answer = msgspec.structs.replace(answer, comment="")
        if answer.value != PHOTO_TAKEN:
            self.answer_photos.pop(answer.question_id, None)
        self.answers[answer.question_id] = answer
        self._changed()

    def answer_with_photo(self, question_id: str, picture: bytes) -> None:
        """Answer a question with a picture."""
        self.acts.begin(self._given)
        self.answer_photos[question_id] = picture
        self.answers[question_id] = Answer(question_id, PHOTO_TAKEN)
        self._changed()

    def answer_all_as_expected(self, checklist: Checklist) -> None:
        """Set the expected answer of each open question that has one. Answers that were given stay as they are."""
        if added := expected_answers(checklist, self.answers.values()):
            self.acts.begin(self._given)
            self.answers |= {answer.question_id: answer for answer in added}
            self._changed()

    def add_photo(self, picture: bytes) -> str:
        """Add a photo and return its key."""
        self.acts.begin(self._given)
        # Not the number of photos: after one was removed, that key can be in use.
        key = next(key for key in map("photo-{}".format, count(1)) if key not in self.photos)
        self.photos[key] = picture
        self._changed()
        return key

    def drop_photo(self, key: str) -> None:
        """Remove a photo."""
        if key in self.photos:
            self.acts.begin(self._given)
            del self.photos[key]
            self._changed()

    def write_note(self, text: str) -> None:
        """Replace the note."""
        if text != self.note:
            self.acts.begin(self._given, is_writing=True)
            self.note = text
            self._changed()

    def state_reasons(self, stated: Stated) -> None:
        """Keep reasons that were begun and not confirmed. Closing them is their way back, not undo."""
        if stated != self.stated:
            self.stated = stated
            self._changed()

    def undo(self) -> bool:
        """Take back the last act. Return False if there was none."""
        return self._become(self.acts.undo(self._given))

    def redo(self) -> bool:
        """Do again what was undone last. Return False if there is nothing, or something was done since."""
        return self._become(self.acts.redo(self._given))

    def discard(self) -> None:
        """Drop all input. It cannot be undone."""
        self.stated, self.kept_at = NOTHING_STATED, ""
        self.acts.forget()
        self._become(Given())

    # Its questions

    def open_ids(self, checklist: Checklist) -> list[str]:
        """Return the ids of the questions that still need an answer."""
        return [one.question_id for one in open_questions(checklist, self.answers.values())]

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

    @property
    def _given(self) -> Given:
        return Given(dict(self.answers), dict(self.photos), self.note, dict(self.answer_photos))

    def _become(self, given: Given | None) -> bool:
        if given is None:
            return False
        self.answers, self.photos = dict(given.answers), dict(given.photos)
        self.note, self.answer_photos = given.note, dict(given.answer_photos)
        self._changed()
        return True

    def _changed(self) -> None:
        if self.on_change is not None:
            self.on_change()


def unseen_ids(draft: Draft | None, checklist: Checklist | None, *, filled: bool = False) -> list[str]:
    """Return the ids of the questions of a draft that were not on the screen yet; with `filled` only those among them
    that "all as expected" answered. None without a draft or a checklist.
    """
    if draft is None or checklist is None:
        return []
    answers = draft.answers
    return [
        key
        for key in (one.question_id for one in visible_questions(checklist, answers.values()))
        if key not in draft.seen and (not filled or (key in answers and answers[key].filled))
    ]
