"""A device with two histories, or one that signs what cannot be read: every page of HQ shows it, and what to do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel, QPushButton

from db.queries import findings
from db.queries.exchange import all_quarantined
from db.queries.people import all_devices
from eum_app.domain.areas import Area
from eum_app.usecases.exchange.seal_bundle import seal_results
from eum_app.usecases.exchange.verify_bundle import ImportOutcome
from eum_app.usecases.review.findings import review_finding
from tests.builders import make_world
from tests.faults.test_hostile_device import FIRST, SECOND, checked
from tests.gui.hq_support import hq_window
from tests.simulator import Simulator
from ui.hq.devices import DevicesPage
from ui.hq.inbox_outcomes import outcome_words
from ui.hq.overview_cards import DevicesCard
from ui.hq.review import ReviewPage
from ui.hq.review_data import finding_detail
from ui.kit.models import IdsTableModel, select_id
from ui.kit.tasks import Tasks
from ui.kit.widgets import ValueText
from ui.kit.words import rule_title

pytestmark = pytest.mark.usefixtures("look")


@dataclass
class Doubts:
    """A world in which one device forked, another signed an unreadable fact, and the outcome of the forked bundle."""

    simulator: Simulator
    forked: ImportOutcome


@pytest.fixture
def doubts(tmp_path: Path) -> Iterator[Doubts]:
    made = Simulator.start(tmp_path / "w", devices=(FIRST, SECOND))
    one, two = (checked(made, FIRST, check_id=name, outcome="not_found", reason="other") for name in ("one", "two"))
    accepted, forked = made.deliver(made.lie(FIRST, [one]), made.lie(FIRST, [two]))
    assert (accepted.outcome, forked.outcome) == ("accepted", "forked")
    (unreadable,) = made.deliver(made.lie(SECOND, [checked(made, SECOND, observed_at="~")]))
    assert unreadable.outcome == "accepted"
    yield Doubts(made, forked)
    made.world.close()


def states(model: IdsTableModel) -> dict[str, str]:
    """The text of the last column by the first one's."""
    cells = [
        [str(model.index(row, column).data() or "") for column in range(model.columnCount())]
        for row in range(model.rowCount())
    ]
    return {row[0].split(" ")[0]: row[-1] for row in cells}


def test_every_page_shows_the_fork(doubts: Doubts, tasks: Tasks, tmp_path: Path) -> None:
    hq = doubts.simulator.world.hq
    with hq_window(hq, tasks, tmp_path) as window:
        devices = window.page("devices")
        assert isinstance(devices, DevicesPage)
        assert states(devices._model) == {FIRST: "Two histories", SECOND: "Enrolled"}
        window.page("overview")
        card = window.shell.findChildren(DevicesCard)[0]
        assert states(card.model) == {FIRST: "Two histories", SECOND: "OK"}
        review = window.page("review")
        assert isinstance(review, ReviewPage)
        for rule_id, device in (("device-forked", FIRST), ("unreadable-entry", SECOND)):
            (finding_id,) = hq.read(findings.finding_ids, rule_id=rule_id)
            assert select_id(review.queue.list, finding_id)
            window.settle()
            texts = {one.text() for one in review.findChildren(QLabel)}
            assert rule_title(rule_id) in texts
            assert window.find(ValueText, "review_device").toPlainText() == f"{device} / 1"


def test_the_review_of_a_later_check_says_that_its_device_is_forked(doubts: Doubts) -> None:
    hq = doubts.simulator.world.hq
    (finding_id,) = hq.read(findings.finding_ids, rule_id="item-not-found")
    (said,) = [one for one in finding_detail(hq, finding_id).statements if one.name == "Forked"]
    assert said.chip is not None
    assert said.chip.tone == "bad"
    assert {row.device: row.forked_from > 0 for row in hq.read(all_devices)} == {FIRST: True, SECOND: False}


def test_the_inbox_says_whether_a_copy_of_a_forked_bundle_is_kept(doubts: Doubts) -> None:
    """Before, it always said so, and a person could delete the only copy."""
    assert doubts.forked.is_kept
    assert "Kept in quarantine" in outcome_words(doubts.forked)[1]
    not_kept = outcome_words(replace(doubts.forked, is_kept=False))[1]
    assert "Nothing was saved; the file stays where it is." in not_kept


def test_the_inbox_names_the_next_step_of_hq(doubts: Doubts) -> None:
    words = " ".join(outcome_words(doubts.forked))
    assert "revoke it under Devices" in words
    assert "tell HQ" not in words


def test_files_of_unknown_devices_can_be_tried_again_once_one_is_enrolled(
    doubts: Doubts, tasks: Tasks, tmp_path: Path
) -> None:
    other = make_world(tmp_path / "other", devices=("FLD-0099",))
    other.plan("FLD-0099")
    other.hand_over("FLD-0099")
    stranger = seal_results(other.devices["FLD-0099"], tmp_path).path
    other.close()
    with hq_window(doubts.simulator.world.hq, tasks, tmp_path) as window:
        page = window.page("inbox")
        window.type_into("inbox_path_field_edit", str(stranger))
        window.press("inbox_import_button")
        page.refresh(frozenset({Area.PEOPLE}))
        texts = {one.text() for one in page.findChildren(QLabel) if one.isVisible()}
        assert "A device was enrolled" in texts
        (again,) = [one for one in page.findChildren(QPushButton) if one.isVisible() and one.text() == "Try again"]
        again.click()
        window.settle()
        assert stranger.exists()
        (row,) = [
            one for one in doubts.simulator.world.hq.read(all_quarantined, "HQ-01") if one.file_name == stranger.name
        ]
        assert (row.is_kept, row.code) == (False, "bundle.unknown_sender")


def test_a_reviewer_decides_a_finding_about_a_device(doubts: Doubts) -> None:
    hq = doubts.simulator.world.hq
    (finding_id,) = hq.read(findings.finding_ids, rule_id="unreadable-entry")
    review_finding(hq, finding_id, decision="resolve", comment="The tablet was reset; the inspector wrote it again.")
    assert not hq.read(findings.finding, finding_id).is_open
