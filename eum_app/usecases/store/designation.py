"""The CUI designation that every report of a store prints."""

from __future__ import annotations

import msgspec

from db.kept_designation import keep_designation, kept_designation
from eum_app.domain.designation import MAX_FIELD_CHARS, Designation
from eum_app.domain.errors import Refusal
from eum_app.domain.facts import DesignationSet
from eum_app.domain.items import clean
from eum_app.domain.people import Permission
from eum_app.usecases.changes import Changed
from eum_app.usecases.session import Session


def current_designation(session: Session) -> Designation:
    """Return the designation that was set; `Designation()` (the category filled in) if none was."""
    return session.read(kept_designation)


def set_designation(session: Session, designation: Designation) -> Changed:
    """At HQ: set the designation that reports print from now on, and record it, even if unchanged.

    Each field is cleaned first (`items.clean`). Raises Refusal `permission.denied`, `designation.too_long` (a cleaned
    field has more than `MAX_FIELD_CHARS` characters), `fact.not_allowed` (on a device); Trouble as `Store.writing`.
    """
    session.require(Permission.ACCOUNT_MANAGE)
    fields = {name: clean(str(value)) for name, value in msgspec.structs.asdict(designation).items()}
    if any(len(value) > MAX_FIELD_CHARS for value in fields.values()):
        raise Refusal("designation.too_long", limit=MAX_FIELD_CHARS)
    with session.writing() as transaction:
        keep_designation(transaction.connection, Designation(**fields))
        transaction.record(DesignationSet(observed_at=session.observed_now(), **fields))
        return Changed(frozenset(transaction.areas))
