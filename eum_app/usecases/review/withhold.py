"""Withholding of content by two people: its key is destroyed here and on the devices that hold it.

This cannot be undone. The encrypted bytes can no longer be opened, except from a backup or by another party who has the
key. The facts that name the content stay, so chains and bundles still verify.
"""

from __future__ import annotations

from dataclasses import dataclass

from db.queries.content import device_of_content, object_of, withholding, withholding_asked
from db.queries.signed_acts import is_signed
from eum_app.domain.errors import Refusal
from eum_app.domain.facts import ContentWithheld, WithholdingAsked
from eum_app.domain.people import Permission, folded
from eum_app.usecases.changes import Changed
from eum_app.usecases.people.acts_of_two import signed
from eum_app.usecases.people.scopes import require_object
from eum_app.usecases.session import Session, new_id

MAX_REASON = 2_000
OBJECT_ID_LENGTH = 96  # hex SHA-384


@dataclass(frozen=True)
class Asked(Changed):
    """Result of the first person's request."""

    request_id: str


def ask_to_withhold(session: Session, object_id: str, reason: str) -> Asked:
    """Request to withhold content, as the first of two people.

    `object_id` is the object's id or its commitment, as a visit record lists it: 96 lower-case hex characters. Content
    that has not arrived yet may be named; once confirmed, it stays unreadable when it arrives. A second request for the
    same content is accepted. Raises Refusal `permission.denied`, `permission.out_of_scope`, `withhold.only_hq`,
    `withhold.not_an_object`, `withhold.reason_missing` (blank, or over 2,000 characters), `withhold.withheld_already`,
    `act.key_unknown`; Trouble for disk errors.
    """
    _require(session)
    if len(object_id) != OBJECT_ID_LENGTH or not set(object_id) <= set("0123456789abcdef"):
        raise Refusal("withhold.not_an_object", object_id=object_id[:40])
    if not reason.strip() or len(reason) > MAX_REASON:
        raise Refusal("withhold.reason_missing")
    with session.writing() as transaction:
        object_id = object_of(transaction.connection, object_id)
        require_object(session, transaction.connection, object_id)
        if withholding(transaction.connection, object_id) is not None:
            raise Refusal("withhold.withheld_already", object_id=object_id[:12])
        request_id = new_id()
        asked = WithholdingAsked(
            observed_at=session.observed_now(), request_id=request_id, object_id=object_id, reason=reason.strip()
        )
        transaction.record(signed(session, transaction.connection, asked))
        return Asked(frozenset(transaction.areas), request_id)


def confirm_withholding(session: Session, request_id: str) -> Changed:
    """Confirm as the second person: destroy the key, and tell the devices that hold the content in their next bundle.

    Raises Refusal `permission.denied`, `permission.out_of_scope`, `withhold.only_hq`, `withhold.not_asked`,
    `withhold.own_request` (the requester may not confirm), `withhold.withheld_already`, `withhold.unsigned` (the
    requester's key did not sign the request), `act.key_unknown`; Trouble for disk errors: then
    nothing was destroyed. A large object's file that cannot be deleted at once is deleted later, without an error.
    """
    _require(session)
    with session.writing() as transaction:
        asked = withholding_asked(transaction.connection, request_id)
        if asked is None:
            raise Refusal("withhold.not_asked", request_id=request_id[:40])
        require_object(session, transaction.connection, asked.object_id)
        # Folded: account codes that differ only in letter case or Unicode form may belong to one person.
        if folded(asked.asked_by) == folded(session.account):
            raise Refusal("withhold.own_request", account=session.account)
        if withholding(transaction.connection, asked.object_id) is not None:
            raise Refusal("withhold.withheld_already", object_id=asked.object_id[:12])
        order = ContentWithheld(
            observed_at=session.observed_now(),
            request_id=request_id,
            object_id=asked.object_id,
            reason=asked.reason,
            asked_by=asked.asked_by,
            asked_signature=asked.signature,
        )
        order = signed(session, transaction.connection, order)
        if not is_signed(transaction.connection, session.name, session.account, order):
            raise Refusal("withhold.unsigned", account=asked.asked_by)
        transaction.record(order)
        for device in device_of_content(transaction.connection, asked.object_id):
            transaction.copy_out(device, [order])
        return Changed(frozenset(transaction.areas))


def _require(session: Session) -> None:
    session.require(Permission.CONTENT_WITHHOLD)
    if not session.is_hq:
        raise Refusal("withhold.only_hq")
