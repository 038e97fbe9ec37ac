"""Identity and trust list of this store, read from its secrets and facts.

At HQ, private keys are in the vault (`db.vault`), which only some accounts open; their public parts are ordinary key
material. A device's keys are ordinary key material, and so are those of an HQ's store of an earlier version until an
account that may hold them opens it (`usecases.people.vault`).
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import msgspec

from db.keyslots import account_kem, read_store_file
from db.queries.late import IdentityEnd, identity_ends
from db.queries.people import RevocationRow, all_devices, other_revocations
from db.secrets import (
    EARLIER,
    HQ_CHAIN,
    IDENTITY,
    OWN_CHAIN,
    RECOVERY,
    RECOVERY_PUBLIC,
    REPORTERS,
    REVOCATIONS,
    read_secret,
)
from db.store import Connection
from db.vault import Vault, has_vault, open_vault
from eum_app.crypto.certificates import Certificate, Identity
from eum_app.crypto.revocations import RevocationList, read_revocation_list
from eum_app.crypto.sealing import KemKey, KemPublic
from eum_app.domain.clock import from_utc_text, utc_text
from eum_app.domain.errors import Refusal
from eum_app.domain.people import Permission, may
from eum_app.usecases.session import Session
from sync.bundle_file import MAX_REVOKED, RevokedCertificate
from sync.trust import Ended, Revocation, TrustList


def own_kem(session: Session) -> KemKey:
    """Return the HPKE key of the signed-in account. Raises as `read_store_file` and `account_kem` do."""
    return account_kem(read_store_file(session.store.folder), session.account, session.ticket.account_key)


def vault_of(session: Session, connection: Connection) -> Vault:
    """At HQ: open the vault with the signed-in account. Raises Refusal `vault.not_admitted`."""
    return open_vault(connection, session.store.named.store_id, session.account, own_kem(session))


def hq_vault(session: Session, connection: Connection) -> Vault:
    """Open the vault. Raises Refusal `authority.only_hq` on a device, `vault.not_admitted`."""
    if not session.is_hq:
        raise Refusal("authority.only_hq")
    return vault_of(session, connection)


def _private(session: Session, connection: Connection, purpose: str) -> bytes | None:
    """Private key material. Raises Refusal `vault.not_admitted` if it is in a vault that the account cannot open."""
    if session.is_hq and has_vault(connection):
        return vault_of(session, connection).values.get(purpose)
    return read_secret(connection, purpose)


def recovery_key(session: Session, connection: Connection) -> KemKey:
    """At HQ: return the key to which devices seal their data keys and recovery codes. It is created with the authority.

    Raises Refusal `device.not_enrolled` if there is none, `vault.not_admitted`.
    """
    stored = _private(session, connection, RECOVERY)
    if stored is None:
        raise Refusal("device.not_enrolled")
    return KemKey.from_bytes(session.suite, stored)


def recovery_public(session: Session, connection: Connection) -> KemPublic:
    """At HQ: return the public half of `recovery_key`, for every account. Raises Refusal `device.not_enrolled`."""
    stored = read_secret(connection, RECOVERY_PUBLIC)
    # Accounts outside the vault have only the copy beside it, which a holder of the data key can replace.
    if stored is None or may(session.role, Permission.BUNDLE_SEAL):
        return recovery_key(session, connection).public
    return KemPublic.from_bytes(session.suite, stored)


def identity_of(session: Session, connection: Connection) -> Identity:
    """Return this store's identity, with its private keys.

    Raises Refusal `device.not_enrolled` before a device accepted HQ's answer; at HQ `vault.not_admitted` for an account
    whose role neither seals nor enrolls.
    """
    stored = _private(session, connection, IDENTITY)
    if stored is None:
        raise Refusal("device.not_enrolled")
    return Identity.from_bytes(stored)


class EarlierIdentity(msgspec.Struct, frozen=True):
    """Keys that HQ used before, as `Identity.to_bytes`; they open bundles until `until` (UTC text)."""

    identity: bytes
    until: str


def earlier_in(vault: Vault) -> list[EarlierIdentity]:
    """Return the keys that HQ used before, oldest first."""
    stored = vault.values.get(EARLIER)
    return msgspec.msgpack.decode(stored, type=list[EarlierIdentity]) if stored else []


def identities_of(session: Session, connection: Connection) -> tuple[Identity, tuple[Identity, ...]]:
    """Return this store's identity, and those that HQ used before and whose bundles it still opens (none on a device).

    The vault is opened once for both: that takes 5 ms. Raises as `identity_of` does.
    """
    if not (session.is_hq and has_vault(connection)):
        return identity_of(session, connection), ()
    vault, now = vault_of(session, connection), utc_text(session.now())
    earlier = tuple(Identity.from_bytes(one.identity) for one in earlier_in(vault) if now <= one.until)
    return Identity.from_bytes(vault.values[IDENTITY]), earlier


def revocations_of(connection: Connection, root: Certificate) -> RevocationList | None:
    """Return the authority's list of revoked HQs, or None. One that the root did not sign counts as none."""
    stored = read_secret(connection, REVOCATIONS)
    if stored is None:
        return None
    try:
        return read_revocation_list(stored, root)
    except Refusal:
        return None


