"""Make a proof slip: one record that an outsider can verify without seeing any other."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from db.files import written_whole
from db.queries.findings import finding
from db.queries.items import item
from db.queries.log import (
    Place,
    closing_of,
    decision_about,
    entry_at,
    heads_of,
    last_check_of,
    log_head_of,
)
from db.queries.visits import visit
from db.store import Connection
from db.tiles import Tiles, catch_up, place_of
from db.transaction import Transaction
from eum_app.domain.errors import Refusal
from eum_app.domain.facts import ProofSlipMade, VisitClosedOut, decode_fact, may_state
from eum_app.domain.file_names import part_of_name
from eum_app.domain.ids import FindingId
from eum_app.domain.merkle import inclusion_path
from eum_app.domain.proof_slips import MAX_QR_BYTES, SLIP_SUFFIX, Slip, encode_slip, record_of, salt_of
from eum_app.scanning.file_symbols import pictures_of
from eum_app.usecases.changes import Changed
from eum_app.usecases.people.scopes import require_finding, require_items, require_visit
from eum_app.usecases.proofs.choose_head import best_head, for_readers
from eum_app.usecases.proofs.log_head import log_secret, require_log, sign_log_head
from eum_app.usecases.session import Session


class Subject(StrEnum):
    """Subject of a slip: it proves an item's last check, a visit's close-out, a finding or the decision about it."""

    ITEM = "item"
    VISIT = "visit"
    FINDING = "finding"


@dataclass(frozen=True)
class SlipMade(Changed):
    """A slip. `data` are the bytes of its file, `signed_at` is the time in its head, `witnesses` cosigned that head."""

    slip: Slip
    data: bytes
    signed_at: str
    witnesses: tuple[str, ...]

    @property
    def short(self) -> bytes | None:
        """The slip without its head, for a QR symbol; None if it is too long for one."""
        data = encode_slip(replace(self.slip, signed=None))
        return data if len(data) <= MAX_QR_BYTES else None

    @property
    def shows_journal_hash(self) -> bool:
        """Whether the record holds a hash of its device's journal: a close-out that an earlier version recorded."""
        entry = self.slip.entry
        fact = decode_fact(entry.kind, entry.kind_version, entry.payload)
        return isinstance(fact, VisitClosedOut) and bool(fact.head_hash)


def make_slip(session: Session, subject: Subject, subject_id: str, size: int = 0) -> SlipMade:
    """Make the slip about an item, a visit or a finding, and record that it was made.

    It is proved by the head of `size`, which the reader holds; with 0 by the `best_head`. If there is none, one is
    signed first. An auditor's session signs none.
    Raises Refusal as `require_log`, `permission.out_of_scope`, `item.unknown`, `visit.unknown`, `finding.unknown`,
    `slip.no_check`, `slip.visit_open`, `log.entry_lost`, and as `slip_of`; Trouble as any write.
    """
    log_epoch = require_log(session)
    with session.reading() as connection:
        place, visit_id = _place(session, connection, subject, subject_id)
    session.notes.note_read(subject, subject_id)
    with session.reading(whole=True) as connection:
        index = place_of(connection, log_epoch, place.origin, place.epoch, place.seq)
        heads = heads_of(connection, log_epoch)
        is_covered = index is not None and (
            bool(size) or best_head(session, connection, log_epoch, heads, index) is not None
        )
    if not is_covered and may_state(session.role) is not None:
        raise Refusal("slip.no_head")
    areas = frozenset() if is_covered else sign_log_head(session).areas
    with session.writing() as transaction:
        catch_up(transaction.connection, log_epoch, log_secret(transaction.connection))
        slip, witnesses = slip_of(session, transaction, log_epoch, place, size)
        data = encode_slip(slip)
        transaction.record(
            ProofSlipMade(
                observed_at=session.observed_now(),
                subject=subject,
                subject_id=subject_id,
                visit_id=visit_id,
                origin=place.origin,
                epoch=place.epoch,
                seq=place.seq,
                size=slip.size,
                sha384=hashlib.sha384(data).hexdigest(),
            )
        )
        signed_at = slip.signed.head.signed_at if slip.signed else ""
        return SlipMade(areas | transaction.areas, slip, data, signed_at, witnesses)


