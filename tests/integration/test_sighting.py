"""No item under enhanced monitoring is verified as sighted from the list alone, whichever way its check comes in."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from db.queries import checks, visits
from db.queries.findings import finding_ids, findings_by_id
from eum_app.domain.checklists import Answer
from eum_app.domain.errors import Refusal
from eum_app.domain.facts import CheckRecorded, MarkRead
from eum_app.domain.ids import CheckId
from eum_app.domain.visit_kinds import sighting_policy_of
from eum_app.usecases.exchange.receive import import_bundles
from eum_app.usecases.exchange.seal_bundle import seal_results
from eum_app.usecases.reporting.make_report import make_report
from eum_app.usecases.reporting.visit_record import VISIT_RECORD
from eum_app.usecases.reporting.worklist import find_page
from eum_app.usecases.visits.match_mark import match_entered
from eum_app.usecases.visits.record_again import record_again
from eum_app.usecases.visits.record_check import NewCheck, assess_site, record_check, record_checks, withdraw_checks
from eum_app.usecases.visits.transcribe import PaperRow, transcribe_page
from eum_app.usecases.visits.transcribe_file import transcribe_file
from eum_app.wording.reading import how_read
from tests.builders import World, make_world, typed, yes_to_all

LISTED = MarkRead(read_by="list")
VIDEO = MarkRead(read_by="list", saw="INS-022", saw_for="Embassy", saw_how="video call")
FORBIDDEN, ALLOWED = Answer("scanner_allowed", "no", "local orders"), Answer("scanner_allowed", "yes")


class Visit:
    """A device with a visit of many items under enhanced monitoring, and what a person does there."""

    def __init__(self, world: World) -> None:
        self.world, self.device = world, world.device
        self.id = world.plan().visit_id
        world.hand_over()
        rows = self.device.read(visits.work_rows, self.id, self.device.read(visits.work_ids, self.id))
        self.serials = {row.item_id: row.serial for row in rows.values()}
        policy = sighting_policy_of("annual_inventory")
        self.sampled = next(one for one in self.serials if policy.is_entered_twice(self.id, one))
        self.others = [one for one in self.serials if not policy.is_entered_twice(self.id, one)]

    def verify(self, item_id: str, mark: MarkRead, grade: str = "A") -> CheckId:
        return record_check(
            self.device,
            visit_id=self.id,
            item_id=item_id,
            outcome="verified",
            mark=mark,
            answers=yes_to_all(),
            grade=grade,
        ).check_id

    def enter(self, item_id: str, again: str = "", why: str = "scanner_not_allowed") -> MarkRead:
        return match_entered(self.device, self.id, self.serials[item_id], again, why).read

    def answer(self, answer: Answer) -> None:
        assess_site(self.device, self.id, [answer])

    def counted(self) -> int:
        return len(self.device.read(checks.recent_checks, self.id, 1_000))


@pytest.fixture
def visit(tmp_path: Path) -> Iterator[Visit]:
    world = make_world(tmp_path / "w", count=120)  # so many that some are among the one in ten
    yield Visit(world)
    world.close()


def refused(act: Callable[[], object]) -> str:
    with pytest.raises(Refusal) as caught:
        act()
    return caught.value.code


def test_three_clicks_in_the_list_verify_nothing(visit: Visit) -> None:
    first, second, *_ = visit.others
    assert refused(lambda: visit.verify(first, LISTED)) == "sighting.mark_unread"
    pair = [
        NewCheck(one, "verified", mark, answers=yes_to_all()) for one, mark in ((first, typed("x")), (second, LISTED))
    ]
    assert refused(lambda: record_checks(visit.device, visit.id, pair, is_group=True)) == "sighting.mark_unread"
    assert visit.counted() == 0, "all or none"
    visit.verify(first, typed(visit.serials[first]))


def test_a_serial_that_was_entered_by_hand_twice_is_enough(visit: Visit) -> None:
    first, second, *_ = visit.others
    serial = visit.serials[first]
    once = MarkRead(read_by="typed", raw=serial.encode(), no_read_reason="illegible")
    assert refused(lambda: visit.enter(first, why="illegible")) == "entry.again"
    assert refused(lambda: visit.enter(first, f"{serial[:-1]}O", "illegible")) == "entry.differs"
    assert refused(lambda: visit.enter(first, serial, "")) == "entry.reason"
    assert refused(lambda: visit.verify(first, once)) == "sighting.enter_again"
    mark = visit.enter(first, serial, "illegible")
    assert (mark.entered_twice, mark.no_read_reason, mark.typed_by) == (True, "illegible", "INS-017")
    assert refused(lambda: visit.verify(second, mark)) == "sighting.other_serial"
    visit.verify(first, mark)


def test_below_sighted_the_record_names_who_saw_the_item(visit: Visit, tmp_path: Path) -> None:
    first, second, *_ = visit.others
    nameless = MarkRead(read_by="list", saw="INS-022", saw_for="Embassy")
    assert refused(lambda: visit.verify(first, nameless, "B")) == "sighting.no_witness"
    assert refused(lambda: visit.verify(first, VIDEO)) == "sighting.mark_unread", "grade A rests on a mark"
    long = MarkRead(read_by="list", saw="x" * 200, saw_for="Embassy", saw_how="video call")
    assert refused(lambda: visit.verify(first, long, "B")) == "sighting.witness_words"
    visit.verify(first, VIDEO, "B")
    visit.verify(second, typed("x"))
    world = visit.world
    import_bundles(world.hq, [seal_results(visit.device, world.drop).path])
    row = next(one for one in world.hq.read(checks.recent_checks, visit.id) if one.item_id == first)
    words = "picked from the list, no mark read, seen by INS-022 for Embassy: video call"
    assert (row.grade, how_read(row.reading)) == ("B", words)
    found = world.hq.read(findings_by_id, world.hq.read(finding_ids))
    assert [(one.item_id, one.causes) for one in found.values()] == [(first, ("evidence-below-grade",))]
    make_report(world.hq, VISIT_RECORD, tmp_path / "record.csv", {"visit_id": visit.id})
    with (tmp_path / "record.csv").open(encoding="utf-8-sig", newline="") as file:
        line = next(one for one in csv.DictReader(file) if one["Serial Number"] == visit.serials[first])
    assert [line[name] for name in ("Evidence Grade", "Seen By", "Seen For", "Seen How", "How Read")] == [
        "B", "INS-022", "Embassy", "video call", words,
    ]  # fmt: skip


def test_where_scanners_are_not_allowed_a_serial_is_entered_once(visit: Visit) -> None:
    first = visit.others[0]
    assert refused(lambda: visit.enter(first)) == "entry.again", "the site has not been asked about"
    visit.answer(FORBIDDEN)
    mark = visit.enter(first)
    assert not mark.entered_twice
    visit.verify(first, mark)
    assert refused(lambda: visit.enter(visit.sampled)) == "entry.again"
    assert refused(lambda: visit.verify(visit.sampled, mark)) == "sighting.other_serial"
    visit.verify(visit.sampled, visit.enter(visit.sampled, visit.serials[visit.sampled]))
    unlisted = match_entered
    assert refused(lambda: unlisted(visit.device, visit.id, "999999", "", "scanner_not_allowed")) == "entry.again"


def test_the_answer_that_one_entry_rests_on_stays_while_such_checks_count(visit: Visit) -> None:
    first = visit.others[0]
    visit.answer(FORBIDDEN)
    made = visit.verify(first, visit.enter(first))
    assert refused(lambda: visit.answer(ALLOWED)) == "site.scanner_relied_on"
    visit.answer(Answer("lighting", "yes"))
    visit.answer(Answer("scanner_allowed", "no", "orders of 3 May"))
    withdraw_checks(visit.device, [made])
    visit.answer(ALLOWED)
    assert refused(lambda: record_again(visit.device, [made])) == "sighting.enter_again"
    visit.answer(FORBIDDEN)
    record_again(visit.device, [made])


def test_what_an_earlier_version_verified_from_the_list_is_not_recorded_again(visit: Visit) -> None:
    first = visit.others[0]
    with visit.device.writing() as transaction:
        transaction.record(
            CheckRecorded(
                observed_at=visit.device.observed_now(), check_id="old", visit_id=visit.id, item_id=first,
                outcome="verified", reason="", mark=LISTED, checklist=None, answers=(), all_as_expected=False,
                grade="A", note=None, photos=(),
            )
        )  # fmt: skip
    withdraw_checks(visit.device, [CheckId("old")])
    assert refused(lambda: record_again(visit.device, [CheckId("old")])) == "sighting.mark_unread"


def transcribed(visit: Visit, *rows: PaperRow) -> int:
    done = transcribe_page(visit.device, visit.id, 1, rows, saw="INS-021", seen_at=visit.device.observed_now())
    return len(done.check_ids)


def test_a_line_of_the_paper_worklist_is_one_entry_by_hand(visit: Visit) -> None:
    page = visit.device.read(find_page, visit.id, 1)
    first, second, third, fourth, *_ = ((row.item_id, row.serial) for row in page.rows)
    tick = PaperRow(first[0], "verified")
    assert refused(lambda: transcribed(visit, tick)) == "sighting.mark_unread"
    line = PaperRow(first[0], "verified", serial=first[1])
    assert refused(lambda: transcribed(visit, line)) == "sighting.enter_again"
    assert refused(lambda: transcribed(visit, line, line)) == "transcribe.already", "two equal lines are one"
    differs = PaperRow(first[0], "verified", serial=first[1], serial_again=f"{first[1]}0")
    assert refused(lambda: transcribed(visit, differs)) == "entry.differs"
    assert visit.counted() == 0
    twice = PaperRow(first[0], "verified", serial=first[1], serial_again=first[1].lower())
    assert transcribed(visit, twice, PaperRow(second[0], "not_found", "said_lost")) == 2
    stated = PaperRow(third[0], "verified", grade="D", saw_for="Depot 7", saw_how="his letter")
    assert refused(lambda: transcribed(visit, PaperRow(fourth[0], "verified", grade="D"))) == "sighting.no_witness"
    assert transcribed(visit, stated) == 1
    row = next(one for one in visit.device.read(checks.recent_checks, visit.id) if one.item_id == third[0])
    assert how_read(row.reading) == "seen by INS-021 for Depot 7, typed by INS-017 from page 1: his letter"
    visit.answer(FORBIDDEN)
    enough = PaperRow(fourth[0], "verified", serial=fourth[1])
    if fourth[0] in visit.others:
        assert transcribed(visit, enough) == 1
    else:
        assert refused(lambda: transcribed(visit, enough)) == "sighting.enter_again"


def test_a_filled_worklist_from_a_file_goes_through_the_same_rule(visit: Visit, tmp_path: Path) -> None:
    page = visit.device.read(find_page, visit.id, 1)
    when, path = visit.device.observed_now(), tmp_path / "filled.csv"
    serial = [row.serial for row in page.rows]
    head = "page,saw,seen_at,row,outcome,read,read_again,grade,saw_for,saw_how\n"

    def filled(*lines: str) -> list[tuple[int, str]]:
        path.write_text(head + "".join(f"1,INS-021,{when},{line}\n" for line in lines), encoding="utf-8")
        done = transcribe_file(visit.device, visit.id, path)
        return [(one.line, one.refusal.code) for one in done.refused]

    assert filled(
        "1,verified,,,,,",
        f"2,verified,{serial[1]},,,,",
        f"3,verified,{serial[2]},{serial[3]},,,",
        "4,verified,,,C,,",
        "5,verified,,,Z,Depot 7,list of 3 May",
        f"6,verified,{serial[5]},{serial[5]},,,",
    ) == [
        (2, "sighting.mark_unread"),
        (3, "sighting.enter_again"),
        (4, "entry.differs"),
        (5, "sighting.no_witness"),
        (6, "check.not_of_kind"),
    ]
    assert visit.counted() == 0
    right = (f"1,verified,{serial[0]},{serial[0]},,,", "2,verified,,,c,Depot 7,scan file of 3 May")
    assert filled(*right) == []
    assert {one.grade for one in visit.device.read(checks.recent_checks, visit.id)} == {"A", "C"}
