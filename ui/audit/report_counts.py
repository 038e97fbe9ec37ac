"""Statements of a report beside its rows: whether the counts add up, the counts, and the journals it is made from."""

from __future__ import annotations

import re

from PySide6.QtCore import QCoreApplication

from eum_app.domain.compliance.balance import Verdict
from eum_app.domain.vocabulary import member_of
from eum_app.reports.model import Document, text_lines
from eum_app.usecases.reporting.make_report import Preview
from eum_app.wording.balance_words import VERDICTS
from ui.audit.report_filters import said
from ui.kit.widgets import Card, Chip, KeyValueGrid, flow, label, panel, scrolled, vbox
from ui.kit.words import count, grouped
from ui.shared.verdict import VERDICT_FACES, reasons_said

translate = QCoreApplication.translate

SECTION_LINES = 12
"""More lines of a section are in the report itself."""
_ID = re.compile(r"[0-9a-f]{32}")


class CountsCard(Card):
    """The cover of a report: the verdict with its reasons, the counts, and the heads of the journals."""

    def __init__(self) -> None:
        super().__init__(self.tr("Counts"))
        self.counts = KeyValueGrid(margins=(0, 0, 0, 0), key_width=170)
        self.counts.setObjectName("report_counts")
        self.heads = KeyValueGrid(margins=(0, 0, 0, 0))
        self.standing = Chip()
        self.standing.setObjectName("report_standing")
        self.reasons = label("", "sub", wrap=True)
        self.reasons.setObjectName("report_reasons")
        self._verdict = panel(vbox(panel(flow(self.standing)), self.reasons, spacing=6))
        self._verdict.hide()
        self.add(
            scrolled(
                vbox(
                    self._verdict,
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
        """Show nothing, until the next preview."""
        self._verdict.hide()
        self.counts.clear()
        self.heads.clear()

    def show_preview(self, preview: Preview) -> None:
        """Show what the cover states. The heads of the journals follow below in groups of four characters.

        Of each section, the first `SECTION_LINES` lines are shown, and how many more there are.
        """
        self._show_verdict(preview.document)
        self.counts.clear()
        hashes = {head.hash.hex() for head in preview.heads}
        for section in preview.cover.sections:
            lines = [(name, value) for name, value in text_lines(section) if value not in hashes]
            for name, value in lines[:SECTION_LINES]:
                self.counts.add(said(name), grouped(value) if _ID.fullmatch(value) else value)
            if len(lines) > SECTION_LINES:
                more = count(len(lines) - SECTION_LINES)
                self.counts.add(said(section.title), self.tr("{count} more").format(count=more))
        self.heads.clear()
        for head in preview.heads:
            self.heads.add(f"{head.origin} / {head.epoch}", f"{count(head.seq)} · {grouped(head.hash.hex()[:8])}…")

    def _show_verdict(self, document: Document) -> None:
        verdict, cover = member_of(Verdict, document.cover.verdict), document.cover
        if verdict is None and not cover.is_reconciled:
            verdict = Verdict.UNRECONCILED
        if verdict is None:
            self.standing.set(self.tr("Counts add up"), "ok", "check")
        else:
            self.standing.set(said(VERDICTS[verdict]), *VERDICT_FACES[verdict])
        self.reasons.setText(reasons_said(document.reasons))
        self._verdict.setVisible(bool(document.reasons))
