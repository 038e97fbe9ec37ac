"""Rules on real stores: received facts raise findings, lapses and comes back; clocks count what is overdue."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from db.chains import entries_after
from db.queries import checklists, checks, findings, visits
from eum_app.domain.checklists import Answer
from eum_app.domain.compliance.rules import question_of
from eum_app.domain.errors import Refusal
from eum_app.domain.facts import (
    AccountLinked,
    CheckRecorded,
    FindingLapsed,
    InventoryImported,
    MarkRead,
    VisitClosedOut,
    decode_fact,
)
from eum_app.domain.ids import FindingId
from eum_app.list_files.inventory_file import read_inventory
from eum_app.scanning.labels import data_matrix, png
from eum_app.usecases.exchange.receive import import_bundles
from eum_app.usecases.exchange.seal_bundle import seal_results
from eum_app.usecases.lists.import_inventory import import_inventory
from eum_app.usecases.lists.rejected import MAX_NAMED_REJECTED
from eum_app.usecases.reporting.inventory_status import INVENTORY_STATUS
from eum_app.usecases.reporting.make_report import make_report, preview_report
from eum_app.usecases.reporting.visit_record import VISIT_RECORD
from eum_app.usecases.review.findings import judge, record_judgement, review_finding
from eum_app.usecases.visits.close_out import Signed, reopen_visit
from eum_app.usecases.visits.record_check import (
    assess_site,
    attach_photo,
    record_check,
    record_no_access,
    withdraw_checks,
)
from tests.builders import (
    HEADINGS,
    ITEM_CHECKLIST,
    World,
    close_as_shown,
    make_world,
    seen_by_others,
    typed,
    yes_to_all,
)
from tests.clocks import clock_counts, item_standings
from tests.flows.test_main_job import answer_site_checklist

PHOTO = png(data_matrix(b"786950"))


@pytest.fixture
def world(tmp_path: Path, hq_backend: Callable[[], str | None]) -> Iterator[World]:
    made = make_world(tmp_path / "world", count=3, database_url=hq_backend())
    made.plan()
    made.hand_over()
    yield made
    made.close()


def visit_of(world: World) -> str:
    return world.device.read(visits.all_visits)[0].visit_id


def send(world: World) -> None:
    """The device's new facts go to HQ, which judges them."""
    outcomes = import_bundles(world.hq, [seal_results(world.device, world.drop).path]).outcomes
    assert [outcome.outcome for outcome in outcomes] == ["accepted"], outcomes


def open_rules(world: World) -> list[str]:
    ids = world.hq.read(findings.finding_ids)
    rows = world.hq.read(findings.findings_by_id, ids)
    return sorted(rows[one].rule_id for one in ids)


def causes(world: World) -> list[tuple[str, ...]]:
    """Return the causes of each open finding."""
    rows = world.hq.read(findings.findings_by_id, world.hq.read(findings.finding_ids))
    return [row.causes for row in rows.values()]


def test_a_discrepancy_is_one_finding_with_all_its_causes_and_a_photo_removes_one(world: World) -> None:
    visit_id = visit_of(world)
    item_id = world.device.read(visits.work_ids, visit_id)[0]
    check = record_check(
        world.device,
        visit_id=visit_id,
        item_id=item_id,
        outcome="discrepancy",
        reason="damaged",
        mark=typed("786950"),
    )
    send(world)
    assert open_rules(world) == ["item-discrepancy"]
    assert causes(world) == [("item-discrepancy", "discrepancy-without-photo")]
    attach_photo(world.device, visit_id, check.check_id, PHOTO)
    send(world)
    assert causes(world) == [("item-discrepancy",)], "once a discrepancy with a photo raised nothing"
    every = world.hq.read(findings.findings_by_id, world.hq.read(findings.finding_ids, only_open=False))
    assert sorted(bool(row.lapsed_at) for row in every.values()) == [False, True]
    withdraw_checks(world.device, [check.check_id])
    send(world)
    assert open_rules(world) == []


