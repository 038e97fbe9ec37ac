"""A question that asks for a photo is answered by a picture, at the site and at an item, and seen so at HQ."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from db.queries import checklists, checks, visits
from db.queries.checks import EvidenceRow
from eum_app.domain.areas import Area
from eum_app.domain.checklists import NOT_OBSERVED, PHOTO_TAKEN, Answer, names_content
from eum_app.domain.facts import MarkRead
from eum_app.domain.ids import CheckId
from eum_app.usecases.exchange.receive import import_bundles
from eum_app.usecases.exchange.seal_bundle import seal_results
from eum_app.usecases.review.withhold import ask_to_withhold, confirm_withholding
from eum_app.usecases.visits.record_check import assess_site, record_check
from tests.builders import colleague, make_world
from tests.gui.field_world import Field, field_at_work
from tests.gui.hq_support import hq_window
from tests.integration.test_answer_photos import picture, plan_with_photos
from ui.hq.review_data import Picture
from ui.hq.visit_photos import VisitPhotos
from ui.hq.visits import PICTURE, VisitsPage
from ui.kit.models import select_id
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
            confirm_withholding(colleague(world.hq), request_id)
            page.refresh(frozenset({Area.CHECKS}))
            window.settle()
            assert page._right.currentIndex() != PICTURE
            assert photos.strip.findChildren(QPushButton) == []
            assert any("withheld by order" in said.text() for said in photos.findChildren(QLabel))
    finally:
        world.close()


@pytest.mark.usefixtures("look")
def test_evidence_of_one_visit_is_not_shown_under_another(tmp_path: Path, tasks: Tasks) -> None:
    """Found by reading: a visit without checks kept the note of the check that was chosen before."""
    world = make_world(tmp_path / "w", count=3)
    try:
        first = world.visit()
        (item_id, *_) = world.device.read(visits.work_ids, first)
        record_check(
            world.device,
            visit_id=first,
            item_id=item_id,
            outcome="not_found",
            mark=MarkRead(read_by="list"),
            reason="no_record_shown",
            note="A note of the first visit",
        )
        import_bundles(world.hq, [seal_results(world.device, world.drop).path])
        second = world.plan(due_on="2026-12-20").visit_id
        with hq_window(world.hq, tasks, tmp_path) as window:
            page = window.page("visits")
            assert isinstance(page, VisitsPage)
            window.settle()
            for visit_id, is_shown in ((first, True), (second, False)):
                select_id(page.list, visit_id)
                window.settle()
                if is_shown:
                    page.view.checks.table.setCurrentIndex(page.view.checks.model.index(0, 0))
                    window.settle()
                assert page.view.shown is not None
                assert page.view.shown.visit.visit_id == visit_id
                assert page.view.photos.isVisible() is is_shown
            # Two threads read: the picture of a check that was chosen before may come last, or come twice.
            photos = page.view.photos
            before, chosen = (EvidenceRow(f"o{at}", CheckId(f"c{at}"), "photo", "", 1, "image/png") for at in (1, 2))
            photos.show_photos(second, [chosen], {}, "Photos of the chosen check")
            image = QImage(10, 10, QImage.Format.Format_RGB32)
            image.fill(Qt.GlobalColor.white)
            for late in (before, chosen, chosen):
                photos._take((second, Picture(late, b""), image, late.object_id))
            assert len(photos.strip.findChildren(QPushButton)) == 1
            assert list(photos._images) == ["o2"]
            window.settle()
    finally:
        world.close()
