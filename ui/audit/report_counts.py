"""The card of a report's cover: its counts, and the heads of the journals that it was made from."""

from __future__ import annotations

import re

from eum_app.usecases.reporting.make_report import Preview
from ui.audit.report_filters import said
from ui.kit.widgets import Card, KeyValueGrid, label, scrolled, vbox
from ui.kit.words import count, grouped

SECTION_LINES = 12
"""More lines of a section are in the report itself."""
_ID = re.compile(r"[0-9a-f]{32}")


class CountsCard(Card):
    """Shows the counts and heads of a preview."""

    def __init__(self) -> None:
        super().__init__(self.tr("Counts"))
        self.counts = KeyValueGrid(margins=(0, 0, 0, 0), key_width=170)
        self.counts.setObjectName("report_counts")
        self.heads = KeyValueGrid(margins=(0, 0, 0, 0))
        self.add(
            scrolled(
                vbox(
                    self.counts,
                    label(self.tr("Made from these journals"), "cardtitle"),
                    label(self.tr("origin / epoch, newest fact, its hash"), "sub"),
                    self.heads,
                    1,
                    margins=(16, 12, 16, 12),
                    spacing=12,
                )
            ),
            1,
        )

    def clear(self) -> None:
        """Show nothing."""
        self.counts.clear()
        self.heads.clear()

    def show_preview(self, preview: Preview) -> None:
        """Show the counts, and the heads in groups of four characters."""
        self.clear()
        hashes = {head.hash.hex() for head in preview.heads}
        for section in preview.cover.sections:
            lines = [(name, value) for name, value in section.lines if value not in hashes]
            for name, value in lines[:SECTION_LINES]:
                self.counts.add(said(name), grouped(value) if _ID.fullmatch(value) else value)
            if len(lines) > SECTION_LINES:
                more = count(len(lines) - SECTION_LINES)
                self.counts.add(said(section.title), self.tr("{count} more").format(count=more))
        for head in preview.heads:
            self.heads.add(
                f"{head.origin} / {head.epoch}",
                f"{count(head.seq)} · {grouped(head.hash.hex()[:8])}…",
            )