def test_what_an_earlier_version_recorded_as_verified_over_a_no_is_found(world: World) -> None:
    visit_id = visit_of(world)
    first, second, third = world.device.read(visits.work_ids, visit_id)
    answers = (Answer("serial_plate", "no", "plate differs"), *yes_to_all()[1:])
    with world.device.writing() as transaction:
        transaction.record(
            CheckRecorded(
                observed_at=world.device.observed_now(),
                check_id="earlier",
                visit_id=visit_id,
                item_id=first,
                outcome="verified",
                reason="",
                mark=typed("786950"),
                checklist=ITEM_CHECKLIST,
                answers=answers,
                all_as_expected=False,
                grade="A",
                note=None,
                photos=(),
            )
        )
    for item_id, grade in ((second, "C"), (third, "A")):
        record_check(
            world.device,
            visit_id=visit_id,
            item_id=item_id,
            outcome="verified",
            mark=typed("1") if grade == "A" else seen_by_others(),
            answers=yes_to_all(),
            grade=grade,
        )
    send(world)
    assert sorted(causes(world)) == [("evidence-below-grade",), ("item-unexpected-answer",)]


def test_a_room_that_cannot_be_entered_is_one_finding_that_lists_its_items(world: World) -> None:
    visit_id = visit_of(world)
    ids = world.device.read(visits.work_ids, visit_id)
    made = record_no_access(world.device, visit_id, ids, reason="access_refused", note="Officer away")
    send(world)
    (finding_id,) = world.hq.read(findings.finding_ids)
    row = world.hq.read(findings.finding, finding_id)
    assert (row.rule_id, row.item_id) == ("item-no-access", "")
    assert row.check_ids == tuple(sorted(one.check_id for one in made.checks))
    record_check(
        world.device, visit_id=visit_id, item_id=ids[0], outcome="verified", mark=typed("1"), answers=yes_to_all()
    )
    send(world)
    (finding_id,) = world.hq.read(findings.finding_ids)
    assert len(world.hq.read(findings.finding, finding_id).check_ids) == 2, "the one that was seen since is not listed"


def test_a_no_at_the_site_is_one_finding_until_it_is_a_yes_and_another_when_it_comes_back(world: World) -> None:
    visit_id = visit_of(world)
    seen: list[FindingId] = []
    for value, comment, rules in (
        ("no", "Hole by the gate", ["site-deficiency"]),
        ("no", "Hole by the gate, 2 m", ["site-deficiency"]),
        ("yes", "", []),
        ("no", "Open again", ["site-deficiency"]),
        ("not_observed", "Dark", ["site-not-observed"]),
    ):
        assess_site(world.device, visit_id, [Answer("fence", value, comment)])
        send(world)
        assert open_rules(world) == rules
        seen += [one for one in world.hq.read(findings.finding_ids) if one not in seen]
    assert len(seen) == 3
    rows = world.hq.read(findings.findings_by_id, seen)
    _, checklist = world.hq.read(checklists.visit_checklists, visit_id)
    assert [question_of(rows[one].rule_id, visit_id, one, checklist) for one in seen] == ["fence"] * 3


def test_who_answered_the_site_checklist_does_not_decide_on_it(world: World) -> None:
    assess_site(world.device, visit_of(world), [Answer("fence", "no", "Hole")])
    send(world)
    (finding_id,) = world.hq.read(findings.finding_ids)
    world.hq.account = "INS-017"  # the same person, now at a desk at HQ
    with pytest.raises(Refusal, match=r"review\.own_check"):
        review_finding(world.hq, finding_id, decision="resolve", comment="Fine")
    world.hq.account = "REV-004"
    review_finding(world.hq, finding_id, decision="resolve", comment="Repaired by 1 Dec")
    send_again = Answer("fence", "no", "Still")
    assess_site(world.device, visit_of(world), [send_again])
    send(world)
    assert open_rules(world) == []


