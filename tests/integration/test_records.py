"""Records of sites and cases are stated at HQ, reach devices with the tasking, and are seen within the scope alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from db.queries import activity, items, records
from eum_app.domain.errors import Refusal
from eum_app.domain.people import Scope
from eum_app.domain.records import Access, SiteField
from eum_app.usecases.records.describe import LineStated, Why, describe_case, describe_site
from eum_app.usecases.session import Session
from tests.builders import World, make_world

WHY = Why(source="Letter of 3 Nov 2026", reason="Certified again")


@pytest.fixture
def world(tmp_path: Path, hq_backend: Callable[[], str | None]) -> Iterator[World]:
    made = make_world(tmp_path / "w", count=2, database_url=hq_backend())
    yield made
    made.close()


def site_id(world: World) -> str:
    (row,) = world.hq.read(items.all_sites)
    return row.site_id


def seen_by(hq: Session, *, role: str = "reviewer", scope: Scope | None = None) -> Session:
    return Session(hq.store, replace(hq.ticket, role=role, scope=scope or Scope()), hq.now)


def test_a_site_is_described_in_parts_and_its_history_stays(world: World) -> None:
    here = site_id(world)
    stated = {"position": "50.4501, 30.5234", "radius_m": "0400", "certified_until": "2027-03-01"}
    first = describe_site(world.hq, here, stated, Why(source="Survey"))
    assert set(first.changed) == set(stated)
    closed = describe_site(
        world.hq,
        here,
        {"access": "Closed", "radius_m": "400"},
        Why(source="Post cable", reason="Fighting", effective_on="2026-05-01"),
    )
    cleared = describe_site(world.hq, here, {"certified_until": " "}, WHY)
    record = world.hq.read(records.site_record, here)
    assert closed.changed == ("access", "radius_m")  # the radius is stated to hold from another day
    assert cleared.changed == ("certified_until",)
    assert (record.text("position"), record.radius_m, record.certified_until) == ("50.450100 30.523400", 400, None)
    assert (record.access, record.access_since) == (Access.CLOSED, "2026-05-01")
    history = world.hq.read(records.site_history, here)
    stated_last = [(one.stated.field, one.stated.value) for one in history[:2]]
    assert stated_last == [("certified_until", ""), ("access", "closed")]
    assert history[0].stated.reason == "Certified again"
    assert {one.stated.actor for one in history} == {world.hq.account}


@pytest.mark.parametrize(
    ("field", "text", "code"),
    [
        ("position", "91 30", "site.position"),
        ("position", "50 -180.1", "site.position"),
        ("position", "NaN 3", "site.position"),
        ("position", "50.1", "site.position"),
        ("position", "1e400 3", "site.position"),
        ("radius_m", "-1", "site.radius"),
        ("radius_m", "0", "site.radius"),
        ("radius_m", "٣", "site.radius"),
        ("certified_until", "1999-12-31", "record.year"),
        ("certified_until", "1 May", "date.invalid"),
        ("access", "maybe", "site.access"),
        ("address", "x" * 301, "record.too_long"),
        ("moat", "two", "record.field"),
    ],
)
def test_a_value_that_cannot_be_is_refused_and_nothing_is_recorded(
    tmp_path: Path, field: str, text: str, code: str
) -> None:
    world = make_world(tmp_path / "w", count=1)
    here = site_id(world)
    with pytest.raises(Refusal) as caught:
        describe_site(world.hq, here, {"custodian": "Depot officer", field: text}, WHY)
    assert caught.value.code == code
    assert world.hq.read(records.site_history, here) == []
    world.close()


def test_a_change_needs_a_source_and_a_reason_where_it_replaces(world: World) -> None:
    here = site_id(world)
    codes = []
    describe_site(world.hq, here, {"access": "open"}, Why(source="Survey"))
    acts: list[tuple[dict[str, str], Why]] = [
        ({"access": "closed"}, Why(source="  ", reason="x")),
        ({"access": "closed"}, Why(source="Cable")),
        ({"access": ""}, Why(source="Cable")),
        ({"access": "open"}, WHY),
        ({}, WHY),
        ({"access": "closed"}, replace(WHY, effective_on="2030-01-01")),
    ]
    for values, why in acts:
        with pytest.raises(Refusal) as caught:
            describe_site(world.hq, here, values, why)
        codes.append(caught.value.code)
    assert codes == [
        "record.source_missing",
        "record.reason_missing",
        "record.reason_missing",
        "record.nothing",
        "record.nothing",
        "record.in_future",
    ]
    assert len(world.hq.read(records.site_history, here)) == 1
    with pytest.raises(Refusal, match=r"site\.unknown"):
        describe_site(world.hq, "nowhere", {"access": "open"}, WHY)


def test_auditors_and_devices_read_and_do_not_write(world: World) -> None:
    here = site_id(world)
    describe_site(world.hq, here, {"access": "open"}, Why(source="Survey"))
    auditor = seen_by(world.hq, role="auditor")
    assert auditor.read(records.site_record, here).access == Access.OPEN
    for session in (auditor, world.device):
        with pytest.raises(Refusal, match=r"permission\.denied"):
            describe_site(session, here, {"access": "closed"}, WHY)
        with pytest.raises(Refusal, match=r"permission\.denied"):
            describe_case(session, "XX-B-ABC", {"control_plan": "CP-1"}, WHY)


def test_a_case_takes_its_program_and_country_from_its_number(world: World) -> None:
    stated = {"accepted_on": "2025-12-01", "control_plan_on": "2025-12-20", "control_plan": "CP-7"}
    lines = [LineStated(rsn="001", quantity="120", part_number="nvg-31a", delivered_on="2026-01-02")]
    made = describe_case(world.hq, "xx-b-abc-A01", stated, Why(source="LOA"), lines=lines)
    record = world.hq.read(records.case_record, "XX-B-ABC")
    assert made.changed == ("accepted_on", "control_plan_on", "control_plan", "line 001")
    assert (record.program, record.country, record.delivered) == ("golden_sentry", "XX", 120)
    assert record.lines[0].part_number == "NVG-31A"
    with pytest.raises(Refusal, match=r"record\.reason_missing"):
        describe_case(world.hq, "XX-B-ABC", {}, Why(source="C1"), lines=[replace(lines[0], quantity="130")])
    again = describe_case(world.hq, "XX-B-ABC", {}, WHY, lines=[replace(lines[0], quantity="130")])
    assert again.changed == ("line 001",)
    taken_back = describe_case(world.hq, "XX-B-ABC", {}, WHY, lines=[LineStated(rsn="001", quantity="")])
    assert taken_back.changed == ("line 001",)
    assert world.hq.read(records.case_record, "XX-B-ABC").delivered is None
    totals = [one.stated.value for one in world.hq.read(records.case_history, "XX-B-ABC")]
    assert totals[:3] == ["", "130", "120"]


def test_a_number_of_another_shape_is_kept_with_a_warning(world: World) -> None:
    odd = describe_case(
        world.hq, "XX/7", {"control_plan": "CP"}, Why(source="LOA"), program="golden_sentry", country="XX"
    )
    licence = describe_case(world.hq, "DSP 5 / 12", {}, Why(source="License"), program="blue_lantern", country="YY")
    plain = describe_case(world.hq, "050123456", {}, Why(source="License"), country="YY")
    assert (odd.warnings, licence.warnings, plain.warnings) == (("case.pattern",), ("licence.pattern",), ())
    assert [one.case_id for one in world.hq.read(records.case_records)] == ["050123456", "DSP5/12", "XX/7"]


def test_what_a_case_cannot_be_is_refused_and_nothing_is_recorded(world: World) -> None:
    source, good = Why(source="LOA"), LineStated(rsn="001", quantity="1")
    acts: list[tuple[str, dict[str, Any], str]] = [
        ("", {}, "case.missing"),
        ("XX/7", {}, "case.program_missing"),
        ("XX/7", {"program": "silver"}, "visit.program"),
        ("050123456", {}, "case.country_missing"),
        ("XX-B-ABC", {"lines": [replace(good, quantity="-1")]}, "case.quantity"),
        ("XX-B-ABC", {"lines": [replace(good, quantity="1,200")]}, "case.quantity"),
        ("XX-B-ABC", {"lines": [replace(good, delivered_on="2030-01-01")]}, "record.in_future"),
        ("XX-B-ABC", {"lines": [replace(good, delivered_on="1899-01-01")]}, "record.year"),
        ("XX-B-ABC", {"lines": [good, replace(good, quantity="2")]}, "case.line_repeated"),
        ("XX-B-ABC", {"lines": [replace(good, rsn=" ")]}, "case.line_missing"),
    ]
    for case_id, given, code in acts:
        with pytest.raises(Refusal) as caught:
            describe_case(world.hq, case_id, {}, source, **given)
        assert caught.value.code == code
    with pytest.raises(Refusal, match=r"record\.in_future"):
        describe_case(world.hq, "XX-B-ABC", {"accepted_on": "2030-01-01"}, source)
    assert world.hq.read(records.case_records) == []
    describe_case(world.hq, "XX-B-ABC", {}, source)
    with pytest.raises(Refusal, match=r"case\.program_differs"):
        describe_case(world.hq, "XX-B-ABC", {"control_plan": "CP"}, source, program="blue_lantern")


def test_cases_are_seen_and_changed_within_program_and_country_alone(world: World) -> None:
    describe_case(world.hq, "XX-B-ABC", {"control_plan": "CP-1"}, Why(source="LOA"))
    describe_case(world.hq, "050123456", {"control_plan": "SECRET"}, Why(source="License"), country="XX")
    describe_case(world.hq, "YY-B-DEF", {}, Why(source="LOA"), lines=[LineStated(rsn="001", quantity="4")])
    sentry = seen_by(world.hq, scope=Scope(("golden_sentry",), ("XX",)))
    lantern = seen_by(world.hq, scope=Scope(("blue_lantern",), ()))
    there = seen_by(world.hq, role="auditor", scope=Scope((), ("YY",)))
    numbers = [[one.case_id for one in one.read(records.case_records)] for one in (sentry, lantern, there)]
    assert numbers == [["XX-B-ABC"], ["050123456"], ["YY-B-DEF"]]
    assert sentry.read(records.case_history, "050123456") == []
    for session in (sentry, there):
        entries = session.read(activity.activity_ids)
        payloads = [session.read(activity.activity_entry, one).entry.payload for one in entries]
        assert not any(b"SECRET" in payload for payload in payloads)
    for case_id, given in (("050123456", {}), ("XX-B-NEW", {"country": "YY"}), ("060123456", {"country": "XX"})):
        with pytest.raises(Refusal, match=r"permission\.out_of_scope"):
            describe_case(sentry, case_id, {"control_plan": "CP-9"}, WHY, **given)  # type: ignore[arg-type]
    assert describe_case(sentry, "XX-B-ABC", {"control_plan": "CP-2"}, WHY).changed == ("control_plan",)
    elsewhere = seen_by(world.hq, scope=Scope((), ("YY",)))
    with pytest.raises(Refusal, match=r"out_of_scope"):
        describe_site(elsewhere, site_id(world), {"access": "closed"}, WHY)
    assert elsewhere.read(records.site_records) == []


def test_a_device_gets_the_records_with_its_tasking_and_later_changes_with_the_next(world: World) -> None:
    here = site_id(world)
    describe_site(world.hq, here, {"access": "open", "custodian": "Depot officer"}, Why(source="Survey"))
    describe_case(world.hq, "XX-B-ABC", {"control_plan": "CP-1"}, Why(source="LOA"))
    world.visit()
    told = world.device.read(records.site_record, here)
    assert (told.access, told.text(SiteField.CUSTODIAN)) == (Access.OPEN, "Depot officer")
    assert world.device.read(records.case_record, "XX-B-ABC").text("control_plan") == "CP-1"
    describe_site(world.hq, here, {"access": "closed"}, replace(WHY, effective_on="2026-05-01"))
    world.hand_over()
    closed = world.device.read(records.site_record, here)
    assert (closed.access, closed.access_since, closed.text("custodian")) == ("closed", "2026-05-01", "Depot officer")
