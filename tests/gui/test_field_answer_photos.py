"""A question that asks for a photo is answered by a picture, at the site and at an item, and seen so at HQ."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from db.queries import checklists, checks, visits
from eum_app.domain.areas import Area
from eum_app.domain.checklists import NOT_OBSERVED, PHOTO_TAKEN, Answer, names_content
from eum_app.usecases.exchange.receive import import_bundles
from eum_app.usecases.exchange.seal_bundle import seal_results
from eum_app.usecases.review.withhold import ask_to_withhold, confirm_withholding
from eum_app.usecases.session import Session
from eum_app.usecases.visits.record_check import assess_site
from tests.builders import make_world
from tests.gui.field_world import Field, field_at_work
from tests.gui.hq_support import hq_window
from tests.integration.test_answer_photos import picture, plan_with_photos
from ui.hq.visit_photos import VisitPhotos
from ui.hq.visits import PICTURE, VisitsPage
from ui.kit.tasks import Tasks


@pytest.fixture
def chosen(tmp_path: Path) -> Path:
    path = tmp_path / "picture.png"
    path.write_bytes(picture("seen"))
    return path


def give(field: Field, button: str, path: Path) -> None:
    """Press the question's button, choose the file, Enter."""
    field.find(button, QPushButton).setFocus()
    field.key(Qt.Key.Key_Space)
    edit = QApplication.focusWidget()
    assert isinstance(edit, QLineEdit), "the keyboard is where the file is chosen"
    edit.setText(str(path))
    field.key(Qt.Key.Key_Return)


def test_pictures_answer_in_the_field(qtbot: QtBot, tmp_path: Path, chosen: Path) -> None:
    with field_at_work(qtbot, tmp_path, plan=plan_with_photos) as field:
        field.open("site")
        give(field, "answer_fence_photo_photo", chosen)
        field.until(lambda: len(field.session.read(checklists.site_answers_of, field.visit_id)) == 1)
        (answer,) = field.session.read(checklists.site_answers_of, field.visit_id)
        assert names_content(answer.value)
        (row,) = field.session.read(checks.evidence_of, visit_id=field.visit_id)
        assert (row.object_id, row.question_id) == (answer.value, "fence_photo")
        assert "Photo taken" in field.find("answer_fence_photo_photo", QPushButton).text()
        # Answered in words instead: the comment is asked for, and nothing is recorded without it.
        box = field.find("answer_fence_photo", QComboBox)
        box.setCurrentIndex(box.findData(NOT_OBSERVED))
        box.activated.emit(box.currentIndex())
        field.idle()
        assert field.find("comment_fence_photo", QLineEdit).isVisible()
        assert field.session.read(checklists.site_answers_of, field.visit_id) == (answer,)

        field.open("visit")
        serial = next(iter(field.session.read(visits.work_rows, field.visit_id, first_ids(field)).values())).serial
        field.identify(serial)
        field.press("answer_plate_yes")
        verified = field.find("verified_button", QPushButton)
        assert not verified.isEnabled(), "a photo is still open"
        give(field, "answer_plate_photo_photo", chosen)
        assert verified.isEnabled()
        field.press("verified_button")
        field.until(lambda: field.outcome(serial) == "verified")
        photos = [one for one in field.session.read(checks.evidence_of, visit_id=field.visit_id) if one.check_id]
        assert [one.question_id for one in photos] == ["plate_photo"]


def first_ids(field: Field) -> list[str]:
    return field.session.read(visits.work_ids, field.visit_id)[:1]


@pytest.mark.usefixtures("look")
def test_hq_sees_them_with_their_questions(tmp_path: Path, tasks: Tasks) -> None:
    world = make_world(tmp_path / "w", count=3)
    try:
        visit_id = plan_with_photos(world)
        answers = [Answer("fence", "yes"), Answer("fence_photo", PHOTO_TAKEN)]
        assess_site(world.device, visit_id, answers, {"fence_photo": picture("fence")})
        import_bundles(world.hq, [seal_results(world.device, world.drop).path])
        with hq_window(world.hq, tasks, tmp_path) as window:
            page = window.page("visits")
            assert isinstance(page, VisitsPage)
            photos = window.find(VisitPhotos, "visit_photos")
            assert photos.isVisible()
            (tile,) = photos.strip.findChildren(QPushButton)
            assert tile.accessibleName() == "Photo of the fence"
            tile.setFocus()
            window.key(Qt.Key.Key_Space)
            assert page._right.currentIndex() == PICTURE
            assert photos.picture.accessibleName() == "Photo of the fence"
            focus = QApplication.focusWidget()
            assert isinstance(focus, QWidget)
            QTest.keyClick(focus, Qt.Key.Key_Escape)
            assert page._right.currentIndex() != PICTURE
            # Withheld by order while a person looks at it.
            tile.setFocus()
            window.key(Qt.Key.Key_Space)
            assert page._right.currentIndex() == PICTURE
            (one,) = [row for row in world.hq.read(checks.evidence_of, visit_id=visit_id) if row.is_photo]
            request_id = ask_to_withhold(world.hq, one.object_id, "by order").request_id
            confirm_withholding(
                Session(world.hq.store, replace(world.hq.ticket, account="REV-009"), world.hq.now), request_id
            )
            page.refresh(frozenset({Area.CHECKS}))
            window.settle()
            assert page._right.currentIndex() != PICTURE
            assert photos.strip.findChildren(QPushButton) == []
            assert any("withheld by order" in said.text() for said in photos.findChildren(QLabel))
    finally:
        world.close()
