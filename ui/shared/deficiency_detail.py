"""One deficiency: what was stated, what visits say of it, its corrections, and the acts that are open now."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from PySide6.QtCore import Signal

from db.queries.deficiency_rows import Deficiency
from eum_app.domain.deficiencies import FollowUp
from eum_app.usecases.deficiencies.severities import clock_of
from ui.kit.widgets import Card, Chip, KeyValueGrid, button, flow, label, panel, scrolled, vbox
from ui.kit.widgets.reasoned_act import ActWords, ReasonedAct
from ui.kit.words import day, joined, moment
from ui.shared.deficiency_words import (
    correction_words,
    follow_up_words,
    proof_words,
    severity_words,
    state_chip,
)
from ui.shared.page_parts import named


class DeficiencyDetail(Card):
    """Show one deficiency. It records nothing; its signals carry what the person wants."""

    correct_requested = Signal()
    followed_up = Signal(str, str)
    """(state, reason)"""
    ended = Signal(str, str)
    """(id of the deficiency or of its correction, reason)"""
    visit_requested = Signal(str)

    def __init__(self, *, is_hq: bool, opens_visits: bool) -> None:
        super().__init__(self.tr("Deficiency"))
        self._is_hq, self._opens_visits = is_hq, opens_visits
        self._ending = ""
        self._visit_id = ""
        self.state = named(Chip(), "deficiency_state")
        self._doubt = label("", "body", tone="warn", wrap=True)
        self._grid = KeyValueGrid(margins=(0, 8, 0, 8))
        self._visit_button = named(
            button(self.tr("Open the visit"), lambda: self.visit_requested.emit(self._visit_id)), "deficiency_visit"
        )
        self.add(scrolled(vbox(panel(flow(self.state)), self._doubt, self._grid, 1, margins=(16, 10, 16, 10))), 1)
        self.correct_button = named(
            button(self.tr("Corrected…"), self.correct_requested.emit, kind="primary", icon="check"),
            "deficiency_correct",
        )
        self.still_open_button = named(
            button(self.tr("Still open"), lambda: self.followed_up.emit(FollowUp.STILL_OPEN.value, "")),
            "deficiency_still_open",
        )
        self.not_looked = ReasonedAct(
            ActWords(
                "deficiency_not_looked",
                self.tr("Not looked at…"),
                self.tr("Why was it not looked at?"),
                self.tr("Reason why it was not looked at"),
                self.tr("Not looked at"),
            )
        )
        self.not_looked.requested.connect(lambda reason: self.followed_up.emit(FollowUp.NOT_LOOKED_AT.value, reason))
        confirm = self.tr("Set aside") if is_hq else self.tr("Withdraw")
        self.end_act = ReasonedAct(
            ActWords(
                "deficiency_end",
                self.tr("Withdraw the deficiency…"),
                self.tr("What was the mistake?"),
                self.tr("Why it no longer counts"),
                confirm,
                self.tr("It no longer counts. Both facts stay in the journal."),
            )
        )
        self.end_act.requested.connect(lambda reason: self.ended.emit(self._ending, reason))
        self._acts = panel(flow(self.correct_button, self.still_open_button, self._visit_button))
        self.add_foot(self._acts, self.not_looked, self.end_act)

    def show_deficiency(self, one: Deficiency, today: date, *, visit_id: str, may_act: bool) -> None:
        """Show a deficiency on a day: at a visit of its site (`visit_id`), or at HQ (empty)."""
        chip = state_chip(clock_of(one, today))
        self.state.set(chip.text, chip.tone, chip.icon)
        self._doubt.setText(self._doubt_words(one))
        self._doubt.setVisible(bool(self._doubt.text()))
        self._grid.clear()
        for name, value in self._rows(one):
            self._grid.add(name, value)
        self._visit_id = one.visit_id
        self._visit_button.setVisible(self._opens_visits and bool(one.visit_id))
        for act in (self.not_looked, self.end_act):
            act.close_form()
        self._offer(one, visit_id, may_act=may_act)

    def _offer(self, one: Deficiency, visit_id: str, *, may_act: bool) -> None:
        counts = may_act and one.end is None
        mine = one.corrected_at(visit_id)
        self.correct_button.setVisible(counts and (self._is_hq or mine is None))
        asks = counts and not self._is_hq and one.visit_id != visit_id and mine is None
        self.still_open_button.setVisible(asks)
        self.not_looked.setVisible(asks)
        correction = next(iter(one.counting), None) if self._is_hq else mine
        is_own = self._is_hq or one.visit_id == visit_id
        self._ending = correction.correction_id if correction else one.deficiency_id if is_own else ""
        self.end_act.setVisible(counts and bool(self._ending))
        if self._is_hq:
            said = self.tr("Set the correction aside…") if correction else self.tr("Set the deficiency aside…")
        else:
            said = self.tr("Withdraw the correction…") if correction else self.tr("Withdraw the deficiency…")
        self.end_act.set_begin(said)

    def let_try_again(self) -> None:
        """Open the acts again after a refusal; what was typed stays."""
        for act in (self.not_looked, self.end_act):
            act.set_retry()

    def _doubt_words(self, one: Deficiency) -> str:
        if one.is_pending:
            return self.tr("It counts once its visit is adopted.")
        if not one.is_doubtful:
            return ""
        if len({each.said for each in one.counting}) > 1:
            return self.tr("The corrections differ. Find out which is right, and set the other aside.")
        return self.tr("The day of the correction cannot be right.")

    def _rows(self, one: Deficiency) -> Iterator[tuple[str, str]]:
        yield self.tr("What"), one.what
        yield self.tr("Where"), joined(one.place, one.site)
        yield self.tr("Severity"), severity_words(one.severity)
        yield self.tr("Owner"), one.owner
        yield self.tr("Due by"), day(one.due_on)
        if one.item_id:
            yield self.tr("Item"), one.serial or one.item_id
        if one.photos:
            yield self.tr("Photos"), self.tr("%Ln photos with the visit", "", one.photos)
        yield self.tr("Stated"), joined(moment(one.stated_at), one.actor)
        if one.end is not None:
            yield self.tr("No longer counts"), joined(one.end.reason, moment(one.end.ended_at), one.end.actor)
        for each in one.corrections:
            yield self.tr("Corrected"), "\n".join((correction_words(each), proof_words(each)))
        for said in one.followed_up:
            yield follow_up_words(said.state), joined(said.reason, moment(said.stated_at), said.actor)
