"""The statement that the host signs: what it says, that it is what was shown, and that HQ holds it word for word."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from db.drafts import keep_draft
from db.queries import checks, visits
from db.queries.host_statement import HostStatement, StatedItem
from db.queries.reading import NO_READING
from eum_app.domain.checklists import Answer
from eum_app.domain.errors import Refusal
from eum_app.domain.facts import Difference, MarkRead
from eum_app.usecases.exchange.receive import import_bundles
from eum_app.usecases.exchange.seal_bundle import seal_results
from eum_app.usecases.session import Session
from eum_app.usecases.store.open_store import open_store
from eum_app.usecases.visits.close_out import Signed, close_out, close_out_state, reopen_visit
from eum_app.usecases.visits.drafts import GROUP, Begun, Evidence, Place, Stated, keep_work
from eum_app.usecases.visits.record_check import assess_site, attach_photo, record_check, withdraw_checks
from eum_app.wording.host_statement import EXCEPTIONS, said_statement
from tests.builders import PASSPHRASE, World, close_as_shown, make_world, seen_by_others, yes_to_all
from tests.flows.test_main_job import answer_site_checklist
from tests.integration.test_rules_judged import PHOTO

SIGNED = [Signed("inspector", PHOTO, "INS-017"), Signed("host", PHOTO, "Depot officer")]
OF_OTHERS = (
    "786952: Not sighted, grade D: Partner statement "
    "(picked from the list, no mark read, seen by INS-022 for Embassy: video call)"
)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = make_world(tmp_path / "world", count=6)
    yield made
    made.close()


def check(world: World, visit_id: str, item_id: str, outcome: str = "verified", **about: object) -> str:
    answers = yes_to_all() if outcome == "verified" else ()
    given = {"answers": answers, "mark": MarkRead(read_by="wedge", serial="x"), **about}
    return record_check(world.device, visit_id=visit_id, item_id=item_id, outcome=outcome, **given).check_id  # type: ignore[arg-type]


def finished(world: World) -> str:
    """Return a visit with one item of each outcome, ready to sign."""
    visit_id = world.visit()
    first, second, third, fourth, fifth, sixth = world.device.read(visits.work_ids, visit_id)
    check(world, visit_id, first)
    by_hand = MarkRead(read_by="typed", serial="786951", entered_twice=True, no_read_reason="illegible")
    check(world, visit_id, second, mark=by_hand)
    check(world, visit_id, third, grade="D", mark=seen_by_others())
    unexpected = (Answer("serial_plate", "no", "worn\n786999: Verified\u202e"), *yes_to_all()[1:])
    check(
        world,
        visit_id,
        fourth,
        "discrepancy",
        reason="seal_differs",
        differences=(Difference(reason="seal_differs", on_record="A 004417", found="B 011903"),),
        answers=unexpected,
        photos=[PHOTO],
    )
    check(world, visit_id, fifth, "not_found", reason="sent_for_repair")
    check(world, visit_id, sixth, "no_access", reason="access_refused")
    check(
        world,
        visit_id,
        "",
        "not_on_list",
        reason="not_in_inventory",
        mark=MarkRead(read_by="typed", raw=b"79 01 12", serial="79 01 12"),
    )
    assess_site(world.device, visit_id, [Answer("fence", "no", "Hole by the gate")])
    answer_site_checklist(world.device, visit_id)
    return visit_id


def text_of(session: Session, visit_id: str) -> str:
    return close_out_state(session, visit_id).shown.text


def visit_row(site: str) -> visits.VisitRow:
    """Return a visit of six items, all unchecked."""
    return visits.VisitRow(
        visit_id="v",
        program="golden_sentry",
        purpose="annual_inventory",
        site_id="s",
        site=site,
        country="XX",
        due_on="2026-12-11",
        device="FLD-0042",
        inspector="INS-017",
        planned_at="",
        planned_by="",
        expected=6,
        to_check=6,
        verified=0,
        discrepancy=0,
        not_found=0,
        no_access=0,
        not_on_list=0,
        closed_at="",
        signatures_void=False,
    )


def test_the_statement_names_each_count_with_its_serials_and_each_exception(world: World) -> None:
    visit_id = finished(world)
    state = close_out_state(world.device, visit_id)
    said = said_statement(state.statement)
    assert {one.key: one.lines for one in said.counts} == {
        "verified": ("786950", "786951"),
        "by_others": ("786952",),
        "discrepancy": ("786953",),
        "not_found": ("786954",),
        "no_access": ("786955",),
        "to_check": (),
        "not_on_list": ("79 01 12",),
        "by_hand": ("786951: typed twice: mark illegible", "79 01 12: typed"),
        "from_list": ("786952",),
        "below": (OF_OTHERS,),
    }
    assert said.exceptions.lines == (
        OF_OTHERS,
        "786953: Discrepancy. Seal differs: A 004417 on record, B 011903 found. "
        "Not as expected: Serial plate matches: No (worn 786999: Verified\\u202e)",
        "786954: Not found. Said to be in repair",
        "786955: No access. Access refused",
        "79 01 12: Not on the list. Not in the inventory",
        "Site: Perimeter fence in good condition: No (Hole by the gate)",
    )
    lines = text_of(world.device, visit_id).splitlines()
    assert lines[:4] == [
        "Statement for the host",
        "Annual inventory, Golden Sentry",
        "Place: Depot 7, XX",
        "Inspector: INS-017, device FLD-0042",
    ]
    assert "Items on the list: 6. Checked: 6. Photos taken: 1." in lines
    assert "Verified, sighted: 2" in lines
    for count in (*said.counts, said.exceptions):
        assert set(count.lines) <= set(lines), count.key
    assert (said.exceptions.key, said.exceptions.number) == (EXCEPTIONS, 6)


def test_the_text_that_was_shown_is_kept_and_hq_reads_it_word_for_word(world: World) -> None:
    visit_id = finished(world)
    shown = close_out_state(world.device, visit_id).shown
    close_out(world.device, visit_id, SIGNED, shown)
    import_bundles(world.hq, [seal_results(world.device, world.drop).path])
    for session in (world.device, world.hq):
        closed = session.read(visits.closing, visit_id)
        assert closed is not None
        assert closed.statement is not None
        assert session.content(closed.statement).decode() == shown.text
        roles = [row.role for row in session.read(checks.evidence_of, visit_id=visit_id)]
        assert roles.count("statement") == 1


def test_nothing_is_signed_if_anything_was_recorded_after_the_statement_was_shown(world: World) -> None:
    visit_id = finished(world)
    device = world.device
    first, *_, last = device.read(visits.work_ids, visit_id)
    newest = device.read(checks.recent_checks, visit_id)[0]
    later = (
        lambda: attach_photo(device, visit_id, newest.check_id, PHOTO),
        lambda: check(world, visit_id, last, "not_found", reason="said_lost"),
        lambda: check(world, visit_id, first),  # word for word the same statement
        lambda: assess_site(device, visit_id, [Answer("fence", "yes")]),
        lambda: withdraw_checks(device, [newest.check_id]),
    )
    for act in later:
        shown = close_out_state(device, visit_id).shown
        act()
        with pytest.raises(Refusal, match=r"statement\.changed"):
            close_out(device, visit_id, SIGNED, shown)
        assert not device.read(visits.visit, visit_id).closed_at
    assert device.read(visits.closing, visit_id) is None
    close_as_shown(device, visit_id, SIGNED)
    assert device.read(visits.visit, visit_id).closed_at


def test_looking_at_records_and_locking_do_not_change_what_is_signed(world: World) -> None:
    visit_id = finished(world)
    device = world.device
    shown = close_out_state(device, visit_id).shown
    device.notes.note_read("visit", visit_id)
    device.close()
    again = open_store(device.store.folder, "INS-017", PASSPHRASE, now=world.clock)
    again.notes.note_read("item", "another")
    close_out(again, visit_id, SIGNED, shown)
    assert again.read(visits.visit, visit_id).closed_at
    again.close()


def test_each_signing_after_a_reopening_keeps_its_own_statement(world: World) -> None:
    visit_id = finished(world)
    device = world.device
    before = close_out_state(device, visit_id).shown
    close_out(device, visit_id, SIGNED, before)
    reopen_visit(device, visit_id, "A photo was forgotten")
    with pytest.raises(Refusal, match=r"statement\.changed"):
        close_out(device, visit_id, SIGNED, before)
    attach_photo(device, visit_id, device.read(checks.recent_checks, visit_id)[0].check_id, PHOTO)
    after = close_out_state(device, visit_id).shown
    assert after.text != before.text
    close_out(device, visit_id, SIGNED, after)
    import_bundles(world.hq, [seal_results(device, world.drop).path])
    kept = [row for row in world.hq.read(checks.evidence_of, visit_id=visit_id) if row.role == "statement"]
    assert {world.hq.content(row.ref).decode() for row in kept} == {before.text, after.text}
    closed = world.hq.read(visits.closing, visit_id)
    assert closed is not None
    assert closed.statement is not None
    assert world.hq.content(closed.statement).decode() == after.text


def test_closing_out_asks_while_answers_are_not_recorded(world: World) -> None:
    visit_id = finished(world)
    device = world.device
    first, second, third, *_ = device.read(visits.work_ids, visit_id)
    picked = MarkRead(read_by="list")
    begun = Begun(picked, first, answers=yes_to_all()[:1])
    keep_work(device, visit_id, Place(), {first: [begun], second: [Begun(picked, second)]})
    with device.keeping() as connection:
        keep_draft(connection, "INS-018", visit_id, third, {"body": b"of another version"})
    state = close_out_state(device, visit_id)
    assert [(one.account, one.item_id, one.serial) for one in state.unrecorded] == [
        ("INS-018", "", ""),
        ("INS-017", first, "786950"),
    ]
    with pytest.raises(Refusal, match=r"visit\.drafts") as refused:
        close_out(device, visit_id, SIGNED, state.shown)
    assert refused.value.values["count"] == 2
    assert close_out_state(device, visit_id).unrecorded == state.unrecorded
    close_out(device, visit_id, SIGNED, state.shown, without_drafts=True)
    assert close_out_state(device, visit_id).unrecorded == ()


@pytest.mark.parametrize(
    "held",
    [
        {"answers": yes_to_all()[:1]},
        {"note": "plate worn"},
        {"photos": {"one": PHOTO}},
        {"answer_photos": {"plate": PHOTO}},
        {"stated": Stated(outcome="discrepancy")},
        {"evidence": Evidence(grade="B", saw="INS-022")},
    ],
    ids=lambda held: next(iter(held)),
)
def test_every_kind_of_unrecorded_input_is_asked_about(world: World, held: dict[str, Any]) -> None:
    """Evidence alone was once deleted at close-out without a question."""
    visit_id = finished(world)
    first, *_ = world.device.read(visits.work_ids, visit_id)
    keep_work(world.device, visit_id, Place(), {first: [Begun(MarkRead(read_by="list"), first, **held)]})
    state = close_out_state(world.device, visit_id)
    with pytest.raises(Refusal, match=r"visit\.drafts"):
        close_out(world.device, visit_id, SIGNED, state.shown)


def test_a_group_that_waits_counts_each_of_its_items(world: World) -> None:
    visit_id = finished(world)
    first, second, *_ = world.device.read(visits.work_ids, visit_id)
    group = [Begun(MarkRead(read_by="list"), one) for one in ("", first, second)]
    keep_work(world.device, visit_id, Place(), {GROUP: group})
    (one,) = close_out_state(world.device, visit_id).unrecorded
    assert (one.items, one.serial) == (2, "")


def test_no_value_can_forge_a_line_or_turn_the_text() -> None:
    names = ("79\u202e01\n786999: Verified", "\u05d0\u05d1 12", "SN 12  34", "x" * 300)
    stated = HostStatement(
        visit=visit_row(site="Depot\r\n7 " + "y" * 300),
        items=tuple(
            StatedItem(name, "NVG-31A", True, "not_found", "said_lost", (), (), "", False, NO_READING)
            for name in (*names, "SN 12  34")
        ),
        site_unexpected=(),
        photos=0,
        first_at="",
        last_at="",
    )
    said = said_statement(stated)
    assert [one.partition(": ")[0] for one in said.exceptions.lines] == [
        "79\\u202e01 786999",
        "\u05d0\u05d1 12",
        "SN 12  34 / NVG-31A",
        "x" * 300,
        "SN 12  34 / NVG-31A",
    ]
    lines = said.text.split("\n")
    assert len(lines) == len(said.text.splitlines()) + 1, "one line end for all readers"
    assert sum("786999" in line for line in lines) == 2, "behind its count, and among the exceptions"
    assert all(line.isprintable() for line in lines)
