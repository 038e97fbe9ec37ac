"""Who this store is to others, and whom it trusts: identity and trust list out of the store's secrets and facts."""

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
    """At HQ: the key that devices seal their data keys and recovery codes to; made with the authority. Raises Refusal
    `device.not_enrolled` where there is none."""
    stored = read_secret(connection, RECOVERY)
    if stored is None:
        raise Refusal("device.not_enrolled")
    return KemKey.from_bytes(identity_of(connection).suite, stored)


def identity_of(connection: Connection) -> Identity:
    """This store's identity. Raises Refusal `device.not_enrolled` for a device that HQ has not answered yet."""
    stored = read_secret(connection, IDENTITY)
    if stored is None:
        raise Refusal("device.not_enrolled")
    return Identity.from_bytes(stored)


def hq_certificate(connection: Connection) -> Certificate:
    """On a device: the HQ that it answers to. Raises Refusal `device.not_enrolled`."""
    stored = read_secret(connection, HQ_CHAIN)
    if stored is None:
        raise Refusal("device.not_enrolled")
    return Certificate.from_der(msgspec.msgpack.decode(stored, type=list[bytes])[0])


def device_certificate(connection: Connection, device: str) -> Certificate:
    """At HQ: the newest certificate of a device that was not revoked. Raises Refusal `visit.device_unknown`."""
    for row in all_devices(connection):
        if row.device == device and not row.revoked_at:
            return Certificate.from_der(row.certificates[0])
    raise Refusal("visit.device_unknown", device=device)


def trust_list(connection: Connection, *, is_hq: bool) -> TrustList:
    """Whom this store trusts. Raises Refusal `device.not_enrolled`."""
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
