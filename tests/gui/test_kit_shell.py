"""The window: pages, refresh, keys, the crash page; and the page before the store is open."""

from __future__ import annotations

import subprocess
import sys
from functools import partial

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QLineEdit, QPlainTextEdit, QWidget
from pytestqt.qtbot import QtBot

from eum_app.demo.gallery import FIELD, make_window
from eum_app.domain.areas import Area
from eum_app.domain.errors import Refusal
from ui.kit.page import Page
from ui.kit.shell import DeviceState, Shell
from ui.kit.tasks import Tasks
from ui.kit.theme import Theme
from ui.window.unlock import UnlockPage

CTRL = Qt.KeyboardModifier.ControlModifier


class Notebook(Page):
    """A page that remembers its calls."""

    def __init__(self, title: str) -> None:
        super().__init__(title)
        self.refreshed: list[frozenset[Area]] = []
        self.arguments: list[object] = []
        self.field = QLineEdit()
        self.field.setAccessibleName("Field")
        self.body.addWidget(self.field)

    def refresh(self, areas: frozenset[Area]) -> None:
        self.refreshed.append(areas)

    def opened(self, argument: object) -> None:
        self.arguments.append(argument)

    def first_focus(self) -> QWidget:
        return self.field


@pytest.fixture
def shell(qtbot: QtBot, tasks: Tasks, look: Theme) -> Shell:
    made = Shell(tasks, brand="EUM Field", marking="CUI")
    qtbot.addWidget(made)
    made.add_page("visits", "Visits", "clipboard-list", partial(Notebook, "Visits"))
    made.add_page("items", "Items", "package", partial(Notebook, "Items"))
    with qtbot.waitActive(made, timeout=120_000):
        made.show()
        made.activateWindow()
    return made


def test_a_page_is_made_once_and_only_when_it_is_shown(shell: Shell) -> None:
    made: list[Notebook] = []

    def make() -> Notebook:
        made.append(Notebook("Sync"))
        return made[0]

    shell.add_page("sync", "Sync", "refresh-cw", make)
    shell.refresh(frozenset({Area.ITEMS}))
    assert made == []
    assert shell.page_keys == ["visits", "items", "sync"]
    for key in ("sync", "visits", "sync"):
        shell.show_page(key)
    assert made == [shell.page("sync")]
    assert made[0].arguments == [None, None]


def page(shell: Shell, key: str) -> Notebook:
    found = shell.page(key)
    assert isinstance(found, Notebook)
    return found


def test_pages_refresh_when_in_sight(shell: Shell, tasks: Tasks) -> None:
    visits, items = page(shell, "visits"), page(shell, "items")
    tasks.announce({Area.CHECKS})
    assert visits.refreshed == [frozenset({Area.CHECKS})]
    assert items.refreshed == []
    tasks.announce({Area.FINDINGS})
    shell.show_page("items", "item-7")
    assert items.arguments == ["item-7"]
    assert items.refreshed == [frozenset({Area.CHECKS, Area.FINDINGS})]
    assert items.field.hasFocus()
    visits.navigate_requested.emit("visits", None)
    assert shell.current_key == "visits"
    assert len(visits.refreshed) == 2


def test_keys_of_the_window(shell: Shell, look: Theme) -> None:
    QTest.keyClick(shell, Qt.Key.Key_2, Qt.KeyboardModifier.AltModifier)
    assert shell.current_key == "items"
    QTest.keyClick(shell, Qt.Key.Key_L, CTRL | Qt.KeyboardModifier.ShiftModifier)
    assert look.name == "dark"
    before = look.scale
    QTest.keyClick(shell, Qt.Key.Key_Equal, CTRL)  # the key of "+" without Shift
    larger = look.scale
    QTest.keyClick(shell, Qt.Key.Key_Minus, CTRL)
    assert larger > before == look.scale
    locks: list[bool] = []
    shell.lock_requested.connect(lambda: locks.append(True))
    QTest.keyClick(shell, Qt.Key.Key_L, CTRL)
    assert locks == [True]


def test_sheet_lists_every_key_of_the_page(shell: Shell) -> None:
    done: list[str] = []
    items = page(shell, "items")
    action = items.add_action("Close out…", "Ctrl+Return", lambda: done.append("out"), kind="primary", in_header=True)
    items.note_keys("Answer", "Y N")
    shell.show_page("items")
    QTest.keyClick(shell, Qt.Key.Key_F1)
    words = [found.text() for found in shell.findChildren(QLabel) if found.isVisible()]
    assert {"Close out…", "Ctrl+Return", "Answer", "Y N", "Go to Items", "Alt+2", "F1"} <= set(words)
    focus = QApplication.focusWidget()
    assert focus is not None
    QTest.keyClick(focus, Qt.Key.Key_Escape)
    QTest.keyClick(shell, Qt.Key.Key_Return, CTRL)
    assert done == ["out"]
    [made] = [found for found in items.findChildren(QAbstractButton) if found.text() == "Close out…"]
    assert made.toolTip() == "Close out… (Ctrl+Return)"
    action.setEnabled(False)
    assert not made.isEnabled()


def test_a_key_works_on_its_own_page_only(shell: Shell) -> None:
    done: list[str] = []
    page(shell, "items").add_action("Reload", "F5", lambda: done.append("items"))
    QTest.keyClick(shell, Qt.Key.Key_F5)
    assert done == []
    shell.show_page("items")
    QTest.keyClick(shell, Qt.Key.Key_F5)
    assert done == ["items"]


