"""A report to where it cannot go: a clear refusal or trouble, nothing half-written, nothing recorded."""

from __future__ import annotations

import resource
import signal
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from db.queries.exchange import journal_heads
from eum_app.domain.errors import Refusal, Trouble
from eum_app.domain.journal import Head
from eum_app.reports.formats import csv_file, pdf_file
from eum_app.reports.model import Document, Part
from eum_app.usecases.reporting.inventory_status import INVENTORY_STATUS
from eum_app.usecases.reporting.make_report import make_report
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


def export(world: World, path: Path) -> None:
    make_report(world.hq, INVENTORY_STATUS, path)


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
        make_report(world.hq, INVENTORY_STATUS, path, {"country": "YY"})
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
        export(world, path)
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


def test_a_new_report_takes_the_place_of_the_old_one(world: World, tmp_path: Path) -> None:
    path = tmp_path / "status.csv"
    export(world, path)
    before = path.read_bytes()
    make_report(world.hq, INVENTORY_STATUS, path, {"country": "YY"})
    assert path.read_bytes() != before
    assert sorted(one.name for one in tmp_path.iterdir()) == [
        "status.csv",
        "status.csv.sidecar.json",
        "status.csv.sidecar.json.sig",
    ]
