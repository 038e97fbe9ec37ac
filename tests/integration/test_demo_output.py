"""The demo's output folder: a demo deletes nothing that it did not make."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from eum_app.crypto.passphrases import KdfParams
from eum_app.crypto.suites import Suite
from eum_app.demo.output import MARKER, _delete, _made_by_demos, default_output, finish, take
from eum_app.demo.scene import INSPECTOR, PASSPHRASE, REVIEWER
from eum_app.demo.screens import _take_folder
from eum_app.domain.errors import Refusal
from eum_app.usecases.reporting.registry import PAPERS, REPORTS
from eum_app.usecases.store.open_store import create_store

PARTS = ("", "-0190a1b2", ".case-lines", ".rows", "-0190a1b2.volume-02", ".summary")
ENDINGS = (".csv", ".pdf", ".xlsx", ".json", ".csv.sidecar.json", ".csv.sidecar.json.sig")


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def store(folder: Path, kind: str, passphrase: str = PASSPHRASE) -> None:
    account, role = (REVIEWER, "reviewer") if kind == "hq" else (INSPECTOR, "inspector")
    create_store(
        folder,
        kind=kind,
        name="HQ-01" if kind == "hq" else "FLD-0042",
        account=account,
        role=role,
        passphrase=passphrase,
        suite=Suite.P384,
        kdf=KdfParams.fast_for_tests(Suite.P384),
    ).close("made")


def demo_made(folder: Path, *, passphrase: str = PASSPHRASE) -> None:
    """Write real stores and small files under the names that a demo uses."""
    for name in ("walk.avi", "label.png", "damage.jpg", "inventory-depot-7.csv", "FLD-0042.eumreq", "FLD-0042.eumans"):
        path = folder / "work" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"synthetic")
    bundle = "HQ-01_to_FLD-0042_tasking_1-000001-000028.eumb"
    (folder / "work" / "carried").mkdir()
    for path in (folder / bundle, folder / "work" / "carried" / bundle, folder / "01-unlock.png"):
        path.write_bytes(b"synthetic")
    for name in ("inventory-status.csv", "inventory-status.pdf.sidecar.json.sig"):
        (folder / name).write_bytes(b"synthetic")
    store(folder / "work" / "hq-store", "hq", passphrase)
    store(folder / "work" / "device-store", "field", passphrase)


@pytest.fixture
def made(tmp_path: Path) -> Path:
    """A folder that a demo took, filled and finished."""
    folder = take(tmp_path / "out")
    demo_made(folder)
    finish(folder)
    return folder


def refused(folder: Path, code: str = "demo.foreign") -> Refusal:
    """Refused, and nothing in or beside the folder is changed."""
    before = contents(folder.parent)
    with pytest.raises(Refusal) as refusal:
        take(folder)
    assert refusal.value.code == code
    assert contents(folder.parent) == before
    return refusal.value


def test_a_missing_an_empty_and_a_marked_folder_are_taken(tmp_path: Path, made: Path) -> None:
    missing, empty = tmp_path / "new" / "out", tmp_path / "empty"
    empty.mkdir()
    for folder in (missing, empty, made):
        assert [path.name for path in take(folder).iterdir()] == [MARKER]


def test_everything_that_people_make_with_a_demo_is_a_demo_s(made: Path) -> None:
    """Logs of commands and windows, refused bundles, rejected rows, each report and paper, and half of a report."""
    work = made / "work"
    names = [f"{name}{part}{ending}" for name in (*REPORTS, *PAPERS) for part in PARTS for ending in ENDINGS]
    paths = [work / "carried" / name for name in (*names, "inventory-depot-7-rejected.csv")]
    paths += [work / f"hq-store.log{number}" for number in ("", ".1", ".3")]
    paths += [
        work / "hq-store" / "quarantine" / f"{'ab' * 16}.eumb",
        work / "carried" / ".writing-ab12_xyz" / "labels.pdf",
    ]
    paths += [work / "carried" / ".writing-ab12_xyz" / "earlier" / "labels.pdf"]
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"synthetic")
    assert [path.name for path in take(made).iterdir()] == [MARKER]


def test_a_folder_in_which_a_demo_runs_is_refused(made: Path) -> None:
    before = contents(made)
    done = subprocess.run(
        [sys.executable, "-m", "eum_app", "demo", "--no-window", "--output", str(made)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert "Another demo is using" in done.stderr
    assert contents(made) == before


@pytest.mark.skipif(sys.platform == "win32", reason="no limit on the size of files there")
def test_a_full_disk_ends_the_demo_in_one_sentence(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "eum_app", "demo", "--no-window", "--output", str(tmp_path / "out")]
    done = subprocess.run(
        ["sh", "-c", 'ulimit -f 16; exec "$@"', "sh", *command], capture_output=True, text=True, check=False
    )
    assert done.returncode == 3, done.stderr
    assert done.stderr.startswith("The disk is full")
    assert done.stderr.count("\n") == 1
    assert [path.name for path in take(tmp_path / "out").iterdir()] == [MARKER]


@pytest.mark.skipif(sys.platform == "win32", reason="folders are not held by descriptors there")
def test_what_appears_or_is_swapped_after_the_check_is_kept(made: Path) -> None:
    elsewhere = made.parent / "elsewhere"
    (elsewhere / "carried").mkdir(parents=True)
    (elsewhere / "label.png").write_bytes(b"of another person")
    checked = _made_by_demos(made)
    (made / "work").rename(made / "before")
    (made / "work").symlink_to(elsewhere)
    with pytest.raises(OSError, match="ot a directory"):
        _delete(made, checked)
    assert (elsewhere / "label.png").read_bytes() == b"of another person"
    assert (made / "before" / "label.png").exists()
    assert (made / MARKER).exists()  # so that a demo that was stopped while it deletes can be repeated


def test_a_demo_that_was_killed_is_cleared_too(tmp_path: Path) -> None:
    folder = take(tmp_path / "out")
    demo_made(folder)
    (folder / "work" / "hq-store" / "store.db-wal").write_bytes(b"")
    (folder / "work" / "hq-store" / ".writing-ab12_xyz").write_bytes(b"")
    assert [path.name for path in take(folder).iterdir()] == [MARKER]


def thesis(folder: Path) -> None:
    (folder / "thesis.txt").write_text("years of work", encoding="utf-8")


def repository(folder: Path) -> None:
    (folder / ".git").mkdir()
    (folder / ".git" / "HEAD").write_text("ref: refs/heads/main", encoding="utf-8")


def own_picture(folder: Path) -> None:
    (folder / "01-holiday.png").write_bytes(b"named as a demo would name it")


def edited_report(folder: Path) -> None:
    (folder / "inventory-status.csv").write_text("with remarks", encoding="utf-8")


def thesis_deep_inside(folder: Path) -> None:
    (folder / "work" / "hq-store" / "content").mkdir(exist_ok=True)
    (folder / "work" / "hq-store" / "content" / "thesis.txt").write_text("years of work", encoding="utf-8")


def empty_folder(folder: Path) -> None:
    (folder / "plans").mkdir()


def link_elsewhere(folder: Path) -> None:
    elsewhere = folder.parent / "elsewhere"
    elsewhere.mkdir()
    thesis(elsewhere)
    shutil.rmtree(folder / "work" / "carried")
    (folder / "work" / "carried").symlink_to(elsewhere)


def link_to_a_file(folder: Path) -> None:
    (folder.parent / "thesis.txt").write_text("years of work", encoding="utf-8")
    (folder / "work" / "label.png").unlink()
    (folder / "work" / "label.png").symlink_to(folder.parent / "thesis.txt")


@pytest.mark.parametrize(
    "attack",
    [
        thesis,
        repository,
        own_picture,
        edited_report,
        thesis_deep_inside,
        empty_folder,
        link_elsewhere,
        link_to_a_file,
    ],
)
def test_a_marked_folder_that_holds_something_else_is_refused_whole(made: Path, attack: Callable[[Path], None]) -> None:
    attack(made)
    refusal = refused(made)
    assert (made / str(refusal.values["found"])).exists()


@pytest.mark.parametrize("attack", [thesis, repository])
def test_a_foreign_folder_is_refused_with_and_without_a_copied_marker(
    tmp_path: Path, made: Path, attack: Callable[[Path], None]
) -> None:
    foreign = tmp_path / "demo-output"
    foreign.mkdir()
    attack(foreign)
    refused(foreign)
    shutil.copy2(made / MARKER, foreign / MARKER)
    refused(foreign)


def test_a_copied_marker_marks_nothing_even_where_all_names_are_a_demo_s(tmp_path: Path) -> None:
    marked, foreign = take(tmp_path / "out"), tmp_path / "foreign"
    demo_made(foreign, passphrase="a passphrase of real work")
    shutil.copy2(marked / MARKER, foreign / MARKER)
    refused(foreign)
    (foreign / MARKER).write_text("{", encoding="utf-8")
    refused(foreign)


def test_an_older_demo_is_known_by_its_folder_and_its_passphrase(tmp_path: Path) -> None:
    old, real, other = (tmp_path / name / "demo-output" for name in ("old", "real", "other"))
    demo_made(old)
    assert [path.name for path in take(old).iterdir()] == [MARKER]
    demo_made(real, passphrase="a passphrase of real work")
    assert refused(real).values["found"] == "work/hq-store"
    other.mkdir(parents=True)
    own_picture(other)
    refused(other)
    demo_made(tmp_path / "old" / "results")  # as the old demo, but not under its name
    refused(tmp_path / "old" / "results")


def test_a_link_as_the_folder_and_a_file_in_its_place_are_refused(tmp_path: Path, made: Path) -> None:
    link, broken, file = tmp_path / "link", tmp_path / "broken", tmp_path / "file"
    link.symlink_to(made)
    broken.symlink_to(tmp_path / "nowhere")
    file.write_text("years of work", encoding="utf-8")
    refused(link, "demo.link")
    refused(broken, "demo.link")
    refused(file, "demo.not_a_folder")
    assert not (tmp_path / "nowhere").exists()


def test_the_current_folder_home_and_the_root_are_refused(
    tmp_path: Path, made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.chdir(made)
    for folder in (Path(), Path(".."), made, home, tmp_path, Path("/")):
        with pytest.raises(Refusal) as refusal:
            take(folder)
        assert refusal.value.code == "demo.own_place"
    assert (made / "01-unlock.png").exists()


def test_without_an_output_named_a_folder_that_can_be_written_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert default_output() == Path("demo-output")
    monkeypatch.setattr("os.access", lambda *_: False)  # root may write everywhere
    elsewhere = default_output()
    assert list(elsewhere.iterdir()) == []
    elsewhere.rmdir()


def test_pictures_of_every_page_go_into_a_folder_of_pictures_only(tmp_path: Path) -> None:
    picture = tmp_path / "field-visits-dark-1366x768-200.png"
    picture.write_bytes(b"of before")
    _take_folder(tmp_path)
    assert not picture.exists()
    picture.write_bytes(b"of before")
    thesis(tmp_path)
    with pytest.raises(Refusal, match=r"demo\.foreign"):
        _take_folder(tmp_path)
    assert picture.exists()
