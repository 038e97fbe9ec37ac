"""`eum --self-check`, and what the recipe of the frozen app names."""

from __future__ import annotations

import ast
import importlib.util
import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from eum_app.cli.self_check import PARTS, check_parts
from eum_app.domain.checklist_file import _shipped

ROOT = Path(__file__).resolve().parents[2]
MOST_SECONDS = 20  # of processor time: it takes seven, more on a machine whose cores are shared

# Each process that starts says whether it was handed the passphrase.
TELL_TALE = """
import os, sys
with open(os.environ["TELL_TALE"], "a") as file:
    print(int("EUM_PASSPHRASE" in os.environ or "EUM_DATABASE_URL" in os.environ), file=file)
"""


def test_every_part_is_in_order_and_no_child_process_is_handed_a_secret(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(TELL_TALE, encoding="utf-8")
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join((str(tmp_path), str(ROOT))),
        "TELL_TALE": str(tmp_path / "told"),
        "EUM_PASSPHRASE": "not for children",
        "EUM_DATABASE_URL": "postgresql://eum:not-for-children@localhost/eum",
        "QT_QPA_PLATFORM": "offscreen",
    }
    before = os.times()
    done = subprocess.run(
        [sys.executable, "-m", "eum_app", "--self-check"], env=environment, capture_output=True, check=False
    )
    after = os.times()
    lines = done.stdout.decode().splitlines()
    assert (done.returncode, done.stderr.decode()) == (0, "")
    assert [line[8:21].strip() for line in lines] == [name for name, _ in PARTS]
    assert all(line.startswith("ok ") for line in lines)
    told = (tmp_path / "told").read_text().split()
    assert told[0] == "1"
    assert len(told) >= 3  # typst's and the pages' kind of child
    assert set(told[1:]) == {"0"}
    spent = (after.children_user + after.children_system) - (before.children_user + before.children_system)
    assert spent < MOST_SECONDS


def test_a_broken_part_is_named_and_the_others_are_checked_all_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    def fails() -> str:
        raise ImportError("libnothing.so: cannot open shared object file")

    assert check_parts([("first", fails), ("second", lambda: "here")]) == 1
    broken, fine = capsys.readouterr().out.splitlines()
    assert broken == "BROKEN  first         ImportError: libnothing.so: cannot open shared object file"
    assert fine == "ok      second        here"


@pytest.mark.parametrize("lost", ["reports/common.typ", "checklists", "reference/label-sheets.json"])
def test_a_missing_asset_is_found(
    lost: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    copied = tmp_path / "assets"
    shutil.copytree(ROOT / "assets", copied)
    shutil.rmtree(copied / lost) if (copied / lost).is_dir() else (copied / lost).unlink()
    monkeypatch.setattr("assets.ASSETS", copied)
    monkeypatch.setattr("eum_app.domain.checklist_file._shipped", _shipped.__wrapped__)  # an earlier test filled it
    assert check_parts(part for part in PARTS if part[0] == "assets") == 1
    assert capsys.readouterr().out.startswith("BROKEN  assets")


# pyinstaller.spec and requirements-freeze.lock


@pytest.fixture(scope="module")
def recipe() -> dict[str, Any]:
    """The lists in pyinstaller.spec by name."""
    tree = ast.parse((ROOT / "pyinstaller.spec").read_text(encoding="utf-8"))
    return {
        node.targets[0].id: ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and isinstance(node.value, ast.List)
    }


def test_the_recipe_names_existing_files_and_everything_beside_the_code(recipe: dict[str, Any]) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert recipe["OUR_PACKAGES"] == sorted(project["tool"]["importlinter"]["root_packages"])
    for name in recipe["LOADED_BY_NAME"]:
        assert importlib.util.find_spec(name) is not None, name
    folders = [ROOT / folder for folder in recipe["DATA"]]
    assert all(folder.is_dir() for folder in folders)
    beside = [
        path
        for package in recipe["OUR_PACKAGES"]
        for path in (ROOT / package).rglob("*")
        if path.is_file() and path.suffix not in {".py", ".pyc"} and path.name != "py.typed"
    ]
    beside += (ROOT / "db" / "migrations").rglob("*.py")  # Alembic runs them as files
    assert len(beside) > 100
    assert [path for path in beside if not any(path.is_relative_to(folder) for folder in folders)] == []
