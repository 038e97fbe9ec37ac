"""A notice that must be accepted: nothing opens without it, by passphrase, code, escrow, window or command."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from db.notice import FILE_NAME
from db.queries.activity import ActivityFilter, activity_entry, activity_ids
from eum_app.cli import run
from eum_app.domain.errors import Refusal
from eum_app.usecases.people.notice import current_notice, set_notice
from eum_app.usecases.people.recovery import make_recovery_codes, open_with_recovery_code
from eum_app.usecases.session import NOTICE_ID, Session
from eum_app.usecases.store.open_store import open_store
from tests.builders import PASSPHRASE, Clock, make_store
from ui.window.app import build_window

TEXT = "You use a system of Site 7. What you do is recorded."
ACCEPTED = "2026-11-21T08:00:00.000000Z"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    session = make_store(tmp_path / "s", "hq", "HQ-01", Clock(), role="administrator")
    set_notice(session, f"  {TEXT}\n", is_required=True)
    session.close()
    return tmp_path / "s"


def opened(folder: Path, accepted_at: str | None = ACCEPTED) -> Session:
    return open_store(folder, "REV-004", PASSPHRASE, notice_accepted_at=accepted_at)


def refused(folder: Path) -> None:
    with pytest.raises(Refusal, match=r"notice\.not_accepted"):
        opened(folder, None)


def test_nothing_opens_without_acceptance_and_a_session_names_what_was_accepted(folder: Path) -> None:
    refused(folder)
    session = opened(folder)
    notice = current_notice(session)
    assert notice is not None
    assert (notice.text, notice.is_required) == (TEXT, True)
    newest, *_ = session.read(activity_ids, ActivityFilter(kind="SessionStarted"))
    payload = json.loads(session.read(activity_entry, newest).entry.payload)
    assert (payload["notice_id"], payload["notice_accepted_at"]) == (notice.notice_id, ACCEPTED)
    assert payload["notice_id"] != NOTICE_ID
    (code, *_) = make_recovery_codes(session).codes
    session.close()
    with pytest.raises(Refusal, match=r"notice\.not_accepted"):
        open_with_recovery_code(folder, "REV-004", code, "seven unrelated harbor lamps")
    opened(folder).close()  # neither the code nor the passphrase was used up by it
    with pytest.raises(Refusal, match=r"notice\.text"):
        set_notice(opened(folder), " \n ", is_required=True)


@pytest.mark.parametrize("instead", [None, b"{", b'{"text": "Nothing is recorded.", "is_required": false}'])
def test_a_file_that_says_something_else_does_not_count(folder: Path, instead: bytes | None) -> None:
    path = folder / FILE_NAME
    path.unlink()
    if instead is not None:
        path.write_bytes(instead)
    with pytest.raises(Refusal, match=r"notice\.not_accepted"):
        opened(folder)  # what was accepted was not this text
    opened(folder).close()  # which is shown by now


def test_the_command_line_asks_for_it_too(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("EUM_PASSPHRASE", PASSPHRASE)
    who = ["--store", str(folder), "--account", "REV-004"]
    assert run(["store", "check", *who]) == 1
    said = capsys.readouterr().err
    assert TEXT in said
    assert "was not accepted" in said
    notice_id = said.split("EUM_NOTICE_ACCEPTED=")[1][:16]
    monkeypatch.setenv("EUM_NOTICE_ACCEPTED", notice_id)
    assert run(["store", "check", *who]) == 0
    (tmp_path / "new.txt").write_text("Another text.", "utf-8")
    assert run(["store", "notice", *who, "--text-file", str(tmp_path / "new.txt"), "--required"]) == 0
    assert run(["store", "check", *who]) == 1  # what was accepted was the old text
    assert "Another text." in capsys.readouterr().err


def test_the_window_shows_it_before_anything_else(folder: Path, qtbot: QtBot) -> None:
    window = build_window(folder)
    qtbot.addWidget(window)
    assert TEXT in [label.text() for label in window.findChildren(QLabel)]
    window.close()
