"""A visit that a device starts without tasking: worked, closed, sealed, and nothing more than a claim until adopted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest
from PySide6.QtPdf import QPdfDocument
from sqlalchemy import select

from db.bounds import bounds
from db.queries import checklists, clocks, items, visits
from db.tables import items as item_table
from db.tables import visits as visit_table
from eum_app.domain import facts as f
from eum_app.domain.errors import Refusal
from eum_app.domain.facts import DispositionStated
from eum_app.domain.people import Scope
from eum_app.usecases.exchange.receive import import_bundles
from eum_app.usecases.exchange.seal_bundle import seal_for_device, seal_results
from eum_app.usecases.reporting.make_report import make_report
from eum_app.usecases.reporting.visit_record import VISIT_RECORD
from eum_app.usecases.session import Session
from eum_app.usecases.store.open_store import rebuild_store
from eum_app.usecases.visits.record_check import NewCheck, assess_site, record_checks
from eum_app.usecases.visits.start_visit import adopt_visit, start_visit
from tests.builders import ITEM_CHECKLIST, SITE_CHECKLIST, World, typed
from tests.integration.test_visit_kinds import answered, close
from tests.simulator import Simulator

FIRST, SECOND = "FLD-0042", "FLD-0043"


@pytest.fixture
def simulator(tmp_path: Path, hq_backend: Callable[[], str | None]) -> Iterator[Simulator]:
    made = Simulator.start(tmp_path / "w", devices=(FIRST, SECOND), database_url=hq_backend())
    yield made
    made.world.close()


@pytest.fixture
def world(simulator: Simulator) -> World:
    return simulator.world


def depot(session: Session) -> str:
    (site,) = session.read(items.all_sites)
    return site.site_id


def worked(device: Session, visit_id: str) -> list[str]:
    """Check every expected item, answer the site checklist, and close the visit."""
    ids = device.read(visits.work_ids, visit_id)
    item_checklist, site_checklist = device.read(checklists.visit_checklists, visit_id)
    rows = device.read(visits.work_rows, visit_id, ids)
    good = answered(item_checklist)
    record_checks(device, visit_id, [NewCheck(one, "verified", typed(rows[one].serial), answers=good) for one in ids])
    assess_site(device, visit_id, answered(site_checklist))
    close(device, visit_id)
    return ids


def sent(world: World, device: Session) -> None:
    outcomes = import_bundles(world.hq, [seal_results(device, world.drop).path]).outcomes
    assert [one.outcome for one in outcomes] == ["accepted"]


def sighted(world: World) -> set[str]:
    """Items whose clocks a sighting moves at HQ."""
    seen = clocks.sightings(date(2027, 1, 1))
    return set(world.hq.read(lambda connection: connection.execute(select(seen.c.item_id)).scalars().all()))


def test_a_started_visit_counts_once_hq_adopts_it(world: World, tmp_path: Path) -> None:
    device = world.device
    started = start_visit(device, purpose="annual_inventory", site_id=depot(device))
    assert started.expected == 4
    row = device.read(visits.visit, started.visit_id)
    assert (row.site, row.inspector, row.device, row.due_on) == ("Depot 7", "INS-017", FIRST, "")
    ids = worked(device, started.visit_id)
    sent(world, device)
    held = world.hq.read(visits.visit, started.visit_id)
    assert held.is_pending
    assert held.closed_at
    assert held.kind_version == "2026-1"
    assert sighted(world) == set(), "a claim moves no clock"
    checked = [line for line in world.hq.read(items.history, ids[0]) if line.reading]
    assert [line.is_pending for line in checked] == [True], "its history says so"
    adopt_visit(world.hq, started.visit_id, comment="agreed by telephone")
    held = world.hq.read(visits.visit, started.visit_id)
    assert (held.is_pending, held.adopted_by, held.is_unplanned) == (False, "REV-004", True)
    assert sighted(world) == set(ids)
    with pytest.raises(Refusal, match=r"visit\.not_started"):
        adopt_visit(world.hq, started.visit_id)
    made = make_report(world.hq, VISIT_RECORD, tmp_path / "record.pdf", {"visit_id": started.visit_id})
    record = QPdfDocument()
    assert record.load(str(made.path)) == QPdfDocument.Error.None_
    text = " ".join(record.getAllText(0).text().split())
    record.close()
    assert "Started by INS-017 without tasking; adopted by REV-004" in text
    world.hand_over()
    assert device.read(visits.visit, started.visit_id).adopted_by == "REV-004"


def test_a_site_that_is_new_to_hq_is_a_claim_until_it_is_adopted(world: World) -> None:
    device = world.device
    started = start_visit(device, purpose="routine_check", site_name=" Outpost 3 ", country="xx")
    assert started.expected == 0
    worked(device, started.visit_id)
    sent(world, device)
    held = world.hq.read(visits.visit, started.visit_id)
    assert (held.site, held.country, held.is_known_site) == ("Outpost 3", "XX", False)
    assert [site.name for site in world.hq.read(items.all_sites)] == ["Depot 7"]
    adopted = adopt_visit(world.hq, started.visit_id)
    assert adopted.site_id != held.site_id, "HQ gives its sites their ids"
    assert [site.name for site in world.hq.read(items.all_sites)] == ["Depot 7", "Outpost 3"]
    held = world.hq.read(visits.visit, started.visit_id)
    assert (held.site_id, held.is_known_site, held.is_pending) == (adopted.site_id, True, False)
    world.hand_over()
    assert device.read(visits.visit, started.visit_id).site_id == adopted.site_id


def test_hq_may_say_that_it_was_another_site(world: World) -> None:
    started = start_visit(world.device, purpose="routine_check", site_name="The depot", country="XX")
    sent(world, world.device)
    adopt_visit(world.hq, started.visit_id, depot(world.hq))
    assert world.hq.read(visits.visit, started.visit_id).site == "Depot 7"
    before = world.hq.read(visits.all_visits)
    rebuild_store(world.hq)
    assert world.hq.read(visits.all_visits) == before


def test_a_visit_without_any_list_takes_items_that_are_met(world: World) -> None:
    device = world.device
    started = start_visit(device, purpose="special_inventory", site_id=depot(device), has_list=False)
    assert started.expected == 0
    found = NewCheck("", "not_on_list", typed("790112"), "not_in_inventory", note="on a pallet by the door")
    record_checks(device, started.visit_id, [found])
    worked(device, started.visit_id)
    sent(world, device)
    assert world.hq.read(visits.visit, started.visit_id).not_on_list == 1


def test_a_device_that_never_had_tasking_starts_with_what_ships(tmp_path: Path) -> None:
    from tests.builders import make_world

    made = make_world(tmp_path / "bare")
    try:
        started = start_visit(made.device, purpose="physical_security_check", site_name="Depot 7", country="XX")
        worked(made.device, started.visit_id)
        sent(made, made.device)
        assert made.hq.read(visits.visit, started.visit_id).closed_at
        _, site_checklist = made.hq.read(checklists.visit_checklists, started.visit_id)
        assert site_checklist.checklist_id == "site-physical-security-neutral"
    finally:
        made.close()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"purpose": "no_such_kind"}, "visit.purpose"),
        ({"program": "blue_lantern"}, "visit.program"),
        ({"site_name": ""}, "visit.site_name"),
        ({"country": " "}, "visit.site_name"),
        ({"site_name": "x" * 201}, "visit.site_name"),
        ({"site_name": "Depot\n7"}, "visit.site_name"),
        ({"site_id": "no such site"}, "site.unknown"),
        ({"site_checklist": ITEM_CHECKLIST}, "checklist.unknown"),
        ({"purpose": "routine_check", "site_checklist": SITE_CHECKLIST}, "visit.checklist"),
    ],
)
def test_what_cannot_be_started_is_refused(world: World, changes: dict[str, Any], code: str) -> None:
    before = world.device.read(visits.all_visits)
    given = {"purpose": "annual_inventory", "site_name": "Outpost 3", "country": "XX"} | changes
    with pytest.raises(Refusal) as caught:
        start_visit(world.device, **given)
    assert caught.value.code == code
    assert world.device.read(visits.all_visits) == before


def test_hq_starts_none_and_a_device_adopts_none(world: World) -> None:
    with pytest.raises(Refusal, match="permission"):
        start_visit(world.hq, purpose="routine_check", site_name="Outpost 3", country="XX")
    started = start_visit(world.device, purpose="routine_check", site_name="Outpost 3", country="XX")
    with pytest.raises(Refusal, match="permission"):
        adopt_visit(world.device, started.visit_id)


# A hostile device


def start_fact(simulator: Simulator, visit_id: str, **changes: Any) -> f.VisitStarted:
    fact = f.VisitStarted(
        observed_at=simulator.world.device.observed_now(),
        visit_id=visit_id,
        program="golden_sentry",
        purpose="routine_check",
        kind_version="2026-1",
        site_id="s",
        site_name="Outpost 3",
        country="XX",
        item_checklist=ITEM_CHECKLIST,
        site_checklist=SITE_CHECKLIST,
        expected=(),
    )
    return msgspec.structs.replace(fact, **changes)


def only(simulator: Simulator, path: Path) -> tuple[str, str]:
    (outcome,) = simulator.deliver(path)
    return outcome.outcome, outcome.code


def test_no_visit_that_exists_can_be_taken_over_by_starting_it(simulator: Simulator) -> None:
    planned = simulator.world.hq.read(visits.all_visits)
    for visit_id in simulator.visit_ids.values():  # its own, which HQ planned, and that of the other device
        forged = simulator.lie(FIRST, [start_fact(simulator, visit_id)])
        assert only(simulator, forged) == ("quarantined", "visit.repeated")
    assert simulator.world.hq.read(visits.all_visits) == planned


def test_a_visit_is_started_once(simulator: Simulator) -> None:
    twice = [start_fact(simulator, "v1"), start_fact(simulator, "v1", site_name="Depot 7")]
    assert only(simulator, simulator.lie(FIRST, twice)) == ("quarantined", "visit.repeated")
    first = simulator.lie(FIRST, twice[:1])
    assert only(simulator, first) == ("accepted", "")
    assert only(simulator, first) == ("already_held", "")
    adopt_visit(simulator.world.hq, "v1")
    again = simulator.lie(FIRST, [start_fact(simulator, "v1", site_name="Elsewhere")])
    assert only(simulator, again) == ("quarantined", "visit.repeated")
    other = simulator.lie(SECOND, [start_fact(simulator, "v1")])
    assert only(simulator, other) == ("quarantined", "visit.repeated")
    assert simulator.world.hq.read(visits.visit, "v1").device == FIRST


def test_it_adopts_no_visit_itself(simulator: Simulator) -> None:
    adopted = f.VisitAdopted(observed_at=simulator.world.device.observed_now(), visit_id="v1", site_id="s")
    forged = simulator.lie(FIRST, [start_fact(simulator, "v1"), adopted])
    assert only(simulator, forged) == ("quarantined", "fact.not_allowed")


def test_what_it_states_about_items_counts_for_nothing_before_the_adoption(simulator: Simulator) -> None:
    hq = simulator.world.hq
    item_id, *_ = hq.read(items.item_ids_at, depot(hq))
    now = simulator.world.device.observed_now()
    check = f.CheckRecorded(
        observed_at=now,
        check_id="c1",
        visit_id="v1",
        item_id=item_id,
        outcome="verified",
        reason="",
        mark=f.MarkRead(read_by="camera", uii="DPOISON", serial="POISON"),
        checklist=None,
        answers=(),
        all_as_expected=False,
        grade="A",
        note=None,
        photos=(),
    )
    lost = DispositionStated(
        observed_at=now,
        statement_id="d1",
        item_id=item_id,
        visit_id="v1",
        disposition="LOST",
        document=None,
        **_further_fields(DispositionStated),
    )
    started = start_fact(simulator, "v1", expected=(item_id,))
    assert only(simulator, simulator.lie(FIRST, [started, check, lost])) == ("accepted", "")
    assert hq.read(items.item, item_id).disposition == "ON_HAND"
    assert item_id not in sighted(simulator.world)
    before = hq.read(visits.all_visits)
    rebuild_store(hq)
    assert hq.read(visits.all_visits) == before
    assert hq.read(items.item, item_id).disposition == "ON_HAND"
    adopt_visit(hq, "v1")
    assert hq.read(items.item, item_id).disposition == "LOST"
    assert item_id in sighted(simulator.world)


def _further_fields(kind: type[f.Fact]) -> dict[str, Any]:
    """Return empty values for the fields of a fact that the test does not care about."""
    known = {"observed_at", "statement_id", "item_id", "visit_id", "disposition", "document"}
    plain: dict[str, Any] = {}
    for field in msgspec.structs.fields(kind):
        if field.name not in known and field.required:
            plain[field.name] = ""
    return plain


def test_an_account_of_one_country_sees_no_items_through_an_unadopted_visit(simulator: Simulator) -> None:
    hq = simulator.world.hq
    item_id, *_ = hq.read(items.item_ids_at, depot(hq))
    started = start_fact(simulator, "v1", country="YY", expected=(item_id,))
    assert only(simulator, simulator.lie(FIRST, [started])) == ("accepted", "")
    seen = bounds(Scope(programs=("golden_sentry",), countries=("YY",)))
    with hq.store.reading() as connection:
        shown = connection.execute(select(item_table.c.item_id).where(seen[item_table])).scalars().all()
        rows = connection.execute(select(visit_table.c.visit_id).where(seen[visit_table])).scalars().all()
    assert list(shown) == []
    assert list(rows) == ["v1"], "those of the country that it names can adopt it"


def test_bundles_in_the_wrong_order_end_alike(simulator: Simulator) -> None:
    device = simulator.world.device
    started = start_visit(device, purpose="routine_check", site_id=depot(device))
    first = simulator.seal(FIRST)
    ids = device.read(visits.work_ids, started.visit_id)
    item_checklist, _ = device.read(checklists.visit_checklists, started.visit_id)
    record_checks(
        device, started.visit_id, [NewCheck(ids[0], "verified", typed("786950"), answers=answered(item_checklist))]
    )
    second = simulator.seal(FIRST)
    assert simulator.deliver(second, first, second)[0].outcome == "accepted"
    assert simulator.world.hq.read(visits.visit, started.visit_id).verified == 1
    sealed = seal_for_device(simulator.world.hq, FIRST, simulator.world.drop)
    assert [one.outcome for one in import_bundles(device, [sealed.path]).outcomes] == ["accepted"]
