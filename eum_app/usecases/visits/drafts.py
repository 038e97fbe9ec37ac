"""Drafts of a visit's checks: kept while a person works, so that a crash or a power cut loses nothing.

A draft belongs to one account. It is no testimony: nothing of it is in a journal or a bundle. It ends when its item is
recorded, when the person discards it, and when the visit is closed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import msgspec

from db.drafts import draft_subjects, drafts_of_visit, drop_draft, keep_draft, read_draft, visits_with
from db.queries.checklists import site_answers_of, visit_checklists
from db.queries.items import items_by_id
from db.store import Connection
from eum_app.domain.checklists import Answer, visible_questions
from eum_app.domain.facts import Difference, MarkRead
from eum_app.domain.people import Permission
from eum_app.domain.unreadable import UNREADABLE
from eum_app.domain.visits import Grade, ReadBy
from eum_app.usecases.people.scopes import require_open_visit
from eum_app.usecases.session import Session

GROUP: Final = "*group"
"""Subject of the items taken in view at once. Subjects of single items are their ids, which have no asterisk."""
PLACE: Final = "*place"
_SITE: Final = "*site|"
_OFFER: Final = "*offer"
_BODY: Final = "body"
"""Name of the part that holds everything but pictures; the others are named by the hash of their picture."""


class Stated(msgspec.Struct, frozen=True):
    """Reasons that were started but not confirmed: the outcome, the chosen reasons with their values, and the note."""

    outcome: str = ""
    differences: tuple[Difference, ...] = ()
    note: str = ""


NOTHING_STATED: Final = Stated()


class Evidence(msgspec.Struct, frozen=True):
    """The basis of a check: its grade, and below *sighted* who saw the item, for whom, and how."""

    grade: str = Grade.SIGHTED
    saw: str = ""
    saw_for: str = ""
    saw_how: str = ""


SIGHTED: Final = Evidence()


@dataclass(frozen=True)
class Begun:
    """Unrecorded input about one item or mark. Photos are pictures by key, answer photos by question id."""

    mark: MarkRead
    item_id: str = ""
    answers: Sequence[Answer] = ()
    note: str = ""
    photos: Mapping[str, bytes] = field(default_factory=dict)
    answer_photos: Mapping[str, bytes] = field(default_factory=dict)
    mark_picture: bytes = b""
    stated: Stated = NOTHING_STATED
    saved_at: str = ""
    """Time of the last save, as UTC text; set when it is read."""
    evidence: Evidence = SIGHTED


class Place(msgspec.Struct, frozen=True):
    """The place in a visit that the person works at.

    `state` is the state of the workspace, `item_id` the open item, `subject` that of its draft. `filter`, `words` and
    `top_id` (first item in sight) describe the list. `typed` is an entry by hand: reason, serial, serial again.
    `is_in_front`: the visit is on the screen.
    """

    state: str = ""
    item_id: str = ""
    subject: str = ""
    filter: str = "all"
    words: str = ""
    top_id: str = ""
    typed: tuple[str, str, str] = ("", "", "")
    is_in_front: bool = False
    saved_at: str = ""


@dataclass(frozen=True)
class Work:
    """Kept work in a visit: the place, the draft that was open there (the group: its answers first), all subjects."""

    place: Place
    begun: tuple[Begun, ...] = ()
    subjects: tuple[str, ...] = ()


@dataclass(frozen=True)
class Unrecorded:
    """Input that an account began and did not record, about one item or a group of them.

    `serial` is empty for a group and for the site checklist. `saved_at` is UTC text, empty if another version wrote
    the draft unreadably.
    """

    account: str
    subject: str
    item_id: str
    serial: str
    items: int
    saved_at: str

    @property
    def question_id(self) -> str:
        """Return the question of the site checklist that the draft answers; empty for a draft about items."""
        return self.subject.removeprefix(_SITE) if self.subject.startswith(_SITE) else ""


class _Kept(msgspec.Struct, frozen=True):
    """One draft as it is stored: pictures are names of parts."""

    mark: MarkRead
    item_id: str
    answers: tuple[Answer, ...]
    note: str
    photos: tuple[tuple[str, str], ...]
    answer_photos: tuple[tuple[str, str], ...]
    mark_picture: str
    stated: Stated
    evidence: Evidence = SIGHTED


class _Body(msgspec.Struct, frozen=True):
    saved_at: str
    drafts: tuple[_Kept, ...]


def keep_work(
    session: Session,
    visit_id: str,
    place: Place | None,
    begun: Mapping[str, Sequence[Begun]],
    dropped: Sequence[str] = (),
) -> None:
    """Save the place in a visit (None: unchanged) and drafts by subject, and delete the drafts `dropped`.

    All or nothing, and flushed to disk before this returns. A draft replaces the account's earlier one of that subject.
    Pictures that are stored already are not written again. Raises Refusal `permission.denied`,
    `permission.out_of_scope`, `visit.unknown`, `visit.closed`; Trouble for disk errors.
    """
    session.require(Permission.VISIT_WORK)
    encoded = {subject: _parts(drafts, session.observed_now()) for subject, drafts in begun.items()}
    if place is not None:
        saved = msgspec.structs.replace(place, saved_at=session.observed_now())
        encoded[PLACE] = {_BODY: msgspec.json.encode(saved)}
    with session.keeping() as connection:
        require_open_visit(session, connection, visit_id)
        for subject, parts in encoded.items():
            held = read_draft(connection, session.account, visit_id, subject)
            unchanged = {part for part in parts if part != _BODY and part in held}
            keep_draft(connection, session.account, visit_id, subject, parts, unchanged)
        drop_draft(connection, session.account, visit_id, dropped)


def begun_work(session: Session, visit_id: str, subject: str) -> tuple[Begun, ...]:
    """Return the account's drafts about a subject, without pictures that are missing.

    Empty if there are none, or if another version wrote them unreadably.
    """
    parts = session.read(read_draft, session.account, visit_id, subject)
    return _read(parts) if _BODY in parts else ()


def kept_work(session: Session, visit_id: str) -> Work:
    """Return the account's place in a visit, the draft that was open there, and the subjects of all its drafts.

    `Place()` if no place was saved, or another version wrote it unreadably.
    """
    place = _place(session, visit_id)
    subjects = tuple(session.read(draft_subjects, session.account, visit_id))
    return Work(place, begun_work(session, visit_id, place.subject) if place.subject else (), subjects)


def kept_site_answers(session: Session, visit_id: str) -> tuple[Answer, ...]:
    """Return the account's answers to the site checklist that were started but not recorded, the newest last."""
    subjects = session.read(draft_subjects, session.account, visit_id)
    found = [begun_work(session, visit_id, subject) for subject in subjects if subject.startswith(_SITE)]
    begun = sorted((one for drafts in found for one in drafts), key=lambda one: one.saved_at)
    return tuple(answer for one in begun for answer in one.answers)