@dataclass(frozen=True)
class SlipWritten(Changed):
    """A slip in a file. `picture` are the bytes of its QR symbol (PNG), written too; None if it is too long for one."""

    made: SlipMade
    path: Path
    picture: bytes | None
    picture_path: Path | None


def write_slip(session: Session, subject: Subject, subject_id: str, folder: Path) -> SlipWritten:
    """Make a slip and write it into a folder, with the picture of its QR symbol; earlier files of it are replaced.

    Raises as `make_slip`; Trouble for disk errors.
    """
    made = make_slip(session, subject, subject_id)
    path = folder / f"slip-{subject}-{part_of_name(subject_id)}{SLIP_SUFFIX}"
    save_slip(made.data, path)
    if made.short is None:
        return SlipWritten(made.areas, made, path, None, None)
    (picture,) = pictures_of(made.short, whole_up_to=MAX_QR_BYTES)
    save_slip(picture, path.with_suffix(".png"))
    return SlipWritten(made.areas, made, path, picture, path.with_suffix(".png"))


def save_qr(short: bytes, path: Path) -> None:
    """Write the QR symbol of a short slip as a PNG; an existing file is replaced. Raises Trouble for disk errors."""
    (picture,) = pictures_of(short, whole_up_to=MAX_QR_BYTES)
    save_slip(picture, path)


def save_slip(data: bytes, path: Path) -> None:
    """Write a slip's bytes to a file; an existing one is replaced. Raises Trouble for disk errors."""
    with written_whole(path) as file:
        file.write(data)


def _place(session: Session, connection: Connection, subject: Subject, subject_id: str) -> tuple[Place, str]:
    """Return the place of the record in its journal, and the visit that it belongs to."""
    match subject:
        case Subject.ITEM:
            item(connection, subject_id)
            require_items(session, connection, [subject_id])
            return last_check_of(connection, subject_id)
        case Subject.VISIT:
            visit(connection, subject_id)
            require_visit(session, connection, subject_id)
            return closing_of(connection, subject_id), subject_id
        case Subject.FINDING:
            row = finding(connection, FindingId(subject_id))
            require_finding(session, connection, row)
            return decision_about(connection, subject_id), row.visit_id


def slip_of(
    session: Session, transaction: Transaction, log_epoch: int, place: Place, size: int = 0
) -> tuple[Slip, tuple[str, ...]]:
    """Return the slip about an entry, and the witnesses of its head.

    Raises Refusal `slip.no_head`, `slip.not_yet` (the head of `size` is older than the record), `log.no_such_head`,
    `log.damaged`.
    """
    connection = transaction.connection
    secret = log_secret(connection)
    index = place_of(connection, log_epoch, place.origin, place.epoch, place.seq)
    heads = heads_of(connection, log_epoch)
    if size and not any(row.size == size for row in heads):
        raise Refusal("log.no_such_head", size=size)
    if size and index is not None and index >= size:
        raise Refusal("slip.not_yet", size=size)
    entry = entry_at(connection, place)
    if index is None or entry is None:
        raise Refusal("slip.no_head")
    asked = log_head_of(connection, log_epoch, size) if size else None
    signed = for_readers(asked, session.now()) if asked else best_head(session, connection, log_epoch, heads, index)
    if signed is None:
        raise Refusal("slip.no_head")
    size = signed.head.size
    path = inclusion_path(index, size, Tiles(connection, log_epoch))
    slip = Slip(record_of(entry), salt_of(secret, entry), size, index, path, signed)
    if slip.root != signed.head.root_bytes:  # a stored hash is wrong, or the entry was altered
        raise Refusal("log.damaged")
    return slip, tuple(sorted(one.cosigned.witness for one in signed.cosignatures))
