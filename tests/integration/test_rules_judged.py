"""Rules on real stores: received facts raise findings, lapses and comes back; clocks count what is overdue."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from db.chains import entries_after
from db.queries import checklists, findings, visits
from eum_app.domain.checklists import Answer
from eum_app.domain.compliance.rules import question_of
from eum_app.domain.errors import Refusal
from eum_app.domain.facts import FindingLapsed, InventoryImported, MarkRead, VisitClosedOut, decode_fact
from eum_app.domain.ids import FindingId
from eum_app.list_files.inventory_file import read_inventory
from eum_app.scanning.labels import data_matrix, png
from eum_app.usecases.exchange.receive import import_bundles
from eum_app.usecases.exchange.seal_bundle import seal_results
from eum_app.usecases.lists.import_inventory import MAX_NAMED_REJECTED, import_inventory
from eum_app.usecases.reporting.inventory_status import INVENTORY_STATUS
from eum_app.usecases.reporting.make_report import preview_report
from eum_app.usecases.review.findings import judge, record_judgement, review_finding
from eum_app.usecases.visits.record_check import assess_site, attach_photo, record_check
from tests.builders import HEADINGS, World, make_world, typed, yes_to_all
from tests.clocks import clock_counts, item_standings

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


def test_a_discrepancy_without_a_photo_lapses_when_the_photo_comes(world: World) -> None:
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
    assert open_rules(world) == ["discrepancy-without-photo"]
    attach_photo(world.device, visit_id, check.check_id, PHOTO)
    send(world)
    assert open_rules(world) == []


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
            mark=MarkRead(read_by="list"),
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
        mark=MarkRead(read_by="list"),
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
