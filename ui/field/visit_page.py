"""The visit workspace: items, scanning, the item at hand. Scan, answer, Enter, next; no dialog on the way."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QHideEvent, QKeyEvent, QKeySequence, QShowEvent
from PySide6.QtWidgets import QAbstractItemView, QApplication, QLineEdit, QPlainTextEdit, QStackedWidget, QWidget

from db.queries.items import ItemRow, history
from eum_app.domain.errors import KnownError
from eum_app.domain.facts import MarkRead
from eum_app.scanning.decoder import Symbol
from eum_app.usecases.match_mark import Match, match_mark
from eum_app.usecases.record_check import RecordedCheck
from ui import words
from ui.desk import Desk
from ui.devices.wedge_filter import WedgeFilter
from ui.field.draft import Draft
from ui.field.item_panel import ItemPanel
from ui.field.items_panel import ItemsPanel
from ui.field.match_words import offer_of, tag_of
from ui.field.parts import name_header_buttons, named, progress_parts
from ui.field.photo_bar import PhotoBar
from ui.field.reason_column import ReasonColumn
from ui.field.recorder import Recorder
from ui.field.scan_panel import RecentPanel, ScanPanel, key_of
from ui.field.visit_view import VisitView, read_item, read_visit
from ui.messages import sentence
from ui.page import Page
from ui.widgets import ColumnPart, Columns, panel, vbox


class VisitPage(Page):
    """Opened with a visit's id, or with (visit id, filter of the items) to show e.g. what is still to check."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.setObjectName("visit_page")
        self._desk = desk
        self._visit_id = ""
        self._view: VisitView | None = None
        self._candidate_read = MarkRead(read_by="list")
        self._wedge: WedgeFilter | None = None
        self._was_submitted = False
        self.recorder = Recorder(desk, self)
        self.set_title(self.tr("Visit"))
        self.items = named(ItemsPanel(desk), "items_panel")
        self.scan = named(ScanPanel(desk), "scan_panel")
        self.recent = RecentPanel()
        self.item = ItemPanel()
        self.reasons = ReasonColumn()
        self.photo_bar = PhotoBar(desk)
        self._right = QStackedWidget()
        self._right.addWidget(self.item)
        self._right.addWidget(self.reasons)
        right = vbox(spacing=12)
        right.addWidget(self._right, 1)
        right.addWidget(self.photo_bar)
        middle = vbox(spacing=16)
        middle.addWidget(self.scan, 5)
        middle.addWidget(self.recent, 3)
        self._columns = Columns(
            [
                ColumnPart("items", self.tr("Items"), self.items, 35),
                ColumnPart("scan", self.tr("Scan"), panel(middle), 41),
                ColumnPart("item", self.tr("Item"), panel(right), 40),
            ],
            front="scan",
        )
        self.body.addWidget(self._columns, 1)
        self._connect()
        self._add_actions()

    def _connect(self) -> None:
        self.header.crumb_activated.connect(lambda: self.navigate_requested.emit("visits", None))
        self.items.item_chosen.connect(self._pick)
        self.scan.symbol_read.connect(self._on_symbol)
        self.scan.typed.connect(self._on_typed)
        self.scan.field.returnPressed.connect(self._enter_in_scan_field)
        self.recent.undo_requested.connect(self.recorder.withdraw)
        self.recorder.recorded.connect(self._recorded)
        self.recorder.withdrawn.connect(self._withdrawn)
        self.recorder.failed.connect(self._failed)
        self.item.outcome_requested.connect(self._decide)
        self.item.candidate_chosen.connect(self._take_candidate)
        self.item.photo_requested.connect(self.photo_bar.open)
        self.item.put_away.connect(self._put_away)
        self.reasons.confirmed.connect(self._record)
        self.reasons.cancelled.connect(self._leave_reasons)
        self.reasons.photo_requested.connect(self.photo_bar.open)
        self.photo_bar.photo_ready.connect(self._keep_photo)
        self.photo_bar.frame_requested.connect(self._photo_from_frame)

    def _add_actions(self) -> None:
        self._to_site = self.add_action(
            self.tr("Site checklist"),
            "Ctrl+K",
            lambda: self.navigate_requested.emit("site", self._visit_id),
            in_header=True,
        )
        self.add_action(
            self.tr("Close out…"),
            "Ctrl+Return",
            lambda: self.navigate_requested.emit("close_out", self._visit_id),
            in_header=True,
            kind="primary",
        )
        name_header_buttons(self.header, "site_checklist_button", "close_out_button")
        undo = self.tr("Withdraw the last check")
        self.add_action(undo, QKeySequence(QKeySequence.StandardKey.Undo), self.undo_last)
        self.add_action(self.tr("Go to the scan field"), "F2", self._focus_scan)
        self.add_action(self.tr("Filter the items"), "F3", self._focus_filter)
        self.add_action(self.tr("Put the item away"), "Esc", self._escape)
        self.add_button_key(self.item.all_button, "A")
        self.add_button_key(self.item.discrepancy_button, "F4")
        self.add_button_key(self.item.not_found_button, "F6")
        self.add_button_key(self.item.no_access_button, "F7")
        self.add_button_key(self.item.photo_button, "Ctrl+P")
        self.add_button_key(self.item.note_button, "Ctrl+N")
        self.note_keys(self.tr("Record as verified"), "Enter")
        self.note_keys(self.tr("Answer yes or no"), "Y / N")
        self.note_keys(self.tr("Not applicable, not observed"), "X / O")

    # The shell

    def opened(self, argument: object) -> None:
        visit_id, wanted = argument if isinstance(argument, tuple) else (argument or self._visit_id, "")
        if visit_id != self._visit_id:
            self._visit_id, self._view, self.recorder.last_check_id = str(visit_id), None, ""
            self._show_item_place()
            self.item.show_nothing()
            self.items.show_visit(self._visit_id)
            self.scan.forget_known()
            self.header.set_state("")
        if wanted:
            self.items.show_filter(str(wanted))
        self._ask()

    def refresh(self, areas: frozenset[str]) -> None:
        if self._visit_id:
            self._ask()
            self.items.refresh()

    def first_focus(self) -> QWidget | None:
        return self.scan.field

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        app = QApplication.instance()
        if self._wedge is None and isinstance(app, QApplication):
            self._wedge = WedgeFilter(app)
            self._wedge.mark_scanned.connect(self._on_burst)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        if not event.spontaneous():
            if self._wedge is not None:
                self._wedge.close()
                self._wedge.deleteLater()
                self._wedge = None
            self.scan.stop()  # another page, or the lock: nobody films what nobody looks at

    def _ask(self) -> None:
        self._desk.ask(read_visit, self._visit_id, then=self._show)

    def _show(self, view: VisitView) -> None:
        row = view.row
        if row.visit_id != self._visit_id:
            return
        self._view = view
        self.set_title(row.site)
        about = words.joined(words.program(row.program), words.purpose(row.purpose))
        self.header.set_crumbs([self.tr("Visits"), about], first_is_link=True)
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

    # Reading

    def _on_typed(self, text: str) -> None:
        self._was_submitted = True
        self._match(text.encode(), "typed", "", "")

    def _on_burst(self, raw: bytes) -> None:
        self._match(raw, "wedge", "", "")

    def _on_symbol(self, symbol: Symbol, read_by: str) -> None:
        key = key_of(symbol.symbology, symbol.raw)
        self._match(symbol.raw, read_by, symbol.aim or symbol.symbology, key, symbol.preparation)

    def _match(self, raw: bytes, read_by: str, symbology: str, key: str, preparation: str = "") -> None:
        session, visit_id = self._desk.session, self._visit_id
        self._desk.tasks.query(
            lambda: match_mark(session, visit_id, raw, read_by=read_by, symbology=symbology, preparation=preparation),
            partial(self._matched, visit_id, key),
            partial(self._not_matched, key),
        )

    def _not_matched(self, key: str, error: KnownError) -> None:
        message = sentence(error)
        if key:
            self.scan.set_known(key, "high", self.tr("cannot be read"))
            self.scan.redraw_marks()
        self.scan.say(f"{message.what} {message.next}", "bad")

    def _matched(self, visit_id: str, key: str, match: Match) -> None:
        if visit_id != self._visit_id or self._view is None:
            return
        state, text, tone = tag_of(match)
        if key:
            self.scan.set_known(key, state, text)
            self.scan.redraw_marks()
        draft = self.item.draft
        is_begun = draft is not None and (draft.is_begun or self._right.currentIndex() == 1)
        if draft is not None and is_begun and (match.item is None or match.item.item_id != draft.item_id):
            # Answers are not thrown away by a scan: first this item, then the next.
            wait = self.tr("{text} · first finish {serial}, or put it away (Esc)")
            self.scan.say(wait.format(text=text, serial=draft.serial), "warn")
            return
        self.scan.say(text, tone)
        is_seen = match.read.read_by == "camera"
        if is_begun or (is_seen and match.kind != "expected" and draft is not None):
            return
        if not (is_seen and match.kind == "already_checked"):
            self._show_match(match)

    def _show_match(self, match: Match) -> None:
        self._show_item_place()
        if match.item is not None and match.kind in {"expected", "already_checked"}:
            self._desk.ask(read_item, self._visit_id, match.item.item_id, then=partial(self._picked, match.read))
            return
        offer = offer_of(match)
        draft = Draft(match.read, match.item) if offer.can_be_recorded else None
        self._candidate_read = match.read
        self.items.set_in_view("")
        self.item.show_offer(offer.title, offer.text, read=offer.read, candidates=match.candidates, draft=draft)
        self._to_item_column()

    def _open_item(self, draft: Draft, outcome: str) -> None:
        assert self._view is not None
        checked = ""
        if outcome and outcome != "to_check":
            before = next(
                (one for one in self._view.recent if one.item_id == draft.item_id and not one.withdrawn), None
            )
            said = words.joined(words.outcome(outcome), words.clock(before.observed_at) if before else "")
            template = self.tr("Already checked: {said}. A new check takes its place; both stay in the record.")
            checked = template.format(said=said)
        self.item.show_item(draft, self._view.item_checklist, checked)
        self.items.set_in_view(draft.item_id)
        self._desk.ask(history, draft.item_id, then=partial(self.item.show_history, draft.item_id))
        self._to_item_column()

    def _to_item_column(self) -> None:
        self._columns.bring_to_front("item")
        self.photo_bar.close_bar()
        self.item.focus_first()

    def _pick(self, item_id: str) -> None:
        """Picked from the list by hand."""
        read = MarkRead(read_by="list")
        self._desk.ask(read_item, self._visit_id, item_id, then=partial(self._picked, read))

    def _take_candidate(self, item_id: str) -> None:
        self._desk.ask(read_item, self._visit_id, item_id, then=partial(self._picked, self._candidate_read))

    def _picked(self, read: MarkRead, found: tuple[ItemRow, str]) -> None:
        row, outcome = found
        if self._view is None:
            return
        self._show_item_place()
        if read.read_by == "list":
            self.scan.say("")
        if outcome:
            self._open_item(Draft(read, row), outcome)
            return
        self.item.show_offer(
            self.tr("Not on the list"),
            self.tr("This item is on the book, and this visit does not expect it."),
            read=[(self.tr("Serial number"), row.serial), (self.tr("UII"), row.uii)],
            draft=Draft(read, row),
        )
        self._to_item_column()

    # Deciding and recording

    def _decide(self, outcome: str) -> None:
        draft = self.item.draft
        if draft is None or self.recorder.is_busy:
            return
        if outcome == "verified":
            self._record("verified", "", "")
            return
        self.reasons.ask(outcome, draft)
        self._right.setCurrentIndex(1)
        self.reasons.focus_first()

    def _record(self, outcome: str, reason: str, note: str) -> None:
        draft = self.item.draft
        if draft is not None and self._view is not None:
            checklist = self._view.item_checklist
            if self.recorder.record(self._visit_id, draft, checklist, outcome, reason, note):
                self.item.set_busy(True)

    def _recorded(self, serial: str, result: RecordedCheck) -> None:
        self.item.set_busy(False)
        said = words.joined(self.tr("Recorded"), f"{serial} {words.outcome(result.outcome).lower()}")
        self.notice.show_message(
            "ok", said, action=self.tr("Undo"), on_action=partial(self.recorder.withdraw, result.check_id)
        )
        self._say_saved()
        self.scan.say("")
        self.scan.forget_known()
        self._put_away()

    def _failed(self, error: KnownError) -> None:
        self.item.set_busy(False)
        self.notice.show_error(error)

    def _say_saved(self) -> None:
        self.header.set_state(self.tr("Saved {time}").format(time=words.clock(self._desk.session.observed_now())))

    def undo_last(self) -> None:
        """Withdraw this device's newest standing check (Ctrl+Z, wherever the focus is)."""
        check_id = self.recorder.last_check_id or self.recent.last_check_id
        if check_id:
            self.recorder.withdraw(check_id)
        else:
            self.notice.show_message("info", self.tr("Nothing here can be taken back."))

    def _withdrawn(self) -> None:
        self.recent.last_check_id = ""  # until the list is read again
        self.notice.show_message("info", self.tr("Withdrawn. The check and its withdrawal both stay in the record."))
        self._say_saved()
        self.scan.forget_known()
        self.scan.field.setFocus()

    # Photos

    def _photo_from_frame(self) -> None:
        self.photo_bar.take_frame(self.scan.photo_now())

    def _keep_photo(self, data: bytes) -> None:
        self.photo_bar.close_bar()
        if self.item.draft is not None:
            self.item.add_photo(data)
            self.reasons.show_photos(self.item.draft)

    # Focus and keys

    def _enter_in_scan_field(self) -> None:
        """Enter in the empty scan field is Enter in the page; with text it was a scan."""
        was_submitted, self._was_submitted = self._was_submitted, False
        if not was_submitted:
            self._enter()

    def _enter(self) -> None:
        in_sight = self.item.verified_button.isVisible() and self._right.currentIndex() == 0
        if in_sight and self.item.verified_button.isEnabled():
            self._decide("verified")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        focus = self.window().focusWidget()
        is_enter = event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}
        if is_enter and not isinstance(focus, QLineEdit | QPlainTextEdit | QAbstractItemView):
            self._enter()
            return
        super().keyPressEvent(event)

    def _put_away(self) -> None:
        self._show_item_place()
        self.photo_bar.close_bar()
        self.item.show_nothing()
        self.items.set_in_view("")
        self._columns.bring_to_front("scan")
        self._focus_scan()

    def _show_item_place(self) -> None:
        self._right.setCurrentIndex(0)

    def _leave_reasons(self) -> None:
        self._show_item_place()
        self.item.set_busy(False)
        self.item.focus_first()

    def _escape(self) -> None:
        if not self.photo_bar.isHidden():
            self.photo_bar.close_bar()
        elif self._right.currentIndex() == 1:
            self._leave_reasons()
        else:
            self._put_away()

    def _focus_scan(self) -> None:
        self._columns.bring_to_front("scan")
        self.scan.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def _focus_filter(self) -> None:
        self._columns.bring_to_front("items")
        self.items.search.setFocus(Qt.FocusReason.OtherFocusReason)
