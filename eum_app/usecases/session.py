"""A session: one account signed in to one unlocked store. Every write goes through it."""

from __future__ import annotations

import contextlib
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from db.chains import recorded_at
from db.content import read_content
from db.store import Connection, Store
from db.transaction import Transaction
from eum_app import __version__
from eum_app.crypto.signing import SigningKey
from eum_app.crypto.suites import Suite
from eum_app.diagnostics import Event, note, since_ms
from eum_app.domain import people
from eum_app.domain.clock import Now, system_now
from eum_app.domain.errors import Refusal
from eum_app.domain.facts import ContentRef, SessionEnded, SessionStarted, may_state
from eum_app.domain.journal import Author, head_of
from eum_app.domain.stores import SessionEnd, StoreKind
from eum_app.domain.vocabulary import read_as
from eum_app.usecases.access_notes import AccessNotes
from eum_app.usecases.session_clock import SessionClock, jump_since_entry
from eum_app.usecases.standing import Standing
from eum_app.usecases.store.head_signatures import sign_journal_head
from eum_app.usecases.store.instance import leave_store, notice_copy, notice_key_change, notice_lost_outgoing

Given = ParamSpec("Given")
Value = TypeVar("Value")

NOTICE_ID = "notice-1"
SLOW_WRITE_MS = 1_000


@dataclass(frozen=True)
class Ticket:
    """Everything that a child process needs to continue a session. Sent only through a pipe; `repr` shows no key."""

    folder: Path
    account: str
    role: str
    suite: str
    session_id: str
    started_ns: int
    data_key: bytes = field(repr=False)
    signing_key: bytes = field(repr=False)
    account_key: bytes = field(repr=False)
    scope: people.Scope = people.ALL


