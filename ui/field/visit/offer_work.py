"""What was read and is no item to check at once: offered, and what the person may do with it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from eum_app.domain.errors import KnownError
from eum_app.domain.facts import MarkRead
from eum_app.usecases.calls import call, query
from eum_app.usecases.visits.match_mark import Match
from eum_app.usecases.visits.note_label import NotedLabel, note_label
from ui.field.visit.draft import Draft
from ui.field.visit.match_words import noted_words, offer_of
from ui.field.visit.visit_view import read_item
from ui.kit.desk import Desk

if TYPE_CHECKING:
    from ui.field.visit.visit_page import VisitPage


class OfferWork(QObject):
    """Works on the item column of the workspace `page`. `candidate` is the read, and the picture of the mark, that go
    with whichever item the person chooses; `label` the container's label that is shown."""

    def __init__(self, desk: Desk, page: VisitPage) -> None:
        super().__init__(page)
        self._desk, self._page = desk, page
        self.candidate = MarkRead(read_by="list"), b""
        self.label: Match | None = None
        self._is_noting = False
        page.item.candidate_chosen.connect(self._take_candidate)
        page.item.note_requested.connect(self._note_label)

    def show(self, match: Match, picture: bytes) -> None:
        """Say what was read, and offer what can be done; nothing is taken by itself."""
        offer = offer_of(match)
        draft = Draft(match.read, match.item, mark_picture=picture) if offer.can_be_recorded else None
        self.candidate = match.read, picture
        self.label = match if offer.note else None
        self._page.items.set_in_view("")
        self._page.item.show_offer(
            offer.title,
            offer.text,
            read=offer.read,
            candidates=match.candidates,
            draft=draft,
            picture=picture,
            note=offer.note,
        )
        self._page.to_item_column()

    def _take_candidate(self, item_id: str) -> None:
        self._desk.ask(
            query(read_item, self._page.visit_id, item_id), then=partial(self._page.show_picked, *self.candidate)
        )

    def _note_label(self) -> None:
        """Keep the claims of the label shown; a second press while the first is under way does nothing."""
        if self.label is None or self._is_noting:
            return
        self._is_noting = True
        done, failed = partial(self._noted, self.label), partial(self._not_noted, self.label)
        self._desk.do(call(note_label, self._page.visit_id, self.label), then=done, failed=failed)

    def _noted(self, match: Match, noted: NotedLabel) -> None:
        self._is_noting = False
        self._page.notice.show_message("ok", noted_words(noted))
        self._page.say_saved()
        self._leave(match)

    def _not_noted(self, match: Match, error: KnownError) -> None:
        self._is_noting = False
        self._page.notice.show_error(error)
        if error.code == "label.already_noted":
            self._leave(match)

    def _leave(self, match: Match) -> None:
        """Put the label away, unless something else was scanned or picked meanwhile."""
        if self.label is match and self._page.item.offers_note and not self._page.is_begun():
            self._page.scan.say("")
            self._page.leave_item()
