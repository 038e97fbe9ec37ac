"""PostgreSQL only: boxed key material, separate triggers, an address to keep."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.exc import DatabaseError

from db import engines, location
from db.chains import chain_head
from db.content import object_row
from db.queries import items
from db.secrets import OWN_CHAIN, VAULT
from db.store import Store, StoreName
from db.tables import content, kept, meta, read, secrets
from eum_app.cli import run
from eum_app.domain import facts as f
from eum_app.domain.errors import Refusal, Trouble
from eum_app.domain.journal import Author
from eum_app.usecases.session import Session
from eum_app.usecases.store.open_store import change_database_url, check_store, open_store
from tests.builders import PASSPHRASE, Clock, make_store
from tests.integration.test_projection import HQ_FACTS, KEY, chain, check_fact, tables
from tests.postgres import PostgreSQL


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
        plain = transaction.secret(VAULT)
        row = object_row(transaction.connection, ref.object_id)
    assert plain is not None
    assert row.key is not None
    assert hq.content(ref) == b"photo"
    with hq.store.reading() as connection:
        stored = {one.purpose: one.value for one in connection.execute(select(secrets))}
        key = connection.execute(select(content.c.key)).scalar_one()
    assert plain[:32] not in stored[VAULT]
    assert row.key not in key
    with hq.writing() as transaction:
        where = secrets.c.purpose == OWN_CHAIN
        transaction.connection.execute(secrets.update().where(where).values(value=stored[VAULT]))
        with pytest.raises(Trouble, match=r"store\.damaged"):
            transaction.secret(OWN_CHAIN)


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
