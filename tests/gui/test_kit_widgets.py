"""The kit's widgets: what they emit, how they are reached by key, what they say to a screen reader."""

from __future__ import annotations

import re

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction, QImage, QKeySequence, QTextDocument
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QBoxLayout, QLabel, QLineEdit, QStackedWidget, QWidget
from pytestqt.qtbot import QtBot

from eum_app.domain.errors import Refusal, Trouble
from ui.kit.theme import Theme
from ui.kit.widgets import (
    Card,
    Chip,
    ColumnPart,
    Columns,
    FormField,
    KeyValueGrid,
    NoticeBar,
    PageHeader,
    ProgressSummary,
    ReasonPanel,
    ScanField,
    SearchField,
    SegmentedAnswer,
    SignaturePad,
    StatTile,
    Tab,
    TabRow,
    Tiles,
    button,
    flow,
    hbox,
    label,
    panel,
    vbox,
)
from ui.kit.widgets.rail import NavButton, Rail

NO_KEY = Qt.KeyboardModifier.NoModifier


def shown(qtbot: QtBot, widget: QWidget, width: int = 600, height: int = 400) -> None:
    qtbot.addWidget(widget)
    widget.resize(width, height)
    with qtbot.waitActive(widget, timeout=120_000):
        widget.show()
        widget.activateWindow()


def buttons(widget: QWidget) -> list[QAbstractButton]:
    return [found for found in widget.findChildren(QAbstractButton) if found.isVisibleTo(widget)]


@pytest.mark.parametrize("key", ["Y", "N", "X", "O"])
def test_answer_by_key(qtbot: QtBot, look: Theme, key: str) -> None:
    answer = SegmentedAnswer("Serial plate matches")
    shown(qtbot, answer)
    heard: list[str] = []
    answer.answered.connect(heard.append)
    assert not any(part.isChecked() for part in buttons(answer))
    answer.setFocus()
    QTest.keyClicks(buttons(answer)[0], key)
    expected = {"Y": "yes", "N": "no", "X": "not_applicable", "O": "not_observed"}[key]
    assert heard == [expected]
    assert answer.value == expected
    assert sum(part.isChecked() for part in buttons(answer)) == 1
    assert all("Serial plate matches" in part.accessibleName() for part in buttons(answer))


def test_answer_moves_with_arrows_and_says_again(qtbot: QtBot, look: Theme) -> None:
    answer = SegmentedAnswer("Complete", "yes")
    shown(qtbot, answer)
    yes, no, other = buttons(answer)
    answer.setFocus()
    assert yes.hasFocus()
    QTest.keyClick(yes, Qt.Key.Key_Right)
    assert no.hasFocus()
    with qtbot.waitSignal(answer.answered, timeout=120_000) as heard:
        QTest.keyClick(no, Qt.Key.Key_Space)
    assert heard.args == ["no"]
    assert (yes.isChecked(), no.isChecked(), other.isChecked()) == (False, True, False)
    answer.set_value(None)
    assert not any(part.isChecked() for part in (yes, no, other))


def test_what_is_pressed_is_high_enough(qtbot: QtBot, look: Theme) -> None:
    whole = Card("Card", "", button("Undo"))
    whole.add_padded(SegmentedAnswer("Complete"), SearchField("Filter"), TabRow([Tab("all", "All 214")]))
    shown(qtbot, whole)
    for density, least in (("normal", 44), ("glove", 48)):
        look.set_density(density)  # type: ignore[arg-type]
        low = [
            (found.accessibleName(), found.height())
            for found in (*buttons(whole), *whole.findChildren(QLineEdit))
            if found.isVisibleTo(whole) and found.sizeHint().height() < least
        ]
        assert low == []


