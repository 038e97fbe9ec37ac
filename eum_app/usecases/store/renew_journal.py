"""At HQ: a new journal for a store that was copied or restored. A device gets one with its new identity."""

from __future__ import annotations

from db.chains import chain_head, entries_after
from db.instance import newest_epoch
from db.queries.people import all_accounts, all_devices
from db.store import Connection
from eum_app.domain.errors import Refusal
from eum_app.domain.facts import Fact, UnknownFact, decode_fact
from eum_app.domain.journal import Head, outgoing_origin
from eum_app.domain.people import Permission
from eum_app.usecases.people.accounts import named_again
from eum_app.usecases.session import Session


def renew_journal(session: Session) -> int:
    """Begin this HQ's next epoch and return it.

    The new journal lists the active accounts again and repeats to each device the facts that it was sent in this epoch,
    except kinds that this version does not know; seal a bundle for each device afterwards. Devices refuse the old
    journal where it forked. Raises Refusal `permission.denied`, `journal.only_hq` (a device renews its journal with its
    identity); Trouble for disk errors.
    """
    session.require(Permission.DEVICE_ENROL)
    if not session.is_hq:
        raise Refusal("journal.only_hq", device=session.name)
    named, copied = session.store.named, session.store.copied
    own = Head(named.name, named.epoch, 0, b"")
    with session.writing() as transaction:
        connection = transaction.connection
        devices = dict.fromkeys(row.device for row in all_devices(connection))
        told = {device: _told(connection, outgoing_origin(named.name, device), named.epoch) for device in devices}
        people = [row for row in all_accounts(connection) if row.origin == named.name]
        transaction.begin_epoch(newest_epoch(session.store.folder, own, named.store_id) + 1)
        observed_at = session.observed_now()
        facts: list[Fact] = [*named_again(people, observed_at)]
        if copied:
            facts.append(copied.noticed(observed_at, named.epoch))
        transaction.record_all(facts)
        for device, said in told.items():
            transaction.copy_out(device, said)
    session.leave()
    return session.store.named.epoch


def _told(connection: Connection, outgoing: str, epoch: int) -> list[Fact]:
    head = chain_head(connection, outgoing, epoch)
    entries = entries_after(connection, outgoing, epoch, 0, head.seq)
    facts = [decode_fact(entry.kind, entry.kind_version, entry.payload) for entry in entries]
    return [fact for fact in facts if not isinstance(fact, UnknownFact)]
