"""The scanner test page says what arrived, keeps the settings, and writes the sheet; the sheet reads back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from eum_app.scanning.scanner_check import CALIBRATION
from tests.gui.field_world import Field, field_at_work
from tests.gui.test_scan_bursts import burst
from ui.field.scanner_test_page import ScannerTestPage
from ui.kit.settings import SCANNER, ScannerSettings, Settings


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
