"""Access to HQ's private keys: accounts that may seal reach them in the vault, others sign only reports.

An account whose role may seal bundles (`Permission.BUNDLE_SEAL`) is a member of the vault (`db.vault`). An account that
only exports reports signs them with its own signing key, which HQ certified as a *reporter*: so an auditor needs no key
of HQ, and a report says which auditor signed it.

`admit` and `dismiss` follow each change of an account, in its transaction. `keep_up` runs at the start of each member's
session: it makes the vault of a new store or one of an earlier version, and renews what is due.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Final

import msgspec

from db.keyslots import read_store_file
from db.queries.key_facts import (
    SUCCESSION_PURPOSE,
    certificate_in_use,
    keys_of_accounts,
    removed_accounts,
    succession_message,
)
from db.queries.people import AccountRow, all_accounts
from db.secrets import AUTHORITY, IDENTITY, OWN_CHAIN, RECOVERY, RECOVERY_PUBLIC, REPORTERS, read_secret
from db.store import Connection
from db.transaction import Transaction
from db.vault import Vault, has_vault, keep_vault
from eum_app.crypto.certificates import Certificate, Identity, issue_reporter
from eum_app.crypto.sealing import KemKey
from eum_app.crypto.signing import VerifyKey
from eum_app.crypto.suites import Suite
from eum_app.domain.facts import HqCertified, VaultSealed
from eum_app.domain.people import Permission, Role, may
from eum_app.domain.vocabulary import Unknown
from eum_app.usecases.exchange.trust import own_chain, own_kem, reporters, vault_of
from eum_app.usecases.session import Session

PRIVATE: Final = (AUTHORITY, IDENTITY, RECOVERY)
"""Key material of an earlier version's HQ store that belongs in the vault."""
RENEWED_BEFORE: Final = timedelta(days=90)
"""A reporter's certificate is renewed when it ends within this time."""


def holds_keys(role: Role | Unknown) -> bool:
    """Whether accounts of this role are members of the vault at HQ."""
    return may(role, Permission.BUNDLE_SEAL)


def is_reporter(role: Role | Unknown) -> bool:
    """Whether accounts of this role sign reports at HQ with their own key."""
    return may(role, Permission.REPORT_EXPORT) and not holds_keys(role)


def admit(
    session: Session, transaction: Transaction, account: str, role: Role | Unknown, public: bytes, key: VerifyKey
) -> None:
    """At HQ: give an account with new keys what its role signs with; on a device do nothing.

    `public` is its HPKE key, `key` its signing key. Both must come from the caller's memory: one who holds the data key
    could have exchanged those on the disk. Raises Refusal `vault.not_admitted` unless the session's account is a
    member.
    """
    if not session.is_hq or not has_vault(transaction.connection):
        return
    if holds_keys(role):
        keep_in(session, transaction, vault_of(session, transaction.connection).with_member(account, public))
    elif is_reporter(role):
        identity = _identity_in(vault_of(session, transaction.connection))
        certify_reporters(session, transaction, identity, {account: key})


def dismiss(session: Session, transaction: Transaction, account: str) -> None:
    """At HQ: take an account out of the vault, whose key changes, and drop its certificate for reports.

    Raises Refusal `vault.not_admitted` unless the session's account is a member.
    """
    if not session.is_hq or not has_vault(transaction.connection):
        return
    vault = vault_of(session, transaction.connection)
    if account in vault.members:
        keep_in(session, transaction, vault.without(account))
    rest = {name: chain for name, chain in reporters(transaction.connection).items() if name != account}
    transaction.keep_secret(REPORTERS, msgspec.msgpack.encode(rest))


def keep_in(session: Session, transaction: Transaction, vault: Vault) -> None:
    """Write the vault and, beside it for every account, the public parts of what it holds; record that it was written.

    HQ's first certificate is recorded as well: later ones must follow from it.
    """
    identity = _identity_in(vault)
    if certificate_in_use(transaction.connection) is None:
        transaction.record(certified(session, identity))
    kept = keep_vault(transaction.connection, session.store.named.store_id, session.suite, vault)
    transaction.record(
        VaultSealed(
            observed_at=session.observed_now(),
            generation=kept.generation,
            digest=kept.digest,
            signature=kept.signature,
        )
    )
    chain = [certificate.der for certificate in identity.chain]
    transaction.keep_secret(OWN_CHAIN, msgspec.msgpack.encode(chain))
    recovery = KemKey.from_bytes(session.suite, vault.values[RECOVERY]).public.public_bytes()
    transaction.keep_secret(RECOVERY_PUBLIC, recovery)


def certified(session: Session, identity: Identity, former: Identity | None = None, until: str = "") -> HqCertified:
    """Build the fact that HQ uses this identity, and that it follows `former`, whose bundles open `until`."""
    certificates = tuple(certificate.der for certificate in identity.chain)
    endorsement = b""
    if former is not None:
        message = succession_message(former.certificate, certificates)
        endorsement = former.signing.sign(SUCCESSION_PURPOSE, message)
    return HqCertified(
        observed_at=session.observed_now(),
        hq=identity.origin,
        epoch=identity.epoch,
        fingerprint=identity.certificate.fingerprint,
        root_fingerprint=identity.root.fingerprint,
        certificates=certificates,
        earlier_until=until,
        endorsement=endorsement,
    )


