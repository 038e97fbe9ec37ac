"""Making proof slips from HQ's pages: inventory, visits, review."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton

from eum_app.domain.facts import CheckRecorded, FindingRaised, VisitClosedOut, decode_fact
from eum_app.domain.people import Role
from eum_app.domain.proof_slips import decode_slip
from eum_app.scanning.file_symbols import file_in
from eum_app.usecases.proofs.verify_slip import verify_slip
from tests.builders import make_world
from tests.gui.hq_support import Window, hq_window
from tests.proofs import Proved, proved_world
from ui.hq.slip_dialog import SlipDialog
from ui.kit.tasks import Tasks


@pytest.fixture
def proved(tmp_path: Path) -> Iterator[Proved]:
    made = proved_world(tmp_path / "world")
    yield made
    made.world.close()


def opened(window: Window, button: str) -> SlipDialog:
    window.press(button)
    found = window.shell.findChild(SlipDialog)
    assert found is not None
    return found


def made_by(window: Window, dialog: SlipDialog) -> None:
    QTest.mouseClick(button_of(dialog, "slip_make_button"), Qt.MouseButton.LeftButton)
    window.settle()
    assert not dialog.is_busy


def button_of(dialog: SlipDialog, name: str) -> QPushButton:
    found = dialog.findChild(QPushButton, name)
    assert found is not None
    return found


def text_of(dialog: SlipDialog, name: str) -> str:
    found = dialog.findChild(QLabel, name)
    assert found is not None
    return found.text() if not found.isHidden() else ""


@pytest.mark.parametrize(
    ("page", "button", "kind"),
    [
        ("inventory", "inventory_slip_button", CheckRecorded),
        ("visits", "visit_slip_button", VisitClosedOut),
        ("review", "review_slip_button", FindingRaised),
    ],
)
def test_a_slip_from_each_page(proved: Proved, tasks: Tasks, page: str, button: str, kind: type) -> None:
    with hq_window(proved.world.hq, tasks, proved.world.folder) as window:
        window.page(page)
        dialog = opened(window, button)
        assert QApplication.focusWidget() is button_of(dialog, "slip_make_button")
        made_by(window, dialog)
        assert "No witness" in text_of(dialog, "slip_done")
        assert text_of(dialog, "slip_refused") == ""
        (path,) = window.desk.outbox.glob("slip-*.eumslip")
        slip = decode_slip(path.read_bytes())
        entry = slip.entry
        assert isinstance(decode_fact(entry.kind, entry.kind_version, entry.payload), kind)
        assert verify_slip(slip).is_included
        short = decode_slip(file_in([path.with_suffix(".png").read_bytes()]))
        assert verify_slip(short, held=slip.signed).is_included
        shown = dialog.findChild(QLabel, "slip_symbol")
        assert shown is not None
        picture = shown.pixmap().toImage()
        assert not picture.isNull()
        assert picture.save(str(path.with_name("screen.png")))
        assert file_in([path.with_name("screen.png").read_bytes()]) == file_in([path.with_suffix(".png").read_bytes()])
        QTest.keyClick(dialog, Qt.Key.Key_Escape)
        window.settle()
        assert window.shell.findChild(SlipDialog) is None


def test_an_item_without_a_check_is_refused_in_the_dialog(tmp_path: Path, tasks: Tasks) -> None:
    world = make_world(tmp_path / "world")
    world.visit()
    with hq_window(world.hq, tasks, world.folder) as window:
        window.page("visits")
        assert window.find(QPushButton, "visit_slip_button").isHidden()  # nothing was signed
        window.page("inventory")
        dialog = opened(window, "inventory_slip_button")
        made_by(window, dialog)
        assert "no check of this item" in text_of(dialog, "slip_refused")
        assert text_of(dialog, "slip_done") == ""
        assert button_of(dialog, "slip_make_button").isEnabled()
        assert list(window.desk.outbox.iterdir()) == []
        dialog.reject()
        window.settle()
    world.close()


def test_an_account_that_may_not_export_sees_the_reason(tmp_path: Path, tasks: Tasks) -> None:
    world = make_world(tmp_path / "world")
    world.hq.role = Role.ADMINISTRATOR
    with hq_window(world.hq, tasks, world.folder) as window:
        window.page("inventory")
        offered = window.find(QPushButton, "inventory_slip_button")
        assert not offered.isEnabled()
        assert "Not open to the role" in offered.toolTip()
    world.close()
