"""Contents that a check needs, and checks that are refused without a trace."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from db.queries import checklists, checks, exchange, visits
from db.tables import checks as checks_table
from eum_app.domain.checklists import Answer
from eum_app.domain.errors import Refusal
from eum_app.domain.facts import CheckRecorded, MarkRead
from eum_app.domain.ids import CheckId
from eum_app.scanning.labels import data_matrix, png
from eum_app.usecases.visits.match_mark import match_mark
from eum_app.usecases.visits.record_again import record_again
from eum_app.usecases.visits.record_check import (
    NewCheck,
    assess_site,
    attach_photo,
    record_check,
    record_checks,
    record_no_access,
    withdraw_checks,
)
from tests.builders import ITEM_CHECKLIST, typed, yes_to_all
from tests.simulator import Simulator

DEVICE = "FLD-0042"
LISTED = MarkRead(read_by="list")


@pytest.fixture
def simulator(tmp_path: Path) -> Iterator[Simulator]:
    made = Simulator.start(tmp_path / "w")
    yield made
    made.world.close()


def bomb(width: int, height: int) -> bytes:
    """A small PNG that says it has width × height pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(100))) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    ("photo", "code"),
    [
        (b"", "photo.kind"),
        (b"GIF89a" + bytes(100), "photo.kind"),
        (b"\xff\xd8\xff\xe0" + bytes(200), "image.unreadable"),
        (b"\x89PNG\r\n\x1a\n" + bytes(50), "image.unreadable"),
        (bomb(20_000, 20_000), "image.too_large"),
        (b"\xff\xd8\xff" + bytes(50_000_000), "photo.too_large"),
    ],
)
def test_a_photo_that_is_none_is_refused_and_nothing_is_recorded(simulator: Simulator, photo: bytes, code: str) -> None:
    device, visit_id = simulator.world.device, simulator.visit_ids[DEVICE]
    (first, *_) = device.read(visits.work_ids, visit_id)
    before = device.read(exchange.journal_heads)
    with pytest.raises(Refusal) as caught:
        record_check(
            device,
            visit_id=visit_id,
            item_id=first,
            outcome="discrepancy",
            reason="damaged",
            mark=LISTED,
            photos=[png(data_matrix(b"x")), photo],
        )
    assert caught.value.code == code
    assert device.read(exchange.journal_heads) == before
    assert not list(device.store.content.folder.rglob("*.*"))


@pytest.mark.parametrize(
    ("outcome", "reason", "code"),
    [
        ("seen", "", "check.outcome"),
        ("not_found", "", "check.reason"),
        ("not_found", "damaged", "check.reason"),
        ("verified", "damaged", "check.reason"),
        ("not_on_list", "other", "check.not_expected"),
    ],
)
def test_outcomes_and_reasons_fit(simulator: Simulator, outcome: str, reason: str, code: str) -> None:
    device, visit_id = simulator.world.device, simulator.visit_ids[DEVICE]
    (first, *_) = device.read(visits.work_ids, visit_id)
    with pytest.raises(Refusal) as caught:
        record_check(
            device, visit_id=visit_id, item_id=first, outcome=outcome, reason=reason, mark=LISTED, answers=yes_to_all()
        )
    assert caught.value.code == code


def test_an_unlisted_item_needs_a_read_mark(simulator: Simulator) -> None:
    device, visit_id = simulator.world.device, simulator.visit_ids[DEVICE]
    with pytest.raises(Refusal, match=r"check\.no_item"):
        record_check(device, visit_id=visit_id, item_id="", outcome="not_on_list", reason="other", mark=LISTED)
    with pytest.raises(Refusal, match=r"check\.not_expected"):
        record_check(device, visit_id=visit_id, item_id="", outcome="not_found", reason="other", mark=typed("7"))
    with pytest.raises(Refusal, match=r"visit\.unknown"):
        record_check(device, visit_id="none", item_id="", outcome="not_on_list", reason="other", mark=typed("7"))


def test_a_no_needs_its_comment_and_keeps_the_item_from_being_verified_without(simulator: Simulator) -> None:
    device, visit_id = simulator.world.device, simulator.visit_ids[DEVICE]
    (first, *_) = device.read(visits.work_ids, visit_id)
    answers = [*yes_to_all()[:-1], Answer(yes_to_all()[-1].question_id, "no")]
    with pytest.raises(Refusal, match=r"check\.questions_open"):
        record_check(device, visit_id=visit_id, item_id=first, outcome="verified", mark=typed("x"), answers=answers)


