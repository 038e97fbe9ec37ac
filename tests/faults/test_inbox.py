"""Anyone can put files into HQ's inbox: they fill no disk, stop no import, and are neither moved nor deleted."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from db.queries import exchange
from db.store import Connection
from eum_app.crypto.certificates import Identity
from eum_app.usecases.exchange import quarantine
from eum_app.usecases.exchange.receive import import_bundles
from eum_app.usecases.exchange.trust import identities_of
from eum_app.usecases.session import Session
from sync.bundle_file import inspect_bundle
from tests.faults.test_hostile_device import FIRST, SECOND, checked
from tests.simulator import Simulator


@pytest.fixture
def simulator(tmp_path: Path) -> Iterator[Simulator]:
    made = Simulator.start(tmp_path / "w", devices=(FIRST, SECOND))
    yield made
    made.world.close()


def noted(simulator: Simulator) -> list[exchange.QuarantineRow]:
    return simulator.world.hq.read(exchange.all_quarantined, simulator.world.hq.name)


def copies(simulator: Simulator) -> list[str]:
    folder = simulator.world.hq.store.folder / "quarantine"
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def genuine(simulator: Simulator, device: str = FIRST) -> Path:
    simulator.check(device, 0)
    return simulator.seal(device)


def sparse(path: Path, head: bytes, size: int) -> Path:
    """Write a file that claims `size` bytes and takes no space: its head, then a hole."""
    with path.open("wb") as file:
        file.write(head)
        file.truncate(size)
    return path


def refused(simulator: Simulator, *paths: Path) -> list[tuple[str, str]]:
    """Name and code of each refused file; the files themselves are untouched."""
    before = [(path.stat().st_size, path.stat().st_mtime_ns) for path in paths]
    outcomes = import_bundles(simulator.world.hq, paths).outcomes
    assert [(path.stat().st_size, path.stat().st_mtime_ns) for path in paths] == before
    return [(one.outcome, one.code) for one in outcomes if not one.outcome.is_good]


def test_files_that_are_no_bundles_do_not_open_the_vault(simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """Opening HQ's keys takes 5 ms and more: a carrier full of other files would hold up the import for hours."""
    opened: list[Session] = []

    def counted(session: Session, connection: Connection) -> tuple[Identity, tuple[Identity, ...]]:
        opened.append(session)
        return identities_of(session, connection)

    monkeypatch.setattr("eum_app.usecases.exchange.verify_bundle.identities_of", counted)
    strange = [simulator.world.drop / f"strange-{number}.eumb" for number in range(20)]
    for path in strange:
        path.write_bytes(os.urandom(300))
    good = genuine(simulator)
    assert refused(simulator, *strange, good) == [("refused", "bundle.not_a_bundle")] * 20
    assert len(opened) == 1


def test_a_header_before_a_hole_of_seven_gigabytes_is_not_copied(simulator: Simulator) -> None:
    good = genuine(simulator)
    with good.open("rb") as file:
        whole = file.read()
    # The header names an enrolled device: everyone who carried one of its bundles has it.
    size = 7 * 1024**3
    bad = sparse(simulator.world.drop / "bad.eumb", whole[:-1], size)
    assert inspect_bundle(bad).sender.origin == FIRST
    free = os.statvfs(simulator.world.hq.store.folder).f_bavail
    assert refused(simulator, bad, good) == [("refused", "bundle.altered")]
    assert copies(simulator) == []
    (row,) = noted(simulator)
    assert (row.file_name, row.file_size, row.file_sha384, row.is_kept, row.sender) == ("bad.eumb", size, "", False, "")
    assert free - os.statvfs(simulator.world.hq.store.folder).f_bavail < 7 * 1024**2
    assert import_bundles(simulator.world.hq, [good]).outcomes[0].outcome == "already_held"


def test_an_altered_bundle_is_left_where_it_is_and_noted_once(simulator: Simulator) -> None:
    good = genuine(simulator)
    bad = simulator.tampered(good, good.stat().st_size - 5)
    for _ in range(2):
        assert refused(simulator, bad) == [("refused", "bundle.altered")]
        (row,) = noted(simulator)
    assert len(row.file_sha384) == 96
    assert not row.is_kept
    assert copies(simulator) == []


