"""The acts of a person on one draft, which can be undone and redone."""

from __future__ import annotations

from dataclasses import dataclass, field

from eum_app.domain.checklists import Answer
from eum_app.domain.facts import MarkRead
from eum_app.usecases.visits.drafts import SIGHTED, Evidence


@dataclass(frozen=True)
class Given:
    """The input of a person into a draft at one moment, and how its item was identified."""

    mark: MarkRead
    mark_picture: bytes = b""
    evidence: Evidence = SIGHTED
    answers: dict[str, Answer] = field(default_factory=dict)
    photos: dict[str, bytes] = field(default_factory=dict)
    note: str = ""
    answer_photos: dict[str, bytes] = field(default_factory=dict)


class Acts:
    """Input before each act, and what was undone until the next act."""

    def __init__(self) -> None:
        self._before: list[Given] = []
        self._undone: list[Given] = []
        self._is_writing = False

    def begin(self, now: Given, *, is_writing: bool = False) -> None:
        """Note an act that is about to change `now`, and forget what was undone.

        Text written without another act in between is one act.
        """
        if not (is_writing and self._is_writing):
            self._before.append(now)
        self._undone.clear()
        self._is_writing = is_writing

    def end_writing(self) -> None:
        """Note that a text is finished: what is written next is another act."""
        self._is_writing = False

    def undo(self, now: Given) -> Given | None:
        """Return the input before the last act, or None if there was none."""
        return self._go(now, self._before, self._undone)

    def redo(self, now: Given) -> Given | None:
        """Return the input before the last undo, or None if nothing was undone since the last act."""
        return self._go(now, self._undone, self._before)

    def forget(self) -> None:
        """Forget all acts."""
        self._before.clear()
        self._undone.clear()
        self._is_writing = False

    def _go(self, now: Given, source: list[Given], target: list[Given]) -> Given | None:
        if not source:
            return None
        target.append(now)
        self._is_writing = False
        return source.pop()
