"""`kill -9` while the authority's key is moved and HQ gets new keys: no key is lost, and none is half in use."""

from __future__ import annotations

import shutil
import signal
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from db.attempts import FILE_NAME as ATTEMPTS
from db.engines import DATABASE
from db.instance import path_of
from db.queries.checks import counting_checks
from eum_app.domain.errors import Trouble
from eum_app.usecases.authority.headquarters import authority_state, request_certificate
from eum_app.usecases.exchange.seal_bundle import seal_for_device, seal_results
from eum_app.usecases.exchange.trust import identities_of
from eum_app.usecases.session import Session, resumed
from eum_app.usecases.store.check_store import examine_store
from eum_app.usecases.store.recover_store import recover_store
from sync.authority_file import AUTHORITY_FILE, open_authority
from tests.builders import PASSPHRASE, Clock, World, make_world
from tests.children import children
from tests.faults import ceremonies
from tests.faults.ceremonies import ANSWER, REQUEST, STICK
from tests.faults.disk import flip, no_file_beyond
from tests.flows.test_authority import SECRET, certified, codes, moved

MOST = 400


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = make_world(tmp_path / "world", count=3)
    yield made
    made.close()


def steps() -> Iterator[int]:
    """Yield 1, 2, 3, 6, 12 …: each early step, and some of the later ones."""
    step = 1
    while step < MOST:
        yield step
        step += 1 if step < 3 else step


def killed_at_each_step(world: World, tmp_path: Path, act: str, require: Callable[[Session, Path], None]) -> None:
    """Do an act on copies of HQ's store and the stick, each killed at a later step, and judge what is left."""
    ticket, source = world.hq.ticket, world.hq.store.folder
    store_id = world.hq.store.named.store_id
    world.hq.store.close()
    was_killed = 0
    for step in steps():
        place = tmp_path / f"{act}-{step}"
        place.mkdir()
        shutil.copytree(source, place / "hq")
        shutil.copyfile(path_of(store_id, source), path_of(store_id, place / "hq"))
        for name in (STICK, REQUEST, ANSWER):
            if (tmp_path / name).is_dir():
                shutil.copytree(tmp_path / name, place / name)
            elif (tmp_path / name).exists():
                shutil.copyfile(tmp_path / name, place / name)
        given = (act, step, place, replace(ticket, folder=place / "hq"), world.clock.instant)
        child = children().Process(target=ceremonies.die_at, args=given)
        child.start()
        child.join(240)
        is_done = child.exitcode == 0
        assert is_done or child.exitcode == -signal.SIGKILL, step
        was_killed += not is_done
        with resumed(replace(ticket, folder=place / "hq"), Clock(world.clock.instant)) as hq:
            require(hq, place)
            assert examine_store(hq).altered == (), step
        shutil.rmtree(place)
        if is_done:
            break
    assert is_done
    assert was_killed >= 3


def has_key(place: Path) -> bool:
    """Whether the stick holds the authority's key, and opens."""
    if not (place / STICK / AUTHORITY_FILE).exists():
        return False
    return bool(open_authority(place / STICK, passphrase=SECRET))


def test_the_authoritys_key_is_in_the_store_until_the_copy_opens(world: World, tmp_path: Path) -> None:
    def require(hq: Session, place: Path) -> None:
        assert authority_state(hq).is_here is True
        if not has_key(place):
            ceremonies.copy(hq, place)  # nothing is left that prevents it
        ceremonies.finish(hq, place)
        assert (authority_state(hq).is_here, has_key(place)) == (False, True)

    killed_at_each_step(world, tmp_path, "copy", require)


def test_a_killed_end_of_the_move_leaves_the_key_in_one_place_that_opens(world: World, tmp_path: Path) -> None:
    ceremonies.copy(world.hq, tmp_path)

    def require(hq: Session, place: Path) -> None:
        assert has_key(place)
        if authority_state(hq).is_here:
            ceremonies.finish(hq, place)
        assert authority_state(hq).is_here is False

    killed_at_each_step(world, tmp_path, "finish", require)


def rotated(hq: Session, place: Path) -> None:
    """Finish a rotation from wherever it stopped, with what a person would do next."""
    if authority_state(hq).epoch == 1:
        request_certificate(hq, place / REQUEST)  # the same request again, if its keys are kept
        ceremonies.issue(hq, place)
        ceremonies.accept(hq, place)


def require_heard(world: World) -> Callable[[Session, Path], None]:
    late = seal_results(world.device, world.drop)  # sealed to the keys before
    read = list(late.paths)

    def require(hq: Session, place: Path) -> None:
        rotated(hq, place)
        assert authority_state(hq).epoch == 2
        with hq.store.reading() as connection:
            assert [one.epoch for one in identities_of(hq, connection)[1]] == [1]
        assert codes(hq, read) == ["accepted"]
        seal_for_device(hq, "FLD-0042", place / "out")

    return require


@pytest.mark.parametrize("act", ["request", "issue", "accept"])
def test_a_killed_rotation_is_finished_and_strands_no_device(world: World, tmp_path: Path, act: str) -> None:
    moved(world, tmp_path)
    if act != "request":
        ceremonies.request(world.hq, tmp_path)
    if act == "accept":
        ceremonies.issue(world.hq, tmp_path)
    require = require_heard(world)
    killed_at_each_step(world, tmp_path, act, require)


# Recovery


def damaged(world: World, tmp_path: Path) -> Path:
    """Damage a page of HQ's database, and return its folder."""
    moved(world, tmp_path)
    certified(world.hq, tmp_path / STICK, tmp_path, world.clock)
    folder = world.hq.store.folder
    world.hq.store.close()
    size = (folder / DATABASE).stat().st_size
    flip(folder / DATABASE, size - 4096 - 100)
    return folder


def test_a_full_disk_during_recovery_leaves_the_damaged_store_for_another_try(world: World, tmp_path: Path) -> None:
    folder = damaged(world, tmp_path)
    shutil.copytree(folder, tmp_path / "never-tried")
    names = {path.name for path in folder.iterdir()} | {ATTEMPTS}
    for room_kb in (40, 200, 400):
        with no_file_beyond(room_kb * 1024), pytest.raises(Trouble, match=r"disk\.(full|failed)"):
            recover_store(folder, "REV-004", PASSPHRASE, now=world.clock)
        assert {path.name for path in folder.iterdir()} == names  # nothing half done stays behind
    found, expected = (
        replace(recover_store(one, "REV-004", PASSPHRASE, now=Clock()), kept_as=folder)
        for one in (folder, tmp_path / "never-tried")
    )
    assert found == expected
    ticket = world.hq.ticket
    with resumed(ticket, world.clock) as hq:
        assert authority_state(hq).epoch == 2
        assert hq.read(counting_checks, "none") == []
