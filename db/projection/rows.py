"""What every applier shares: rows into tables, many at a time, whatever the order of arrival."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from operator import attrgetter, itemgetter
from typing import Any, cast

from sqlalchemy import Connection, Executable, Table
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
    """Insert rows; a row whose key is there already gives way to a newer `order_key`, or stays where there is none."""
    if bulk.is_worthwhile(connection, len(rows)):
        bulk.merge(connection, table, rows, "order_key" if "order_key" in table.c else "")
    elif rows:
        run(connection, _put_statement(connection.dialect.name, table), rows)


def put_tuples(connection: Connection, table: Table, columns: tuple[str, ...], rows: Sequence[tuple[Any, ...]]) -> None:
    """`put` for tables of very many rows, which come as tuples: `columns` in the order in which the table has them."""
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
    """An INSERT that can say what to do on a conflict, in either dialect."""
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)


def run(connection: Connection, statement: Executable, rows: Rows) -> None:
    """Run one statement over rows of the same keys, straight through the driver.

    SQLAlchemy renders the SQL, once for each statement; its handling of parameters row by row would cost as much again
    as the writing. `statement` must be one that is kept (`functools.cache`), all of whose parameters stand in the rows,
    with values of types that the driver takes.
    """
    text, given = _rendered(connection.dialect, statement, tuple(rows[0]))
    connection.exec_driver_sql(text, [given(row) for row in rows] if len(rows) > 1 else given(rows[0]))


_RENDERED: dict[tuple[str, Executable, tuple[str, ...]], tuple[str, Callable[[dict[str, Any]], Any]]] = {}


def _rendered(
    dialect: Dialect, statement: Executable, names: tuple[str, ...]
) -> tuple[str, Callable[[dict[str, Any]], Any]]:
    """SQL text, and how a row becomes its parameters: a tuple in the order of the marks, or the row where they are
    named."""
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
    """Where a fact stands in the order of state."""
    return order_key(fact.observed_at, entry)


def plain(fact: Any, *names: str) -> dict[str, Any]:
    """Those fields of a fact that are columns by the same name."""
    return dict(zip(names, _fields(names)(fact), strict=True)) if len(names) > 1 else {names[0]: getattr(fact, *names)}


@cache
def _fields(names: tuple[str, ...]) -> Callable[[Any], Any]:
    return attrgetter(*names)
