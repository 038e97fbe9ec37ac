"""What only PostgreSQL does: several writers at once, boxed key material, triggers of its own, an address to keep."""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.exc import DatabaseError

from db import engines, location
from db.chains import chain_head, verify_all_chains
from db.content import object_row
from db.queries import items
from db.store import Connection, Store, StoreName
from db.tables import content, kept, meta, read, secrets
from eum_app.cli import run
from eum_app.domain import facts as f
from eum_app.domain.errors import Refusal, Trouble
from eum_app.domain.journal import Author, Entry, next_entry
from eum_app.usecases.exchange.trust import AUTHORITY, IDENTITY
from eum_app.usecases.session import Session, Ticket, resumed
from eum_app.usecases.store.open_store import change_database_url, check_store, open_store, rebuild_store
from tests.benchmarks.bench_postgres import measure_waits
from tests.builders import PASSPHRASE, Clock, make_store
from tests.integration.test_projection import HQ_FACTS, KEY, chain, check_fact, tables
from tests.postgres import PostgreSQL

WRITERS, FACTS_EACH = 8, 25


@pytest.fixture
def hq(tmp_path: Path, postgresql: PostgreSQL) -> Iterator[Session]:
    session = make_store(tmp_path / "hq", "hq", "HQ-01", Clock(), database_url=postgresql.new_database())
    yield session
    session.store.close()


def author(origin: str) -> Author:
    return Author(origin, 1, "REV-004", "s", lambda: 0)


def site(number: int) -> f.SiteRegistered:
    return f.SiteRegistered(observed_at="2026", site_id=f"s{number}", name=f"Depot {number}", country="XX")


@pytest.mark.parametrize("statement", ["UPDATE journal SET actor = 'X'", "DELETE FROM journal", "TRUNCATE journal"])
@pytest.mark.parametrize("silenced", [False, True])
def test_the_journal_takes_no_change(hq: Session, statement: str, silenced: bool) -> None:
    with hq.writing() as transaction:
        if silenced:
            transaction.connection.execute(text("SET LOCAL session_replication_role = replica"))
        with pytest.raises(DatabaseError, match="append-only"):
            transaction.connection.execute(text(statement))
    assert len(check_store(hq)[0]) == 1


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE journal DISABLE TRIGGER journal_is_append_only",
        "ALTER TABLE journal ENABLE TRIGGER journal_is_append_only",
        "DROP TRIGGER journal_is_append_only ON journal",
        "CREATE OR REPLACE FUNCTION journal_is_append_only() RETURNS trigger LANGUAGE plpgsql"
        " AS 'BEGIN RETURN NULL; END'",
        "CREATE OR REPLACE TRIGGER journal_is_append_only BEFORE DELETE OR TRUNCATE ON journal"
        " FOR EACH STATEMENT EXECUTE FUNCTION journal_is_append_only()",
    ],
)
def test_a_store_without_its_trigger_is_not_opened(hq: Session, statement: str) -> None:
    with hq.writing() as transaction:
        transaction.connection.execute(text(statement))
    with pytest.raises(Trouble, match=r"store\.triggers_missing"):
        open_store(hq.store.folder, "REV-004", PASSPHRASE)


def test_a_commit_waits_for_the_disk_whatever_the_server_is_set_to(tmp_path: Path, postgresql: PostgreSQL) -> None:
    url = postgresql.new_database() + "%20-csynchronous_commit%3Doff"
    session = make_store(tmp_path / "lax", "hq", "HQ-01", Clock(), database_url=url)
    with session.writing() as transaction:
        assert transaction.connection.execute(text("SHOW synchronous_commit")).scalar_one() == "on"
    session.close()


def test_key_material_is_boxed_and_bound_to_its_place(hq: Session) -> None:
    with hq.writing() as transaction:
        ref = transaction.seal_content(b"photo", "image/png")
        plain = transaction.secret(AUTHORITY)
        row = object_row(transaction.connection, ref.object_id)
    assert plain is not None
    assert row.key is not None
    assert hq.content(ref) == b"photo"
    with hq.store.reading() as connection:
        stored = {one.purpose: one.value for one in connection.execute(select(secrets))}
        key = connection.execute(select(content.c.key)).scalar_one()
    assert plain[:32] not in stored[AUTHORITY]
    assert row.key not in key
    with hq.writing() as transaction:
        where = secrets.c.purpose == IDENTITY
        transaction.connection.execute(secrets.update().where(where).values(value=stored[AUTHORITY]))
        with pytest.raises(Trouble, match=r"store\.damaged"):
            transaction.secret(IDENTITY)


