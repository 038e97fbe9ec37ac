"""tools/machine.py: says which system packages are missing and why, before it installs anything."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tools import machine

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="system packages as Linux has them")


@pytest.fixture
def debian(monkeypatch: pytest.MonkeyPatch) -> None:
    """A Debian machine that lacks one library for X11, whatever machine the tests run on."""
    for name in ("LIBRARIES", "WAYLAND_LIBRARIES"):
        monkeypatch.setattr(machine, name, {})
    monkeypatch.setattr(machine, "X11_LIBRARIES", {"libnothing-at-all.so.0": "libnothing0"})
    monkeypatch.setattr(machine, "_is_debian", lambda: True)
    monkeypatch.setattr(sys, "argv", ["machine.py"])
    monkeypatch.setenv("DISPLAY", ":0")


def test_an_ordinary_user_gets_the_reasons_and_one_command(
    debian: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert machine.main() == 1
    printed = capsys.readouterr().err
    assert (
        "  libnothing0: holds libnothing-at-all.so.0, needed by Qt to show windows on X11 (DISPLAY is set)" in printed
    )
    assert "sudo apt-get update && sudo apt-get install -y --no-install-recommends libnothing0" in printed


def test_root_sees_which_packages_and_why_before_they_are_installed(
    debian: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    program = tmp_path / "apt-get"
    program.write_text('#!/bin/sh\necho "apt-get $*"\n', encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert machine.main() == 0
    lines = capfd.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == ["Installing", "libnothing0:", "apt-get", "apt-get"]
    assert lines[2:] == ["apt-get update -q", "apt-get install -y --no-install-recommends libnothing0 -q"]


def test_without_a_display_nothing_for_windows_is_asked_for(debian: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DISPLAY")
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    assert machine.main() == 0
