"""Whether a finding is about the reviewer's own work.

Accounts of HQ and of devices live in different spaces: a device names its accounts as it likes, and `REV-004` on a
device is not HQ's `REV-004`. So a name that a device writes stops no reviewer. An account of a device belongs to the
reviewer's account if HQ says so, or the keys do:

- an administrator of HQ linked the two (`usecases.people.links`);
- the reviewer's own signing key, or one that the account had before, signed a head over the check. A device that only
  lists that key has not signed.

The same holds for a visit without tasking: the person who started it cannot adopt it, and decides nothing about it.

Besides, HQ's plan counts: the person whom HQ sent to a visit decides nothing about it, whatever account the device
names. Accounts of HQ itself are compared by name, without case: `rev-004` is `REV-004`.
"""

from __future__ import annotations

from db.queries.attribution import Author, answered_by, checked_by, heads_over, linked_accounts, started_by, stated_by
from db.queries.checks import checks_by_id
from db.queries.findings import FindingRow
from db.queries.key_facts import keys_of_accounts
from db.queries.people import signing_keys_of_chain
from db.queries.visits import inspector_of
from db.store import Connection
from eum_app.crypto.signing import VerifyKey
from eum_app.domain.errors import Refusal
from eum_app.domain.facts import HeadSigned
from eum_app.domain.journal import Head
from eum_app.domain.people import folded
from eum_app.usecases.session import Session
from eum_app.usecases.store.head_signatures import HEAD_PURPOSE, head_message


def is_own_work(session: Session, connection: Connection, row: FindingRow) -> bool:
    """Whether the signed-in account may have made the checks or statements, or the site's answers, of a finding.

    True also for the inspector for whom HQ planned the visit, and for the person who started one without tasking.
    """
    inspector = inspector_of(connection, row.visit_id)
    if inspector and folded(inspector) == folded(session.account):
        return True
    return is_by(session, connection, _authors(connection, row) + started_by(connection, row.visit_id))


def is_by(session: Session, connection: Connection, authors: list[Author]) -> bool:
    """Whether the signed-in account may be one of these authors: by a link, by its keys, or by name at HQ."""
    me = folded(session.account)
    linked = linked_accounts(connection, session.account)
    own_keys = _own_keys(session, connection)
    for author in authors:
        if author.origin == session.name:
            if folded(author.account) == me:
                return True
        elif (author.origin, folded(author.account)) in linked or _signed_with(connection, author, own_keys):
            return True
    return False


def _authors(connection: Connection, row: FindingRow) -> list[Author]:
    if not row.check_id and row.item_id:
        return stated_by(connection, row.visit_id, row.item_id)
    if not row.check_id:
        # A finding about a site has no check: the people who answered its checklist are the ones excluded.
        return answered_by(connection, row.visit_id) if row.visit_id else []
    found = checked_by(connection, row.visit_id, row.item_id, row.check_id)
    return found + [
        Author(one.origin, one.epoch, one.actor, one.seq) for one in checks_by_id(connection, row.check_ids)
    ]


def _own_keys(session: Session, connection: Connection) -> list[VerifyKey]:
    """Return every key that the account ever had: a new passphrase from an administrator brings new keys."""
    me, mine = folded(session.account), session.signing_key.verify_key
    named = [keys for account, keys in keys_of_accounts(connection).items() if folded(account) == me]
    former = {public for keys in named for public in keys} - {mine.public_bytes()}
    return [mine, *(VerifyKey.from_bytes(session.suite, public) for public in sorted(former))]


def _signed_with(connection: Connection, author: Author, keys: list[VerifyKey]) -> bool:
    """Whether one of these keys signed a head over the author's entry. Most chains do not even list them."""
    listed = signing_keys_of_chain(connection, author.origin, author.epoch).get(author.account, [])
    named = [key for key in keys if any(public == key.public_bytes() for _, public in listed)]
    return bool(named) and any(_verifies(key, fact) for fact in heads_over(connection, author) for key in named)


def _verifies(key: VerifyKey, fact: HeadSigned) -> bool:
    message = head_message(Head(fact.head_origin, fact.head_epoch, fact.head_seq, fact.head_hash))
    try:
        key.verify(HEAD_PURPOSE, message, fact.signature)
    except Refusal:
        return False
    return True
