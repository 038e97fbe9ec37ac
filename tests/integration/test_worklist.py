"""The worklist on paper and its way back: pages found again by their code, and what is refused."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from pypdf import PdfReader

from db.chains import entries_after
from db.queries import exchange, visits
from db.queries.visits import CheckRow
from eum_app.domain.checklists import Answer, open_questions
from eum_app.domain.clock import utc_text
from eum_app.domain.errors import Refusal
from eum_app.domain.facts import CheckRecorded, MarkRead, decode_fact
from eum_app.reports.worklist import ROWS_PER_PAGE
from eum_app.scanning.decoder import decode
from eum_app.scanning.labels import data_matrix, png
from eum_app.usecases.close_out import Signed, close_out
from eum_app.usecases.exchange import import_bundles
from eum_app.usecases.import_inventory import import_inventory
from eum_app.usecases.inventory_file import read_inventory
from eum_app.usecases.match_mark import match_entered
from eum_app.usecases.record_check import assess_site, record_check, withdraw_check
from eum_app.usecases.seal_bundle import seal_results
from eum_app.usecases.session import Session
from eum_app.usecases.transcribe import PaperRow, transcribe_page
from eum_app.usecases.worklist import (
    VOLUME_PAGES,
    WorklistPage,
    find_page,
    print_worklist,
    read_page_code,
    scanned_page,
    worklist_pages,
)
from tests.builders import HEADINGS, World, inventory_csv, make_world, yes_to_all
from tests.rasters import rastered

COUNT = 26
BUNKER = (("SN-1", "Bunker 4 / Bay 1"), ("SN-2", "Bunker 4 / Bay 2"), ("A" * 50, ""))


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = make_world(tmp_path / "w", count=COUNT)
    source = tmp_path / "more.csv"
    rows = [
        f'XX,XX-B-ABC,001,"GOGGLE, (A) #b *c* $d",5855-01-000-0101,NVG-31A,1HLD9,{serial},,EEUM,2025-02-12,2025-02-17,'
        f"Depot 7,{place},2025-12-11,ON HAND"
        for serial, place in BUNKER
    ]
    source.write_text("\r\n".join((HEADINGS, *rows)) + "\r\n", encoding="utf-8")
    import_inventory(made.hq, read_inventory(source))
    yield made
    made.close()


@pytest.fixture
def visit_id(world: World) -> str:
    planned = world.plan()
    world.hand_over()
    return planned.visit_id


def pages_of(session: Session, visit_id: str) -> list[WorklistPage]:
    return session.read(worklist_pages, visit_id)


def seen_at(world: World, minutes_ago: float = 0.0) -> str:
    return utc_text(world.clock.instant - timedelta(minutes=minutes_ago))


def check_of(session: Session, check_id: str) -> tuple[CheckRow, CheckRecorded]:
    row = session.read(visits.check, check_id)
    entry = next(
        iter(session.read(lambda connection: list(entries_after(connection, row.origin, 1, row.seq - 1, row.seq))))
    )
    fact = decode_fact(entry.kind, entry.kind_version, entry.payload)
    assert isinstance(fact, CheckRecorded)
    return row, fact


def test_pages_hold_every_expected_item_once_place_by_place(world: World, visit_id: str) -> None:
    pages = pages_of(world.device, visit_id)
    ids = [row.item_id for page in pages for row in page.rows]
    assert sorted(ids) == sorted(world.device.read(visits.work_ids, visit_id))
    assert [page.number for page in pages] == list(range(1, len(pages) + 1))
    assert {page.pages for page in pages} == {len(pages)}
    assert [page.place for page in pages] == ["", "Bunker 4", "Vault 1", "Vault 1", "Vault 1"]
    assert all(len(page.rows) <= ROWS_PER_PAGE for page in pages)
    assert [page.first for page in pages] == [1, 2, 4, 14, 24]
    assert [page.code for page in pages_of(world.hq, visit_id)] == [page.code for page in pages]


def test_a_page_is_the_same_after_work_was_done(world: World, visit_id: str) -> None:
    before = pages_of(world.device, visit_id)
    item_id = before[0].rows[0].item_id
    record_check(
        world.device,
        visit_id=visit_id,
        item_id=item_id,
        outcome="not_found",
        reason="other",
        mark=MarkRead(read_by="list"),
    )
    assert [page.code for page in pages_of(world.device, visit_id)] == [page.code for page in before]


def test_a_page_is_found_by_its_code(world: World, visit_id: str) -> None:
    page = pages_of(world.device, visit_id)[2]
    assert read_page_code(f" {page.code}\r\n") == page.code
    assert world.device.read(scanned_page, visit_id, str(page.code)) == page
    with pytest.raises(Refusal, match=r"worklist\.page"):
        world.device.read(find_page, visit_id, 99)
    with pytest.raises(Refusal, match=r"worklist\.differs"):
        world.device.read(find_page, visit_id, 2, page.code.digest)
    with pytest.raises(Refusal, match=r"visit\.unknown"):
        world.device.read(scanned_page, visit_id, str(page.code).replace(visit_id, "0" * 32))
    other = world.plan().visit_id
    world.hand_over()
    with pytest.raises(Refusal, match=r"worklist\.other_visit"):
        world.device.read(scanned_page, other, str(page.code))


@pytest.mark.parametrize(
    "text", ["", "EUM-LIST-1/", "786950", "EUM-LIST-1/x/1/0", "EUM-LIST-9/" + "0" * 32 + "/1/" + "0" * 12]
)
def test_what_is_no_page_code_is_refused(text: str) -> None:
    with pytest.raises(Refusal, match=r"worklist\.code"):
        read_page_code(text)


def test_what_is_printed(world: World, visit_id: str, tmp_path: Path) -> None:
    done = pages_of(world.device, visit_id)[2].rows[0]
    record_check(
        world.device,
        visit_id=visit_id,
        item_id=done.item_id,
        outcome="verified",
        mark=MarkRead(read_by="list"),
        answers=yes_to_all(),
    )
    path = tmp_path / "worklist.pdf"
    printed = print_worklist(world.device, visit_id, path)
    pages = pages_of(world.device, visit_id)
    assert (printed.paths, printed.pages, printed.rows) == ((path,), len(pages), COUNT + len(BUNKER))
    sheets = PdfReader(path).pages
    assert len(sheets) == len(pages)  # one list page a sheet, however long the serials
    for page, sheet in zip(pages, sheets, strict=True):
        text = sheet.extract_text()
        squeezed = "".join(text.split()).replace("\u200b", "")
        assert squeezed.startswith("CUI")
        assert text.count("CUI") == 2
        for row in page.rows:
            assert row.serial in squeezed
        read = decode(rastered(path, page.number - 1, 150))
        assert [symbol.raw.decode() for symbol in read] == [str(page.code)]
        assert world.device.read(scanned_page, visit_id, read[0].raw.decode()) == page
    assert "done: Verified" in sheets[2].extract_text()
    assert "(A) #b *c* $d" in sheets[1].extract_text()


def test_some_places_keep_their_page_numbers(world: World, visit_id: str, tmp_path: Path) -> None:
    printed = print_worklist(world.device, visit_id, tmp_path / "bunker.pdf", places=["Bunker 4"])
    assert (printed.pages, printed.rows) == (1, 2)
    read = decode(rastered(tmp_path / "bunker.pdf", 0, 150))
    assert read_page_code(read[0].raw.decode()).number == 2
    with pytest.raises(Refusal, match=r"worklist\.empty"):
        print_worklist(world.device, visit_id, tmp_path / "none.pdf", places=["Vault 9"])
    for name in ("list.txt", "list"):
        with pytest.raises(Refusal, match=r"report\.name"):
            print_worklist(world.device, visit_id, tmp_path / name)
    assert sorted(one.name for one in tmp_path.glob("*.pdf")) == ["bunker.pdf"]


def test_a_long_list_comes_in_volumes(tmp_path: Path) -> None:
    rows = VOLUME_PAGES * ROWS_PER_PAGE + 1
    world = make_world(tmp_path / "w", count=1)
    import_inventory(world.hq, read_inventory(inventory_csv(tmp_path / "long.csv", rows, "Depot 9", 100_000)))
    planned = world.plan(site="Depot 9")
    printed = print_worklist(world.hq, planned.visit_id, tmp_path / "list.pdf")
    assert [path.name for path in printed.paths] == ["list.pdf", "list.volume-02.pdf"]
    assert [len(PdfReader(path).pages) for path in printed.paths] == [VOLUME_PAGES, printed.pages - VOLUME_PAGES]
    assert printed.rows == rows
    world.close()


# ------------------------------------------------------------------------------------------------ transcription


def test_a_page_comes_back_as_checks_seen_then_typed_now(world: World, visit_id: str) -> None:
    device, page = world.device, pages_of(world.device, visit_id)[2]
    when = seen_at(world, 0.001)
    world.clock.instant += timedelta(hours=5)
    done = transcribe_page(
        device,
        visit_id,
        page.number,
        [
            PaperRow(page.rows[0].item_id, "verified", serial=f" {page.rows[0].serial} "),
            PaperRow(page.rows[1].item_id, "verified"),
            PaperRow(page.rows[2].item_id, "discrepancy", "serial_differs", serial="786999", note="plate worn"),
            PaperRow(page.rows[3].item_id, "not_found", "sent_for_repair"),
            PaperRow("", "not_on_list", "not_in_inventory", serial="ZZ-1", serial_again="zz-1"),
        ],
        saw="INS-021",
        seen_at=when,
        digest=page.code.digest,
    )
    first, fact = check_of(device, done.check_ids[0])
    assert (fact.mark.saw, fact.mark.typed_by, fact.mark.seen_at, fact.mark.read_by) == (
        "INS-021",
        "INS-017",
        when,
        "paper",
    )
    assert (fact.observed_at, first.actor, fact.mark.entered_twice) == (when, "INS-017", True)
    assert (fact.all_as_expected, len(fact.answers)) == (True, len(yes_to_all()))
    assert not check_of(device, done.check_ids[1])[1].mark.entered_twice
    outcomes = device.read(visits.work_rows, visit_id, [row.item_id for row in page.rows])
    assert [outcomes[row.item_id].outcome for row in page.rows[:5]] == [
        "verified",
        "verified",
        "discrepancy",
        "not_found",
        "to_check",
    ]
    assert device.read(visits.visit, visit_id).not_on_list == 1
    assert check_of(device, done.check_ids[4])[1].mark.serial == "ZZ-1"


def test_what_was_seen_later_on_the_spot_counts_more_than_paper(world: World, visit_id: str) -> None:
    device, page = world.device, pages_of(world.device, visit_id)[2]
    item_id, when = page.rows[0].item_id, seen_at(world)
    world.clock.instant += timedelta(hours=1)
    record_check(
        device,
        visit_id=visit_id,
        item_id=item_id,
        outcome="discrepancy",
        reason="damaged",
        mark=MarkRead(read_by="list"),
    )
    transcribe_page(device, visit_id, page.number, [PaperRow(item_id, "verified")], saw="INS-021", seen_at=when)
    assert device.read(visits.is_expected, visit_id, item_id) == "discrepancy"


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ({"outcome": "verified", "serial": "786951"}, "transcribe.serial_differs"),
        ({"outcome": "discrepancy", "reason": "serial_differs"}, "transcribe.serial_same"),
        ({"outcome": "discrepancy", "reason": "serial_differs", "serial": "786950"}, "transcribe.serial_same"),
        ({"outcome": "discrepancy"}, "check.reason"),
        ({"outcome": "seen"}, "check.outcome"),
        ({"outcome": "verified", "note": "x" * 5_000}, "note.too_long"),
        ({"item_id": "0" * 32, "outcome": "verified"}, "transcribe.not_on_page"),
        ({"item_id": "", "outcome": "not_on_list", "reason": "other"}, "transcribe.no_serial"),
        (
            {"item_id": "", "outcome": "not_on_list", "reason": "other", "serial": "ZZ-1", "serial_again": "ZZ-2"},
            "entry.differs",
        ),
        (
            {"item_id": "", "outcome": "not_on_list", "reason": "other", "serial": "SN-1", "serial_again": "SN-1"},
            "transcribe.is_listed",
        ),
        ({"item_id": "", "outcome": "not_on_list", "reason": "", "serial": "Z9", "serial_again": "Z9"}, "check.reason"),
    ],
)
def test_a_row_that_does_not_fit_refuses_the_page(world: World, visit_id: str, row: dict[str, str], code: str) -> None:
    device, page = world.device, pages_of(world.device, visit_id)[2]
    before = device.read(exchange.journal_heads)
    rows = [PaperRow(page.rows[1].item_id, "verified"), PaperRow(**({"item_id": page.rows[0].item_id} | row))]
    with pytest.raises(Refusal) as caught:
        transcribe_page(device, visit_id, page.number, rows, saw="INS-021", seen_at=seen_at(world))
    assert caught.value.code == code
    assert device.read(exchange.journal_heads) == before


def test_who_and_when_must_be_said_and_possible(world: World, visit_id: str) -> None:
    device, page = world.device, pages_of(world.device, visit_id)[2]
    rows = [PaperRow(page.rows[0].item_id, "verified")]
    planned_at = device.read(visits.visit, visit_id).planned_at

    def refused(code: str, rows: list[PaperRow], saw: str, when: str, digest: str = "") -> None:
        with pytest.raises(Refusal, match=re.escape(code)):
            transcribe_page(device, visit_id, page.number, rows, saw=saw, seen_at=when, digest=digest)

    refused("transcribe.nothing", [], "INS-021", seen_at(world))
    refused("transcribe.who", rows, "  ", seen_at(world))
    refused("transcribe.who", rows, "x" * 41, seen_at(world))
    refused("transcribe.who", rows, "INS\u202e021", seen_at(world))
    refused("time.invalid", rows, "INS-021", "yesterday")
    refused("time.invalid", rows, "INS-021", "2026-11-21T14:20")
    refused("transcribe.future", rows, "INS-021", seen_at(world, -10))
    refused("transcribe.before_visit", rows, "INS-021", planned_at.replace("2026", "2025"))
    refused("worklist.differs", rows, "INS-021", seen_at(world), "0" * 12)
    with pytest.raises(Refusal, match=r"permission\.denied"):
        transcribe_page(world.hq, visit_id, page.number, rows, saw="INS-021", seen_at=seen_at(world))


def test_the_same_page_twice_is_refused_and_again_after_it_was_withdrawn_is_not(world: World, visit_id: str) -> None:
    device, page = world.device, pages_of(world.device, visit_id)[2]
    when = seen_at(world)
    listed = [PaperRow(page.rows[0].item_id, "verified")]
    unlisted = [PaperRow("", "not_on_list", "other", serial="ZZ-1", serial_again="ZZ-1")]
    done = transcribe_page(device, visit_id, page.number, listed + unlisted, saw="INS-021", seen_at=when)
    for rows in (listed, unlisted, unlisted * 2):
        with pytest.raises(Refusal, match=r"transcribe\.already"):
            transcribe_page(device, visit_id, page.number, rows, saw="INS-021", seen_at=when)
    for check_id in done.check_ids:
        withdraw_check(device, check_id)
    transcribe_page(device, visit_id, page.number, listed + unlisted, saw="INS-021", seen_at=when)


def test_nothing_is_slipped_under_signatures(world: World, visit_id: str) -> None:
    """A check seen before the closing would not void the signatures: once closed, paper is refused."""
    device = world.device
    page = pages_of(device, visit_id)[2]
    when = seen_at(world)
    for item_id in device.read(visits.work_ids, visit_id):
        record_check(
            device,
            visit_id=visit_id,
            item_id=item_id,
            outcome="no_access",
            reason="electronics_not_allowed",
            mark=MarkRead(read_by="list"),
        )
    answer_site(device, visit_id)
    signature = png(data_matrix(b"x"))
    host = Signed("host", declined_reason="Not authorised to sign")
    close_out(device, visit_id, [Signed("inspector", signature, "INS-017"), host])
    with pytest.raises(Refusal, match=r"transcribe\.closed"):
        transcribe_page(
            device, visit_id, page.number, [PaperRow(page.rows[0].item_id, "verified")], saw="INS-017", seen_at=when
        )


def answer_site(device: Session, visit_id: str) -> None:
    _, checklist = device.read(visits.visit_checklists, visit_id)
    given: list[Answer] = []
    while missing := open_questions(checklist, given):
        given += [Answer(one.question_id, "not_observed", "not shown") for one in missing]
    assess_site(device, visit_id, given)


def test_paper_travels_to_hq_with_who_and_when(world: World, visit_id: str) -> None:
    device, page = world.device, pages_of(world.device, visit_id)[2]
    done = transcribe_page(
        device,
        visit_id,
        page.number,
        [PaperRow(page.rows[0].item_id, "verified", serial=page.rows[0].serial)],
        saw="INS-021",
        seen_at=seen_at(world),
    )
    sealed = seal_results(device, world.drop)
    assert [one.outcome for one in import_bundles(world.hq, [sealed.path]).outcomes] == ["accepted"]
    assert check_of(world.hq, done.check_ids[0])[1] == check_of(device, done.check_ids[0])[1]


# ------------------------------------------------------------------------------------------------ by hand, on the spot


def test_entered_twice_by_hand(world: World, visit_id: str) -> None:
    match = match_entered(world.device, visit_id, "sn-1", "SN-1", "illegible")
    assert match.kind == "expected"
    assert (match.read.entered_twice, match.read.no_read_reason, match.read.typed_by) == (True, "illegible", "INS-017")
    assert match.read.read_by == "typed"
    assert match_entered(world.device, visit_id, "5N-I", "5N-I", "covered").kind == "near"


@pytest.mark.parametrize(
    ("serial", "again", "reason", "code", "at"),
    [
        ("SN-1", "SN-2", "missing", "entry.differs", 4),
        ("SN-1", "SN-", "missing", "entry.differs", 4),
        ("SN-1", "", "missing", "entry.differs", 1),
        ("SN-O", "SN-0", "missing", "entry.differs", 4),
        (" ", " ", "missing", "entry.empty", None),
        ("SN-1", "SN-1", "", "entry.reason", None),
        ("SN-1", "SN-1", "lazy", "entry.reason", None),
        ("SN\x07", "SN\x07", "missing", "mark.control_characters", None),
    ],
)
def test_what_is_not_entered_twice_alike_is_refused(
    world: World, visit_id: str, serial: str, again: str, reason: str, code: str, at: int | None
) -> None:
    with pytest.raises(Refusal) as caught:
        match_entered(world.device, visit_id, serial, again, reason)
    assert caught.value.code == code
    assert caught.value.values.get("at") == at


def test_facts_of_before_are_read_as_they_were() -> None:
    old = b'{"read_by":"typed","raw":"","symbology":"","preparation":"","uii":"","serial":"7","elements":[]}'
    assert msgspec.json.decode(old, type=MarkRead) == MarkRead(read_by="typed", serial="7")
