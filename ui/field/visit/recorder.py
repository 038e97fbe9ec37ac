"""Record and withdraw checks, one request at a time, so that a second Enter never records twice."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QObject, Signal

from eum_app.domain.checklists import Checklist
from eum_app.domain.errors import KnownError
from eum_app.domain.facts import Difference
from eum_app.domain.ids import CheckId
from eum_app.domain.visits import Outcome
from eum_app.usecases.calls import call
from eum_app.usecases.visits.drafts import GROUP, offer_subject
from eum_app.usecases.visits.record_again import record_again
from eum_app.usecases.visits.record_check import (
    NewCheck,
    RecordedCheck,
    RecordedChecks,
    WithdrawnChecks,
    attach_photo,
    record_check,
    record_checks,
    record_no_access,
    withdraw_checks,
)
from ui.field.visit.draft import Draft, reading_of
from ui.kit import settings
from ui.kit.desk import Desk


class Recorder(QObject):
    """Record checks. `recorded` and `withdrawn` are emitted after the store has written them to disk."""

    ended = Signal(object)
    """tuple[str, ...]: subjects of the drafts that a record has ended; emitted before the next three."""
    recorded = Signal(str, object)
    """(serial, RecordedCheck)"""
    group_recorded = Signal(object)
    """RecordedChecks"""
    withdrawn = Signal(object)
    """WithdrawnChecks"""
    redone = Signal(object)
    """RecordedChecks: withdrawn checks that were recorded again."""
    failed = Signal(object)
    """KnownError: nothing was recorded."""

    def __init__(self, desk: Desk, parent: QObject) -> None:
        super().__init__(parent)
        self._desk = desk
        self._is_busy = False
        self.acts: list[tuple[str, ...]] = []
        """Ids of the checks of each act since the visit was opened, without those withdrawn; the last at the end."""

    @property
    def is_busy(self) -> bool:
        """Return whether a request is running."""
        return self._is_busy

    def record(
        self, visit_id: str, draft: Draft, checklist: Checklist, outcome: str, reason: str, note: str,
        differences: Sequence[Difference] = (),
    ) -> bool:  # fmt: skip
        """Request to record a check. Return False, and do nothing, while another request runs.

        Returns before it is recorded: `ended` and `recorded` follow, or `failed`. `note` is added to the draft's. A
        check that is not on the list is recorded without answers.
        """
        if self._is_busy:
            return False
        self._is_busy = True
        # An unlisted item has no checklist: answers typed before it was recognized as such are dropped.
        is_unlisted = outcome == Outcome.NOT_ON_LIST
        subject = offer_subject(draft.mark, draft.item_id) if is_unlisted else draft.item_id
        has_answers = draft.item is not None and not is_unlisted
        self._desk.do(
            call(
                record_check,
                visit_id=visit_id,
                item_id=draft.item_id,
                outcome=outcome,
                mark=reading_of(draft),
                grade=draft.evidence.grade,
                reason=reason,
                answers=draft.given(checklist) if has_answers else (),
                note="\n".join(text for text in (draft.note, note) if text),
                photos=list(draft.photos.values()),
                crop=_kept_picture(draft),
                answer_photos=draft.given_photos(checklist) if has_answers else {},
                differences=differences,
            ),
            then=partial(self._recorded, draft.serial, subject),
            failed=self._refused,
        )
        return True

    def record_group(self, visit_id: str, drafts: Sequence[Draft], answers: Draft, checklist: Checklist) -> bool:
        """Request to record each item as verified with the same answers, in one transaction.

        Return False, and do nothing, while another request runs. `ended` and `group_recorded` follow, or `failed`.
        """
        if self._is_busy:
            return False
        self._is_busy = True
        checks = [
            NewCheck(
                draft.item_id,
                Outcome.VERIFIED,
                draft.mark,
                answers=answers.given(checklist),
                crop=_kept_picture(draft),
                answer_photos=answers.given_photos(checklist),
            )
            for draft in drafts
        ]
        ended = (*(draft.item_id for draft in drafts), GROUP)
        made = call(record_checks, visit_id, checks, is_group=True)
        self._desk.do(made, then=partial(self._group_recorded, ended), failed=self._refused)
        return True

    def attach(self, visit_id: str, check_id: str, photo: bytes, done: Callable[[], object]) -> None:
        """Request to add a photo to a recorded check, also while another request runs.

        Returns before it is added. Then `done` is called, or `failed` emitted.
        """
        self._desk.do(
            call(attach_photo, visit_id, CheckId(check_id), photo),
            then=lambda _changed: done(),
            failed=self.failed.emit,
        )

    def record_no_access(self, visit_id: str, item_ids: Sequence[str], reason: str, note: str) -> bool:
        """Request to record the items of a room that cannot be entered, all or none.

        Return False, and do nothing, while another request runs. `ended` and `group_recorded` follow, or `failed`.
        """
        if self._is_busy:
            return False
        self._is_busy = True
        made = call(record_no_access, visit_id, item_ids, reason=reason, note=note)
        self._desk.do(made, then=partial(self._group_recorded, tuple(item_ids)), failed=self._refused)
        return True

    def withdraw(self, *check_ids: str) -> None:
        """Request to withdraw all of these checks, or none. `withdrawn` or `failed` follows.

        Does nothing without checks, or while another request runs.
        """
        if not self._is_busy and check_ids:
            self._is_busy = True
            self._desk.do(
                call(withdraw_checks, [CheckId(one) for one in check_ids]), then=self._withdrawn, failed=self._refused
            )

    def withdraw_last(self) -> bool:
        """Request to withdraw the last checks recorded here. Return False if there are none.

        While another request runs, return True and do nothing.
        """
        if not self.acts:
            return False
        self.withdraw(*self.acts[-1])
        return True

    def record_again(self, check_ids: Sequence[str]) -> None:
        """Request to record withdrawn checks again, all or none. `redone` or `failed` follows.

        Does nothing while another request runs.
        """
        if not self._is_busy:
            self._is_busy = True
            again = call(record_again, [CheckId(one) for one in check_ids])
            self._desk.do(again, then=self._redone, failed=self._refused)

    def _recorded(self, serial: str, subject: str, result: RecordedCheck) -> None:
        self._is_busy = False
        self.ended.emit((subject,))
        self.acts.append((result.check_id,))
        self.recorded.emit(serial, result)

    def _group_recorded(self, subjects: tuple[str, ...], result: RecordedChecks) -> None:
        self._is_busy = False
        self.ended.emit(subjects)
        self.acts.append(tuple(one.check_id for one in result.checks))
        self.group_recorded.emit(result)

    def _withdrawn(self, result: WithdrawnChecks) -> None:
        self._is_busy = False
        left = [tuple(one for one in ids if one not in result.check_ids) for ids in self.acts]
        self.acts = [ids for ids in left if ids]
        self.withdrawn.emit(result)

    def _redone(self, result: RecordedChecks) -> None:
        self._is_busy = False
        self.acts.append(tuple(one.check_id for one in result.checks))
        self.redone.emit(result)

    def _refused(self, error: KnownError) -> None:
        self._is_busy = False
        self.failed.emit(error)


def _kept_picture(draft: Draft) -> bytes:
    """Return the picture of the mark if this device is set to keep it, else empty bytes."""
    return draft.mark_picture if draft.mark_picture and settings.current().value(settings.PICTURES) else b""
