"""A damaged database: `eum store rebuild` recovers every entry on a whole page, and names every other."""

from __future__ import annotations

import os
import random
import shutil
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from db.engines import DATABASE
from db.holes import Hole
from db.pages import PAGE_BYTES
from db.recovery import Recovered
from db.tables import journal
from eum_app.cli import run
from eum_app.domain.errors import Refusal, Trouble
from eum_app.domain.stores import CopyKind
from eum_app.usecases.exchange.receive import import_bundles
from eum_app.usecases.session import Session
from eum_app.usecases.store.back_up import back_up
from eum_app.usecases.store.check_store import examine_store
from eum_app.usecases.store.open_store import open_store
from eum_app.usecases.store.recover_store import is_damaged, recover_store
from tests.builders import PASSPHRASE, Clock, copy_unnoticed
from tests.faults.disk import cut, flip
from tests.faults.labour import check_one
from tests.integration.test_projection import tables
from tests.simulator import Simulator

DEVICE = "FLD-0042"
STORES = Path(__file__).resolve().parents[1] / "data" / "stores"
Key = tuple[str, int, int]


@pytest.fixture(scope="module")
def at_rest(tmp_path_factory: pytest.TempPathFactory) -> Session:
    """A device: checks that HQ acknowledged, then checks that it did not; closed."""
    made = Simulator.start(tmp_path_factory.mktemp("at-rest") / "w", count=12)
    visit_id = made.visit_ids[DEVICE]
    for number in range(8):
        check_one(made.world.device, visit_id, random.Random(number))
    receipt = import_bundles(made.world.hq, [made.seal(DEVICE)], made.world.drop / "receipts").outcomes[0].receipt_path
    assert receipt is not None
    import_bundles(made.world.device, [receipt])
    for number in range(8):
        check_one(made.world.device, visit_id, random.Random(100 + number))
    made.world.close()
    return made.world.device


@pytest.fixture
def folder(at_rest: Session, tmp_path: Path) -> Path:
    return copy_unnoticed(at_rest, tmp_path / "device")


def opened(folder: Path) -> Session:
    return open_store(folder, "INS-017", PASSPHRASE, now=Clock())


def recovered(folder: Path, *backups: Path) -> Recovered:
    return recover_store(folder, "INS-017", PASSPHRASE, backups, now=Clock())


def entries_of(session: Session) -> dict[Key, bytes]:
    with session.store.reading() as connection:
        rows = connection.execute(select(journal)).all()
    return {(row.origin, row.epoch, row.seq): row.hash for row in rows}


def held(folder: Path) -> dict[Key, bytes]:
    session = opened(folder)
    found = entries_of(session)
    session.store.close()
    return found


