"""Reopen a closed visit: an explicit act with a reason, on the close-out page."""

from __future__ import annotations

from ui.kit.widgets import Card, label
from ui.kit.widgets.reasoned_act import ActWords, ReasonedAct


class ReopenCard(Card):
    """Say what reopening does, and ask for the reason first."""

    def __init__(self) -> None:
        super().__init__(self.tr("This visit is closed out"))
        said = self.tr("Nothing can be recorded. Reopening voids both signatures, and HQ sees it as an amendment.")
        self.act = ReasonedAct(
            ActWords(
                object_name="reopen",
                begin=self.tr("Reopen…"),
                placeholder=self.tr("Why does the signed visit have to change?"),
                reason=self.tr("Reason for reopening the visit"),
                confirm=self.tr("Reopen and void the signatures"),
            )
        )
        self.add_padded(label(said, "body", wrap=True), self.act, spacing=8)
