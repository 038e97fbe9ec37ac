"""A new data key for the whole store, after an exposure or by the calendar."""

from __future__ import annotations

from db import rekey
from db.keyslots import new_data_key
from eum_app.domain.facts import DataKeyRotated
from eum_app.domain.people import Permission
from eum_app.usecases.changes import Changed
from eum_app.usecases.session import Session


def rotate_data_key(session: Session, reason: str) -> Changed:
    """Put the store under a new data key; every account, its recovery codes and HQ's recovery key open it as before.

    Nobody else may have the store open, and this process may not read from it meanwhile. About 20 s a GB on a disk;
    the free space must be as large as the database. A crash at any point leaves a store that opens and that
    records at the next beginning of a session what was done to it. Raises Refusal
    `permission.denied`, `store.in_use`; Trouble `disk.full`, `keyslots.altered` and the like: all is then as before.
    """
    session.require(Permission.STORE_ROTATE)
    with session.writing() as transaction:
        rekey.announce(transaction.connection, session.ticket.data_key, reason.strip())
    session.change_data_key(new_data_key())
    with session.writing() as transaction:
        rekey.take_announced(transaction.connection, session.ticket.data_key)
        transaction.record(DataKeyRotated(observed_at=session.observed_now(), reason=reason.strip()))
        return Changed(frozenset(transaction.areas))