@pytest.mark.parametrize(
    ("value", "comment"),
    [("no", "plate differs"), ("not_observed", "dark"), ("not_applicable", ""), ("not_applicable", "  ")],
)
@pytest.mark.parametrize("at", range(4))
def test_an_unexpected_answer_is_never_recorded_as_verified(
    simulator: Simulator, value: str, comment: str, at: int
) -> None:
    """By one check or by a group; all of the group is refused."""
    device, visit_id = simulator.world.device, simulator.visit_ids[DEVICE]
    first, second, *_ = device.read(visits.work_ids, visit_id)
    answers = list(yes_to_all())
    answers[at] = Answer(answers[at].question_id, value, comment)
    before = device.read(exchange.journal_heads)
    with pytest.raises(Refusal, match=r"check\.not_as_expected"):
        record_check(device, visit_id=visit_id, item_id=first, outcome="verified", mark=typed("x"), answers=answers)
    group = [NewCheck(first, "verified", typed("x"), answers=yes_to_all()), NewCheck(second, "verified", typed("x"))]
    group[1] = replace(group[1], answers=answers)
    with pytest.raises(Refusal, match=r"check\.not_as_expected"):
        record_checks(device, visit_id, group)
    assert device.read(exchange.journal_heads) == before
    record_check(
        device,
        visit_id=visit_id,
        item_id=first,
        outcome="discrepancy",
        reason="serial_differs",
        mark=LISTED,
        answers=answers,
    )


def test_not_applicable_with_a_comment_meets_what_is_expected(simulator: Simulator) -> None:
    device, visit_id = simulator.world.device, simulator.visit_ids[DEVICE]
    (first, *_) = device.read(visits.work_ids, visit_id)
    answers = [Answer(one.question_id, "not_applicable", "not on this model") for one in yes_to_all()]
    made = record_check(device, visit_id=visit_id, item_id=first, outcome="verified", mark=typed("x"), answers=answers)
    assert made.outcome == "verified"


def test_hq_still_takes_in_what_an_earlier_version_recorded(simulator: Simulator) -> None:
    device, visit_id = simulator.world.device, simulator.visit_ids[DEVICE]
    (first, *_) = device.read(visits.work_ids, visit_id)
    answers = (Answer(yes_to_all()[0].question_id, "no", "plate differs"), *yes_to_all()[1:])
    with device.writing() as transaction:
        transaction.record(
            CheckRecorded(
                observed_at=device.observed_now(),
                check_id="earlier",
                visit_id=visit_id,
                item_id=first,
                outcome="verified",
                reason="",
                mark=LISTED,
                checklist=ITEM_CHECKLIST,
                answers=answers,
                all_as_expected=False,
                grade="A",
                note=None,
                photos=(),
            )
        )
    (outcome,) = simulator.deliver(simulator.seal(DEVICE))
    assert outcome.outcome == "accepted"
    assert simulator.world.hq.read(checks.check, CheckId("earlier")).outcome == "verified"


def test_a_photo_can_follow_its_check(simulator: Simulator) -> None:
    device, visit_id = simulator.world.device, simulator.visit_ids[DEVICE]
    check_id = simulator.check(DEVICE, 0)
    attach_photo(device, visit_id, CheckId(check_id), png(data_matrix(b"x")))
    assert [row.role for row in device.read(checks.evidence_of, check_id=check_id)] == ["photo"]
    with pytest.raises(Refusal, match=r"check\.unknown"):
        attach_photo(device, visit_id, CheckId("none"), png(data_matrix(b"x")))


def test_the_newest_answer_to_a_site_question_counts(simulator: Simulator) -> None:
    device, visit_id = simulator.world.device, simulator.visit_ids[DEVICE]
    _, checklist = device.read(checklists.visit_checklists, visit_id)
    question = next(row.question_id for row in checklist.questions if row.kind == "yes_no")
    assess_site(device, visit_id, [Answer(question, "yes", "shown")])
    assess_site(device, visit_id, [Answer(question, "no", "log missing")])
    assert device.read(checklists.site_answers_of, visit_id) == (Answer(question, "no", "log missing"),)
    with pytest.raises(Refusal, match=r"answer\."):
        assess_site(device, visit_id, [Answer(question, "maybe")])
    with pytest.raises(Refusal, match=r"answer\.question"):
        assess_site(device, visit_id, [Answer("other", "yes")])