def test_a_lie_of_an_enrolled_device_is_kept_as_evidence(simulator: Simulator) -> None:
    lie = simulator.lie(FIRST, [checked(simulator, FIRST, visit_id="no such visit")])
    good = genuine(simulator, SECOND)
    assert refused(simulator, lie, good) == [("quarantined", "fact.foreign_visit")]
    (row,) = noted(simulator)
    assert (row.is_kept, row.sender) == (True, FIRST)
    assert copies(simulator) == [f"{row.file_sha384[:32]}.eumb"]


@pytest.mark.parametrize("limit", ["QUOTA", "QUOTA_OF_SENDER", "MAX_KEPT_BYTES"])
def test_over_its_quota_a_lie_is_noted_and_left(
    simulator: Simulator, monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    lie = simulator.lie(FIRST, [checked(simulator, FIRST, visit_id="no such visit")])
    monkeypatch.setattr(quarantine, limit, lie.stat().st_size - 1)
    assert refused(simulator, lie, genuine(simulator, SECOND)) == [("refused", "fact.foreign_visit")]
    (row,) = noted(simulator)
    assert (row.is_kept, row.sender) == (False, FIRST)
    assert copies(simulator) == []


def test_the_quota_of_one_sender_leaves_room_for_another(simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    lies = [simulator.lie(one, [checked(simulator, one, visit_id="no such visit")]) for one in (FIRST, FIRST, SECOND)]
    monkeypatch.setattr(quarantine, "QUOTA_OF_SENDER", max(path.stat().st_size for path in lies))
    simulator.deliver(*lies)
    assert sorted((row.sender, row.is_kept) for row in noted(simulator)) == [
        (FIRST, False),
        (FIRST, True),
        (SECOND, True),
    ]


def test_a_copy_that_fails_stops_no_other_file(simulator: Simulator) -> None:
    lie = simulator.lie(FIRST, [checked(simulator, FIRST, visit_id="no such visit")])
    (simulator.world.hq.store.folder / "quarantine").write_bytes(b"a file where the folder should be")
    assert refused(simulator, lie, genuine(simulator, SECOND)) == [("refused", "fact.foreign_visit")]


def test_a_flood_of_strange_files_does_not_grow_the_journal(
    simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quarantine, "MAX_NOTED", 3)
    good = genuine(simulator)
    size = good.stat().st_size
    flood = [simulator.tampered(good, size - 1 - number) for number in range(8)]
    assert len(refused(simulator, *flood, good)) == 8
    assert len(noted(simulator)) == 3


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="no file here fails when it is read")
def test_a_file_on_a_failing_medium_stops_no_other_file(simulator: Simulator) -> None:
    """Reading it ends in an input/output error, as on a worn stick: it is refused, and the files beside it count."""
    bad = simulator.world.drop / "bad.eumb"
    bad.symlink_to("/proc/self/mem")
    good = genuine(simulator)
    outcomes = {one.path: one for one in import_bundles(simulator.world.hq, [bad, good]).outcomes}
    assert (outcomes[bad].outcome, outcomes[bad].code) == ("refused", "file.unreadable")
    assert outcomes[good].outcome == "accepted"


def test_a_quarantine_that_cannot_be_listed_stops_no_other_file(simulator: Simulator) -> None:
    lie = simulator.lie(FIRST, [checked(simulator, FIRST, visit_id="no such visit")])
    folder = simulator.world.hq.store.folder / "quarantine"
    folder.mkdir()
    (folder / "gone.eumb").symlink_to(folder / "nothing")  # as if another process had removed it meanwhile
    assert refused(simulator, lie, genuine(simulator, SECOND)) == [("refused", "fact.foreign_visit")]


def test_what_a_killed_copy_left_is_swept(simulator: Simulator) -> None:
    folder = simulator.world.hq.store.folder / "quarantine"
    folder.mkdir()
    now = simulator.world.clock()
    for name, age in (
        (".arriving-dead", timedelta(hours=2)),
        (".writing-dead", timedelta(hours=2)),
        (".arriving-a", timedelta()),
    ):
        (folder / name).write_bytes(b"partial")
        os.utime(folder / name, ((now - age).timestamp(),) * 2)
    import_bundles(simulator.world.hq, [genuine(simulator)])
    assert copies(simulator) == [".arriving-a"]
