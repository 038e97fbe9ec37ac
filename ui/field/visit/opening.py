"""Turn a scanned mark, a picked row or a typed serial into the open item, or into an offer."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject

from db.queries.items import ItemRow, history
from eum_app.domain.errors import KnownError
from eum_app.domain.facts import MarkRead
from eum_app.domain.matches import MatchKind
from eum_app.domain.sighting import Lack
from eum_app.domain.visits import ReadBy
from eum_app.usecases.calls import call, query
from eum_app.usecases.visits.drafts import Begun, begun_work, offer_subject
from eum_app.usecases.visits.match_label import ContainerLabels
from eum_app.usecases.visits.match_mark import Match
from ui.field.visit.current_work import Event, State
from ui.field.visit.draft import Draft, identity_of
from ui.field.visit.keeper import Keeper
from ui.field.visit.match_words import checked_said, lost_offer, tag_of
from ui.field.visit.offer_work import OfferWork
from ui.field.visit.unsaved import begun_of, bring_back
from ui.field.visit.visit_view import read_item_and_draft
from ui.field.visit.workspace import Workspace
from ui.kit.messages import sentence
from ui.kit.scan_words import untested_text
from ui.kit.settings import is_scanner_tested


class Opening(QObject):
    """Query the store for each mark or row, and show the answer where the current work allows it."""

    def __init__(self, at: Workspace, labels: ContainerLabels, offers: OfferWork, keeper: Keeper) -> None:
        super().__init__(at)
        self._at, self._work, self._keeper = at, at.work, keeper
        self._labels, self._offers = labels, offers
        self._has_said_untested = False
        at.items.item_chosen.connect(self.pick)
        at.scan.by_hand_requested.connect(self.type_by_hand)
        at.column.item.sighting.by_hand_requested.connect(self.type_serial)
        at.column.item.sighting.evidence_requested.connect(self.ask_evidence)
        at.column.by_hand.matched.connect(self._entered)
        offers.item_chosen.connect(self._open)
        offers.text_chosen.connect(self.match)

    def match(self, raw: bytes, read_by: str) -> None:
        """Look up a mark that was scanned or typed, and show the result when it arrives. A closed visit refuses it at
        once.
        """
        if self._work.state is State.CLOSED:
            self._at.send(Event.SCAN)
            return
        visit_id = self._work.visit_id
        self._at.desk.ask(
            call(self._labels.match, visit_id, raw, read_by=read_by, is_scanner_tested=is_scanner_tested()),
            then=partial(self._matched, visit_id),
            failed=partial(self.not_matched, read_by),
        )

    def _matched(self, visit_id: str, match: Match) -> None:
        if visit_id != self._work.visit_id:
            return
        _, text, tone = tag_of(match)
        said = text + self._untested_said(match)
        is_again = self.is_open(match)
        if self._at.send(Event.SCAN_AGAIN if is_again else Event.SCAN, read=text):
            self._at.scan.say(said, tone)
            if is_again:
                self.identify(match)
            else:
                self.show_match(match)
        elif is_again:
            self._at.scan.say(said, tone)

    def _untested_said(self, match: Match) -> str:
        """Return, once, that the hand scanner was never tested on this device; else an empty text."""
        is_untested = any(one.code == "mark.scanner_untested" for one in match.mark.warnings)
        if not is_untested or self._has_said_untested:
            return ""
        self._has_said_untested = True
        return f" · {untested_text()}"

    def not_matched(self, read_by: str, error: KnownError) -> None:
        """Show why a scan is not a mark. If it lost separators, offer the possible readings."""
        message = sentence(error)
        self._at.scan.say(f"{message.what} {message.next}", "bad")
        lost = lost_offer(error)
        if lost is not None and self._at.send(Event.LOST):
            self._offers.show_lost(lost, read_by)

    def is_open(self, match: Match) -> bool:
        """Return whether a mark belongs to the open item."""
        return match.item is not None and self._work.is_open_item(match.item.item_id)

    def identify(self, match: Match, picture: bytes = b"", *, keeps_focus: bool = False) -> None:
        """Take a mark as another reading of the open item or offer; what was answered stays."""
        draft = self._work.draft
        if draft is None or self._work.is_about_offer:
            self.show_match(match, picture)
            return
        draft.identify(match.read, picture)
        self._at.column.item.show_facts()
        self._at.column.item.follow()
        if not keeps_focus:
            self._at.show_column(keeps_photo=True)

    def show_match(self, match: Match, picture: bytes = b"") -> None:
        """Open an expected item; show an offer for any other mark.

        A draft that the store holds is read first, so it may come later.
        """
        if match.item is not None and match.kind in {MatchKind.EXPECTED, MatchKind.ALREADY_CHECKED}:
            self._open(match.item.item_id, match.read, picture)
        elif self._keeper.holds(subject := offer_subject(match.read, match.item.item_id if match.item else "")):
            kept = call(begun_work, self._work.visit_id, subject)
            show = partial(self._show_offer, match, picture)
            self._keeper.when_saved(lambda: self._at.desk.ask(kept, then=show))
        else:
            self._offers.show(match, picture)

    def _show_offer(self, match: Match, picture: bytes, kept: tuple[Begun, ...]) -> None:
        self._offers.show(match, picture, next(iter(kept), None))

    def pick(self, item_id: str) -> None:
        """Open an item picked from the list by hand. Returns before it is read from the store.

        Where the current work has to be finished first, the scan column says so, and nothing is opened.
        """
        if self._at.send(Event.PICK):
            self._open(item_id, MarkRead(read_by=ReadBy.LIST), b"")

    def _open(self, item_id: str, read: MarkRead, picture: bytes) -> None:
        self.open_again(item_id, read, picture, lambda: None)

    def open_again(self, item_id: str, read: MarkRead, picture: bytes, then: Callable[[], object]) -> None:
        """Open an item with the draft that the store holds for it, and call `then` afterwards. Returns before that.

        `then` is also called where the current work does not take the item, but not if the item is unknown: the
        window's notice shows that.
        """

        def show(found: tuple[ItemRow, str, Begun | None]) -> None:
            row, outcome, kept = found
            self.show_picked(read, picture, (row, outcome), kept)
            then()

        asked = call(read_item_and_draft, self._work.visit_id, item_id)
        self._keeper.when_saved(lambda: self._at.desk.ask(asked, then=show))

    def offer_again(self, kept: Begun, then: Callable[[], object]) -> None:
        """Show the offer about a mark again, with its draft, and call `then` afterwards. Returns before that.

        If the mark is refused now, the scan column says why, and `then` is not called.
        """

        def show(match: Match) -> None:
            self._offers.show(match, kept.mark_picture, kept)
            then()

        asked = call(self._labels.match, self._work.visit_id, kept.mark.raw, read_by=kept.mark.read_by)
        self._at.desk.ask(asked, then=show, failed=partial(self.not_matched, kept.mark.read_by))

    def show_picked(
        self, read: MarkRead, picture: bytes, found: tuple[ItemRow, str], kept: Begun | None = None
    ) -> None:
        """Show an item that was read from the store, or an offer if the visit does not expect it."""
        row, outcome = found
        draft = Draft(read, row, mark_picture=picture if outcome else b"")
        opened = self._work.draft
        if opened is not None and self._work.is_open_item(row.item_id):
            kept = begun_of(opened)  # newer than what was read, and not closed meanwhile
        if kept is not None:
            bring_back(draft, kept)
        if not outcome:
            self._offers.show_unexpected(draft)
        elif self._at.send(Event.SHOW_ITEM, draft=draft):
            if read.read_by == ReadBy.LIST:
                self._at.scan.say("")
            self.open_item(draft, outcome)

    def open_item(self, draft: Draft, outcome: str) -> None:
        """Fill the item panel for the open item; `outcome` is the one recorded before, or empty.

        Its history comes later. Call it only after the visit was read.
        """
        work, item = self._work, self._at.column.item
        assert work.view is not None
        item.show_item(draft, work.checklist, checked_said(outcome, draft.item_id, work.view.recent))
        self._at.items.set_in_view(draft.item_id)
        self._at.desk.ask(query(history, draft.item_id), then=partial(item.show_history, draft.item_id))
        self._at.show_column()

    def type_by_hand(self) -> None:
        """Open the form for a mark that cannot be read: the serial is typed twice, with the reason (F8).

        It is about the open item while that is not identified as its visit asks for.
        """
        if self._work.state is State.ITEM and self._work.lack not in {None, Lack.WITNESS}:
            self.type_serial()
        elif self._at.send(Event.TYPE_BY_HAND):
            self._at.show_column(keeps_photo=True)

    def type_serial(self) -> None:
        """Open the form for the serial of the open item. Does nothing without one."""
        if self._at.send(Event.TYPE_SERIAL):
            self._at.show_column(keeps_photo=True)

    def ask_evidence(self) -> None:
        """Ask what the check of the open item is to rest on. Does nothing without one."""
        if self._at.send(Event.ASK_EVIDENCE):
            self._at.show_column(keeps_photo=True)

    def _entered(self, match: Match) -> None:
        """Show what was entered. For the open item, a serial that several items share is that item's."""
        draft = self._work.draft
        is_own = draft is not None and identity_of(draft).has_serial(match.read.raw.decode("utf-8", "replace"))
        text, tone = tag_of(match)[1:]
        if not self._at.send(Event.ENTERED_AGAIN if is_own else Event.ENTERED, read=text):
            return
        self._at.scan.say(text, tone)
        if is_own:
            self.identify(match)
        else:
            self.show_match(match)
