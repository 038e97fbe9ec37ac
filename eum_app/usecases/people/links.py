"""Links between accounts of HQ and accounts on devices that belong to one person."""

from __future__ import annotations

from db.queries.attribution import linked_accounts
from db.queries.people import account_of, all_accounts
from eum_app.domain.errors import Refusal
from eum_app.domain.facts import AccountLinked
from eum_app.domain.people import Permission, folded
from eum_app.usecases.changes import Changed
from eum_app.usecases.session import Session


def link_account(session: Session, account: str, device: str, device_account: str) -> Changed:
    """At HQ: state that an account of HQ and an account on a device belong to one person. There is no way back.

    That person then decides no finding about checks of the device account. Linking twice records nothing more. Raises
    Refusal `permission.denied`, `account.only_hq`, `account.unknown` (either one; a device's accounts are known from
    its bundles); Trouble for disk errors.
    """
    session.require(Permission.ACCOUNT_MANAGE)
    if not session.is_hq:
        raise Refusal("account.only_hq")
    with session.writing() as transaction:
        connection = transaction.connection
        mine = account_of(connection, session.name, account)
        theirs = [row.account for row in all_accounts(connection) if row.origin == device != session.name]
        if folded(device_account) not in map(folded, theirs):
            raise Refusal("account.unknown", account=device_account[:40])
        if (device, folded(device_account)) not in linked_accounts(connection, mine.account):
            transaction.record(
                AccountLinked(
                    observed_at=session.observed_now(),
                    account=mine.account,
                    device=device,
                    device_account=device_account,
                )
            )
        return Changed(frozenset(transaction.areas))