def begun_answer(answer: Answer) -> Begun:
    """Return an answer to the site checklist in the form in which it is kept."""
    return Begun(MarkRead(read_by=ReadBy.LIST), answers=(answer,))


def unrecorded(connection: Connection, visit_id: str) -> tuple[Unrecorded, ...]:
    """Return everyone's drafts in a visit that hold something, the oldest first.

    A draft of an item that was only opened holds nothing, nor does one about a question of the site checklist that is
    not asked after the recorded answers. One that cannot be read counts and comes first: it may hold something. Raises
    Refusal as `visit_checklists` does if a draft is about the site checklist; Trouble `store.damaged`.
    """
    found = []
    subjects = [one for one in drafts_of_visit(connection, visit_id) if one[1] != PLACE]
    not_asked = _not_asked(connection, visit_id) if any(one.startswith(_SITE) for _, one in subjects) else frozenset()
    for account, subject in subjects:
        if subject in not_asked:
            continue
        begun = _read(read_draft(connection, account, visit_id, subject))
        if not begun:
            found.append(Unrecorded(account, subject, "", "", 1, ""))
        elif subject == GROUP:  # the answers come first, then the items
            found.append(Unrecorded(account, subject, "", "", len(begun) - 1, begun[0].saved_at))
        elif _holds_something(begun[0]):
            item_id = begun[0].item_id
            row = items_by_id(connection, [item_id]).get(item_id) if item_id else None
            serial = row.serial if row else begun[0].mark.serial
            found.append(Unrecorded(account, subject, item_id, serial, 1, begun[0].saved_at))
    return tuple(sorted(found, key=lambda one: one.saved_at))


