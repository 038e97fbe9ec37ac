"""`make matrix`, `make second` and .ci/run: which Pythons are taken, and that the exit code tells of each failure."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HERE = shlex.quote(sys.executable)
"""Quoted as in a shell, since a clone may be in a folder with any name."""
THIS = "{}.{}.{}".format(*sys.version_info)

pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="needs make")


def run(command: list[str], folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS", "PYTHONS"))}
    return subprocess.run(
        command, cwd=folder, env=clean | variables, capture_output=True, text=True, check=False, timeout=120
    )


def matrix(folder: Path, *options: str, pythons: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tools.pythons", *options]
    return run(command, folder, PYTHONS=pythons, PYTHONPATH=str(ROOT), MEANT=sys.executable)


def makefile(folder: Path, **targets: str) -> None:
    rules = "".join(f"{name}:\n\t{recipe}\n" for name, recipe in targets.items())
    (folder / "Makefile").write_text(f".PHONY: {' '.join(targets)}\n{rules}", "utf-8")


def test_each_step_runs_in_the_environment_of_that_python(tmp_path: Path) -> None:
    step = '@echo $@ $(VENV) >> log; test "$$PYTHON" = "$$MEANT"'
    makefile(tmp_path, setup=step, check=step, unit=step)
    done = matrix(tmp_path, pythons=HERE)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "log").read_text("utf-8").splitlines() == [
        f"{name} build/pythons/{THIS}" for name in ("setup", "check", "unit")
    ]
    assert done.stdout.splitlines()[-1].startswith(f"{THIS} ")


def test_a_step_that_fails_is_in_the_table_and_in_the_exit_code(tmp_path: Path) -> None:
    makefile(tmp_path, setup="@true", check="@false", unit="@touch went-on")
    done = matrix(tmp_path, pythons=HERE)
    assert done.returncode == 1
    assert done.stdout.splitlines()[-1].split()[1:5] == ["0", "s", "FAILED", "-"]
    assert not (tmp_path / "went-on").exists()


@pytest.mark.parametrize("named", ["/no/such/python", "/bin/true"])
def test_a_named_python_that_cannot_be_used_is_refused(tmp_path: Path, named: str) -> None:
    makefile(tmp_path, setup="@touch went-on")
    done = matrix(tmp_path, pythons=f"{HERE} {named}")
    assert done.returncode == 2
    assert named in done.stdout
    assert not (tmp_path / "went-on").exists()


def test_a_quote_that_is_not_closed_is_refused(tmp_path: Path) -> None:
    done = matrix(tmp_path, pythons="/opt/Jane's/python3")
    assert (done.returncode, done.stderr) == (2, "")
    assert "PYTHONS" in done.stdout


def test_the_second_python_is_never_the_one_that_asks(tmp_path: Path) -> None:
    makefile(tmp_path, setup="@touch went-on")
    done = matrix(tmp_path, "--second", pythons=HERE)
    assert done.returncode == 0
    assert "nothing to do" in done.stdout
    assert not (tmp_path / "went-on").exists()


@pytest.mark.parametrize(
    ("second", "test", "last"),
    [("0", "0", "tests 0"), ("0", "1", "tests 1"), ("1", "0", "second 1")],
    ids=["both pass", "tests fail", "second fails"],
)
def test_ci_ends_with_the_summary_that_its_exit_code_means(tmp_path: Path, second: str, test: str, last: str) -> None:
    (tmp_path / ".ci").mkdir()
    shutil.copy(ROOT / ".ci" / "run", tmp_path / ".ci" / "run")
    makefile(tmp_path, second=f"@echo second {second}; exit {second}", test=f"@echo tests {test}; exit {test}")
    done = run(["sh", ".ci/run"], tmp_path)
    assert (done.returncode != 0) == last.endswith("1")
    assert done.stdout.splitlines()[-1] == last
