"""Several writers at once on PostgreSQL: threads, processes, an import, a deadlock."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import text

from db.chains import verify_all_chains
from db.queries import items
from db.store import Connection
from eum_app.domain import facts as f
from eum_app.domain.errors import Trouble
from eum_app.domain.journal import Entry, next_entry
from eum_app.usecases.session import Session, Ticket, resumed
from eum_app.usecases.store.open_store import check_store, rebuild_store
from tests.benchmarks.bench_postgres import measure_waits
from tests.builders import Clock, make_store
from tests.children import children
from tests.integration.test_postgres import author, site
from tests.integration.test_projection import HQ_FACTS, chain, check_fact, tables
from tests.postgres import PostgreSQL

WRITERS, FACTS_EACH = 8, 25


@pytest.fixture
def hq(tmp_path: Path, postgresql: PostgreSQL) -> Iterator[Session]:
    session = make_store(tmp_path / "hq", "hq", "HQ-01", Clock(), database_url=postgresql.new_database())
    yield session
    session.store.close()


def test_eight_writers_at_once_lose_no_number_and_give_none_twice(hq: Session) -> None:
    """Four write to the store's chain and four to separate chains, each fact in a separate transaction."""
    store = hq.store
    go = threading.Barrier(WRITERS)

    def write(writer: int) -> None:
        own = writer % 2 == 0
        go.wait()
        for number in range(FACTS_EACH):
            fact = site(1_000 * writer + number)
            with store.writing(hq.author, own_chain_last=not own) as transaction:
                if own:
                    transaction.record(fact)
                else:
                    speaker = author(f"FLD-{writer}")
                    entry = next_entry(
                        transaction.head(speaker.origin, 1),
                        speaker,
                        recorded_at="2026",
                        kind=f.kind_of(fact),
                        kind_version=fact.KIND_VERSION,
                        payload=f.encode_fact(fact),
                    )
                    transaction.append([entry], known_at=transaction.next_known_at())

    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(write, range(WRITERS)))
    heads = {head.origin: head.seq for head in check_store(hq)[0]}
    begun = 5  # the store's creation, its certificate and vault, its account, the session
    assert heads == {"HQ-01": begun + 4 * FACTS_EACH, **{f"FLD-{writer}": FACTS_EACH for writer in (1, 3, 5, 7)}}
    assert len(hq.read(items.all_sites)) == WRITERS * FACTS_EACH
    before = hq.read(tables)
    rebuild_store(hq)
    assert hq.read(tables) == before


def _write_in_a_process(ticket: Ticket, process: int) -> None:
    with resumed(ticket) as session:
        for number in range(FACTS_EACH):
            with session.writing() as transaction:
                transaction.record(site(1_000 * process + number))


def test_processes_at_once_lose_no_number_and_give_none_twice(hq: Session) -> None:
    processes = [children().Process(target=_write_in_a_process, args=(hq.ticket, number)) for number in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(120)
        assert process.exitcode == 0
    with hq.store.reading() as connection:
        (head,) = verify_all_chains(connection)
    assert head.seq == 5 + 3 * FACTS_EACH
    assert len(hq.read(items.all_sites)) == 3 * FACTS_EACH


def _append_impatiently(hq: Session, entries: list[Entry]) -> None:
    with hq.store.writing(hq.author, own_chain_last=True) as transaction:
        transaction.connection.execute(text("SET LOCAL lock_timeout = '50ms'"))
        transaction.append(entries, 1)


def test_only_writers_of_the_same_chain_wait_for_an_import(hq: Session) -> None:
    """The import is held open with its entries appended and applied; meanwhile people go on."""
    entries = chain("FLD-1", [check_fact(number, "a", "verified", "2026-02-01") for number in range(300)])
    with hq.store.writing(hq.author, own_chain_last=True) as held:
        held.append(entries, held.next_known_at())
        with hq.writing() as transaction:
            transaction.record(site(1))
        with hq.store.writing(hq.author, own_chain_last=True) as other:
            other.append(chain("FLD-2", [site(2)]), other.next_known_at())
        with pytest.raises(Trouble, match=r"store\.busy"):
            _append_impatiently(hq, entries[:1])
        seen = {row.name for row in hq.read(items.all_sites)}
        recorded = held.record(site(3))
    assert seen == {"Depot 1", "Depot 2"}
    assert recorded.seq == 7
    check_store(hq)


def _somebody_waits(connection: Connection) -> bool:
    return bool(connection.execute(text("SELECT count(*) FROM pg_locks WHERE NOT granted")).scalar_one())


def test_who_writes_the_same_worklist_waits_and_a_rebuild_agrees(hq: Session) -> None:
    """A visit's plan and a check of it come in at once: neither transaction sees the other's rows before it ends, and
    still the worklist is what a rebuild makes of the journals."""
    store = hq.store

    def take(origin: str, facts: list[f.Fact]) -> None:
        with store.writing(hq.author, own_chain_last=True) as transaction:
            transaction.append(chain(origin, facts), 1)

    with ThreadPoolExecutor(1) as pool:
        with store.writing(hq.author, own_chain_last=True) as transaction:
            transaction.append(chain("HQ-02", HQ_FACTS), 1)
            done = pool.submit(take, "FLD-1", [check_fact(1, "a", "not_found", "2026-02-01")])
            while not hq.read(_somebody_waits):
                assert not done.done()
        done.result(60)
    before = hq.read(tables)
    (outcome,) = {row[3] for row in before["visit_items"] if row[1] == "a"}
    assert outcome == "not_found"
    rebuild_store(hq)
    assert hq.read(tables) == before


def test_a_deadlock_is_reported_and_can_be_retried(hq: Session) -> None:
    store, both = hq.store, threading.Barrier(2)
    crossed: list[tuple[str, dict[str, object]]] = []

    def facts(*visits: str) -> list[f.Fact]:
        return [
            f.CheckWithdrawn(observed_at="2026", check_id=f"c{number}", visit_id=visit, reason="undone")
            for number, visit in enumerate(visits)
        ]

    def take(origin: str, visits: tuple[str, str], meet: Callable[[], object]) -> str:
        entries = chain(origin, facts(*visits))
        try:
            with store.writing(hq.author, own_chain_last=True) as transaction:
                transaction.append(entries[:1], 1)
                meet()
                transaction.append(entries[1:], 1)
        except Trouble as trouble:
            crossed.append((trouble.code, trouble.values))
            return take(origin, visits, lambda: None)
        return origin

    with ThreadPoolExecutor(2) as pool:
        left = pool.submit(take, "FLD-1", ("v1", "v2"), both.wait)
        right = pool.submit(take, "FLD-2", ("v2", "v1"), both.wait)
        assert {left.result(60), right.result(60)} == {"FLD-1", "FLD-2"}
    assert crossed == [("store.busy", {"why": "crossed"})]
    assert {head.origin: head.seq for head in check_store(hq)[0]} == {"HQ-01": 5, "FLD-1": 2, "FLD-2": 2}


@pytest.mark.slow
def test_a_person_does_not_wait_for_an_import(tmp_path: Path, postgresql: PostgreSQL) -> None:
    """The measured bound is `make bench`'s; here only that no write takes anywhere near as long as the import."""
    del postgresql  # it says whether a server can be started here
    waits = measure_waits(tmp_path, visits=3, items=1_000)
    assert len(waits.during_ms) >= 5
    assert max(waits.during_ms) < waits.import_ms / 2
