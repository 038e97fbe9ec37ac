"""The unrecorded input about the current item."""

from __future__ import annotations

from dataclasses import dataclass, field

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


@dataclass
class Draft:
    """One item, or a mark that fits no item (`item` None), with answers, photos and how it was identified.

    `mark_picture` is the picture of the mark as it was read (PNG), or empty. `answer_photos` are the pictures that
    answer questions, by question id.
    """

    mark: MarkRead
    item: ItemRow | None = None
    answers: dict[str, Answer] = field(default_factory=dict)
    photos: dict[str, bytes] = field(default_factory=dict)
    note: str = ""
    mark_picture: bytes = b""
    answer_photos: dict[str, bytes] = field(default_factory=dict)

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

    def answer(self, answer: Answer) -> None:
        """Set an answer."""
        self.answers[answer.question_id] = answer

    def answer_with_photo(self, question_id: str, picture: bytes) -> None:
        """Answer a question with a picture."""
        self.answer_photos[question_id] = picture
        self.answer(Answer(question_id, PHOTO_TAKEN))

    def answer_all_as_expected(self, checklist: Checklist) -> None:
        """Set the expected answer of each open question that has one. Answers that were given stay as they are."""
        for answer in expected_answers(checklist, self.answers.values()):
            self.answers[answer.question_id] = answer

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
