"""An administrator of the database server without a key of HQ: whatever hides or discards rows is found."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from eum_app.domain.errors import KnownError, Trouble
from eum_app.usecases.session import Session
from eum_app.usecases.store.check_store import examine_store
from eum_app.usecases.store.open_store import open_store
from tests.builders import PASSPHRASE
from tests.postgres import PostgreSQL
from tests.simulator import Simulator

DEVICE = "FLD-0042"


@pytest.fixture
def hq(tmp_path: Path, postgresql: PostgreSQL) -> Iterator[Session]:
    simulator = Simulator.start(tmp_path / "w", database_url=postgresql.new_database())
    simulator.check(DEVICE, 0)
    assert simulator.deliver(simulator.seal(DEVICE))[0].outcome == "accepted"
    yield simulator.world.hq
    simulator.world.close()


FOUND_AT_OPENING = {
    "a view in place of the table": (
        "ALTER TABLE journal RENAME TO journal_kept",
        "CREATE VIEW journal AS SELECT * FROM journal_kept WHERE origin <> 'FLD-0042'",
    ),
    "a view of items": (
        "ALTER TABLE visits RENAME TO visits_kept",
        "CREATE VIEW visits AS SELECT * FROM visits_kept WHERE false",
    ),
    "row security": (
        "ALTER TABLE journal ENABLE ROW LEVEL SECURITY",
        "ALTER TABLE journal FORCE ROW LEVEL SECURITY",
        "CREATE POLICY hidden ON journal USING (origin <> 'FLD-0042')",
    ),
    "a policy that waits": ("CREATE POLICY hidden ON findings USING (false)",),
    "a rule that discards": ("CREATE RULE lost AS ON INSERT TO journal DO INSTEAD NOTHING",),
    "a child that adds rows": ("CREATE TABLE more () INHERITS (journal)",),
    "a renamed table": ("ALTER TABLE journal RENAME TO journal_kept",),
    "a trigger that discards": (
        "CREATE FUNCTION swallow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
        "CREATE TRIGGER other BEFORE INSERT ON journal FOR EACH ROW EXECUTE FUNCTION swallow()",
    ),
    "a guard of the same name in another schema": (
        "CREATE SCHEMA IF NOT EXISTS eum_other",
        "CREATE OR REPLACE FUNCTION eum_other.journal_is_append_only() RETURNS trigger LANGUAGE plpgsql"
        " AS 'BEGIN RETURN NULL; END'",
        "CREATE OR REPLACE TRIGGER journal_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON journal"
        " FOR EACH STATEMENT EXECUTE FUNCTION eum_other.journal_is_append_only()",
        "ALTER TABLE journal ENABLE ALWAYS TRIGGER journal_is_append_only",
    ),
}


@pytest.mark.parametrize("name", FOUND_AT_OPENING)
def test_it_is_found_at_opening_and_by_a_check(hq: Session, name: str) -> None:
    """Before, row security, rules, and views of the other tables went unnoticed."""
    assert examine_store(hq).damaged == ()
    with hq.writing() as transaction:
        for statement in FOUND_AT_OPENING[name]:
            transaction.connection.execute(text(statement))
    with pytest.raises(KnownError) as told:
        open_store(hq.store.folder, "REV-004", PASSPHRASE)
    assert told.value.code in {"store.tables_foreign", "store.triggers_missing", "store.triggers_foreign"}


@pytest.mark.parametrize("name", ["row security", "a rule that discards", "a trigger that discards"])
def test_a_check_finds_what_came_after_the_opening(hq: Session, name: str) -> None:
    with hq.writing() as transaction:
        for statement in FOUND_AT_OPENING[name]:
            transaction.connection.execute(text(statement))
    assert {one.code for one in examine_store(hq).damaged} <= {"store.tables_foreign", "store.triggers_foreign"}
    assert examine_store(hq).damaged


@pytest.mark.parametrize("path", ["eum_evil, {schema}", "{schema}, pg_catalog", "eum_evil, pg_catalog, {schema}"])
def test_another_search_path_does_not_lead_to_other_tables(
    hq: Session, postgresql: PostgreSQL, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A table or function of the same name in a schema that comes first."""
    with hq.store._engine.connect() as connection:
        schema = connection.execute(text("SELECT current_schema()")).scalar_one()
        connection.execute(text("CREATE SCHEMA IF NOT EXISTS eum_evil"))
        connection.execute(text("CREATE TABLE IF NOT EXISTS eum_evil.findings (LIKE findings)"))
        connection.commit()
        connection.execute(text(f"SET search_path = {path.format(schema=schema)}"))
        from db import triggers

        with pytest.raises(Trouble, match=r"store\.tables_foreign"):
            triggers.verify(connection)
        connection.rollback()


def test_replication_role_does_not_disable_the_guard(hq: Session) -> None:
    with hq.writing() as transaction:
        transaction.connection.execute(text("SET LOCAL session_replication_role = replica"))
        with pytest.raises(Exception, match="append-only"):
            transaction.connection.execute(text("DELETE FROM journal"))
        transaction.connection.rollback() if transaction.connection.in_transaction() else None


def test_a_detached_partition_is_missing_in_a_check(hq: Session) -> None:
    """Nothing guards against it. The device's receipts name entries that are not here."""
    from db import triggers

    with hq.writing() as transaction:
        for statement in (
            "ALTER TABLE journal RENAME TO journal_rest",
            "CREATE TABLE journal (LIKE journal_rest INCLUDING ALL) PARTITION BY LIST (origin)",
            "CREATE TABLE journal_fld PARTITION OF journal FOR VALUES IN ('FLD-0042')",
            "DROP TRIGGER journal_is_append_only ON journal_rest",
            "INSERT INTO journal_fld SELECT * FROM journal_rest WHERE origin = 'FLD-0042'",
            "DELETE FROM journal_rest WHERE origin = 'FLD-0042'",
            "ALTER TABLE journal ATTACH PARTITION journal_rest DEFAULT",
        ):
            transaction.connection.execute(text(statement))
        triggers.install(transaction.connection)
    hq.store.look_at_own_chain()
    assert examine_store(hq).missing == ()
    with hq.writing() as transaction:
        transaction.connection.execute(text("ALTER TABLE journal DETACH PARTITION journal_fld"))
    assert "chain.rolled_back" in {one.code for one in examine_store(hq).missing}
