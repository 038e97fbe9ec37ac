"""State a deficiency of a site, ask for it at a later visit, correct it with proof, or end a mistake."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Final

from db.queries.checklists import visit_checklists
from db.queries.deficiencies import deficiency
from db.queries.deficiency_rows import Deficiency
from db.queries.items import item, site
from db.queries.visits import visit
from db.store import Connection
from db.transaction import Transaction
from eum_app.domain.clock import date_of, iso_day
from eum_app.domain.deficiencies import FollowUp, correction_doubt, first_day_at, severities_in_force
from eum_app.domain.errors import Refusal
from eum_app.domain.facts import (
    ContentRef,
    DeficiencyCorrected,
    DeficiencyFollowedUp,
    DeficiencySetAside,
    DeficiencyStated,
    DeficiencyWithdrawn,
)
from eum_app.domain.file_names import shown_name
from eum_app.domain.people import Permission
from eum_app.domain.vocabulary import member_of
from eum_app.usecases.changes import Changed
from eum_app.usecases.deficiencies.severities import shipped_severities
from eum_app.usecases.deficiencies.tell import tell_devices
from eum_app.usecases.items.disposition_statement import require_short, seal_document
from eum_app.usecases.people.scopes import require_items, require_open_visit, require_site, require_visit
from eum_app.usecases.session import Session, new_id
from eum_app.usecases.visits.photos import check_photo

MAX_PHOTOS: Final = 10


@dataclass(frozen=True)
class NewDeficiency:
    """A deficiency as a person entered it; see `DeficiencyStated`. `photos` are JPEG or PNG files, as bytes."""

    what: str
    place: str
    severity: str
    owner: str
    due_on: str
    item_id: str = ""
    question_id: str = ""
    photos: Sequence[bytes] = field(default=(), repr=False)


@dataclass(frozen=True)
class NewCorrection:
    """A correction as a person entered it; see `DeficiencyCorrected`.

    `document` is the path of a PDF, JPEG or PNG file that is kept with it; None for none.
    """

    what: str
    corrected_on: str
    corrected_by: str
    document: Path | None = None
    document_name: str = ""
    no_document_reason: str = ""
    photos: Sequence[bytes] = field(default=(), repr=False)


@dataclass(frozen=True)
class RecordedDeficiency(Changed):
    """Result of stating, correcting or following up a deficiency. `correction_id` is empty without a correction."""

    deficiency_id: str
    correction_id: str = ""


def state_deficiency(
    session: Session, new: NewDeficiency, *, visit_id: str = "", site_id: str = ""
) -> RecordedDeficiency:
    """State a deficiency: on a device at one of its open visits, at HQ of a site.

    At HQ, devices with an open visit to the site learn of it. Raises Refusal `permission.denied`,
    `permission.out_of_scope`, `deficiency.visit_missing` (on a device), `deficiency.at_visit` (a visit at HQ),
    `deficiency.text` (what, where or the owner is missing), `deficiency.severity`, `deficiency.due` (not a date, or
    before today), `deficiency.question` (not of the visit's site checklist, or at HQ), `deficiency.photos` (too many),
    `item.unknown`, `site.unknown`, `visit.unknown`, `visit.closed`, `checklist.unknown`, `note.too_long`, `photo.…`,
    `image.…`, `store.copied`; Trouble for disk errors.
    """
    session.require(Permission.DEFICIENCY_STATE)
    _require_texts(new)
    if not (new.what.strip() and new.place.strip() and new.owner.strip()):
        raise Refusal("deficiency.text")
    in_force = severities_in_force(shipped_severities(), session.now().date())
    if in_force.severity(new.severity) is None:
        known = ", ".join(one.code for one in in_force.severities)
        raise Refusal("deficiency.severity", severity=new.severity[:40], known=known)
    _require_due(session, new.due_on)
    media = _media_types(new.photos)
    with session.writing() as transaction:
        connection = transaction.connection
        of_site = _place(session, connection, visit_id, site_id)
        if new.item_id:
            item(connection, new.item_id)
            require_items(session, connection, [new.item_id])
        if new.question_id:
            _require_question(connection, visit_id, new.question_id)
        fact = DeficiencyStated(
            observed_at=session.observed_now(),
            deficiency_id=new_id(),
            visit_id=visit_id,
            site_id=of_site,
            item_id=new.item_id,
            question_id=new.question_id,
            what=new.what.strip(),
            place=new.place.strip(),
            severity=new.severity,
            owner=new.owner.strip(),
            due_on=iso_day(new.due_on),
            photos=_sealed(transaction, new.photos, media),
            list_version=in_force.version,
        )
        transaction.record(fact)
        return _told(session, transaction, fact.deficiency_id)


def follow_up(session: Session, deficiency_id: str, *, visit_id: str, state: str, reason: str = "") -> Changed:
    """Record that a visit found a deficiency of its site still open, or did not look at it, and why.

    Raises Refusal `permission.denied`, `permission.out_of_scope`, `deficiency.unknown`, `deficiency.other_site`,
    `deficiency.ended`, `deficiency.follow_up` (not such a state), `deficiency.reason` (missing), `deficiency.corrected`
    (this visit states a correction: withdraw it first), `deficiency.visit_missing`, `note.too_long`, `visit.unknown`,
    `visit.closed`, `store.copied`; at HQ, where it cannot be recorded, `deficiency.at_visit` or `deficiency.pending`;
    Trouble for disk errors.
    """
    session.require(Permission.DEFICIENCY_STATE)
    require_short(reason)
    if member_of(FollowUp, state) is None:
        raise Refusal("deficiency.follow_up", state=state[:40], known=", ".join(FollowUp))
    if state == FollowUp.NOT_LOOKED_AT and not reason.strip():
        raise Refusal("deficiency.reason")
    with session.writing() as transaction:
        connection = transaction.connection
        held = _held_there(session, connection, deficiency_id, visit_id)
        if session.is_hq or not visit_id:
            raise Refusal("deficiency.at_visit" if session.is_hq else "deficiency.visit_missing")
        if any(one.visit_id == visit_id and one.end is None for one in held.corrections):
            raise Refusal("deficiency.corrected")
        transaction.record(
            DeficiencyFollowedUp(
                observed_at=session.observed_now(),
                deficiency_id=deficiency_id,
                visit_id=visit_id,
                state=state,
                reason=reason.strip(),
            )
        )
        return Changed(frozenset(transaction.areas))


def correct_deficiency(
    session: Session, deficiency_id: str, new: NewCorrection, *, visit_id: str = ""
) -> RecordedDeficiency:
    """Record that a deficiency was corrected, with its proof: on a device at an open visit of the site, or at HQ.

    A deficiency that is corrected already takes another correction: if the two differ, both are shown. At HQ, devices
    with an open visit to the site learn of it. Raises Refusal `permission.denied`, `permission.out_of_scope`,
    `deficiency.unknown`, `deficiency.ended`, `deficiency.visit_missing` and `deficiency.other_site` (on a device),
    `deficiency.at_visit` (a visit at HQ), `deficiency.pending` (at HQ: its visit is not adopted), `deficiency.proof`
    (what was done, by whom, or the proof is missing), `deficiency.corrected_on` (not a date, not yet, or before the
    deficiency was stated), `deficiency.photos` (too many), `document.…`, `photo.…`, `image.…`, `note.too_long`,
    `visit.unknown`, `visit.closed`, `store.copied`; Trouble for disk errors.
    """
    session.require(Permission.DEFICIENCY_STATE)
    _require_texts(new)
    if not (new.what.strip() and new.corrected_by.strip()):
        raise Refusal("deficiency.proof")
    if not (new.document or new.document_name.strip() or new.no_document_reason.strip() or new.photos):
        raise Refusal("deficiency.proof")
    media = _media_types(new.photos)
    with session.writing() as transaction:
        connection = transaction.connection
        held = _held_there(session, connection, deficiency_id, visit_id)
        now = session.observed_now()
        if correction_doubt(new.corrected_on.strip(), held.stated_at, now):
            raise Refusal("deficiency.corrected_on", date=new.corrected_on[:40], stated=held.stated_at[:10])
        document = seal_document(transaction, new.document)
        fact = DeficiencyCorrected(
            observed_at=now,
            correction_id=new_id(),
            deficiency_id=deficiency_id,
            visit_id=visit_id,
            what=new.what.strip(),
            corrected_on=iso_day(new.corrected_on),
            corrected_by=new.corrected_by.strip(),
            document=document,
            document_name=new.document_name.strip() or (shown_name(new.document.name) if new.document else ""),
            no_document_reason=new.no_document_reason.strip(),
            photos=_sealed(transaction, new.photos, media),
        )
        transaction.record(fact)
        return _told(session, transaction, deficiency_id, fact.correction_id)


def end_deficiency(session: Session, record_id: str, deficiency_id: str, reason: str) -> Changed:
    """End a deficiency, or one of its corrections (`record_id`), that was a mistake; the facts stay in the journal.

    HQ sets aside any. A device withdraws what it stated at a visit that is still open. Raises Refusal
    `permission.denied`, `permission.out_of_scope`, `deficiency.unknown` (also a record that is not of this deficiency),
    `deficiency.ended`, `deficiency.end_reason`, `deficiency.foreign` (on a device: of another store),
    `deficiency.pending` (at HQ: the visit of the deficiency is not adopted), `note.too_long`, `visit.closed`,
    `store.copied`; Trouble for disk errors.
    """
    session.require(Permission.DEFICIENCY_STATE)
    if not reason.strip():
        raise Refusal("deficiency.end_reason")
    require_short(reason)
    with session.writing() as transaction:
        held = deficiency(transaction.connection, deficiency_id)
        _require_scope(session, transaction.connection, held)
        record = next((one for one in held.corrections if one.correction_id == record_id), held)
        if record is held and record_id != deficiency_id:
            raise Refusal("deficiency.unknown", deficiency_id=record_id[:40])
        if record.end is not None:
            raise Refusal("deficiency.ended")
        now = session.observed_now()
        if session.is_hq:
            transaction.record(
                DeficiencySetAside(
                    observed_at=now, record_id=record_id, deficiency_id=deficiency_id, reason=reason.strip()
                )
            )
        else:
            if record.origin != session.name or not record.visit_id:
                raise Refusal("deficiency.foreign", origin=record.origin[:40])
            require_open_visit(session, transaction.connection, record.visit_id)
            transaction.record(
                DeficiencyWithdrawn(
                    observed_at=now,
                    record_id=record_id,
                    deficiency_id=deficiency_id,
                    visit_id=record.visit_id,
                    reason=reason.strip(),
                )
            )
        return _told(session, transaction, deficiency_id)


def _told(
    session: Session, transaction: Transaction, deficiency_id: str, correction_id: str = ""
) -> RecordedDeficiency:
    if session.is_hq:
        tell_devices(transaction, [deficiency_id])
    return RecordedDeficiency(frozenset(transaction.areas), deficiency_id, correction_id)


def _place(session: Session, connection: Connection, visit_id: str, site_id: str) -> str:
    """Return the site of a new deficiency."""
    if session.is_hq:
        if visit_id:
            raise Refusal("deficiency.at_visit")
        require_site(session, connection, site_id)
        return site(connection, site_id).site_id
    if not visit_id:
        raise Refusal("deficiency.visit_missing")
    row = visit(connection, visit_id)
    require_open_visit(session, connection, visit_id)
    return row.site_id


def _held_there(session: Session, connection: Connection, deficiency_id: str, visit_id: str) -> Deficiency:
    """Return a deficiency that counts, of the site of the open visit on a device, or of any site at HQ."""
    held = deficiency(connection, deficiency_id)
    _require_scope(session, connection, held)
    if session.is_hq and visit_id:
        raise Refusal("deficiency.at_visit")
    if not session.is_hq:
        if not visit_id:
            raise Refusal("deficiency.visit_missing")
        row = visit(connection, visit_id)
        require_open_visit(session, connection, visit_id)
        if row.site_id != held.site_id:
            raise Refusal("deficiency.other_site", site=held.site)
    if held.end is not None:
        raise Refusal("deficiency.ended")
    return held


def _require_scope(session: Session, connection: Connection, held: Deficiency) -> None:
    if held.is_pending and session.is_hq:
        raise Refusal("deficiency.pending", site=held.site)
    if session.is_hq:
        require_site(session, connection, held.site_id)
        if held.visit_id:  # of a program that the account may not read
            require_visit(session, connection, held.visit_id)


def _require_question(connection: Connection, visit_id: str, question_id: str) -> None:
    checklist = visit_checklists(connection, visit_id)[1] if visit_id else None
    if checklist is None or question_id not in {one.question_id for one in checklist.questions}:
        raise Refusal("deficiency.question", question_id=question_id[:40])


def _require_texts(new: NewDeficiency | NewCorrection) -> None:
    for one in fields(new):
        text = getattr(new, one.name)
        if isinstance(text, str):
            require_short(text)
    if len(new.photos) > MAX_PHOTOS:
        raise Refusal("deficiency.photos", limit=MAX_PHOTOS)


def _require_due(session: Session, text: str) -> None:
    day = date_of(text.strip())
    if day is None or day < first_day_at(session.now()):
        raise Refusal("deficiency.due", date=text[:40])


def _media_types(photos: Sequence[bytes]) -> list[str]:
    """Return the media type of each photo: decoding them is slow, so it is done before the transaction."""
    return [check_photo(photo) for photo in photos]


def _sealed(transaction: Transaction, photos: Sequence[bytes], media: Sequence[str]) -> tuple[ContentRef, ...]:
    return tuple(transaction.seal_content(photo, media_type) for photo, media_type in zip(photos, media, strict=True))
