"""Faults of hand scanners, in the workspace: shown, offered, never taken silently."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QAbstractButton
from pytestqt.qtbot import QtBot

from db.queries import checks
from eum_app.scanning.labels import iuid_message
from tests.gui.field_world import Field, field_at_work
from tests.gui.scanner_hand import burst
from ui.field.scanner_test_page import ScannerTestPage
from ui.kit import settings
from ui.kit.settings import ScannerSettings

FIRST, SECOND = (iuid_message("1HLD9", "NVG-31A", str(serial)).decode() for serial in (786950, 786951))


@pytest.fixture
def field(qtbot: QtBot, tmp_path: Path) -> Iterator[Field]:
    with field_at_work(qtbot, tmp_path) as made:
        made.open("visit")
        yield made


def said(field: Field) -> str:
    return str(field.visit.notice.text)


def scan(field: Field, text: str) -> None:
    burst(text)
    field.idle()


def nothing_taken(field: Field) -> bool:
    draft = field.visit.item.draft
    return (draft is None or draft.item is None) and not field.session.read(checks.recent_checks, field.visit_id)


@pytest.mark.parametrize("length", [8, 15, 22, 30])
def test_a_scan_cut_in_half_is_no_item(field: Field, length: int) -> None:
    scan(field, FIRST[:length])
    assert nothing_taken(field)
    assert said(field)


def test_the_second_half_alone_is_no_item(field: Field) -> None:
    for start in (5, 12, 20):
        scan(field, FIRST[start:])
        assert nothing_taken(field), start
        field.visit.close_work()


@pytest.mark.parametrize("together", [FIRST + SECOND, FIRST[:20] + SECOND, "786950786951"])
def test_two_scans_run_together_are_neither(field: Field, together: str) -> None:
    scan(field, together)
    assert nothing_taken(field)
    assert said(field)


def test_lost_separators_are_asked_about(field: Field) -> None:
    lost = FIRST.translate({0x1D: None, 0x1E: None, 0x04: None})
    scan(field, lost)
    assert nothing_taken(field)
    first = field.find("reading_0", QAbstractButton)
    assert first.isVisible()
    assert "separators" in said(field).lower()
    field.press("reading_0")
    assert field.visit.item.draft is not None
    assert not field.session.read(checks.recent_checks, field.visit_id)


def test_the_same_item_two_hundred_times_in_a_row_is_one_item(field: Field) -> None:
    for _ in range(200):
        burst(FIRST)
    field.idle()
    draft = field.visit.item.draft
    assert draft is not None
    assert draft.serial == "786950"
    assert draft.answers == {}
    assert field.session.read(checks.recent_checks, field.visit_id) == []


def test_prefix_and_suffix_of_the_scanner_are_taken_off(field: Field) -> None:
    settings.current().keep(settings.SCANNER, ScannerSettings(prefix="~~", suffix="##", texts={"{GS}": "\x1d"}))
    scan(field, "~~" + FIRST.replace("\x1d", "{GS}") + "##")
    assert field.visit.item.draft is not None
    assert field.visit.item.draft.serial == "786950"
    assert field.visit.item.draft.mark.raw == FIRST.encode()


def test_the_test_page_says_by_what_means_separators_arrived(field: Field) -> None:
    from eum_app.scanning.scanner_check import CALIBRATION

    field.open("scanner_test")
    page = field.shell.page("scanner_test")
    assert isinstance(page, ScannerTestPage)
    whole = CALIBRATION.decode()

    def arrived(text: str) -> str:
        scan(field, text)
        return page.separators.accessibleName()

    assert "Ctrl codes" in arrived(whole)
    assert "pictures" in arrived(whole.translate({0x1D: "␝", 0x1E: "␞", 0x04: "␄"}))
    assert "caret" in arrived(whole.translate({0x1D: "^]", 0x1E: "^^", 0x04: "^D"}))
    assert "names" in arrived(whole.translate({0x1D: "<GS>", 0x1E: "<RS>", 0x04: "<EOT>"}))
    assert "not at all" in arrived(whole.translate({0x1D: None, 0x1E: None, 0x04: None}))
    page.mark_scanned(CALIBRATION, "serial")
    assert "byte for byte" in page.separators.accessibleName()


def test_a_scan_is_answered_by_a_tone_only_where_it_is_wanted(field: Field, monkeypatch: pytest.MonkeyPatch) -> None:
    played: list[str] = []
    monkeypatch.setattr(field.visit.scan.tones, "play", played.append)
    scan(field, FIRST)
    assert played == []
    field.open("settings")
    field.press("settings_sounds_on")
    field.press("settings_pictures_on")
    kept = settings.Settings()
    assert (kept.value(settings.SOUNDS), kept.value(settings.PICTURES)) == (True, True)
    field.open("visit")
    field.visit.close_work()
    scan(field, FIRST)
    field.visit.close_work()
    scan(field, "no mark of ours")
    assert played == ["accepted", "attention"]
    field.open("settings")
    field.press("settings_sounds_off")
    assert not settings.Settings().value(settings.SOUNDS)


def test_tones_differ_and_a_machine_without_sound_is_silent(qtbot: QtBot) -> None:
    from ui.devices.tones import RATE, Tones, samples

    made = {samples("accepted"), samples("attention"), samples("stop")}
    assert len(made) == 3
    assert all(0 < len(one) / 2 / RATE < 0.5 for one in made)
    tones = Tones()
    tones.play("accepted")
    tones.close()
