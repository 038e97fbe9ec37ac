"""After a bug in a worker, the crash page is shown, and the page that asked is busy no more."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

from pytestqt.qtbot import QtBot

from db.queries import visits
from tests.gui.field_world import field_at_work

STRANGE = cast(Any, object())
"""An id that no database takes: the statement raises what no code expects."""


def test_a_check_can_be_recorded_after_a_bug(qtbot: QtBot, tmp_path: Path) -> None:
    with field_at_work(qtbot, tmp_path) as field:
        field.open("visit")
        recorder = field.visit.recorder
        recorder.record_again([STRANGE])
        field.until(field.shell._crash.isVisible)
        field.shell._crash.go_on_button.click()
        assert "before this was finished" in field.visit.notice.text
        assert recorder.record_no_access(field.visit_id, field.session.read(visits.work_ids, field.visit_id), "", "")
        field.idle()


def test_sealing_can_begin_again_after_a_bug(qtbot: QtBot, tmp_path: Path) -> None:
    with field_at_work(qtbot, tmp_path) as field:
        field.open("sync")
        field.sync._begin("Sealing…")
        field.sync._task = field.window.tasks.child(cast(Any, print), (lambda: None,), on_failed=field.sync._failed)
        field.until(field.shell._crash.isVisible)
        assert field.sync.seal_button.isEnabled()
        assert field.sync._progress.isHidden()
