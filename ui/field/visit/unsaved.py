"""Which drafts must be saved: those that changed since the last save, even after another one took their place.

No Qt here. `Keeper` saves what `Unsaved.take` returns.
"""

from __future__ import annotations

from collections.abc import Sequence

from eum_app.domain.visits import ReadBy
from eum_app.usecases.visits.drafts import GROUP, Begun, offer_subject
from ui.field.visit.current_work import CurrentWork, State
from ui.field.visit.draft import Draft


def begun_of(draft: Draft) -> Begun:
    """Return the input of a draft, to be saved."""
    return Begun(
        mark=draft.mark,
        item_id=draft.item_id,
        answers=tuple(draft.answers.values()),
        note=draft.note,
        photos=dict(draft.photos),
        answer_photos=dict(draft.answer_photos),
        mark_picture=draft.mark_picture,
        stated=draft.stated,
        evidence=draft.evidence,
    )


def bring_back(draft: Draft, kept: Begun) -> None:
    """Continue a saved draft about the same item. A mark that is read now replaces the one read then."""
    is_same = draft.mark.read_by == ReadBy.LIST or draft.mark.raw == kept.mark.raw
    if is_same and kept.mark.read_by != ReadBy.LIST:
        draft.mark, draft.mark_picture = kept.mark, kept.mark_picture
    draft.answers = {answer.question_id: answer for answer in kept.answers}
    draft.photos, draft.answer_photos = dict(kept.photos), dict(kept.answer_photos)
    draft.note, draft.stated, draft.evidence = kept.note, kept.stated, kept.evidence
    draft.kept_at = kept.saved_at if draft.is_begun else ""


class Unsaved:
    """Collects the drafts of one visit that changed. It holds on to each until it was taken."""

    def __init__(self) -> None:
        self._changed: dict[str, Draft] = {}
        self._group: list[Draft] | None = None
        self._saved: dict[str, tuple[Begun, ...]] = {}
        self._only_open: dict[str, Draft] = {}
        """Drafts without input that are saved because they are open."""

    def note(self, work: CurrentWork) -> None:
        """Note the open draft and the group as they are now."""
        if work.draft is not None:
            self._changed[subject_of(work)] = work.draft
        if work.group.drafts:
            self._group = [work.group.answers, *work.group.drafts.values()]
        elif GROUP in self._saved or self._group:
            self._group = []

    def add(self, drafts: Sequence[Draft]) -> None:
        """Note drafts of items that are not open."""
        self._changed |= {draft.item_id: draft for draft in drafts}

    def holds(self, subject: str) -> bool:
        """Return whether the store holds a draft about a subject."""
        return subject in self._saved

    def note_saved(self, subject: str) -> None:
        """Note that the store holds a draft about a subject."""
        self._saved.setdefault(subject, ())

    def end(self, *subjects: str) -> None:
        """Forget drafts that the store has deleted, because their items were recorded."""
        for subject in subjects:
            self._changed.pop(subject, None)
            self._saved.pop(subject, None)
            self._only_open.pop(subject, None)
        if GROUP in subjects:
            self._group = None

    def take(self, opened: Draft | None) -> tuple[dict[str, tuple[Begun, ...]], list[str]]:
        """Return (drafts to save by subject, subjects to delete), and regard them as saved.

        A draft without input is kept only while it is open and a mark was read for it.
        """
        wanted: dict[str, tuple[Begun, ...]] = {}
        left = {subject: draft for subject, draft in self._only_open.items() if draft is not opened}
        for subject, draft in (left | self._changed).items():
            self._only_open.pop(subject, None)
            is_read = draft is opened and draft.mark.read_by != ReadBy.LIST
            wanted[subject] = (begun_of(draft),) if draft.is_begun or is_read else ()
            if is_read and not draft.is_begun:
                self._only_open[subject] = draft
        if self._group is not None:
            wanted[GROUP] = tuple(begun_of(draft) for draft in self._group)
        self._changed, self._group = {}, None
        begun = {subject: drafts for subject, drafts in wanted.items() if drafts and drafts != self._saved.get(subject)}
        dropped = [subject for subject, drafts in wanted.items() if not drafts and subject in self._saved]
        self._saved |= begun
        for subject in dropped:
            del self._saved[subject]
        return begun, dropped


def subject_of(work: CurrentWork) -> str:
    """Return the subject under which the open draft or group is saved; empty if nothing is open."""
    draft = work.draft
    if draft is None:
        return GROUP if work.state is State.GROUP else ""
    return offer_subject(draft.mark, draft.item_id) if work.is_about_offer else draft.item_id
