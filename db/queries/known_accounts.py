"""Accounts of this store with the keys that may speak for them, read from its journal.

A script with the data key can write that an account was added, or got new keys. So at HQ the administrator who does it
signs it (`AccountAdded.voucher`), and from the first entry about the vault on, others count for nothing. What HQ
recorded before that, in an earlier version or as its first account, is believed. In a store without an administrator,
whose only account is the one that made it, that account may vouch too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import msgspec
from sqlalchemy import Connection, select

from db.queries.key_facts import Place, stated
from db.tables import meta
from eum_app.crypto.signing import VerifyKey
from eum_app.crypto.suites import Suite
from eum_app.domain.errors import Refusal
from eum_app.domain.facts import AccountAdded, AccountRemoved, VaultSealed
from eum_app.domain.people import Permission, Role, may
from eum_app.domain.vocabulary import read_as

VOUCHER_PURPOSE: Final = "eum/account-voucher/1"
Keys = tuple[tuple[str, bytes], ...]
"""(suite, public key)"""


@dataclass(frozen=True)
class KnownAccount:
    """An account, its newest role, and every key that it had, the newest last. `is_removed`: it is no longer one."""

    role: str
    keys: Keys
    is_removed: bool = False

    def may(self, permission: Permission) -> bool:
        """Whether its role has the permission."""
        return may(read_as(Role, self.role), permission)

    def has_signed(self, purpose: str, message: bytes, signature: bytes) -> bool:
        """Whether its newest key made this signature: a reset takes the former keys away from a thief of them."""
        suite, public = self.keys[-1]
        try:
            VerifyKey.from_bytes(Suite.parse(suite), public).verify(purpose, message, signature, low_s=True)
        except Refusal:
            return False
        return True


def voucher_message(
    store_id: str,
    account: str,
    role: str,
    suite: str,
    public_key: bytes,
    programs: Sequence[str] = (),
    countries: Sequence[str] = (),
) -> bytes:
    """Build the message with which an administrator vouches for an account's key, role and scope."""
    said = [store_id, account, role, suite, public_key.hex(), list(programs), list(countries)]
    return msgspec.json.encode(said)


def known_accounts(connection: Connection, before: Place | None = None) -> dict[str, KnownAccount]:
    """Return the accounts of this store by code, removed ones included.

    They are as they were `before` an own entry at that place. An account that was removed never comes back, and
    a statement that was made before changes nothing: a script can repeat both with their true vouchers, since a
    voucher names no place in the journal.
    """
    store_id = connection.execute(select(meta.c.value).where(meta.c.name == "store_id")).scalar() or ""
    found: dict[str, KnownAccount] = {}
    made: set[tuple[object, ...]] = set()
    is_vouched_for = False
    for actor, fact in stated(connection, AccountAdded, AccountRemoved, VaultSealed, before=before):
        match fact:
            case VaultSealed():
                is_vouched_for = True
            case AccountRemoved(account=account) if account in found:
                one = found[account]
                found[account] = KnownAccount(one.role, one.keys, is_removed=True)
            case AccountAdded() if not is_vouched_for or _is_vouched(store_id, found, actor, fact):
                one = found.get(fact.account, KnownAccount(fact.role, ()))
                key = (fact.suite, fact.public_key)
                said = (fact.account, fact.role, *key, fact.programs, fact.countries)
                if one.is_removed or said in made:
                    continue
                made.add(said)
                found[fact.account] = KnownAccount(fact.role, one.keys if key in one.keys else (*one.keys, key))
    return found


def _is_vouched(store_id: str, known: dict[str, KnownAccount], actor: str, fact: AccountAdded) -> bool:
    """Whether an administrator at that time signed it. A new journal repeats the accounts, which adds nothing."""
    managers = {account: one for account, one in known.items() if one.may(Permission.ACCOUNT_MANAGE)} or known
    if actor not in managers or managers[actor].is_removed:  # a script can write that every administrator was removed
        return False
    message = voucher_message(
        store_id, fact.account, fact.role, fact.suite, fact.public_key, fact.programs, fact.countries
    )
    return managers[actor].has_signed(VOUCHER_PURPOSE, message, fact.voucher)
