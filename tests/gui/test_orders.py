"""Orders by people, in the window: a picture withheld by two of them, and a clock corrected."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QLineEdit, QPushButton

from db.queries.activity import ActivityFilter, activity_entry, activity_ids
from db.queries.checks import evidence_of
from db.queries.content import withholding, withholdings_open
from db.queries.visits import all_visits
from eum_app.domain.areas import Area
from eum_app.domain.errors import Refusal
from eum_app.usecases.exchange.receive import import_bundles
from tests.builders import World, colleague
from tests.gui.hq_support import Window, hq_window, hq_world, inspected
from ui.hq.review import ReviewPage
from ui.kit.tasks import Tasks
from ui.people import add_people_pages
from ui.shared.activity import ActivityPage

pytestmark = pytest.mark.usefixtures("look")


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = hq_world(tmp_path)
    import_bundles(made.hq, [inspected(made)[1]])
    yield made
    made.close()


def pasted(window: Window, name: str, text: str) -> None:
    window.find(QLineEdit, name).setText(text)
    window.settle()


def test_one_person_asks_beside_the_picture_and_another_confirms(
    window: Window, world: World, tasks: Tasks, tmp_path: Path
) -> None:
    review = window.page("review")
    assert isinstance(review, ReviewPage)
    window.settle()
    for _ in range(2):
        review.open_first_picture()
        if review.large.isVisible():
            break
        window.keys("j")
    assert review.large.isVisible()
    window.press("picture_withhold")
    ask = window.find(QPushButton, "withhold_ask_button")
    assert not ask.isEnabled()
    pasted(window, "withhold_reason_field", "Shows a marked document; by order of the site's officer")
    window.press("withhold_ask_button")
    (asked,) = world.hq.read(withholdings_open)
    assert (asked.asked_by, asked.reason[:5]) == ("REV-004", "Shows")
    assert "Requested" in review.notice.text
    confirm = f"confirm_withholding_{asked.request_id}"

    add_people_pages(window.shell, window.desk)
    window.page("accounts")
    window.settle()
    assert not window.find(QPushButton, confirm).isEnabled()  # the requester cannot confirm

    other = colleague(world.hq)
    with hq_window(other, tasks, tmp_path) as second:
        add_people_pages(second.shell, second.desk)
        second.page("accounts")
        second.settle()
        second.press(confirm)
        assert world.hq.read(withholding, asked.object_id) is None
        second.press("withholding_confirm_button")
        page = second.shell.page("accounts")
        assert "Withheld" in page.notice.text
        assert second.shell.findChild(QPushButton, confirm) is None
    assert world.hq.read(withholdings_open) == []
    found = world.hq.read(withholding, asked.object_id)
    assert found is not None
    assert (found.asked_by, found.confirmed_by) == ("REV-004", "REV-009")
    (visit,) = world.hq.read(all_visits)
    (row,) = (row for row in world.hq.read(evidence_of, visit_id=visit.visit_id) if row.object_id == asked.object_id)
    assert row.is_withheld
    with pytest.raises(Refusal, match=r"content\.withheld"):
        world.hq.content(row.ref)

    # A person who has it on screen no longer sees it, and sees why.
    window.page("review")
    review.refresh(frozenset({Area.FINDINGS}))
    window.settle()
    assert not review.large.isVisible()
    assert any("withheld by order" in one.text() for one in review.findChildren(QLabel))
    assert all(image.isNull() for key, (image, _) in review._images.items() if key == asked.object_id)


def test_a_clock_is_corrected_from_the_log(window: Window, world: World) -> None:
    page = window.page("activity")
    assert isinstance(page, ActivityPage)
    window.settle()
    kind = window.find(QComboBox, "activity_kind")
    kind.setCurrentIndex(kind.findData("CheckRecorded"))
    window.settle()
    page.table.setCurrentIndex(page.table.model().index(0, 0))
    window.settle()
    window.press("activity_time_button")
    pasted(window, "time_seconds_field", "no number")
    pasted(window, "time_reason_field", "The tablet ran an hour ahead")
    window.find(QComboBox, "time_source").setCurrentIndex(2)
    button = window.find(QPushButton, "time_correct_button")
    assert not button.isEnabled()
    pasted(window, "time_seconds_field", "0")
    window.press("time_correct_button")
    assert "clock" in window.find(QLabel, "time_said").text()  # refused, and the dialog stays
    pasted(window, "time_seconds_field", "-3600")
    window.press("time_correct_button")
    QApplication.processEvents()
    (made,) = world.hq.read(activity_ids, ActivityFilter(kind="TimeCorrected", origin="HQ-01"))
    payload = world.hq.read(activity_entry, made).entry.payload
    assert b'"offset_ms":-3600000' in payload
    assert b'"source":"person"' in payload
    assert "Corrected" in page.notice.text
