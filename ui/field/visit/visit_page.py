"""The visit workspace: items, scanning, the item at hand. Scan, answer, Enter, next; no dialog on the way."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QHideEvent, QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QLineEdit, QPlainTextEdit, QWidget

from db.queries.items import ItemRow, history
from eum_app.domain.areas import Area
from eum_app.domain.errors import KnownError
from eum_app.domain.facts import MarkRead
from eum_app.domain.matches import MatchKind
from eum_app.domain.visits import Outcome, ReadBy
from eum_app.usecases.calls import call, query
from eum_app.usecases.visits.match_mark import Match
from eum_app.usecases.visits.record_check import RecordedCheck
from ui.field.parts import Places, named, progress_parts
from ui.field.photo_bar import PhotoBar
from ui.field.visit.draft import Draft
from ui.field.visit.group_panel import GroupPanel
from ui.field.visit.item_panel import ItemPanel
from ui.field.visit.items_panel import ItemsPanel
from ui.field.visit.match_words import checked_said, lost_offer, not_expected_said, tag_of, wait_said
from ui.field.visit.offer_work import OfferWork
from ui.field.visit.reason_column import ReasonColumn
from ui.field.visit.recent_panel import RecentPanel
from ui.field.visit.recorder import Recorder
from ui.field.visit.scan_panel import ScanPanel
from ui.field.visit.sightings import Sightings
from ui.field.visit.sweep_work import SweepWork
from ui.field.visit.typed_entry import TypedEntry
from ui.field.visit.visit_keys import add_keys
from ui.field.visit.visit_view import VisitView, read_item, read_visit
from ui.kit import words
from ui.kit.desk import Desk
from ui.kit.messages import sentence
from ui.kit.page import Page
from ui.kit.widgets import ColumnPart, Columns, panel, vbox


class VisitPage(Page):
    """Opened with a visit's id, or with (visit id, filter of the items) to show e.g. what is still to check."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.setObjectName("visit_page")
        self._desk = desk
        self.visit_id = ""
        self.view: VisitView | None = None
        self._was_submitted = False
        self.recorder = Recorder(desk, self)
        self.sightings = Sightings(desk, self)
        self.set_title(self.tr("Visit"))
        self.items = named(ItemsPanel(desk), "items_panel")
        self.scan = named(ScanPanel(desk), "scan_panel")
        self.recent = RecentPanel()
        self.item = ItemPanel()
        self.reasons = ReasonColumn()
        self.group = GroupPanel()
        self.by_hand = TypedEntry(desk)
        self.photo_bar = PhotoBar(desk)
        self.right = Places()
        self.right.addWidget(self.item)
        self.right.addWidget(self.reasons)
        self.right.addWidget(self.group)
        self.right.addWidget(self.by_hand)
        right = vbox(spacing=12)
        right.addWidget(self.right, 1)
        right.addWidget(self.photo_bar)
        middle = vbox(spacing=16)
        middle.addWidget(self.scan, 5)
        middle.addWidget(self.recent, 3)
        self.columns = Columns(
            [
                ColumnPart("items", self.tr("Items"), self.items, 35),
                ColumnPart("scan", self.tr("Scan"), panel(middle), 41),
                ColumnPart("item", self.tr("Item"), panel(right), 40),
            ],
            front="scan",
        )
        self.body.addWidget(self.columns, 1)
        self.offers = OfferWork(desk, self)
        self.sweep = SweepWork(self)
        self._connect()
        self._to_site = add_keys(self)

    def _connect(self) -> None:
        self.header.crumb_activated.connect(lambda: self.navigate_requested.emit("visits", None))
        self.put_away.connect(self.scan.hold)
        self.taken_up.connect(self.scan.go_on)
        self.items.item_chosen.connect(self._pick)
        self.scan.typed.connect(self._on_typed)
        self.scan.by_hand_requested.connect(self.enter_by_hand)
        self.by_hand.matched.connect(self._entered_by_hand)
        self.by_hand.put_away.connect(self._put_away)
        self.scan.scanner_test_requested.connect(lambda: self.navigate_requested.emit("scanner_test", None))
        self.scan.field.returnPressed.connect(self._enter_in_scan_field)
        self.recent.undo_requested.connect(self._undo)
        self.recorder.recorded.connect(self._recorded)
        self.recorder.withdrawn.connect(self._withdrawn)
        self.recorder.failed.connect(self._failed)
        self.item.outcome_requested.connect(self._decide)
        self.item.photo_requested.connect(self.photo_bar.open)
        self.item.answer_photo_requested.connect(self.photo_bar.open)
        self.group.answer_photo_requested.connect(self.photo_bar.open)
        self.item.put_away.connect(self._put_away)
        self.group.put_away.connect(self._put_away)
        self.reasons.confirmed.connect(self._record)
        self.reasons.cancelled.connect(self._leave_reasons)
        self.reasons.photo_requested.connect(self.photo_bar.open)
        self.photo_bar.photo_ready.connect(self._keep_photo)
        self.photo_bar.frame_requested.connect(lambda: self.photo_bar.take_frame(self.scan.photo_now()))

    # The shell

    def opened(self, argument: object) -> None:
        visit_id, wanted = argument if isinstance(argument, tuple) else (argument or self.visit_id, "")
        if visit_id != self.visit_id:
            self.visit_id, self.view, self.recorder.last_check_ids = str(visit_id), None, ()
            self.group.clear()
            self.show_item_place()
            self.item.show_nothing()
            self.items.show_visit(self.visit_id)
            self.sightings.begin(self.visit_id)
            self.header.set_state("")
        if wanted:
            self.items.show_filter(str(wanted))
        self._ask()

    def refresh(self, areas: frozenset[Area]) -> None:
        if self.visit_id:
            self._ask()
            self.items.refresh()
            self.sightings.ask_anew()

    def first_focus(self) -> QWidget | None:
        return self.scan.field

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        if not event.spontaneous():
            self.scan.stop()  # another page, or the lock: nobody films what nobody looks at

    def _ask(self) -> None:
        self._desk.session.note_read("visit", self.visit_id)
        self._desk.ask(query(read_visit, self.visit_id), then=self._show)

    def _show(self, view: VisitView) -> None:
        row = view.row
        if row.visit_id != self.visit_id:
            return
        self.view = view
        self.set_title(row.site)
        crumbs = [self.tr("Visits"), words.joined(words.program(row.program), words.purpose(row.purpose))]
        self.header.set_crumbs(crumbs, first_is_link=True)
        self.header.set_progress(row.checked, row.expected, progress_parts(row))
        self._to_site.setText(
            self.tr("Site checklist · {done}/{total}").format(done=view.site_answered, total=view.site_asked)
        )
        self.items.set_counts(row)
        self.recent.show_checks(view.recent, self._desk.session.name)
        if row.signatures_void:
            self.header.set_state(self.tr("Signatures void"), "bad", "triangle-alert")
        elif row.closed_at:
            self.header.set_state(self.tr("Closed out"), "ok", "lock")
            if self.is_begun() or self.item.draft is not None:
                self._put_away()

    def refuses(self) -> bool:
        """Whether the visit is closed out; then it says that nothing is recorded."""
        if self.view is None or not self.view.row.closed_at:
            return False
        self.scan.say(self.tr("This visit is closed out: nothing is recorded."), "warn")
        return True

    # Reading

    def _on_typed(self, text: str) -> None:
        self._was_submitted = True
        self._match(text.encode(), ReadBy.TYPED)

    def mark_scanned(self, raw: bytes, read_by: str) -> None:
        self._match(raw, read_by)

    def _match(self, raw: bytes, read_by: str) -> None:
        if self.refuses():
            return
        visit_id, labels = self.visit_id, self.sightings.labels
        self._desk.ask(
            call(labels.match, visit_id, raw, read_by=read_by),
            then=partial(self._matched, visit_id),
            failed=partial(self.not_matched, read_by),
        )

    def not_matched(self, read_by: str, error: KnownError) -> None:
        message = sentence(error)
        self.scan.say(f"{message.what} {message.next}", "bad")
        lost = lost_offer(error)
        if lost is not None and not self.is_begun():
            # Separators lost: what it could be is shown, and the person says which; nothing is taken silently.
            self.show_item_place()
            self.item.show_texts(lost.title, lost.text, lost.candidates, lambda text: self._match(text, read_by))
            self.to_item_column()

    # By hand

    def enter_by_hand(self) -> None:
        """No mark can be read: the serial is typed twice, with the reason why (F8)."""
        if self.refuses():
            return
        if self.view is None or self.is_begun():
            self.scan.say(self.tr("First finish what is at hand, or put it away (Esc)"), "warn")
            return
        self.item.show_nothing()
        self.items.set_in_view("")
        self.by_hand.open(self.visit_id)
        self.right.setCurrentWidget(self.by_hand)
        self.columns.bring_to_front("item")
        self.by_hand.focus_first()

    def _entered_by_hand(self, match: Match) -> None:
        self.show_item_place()
        self.scan.say(*tag_of(match)[1:])
        self.show_match(match)

    def is_begun(self) -> bool:
        """Whether answers would be lost if something else took the right column."""
        if self.right.currentWidget() is self.by_hand:
            return True
        draft = self.item.draft
        return self.group.is_open or (draft is not None and (draft.is_begun or self.right.currentIndex() == 1))

    def must_wait(self, match: Match, text: str) -> bool:
        """Answers are not thrown away by a scan: first this item, then the next."""
        draft = self.item.draft
        if not self.is_begun() or (
            draft is not None and match.item is not None and match.item.item_id == draft.item_id
        ):
            return False
        serial = "" if self.group.is_open or draft is None else draft.serial
        self.scan.say(wait_said(text, serial, is_by_hand=self.right.currentWidget() is self.by_hand), "warn")
        return True

    def _matched(self, visit_id: str, match: Match) -> None:
        if visit_id != self.visit_id or self.view is None or self.refuses():
            return
        _, text, tone = tag_of(match)
        if self.must_wait(match, text):
            return
        self.scan.say(text, tone)
        if not self.is_begun():
            self.show_match(match)

    def answer_all(self) -> None:
        shown = self.group.all_button if self.right.currentWidget() is self.group else self.item.all_button
        if shown.isVisible():
            shown.click()

    def show_match(self, match: Match, picture: bytes = b"") -> None:
        self.show_item_place()
        if match.item is not None and match.kind in {MatchKind.EXPECTED, MatchKind.ALREADY_CHECKED}:
            then = partial(self.show_picked, match.read, picture)
            self._desk.ask(query(read_item, self.visit_id, match.item.item_id), then=then)
        else:
            self.offers.show(match, picture)

    def open_item(self, draft: Draft, outcome: str) -> None:
        assert self.view is not None
        self.item.show_item(draft, self.view.item_checklist, checked_said(outcome, draft.item_id, self.view.recent))
        self.items.set_in_view(draft.item_id)
        self._desk.ask(query(history, draft.item_id), then=partial(self.item.show_history, draft.item_id))
        self.to_item_column()

    def to_item_column(self) -> None:
        self.columns.bring_to_front("item")
        self.photo_bar.close_bar()
        self.item.focus_first()

    def _pick(self, item_id: str) -> None:
        """Picked from the list by hand."""
        if self.refuses():
            return
        if self.group.is_open:
            self.scan.say(self.tr("First record the items taken, or put them away (Esc)"), "warn")
            return
        read = MarkRead(read_by=ReadBy.LIST)
        self._desk.ask(query(read_item, self.visit_id, item_id), then=partial(self.show_picked, read, b""))

    def show_picked(self, read: MarkRead, picture: bytes, found: tuple[ItemRow, str]) -> None:
        row, outcome = found
        if self.view is None or self.group.is_open or self.refuses():
            return
        self.show_item_place()
        if read.read_by == ReadBy.LIST:
            self.scan.say("")
        if outcome:
            self.open_item(Draft(read, row, mark_picture=picture), outcome)
            return
        self.item.show_offer(
            self.tr("Not on the list"),
            self.tr("This item is on the book, and this visit does not expect it."),
            read=[(self.tr("Serial number"), row.serial), (self.tr("UII"), row.uii)],
            draft=Draft(read, row),
        )
        self.to_item_column()

    # Deciding and recording

    def _decide(self, outcome: str) -> None:
        draft = self.item.draft
        if draft is None or self.view is None or self.recorder.is_busy or self.refuses():
            return
        if outcome == Outcome.VERIFIED and not draft.deviating(self.view.item_checklist):
            self._record(Outcome.VERIFIED, "", "")
            return
        if outcome == Outcome.VERIFIED:
            outcome = Outcome.DISCREPANCY
            self.notice.show_message("info", not_expected_said())
        self.reasons.ask(outcome, draft)
        self.right.setCurrentIndex(1)
        self.reasons.focus_first()

    def _record(self, outcome: str, reason: str, note: str) -> None:
        draft = self.item.draft
        if draft is not None and self.view is not None:
            checklist = self.view.item_checklist
            if self.recorder.record(self.visit_id, draft, checklist, outcome, reason, note):
                self.item.set_busy(True)

    def _recorded(self, serial: str, result: RecordedCheck) -> None:
        self.item.set_busy(False)
        self.say_recorded(f"{serial} {words.outcome(result.outcome).lower()}", [result.check_id])

    def say_recorded(self, what: str, check_ids: list[str]) -> None:
        undo = partial(self._undo, *check_ids)
        said = words.joined(self.tr("Recorded"), what)
        self.notice.show_message("ok", said, action=self.tr("Undo"), on_action=undo)
        self.say_saved()
        self.scan.say("")
        self.leave_item()

    def _failed(self, error: KnownError) -> None:
        self.item.set_busy(False)
        self.group.set_busy(False)
        self.notice.show_error(error)

    def say_saved(self) -> None:
        self.header.set_state(self.tr("Saved {time}").format(time=words.clock(self._desk.session.observed_now())))

    def undo_last(self) -> None:
        """Withdraw this device's newest standing check (Ctrl+Z, wherever the focus is)."""
        if self.refuses():
            return
        if self.recorder.withdraw_last():
            return
        if self.recent.last_check_id:
            self.recorder.withdraw(self.recent.last_check_id)
        else:
            self.notice.show_message("info", self.tr("Nothing here can be taken back."))

    def _undo(self, *check_ids: str) -> None:
        if not self.refuses():
            self.recorder.withdraw(*check_ids)

    def _withdrawn(self) -> None:
        self.recent.last_check_id = ""  # until the list is read again
        self.notice.show_message("info", self.tr("Withdrawn. The check and its withdrawal both stay in the record."))
        self.say_saved()
        self.scan.field.setFocus()

    # Photos

    def _keep_photo(self, data: bytes) -> None:
        asked = self.photo_bar.question_id
        self.photo_bar.close_bar()
        if asked:
            shown = self.group if self.right.currentWidget() is self.group else self.item
            shown.answer_with_photo(asked, data)
        elif self.item.draft is not None:
            self.item.add_photo(data)
            self.reasons.show_photos(self.item.draft)

    # Focus and keys

    def _enter_in_scan_field(self) -> None:
        """Enter in the empty scan field is Enter in the page; with text it was a scan."""
        was_submitted, self._was_submitted = self._was_submitted, False
        if not was_submitted:
            self._enter()

    def _enter(self) -> None:
        if self.right.currentWidget() is self.group:
            if self.group.verified_button.isVisible() and self.group.verified_button.isEnabled():
                self.sweep.record_group()
            return
        in_sight = self.item.verified_button.isVisible() and self.right.currentIndex() == 0
        if in_sight and self.item.verified_button.isEnabled():
            self._decide(Outcome.VERIFIED)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        focus = self.window().focusWidget()
        is_enter = event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}
        if is_enter and not isinstance(focus, QLineEdit | QPlainTextEdit | QAbstractItemView):
            self._enter()
            return
        super().keyPressEvent(event)

    def _put_away(self) -> None:
        if self.right.currentWidget() is self.group:
            self.group.clear()
        self.leave_item()

    def leave_item(self) -> None:
        """Nothing is at hand any more; what waits in the group comes back."""
        self.show_item_place()
        self.photo_bar.close_bar()
        self.item.show_nothing()
        self.items.set_in_view("")
        if self.group.is_open:
            self.right.setCurrentWidget(self.group)
            self.group.focus_first()
        else:
            self.focus_scan()

    def show_item_place(self) -> None:
        self.right.setCurrentIndex(0)

    def _leave_reasons(self) -> None:
        self.show_item_place()
        self.item.set_busy(False)
        self.item.focus_first()

    def escape(self) -> None:
        if not self.photo_bar.isHidden():
            self.photo_bar.close_bar()
        elif self.right.currentIndex() == 1:
            self._leave_reasons()
        else:
            self._put_away()

    def focus_scan(self) -> None:
        self.columns.bring_to_front("scan")
        self.scan.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def focus_filter(self) -> None:
        self.columns.bring_to_front("items")
        self.items.search.setFocus(Qt.FocusReason.OtherFocusReason)
