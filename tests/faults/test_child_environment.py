"""Child processes get none of the secrets that other programs leave in the environment."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from eum_app import bounded_child
from eum_app.bounded_child import BoundedChild
from eum_app.cli.shipped_parts import paint_on
from eum_app.domain.errors import Trouble
from eum_app.reports.formats.pdf_file import set_pdf
from ui.kit.tasks import Tasks

SECRETS = {"AWS_SECRET_ACCESS_KEY": "a-secret", "GITHUB_TOKEN": "a-token", "MY_PASSWORD": "a-passphrase"}
LIBPQ = {"PGPASSWORD": "of-the-database"}


@pytest.fixture(autouse=True)
def secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (SECRETS | LIBPQ).items():
        monkeypatch.setenv(name, value)


def leaked(environment: str) -> list[str]:
    return [value for value in (SECRETS | LIBPQ).values() if value in environment]


def test_a_bounded_child_gets_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """Before, only the app's own variables were left out."""
    program = "import os, sys; sys.stdout.write(repr(dict(os.environ)))"
    monkeypatch.setattr(bounded_child, "command_line", lambda _command: [sys.executable, "-c", program])
    child = BoundedChild("x")
    said = child.ask(lambda _requests: None, lambda answers: answers.read().decode(), 60)
    child.close()
    assert "PATH" in said
    assert leaked(said) == []


def environment_seen(_progress: object) -> tuple[str, str]:
    """Run in the child: what Python has, and the memory in which the process got it."""
    block = Path("/proc/self/environ")
    return repr(dict(os.environ)), block.read_bytes().decode(errors="replace") if block.exists() else ""


def test_a_child_of_a_page_gets_only_those_of_the_database(qtbot: QtBot) -> None:
    """It opens the store, which may be on a server. Before, it inherited everything."""
    tasks = Tasks()
    answers: list[Any] = []
    tasks.child(environment_seen, on_done=answers.append, on_failed=answers.append)
    assert tasks.wait_idle(120)
    tasks.close()
    ((held, block),) = answers
    assert leaked(held) == list(LIBPQ.values())
    assert leaked(block) in (list(LIBPQ.values()), [])


@pytest.mark.skipif(sys.platform == "win32", reason="a shell script")
@pytest.mark.parametrize("kind", ["report", "window"])
def test_a_child_that_sets_a_report_or_opens_a_window_gets_none(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen, program = tmp_path / "seen", tmp_path / "program"
    program.write_text(f"#!/bin/sh\nenv > '{seen}'\nexit 1\n")
    program.chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(program))
    if kind == "report":
        with pytest.raises(Trouble):
            set_pdf("summary", {})
    else:
        with pytest.raises(Exception, match=r"."):
            paint_on("offscreen")
    assert "PATH=" in seen.read_text()
    assert leaked(seen.read_text()) == []
