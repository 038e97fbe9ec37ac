"""Words sought in a worklist: the same answer whether few fit or many, whole or its first part; on both databases."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from db.queries import worklist
from db.queries.visits import work_ids
from db.tables import items, visit_items
from eum_app.list_files.inventory_file import read_inventory
from eum_app.usecases.lists.import_inventory import import_inventory
from eum_app.usecases.session import Session
from tests.builders import Clock, inventory_csv, make_store

VISIT = "01890000-0000-7000-8000-00000000000a"


def expect_backwards(session: Session) -> list[str]:
    """A worklist of all items but the last on the book, in the opposite of the book's order: serial numbers."""
    with session.writing() as transaction:
        found = transaction.connection.execute(select(items.c.item_id, items.c.serial).order_by(items.c.serial)).all()
        rows = [
            {"visit_id": VISIT, "item_id": item_id, "position": at, "outcome": "verified" if at % 3 else "to_check"}
            for at, (item_id, _) in enumerate(reversed(found[:-1]))
        ]
        transaction.connection.execute(insert(visit_items), rows)
    return [serial for _, serial in reversed(found[:-1])]


@pytest.mark.parametrize("most_looked_up", [1_000, 0])
def test_words_are_found_in_the_order_of_the_worklist(
    tmp_path: Path, hq_backend: Callable[[], str | None], most_looked_up: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worklist, "MOST_LOOKED_UP", most_looked_up)
    session = make_store(tmp_path / "hq", "hq", "HQ-01", Clock(), database_url=hq_backend())
    try:
        import_inventory(session, read_inventory(inventory_csv(tmp_path / "inventory.csv", 12)))
        listed = expect_backwards(session)
        with session.writing() as transaction:
            serial_of = dict(transaction.connection.execute(select(items.c.item_id, items.c.serial)).all())

        def found(words: str, limit: int = 0, outcome: str = "") -> list[str]:
            return [serial_of[item_id] for item_id in session.read(work_ids, VISIT, outcome, words, limit)]

        begins = listed[0][:3]
        assert found(begins) == [serial for serial in listed if serial.startswith(begins)] != []
        assert found(begins, 4) == found(begins)[:4]
        assert found(listed[5]) == [listed[5]]
        assert found(begins, 2, "to_check") == [serial for serial in listed[::3] if serial.startswith(begins)][:2]
        assert found("nothing at all") == found("nothing", 3) == []
    finally:
        session.store.close()
