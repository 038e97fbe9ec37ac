"""Printed papers, and how each item was identified: on record, in an item's history, at HQ and in reports."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import delete

from db.queries import checks, visits
from db.queries.activity import ActivityFilter, activity_by_id, activity_entry, activity_ids
from db.queries.exchange import journal_heads
from db.queries.items import history
from db.queries.reading import Reading, mark_read
from db.tables import items
from eum_app.domain.errors import Refusal, Trouble
from eum_app.domain.facts import LabelsPrinted, MarkRead, WorklistPrinted, decode_fact
from eum_app.domain.people import Role
from eum_app.scanning.labels import data_matrix, iuid_message, png
from eum_app.usecases.exchange.receive import import_bundles
from eum_app.usecases.exchange.seal_bundle import seal_results
from eum_app.usecases.reporting.label_sheet import print_labels
from eum_app.usecases.reporting.make_report import make_report
from eum_app.usecases.reporting.visit_record import VISIT_RECORD
from eum_app.usecases.reporting.worklist import print_worklist, worklist_pages
from eum_app.usecases.session import Session
from eum_app.usecases.visits.record_check import record_check
from eum_app.usecases.visits.transcribe import PaperRow, transcribe_page
from eum_app.wording.reading import how_read
from tests.builders import World, make_world, yes_to_all


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = make_world(tmp_path / "w", count=4)
    yield made
    made.close()


@pytest.fixture
def visit_id(world: World) -> str:
    planned = world.plan()
    world.hand_over()
    return planned.visit_id


def stated(session: Session, kind: str) -> list[object]:
    ids = session.read(activity_ids, ActivityFilter(kind=kind))
    entries = [session.read(activity_entry, one).entry for one in ids]
    return [decode_fact(one.kind, one.kind_version, one.payload) for one in entries]


def test_labels_and_worklists_are_in_the_log_and_in_the_history_of_their_items(
    world: World, visit_id: str, tmp_path: Path
) -> None:
    device = world.device
    page = device.read(worklist_pages, visit_id)[0]
    first, second = (row.item_id for row in page.rows[:2])
    print_worklist(device, visit_id, tmp_path / "list.pdf")
    printed = print_labels(device, [first, second], tmp_path / "labels.pdf", sheet_id="a4-24", copies=2, kind="shelf")
    assert {"items", "journal"} <= printed.areas
    (labels,) = stated(device, "LabelsPrinted")
    assert isinstance(labels, LabelsPrinted)
    assert (labels.items, labels.copies, labels.labels, labels.file_name) == ((first, second), 2, 4, "labels.pdf")
    (worklist,) = stated(device, "WorklistPrinted")
    assert isinstance(worklist, WorklistPrinted)
    assert (worklist.pages, worklist.inspector, worklist.rows) == ((str(page.code),), "INS-017", 4)
    lines = device.read(history, first)
    assert [(line.kind, line.detail, line.actor) for line in lines[:2]] == [
        ("shelf", "2", "INS-017"),
        ("worklist", "1", "INS-017"),
    ]
    rows = device.read(activity_by_id, device.read(activity_ids)[:2])
    assert {(row.subject, row.subject_name, row.outcome) for row in rows.values()} == {
        ("labels", "labels.pdf", "shelf"),
        ("visit", "Depot 7", ""),
    }
    import_bundles(world.hq, [seal_results(device, world.drop).path])
    assert [line.kind for line in world.hq.read(history, first)[:2]] == ["shelf", "worklist"]
    assert device.read(visits.visit, visit_id).to_check == 4


def test_what_could_not_be_written_is_not_on_record(world: World, visit_id: str, tmp_path: Path) -> None:
    device = world.device
    blocked = tmp_path / "file"
    blocked.write_bytes(b"")
    (item_id, *_) = device.read(visits.work_ids, visit_id)
    before = device.read(journal_heads)
    with pytest.raises(Trouble):
        print_worklist(device, visit_id, blocked / "list.pdf")
    with pytest.raises(Trouble):
        print_labels(device, [item_id], blocked / "labels.pdf", sheet_id="a4-24")
    assert device.read(journal_heads) == before
    with pytest.raises(Refusal, match=r"file\.name_not_text"):  # the fact could not hold it
        print_worklist(device, visit_id, tmp_path / os.fsdecode(b"list-\xff.pdf"))
    device.role = Role.AUDITOR
    with pytest.raises(Refusal, match=r"permission\.denied"):
        print_worklist(device, visit_id, tmp_path / "list.pdf")


def test_how_each_item_was_identified_is_kept_shown_and_reported(world: World, visit_id: str, tmp_path: Path) -> None:
    device = world.device
    page = device.read(worklist_pages, visit_id)[0]
    camera, typed, paper, listed = (row.item_id for row in page.rows)
    raw = iuid_message("1HLD9", "NVG-31A", page.rows[0].serial)
    reads = {
        camera: MarkRead(read_by="camera", raw=raw, symbology="Data Matrix", preparation="plain", quality=0.875),
        typed: MarkRead(
            read_by="typed", raw=b"786951", serial="786951", entered_twice=True, no_read_reason="illegible"
        ),
        listed: MarkRead(read_by="list"),
    }
    crop = png(data_matrix(raw, 2))
    for item_id, read in reads.items():
        record_check(
            device,
            visit_id=visit_id,
            item_id=item_id,
            outcome="verified" if item_id != listed else "discrepancy",
            reason="" if item_id != listed else "damaged",
            mark=read,
            answers=yes_to_all(),
            crop=crop if item_id == camera else b"",
        )
    rows = [PaperRow(paper, "not_found", "said_lost")]
    transcribe_page(device, visit_id, 1, rows, saw="INS-021", seen_at=device.observed_now())
    import_bundles(world.hq, [seal_results(device, world.drop).path])

    said = {
        camera: "read by camera, Data Matrix, as it stood, 88 % of the error correction to spare",
        typed: "typed twice: mark illegible",
        paper: "seen by INS-021, typed by INS-017 from page 1",
        listed: "picked from the list, no mark read",
    }
    for item_id, words in said.items():
        line = world.hq.read(history, item_id)[0]
        assert line.reading is not None
        assert how_read(line.reading) == words
    check = next(row for row in world.hq.read(checks.recent_checks, visit_id) if row.item_id == camera)
    assert world.hq.read(mark_read, check.check_id).raw == raw
    (kept,) = [row for row in world.hq.read(checks.evidence_of, check_id=check.check_id) if row.role == "mark"]
    assert world.hq.content(kept.ref) == crop

    make_report(world.hq, VISIT_RECORD, tmp_path / "record.csv", {"visit_id": visit_id})
    with (tmp_path / "record.csv").open(encoding="utf-8-sig", newline="") as file:
        found = {row["Serial Number"]: row for row in csv.DictReader(file)}
    assert {row["How Read"] for row in found.values()} == set(said.values())
    of_paper = found[page.rows[2].serial]
    assert (of_paper["Seen By"], of_paper["Typed By"]) == ("INS-021", "INS-017")
    assert found["786951"]["Why Not Read"] == "illegible"
    evidence = (tmp_path / "record.evidence.csv").read_text("utf-8-sig")
    assert f"{page.rows[0].serial},mark" in evidence


def test_numbers_that_a_device_lies_about_do_no_harm(world: World, visit_id: str) -> None:
    (item_id, *_) = world.device.read(visits.work_ids, visit_id)
    record_check(
        world.device,
        visit_id=visit_id,
        item_id=item_id,
        outcome="not_found",
        reason="other",
        mark=MarkRead(read_by="paper", quality=1e300, page=2**70),
    )
    (check,) = world.device.read(checks.recent_checks, visit_id)
    assert check.reading == Reading(read_by="paper", quality=100, page=999_999)


def test_a_worklist_is_printed_although_damage_took_an_item_from_the_book(
    world: World, visit_id: str, tmp_path: Path
) -> None:
    device = world.device
    lost, *_ = device.read(visits.work_ids, visit_id)
    with device.store.writing(device.author) as transaction:
        transaction.connection.execute(delete(items).where(items.c.item_id == lost))
    print_worklist(device, visit_id, tmp_path / "list.pdf")
    (worklist,) = stated(device, "WorklistPrinted")
    assert isinstance(worklist, WorklistPrinted)
    assert worklist.rows == 4