def keep_up(session: Session) -> None:
    """Make or maintain the vault at the start of a member's session; do nothing in other sessions.

    - Make the vault where private keys are still ordinary key material, with every member's key of the keyslot file.
    - Sign the vault of an earlier version.
    - Remove members that the journal says were removed.
    - Write the public parts beside the vault again, if a holder of the data key has replaced them.
    - Renew reporters' certificates that end soon, are not valid yet (a clock was ahead), or were issued by an earlier
      identity of HQ.

    Nothing is erased by the clock: a clock that is ahead once must not take HQ's former keys away. That happens when HQ
    gets new keys (`accept_certificate`).

    Raises as `Session.writing` does, and Refusal `vault.not_admitted`.
    """
    if not session.is_hq or not holds_keys(session.role):
        return
    with session.reading(whole=True) as connection:
        if not _is_due(session, connection):
            return
    session.require(Permission.BUNDLE_SEAL)
    with session.writing() as transaction:
        accounts = _accounts(session, transaction.connection)
        if not has_vault(transaction.connection):
            _make(session, transaction, accounts)
        vault = vault_of(session, transaction.connection)
        if _needs_writing(session, transaction.connection, vault, accounts):
            members = {name: key for name, key in vault.members.items() if name in accounts}
            vault = replace(vault, members=members)
            keep_in(session, transaction, vault)
        for purpose in PRIVATE:
            transaction.drop_secret(purpose)
        identity = _identity_in(vault)
        certify_reporters(session, transaction, identity, _due_reporters(session, transaction.connection))


def _accounts(session: Session, connection: Connection) -> dict[str, AccountRow]:
    rows = [row for row in all_accounts(connection) if row.origin == session.name and not row.removed_at]
    return {row.account: row for row in rows}


def _is_due(session: Session, connection: Connection) -> bool:
    if not has_vault(connection):
        return read_secret(connection, IDENTITY) is not None
    if any(read_secret(connection, purpose) is not None for purpose in PRIVATE):
        return True
    accounts = _accounts(session, connection)
    is_stale = _needs_writing(session, connection, vault_of(session, connection), accounts)
    return is_stale or bool(_due_reporters(session, connection))


def _needs_writing(session: Session, connection: Connection, vault: Vault, accounts: Mapping[str, AccountRow]) -> bool:
    """Whether the vault is not signed, has removed members, or its public parts beside it were replaced."""
    if not vault.generation or any(account not in accounts for account in vault.members):
        return True
    recovery = KemKey.from_bytes(session.suite, vault.values[RECOVERY]).public.public_bytes()
    return own_chain(connection) != _identity_in(vault).chain or read_secret(connection, RECOVERY_PUBLIC) != recovery


def _make(session: Session, transaction: Transaction, accounts: dict[str, AccountRow]) -> None:
    values = {purpose: value for purpose in PRIVATE if (value := transaction.secret(purpose)) is not None}
    slots = read_store_file(session.store.folder).slots
    members = {slot.account: slot.public for slot in slots if _is_member(accounts.get(slot.account))}
    members[session.account] = own_kem(session).public.public_bytes()
    vault = Vault(members, values)
    keep_in(session, transaction, vault)
    # Once, the keys that the journal names: later ones come from the certificates or from `admit`.
    keys = {row.account: _key(row) for row in accounts.values() if is_reporter(row.role)}
    certify_reporters(session, transaction, _identity_in(vault), keys)


def _is_member(row: AccountRow | None) -> bool:
    return row is not None and holds_keys(row.role)


def _key(row: AccountRow) -> VerifyKey:
    return VerifyKey.from_bytes(Suite.parse(row.suite), row.public_key)


def reporter_keys(session: Session, connection: Connection) -> dict[str, VerifyKey]:
    """Return the keys of accounts that this HQ certified for reports, whatever the journal says now."""
    return {account: mine.verify_key for account, mine, _ in _reporters(session, connection)}


def _due_reporters(session: Session, connection: Connection) -> dict[str, VerifyKey]:
    """Keys of reporters to certify again."""
    hq = own_chain(connection)
    found: dict[str, VerifyKey] = {}
    for account, mine, issuer in _reporters(session, connection):
        # One that ends with HQ's own certificate cannot be renewed before that is.
        is_late = mine.not_after < hq[0].not_after and session.now() > mine.not_after - RENEWED_BEFORE
        is_early = hq[0].not_before <= session.now() < mine.not_before
        if issuer != hq[0] or is_late or is_early:
            found[account] = mine.verify_key
    return found


def _reporters(session: Session, connection: Connection) -> Iterator[tuple[str, Certificate, Certificate]]:
    """Accounts with their certificate and its issuer, where both lead to HQ's authority."""
    root = own_chain(connection)[-1]
    removed, keys = removed_accounts(connection), keys_of_accounts(connection)
    for account, ders in reporters(connection).items():
        mine, issuer, *_ = map(Certificate.from_der, ders)
        is_ours = mine.is_issued_by(issuer) and issuer.is_issued_by(root) and issuer.origin == session.name
        # A removed account's certificate may have been put back with the data key alone.
        is_known = account not in removed and mine.verify_key.public_bytes() in keys.get(account, frozenset())
        if is_ours and is_known and mine.name == account:
            yield account, mine, issuer


def certify_reporters(
    session: Session, transaction: Transaction, identity: Identity, keys: dict[str, VerifyKey]
) -> None:
    """Certify the signing keys of accounts for reports. Raises as `issue_reporter`."""
    if not keys:
        return
    held = reporters(transaction.connection)
    for account, key in keys.items():
        made = issue_reporter(identity, account=account, key=key, at=session.now())
        held[account] = [certificate.der for certificate in (made, *identity.chain)]
    transaction.keep_secret(REPORTERS, msgspec.msgpack.encode(held))


def _identity_in(vault: Vault) -> Identity:
    return Identity.from_bytes(vault.values[IDENTITY])
