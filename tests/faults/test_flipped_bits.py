"""One flipped bit in any file of a store: `eum store check` finds it.

`make fuzz` flips ten times as many bits.
"""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Callable, Iterator
from itertools import takewhile
from pathlib import Path

import pytest

from db.content import INLINE_BYTES, check_content
from db.engines import DATABASE, begin, sqlcipher_engine
from db.instance import path_of
from db.keyslots import FILE_NAME as KEYSLOTS
from db.keyslots import is_as_written, read_store_file
from db.pages import PAGE_BYTES, examine_file
from db.queries.visits import all_visits
from db.rekey import change
from db.snapshots import copy_database
from db.watermark import FILE_NAME as WATERMARK
from db.watermark import Watermark
from eum_app.domain.errors import KnownError, Trouble
from eum_app.usecases.session import Session, Ticket
from eum_app.usecases.store.back_up import back_up
from eum_app.usecases.store.check_store import Examined, examine_store, examine_unopened
from eum_app.usecases.store.open_store import open_store
from tests.builders import PASSPHRASE, Clock
from tests.faults.disk import flip
from tests.faults.labour import check_one
from tests.simulator import Simulator

DEVICE = "FLD-0042"
FLIPS = 5_000 if os.environ.get("HYPOTHESIS_PROFILE") == "fuzz" else 500


@pytest.fixture(scope="module")
def at_rest(tmp_path_factory: pytest.TempPathFactory) -> Ticket:
    """A device with some checks, among them large photos (files) and small ones; closed."""
    made = Simulator.start(tmp_path_factory.mktemp("at-rest") / "w", count=12)
    for number in range(6):
        check_one(made.world.device, made.visit_ids[DEVICE], random.Random(number))
    made.world.close()
    return made.world.device.ticket


@pytest.fixture
def folder(at_rest: Ticket, tmp_path: Path) -> Path:
    shutil.copytree(at_rest.folder, tmp_path / "device")
    open_store(tmp_path / "device", "INS-017", PASSPHRASE, now=Clock()).close()  # notices that it is a copy
    return tmp_path / "device"


def checked(folder: Path, ticket: Ticket) -> Examined | KnownError:
    """As `eum store check` does it."""
    try:
        session = open_store(folder, "INS-017", PASSPHRASE, now=Clock())
        try:
            return examine_store(session)
        finally:
            session.store.close()
    except KnownError as error:
        if error.code != "store.damaged":
            return error
        return examine_unopened(folder, ticket.data_key)


def is_found(found: Examined | KnownError) -> bool:
    return isinstance(found, KnownError) or not found.is_whole


def flips(folder: Path, file: Path, positions: int) -> Iterator[tuple[int, int]]:
    """Flip one bit at a time, in a folder that is otherwise as it was; yields position and mask."""
    chance = random.Random(f"{file.name[:8]}-{positions}")
    size = file.stat().st_size
    # Photos are not written, so only the files beside the database are put back.
    before = {path: path.read_bytes() for path in folder.iterdir() if path.is_file()}
    for _ in range(positions):
        at, mask = chance.randrange(size), 1 << chance.randrange(8)
        flip(file, at, mask)
        yield at, mask
        for path in [path for path in folder.iterdir() if path.is_file() and path not in before]:
            path.unlink()
        for path, data in before.items():
            path.write_bytes(data)


def test_a_whole_store_has_nothing_damaged(folder: Path, at_rest: Ticket) -> None:
    found = checked(folder, at_rest)
    assert isinstance(found, Examined)
    assert found.is_whole


@pytest.mark.exhaustive
@pytest.mark.timeout(1_200)
def test_every_flipped_bit_of_the_database_is_found_and_called_damage(folder: Path, at_rest: Ticket) -> None:
    """No byte of the database is unused: free pages and the rest of half-full ones are checked too."""
    missed = []
    for number, (at, mask) in enumerate(flips(folder, folder / DATABASE, FLIPS)):
        # Opening it for each flip would take longer than all the rest.
        found = checked(folder, at_rest) if number % 10 == 0 else examine_unopened(folder, at_rest.data_key)
        if not (isinstance(found, Examined) and "store.pages_damaged" in [wrong.code for wrong in found.damaged]):
            missed.append((at, mask, found))
    assert missed == []


def keyslots_are_found(folder: Path, ticket: Ticket) -> bool:
    """As `examine_store` and opening find it; without the slow derivation of a key."""
    try:
        return not is_as_written(folder)
    except KnownError:
        return True


def mark_is_found(folder: Path, ticket: Ticket) -> bool:
    mark = Watermark(folder, ticket.data_key)
    mark.read()
    mark.close()
    return mark.was_damaged


@pytest.mark.exhaustive
@pytest.mark.timeout(1_200)
@pytest.mark.parametrize(("name", "is_noticed"), [(KEYSLOTS, keyslots_are_found), (WATERMARK, mark_is_found)])
def test_every_flipped_bit_of_the_files_beside_it_is_found(
    folder: Path, at_rest: Ticket, name: str, is_noticed: Callable[[Path, Ticket], bool]
) -> None:
    missed = [
        (number, at, mask)
        for number, (at, mask) in enumerate(flips(folder, folder / name, FLIPS))
        if not is_noticed(folder, at_rest) or (number < 12 and not is_found(checked(folder, at_rest)))
    ]
    assert missed == []


