"""Names that are too long, files in the place of folders, and pipes: each command refuses them in one sentence."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from eum_app.cli import run
from tests.builders import PASSPHRASE, make_world

LONG = "n" * 300
"""Longer than a name may be (255 bytes)."""


@pytest.fixture
def who(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[str, ...]:
    monkeypatch.setenv("EUM_PASSPHRASE", PASSPHRASE)
    make_world(tmp_path / "world").close()
    return ("--store", str(tmp_path / "world" / "hq"), "--account", "REV-004")


def refused(capfd: pytest.CaptureFixture[str], *arguments: str) -> bool:
    """Run a command and return whether it failed with a sentence, not with an error of the app."""
    capfd.readouterr()
    code = run(list(arguments))  # a bug would be raised here
    out, err = capfd.readouterr()
    return code in (1, 3) and bool(out + err)


def test_a_name_that_is_too_long_is_refused(
    tmp_path: Path, who: tuple[str, ...], capfd: pytest.CaptureFixture[str]
) -> None:
    long = str(tmp_path / LONG)
    for arguments in (
        ("inbox", "import", long, *who),
        ("bundle", "inspect", long),
        ("bundle", "verify", long, *who),
        ("bundle", "seal", "--device", "FLD-0042", "--to", long, *who),
        ("verify", long),
        ("verify", long, *who),
        ("inventory", "import", long, *who),
        ("inventory", "import", long, "--dry-run"),
        ("inventory", "import", long, "--dry-run", "--profile", f"{long}.json"),
        ("inventory", "import", long, "--profile", long, *who),
        ("device", "sign", long, long, "--fingerprint", "A", *who),
        ("device", "request", long, *who),
        ("visit", "photo", "no-visit", long, "--check", "no-check", *who),
        ("visit", "transcribe", "no-visit", long, *who),
        ("report", "inventory", f"{long}.csv", *who),
        ("labels", f"{long}.pdf", "--serial", "786950", *who),
        ("visit", "list", "--store", long, "--account", "REV-004"),
        ("diagnostics", long, *who[:2]),
        ("store", "restore", long, str(tmp_path / "new"), "--account", "REV-004"),
        ("store", "restore", str(tmp_path / "none"), long, "--account", "REV-004"),
        ("store", "backup", long, *who),
        ("store", "create", "--kind", "hq", "--name", "HQ-02", "--role", "reviewer", "--store", long, *who[2:]),
    ):
        assert refused(capfd, *arguments), arguments


def test_a_file_in_the_place_of_a_store_is_refused(
    tmp_path: Path, who: tuple[str, ...], capfd: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "file"
    file.write_text("no store", "utf-8")
    create = ("store", "create", "--kind", "hq", "--name", "HQ-02", "--role", "reviewer", *who[2:])
    assert refused(capfd, *create, "--store", str(file))
    assert refused(capfd, *create, "--store", str(file / "below"))
    assert refused(capfd, "visit", "list", "--store", str(file), *who[2:])
    assert file.read_text("utf-8") == "no store"


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="may enter every folder")
def test_a_folder_that_may_not_be_entered_is_refused_and_the_others_are_imported(
    tmp_path: Path, who: tuple[str, ...], capfd: pytest.CaptureFixture[str]
) -> None:
    closed = tmp_path / "closed"
    (closed / "below").mkdir(parents=True)
    closed.chmod(0)
    try:
        for path in (closed, closed / "below", closed / "photo.png"):
            assert refused(capfd, "inbox", "import", str(path), *who)
            assert refused(capfd, "verify", str(path))
            assert refused(capfd, "visit", "photo", "v", str(path), "--check", "c", *who)
    finally:
        closed.chmod(0o700)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
def test_a_pipe_is_refused_and_not_waited_for(
    tmp_path: Path, who: tuple[str, ...], capfd: pytest.CaptureFixture[str]
) -> None:
    pipe = tmp_path / "pipe.png"
    os.mkfifo(pipe)
    for arguments in (
        ("read-marks", str(pipe)),
        ("visit", "photo", "v", str(pipe), "--check", "c", *who),
        ("inbox", "import", str(pipe), *who),
    ):
        assert refused(capfd, *arguments), arguments
