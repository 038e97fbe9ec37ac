"""Figures of reports and pages: sighted means seen, and only a finished visit is called reconciled."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from db.queries import overview, visits
from db.queries.reports import InventoryFilter, status_counts
from eum_app.domain.checklists import Answer
from eum_app.domain.compliance.balance import Gap, Verdict
from eum_app.domain.facts import CheckRecorded, MarkRead, OutcomeCount, VisitClosedOut
from eum_app.domain.visits import REASONS, Outcome
from eum_app.scanning.labels import data_matrix, png
from eum_app.usecases.exchange.receive import import_bundles
from eum_app.usecases.exchange.seal_bundle import seal_results
from eum_app.usecases.reporting.inventory_status import INVENTORY_STATUS
from eum_app.usecases.reporting.make_report import make_report, preview_report
from eum_app.usecases.reporting.visit_record import VISIT_RECORD
from eum_app.usecases.visits.balance import visit_balance
from eum_app.usecases.visits.close_out import Signed
from eum_app.usecases.visits.record_check import assess_site, record_check
from eum_app.wording.balance_words import balance_sentence
from tests.builders import World, close_as_is, close_as_shown, make_world, typed, yes_to_all
from tests.flows.test_main_job import answer_site_checklist
from tests.integration.test_reports import listed

DRAWN = png(data_matrix(b"786950"))
SIGNED = (Signed("inspector", DRAWN, "INS-017"), Signed("host", DRAWN, "Host"))


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = make_world(tmp_path / "world", count=5)
    yield made
    made.close()


def check(world: World, visit_id: str, item_id: str, outcome: str) -> None:
    record_check(
        world.device,
        visit_id=visit_id,
        item_id=item_id,
        outcome=outcome,
        reason=REASONS[Outcome(outcome)][0] if outcome != "verified" else "",
        mark=typed("1") if outcome in {"verified", "not_on_list"} else MarkRead(read_by="list"),
        answers=yes_to_all() if outcome == "verified" else (),
    )


def standing(world: World, visit_id: str, path: Path) -> tuple[str, bool, str]:
    """The verdict, the flag and the sentence of a visit record made at the device's HQ."""
    made = make_report(world.hq, VISIT_RECORD, path, {"visit_id": visit_id})
    sidecar = json.loads(made.sidecar_path.read_text("utf-8"))
    cover = json.loads(made.path.read_text("utf-8"))["cover"]
    assert sidecar["verdict"] == cover["verdict"]
    return sidecar["verdict"], sidecar["reconciled"], cover["reconciliation"]


def send(world: World) -> None:
    import_bundles(world.hq, [seal_results(world.device, world.drop).path])


def test_only_items_that_were_there_count_as_sighted(world: World) -> None:
    visit_id = world.visit()
    outcomes = ("verified", "discrepancy", "not_found", "no_access")
    for item_id, outcome in zip(world.device.read(visits.work_ids, visit_id), outcomes, strict=False):
        check(world, visit_id, item_id, outcome)
    check(world, visit_id, "", "not_on_list")
    send(world)
    expected = {"A": 2, "none": 1, "not_sighted": 2}
    assert world.hq.read(status_counts, InventoryFilter(), "2026-11-21", "delivered").grades == expected
    rows = preview_report(world.hq, INVENTORY_STATUS).rows
    assert sum(row["last_grade"] == "A" for row in rows) == expected["A"]
    record = preview_report(world.hq, VISIT_RECORD, {"visit_id": visit_id})
    assert record.document.counts.grades == {"A": 3, "none": 1, "not_sighted": 2}
    assert sum(row["grade"] == "A" for row in record.rows) == 3


def test_a_visit_is_reconciled_only_when_it_is_closed_complete_and_signed(world: World, tmp_path: Path) -> None:
    visit_id = world.visit()
    verdict, flag, said = standing(world, visit_id, tmp_path / "1.json")
    assert (verdict, flag) == ("incomplete", False)
    assert said.startswith("INCOMPLETE: items still to check: 5; questions about the site still open: ")
    assert said.endswith("; the visit is not closed out.")
    for item_id in world.device.read(visits.work_ids, visit_id):
        check(world, visit_id, item_id, "verified")
    answer_site_checklist(world.device, visit_id)
    send(world)
    assert standing(world, visit_id, tmp_path / "2.json")[2] == "INCOMPLETE: the visit is not closed out."
    close_as_shown(world.device, visit_id, SIGNED)
    send(world)
    assert standing(world, visit_id, tmp_path / "3.json") == (
        "reconciled",
        True,
        "Reconciled: the outcomes add up to the number of expected items, 5; the visit is closed out and signed.",
    )


