"""The disk is full or not writable: this is reported, nothing acknowledged is lost, and work continues afterwards."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from db.store import Store
from eum_app.domain.errors import Trouble
from eum_app.usecases.store.open_store import open_store
from tests.builders import PASSPHRASE, Clock
from tests.faults.disk import files_below, no_file_beyond
from tests.faults.kills import Prepared, prepare, require_nothing_lost
from tests.faults.small_disk import DISK_MIB, until_trouble

ROOT = Path(__file__).resolve().parents[2]
MOUNT = f'mount -t tmpfs -o size={DISK_MIB}m tmpfs "$0" && exec "$@"'


def test_on_a_small_disk_that_fills_and_is_then_write_protected(tmp_path: Path) -> None:
    """A separate file system; the next test replaces this one where none may be mounted."""
    if shutil.which("unshare") is None or _on_small_disk(tmp_path, "true").returncode:
        pytest.skip("no file system can be mounted here")
    ran = _on_small_disk(tmp_path, sys.executable, "-m", "tests.faults.small_disk", str(tmp_path))
    assert ran.returncode == 0, ran.stdout + ran.stderr


def _on_small_disk(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["unshare", "--map-root-user", "--mount", "sh", "-c", MOUNT, str(folder), *command],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    return prepare(tmp_path_factory.mktemp("prepared") / "w")


@pytest.mark.parametrize(("kind", "room_kb"), [("recording", 600), ("recording", 40), ("importing", 300)])
def test_files_that_can_grow_no_more(kind: str, room_kb: int, prepared: Prepared, tmp_path: Path) -> None:
    """Works on any machine: no file grows beyond a size, which meets the database's log first."""
    folder = tmp_path / "s"
    shutil.copytree(prepared.of(kind).folder, folder)
    with no_file_beyond(room_kb * 1024):
        acknowledged, trouble = until_trouble(kind, prepared, folder, seed=room_kb)
    assert trouble.code in {"disk.full", "disk.failed"}, trouble
    require_nothing_lost(kind, prepared, folder, acknowledged)
    assert [path for path in folder.rglob(".writing-*") if path.is_file()] == []


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is closed to root")
def test_a_folder_in_which_one_may_not_write(prepared: Prepared, tmp_path: Path) -> None:
    folder = tmp_path / "s"
    shutil.copytree(prepared.device.folder, folder)
    before = files_below(folder)
    for path in (*folder.rglob("*"), folder):
        path.chmod(0o500 if path.is_dir() else 0o400)
    try:
        with pytest.raises(Trouble, match=r"disk\.read_only"):
            open_store(folder, prepared.device.account, PASSPHRASE, now=Clock())
        with pytest.raises(Trouble, match=r"disk\.read_only"):
            Store.open(folder, prepared.device.data_key, Clock())
    finally:
        for path in (folder, *folder.rglob("*")):
            path.chmod(0o700)
    assert files_below(folder) == before
    open_store(folder, prepared.device.account, PASSPHRASE, now=Clock()).close()