@pytest.mark.exhaustive
@pytest.mark.timeout(1_200)
def test_every_flipped_bit_of_a_photo_is_found(folder: Path) -> None:
    photo = next(path for path in (folder / "content").rglob("*") if path.is_file())
    assert photo.stat().st_size > INLINE_BYTES
    session = open_store(folder, "INS-017", PASSPHRASE, now=Clock())
    chance, whole = random.Random(3), photo.read_bytes()
    for _ in range(FLIPS):
        flip(photo, chance.randrange(len(whole)), 1 << chance.randrange(8))
        with session.store.reading() as connection:
            assert check_content(connection, session.store.content) == [photo.name]
        photo.write_bytes(whole)
    assert examine_store(session).is_whole
    session.store.close()


FRAME = 24 + PAGE_BYTES
"""Bytes of a frame in the log (WAL): its head, then a page. The log has a head of 32 bytes."""


@pytest.fixture
def killed(at_rest: Ticket, tmp_path: Path) -> Path:
    """A store whose program was killed: its log holds checks, and behind them frames of an earlier round."""
    folder = tmp_path / "device"
    shutil.copytree(at_rest.folder, folder)
    store_id = read_store_file(folder).store_id
    shutil.copyfile(path_of(store_id, at_rest.folder), path_of(store_id, folder))  # else it is taken for a copy
    session = open_store(folder, "INS-017", PASSPHRASE, now=Clock())
    visit_id = session.read(all_visits)[0].visit_id
    for number in range(4):
        check_one(session, visit_id, random.Random(200 + number))
    empty_but_for_stale_frames(session)
    check_one(session, visit_id, random.Random(300))
    shutil.copytree(folder, tmp_path / "killed", ignore=shutil.ignore_patterns("*-shm"))
    session.store.close()
    return tmp_path / "killed"


def empty_but_for_stale_frames(session: Session) -> None:
    """Move the log into the database. The next write begins at its start, and leaves the rest of the file as it is."""
    with session.store.reading() as connection:
        driver = connection.connection.driver_connection
        assert driver is not None
        connection.exec_driver_sql("COMMIT")
        driver.execute("PRAGMA wal_checkpoint(RESTART)").fetchall()
        connection.exec_driver_sql("BEGIN")


def live_bytes(log: bytes) -> int:
    """Bytes of a log up to its last frame with the salts of its head. Frames behind it are of an earlier round."""
    frames = (log[at + 8 : at + 16] for at in range(32, len(log), FRAME))
    return 32 + FRAME * len(list(takewhile(lambda salts: salts == log[16:24], frames)))


@pytest.mark.exhaustive
@pytest.mark.timeout(1_200)
def test_every_flipped_bit_of_the_log_of_a_killed_program_is_found_or_unused(killed: Path, at_rest: Ticket) -> None:
    """SQLite takes a damaged frame for the end of the log: the entries behind it are missed by number.

    Unused are stale frames. Not covered is what was written behind the newest entry and is none, such as a draft.
    """
    log = killed / f"{DATABASE}-wal"
    live = live_bytes(log.read_bytes())
    assert 32 + FRAME < live < log.stat().st_size
    wrong = []
    for at, mask in flips(killed, log, FLIPS // 10):
        found = checked(killed, at_rest)
        codes = [one.code for one in found.missing] if isinstance(found, Examined) else []
        if ("chain.entries_lost" in codes) != (at < live):
            wrong.append((at, mask, found))
    assert wrong == []


def test_damage_is_not_called_write_protection(folder: Path, at_rest: Ticket, tmp_path: Path) -> None:
    """Backup and opening name the damage, whatever SQLite's word for it is."""
    codes = set()
    for _ in flips(folder, folder / DATABASE, 40):
        try:
            session = open_store(folder, "INS-017", PASSPHRASE, now=Clock())
        except KnownError as error:
            codes.add(error.code)
            continue
        try:
            with pytest.raises(Trouble) as told:
                back_up(session, tmp_path / "backups")
            codes.add(told.value.code)
        finally:
            session.store.close()
    assert codes == {"store.damaged"}
    assert not list((tmp_path / "backups").glob("*_*"))


def test_no_damaged_page_gets_an_hmac_that_passes(folder: Path, at_rest: Ticket, tmp_path: Path) -> None:
    """A backup and a new data key encrypt every page again, and SQLCipher may read a page that fails as zeros."""
    database, key = folder / DATABASE, at_rest.data_key
    whole = database.read_bytes()
    pages = range(2, len(whole) // PAGE_BYTES + 1)
    for page in random.Random(1).sample(pages, min(len(pages), FLIPS // 10)):
        flip(database, (page - 1) * PAGE_BYTES + PAGE_BYTES // 2, 1)
        engine = sqlcipher_engine(database, key)
        try:
            with pytest.raises(Trouble, match=r"store\.damaged"), begin(engine, write=False) as connection:
                copy_database(connection, tmp_path / "copy.db", key)
        finally:
            engine.dispose()
        assert not (tmp_path / "copy.db").exists()
        with pytest.raises(Trouble, match=r"store\.damaged"):
            change(folder, key, os.urandom(32))
        assert examine_file(database, key).damaged == (page,)
        for leftover in (f"{DATABASE}-wal", f"{DATABASE}-shm", f"{DATABASE}-journal"):
            (folder / leftover).unlink(missing_ok=True)
        database.write_bytes(whole)
