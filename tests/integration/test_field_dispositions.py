"""Dispositions stated on a device: they arrive at HQ with findings; a device that lies is doubted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from db.queries import dispositions as told
from db.queries import findings, items
from db.queries.host_statement import host_statement
from db.queries.inventory import ItemFilter, find_item_ids
from eum_app.domain import facts as f
from eum_app.domain.errors import Refusal
from eum_app.usecases.items.state_disposition import state_disposition, withdraw_disposition
from eum_app.usecases.review.findings import review_finding
from eum_app.usecases.session import Session
from eum_app.wording.host_statement import said_statement
from tests.integration.test_dispositions import first_item, lost
from tests.integration.test_dispositions_in_order import stated
from tests.simulator import Simulator

# From the field


@pytest.fixture
def simulator(tmp_path: Path, hq_backend: Callable[[], str | None]) -> Iterator[Simulator]:
    made = Simulator.start(tmp_path / "w", devices=("FLD-0042",), database_url=hq_backend())
    yield made
    made.world.close()


def open_findings(session: Session) -> dict[str, findings.FindingRow]:
    return {
        row.rule_id: row for row in session.read(findings.findings_by_id, session.read(findings.finding_ids)).values()
    }


def test_a_loss_stated_in_the_field_arrives_with_a_finding_and_can_be_set_aside(simulator: Simulator) -> None:
    hq, device = simulator.world.hq, simulator.world.device
    visit_id = simulator.visit_ids["FLD-0042"]
    item_id = first_item(device)
    with pytest.raises(Refusal) as refused:
        state_disposition(device, lost(item_id))
    assert refused.value.code == "disposition.visit_missing"
    done = state_disposition(device, lost(item_id), visit_id=visit_id)
    assert device.read(items.item, item_id).disposition == "LOST"
    simulator.deliver(simulator.seal("FLD-0042"))
    assert hq.read(items.item, item_id).disposition == "LOST"
    row = open_findings(hq)["loss-reported"]
    assert (row.item_id, row.causes) == (item_id, ("loss-reported",))
    withdraw_disposition(hq, done.statement_id, "The custodian showed it")
    assert hq.read(items.item, item_id).disposition == "ON_HAND"
    assert "loss-reported" not in open_findings(hq), "it lapsed with its statement"
    simulator.world.hand_over()
    assert device.read(items.item, item_id).disposition == "ON_HAND", "the device knows"


def test_the_host_reads_what_was_stated_before_signing(simulator: Simulator) -> None:
    device, visit_id = simulator.world.device, simulator.visit_ids["FLD-0042"]
    item_id = first_item(device)
    before = said_statement(device.read(host_statement, visit_id)).text
    done = state_disposition(device, lost(item_id), visit_id=visit_id)
    said = "786950: Stated as Lost, 2026-11-20, reported by Partner Depot 7, custodian"
    assert said in said_statement(device.read(host_statement, visit_id)).text.splitlines()
    withdraw_disposition(device, done.statement_id, "Wrong item")
    assert said_statement(device.read(host_statement, visit_id)).text == before


def test_a_reviewer_settles_a_finding_with_what_became_of_the_item(simulator: Simulator) -> None:
    hq = simulator.world.hq
    simulator.check("FLD-0042", 0, "not_found")
    simulator.deliver(simulator.seal("FLD-0042"))
    row = open_findings(hq)["item-not-found"]
    with pytest.raises(Refusal):
        review_finding(
            hq, row.finding_id, decision="resolve", comment="Expended", stated=lost(row.item_id, document_name="")
        )
    assert hq.read(findings.finding, row.finding_id).is_open, "decision and statement are one transaction"
    review_finding(hq, row.finding_id, decision="resolve", comment="Expended", stated=lost(row.item_id))
    assert hq.read(items.item, row.item_id).disposition == "LOST"
    (statement,) = hq.read(told.statements_about, row.item_id)
    assert statement.fact.finding_id == row.finding_id


def test_an_item_reported_as_gone_and_then_seen_raises_a_finding(simulator: Simulator) -> None:
    hq, device = simulator.world.hq, simulator.world.device
    item_id = first_item(device)
    state_disposition(hq, lost(item_id))
    number = device.read(find_item_ids, ItemFilter()).index(item_id)
    simulator.world.clock.instant += timedelta(hours=1)
    simulator.check("FLD-0042", number, "verified")
    simulator.deliver(simulator.seal("FLD-0042"))
    row = open_findings(hq)["gone-but-seen"]
    assert row.item_id == item_id
    assert hq.read(items.item, item_id).disposition == "LOST", "nothing is chosen in silence: a person decides"
    (statement,) = hq.read(told.statements_about, item_id)
    withdraw_disposition(hq, statement.fact.statement_id, "It was mistaken for another item")
    assert "gone-but-seen" not in open_findings(hq)


def test_hostile_statements_are_kept_shown_and_doubted(simulator: Simulator) -> None:
    hq = simulator.world.hq
    visit_id = simulator.visit_ids["FLD-0042"]
    first, second, third = hq.read(find_item_ids, ItemFilter())[:3]
    at = "2026-11-21T09:00:00.000000Z"
    one = {"reported_by": "us", "reporter": "x", "list_version": "2026-1", "visit_id": visit_id}
    lies = [
        stated("l1", first, at, "LOST", happened_on="2099-01-01", document_name="d", **one),
        stated("l2", second, at, "BEAMED_UP", happened_on="2026-11-20", **one),
        stated("l3", "no-such-item", at, "EXPENDED", happened_on="yesterday", **one),
        stated("l4", third, at, "EXPENDED", happened_on="1999-01-01", **one),
    ]
    simulator.deliver(simulator.lie("FLD-0042", lies))
    by_item = {row.item_id: row for row in hq.read(findings.findings_by_id, hq.read(findings.finding_ids)).values()}
    assert by_item[first].causes == ("loss-reported", "disposition-date-doubtful")
    assert by_item[second].causes == ("disposition-unknown",)
    assert hq.read(items.item, second).disposition == "BEAMED_UP"
    assert by_item["no-such-item"].causes[0] == "disposition-foreign-item"
    assert set(by_item[third].causes) >= {"disposition-lacks-evidence", "disposition-date-doubtful"}
    # A statement from the far future would count permanently: HQ can set it aside.
    withdraw_disposition(hq, "l1", "The clock was wrong")
    assert hq.read(items.item, first).disposition == "ON_HAND"


def test_a_device_neither_repeats_the_id_of_another_store_nor_sets_aside(simulator: Simulator) -> None:
    hq = simulator.world.hq
    visit_id = simulator.visit_ids["FLD-0042"]
    item_id = first_item(hq)
    done = state_disposition(hq, lost(item_id))
    at = "2026-11-21T09:00:00.000000Z"
    (refused,) = simulator.deliver(
        simulator.lie("FLD-0042", [stated(done.statement_id, item_id, at, "ON_HAND", visit_id=visit_id)])
    )
    assert refused.code == "disposition.repeated"
    (denied,) = simulator.deliver(
        simulator.lie(
            "FLD-0042",
            [f.DispositionRejected(observed_at=at, statement_id=done.statement_id, item_id=item_id, reason="x")],
        )
    )
    assert denied.code == "fact.not_allowed"
    assert hq.read(items.item, item_id).disposition == "LOST"


def test_only_its_own_device_withdraws_in_the_field(simulator: Simulator) -> None:
    hq, device = simulator.world.hq, simulator.world.device
    visit_id = simulator.visit_ids["FLD-0042"]
    item_id = first_item(device)
    done = state_disposition(device, lost(item_id), visit_id=visit_id)
    withdraw_disposition(device, done.statement_id, "Wrong item")
    assert device.read(items.item, item_id).disposition == "ON_HAND"
    simulator.deliver(simulator.seal("FLD-0042"))
    assert hq.read(items.item, item_id).disposition == "ON_HAND"
    assert "loss-reported" not in open_findings(hq)
