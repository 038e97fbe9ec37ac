"""Accounts, recovery codes and devices."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, Row, and_, bindparam, or_, select

from db.exchange_tables import devices, learned_revocations, recertifications, revocations
from db.people_tables import DISCLOSED, USED, account_keys, code_sets, removals, spent_codes
from db.projection.rows import first_of
from db.queries.forks import forks
from db.tables import accounts
from eum_app.crypto.certificates import Certificate
from eum_app.domain.errors import Refusal
from eum_app.domain.people import ALL, Role, Scope
from eum_app.domain.vocabulary import Unknown, read_as


@dataclass(frozen=True)
class AccountRow:
    """An account. `removed_at` is UTC text or empty."""

    origin: str
    account: str
    role: Role | Unknown
    suite: str
    public_key: bytes
    scope: Scope = ALL
    removed_at: str = ""


@dataclass(frozen=True)
class CodeSet:
    """The newest recovery codes of one account.

    `sealed` opens with HQ's recovery key. `used` and `disclosed` are numbers of codes, from 1; only the store whose
    codes they are says which were used, and only HQ which it disclosed.
    """

    origin: str
    account: str
    set_id: str
    count: int
    sealed: bytes
    made_at: str
    used: frozenset[int]
    disclosed: frozenset[int]


@dataclass(frozen=True)
class DeviceRow:
    """An enrolled device. `certificates` are DER, the device's first; `revoked_at` is UTC text or empty.

    `fingerprint` and `certificates` are those of the newest certificate for its keys, `own_certificates` all that it
    had in this epoch, the first one first.
    `superseded_at`: when the device's next identity (epoch) was issued, which ended this one; empty for the newest.
    `forked_from` is the first entry of its journal that exists twice (0: none does).
    """

    device: str
    epoch: int
    fingerprint: str
    enrolled_at: str
    certificates: tuple[bytes, ...]
    revoked_at: str
    forked_from: int = 0
    superseded_at: str = ""
    ended_by: int = 0
    """Number of HQ's own entry that ended this identity first (`known_at`); 0 if it has not ended."""
    own_certificates: tuple[bytes, ...] = ()


@dataclass(frozen=True)
class RevocationRow:
    """A revoked certificate, by serial (lower-case hex). Times are UTC text.

    `issued_at` and `issuer_epoch` are the beginning and the epoch of the certificate whose holder sent the revocation;
    empty and 0 if this store revoked it. Facts of earlier versions state no epoch either.
    """

    serial: str
    holder: str
    revoked_at: str
    issued_at: str = ""
    issuer_epoch: int = 0


_ACCOUNTS: Final = select(accounts, removals.c.removed_at, removals.c.order_key.label("removal_key")).outerjoin(
    removals, and_(removals.c.origin == accounts.c.origin, removals.c.account == accounts.c.account)
)


_ONE_ACCOUNT: Final = _ACCOUNTS.where(
    accounts.c.origin == bindparam("of_origin"), accounts.c.account == bindparam("of_account")
).order_by(accounts.c.epoch.desc())


def account_of(connection: Connection, origin: str, account: str) -> AccountRow:
    """Return an account.

    Raises Refusal `account.unknown` if the journal does not know it, or knows that it was removed.
    """
    found = known_account(connection, origin, account)
    if found is None or found.removed_at:
        raise Refusal("account.unknown", account=account)
    return found


def known_account(connection: Connection, origin: str, account: str) -> AccountRow | None:
    """Return an account as in its origin's newest epoch, also a removed one; None if the journal does not know it."""
    row = account_record(connection, origin, account)
    return None if row is None else read_account(row)


def account_record(connection: Connection, origin: str, account: str) -> Row[Any] | None:
    """Return an account's row as it is stored, for `read_account`; None if the journal does not know it.

    While the row is equal to an earlier one, so is the account. Each read and write of a session asks for it.
    """
    return first_of(connection, _ONE_ACCOUNT, {"of_origin": origin, "of_account": account})


def all_accounts(connection: Connection) -> list[AccountRow]:
    """Return each account as in its origin's newest epoch, removed ones included, by origin and code."""
    rows = connection.execute(_ACCOUNTS.order_by(accounts.c.origin, accounts.c.account, accounts.c.epoch))
    return list({(row.origin, row.account): read_account(row) for row in rows}.values())


