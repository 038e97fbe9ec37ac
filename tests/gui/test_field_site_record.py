"""The record of a visit's site shows on its card in the field, and follows the next bundle."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from db.queries import items
from eum_app.usecases.records.describe import Why, describe_site
from tests.builders import make_world
from tests.gui.field_world import unlock
from ui.window.app import build_window

pytestmark = pytest.mark.usefixtures("look")


def test_the_card_of_a_visit_shows_access_certification_and_custodian(qtbot: QtBot, tmp_path: Path) -> None:
    world = make_world(tmp_path / "w", count=2)
    site_id = world.hq.read(items.all_sites)[0].site_id
    stated = {"access": "closed", "certified_until": "2020-03-01", "custodian": "Depot officer", "address": "Gate 3"}
    describe_site(world.hq, site_id, stated, Why(source="Cable", effective_on="2026-05-01"))
    visit_id = world.visit()
    world.close()
    window = build_window(tmp_path / "w" / "fld-0042", outbox=tmp_path / "outbox", inbox=tmp_path / "drop")
    window.show()
    unlock(qtbot, window)
    qtbot.waitUntil(lambda: window.findChild(QPushButton, f"open_visit_{visit_id}") is not None, timeout=120_000)
    opening = window.findChild(QPushButton, f"open_visit_{visit_id}")
    assert opening is not None
    card = opening.parentWidget()
    assert card is not None
    words = " | ".join(found.text() for found in card.findChildren(QLabel))
    assert "Closed since 1 May 2026 · Certification expired 1 Mar 2020 · Depot officer · Gate 3" in words
    assert "Certification expired 1 Mar 2020" in card.accessibleName()
    window.close()
