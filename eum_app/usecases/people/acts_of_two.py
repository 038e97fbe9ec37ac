"""Sign this account's part of an act that needs two people."""

from __future__ import annotations

from typing import TypeVar

import msgspec

from db.queries.signed_acts import ACT_PURPOSE, act_message, is_own_part_signed
from db.store import Connection
from eum_app.domain.errors import Refusal
from eum_app.domain.facts import ContentWithheld, LateHeadAccepted, WithholdingAsked
from eum_app.usecases.session import Session

A = TypeVar("A", LateHeadAccepted, WithholdingAsked, ContentWithheld)


def signed(session: Session, connection: Connection, act: A) -> A:
    """Return the fact with the signature of the signed-in account's key.

    Raises Refusal `act.key_unknown` if it would not count: the journal does not name this key as the account's newest,
    or no administrator signed that it is.
    """
    signature = session.signing_key.sign(ACT_PURPOSE, act_message(session.name, session.account, act))
    made = msgspec.structs.replace(act, signature=signature)
    if not is_own_part_signed(connection, session.name, session.account, made):
        raise Refusal("act.key_unknown", account=session.account)
    return made
