"""Questions that ask for a photo are answered by a picture: kept, sent, judged and reported like any other evidence."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest

from db.queries import checklists, checks, exchange, findings, items, visits
from eum_app.domain import facts as f
from eum_app.domain.checklists import NOT_OBSERVED, PHOTO_TAKEN, Answer, Checklist, Question, names_content
from eum_app.domain.errors import Refusal
from eum_app.domain.journal import Entry
from eum_app.scanning.labels import data_matrix, png
from eum_app.usecases.exchange.receive import import_bundles
from eum_app.usecases.exchange.seal_bundle import seal_results
from eum_app.usecases.reporting.make_report import make_report
from eum_app.usecases.reporting.visit_record import VISIT_RECORD
from eum_app.usecases.visits.plan_visit import plan_visit
from eum_app.usecases.visits.record_check import assess_site, record_check
from tests.builders import World, make_world, typed

LISTED = f.MarkRead(read_by="list")
ITEM = Checklist(
    checklist_id="item-with-photo",
    version="1",
    applies_to="item",
    title="Item",
    source_note="made for a test",
    questions=(
        Question("plate", "Serial plate matches", expected="yes"),
        Question("plate_photo", "Photo of the serial plate", kind="photo"),
    ),
)
SITE = Checklist(
    checklist_id="site-with-photo",
    version="1",
    applies_to="site",
    title="Site",
    source_note="made for a test",
    questions=(
        Question("fence", "Fence whole", expected="yes"),
        Question("fence_photo", "Photo of the fence", kind="photo"),
    ),
)


def picture(text: str) -> bytes:
    return png(data_matrix(text.encode()))


def plan_with_photos(world: World) -> str:
    """A visit whose two checklists ask for a photo each, handed over to the device."""
    hq = world.hq
    with hq.writing() as transaction:
        for one in (ITEM, SITE):
            transaction.record(f.ChecklistPublished(observed_at=hq.observed_now(), checklist=one))
    (site, *_) = hq.read(items.all_sites)
    planned = plan_visit(
        hq,
        site_id=site.site_id,
        due_on="2026-12-11",
        device="FLD-0042",
        inspector="INS-017",
        item_checklist=f.ChecklistPin(checklist_id=ITEM.checklist_id, version="1"),
        site_checklist=f.ChecklistPin(checklist_id=SITE.checklist_id, version="1"),
    )
    world.hand_over()
    return planned.visit_id


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = make_world(tmp_path / "w", count=3)
    yield made
    made.close()


def given(photo: str = PHOTO_TAKEN) -> tuple[Answer, ...]:
    return Answer("plate", "yes"), Answer("plate_photo", photo)


def test_a_picture_answers_travels_and_is_in_the_record(world: World, tmp_path: Path) -> None:
    visit_id, device, hq = plan_with_photos(world), world.device, world.hq
    (first, *_) = device.read(visits.work_ids, visit_id)
    record_check(
        device,
        visit_id=visit_id,
        item_id=first,
        outcome="verified",
        mark=typed("x"),
        answers=given(),
        answer_photos={"plate_photo": picture("plate")},
    )
    assess_site(
        device,
        visit_id,
        [Answer("fence", "yes"), Answer("fence_photo", PHOTO_TAKEN)],
        {"fence_photo": picture("fence")},
    )
    (outcome,) = import_bundles(hq, [seal_results(device, world.drop).path]).outcomes
    assert outcome.outcome == "accepted", outcome

    rows = {row.question_id: row for row in hq.read(checks.evidence_of, visit_id=visit_id) if row.is_photo}
    assert rows.keys() == {"plate_photo", "fence_photo"}
    assert hq.content(rows["plate_photo"].ref) == picture("plate")
    assert hq.content(rows["fence_photo"].ref) == picture("fence")
    answers = {one.question_id: one.value for one in hq.read(checklists.site_answers_of, visit_id)}
    assert answers["fence_photo"] == rows["fence_photo"].object_id, "the answer names the content"
    (check,) = [fact for fact in facts_of(world, f.CheckRecorded) if isinstance(fact, f.CheckRecorded)]
    assert {one.question_id: one.value for one in check.answers}["plate_photo"] == rows["plate_photo"].object_id
    assert check.photos[0].commitment == rows["plate_photo"].commitment

    make_report(hq, VISIT_RECORD, tmp_path / "record.csv", {"visit_id": visit_id})
    site = {row["Question"]: row["Answer"] for row in table(tmp_path / "record.site-checklist.csv")}
    assert site["Photo of the fence"] == "photo"
    listed = {row["Kind"]: row for row in table(tmp_path / "record.evidence.csv")}
    assert any(rows["fence_photo"].commitment in row.values() for row in listed.values())
    photos = {row["Serial Number"]: row["Photos"] for row in table(tmp_path / "record.csv")}
    assert sorted(photos.values()) == ["0", "0", "1"]


def table(path: Path) -> list[dict[str, str]]:
    lines = path.read_text("utf-8-sig").splitlines()
    return list(csv.DictReader(lines))


def facts_of(world: World, kind: type[f.Fact]) -> list[f.Fact | f.UnknownFact]:
    from sqlalchemy import select

    from db.tables import journal

    with world.hq.store.reading() as connection:
        rows = connection.execute(select(journal).where(journal.c.kind == kind.__name__)).all()
    return [f.decode_fact(row.kind, row.kind_version, row.payload) for row in rows]


def test_a_name_is_not_a_picture(world: World) -> None:
    visit_id, device = plan_with_photos(world), world.device
    (first, *_) = device.read(visits.work_ids, visit_id)
    before = device.read(exchange.journal_heads)
    for value in ("IMG_0042.jpg", PHOTO_TAKEN, "a" * 96):
        with pytest.raises(Refusal) as caught:
            record_check(
                device, visit_id=visit_id, item_id=first, outcome="verified", mark=typed("x"), answers=given(value)
            )
        assert (caught.value.code, caught.value.values["question_id"]) == ("answer.photo_missing", "plate_photo")
        with pytest.raises(Refusal) as caught:
            assess_site(device, visit_id, [Answer("fence_photo", value)])
        assert caught.value.code == "answer.photo_missing"
    with pytest.raises(Refusal) as caught:
        assess_site(device, visit_id, [Answer("fence_photo", PHOTO_TAKEN)], {"fence_photo": b"GIF89a"})
    assert caught.value.code == "photo.kind"
    assert device.read(exchange.journal_heads) == before, "nothing is half recorded"


def test_where_there_can_be_no_picture_the_person_says_so(world: World) -> None:
    visit_id, device = plan_with_photos(world), world.device
    answer = Answer("fence_photo", NOT_OBSERVED, "photos are not allowed here")
    assess_site(device, visit_id, [answer])
    assert device.read(checklists.site_answers_of, visit_id) == (answer,)


def test_the_rule_on_discrepancies_sees_the_picture_of_an_answer(world: World) -> None:
    visit_id, device = plan_with_photos(world), world.device
    first, second, _ = device.read(visits.work_ids, visit_id)
    for item_id, pictures in ((first, {"plate_photo": picture("plate")}), (second, {})):
        answers = given() if pictures else (Answer("plate", "no", "differs"),)
        record_check(
            device,
            visit_id=visit_id,
            item_id=item_id,
            outcome="discrepancy",
            reason="damaged",
            mark=LISTED,
            answers=answers,
            answer_photos=pictures,
        )
    import_bundles(world.hq, [seal_results(device, world.drop).path])
    ids = world.hq.read(findings.finding_ids)
    raised = world.hq.read(findings.findings_by_id, ids).values()
    without = [row.item_id for row in raised if "discrepancy-without-photo" in row.causes]
    assert without == [second]


def test_what_was_once_typed_is_still_read(world: World, tmp_path: Path) -> None:
    visit_id, device, hq = plan_with_photos(world), world.device, world.hq
    with device.writing() as transaction:
        entry = transaction.record(
            f.SiteAssessed(
                observed_at=device.observed_now(),
                visit_id=visit_id,
                checklist=f.ChecklistPin(checklist_id=SITE.checklist_id, version="1"),
                answers=(Answer("fence_photo", "IMG_0042.jpg"),),
            )
        )
    assert isinstance(entry, Entry)
    assert not names_content("IMG_0042.jpg")
    (outcome,) = import_bundles(hq, [seal_results(device, world.drop).path]).outcomes
    assert outcome.outcome == "accepted"
    make_report(hq, VISIT_RECORD, tmp_path / "record.csv", {"visit_id": visit_id})
    site = {row["Question"]: row["Answer"] for row in table(tmp_path / "record.site-checklist.csv")}
    assert site["Photo of the fence"] == "no photo, named only: IMG_0042.jpg"
