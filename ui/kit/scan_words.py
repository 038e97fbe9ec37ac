"""Sentences about keys of a hand scanner that were not used, and about scans where no page takes any."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

if TYPE_CHECKING:
    from eum_app.scanning.wedge import Refused

translate = QCoreApplication.translate


def refusal_text(refused: Refused) -> str:
    """Return why the keys of a scan were not used, and what to do."""
    if refused.why == "too_slow":
        return translate(
            "scanner",
            "Too slow to tell from typing, so nothing was entered: test this scanner on the hand scanner page.",
        )
    if refused.why == "too_short":
        return translate(
            "scanner", "Keys came as fast as a scanner's, without an end. Nothing was entered: press one key at a time."
        )
    return translate("scanner", "The scan was interrupted and nothing of it was used. Scan again.")


def no_scan_text() -> str:
    """Return the sentence of a page that takes no scan."""
    return translate("kit", "This page does not use scanned marks.")


def covered_text() -> str:
    """Return the sentence about a scan while a dialog covers the page."""
    return translate("kit", "Close this first, then scan again. Nothing of the scan was used.")


def untested_text() -> str:
    """Return the sentence about the first plain scan of a scanner that was never tested here."""
    return translate(
        "scanner", "This hand scanner was never tested here. Another keyboard layout could change characters unseen."
    )
