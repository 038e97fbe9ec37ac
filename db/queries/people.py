"""Accounts and devices."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec
from sqlalchemy import Connection, and_, select

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
        select(accounts.c.role).where(accounts.c.origin == origin, accounts.c.account == account)
    ).scalar()
    if role is None:
        raise Refusal("passphrase.wrong")
    return str(role)


def all_accounts(connection: Connection) -> list[AccountRow]:
    rows = connection.execute(select(accounts).order_by(accounts.c.origin, accounts.c.account))
    return [AccountRow(row.origin, row.account, row.role, row.suite, row.public_key) for row in rows]


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
