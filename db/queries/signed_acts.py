"""Acts that need two people at HQ: each signs with their account's key, so that no one acts as both with a script."""

from __future__ import annotations

from typing import Final

import msgspec
from sqlalchemy import Connection, select

from db.holes import known_holes
from db.queries.key_facts import Place
from db.queries.known_accounts import KnownAccount, known_accounts
from db.tables import KEYS, journal, meta
from eum_app.domain.facts import ContentWithheld, LateHeadAccepted, VaultSealed, WithholdingAsked
from eum_app.domain.journal import Entry
from eum_app.domain.people import Permission
from eum_app.domain.stores import StoreKind

ACT_PURPOSE: Final = "eum/act-of-two/1"
Act = LateHeadAccepted | WithholdingAsked | ContentWithheld


def act_message(hq: str, account: str, act: Act) -> bytes:
    """Build the message that an account of an HQ signs for its part of an act."""
    match act:
        case LateHeadAccepted():
            said = [act.quarantine_id, act.origin, act.epoch, act.seq, act.head_hash.hex(), act.reason]
        case WithholdingAsked():
            said = [act.request_id, act.object_id, act.reason]
        case ContentWithheld():
            said = [act.request_id, act.object_id, act.reason, act.asked_by]
    return msgspec.json.encode([type(act).__name__, hq, account, *said])


def is_signed(connection: Connection, hq: str, account: str, act: Act, place: Place | None = None) -> bool:
    """Whether the account signed its part with its key, and could do it by its role when it was recorded.

    `place` is that of its entry, None for one that is not recorded yet. An order to withhold content needs both
    people.
    """
    return _is_signed(known_accounts(connection, place), hq, account, act)


def is_own_part_signed(connection: Connection, hq: str, account: str, act: Act) -> bool:
    """Whether the account signed its part of an act that is not recorded yet, and may do it by its role."""
    return _is_part_signed(known_accounts(connection), hq, account, act)


def _is_signed(accounts: dict[str, KnownAccount], hq: str, account: str, act: Act) -> bool:
    if isinstance(act, ContentWithheld) and not _is_part_signed(accounts, hq, act.asked_by, _asked(act)):
        return False
    return _is_part_signed(accounts, hq, account, act)


def _is_part_signed(accounts: dict[str, KnownAccount], hq: str, account: str, act: Act) -> bool:
    one = accounts.get(account)
    permission = Permission.DEVICE_ENROL if isinstance(act, LateHeadAccepted) else Permission.CONTENT_WITHHOLD
    if one is None or one.is_removed or not one.may(permission):
        return False
    return one.has_signed(ACT_PURPOSE, act_message(hq, account, act), act.signature)


def _asked(order: ContentWithheld) -> WithholdingAsked:
    return WithholdingAsked(
        observed_at=order.observed_at,
        request_id=order.request_id,
        object_id=order.object_id,
        reason=order.reason,
        signature=order.asked_signature,
    )


def is_order(connection: Connection, entry: Entry, order: ContentWithheld) -> bool:
    """Whether an order to withhold content counts in this store.

    One in HQ's own journal must be signed by both people, unless it is older than HQ's vault: earlier versions signed
    none. Where entries were lost to damage, every order counts. An order from HQ is not judged again on a device, which
    does not know HQ's accounts.
    """
    if not is_of_hq(connection, entry) or is_signed(
        connection, entry.origin, entry.actor, order, (entry.epoch, entry.seq)
    ):
        return True
    if any(hole.origin == entry.origin for hole in known_holes(connection)):
        return True  # what proved the keys may be lost, and a withheld key must not come back from a backup
    return not (order.signature or order.asked_signature) and is_before_vault(connection, entry)


def is_of_hq(connection: Connection, entry: Entry) -> bool:
    """Whether this store is an HQ's, and the entry is in its journal."""
    named = {row.name: row.value for row in connection.execute(select(meta).where(meta.c.name.in_(("name", "kind"))))}
    return (named.get("kind"), named.get("name")) == (StoreKind.HQ, entry.origin)


def is_before_vault(connection: Connection, entry: Entry) -> bool:
    """Whether an own entry is older than the first one about the vault, which versions that sign acts wrote."""
    first = (
        select(journal.c.epoch, journal.c.seq)
        .where(KEYS, journal.c.kind == VaultSealed.__name__, journal.c.origin == entry.origin)
        .order_by(journal.c.epoch, journal.c.seq)
        .limit(1)
    )
    row = connection.execute(first).first()
    return row is None or (entry.epoch, entry.seq) < (row.epoch, row.seq)
