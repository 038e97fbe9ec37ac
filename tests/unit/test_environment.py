"""tools/environment.py and the Makefile: a set-up that was stopped is made whole, and deletes nothing of a person's."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROGRAM = ROOT / "tools" / "environment.py"

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the Makefile runs on Linux and macOS")


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    """A lock with one tiny package, whose wheel is beside it."""
    wheel = tmp_path / "tiny-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as files:
        files.writestr("tiny/__init__.py", "WHOLE = True\n")
        files.writestr("tiny-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: tiny\nVersion: 1.0\n")
        files.writestr("tiny-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        files.writestr("tiny-1.0.dist-info/RECORD", "tiny/__init__.py,,\n")
    path = tmp_path / "tiny.lock"
    path.write_text(f"tiny==1.0 --hash=sha256:{hashlib.sha256(wheel.read_bytes()).hexdigest()}\n", encoding="utf-8")
    return path


def command(folder: Path, lock: Path) -> tuple[list[str], dict[str, str]]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PIP_")}
    offline = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": lock.parent.as_uri()}
    return [sys.executable, str(PROGRAM), str(folder), str(lock), "ready"], {**clean, **offline}


def set_up(folder: Path, lock: Path, **given: str) -> subprocess.CompletedProcess[str]:
    words, environment = command(folder, lock)
    return subprocess.run(words, env={**environment, **given}, capture_output=True, text=True, check=False)


def is_whole(folder: Path) -> bool:
    words = [str(folder / "bin" / "python"), "-c", "import tiny; assert tiny.WHOLE"]
    done = subprocess.run(words, cwd=folder, capture_output=True, check=False)
    return done.returncode == 0 and (folder / "ready").is_file() and not (folder / "unfinished").exists()


def packages(folder: Path) -> Path:
    return next(folder.glob("lib/python*/site-packages"))


def test_a_set_up_that_was_killed_is_made_again(tmp_path: Path, lock: Path) -> None:
    """As kill -9 leaves it: pip takes a package with metadata for installed, and half of pip cannot be repaired."""
    folder = tmp_path / "env"
    assert set_up(folder, lock).returncode == 0
    assert is_whole(folder)
    for damage in ("tiny", "pip"):
        (folder / "ready").unlink()
        (folder / "unfinished").touch()
        shutil.rmtree(packages(folder) / damage)
        done = set_up(folder, lock)
        assert "stopped halfway" in done.stdout, done.stderr
        assert is_whole(folder)


def test_settings_of_pip_and_python_do_not_lead_elsewhere(tmp_path: Path, lock: Path) -> None:
    folder, elsewhere = tmp_path / "env", tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "argparse.py").write_text("raise SystemExit('from PYTHONPATH')", encoding="utf-8")
    done = set_up(folder, lock, PIP_TARGET=str(elsewhere), PIP_DRY_RUN="1", PIP_USER="1", PYTHONPATH=str(elsewhere))
    assert done.returncode == 0, done.stderr
    assert is_whole(folder)
    assert [path.name for path in elsewhere.iterdir()] == ["argparse.py"]


def test_a_folder_that_is_no_environment_is_refused_and_kept(tmp_path: Path, lock: Path) -> None:
    folder = tmp_path / "work"
    folder.mkdir()
    (folder / "thesis.txt").write_text("years of work", encoding="utf-8")
    done = set_up(folder, lock)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"Set-up stopped: {folder} is not a virtual environment.")
    assert [path.name for path in folder.iterdir()] == ["thesis.txt"]


def test_an_environment_of_a_person_s_is_never_cleared(tmp_path: Path, lock: Path) -> None:
    folder = tmp_path / "env"
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    (folder / "notes.txt").touch()
    lock.write_text("absent==1.0 --hash=sha256:00\n", encoding="utf-8")
    failed = set_up(folder, lock)
    assert failed.returncode == 1
    assert "Set-up stopped: this failed:" in failed.stderr
    assert "Traceback" not in failed.stderr
    assert not (folder / "unfinished").exists()
    assert set_up(folder, lock).returncode == 1
    assert (folder / "notes.txt").is_file()


def test_a_second_set_up_waits_for_the_first(tmp_path: Path, lock: Path) -> None:
    words, environment = command(tmp_path / "env", lock)
    with lock.open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with subprocess.Popen(words, env=environment, stdout=subprocess.PIPE, text=True) as second:
            assert second.stdout is not None
            assert "Waiting for another set-up" in second.stdout.readline()
            assert not (tmp_path / "env").exists()
            fcntl.flock(held, fcntl.LOCK_UN)
            second.communicate()
    assert second.returncode == 0
    assert is_whole(tmp_path / "env")


# The Makefile

make = pytest.mark.skipif(shutil.which("make") is None, reason="needs make")


def run_make(*words: str, **given: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    return subprocess.run(
        ["make", "-C", str(ROOT), "--no-print-directory", *words],
        env={**clean, **given},
        capture_output=True,
        text=True,
        check=False,
    )


@make
@pytest.mark.parametrize("folder", ["", "two words"])
def test_a_folder_that_make_cannot_handle_is_refused(folder: str) -> None:
    done = run_make("help", f"VENV={folder}")
    assert done.returncode == 2
    assert "VENV must be the path of a folder, without spaces" in done.stderr


@make
def test_a_python_in_a_folder_with_spaces_is_run(tmp_path: Path) -> None:
    python = tmp_path / "two words" / "python3"
    python.parent.mkdir()
    python.write_text('#!/bin/sh\necho "ran with ${PYTHONPATH:-nothing}: $*"\n', encoding="utf-8")
    python.chmod(0o755)
    done = run_make("second", f"PYTHON={python}", PYTHONPATH="/elsewhere")
    assert (done.returncode, done.stdout) == (0, "ran with nothing: -m tools.pythons --second\n"), done.stderr
