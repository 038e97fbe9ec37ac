"""Words for the records of sites and cases, for windows and the command line. No Qt."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from eum_app.domain.translatable import Translate, in_english
from eum_app.domain.vocabulary import Unknown
from eum_app.wording.list_words import column_word

if TYPE_CHECKING:  # the unlock page imports the wording, and must not load msgspec
    from eum_app.domain.records import CaseRecord, SiteRecord, Stated


def field_word(field: str, translate: Translate = in_english) -> str:
    """Return the name of a field of a record, or of a case line (`line 001`)."""
    if field.startswith("line "):
        return translate("records", "Line {rsn}").format(rsn=field[5:])
    return column_word(field, translate)


def access_words(site: SiteRecord, translate: Translate = in_english) -> str:
    """Return whether a site can be visited and since when, in words."""
    text = site.text("access")
    if not text:
        return translate("records", "Access not stated")
    words = {
        "open": translate("records", "Open"),
        "restricted": translate("records", "Restricted"),
        "closed": translate("records", "Closed"),
    }
    word = words.get(text) or Unknown(text).shown
    return translate("records", "{access} since {day}").format(access=word, day=site.access_since)


def certified_words(site: SiteRecord, today: date, translate: Translate = in_english) -> str:
    """Return whether the security certification holds today, in words."""
    until = site.certified_until
    if until is None:
        return translate("records", "Certification not stated")
    template = (
        translate("records", "Certified until {day}")
        if until >= today
        else translate("records", "Certification expired on {day}")
    )
    return template.format(day=until.isoformat())


def plan_words(case: CaseRecord, translate: Translate = in_english) -> str:
    """Return the control plan of a case in words."""
    day, document = case.text("control_plan_on"), case.text("control_plan")
    if not day and not document:
        return translate("records", "No control plan")
    return " · ".join(filter(None, (translate("records", "Control plan"), document, day)))


def change_words(stated: Stated, translate: Translate = in_english) -> str:
    """Return one change of a record in words: day, field, value, source, reason, account."""
    value = stated.value or translate("records", "cleared")
    since = translate("records", "holds from {day}").format(day=stated.effective_on) if stated.effective_on else ""
    source = f"{stated.source}, {stated.line}" if stated.line else stated.source
    parts = (f"{field_word(stated.field, translate)}: {value}", since, source, stated.reason, stated.actor)
    return f"{stated.observed_at[:10]}  " + " · ".join(filter(None, parts))