def test_a_fact_after_the_signing_takes_the_verdict_back(world: World) -> None:
    visit_id = world.visit()
    for item_id in world.device.read(visits.work_ids, visit_id):
        check(world, visit_id, item_id, "verified")
    answer_site_checklist(world.device, visit_id)
    close_as_shown(world.device, visit_id, SIGNED)
    assert world.device.read(visit_balance, visit_id).verdict is Verdict.RECONCILED
    with world.device.writing() as transaction:
        transaction.record(late_check(world, visit_id))
    balance = world.device.read(visit_balance, visit_id)
    assert (balance.verdict, balance.gaps) == (Verdict.INCOMPLETE, {Gap.VOID: 1})


def late_check(world: World, visit_id: str) -> CheckRecorded:
    """A check after the close-out, which only an older program could record."""
    return CheckRecorded(
        observed_at=world.device.observed_now(),
        check_id="late",
        visit_id=visit_id,
        item_id="",
        outcome="not_on_list",
        reason="other",
        mark=typed("9"),
        checklist=None,
        answers=(),
        all_as_expected=False,
        grade="A",
        note=None,
        photos=(),
    )


def test_counts_that_differ_from_the_signed_ones_are_unreconciled(world: World) -> None:
    visit_id = world.visit()
    for item_id in world.device.read(visits.work_ids, visit_id):
        check(world, visit_id, item_id, "verified")
    answer_site_checklist(world.device, visit_id)
    close_as_shown(world.device, visit_id, SIGNED)
    closed = world.device.read(visits.closing, visit_id)
    assert closed is not None
    with world.device.writing() as transaction:
        transaction.record(
            VisitClosedOut(
                observed_at=world.device.observed_now(),
                visit_id=visit_id,
                counts=(OutcomeCount(outcome="verified", count=4), OutcomeCount(outcome="not_found", count=1)),
                signatures=closed.signatures,
                head_seq=closed.head_seq,
                head_hash=closed.head_hash,
            )
        )
    balance = world.device.read(visit_balance, visit_id)
    assert balance.verdict is Verdict.UNRECONCILED
    assert balance_sentence(balance) == (
        "UNRECONCILED: Verified: 4 were signed for, 5 are recorded; Not found: 1 were signed for, 0 are recorded."
    )


def test_a_closing_without_signatures_is_incomplete(world: World) -> None:
    visit_id = world.visit()
    for item_id in world.device.read(visits.work_ids, visit_id):
        check(world, visit_id, item_id, "verified")
    answer_site_checklist(world.device, visit_id)
    close_as_is(world.device, visit_id)
    balance = world.device.read(visit_balance, visit_id)
    assert (balance.verdict, balance.gaps) == (Verdict.INCOMPLETE, {Gap.SIGNATURES: 1})


def test_the_record_and_the_page_count_an_unexpected_item_alike(world: World) -> None:
    visit_id = world.visit()
    check(world, visit_id, "", "not_on_list")
    assess_site(world.device, visit_id, [Answer("fence", "yes")])
    send(world)
    row = world.hq.read(visits.visit, visit_id)
    outcomes = preview_report(world.hq, VISIT_RECORD, {"visit_id": visit_id}).document.counts.outcomes
    assert outcomes == {"not_on_list": row.not_on_list, "to_check": row.to_check} == {"not_on_list": 1, "to_check": 5}


def test_a_data_error_stays_on_the_clock(world: World) -> None:
    with world.hq.writing() as transaction:
        for number, disposition in enumerate(("DATA_ERROR", "ON_HAND", "DESTROYED")):
            transaction.record(listed(world, number, disposition))
    day = world.hq.now().date()
    counts = world.hq.read(status_counts, InventoryFilter(), day.isoformat(), "delivered").clocks
    assert (counts["no_date"], counts["not_subject"]) == (2, 1)
    with world.hq.reading() as connection:
        book = overview.book_figures(connection, day)
    assert (book.monitored.no_date, book.monitored.total) == (2, 7)
