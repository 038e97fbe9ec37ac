"""Append-only triggers: the journal refuses UPDATE, DELETE and TRUNCATE.

Alembic's batch mode drops triggers silently, so they are installed after every upgrade and verified at every opening.
On PostgreSQL one statement trigger covers all three, on the table and on each of its partitions. It fires in every
session (`ENABLE ALWAYS`: also where `session_replication_role` disables others), and is verified including its
function's body. The owner of the database can still remove it, or detach a partition; then the chain reveals changes,
not the trigger.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection, text

from db.server_guard import verify_tables
from eum_app.domain.errors import Trouble

_SQLITE: Final = {
    "journal_takes_no_update": """CREATE TRIGGER journal_takes_no_update BEFORE UPDATE ON journal
        BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END""",
    "journal_takes_no_delete": """CREATE TRIGGER journal_takes_no_delete BEFORE DELETE ON journal
        BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END""",
}

APPEND_ONLY: Final = "journal_is_append_only"
"""Name of PostgreSQL's trigger and of its function."""
_BODY: Final = """
BEGIN
    RAISE EXCEPTION 'the journal is append-only' USING ERRCODE = 'integrity_constraint_violation';
END
"""
_FUNCTION: Final = f"CREATE OR REPLACE FUNCTION {APPEND_ONLY}() RETURNS trigger LANGUAGE plpgsql AS $body${_BODY}$body$"
_ON_EACH: Final = (
    f"""CREATE OR REPLACE TRIGGER {APPEND_ONLY} BEFORE UPDATE OR DELETE OR TRUNCATE ON {{table}}
        FOR EACH STATEMENT EXECUTE FUNCTION {APPEND_ONLY}()""",
    f"ALTER TABLE {{table}} ENABLE ALWAYS TRIGGER {APPEND_ONLY}",
)
_TABLES: Final = """WITH RECURSIVE tables(oid) AS (
        SELECT to_regclass('journal')::oid WHERE to_regclass('journal') IS NOT NULL
        UNION SELECT i.inhrelid FROM pg_inherits i JOIN tables ON i.inhparent = tables.oid)"""
"""The journal, and the partitions that hold its entries, at every depth."""
_EACH_TABLE: Final = text(f"{_TABLES} SELECT oid::regclass::text FROM tables ORDER BY oid")  # noqa: S608
_OTHERS: Final = text(
    f"{_TABLES} SELECT tgname FROM pg_trigger JOIN tables ON tgrelid = tables.oid WHERE NOT tgisinternal"  # noqa: S608
)
_GUARDS: Final = text(
    f"""{_TABLES} SELECT tables.oid::regclass::text AS "table", t.tgenabled, t.tgtype, p.prosrc,
        t.tgqual IS NULL AND t.tgattr = '' AS is_unconditional
    FROM tables LEFT JOIN pg_trigger t ON t.tgrelid = tables.oid AND t.tgname = :name AND NOT t.tgisinternal
    LEFT JOIN pg_proc p ON p.oid = t.tgfoid ORDER BY tables.oid"""  # noqa: S608
)
_IS_DISTRIBUTED: Final = text("SELECT to_regclass('pg_dist_partition') IS NOT NULL")
"""Whether this database belongs to Citus, which keeps this table."""
_BEFORE_EACH_STATEMENT: Final = 2 | 8 | 16 | 32
"""Bits of pg_trigger.tgtype: before, delete, update, truncate; not for each row (1)."""


def install(connection: Connection) -> None:
    """Create the triggers of this version, replacing others with their names."""
    if connection.dialect.name == "postgresql":
        connection.execute(text(_FUNCTION))
        for table in connection.execute(_EACH_TABLE).scalars().all():
            for statement in _ON_EACH:
                connection.execute(text(statement.format(table=table)))  # quoted by regclass where needed
        return
    for name, statement in _SQLITE.items():
        connection.execute(text(f"DROP TRIGGER IF EXISTS {name}"))
        connection.execute(text(statement))


def verify(connection: Connection) -> None:
    """Verify that the triggers are exactly those of this version.

    Raises Trouble `store.triggers_missing` if one is missing or differs, `store.triggers_foreign` if there are others,
    `database.distributed` on Citus, and as `verify_tables`.
    """
    verify_tables(connection)
    missing = _missing_on_postgresql(connection) if connection.dialect.name == "postgresql" else _missing(connection)
    if missing:
        raise Trouble("store.triggers_missing", names=", ".join(missing))
    foreign = _foreign(connection)
    if foreign:
        raise Trouble("store.triggers_foreign", names=", ".join(foreign))


def _foreign(connection: Connection) -> list[str]:
    """Return the names of triggers on the journal that are not ours. One of them could discard appended entries."""
    if connection.dialect.name == "postgresql":
        return sorted(name for name in connection.execute(_OTHERS).scalars() if name != APPEND_ONLY)
    rows = connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'journal'"))
    return sorted(name for name in rows.scalars() if name not in _SQLITE)


def _missing(connection: Connection) -> list[str]:
    rows = connection.execute(
        text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'journal'")
    )
    found = {row.name: row.sql for row in rows}
    return [name for name, statement in _SQLITE.items() if found.get(name) != statement]


def _missing_on_postgresql(connection: Connection) -> list[str]:
    """Return the tables that hold entries and lack the trigger, as `journal_is_append_only on journal_2027`.

    A statement trigger of a partitioned table does not fire for statements on its partitions. Raises Trouble
    `database.distributed`: on Citus the entries are in tables on other servers, which cannot be verified from here.
    """
    if connection.execute(_IS_DISTRIBUTED).scalar():
        raise Trouble("database.distributed")
    rows = connection.execute(_GUARDS, {"name": APPEND_ONLY}).all()
    guard = ("A", _BEFORE_EACH_STATEMENT, _BODY, True)
    return [f"{APPEND_ONLY} on {row.table}" for row in rows if tuple(row)[1:] != guard] if rows else [APPEND_ONLY]
