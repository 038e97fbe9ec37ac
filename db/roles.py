"""Roles on a PostgreSQL server: the rights that the owner of a store's database grants to other logins.

- *writer*: users at HQ. SELECT and INSERT on journals, nothing else; on read tables the rights of a projection.
- *intake*: a process that imports bundles. Like the writer, but may not change or remove key material and content.
- *auditor*: reads everything except key material and content, and appends to the access log through a function.

Only the owner defines tables: it upgrades the schema and creates read tables of a new shape. Roles belong to the
server; its administrator creates them with their passwords.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from db import turns
from db.tables import read
from db.triggers import APPEND_ONLY
from eum_app.domain.errors import Refusal

ACCESS_LOG: Final = "access_log"
LOG_ACCESS: Final = "log_access"
_READ_TABLES: Final = "SELECT, INSERT, UPDATE, DELETE"
_ON_KEPT: Final[dict[str, dict[str, str]]] = {
    "writer": {
        "journal": "SELECT, INSERT",
        "content": "SELECT, INSERT, UPDATE (key, salt, sealed)",
        "secrets": "SELECT, INSERT, DELETE",
        "drafts": "SELECT, INSERT, DELETE",
        "meta": "SELECT, INSERT, UPDATE, DELETE",
        "alembic_version": "SELECT",
    },
    "intake": {
        "journal": "SELECT, INSERT",
        "content": "SELECT, INSERT",
        "secrets": "SELECT",
        "meta": "SELECT, INSERT, UPDATE, DELETE",
        "alembic_version": "SELECT",
    },
    "auditor": {"journal": "SELECT", "meta": "SELECT", "alembic_version": "SELECT", ACCESS_LOG: "SELECT"},
}
NO_SUCH_ROLE: Final = "42704"
"""SQLSTATE of an unknown role (PostgreSQL 18, Appendix A)."""


@dataclass(frozen=True)
class Roles:
    """Names of roles on the server; empty for a role that is not used."""

    writer: str = ""
    intake: str = ""
    auditor: str = ""


def grant(connection: Connection, roles: Roles) -> None:
    """Grant each named role its rights in this store's schema, and revoke its others. Requires the owner's connection.

    A kind of role without a name is skipped: what it has, it keeps. The access log is created if it is missing. Raises
    Refusal `database.only_server` for SQLCipher, `database.role_unknown`, `database.not_owner`.
    """
    if connection.dialect.name != "postgresql":
        raise Refusal("database.only_server")
    if not is_owner(connection):
        raise Refusal("database.not_owner")
    turns.wait_for_grants(connection)
    for statement in _access_log(connection):
        connection.execute(text(statement))
    for kind, kept in _ON_KEPT.items():
        role = getattr(roles, kind)
        if not role:
            continue
        try:
            for statement in _granted(connection, kind, role, kept):
                connection.execute(text(statement))
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", "") == NO_SUCH_ROLE:
                raise Refusal("database.role_unknown", role=role[:60]) from error
            raise


def is_owner(connection: Connection) -> bool:
    """Whether this connection's role owns the journal, and so may define tables."""
    question = "SELECT pg_has_role(relowner, 'USAGE') FROM pg_class WHERE oid = to_regclass('journal')"
    return bool(connection.execute(text(question)).scalar())


def _granted(connection: Connection, kind: str, role: str, kept: dict[str, str]) -> Iterator[str]:
    quote = connection.dialect.identifier_preparer.quote_identifier
    schema, database = connection.execute(text("SELECT current_schema(), current_database()")).one()
    schema, database, role = quote(schema), quote(database), quote(role)
    on_read = "SELECT" if kind == "auditor" else _READ_TABLES
    yield f"REVOKE ALL ON ALL TABLES IN SCHEMA {schema} FROM {role}"
    yield f"GRANT USAGE ON SCHEMA {schema} TO {role}"
    for name, rights in kept.items():
        yield f"GRANT {rights} ON {schema}.{quote(name)} TO {role}"
    for name in read.tables:
        yield f"GRANT {on_read} ON {schema}.{quote(name)} TO {role}"
    # The owner recreates read tables, and grants on the old ones are lost with them.
    yield f"ALTER DEFAULT PRIVILEGES IN SCHEMA {schema} REVOKE ALL ON TABLES FROM {role}"
    yield f"ALTER DEFAULT PRIVILEGES IN SCHEMA {schema} GRANT {on_read} ON TABLES TO {role}"
    if kind == "auditor":
        yield f"GRANT EXECUTE ON FUNCTION {schema}.{LOG_ACCESS}(text) TO {role}"
    else:
        yield f"GRANT TEMPORARY ON DATABASE {database} TO {role}"


def _access_log(connection: Connection) -> Iterator[str]:
    """Yield the statements that create the access log, for accesses from outside the program.

    Only its function can write to it, under the name of the session's login.
    """
    schema = connection.dialect.identifier_preparer.quote_identifier(
        connection.execute(text("SELECT current_schema()")).scalar_one()
    )
    yield f"""CREATE TABLE IF NOT EXISTS {ACCESS_LOG} (
        number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        at timestamptz NOT NULL DEFAULT clock_timestamp(), who text NOT NULL, address text, what text NOT NULL)"""
    yield f"""CREATE OR REPLACE TRIGGER {APPEND_ONLY} BEFORE UPDATE OR DELETE OR TRUNCATE ON {ACCESS_LOG}
        FOR EACH STATEMENT EXECUTE FUNCTION {APPEND_ONLY}()"""
    yield f"ALTER TABLE {ACCESS_LOG} ENABLE ALWAYS TRIGGER {APPEND_ONLY}"
    yield f"""CREATE OR REPLACE FUNCTION {LOG_ACCESS}(what text) RETURNS bigint LANGUAGE sql SECURITY DEFINER
        SET search_path = {schema}, pg_temp
        AS $body$ INSERT INTO {ACCESS_LOG} (who, address, what)
        VALUES (session_user, host(inet_client_addr()), left(what, 2000)) RETURNING number $body$"""  # noqa: S608 - our names, the schema quoted
    yield f"REVOKE ALL ON FUNCTION {LOG_ACCESS}(text) FROM PUBLIC"