def reporter_of(session: Session, connection: Connection) -> Identity:
    """Return the identity with which the signed-in account signs reports.

    It is the store's for an account that may use it. Another account of HQ signs with its own key, which HQ certified
    for reports. Raises as `identity_of` does, and Refusal `vault.no_reporter` without such a certificate.
    """
    if not (session.is_hq and has_vault(connection)) or may(session.role, Permission.BUNDLE_SEAL):
        return identity_of(session, connection)
    chain = reporters(connection).get(session.account)
    if chain is None:
        raise Refusal("vault.no_reporter", account=session.account)
    return Identity(session.signing_key, None, tuple(map(Certificate.from_der, chain)))


def reporters(connection: Connection) -> dict[str, list[bytes]]:
    """At HQ: return the certificate chains of the accounts that sign reports with their own key, by account."""
    stored = read_secret(connection, REPORTERS)
    return msgspec.msgpack.decode(stored, type=dict[str, list[bytes]]) if stored else {}


def own_chain(connection: Connection) -> tuple[Certificate, ...]:
    """Return this store's certificate, its issuers' and the authority's, for every account.

    Raises Refusal `device.not_enrolled` before a device accepted HQ's answer.
    """
    public, private = read_secret(connection, OWN_CHAIN), read_secret(connection, IDENTITY)
    if public:
        return _chain_in(public)
    if private is None:
        raise Refusal("device.not_enrolled")
    return Identity.from_bytes(private).chain


@lru_cache(maxsize=8)  # parsing takes longer than reading the bytes, and every slip asks
def _chain_in(public: bytes) -> tuple[Certificate, ...]:
    return tuple(map(Certificate.from_der, msgspec.msgpack.decode(public, type=list[bytes])))


def hq_certificate(connection: Connection) -> Certificate:
    """On a device: return the certificate of its HQ. Raises Refusal `device.not_enrolled`."""
    stored = read_secret(connection, HQ_CHAIN)
    if stored is None:
        raise Refusal("device.not_enrolled")
    return Certificate.from_der(msgspec.msgpack.decode(stored, type=list[bytes])[0])


def device_certificate(connection: Connection, device: str) -> Certificate:
    """At HQ: return a device's newest certificate; it may have expired.

    Raises Refusal `visit.device_unknown`, also if it was revoked, because issuing it ended all earlier ones.
    """
    for row in all_devices(connection):
        if row.device == device and not row.ended_by:
            return Certificate.from_der(row.certificates[0])
    raise Refusal("visit.device_unknown", device=device)


def trust_list(connection: Connection, *, is_hq: bool) -> TrustList:
    """Return the trust list: authority, HQ, and at HQ every device certificate, also expired and ended ones.

    What ended them is read from HQ's journal.

    A device trusts its HQ only, unless it learned from a bundle of HQ that this certificate was revoked. Raises Refusal
    `device.not_enrolled`.
    """
    own = own_trust(connection)
    if not is_hq:
        return replace(own, hqs=(hq_certificate(connection),))
    rows = all_devices(connection)
    return replace(
        own,
        devices={(row.device, row.epoch): Certificate.from_der(row.certificates[0]) for row in rows},
        ended={identity: _ended(end) for identity, end in identity_ends(connection).items()},
    )


def own_trust(connection: Connection) -> TrustList:
    """Return the trust list of this store without devices: its authority, itself, and all revocations but of devices.

    It takes the same time whatever the number of devices. Raises Refusal `device.not_enrolled`.
    """
    chain = own_chain(connection)
    revoked = _revoked(other_revocations(connection, chain[0].origin))
    own = TrustList(root=chain[-1], hqs=(chain[0],), revoked=revoked)
    held = revocations_of(connection, chain[-1])
    # The authority's word counts whatever an HQ says about the same certificate.
    return own if held is None else with_list(own, held.der)


def with_list(trust: TrustList, encoded: bytes) -> TrustList:
    """Return the trust list with the authority's list of revoked HQs (DER) added, which a reader got from it.

    Raises Refusal `revocations.invalid`, `revocations.other_root`.
    """
    revoked = dict(trust.revoked)
    for serial, at in read_revocation_list(encoded, trust.root).revoked.items():
        revoked[serial] = (*revoked.get(serial, ()), Revocation(at))
    return replace(trust, revoked=revoked)


def revocation_list(connection: Connection) -> list[RevokedCertificate]:
    """At HQ: return every revocation, of devices and of HQs, as each bundle of HQ carries it, newest first."""
    name = own_chain(connection)[0].origin
    found = [(row.revoked_at, row.serial, row.holder) for row in other_revocations(connection, name)]
    for row in all_devices(connection):
        if row.revoked_at:  # every certificate that its keys ever had: each of them verifies by itself
            for der in row.own_certificates:
                found.append((row.revoked_at, Certificate.from_der(der).serial, f"{row.device}/{row.epoch}"))
    return [
        RevokedCertificate(serial=serial, holder=holder, revoked_at=from_utc_text(at))
        for at, serial, holder in sorted(found, reverse=True)[:MAX_REVOKED]
    ]


def _revoked(rows: list[RevocationRow]) -> dict[str, tuple[Revocation, ...]]:
    found: dict[str, tuple[Revocation, ...]] = {}
    for row in rows:
        by_issued_at = from_utc_text(row.issued_at) if row.issued_at else None
        by_epoch = row.issuer_epoch if row.issued_at else None
        made = Revocation(from_utc_text(row.revoked_at), by_epoch, by_issued_at)
        found[row.serial] = (*found.get(row.serial, ()), made)
    return found


def _ended(end: IdentityEnd) -> Ended:
    return Ended(from_utc_text(end.at), "bundle.revoked" if end.is_revoked else "bundle.superseded", end.by)
