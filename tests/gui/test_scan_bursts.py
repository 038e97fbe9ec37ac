"""Every case of marks.json as a hand scanner's burst, into every page, wherever the focus is: no key goes anywhere."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractButton, QApplication, QLineEdit, QPlainTextEdit, QWidget
from pytestqt.qtbot import QtBot

from db.queries import checks
from eum_app.demo.hands import KEY_KINDS
from eum_app.usecases.people.recovery import RecoveryCodes
from tests.builders import make_world
from tests.gui.field_world import Field, field_at_work
from tests.gui.hq_support import hq_window, hq_world
from tests.gui.scanner_hand import burst
from ui.devices.scanners import Scanners
from ui.field.transcribe_page import TranscribePage
from ui.kit.settings import ScannerSettings
from ui.kit.shell import Shell
from ui.kit.tasks import Tasks
from ui.window.app import build_window
from ui.window.first_start import FirstStart

CASES = [one["data"] for one in json.loads((Path(__file__).parents[1] / "data" / "marks.json").read_text("utf-8"))]
MOST_PLACES = 25


class Spy(QObject):
    """Installed before the scanner's filter, and so asked after it: sees only the keys that got past it."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() in KEY_KINDS:
            self.seen.append(f"{event.text()!r} → {type(watched).__name__} {watched.objectName()}")
        return False


@pytest.fixture
def spy(qapp: QApplication) -> Iterator[Spy]:
    made = Spy()
    qapp.installEventFilter(made)
    yield made
    qapp.removeEventFilter(made)


