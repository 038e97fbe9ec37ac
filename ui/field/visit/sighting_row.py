"""How the open item was identified, or why it cannot be verified yet, with the ways out in place."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtWidgets import QWidget

from eum_app.domain.sighting import Lack
from eum_app.domain.visits import ReadBy
from eum_app.usecases.visits.drafts import SIGHTED
from ui.field.parts import named
from ui.field.visit.draft import Draft
from ui.kit import words
from ui.kit.tips import set_tip
from ui.kit.widgets import Button, button, flow, label, panel, set_look, vbox

translate = QCoreApplication.translate


def lack_said(lack: Lack) -> str:
    """Return why an item is not verified yet, and what to do."""
    return {
        Lack.MARK: translate("field", "Not identified yet. Read its mark, or enter its serial twice."),
        Lack.SERIAL: translate(
            "field", "The serial entered is not this item's. Enter it again, or record a discrepancy."
        ),
        Lack.REASON: translate("field", "Enter its serial again, with the reason why its mark was not read."),
        Lack.AGAIN: translate("field", "Entered once. Read its mark, or enter its serial a second time."),
        Lack.WITNESS: translate("field", "State who saw it, for whom, and how."),
    }[lack]


def evidence_said(draft: Draft) -> str:
    """Return what the check is to rest on: `B – live video · INS-022 → Embassy · video call`. What is not stated is
    left out.
    """
    given = draft.evidence
    person = f"{given.saw} → {given.saw_for}" if given.saw_for else given.saw
    return words.joined(words.word("grade", given.grade), person, given.saw_how)


class SightingRow(QWidget):
    """A row of every item that stays in place, so that nothing jumps when a mark is read."""

    by_hand_requested = Signal()
    evidence_requested = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._said = named(label("", "strong", wrap=True), "sighting_said")
        self.by_hand: Button = named(
            button(self.tr("Enter its serial…"), self.by_hand_requested.emit, icon="keyboard"), "enter_serial_button"
        )
        set_tip(self.by_hand, self.tr("Enter its serial by hand (F8)"))
        self.evidence: Button = named(
            button(self.tr("Seen by others…"), self.evidence_requested.emit), "seen_by_others_button"
        )
        set_tip(self.evidence, self.tr("Live video, a partner's scan or statement (Ctrl+E)"))
        self._row = panel(vbox(self._said, flow(self.by_hand, self.evidence), margins=(16, 8, 16, 8), spacing=6), "row")
        self.setLayout(vbox(self._row))

    def follow(self, draft: Draft, lack: Lack | None) -> None:
        """Show how the item was identified, or what it lacks before it can be verified."""
        self.by_hand.setEnabled(draft.mark.read_by in {ReadBy.LIST, ReadBy.TYPED})
        self._said.setText(lack_said(lack) if lack is not None else self._settled(draft))
        set_look(self._row, "tone", "warn" if lack is not None else "")
        set_look(self._said, "tone", "warn" if lack is not None else "")

    def focus_first(self, lack: Lack) -> None:
        """Focus the way out."""
        target = self.evidence if lack is Lack.WITNESS else self.by_hand
        target.setFocus(Qt.FocusReason.OtherFocusReason)

    def _settled(self, draft: Draft) -> str:
        if draft.evidence != SIGHTED:
            return evidence_said(draft)
        if draft.mark.read_by == ReadBy.LIST:
            return self.tr("Picked from the list.")
        is_by_hand = draft.mark.read_by == ReadBy.TYPED
        return self.tr("Identified by its serial, entered by hand.") if is_by_hand else self.tr("Its mark was read.")
