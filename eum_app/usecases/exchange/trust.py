"""Identity and trust list of this store, read from its secrets and facts."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import msgspec

from db.queries.people import DeviceRow, all_devices
from db.secrets import read_secret
from db.store import Connection
from eum_app.crypto.certificates import Certificate, Identity
from eum_app.crypto.sealing import KemKey
from eum_app.domain.clock import from_utc_text
from eum_app.domain.errors import Refusal
from sync.trust import TrustList

AUTHORITY: Final = "authority"
IDENTITY: Final = "identity"
HQ_CHAIN: Final = "hq-chain"
PENDING: Final = "pending-identity"
RECOVERY: Final = "recovery-key"


def recovery_key(connection: Connection) -> KemKey:
    """At HQ: return the key to which devices seal their data keys and recovery codes. It is created with the authority.

    Raises Refusal `device.not_enrolled` if there is none.
    """
    stored = read_secret(connection, RECOVERY)
    if stored is None:
        raise Refusal("device.not_enrolled")
    return KemKey.from_bytes(identity_of(connection).suite, stored)


def identity_of(connection: Connection) -> Identity:
    """Return this store's identity. Raises Refusal `device.not_enrolled` before a device accepted HQ's answer."""
    stored = read_secret(connection, IDENTITY)
    if stored is None:
        raise Refusal("device.not_enrolled")
    return Identity.from_bytes(stored)


def hq_certificate(connection: Connection) -> Certificate:
    """On a device: return the certificate of its HQ. Raises Refusal `device.not_enrolled`."""
    stored = read_secret(connection, HQ_CHAIN)
    if stored is None:
        raise Refusal("device.not_enrolled")
    return Certificate.from_der(msgspec.msgpack.decode(stored, type=list[bytes])[0])


def device_certificate(connection: Connection, device: str) -> Certificate:
    """At HQ: return the newest unrevoked certificate of a device; it may have expired.

    Raises Refusal `visit.device_unknown`, also if all were revoked.
    """
    for row in all_devices(connection):
        if row.device == device and not row.revoked_at:
            return Certificate.from_der(row.certificates[0])
    raise Refusal("visit.device_unknown", device=device)


def trust_list(connection: Connection, *, is_hq: bool) -> TrustList:
    """Return the trust list: authority, HQ, and at HQ every device certificate, also expired ones, with revocations.

    A device trusts its HQ only. Raises Refusal `device.not_enrolled`.
    """
    identity = identity_of(connection)
    if not is_hq:
        return TrustList(root=identity.root, hqs=(hq_certificate(connection),))
    rows = all_devices(connection)
    return TrustList(
        root=identity.root,
        hqs=(identity.certificate,),
        devices={(row.device, row.epoch): Certificate.from_der(row.certificates[0]) for row in rows},
        revoked={serial: at for row in rows for serial, at in _revoked(row)},
    )


def _revoked(row: DeviceRow) -> list[tuple[str, datetime]]:
    if not row.revoked_at:
        return []
    return [(Certificate.from_der(row.certificates[0]).serial, from_utc_text(row.revoked_at))]