def test_only_an_inspector_works_a_visit(simulator: Simulator) -> None:
    visit_id = next(iter(simulator.visit_ids.values()))
    with pytest.raises(Refusal, match=r"permission\.denied"):
        record_check(
            simulator.world.hq, visit_id=visit_id, item_id="", outcome="not_on_list", reason="other", mark=typed("7")
        )


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        (b"786951", "expected"),
        (b"D1HLD9NVG-31A786951", "expected"),
        (b"[)>\x1e06\x1d17V1HLD9\x1d1PNVG-31A\x1dS786951\x1e\x04", "expected"),
        (b"78695I", "near"),
        (b"886951", "near"),
        (b"999999", "unknown"),
        (b"[)>\x1e06\x1d25SD1HLD9000001\x1d25SD1HLD9000002\x1e\x04", "claims"),
    ],
)
def test_what_a_mark_means(simulator: Simulator, raw: bytes, kind: str) -> None:
    match = match_mark(simulator.world.device, simulator.visit_ids[DEVICE], raw, read_by="typed")
    assert match.kind == kind
    assert (match.item is not None) == (kind == "expected")
    if match.item is not None:
        assert match.item.serial == "786951"
    if kind == "near":
        assert "786951" in {row.serial for row in match.candidates}
    simulator.check(DEVICE, 1)
    if kind == "expected":
        again = match_mark(simulator.world.device, simulator.visit_ids[DEVICE], raw, read_by="typed")
        assert again.kind == "already_checked"


def seen(item_id: str, *, crop: bytes = b"", outcome: str = "verified") -> NewCheck:
    mark = MarkRead(read_by="camera", raw=item_id.encode(), symbology="]d1", quality=0.5)
    answers = yes_to_all() if outcome == "verified" else ()
    return NewCheck(item_id, outcome, mark, answers=answers, crop=crop)


def test_a_group_is_recorded_one_check_each_and_taken_back_whole(simulator: Simulator) -> None:
    device, visit_id = simulator.world.device, simulator.visit_ids[DEVICE]
    first, second, third, *_ = device.read(visits.work_ids, visit_id)
    picture = png(data_matrix(b"x"))
    done = record_checks(device, visit_id, [seen(first, crop=picture), seen(second), seen(third)])
    assert [one.seq for one in done.checks] == list(range(done.checks[0].seq, done.checks[0].seq + 3))
    assert device.read(visits.visit, visit_id).verified == 3
    withdraw_checks(device, [one.check_id for one in done.checks])
    assert device.read(visits.visit, visit_id).verified == 0
    with pytest.raises(Refusal, match=r"check\.withdrawn"):
        withdraw_checks(device, [done.checks[0].check_id])


def test_a_group_with_one_fault_records_nothing(simulator: Simulator) -> None:
    device, visit_id = simulator.world.device, simulator.visit_ids[DEVICE]
    first, second, *_ = device.read(visits.work_ids, visit_id)
    before = device.read(exchange.journal_heads)
    for group, code in (
        ([seen(first), seen("nobody")], r"check\.not_expected"),
        ([seen(first), seen(first)], r"item\.repeated"),
        ([seen(first), seen(second, outcome="not_found")], r"check\.reason"),
        ([seen(first), seen(second, crop=b"no picture")], r"photo\.kind"),
    ):
        with pytest.raises(Refusal, match=code):
            record_checks(device, visit_id, group)
        assert device.read(exchange.journal_heads) == before


def test_withdrawn_checks_are_recorded_again_as_one_act_or_not_at_all(simulator: Simulator) -> None:
    device, visit_id = simulator.world.device, simulator.visit_ids[DEVICE]
    item_ids = device.read(visits.work_ids, visit_id)[:2]
    done = record_no_access(device, visit_id, item_ids, reason="custodian_absent", note="Locked")
    check_ids = [one.check_id for one in done.checks]
    withdraw_checks(device, check_ids[:1])
    before = device.read(exchange.journal_heads)
    with pytest.raises(Refusal, match=r"check\.not_withdrawn"):
        record_again(device, check_ids)
    with pytest.raises(Refusal, match=r"check\.unknown"):
        record_again(device, [CheckId("no such check")])
    with pytest.raises(Refusal, match=r"item\.repeated"):
        record_again(device, [check_ids[0]] * 2)
    assert device.read(exchange.journal_heads) == before
    withdraw_checks(device, check_ids[1:])
    again = record_again(device, check_ids)
    rows = {one.check_id: one for one in device.read(checks.recent_checks, visit_id)}
    made = [rows[one.check_id] for one in again.checks]
    assert [(row.item_id, row.outcome, row.reason, row.has_note, row.withdrawn) for row in made] == [
        (item_id, "no_access", "custodian_absent", True, False) for item_id in item_ids
    ]
    acts = device.read(lambda connection: connection.execute(select(checks_table.c.act).distinct()).scalars().all())
    assert len(acts) == 2, "the first act, and the act that repeats it"
    (taken,) = simulator.deliver(simulator.seal(DEVICE))
    assert taken.outcome == "accepted"
