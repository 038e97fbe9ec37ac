"""The scanner test page says what arrived, keeps the settings, and writes the sheet; the sheet reads back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from eum_app.scanning.scanner_check import CALIBRATION
from tests.gui.field_world import Field, field_at_work
from tests.gui.scanner_hand import burst
from ui.field.scanner_test_page import ScannerTestPage
from ui.kit.settings import SCANNER, ScannerSettings, Settings, is_scanner_tested


@pytest.fixture
def field(qtbot: QtBot, tmp_path: Path) -> Iterator[Field]:
    with field_at_work(qtbot, tmp_path) as made:
        made.open("scanner_test")
        yield made


def page_of(field: Field) -> ScannerTestPage:
    page = field.shell.page("scanner_test")
    assert isinstance(page, ScannerTestPage)
    return page


def test_it_says_what_arrived(field: Field) -> None:
    page = page_of(field)
    burst(CALIBRATION.decode())
    assert page.verdict.property("tone") == "ok"
    burst("[)>0617V1HLD91PTEST-/01SYZ0189")
    assert page.verdict.property("tone") == "bad"
    shown = [part.toPlainText() for part in page.read._values if hasattr(part, "toPlainText")]
    assert "5b 29 3e" in " ".join(shown)


def test_settings_hold_at_once_and_are_kept(field: Field) -> None:
    page = page_of(field)
    page.prefix.setText("<<")
    page.suffix.setText("\\x03")
    page.gap.setText("none")
    field.press("save_scanner_button")
    assert Settings().value(SCANNER) == ScannerSettings()
    page.gap.setText("40")
    field.press("save_scanner_button")
    kept = Settings().value(SCANNER)
    assert (kept.prefix, kept.suffix, kept.max_gap_ms) == ("<<", "\x03", 40)
    burst("<<" + CALIBRATION.decode())
    assert page.verdict.property("tone") == "ok"


def values(page: ScannerTestPage) -> str:
    return " ".join(part.accessibleName() for part in page.read._values)


def test_it_measures_the_scanner_and_keeps_it_for_the_device(field: Field) -> None:
    page = page_of(field)
    burst(f"<<]d1{CALIBRATION.decode()}##", gap_ms=20)
    assert page.verdict.property("tone") == "ok"
    kept = Settings().value(SCANNER)
    assert (kept.prefix, kept.suffix, kept.max_gap_ms) == ("<<", "##", 30)
    tested = kept.tested
    assert tested is not None
    assert (tested.slowest_gap_ms, tested.end, tested.layout, tested.has_caps_lock) == (20, "Return", "US", False)
    assert tested.shortest == len(CALIBRATION) + 7
    assert (page.prefix.text(), page.suffix.text(), page.gap.text()) == ("<<", "##", "30")
    assert "20 ms" in values(page)
    burst(f"<<{CALIBRATION.decode()}##", gap_ms=2)
    kept = Settings().value(SCANNER)
    assert (kept.max_gap_ms, kept.tested and kept.tested.shortest) == (15, len(CALIBRATION) + 4)


@pytest.mark.parametrize("gap_ms", [51, 60, 120])
def test_a_scanner_that_is_too_slow_is_named_with_the_delay_to_set(field: Field, gap_ms: int) -> None:
    page = page_of(field)
    page.setFocus()
    burst(CALIBRATION.decode(), gap_ms=gap_ms)
    assert "below 40 ms" in page.verdict.text()
    assert f"{gap_ms} ms" in page._advice.text()
    assert page.verdict.property("tone") == "bad"
    assert Settings().value(SCANNER).tested is None


def test_a_scan_with_pauses_is_named(field: Field) -> None:
    page = page_of(field)
    page.setFocus()
    burst(CALIBRATION.decode(), gap_ms=5, pause_at=1, pause_ms=250)
    assert "interrupted" in page.verdict.text()
    assert "250 ms" in page._advice.text()


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        (CALIBRATION.decode().replace("[)>", "ü=:"), "German"),
        (CALIBRATION.decode().replace("[)>", "х)Ю"), "Ukrainian"),
        (CALIBRATION.decode().swapcase(), "Caps Lock is on"),
    ],
)
def test_a_wrong_layout_and_caps_lock_are_named(field: Field, sent: str, said: str) -> None:
    page = page_of(field)
    burst(sent)
    assert said in page.verdict.text()
    assert page.verdict.property("tone") == "bad"
    assert Settings().value(SCANNER).tested is None


def test_an_untested_scanner_is_named_once_and_a_tested_one_never(field: Field) -> None:
    field.open("visit")
    burst("786950")
    field.idle()
    assert "never tested" in field.visit.notice.text
    field.visit.close_work()
    burst("786951")
    field.idle()
    assert "786951" in field.visit.notice.text
    assert "never tested" not in field.visit.notice.text
    assert not is_scanner_tested()
    field.open("scanner_test")
    burst(CALIBRATION.decode())
    assert is_scanner_tested()


def test_the_sheet_is_a_pdf_whose_symbol_reads_back(field: Field, tmp_path: Path) -> None:
    from PySide6.QtCore import QSize
    from PySide6.QtPdf import QPdfDocument

    from eum_app.scanning.decoder import read_still
    from eum_app.scanning.images import load_grey

    page = page_of(field)
    page.sheet.edit.setText(str(tmp_path / "sheet.pdf"))
    field.press("save_sheet_button")
    sheet = QPdfDocument()
    assert sheet.load(str(tmp_path / "sheet.pdf")) == QPdfDocument.Error.None_
    assert sheet.pageCount() == 1
    assert "AIM" in sheet.getAllText(0).text()
    assert sheet.render(0, QSize(1240, 1754)).save(str(tmp_path / "sheet.png"))
    sheet.close()
    (symbol,) = read_still(load_grey(tmp_path / "sheet.png"))
    assert symbol.raw == CALIBRATION
    page.sheet.edit.setText(str(tmp_path / "no" / "such" / "folder.pdf"))
    field.press("save_sheet_button")
    assert page.notice.isVisible()
