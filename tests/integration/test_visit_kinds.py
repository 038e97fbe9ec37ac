"""Each kind of visit of the shipped list, from planning to HQ's record; and the list itself as data."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtPdf import QPdfDocument

from assets import asset
from db.queries import checklists, findings, items, visits
from eum_app.demo.generate import photo
from eum_app.domain.checklists import Answer, Checklist, Question, visible_questions
from eum_app.domain.compliance.balance import Verdict
from eum_app.domain.errors import Refusal
from eum_app.domain.facts import VisitPlanned
from eum_app.domain.visit_kinds import VISIT_KINDS, Listing, read_kinds, require_kind
from eum_app.domain.visits import OpenPointKind
from eum_app.usecases.exchange.receive import import_bundles
from eum_app.usecases.exchange.seal_bundle import seal_results
from eum_app.usecases.reporting.make_report import make_report
from eum_app.usecases.reporting.visit_record import VISIT_RECORD
from eum_app.usecases.session import Session
from eum_app.usecases.visits.balance import visit_balance
from eum_app.usecases.visits.close_out import Signed, close_out_state
from eum_app.usecases.visits.plan_visit import PlannedVisit, drawn, plan_visit, proposed_pin, shipped_checklists
from eum_app.usecases.visits.record_check import NewCheck, assess_site, record_checks
from tests.builders import World, close_as_shown, make_world, typed


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = make_world(tmp_path / "world")
    yield made
    made.close()


LIST = asset("reference", "visit-kinds.json")


def planned(world: World, purpose: str, **more: Any) -> PlannedVisit:
    (site,) = world.hq.read(items.all_sites)
    made = plan_visit(
        world.hq,
        site_id=site.site_id,
        due_on="2027-01-31",
        device="FLD-0042",
        inspector="INS-017",
        item_checklist=proposed_pin(purpose, "item"),
        site_checklist=proposed_pin(purpose, "site"),
        purpose=purpose,
        **more,
    )
    world.hand_over()
    return made


def good_answer(question: Question) -> Answer:
    """Return the answer that nothing is wrong, or any that fits."""
    value = question.expected or {"number": "3", "date": "2026-11-20", "text": "as listed"}.get(question.kind, "")
    value = value or (question.choices[0] if question.choices else "yes")
    return Answer(question.question_id, value, "seen" if value in question.comment_required_on else "")


def answered(checklist: Checklist) -> list[Answer]:
    found: list[Answer] = []
    while new := [
        one for one in visible_questions(checklist, found) if one.question_id not in {a.question_id for a in found}
    ]:
        found += [good_answer(one) for one in new]
    return found


def work(device: Session, visit_id: str, ids: list[str]) -> None:
    item_checklist, site_checklist = device.read(checklists.visit_checklists, visit_id)
    rows = device.read(visits.work_rows, visit_id, ids)
    checks = [NewCheck(one, "verified", typed(rows[one].serial), answers=answered(item_checklist)) for one in ids]
    if checks:
        record_checks(device, visit_id, checks)
    assess_site(device, visit_id, answered(site_checklist))


def close(device: Session, visit_id: str) -> None:
    close_as_shown(
        device, visit_id, [Signed("inspector", photo("intact", 1)), Signed("host", declined_reason="absent")]
    )


@pytest.mark.parametrize("purpose", list(VISIT_KINDS))
def test_each_kind_goes_from_the_plan_to_the_record(purpose: str, world: World, tmp_path: Path) -> None:
    kind = VISIT_KINDS[purpose]
    plan = planned(world, purpose)
    assert plan.expected == (0 if kind.items is Listing.NONE else 6)
    device = world.device
    ids = device.read(visits.work_ids, plan.visit_id)
    assert len(ids) == plan.expected
    points = close_out_state(device, plan.visit_id).open_points
    assert sum(one.kind is OpenPointKind.ITEM for one in points) == (6 if kind.items is Listing.EVERY else 0)
    assert any(one.kind is OpenPointKind.QUESTION for one in points)
    work(device, plan.visit_id, ids if kind.items is Listing.EVERY else ids[:2])
    close(device, plan.visit_id)
    results = seal_results(device, world.drop)
    assert [one.outcome for one in import_bundles(world.hq, [results.path]).outcomes] == ["accepted"]
    row = world.hq.read(visits.visit, plan.visit_id)
    assert row.closed_at
    assert row.purpose == purpose
    assert world.hq.read(visit_balance, plan.visit_id).verdict is Verdict.RECONCILED
    made = make_report(world.hq, VISIT_RECORD, tmp_path / "record.pdf", {"visit_id": plan.visit_id})
    record = QPdfDocument()
    assert record.load(str(made.path)) == QPdfDocument.Error.None_
    pages = " ".join(record.getAllText(at).text() for at in range(record.pageCount()))
    record.close()
    assert kind.title in pages
    site_checklist = device.read(checklists.visit_checklists, plan.visit_id)[1]
    assert site_checklist.questions[0].text in " ".join(pages.split())


def test_the_plan_names_the_version_of_the_list(world: World) -> None:
    plan = planned(world, "routine_check", sample=2)
    facts = [fact for fact in world.hq.read(_plans) if fact.visit_id == plan.visit_id]
    assert [fact.kind_version for fact in facts] == [VISIT_KINDS["routine_check"].version]
    assert facts[0].kind_version == json.loads(LIST.read_bytes())["version"]


def _plans(connection: Any) -> list[VisitPlanned]:
    from sqlalchemy import select

    from db.tables import journal
    from eum_app.domain.facts import decode_fact

    rows = connection.execute(select(journal).where(journal.c.kind == "VisitPlanned", journal.c.origin == "HQ-01"))
    found = [decode_fact(row.kind, row.kind_version, row.payload) for row in rows]
    return [fact for fact in found if isinstance(fact, VisitPlanned)]


def test_a_sample_can_be_drawn_again_from_the_plan(world: World) -> None:
    plan = planned(world, "routine_check", sample=2)
    (site,) = world.hq.read(items.all_sites)
    book = world.hq.read(items.item_ids_at, site.site_id)
    expected = world.device.read(visits.work_ids, plan.visit_id)
    assert len(expected) == 2
    assert expected == drawn(book, plan.visit_id, 2)
    assert drawn(book, plan.visit_id, 99) == book
    draws = {tuple(drawn(book, f"visit-{number}", 2)) for number in range(20)}
    assert len(draws) > 5, "another visit draws another sample"
    assert planned(world, "routine_check", sample=0).expected == 0


@pytest.mark.parametrize(("purpose", "sample"), [("annual_inventory", 2), ("routine_check", -1)])
def test_an_inventory_takes_no_sample(world: World, purpose: str, sample: int) -> None:
    with pytest.raises(Refusal, match=r"visit\.sample"):
        planned(world, purpose, sample=sample)
    assert world.hq.read(visits.all_visits) == []


def test_a_visit_about_the_site_records_no_items(world: World) -> None:
    plan = planned(world, "physical_security_check")
    with pytest.raises(Refusal, match=r"check\.not_of_kind"):
        record_checks(world.device, plan.visit_id, [NewCheck("", "not_on_list", typed("790112"), "not_in_inventory")])


def test_a_change_of_end_use_is_a_finding_at_hq(world: World) -> None:
    plan = planned(world, "routine_check", sample=0)
    _, site_checklist = world.device.read(checklists.visit_checklists, plan.visit_id)
    changed = Answer("end_use_changed", "yes", "lent to the border guard")
    others = [one for one in answered(site_checklist) if one.question_id != changed.question_id]
    assess_site(world.device, plan.visit_id, [*others, changed])
    close(world.device, plan.visit_id)
    import_bundles(world.hq, [seal_results(world.device, world.drop).path])
    found = world.hq.read(findings.findings_by_id, world.hq.read(findings.finding_ids))
    assert [(row.visit_id, row.rule_id) for row in found.values()] == [(plan.visit_id, "site-deficiency")]


# The list as data


def listed(**changes: Any) -> bytes:
    entry = {
        "purpose": "spot_check",
        "title": "Spot check",
        "programs": ["golden_sentry"],
        "effective_from": "2026-01-01",
        "source": "made for a test",
        "days_to_due": 7,
        "items": "some",
        "closing_rules": ["every_question_answered"],
        **changes,
    }
    return json.dumps({"version": "7", "source": "a test", "kinds": [entry]}).encode()


def test_a_kind_is_added_by_data_alone(monkeypatch: pytest.MonkeyPatch, world: World) -> None:
    (kind,) = read_kinds(listed(), "kinds.json").values()
    monkeypatch.setitem(VISIT_KINDS, kind.purpose, kind)
    plan = planned(world, "spot_check", sample=1)
    work(world.device, plan.visit_id, [])
    close(world.device, plan.visit_id)
    outcomes = import_bundles(world.hq, [seal_results(world.device, world.drop).path]).outcomes
    assert [one.outcome for one in outcomes] == ["accepted"]
    row = world.hq.read(visits.visit, plan.visit_id)
    assert (row.purpose, bool(row.closed_at), row.to_check) == ("spot_check", True, 1)
    assert world.hq.read(visit_balance, plan.visit_id).verdict is Verdict.RECONCILED


@pytest.mark.parametrize(
    "changes",
    [
        {"purpose": ""},
        {"title": " "},
        {"programs": []},
        {"programs": ["steel_rain"]},
        {"closing_rules": []},
        {"closing_rules": ["nothing_asked"]},
        {"items": "most"},
        {"effective_from": "soon"},
        {"effective_until": "2025-12-31"},
        {"days_to_due": -1},
        {"wanted_grade": "Z"},
        {"misspelled": 1},
    ],
)
def test_a_wrong_list_is_refused_and_the_place_is_named(changes: dict[str, Any]) -> None:
    with pytest.raises(Refusal, match=r"kinds\.bad_file") as caught:
        read_kinds(listed(**changes), "kinds.json")
    assert caught.value.values["name"] == "kinds.json"
    assert caught.value.values["detail"]


def test_a_kind_is_planned_only_while_it_is_in_force(monkeypatch: pytest.MonkeyPatch) -> None:
    (kind,) = read_kinds(listed(effective_until="2026-12-31"), "kinds.json").values()
    monkeypatch.setitem(VISIT_KINDS, kind.purpose, kind)
    for day in ("2026-01-01", "2026-12-31"):
        assert require_kind("spot_check", day=day)[0] is kind
    for day in ("2025-12-31", "2027-01-01"):
        with pytest.raises(Refusal, match=r"visit\.purpose"):
            require_kind("spot_check", day=day)


def test_the_shipped_list_names_only_shipped_checklists() -> None:
    ids = {"item": set[str](), "site": set[str]()}
    for one in shipped_checklists():
        ids[one.applies_to].add(one.checklist_id)
    for kind in VISIT_KINDS.values():
        assert set(kind.item_checklists) <= ids["item"]
        assert set(kind.site_checklists) <= ids["site"]
        assert kind.source
        assert kind.version
