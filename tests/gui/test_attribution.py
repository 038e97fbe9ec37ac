"""HQ's pages say in words that a signature is outstanding, and on which device an account is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel

from db.queries import checks, findings, items
from eum_app.domain.ids import CheckId
from tests.faults.test_attribution import DEVICE, OTHER, RULE, by
from tests.gui.hq_support import hq_window
from tests.simulator import Simulator
from ui.hq.review import ReviewPage
from ui.hq.review_data import finding_detail
from ui.hq.visit_detail import by_words, owing_words
from ui.kit.models import select_id
from ui.kit.settings import SIGNATURE_DAYS, current
from ui.kit.tasks import Tasks
from ui.kit.words import rule_title
from ui.shared.items_view import told

pytestmark = pytest.mark.usefixtures("look")


@pytest.fixture
def simulator(tmp_path: Path) -> Iterator[Simulator]:
    made = Simulator.start(tmp_path / "w", devices=(DEVICE, OTHER))
    made.deliver(by(made, "GEN-PATTON", outcome="not_found", reason="other"))
    yield made
    made.world.close()


def test_history_visit_and_review_say_that_the_signature_is_outstanding(simulator: Simulator) -> None:
    hq = simulator.world.hq
    row = hq.read(checks.check, CheckId("forged"))
    (line,) = [told(one) for one in hq.read(items.history, row.item_id) if one.actor == "GEN-PATTON"]
    assert "signature outstanding" in line.note
    assert by_words(row) == "GEN-PATTON · unsigned"
    assert owing_words([row]) == "signature outstanding: GEN-PATTON"
    (finding_id,) = hq.read(findings.finding_ids, rule_id="item-not-found")
    (said,) = [one for one in finding_detail(hq, finding_id).statements if one.name == "Who looked"]
    assert said.words == f"GEN-PATTON on {DEVICE}"
    assert said.chip is not None
    assert said.chip.text == "signature outstanding"


def test_the_device_is_shown_where_two_stores_use_a_name(simulator: Simulator) -> None:
    """INS-017 has an account on both devices; REV-004 is HQ's, and a device uses that name too."""
    simulator.check(DEVICE, 1)
    simulator.check(OTHER, 1)
    simulator.deliver(simulator.seal(DEVICE), simulator.seal(OTHER))
    hq = simulator.world.hq
    row = hq.read(checks.check, CheckId("forged"))
    (alone,) = [told(one) for one in hq.read(items.history, row.item_id) if one.actor == "GEN-PATTON"]
    assert alone.who == "GEN-PATTON"


def test_the_window_raises_what_is_due_when_it_opens(simulator: Simulator, tasks: Tasks, tmp_path: Path) -> None:
    simulator.world.clock.instant += timedelta(days=current().value(SIGNATURE_DAYS) + 1)
    hq = simulator.world.hq
    assert hq.read(findings.finding_ids, rule_id=RULE) == []
    with hq_window(hq, tasks, tmp_path) as window:
        (finding_id,) = hq.read(findings.finding_ids, rule_id=RULE)
        review = window.page("review")
        assert isinstance(review, ReviewPage)
        assert select_id(review.queue.list, finding_id)
        window.settle()
        texts = {one.text() for one in review.findChildren(QLabel) if one.isVisible()}
        assert rule_title(RULE) in texts
