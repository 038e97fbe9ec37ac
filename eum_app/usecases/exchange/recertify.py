"""At HQ: certify the keys of an enrolled device again, in the same epoch."""

from __future__ import annotations

from db.queries.people import DeviceRow
from db.transaction import Transaction
from eum_app.crypto.certificates import Certificate, Identity, recertify_device
from eum_app.domain.facts import DeviceRecertified
from eum_app.usecases.session import Session


def recertify(
    session: Session, transaction: Transaction, row: DeviceRow, identity: Identity
) -> tuple[Certificate, ...]:
    """Certify a device's keys again under HQ's certificate, send it the certificate, and return the chain.

    Device, epoch and journal stay. Raises as `recertify_device` does.
    """
    made = recertify_device(Certificate.from_der(row.certificates[0]), identity, at=session.now())
    chain = (made, *identity.chain)
    fact = DeviceRecertified(
        observed_at=session.observed_now(),
        device=row.device,
        epoch=row.epoch,
        fingerprint=made.short_fingerprint,
        certificates=tuple(certificate.der for certificate in chain),
    )
    transaction.record(fact)
    transaction.copy_out(row.device, [fact])
    return chain
