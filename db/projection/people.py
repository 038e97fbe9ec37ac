"""Accounts and their recovery codes: fact → read tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec
from sqlalchemy import Connection

from db.people_tables import DISCLOSED, USED, account_keys, code_sets, removals, spent_codes
from db.projection.rows import Appliers, Noted, key_of, plain, put
from db.tables import accounts
from eum_app.domain import facts as f
from eum_app.domain.people import Scope


def apply_accounts(connection: Connection, noted: Sequence[Noted]) -> None:
    """Insert accounts and their signing keys.

    The newest fact of each account in each chain wins, and every key is kept.
    """
    rows = [
        {
            **plain(fact, "account", "role", "suite", "public_key"),
            "scope": msgspec.json.encode(Scope(fact.programs, fact.countries)),
            "origin": entry.origin,
            "epoch": entry.epoch,
            "order_key": key_of(entry, fact),
        }
        for entry, fact, _ in noted
    ]
    put(connection, accounts, rows)
    keys = [{name: row[name] for name in ("origin", "epoch", "account", "public_key", "suite")} for row in rows]
    put(connection, account_keys, keys)


def apply_removals(connection: Connection, noted: Sequence[Noted]) -> None:
    """Insert removals of accounts; the newest of each account and origin wins."""
    rows = [
        {
            "origin": entry.origin,
            "account": fact.account,
            "removed_at": fact.observed_at,
            "order_key": key_of(entry, fact),
        }
        for entry, fact, _ in noted
    ]
    put(connection, removals, rows)


def apply_codes_made(connection: Connection, noted: Sequence[Noted]) -> None:
    """Insert sets of recovery codes; the newest set of each account and origin wins."""
    rows = [
        {
            **plain(fact, "account", "set_id", "count", "sealed"),
            "origin": entry.origin,
            "made_at": fact.observed_at,
            "order_key": key_of(entry, fact),
        }
        for entry, fact, _ in noted
    ]
    put(connection, code_sets, rows)


def apply_codes_used(connection: Connection, noted: Sequence[Noted]) -> None:
    """Insert used recovery codes; a row that is already there stays."""
    _spend(connection, noted, USED)


def apply_codes_disclosed(connection: Connection, noted: Sequence[Noted]) -> None:
    """Insert recovery codes that HQ read out; a row that is already there stays."""
    _spend(connection, noted, DISCLOSED)


def _spend(connection: Connection, noted: Sequence[Noted], how: str) -> None:
    rows = [
        {**plain(fact, "set_id", "number"), "origin": entry.origin, "how": how, "at": fact.observed_at}
        for entry, fact, _ in noted
    ]
    put(connection, spent_codes, rows)


APPLIERS: Final[Appliers] = {
    f.AccountAdded: apply_accounts,
    f.AccountRemoved: apply_removals,
    f.RecoveryCodesMade: apply_codes_made,
    f.RecoveryCodeUsed: apply_codes_used,
    f.RecoveryCodeDisclosed: apply_codes_disclosed,
}