def test_the_address_lies_boxed_and_shows_no_password(tmp_path: Path, postgresql: PostgreSQL) -> None:
    url = postgresql.new_database().replace("postgres:@", "postgres:swordfish@")
    session = make_store(tmp_path / "hq", "hq", "HQ-01", Clock(), database_url=url)
    session.close()
    for path in (tmp_path / "hq").rglob("*"):
        assert path.is_dir() or b"swordfish" not in path.read_bytes()
    again = open_store(tmp_path / "hq", "REV-004", PASSPHRASE)
    assert again.name == "HQ-01"
    assert "swordfish" not in repr(location.read_location(tmp_path / "hq", again.ticket.data_key))
    again.close()
    with pytest.raises(Trouble, match=r"store\.damaged"):
        Store.open(tmp_path / "hq", bytes(32), Clock())
    gone = tmp_path / "gone"
    with pytest.raises(Trouble, match=r"store\.connection_lost") as caught:
        make_store(gone, "hq", "HQ-01", Clock(), database_url="postgresql://u:swordfish@127.0.0.1:1/eum")
    assert "swordfish" not in str(caught.value)
    assert not gone.exists()


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("", "database.url"),
        ("nonsense", "database.url"),
        ("mysql://h/d", "database.url"),
        ("postgresql://h", "database.url"),
        ("postgresql://[::/d", "database.url"),
        ("postgresql://db.example/eum?sslmode=require", "database.tls"),
        ("postgresql:///eum?host=db.example&sslmode=disable", "database.tls"),
        ("postgresql:///eum?hostaddr=192.0.2.1&sslmode=prefer", "database.tls"),
    ],
)
def test_an_address_that_will_not_do_is_refused(tmp_path: Path, url: str, code: str) -> None:
    with pytest.raises(Refusal, match=code.replace(".", r"\.")):
        make_store(tmp_path / "hq", "hq", "HQ-01", Clock(), database_url=url)
    assert not (tmp_path / "hq").exists()


def test_a_server_elsewhere_is_verified_unless_the_address_says_how() -> None:
    assert engines.parsed_url("postgres://u@db.example/eum").query["sslmode"] == "verify-full"
    assert engines.parsed_url("postgresql://db.example/eum?sslmode=verify-ca").query["sslmode"] == "verify-ca"
    assert "sslmode" not in engines.parsed_url("postgresql://localhost/eum").query


def test_a_field_store_stays_in_its_folder(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match=r"database\.only_hq"):
        make_store(tmp_path / "s", "field", "FLD-0042", Clock(), database_url="postgresql://localhost/eum")


def test_a_store_is_never_made_over_another_nor_opened_as_another(tmp_path: Path, postgresql: PostgreSQL) -> None:
    first, second = postgresql.new_database(), postgresql.new_database()
    one = make_store(tmp_path / "one", "hq", "HQ-01", Clock(), database_url=first)
    with pytest.raises(Refusal, match=r"store\.exists"):
        make_store(tmp_path / "two", "hq", "HQ-02", Clock(), database_url=first)
    assert not (tmp_path / "two").exists()
    assert check_store(one)[1] == []
    two = make_store(tmp_path / "two", "hq", "HQ-02", Clock(), database_url=second)
    two.store.close()
    held = location.read_location(tmp_path / "two", two.ticket.data_key)
    assert held is not None
    location.write_location(tmp_path / "two", location.Location(held.store_id, held.server, first), two.ticket.data_key)
    with pytest.raises(Trouble, match=r"store\.other_database"):
        open_store(tmp_path / "two", "REV-004", PASSPHRASE)
    one.store.close()


def test_a_store_that_could_not_be_finished_leaves_the_database_empty(
    tmp_path: Path, postgresql: PostgreSQL, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = postgresql.new_database()

    def full(*_: object) -> None:
        raise Trouble("disk.full", path="keyslots.json")

    monkeypatch.setattr("eum_app.usecases.store.open_store.write_store_file", full)
    with pytest.raises(Trouble, match=r"disk\.full"):
        make_store(tmp_path / "hq", "hq", "HQ-01", Clock(), database_url=url)
    monkeypatch.undo()
    assert not (tmp_path / "hq").exists()
    make_store(tmp_path / "hq", "hq", "HQ-01", Clock(), database_url=url).close()


def test_the_schema_is_what_the_migrations_make_and_compares_by_code_point(hq: Session) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    with hq.store.reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = [*compare_metadata(context, kept), *compare_metadata(context, read)]
        collations = connection.execute(
            text(
                "SELECT DISTINCT collation_name FROM information_schema.columns"
                " WHERE table_schema = current_schema() AND data_type = 'text'"
            )
        ).scalars()
        ours = [one for one in differences if one[0] not in {"remove_table", "remove_index"}]
        assert ours == []
        assert set(collations) == {"C"}


def test_what_postgresql_cannot_store_is_refused_whole(hq: Session) -> None:
    bad = f.SiteRegistered(observed_at="2026", site_id="s1", name="Depot\x007", country="XX")
    with pytest.raises(Refusal, match=r"fact\.not_storable"), hq.writing() as transaction:
        transaction.append(chain("FLD-1", [site(1), bad]), known_at=1)
    with hq.store.reading() as connection:
        assert chain_head(connection, "FLD-1", 1).seq == 0


def test_eight_writers_at_once_lose_no_number_and_give_none_twice(hq: Session) -> None:
    """Four write to the store's own chain and four to chains of their own, each fact in a transaction of its own."""
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
    begun = 3  # the store's creation, its account, the session
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
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=_write_in_a_process, args=(hq.ticket, number)) for number in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(120)
        assert process.exitcode == 0
    with hq.store.reading() as connection:
        (head,) = verify_all_chains(connection)
    assert head.seq == 3 + 3 * FACTS_EACH
    assert len(hq.read(items.all_sites)) == 3 * FACTS_EACH


