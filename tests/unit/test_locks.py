"""The lock files agree with each other and with pyproject.toml; `make lock` ends with this test."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
RUNTIME, FULL, FREEZE = "requirements.lock", "requirements-dev.lock", "requirements-freeze.lock"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


def entries_of(lock: str) -> dict[str, str]:
    """Each package's whole entry by name: version, marker, hashes. Fails where a package has two versions."""
    entries = re.split(r"\n(?=[a-z0-9])", (ROOT / lock).read_text("utf-8").strip())
    by_name = {entry.partition("==")[0]: entry for entry in entries}
    assert len(by_name) == len(entries), f"{lock}: one version for every Python and platform"
    return by_name


def version_of(entry: str) -> str:
    return re.split(r"==|\s", entry)[1]


def names(requirements: list[str]) -> set[str]:
    return {re.split(r"[\[>=<]", line)[0].lower() for line in requirements}


@pytest.mark.parametrize("lock", [RUNTIME, FULL, FREEZE])
def test_a_lock_holds_versions_and_hashes_and_no_address(lock: str) -> None:
    entries = entries_of(lock)
    assert len(entries) > 30
    assert [name for name, entry in entries.items() if "--hash=sha256:" not in entry] == []
    assert "://" not in (ROOT / lock).read_text("utf-8")


def test_the_full_lock_is_the_one_for_running_and_the_development_tools() -> None:
    runtime, full = entries_of(RUNTIME), entries_of(FULL)
    assert {name: entry for name, entry in runtime.items() if full.get(name) != entry} == {}
    wanted = names(PROJECT["dependencies"]) | names(PROJECT["optional-dependencies"]["build"])
    tools = names(PROJECT["optional-dependencies"]["dev"])
    assert wanted - set(runtime) == set()
    assert tools - set(full) == set()
    assert tools & set(runtime) == set()


def test_the_frozen_app_is_built_from_the_locked_versions() -> None:
    """opencv-python-headless stands in for opencv-python, of the same version (docs/adr/0006)."""
    ours, frozen = entries_of(RUNTIME), entries_of(FREEZE)
    assert "opencv-python" not in frozen
    assert version_of(frozen.pop("opencv-python-headless")) == version_of(ours["opencv-python"])
    assert "pyinstaller" in frozen
    assert {name: entry for name, entry in frozen.items() if name in ours and ours[name] != entry} == {}
    assert names(PROJECT["dependencies"]) - set(frozen) == {"opencv-python"}


def test_every_direct_dependency_has_its_line_in_the_decision() -> None:
    decision = (ROOT / "docs" / "adr" / "0004-dependencies.md").read_text("utf-8").lower()
    extras = PROJECT["optional-dependencies"]
    direct = names(PROJECT["dependencies"]) | names(extras["build"]) | names(extras["dev"])
    assert {name for name in direct if name not in decision} == set()
