"""Dispositions of items: stated, compared with its lists, corrected; the clocks, visits and lists that follow."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from db.queries import dispositions as told
from db.queries import items
from db.queries.inventory import ItemFilter, find_item_ids
from db.queries.reports import InventoryFilter, status_counts
from db.queries.standing import StandingFilter
from eum_app.domain.claims import ClaimKind
from eum_app.domain.errors import Refusal
from eum_app.list_files.claims_file import read_claims
from eum_app.list_files.inventory_file import read_inventory
from eum_app.usecases.items.disposition_statement import NewDisposition
from eum_app.usecases.items.state_disposition import state_disposition, withdraw_disposition
from eum_app.usecases.lists.import_claims import import_claims
from eum_app.usecases.lists.import_inventory import import_inventory
from eum_app.usecases.session import Session
from tests.builders import World, inventory_csv, make_world


@pytest.fixture
def world(tmp_path: Path, hq_backend: Callable[[], str | None]) -> Iterator[World]:
    made = make_world(tmp_path / "w", database_url=hq_backend())
    yield made
    made.close()


def first_item(session: Session) -> str:
    return session.read(find_item_ids, ItemFilter())[0]


def lost(item_id: str, **other: Any) -> NewDisposition:
    made = NewDisposition(
        item_id=item_id,
        disposition="LOST",
        happened_on="2026-11-20",
        reported_by="partner",
        reporter="Depot 7, custodian",
        document_name="Loss report 14/26",
    )
    return replace(made, **other)


def test_a_statement_is_followed_by_book_clock_report_and_next_visit(world: World) -> None:
    hq = world.hq
    item_id = first_item(hq)
    wanted = ItemFilter(standing=StandingFilter(today="2026-11-22"))
    assert item_id in hq.read(find_item_ids, wanted)
    before = hq.read(status_counts, InventoryFilter(), "2026-11-22", "delivered")
    done = state_disposition(hq, lost(item_id))
    assert hq.read(items.item, item_id).disposition == "LOST"
    assert item_id not in hq.read(find_item_ids, wanted), "nothing is due for it now"
    after = hq.read(status_counts, InventoryFilter(), "2026-11-22", "delivered")
    assert after.dispositions["LOST"] == 1
    assert after.dispositions["ON_HAND"] == before.dispositions["ON_HAND"] - 1
    assert after.clocks["not_subject"] == before.clocks.get("not_subject", 0) + 1
    planned = world.plan()
    assert [one.item_id for one in planned.gone] == [item_id]
    assert (planned.gone[0].disposition, planned.gone[0].happened_on) == ("LOST", "2026-11-20")
    assert planned.expected == before.total - 1 or planned.expected > 0
    world.hand_over()
    device = world.device
    assert device.read(items.item, item_id).disposition == "LOST", "the device knows it, to tell the inspector"
    (there,) = device.read(told.statements_about, item_id)
    assert (there.fact.statement_id, there.fact.document_name) == (done.statement_id, "Loss report 14/26")


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"disposition": "VAPORIZED"}, "disposition.unknown"),
        ({"happened_on": "21 Nov"}, "date.invalid"),
        ({"happened_on": "2026-11-23"}, "disposition.in_future"),
        ({"happened_on": "1999-01-01"}, "disposition.before_delivery"),
        ({"reported_by": "press"}, "disposition.reported_by"),
        ({"reporter": " "}, "disposition.reporter"),
        ({"document_name": " "}, "disposition.lacks_document"),
        ({"disposition": "DESTROYED"}, "disposition.lacks_witness"),
        ({"disposition": "TRANSFERRED_TPT"}, "disposition.lacks_authorization"),
        ({"remark": "x" * 2001}, "note.too_long"),
    ],
)
def test_a_statement_without_what_its_state_needs_is_refused(world: World, changed: dict[str, Any], code: str) -> None:
    item_id = first_item(world.hq)
    with pytest.raises(Refusal) as refused:
        state_disposition(world.hq, lost(item_id, **changed))
    assert refused.value.code == code
    assert world.hq.read(items.item, item_id).disposition == "ON_HAND"
    assert world.hq.read(told.statements_about, item_id) == []


def test_a_reason_may_stand_for_the_document_and_a_file_is_kept_sealed(world: World, tmp_path: Path) -> None:
    first, second = world.hq.read(find_item_ids, ItemFilter())[:2]
    state_disposition(world.hq, lost(first, document_name="", no_document_reason="The office burned down"))
    paper = tmp_path / "report.pdf"
    paper.write_bytes(b"GIF89a")
    with pytest.raises(Refusal) as refused:
        state_disposition(world.hq, lost(second, document=paper))
    assert refused.value.code == "document.kind"
    paper.write_bytes(b"%PDF-1.7 report")
    state_disposition(world.hq, lost(second, document_name="", document=paper))
    (held,) = world.hq.read(told.statements_about, second)
    assert held.fact.document is not None
    assert held.fact.document_name == "report.pdf"
    assert world.hq.content(held.fact.document) == b"%PDF-1.7 report"


def test_a_correction_says_why_and_a_statement_set_aside_gives_the_book_back(world: World) -> None:
    item_id = first_item(world.hq)
    first = state_disposition(world.hq, lost(item_id))
    with pytest.raises(Refusal) as refused:
        state_disposition(world.hq, lost(item_id, disposition="STOLEN"))
    assert refused.value.code == "disposition.correction"
    second = state_disposition(world.hq, lost(item_id, disposition="STOLEN", correction="The lock was cut"))
    assert world.hq.read(items.item, item_id).disposition == "STOLEN"
    withdraw_disposition(world.hq, second.statement_id, "It was another item")
    assert world.hq.read(items.item, item_id).disposition == "LOST"
    withdraw_disposition(world.hq, first.statement_id, "Found behind the shelf")
    assert world.hq.read(items.item, item_id).disposition == "ON_HAND"
    with pytest.raises(Refusal) as again:
        withdraw_disposition(world.hq, first.statement_id, "Again")
    assert again.value.code == "disposition.ended"
    assert [one.ended_reason for one in world.hq.read(told.statements_about, item_id)] == [
        "It was another item",
        "Found behind the shelf",
    ]


def test_a_list_that_still_says_on_hand_does_not_bring_a_lost_item_back(world: World, tmp_path: Path) -> None:
    item_id = first_item(world.hq)
    state_disposition(world.hq, lost(item_id))
    path = inventory_csv(tmp_path / "again.csv")
    path.write_text(path.read_text().replace("Shelf A-01", "Shelf Z-99"))
    result = import_inventory(world.hq, read_inventory(path), take_changes=True)
    assert result.changed
    assert result.still_gone == 0, "the list says nothing new about it"
    assert world.hq.read(items.item, item_id).disposition == "LOST"
    path.write_text(path.read_text().replace(",ON HAND", ",IN REPAIR"))
    result = import_inventory(world.hq, read_inventory(path), take_changes=True)
    assert result.still_gone == 1, "the import says so"
    row = world.hq.read(items.item, item_id)
    assert (row.disposition, row.listed_as) == ("LOST", "IN_MAINTENANCE")
    (statement,) = world.hq.read(told.statements_about, item_id)
    withdraw_disposition(world.hq, statement.fact.statement_id, "Found")
    assert world.hq.read(items.item, item_id).disposition == "IN_MAINTENANCE"


def test_a_claim_changes_nothing_until_a_person_accepts_it(world: World, tmp_path: Path) -> None:
    row = world.hq.read(items.item, first_item(world.hq))
    path = tmp_path / "partner.csv"
    path.write_text(f'Serial Number,Article,State,As Of\n{row.serial},"{row.nomenclature}",Expended,2026-11-01\n')
    assert import_claims(world.hq, read_claims(path), ClaimKind.PARTNER_REPORT).matched == 1
    assert world.hq.read(items.item, row.item_id).disposition == "ON_HAND"
    from db.queries.claims import claims_about

    (claim,) = world.hq.read(claims_about, row.item_id)
    new = lost(row.item_id, disposition="EXPENDED", happened_on=claim.at, document_name=f"{claim.source}, line 2")
    other = world.hq.read(find_item_ids, ItemFilter())[1]
    with pytest.raises(Refusal) as refused:
        state_disposition(world.hq, replace(new, item_id=other), claim_id=claim.claim_id)
    assert refused.value.code == "disposition.claim"
    state_disposition(world.hq, new, claim_id=claim.claim_id)
    assert world.hq.read(items.item, row.item_id).disposition == "EXPENDED"
    with pytest.raises(Refusal) as twice:
        state_disposition(world.hq, replace(new, correction="Again"), claim_id=claim.claim_id)
    assert twice.value.code == "disposition.claim_accepted"
    assert world.hq.read(told.accepted_claims, row.item_id) == {claim.claim_id}
