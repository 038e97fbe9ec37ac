"""Columns, chips and lines for the records of sites and cases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from PySide6.QtCore import QCoreApplication

from db.queries.deficiencies import deficiencies_at
from db.queries.deficiency_rows import Deficiency
from db.queries.items import all_sites
from db.queries.records import (
    Change,
    case_history,
    case_record,
    case_records,
    items_by_case_line,
    site_history,
    site_record,
    site_records,
)
from eum_app.domain.records import Access, CaseField, CaseRecord, SiteField, SiteRecord
from eum_app.domain.vocabulary import Unknown
from eum_app.usecases.session import Session
from eum_app.wording.record_words import field_word
from ui.kit.delegates import ChipSpec
from ui.kit.models import Column
from ui.kit.widgets.history import Told
from ui.kit.words import count, day, joined, moment, word
from ui.shared.deficiency_words import open_words
from ui.shared.site_words import access_chip, access_word, certified_chip

translate = QCoreApplication.translate

_DATES = frozenset({SiteField.CERTIFIED_UNTIL, CaseField.ACCEPTED_ON, CaseField.CONTROL_PLAN_ON})


@dataclass(frozen=True)
class SiteLine:
    """A row of the list of sites: its record, and the number of its items on the book."""

    record: SiteRecord
    items: int


@dataclass(frozen=True)
class SiteDetail:
    """A site with its history and its deficiencies."""

    record: SiteRecord
    history: list[Change]
    deficiencies: list[Deficiency]


@dataclass(frozen=True)
class CaseDetail:
    """A case with its history, and the items on the book by case line."""

    record: CaseRecord
    history: list[Change]
    on_book: dict[str, int]


def site_lines(session: Session) -> list[SiteLine]:
    """Return the sites in the account's scope, with the number of items of each."""
    items = {row.site_id: row.items for row in session.read(all_sites)}
    return [SiteLine(record, items.get(record.site_id, 0)) for record in session.read(site_records)]


def case_list(session: Session) -> list[CaseRecord]:
    """Return the records of cases in the account's scope."""
    return session.read(case_records)


def site_detail(session: Session, site_id: str) -> SiteDetail:
    """Return a site with its history and deficiencies. Raises Refusal `site.unknown`."""
    return SiteDetail(
        session.read(site_record, site_id),
        session.read(site_history, site_id),
        session.read(deficiencies_at, site_id),
    )


def case_detail(session: Session, case_id: str) -> CaseDetail:
    """Return a case with its history and items on the book. Raises Refusal `case.unknown`."""
    return CaseDetail(
        session.read(case_record, case_id),
        session.read(case_history, case_id),
        session.read(items_by_case_line, case_id),
    )


def plan_chip(case: CaseRecord) -> ChipSpec:
    """Return a chip for the control plan of a case."""
    if case.text(CaseField.CONTROL_PLAN_ON) or case.text(CaseField.CONTROL_PLAN):
        dated = day(case.text(CaseField.CONTROL_PLAN_ON)) or translate("hq", "No date")
        return ChipSpec(dated, "ok", "check")
    return ChipSpec(translate("hq", "None recorded"), "warn", "triangle-alert")


def site_columns(today: date) -> list[Column]:
    """Return the columns of the list of sites."""
    return [
        Column(translate("hq", "Site"), lambda row: row.record.name),
        Column(translate("hq", "Country"), lambda row: row.record.country, width=76),
        Column(
            translate("hq", "Access"),
            lambda row: access_word(row.record.access),
            width=128,
            chip=lambda row: access_chip(row.record),
        ),
        Column(
            translate("hq", "Certified"),
            lambda row: certified_chip(row.record, today).text,
            width=168,
            chip=lambda row: certified_chip(row.record, today),
        ),
        Column(translate("hq", "Items"), lambda row: count(row.items), is_number=True, width=76),
    ]


