"""Shared by all appliers: insert many rows, whatever their order of arrival."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from operator import attrgetter, itemgetter
from typing import Any, cast

from sqlalchemy import Connection, Executable, Row, Table, tuple_
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Dialect
from sqlalchemy.sql.compiler import SQLCompiler

from db import bulk
from eum_app.domain import facts as f
from eum_app.domain.journal import Entry, order_key

Noted = tuple[Entry, Any, int]
"""(entry, its fact, known_at)"""
Rows = list[dict[str, Any]]
Appliers = dict[type[f.Fact], Callable[[Connection, Sequence[Noted]], None]]
"""How a module applies its kinds of facts: each function takes a batch of one kind."""


def put(connection: Connection, table: Table, rows: Rows) -> None:
    """Insert rows. On an existing key a newer `order_key` wins; without that column the existing row stays."""
    if bulk.is_worthwhile(connection, len(rows)):
        bulk.merge(connection, table, rows, "order_key" if "order_key" in table.c else "")
    elif rows:
        run(connection, _put_statement(connection.dialect.name, table), rows)


def put_first(connection: Connection, table: Table, rows: Rows) -> None:
    """Insert rows under ids that are used once. On an existing key the row that arrived first (`known_at`) wins.

    Of rows that arrived together, the one with the lower `order_key` wins. A fact that arrives later under the same id
    replaces nothing, whatever time it states.
    """
    run(connection, _put_first_statement(connection.dialect.name, table), rows)


@cache
def _put_first_statement(dialect: str, table: Table) -> Any:
    insert = insert_into(dialect, table)
    order = ("known_at", "order_key")
    return insert.on_conflict_do_update(
        index_elements=list(table.primary_key.columns),
        set_={column.name: insert.excluded[column.name] for column in table.columns if not column.primary_key},
        where=tuple_(*[insert.excluded[name] for name in order]) < tuple_(*[table.c[name] for name in order]),
    )


def put_tuples(connection: Connection, table: Table, columns: tuple[str, ...], rows: Sequence[tuple[Any, ...]]) -> None:
    """`put` for tables with very many rows, given as tuples. `columns` are in the order of the table."""
    if connection.dialect.name == "postgresql":
        put(connection, table, [dict(zip(columns, row, strict=True)) for row in rows])
    elif rows:
        text, _ = _rendered(connection.dialect, _put_statement(connection.dialect.name, table), columns)
        connection.exec_driver_sql(text, list(rows) if len(rows) > 1 else rows[0])


@cache
def _put_statement(dialect: str, table: Table) -> Any:
    insert = insert_into(dialect, table)
    keys = list(table.primary_key.columns)
    if "order_key" not in table.c:
        return insert.on_conflict_do_nothing(index_elements=keys)
    changed = {column.name: insert.excluded[column.name] for column in table.columns if not column.primary_key}
    return insert.on_conflict_do_update(
        index_elements=keys, set_=changed, where=insert.excluded.order_key > table.c.order_key
    )


def insert_into(dialect: str, table: Table) -> Any:
    """Return an INSERT for the dialect that supports ON CONFLICT."""
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)


def run(connection: Connection, statement: Executable, rows: Rows) -> None:
    """Run one statement over one or more rows with the same keys, directly through the driver.

    SQLAlchemy renders the SQL once per statement; its handling of parameters per row would cost as much as the writing.
    `statement` must be cached (`functools.cache`), the rows must hold all its parameters, and the values must have
    types that the driver accepts.
    """
    text, given = _rendered(connection.dialect, statement, tuple(rows[0]))
    connection.exec_driver_sql(text, [given(row) for row in rows] if len(rows) > 1 else given(rows[0]))


def first_of(connection: Connection, statement: Executable, given: dict[str, Any]) -> Row[Any] | None:
    """Return the first row of a query that runs for each read or write, directly through the driver; None if empty.

    `statement` and its parameters as for `run`. Values come as the driver returns them.
    """
    text, parameters = _rendered(connection.dialect, statement, tuple(given))
    return connection.exec_driver_sql(text, parameters(given)).first()


_RENDERED: dict[tuple[str, Executable, tuple[str, ...]], tuple[str, Callable[[dict[str, Any]], Any]]] = {}


def _rendered(
    dialect: Dialect, statement: Executable, names: tuple[str, ...]
) -> tuple[str, Callable[[dict[str, Any]], Any]]:
    """Return the SQL text, and a function from a row to its parameters.

    The parameters are a tuple in the order of the placeholders, or the row itself if they are named.
    """
    key = (dialect.name, statement, names)
    found = _RENDERED.get(key)
    if found is None:
        compiled = cast(SQLCompiler, cast(Any, statement).compile(dialect=dialect, column_keys=list(names)))
        found = (str(compiled), _in_order(compiled.positiontup) if compiled.positiontup is not None else dict)
        _RENDERED[key] = found
    return found


def _in_order(names: Sequence[str]) -> Callable[[dict[str, Any]], Any]:
    if len(names) == 1:
        (name,) = names
        return lambda row: (row[name],)
    return itemgetter(*names)


def key_of(entry: Entry, fact: f.Fact) -> str:
    """Return the sort key that decides which fact wins."""
    return order_key(fact.observed_at, entry)


def plain(fact: Any, *names: str) -> dict[str, Any]:
    """Return the named fields of a fact as column values."""
    return dict(zip(names, _fields(names)(fact), strict=True)) if len(names) > 1 else {names[0]: getattr(fact, *names)}


@cache
def _fields(names: tuple[str, ...]) -> Callable[[Any], Any]:
    return attrgetter(*names)