def signing_keys_of_chain(connection: Connection, origin: str, epoch: int) -> dict[str, list[tuple[str, bytes]]]:
    """Return account → (suite, public key), for every key that one chain ever named."""
    of_chain = select(account_keys).where(account_keys.c.origin == origin, account_keys.c.epoch == epoch)
    found: dict[str, list[tuple[str, bytes]]] = {}
    for row in connection.execute(of_chain):
        found.setdefault(row.account, []).append((row.suite, row.public_key))
    return found


def code_set(connection: Connection, origin: str, account: str) -> CodeSet | None:
    """Return an account's newest set of recovery codes, or None."""
    newest = select(code_sets).where(code_sets.c.origin == origin, code_sets.c.account == account)
    row = connection.execute(newest).first()
    if row is None:
        return None
    said = and_(spent_codes.c.set_id == row.set_id, or_(spent_codes.c.origin == origin, spent_codes.c.how == DISCLOSED))
    spent = connection.execute(select(spent_codes).where(said)).all()
    used, disclosed = (frozenset(code.number for code in spent if code.how == how) for how in (USED, DISCLOSED))
    return CodeSet(row.origin, row.account, row.set_id, row._mapping["count"], row.sealed, row.made_at, used, disclosed)


def read_account(row: Row[Any]) -> AccountRow:
    """Return the account of a row of `account_record`."""
    is_removed = bool(row.removal_key) and row.removal_key > row.order_key
    scope = msgspec.json.decode(row.scope, type=Scope)
    removed_at = row.removed_at if is_removed else ""
    return AccountRow(row.origin, row.account, read_as(Role, row.role), row.suite, row.public_key, scope, removed_at)


def all_devices(connection: Connection) -> list[DeviceRow]:
    """Return the devices enrolled here by name, one row for each epoch, the newest of each first."""
    rows = connection.execute(
        select(devices, revocations.c.revoked_at, revocations.c.known_at.label("revoked_by"))
        .outerjoin(
            revocations,
            and_(revocations.c.device == devices.c.device, revocations.c.epoch == devices.c.epoch),
        )
        .order_by(devices.c.device, devices.c.epoch.desc())
    )
    forked = {(one.device, one.epoch): one.first_seq for one in forks(connection)}
    later: dict[tuple[str, int], list[tuple[str, tuple[bytes, ...]]]] = {}
    for row in connection.execute(select(recertifications).order_by(recertifications.c.order_key)):
        certified = (row.fingerprint, msgspec.json.decode(row.body, type=tuple[bytes, ...]))
        later.setdefault((row.device, row.epoch), []).append(certified)
    found: list[DeviceRow] = []
    newer = None
    for row in rows:
        if newer is not None and newer.device != row.device:
            newer = None
        ended_by = min(filter(None, (row.revoked_by, newer.known_at if newer else 0)), default=0)
        first = (row.fingerprint, msgspec.json.decode(row.body, type=tuple[bytes, ...]))
        had = [first, *(one for one in later.get((row.device, row.epoch), []) if _has_keys_of(first[1], one[1]))]
        found.append(
            DeviceRow(
                row.device,
                row.epoch,
                had[-1][0],
                row.enrolled_at,
                had[-1][1],
                row.revoked_at or "",
                forked.get((row.device, row.epoch), 0),
                newer.enrolled_at if newer else "",
                ended_by,
                tuple(certificates[0] for _, certificates in had),
            )
        )
        newer = row
    return found


def _has_keys_of(first: tuple[bytes, ...], later: tuple[bytes, ...]) -> bool:
    """Whether a later certificate is for the keys of the first: no other may take its place."""
    try:
        enrolled, renewed = Certificate.from_der(first[0]), Certificate.from_der(later[0])
        keys = [(one.verify_key, one.kid, one.origin, one.epoch) for one in (enrolled, renewed)]
    except (Refusal, IndexError):  # a script wrote it
        return False
    return keys[0] == keys[1]


def other_revocations(connection: Connection, recorder: str) -> list[RevocationRow]:
    """Return revocations besides those of devices: of HQs (at HQ), and learned from HQ's bundles (on a device).

    Only what this store itself (`recorder`) recorded counts.
    """
    rows = connection.execute(
        select(learned_revocations)
        .where(learned_revocations.c.recorder == recorder)
        .order_by(learned_revocations.c.revoked_at.desc(), learned_revocations.c.serial)
    )
    return [RevocationRow(row.serial, row.holder, row.revoked_at, row.issued_at, row.issuer_epoch) for row in rows]