def test_a_visit_closed_without_its_site_checklist_is_found_out(world: World) -> None:
    """Our own close-out refuses it; a device with other software may not."""
    visit_id = visit_of(world)
    with world.device.writing() as transaction:
        transaction.record(
            VisitClosedOut(
                observed_at=world.device.observed_now(),
                visit_id=visit_id,
                counts=(),
                signatures=(),
                head_seq=1,
                head_hash=b"",
            )
        )
    send(world)
    assert open_rules(world) == ["site-checklist-missing"]


def test_reopening_needs_a_reason_voids_the_signatures_and_is_an_amendment_at_hq(world: World) -> None:
    visit_id, device = visit_of(world), world.device
    with pytest.raises(Refusal, match=r"visit\.not_closed"):
        reopen_visit(device, visit_id, "too early")
    record_no_access(device, visit_id, device.read(visits.work_ids, visit_id), reason="unsafe")
    answer_site_checklist(device, visit_id)
    signed = [Signed("inspector", PHOTO, "INS-017"), Signed("host", declined_reason="Not authorized to sign")]
    close_as_shown(device, visit_id, signed)
    send(world)
    assert world.hq.read(visits.visit, visit_id).closed_at
    with pytest.raises(Refusal, match=r"visit\.reopen_reason"):
        reopen_visit(device, visit_id, "  ")
    with pytest.raises(Refusal, match=r"visit\.closed"):
        withdraw_checks(device, [device.read(checks.recent_checks, visit_id)[0].check_id])
    reopen_visit(device, visit_id, "The host opened the vault after all")
    send(world)
    row = world.hq.read(visits.visit, visit_id)
    assert (row.closed_at, row.signatures_void, row.reopened_by) == ("", True, "INS-017")
    assert row.reopened_reason == "The host opened the vault after all"
    close_as_shown(device, visit_id, signed)
    send(world)
    row = world.hq.read(visits.visit, visit_id)
    assert row.closed_at
    assert row.reopened_reason, "it stays an amendment after it was signed again"
    document = make_report(world.hq, VISIT_RECORD, world.folder / "visit.json", {"visit_id": visit_id})
    assert "The host opened the vault after all" in document.path.read_text(encoding="utf-8")


def test_only_a_sighting_moves_the_clock(world: World) -> None:
    hq, device, visit_id = world.hq, world.device, visit_of(world)
    today = date(2026, 12, 12)  # the book's last inventory was 2025-12-11
    assert hq.read(clock_counts, today) == {"annual_late": 3}
    seen, partner, absent = device.read(visits.work_ids, visit_id)
    for item_id, outcome, reason, grade in (
        (seen, "verified", "", "B"),
        (partner, "verified", "", "C"),
        (absent, "not_found", "said_lost", "A"),
    ):
        record_check(
            device,
            visit_id=visit_id,
            item_id=item_id,
            outcome=outcome,
            reason=reason,
            mark=seen_by_others(),
            answers=yes_to_all() if outcome == "verified" else (),
            grade=grade,
        )
    send(world)
    assert hq.read(clock_counts, today) == {"annual_late": 2, "in_time": 1}
    standings = hq.read(item_standings, today)
    assert (standings[seen].state, standings[seen].due_on) == ("in_time", date(2027, 11, 21))
    assert (standings[partner].state, standings[partner].days_over) == ("annual_late", 1)
    assert hq.read(clock_counts, date(2026, 12, 11), "arrival") == {"due_soon": 2, "in_time": 1}


def checked(world: World, item_id: str, outcome: str = "verified", reason: str = "") -> None:
    record_check(
        world.device,
        visit_id=visit_of(world),
        item_id=item_id,
        outcome=outcome,
        reason=reason,
        mark=typed("x") if outcome == "verified" else MarkRead(read_by="list"),
        answers=yes_to_all() if outcome == "verified" else (),
        grade="A",
    )


