"""Facts about losses, thefts and destructions, and the notices and reports that they need. See `facts`."""

from __future__ import annotations

from typing import Final

from eum_app.domain.areas import Area
from eum_app.domain.fact import Fact
from eum_app.domain.fact_kind import FactKind
from eum_app.domain.translatable import QT_TRANSLATE_NOOP


class IncidentRecorded(Fact, frozen=True, kw_only=True):
    """HQ recorded that items were lost, stolen or destroyed in one event.

    `kind` is loss, theft, destruction or access. `known_on` is the day (`YYYY-MM-DD`) on which the US first knew: the
    clocks count from it, under the version of the list of dispositions that `list_version` names.
    """

    incident_id: str
    kind: str
    known_on: str
    source: str
    what: str
    item_ids: tuple[str, ...]
    list_version: str


class IncidentItemsAdded(Fact, frozen=True, kw_only=True):
    """More items belong to an incident."""

    incident_id: str
    item_ids: tuple[str, ...]


class IncidentNotified(Fact, frozen=True, kw_only=True):
    """Someone was notified of an incident: `told` names the office, `how` the channel, `told_on` the day."""

    notice_id: str
    incident_id: str
    told: str
    how: str
    told_on: str
    reference: str


class IncidentDescribed(Fact, frozen=True, kw_only=True):
    """One part of the written report: circumstances, items, recovery or prevention. The newest text counts."""

    incident_id: str
    part: str
    text: str


class IncidentReportFiled(Fact, frozen=True, kw_only=True):
    """The written report was filed on a day, under a reference. It ends the clock; a later one amends it."""

    report_id: str
    incident_id: str
    filed_on: str
    reference: str


KINDS: Final = (
    FactKind(fact=IncidentRecorded, word=QT_TRANSLATE_NOOP("words", "Incident recorded"), area=Area.INCIDENTS),
    FactKind(fact=IncidentItemsAdded, word=QT_TRANSLATE_NOOP("words", "Items added to incident"), area=Area.INCIDENTS),
    FactKind(fact=IncidentNotified, word=QT_TRANSLATE_NOOP("words", "Notice of incident given"), area=Area.INCIDENTS),
    FactKind(fact=IncidentDescribed, word=QT_TRANSLATE_NOOP("words", "Incident described"), area=Area.INCIDENTS),
    FactKind(fact=IncidentReportFiled, word=QT_TRANSLATE_NOOP("words", "Incident report filed"), area=Area.INCIDENTS),
)
