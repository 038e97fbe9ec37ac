"""A damaged database: content, keys and drafts are recovered, or their loss is stated."""

from __future__ import annotations

import contextlib
import random
import shutil
from pathlib import Path
from typing import Any

import pytest
import sqlcipher3.dbapi2 as sqlcipher
from sqlalchemy import select

from db.engines import DATABASE, begin, sqlcipher_engine
from db.keyslots import read_store_file
from db.pages import keyed
from db.recovery import Recovered
from db.tables import content, drafts, journal, secrets
from eum_app.cli import run
from eum_app.usecases.review.withhold import ask_to_withhold, confirm_withholding
from eum_app.usecases.session import Session
from eum_app.usecases.store.back_up import back_up
from eum_app.usecases.store.check_store import examine_store
from eum_app.usecases.store.open_store import open_store
from eum_app.usecases.store.recover_store import recover_store
from eum_app.usecases.store.unlocking import unlocked_by_passphrase
from tests.builders import PASSPHRASE, Clock, copy_unnoticed
from tests.faults.test_hostile_device import PHOTO
from tests.faults.test_recovery import damage, entries_of, held, opened, page_numbers, recovered
from tests.integration.test_examined import photographed
from tests.integration.test_withhold import second_person
from tests.simulator import Simulator

DEVICE = "FLD-0042"
DRAFT = random.Random(1).randbytes(15_000)


@pytest.fixture(scope="module")
def at_rest(tmp_path_factory: pytest.TempPathFactory) -> Simulator:
    """A device with notes, a large photo and a long draft; HQ received its results. Both are closed and backed up."""
    made = Simulator.start(tmp_path_factory.mktemp("parts") / "w", count=8)
    photographed(made, PHOTO + bytes(100_000))
    for number in range(1, 6):
        made.check(DEVICE, number, "discrepancy")
    made.deliver(made.seal(DEVICE))
    with made.world.device.writing() as transaction:
        values = {"account": "INS-017", "visit_id": "v", "subject": "s", "part": "p", "value": DRAFT}
        transaction.connection.execute(drafts.insert().values(**values))
    for session in (made.world.device, made.world.hq):
        back_up(session, made.world.folder / "backups")
    made.world.close()
    return made


@pytest.fixture
def folder(at_rest: Simulator, tmp_path: Path) -> Path:
    return copy_unnoticed(at_rest.world.device, tmp_path / "device")


def backup_of(simulator: Simulator, name: str) -> Path:
    (found,) = (simulator.world.folder / "backups").glob(f"{name}_*")
    return found


def again(folder: Path, session: Session) -> None:
    shutil.rmtree(folder)
    copy_unnoticed(session, folder)


def data_key(folder: Path) -> bytes:
    account = read_store_file(folder).slots[0].account
    return unlocked_by_passphrase(folder, account, PASSPHRASE)[1].data_key


def rows(folder: Path, table: Any) -> set[tuple[Any, ...]]:
    """All rows of a table of a store that is closed, also if its account is lost."""
    engine = sqlcipher_engine(folder / DATABASE, data_key(folder))
    try:
        with begin(engine, write=False) as connection:
            return {tuple(row) for row in connection.execute(select(table))}
    finally:
        engine.dispose()


def pages_of(folder: Path, query: str, *values: str) -> list[int]:
    """The pages without which this query fails in the ordinary way, except page 1; the newest first."""
    path, key, found = folder / DATABASE, data_key(folder).hex(), []
    whole = path.read_bytes()
    for page in page_numbers(folder)[:0:-1]:
        damage(folder, page)
        with contextlib.closing(keyed(path, key)) as driver:
            try:
                driver.execute(query, values).fetchall()
            except sqlcipher.DatabaseError:
                found.append(page)
        path.write_bytes(whole)
    return found


def large_photo(folder: Path) -> str:
    (path,) = (folder / "content").glob("*/*")
    return path.name


def lose_the_photo(folder: Path, session: Session) -> tuple[Recovered, int]:
    """Damage the page with the key of the large photo and recover the store; return the page too."""
    name = large_photo(folder)
    for page in pages_of(folder, "SELECT key FROM content WHERE object_id = ?", name):
        damage(folder, page)
        found = recovered(folder)
        if name not in {row[0] for row in rows(folder, content)}:
            return found, page
        again(folder, session)
    raise AssertionError("no page of content")


