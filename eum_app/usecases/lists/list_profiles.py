"""Profiles: settings for reading a list, saved by name and offered again for lists with the same headings."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from eum_app.domain.errors import Refusal
from eum_app.domain.facts import ProfileSaved
from eum_app.domain.items import clean
from eum_app.domain.people import Permission
from eum_app.list_files.list_file import Profile, headings_key
from eum_app.usecases.changes import Changed
from eum_app.usecases.session import Session

MAX_NAME = 60


def save_profile(session: Session, name: str, list_kind: str, profile: Profile, headings: Sequence[str]) -> Changed:
    """Save `profile` for lists with `headings`; it replaces an earlier one of that name.

    The name is cleaned first (`items.clean`). `list_kind` is inventory, partner_report or shipper_list; it is not
    checked. Raises Refusal `permission.denied`, `profile.name` (empty, or over 60 characters), `fact.not_allowed` (on a
    device); Trouble for disk errors.
    """
    session.require(Permission.INVENTORY_IMPORT)
    kept = clean(name)
    if not kept or len(kept) > MAX_NAME:
        raise Refusal("profile.name", limit=MAX_NAME)
    with session.writing() as transaction:
        transaction.record(
            ProfileSaved(
                observed_at=session.observed_now(),
                name=kept,
                list_kind=list_kind,
                headings=tuple(headings),
                sheet=profile.sheet or "",
                encoding=profile.encoding or "",
                delimiter=profile.delimiter or "",
                # This list had no ambiguous date, but the next one may have.
                date_order="" if profile.date_order == "not needed" else profile.date_order or "",
                columns=profile.columns,
            )
        )
        return Changed(frozenset(transaction.areas))


def profile_of(saved: ProfileSaved) -> Profile:
    """Return the saved profile in the form that the readers take.

    Raises Refusal `inventory.profile` for an order of dates that this version does not know.
    """
    fields = ("sheet", "encoding", "delimiter", "date_order")
    given = {name: getattr(saved, name) or None for name in fields}
    try:
        return msgspec.convert({**given, "columns": saved.columns}, Profile)
    except msgspec.ValidationError as error:
        raise Refusal("inventory.profile", field="date_order", value=saved.date_order) from error


def fitting(saved: Sequence[ProfileSaved], headings: Sequence[str]) -> list[ProfileSaved]:
    """Return the profiles that were saved for lists with the same headings, in any order of the columns.

    They keep the order of `saved`.
    """
    wanted = headings_key(headings)
    return [profile for profile in saved if headings_key(profile.headings) == wanted]
