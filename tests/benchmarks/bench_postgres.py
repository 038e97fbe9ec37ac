"""HQ on PostgreSQL: a bundle of checks taken in, against COPY of the same rows; and how long a person's write takes
while a large import comes in."""

from __future__ import annotations

import multiprocessing
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import psycopg

from db.bulk import column_types
from db.location import read_location, write_location
from db.tables import kept, read
from eum_app.crypto.suites import DEFAULT_SUITE
from eum_app.domain.facts import SiteRegistered
from eum_app.usecases.exchange.receive import import_bundles
from eum_app.usecases.exchange.seal_bundle import seal_results
from eum_app.usecases.session import Session, Ticket, resumed
from tests.benchmarks.bench_import import _record_all
from tests.benchmarks.ratios import Ratio
from tests.builders import World, make_world
from tests.postgres import PostgreSQL

Table = tuple[str, tuple[str, ...], list[tuple[Any, ...]]]
"""Name, columns, rows."""
_TABLES = {table.name: table for table in (*kept.sorted_tables, *read.sorted_tables)}


@dataclass(frozen=True)
class Arena:
    """An HQ at rest in the database `at_rest`, and a bundle that it has not taken in."""

    server: PostgreSQL
    world: World
    bundle: Path
    checks: int

    def copy(self, folder: Path, name: str) -> Ticket:
        """HQ again as it was, in a separate database."""
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self.world.hq.store.folder, folder)
        ticket = replace(self.world.hq.ticket, folder=folder)
        held = read_location(folder, ticket.data_key)
        assert held is not None
        write_location(folder, replace(held, url=self.server.whole_database(name, "at_rest")), ticket.data_key)
        return ticket


@contextmanager
def arena(folder: Path, visits: int, items: int) -> Iterator[Arena]:
    server = PostgreSQL.new(durable=True)
    try:
        url = server.whole_database("at_rest")
        world = make_world(folder / "world", count=items, suite=DEFAULT_SUITE, database_url=url)
        for _ in range(visits):
            world.plan()
        world.hand_over()
        checks = _record_all(world.device)
        bundle = seal_results(world.device, world.drop).path
        world.close()
        yield Arena(server, world, bundle, checks)
    finally:
        server.stop()


def measure(folder: Path, *, visits: int = 10, items: int = 2_000, repeats: int = 5) -> Ratio:
    """`visits` × `items` checks in one bundle. Each repeat goes into a fresh copy of the database; the bare rows go
    into the same tables with the same indexes, by COPY in one transaction, with the server's fsync on for both."""
    with arena(folder, visits, items) as at_rest:
        ticket = at_rest.copy(folder / "first", "first")
        _import_ms(ticket, at_rest)  # not counted: it says which rows there are to write
        rows = _written(_all_rows(at_rest.world.hq.store.folder, ticket), _all_rows(folder / "first", ticket))
        ours: list[float] = []
        bare: list[float] = []
        for _ in range(repeats):
            ours.append(_import_ms(at_rest.copy(folder / "ours", "ours"), at_rest))
            bare.append(_copy_ms(at_rest.server.whole_database("bare", "at_rest"), rows))
    return Ratio(
        f"import of {at_rest.checks:,} checks, PostgreSQL", "COPY of the same rows", 3.0, tuple(ours), tuple(bare)
    )


def _import_ms(ticket: Ticket, at_rest: Arena) -> float:
    with resumed(ticket, at_rest.world.clock) as session:
        started = time.perf_counter()
        outcomes = import_bundles(session, [at_rest.bundle]).outcomes
        taken_ms = (time.perf_counter() - started) * 1000
    assert [outcome.outcome for outcome in outcomes] == ["accepted"], outcomes
    return taken_ms


def _url(folder: Path, ticket: Ticket) -> str:
    held = read_location(folder, ticket.data_key)
    assert held is not None
    return held.url


def _all_rows(folder: Path, ticket: Ticket) -> dict[str, tuple[tuple[str, ...], set[tuple[Any, ...]]]]:
    found = {}
    with psycopg.connect(_url(folder, ticket)) as connection:
        for name, table in _TABLES.items():
            columns = tuple(column.name for column in table.columns)
            found[name] = (columns, set(connection.execute(f"SELECT {', '.join(columns)} FROM {name}".encode())))
    return found


def _written(before: dict[str, Any], after: dict[str, Any]) -> list[Table]:
    """Rows that are new or changed."""
    return [(name, columns, sorted(rows - before[name][1])) for name, (columns, rows) in after.items()]


def _copy_ms(url: str, tables: list[Table]) -> float:
    """Into tables without the rows that are there already, but with the same indexes."""
    with psycopg.connect(url) as connection:
        for name, _, rows in tables:
            if rows:
                connection.execute(f"CREATE TABLE bare_{name} (LIKE {name} INCLUDING ALL)".encode())
        connection.commit()
        started = time.perf_counter()
        for name, columns, rows in tables:
            if rows:
                statement = f"COPY bare_{name} ({', '.join(columns)}) FROM STDIN (FORMAT BINARY)"
                with connection.cursor() as cursor, cursor.copy(statement.encode()) as copy:
                    copy.set_types(column_types(_TABLES[name], columns))
                    for row in rows:
                        copy.write_row(row)
        connection.commit()
        return (time.perf_counter() - started) * 1000


@dataclass(frozen=True)
class Waits:
    """How long each write of a person took, in milliseconds: with nothing else going on, and during the import."""

    alone_ms: tuple[float, ...]
    during_ms: tuple[float, ...]
    import_ms: float

    def p95_ms(self) -> float:
        return sorted(self.during_ms)[int(len(self.during_ms) * 0.95)]


def measure_write_during_import(folder: Path) -> Ratio:
    """The 95th percentile of a person's writes while 30,000 facts come in, against the 50 ms that they may take."""
    waits = measure_waits(folder)
    return Ratio("a write while 30,000 facts come in (p95)", "50 ms allowed", 1.0, (waits.p95_ms(),), (50.0,))


def measure_waits(folder: Path, *, visits: int = 15, items: int = 2_000) -> Waits:
    """A person records a fact at HQ again and again while `visits` × `items` checks come in, in another process."""
    with arena(folder, visits, items) as at_rest:
        ticket = at_rest.copy(folder / "waits", "waits")
        with resumed(ticket) as session:
            alone = [_write_ms(session, number) for number in range(100)]
            context = multiprocessing.get_context("spawn")
            ours, theirs = context.Pipe()
            process = context.Process(target=_import_in_a_process, args=(theirs, ticket, at_rest.bundle))
            process.start()
            assert ours.recv() == "begins"
            during: list[float] = []
            while not ours.poll():
                during.append(_write_ms(session, 1_000 + len(during)))
            import_ms = ours.recv()
            process.join()
    return Waits(tuple(alone), tuple(during), import_ms)


def _import_in_a_process(pipe: Any, ticket: Ticket, bundle: Path) -> None:
    with resumed(ticket) as session:
        pipe.send("begins")
        started = time.perf_counter()
        outcomes = import_bundles(session, [bundle]).outcomes
        pipe.send((time.perf_counter() - started) * 1000)
    assert [outcome.outcome for outcome in outcomes] == ["accepted"], outcomes


def _write_ms(session: Session, number: int) -> float:
    started = time.perf_counter()
    with session.writing() as transaction:
        transaction.record(
            SiteRegistered(observed_at="2026", site_id=f"w{number}", name=f"Depot {number}", country="XX")
        )
    return (time.perf_counter() - started) * 1000
