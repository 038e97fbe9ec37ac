"""The right column of the visit workspace: one panel for each state of the current work."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from eum_app.usecases.items.disposition_statement import states_in_force
from ui.field.photo_bar import PhotoBar
from ui.field.pictures import Pictures
from ui.field.visit.current_work import CurrentWork, Event, State, lack_of
from ui.field.visit.evidence_form import EvidenceForm
from ui.field.visit.group_panel import GroupPanel
from ui.field.visit.item_panel import ItemPanel
from ui.field.visit.reason_column import ReasonColumn
from ui.field.visit.typed_entry import TypedEntry
from ui.kit import words
from ui.kit.desk import Desk
from ui.kit.widgets import vbox
from ui.kit.widgets.places import Places
from ui.shared.disposition_panel import DispositionPanel


class WorkColumn(QWidget):
    """Show `work` without deciding anything. The object that opens an item or an offer sets its texts."""

    photo_for_check = Signal(str, bytes)
    """check id, picture: request to add it to a recorded check."""
    seen = Signal(object)
    """tuple[str, ...]: ids of the questions of the open item or group that are completely visible."""

    def __init__(self, desk: Desk, work: CurrentWork) -> None:
        super().__init__()
        self._work = work
        pictures = Pictures(desk)
        self.item = ItemPanel(pictures)
        self.reasons = ReasonColumn(pictures)
        self.group = GroupPanel(work.group, pictures)
        self.by_hand = TypedEntry(desk)
        self.evidence = EvidenceForm()
        self.fate = DispositionPanel("visit_disposition", states_in_force(desk.session.now().date()), has_keys=False)
        self.item.lack_of = lambda draft: lack_of(work.view, draft)
        self.photo_bar = PhotoBar(desk)
        self._places = Places()
        for place in (self.item, self.reasons, self.group, self.by_hand, self.evidence, self.fate):
            self._places.addWidget(place)
        self._panels: dict[State, QWidget] = {
            State.REASONS: self.reasons,
            State.GROUP: self.group,
            State.BY_HAND: self.by_hand,
            State.SERIAL: self.by_hand,
            State.EVIDENCE: self.evidence,
            State.FATE: self.fate,
        }
        whole = vbox(spacing=12)
        whole.addWidget(self._places, 1)
        whole.addWidget(self.photo_bar)
        self.setLayout(whole)
        self.photo_bar.photo_ready.connect(self._keep_photo)
        for asks in (self.item, self.reasons):
            asks.photo_requested.connect(self.photo_bar.open)
        for asks_for_answer in (self.item, self.group):
            asks_for_answer.answer_photo_requested.connect(self.photo_bar.open)
            asks_for_answer.seen.connect(self.seen)

    def follow(self) -> None:
        """Show the panel of the current state."""
        work = self._work
        self.item.offer_outcomes(work.outcomes)
        if work.draft is None and work.state is not State.OFFER:
            self.item.show_nothing(is_closed=work.state is State.CLOSED)
        if work.state is State.GROUP:
            self.group.show_group(work.checklist)
        if work.state is State.BY_HAND:
            self.by_hand.open(work.visit_id)
        if work.state is State.SERIAL and work.draft is not None:
            self.by_hand.open(work.visit_id, work.draft.item_id, work.draft.serial)
        if work.state is State.EVIDENCE and work.draft is not None:
            self.evidence.show_draft(work.draft)
        if work.state is State.FATE and work.draft is not None and work.draft.item is not None:
            row = work.draft.item
            self.fate.start(row.item_id, words.joined(row.serial, row.nomenclature), row.disposition)
        if work.state is State.ITEM:
            self.item.show_facts()
            self.item.follow()
        self._places.setCurrentWidget(self._panels.get(work.state, self.item))

    def focus_first(self) -> None:
        """Focus the first field to fill in in the panel shown."""
        focus = {
            State.REASONS: self.reasons.focus_first,
            State.GROUP: self.group.focus_first,
            State.BY_HAND: self.by_hand.focus_first,
            State.SERIAL: self.by_hand.focus_first,
            State.EVIDENCE: self.evidence.focus_first,
            State.FATE: self.fate.focus_first,
        }
        focus.get(self._work.state, self.item.focus_first)()

    def submit(self) -> None:
        """Take text that was typed into a question and not submitted yet."""
        if self._work.state is State.GROUP:
            self.group.questions.submit()
        elif self._work.state is State.ITEM:
            self.item.questions.submit()

    def show_again(self) -> str:
        """Show the open item or group again after an act was undone or redone.

        Return the text of the first question whose answer changed, or an empty text.
        """
        return self.group.questions.show_again() if self._work.state is State.GROUP else self.item.show_again()

    def set_busy(self, is_busy: bool) -> None:
        """Disable the buttons while checks are being recorded."""
        self.item.set_busy(is_busy)
        self.group.set_busy(is_busy)

    def answer_all(self) -> None:
        """Press "All as expected" of the item or the group, if it is visible."""
        shown = self.group.all_button if self._work.state is State.GROUP else self.item.all_button
        if self._work.allows(Event.ANSWER_ALL) and shown.isVisible():
            shown.click()

    @property
    def _asking(self) -> ItemPanel | GroupPanel:
        return self.group if self._work.state is State.GROUP else self.item

    def follow_seen(self) -> None:
        """Follow what was on the screen."""
        self._asking.follow()

    def show_next(self) -> None:
        """Show the next questions that were not on the screen yet."""
        self._asking.sight.show_next()

    def can_verify(self) -> bool:
        """Return whether Enter means "Verified": its button is visible and enabled."""
        shown = self.group.verified_button if self._work.state is State.GROUP else self.item.verified_button
        return self._work.allows(Event.VERIFY) and shown.isVisible() and shown.isEnabled()

    def _keep_photo(self, data: bytes) -> None:
        asked, check_id = self.photo_bar.question_id, self.photo_bar.check_id
        self.photo_bar.close_bar()
        if check_id:
            self.photo_for_check.emit(check_id, data)
            return
        if not self._work.allows(Event.PHOTO):
            return
        if asked:
            shown = self.group if self._work.state is State.GROUP else self.item
            shown.questions.answer_with_photo(asked, data)
        elif self._work.draft is not None:
            self.item.add_photo(data)
            self.reasons.show_photos(self._work.draft)
