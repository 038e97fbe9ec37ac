"""Any interleaving of imports gives the same tables; a rebuild gives the same tables."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from db import bulk
from db.chains import chain_head
from db.projection import REBUILD_BATCH
from db.store import Connection, Store, StoreName
from db.tables import journal, read
from eum_app.domain import facts as f
from eum_app.domain.checklists import Answer
from eum_app.domain.journal import Author, Entry, genesis, head_of, next_entry
from eum_app.domain.unreadable import Malformed
from eum_app.usecases.store.open_store import rebuild_store
from tests.builders import Clock
from tests.examples import with_stores
from tests.simulator import Simulator

KEY = bytes(range(32))
AUTHOR = Author("HQ-01", 1, "REV-004", "s", lambda: 0)
Tables = dict[str, list[tuple[Any, ...]]]
"""Rows by table."""
PIN = f.ChecklistPin(checklist_id="c", version="1")


def told_in_any_order(store: Store, chains: Sequence[Sequence[Entry]], rnd: random.Random) -> list[Tables]:
    """Read tables after the chains' entries came in by random pieces in random turns, and after a rebuild."""
    left = [list(entries) for entries in chains]
    while any(left):
        entries = rnd.choice([entries for entries in left if entries])
        size = rnd.randint(1, len(entries))
        with store.writing(AUTHOR) as transaction:
            transaction.append(entries[:size], known_at=1)
        del entries[:size]
    with store.reading() as connection:
        told = tables(connection)
    assert store.rebuild() == sum(map(len, chains))
    with store.reading() as connection:
        return [told, tables(connection)]


def tables(connection: Connection) -> Tables:
    """Every read table, except the order in which things became known here."""
    found = {}
    for name, table in read.tables.items():
        columns = [column for column in table.columns if column.name != "known_at"]
        found[name] = sorted((tuple(row) for row in connection.execute(select(*columns))), key=repr)
    return found


def chain(origin: str, facts: list[f.Fact]) -> list[Entry]:
    head = genesis(origin, 1)
    entries = []
    for fact in facts:
        entry = next_entry(
            head,
            AUTHOR,
            recorded_at=fact.observed_at,
            kind=f.kind_of(fact),
            kind_version=1,
            payload=f.encode_fact(fact),
        )
        entries.append(entry)
        head = head_of(entry)
    return entries


def check_fact(number: int, item: str, outcome: str, at: str) -> f.CheckRecorded:
    return f.CheckRecorded(
        observed_at=at,
        check_id=f"check-{number}",
        visit_id="v1",
        item_id=item,
        outcome=outcome,
        reason="",
        mark=f.MarkRead(read_by="typed"),
        checklist=None,
        answers=(),
        all_as_expected=False,
        grade="A",
        note=None,
        photos=(),
    )


def label_fact(label_id: str, uiis: list[str], at: str) -> f.ContainerLabelNoted:
    return f.ContainerLabelNoted(
        observed_at=at,
        visit_id="v1",
        label_id=label_id,
        size=len(uiis),
        is_whole=True,
        parts=(f.LabelPartRead(raw=" ".join(uiis).encode(), read_by="wedge"),),
        claims=tuple(f.LabelClaim(uii=uii, serial=at, part_number="", item_id="", match="unmatched") for uii in uiis),
    )


HQ_FACTS: list[f.Fact] = [
    f.VisitPlanned(
        observed_at="2026-01-01",
        visit_id="v1",
        program="golden_sentry",
        purpose="annual_inventory",
        site_id="s1",
        due_on="2026-12-11",
        device="FLD-1",
        inspector="INS-017",
        item_checklist=PIN,
        site_checklist=PIN,
        expected=("a", "b", "c"),
    ),
    f.SiteRegistered(observed_at="2026-01-02", site_id="s1", name="Depot 7", country="XX"),
    f.VisitAdopted(observed_at="2026-02-03", visit_id="v2", site_id="s1"),
]

