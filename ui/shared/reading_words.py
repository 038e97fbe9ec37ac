"""How an item was identified, in this window's language."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from db.queries.reading import Reading
from eum_app.wording import reading as in_reports


def how_read(reading: Reading) -> str:
    """`read by camera, Data Matrix, as it stood`; empty where nothing was read."""
    return in_reports.how_read(reading, lambda text: QCoreApplication.translate("reading", text))
