"""The demo's output folder: used only if it is new, empty, or holds only files of earlier demos.

A demo deletes file by file, and only files that it recognizes as its own. Any other file stops it before the first
deletion.
"""

from __future__ import annotations

import hashlib
import os
import re
import sys
import tempfile
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Final

import msgspec

from db.files import disk_trouble, written_whole
from db.keyslots import open_slot, read_store_file
from eum_app.demo.scene import DEVICE, HQ, INSPECTOR, PASSPHRASE, REVIEWER
from eum_app.domain.errors import KnownError, Refusal
from eum_app.domain.unreadable import UNREADABLE

if sys.platform != "win32":
    import fcntl

MARKER: Final = ".eum-demo.json"
DEFAULT: Final = "demo-output"
_MADE_BY: Final = "eum demo"
_MAX_MARKER_BYTES: Final = 256 * 1024
_STORES: Final = {"work/hq-store": REVIEWER, "work/device-store": INSPECTOR}

_BUNDLE = rf"(?:{HQ}_to_{DEVICE}|{DEVICE}_to_{HQ})_[a-z]+_[0-9-]+\.eumb"
_EXPORT = (  # such as inventory-status.case-lines.csv, visit-record-0190a1b2.volume-02.pdf
    r"(?:inventory-status|visit-record|activity-log|worklist|labels)(?:-[0-9a-f]{8})?(?:\.[a-z]+(?:-[a-z0-9]+)?)?"
    r"\.(?:csv|xlsx|pdf|json)(?:\.sidecar\.json(?:\.sig)?)?"
)
_WRITING = r"\.(?:writing|settings)-[a-z0-9_]{8}"  # left by a demo that was killed
_STORE = (
    r"(?:(?:store|attempts)\.db(?:-wal|-shm|-journal)?|keyslots\.json|notice\.json|newest\.mark"
    rf"|content/[0-9a-f]{{2}}/[0-9a-f]{{32,128}}|content/(?:[0-9a-f]{{2}}/)?{_WRITING}|{_WRITING}"
    rf"|quarantine/(?:[0-9a-f]{{32}}\.eumb|\.arriving-[0-9a-f-]+|{_WRITING}))"
)
_OUR_FILES: Final = re.compile(
    rf"""\d\d-[a-z-]+\.png | {_BUNDLE} | {_EXPORT} | {_WRITING}(?:(?:/earlier)?/{_EXPORT})?
    | work/(?: inventory-depot-7\.csv | walk\.avi | label\.png | damage\.jpg | {DEVICE}\.eum(?:req|ans) | {_WRITING}
        | carried/(?: {_BUNDLE} | {_EXPORT} | {_WRITING}(?:(?:/earlier)?/{_EXPORT})? | inventory-depot-7-rejected\.csv )
        | state/stores/(?: [0-9a-f]{{32}}-[0-9a-f]{{16}}\.json | {_WRITING} )
        | (?:hq|device)-store(?: /{_STORE} | \.log(?:\.[1-3])? ) )""",
    re.VERBOSE,
)
_OUR_FOLDERS: Final = re.compile(
    rf"""{_WRITING}(?:/earlier)? | work
    | work/(?: carried(?:/{_WRITING}(?:/earlier)?)? | state(?:/stores)?
        | (?:hq|device)-store(?:/quarantine|/content(?:/[0-9a-f]{{2}})?)? )""",
    re.VERBOSE,
)
"""Every file and folder that a demo makes, by its path below the output folder."""
_kept: Final[dict[Path, int]] = {}
"""The locked folders of this process, with their descriptors."""


class Mark(msgspec.Struct, frozen=True, kw_only=True):
    """Contents of the marker file.

    `folder` is the inode of the marked folder, so that a copied marker marks nothing. (The device number is left out:
    it can change with a restart.) `files` are the files at the top of the folder with their SHA-256; None until the
    demo is done.
    """

    made_by: str
    folder: int
    files: dict[str, str] | None = None


def default_output() -> Path:
    """Return `demo-output` in the current folder, which may not exist, or a new temporary folder, which is created.

    The latter if `demo-output`, or else the current folder, is not writable.
    """
    if os.access(DEFAULT if Path(DEFAULT).exists() else ".", os.W_OK):
        return Path(DEFAULT)
    return Path(tempfile.mkdtemp(prefix="eum-demo-"))


def take(given: Path) -> Path:
    """Create the folder, or delete what earlier demos left in it; mark it as a demo's, and return its absolute path.

    The process keeps the folder until it ends: another demo cannot take it. Raises Refusal `demo.link` (a symbolic
    link), `demo.not_a_folder`, `demo.own_place` (the current or the home folder, or one above them), `demo.running` or
    `demo.foreign` (a file that no demo made) before anything is deleted, and Trouble of the disk.
    """
    own_places = _own_places()
    with disk_trouble(given):
        if given.is_symlink():
            raise Refusal("demo.link", path=str(given))
        folder = given.resolve()
        if folder.exists() and not folder.is_dir():
            raise Refusal("demo.not_a_folder", path=str(folder))
        if any(place.is_relative_to(folder) for place in own_places):
            raise Refusal("demo.own_place", path=str(folder))
        folder.mkdir(parents=True, exist_ok=True)
        _keep(folder)
        _delete(folder, _made_by_demos(folder))
    _write(folder, None)
    return folder