times = st.sampled_from([f"2026-02-{day:02d}" for day in range(1, 6)])
steps = st.one_of(
    st.tuples(st.just("check"), st.sampled_from("abcd"), st.sampled_from(["verified", "not_found"]), times),
    st.tuples(st.just("withdraw"), st.integers(0, 7), st.just(""), times),
    st.tuples(st.just("answer"), st.sampled_from(["q1", "q2"]), st.sampled_from(["yes", "no"]), times),
    st.tuples(st.just("label"), st.sampled_from(["", "7"]), st.sampled_from(["D1", "D1 D2", "D2 D2 D3"]), times),
    st.tuples(st.just("close"), st.just(""), st.just(""), times),
    st.tuples(st.just("start"), st.sampled_from(["v1", "v2", "v3"]), st.sampled_from(["s1", "s2"]), times),
    st.tuples(st.just("adopt"), st.sampled_from(["v2", "v3"]), st.sampled_from(["s1", "s2"]), times),
)


def start_fact(visit_id: str, site_id: str, at: str) -> f.VisitStarted:
    return f.VisitStarted(
        observed_at=at,
        visit_id=visit_id,
        program="golden_sentry",
        purpose="routine_check",
        kind_version="1",
        site_id=site_id,
        site_name="Outpost 3",
        country="XX",
        item_checklist=PIN,
        site_checklist=PIN,
        expected=("a", "b"),
    )


def facts_of(device: int, plan: list[tuple[Any, ...]]) -> list[f.Fact]:
    facts: list[f.Fact] = []
    for number, (what, subject, value, at) in enumerate(plan):
        # Ids are shared between devices on purpose: a forged or repeated id must not depend on arrival either.
        if what == "check":
            facts.append(check_fact(number, subject, value, at))
        elif what == "withdraw":
            facts.append(f.CheckWithdrawn(observed_at=at, check_id=f"check-{subject}", visit_id="v1", reason="undone"))
        elif what == "answer":
            facts.append(
                f.SiteAssessed(
                    observed_at=at, visit_id="v1", checklist=PIN, answers=(Answer(subject, value, f"by {device}"),)
                )
            )
        elif what == "label":
            facts.append(label_fact(subject, value.split(), at))
        elif what == "start":
            facts.append(start_fact(subject, value, at))
        elif what == "adopt":
            facts.append(f.VisitAdopted(observed_at=at, visit_id=subject, site_id=value))
        else:
            facts.append(
                f.VisitClosedOut(
                    observed_at=at, visit_id="v1", counts=(), signatures=(), head_seq=1, head_hash=bytes(48)
                )
            )
    return facts


@with_stores(12)
@given(
    st.lists(steps, max_size=8),
    st.lists(steps, max_size=8),
    st.randoms(use_true_random=False),
)
def test_any_interleaving_gives_the_same_tables(
    tmp_path_factory: pytest.TempPathFactory,
    hq_backend: Callable[[], str | None],
    first: list[tuple[Any, ...]],
    second: list[tuple[Any, ...]],
    rnd: random.Random,
) -> None:
    chains = [chain("HQ-02", HQ_FACTS), chain("FLD-1", facts_of(1, first)), chain("FLD-2", facts_of(2, second))]
    outcomes: list[Tables] = []
    for _ in range(2):
        folder = tmp_path_factory.mktemp("store")
        # Hypothesis may leave in the middle (it draws from `rnd`); the connections must not stay open then.
        named = StoreName("id", "HQ-01", "hq", 1)
        with (
            closing(Store.create(folder, KEY, named, Clock(), hq_backend())) as store,
            pytest.MonkeyPatch.context() as patched,
        ):
            patched.setattr(bulk, "WORTHWHILE", rnd.choice([1, 200]))  # many rows go another way into PostgreSQL
            outcomes += told_in_any_order(store, chains, rnd)
    assert outcomes[0] == outcomes[1] == outcomes[2] == outcomes[3]


