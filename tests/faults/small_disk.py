"""A small separate file system, first full and then read-only: `python -m tests.faults.small_disk FOLDER`.

Run it inside a mount namespace in which FOLDER may be mounted over. `tests/faults/test_small_disk.py` starts it.
"""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final

import pytest

from db.attempts import FILE_NAME as ATTEMPTS
from db.store import Store
from eum_app.domain.errors import Trouble
from eum_app.usecases.exchange.receive import import_bundles
from eum_app.usecases.session import resumed
from eum_app.usecases.store.back_up import back_up, restore
from eum_app.usecases.store.open_store import open_store
from tests.builders import PASSPHRASE, Clock
from tests.faults.disk import files_below
from tests.faults.kills import KINDS, Prepared, prepare, require_nothing_lost
from tests.faults.labour import BUNDLES, LABOURS, SEALED

DISK_MIB: Final = 96
ROOMS_KB: Final = {
    "recording": (150, 700, 2_500),
    "sealing": (150, 2_500),
    "importing": (150, 500, 900),
    "upgrading": (700,),
    "backing up": (700,),
    "rekeying": (150, 700),
}
"""Bytes left free at the start, varied so that a different write fails each time."""


def until_trouble(kind: str, prepared: Prepared, folder: Path, seed: int) -> tuple[list[str], Trouble]:
    """Work on the store in `folder` until the disk is full. Return what was acknowledged, and the final error."""
    acknowledged: list[str] = []
    try:
        for said in LABOURS[kind](replace(prepared.of(kind), folder=folder), random.Random(seed)):
            acknowledged.append(said)
    except Trouble as trouble:
        return acknowledged, trouble
    message = f"{kind}: all of it was done"
    raise AssertionError(message)


def main(disk: Path) -> None:
    with tempfile.TemporaryDirectory() as name:
        os.environ["EUM_STATE"] = name
        prepared = prepare(Path(name) / "w")
        for kind in KINDS:
            for number, room in enumerate(ROOMS_KB[kind]):
                said, trouble = _full_while(kind, prepared, disk, room, seed=number)
                print(f"{kind}: {len(said)} acknowledged, then {trouble.code}")  # noqa: T201
        _read_only(prepared, disk, Path(name))


def _full_while(kind: str, prepared: Prepared, disk: Path, room_kb: int, seed: int) -> tuple[list[str], Trouble]:
    with tempfile.TemporaryDirectory(dir=disk) as inside:
        folder, filler = Path(inside) / "s", disk / "filler"
        shutil.copytree(prepared.of(kind).folder, folder)
        with filler.open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, shutil.disk_usage(disk).free - room_kb * 1024)
        acknowledged, trouble = until_trouble(kind, prepared, folder, seed)
        assert trouble.code == "disk.full", trouble
        filler.unlink()
        require_nothing_lost(kind, prepared, folder, acknowledged)
        assert not [path for path in folder.rglob(".writing-*") if path.is_file()], "something half done stays behind"
        return acknowledged, trouble


@contextlib.contextmanager
def _mounted_read_only(disk: Path) -> Iterator[None]:
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    try:
        yield
    finally:
        subprocess.run(["mount", "-o", "remount,rw", str(disk)], check=True)


def _read_only(prepared: Prepared, disk: Path, elsewhere: Path) -> None:
    """Require that nothing is opened for work or changed, and that readers still work on such a medium."""
    shutil.copytree(prepared.device.folder, disk / "device")
    with resumed(replace(prepared.device, folder=disk / "device"), Clock()) as session:
        backup = back_up(session, disk / "backups").path
    open_store(disk / "device", prepared.device.account, PASSPHRASE, now=Clock()).close()
    shutil.copytree(prepared.device.folder, disk / "never-tried", ignore=shutil.ignore_patterns(ATTEMPTS))
    shutil.copytree(prepared.hq.folder / BUNDLES, disk / BUNDLES)
    shutil.copytree(prepared.hq.folder, elsewhere / "hq")
    before = files_below(disk)
    with _mounted_read_only(disk):
        for folder in (disk / "device", disk / "never-tried"):
            _require_said(partial(open_store, folder, prepared.device.account, PASSPHRASE, now=Clock()))
            _require_said(partial(Store.open, folder, prepared.device.data_key, Clock()))
        with resumed(replace(prepared.hq, folder=elsewhere / "hq"), Clock()) as hq:
            outcomes = import_bundles(hq, [disk / BUNDLES], elsewhere / SEALED).outcomes
            assert {outcome.outcome for outcome in outcomes} == {"accepted"}
            _require_said(lambda: back_up(hq, disk / "backups"))
        restore(backup, elsewhere / "again", prepared.device.account, PASSPHRASE)
    assert files_below(disk) == before
    open_store(disk / "device", prepared.device.account, PASSPHRASE, now=Clock()).close()
    print("read-only: said and left alone")  # noqa: T201


def _require_said(deed: Callable[[], object]) -> None:
    with pytest.raises(Trouble, match=r"disk\.read_only"):
        deed()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
