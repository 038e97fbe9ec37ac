"""Handle marks that are not an item to check: show the offer, and carry out what the person chooses."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, Signal

from eum_app.domain.errors import KnownError
from eum_app.domain.facts import MarkRead
from eum_app.domain.visits import Outcome, ReadBy
from eum_app.usecases.calls import call
from eum_app.usecases.visits.drafts import Begun
from eum_app.usecases.visits.match_mark import Match
from eum_app.usecases.visits.note_label import NotedLabel, note_label
from ui.field.visit.current_work import Event
from ui.field.visit.draft import Draft
from ui.field.visit.match_words import LostOffer, Offer, confirm_offer, noted_words, offer_of
from ui.field.visit.unsaved import bring_back
from ui.field.visit.workspace import Workspace


class OfferWork(QObject):
    """Show offers in the item column. Nothing is chosen automatically.

    Each method that shows an offer does nothing where the current work takes none.
    """

    item_chosen = Signal(str, object, bytes)
    """(item id, MarkRead, picture of the mark): the item chosen from those that an offer lists"""
    text_chosen = Signal(bytes, str)
    """(raw, read by): the reading chosen for a scan that lost its separators"""

    def __init__(self, at: Workspace) -> None:
        super().__init__(at)
        self._at, self._item = at, at.column.item
        self._read: tuple[MarkRead, bytes] = MarkRead(read_by=ReadBy.LIST), b""
        self._label: Match | None = None
        """The container's label that is shown, or None."""
        self._is_noting = False
        self._item.candidate_chosen.connect(self._choose)
        self._item.note_requested.connect(self._note_label)

    def show(self, match: Match, picture: bytes, kept: Begun | None = None) -> None:
        """Show a mark that is no expected item, with what can be done about it, and its draft if there is one.

        Does nothing where the current work takes no offer. Raises KeyError for an expected or a checked item.
        """
        offer = offer_of(match)
        can_be_recorded = offer.can_be_recorded and self._takes_unlisted()
        draft = Draft(match.read, match.item, mark_picture=picture) if can_be_recorded else None
        if draft is not None and kept is not None:
            bring_back(draft, kept)
        if not self._at.send(Event.SHOW_OFFER, draft=draft):
            return
        self._read = match.read, picture
        self._label = match if offer.note else None
        self._at.items.set_in_view("")
        self._item.show_offer(offer, draft=draft, candidates=match.candidates, picture=picture)
        self._at.show_column()

    def confirm(self, match: Match, picture: bytes) -> None:
        """Ask the person to compare an uncertain read with the plate before it counts. The match must have an item."""
        assert match.item is not None
        if not self._at.send(Event.SHOW_OFFER):
            return
        self._read, self._label = (match.read, picture), None
        self._item.show_offer(confirm_offer(match), candidates=[match.item], picture=picture)
        self._at.show_column()

    def show_unexpected(self, draft: Draft) -> None:
        """Offer an item of the book that the visit does not expect. The draft must have an item.

        It can be recorded only if the kind of visit takes items that are not on its list.
        """
        assert draft.item is not None
        offered = draft if self._takes_unlisted() else None
        if not self._at.send(Event.SHOW_OFFER, draft=offered):
            return
        if draft.mark.read_by == ReadBy.LIST:
            self._at.scan.say("")
        self._label = None
        offer = Offer(
            self.tr("Not on the list"),
            self.tr("This item is on the book, but this visit does not expect it."),
            ((self.tr("Serial number"), draft.item.serial), (self.tr("UII"), draft.item.uii)),
            can_be_recorded=offered is not None,
        )
        self._item.show_offer(offer, draft=offered)
        self._at.show_column()

    def show_lost(self, lost: LostOffer, read_by: str) -> None:
        """Show the possible readings of a scan that lost its separators, for the person to choose."""
        if self._at.send(Event.SHOW_OFFER):
            self._label = None
            self._item.show_lost(lost, lambda raw: self.text_chosen.emit(raw, read_by))
            self._at.show_column()

    def _takes_unlisted(self) -> bool:
        """Return whether the kind of visit records items that are not on its list."""
        return Outcome.NOT_ON_LIST in self._at.work.outcomes

    def _choose(self, item_id: str) -> None:
        if self._at.send(Event.CHOOSE):
            self.item_chosen.emit(item_id, *self._read)

    def _note_label(self) -> None:
        """Record the claims of the label shown. A second press while the first is running does nothing."""
        if self._label is None or self._is_noting or not self._at.send(Event.NOTE_LABEL):
            return
        self._is_noting = True
        done, failed = partial(self._noted, self._label), partial(self._not_noted, self._label)
        self._at.desk.do(call(note_label, self._at.work.visit_id, self._label), then=done, failed=failed)

    def _noted(self, match: Match, noted: NotedLabel) -> None:
        self._is_noting = False
        self._at.notice.show_message("ok", noted_words(noted))
        self._at.say_saved()
        self._leave(match)

    def _not_noted(self, match: Match, error: KnownError) -> None:
        self._is_noting = False
        self._at.notice.show_error(error)
        if error.code == "label.already_noted":
            self._leave(match)

    def _leave(self, match: Match) -> None:
        """Close the label's offer, unless something else was scanned or picked meanwhile."""
        if self._label is match and self._at.work.allows(Event.LABEL_NOTED):
            self._at.scan.say("")
            self._at.finish(Event.LABEL_NOTED)
