"""Links and special files inside the folders that this program sweeps, overwrites or copies: never followed.

A person who can write into a store's folder (on a stick or a share) needs no key to place one.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from db.backups import read_manifest
from db.content import INLINE_BYTES
from db.erase import destroy_keyslots
from db.files import is_plain_folder, opened_plain, require_no_links
from db.watermark import Watermark
from eum_app import diagnostics
from eum_app.domain.errors import Refusal
from eum_app.domain.journal import Head
from eum_app.usecases.exchange import quarantine
from eum_app.usecases.session import Session
from eum_app.usecases.store.back_up import back_up, restore
from eum_app.usecases.store.open_store import check_store, open_store
from tests.builders import PASSPHRASE, Clock, make_store

pytestmark = pytest.mark.skipif(os.name != "posix", reason="making a link needs a right on Windows")
ACCOUNT = "REV-004"
LONG_AGO = (0, 0)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def session(tmp_path: Path, clock: Clock) -> Session:
    made = make_store(tmp_path / "hq", "hq", "HQ-01", clock, role="reviewer")
    with made.writing() as transaction:
        transaction.seal_content(os.urandom(2 * INLINE_BYTES), "image/png")
    return made


@pytest.fixture
def documents(tmp_path: Path) -> Path:
    """A folder of the person who opens the store, with old files, one of them named like an object."""
    folder = tmp_path / "documents"
    folder.mkdir()
    for name in ("thesis.txt", "keyslots.json", ".writing-x", ".arriving-x", "ab" * 48):
        (folder / name).write_text("mine", "utf-8")
        os.utime(folder / name, LONG_AGO)
    return folder


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def replaced(path: Path, target: Path) -> Path:
    """Put a link in the place of a file or folder of the store."""
    if path.exists():
        path.rename(path.with_name(f"former-{path.name}"))
    path.parent.mkdir(exist_ok=True)
    path.symlink_to(target)
    return path


def pipe(path: Path, _: Path) -> Path:
    path.parent.mkdir(exist_ok=True)
    os.mkfifo(path)
    return path


@pytest.mark.parametrize(
    ("inner", "make"),
    [
        ("content/aa", replaced),
        ("content", replaced),
        ("quarantine", replaced),
        ("quarantine/00.eumb", replaced),
        ("newest.mark", replaced),
        ("attempts.db", replaced),
        ("keyslots.json", replaced),
        (".writing-x", replaced),
        ("quarantine/00.eumb", pipe),
    ],
)
def test_a_store_with_a_link_inside_is_refused_by_its_path(
    session: Session, documents: Path, clock: Clock, inner: str, make: Callable[[Path, Path], Path]
) -> None:
    session.close()
    is_of_folder = inner in {"content/aa", "content", "quarantine"}
    target = documents if is_of_folder else documents / "thesis.txt"
    placed = make(session.store.folder / inner, target)
    before = names(documents)
    for passphrase in (PASSPHRASE, "wrong passphrase 7"):
        with pytest.raises(Refusal, match=r"folder\.link") as refused:
            open_store(session.store.folder, ACCOUNT, passphrase, now=clock)
        assert refused.value.values["path"] == str(placed)
    assert names(documents) == before
    assert {path.read_text("utf-8") for path in documents.iterdir()} == {"mine"}
    placed.unlink()
    former = placed.with_name(f"former-{placed.name}")
    if former.exists():
        former.rename(placed)
    opened = open_store(session.store.folder, ACCOUNT, PASSPHRASE, now=clock)
    assert check_store(opened)[1] == [], "nothing was lost meanwhile"
    opened.close()


def test_the_store_itself_may_be_reached_by_a_link(session: Session, tmp_path: Path, clock: Clock) -> None:
    session.close()
    (tmp_path / "home").symlink_to(tmp_path, target_is_directory=True)
    opened = open_store(tmp_path / "home" / "hq", ACCOUNT, PASSPHRASE, now=clock)
    assert check_store(opened)[1] == []
    opened.close()


def test_a_sweep_stays_in_the_folder_of_content(session: Session, documents: Path) -> None:
    folder = session.store.folder
    (folder / "content" / "aa").symlink_to(documents)  # while the store is open
    (folder / "content" / "photos").mkdir()
    strange = folder / "content" / "photos" / "holiday.jpg"
    left = folder / "content" / "bb" / ".writing-y"
    left.parent.mkdir(exist_ok=True)
    for path in (strange, left):
        path.write_text("old", "utf-8")
        os.utime(path, LONG_AGO)
    before = names(documents)
    session.store.sweep()
    assert names(documents) == before
    assert strange.exists(), "not a name of ours"
    assert not left.exists(), "the sweep did run"
    session.close()


def test_a_sweep_of_the_quarantine_does_not_follow_a_link(session: Session, documents: Path) -> None:
    before = names(documents)
    (session.store.folder / quarantine.QUARANTINE).symlink_to(documents)
    quarantine.sweep(session)
    assert names(documents) == before
    assert quarantine.kept_path(session, "00" * 48) is None
    session.close()


def test_the_log_beside_a_store_is_never_written_through_a_link(tmp_path: Path) -> None:
    victim = tmp_path / "profile"
    victim.write_text("mine", "utf-8")
    log = diagnostics.log_path(tmp_path / "store")
    log.symlink_to(victim)
    diagnostics.start(tmp_path / "store")
    try:
        diagnostics.note(diagnostics.Event.VAULT, code="x")
        assert victim.read_text("utf-8") == "mine"
        log.unlink()
        diagnostics.note(diagnostics.Event.VAULT, code="x")
    finally:
        diagnostics.stop()
    assert log.stat().st_size, "a plain file is written"


def test_the_mark_is_never_written_through_a_link(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_bytes(b"V" * 4096)
    (tmp_path / "newest.mark").symlink_to(victim)
    mark = Watermark(tmp_path, bytes(32))
    mark.move(Head("HQ-01", 1, 7, bytes(48)))
    assert mark.read() is None
    mark.close()
    assert victim.read_bytes() == b"V" * 4096


def test_the_mark_is_never_written_into_a_file_of_another_name(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_bytes(b"V" * 4096)
    (tmp_path / "newest.mark").hardlink_to(victim)
    mark = Watermark(tmp_path, bytes(32))
    mark.move(Head("HQ-01", 1, 7, bytes(48)))
    assert mark.read() == Head("HQ-01", 1, 7, bytes(48))
    mark.close()
    assert victim.read_bytes() == b"V" * 4096


def test_erasing_overwrites_no_file_behind_a_link(session: Session, documents: Path) -> None:
    folder = session.store.folder
    session.close()
    (folder / ".writing-k").symlink_to(documents / "thesis.txt")
    destroy_keyslots(folder)
    assert (documents / "thesis.txt").read_text("utf-8") == "mine"
    assert not {".writing-k", "keyslots.json"} & names(folder)


@pytest.mark.parametrize("inner", ["quarantine/00.eumb", "content/aa"])
def test_a_backup_copies_nothing_behind_a_link(session: Session, documents: Path, tmp_path: Path, inner: str) -> None:
    path = session.store.folder / inner
    path.parent.mkdir(exist_ok=True)
    path.symlink_to(documents / "thesis.txt" if path.suffix else documents)
    with pytest.raises(Refusal, match=r"folder\.link"):
        back_up(session, tmp_path / "stick")
    assert [one for one in (tmp_path / "stick").rglob("*") if one.is_file()] == []
    path.unlink()
    back_up(session, tmp_path / "stick")
    session.close()


@pytest.mark.parametrize("inner", ["content", "content/aa", "quarantine"])
def test_a_backup_writes_nothing_through_a_link_on_the_medium(
    session: Session, documents: Path, tmp_path: Path, inner: str
) -> None:
    path = tmp_path / "stick" / inner
    path.parent.mkdir(parents=True)
    path.symlink_to(documents)
    before = names(documents)
    with pytest.raises(Refusal, match=r"folder\.link"):
        back_up(session, tmp_path / "stick")
    assert names(documents) == before
    session.close()


@pytest.mark.parametrize(
    "stated", ["newest.mark", "store.db-wal", "content/aa/thesis.txt", "quarantine/../store.db", "C:thesis.txt"]
)
def test_a_manifest_names_only_parts_of_a_backup(session: Session, tmp_path: Path, stated: str) -> None:
    back_up(session, tmp_path / "stick")
    session.close()
    (manifest,) = (tmp_path / "stick").rglob("manifest.json")
    (shared, *_) = read_manifest(manifest.parent).shared
    manifest.write_text(manifest.read_text("utf-8").replace(shared.path, stated), "utf-8")
    with pytest.raises(Refusal, match=r"backup\.damaged"):
        restore(manifest.parent, tmp_path / "again", ACCOUNT, PASSPHRASE)


def test_a_restore_takes_no_file_behind_a_link(session: Session, tmp_path: Path) -> None:
    made = back_up(session, tmp_path / "stick")
    session.close()
    (part,) = (path for path in (tmp_path / "stick" / "content").rglob("*") if path.is_file())
    part.rename(tmp_path / "elsewhere")
    part.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(Refusal, match=r"backup\.damaged"):
        restore(made.path, tmp_path / "again", ACCOUNT, PASSPHRASE)


def test_a_pipe_is_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(Refusal, match=r"folder\.link"):
        opened_plain(tmp_path / "pipe")
    with pytest.raises(FileNotFoundError):
        opened_plain(tmp_path / "absent")
    with pytest.raises(Refusal, match=r"folder\.link"):
        require_no_links(tmp_path)
    assert not is_plain_folder(tmp_path / "pipe")