def places(page: QWidget) -> list[QWidget]:
    """Return widgets that the keyboard can reach on a page: buttons, answers, fields, lists.

    Passphrase fields are left out: their keys are never held back or looked at, so a scan is typed into them.
    """
    found = [
        one
        for one in page.findChildren(QWidget)
        if one.isVisible() and one.isEnabled() and one.focusPolicy() & Qt.FocusPolicy.TabFocus and not one.focusProxy()
        if not one.property("secret")
    ]
    return found[:: max(1, -(-len(found) // MOST_PLACES))]


def typed_into(page: QWidget) -> list[str]:
    return [one.text() for one in page.findChildren(QLineEdit)] + [
        one.toPlainText() for one in page.findChildren(QPlainTextEdit)
    ]


def scan_everywhere(shell: Shell, scanners: Scanners, key: str, spy: Spy) -> int:
    """Each case once, and one into every place that can have the focus; the number of places."""
    page, heard = shell.page(key), list[bytes]()
    scanners.mark_scanned.connect(lambda raw, _by: heard.append(raw))
    texts, sent = typed_into(page), list[str]()
    there = places(page)
    for at in range(max(len(there), len(CASES))):
        place = there[at % len(there)] if there else page
        place.setFocus()
        case = CASES[at % len(CASES)]
        sent.append(case)
        spy.seen.clear()
        burst(case)
        assert spy.seen == [], (key, place.objectName() or type(place).__name__, case)
    assert [raw.decode() for raw in heard] == sent
    assert typed_into(page) == texts
    assert shell.current_key == key
    return len(there)


def test_no_burst_reaches_anything_on_any_field_page(qtbot: QtBot, tmp_path: Path, spy: Spy) -> None:
    with field_at_work(qtbot, tmp_path) as field:
        scanners = _scanners_of(field)
        codes = RecoveryCodes(frozenset(), "INS-017", "a set", ("0000-0000",) * 10, False)
        arguments: dict[str, object] = {"labels": (), "items": "", "codes": (codes, "accounts")}
        for key in field.shell.page_keys:
            field.open(key, arguments.get(key))
            assert scan_everywhere(field.shell, scanners, key, spy) > 0, key
            field.idle()
        assert field.session.read(checks.recent_checks, field.visit_id) == []


STATES: dict[str, tuple[str, str]] = {
    # what is typed into the scan field, then the button that is pressed
    "item": ("786950", ""),
    "reasons": ("786950", "not_found_button"),
    "photo": ("786950", "add_photo_button"),
    "by_hand": ("", "by_hand_button"),
    "near": ("78695I", ""),
}


@pytest.mark.parametrize("state", STATES)
def test_no_burst_answers_or_decides_in_the_workspace(qtbot: QtBot, tmp_path: Path, spy: Spy, state: str) -> None:
    with field_at_work(qtbot, tmp_path) as field:
        field.open("visit")
        typed, pressed = STATES[state]
        if typed:
            field.identify(typed)
        if pressed:
            field.press(pressed)
        for at, place in enumerate(places(field.visit)):
            if not place.isVisible() or not place.isEnabled():
                continue
            place.setFocus()
            spy.seen.clear()
            texts = typed_into(field.visit)
            burst(CASES[at % len(CASES)])
            assert spy.seen == [], (state, place.objectName())
            assert typed_into(field.visit) == texts
            draft = field.visit.item.draft
            assert draft is None or (draft.answers == {} and draft.photos == {})
        field.idle()
        assert field.session.read(checks.recent_checks, field.visit_id) == []
        assert field.shell.current_key == "visit"


@pytest.mark.parametrize("mark", ["A", "N7", "YYY", "A123", "0042A"])
def test_a_short_scan_answers_and_records_nothing(qtbot: QtBot, tmp_path: Path, spy: Spy, mark: str) -> None:
    """Once the keys of a short scan went to the answers: A is all as expected, and Enter records."""
    with field_at_work(qtbot, tmp_path) as field:
        field.open("visit")
        field.identify("786950")
        draft = field.visit.item.draft
        assert draft is not None
        spy.seen.clear()
        burst(mark)
        assert spy.seen == []
        field.idle()
        assert draft.answers == {}
        assert field.session.read(checks.recent_checks, field.visit_id) == []


def test_an_answer_and_enter_at_a_persons_speed_record(qtbot: QtBot, tmp_path: Path) -> None:
    with field_at_work(qtbot, tmp_path) as field:
        field.open("visit")
        field.identify("786950")
        field.type("a")
        field.key(Qt.Key.Key_Return)
        field.until(lambda: field.outcome("786950") == "verified")


def test_no_burst_ticks_a_row_of_paper(qtbot: QtBot, tmp_path: Path, spy: Spy) -> None:
    with field_at_work(qtbot, tmp_path) as field:
        field.open("transcribe")
        field.type("1")
        field.key(Qt.Key.Key_Return)
        field.press("paper_2_not_found")  # with its fields open
        page = field.shell.page("transcribe")
        assert isinstance(page, TranscribePage)
        before = [row.read() for row in page.rows.forms]
        assert scan_everywhere(field.shell, _scanners_of(field), "transcribe", spy) > 20
        field.idle()
        assert [row.read() for row in page.rows.forms] == before


def test_no_burst_reaches_the_shortcuts_sheet_or_the_page_under_it(qtbot: QtBot, tmp_path: Path, spy: Spy) -> None:
    with field_at_work(qtbot, tmp_path) as field:
        field.open("visit")
        field.shell.toggle_sheet()
        heard: list[bytes] = []
        _scanners_of(field).mark_scanned.connect(lambda raw, _by: heard.append(raw))
        for case in CASES:
            spy.seen.clear()
            burst(case)
            assert spy.seen == []
        assert [raw.decode() for raw in heard] == CASES
        field.idle()
        assert field.visit.item.draft is None
        field.shell.toggle_sheet()


def test_no_burst_accepts_the_notice_or_fills_the_unlock_page_in(qtbot: QtBot, tmp_path: Path) -> None:
    world = make_world(tmp_path / "w")
    world.close()
    window = build_window(tmp_path / "w" / "fld-0042")
    window.show()
    window.activateWindow()
    qtbot.waitUntil(lambda: window._watch is not None, timeout=120_000)
    page = window.unlock_page
    assert page is not None
    for at, case in enumerate(CASES):
        (page._accept, page.account, page._unlock)[at % 3].setFocus()
        burst(case)
    assert page.accepted_at is None
    assert (page.account.text(), page.passphrase.text()) == ("", "")
    assert window.tasks.wait_idle(120)
    window.close()


def test_no_burst_chooses_anything_or_fills_a_field_in_at_the_first_start(qtbot: QtBot, tmp_path: Path) -> None:
    window = build_window(tmp_path / "new")
    window.show()
    window.activateWindow()
    qtbot.waitUntil(lambda: window._watch is not None, timeout=120_000)
    page = window.findChild(FirstStart)
    assert page is not None
    chosen: list[object] = []
    page.create_requested.connect(lambda *asked: chosen.append(asked))
    there = places(page)
    assert there
    for at in range(max(len(there), len(CASES))):
        there[at % len(there)].setFocus()
        burst(CASES[at % len(CASES)])
        assert page.step == "kind"
    assert [one.text() for one in page.findChildren(QAbstractButton) if one.isChecked()] == []
    page._kind.buttons()[0].setChecked(True)
    page.go_on()
    for case in CASES:
        page.name.setFocus()
        burst(case)
        assert page.step == "place"
        assert set(typed_into(page)) == {""}
    assert chosen == []
    assert not (tmp_path / "new").exists()
    assert window.tasks.wait_idle(120)
    window.close()


def test_an_answer_in_focus_is_not_given_by_a_burst(qtbot: QtBot, tmp_path: Path) -> None:
    with field_at_work(qtbot, tmp_path) as field:
        field.open("visit")
        field.identify("786950")
        for case in CASES:
            draft = field.visit.item.draft
            assert draft is not None
            field.visit.item.focus_first()
            burst(case)
            assert draft.answers == {}
            field.idle()
            field.visit.close_work()
            field.visit.opening.match(b"786950", "typed")
            field.idle()


def test_no_burst_reaches_anything_on_a_page_of_hq(qtbot: QtBot, tmp_path: Path, spy: Spy, tasks: Tasks) -> None:
    world = hq_world(tmp_path)
    try:
        with hq_window(world.hq, tasks, tmp_path) as window:
            app = QApplication.instance()
            assert isinstance(app, QApplication)
            scanners = Scanners(app, ScannerSettings(), window.shell)
            scanners.mark_scanned.connect(window.shell.take_mark)
            for key in list(window.shell._pages):
                window.shell.show_page(key)
                window.settle()
                scan_everywhere(window.shell, scanners, key, spy)
                window.settle()
            scanners.close()
    finally:
        world.close()


def _scanners_of(field: Field) -> Scanners:
    found = field.window.findChild(Scanners)
    assert isinstance(found, Scanners)
    return found
