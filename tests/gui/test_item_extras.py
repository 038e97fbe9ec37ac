"""A note and photos beside the answers: none takes another's place, and what a draft holds is shown."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPlainTextEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from eum_app.demo.generate import photo
from eum_app.domain.facts import MarkRead
from tests.gui.hq_support import Window
from ui.field.pictures import Pictures
from ui.field.visit.compared import Compared, marked
from ui.field.visit.draft import Draft
from ui.field.visit.item_extras import ItemExtras
from ui.kit.widgets import PhotoStrip, vbox
from ui.shared.mark_view import reading_rows
from ui.shared.photo_dialog import PhotoDialog


@pytest.mark.usefixtures("look")
def test_a_photo_added_after_one_was_removed_replaces_none(qtbot: QtBot, window: Window) -> None:
    extras, draft = ItemExtras(Pictures(window.desk)), Draft(MarkRead(read_by="typed"))
    qtbot.addWidget(extras)
    pictures = [photo("intact", seed) for seed in range(3)]
    extras.show_draft(draft)
    for picture in pictures[:2]:
        extras.add_photo(draft, picture)
    extras._drop_photo(next(iter(draft.photos)))
    extras.add_photo(draft, pictures[2])
    assert sorted(draft.photos.values()) == sorted(pictures[1:])


@pytest.mark.usefixtures("look")
def test_a_draft_that_is_shown_again_keeps_its_note_and_photos(qtbot: QtBot, window: Window) -> None:
    extras, other = ItemExtras(Pictures(window.desk)), Draft(MarkRead(read_by="typed"))
    qtbot.addWidget(extras)
    draft = Draft(MarkRead(read_by="typed"), note="behind the crate", photos={"photo-1": photo("intact", 1)})
    for shown in (draft, other, draft):
        extras.show_draft(shown)
    assert (draft.note, len(draft.photos), other.note) == ("behind the crate", 1, "")
    note = extras.findChild(QPlainTextEdit, "check_note")
    assert note is not None
    assert note.toPlainText() == draft.note
    assert not note.isHidden()


@pytest.mark.usefixtures("look")
def test_a_photo_that_is_decoded_late_does_not_take_the_place_of_another(qtbot: QtBot, window: Window) -> None:
    extras = ItemExtras(Pictures(window.desk))
    qtbot.addWidget(extras)
    first = Draft(MarkRead(read_by="typed"), photos={"photo-1": photo("crack", 1)})
    second = Draft(MarkRead(read_by="typed"), photos={"photo-1": b"none"})
    extras.show_draft(first)
    extras.show_draft(second)  # the first one's photo arrives now
    window.settle()
    assert [tile.icon().isNull() for tile in tiles(extras)] == [True]
    extras.show_draft(first)
    window.settle()
    assert [tile.icon().isNull() for tile in tiles(extras)] == [False]


@pytest.mark.usefixtures("look")
@pytest.mark.parametrize("is_changed", [False, True])
def test_a_photo_that_is_decoded_late_does_not_open_over_another_item(
    qtbot: QtBot, window: Window, is_changed: bool
) -> None:
    extras = ItemExtras(Pictures(window.desk))
    qtbot.addWidget(extras)
    extras.show_draft(Draft(MarkRead(read_by="typed"), photos={"photo-1": photo("crack", 1)}))
    extras.show()
    window.settle()
    QTest.mouseClick(tiles(extras)[0], Qt.MouseButton.LeftButton)
    if is_changed:
        extras.show_draft(Draft(MarkRead(read_by="typed")))
    window.settle()
    opened = QApplication.activeModalWidget()
    assert isinstance(opened, PhotoDialog) is not is_changed
    if opened is not None:
        opened.close()


@pytest.mark.usefixtures("look")
def test_photos_are_numbered_from_one_without_gaps(qtbot: QtBot, window: Window) -> None:
    extras, draft = ItemExtras(Pictures(window.desk)), Draft(MarkRead(read_by="typed"))
    qtbot.addWidget(extras)
    extras.show_draft(draft)
    for seed in range(3):
        extras.add_photo(draft, photo("intact", seed))
    assert captions(extras) == ["Photo 1", "Photo 2", "Photo 3"]
    QTest.mouseClick(removers(extras)[0], Qt.MouseButton.LeftButton)
    assert captions(extras) == ["Photo 1", "Photo 2"]
    extras.add_photo(draft, photo("intact", 7))
    assert captions(extras) == ["Photo 1", "Photo 2", "Photo 3"]


@pytest.mark.usefixtures("look")
def test_a_photo_is_enlarged_over_the_window_and_closed_by_escape(qtbot: QtBot, window: Window) -> None:
    whole = QWidget()
    qtbot.addWidget(whole)
    extras, draft = ItemExtras(Pictures(window.desk)), Draft(MarkRead(read_by="typed"))
    whole.setLayout(vbox(extras))
    whole.resize(1024, 600)
    extras.show_draft(draft)
    extras.add_photo(draft, photo("intact", 1))
    whole.show()
    qtbot.waitExposed(whole, timeout=120_000)
    window.settle()
    tile = next(one for one in extras.findChildren(QPushButton) if one.accessibleName() == "Photo 1")
    tile.setFocus()
    for close in (Qt.Key.Key_Escape, Qt.Key.Key_Return):
        QTest.keyClick(tile, Qt.Key.Key_Space)
        window.settle()
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, PhotoDialog)
        assert dialog.accessibleName() == "Photo 1"
        assert dialog.view.width() > 10 * 64
        QTest.keyClick(dialog.view, Qt.Key.Key_Plus)
        assert dialog.view.zoom > 1
        QTest.keyClick(dialog.view, close)
        assert QApplication.activeModalWidget() is None
    assert list(draft.photos) == ["photo-1"]


@pytest.mark.usefixtures("look")
def test_the_place_where_two_serials_differ_is_marked_in_one_font(qtbot: QtBot) -> None:
    shown = Compared("786O51", "786051")
    qtbot.addWidget(shown)
    first, second, said = marked("786O51", "786051")
    assert said == "at character 4: read O, book 0"
    assert shown.accessibleName() == said
    assert "underline" in first
    assert first.startswith("786<span")
    assert second.endswith("</span>51")
    assert marked("A<b", "A<b")[0] == "A&lt;b"
    assert marked("0786", "786")[2] == "at character 1: read 0, book nothing"
    values = [one for one in shown.findChildren(QLabel) if one.property("kind") == "mono"]
    assert [one.accessibleName() for one in values] == ["786O51", "786051"]


def test_an_entry_by_hand_is_not_called_a_mark_that_was_read() -> None:
    typed = MarkRead(read_by="typed", raw=b"786951", entered_twice=True, no_read_reason="worn")
    assert reading_rows(typed)[0] == ("Entered by hand", "786951")
    assert reading_rows(typed)[1][0] == "Why not read"
    assert reading_rows(MarkRead(read_by="wedge", raw=b"786951")) == [("Mark read", "786951")]
    assert reading_rows(MarkRead(read_by="list")) == []


def captions(extras: ItemExtras) -> list[str]:
    return [one.accessibleName() for one in tiles(extras)]


def tiles(extras: ItemExtras) -> list[QPushButton]:
    strip = extras.findChild(PhotoStrip)
    assert strip is not None
    found = [one for one in strip.findChildren(QPushButton) if one.property("kind") == "photo" and one.isEnabled()]
    return [one for one in found if not is_gone(one, strip)]


def removers(extras: ItemExtras) -> list[QPushButton]:
    found = [one for one in extras.findChildren(QPushButton) if one.accessibleName().startswith("Remove ")]
    strip = extras.findChild(PhotoStrip)
    assert strip is not None
    return [one for one in found if not is_gone(one, strip)]


def is_gone(tile: QPushButton, strip: PhotoStrip) -> bool:
    """Whether a tile waits for its deletion: it left the layout."""
    layout, place = strip.layout(), tile.parentWidget()
    assert layout is not None
    assert place is not None
    return layout.indexOf(place) < 0
