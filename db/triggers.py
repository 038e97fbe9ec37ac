"""Append-only triggers: the journal refuses UPDATE, DELETE and TRUNCATE.

Alembic's batch mode drops triggers silently, so they are installed after every upgrade and verified at every opening.
On PostgreSQL one statement trigger covers all three, fires in every session (`ENABLE ALWAYS`: also where
`session_replication_role` disables others), and is verified including its function's body. The owner of the database
can still remove it; then the chain reveals changes, not the trigger.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection, text

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
_POSTGRESQL: Final = (
    f"CREATE OR REPLACE FUNCTION {APPEND_ONLY}() RETURNS trigger LANGUAGE plpgsql AS $body${_BODY}$body$",
    f"""CREATE OR REPLACE TRIGGER {APPEND_ONLY} BEFORE UPDATE OR DELETE OR TRUNCATE ON journal
        FOR EACH STATEMENT EXECUTE FUNCTION {APPEND_ONLY}()""",
    f"ALTER TABLE journal ENABLE ALWAYS TRIGGER {APPEND_ONLY}",
)
_BEFORE_EACH_STATEMENT: Final = 2 | 8 | 16 | 32
"""Bits of pg_trigger.tgtype: before, delete, update, truncate; not for each row (1)."""


def install(connection: Connection) -> None:
    """Create the triggers of this version, replacing others with their names."""
    if connection.dialect.name == "postgresql":
        for statement in _POSTGRESQL:
            connection.execute(text(statement))
        return
    for name, statement in _SQLITE.items():
        connection.execute(text(f"DROP TRIGGER IF EXISTS {name}"))
        connection.execute(text(statement))


def verify(connection: Connection) -> None:
    """Verify that the triggers are exactly those of this version.

    Raises Trouble `store.triggers_missing` if one is missing or differs, `store.triggers_foreign` if there are others.
    """
    missing = _missing_on_postgresql(connection) if connection.dialect.name == "postgresql" else _missing(connection)
    if missing:
        raise Trouble("store.triggers_missing", names=", ".join(missing))
    foreign = _foreign(connection)
    if foreign:
        raise Trouble("store.triggers_foreign", names=", ".join(foreign))


def _foreign(connection: Connection) -> list[str]:
    """Return the names of triggers on the journal that are not ours. One of them could discard appended entries."""
    if connection.dialect.name == "postgresql":
        found = connection.execute(
            text("SELECT tgname FROM pg_trigger WHERE tgrelid = to_regclass('journal') AND NOT tgisinternal")
        ).scalars()
        return sorted(name for name in found if name != APPEND_ONLY)
    rows = connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'journal'"))
    return sorted(name for name in rows.scalars() if name not in _SQLITE)


def _missing(connection: Connection) -> list[str]:
    rows = connection.execute(
        text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'journal'")
    )
    found = {row.name: row.sql for row in rows}
    return [name for name, statement in _SQLITE.items() if found.get(name) != statement]


def _missing_on_postgresql(connection: Connection) -> list[str]:
    row = connection.execute(
        text(
            "SELECT t.tgenabled, t.tgtype, p.prosrc, t.tgqual IS NULL AND t.tgattr = '' AS is_unconditional"
            " FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid"
            " WHERE t.tgrelid = to_regclass('journal') AND t.tgname = :name AND NOT t.tgisinternal"
        ),
        {"name": APPEND_ONLY},
    ).first()
    stands = row is not None and tuple(row) == ("A", _BEFORE_EACH_STATEMENT, _BODY, True)
    return [] if stands else [APPEND_ONLY]
