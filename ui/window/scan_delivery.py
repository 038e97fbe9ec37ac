"""Take scans to the page in sight."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ui.kit.scan_words import refusal_text

if TYPE_CHECKING:
    from eum_app.scanning.wedge import Refused
    from ui.kit.shell import Shell
    from ui.window.front import Front


class ScanDelivery:
    """Deliver to the shell at work, or, while the store is locked, to the page in front of it."""

    def __init__(self, front: Front) -> None:
        self._front = front
        self.shell: Shell | None = None
        """The shell in sight, or None while the store is locked."""

    def take_mark(self, raw: bytes, read_by: str) -> None:
        """Pass a mark on. While the store is locked, only the page that asks for a recovery code uses it."""
        if self.shell is not None:
            self.shell.take_mark(raw, read_by)
        elif self._front.page is not None:
            self._front.page.mark_scanned(raw)

    def refuse(self, refused: Refused) -> None:
        """Let the page in sight say why the keys of a scan were not used."""
        if self.shell is not None:
            page = self.shell.page_for_scan(refusal_text(refused))
            if page is not None:
                page.scan_refused(refused)
        elif self._front.page is not None:
            self._front.page.scan_refused(refused)