def test_unhandled_failures_appear_on_the_page(shell: Shell, tasks: Tasks) -> None:
    def refuse() -> None:
        raise Refusal("review.comment")

    tasks.operation(refuse)
    assert tasks.wait_idle(120)
    assert page(shell, "visits").notice.text == "This decision needs a comment."


def test_a_bug_shows_where_and_not_what(shell: Shell, tasks: Tasks, qtbot: QtBot) -> None:
    def fall() -> None:
        secret = "INS-017 passphrase"
        raise ValueError(secret)

    tasks.query(fall, lambda _result: None)
    assert tasks.wait_idle(120)
    [details] = [found for found in shell.findChildren(QPlainTextEdit) if found.isVisible()]
    assert "ValueError" in details.toPlainText()
    assert ".fall" in details.toPlainText()
    assert "INS-017" not in details.toPlainText()
    [go_on] = [found for found in shell.findChildren(QAbstractButton) if found.text() == "Continue"]
    go_on.click()
    assert page(shell, "visits").isVisible()


def test_rail_collapses_and_names_itself(shell: Shell, qtbot: QtBot) -> None:
    shell.rail.set_device(FIELD)
    shell.rail.set_badge("items", "14", "bad")
    shell.resize(1400, 800)
    wide = shell.rail.width()
    words = [found.text() for found in shell.rail.findChildren(QLabel) if found.isVisible()]
    assert "INS-017" in words
    assert "Store encrypted" in words
    shell.resize(900, 700)
    assert shell.rail._is_collapsed
    assert shell.rail.width() < wide / 2
    names = [found.accessibleName() for found in shell.rail.findChildren(QAbstractButton)]
    assert names == ["Visits", "Items, 14", "Lock"]


def test_an_unencrypted_store_is_shown(shell: Shell) -> None:
    shell.rail.set_device(DeviceState(account="INS-017", is_encrypted=False))
    [words] = [found for found in shell.rail.findChildren(QLabel) if "encrypted" in found.text()]
    assert words.text() == "Store not encrypted"
    assert words.property("tone") == "bad"


@pytest.mark.parametrize("brand", ["EUM Field", "EUM HQ"])
@pytest.mark.parametrize("scale", [100, 200])
def test_everything_in_the_gallery_has_a_name(qtbot: QtBot, tasks: Tasks, look: Theme, brand: str, scale: int) -> None:
    look.set_scale(scale)
    made = make_window(brand, tasks)
    qtbot.addWidget(made)
    made.resize(1366, 768)
    made.show()
    for direction in (Qt.LayoutDirection.RightToLeft, Qt.LayoutDirection.LeftToRight):
        made.setLayoutDirection(direction)
        for size in (scale, 300 - scale, scale):  # the scale changes while the window is in sight
            look.set_scale(size)
            QApplication.processEvents()
    assert (made.width(), made.height()) == (1366, 768)
    nameless = [
        f"{type(found).__name__} in {found.parentWidget()}"
        for found in made.findChildren(QWidget)
        if found.focusPolicy() & Qt.FocusPolicy.TabFocus
        and not found.accessibleName()
        and not (isinstance(found, QAbstractButton | QLabel) and found.text())
        and not isinstance(found, Page)
        and not found.isHidden()
    ]
    assert nameless == []


def test_unlock_asks_once_notice_and_both_fields_are_there(qtbot: QtBot, look: Theme) -> None:
    made = UnlockPage(brand="EUM Field", device="FLD-0042")
    qtbot.addWidget(made)
    with qtbot.waitActive(made, timeout=120_000):
        made.show()
        made.activateWindow()
    asked: list[tuple[str, str]] = []
    made.unlock_requested.connect(lambda account, passphrase: asked.append((account, passphrase)))
    QTest.keyClicks(made.account, "INS-017")
    QTest.keyClicks(made.passphrase, "six plain words")
    QTest.keyClick(made.passphrase, Qt.Key.Key_Return)
    assert asked == []
    made.accept_notice()
    assert made.accepted_at is not None
    QTest.keyClick(made.passphrase, Qt.Key.Key_Return)
    QTest.keyClick(made.passphrase, Qt.Key.Key_Return)
    assert asked == [("INS-017", "six plain words")]
    assert made.passphrase.text() == ""
    assert not made.passphrase.isEnabled()
    made.show_error(Refusal("passphrase.wrong", left=2))
    assert made.passphrase.hasFocus()
    words = [found.text() for found in made.findChildren(QLabel) if found.isVisible()]
    assert any("is wrong for this account" in text for text in words)
    assert any("Tries left: 2" in text for text in words)


def test_unlock_masks_the_passphrase_until_asked(qtbot: QtBot, look: Theme) -> None:
    made = UnlockPage(brand="EUM Field", device="FLD-0042")
    qtbot.addWidget(made)
    assert made.passphrase.echoMode() == QLineEdit.EchoMode.Password
    [toggle] = [found for found in made.actions() if found.isCheckable()]
    toggle.trigger()
    assert made.passphrase.echoMode() == QLineEdit.EchoMode.Normal
    made.accept_notice()
    made.account.setText("INS-017")
    made.passphrase.setText("six plain words")
    QTest.keyClick(made.passphrase, Qt.Key.Key_Return)
    assert made.passphrase.echoMode() == QLineEdit.EchoMode.Password


def test_unlock_page_loads_nothing_heavy() -> None:
    code = (
        "import sys, ui.window.unlock; "
        "heavy = {'cv2', 'numpy', 'sqlalchemy', 'cryptography', 'zxingcpp', 'msgspec', 'sqlcipher3'}; "
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=300)
    assert done.stdout.strip() == "[]"