def test_signature_pad(qtbot: QtBot, look: Theme) -> None:
    pad = SignaturePad("You can sign when nothing is left open")
    shown(qtbot, pad, 400, 140)

    def draw() -> None:
        QTest.mousePress(pad, Qt.MouseButton.LeftButton, NO_KEY, QPoint(40, 60))
        QTest.mouseMove(pad, QPoint(90, 80))
        QTest.mouseMove(pad, QPoint(160, 40))
        QTest.mouseRelease(pad, Qt.MouseButton.LeftButton, NO_KEY, QPoint(160, 40))

    draw()
    assert pad.strokes() == []
    assert pad.to_png() == b""
    pad.open_for("Sign here")
    draw()
    [stroke] = pad.strokes()
    assert stroke[0] == (40.0, 60.0)
    image = QImage.fromData(pad.to_png())
    assert not image.isNull()
    dark = sum(image.pixelColor(x, y).value() < 128 for x in range(image.width()) for y in range(image.height()))
    assert dark > 50
    assert image.pixelColor(0, 0).value() == 255
    pad.close_with("A fact was recorded after signing")
    assert pad.strokes() == [stroke]
    pad.clear()
    assert pad.is_empty


def test_notice_says_and_does(qtbot: QtBot, look: Theme) -> None:
    notice = NoticeBar()
    done: list[bool] = []
    notice.show_message("ok", "Recorded · 786953 verified", action="Undo", on_action=lambda: done.append(True))
    assert notice.text == "Recorded · 786953 verified"
    [undo] = [found for found in buttons(notice) if found.text() == "Undo"]
    undo.click()
    assert done == [True]
    assert notice.text == ""
    notice.show_error(Refusal("passphrase.wrong"))
    assert notice.property("tone") == "attention"
    notice.show_error(Trouble("disk.full", path="store"))
    assert notice.property("tone") == "stop"
    assert "Everything recorded before is safe." in notice.accessibleName()


def test_reason_panel_wants_a_reason_and_sometimes_a_note(qtbot: QtBot, look: Theme) -> None:
    form = ReasonPanel(
        "Why?",
        [("said_lost", "Said to be lost"), ("other", "Other")],
        confirm="Record",
        note_needed=frozenset({"other"}),
    )
    shown(qtbot, form)
    heard: list[tuple[str, str]] = []
    form.confirmed.connect(lambda reason, note: heard.append((reason, note)))
    assert form.reason == ""
    assert not form.confirm_button.isEnabled()
    lost, other = (found for found in buttons(form) if found.text() in {"Said to be lost", "Other"})
    lost.click()
    assert form.confirm_button.isEnabled()
    other.click()
    assert not form.confirm_button.isEnabled()
    form.note.setPlainText("  shown on paper ")
    form.confirm_button.click()
    assert heard == [("other", "shown on paper")]
    with qtbot.waitSignal(form.cancelled, timeout=120_000):
        QTest.keyClick(form.note, Qt.Key.Key_Escape)
    form.reset()
    assert form.reason == ""


def test_search_waits_for_the_typist_and_escape_empties(qtbot: QtBot, look: Theme) -> None:
    field = SearchField("Filter")
    shown(qtbot, field)
    heard: list[str] = []
    field.searched.connect(heard.append)
    with qtbot.waitSignal(field.searched, timeout=120_000):
        QTest.keyClicks(field, "7869")
    assert heard == ["7869"]
    QTest.keyClick(field, Qt.Key.Key_Escape)
    assert field.text() == ""