def test_a_photo_whose_key_is_lost_is_missing_and_its_file_stays(
    folder: Path, at_rest: Simulator, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    found, page = lose_the_photo(folder, at_rest.world.device)
    assert (found.objects_lost >= 1, found.is_complete) == (True, False)
    session = opened(folder)
    session.store.sweep(age_s=-60)
    assert large_photo(folder)
    told = examine_store(session)
    absent = [wrong for wrong in told.missing if wrong.code == "content.absent"]
    assert (len(absent), told.is_whole) == (found.objects_lost, False)
    session.store.close()
    # In words; and a backup brings the key back.
    again(folder, at_rest.world.device)
    damage(folder, page)
    arguments = ["store", "rebuild", "--store", str(folder), "--account", "INS-017"]
    monkeypatch.setenv("EUM_PASSPHRASE", PASSPHRASE)
    assert run(arguments) == 1
    assert "LOST: the keys of" in capsys.readouterr().out
    damage(folder, 1)
    monkeypatch.setenv("EUM_PASSPHRASE", PASSPHRASE)
    assert run([*arguments, "--backup", str(backup_of(at_rest, DEVICE))]) == 0, capsys.readouterr()
    assert large_photo(folder) in {row[0] for row in rows(folder, content)}


def test_a_backup_brings_content_and_whole_chains_back(at_rest: Simulator, tmp_path: Path) -> None:
    """Most of HQ's pages are damaged, among them all that name some devices' entries."""
    hq = at_rest.world.hq
    folder, backup = tmp_path / "hq", backup_of(at_rest, "HQ-01")
    copy_unnoticed(hq, folder)
    before, objects = {row[:5] for row in rows(folder, journal)}, rows(folder, content)
    for seed in range(3):
        again(folder, hq)
        pages = page_numbers(folder)
        damage(folder, *random.Random(seed).sample(pages, len(pages) * 7 // 10))
        found = recover_store(folder, "REV-004", PASSPHRASE, [backup], now=Clock())
        # Since the backup, HQ only recorded that it was made, and that its session ended.
        lost = before - {row[:5] for row in rows(folder, journal)}
        assert {row[0] for row in lost} <= {"HQ-01"}
        assert (found.objects_lost, rows(folder, content)) == (0, objects)


def test_a_backup_brings_no_withheld_key_back(at_rest: Simulator, tmp_path: Path) -> None:
    """Also where the row without a key is on a damaged page: the order in the journal destroys the key again."""
    folder = tmp_path / "hq"
    copy_unnoticed(at_rest.world.hq, folder)
    session = open_store(folder, "REV-004", PASSPHRASE, now=Clock())
    name = large_photo(folder)
    asked = ask_to_withhold(session, name, "by order")
    other = second_person(session)
    confirm_withholding(other, asked.request_id)
    other.close()
    session.close()
    whole = (folder / DATABASE).read_bytes()
    for page in pages_of(folder, "SELECT sealed_size FROM content WHERE object_id = ?", name)[:1]:
        damage(folder, 1, page)
        recover_store(folder, "REV-004", PASSPHRASE, [backup_of(at_rest, "HQ-01")], now=Clock())
        assert {row[1] for row in rows(folder, content) if row[0] == name} == {None}
        (folder / DATABASE).write_bytes(whole)


@pytest.mark.parametrize("name", [DEVICE, "HQ-01"])
def test_a_part_of_the_keys_is_never_lost_in_silence(at_rest: Simulator, tmp_path: Path, name: str) -> None:
    """Page 1 is damaged, so that no table can be read in the ordinary way, and one page more."""
    session = at_rest.world.hq if name == "HQ-01" else at_rest.world.device
    account = "REV-004" if name == "HQ-01" else "INS-017"
    folder = tmp_path / "store"
    copy_unnoticed(session, folder)
    before, lossy = rows(folder, secrets), 0
    for page in pages_of(folder, "SELECT * FROM secrets"):
        damage(folder, 1, page)
        found = recover_store(folder, account, PASSPHRASE, now=Clock())
        after = rows(folder, secrets)
        assert after <= before
        assert (after == before) or "secrets" in found.parts_lost
        lossy += after != before
        again(folder, session)
    assert lossy


def test_a_draft_that_continues_on_a_damaged_page_is_not_made_up(folder: Path, at_rest: Simulator) -> None:
    cut = 0
    for page in pages_of(folder, "SELECT * FROM drafts"):
        damage(folder, 1, page)
        found = recovered(folder)
        kept = {row[-1] for row in rows(folder, drafts)}
        assert kept in ({DRAFT}, set())
        cut += not kept and found.parts_lost == ("drafts",)
        again(folder, at_rest.world.device)
    assert cut


def test_a_recovery_that_was_killed_at_its_end_loses_nothing(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The log (WAL) was put beside the kept file already: the next recovery finds its entries there."""
    session = opened(folder)
    killed = tmp_path / "killed"
    shutil.copytree(folder, killed, ignore=shutil.ignore_patterns("*-shm"))
    before = entries_of(session)
    session.store.close()
    assert (killed / f"{DATABASE}-wal").stat().st_size
    damage(killed, 1)
    replace = Path.replace

    def killing(path: Path, target: Path) -> Path:
        if path.name.startswith(".recovered-"):
            raise KeyboardInterrupt
        return replace(path, target)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", killing)
        with pytest.raises(KeyboardInterrupt):
            recovered(killed)
    assert not (killed / f"{DATABASE}-wal").exists()
    found = recovered(killed)
    assert found.lost == ()
    assert before.items() <= held(killed).items()
