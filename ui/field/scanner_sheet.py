"""A configuration sheet for hand scanners, on paper: the settings to make, and a symbol to test them with."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QCoreApplication, QMarginsF, QRectF, QSaveFile, Qt
from PySide6.QtGui import QFont, QPageLayout, QPageSize, QPainter, QPdfWriter

from db.files import is_there
from eum_app.domain.errors import Trouble
from eum_app.scanning.scanner_check import CALIBRATION
from ui.field.symbols import symbol_image

translate = QCoreApplication.translate


_DPI = 300


def hints() -> list[str]:
    """Return instructions for setting up a scanner, the most important first."""

    return [
        translate("scanner", "Interface: USB keyboard (HID), or serial port (USB CDC or RS-232)."),
        translate("scanner", "Symbologies: Data Matrix, QR, Code 128, Code 39, PDF417, Aztec on; all others off."),
        translate("scanner", "Macro PDF417 (container labels): buffer all symbols, or any order with the"
            " control header transmitted."),
        translate("scanner", "Control characters: send them (Zebra: function key mapping or “Send ASCII"
            " control characters”; "
           "Honeywell: “Control + X mode”)."),
        translate("scanner", "Keyboard layout of the scanner: the same as that of this computer."),
        translate("scanner", "Prefix: the AIM identifier (for example ]d1). Suffix: Enter."),
        translate("scanner", "Delay between characters: none, or at most 20 ms. Caps lock override: on."),
        translate("scanner", "No editing of the data (no stripping, no “GS replacement”)."),
    ]  # fmt: skip


def write_sheet(path: Path, marking: str = "CUI") -> None:
    """Write the sheet atomically as a PDF of one A4 page.

    Raises Trouble `disk.exists`, also for a folder (nothing is replaced), and `disk.failed`.
    """
    if is_there(path):
        raise Trouble("disk.exists", path=str(path))
    file = QSaveFile(str(path))
    if not file.open(QSaveFile.OpenModeFlag.WriteOnly):
        raise Trouble("disk.failed", path=str(path), reason=file.errorString())
    writer = QPdfWriter(file)
    writer.setResolution(_DPI)
    writer.setPageLayout(
        QPageLayout(
            QPageSize(QPageSize.PageSizeId.A4), QPageLayout.Orientation.Portrait, QMarginsF(18, 14, 18, 14),
            QPageLayout.Unit.Millimeter,
        )
    )  # fmt: skip
    title = translate("scanner", "Set up the hand scanner")
    writer.setTitle(title)
    _draw(writer, title, marking)
    if not file.commit():
        raise Trouble("disk.failed", path=str(path), reason=file.errorString())


def _draw(writer: QPdfWriter, title: str, marking: str) -> None:
    painter = QPainter(writer)
    wide, tall = float(writer.width()), float(writer.height())
    mm = _DPI / 25.4
    flags = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap)
    centre = int(Qt.AlignmentFlag.AlignHCenter)
    painter.setFont(QFont("Inter", 9, QFont.Weight.Bold))
    painter.drawText(QRectF(0, 0, wide, 6 * mm), centre, marking)
    painter.drawText(QRectF(0, tall - 6 * mm, wide, 6 * mm), centre, marking)
    painter.setFont(QFont("Inter", 18, QFont.Weight.Bold))
    painter.drawText(QRectF(0, 10 * mm, wide, 12 * mm), flags, title)
    painter.setFont(QFont("Inter", 11))
    y = 26 * mm
    for at, hint in enumerate(hints(), 1):
        place = painter.boundingRect(QRectF(0, y, wide, tall), flags, f"{at}.  {hint}")
        painter.drawText(place, flags, f"{at}.  {hint}")
        y += place.height() + 3 * mm
    said = translate(
        "scanner", "Then scan this symbol on the scanner test page. It shows whether every character arrives."
    )
    painter.drawText(QRectF(0, y + 4 * mm, wide, 16 * mm), flags, said)
    side = 42 * mm
    painter.drawImage(QRectF(0, y + 22 * mm, side, side), symbol_image(CALIBRATION))
    painter.end()