def test_the_checker_cannot_decide_under_any_spelling(world: World) -> None:
    item_id = world.device.read(visits.work_ids, visit_of(world))[0]
    world.device.account = "INS-018"
    checked(world, item_id)
    assess_site(world.device, visit_of(world), [Answer("fence", "yes")])
    world.device.account = "INS-017"
    checked(world, item_id, "not_found", "said_lost")
    assess_site(world.device, visit_of(world), [Answer("fence", "no", "Hole")])
    send(world)
    of_item, of_site = world.hq.read(findings.finding_ids)
    # INS-018 has an account at HQ too, and an administrator there linked the two. INS-017 is the planned inspector.
    link = AccountLinked(
        observed_at=world.hq.observed_now(), account="INS-018", device=world.device.name, device_account="INS-018"
    )
    with world.hq.writing() as transaction:
        transaction.record(link)
    for finding_id in (of_item, of_site):
        for account in ("INS-017", "ins-017", "INS-０17", "INS-018", "Ins-018"):
            world.hq.account = account
            with pytest.raises(Refusal, match=r"review\.own_check"):
                review_finding(world.hq, finding_id, decision="resolve", comment="Fine")
        world.hq.account = "REV-004"
        review_finding(world.hq, finding_id, decision="resolve", comment="Agreed")


def test_a_site_finding_comes_back_however_often(world: World) -> None:
    visit_id = visit_of(world)
    assess_site(world.device, visit_id, [Answer("fence", "no", "Hole")])
    send(world)
    with world.hq.writing() as transaction:
        for _ in range(101):
            (open_id,) = findings.finding_ids(transaction.connection)
            observed_at = world.hq.observed_now()
            transaction.record(FindingLapsed(observed_at=observed_at, finding_id=open_id, reason="answered_since"))
            judged = judge(transaction.connection, [visit_id], observed_at)
            assert record_judgement(transaction, judged) == (1, 0)
    assert open_rules(world) == ["site-deficiency"]


@pytest.mark.parametrize("year", [2031, 9999])
def test_a_check_that_says_it_was_made_in_the_future_moves_no_clock_and_outranks_none(world: World, year: int) -> None:
    hq, device = world.hq, world.device
    today = date(2026, 12, 12)
    ahead, both, _ = device.read(visits.work_ids, visit_of(world))
    checked(world, both, "discrepancy", "damaged")
    device.store.now = lambda: datetime(year, 12, 31, 23, 59, tzinfo=UTC)
    checked(world, ahead)
    checked(world, both)
    device.store.now = world.clock
    send(world)
    standings = hq.read(item_standings, today)
    assert (standings[ahead].state, standings[both].state) == ("annual_late", "in_time")
    shown = preview_report(hq, INVENTORY_STATUS)
    assert shown.document.counts.outcomes == {"discrepancy": 1, "never_checked": 2}
    assert sorted(row["last_sighting"] for row in shown.rows) == ["", "", "2026-11-21"]


def test_a_list_of_rubbish_is_counted_whole_and_named_in_part(world: World, tmp_path: Path) -> None:
    path = tmp_path / "rubbish.csv"
    rows = [f"XX,,,,,,,{number},,EEUM,,,,,,PERHAPS" for number in range(80_000)]
    path.write_text("\r\n".join([HEADINGS, *rows]) + "\r\n", encoding="utf-8")
    result = import_inventory(world.hq, read_inventory(path))
    assert (result.accepted, result.rejected) == (0, 80_000)
    with world.hq.store.reading() as connection:
        *_, fact = (
            decode_fact(entry.kind, entry.kind_version, entry.payload)
            for entry in entries_after(connection, "HQ-01", 1, 0, 2**40)
            if entry.kind == "InventoryImported"
        )
    assert isinstance(fact, InventoryImported)
    assert (fact.rejected_count, len(fact.rejected), fact.rejected[0].line) == (80_000, MAX_NAMED_REJECTED, 2)
