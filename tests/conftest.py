"""For every test: Qt without a display, Hypothesis by profile, and sample data, if present beside the project."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from tests.postgres import PostgreSQL, started_for_tests
from tests.statements import share_compiled_statements

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")  # before anything imports Qt

# Without byte code, each worker compiles every test, and each child process all that it imports.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

# Never the state of the person who runs the tests; child processes and commands inherit it.
_STATE = tempfile.TemporaryDirectory(prefix="eum-state-")
os.environ["EUM_STATE"] = _STATE.name

share_compiled_statements()

# No deadline: a busy machine does not mean that the code is wrong. HYPOTHESIS_PROFILE=fuzz is `make fuzz`.
settings.register_profile("default", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("fuzz", settings.get_profile("default"), max_examples=5_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))

SHARED_DATA = Path(__file__).resolve().parents[1].parent / "shared" / "data"


@pytest.fixture(scope="session")
def qapp_cls(qapp_cls: type[QApplication]) -> type[QApplication]:
    """Return the class of the application, after Qt has found its plugins, also in a path with a quote in it."""
    from ui.window.display import find_plugins

    find_plugins()
    return qapp_cls


@pytest.fixture(scope="session")
def qapp(qapp: QApplication) -> QApplication:
    """Qt's application as the app makes it: with the English plurals."""
    from ui.kit.translation import load_catalog

    load_catalog(qapp)
    return qapp


def pytest_xdist_auto_num_workers() -> int:
    """Return one more than there are cores: tests of windows wait for a third of their time."""
    return (os.cpu_count() or 1) + 1


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a test marked `data` if the sample data is absent."""
    if item.get_closest_marker("data") and not SHARED_DATA.is_dir():
        pytest.skip("needs the shared sample data beside the project")


@pytest.fixture(autouse=True)
def nothing_caught() -> Iterator[None]:
    """Fail a test when the guard around Qt's methods caught a bug. A test that provokes one calls `take_caught`."""
    yield
    guard = sys.modules.get("ui.kit.guard")  # never import Qt for a test that does not need it
    if guard is not None:
        left = guard.take_caught()
        assert left == [], "raised in a method that Qt calls"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Return the folder of the shared sample data. Mark tests that use it with `data`."""
    if not SHARED_DATA.is_dir():
        pytest.skip("needs the shared sample data beside the project")
    return SHARED_DATA


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgreSQL]:
    """Return a real PostgreSQL server. Tests that need it are skipped only if the wheel's server cannot start."""
    try:
        server = started_for_tests()
    except (ImportError, OSError, subprocess.SubprocessError) as error:
        pytest.skip(f"PostgreSQL cannot be started here: {error}")
    yield server
    server.stop()


@pytest.fixture(params=["sqlcipher", "postgresql"])
def hq_backend(request: pytest.FixtureRequest) -> Callable[[], str | None]:
    """Run for both kinds of HQ database. Each call returns the `database_url` for a new store."""
    if request.param == "sqlcipher":
        return lambda: None
    server: PostgreSQL = request.getfixturevalue("postgresql")
    return server.new_database