def test_only_the_origin_of_a_check_can_withdraw_it(tmp_path: Path, hq_backend: Callable[[], str | None]) -> None:
    store = Store.create(tmp_path / "s", KEY, StoreName("id", "HQ-01", "hq", 1), Clock(), hq_backend())
    checked = chain("FLD-1", [check_fact(1, "a", "verified", "2026-02-01")])
    foreign = chain(
        "FLD-2", [f.CheckWithdrawn(observed_at="2026-02-02", check_id="check-1", visit_id="v1", reason="undone")]
    )
    with store.writing(AUTHOR) as transaction:
        for entries in (chain("HQ-02", HQ_FACTS), foreign, checked):
            transaction.append(entries, known_at=1)
    with store.reading() as connection:
        expected = read.tables["visit_items"]
        rows = connection.execute(select(expected.c.item_id, expected.c.outcome))
        outcomes = {row.item_id: row.outcome for row in rows}
    assert outcomes == {"a": "verified", "b": "to_check", "c": "to_check"}
    store.close()


def test_a_rebuild_of_a_real_world_gives_the_same_tables_on_both_sides(
    tmp_path: Path, hq_backend: Callable[[], str | None]
) -> None:
    simulator = Simulator.start(tmp_path / "w", devices=("FLD-0042", "FLD-0017"), database_url=hq_backend())
    for device in simulator.visit_ids:
        for number, outcome in enumerate(("verified", "not_found", "discrepancy", "no_access")):
            check_id = simulator.check(device, number, outcome)
        simulator.withdraw(device, check_id)
        simulator.deliver(simulator.seal(device))
    for session in (simulator.world.hq, *simulator.world.devices.values()):
        before = session.read(tables)
        with session.store.reading() as connection:
            rows = connection.execute(select(journal.c.known_at)).all()
        rebuild_store(session)
        assert session.read(tables) == before
        with session.store.reading() as connection:
            assert connection.execute(select(journal.c.known_at)).all() == rows
    simulator.world.close()


def test_a_rebuild_goes_in_blocks(tmp_path: Path, hq_backend: Callable[[], str | None]) -> None:
    store = Store.create(tmp_path / "s", KEY, StoreName("id", "HQ-01", "hq", 1), Clock(), hq_backend())
    count = max(REBUILD_BATCH.values()) * 2 + 7
    with store.writing(AUTHOR) as transaction:
        transaction.record_all(
            f.SiteRegistered(observed_at="2026", site_id=f"s{number % 11}", name=f"Depot {number}", country="XX")
            for number in range(count)
        )
    assert store.rebuild() == count
    with store.reading() as connection:
        assert len(tables(connection)["sites"]) == 11
        assert chain_head(connection, "HQ-01", 1).seq == count
    store.close()


def test_an_unreadable_fact_is_kept_and_unapplied(tmp_path: Path, hq_backend: Callable[[], str | None]) -> None:
    store = Store.create(tmp_path / "s", KEY, StoreName("id", "HQ-01", "hq", 1), Clock(), hq_backend())
    entry = next_entry(
        genesis("FLD-1", 1), AUTHOR, recorded_at="2026", kind="CheckRecorded", kind_version=1, payload=b"{}"
    )
    with store.writing(AUTHOR) as transaction:
        assert transaction.append([entry], known_at=1) == [f.UnreadableFact("CheckRecorded", 1, Malformed.SHAPE)]
    for _ in range(2):
        with store.reading() as connection:
            assert chain_head(connection, "FLD-1", 1).seq == 1
            assert tables(connection)["checks"] == []
            assert len(tables(connection)["unreadable_entries"]) == 1
        store.rebuild()
    store.close()


def test_unknown_facts_are_kept_and_break_nothing(tmp_path: Path, hq_backend: Callable[[], str | None]) -> None:
    store = Store.create(tmp_path / "s", KEY, StoreName("id", "HQ-01", "hq", 1), Clock(), hq_backend())
    entry = next_entry(
        genesis("FLD-1", 1), AUTHOR, recorded_at="2026", kind="ItemRemarked", kind_version=4, payload=b"\x00\xff"
    )
    with store.writing(AUTHOR) as transaction:
        transaction.append([entry], known_at=1)
    store.rebuild()
    with store.reading() as connection:
        (row,) = connection.execute(select(journal).where(journal.c.origin == "FLD-1"))
    assert (row.kind, row.payload) == ("ItemRemarked", b"\x00\xff")
    store.close()
