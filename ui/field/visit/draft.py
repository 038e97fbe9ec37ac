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


@dataclass(frozen=True)
class Given:
    """The input of a person into a draft at one moment."""

    answers: dict[str, Answer] = field(default_factory=dict)
    photos: dict[str, bytes] = field(default_factory=dict)
    note: str = ""
    answer_photos: dict[str, bytes] = field(default_factory=dict)


@dataclass
class Draft:
    """One item, or a mark that fits no item (`item` None), with answers, photos and how it was identified.

    `mark_picture` is the picture of the mark as it was read (PNG), or empty. `answer_photos` are the pictures that
    answer questions, by question id. Change it by its methods only: each of their calls is an act that can be undone.
    `on_change` is called after each change.
    """

    mark: MarkRead
    item: ItemRow | None = None
    answers: dict[str, Answer] = field(default_factory=dict)
    photos: dict[str, bytes] = field(default_factory=dict)
    note: str = ""
    mark_picture: bytes = b""
    answer_photos: dict[str, bytes] = field(default_factory=dict)
    on_change: Callable[[], object] | None = field(default=None, compare=False, repr=False)
    _before: list[Given] = field(default_factory=list, compare=False, repr=False)
    """Input before each act that can be undone, the last act at the end."""
    _undone: list[Given] = field(default_factory=list, compare=False, repr=False)
    """Input before each act was undone, until the next act."""
    _is_writing: bool = field(default=False, compare=False, repr=False)
    """The last act was writing the note: more text belongs to the same act."""

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
        """Return whether input would be lost if another item took its place."""
        return bool(self.answers or self.photos or self.note.strip())

    @property
    def can_undo(self) -> bool:
        """Return whether an act on this draft can be undone."""
        return bool(self._before)

    @property
    def can_redo(self) -> bool:
        """Return whether an act was undone, and nothing was done since."""
        return bool(self._undone)

    def answer(self, answer: Answer) -> None:
        """Set an answer. A comment or a picture belongs to its answer, and goes when the answer changes."""
        before = self.answers.get(answer.question_id)
        if before == answer:
            return
        self._begin()
        if before is not None and before.value != answer.value and before.comment == answer.comment:
            answer = msgspec.structs.replace(answer, comment="")
        if answer.value != PHOTO_TAKEN:
            self.answer_photos.pop(answer.question_id, None)
        self.answers[answer.question_id] = answer
        self._changed()

    def answer_with_photo(self, question_id: str, picture: bytes) -> None:
        """Answer a question with a picture."""
        self._begin()
        self.answer_photos[question_id] = picture
        self.answers[question_id] = Answer(question_id, PHOTO_TAKEN)
        self._changed()

    def answer_all_as_expected(self, checklist: Checklist) -> None:
        """Set the expected answer of each open question that has one. Answers that were given stay as they are."""
        if added := expected_answers(checklist, self.answers.values()):
            self._begin()
            self.answers |= {answer.question_id: answer for answer in added}
            self._changed()

    def add_photo(self, picture: bytes) -> str:
        """Add a photo and return its key."""
        self._begin()
        # Not the number of photos: after one was removed, that key can be in use.
        key = next(key for key in map("photo-{}".format, count(1)) if key not in self.photos)
        self.photos[key] = picture
        self._changed()
        return key

    def drop_photo(self, key: str) -> None:
        """Remove a photo."""
        if key in self.photos:
            self._begin()
            del self.photos[key]
            self._changed()

    def write_note(self, text: str) -> None:
        """Replace the note. Text that is written without another act in between is one act."""
        if text == self.note:
            return
        if not self._is_writing:
            self._begin()
        self._undone.clear()
        self.note, self._is_writing = text, True
        self._changed()

    def undo(self) -> bool:
        """Take back the last act. Return False if there was none."""
        return self._go(self._before, self._undone)

    def redo(self) -> bool:
        """Do again what was undone last. Return False if there is nothing, or something was done since."""
        return self._go(self._undone, self._before)

    @property
    def given_now(self) -> Given:
        """Return a copy of everything that was given so far."""
        return Given(dict(self.answers), dict(self.photos), self.note, dict(self.answer_photos))

    def _begin(self) -> None:
        self._before.append(self.given_now)
        self._undone.clear()
        self._is_writing = False

    def _go(self, source: list[Given], target: list[Given]) -> bool:
        if not source:
            return False
        target.append(self.given_now)
        given = source.pop()
        self.answers, self.photos = dict(given.answers), dict(given.photos)
        self.note, self.answer_photos = given.note, dict(given.answer_photos)
        self._is_writing = False
        self._changed()
        return True

    def _changed(self) -> None:
        if self.on_change is not None:
            self.on_change()

    def asked(self, checklist: Checklist) -> tuple[Question, ...]:
        """Return the questions that apply, given the answers so far."""
        return visible_questions(checklist, self.answers.values())

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
            for question in self.asked(checklist)
            if question.question_id in self.answers
        )

    def given_photos(self, checklist: Checklist) -> dict[str, bytes]:
        """Return the pictures that answer the questions that apply, without those whose answers were changed since."""
        taken = {answer.question_id for answer in self.given(checklist) if answer.value == PHOTO_TAKEN}
        return {key: picture for key, picture in self.answer_photos.items() if key in taken}
