"""A report to where it cannot go: a clear refusal or trouble, nothing half-written, nothing recorded."""

from __future__ import annotations

import os
import resource
import signal
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from db.queries.exchange import journal_heads
from db.queries.visits import all_visits
from eum_app.domain.errors import Refusal, Trouble
from eum_app.domain.journal import Head
from eum_app.reports.formats import csv_file, pdf_file
from eum_app.reports.model import Document, Part
from eum_app.usecases.reporting.inventory_status import INVENTORY_STATUS
from eum_app.usecases.reporting.make_report import make_report
from eum_app.usecases.reporting.verify_report import verify_report
from eum_app.usecases.reporting.visit_record import VISIT_RECORD
from tests.builders import World, make_world

FORMATS = ("csv", "xlsx", "json", "pdf")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    made = make_world(tmp_path_factory.mktemp("faults") / "world", count=40)
    yield made
    made.close()


@pytest.fixture
def heads(world: World) -> Iterator[list[Head]]:
    """The journals before, and after: unchanged."""
    before = world.hq.read(journal_heads)
    yield before
    assert world.hq.read(journal_heads) == before


def export(world: World, path: Path, *, replaces: bool = False) -> None:
    make_report(world.hq, INVENTORY_STATUS, path, replaces=replaces)


@pytest.mark.parametrize("suffix", FORMATS)
@pytest.mark.usefixtures("heads")
def test_a_full_disk_leaves_nothing(world: World, tmp_path: Path, suffix: str) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    old = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2_048, hard))
    try:
        with pytest.raises(Trouble, match=r"disk\.full"):
            export(world, tmp_path / f"status.{suffix}")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, old)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("suffix", FORMATS)
@pytest.mark.skipif(sys.platform == "win32", reason="an open file is not replaced there")
def test_a_report_that_is_open_elsewhere_is_replaced_and_its_reader_not_disturbed(
    world: World, tmp_path: Path, suffix: str
) -> None:
    path = tmp_path / f"status.{suffix}"
    export(world, path)
    with path.open("rb") as reader:
        before = reader.read(100)
        make_report(world.hq, INVENTORY_STATUS, path, {"country": "YY"}, replaces=True)
        reader.seek(0)
        assert reader.read(100) == before
        assert reader.read() != path.read_bytes()[100:]


