"""The item column for a mark that is no expected item: what was read, and what can be done about it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from db.queries.items import ItemRow
from eum_app.domain.visits import Outcome
from ui.field.parts import mark_image, named
from ui.field.visit.compared import Compared
from ui.field.visit.match_words import LostOffer, Offer
from ui.kit import words
from ui.kit.tips import set_tip
from ui.kit.widgets import Button, KeyValueGrid, button, empty_layout, label, vbox
from ui.shared.mark_view import mark_picture


class OfferForm(QWidget):
    """Show one button for each possible action. Nothing is chosen automatically."""

    candidate_chosen = Signal(str)
    """item id"""
    note_requested = Signal()
    """Request to record the claims of the container label that is shown."""
    not_on_list_requested = Signal()
    put_away = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._list = vbox(margins=(16, 12, 16, 16), spacing=10)
        self.setLayout(vbox(self._list, 1))

    def show_offer(self, offer: Offer, *, candidates: Sequence[ItemRow], picture: bytes, can_be_recorded: bool) -> None:
        """Show a mark that was read, its `picture` (PNG, or empty) and the items that it may be."""
        self._begin(offer.text)
        if offer.note:  # above what it names, which can be hundreds
            keep = named(button(offer.note, self.note_requested.emit, kind="primary"), "note_label_button")
            set_tip(keep, self.tr("Record this label's items as claims, not as sightings"))
            self._list.addWidget(keep)
        if picture:
            self._list.addWidget(mark_picture(mark_image(picture)))
        if offer.read:
            grid = KeyValueGrid(margins=(0, 0, 0, 0))
            for name, value in offer.read:
                grid.add(name, value, mono=True)
            self._list.addWidget(grid)
        for item in candidates:
            if offer.compared and item.serial and item.serial != offer.compared:
                self._list.addWidget(Compared(offer.compared, item.serial))
            said = words.joined(item.serial or item.uii, item.part_number, item.location or item.site)
            made = button(said, partial(self.candidate_chosen.emit, item.item_id))
            self._list.addWidget(named(made, f"candidate_{item.item_id}"))
        if can_be_recorded:
            add: Button = button(self.tr("Not on the list…"), self.not_on_list_requested.emit, kind="primary")
            set_tip(add, self.tr("Record it as not on the list"))
            self._list.addWidget(named(add, f"{Outcome.NOT_ON_LIST}_button"))
        self._end()

    def show_lost(self, lost: LostOffer, take: Callable[[bytes], object]) -> None:
        """Show the possible readings of a scan that lost its separators; `take` gets the one that the
        person chooses.
        """
        self._begin(lost.text)
        for at, one in enumerate(lost.candidates):
            self._list.addWidget(named(button(one, partial(take, one.encode())), f"reading_{at}"))
        self._end()

    def focus_first(self) -> None:
        """Focus the first button."""
        for at in range(self._list.count()):
            item = self._list.itemAt(at)
            widget = item.widget() if item is not None else None
            if isinstance(widget, Button):
                widget.setFocus(Qt.FocusReason.OtherFocusReason)
                return

    def _begin(self, text: str) -> None:
        empty_layout(self._list)
        self._list.addWidget(label(text, "body", wrap=True))

    def _end(self) -> None:
        away = named(button(self.tr("Close"), self.put_away.emit), "put_away_button")
        set_tip(away, self.tr("Close (Esc)"))
        self._list.addWidget(away)
