"""Rotation of a store's data key, after an exposure or on a schedule."""

from __future__ import annotations

from db import rekey
from db.keyslots import new_data_key
from eum_app.domain.facts import DataKeyRotated
from eum_app.domain.people import Permission
from eum_app.usecases.changes import Changed
from eum_app.usecases.session import Session


def rotate_data_key(session: Session, reason: str) -> Changed:
    """Re-encrypt the store with a new data key; all passphrases, recovery codes and HQ's recovery key stay valid.

    No other process may have the store open, and this process may not read from it meanwhile. It takes about 20 s per
    GB and needs as much free space as the database. After a crash at any point the store still opens, and the next
    session records the change. Backups that were made before still open with the old key. An empty `reason` is
    recorded as such. Raises Refusal `permission.denied`, `store.in_use`; Trouble `disk.full`, `keyslots.altered` and
    similar codes. The key is then unchanged, unless only the last write failed: then the next session records it.
    """
    session.require(Permission.STORE_ROTATE)
    with session.writing() as transaction:
        rekey.announce(transaction.connection, session.ticket.data_key, reason.strip())
    return change_announced_key(session, reason.strip())


def change_announced_key(session: Session, reason: str) -> Changed:
    """Rotate the data key as a use case announced it (`rekey.announce`), and record it.

    Raises as `rotate_data_key`, except `permission.denied`.
    """
    session.change_data_key(new_data_key())
    with session.writing() as transaction:
        rekey.take_announced(transaction.connection, session.ticket.data_key)
        transaction.record(DataKeyRotated(observed_at=session.observed_now(), reason=reason))
        return Changed(frozenset(transaction.areas))
