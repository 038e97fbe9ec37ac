"""Find objects that a database administrator put in the place of a store's tables on PostgreSQL.

A view, a rule, row security or another table of the same name hides or discards rows without changing one. Verified at
each opening, and by a check.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection, text

from db.tables import kept, read
from eum_app.domain.errors import Trouble

_TABLES: Final = text("""
    SELECT wanted.name, c.relkind::text AS kind, c.relnamespace = to_regnamespace(current_schema())::oid AS is_here,
        c.relrowsecurity OR c.relforcerowsecurity AS has_row_security,
        EXISTS (SELECT FROM pg_policy WHERE polrelid = c.oid) AS has_policy,
        EXISTS (SELECT FROM pg_rewrite WHERE ev_class = c.oid) AS has_rule,
        EXISTS (SELECT FROM pg_inherits i JOIN pg_class part ON part.oid = i.inhrelid
            WHERE i.inhparent = c.oid AND NOT part.relispartition) AS has_children
    FROM unnest(CAST(:names AS text[])) AS wanted(name)
    LEFT JOIN pg_class c ON c.oid = to_regclass(quote_ident(wanted.name)) ORDER BY wanted.name""")
_BEFORE_CATALOG: Final = text("""
    SELECT name FROM unnest(current_schemas(true)) WITH ORDINALITY AS path(name, place)
    WHERE name NOT LIKE 'pg\\_%' AND place < (
        SELECT min(place) FROM unnest(current_schemas(true)) WITH ORDINALITY AS all_of(name, place)
        WHERE name = 'pg_catalog')""")
_WHAT: Final = {
    "has_row_security": "row security on {}",
    "has_policy": "a policy on {}",
    "has_rule": "a rule on {}",
    "has_children": "tables that inherit from {}",
}


def verify_tables(connection: Connection) -> None:
    """Verify that the store's tables are plain tables of one schema, without rules and row security.

    Does nothing on SQLCipher. Raises Trouble `store.tables_foreign` (names).
    """
    if connection.dialect.name != "postgresql":
        return
    names = [table.name for table in (*kept.sorted_tables, *read.sorted_tables)]
    found = [f"schema {name} before pg_catalog" for name in connection.execute(_BEFORE_CATALOG).scalars()]
    for row in connection.execute(_TABLES, {"names": names}):
        if row.kind is None:
            continue  # of a newer version, or made by the next rebuild; a missing journal is noticed by its guard
        if row.kind not in ("r", "p"):
            found.append(f"{row.name} is no table")
        if not row.is_here:
            found.append(f"{row.name} of another schema")
        found += [words.format(row.name) for flag, words in _WHAT.items() if getattr(row, flag)]
    if found:
        raise Trouble("store.tables_foreign", names=", ".join(found))