@pytest.mark.usefixtures("heads")
def test_an_open_file_that_cannot_be_replaced_stays_with_a_message(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As Windows answers while a spreadsheet program holds the file."""
    path = tmp_path / "status.xlsx"
    path.write_bytes(b"what is open")
    replace = Path.replace

    def held(self: Path, target: Path) -> Path:
        if target == path:
            raise PermissionError(13, "The process cannot access the file because it is being used")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", held)
    with pytest.raises(Trouble, match=r"report\.in_use"):
        export(world, path, replaces=True)
    assert path.read_bytes() == b"what is open"
    assert [one.name for one in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize("suffix", FORMATS)
@pytest.mark.usefixtures("heads")
def test_a_folder_or_a_protected_file_is_not_written_over(world: World, tmp_path: Path, suffix: str) -> None:
    folder, protected = tmp_path / f"folder.{suffix}", tmp_path / f"protected.{suffix}"
    folder.mkdir()
    protected.write_bytes(b"kept")
    protected.chmod(stat.S_IRUSR)
    with pytest.raises(Refusal, match=r"report\.is_folder"):
        export(world, folder)
    with pytest.raises(Refusal, match=r"report\.read_only"):
        export(world, protected)
    assert protected.read_bytes() == b"kept"
    assert sorted(path.name for path in tmp_path.iterdir()) == [folder.name, protected.name]


@pytest.mark.usefixtures("heads")
def test_a_sidecar_that_cannot_be_written_takes_the_report_back(world: World, tmp_path: Path) -> None:
    (tmp_path / "status.csv.sidecar.json").mkdir()
    with pytest.raises(Refusal, match=r"report\.is_folder"):
        export(world, tmp_path / "status.csv")
    assert [path.name for path in tmp_path.iterdir()] == ["status.csv.sidecar.json"]


@pytest.mark.usefixtures("heads")
def test_a_place_that_is_none_is_trouble(world: World, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(Trouble, match=r"disk\.failed"):
        export(world, tmp_path / "file" / "status.csv")
    for name in ("status.txt", "status", "status.csv.exe"):
        with pytest.raises(Refusal, match=r"report\.name"):
            export(world, tmp_path / name)


@pytest.mark.usefixtures("heads")
def test_a_report_that_lost_a_row_never_gets_its_name(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def write_less(report: Document, folder: Path, name: str) -> list[Part]:
        with (folder / name).open("wb") as file:
            csv_file.write_csv(file, report.tables[0].headings, list(report.tables[0].rows)[:-1])
        return [Part(name)]

    monkeypatch.setattr(csv_file, "write", write_less)
    with pytest.raises(Trouble, match=r"report\.rows_differ") as raised:
        export(world, tmp_path / "status.csv")
    assert (raised.value.values["expected"], raised.value.values["found"]) == (40, 39)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("heads")
def test_a_child_that_fails_or_hangs_is_trouble(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf_file, "COMMAND", "no-such-command")
    with pytest.raises(Trouble, match=r"report\.pdf_failed"):
        export(world, tmp_path / "status.pdf")
    monkeypatch.undo()
    monkeypatch.setattr(pdf_file, "CHILD_SECONDS", 0.001)
    with pytest.raises(Trouble, match=r"report\.pdf_failed.*timeout"):
        export(world, tmp_path / "status.pdf")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("heads")
def test_stopping_leaves_nothing(world: World, tmp_path: Path) -> None:
    class StoppedError(Exception):
        pass

    def stop(_done: int, _total: int) -> None:
        raise StoppedError

    for suffix in FORMATS:
        with pytest.raises(StoppedError):
            make_report(world.hq, INVENTORY_STATUS, tmp_path / f"status.{suffix}", {}, stop)
    assert list(tmp_path.iterdir()) == []


def test_only_who_may_exports(world: World, tmp_path: Path) -> None:
    with pytest.raises(Refusal, match=r"permission\.denied"):
        make_report(world.device, INVENTORY_STATUS, tmp_path / "status.csv")
    with pytest.raises(Refusal, match=r"visit\.unknown"):
        make_report(world.hq, VISIT_RECORD, tmp_path / "visit.csv", {"visit_id": "no-such-visit"})
    with pytest.raises(Refusal, match=r"clock\.trigger"):
        make_report(world.hq, INVENTORY_STATUS, tmp_path / "status.csv", {"clock": "yesterday"})
    assert list(tmp_path.iterdir()) == []


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize("suffix", FORMATS)
def test_an_earlier_report_stays_unless_the_person_agrees(world: World, tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"status.{suffix}"
    export(world, path)
    before, heads = contents(tmp_path), world.hq.read(journal_heads)
    with pytest.raises(Refusal, match=r"report\.exists"):
        make_report(world.hq, INVENTORY_STATUS, path, {"country": "YY"})
    path.unlink()
    with pytest.raises(Refusal, match=r"report\.exists.*status.*sidecar"):  # the proof of a report that was moved
        export(world, path)
    assert contents(tmp_path) == {name: data for name, data in before.items() if name != path.name}
    assert world.hq.read(journal_heads) == heads


def test_a_file_that_only_one_part_of_a_report_would_replace_stays(world: World, tmp_path: Path) -> None:
    visit_id = next((row.visit_id for row in world.hq.read(all_visits)), "") or world.plan().visit_id
    theirs = tmp_path / "visit.findings.csv"
    theirs.write_bytes(b"theirs")
    before = world.hq.read(journal_heads)
    with pytest.raises(Refusal, match=r"report\.exists.*visit\.findings\.csv"):
        make_report(world.hq, VISIT_RECORD, tmp_path / "visit.csv", {"visit_id": visit_id})
    assert contents(tmp_path) == {theirs.name: b"theirs"}
    assert world.hq.read(journal_heads) == before


@pytest.mark.usefixtures("heads")
def test_a_report_named_meanwhile_by_another_program_stays(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "status.json"
    link = os.link

    def other_first(source: Path, target: Path) -> None:
        if not target.exists():
            target.write_bytes(b"theirs")
        link(source, target)

    monkeypatch.setattr(os, "link", other_first)
    with pytest.raises(Refusal, match=r"report\.exists"):
        export(world, path)
    assert contents(tmp_path) == {path.name: b"theirs"}

    def no_links(_source: Path, _target: Path) -> None:
        raise PermissionError(1, "Operation not permitted")  # as a stick formatted with FAT answers

    monkeypatch.setattr(os, "link", no_links)
    with pytest.raises(Refusal, match=r"report\.exists"):
        export(world, path)
    assert contents(tmp_path) == {path.name: b"theirs"}


def test_a_report_is_written_to_a_disk_without_links(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_links(_source: Path, _target: Path) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", no_links)
    export(world, tmp_path / "status.csv")
    assert verify_report(tmp_path / "status.csv", world.hq).holds


def test_a_replacement_that_fails_brings_the_earlier_report_back(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "status.csv"
    export(world, path)
    before, heads = contents(tmp_path), world.hq.read(journal_heads)
    replace = Path.replace

    def fails_at_the_sidecar(self: Path, target: Path) -> Path:
        if target.name.endswith(".sig") and self.parent.name.startswith(".writing-"):
            raise OSError(28, "No space left on device")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", fails_at_the_sidecar)
    with pytest.raises(Trouble, match=r"disk\.full"):
        make_report(world.hq, INVENTORY_STATUS, path, {"country": "YY"}, replaces=True)
    assert contents(tmp_path) == before
    assert world.hq.read(journal_heads) == heads
    monkeypatch.undo()
    assert verify_report(path, world.hq).holds


def test_a_new_report_takes_the_place_of_the_old_one(world: World, tmp_path: Path) -> None:
    path = tmp_path / "status.csv"
    export(world, path)
    before = path.read_bytes()
    make_report(world.hq, INVENTORY_STATUS, path, {"country": "YY"}, replaces=True)
    assert path.read_bytes() != before
    assert sorted(one.name for one in tmp_path.iterdir()) == [
        "status.case-lines.csv",
        "status.csv",
        "status.csv.sidecar.json",
        "status.csv.sidecar.json.sig",
    ]
