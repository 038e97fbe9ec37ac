"""HQ opens the statement that the host signed, word for word."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QDialog, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from eum_app.usecases.exchange.receive import import_bundles
from eum_app.usecases.exchange.seal_bundle import seal_results
from eum_app.usecases.visits.close_out import Signed, reopen_visit, signed_statement
from tests.builders import close_as_shown, signed_lines
from tests.flows.test_main_job import answer_site_checklist
from tests.gui.hq_support import hq_window, hq_world, inspected
from tests.integration.test_rules_judged import PHOTO
from ui.kit.tasks import Tasks
from ui.shared.statement_text import StatementText


def test_hq_opens_the_statement_from_the_visit(qtbot: QtBot, tasks: Tasks, tmp_path: Path) -> None:
    world = hq_world(tmp_path)
    planned, results = inspected(world)
    import_bundles(world.hq, [results])
    device, visit_id = world.device, planned.visit_id
    with hq_window(world.hq, tasks, tmp_path) as window:
        window.page("visits")
        button = window.find(QPushButton, "visit_statement_button")
        assert not button.isVisible(), "nothing was signed yet"
        answer_site_checklist(device, visit_id)
        close_as_shown(device, visit_id, [Signed("inspector", PHOTO, "INS-017"), Signed("host", PHOTO, "Officer")])
        import_bundles(world.hq, [seal_results(device, world.drop).path])
        window.page("visits")
        assert button.isVisible()
        window.press("visit_statement_button")
        lines = window.find(StatementText, "signed_statement_text")
        shown = lines.toPlainText().splitlines()
        assert shown == signed_lines(device, visit_id)
        assert any(one.startswith("786953: Not found") for one in shown)
        assert lines.hasFocus()
        window.key(Qt.Key.Key_Escape)
        assert QApplication.activeModalWidget() is None
        reopen_visit(device, visit_id, "The item came back")
        import_bundles(world.hq, [seal_results(device, world.drop).path])
        window.page("visits")
        window.press("visit_statement_button")
        dialog = window.find(QDialog, "statement_dialog")
        said = " ".join(one.text() for one in dialog.findChildren(QLabel))
        assert "the signatures are void" in said
        assert signed_statement(world.hq, visit_id).splitlines() == shown
        dialog.close()
    world.close()
