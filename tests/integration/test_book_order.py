"""The book in the order of any column: exact due dates, natural order, items without a value last."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from db.queries.book_order import BookOrder, book_rows, ordered_item_ids
from db.queries.inventory import ItemFilter, find_item_ids
from eum_app.domain.compliance.clocks import ClockState
from eum_app.list_files.inventory_file import read_inventory
from eum_app.usecases.lists.import_inventory import import_inventory
from eum_app.usecases.session import Session
from tests.builders import Clock, make_store

TODAY = date(2026, 11, 21)
HEAD = "Case,P/N,CAGE,S/N,EUM Level,Delivery Date,Last Inventory,Site,Location"
ROWS = """
XX-B-ABC,A-10,1HLD9,S10,EEUM,2026-09-01,,Depot 10,Vault 1
XX-B-ABC,A-9,1HLD9,S9,EEUM,2024-01-01,2025-12-01,Depot 2,Vault 2
XX-B-ABD,A-9,1HLD9,S100,EEUM,2023-01-01,,Depot 2,Vault 10
XX-B-ABC,B,1HLD9,S2,Routine,2024-01-01,2024-02-29,Depot 2,
XX-B-ABC,,,Z1,EEUM,,,,
"""


@pytest.fixture
def hq(tmp_path: Path) -> Iterator[Session]:
    session = make_store(tmp_path / "hq", "hq", "HQ-01", Clock())
    source = tmp_path / "list.csv"
    rows = ROWS.strip().replace("XX-B-ABC,,,Z1", "XX-B-ABC,C,1HLD9,Z1")
    source.write_text(f"{HEAD}\n{rows}\n")
    preview = read_inventory(source)
    assert len(preview.accepted) == 5, preview.rejected
    import_inventory(session, preview)
    yield session
    session.close()


def serials(session: Session, order: BookOrder, *, descending: bool = False, words: str = "") -> list[str]:
    wanted = ItemFilter(words=words)
    ids = session.read(ordered_item_ids, wanted, order, TODAY, descending=descending)
    assert sorted(ids) == sorted(session.read(find_item_ids, wanted)), "no row lost, none twice"
    rows = session.read(book_rows, ids, TODAY)
    return [rows[item_id].item.serial for item_id in ids]


def test_due_dates_are_in_order_and_items_without_one_come_last(hq: Session) -> None:
    # S100 was never inventoried (due 2023-04-01), S10 is due on 2026-11-30, S9 on 2026-12-01.
    assert serials(hq, BookOrder.DUE) == ["S100", "S10", "S9", "S2", "Z1"]
    assert serials(hq, BookOrder.DUE, descending=True) == ["S9", "S10", "S100", "S2", "Z1"]


def test_serials_and_articles_are_in_natural_order(hq: Session) -> None:
    assert serials(hq, BookOrder.SERIAL) == ["S2", "S9", "S10", "S100", "Z1"]
    assert serials(hq, BookOrder.SERIAL, descending=True) == ["Z1", "S100", "S10", "S9", "S2"]
    assert serials(hq, BookOrder.ARTICLE)[2:] == ["S10", "S2", "Z1"]


def test_days_of_inventories_and_levels(hq: Session) -> None:
    assert serials(hq, BookOrder.LAST_INVENTORY)[:2] == ["S2", "S9"]
    assert serials(hq, BookOrder.LAST_INVENTORY, descending=True)[:2] == ["S9", "S2"]
    assert serials(hq, BookOrder.LEVEL)[-1] == "S2"


def test_place_is_the_order_of_the_book_in_both_directions(hq: Session) -> None:
    assert serials(hq, BookOrder.PLACE, descending=True) == serials(hq, BookOrder.PLACE)[::-1]


@pytest.mark.parametrize("order", list(BookOrder))
def test_a_filter_holds_in_every_order(hq: Session, order: BookOrder) -> None:
    assert set(serials(hq, order, words="S10")) == {"S10", "S100"}
    assert serials(hq, order, words="Vault 1") == ["S10"]


def test_rows_hold_the_clock(hq: Session) -> None:
    ids = hq.read(find_item_ids, ItemFilter())
    rows = {row.item.serial: row for row in hq.read(book_rows, ids, TODAY).values()}
    assert (rows["S100"].standing.state, rows["S100"].standing.days_over) == (ClockState.NEVER, 1330)
    assert rows["S10"].standing.due_on == date(2026, 11, 30)
    assert (rows["S2"].standing.due_on, rows["S2"].last_inventory) == (None, "2024-02-29")
    assert hq.read(book_rows, ["no-such-item"], TODAY) == {}
