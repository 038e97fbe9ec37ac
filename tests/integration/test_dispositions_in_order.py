"""Statements, what ends them, and lists: any interleaving gives the same book, and the newest counts."""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from db import bulk
from db.store import Store, StoreName
from db.tables import items as item_table
from eum_app.domain import facts as f
from tests.builders import Clock
from tests.examples import with_stores
from tests.integration.test_projection import AUTHOR, KEY, Tables, chain, told_in_any_order


def listed(item_id: str, at: str, disposition: str, as_of: str = "") -> f.ItemListed:
    texts = dict.fromkeys(f.ItemListed.__struct_fields__, "")
    known: dict[str, Any] = {
        "observed_at": at,
        "item_id": item_id,
        "line": 1,
        "serial": item_id,
        "disposition": disposition,
    }
    return f.ItemListed(**(texts | known | {"disposition_as_of": as_of}))


def stated(statement_id: str, item_id: str, at: str, disposition: str, **other: Any) -> f.DispositionStated:
    texts = dict.fromkeys(f.DispositionStated.__struct_fields__, "")
    known = {"observed_at": at, "statement_id": statement_id, "item_id": item_id, "disposition": disposition}
    return f.DispositionStated(**(texts | {"document": None} | known | other))


days = st.sampled_from([f"2026-02-{day:02d}" for day in range(1, 8)])
codes = st.sampled_from(["ON_HAND", "LOST", "EXPENDED", "VAPORIZED"])
things = st.sampled_from("ab")
steps = st.one_of(
    st.tuples(st.just("state"), st.integers(0, 4), things, codes, days),
    st.tuples(st.just("end"), st.integers(0, 4), things, codes, days),
    st.tuples(st.just("reject"), st.integers(0, 4), things, codes, days),
    st.tuples(st.just("list"), st.integers(0, 4), things, codes, days),
)


def facts_of(plan: list[tuple[Any, ...]]) -> list[f.Fact]:
    found: list[f.Fact] = []
    for what, number, item_id, code, at in plan:
        # Numbers are shared between chains on purpose: a forged or repeated id must not depend on arrival either.
        if what == "state":
            found.append(stated(f"s{number}", item_id, at, code, visit_id="v1" if number % 2 else ""))
        elif what == "end":
            found.append(
                f.DispositionWithdrawn(
                    observed_at=at, statement_id=f"s{number}", item_id=item_id, visit_id="v1", reason="mistaken"
                )
            )
        elif what == "reject":
            found.append(f.DispositionRejected(observed_at=at, statement_id=f"s{number}", item_id=item_id, reason="no"))
        else:
            found.append(listed(item_id, at, code, as_of="2026-02-03" if number == 0 else ""))
    return found


@with_stores(12)
@given(st.lists(steps, max_size=8), st.lists(steps, max_size=8), st.randoms(use_true_random=False))
def test_any_interleaving_of_statements_and_lists_gives_the_same_book(
    tmp_path_factory: pytest.TempPathFactory,
    hq_backend: Callable[[], str | None],
    first: list[tuple[Any, ...]],
    second: list[tuple[Any, ...]],
    rnd: random.Random,
) -> None:
    lists: list[f.Fact] = [listed(item_id, "2026-02-02", "ON_HAND") for item_id in "ab"]
    chains = [chain("HQ-02", lists), chain("FLD-1", facts_of(first)), chain("FLD-2", facts_of(second))]
    outcomes: list[Tables] = []
    for _ in range(2):
        folder = tmp_path_factory.mktemp("store")
        named = StoreName("id", "HQ-01", "hq", 1)
        with (
            closing(Store.create(folder, KEY, named, Clock(), hq_backend())) as store,
            pytest.MonkeyPatch.context() as patched,
        ):
            patched.setattr(bulk, "WORTHWHILE", rnd.choice([1, 200]))
            outcomes += told_in_any_order(store, chains, rnd)
    assert outcomes[0] == outcomes[1] == outcomes[2] == outcomes[3]


def shown(store: Store) -> dict[str, str]:
    with store.reading() as connection:
        rows = connection.execute(select(item_table.c.item_id, item_table.c.disposition))
        return {row.item_id: row.disposition for row in rows}


def test_the_newest_of_lists_and_statements_counts(tmp_path: Path, hq_backend: Callable[[], str | None]) -> None:
    store = Store.create(tmp_path / "s", KEY, StoreName("id", "HQ-01", "hq", 1), Clock(), hq_backend())
    with store.writing(AUTHOR) as transaction:
        for facts in (
            [listed("a", "2026-02-01", "ON_HAND"), listed("b", "2026-02-01", "ON_HAND")],
            [stated("s1", "a", "2026-02-02", "LOST"), stated("s2", "b", "2026-01-31", "LOST")],
        ):
            transaction.record_all(facts)
    assert shown(store) == {"a": "LOST", "b": "ON_HAND"}  # what b's statement says is older than its list
    with store.writing(AUTHOR) as transaction:
        transaction.append(
            chain(
                "FLD-2",
                [
                    f.DispositionWithdrawn(
                        observed_at="2026-02-03", statement_id="s1", item_id="a", visit_id="", reason="x"
                    )
                ],
            ),
            known_at=1,
        )
    assert shown(store)["a"] == "LOST", "another store's withdrawal counts for nothing"
    with store.writing(AUTHOR) as transaction:
        transaction.record(f.DispositionRejected(observed_at="2026-02-04", statement_id="s1", item_id="a", reason="x"))
    assert shown(store)["a"] == "ON_HAND"
    store.close()
