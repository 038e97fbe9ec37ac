"""Sign this account's part of an act that needs two people."""

from __future__ import annotations

from typing import TypeVar

import msgspec

from db.queries.signed_acts import ACT_PURPOSE, act_message
from eum_app.domain.facts import ContentWithheld, LateHeadAccepted, WithholdingAsked
from eum_app.usecases.session import Session

A = TypeVar("A", LateHeadAccepted, WithholdingAsked, ContentWithheld)


def signed(session: Session, act: A) -> A:
    """Return the fact with the signature of the signed-in account's key."""
    signature = session.signing_key.sign(ACT_PURPOSE, act_message(session.name, session.account, act))
    return msgspec.structs.replace(act, signature=signature)