def page_numbers(folder: Path) -> list[int]:
    return list(range(1, (folder / DATABASE).stat().st_size // PAGE_BYTES + 1))


def damage(folder: Path, *pages: int) -> None:
    for page in pages:
        flip(folder / DATABASE, (page - 1) * PAGE_BYTES + 1_000)


def of(hole: Hole) -> list[Key]:
    return [(hole.origin, hole.epoch, seq) for seq in range(hole.first, hole.last + 1)]


@pytest.mark.exhaustive
@pytest.mark.timeout(1_200)
def test_each_page_in_turn(folder: Path, tmp_path: Path) -> None:
    """Whatever page is damaged, the schema, an interior page, an index or the read tables: an entry is there again with
    its hash, or it is named. Few entries are on one page."""
    before = held(folder)
    whole = tmp_path / "whole"
    shutil.copytree(folder, whole)
    pages = page_numbers(folder)
    if os.environ.get("HYPOTHESIS_PROFILE") != "fuzz":  # all of them take minutes
        pages = [1, *random.Random(7).sample(pages, 24)]
    without_loss = 0
    for page in pages:
        shutil.rmtree(folder)
        shutil.copytree(whole, folder)
        damage(folder, page)
        assert is_damaged(folder, "INS-017", PASSPHRASE)
        found = recovered(folder)
        named = {key for lost in found.lost for key in of(lost.hole)}
        assert len(named) <= 8
        assert found.kept_as.is_file()
        assert not is_damaged(folder, "INS-017", PASSPHRASE)
        if any(lost.hole.first == 1 and lost.hole.origin == DEVICE for lost in found.lost):
            continue  # the account is one of the lost entries: only a backup opens the store
        after = held(folder)
        assert {key: after[key] for key in before if key not in named} == {
            key: value for key, value in before.items() if key not in named
        }
        without_loss += not named
    assert without_loss > len(pages) // 2


@pytest.mark.parametrize("at", range(0, 16, 5))
def test_the_salt_is_repaired(folder: Path, at: int) -> None:
    """The first 16 bytes: if a bit of them changes, no page passes."""
    before = held(folder)
    flip(folder / DATABASE, at, 4)
    with pytest.raises(Trouble, match=r"store\.damaged"):
        opened(folder)
    found = recovered(folder)
    assert (found.lost, found.parts_lost) == ((), ())
    assert before.items() <= held(folder).items()


def test_nothing_lost_is_as_before(folder: Path) -> None:
    """Page 1 leads to everything and holds no row: tables, keys, drafts and identity are as they were."""
    session = opened(folder)
    before = session.read(tables)
    session.store.close()
    damage(folder, 1)
    found = recovered(folder)
    assert found.lost == ()
    session = opened(folder)
    assert session.read(tables) == before
    assert examine_store(session).is_whole
    session.store.close()


def lose_entries(folder: Path, *, acknowledged: bool) -> tuple[Recovered, dict[Key, bytes], int]:
    """Damage a page that holds entries of the device's chain, which HQ has acknowledged or not."""
    before = held(folder)
    whole = folder.with_name("whole")
    shutil.copytree(folder, whole)
    for page in reversed(page_numbers(folder)):  # new pages come last
        damage(folder, page)
        found = recovered(folder)
        mine = [lost for lost in found.lost if lost.hole.origin == DEVICE and lost.hole.first > 4]
        if mine and acknowledged == (mine[0].hole.last <= mine[0].at_hq):
            return found, before, page
        shutil.rmtree(folder)
        shutil.copytree(whole, folder)
    raise AssertionError("no page of entries")


@pytest.mark.parametrize("acknowledged", [True, False])
def test_lost_entries_stay_missing_and_the_rest_can_be_read(folder: Path, *, acknowledged: bool) -> None:
    found, before, _ = lose_entries(folder, acknowledged=acknowledged)
    session = opened(folder)
    told = examine_store(session)
    assert told.altered == ()
    assert told.damaged == ()
    holes = [lost.hole for lost in found.lost]
    assert ["chain.entries_lost"] * len(holes) == [
        wrong.code for wrong in told.missing if wrong.code == "chain.entries_lost"
    ]
    assert {(wrong.values["seq"], wrong.values["last"]) for wrong in told.missing if "last" in wrong.values} == {
        (hole.first, hole.last) for hole in holes
    }
    assert session.store.copied is not None
    assert session.store.copied.how == CopyKind.PUT_BACK
    with pytest.raises(Refusal, match=r"store\.copied"):  # HQ may hold what is lost here
        check_one(session, session.read(tables)["visits"][0][0], random.Random(1))
    after = entries_of(session)
    assert {key for key in before if after.get(key) != before[key]} == {key for hole in holes for key in of(hole)}
    session.store.close()
    opened(folder).close()


def test_a_bundle_fills_the_gap_at_hq(tmp_path: Path) -> None:
    """HQ lost entries of a device. The device is not accused of a fork: its next bundle brings them back."""
    simulator = Simulator.start(tmp_path / "w", count=12)
    world = simulator.world
    for number in range(12):
        check_one(world.device, simulator.visit_ids[DEVICE], random.Random(number))
    sealed = simulator.seal(DEVICE)
    simulator.deliver(sealed)
    before = entries_of(world.hq)
    hq_folder = world.hq.store.folder
    world.hq.store.close()
    whole = tmp_path / "whole"
    shutil.copytree(hq_folder, whole)
    for page in reversed(page_numbers(hq_folder)):
        damage(hq_folder, page)
        found = recover_store(hq_folder, "REV-004", PASSPHRASE, now=world.clock)
        if any(lost.hole.origin == DEVICE and lost.hole.last < before_end(before) for lost in found.lost):
            break
        shutil.rmtree(hq_folder)
        shutil.copytree(whole, hq_folder)
    world.hq = open_store(hq_folder, "REV-004", PASSPHRASE, now=world.clock)
    holes = [lost.hole for lost in found.lost if lost.hole.origin == DEVICE]
    assert holes
    check_one(world.device, simulator.visit_ids[DEVICE], random.Random(99))
    (outcome,) = simulator.deliver(simulator.seal(DEVICE))
    assert outcome.outcome == "accepted"
    after = entries_of(world.hq)
    assert {key: after.get(key) for hole in holes for key in of(hole)} == {
        key: before[key] for hole in holes for key in of(hole)
    }
    assert not [wrong for wrong in examine_store(world.hq).missing if wrong.values.get("origin") == DEVICE]
    world.close()


def before_end(entries: dict[Key, bytes]) -> int:
    return max(seq for origin, _, seq in entries if origin == DEVICE)


def test_losses_are_reported_in_words(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    """`eum store check`, then `eum store rebuild`: exit code 1 names damage and loss, and receipts that cover it."""
    page = lose_entries(folder, acknowledged=True)[2]
    shutil.rmtree(folder)
    (folder.with_name("whole")).rename(folder)
    damage(folder, page)
    monkeypatch.setenv("EUM_PASSPHRASE", PASSPHRASE)
    arguments = ["--store", str(folder), "--account", "INS-017"]
    for command in (["store", "check", *arguments], ["verify", str(folder), "--account", "INS-017"]):
        assert run(command) == 1
        assert f"fail their checksum: {page}." in capsys.readouterr().out
    assert run(["store", "rebuild", *arguments]) == 1
    told = capsys.readouterr().out
    assert "HQ signed for them and holds them." in told
    assert f"of {DEVICE} (epoch 1)" in told
    assert run(["store", "check", *arguments]) == 1
    assert "MISSING" in capsys.readouterr().out


def test_a_backup_fills_the_gaps(folder: Path, tmp_path: Path) -> None:
    session = opened(folder)
    backup = back_up(session, tmp_path / "backups").path
    in_backup = entries_of(session)
    session.store.close()
    before = held(folder)
    for page in page_numbers(folder)[4::3]:
        damage(folder, page)
    found = recovered(folder, backup)
    assert found.from_backups > 0
    from_backup = set(before) - {key for lost in found.lost for key in of(lost.hole)}
    after = held(folder)
    assert {key: after[key] for key in from_backup} == {key: before[key] for key in from_backup}
    assert not {key for lost in found.lost for key in of(lost.hole)} & set(in_backup)


def test_a_backup_of_another_store_is_refused(folder: Path, tmp_path: Path) -> None:
    other = Simulator.start(tmp_path / "other", count=1)
    backup = back_up(other.world.device, tmp_path / "backups").path
    other.world.close()
    damage(folder, 1)
    before = (folder / DATABASE).read_bytes()
    with pytest.raises(Refusal, match=r"backup\.other_store"):
        recovered(folder, backup)
    assert (folder / DATABASE).read_bytes() == before


def test_a_store_that_is_open_elsewhere_is_refused(folder: Path) -> None:
    session = opened(folder)
    last = page_numbers(folder)[-1]
    damage(folder, last)
    with pytest.raises(Refusal, match=r"store\.in_use"):
        recovered(folder)
    session.store.close()


def test_nothing_can_be_recovered_from_noise(folder: Path) -> None:
    (folder / DATABASE).write_bytes(random.Random(1).randbytes(40 * PAGE_BYTES))
    with pytest.raises(Trouble, match=r"store\.damaged"):
        recovered(folder)
    assert sorted(path.name for path in folder.glob(".*")) == []


@pytest.mark.parametrize("kind", ["field", "hq"])
@pytest.mark.parametrize("version", sorted(path.name for path in STORES.iterdir()))
def test_a_store_of_an_earlier_version(tmp_path: Path, version: str, kind: str) -> None:
    """Page 8 of these stores holds key material; drafts, which old ones lack, are never called lost."""
    account = "INS-017" if kind == "field" else "REV-004"
    for page, parts_lost in ((1, ()), (8, ("secrets",))):
        folder = tmp_path / str(page)
        shutil.copytree(STORES / version / kind, folder)
        damage(folder, page)
        found = recover_store(folder, account, PASSPHRASE, now=Clock())
        assert (found.lost, found.parts_lost) == ((), parts_lost)
        session = open_store(folder, account, PASSPHRASE, now=Clock())
        told = examine_store(session)
        assert (told.altered, told.damaged) == ((), ())
        session.store.close()


def test_a_truncated_file(folder: Path) -> None:
    before = held(folder)
    cut(folder / DATABASE, (folder / DATABASE).stat().st_size * 9 // 10 + 77)
    found = recovered(folder)
    named = {key for lost in found.lost for key in of(lost.hole)}
    after = held(folder)
    assert set(before) - set(after) <= named


def test_entries_in_the_log_of_a_killed_program(folder: Path, tmp_path: Path) -> None:
    session = opened(folder)
    killed = tmp_path / "killed"
    shutil.copytree(folder, killed, ignore=shutil.ignore_patterns("*-shm"))
    before = entries_of(session)
    session.store.close()
    assert (killed / f"{DATABASE}-wal").stat().st_size
    assert before.items() - held_without_log(killed).items()
    damage(killed, 1)
    found = recovered(killed)
    assert found.lost == ()
    assert before.items() <= held(killed).items()


def held_without_log(folder: Path) -> dict[Key, bytes]:
    copy = folder.with_name("without-log")
    shutil.copytree(folder, copy, ignore=shutil.ignore_patterns("*-wal", "*.mark"))
    session = opened(copy)
    found = entries_of(session)
    session.store.close()
    return found
