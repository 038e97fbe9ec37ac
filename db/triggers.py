"""Append-only triggers: the journal takes no UPDATE and no DELETE.

Alembic's batch mode drops triggers without a word, so they are installed after every upgrade and verified at every
opening.
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


def install(connection: Connection) -> None:
    """Make the triggers as this version states them, replacing others of their names."""
    for name, statement in _SQLITE.items():
        connection.execute(text(f"DROP TRIGGER IF EXISTS {name}"))
        connection.execute(text(statement))


def verify(connection: Connection) -> None:
    """Raises Trouble `store.triggers_missing` unless every trigger stands word for word."""
    rows = connection.execute(
        text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'journal'")
    )
    found = {row.name: row.sql for row in rows}
    missing = [name for name, statement in _SQLITE.items() if found.get(name) != statement]
    if missing:
        raise Trouble("store.triggers_missing", names=", ".join(missing))
