"""Proof of time in the window: requests, answers, and an authority that is trusted once its fingerprint is compared."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QLabel, QPushButton

from eum_app.usecases.exchange.prove_time import read_time_authority_file, time_state
from eum_app.usecases.reporting.inventory_status import INVENTORY_STATUS
from eum_app.usecases.reporting.make_report import make_report
from tests.builders import World
from tests.gui.hq_support import Window
from tests.time_authority import TimeAuthorityForTests, needs_openssl
from ui.hq.time_page import TimePage

pytestmark = [pytest.mark.usefixtures("look"), needs_openssl]


@pytest.fixture
def authority(tmp_path: Path) -> TimeAuthorityForTests:
    return TimeAuthorityForTests(tmp_path / "tsa")


def opened(window: Window) -> TimePage:
    window.page("reports")
    window.key(Qt.Key.Key_T, Qt.KeyboardModifier.ControlModifier)
    window.settle()
    assert window.shell.current_key == "time"
    page = window.shell.page("time")
    assert isinstance(page, TimePage)
    return page


def trust(window: Window, page: TimePage, authority: TimeAuthorityForTests) -> None:
    page.trusting.certificate_field.set_path(authority.root)
    window.press("time_read_button")
    trusting = window.find(QPushButton, "time_trust_button")
    assert page.trusting._compare.isVisible()
    assert not trusting.isEnabled(), "before the fingerprints were compared"
    window.find(QCheckBox, "time_compared_box").setChecked(True)
    window.press("time_trust_button")


def test_a_reviewer_requests_and_adds_a_proof_of_the_journal(
    window: Window, world: World, authority: TimeAuthorityForTests, tmp_path: Path
) -> None:
    page = opened(window)
    assert not page.table.isVisible()
    trust(window, page, authority)
    assert read_time_authority_file(authority.root).fingerprint in window.find(QLabel, "time_trusted").text()
    asked = tmp_path / "journal.tsq"
    page.request_field.set_path(asked)
    window.press("time_head_button")
    assert "The request is written" in page.notice.text
    assert asked.name in window.find(QLabel, "time_waiting").text()
    page.answer_field.set_path(authority.answer(asked))
    window.press("time_add_button")
    assert "The time is proved" in page.notice.text
    assert page.table.isVisible()
    assert [(one.subject, one.holds) for one in time_state(world.hq).proofs] == [("head", True)]
    assert "No request is waiting" in window.find(QLabel, "time_waiting").text()


def test_a_report_is_requested_and_wrong_files_are_refused_in_words(
    window: Window, world: World, authority: TimeAuthorityForTests, tmp_path: Path
) -> None:
    page = opened(window)
    report = make_report(world.hq, INVENTORY_STATUS, tmp_path / "status.csv")
    page.about_field.set_path(tmp_path / "nothing.csv")
    window.press("time_file_button")
    assert "does not exist" in page.notice.text
    page.about_field.set_path(report.path)
    window.press("time_file_button")
    asked = report.path.with_name(f"{report.path.name}.tsq")
    answer = authority.answer(asked)
    page.answer_field.set_path(answer)
    window.press("time_add_button")
    assert "No trusted time authority" in page.notice.text
    trust(window, page, authority)
    page.answer_field.set_path(asked)
    window.press("time_add_button")
    assert "not a time authority's answer" in page.notice.text
    page.answer_field.set_path(answer)
    window.press("time_add_button")
    assert [(one.subject, one.holds) for one in time_state(world.hq).proofs] == [("report", True)]
    page.trusting.certificate_field.set_path(report.path)
    window.press("time_read_button")
    assert "not the certificate" in page.notice.text
    assert not window.find(QPushButton, "time_trust_button").isVisible()
    window.key(Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    assert window.shell.current_key == "reports"
