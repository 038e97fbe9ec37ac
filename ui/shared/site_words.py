"""Words and chips for the record of a site, on pages of HQ and of the field."""

from __future__ import annotations

from datetime import date

from PySide6.QtCore import QCoreApplication

from db.queries.records import site_records
from eum_app.domain.records import Access, SiteField, SiteRecord
from eum_app.domain.vocabulary import Unknown
from eum_app.usecases.session import Session
from ui.kit.delegates import ChipSpec
from ui.kit.words import day, joined

translate = QCoreApplication.translate


def access_word(access: Access | Unknown) -> str:
    """Return the word for an access; that of a newer version is shown as it is."""
    words = {
        Access.OPEN: translate("hq", "Open"),
        Access.RESTRICTED: translate("hq", "Restricted"),
        Access.CLOSED: translate("hq", "Closed"),
    }
    if isinstance(access, Unknown):
        return access.shown or translate("hq", "Not stated")
    return words[access]


def access_chip(site: SiteRecord) -> ChipSpec:
    """Return a chip for whether a site can be visited."""
    looks = {
        Access.OPEN: ("ok", "lock-open"),
        Access.RESTRICTED: ("warn", "triangle-alert"),
        Access.CLOSED: ("bad", "ban"),
    }
    access = site.access
    tone, icon = ("mute", "circle-question-mark") if isinstance(access, Unknown) else looks[access]
    return ChipSpec(access_word(site.access), tone, icon)


def certified_chip(site: SiteRecord, today: date) -> ChipSpec:
    """Return a chip for the security certification on a day."""
    until = site.certified_until
    if until is None:
        return ChipSpec(translate("hq", "Not stated"), "mute", "circle-question-mark")
    template = translate("hq", "Until {day}") if until >= today else translate("hq", "Expired {day}")
    tone, icon = ("ok", "shield-check") if until >= today else ("bad", "shield-x")
    return ChipSpec(template.format(day=day(until.isoformat())), tone, icon)


def access_since(site: SiteRecord) -> str:
    """Return `Closed since 1 May 2026`, or an empty text if the access was never stated."""
    if site.access == Unknown.EMPTY:
        return ""
    words = translate("hq", "{access} since {day}")
    return words.format(access=access_word(site.access), day=day(site.access_since))


def site_state(site: SiteRecord, today: date) -> str:
    """Return access, certification, custodian and address in one line; empty for a site that was never described."""
    until = site.certified_until
    is_over = site.is_certified(today) is False
    template = translate("hq", "Certification expired {day}") if is_over else translate("hq", "Certified until {day}")
    return joined(
        access_since(site),
        template.format(day=day(until.isoformat())) if until else "",
        joined(site.text(SiteField.CUSTODIAN), site.text(SiteField.CUSTODIAN_ORGANIZATION)),
        site.text(SiteField.ADDRESS),
    )


def site_said(session: Session, site_id: str) -> str:
    """Return `site_state` of a site as of today; empty if it is unknown."""
    return "".join(site_state(record, session.now().date()) for record in session.read(site_records, [site_id]))


def is_site_doubtful(site: SiteRecord, today: date) -> bool:
    """Return whether a visit needs a second look: the site is not open, or its certification has expired."""
    is_open = site.access in {Access.OPEN, Unknown.EMPTY}
    return not is_open or site.is_certified(today) is False
