"""Sign the head of HQ's log, and export it with proofs that it continues earlier heads.

The log takes in every entry that HQ holds, of HQ's chains and of the devices', in one tree. The order is that of the
heads: each takes in what is new, chain by chain. The facts `LogHeadSigned` name these spans, so the tree follows from
the journals and one secret, from which the salts are derived.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from db.queries.log import heads_of, log_head_of
from db.secrets import LOG_SALTS, read_secret
from db.store import Connection
from db.tiles import Tiles, catch_up, log_size, new_spans, take_in
from db.transaction import Transaction
from eum_app.domain.clock import utc_text
from eum_app.domain.errors import Refusal
from eum_app.domain.facts import LogHeadSigned
from eum_app.domain.merkle import Consistency, consistency_path, root_of
from eum_app.domain.people import Permission
from eum_app.domain.tree_heads import HEAD_PURPOSE, MAX_PROOFS, SignedHead, TreeHead, encode_head, encode_statement
from eum_app.usecases.changes import Changed
from eum_app.usecases.exchange.trust import identity_of, own_trust
from eum_app.usecases.proofs.choose_head import for_readers, require_in_force
from eum_app.usecases.proofs.write_head import write_head
from eum_app.usecases.session import Session

_EARLIER_HEADS: Final = 8
"""An exported head continues at least this many earlier ones, in case a witness's answer was lost on its way."""


@dataclass(frozen=True)
class HeadMade(Changed):
    """A head that was signed now."""

    size: int
    root: bytes
    signed_at: str


@dataclass(frozen=True)
class HeadExported(Changed):
    """A head in a file. `continues` are the sizes of the earlier heads that it is proved to continue."""

    paths: tuple[Path, ...]
    size: int
    continues: tuple[int, ...]


def require_log(session: Session) -> int:
    """Return the epoch of this HQ's log.

    Raises Refusal `permission.denied`, `log.only_hq`, and `log.copied` for a store that was copied or restored: its log
    could contradict heads that it signed before.
    """
    session.require(Permission.REPORT_EXPORT)
    if not session.is_hq:
        raise Refusal("log.only_hq", device=session.name)
    if session.store.copied:
        raise Refusal("log.copied", store=session.name)
    return session.store.named.epoch


def sign_log_head(session: Session) -> HeadMade:
    """Take every new entry into the log and sign its head.

    Nothing is signed that no reader would accept: with a wrong clock, or a certificate that was revoked or has ended.
    Raises Refusal as `require_log`, `require_in_force`, `log.entry_lost`, `log.damaged` (its stored hashes do not fit),
    `permission.denied` for an auditor; Trouble as any write.
    """
    log_epoch = require_log(session)
    with session.writing() as transaction:
        return _signed(session, transaction, log_epoch)


def _signed(session: Session, transaction: Transaction, log_epoch: int) -> HeadMade:
    connection = transaction.connection
    # By the clock, not `observed_now`: readers refuse a date ahead, also if this store's records are dated ahead.
    identity, now = identity_of(session, connection), session.now()
    require_in_force(identity.chain, own_trust(connection), now)
    secret = transaction.secret(LOG_SALTS)
    if secret is None:
        if log_size(connection, log_epoch):
            raise Refusal("log.damaged")
        secret = os.urandom(48)
        transaction.keep_secret(LOG_SALTS, secret)
    catch_up(connection, log_epoch, secret)
    require_whole(connection, log_epoch)
    spans = new_spans(connection, log_epoch)
    size = take_in(connection, log_epoch, spans, secret)
    root = root_of(size, Tiles(connection, log_epoch))
    statement = encode_statement(
        TreeHead(origin=session.name, epoch=log_epoch, size=size, root=root.hex(), signed_at=utc_text(now))
    )
    signed = SignedHead(
        statement,
        identity.signing.sign(HEAD_PURPOSE, statement),
        tuple(certificate.der for certificate in identity.chain),
    )
    fact = LogHeadSigned(
        observed_at=session.observed_now(), size=size, root=root, spans=spans, signed=encode_head(signed)
    )
    transaction.record(fact)
    return HeadMade(frozenset(transaction.areas), size, root, utc_text(now))


def require_whole(connection: Connection, log_epoch: int) -> None:
    """Require that the stored hashes lead to the root of the newest head. Raises Refusal `log.damaged`."""
    size = log_size(connection, log_epoch)
    signed = log_head_of(connection, log_epoch, size)
    if signed is not None and root_of(size, Tiles(connection, log_epoch)) != signed.head.root_bytes:
        raise Refusal("log.damaged")


def log_secret(connection: Connection) -> bytes:
    """Return the secret from which the salts of the log are derived. Raises Refusal `log.damaged` if there is none."""
    secret = read_secret(connection, LOG_SALTS)
    if secret is None:
        raise Refusal("log.damaged")
    return secret


def export_head(session: Session, path: Path, since: int = 0, size: int = 0) -> HeadExported:
    """Sign a new head, or take the one of `size`, and write it with proofs that it continues earlier ones.

    These are that of size `since` (0: none), the last one that each witness cosigned, and the newest ones: at most
    `MAX_PROOFS`, in this order. An existing file is replaced. Raises Refusal as `sign_log_head`, and `log.no_such_head`
    for a size that the log had not reached; Trouble for disk errors.
    """
    log_epoch = require_log(session)
    with session.reading() as connection:
        rows = heads_of(connection, log_epoch)
    if size and all(row.size != size for row in rows):
        raise Refusal("log.no_such_head", size=size)
    rows = [row for row in rows if not size or row.size < size]
    if since < 0 or (since and not any(row.size >= since for row in rows)):
        raise Refusal("log.no_such_head", size=since)
    done = None if size else sign_log_head(session)
    size = done.size if done else size
    last = {name: max(row.size for row in rows if name in row.witnesses) for row in rows for name in row.witnesses}
    earlier = [*([since] if since else []), *sorted(set(last.values()), reverse=True)]
    earlier += [row.size for row in rows[:_EARLIER_HEADS]]
    wanted = list(dict.fromkeys(earlier))[:MAX_PROOFS]
    with session.writing() as transaction:  # the tiles may have to be made again
        connection = transaction.connection
        catch_up(connection, log_epoch, log_secret(connection))
        signed = log_head_of(connection, log_epoch, size)
        if signed is None:
            raise Refusal("log.no_such_head", size=size)
        proofs = tuple(consistency(connection, log_epoch, old, size) for old in sorted(wanted))
    paths = write_head(replace(for_readers(signed, session.now()), proofs=proofs), path)
    return HeadExported(done.areas if done else frozenset(), paths, size, tuple(proof.size for proof in proofs))


def consistency(connection: Connection, log_epoch: int, old: int, size: int) -> Consistency:
    """Return the proof that the log of `size` leaves began with the `old` ones. Raises Refusal `log.damaged`."""
    tiles = Tiles(connection, log_epoch)
    return Consistency(old, root_of(old, tiles), consistency_path(old, size, tiles))