class Session:
    """One signed-in account. Use `read` for queries, `writing` for use cases; `close` records the end."""

    def __init__(self, store: Store, ticket: Ticket, now: Now = system_now) -> None:
        self.store = store
        self.now = now
        self.account = ticket.account
        self.role = read_as(people.Role, ticket.role)
        self.scope = ticket.scope
        self.suite = Suite.parse(ticket.suite)
        self._ticket = ticket
        self.standing = Standing(self.account)
        self._began_at = 0
        self.notes = AccessNotes()
        self.clock = SessionClock(now, ticket.started_ns)
        self.notice_id = NOTICE_ID  # of the notice that was accepted, or whose acceptance is not required
        self.clock_ahead: timedelta | None = None  # of satellite time, as last recorded in this session

    @property
    def name(self) -> str:
        """The name of the store: a device (`FLD-0042`) or an HQ workstation."""
        return self.store.named.name

    @property
    def is_hq(self) -> bool:
        """Whether this is an HQ's store."""
        return self.store.named.kind == StoreKind.HQ

    @property
    def is_open(self) -> bool:
        """Whether the session still holds its keys."""
        return bool(self._ticket.data_key)

    @property
    def ticket(self) -> Ticket:
        """Ticket with which a child process continues this session."""
        return self._ticket

    @property
    def signing_key(self) -> SigningKey:
        """Signing key of the account. Raises Refusal `key.invalid` once the keys were dropped."""
        return SigningKey.from_bytes(self.suite, self.ticket.signing_key)

    @property
    def author(self) -> Author:
        """Origin, epoch, account and session under which facts are recorded."""
        named = self.store.named
        return Author(named.name, named.epoch, self.account, self.ticket.session_id, self.clock.elapsed_ms)

    def observed_now(self) -> str:
        """Return the current time as UTC text for facts."""
        return self.store.observed_now()

    def require(self, permission: people.Permission) -> None:
        """Require that the role has a permission. Raises Refusal `permission.denied`, and notes it for the journal."""
        try:
            people.require(self.role, permission)
        except Refusal:
            self.notes.note_denied(permission)
            raise

    def read(
        self, query: Callable[Concatenate[Connection, Given], Value], *given: Given.args, **named: Given.kwargs
    ) -> Value:
        """Run one query in a separate read view and return its result. Raises as `reading` and the query do."""
        with self.reading() as connection:
            return query(connection, *given, **named)

    @contextlib.contextmanager
    def reading(self, *, whole: bool = False) -> Iterator[Connection]:
        """Open a read view limited to this account's scope.

        `whole` lifts that limit: for journals and keys only, never to show records. Raises Refusal `account.removed`,
        `account.changed` as `Standing.require` does, and as `Store.reading`.
        """
        with self.store.reading(people.ALL if whole else self.scope) as connection:
            self.standing.require(connection, self.name)
            yield connection

    @contextlib.contextmanager
    def writing(self, *, own_chain_last: bool = False, alone: bool = False) -> Iterator[Transaction]:
        """Open a transaction as `Store.writing` does, with this session's account as the author; raises as it does.

        Unless `own_chain_last`, waiting notes (`notes`) and a jump of the clock are recorded before the block. If the
        write fails, they wait for the next one. Raises Refusal `permission.denied` for any fact that the role may not
        record, whatever the use case; `account.removed` or `account.changed` if the account was removed, or has another
        role, scope or key since the session began.
        """
        noted = self.notes.take() if not own_chain_last else None
        began = time.monotonic()
        try:
            with self.store.writing(self.author, own_chain_last=own_chain_last, alone=alone) as transaction:
                self.standing.require(transaction.connection, self.name)
                if noted is not None:
                    if jump := self.clock.jump(self.observed_now()):
                        self.clock.due.append(jump)
                    for due in self.clock.due:
                        transaction.record(due)
                    for fact in noted.as_facts(self.observed_now()):
                        transaction.record(fact)
                transaction.may_state = may_state(self.role)
                yield transaction
                if own_chain_last:  # nothing kept another workstation from removing the account meanwhile
                    self.standing.require(transaction.connection, self.name)
        except BaseException:
            if noted is not None:
                self.notes.put_back(noted)
            raise
        if noted is not None:  # only now: a write that failed did not record them
            self.clock.note_recorded()
        if (took_ms := since_ms(began)) >= SLOW_WRITE_MS:
            note(Event.WRITE_SLOW, ms=took_ms)

    @contextlib.contextmanager
    def keeping(self) -> Iterator[Connection]:
        """Open a transaction for drafts (`db.drafts`), which are no facts: it records nothing, no notes either.

        Raises as `Store.writing`, and Refusal `account.removed`; then nothing was kept.
        """
        with self.store.writing(self.author, own_chain_last=True) as transaction:
            self.standing.require(transaction.connection, self.name, is_draft=True)
            transaction.may_state = frozenset()
            yield transaction.connection

    def start(self, notice_accepted_at: str | None, failed_unlocks: dict[str, int] | None = None) -> None:
        """Record the start of the session, and when the notice was accepted (UTC text; None: not accepted).

        A copied or restored store records that first, and so is a key change that a crash left unrecorded. A jump of
        the clock since the newest entry is recorded too. Unneeded content files are deleted. Raises as `Store.writing`.
        """
        notice_copy(self.store, self.author)
        notice_key_change(self.store, self.author, self.ticket.data_key)
        notice_lost_outgoing(self.store, self.author)
        self.standing = Standing(self.account)  # whatever happened to the account while the store was opened
        with self.writing() as transaction:
            head = transaction.head(self.name, self.store.named.epoch)
            newest = recorded_at(transaction.connection, self.name, head.epoch, head.seq)
            if newest and (jump := jump_since_entry(newest, self.now(), self.observed_now())):
                transaction.record(jump)
                self.clock.note_recorded(jump)
            entry = transaction.record(
                SessionStarted(
                    observed_at=self.observed_now(),
                    account=self.account,
                    role=self.role,
                    notice_id=self.notice_id,
                    notice_accepted_at=notice_accepted_at,
                    app_version=__version__,
                    failed_unlocks=tuple(sorted((failed_unlocks or {}).items())),
                )
            )
        self._began_at = entry.seq
        self.store.sweep()
        self.leave()

    def leave(self) -> None:
        """Save the journal's position outside the store's folder (see `leave_store`)."""
        leave_store(self.store, self.author)

    def close(self, reason: str = SessionEnd.LOCKED) -> None:
        """Record the end, sign the entries of this session, and drop the keys.

        The account signs the journal's head. A holder of the store's key but not the account's can therefore not
        rewrite these entries. A session that recorded nothing signs nothing. If the end cannot be recorded, it raises
        as `writing` does; the keys are dropped and the connections closed in every case. Does nothing if it is closed
        already, and records nothing if the account was removed or changed: its removal ended the session.
        """
        if not self.is_open:
            return
        try:
            with self.writing() as transaction:
                has_recorded = transaction.head(self.name, self.store.named.epoch).seq != self._began_at
                ended = SessionEnded(observed_at=self.observed_now(), account=self.account, reason=reason)
                head = head_of(transaction.record(ended))
                if has_recorded:
                    transaction.record(sign_journal_head(self.signing_key, self.account, head, self.observed_now()))
            self.leave()
        except Refusal as refusal:
            if refusal.code not in people.ACCOUNT_ENDED:
                raise
        finally:
            self.drop_keys()

    def drop_keys(self) -> None:
        """Close the store and drop every key, without recording anything. Later reads raise Refusal `store.locked`."""
        self.store.close()
        self._ticket = replace(self._ticket, data_key=b"", signing_key=b"", account_key=b"")

    def change_data_key(self, new_key: bytes) -> None:
        """Change the data key and continue this session with it. Raises as `Store.change_key`; the old one stays."""
        self._ticket = replace(self._ticket, data_key=self.store.change_key(self._ticket.data_key, new_key))

    def take_up(self, unlocked: Session) -> None:
        """Continue as `unlocked`, a session that the same account opened after this one was closed.

        Holders of this session keep using it; do not use `unlocked` afterwards.
        """
        vars(self).update(vars(unlocked))

    def content(self, ref: ContentRef) -> bytes:
        """Return the decrypted bytes of a photo, note or signature, and note that they were viewed.

        It is noted even if they cannot be read. Raises as `db.content.read_content` does.
        """
        self.notes.note_read("evidence", ref.object_id)
        return self.read(read_content, self.store.content, ref)


def require_admitted(session: Session) -> None:
    """Require that the session's account is still what it was when the session began. Raises as `Session.reading`."""
    with session.reading():
        pass


def record_notes(session: Session) -> None:
    """Record the session's notes now (up to `MAX_NOTED` of each kind), and a jump of the clock; nothing if none wait.

    Raises Trouble as any write does; the next write then records them.
    """
    if session.notes.is_waiting or session.clock.has_jumped:
        with session.writing():
            pass


def new_id() -> str:
    """Return a random id of 32 hex characters."""
    return uuid.uuid4().hex


@contextlib.contextmanager
def resumed(ticket: Ticket, now: Now = system_now) -> Iterator[Session]:
    """Continue a session in a child process, on its own connection; leaving the context does not end the session.

    Raises as `Store.open` does.
    """
    store = Store.open(ticket.folder, ticket.data_key, now)
    try:
        yield Session(store, ticket, now)
    finally:
        store.close()