def _append_impatiently(hq: Session, entries: list[Entry]) -> None:
    with hq.store.writing(hq.author, own_chain_last=True) as transaction:
        transaction.connection.execute(text("SET LOCAL lock_timeout = '50ms'"))
        transaction.append(entries, 1)


def test_nobody_waits_for_an_import_but_who_writes_the_same_chain(hq: Session) -> None:
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
    assert recorded.seq == 5
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


def test_two_that_wait_for_each_other_are_told_apart_and_can_go_again(hq: Session) -> None:
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
    assert {head.origin: head.seq for head in check_store(hq)[0]} == {"HQ-01": 3, "FLD-1": 2, "FLD-2": 2}


def test_readers_keep_one_view_and_write_nothing(hq: Session) -> None:
    with hq.store.reading() as connection:
        before = items.all_sites(connection)
        with hq.writing() as transaction:
            transaction.record(site(1))
        assert items.all_sites(connection) == before == []
    assert len(hq.read(items.all_sites)) == 1
    with pytest.raises(Trouble, match=r"disk\.read_only"), hq.store.reading() as connection:
        connection.execute(insert(meta).values(name="x", value="y"))


@pytest.mark.parametrize("count", [3, 1_000])
def test_bulk_and_single_rows_come_out_the_same(tmp_path: Path, postgresql: PostgreSQL, count: int) -> None:
    """The same facts one transaction each, and all at once (by COPY where there are many), repeated ids included."""
    facts: list[f.Fact] = [
        check_fact(
            number % (count * 2 // 3), "abc"[number % 3], ("verified", "not_found")[number % 2], f"2026-{number}"
        )
        for number in range(count)
    ]
    entries = chain("FLD-1", facts)
    outcomes = []
    for name, size in (("all", len(entries)), ("some", 7)):
        store = Store.create(
            tmp_path / name, KEY, StoreName("id", "HQ-01", "hq", 1), Clock(), postgresql.new_database()
        )
        with store.writing(author("HQ-01")) as transaction:
            transaction.append(chain("HQ-02", HQ_FACTS), 1)
            for start in range(0, len(entries), size):
                transaction.append(entries[start : start + size], 1)
        with store.reading() as connection:
            outcomes.append(tables(connection))
        store.close()
    assert outcomes[0] == outcomes[1]


def test_the_address_changes_only_to_the_same_database(hq: Session, postgresql: PostgreSQL) -> None:
    folder, key = hq.store.folder, hq.ticket.data_key
    held = location.read_location(folder, key)
    assert held is not None
    with pytest.raises(Trouble, match=r"store\.other_database"):
        change_database_url(folder, "REV-004", PASSPHRASE, postgresql.new_database())
    with pytest.raises(Trouble, match=r"store\.connection_lost"):
        change_database_url(folder, "REV-004", PASSPHRASE, "postgresql://127.0.0.1:1/eum")
    assert location.read_location(folder, key) == held
    change_database_url(folder, "REV-004", PASSPHRASE, held.url + "&application_name=moved")
    open_store(folder, "REV-004", PASSPHRASE).close()
    moved = location.read_location(folder, key)
    assert moved is not None
    assert moved.url.endswith("moved")


@pytest.mark.slow
def test_a_person_does_not_wait_for_an_import(tmp_path: Path, postgresql: PostgreSQL) -> None:
    """The measured bound is `make bench`'s; here only that no write takes anywhere near as long as the import."""
    del postgresql  # it says whether a server can be started here
    waits = measure_waits(tmp_path, visits=3, items=1_000)
    assert len(waits.during_ms) >= 5
    assert max(waits.during_ms) < waits.import_ms / 2


def test_by_command_the_address_comes_in_by_a_descriptor(
    tmp_path: Path, postgresql: PostgreSQL, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EUM_PASSPHRASE", PASSPHRASE)
    url = postgresql.new_database().replace("postgres:@", "postgres:swordfish@")
    who = ["--store", str(tmp_path / "hq"), "--account", "REV-004"]
    create = ["store", "create", "--kind", "hq", "--name", "HQ-01", "--role", "reviewer", "--suite", "p384"]
    assert run([*create, *who, "--database-url-fd", _descriptor("nonsense")]) == 1
    assert run([*create, *who, "--database-url-fd", _descriptor(url)]) == 0
    assert not (tmp_path / "hq" / "store.db").exists()
    assert run(["store", "check", *who]) == 0
    assert run(["store", "database-url", *who, "--database-url-fd", _descriptor(url)]) == 0
    assert run(["store", "database-url", *who, "--database-url-fd", _descriptor(postgresql.new_database())]) == 3
    assert "swordfish" not in "".join(capfd.readouterr())


def _descriptor(line: str) -> str:
    """A descriptor from which `line` can be read; the command leaves it open, the test's process ends it."""
    reading, writing = os.pipe()
    os.write(writing, line.encode() + b"\n")
    os.close(writing)
    return str(reading)
