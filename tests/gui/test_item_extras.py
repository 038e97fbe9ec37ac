"""A note and photos beside the answers: none takes another's place, and what a draft holds is shown."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QPlainTextEdit
from pytestqt.qtbot import QtBot

from eum_app.demo.generate import photo
from eum_app.domain.facts import MarkRead
from ui.field.visit.draft import Draft
from ui.field.visit.item_extras import ItemExtras


@pytest.mark.usefixtures("look")
def test_a_photo_added_after_one_was_removed_replaces_none(qtbot: QtBot) -> None:
    extras, draft = ItemExtras(), Draft(MarkRead(read_by="typed"))
    qtbot.addWidget(extras)
    pictures = [photo("intact", seed) for seed in range(3)]
    extras.show_draft(draft)
    for picture in pictures[:2]:
        extras.add_photo(draft, picture)
    extras._drop_photo(next(iter(draft.photos)))
    extras.add_photo(draft, pictures[2])
    assert sorted(draft.photos.values()) == sorted(pictures[1:])


@pytest.mark.usefixtures("look")
def test_a_draft_that_is_shown_again_keeps_its_note_and_photos(qtbot: QtBot) -> None:
    extras, other = ItemExtras(), Draft(MarkRead(read_by="typed"))
    qtbot.addWidget(extras)
    draft = Draft(MarkRead(read_by="typed"), note="behind the crate", photos={"photo-1": photo("intact", 1)})
    for shown in (draft, other, draft):
        extras.show_draft(shown)
    assert (draft.note, len(draft.photos), other.note) == ("behind the crate", 1, "")
    note = extras.findChild(QPlainTextEdit, "check_note")
    assert note is not None
    assert note.toPlainText() == draft.note
    assert not note.isHidden()
