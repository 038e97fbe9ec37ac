"""The list of dispositions: which states there are and what each needs, as versioned data with dates and a source.

No official codes are public (DOMAIN 1.5), so an administration may replace the shipped list
(`assets/reference/dispositions.json`). The module does no I/O: `read_lists` takes bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

import msgspec

from eum_app.domain.clock import date_of, instant_of
from eum_app.domain.errors import Refusal

FURTHEST_AHEAD: Final = timedelta(hours=14)
"""The first place on Earth begins a day this long before UTC: a person there may rightly state that day."""


class ReportedBy(StrEnum):
    """The side that reported what became of an item."""

    US = "us"
    PARTNER = "partner"


class Need(StrEnum):
    """Evidence that a state may need besides the day and the reporter, which every statement has."""

    DOCUMENT = "document"
    """A document, or the reason why there is none."""
    WITNESS = "witness"
    AUTHORIZATION = "authorization"


class State(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One disposition of a list. `is_incident`: it must be reported as a loss (DOMAIN 1.4)."""

    code: str
    needs: tuple[Need, ...] = ()
    is_incident: bool = False


class DispositionList(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One version, in force from `in_force_from` (`YYYY-MM-DD`) until the next version is.

    After a loss, notice is due at once and the written report within `report_days` calendar days.
    """

    version: str
    in_force_from: str
    source: str
    report_days: int
    states: tuple[State, ...]

    def state(self, code: str) -> State | None:
        """Return the state with this code, or None if the list does not have it."""
        return next((one for one in self.states if one.code == code), None)


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """The texts of a statement that its state may need."""

    has_document: bool = False
    no_document_reason: str = ""
    witness: str = ""
    authorization: str = ""


def read_lists(data: bytes) -> tuple[DispositionList, ...]:
    """Return the versions of a list in a JSON file. Raises msgspec.DecodeError, or its ValidationError."""
    return msgspec.json.decode(data, type=tuple[DispositionList, ...])


def list_in_force(lists: Sequence[DispositionList], day: date) -> DispositionList:
    """Return the version in force on a day: the newest that has started, else the earliest. There must be one."""
    in_order = sorted(lists, key=lambda one: one.in_force_from)
    begun = [one for one in in_order if one.in_force_from <= day.isoformat()]
    return begun[-1] if begun else in_order[0]


def version_of(lists: Sequence[DispositionList], version: str) -> DispositionList | None:
    """Return one version, or None if it is unknown here."""
    return next((one for one in lists if one.version == version), None)


def lacking(state: State, evidence: Evidence) -> tuple[Need, ...]:
    """Return what the state needs and the statement does not have, in the order of the list."""
    has = {
        Need.DOCUMENT: evidence.has_document or bool(evidence.no_document_reason.strip()),
        Need.WITNESS: bool(evidence.witness.strip()),
        Need.AUTHORIZATION: bool(evidence.authorization.strip()),
    }
    return tuple(need for need in state.needs if not has[need])


def last_day_at(now: datetime) -> date:
    """Return the latest calendar day that it is anywhere at this instant."""
    return (now + FURTHEST_AHEAD).date()


def date_doubt(happened_on: str, delivered: str, stated_at: str) -> str:
    """Return why the day of an event cannot be right, or "".

    `invalid` (no date), `in_future` (after the statement, an instant), or `before_delivery` (`delivered` is
    `YYYY-MM-DD` or empty). An unreadable instant or delivery date is not compared.
    """
    day, delivery, stated = date_of(happened_on), date_of(delivered), instant_of(stated_at)
    if day is None:
        return "invalid"
    if stated is not None and day > last_day_at(stated):
        return "in_future"
    return "before_delivery" if delivery is not None and day < delivery else ""


def require_date(happened_on: str, delivered: str, stated_at: str) -> None:
    """Raise Refusal `disposition.in_future`, `disposition.before_delivery` or `date.invalid`; see `date_doubt`."""
    doubt = date_doubt(happened_on, delivered, stated_at)
    if doubt == "invalid":
        raise Refusal("date.invalid", text=happened_on[:40])
    if doubt == "in_future":
        raise Refusal("disposition.in_future", date=happened_on)
    if doubt:
        raise Refusal("disposition.before_delivery", date=happened_on, delivered=delivered)