def case_columns() -> list[Column]:
    """Return the columns of the list of cases."""
    return [
        Column(translate("hq", "Case or license"), lambda row: row.case_id, is_mono=True),
        Column(translate("hq", "Program"), lambda row: word("program", row.program), width=124),
        Column(translate("hq", "Country"), lambda row: row.country, width=76),
        Column(
            translate("hq", "Control plan"),
            lambda row: plan_chip(row).text,
            width=150,
            chip=plan_chip,
        ),
        Column(
            translate("hq", "Delivered"),
            lambda row: "" if row.delivered is None else count(row.delivered),
            is_number=True,
            width=92,
        ),
    ]


def shown_value(field: str, value: str) -> str:
    """Return a value of a record as people read it."""
    if field in _DATES:
        return day(value)
    if field == SiteField.ACCESS:
        return access_word(Access(value) if value in list(Access) else Unknown(value))
    if field == SiteField.RADIUS_M:
        return translate("hq", "{number} m").format(number=value)
    return value


def told(change: Change) -> Told:
    """Return one change of a record as a line of its history."""
    one = change.stated
    name = field_word(one.field, translate)
    value = shown_value(one.field, one.value) if one.value else translate("hq", "cleared")
    since = translate("hq", "holds from {day}").format(day=day(one.effective_on)) if one.effective_on else ""
    listed = translate("hq", "{source}, line {line}").format(source=one.source, line=one.line)
    source = listed if one.line else one.source
    return Told(f"{name}: {value}", one.actor, joined(moment(one.observed_at), since, source), one.reason)


def site_facts(detail: SiteDetail, today: date) -> Sequence[tuple[str, str]]:
    """Return names and values of a site's record, in the order of the form."""
    record = detail.record
    since = translate("hq", "since {day}").format(day=day(record.access_since)) if record.access_since else ""
    certified = certified_chip(record, today).text if record.certified_until else ""
    return (
        (translate("hq", "Country"), record.country),
        (translate("hq", "Deficiencies"), open_words(detail.deficiencies, today)),
        (field_word(SiteField.ACCESS, translate), joined(access_word(record.access), since)),
        (translate("hq", "Security certification"), joined(certified, record.text(SiteField.CERTIFICATE))),
        (field_word(SiteField.CUSTODIAN, translate), record.text(SiteField.CUSTODIAN)),
        (field_word(SiteField.CUSTODIAN_ORGANIZATION, translate), record.text(SiteField.CUSTODIAN_ORGANIZATION)),
        (field_word(SiteField.ADDRESS, translate), record.text(SiteField.ADDRESS)),
        (
            field_word(SiteField.POSITION, translate),
            joined(
                record.text(SiteField.POSITION),
                translate("hq", "within {meters} m").format(meters=count(record.radius_m)) if record.radius_m else "",
            ),
        ),
    )


def case_facts(detail: CaseDetail) -> Sequence[tuple[str, str]]:
    """Return names and values of a case's record, with one line for each line of the case."""
    record = detail.record
    lines = [
        (
            translate("hq", "Line {rsn}").format(rsn=line.rsn),
            joined(
                translate("hq", "{count} delivered").format(count=count(line.quantity))
                if line.quantity is not None
                else translate("hq", "total taken back"),
                translate("hq", "{count} on the book").format(count=count(detail.on_book.get(line.rsn, 0))),
                line.nomenclature or line.part_number,
                day(line.delivered_on),
            ),
        )
        for line in record.lines
    ]
    plan = joined(record.text(CaseField.CONTROL_PLAN), day(record.text(CaseField.CONTROL_PLAN_ON)))
    return (
        (translate("hq", "Program"), word("program", record.program)),
        (translate("hq", "Country"), record.country),
        (field_word(CaseField.ACCEPTED_ON, translate), day(record.text(CaseField.ACCEPTED_ON))),
        (field_word(CaseField.CONTROL_PLAN, translate), plan or translate("hq", "None recorded")),
        *lines,
    )