def _not_asked(connection: Connection, visit_id: str) -> frozenset[str]:
    """Return the subjects of the questions of the site checklist that are not asked after the recorded answers."""
    _, checklist = visit_checklists(connection, visit_id)
    asked = {one.question_id for one in visible_questions(checklist, site_answers_of(connection, visit_id))}
    return frozenset(site_subject(one.question_id) for one in checklist.questions if one.question_id not in asked)


def _holds_something(one: Begun) -> bool:
    has_input = bool(one.answers or one.note.strip() or one.photos or one.answer_photos)
    return has_input or one.stated != NOTHING_STATED or one.evidence != SIGHTED


def site_subject(question_id: str) -> str:
    """Return the subject of the draft about a question of the site checklist."""
    return f"{_SITE}{question_id}"


def offer_subject(mark: MarkRead, item_id: str = "") -> str:
    """Return the subject of the draft about a mark or item that the visit does not expect."""
    read = hashlib.sha384(b"\x00".join((mark.raw, mark.serial.encode()))).hexdigest()[:32]
    return f"{_OFFER}|{item_id or read}"


def visit_in_front(session: Session) -> str:
    """Return the visit that was on this account's screen last, or "" if another page was."""
    places = [(_place(session, visit_id), visit_id) for visit_id in session.read(visits_with, session.account, PLACE)]
    place, visit_id = max(places, key=lambda one: one[0].saved_at, default=(Place(), ""))
    return visit_id if place.is_in_front else ""


def _place(session: Session, visit_id: str) -> Place:
    parts = session.read(read_draft, session.account, visit_id, PLACE)
    try:
        return msgspec.json.decode(parts[_BODY], type=Place) if _BODY in parts else Place()
    except UNREADABLE:
        return Place()


def _parts(drafts: Sequence[Begun], saved_at: str) -> dict[str, bytes]:
    pictures: dict[str, bytes] = {}

    def named(picture: bytes) -> str:
        if not picture:
            return ""
        name = hashlib.sha384(picture).hexdigest()
        pictures[name] = picture
        return name

    kept = tuple(
        _Kept(
            mark=one.mark,
            item_id=one.item_id,
            answers=tuple(one.answers),
            note=one.note,
            photos=tuple((key, named(picture)) for key, picture in one.photos.items()),
            answer_photos=tuple((key, named(picture)) for key, picture in one.answer_photos.items()),
            mark_picture=named(one.mark_picture),
            stated=one.stated,
            evidence=one.evidence,
        )
        for one in drafts
    )
    return {_BODY: msgspec.json.encode(_Body(saved_at, kept)), **pictures}


def _read(parts: Mapping[str, bytes]) -> tuple[Begun, ...]:
    try:
        body = msgspec.json.decode(parts[_BODY], type=_Body)
    except UNREADABLE:
        return ()
    return tuple(
        Begun(
            mark=one.mark,
            item_id=one.item_id,
            answers=one.answers,
            note=one.note,
            photos={key: parts[name] for key, name in one.photos if name in parts},
            answer_photos={key: parts[name] for key, name in one.answer_photos if name in parts},
            mark_picture=parts.get(one.mark_picture, b""),
            stated=one.stated,
            saved_at=body.saved_at,
            evidence=one.evidence,
        )
        for one in body.drafts
    )
