"""The visit workspace as its helpers see it: the current work, and the panels that show it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, Qt

from ui.field.visit.current_work import CurrentWork, Event, Reply, State
from ui.field.visit.draft import Draft
from ui.field.visit.items_panel import ItemsPanel
from ui.field.visit.match_words import wait_said
from ui.field.visit.scan_panel import ScanPanel
from ui.field.visit.sighting_row import lack_said
from ui.field.visit.work_column import WorkColumn
from ui.kit import words
from ui.kit.desk import Desk
from ui.kit.page import Page
from ui.kit.widgets import Columns

WITHOUT_ITEM = frozenset({State.UNREAD, State.CLOSED, State.NOTHING, State.GROUP, State.BY_HAND})


class Workspace(QObject):
    """The only way in which the page and its helpers send events, so that every panel follows each change."""

    def __init__(  # its parts, each made by the page
        self, desk: Desk, page: Page, work: CurrentWork, items: ItemsPanel, scan: ScanPanel, column: WorkColumn,
        columns: Columns,
    ) -> None:  # fmt: skip
        super().__init__(page)
        self.desk, self.work = desk, work
        self.header, self.notice = page.header, page.notice
        self.items, self.scan, self.column = items, scan, column
        self._columns = columns

    def send(
        self, event: Event, *, draft: Draft | None = None, taken: Sequence[Draft] = (), seen: Sequence[str] = (),
        read: str = "",
    ) -> bool:  # fmt: skip
        """Send an event to the current work and show the outcome. Return False if it was refused or ignored.

        `read` is the name of the mark that was read; a refusal repeats it.
        """
        before = self.work.state
        reply = self.work.send(event, draft=draft, taken=taken, seen=seen)
        if reply is Reply.REFUSE:
            self.scan.say(self._refusal(event, read), "warn")
        elif self.work.state is not before:
            self.column.follow()
            if self.work.state in WITHOUT_ITEM:
                self.items.set_in_view("")
        return reply not in {Reply.REFUSE, Reply.IGNORE}

    def finish(self, event: Event) -> None:
        """Send an event that ends the current work, and focus the next input. Does nothing more if it was refused or
        ignored.
        """
        if not self.send(event):
            return
        self.column.photo_bar.close_bar()
        if self.work.state is State.GROUP:
            self.column.focus_first()
        else:
            self.focus_scan()

    def leave_aside(self) -> None:
        """Go back to the item or the offer: from the reasons, the entry of its serial, or its evidence, and focus it.

        Call it only in a state of `ASIDE`; elsewhere it leaves the work.
        """
        if self.send(Event.ESCAPE):
            self.column.item.set_busy(False)
            self.column.focus_first()

    def show_column(self, *, keeps_photo: bool = False) -> None:
        """Bring the column of the current work to the front and focus it.

        Closes the photo bar, unless `keeps_photo`.
        """
        self._columns.bring_to_front("item")
        if not keeps_photo:
            self.column.photo_bar.close_bar()
        self.column.focus_first()

    def show_photo_bar(self) -> None:
        """Bring the column to the front that holds the photo bar."""
        self._columns.bring_to_front("item")

    def focus_scan(self) -> None:
        """Bring the scan column to the front and focus its field."""
        self._columns.bring_to_front("scan")
        self.scan.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def focus_filter(self) -> None:
        """Bring the items column to the front and focus its filter."""
        self._columns.bring_to_front("items")
        self.items.search.setFocus(Qt.FocusReason.OtherFocusReason)

    def say_saved(self) -> None:
        """Show in the header that a check was saved, with the present time."""
        self.header.set_state(self.tr("Saved {time}").format(time=words.clock(self.desk.session.observed_now())))

    def _refusal(self, event: Event, read: str) -> str:
        """Return the reason why an event was refused, and the way out."""
        work, draft = self.work, self.work.draft
        serial = draft.serial if draft is not None else ""
        if work.state is State.CLOSED:
            return self.tr("This visit is closed out: nothing more is recorded. Reopen it under Close out.")
        if unseen := len(work.unseen_ids(event)):
            return self.tr("%Ln answers were not on the screen yet: they are shown now", "", unseen)
        if event in {Event.SCAN, Event.PRESS}:
            is_by_hand = work.state in {State.BY_HAND, State.SERIAL}
            return wait_said(read, "" if work.group.drafts else serial, is_by_hand=is_by_hand)
        said = {
            Event.VERIFY: lack_said(work.lack) if work.lack is not None else "",
            Event.ENTERED: self.tr("{text} · that is not {serial}. Look at the plate again, or record a discrepancy"),
            Event.TYPE_BY_HAND: self.tr("First finish the open item, or close it (Esc)"),
            Event.TAKE: self.tr("First finish {serial}, or close it (Esc)"),
        }.get(event, self.tr("First record the selected items, or close them (Esc)"))
        return said.format(text=read, serial=serial)
