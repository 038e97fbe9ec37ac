"""Close-out of a visit: no open points, both signatures or a reason for each missing one, and a signed journal head.

People sign for the statement that they were shown (`Shown`). It is kept as content of the closing, word for word.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from db.chains import chain_head, newest_but
from db.drafts import drop_drafts_of_visit
from db.queries.checklists import site_answers_of, visit_checklists
from db.queries.deficiencies import unasked
from db.queries.host_statement import HostStatement, host_statement
from db.queries.visits import VisitRow, closing, visit, work_ids
from db.store import Connection
from db.transaction import Transaction
from eum_app.domain.checklists import open_questions, visible_questions
from eum_app.domain.errors import Refusal
from eum_app.domain.facts import (
    AccessDenied,
    HeadSigned,
    OutcomeCount,
    PartySignature,
    RecordsRead,
    SatelliteTimeHeard,
    SessionEnded,
    SessionStarted,
    VisitClosedOut,
    VisitReopened,
)
from eum_app.domain.journal import Head, head_of
from eum_app.domain.people import Permission
from eum_app.domain.visit_kinds import Closing, open_points
from eum_app.domain.visits import TO_CHECK, OpenPoint, Outcome, require_signatures
from eum_app.usecases.changes import Changed
from eum_app.usecases.people.scopes import require_visit
from eum_app.usecases.session import Session
from eum_app.usecases.store.head_signatures import sign_journal_head
from eum_app.usecases.visits.drafts import Unrecorded, unrecorded
from eum_app.wording.host_statement import said_statement

MAX_SIGNATURE_BYTES = 2_000_000
MAX_NAME_CHARS = 1_000
MAX_REASON_CHARS = 1_000
_NOT_STATED = (SessionStarted, SessionEnded, HeadSigned, RecordsRead, AccessDenied, SatelliteTimeHeard)
"""Facts that come by themselves, and change nothing of what a host signs for."""


@dataclass(frozen=True)
class Signed:
    """Signature of one party: a drawn signature (PNG) with name and title, or the reason for declining."""

    party: str
    signature_png: bytes = b""
    signer: str = ""
    declined_reason: str = ""


@dataclass(frozen=True)
class Shown:
    """The statement in English that people had before them when they signed, and the newest fact behind it.

    `stated_seq` is the newest entry of the device's chain, not counting those that come by themselves (sign-ins,
    records looked at). While both are unchanged, strokes drawn before the device was locked still cover the same.
    """

    text: str
    stated_seq: int


@dataclass(frozen=True)
class CloseOutState:
    """Contents of the close-out page: counts, open points, the statement to sign, and the journal head behind it."""

    visit: VisitRow
    open_points: tuple[OpenPoint, ...]
    site_answered: int
    site_asked: int
    head: Head
    statement: HostStatement
    shown: Shown
    unrecorded: tuple[Unrecorded, ...]


@dataclass(frozen=True)
class ClosedOut(Changed):
    """Result of closing a visit."""

    visit_id: str
    head: Head


def close_out_state(session: Session, visit_id: str) -> CloseOutState:
    """Return the contents of the close-out page, also of a closed visit. Raises Refusal `visit.unknown`,
    `checklist.unknown`.
    """
    with session.reading() as connection:
        return _state(session, connection, visit_id)


def _state(session: Session, connection: Connection, visit_id: str) -> CloseOutState:
    row = visit(connection, visit_id)
    _, site_checklist = visit_checklists(connection, visit_id)
    answers = site_answers_of(connection, visit_id)
    unchecked = work_ids(connection, visit_id, TO_CHECK)
    still_open = open_questions(site_checklist, answers)
    asked = visible_questions(site_checklist, answers)
    given = {answer.question_id for answer in answers} - {question.question_id for question in still_open}
    statement = host_statement(connection, visit_id)
    return CloseOutState(
        visit=row,
        open_points=open_points(
            row.purpose,
            Closing(
                unchecked=unchecked,
                site_checklist=site_checklist,
                answers=answers,
                unasked=unasked(connection, visit_id),
            ),
        ),
        site_answered=sum(question.question_id in given for question in asked),
        site_asked=len(asked),
        head=chain_head(connection, session.name, session.store.named.epoch),
        statement=statement,
        shown=Shown(
            said_statement(statement).text,
            newest_but(connection, session.name, session.store.named.epoch, _NOT_STATED),
        ),
        unrecorded=unrecorded(connection, visit_id),
    )


def signed_statement(session: Session, visit_id: str) -> str:
    """Return the statement that was signed last, word for word, also if later facts voided the signatures.

    Raises Refusal `visit.unknown`, `statement.none` (not signed yet, or signed by an earlier version), and as
    `Session.content` does.
    """
    row = session.read(visit, visit_id)
    closed = session.read(closing, visit_id)
    if closed is None or closed.statement is None:
        raise Refusal("statement.none", site=row.site)
    return session.content(closed.statement).decode(errors="replace")


def close_out(
    session: Session, visit_id: str, signed: Sequence[Signed], shown: Shown, *, without_drafts: bool = False
) -> ClosedOut:
    """Close a visit: record the statement and the head that the people signed for, and sign the closing.

    `shown` is what they had before them (`CloseOutState.shown`). If anything was recorded since, nothing is signed. The
    account's key signs the closing. Pictures of signatures are not decoded here. Closing deletes everyone's drafts in
    the visit, so it is refused while one holds something, unless `without_drafts`. Raises Refusal `permission.denied`,
    `permission.out_of_scope`, `visit.unknown`, `checklist.unknown`, `visit.open`
    (with the number of open points), `visit.closed`, `visit.drafts` (with their number), `statement.changed`,
    `signature.missing`, `signature.name_missing`, `signature.name_too_long`, `signature.too_large`, `note.too_long`
    (the reason to decline), `store.copied`; Trouble for disk errors.
    """
    session.require(Permission.VISIT_WORK)
    with session.writing() as transaction:
        state = _state(session, transaction.connection, visit_id)
        require_visit(session, transaction.connection, visit_id)
        if state.open_points:
            raise Refusal("visit.open", count=len(state.open_points))
        if state.visit.closed_at:
            raise Refusal("visit.closed", visit_id=visit_id)
        if state.shown != shown:
            raise Refusal("statement.changed", site=state.visit.site)
        if state.unrecorded and not without_drafts:
            raise Refusal("visit.drafts", count=sum(one.items for one in state.unrecorded))
        signatures = tuple(_party(transaction, party) for party in signed)
        require_signatures(signatures)
        counts = tuple(OutcomeCount(outcome=outcome, count=getattr(state.visit, outcome)) for outcome in Outcome)
        entry = transaction.record(
            VisitClosedOut(
                observed_at=session.observed_now(),
                visit_id=visit_id,
                counts=counts,
                signatures=signatures,
                head_seq=state.head.seq,
                statement=transaction.seal_content(shown.text.encode(), "text/plain; charset=utf-8"),
            )
        )
        head = head_of(entry)
        drop_drafts_of_visit(transaction.connection, visit_id)
        transaction.record(sign_journal_head(session.signing_key, session.account, head, session.observed_now()))
        areas = frozenset(transaction.areas)
    return ClosedOut(areas, visit_id, head)


def reopen_visit(session: Session, visit_id: str, reason: str) -> Changed:
    """Open a closed visit again, for a stated reason. Both signatures are void from then on.

    Raises Refusal `permission.denied`, `permission.out_of_scope`, `visit.unknown`, `visit.not_closed` (also if later
    facts voided the signatures), `visit.reopen_reason` (none), `note.too_long`, `store.copied`; Trouble for disk
    errors.
    """
    session.require(Permission.VISIT_WORK)
    stated = reason.strip()
    if not stated:
        raise Refusal("visit.reopen_reason")
    if len(stated) > MAX_REASON_CHARS:
        raise Refusal("note.too_long", limit=MAX_REASON_CHARS)
    with session.writing() as transaction:
        row = visit(transaction.connection, visit_id)
        require_visit(session, transaction.connection, visit_id)
        if not row.closed_at:
            raise Refusal("visit.not_closed", site=row.site)
        transaction.record(VisitReopened(observed_at=session.observed_now(), visit_id=visit_id, reason=stated))
        return Changed(frozenset(transaction.areas))


def _party(transaction: Transaction, signed: Signed) -> PartySignature:
    if len(signed.signature_png) > MAX_SIGNATURE_BYTES:
        raise Refusal("signature.too_large", party=signed.party)
    if len(signed.signer) > MAX_NAME_CHARS:
        raise Refusal("signature.name_too_long", limit=MAX_NAME_CHARS)
    if len(signed.declined_reason) > MAX_REASON_CHARS:
        raise Refusal("note.too_long", limit=MAX_REASON_CHARS)
    signs = bool(signed.signature_png)
    return PartySignature(
        party=signed.party,
        signature=transaction.seal_content(signed.signature_png, "image/png") if signs else None,
        signer=(
            transaction.seal_content(signed.signer.strip().encode(), "text/plain; charset=utf-8")
            if signs and signed.signer.strip()
            else None
        ),
        declined_reason="" if signs else signed.declined_reason.strip(),
    )
