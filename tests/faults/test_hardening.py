"""Other programs of the same machine: what they can see of a store and of a running program."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from eum_app.usecases.store.open_store import open_store
from tests.builders import PASSPHRASE, Clock, make_store

pytestmark = pytest.mark.skipif(os.name != "posix", reason="modes and /proc are POSIX")
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def careless_umask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.usefixtures("careless_umask")
def test_only_its_owner_enters_a_store(tmp_path: Path) -> None:
    clock = Clock()
    made = make_store(tmp_path / "hq", "hq", "HQ-01", clock, role="reviewer")
    folder = made.store.folder
    assert mode(folder) == 0o700
    made.close()
    folder.chmod(0o777)  # as older versions left it
    open_store(folder, "REV-004", PASSPHRASE, now=clock).close()
    assert mode(folder) == 0o700


_PROGRAM = """
import os, resource, sys
from eum_app import cli
from eum_app.cli.process import secret

def command(arguments):
    assert secret("EUM_PASSPHRASE") == "hush hush"
    print("ready", resource.getrlimit(resource.RLIMIT_CORE), oct(os.umask(0o077)), flush=True)
    sys.stdin.readline()
    return 0

cli._run = command
cli.main()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux's")
def test_a_running_program_shows_no_passphrase_and_leaves_no_core() -> None:
    environment = {**os.environ, "EUM_PASSPHRASE": "hush hush", "EUM_STORE": "/nowhere"}
    with subprocess.Popen(
        [sys.executable, "-c", _PROGRAM],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as running:
        assert running.stdout is not None
        assert running.stdout.readline() == "ready (0, 0) 0o77\n"
        seen = Path(f"/proc/{running.pid}/environ")
        if os.geteuid() == 0:  # root reads it all the same
            assert b"hush" not in seen.read_bytes()
            assert b"EUM_STORE=/nowhere" in seen.read_bytes()
        else:
            with pytest.raises(PermissionError):
                seen.read_bytes()
        running.communicate("go on\n")
    assert running.returncode == 0
