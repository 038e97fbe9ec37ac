"""Accounts and devices."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, and_, select

from db.tables import accounts, devices, revocations
from eum_app.domain.errors import Refusal


@dataclass(frozen=True)
class AccountRow:
    origin: str
    account: str
    role: str
    suite: str
    public_key: bytes


@dataclass(frozen=True)
class DeviceRow:
    """`certificates` are DER, the device's own first; `revoked_at` is UTC text or empty."""

    device: str
    epoch: int
    fingerprint: str
    enrolled_at: str
    certificates: tuple[bytes, ...]
    revoked_at: str


def role_of(connection: Connection, origin: str, account: str) -> str:
    """Raises Refusal `passphrase.wrong` for an account that the journal does not know."""
    role = connection.execute(
        select(accounts.c.role)
        .where(accounts.c.origin == origin, accounts.c.account == account)
        .order_by(accounts.c.epoch.desc())
        .limit(1)
    ).scalar()
    if role is None:
        raise Refusal("passphrase.wrong")
    return str(role)


def all_accounts(connection: Connection) -> list[AccountRow]:
    """Each account as its origin's newest epoch names it."""
    rows = connection.execute(select(accounts).order_by(accounts.c.origin, accounts.c.account, accounts.c.epoch))
    return list({(row.origin, row.account): _account(row) for row in rows}.values())


def accounts_of_chain(connection: Connection, origin: str, epoch: int) -> dict[str, AccountRow]:
    """The accounts that one chain names, by their codes."""
    of_chain = select(accounts).where(accounts.c.origin == origin, accounts.c.epoch == epoch)
    return {row.account: _account(row) for row in connection.execute(of_chain)}


def _account(row: Row[tuple[Any, ...]]) -> AccountRow:
    return AccountRow(row.origin, row.account, row.role, row.suite, row.public_key)


def all_devices(connection: Connection) -> list[DeviceRow]:
    """Devices enrolled here, newest epoch first for each."""
    rows = connection.execute(
        select(devices, revocations.c.revoked_at)
        .outerjoin(
            revocations,
            and_(revocations.c.device == devices.c.device, revocations.c.epoch == devices.c.epoch),
        )
        .order_by(devices.c.device, devices.c.epoch.desc())
    )
    return [
        DeviceRow(
            row.device,
            row.epoch,
            row.fingerprint,
            row.enrolled_at,
            msgspec.json.decode(row.body, type=tuple[bytes, ...]),
            row.revoked_at or "",
        )
        for row in rows
    ]
