"""Many rows at once into PostgreSQL: COPY, and COPY into a passing table followed by a merge.

The driver's own executemany sends one INSERT a row; from some hundred rows on, COPY is twice as fast and more.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from sqlalchemy import Boolean, Connection, Integer, LargeBinary, Table
from sqlalchemy.exc import DBAPIError

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
            copy.set_types([_type_name(like, column) for column in columns])
            for row in rows:
                copy.write_row(row)
    except psycopg.Error as error:
        raise DBAPIError.instance(statement, None, error, psycopg.Error, hide_parameters=True) from error


def _type_name(table: Table, column: str) -> str:
    kind = table.c[column].type
    if isinstance(kind, LargeBinary):
        return "bytea"
    if isinstance(kind, Boolean):
        return "bool"
    return "int8" if isinstance(kind, Integer) else "text"


def passing_table(connection: Connection, table: Table) -> str:
    """An empty table for this transaction with the columns of `table` and nothing else of it; its name."""
    name = f"passing_{table.name}"
    connection.exec_driver_sql(
        f"CREATE TEMPORARY TABLE IF NOT EXISTS {name} ON COMMIT DROP AS TABLE {table.name} WITH NO DATA"
    )
    connection.exec_driver_sql(f"TRUNCATE {name}")
    return name
