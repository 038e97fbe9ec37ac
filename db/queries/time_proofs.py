"""Proof of time: trusted authorities, requests and answers; and when this store recorded a signature."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, Row, Select, select

from db.exchange_tables import bundles, exports
from db.time_tables import time_authorities, time_proofs, time_requests

_HEAD: Final = ("head_origin", "head_epoch", "head_seq", "head_hash", "head_signer", "head_signature")


@dataclass(frozen=True)
class AuthorityRow:
    """A time authority that was ever trusted; `certificate` is DER."""

    fingerprint: str
    name: str
    certificate: bytes
    is_trusted: bool


class HeadColumns(NamedTuple):
    """The signed head that a request or answer is about; `seq` is 0 if it is about a file."""

    origin: str
    epoch: int
    seq: int
    hash: bytes
    signer: bytes
    signature: bytes


@dataclass(frozen=True)
class RequestRow:
    """A request about a signature."""

    imprint: str
    subject: str
    about: str
    file_name: str
    requested_at: str
    head: HeadColumns


@dataclass(frozen=True)
class ProofRow:
    """An answer, as it was added; `authority` is a fingerprint."""

    imprint: str
    authority: str
    subject: str
    about: str
    proved_at: str
    answer: bytes
    head: HeadColumns


@dataclass(frozen=True)
class Recorded:
    """An entry of this store's journal that names a signature; `at` is the time of its fact."""

    at: str
    origin: str
    epoch: int
    seq: int


def time_authorities_of(connection: Connection, own: str) -> list[AuthorityRow]:
    """Return all time authorities of the journal of `own` by name, also those no longer trusted."""
    table = time_authorities
    query = select(table.c.fingerprint, table.c.name, table.c.certificate, table.c.is_trusted)
    query = query.where(table.c.recorder == own)
    return [AuthorityRow(*row) for row in connection.execute(query.order_by(table.c.name, table.c.fingerprint))]


def time_request_of(connection: Connection, own: str, imprint: str) -> RequestRow | None:
    """Return the request about a signature, if this store wrote one."""
    query = _requests(own).where(time_requests.c.imprint == imprint)
    row = connection.execute(query).first()
    return _request(row) if row else None


def open_time_requests(connection: Connection, own: str) -> list[RequestRow]:
    """Return the requests without an answer, newest first."""
    answered = select(time_proofs.c.imprint).where(time_proofs.c.recorder == own)
    query = _requests(own).where(time_requests.c.imprint.not_in(answered))
    return [_request(row) for row in connection.execute(query.order_by(time_requests.c.order_key.desc()))]


def time_proofs_of(connection: Connection, own: str, imprint: str = "") -> list[ProofRow]:
    """Return the answers about a signature, earliest first; without `imprint` all, newest first."""
    names = ("imprint", "authority", "subject", "about", "proved_at", "answer", *_HEAD)
    query = select(*(time_proofs.c[name] for name in names)).where(time_proofs.c.recorder == own)
    if imprint:
        query = query.where(time_proofs.c.imprint == imprint).order_by(time_proofs.c.proved_at)
    else:
        query = query.order_by(time_proofs.c.proved_at.desc(), time_proofs.c.order_key.desc())
    return [_proof(row) for row in connection.execute(query)]


def head_proofs(connection: Connection, own: str, epoch: int, seq: int) -> list[ProofRow]:
    """Return the answers about heads of the own chain that cover entry `seq`, earliest first."""
    rows = [row for row in time_proofs_of(connection, own) if (row.head.origin, row.head.epoch) == (own, epoch)]
    return sorted((row for row in rows if row.head.seq >= seq), key=lambda row: row.proved_at)


def recorded_signature(connection: Connection, own: str, imprint: str) -> Recorded | None:
    """Return the earliest entry of the own journal that records the import of a bundle, or the export of a report.

    `imprint` names its signature. Other journals do not count: a device may state any import, at any time. Returns None
    if there is no such entry.
    """
    found = []
    for query in (
        select(bundles.c.at, bundles.c.order_key).where(bundles.c.imprint == imprint, bundles.c.direction == "in"),
        select(exports.c.at, exports.c.order_key).where(exports.c.imprint == imprint),
    ):
        for row in connection.execute(query):
            _, origin, epoch, seq = row.order_key.rsplit("|", 3)
            if origin == own:
                found.append(Recorded(row.at, origin, int(epoch), int(seq)))
    return min(found, key=lambda one: one.at, default=None)


def _requests(own: str) -> Select[tuple[Any, ...]]:
    names = ("imprint", "subject", "about", "file_name", "requested_at", *_HEAD)
    return select(*(time_requests.c[name] for name in names)).where(time_requests.c.recorder == own)


def _request(row: Row[Any]) -> RequestRow:
    return RequestRow(row.imprint, row.subject, row.about, row.file_name, row.requested_at, _head(row))


def _proof(row: Row[Any]) -> ProofRow:
    return ProofRow(row.imprint, row.authority, row.subject, row.about, row.proved_at, row.answer, _head(row))


def _head(row: Row[Any]) -> HeadColumns:
    return HeadColumns(
        row.head_origin, row.head_epoch, row.head_seq, row.head_hash, row.head_signer, row.head_signature
    )
