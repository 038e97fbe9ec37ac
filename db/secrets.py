"""Key material of a store, by purpose; never in the clear on any disk (`db.boxed`)."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection, select

from db.boxed import boxed, secret_place, unboxed
from db.tables import secrets

# At HQ, the vault (`db.vault`) holds AUTHORITY, IDENTITY, EARLIER, PENDING and RECOVERY, and this table the others.
VAULT: Final = "vault"
AUTHORITY: Final = "authority"
IDENTITY: Final = "identity"
EARLIER: Final = "earlier-identities"
PENDING: Final = "pending-identity"
RECOVERY: Final = "recovery-key"
OWN_CHAIN: Final = "own-chain"
RECOVERY_PUBLIC: Final = "recovery-public"
REPORTERS: Final = "reporters"
HQ_CHAIN: Final = "hq-chain"
REVOCATIONS: Final = "revocations"
LOG_SALTS: Final = "log-salts"
"""Secret from which the salts of all leaves of HQ's log are derived."""
PURPOSES: Final = (
    VAULT,
    AUTHORITY,
    IDENTITY,
    EARLIER,
    PENDING,
    RECOVERY,
    OWN_CHAIN,
    RECOVERY_PUBLIC,
    REPORTERS,
    HQ_CHAIN,
    REVOCATIONS,
    LOG_SALTS,
)
"""Every purpose of key material: recovery of a damaged file recognizes rows by them."""


def read_secret(connection: Connection, purpose: str) -> bytes | None:
    """Return the value stored for `purpose`, or None. Raises Trouble `store.damaged` if it does not open."""
    stored: bytes | None = connection.execute(select(secrets.c.value).where(secrets.c.purpose == purpose)).scalar()
    return unboxed(connection, secret_place(purpose), stored)


def put_secret(connection: Connection, purpose: str, value: bytes) -> None:
    """Store a value for `purpose`, replacing any earlier one."""
    stored = boxed(connection, secret_place(purpose), value)
    remove_secret(connection, purpose)
    connection.execute(secrets.insert().values(purpose=purpose, value=stored))


def remove_secret(connection: Connection, purpose: str) -> None:
    """Remove the value for `purpose`, if there is one."""
    connection.execute(secrets.delete().where(secrets.c.purpose == purpose))
