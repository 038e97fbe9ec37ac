"""The right column: the current item, its checklist, and the buttons that record its outcome."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtWidgets import QStackedWidget, QWidget

from db.queries.items import HistoryLine, ItemRow
from eum_app.domain.checklists import Checklist
from eum_app.domain.dispositions import Disposition
from eum_app.domain.sighting import Lack
from eum_app.domain.visits import Outcome
from ui.field.parts import mark_image, named
from ui.field.pictures import Pictures
from ui.field.visit.current_work import State
from ui.field.visit.decision_foot import DecisionFoot
from ui.field.visit.draft import Draft, unseen_ids
from ui.field.visit.in_sight import InSight
from ui.field.visit.item_extras import ItemExtras
from ui.field.visit.match_words import LostOffer, Offer
from ui.field.visit.offer_form import OfferForm
from ui.field.visit.questionnaire import Questionnaire
from ui.field.visit.sighting_row import SightingRow, lack_said
from ui.kit import words
from ui.kit.theme import inset
from ui.kit.tips import set_tip
from ui.kit.widgets import (
    Button,
    Card,
    Chip,
    EmptyState,
    KeyValueGrid,
    button,
    hbox,
    label,
    panel,
    rule,
    scrolled,
    vbox,
)
from ui.shared.items_view import PRINTED, disposition_chip
from ui.shared.mark_view import mark_notes, mark_picture, reading_rows

translate = QCoreApplication.translate


class ItemPanel(Card):
    """Show one `Draft` and change it as the person answers. The panel records nothing."""

    outcome_requested = Signal(str)
    """*Verified* is recorded at once; the other outcomes ask for a reason first."""
    photo_requested = Signal()
    answer_photo_requested = Signal(str)
    """question id"""
    candidate_chosen = Signal(str)
    """item id"""
    note_requested = Signal()
    """Request to record the claims of the container label that is shown."""
    fate_requested = Signal()
    put_away = Signal()
    discarded = Signal()
    """The draft of the open item was discarded."""
    seen = Signal(object)
    """tuple[str, ...]: ids of the questions that are completely visible."""

    def __init__(self, pictures: Pictures) -> None:
        super().__init__(self.tr("Item"))
        self.setObjectName("item_panel")
        self._title.setWordWrap(True)
        self._head_line.setStretchFactor(self._title, 1)
        self._level = Chip("", "accent")
        self._level.hide()
        self.add_trailing(self._level)
        self.draft: Draft | None = None
        self.lack_of: Callable[[Draft], Lack | None] = lambda _draft: None
        """Returns what an item lacks before it can be verified."""
        self._lack: Lack | None = None
        """The only thing that still keeps *Verified* shut, if there is one."""
        self._last_check = ""
        self._outcomes = tuple(Outcome)
        self._checklist: Checklist | None = None
        self._empty = EmptyState("scan-line", "", "")
        self._offer = OfferForm()
        self._offer.candidate_chosen.connect(self.candidate_chosen)
        self._offer.note_requested.connect(self.note_requested)
        self._offer.not_on_list_requested.connect(lambda: self.outcome_requested.emit(Outcome.NOT_ON_LIST))
        self._offer.put_away.connect(self.put_away)
        self._state = State.NOTHING
        self._by_state = {
            State.NOTHING: self._empty,
            State.ITEM: self._item_place(pictures),
            State.OFFER: scrolled(self._offer),
        }
        self._places = QStackedWidget()
        for place in self._by_state.values():
            self._places.addWidget(place)
        self.body.addWidget(self._places, 1)

    # Its parts

    def _item_place(self, pictures: Pictures) -> QWidget:
        self._outcome_buttons: dict[Outcome, Button] = {}
        self._named = KeyValueGrid(margins=(0, 0, 0, 0), key_width=104)
        self._named_line = hbox(self._named)
        self._facts = KeyValueGrid(margins=(16, 4, 16, 8), key_width=104)
        self._checked = label("", "strong", tone="warn", wrap=True)
        self._checked_line = panel(vbox(self._checked, margins=(16, 8, 16, 8)), "row")
        self._checked_line.setProperty("tone", "warn")
        self._checked_line.hide()
        self.questions = Questionnaire(pictures)
        self.questions.changed.connect(self.follow)
        self.questions.answer_given.connect(self.focus_first)
        self.questions.photo_requested.connect(self.answer_photo_requested)
        self.not_found_button = self._outcome_button(Outcome.NOT_FOUND, self.tr("Not found…"))
        self.no_access_button = self._outcome_button(Outcome.NO_ACCESS, self.tr("No access…"))
        self.sighting = SightingRow()
        self.fate_button: Button = named(
            button(self.tr("What became of it…"), self.fate_requested.emit), "disposition_button"
        )
        set_tip(self.fate_button, self.tr("State that it was lost, expended, transferred … (Ctrl+D)"))
        self.extras = ItemExtras(pictures, self.not_found_button, self.no_access_button, self.fate_button)
        self.extras.photo_requested.connect(self.photo_requested)
        self.extras.discarded.connect(self._discarded)
        content = QWidget()
        content.setLayout(
            vbox(
                self._checked_line,
                self._facts,
                rule(),
                self.questions,
                self.sighting,
                self.extras,
                1,
            )
        )
        self._scroll = scrolled(content)
        self.all_button: Button = named(
            button("", self.answer_all, name=self.tr("All as expected")), "all_as_expected_button"
        )
        self.discrepancy_button = self._outcome_button(Outcome.DISCREPANCY, self.tr("Discrepancy…"), kind="danger")
        self.verified_button = self._outcome_button(Outcome.VERIFIED, self.tr("Verified ⏎"), kind="primary")
        self.sight = InSight(
            self._scroll, self.questions, lambda: unseen_ids(self.draft, self._checklist), "more_below_button"
        )
        self.extras.asked.connect(self.sight.bring_in)
        self.sight.seen.connect(self.seen)
        foot = DecisionFoot(self.all_button, self.sight.more, self.discrepancy_button, self.verified_button)
        place = QWidget()
        layout = vbox(self._named_line)  # which item this is never scrolls away
        layout.addWidget(self._scroll, 1)
        layout.addWidget(foot)
        place.setLayout(layout)
        return place

    def _outcome_button(self, outcome: Outcome, text: str, *, kind: str = "") -> Button:
        big = outcome in {Outcome.VERIFIED, Outcome.DISCREPANCY}
        made: Button = button(text, lambda: self.outcome_requested.emit(outcome), kind=kind, big=big)
        self._outcome_buttons[outcome] = made
        return named(made, f"{outcome}_button")

    # What the page shows

    def set_compact(self, *, is_compact: bool) -> None:
        """Put the serial beside the title, or on a line below it."""
        (self._head_line if is_compact else self._named_line).insertWidget(0, self._named)
        inset(self._named_line, *((0, 0, 0, 0) if is_compact else (16, 8, 16, 2)))
        self._named.setVisible(self._state is State.ITEM)

    def show_nothing(self, *, is_closed: bool = False) -> None:
        """Show that no item is open, and what to do next. `is_closed`: nothing more is recorded in this visit."""
        if is_closed:
            self._empty.set_text(self.tr("Nothing more to record"), self.tr("This visit is closed out."))
        else:
            said = self.tr("Scan its mark, type its serial number, or pick it from the list.")
            self._empty.set_text(self.tr("Scan the next item"), said)
        self.draft = None
        self._level.hide()
        self.set_title(self.tr("Item"))
        self._show(State.NOTHING)

    def offer_outcomes(self, outcomes: Sequence[Outcome]) -> None:
        """Offer only these outcomes, which the kind of visit accepts. A hidden button's key does nothing."""
        self._outcomes = tuple(outcomes)
        for outcome, made in self._outcome_buttons.items():
            made.setVisible(outcome in self._outcomes)

    def show_item(self, draft: Draft, checklist: Checklist, checked: str = "") -> None:
        """Show an expected item; `checked` says in words what was recorded before, or is empty.

        The draft must have an item.
        """
        assert draft.item is not None
        self.draft, self._checklist = draft, checklist
        item = draft.item
        self._last_check = ""
        self.set_title(f"{item.nomenclature} {item.part_number}".strip() or self.tr("Item"))
        self._level.set(item.eum_level, "accent")
        self._level.setVisible(bool(item.eum_level))
        self.show_facts()
        self._checked.setText(checked)
        self._checked_line.setVisible(bool(checked))
        self.extras.show_draft(draft)
        self.sight.begin()
        self.questions.show_draft(draft, checklist)
        self._scroll.verticalScrollBar().setValue(0)
        self._show(State.ITEM)

    def show_history(self, item_id: str, lines: Sequence[HistoryLine]) -> None:
        """Show the newest event of the item, if that item is still shown.

        Withdrawn checks, deliveries and prints do not count. `lines` are newest first.
        """
        if self.draft is None or self.draft.item is None or self.draft.item_id != item_id:
            return
        past = [line for line in lines if not line.withdrawn and line.kind not in {"delivered", *PRINTED}]
        if past:
            line = past[0]
            kind = words.word("history", line.kind) if line.kind == "inventory" else words.outcome(line.kind)
            self._last_check = words.joined(words.day(line.at), kind)
            self.show_facts()

    def show_offer(
        self, offer: Offer, *, draft: Draft | None = None, candidates: Sequence[ItemRow] = (), picture: bytes = b""
    ) -> None:
        """Show a mark that is no item of the list. With `draft` it can be recorded as not on the list."""
        self._offer.show_offer(offer, candidates=candidates, picture=picture, can_be_recorded=draft is not None)
        self._begin_offer(offer.title, draft)

    def show_lost(self, lost: LostOffer, take: Callable[[bytes], object]) -> None:
        """Show the possible readings of a scan that lost its separators; `take` gets the one that the
        person chooses.
        """
        self._offer.show_lost(lost, take)
        self._begin_offer(lost.title, None)

    def _begin_offer(self, title: str, draft: Draft | None) -> None:
        self.draft = draft
        self._level.hide()
        self.set_title(title)
        self._show(State.OFFER)

    def focus_first(self) -> None:
        """Focus the first open question, or the button to go on."""
        if self._state is State.OFFER:
            self._offer.focus_first()
        if self._state is not State.ITEM:
            return
        open_row = self.questions.first_open_row()
        if open_row is not None:
            self.sight.bring_in(open_row)
            open_row.focus_field()
        elif self._lack is not None:
            self.sight.bring_in(self.sighting)
            self.sighting.focus_first(self._lack)
        else:
            next_button = self.verified_button if self.verified_button.isEnabled() else self.sight.more
            next_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_again(self) -> str:
        """Show the draft again after an act was undone or redone.

        Return the text of the first question that changed, or an empty text.
        """
        if self.draft is not None:
            self.extras.show_draft(self.draft)
            self.show_facts()
        return self.questions.show_again() if self._state is State.ITEM else ""

    def add_photo(self, data: bytes) -> None:
        """Add a photo to the item, to be recorded with it. Does nothing without a draft."""
        if self.draft is not None:
            self.extras.add_photo(self.draft, data)

    def set_busy(self, is_busy: bool) -> None:
        """Disable the buttons while a check is being recorded."""
        for made in self._outcome_buttons.values():
            made.setEnabled(not is_busy)
        if not is_busy:
            self.follow()

    def answer_all(self) -> None:
        """Fill the open questions that have an expected answer, and show those not seen yet; nothing is recorded.

        The next thing to do gets the focus. Does nothing without an open item.
        """
        if self.draft is None or self._checklist is None or self._state is not State.ITEM:
            return
        self.questions.answer_all()
        self.sight.show_next()
        self.focus_first()

    # Inside

    def _show(self, state: State) -> None:
        self._state = state
        self._named.setVisible(state is State.ITEM)
        self._places.setCurrentWidget(self._by_state[state])

    def show_facts(self) -> None:
        """Show what the book says about the item, and how it was identified. Does nothing without an item."""
        if self.draft is None or self.draft.item is None:
            return
        item = self.draft.item
        self._named.clear()
        self._named.add(self.tr("Serial number"), item.serial, big=True)
        grid = self._facts
        grid.clear()
        if self.draft.mark.raw:
            # The picture of the mark is above its text, so that a person can compare the two. They are on separate
            # lines, because side by side in one cell the text's height would not count.
            if self.draft.mark_picture:
                grid.add(self.tr("Picture of it"), mark_picture(mark_image(self.draft.mark_picture), 36))
            for name, value in reading_rows(self.draft.mark):
                grid.add(name, value, mono=True)
            for note in mark_notes(self.draft.mark, grave_only=True):
                grid.add(self.tr("Warning"), note)
        for name, value in ((self.tr("UII"), item.uii), (self.tr("NSN"), item.nsn), (self.tr("Case"), item.case_id)):
            if value:
                grid.add(name, value, mono=True)
        grid.add(self.tr("Expected at"), words.joined(item.site, item.location))
        if item.disposition != Disposition.ON_HAND:
            chip = disposition_chip(item.disposition)
            grid.add(self.tr("Recorded as"), named(Chip(chip.text, chip.tone, chip.icon), "item_disposition"))
        grid.add(self.tr("Last check"), self._last_check or words.day(item.last_inventory) or self.tr("None known"))

    def _discarded(self) -> None:
        self.show_again()
        self.focus_first()
        self.discarded.emit()

    def follow(self) -> None:
        """Follow the answers, and what was on the screen: the last question opens *Verified*.

        Does nothing without a draft.
        """
        if self.draft is None or self._checklist is None:
            return
        self.extras.follow()
        open_ids, unseen = self.questions.open_ids(), unseen_ids(self.draft, self._checklist)
        text = self.tr("Verified ⏎")
        if open_ids:
            text = self.tr("Verified ⏎ · {count} open").format(count=words.count(len(open_ids)))
        can_verify, differing = not open_ids and not unseen, self.questions.differing()
        why = self.tr("Answer every question first") if open_ids else self.tr("Record as verified (Enter)")
        if unseen and not open_ids:
            why = self.tr("First look at every question (Page Down)")
        if differing and not open_ids:
            text = self.tr("{count} not as expected ⏎").format(count=words.count(len(differing)))
            can_verify = Outcome.DISCREPANCY in self._outcomes
            why = (
                self.tr("Not verified: record a discrepancy (Enter), or correct the answer")
                if can_verify
                else self.tr("This kind of visit records no discrepancy: correct the answer, or put the item away")
            )
        lack = self.lack_of(self.draft)
        self.sighting.follow(self.draft, lack)
        self._lack = lack if not (open_ids or unseen or differing) else None
        if self._lack is not None:
            text, why = self.tr("Verified ⏎ · not yet"), lack_said(self._lack)
        can_verify = can_verify and (lack is None or bool(differing))
        self.verified_button.setText(text)
        self.verified_button.setEnabled(can_verify)
        set_tip(self.verified_button, why)
        if self.sight.follow():
            self.focus_first()
        said = self.questions.all_said()
        self.all_button.setEnabled(bool(said))
        self.all_button.setText(said or self.tr("All as expected"))
        self.all_button.setAccessibleName(said or self.tr("All as expected"))
        set_tip(self.all_button, self.tr("Fills the open questions and records nothing (A)"))
