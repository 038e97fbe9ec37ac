"""Many rows at once into PostgreSQL: COPY, and COPY into a passing table followed by a merge.

The driver's own executemany sends one INSERT a row; from some hundred rows on, COPY is twice as fast and more.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from operator import itemgetter
from typing import Any, Final

from sqlalchemy import Boolean, Connection, Integer, LargeBinary, Table, TableClause, column, select
from sqlalchemy import table as table_named
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import DBAPIError, IntegrityError

Rows = list[dict[str, Any]]

WORTHWHILE: Final = 200
"""Rows from which a passing table pays."""


def is_worthwhile(connection: Connection, rows: int) -> bool:
    return rows >= WORTHWHILE and connection.dialect.name == "postgresql"


def copy_in(
    connection: Connection, into: Table | str, like: Table, columns: Sequence[str], rows: Iterable[Sequence[Any]]
) -> None:
    """COPY rows, in the order of `columns`, into a table whose columns have the types of `like`'s.

    Raises SQLAlchemy's errors, as any other statement does.
    """
    import psycopg  # noqa: PLC0415 - 0.1 s that a device never needs

    name = into if isinstance(into, str) else into.name
    statement = f"COPY {name} ({', '.join(columns)}) FROM STDIN (FORMAT BINARY)"
    driver: Any = connection.connection.driver_connection
    try:
        with driver.cursor() as cursor, cursor.copy(statement) as copy:
            copy.set_types(column_types(like, columns))
            for row in rows:
                copy.write_row(row)
    except psycopg.Error as error:
        raise DBAPIError.instance(statement, None, error, psycopg.Error, hide_parameters=True) from error


def column_types(table: Table, columns: Sequence[str]) -> list[str]:
    """PostgreSQL's names of the types of these columns."""
    return [_type_name(table, column) for column in columns]


def _type_name(table: Table, column: str) -> str:
    kind = table.c[column].type
    if isinstance(kind, LargeBinary):
        return "bytea"
    if isinstance(kind, Boolean):
        return "bool"
    return "int8" if isinstance(kind, Integer) else "text"


def merge(connection: Connection, table: Table, rows: Rows, newest_by: str) -> None:
    """Insert rows of the same names; where a key is there already, the row with the greater `newest_by` stays, and
    without `newest_by` the one that is there."""
    columns = list(rows[0])
    keys = [column.name for column in table.primary_key.columns]
    single = newest(rows, keys, newest_by)
    # Mostly no key is there already: then the rows are written once and not twice.
    if copy_new(connection, table, columns, map(itemgetter(*columns), single)):
        return
    passing = _passed(connection, table, columns, single)
    insert = postgresql.insert(table).from_select(columns, select(*[passing.c[name] for name in columns]))
    if newest_by:
        connection.execute(
            insert.on_conflict_do_update(
                index_elements=keys,
                set_={name: insert.excluded[name] for name in columns if name not in keys},
                where=insert.excluded[newest_by] > table.c[newest_by],
            )
        )
    else:
        connection.execute(insert.on_conflict_do_nothing(index_elements=keys))


def copy_new(connection: Connection, table: Table, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> bool:
    """COPY rows none of whose keys is there; False, and nothing written, where one is."""
    try:
        with connection.begin_nested():
            copy_in(connection, table, table, columns, rows)
    except IntegrityError:
        return False
    return True


def newest(rows: Rows, keys: Sequence[str], newest_by: str) -> Rows:
    """One row for each key: the first with the greatest `newest_by`, or the first. In the order of the keys, so that
    two who write the same rows wait in one order."""
    key_of = itemgetter(*keys) if len(keys) > 1 else itemgetter(keys[0])
    found: dict[Any, dict[str, Any]] = {}
    for row in rows:
        held = found.setdefault(key_of(row), row)
        if newest_by and row[newest_by] > held[newest_by]:
            found[key_of(row)] = row
    return [found[key] for key in sorted(found)]


def _passed(connection: Connection, table: Table, columns: Sequence[str], rows: Rows) -> TableClause:
    """The rows in a table of the same columns that passes with the transaction."""
    name = f"passing_{table.name}"
    connection.exec_driver_sql(
        f"CREATE TEMPORARY TABLE IF NOT EXISTS {name} ON COMMIT DROP AS TABLE {table.name} WITH NO DATA"
    )
    connection.exec_driver_sql(f"TRUNCATE {name}")
    values = itemgetter(*columns)
    copy_in(connection, name, table, columns, map(values, rows))
    return table_named(name, *[column(one, table.c[one].type) for one in columns])