def test_scan_field_lets_undo_pass(qtbot: QtBot, look: Theme) -> None:
    field = ScanField("Scan or type")
    page = panel(vbox(field))
    withdraw = QAction("Withdraw", page)
    withdraw.setShortcut(QKeySequence.StandardKey.Undo)
    page.addAction(withdraw)
    withdrawn: list[bool] = []
    withdraw.triggered.connect(lambda: withdrawn.append(True))
    shown(qtbot, page)
    QTest.keyClicks(field, "786953")
    QTest.keyClick(field, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert withdrawn == [True]
    assert field.text() == "786953"
    with qtbot.waitSignal(field.submitted, timeout=120_000) as heard:
        QTest.keyClick(field, Qt.Key.Key_Return)
    assert heard.args == ["786953"]
    assert field.text() == ""


def test_long_serial_is_wrapped_and_never_cut(qtbot: QtBot, look: Theme) -> None:
    grid = KeyValueGrid()
    short = grid.add("UII", "D1HLD9", mono=True)
    serial = "D1HLD9NVG-31A786953-" + "0O1I5S8B" * 8
    value = grid.add("UII", serial, mono=True)
    shown(qtbot, grid, 320, 300)
    assert value.height() >= 3 * short.height()
    assert value.property("plainText") == serial
    assert "UII" in value.accessibleName()


def test_progress_says_all_only_for_all(look: Theme) -> None:
    bar = ProgressSummary()
    bar.set_progress(1999, 2000, ((1999, "ok"),))
    assert bar.accessibleName().endswith("99 %")
    bar.set_progress(2000, 2000, ((2000, "ok"),))
    assert bar.accessibleName().endswith("100 %")
    bar.set_progress(0, 0, ())
    assert bar.accessibleName().endswith("–")


def test_chip_is_word_and_icon(qtbot: QtBot, look: Theme) -> None:
    chip = Chip.of("not_found")
    assert chip.text() == "Not found"
    assert Chip.of("verified", "206").accessibleName() == "206 Verified"
    assert Chip.of("from_the_future").text() == "Unknown value: from_the_future"


def test_columns_become_one_at_a_time(qtbot: QtBot, look: Theme) -> None:
    parts = [ColumnPart(key, key.title(), Card(key.title())) for key in ("items", "scan", "item")]
    columns = Columns(parts, front="item")
    shown(qtbot, columns, 1200, 400)
    assert all(part.widget.isVisible() for part in parts)
    lefts = [part.widget.x() for part in parts]
    assert lefts == sorted(lefts)
    columns.resize(500, 400)
    assert [part.key for part in parts if part.widget.isVisible()] == ["item"]
    [tab] = [found for found in buttons(columns) if found.text() == "Items"]
    with qtbot.waitSignal(columns.shown, timeout=120_000):
        tab.click()
    assert [part.key for part in parts if part.widget.isVisible()] == ["items"]
    columns.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    columns.resize(1200, 400)
    mirrored = [part.widget.x() for part in parts]
    assert mirrored == sorted(mirrored, reverse=True)


def test_focus_stays_with_the_columns_when_one_goes_out_of_sight(qtbot: QtBot, look: Theme) -> None:
    left, right, beside = QLineEdit(), QLineEdit(), button("Lock")
    columns = Columns([ColumnPart("left", "Left", left), ColumnPart("right", "Right", right)])
    whole = panel(vbox(beside, columns))
    shown(qtbot, whole, 1300, 300)
    right.setFocus()
    assert right.hasFocus()
    whole.resize(500, 300)
    qtbot.waitUntil(lambda: columns.is_narrow, timeout=120_000)
    assert not right.isVisible()
    focus = whole.focusWidget()
    assert focus is not None
    assert columns.isAncestorOf(focus)


def test_flow_wraps_and_cuts_nothing(qtbot: QtBot, look: Theme) -> None:
    whole = panel(flow(*(button(f"Button {at}") for at in range(6))))
    shown(qtbot, whole, 260, 400)
    inside = [found.geometry() for found in buttons(whole)]
    assert len({place.y() for place in inside}) > 1
    assert all(place.left() >= 0 and place.right() < 260 for place in inside)
    assert not any(a.intersects(b) for at, a in enumerate(inside) for b in inside[:at])


def test_header_moves_its_actions_below(qtbot: QtBot, look: Theme) -> None:
    header = PageHeader("Depot 7, Northern Command", "Visits")
    header.set_progress(128, 214, ((128, "ok"),))
    header.add_action(button("Site checklist · 18/24"))
    header.add_action(button("Close out…", kind="primary"))
    whole = panel(vbox(header, 1))
    shown(qtbot, whole, 1200, 400)
    wide = header.height()
    whole.resize(420, 400)
    qtbot.waitUntil(lambda: header.height() > wide, timeout=120_000)
    assert header.width() == 420
    assert all(found.geometry().right() < 420 for found in buttons(header))


def test_header_is_one_line_again_after_a_larger_scale(qtbot: QtBot, look: Theme) -> None:
    header = PageHeader("Depot 7", "Visits › Golden Sentry")
    header.set_progress(24, 24, [(24, "ok")])
    for words in ("Paper list", "Site checklist · 24/24", "Close out…"):
        header.add_action(button(words))
    pages = QStackedWidget()
    for one in (panel(vbox(header, 1)), panel(vbox(label("Another page")))):
        pages.addWidget(one)
    shown(qtbot, pages, 1200, 400)
    before = header._line.direction()
    assert before == QBoxLayout.Direction.LeftToRight
    for is_away in (False, True):
        look.set_scale(200)
        qtbot.waitUntil(lambda: header._line.direction() == QBoxLayout.Direction.TopToBottom, timeout=120_000)
        pages.setCurrentIndex(int(is_away))
        look.set_scale(100)
        QTest.qWait(50)
        pages.setCurrentIndex(0)
        qtbot.waitUntil(lambda: header._line.direction() == before, timeout=5_000)


def test_fields_beside_each_other_are_aligned(qtbot: QtBot, look: Theme) -> None:
    hints = ("", "Code at the foot of the page", "Year-month-day")
    fields = [FormField("Name", QLineEdit(), hint) for hint in hints]
    place = QWidget()
    place.setLayout(hbox(*fields))
    qtbot.addWidget(place)
    place.resize(330, 200)
    place.show()
    assert len({one.field.mapTo(place, QPoint()).y() for one in fields}) == 1


def test_the_rails_bar_takes_the_margin_and_no_icon(qtbot: QtBot, look: Theme) -> None:
    rail = Rail("EUM HQ")
    for at in range(10):
        rail.add(f"place_{at}", f"Place {at}", "boxes")
    rail.set_collapsed(is_collapsed=True)
    whole = panel(hbox(rail, 1))
    shown(qtbot, whole, 400, 900)
    bar = rail._scroll.verticalScrollBar()

    def is_fitted() -> bool:
        return bar.isVisible() == (whole.height() == 300)

    for height in (900, 300):
        whole.resize(400, height)
        qtbot.waitUntil(is_fitted, timeout=120_000)
        QApplication.processEvents()
        edge = bar.mapTo(rail, QPoint()).x() if height == 300 else rail.width()
        for made in rail.findChildren(NavButton):
            assert made.mapTo(rail, QPoint()).x() + made.width() <= edge + 2
            assert made.width() >= look.dp(40)


def test_tiles_wrap(qtbot: QtBot, look: Theme) -> None:
    tiles = [StatTile(f"Tile {at}", "1") for at in range(4)]
    whole = panel(vbox(Tiles(*tiles)))
    shown(qtbot, whole, 1200, 300)
    assert len({tile.y() for tile in tiles}) == 1
    whole.resize(450, 600)
    qtbot.waitUntil(lambda: len({tile.y() for tile in tiles}) == 2, timeout=120_000)


def test_labels_take_text_as_it_is(look: Theme) -> None:
    assert label("<b>786953</b>").textFormat() == Qt.TextFormat.PlainText


@pytest.mark.parametrize("name", ["light", "dark", "sunlight"])
def test_crumb_link_has_the_accent_of_the_theme(qtbot: QtBot, look: Theme, name: str) -> None:
    header = PageHeader("Close out")
    header.set_crumbs(["Visits", "Depot 7"], first_is_link=True)
    shown(qtbot, header)
    look.set_mode(name)
    crumb = next(found for found in header.findChildren(QLabel) if "Depot 7" in found.text())
    document = QTextDocument()
    document.setHtml(crumb.text())
    fragment = document.begin().begin().fragment()
    assert fragment.text() == "Visits"
    assert fragment.charFormat().foreground().color() == look.color("accent")


@pytest.mark.parametrize("scale", [100, 115, 130, 150, 175, 200])
def test_radio_buttons_stay_round(look: Theme, scale: int) -> None:
    look.set_scale(scale)
    sheet = look._sheet
    radius = int(re.search(r"QRadioButton::indicator { border-radius: (\d+)px", sheet)[1])  # type: ignore[index]
    size, line = re.search(r"QRadioButton::indicator { width: (\d+)px;.*?border: (\d+)px", sheet).groups()  # type: ignore[union-attr]
    assert 2 * radius <= int(size) + 2 * int(line)  # Qt draws a corner with more than that square


def test_focus_stays_with_a_button_that_starts_work(qtbot: QtBot, look: Theme) -> None:
    start, after = button("Seal"), QLineEdit()
    page = panel(vbox(QLineEdit(), start, after), "page")
    shown(qtbot, page)
    start.setFocus()
    start.setEnabled(False)
    assert page.hasFocus()
    start.setEnabled(True)
    assert start.hasFocus()
    start.setEnabled(False)
    after.setFocus()  # who goes elsewhere meanwhile stays there
    start.setEnabled(True)
    assert after.hasFocus()
