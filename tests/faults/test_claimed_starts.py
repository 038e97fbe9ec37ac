"""A visit that a device started without tasking: the names and statements in it are claims until HQ adopts it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from db.queries import findings, items, visits
from db.queries.people import code_set
from eum_app.domain import facts as f
from eum_app.domain.errors import Refusal
from eum_app.usecases.people.links import link_account
from eum_app.usecases.review.own_work import is_own_work
from eum_app.usecases.session import Session, new_id
from eum_app.usecases.store.open_store import rebuild_store
from eum_app.usecases.visits.start_visit import adopt_visit
from tests.builders import ITEM_CHECKLIST, SITE_CHECKLIST
from tests.faults.test_acts_of_two import people
from tests.simulator import Simulator

FIRST, SECOND = "FLD-0042", "FLD-0043"


@pytest.fixture
def simulator(tmp_path: Path, hq_backend: Callable[[], str | None]) -> Iterator[Simulator]:
    made = Simulator.start(tmp_path / "w", devices=(FIRST, SECOND), database_url=hq_backend())
    yield made
    made.world.close()


def started(device: Session, site_id: str) -> f.VisitStarted:
    return f.VisitStarted(
        observed_at=device.observed_now(),
        visit_id=new_id(),
        program="",
        purpose="annual_inventory",
        kind_version="2026-1",
        site_id=site_id,
        site_name="Depot 9",
        country="XX",
        item_checklist=ITEM_CHECKLIST,
        site_checklist=SITE_CHECKLIST,
        expected=(),
    )


def checked(device: Session, visit_id: str, item_id: str, outcome: str, reason: str = "") -> f.CheckRecorded:
    return f.CheckRecorded(
        observed_at=device.observed_now(),
        check_id=new_id(),
        visit_id=visit_id,
        item_id=item_id,
        outcome=outcome,
        reason=reason,
        mark=f.MarkRead(read_by="list"),
        checklist=None,
        answers=(),
        all_as_expected=False,
        grade="A",
        note=None,
        photos=(),
    )


def stated(device: Session, visit_id: str, item_id: str, disposition: str) -> f.DispositionStated:
    return f.DispositionStated(
        observed_at=device.observed_now(),
        statement_id=new_id(),
        item_id=item_id,
        visit_id=visit_id,
        disposition=disposition,
        happened_on="2026-11-01",
        reported_by="us",
        reporter="x",
        document=None,
        document_name="doc",
        no_document_reason="",
        witness="w",
        authorization="",
        remark="",
        correction="",
        list_version="2026-1",
    )


def delivered(simulator: Simulator, device: str, facts: list[f.Fact], actor: str = "INS-017") -> None:
    (outcome,) = simulator.deliver(simulator.lie(device, facts, actor=actor))
    assert (outcome.outcome, outcome.code) == ("accepted", "")


def start_there(simulator: Simulator, actor: str) -> str:
    """Deliver a visit that the first device started, with a missing item, all under one name."""
    hq, device = simulator.world.hq, simulator.world.devices[FIRST]
    start = started(device, hq.read(items.all_sites)[0].site_id)
    item_id = device.read(visits.work_ids, simulator.visit_ids[FIRST])[0]
    delivered(simulator, FIRST, [start, checked(device, start.visit_id, item_id, "not_found", "other")], actor)
    return start.visit_id


def own_findings(session: Session, visit_id: str) -> list[bool]:
    rows = session.read(lambda connection: findings.findings_by_id(connection, findings.finding_ids(connection)))
    at_visit = [row for row in rows.values() if row.visit_id == visit_id]
    assert at_visit
    return session.read(lambda connection: [is_own_work(session, connection, row) for row in at_visit])


def test_a_start_in_a_reviewers_name_stops_neither_adoption_nor_review(simulator: Simulator) -> None:
    hq = simulator.world.hq
    visit_id = start_there(simulator, hq.account)
    adopt_visit(hq, visit_id)
    assert not any(own_findings(hq, visit_id))


def test_who_started_a_visit_by_a_linked_account_does_not_adopt_it(simulator: Simulator) -> None:
    hq, others = simulator.world.hq, people(simulator)
    simulator.check(FIRST, 0)
    simulator.deliver(simulator.seal(FIRST))
    link_account(others["ADM-001"], "REV-004", FIRST, "INS-017")
    visit_id = start_there(simulator, "INS-017")
    with pytest.raises(Refusal, match=r"visit\.own_adoption"):
        adopt_visit(hq, visit_id)
    adopt_visit(others["REV-005"], visit_id)
    assert all(own_findings(hq, visit_id))
    assert not any(own_findings(others["REV-005"], visit_id))
    for one in others.values():
        one.store.close()


@pytest.mark.parametrize("is_contradicted", [False, True])
def test_a_statement_at_a_pending_visit_hides_no_sighting_of_a_gone_item(
    simulator: Simulator, is_contradicted: bool
) -> None:
    first, second = (simulator.world.devices[one] for one in (FIRST, SECOND))
    item_id = second.read(visits.work_ids, simulator.visit_ids[SECOND])[1]
    delivered(simulator, SECOND, [stated(second, simulator.visit_ids[SECOND], item_id, "DESTROYED")])
    if is_contradicted:
        start = started(first, new_id())
        delivered(simulator, FIRST, [start, stated(first, start.visit_id, item_id, "ON_HAND")])
    delivered(simulator, SECOND, [checked(second, simulator.visit_ids[SECOND], item_id, "verified")])
    hq = simulator.world.hq
    rows = hq.read(lambda connection: findings.findings_by_id(connection, findings.finding_ids(connection)))
    assert ("gone-but-seen", item_id) in {(row.rule_id, row.item_id) for row in rows.values()}


def test_a_recovery_code_that_another_device_says_it_used_stays_unused(simulator: Simulator) -> None:
    hq = simulator.world.hq
    first, second = (simulator.world.devices[one] for one in (FIRST, SECOND))
    made = f.RecoveryCodesMade(
        observed_at=first.observed_now(), account="INS-017", set_id=new_id(), count=8, sealed=b"sealed"
    )
    of_set = {"account": "INS-017", "set_id": made.set_id}
    used = f.RecoveryCodeUsed(observed_at=first.observed_now(), **of_set, number=2)
    others = f.RecoveryCodeUsed(observed_at=second.observed_now(), **of_set, number=1)
    delivered(simulator, FIRST, [made, used])
    delivered(simulator, SECOND, [others])
    for _ in range(2):
        held = hq.read(code_set, FIRST, "INS-017")
        assert held is not None
        assert held.used == {2}
        rebuild_store(hq)
