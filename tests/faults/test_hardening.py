"""Other programs of the same machine: what they can see of a store and of a running program."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from db.engines import sqlcipher_engine
from db.files import keep_to_owner, write_private
from eum_app.domain.errors import Trouble
from eum_app.usecases.store.open_store import open_store
from eum_app.wording.messages import sentence
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


@pytest.mark.usefixtures("careless_umask")
def test_everything_in_a_store_is_closed_at_opening(tmp_path: Path) -> None:
    clock = Clock()
    made = make_store(tmp_path / "hq", "hq", "HQ-01", clock, role="reviewer")
    folder = made.store.folder
    with made.writing() as transaction:
        transaction.seal_content(bytes(300_000), "image/png")  # large enough for a file
    made.close()
    everything = [folder, *folder.rglob("*")]
    for path in everything:
        path.chmod(0o777 if path.is_dir() else 0o666)  # as copied from a drive
    opened = open_store(folder, "REV-004", PASSPHRASE, now=clock)
    assert opened.store.open_to_others is None
    assert {path.name: oct(mode(path)) for path in everything if path.exists() and mode(path) & 0o077} == {}
    assert sum(path.is_file() for path in everything) > 3
    (tmp_path / "outside").write_text("kept", "utf-8")
    (folder / "link").symlink_to(tmp_path / "outside")  # refused at the next opening (test_links)
    (tmp_path / "outside").chmod(0o644)
    assert keep_to_owner(folder) is None
    assert mode(tmp_path / "outside") == 0o644, "a link leads out of the store"
    opened.close()


@pytest.fixture
def drive_without_modes(monkeypatch: pytest.MonkeyPatch) -> None:
    """A drive that shows each file as readable to all, and refuses to change it, as FAT and NTFS do on Linux."""

    def refused(self: Path, mode: int, **_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    real = os.open
    monkeypatch.setattr(Path, "chmod", refused)
    monkeypatch.setattr(os, "open", lambda path, flags, mode=0o777, **more: real(path, flags, mode | 0o755, **more))


def test_a_store_that_cannot_be_closed_is_opened_and_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    make_store(tmp_path / "hq", "hq", "HQ-01", clock, role="reviewer").close()
    (tmp_path / "hq" / "keyslots.json").chmod(0o644)

    def refused(self: Path, mode: int, **_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(Path, "chmod", refused)
    opened = open_store(tmp_path / "hq", "REV-004", PASSPHRASE, now=clock)
    assert opened.store.open_to_others == tmp_path / "hq" / "keyslots.json"
    said = sentence(Trouble("store.open_to_others", path="store"))
    assert "chmod -R go=" in said.next
    opened.close()


@pytest.mark.usefixtures("careless_umask")
def test_a_sheet_of_codes_is_private_from_its_first_byte_and_replaces_nothing(tmp_path: Path) -> None:
    path = tmp_path / "codes.pdf"
    assert write_private(path, b"codes")
    assert (mode(path), path.read_bytes()) == (0o600, b"codes")
    with pytest.raises(Trouble, match=r"disk\.exists"):
        write_private(path, b"other")
    assert path.read_bytes() == b"codes"
    with pytest.raises(Trouble):
        write_private(tmp_path / "absent" / "codes.pdf", b"codes")


@pytest.mark.usefixtures("careless_umask", "drive_without_modes")
def test_a_drive_without_modes_is_noticed_after_writing(tmp_path: Path) -> None:
    assert not write_private(tmp_path / "codes.pdf", b"codes")
    assert "other accounts" in sentence(Trouble("file.open_to_others", path="codes.pdf")).what


def test_errors_of_the_database_name_no_row(tmp_path: Path) -> None:
    engine = sqlcipher_engine(tmp_path / "store.db", b"k" * 32)
    with engine.connect() as connection:
        connection.exec_driver_sql("CREATE TABLE one (serial TEXT PRIMARY KEY)")
        insert = text("INSERT INTO one VALUES (:serial)")
        connection.execute(insert, {"serial": "SERIAL-786950"})
        with pytest.raises(IntegrityError) as error:
            connection.execute(insert, {"serial": "SERIAL-786950"})
    engine.dispose()
    assert "786950" not in str(error.value)


_CHILD = """
import ctypes, multiprocessing, resource
from ui.kit.child_task import _child_main

def look(_progress):
    return resource.getrlimit(resource.RLIMIT_CORE), ctypes.CDLL(None).prctl(3, 0, 0, 0, 0)

if __name__ == "__main__":
    ours, theirs = multiprocessing.Pipe()
    ours.send((look, (), None))
    _child_main(theirs)
    print(*ours.recv())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="prctl is Linux's")
def test_a_child_process_with_keys_cannot_be_attached_to_and_leaves_no_core() -> None:
    done = subprocess.run([sys.executable, "-c", _CHILD], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stdout == "done ((0, 0), 0)\n", done.stderr


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
