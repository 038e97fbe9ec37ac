"""A mark as people see it: its data as harmless text, and its picture."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import QLabel, QSizePolicy

from eum_app.domain.facts import MarkRead
from eum_app.domain.marks import GRAVE_WARNINGS
from eum_app.domain.visits import ReadBy
from ui.kit.messages import warning
from ui.kit.theme import theme
from ui.kit.widgets import label
from ui.kit.words import word

translate = QCoreApplication.translate


_CONTROLS = {"\x04": "<EOT>", "\x1c": "<FS>", "\x1d": "<GS>", "\x1e": "<RS>", "\x1f": "<US>"}


def mark_text(raw: bytes) -> str:
    """Return a mark's data as text: separators by name, other control and direction characters replaced.

    Bytes that are no UTF-8 are replaced too.
    """
    text = raw.decode("utf-8", "replace")
    return "".join(_CONTROLS.get(one) or (one if one.isprintable() else "\N{REPLACEMENT CHARACTER}") for one in text)


def reading_rows(read: MarkRead) -> list[tuple[str, str]]:
    """Return (name, value) of what was read or typed, empty for neither.

    An entry by hand is never called a mark that was read.
    """
    if not read.raw:
        return []
    if read.read_by not in {ReadBy.TYPED, ReadBy.PAPER}:
        return [(translate("field", "Mark read"), mark_text(read.raw))]
    rows = [(translate("field", "Entered by hand"), mark_text(read.raw))]
    if read.no_read_reason:
        rows.append((translate("field", "Why not read"), word("no_read", read.no_read_reason)))
    return rows


def mark_notes(read: MarkRead, *, grave_only: bool = False) -> list[str]:
    """Return the warnings that a mark gave, in words; `grave_only`: those that leave the item in doubt."""
    kept = [one for one in read.warnings if not grave_only or one.code in GRAVE_WARNINGS]
    return [warning(one.code, dict(one.values)) for one in kept]


def mark_picture(image: QImage, height: int = 120) -> QLabel:
    """Return a label with a mark's picture, at most `height` high and twice as wide (both in units of 100 %)."""
    made = label()
    made.setAccessibleName(translate("field", "Picture of the mark as it was read"))
    made.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
    side = theme().dp(height)
    made.setPixmap(
        QPixmap.fromImage(image).scaled(
            side * 2, side, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
        )
    )
    return made