def _keep(folder: Path) -> None:
    """Lock the folder for this process. Raises Refusal `demo.running` if another demo has it.

    Does nothing on Windows, and on file systems without locks.
    """
    if sys.platform == "win32":
        return
    if before := _kept.pop(folder, None):
        os.close(before)  # taken again by this process
    taken = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        fcntl.flock(taken, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(taken)
        raise Refusal("demo.running", path=str(folder)) from error
    except OSError:
        os.close(taken)
        return
    _kept[folder] = taken


def _delete(folder: Path, entries: Collection[Path]) -> None:
    """Delete these entries; the marker stays, so that a demo that is killed meanwhile leaves a marked folder.

    Folders are held by descriptors: one that is swapped for a link after the check is not followed. An entry that was
    not checked is kept, and its folder then cannot be removed (OSError).
    """
    checked = set(entries) - {folder / MARKER}
    if sys.platform == "win32":
        for path in (one for one in entries if one in checked):
            path.rmdir() if path.is_dir() else path.unlink()
        return
    for place, folders, files, descriptor in os.fwalk(folder, topdown=False):
        for name in (one for one in files if Path(place, one) in checked):
            os.unlink(name, dir_fd=descriptor)
        for name in (one for one in folders if Path(place, one) in checked):
            os.rmdir(name, dir_fd=descriptor)


def finish(folder: Path) -> None:
    """Record which files at the top of the folder this demo made. Only these are deleted by the next one.

    A file that a person changes later makes the next demo refuse the folder. Raises OSError and Trouble of the disk.
    """
    files = {
        path.name: _hash(path)
        for path in sorted(folder.iterdir())
        if path.is_file() and _OUR_FILES.fullmatch(path.name)
    }
    _write(folder, files)


def _own_places() -> list[Path]:
    """Return the current folder and the home folder. A demo never clears these or a folder above them."""
    places = [Path.cwd()]
    home = Path(os.path.expanduser("~"))  # noqa: PTH111 - Path.home() raises where there is none
    return [*places, home.resolve()] if home.is_absolute() else places


def _made_by_demos(folder: Path) -> list[Path]:
    """Return everything in the folder, contents before their folders.

    Raises Refusal `demo.foreign` for the first other file.
    """
    entries = list(_entries(folder))
    if not entries:
        return []
    mark = _read(folder)
    for path in entries:
        if path != folder / MARKER and not _is_ours(path, folder, mark):
            raise Refusal("demo.foreign", path=str(folder), found=path.relative_to(folder).as_posix())
    if mark is None:
        _require_unmarked_demo(folder)
    return entries


def _entries(folder: Path) -> Iterator[Path]:
    """Yield all entries depth first, without following links."""
    for path in sorted(folder.iterdir()):
        if path.is_dir() and not path.is_symlink():
            yield from _entries(path)
        yield path


def _is_ours(path: Path, folder: Path, mark: Mark | None) -> bool:
    name = path.relative_to(folder).as_posix()
    if path.is_symlink() or path.is_mount():
        return False
    if path.is_dir():
        return _OUR_FOLDERS.fullmatch(name) is not None
    if not path.is_file() or not _OUR_FILES.fullmatch(name):
        return False
    if mark is None or mark.files is None or path.parent != folder:
        return True
    return mark.files.get(name) == _hash(path)


def _require_unmarked_demo(folder: Path) -> None:
    """Accept a folder without a marker only if it is a `demo-output` of an older version.

    Its stores must open with the passphrase that the demo prints. Raises Refusal `demo.foreign`.
    """
    stores = [(folder / place, account) for place, account in _STORES.items()]
    if folder.name != DEFAULT or not all((store / "keyslots.json").is_file() for store, _ in stores):
        raise Refusal("demo.foreign", path=str(folder), found=next(folder.iterdir()).name)
    for store, account in stores:
        try:
            open_slot(read_store_file(store), account, PASSPHRASE)
        except KnownError as error:
            found = store.relative_to(folder).as_posix()
            raise Refusal("demo.foreign", path=str(folder), found=found) from error


def _read(folder: Path) -> Mark | None:
    """Return the marker if it is a regular file that was written for this very folder, else None."""
    path = folder / MARKER
    if path.is_symlink() or not path.is_file() or path.stat().st_size > _MAX_MARKER_BYTES:
        return None
    try:
        mark = msgspec.json.decode(path.read_bytes(), type=Mark)
    except UNREADABLE:
        return None
    return mark if mark.made_by == _MADE_BY and mark.folder == folder.stat().st_ino else None


def _write(folder: Path, files: dict[str, str] | None) -> None:
    mark = Mark(made_by=_MADE_BY, folder=folder.stat().st_ino, files=files)
    with written_whole(folder / MARKER) as file:
        file.write(msgspec.json.format(msgspec.json.encode(mark)))


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
