"""Review: findings out of a real bundle, decided by keyboard; what the page says about their origin is true."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPlainTextEdit, QPushButton

from db.queries.checks import CheckRow, recent_checks
from db.queries.exchange import BundleRow
from db.queries.findings import finding_ids, findings_by_id, open_count, reviews_of
from db.queries.people import DeviceRow
from db.queries.visits import all_visits, work_ids
from eum_app.domain.facts import AccountLinked
from eum_app.domain.ids import CheckId
from eum_app.domain.visits import Grade, Outcome
from eum_app.usecases.exchange.enrol_device import revoke_device
from eum_app.usecases.exchange.receive import import_bundles
from eum_app.usecases.exchange.seal_bundle import seal_results
from eum_app.usecases.visits.record_check import record_no_access, withdraw_checks
from tests.builders import World
from tests.gui.hq_support import Window, hq_window, hq_world, inspected, inspected_hq_world
from ui.hq.provenance import first_gap, provenance
from ui.hq.review import ReviewPage
from ui.hq.review_data import finding_detail
from ui.kit.models import current_id, select_id
from ui.kit.tasks import Tasks
from ui.kit.widgets import ValueText

pytestmark = pytest.mark.usefixtures("look")


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """HQ that imported the results of one visit: two findings."""
    made = inspected_hq_world(tmp_path)
    yield made
    made.close()


def review(window: Window) -> ReviewPage:
    page = window.page("review")
    assert isinstance(page, ReviewPage)
    return page


def test_a_finding_is_decided_by_keyboard_alone(window: Window, world: World) -> None:
    page = review(window)
    first, second = world.hq.read(finding_ids)
    assert page.queue.list.hasFocus()
    assert current_id(page.queue.list) == first
    window.keys("j")
    assert current_id(page.queue.list) == second
    window.keys("k")
    assert current_id(page.queue.list) == first
    window.keys("r")
    assert window.find(QPlainTextEdit, "review_comment").hasFocus()
    window.keys("seen in the workshop, jacket read over video")
    window.key(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    (made,) = world.hq.read(reviews_of, first)
    assert (made.decision, made.actor) == ("resolve", "REV-004")
    assert made.comment == "seen in the workshop, jacket read over video"
    # The next one is current, the keyboard is on the list, and the bar says what went on record.
    assert current_id(page.queue.list) == second
    assert page.queue.list.hasFocus()
    assert "Item not found" in page.notice.text
    assert "786953" in page.notice.text
    assert "Resolved" in page.notice.text


def test_enter_begins_and_escape_leaves_without_a_decision(window: Window, world: World) -> None:
    page = review(window)
    window.key(Qt.Key.Key_Return)
    assert page.decision.isVisible()
    window.keys("not yet")
    window.key(Qt.Key.Key_Escape)
    assert not page.decision.isVisible()
    assert page.queue.list.hasFocus()
    assert world.hq.read(open_count) == 2


def test_a_comment_started_for_one_finding_is_never_recorded_for_the_next(window: Window, world: World) -> None:
    page = review(window)
    window.keys("r")
    window.keys("meant for the first")
    page.open_first_picture()
    window.keys("j")
    window.key(Qt.Key.Key_Escape)
    assert page.queue.list.hasFocus()
    assert not page.decision.isVisible()
    window.key(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert world.hq.read(open_count) == 2


def test_an_unconfirmed_decision_survives_a_look_at_the_picture(window: Window) -> None:
    page = review(window)
    window.keys("r")
    window.keys("half a sent")
    page.open_first_picture()
    assert page.large.view.isVisible()
    window.key(Qt.Key.Key_Escape)
    assert page.decision.isVisible()
    assert page.decision.comment.toPlainText() == "half a sent"


def test_a_comment_that_was_started_comes_back_with_its_finding_only(window: Window, world: World) -> None:
    """Esc, another finding, another decision, another page: nothing that was typed is lost or moves to another."""
    page = review(window)
    first, second = world.hq.read(finding_ids)
    window.keys("r")
    window.keys("half a sent")
    window.key(Qt.Key.Key_Escape)
    assert "kept, not recorded" in page.notice.text
    window.keys("j")
    window.keys("r")
    assert page.decision.comment.toPlainText() == ""
    window.keys("second")
    select_id(page.queue.list, first)
    window.settle()
    page.queue.list.setFocus()
    window.keys("c")
    assert page.decision.comment.toPlainText() == "half a sent"
    window.press("review_escalate")
    window.keys("ence")
    window.key(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert [(one.decision, one.comment) for one in world.hq.read(reviews_of, first)] == [
        ("escalate", "half a sentence")
    ]
    assert current_id(page.queue.list) == second
    window.keys("r")
    assert page.decision.comment.toPlainText() == "second"


def test_another_page_leads_back_into_the_comment(window: Window) -> None:
    """On the list, the next letter would choose another decision."""
    page = review(window)
    window.keys("c")
    window.keys("doubtful sto")
    window.page("visits")
    window.page("review")
    window.keys("ry")
    assert page.decision.comment.toPlainText() == "doubtful story"
    assert "check again" in page.decision.confirm_button.text()


def test_ctrl_enter_pressed_twice_begins_no_other_decision(window: Window, world: World) -> None:
    page = review(window)
    window.keys("r")
    window.keys("seen")
    for _ in range(2):
        window.key(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert world.hq.read(open_count) == 1
    assert not page.decision.isVisible()
    assert page.queue.list.hasFocus()


def test_a_decision_needs_a_comment(window: Window, world: World) -> None:
    review(window)
    window.keys("e")
    confirm = window.find(QPushButton, "review_confirm")
    assert not confirm.isEnabled()
    window.keys("   ")
    assert not confirm.isEnabled()
    window.key(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert world.hq.read(open_count) == 2
    window.keys("third hearing of this serial")
    assert confirm.isEnabled()
    window.press("review_confirm")
    assert world.hq.read(open_count) == 1


def test_the_last_decision_leaves_an_empty_state_that_teaches(window: Window, world: World) -> None:
    page = review(window)
    for _ in range(2):
        window.keys("c")
        window.keys("look again")
        window.key(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert world.hq.read(open_count) == 0
    assert page._empty.isVisible()
    assert not window.find(QPushButton, "review_resolve").isEnabled()
    window.press("review_empty_inbox")
    assert window.shell.current_key == "inbox"


def test_decided_findings_can_be_seen_and_not_decided_again(window: Window, world: World) -> None:
    page = review(window)
    window.keys("r")
    window.keys("settled")
    window.key(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    page.queue.tabs._buttons["all"].click()
    window.settle()
    assert page.queue.model.rowCount() == 2
    page.queue.list.setCurrentIndex(page.queue.model.index(0, 0))
    window.settle()
    assert "decided" in page._why_not.text()
    assert not window.find(QPushButton, "review_resolve").isEnabled()


def test_record_note_and_photo_are_shown(window: Window) -> None:
    page = review(window)
    detail = page._detail
    assert detail is not None
    assert detail.note == "no paperwork shown"
    (photo,) = detail.photos
    assert page.evidence.photos.keys == [photo.object_id]
    window.keys("z")
    assert page.large.view.isVisible()
    assert page.large.view.hasFocus()
    before = page.large.view.zoom
    window.key(Qt.Key.Key_Plus)
    assert page.large.view.zoom > before
    window.key(Qt.Key.Key_Escape)
    assert page.queue.list.isVisible()
    assert page.queue.list.hasFocus()


def test_a_locked_room_is_one_finding_with_its_serials(world: World, tasks: Tasks) -> None:
    device = world.device
    (visit,) = device.read(all_visits)
    ids = device.read(work_ids, visit.visit_id)[:2]
    withdraw_checks(device, [row.check_id for row in device.read(recent_checks, visit.visit_id) if row.item_id in ids])
    record_no_access(device, visit.visit_id, ids, reason="custodian_absent", note="Officer away until Monday")
    import_bundles(world.hq, [seal_results(device, world.drop).path])
    rows = world.hq.read(findings_by_id, world.hq.read(finding_ids)).values()
    (room,) = [row for row in rows if row.rule_id == "item-no-access"]
    with hq_window(world.hq, tasks, world.folder) as window:
        window.shell.show_page("review", room.finding_id)
        window.settle()
        page = review(window)
        assert "2 items" in page.queue._present(room).spoken()
        assert page.record.findChild(ValueText, "review_serials") is not None
        serials = page.record.findChildren(ValueText, "review_serials")[-1]
        assert serials.toPlainText() == "786950, 786951"
        assert "Officer away until Monday" in "\n".join(one.text() for one in page.record.findChildren(QLabel))
        window.keys("r")
        window.keys("visit again on 5 Dec")
        window.key(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert world.hq.read(findings_by_id, [room.finding_id])[room.finding_id].decision == "resolve"


def test_the_shown_origin_follows_from_the_import(world: World) -> None:
    (first, _second) = world.hq.read(finding_ids)
    said = {row.name: row for row in finding_detail(world.hq, first).statements}
    bundle_row = said["Nothing withheld"]
    assert bundle_row.chip is not None
    assert bundle_row.chip.text == "no gap"
    signed = said["Signed by"]
    assert signed.words == "FLD-0042"
    looked = said["Who looked"]
    assert looked.words == "INS-017 on FLD-0042"
    assert looked.chip is not None
    assert looked.chip.text == "signed by this account"
    assert signed.chip is not None
    assert signed.chip.tone == "ok"
    assert "Since then" not in said
    revoke_device(world.hq, "FLD-0042", 1, "lost")
    revoked = {row.name: row for row in finding_detail(world.hq, first).statements}["Since then"]
    assert revoked.chip is not None
    assert revoked.chip.tone == "bad"


def test_own_checks_cannot_be_decided(tmp_path: Path, tasks: Tasks) -> None:
    world = hq_world(tmp_path, inspector="REV-004")
    try:
        _, results = inspected(world)
        import_bundles(world.hq, [results])
        link = AccountLinked(
            observed_at=world.hq.observed_now(), account="REV-004", device="FLD-0042", device_account="REV-004"
        )
        with world.hq.writing() as transaction:
            transaction.record(link)
        with hq_window(world.hq, tasks, tmp_path) as window:
            page = review(window)
            assert "Another reviewer" in page._why_not.text()
            assert page._why_not.isVisible()
            for name in ("review_resolve", "review_recheck", "review_escalate"):
                assert not window.find(QPushButton, name).isEnabled()
            window.keys("r")
            assert not page.decision.isVisible()
    finally:
        world.close()


def test_the_badge_counts_open_findings(window: Window, world: World) -> None:
    def badge() -> str:
        return window.shell.rail._buttons["review"]._badge

    assert badge() == "2"
    review(window)
    window.keys("r")
    window.keys("settled")
    window.key(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert badge() == "1"
    (left,) = world.hq.read(finding_ids)
    assert world.hq.read(findings_by_id, [left])[left].rule_id == "item-not-on-list"


def check_row(origin: str = "FLD-0042", seq: int = 20, *, epoch: int = 1) -> CheckRow:
    return CheckRow(
        CheckId("c"),
        "v",
        "i",
        "1",
        Outcome.VERIFIED,
        "",
        0,
        False,
        "",
        "INS-017",
        origin,
        epoch,
        seq,
        Grade.SIGHTED,
        False,
    )


def bundle(first: int, last: int, *, epoch: int = 1, origin: str = "FLD-0042") -> BundleRow:
    at = f"2026-11-21T08:{first:02}:00.000000Z"
    return BundleRow(
        f"{first:032}", "in", "results", origin, origin, epoch, first, last, last - first + 1, 0, "f.eumb", at, True
    )


DEVICE = DeviceRow("FLD-0042", 1, "AAAA", "2026-11-20T00:00:00.000000Z", (), "")


def tones(check: CheckRow, bundles: list[BundleRow]) -> dict[str, str]:
    rows = provenance(check, "HQ-01", bundles, [DEVICE])
    return {row.name: row.chip.tone if row.chip else "" for row in rows}


def test_a_gap_before_the_bundle_is_shown() -> None:
    assert tones(check_row(), [bundle(1, 9), bundle(10, 30)])["Nothing withheld"] == "ok"
    assert tones(check_row(), [bundle(1, 8), bundle(10, 30)])["Nothing withheld"] == "bad"
    assert first_gap([bundle(1, 8), bundle(10, 30)], "FLD-0042", 1, 30) == 9
    assert first_gap([], "FLD-0042", 1, 3) == 1


def test_without_a_bundle_nothing_is_claimed() -> None:
    assert tones(check_row(), [bundle(1, 9)]) == {"Signed by": "warn"}
    assert tones(check_row(), [bundle(1, 30, origin="FLD-0017")]) == {"Signed by": "warn"}
    # The same place in another epoch is another chain's.
    assert tones(check_row(), [bundle(1, 30, epoch=2)]) == {"Signed by": "warn"}
    assert tones(check_row(), [bundle(1, 30), bundle(1, 9, epoch=2)])["Nothing withheld"] == "ok"
    assert tones(check_row(seq=5, epoch=2), [bundle(1, 30), bundle(2, 9, epoch=2)])["Nothing withheld"] == "bad"


def test_what_was_recorded_at_hq_itself_names_no_bundle() -> None:
    assert tones(check_row(origin="HQ-01"), [bundle(1, 30)]) == {"Signed by": ""}
