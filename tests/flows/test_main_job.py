"""The main job, end to end, on real stores: inventory → tasking → checks → bundle → findings → decision → report."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from db.queries import checklists, checks, exchange, findings, visits
from eum_app.crypto.suites import Suite
from eum_app.domain.checklists import Answer
from eum_app.domain.errors import Refusal
from eum_app.domain.facts import MarkRead
from eum_app.scanning.labels import data_matrix, iuid_message, png
from eum_app.usecases.exchange.receive import import_bundles
from eum_app.usecases.exchange.seal_bundle import seal_results
from eum_app.usecases.reporting.inventory_status import INVENTORY_STATUS
from eum_app.usecases.reporting.make_report import make_report
from eum_app.usecases.review.findings import review_finding
from eum_app.usecases.session import Session
from eum_app.usecases.store.open_store import check_store
from eum_app.usecases.visits.close_out import Signed, close_out_state
from eum_app.usecases.visits.match_mark import match_mark
from eum_app.usecases.visits.record_check import assess_site, attach_photo, record_check, withdraw_checks
from tests.builders import close_as_shown, make_world, typed, withdraw_as_before, yes_to_all

PHOTO = png(data_matrix(iuid_message("1HLD9", "NVG-31A", "786953")))


def answer_site_checklist(device: Session, visit_id: str) -> None:
    _, checklist = device.read(checklists.visit_checklists, visit_id)
    while True:
        state = close_out_state(device, visit_id)
        targets = [point.target for point in state.open_points if point.kind == "question"]
        if not targets:
            return
        kinds = {question.question_id: question for question in checklist.questions}
        values = {"yes_no": "yes", "number": "3", "date": "2026-11-01", "text": "seen"}
        assess_site(
            device,
            visit_id,
            [Answer(target, values.get(kinds[target].kind) or kinds[target].choices[0], "Shown") for target in targets],
        )


@pytest.mark.parametrize("suite", list(Suite))
def test_the_whole_job(tmp_path: Path, suite: Suite, hq_backend: Callable[[], str | None]) -> None:
    world = make_world(tmp_path / "world", suite=suite, database_url=hq_backend())
    planned = world.plan()
    assert planned.expected == 6
    world.hand_over()
    device, hq = world.device, world.hq
    (card,) = device.read(visits.all_visits)
    assert (card.site, card.expected, card.to_check, card.due_on) == ("Depot 7", 6, 6, "2026-12-11")
    ids = device.read(visits.work_ids, planned.visit_id)

    # A scan, and the item that it means.
    match = match_mark(
        device, planned.visit_id, iuid_message("1HLD9", "NVG-31A", "786950"), read_by="camera", symbology="Data Matrix"
    )
    assert match.kind == "expected"
    assert match.item is not None
    assert match.item.item_id == ids[0]
    with pytest.raises(Refusal, match=r"check\.questions_open"):
        record_check(device, visit_id=planned.visit_id, item_id=ids[0], outcome="verified", mark=match.read)
    for item_id in ids[:3]:
        record_check(
            device,
            visit_id=planned.visit_id,
            item_id=item_id,
            outcome="verified",
            mark=match.read,
            answers=yes_to_all(),
        )
    assert match_mark(device, planned.visit_id, match.read.raw, read_by="camera").kind == "already_checked"

    # Undo, and again.
    newest = device.read(checks.recent_checks, planned.visit_id)[0]
    withdraw_checks(device, [newest.check_id])
    assert device.read(visits.visit, planned.visit_id).verified == 2
    with pytest.raises(Refusal, match=r"check\.withdrawn"):
        withdraw_checks(device, [newest.check_id])
    record_check(
        device,
        visit_id=planned.visit_id,
        item_id=ids[2],
        outcome="verified",
        mark=typed("786952"),
        answers=yes_to_all(),
    )

    record_check(
        device,
        visit_id=planned.visit_id,
        item_id=ids[3],
        outcome="discrepancy",
        reason="damaged",
        mark=typed("786953"),
        note="Housing cracked",
        photos=[PHOTO],
    )
    record_check(
        device,
        visit_id=planned.visit_id,
        item_id=ids[4],
        outcome="not_found",
        reason="sent_for_repair",
        mark=MarkRead(read_by="list"),
    )
    unknown = match_mark(device, planned.visit_id, b"790112", read_by="typed")
    assert unknown.kind == "unknown"
    record_check(
        device,
        visit_id=planned.visit_id,
        item_id="",
        outcome="not_on_list",
        reason="not_in_inventory",
        mark=unknown.read,
        photos=[PHOTO],
    )

    # It cannot close while something is open, and says what.
    inspector, host = Signed("inspector", PHOTO, "INS-017"), Signed("host", declined_reason="Not authorized to sign")
    with pytest.raises(Refusal, match=r"visit\.open"):
        close_as_shown(device, planned.visit_id, [inspector, host])
    assert [
        point.target for point in close_out_state(device, planned.visit_id).open_points if point.kind == "item"
    ] == [ids[5]]
    record_check(
        device,
        visit_id=planned.visit_id,
        item_id=ids[5],
        outcome="no_access",
        reason="access_refused",
        mark=MarkRead(read_by="list"),
    )
    answer_site_checklist(device, planned.visit_id)
    for incomplete in ([inspector], [Signed("inspector"), host], [inspector, Signed("host", PHOTO)]):
        with pytest.raises(Refusal, match=r"^signature\."):
            close_as_shown(device, planned.visit_id, incomplete)
    closed = close_as_shown(device, planned.visit_id, [inspector, host])
    assert device.read(visits.visit, planned.visit_id).closed_at

    # Sealed, carried, taken in; once more changes nothing.
    sealed = seal_results(device, world.drop)
    assert sealed.path.exists()
    assert sealed.objects == 6
    # Eight checks, one withdrawal, the site's answers in one or more facts, the closing and its signature.
    assert device.read(exchange.outstanding, "FLD-0042", 1).facts >= 12
    imported = import_bundles(hq, [sealed.path], world.drop / "receipts")
    (outcome,) = imported.outcomes
    assert (outcome.outcome, outcome.new_findings) == ("accepted", 4), outcome
    again = import_bundles(hq, [sealed.path], world.drop / "receipts").outcomes[0]
    assert (again.outcome, again.new_entries) == ("already_held", 0)
    hq_card = hq.read(visits.visit, planned.visit_id)
    assert (hq_card.verified, hq_card.discrepancy, hq_card.not_found, hq_card.no_access, hq_card.not_on_list) == (
        3,
        1,
        1,
        1,
        1,
    )
    assert hq_card.closed_at

    # The photo is the same at HQ.
    discrepancy = next(row for row in hq.read(checks.counting_checks, planned.visit_id) if row.outcome == "discrepancy")
    photo = next(row for row in hq.read(checks.evidence_of, check_id=discrepancy.check_id) if row.role == "photo")
    assert hq.content(photo.ref) == PHOTO

    # Judged by another person, with a comment.
    ids_of_findings = hq.read(findings.finding_ids)
    rows = hq.read(findings.findings_by_id, ids_of_findings)
    assert ids_of_findings[0] in {one for one, row in rows.items() if row.rule_id == "item-not-found"}
    assert sorted(row.rule_id for row in rows.values()) == [
        "item-discrepancy",
        "item-no-access",
        "item-not-found",
        "item-not-on-list",
    ]
    with pytest.raises(Refusal, match=r"review\.comment"):
        review_finding(hq, ids_of_findings[0], decision="resolve", comment=" ")
    review_finding(hq, ids_of_findings[0], decision="recheck", comment="Ask for the repair papers")
    assert hq.read(findings.finding_ids) == ids_of_findings[1:]
    with pytest.raises(Refusal, match=r"finding\.decided"):
        review_finding(hq, ids_of_findings[0], decision="resolve", comment="Again")

    # The receipt comes home.
    assert outcome.receipt_path is not None
    assert device.read(exchange.outstanding, "FLD-0042", 1).facts > 0
    assert import_bundles(device, [outcome.receipt_path]).outcomes[0].outcome == "accepted"
    assert device.read(exchange.outstanding, "FLD-0042", 1).facts == 0
    assert device.read(exchange.all_bundles, "FLD-0042", "out")[0].is_received

    # The report proves itself.
    report = make_report(hq, INVENTORY_STATUS, tmp_path / "status.csv")
    with report.path.open(newline="", encoding="utf-8-sig") as file:
        lines = list(csv.DictReader(file))
    assert report.rows == len(lines) == 6
    assert [line["Last Outcome"] for line in lines] == [
        "verified",
        "verified",
        "verified",
        "discrepancy",
        "not_found",
        "no_access",
    ]
    sidecar = json.loads(report.sidecar_path.read_text())
    assert (sidecar["rows"], sidecar["sha384"], sidecar["marking"]) == (6, report.sha384, "CUI")
    heads = {(head["origin"], head["epoch"]): head for head in sidecar["heads"]}
    assert heads["FLD-0042", 1]["seq"] == sealed.last_seq
    assert closed.head.seq < sealed.last_seq

    for session in (hq, device):
        assert check_store(session)[1] == []
    world.close()


def test_a_closed_visit_is_read_only(tmp_path: Path) -> None:
    world = make_world(tmp_path / "world", count=1)
    planned = world.plan()
    world.hand_over()
    device, visit_id = world.device, planned.visit_id
    (item_id,) = device.read(visits.work_ids, visit_id)
    check = record_check(
        device, visit_id=visit_id, item_id=item_id, outcome="verified", mark=typed("1"), answers=yes_to_all()
    )
    answer_site_checklist(device, visit_id)
    signed = [Signed("inspector", PHOTO, "INS-017"), Signed("host", PHOTO, "Custodian, Depot 7")]
    close_as_shown(device, visit_id, signed)
    head, card = close_out_state(device, visit_id).head, device.read(visits.visit, visit_id)
    acts: list[Callable[[], object]] = [
        partial(close_as_shown, device, visit_id, signed),
        partial(withdraw_checks, device, [check.check_id]),
        partial(attach_photo, device, visit_id, check.check_id, PHOTO),
        partial(assess_site, device, visit_id, [Answer("fence", "no", "Hole by the gate")]),
        partial(
            record_check,
            device,
            visit_id=visit_id,
            item_id=item_id,
            outcome="discrepancy",
            reason="damaged",
            mark=typed("1"),
            note="Cracked",
        ),
    ]
    for act in acts:
        with pytest.raises(Refusal, match=r"visit\.closed"):
            act()
    assert close_out_state(device, visit_id).head == head
    assert device.read(visits.visit, visit_id) == card
    world.close()


def test_a_fact_after_signing_voids_the_signatures(tmp_path: Path) -> None:
    """An earlier version took acts on a closed visit: its journal is still read as it was."""
    world = make_world(tmp_path / "world", count=1)
    planned = world.plan()
    world.hand_over()
    device = world.device
    (item_id,) = device.read(visits.work_ids, planned.visit_id)
    check = record_check(
        device, visit_id=planned.visit_id, item_id=item_id, outcome="verified", mark=typed("1"), answers=yes_to_all()
    )
    answer_site_checklist(device, planned.visit_id)
    signed = [Signed("inspector", PHOTO, "INS-017"), Signed("host", PHOTO, "Custodian, Depot 7")]
    close_as_shown(device, planned.visit_id, signed)
    withdraw_as_before(device, planned.visit_id, check.check_id)
    card = device.read(visits.visit, planned.visit_id)
    assert (card.closed_at, card.signatures_void, card.to_check) == ("", True, 1)
    record_check(
        device, visit_id=planned.visit_id, item_id=item_id, outcome="discrepancy", reason="damaged", mark=typed("1")
    )
    close_as_shown(device, planned.visit_id, signed)
    assert device.read(visits.visit, planned.visit_id).closed_at
    world.close()


def test_own_checks_cannot_be_reviewed(tmp_path: Path, hq_backend: Callable[[], str | None]) -> None:
    world = make_world(tmp_path / "world", count=1, database_url=hq_backend())
    planned = world.plan()
    world.hand_over()
    device = world.device
    (item_id,) = device.read(visits.work_ids, planned.visit_id)
    record_check(
        device,
        visit_id=planned.visit_id,
        item_id=item_id,
        outcome="not_found",
        reason="other",
        mark=MarkRead(read_by="list"),
    )
    import_bundles(world.hq, [seal_results(device, world.drop).path])
    (finding_id,) = world.hq.read(findings.finding_ids)
    world.hq.account = "INS-017"  # the same person, now at a desk at HQ
    with pytest.raises(Refusal, match=r"review\.own_check"):
        review_finding(world.hq, finding_id, decision="resolve", comment="Fine")
    world.close()


def test_a_finding_lapses_when_the_check_is_withdrawn(tmp_path: Path, hq_backend: Callable[[], str | None]) -> None:
    world = make_world(tmp_path / "world", count=1, database_url=hq_backend())
    planned = world.plan()
    world.hand_over()
    device = world.device
    (item_id,) = device.read(visits.work_ids, planned.visit_id)
    check = record_check(
        device,
        visit_id=planned.visit_id,
        item_id=item_id,
        outcome="not_found",
        reason="other",
        mark=MarkRead(read_by="list"),
    )
    import_bundles(world.hq, [seal_results(device, world.drop).path])
    assert len(world.hq.read(findings.finding_ids)) == 1
    withdraw_checks(device, [check.check_id])
    import_bundles(world.hq, [seal_results(device, world.drop).path])
    assert world.hq.read(findings.finding_ids) == []
    world.close()
