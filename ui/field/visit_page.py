"""The visit workspace: items, scanning, the item at hand. Scan, answer, Enter, next; no dialog on the way."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, QTime
from PySide6.QtGui import QHideEvent, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QLineEdit, QPlainTextEdit, QStackedLayout, QWidget

from db.queries.items import history, item
from db.queries.visits import CheckRow, VisitRow, is_expected, recent_checks, site_answers_of, visit, visit_checklists
from eum_app.domain.checklists import Checklist, open_questions, visible_questions
from eum_app.domain.errors import KnownError
from eum_app.domain.facts import MarkRead
from eum_app.scanning.decoder import Symbol
from eum_app.usecases.match_mark import Match, match_mark
from eum_app.usecases.photos import check_photo
from eum_app.usecases.record_check import RecordedCheck, record_check, withdraw_check
from ui import words
from ui.desk import Desk
from ui.field.draft import Draft
from ui.field.item_panel import ItemPanel
from ui.field.items_panel import ItemsPanel
from ui.field.match_words import offer_of, tag_of
from ui.field.parts import named, progress_parts, read_file
from ui.field.photo_bar import PhotoBar
from ui.field.reason_column import ReasonColumn
from ui.field.scan_panel import RecentPanel, ScanPanel, key_of
from ui.messages import sentence
from ui.page import Page
from ui.widgets import ColumnPart, Columns, panel, vbox


@dataclass(frozen=True)
class VisitView:
    """What the page needs of a visit, read at one moment."""

    row: VisitRow
    item_checklist: Checklist
    site_answered: int
    site_asked: int
    recent: list[CheckRow]


def read_visit(connection: Any, visit_id: str) -> VisitView:
    item_checklist, site_checklist = visit_checklists(connection, visit_id)
    answers = site_answers_of(connection, visit_id)
    asked = visible_questions(site_checklist, answers)
    given = {answer.question_id for answer in answers}
    given -= {one.question_id for one in open_questions(site_checklist, answers)}
    answered = sum(question.question_id in given for question in asked)
    recent = recent_checks(connection, visit_id)
    return VisitView(visit(connection, visit_id), item_checklist, answered, len(asked), recent)


def read_item(connection: Any, visit_id: str, item_id: str) -> tuple[Any, str]:
    """An item and its outcome in the visit so far."""
    return item(connection, item_id), is_expected(connection, visit_id, item_id)


class VisitPage(Page):
    """Opened with a visit's id, or with (visit id, filter of the items) to show e.g. what is still to check."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.setObjectName("visit_page")
        self._desk = desk
        self._visit_id = ""
        self._view: VisitView | None = None
        self._last_check = ""
        self._is_recording = self._is_undoing = self._was_submitted = False
        self.set_title(self.tr("Visit"))
        self.items = named(ItemsPanel(desk), "items_panel")
        self.scan = named(ScanPanel(desk), "scan_panel")
        self.recent = RecentPanel()
        self.item = ItemPanel()
        self.reasons = ReasonColumn()
        self.photo_bar = PhotoBar()
        self._right = QStackedLayout()
        self._right.addWidget(self.item)
        self._right.addWidget(self.reasons)
        right = vbox(spacing=12)
        right.addLayout(self._right, 1)
        right.addWidget(self.photo_bar)
        middle = vbox(spacing=16)
        middle.addWidget(self.scan, 3)
        middle.addWidget(self.recent, 2)
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
        self.recent.undo_requested.connect(self._undo)
        self.item.outcome_requested.connect(self._decide)
        self.item.candidate_chosen.connect(self._take_candidate)
        self.item.photo_requested.connect(self.photo_bar.open)
        self.item.put_away.connect(self._put_away)
        self.reasons.confirmed.connect(self._record)
        self.reasons.cancelled.connect(self._leave_reasons)
        self.reasons.photo_requested.connect(self.photo_bar.open)
        self.photo_bar.path_chosen.connect(self._load_photo)
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
        undo = self.tr("Withdraw the last check")
        self.add_action(undo, QKeySequence(QKeySequence.StandardKey.Undo), self.undo_last)
        self.add_action(self.tr("Go to the scan field"), "F2", self._focus_scan)
        self.add_action(self.tr("Filter the items"), "F3", self._focus_filter)
        self.add_action(self.tr("Put the item away"), "Esc", self._escape)
        self.add_button_key(self.item.all_button, "A")
        self.add_button_key(self.item.discrepancy_button, "Ctrl+D")
        self.add_button_key(self.item.not_found_button, "Ctrl+M")
        self.add_button_key(self.item.no_access_button, "Ctrl+B")
        self.add_button_key(self.item.photo_button, "Ctrl+P")
        self.add_button_key(self.item.note_button, "Ctrl+N")
        self.note_keys(self.tr("Record as verified"), "Enter")
        self.note_keys(self.tr("Answer yes or no"), "Y / N")
        self.note_keys(self.tr("Not applicable, not observed"), "X / O")

    # The shell

    def opened(self, argument: object) -> None:
        visit_id, wanted = argument if isinstance(argument, tuple) else (argument or self._visit_id, "")
        if visit_id != self._visit_id:
            self._visit_id, self._view, self._last_check = str(visit_id), None, ""
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

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        if not event.spontaneous():
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
        is_seen = match.read.read_by == "camera"
        busy = self.item.draft is not None or self._right.currentIndex() == 1
        if is_seen and busy:
            # The camera never takes the item at hand away; pressing the mark in the picture does.
            begun = self._right.currentIndex() == 1 or bool(self.item.draft and self.item.draft.is_begun)
            if begun or match.kind != "expected":
                self.scan.say(text, tone)
                return
        if is_seen and match.kind == "already_checked":
            self.scan.say(text, tone)
            return
        self.scan.say(text, tone)
        self._show_match(match)

    def _show_match(self, match: Match) -> None:
        self._show_item_place()
        if match.item is not None and match.kind in {"expected", "already_checked"}:
            self._open_item(Draft(match.read, match.item), "" if match.kind == "expected" else "checked")
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
            said = words.joined(words.outcome(before.outcome), words.clock(before.observed_at)) if before else ""
            checked = self.tr("Already checked: {said}. A new check replaces it; both stay in the record.").format(
                said=said or words.outcome(outcome if outcome != "checked" else "verified")
            )
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

    def _picked(self, read: MarkRead, found: tuple[Any, str]) -> None:
        row, outcome = found
        if self._view is None:
            return
        self._show_item_place()
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
        if draft is None or self._is_recording:
            return
        if outcome == "verified":
            self._record("verified", "", "")
            return
        self.reasons.ask(outcome, draft)
        self._right.setCurrentIndex(1)
        self.reasons.focus_first()

    def _record(self, outcome: str, reason: str, note: str) -> None:
        draft = self.item.draft
        if draft is None or self._view is None or self._is_recording:
            return
        self._is_recording = True
        self.item.set_busy(True)
        notes = "\n".join(text for text in (draft.note, note) if text)
        answers = draft.given(self._view.item_checklist) if draft.item is not None and outcome != "not_on_list" else ()
        self._desk.do(
            record_check,
            visit_id=self._visit_id,
            item_id=draft.item_id,
            outcome=outcome,
            mark=draft.mark,
            reason=reason,
            answers=answers,
            all_as_expected=draft.all_as_expected,
            note=notes,
            photos=list(draft.photos.values()),
            then=partial(self._recorded, draft.serial),
            failed=self._not_recorded,
        )

    def _recorded(self, serial: str, result: RecordedCheck) -> None:
        self._is_recording = False
        self._last_check = result.check_id
        said = words.joined(self.tr("Recorded"), f"{serial} {words.outcome(result.outcome).lower()}")
        self.notice.show_message("ok", said, action=self.tr("Undo"), on_action=partial(self._undo, result.check_id))
        self._say_saved()
        self.scan.say("")
        self.scan.forget_known()
        self._put_away()

    def _not_recorded(self, error: KnownError) -> None:
        self._is_recording = False
        self.item.set_busy(False)
        self.notice.show_error(error)

    def _say_saved(self) -> None:
        self.header.set_state(self.tr("Saved {time}").format(time=QTime.currentTime().toString("HH:mm:ss")), "mute")

    def undo_last(self) -> None:
        """Withdraw this device's newest standing check (Ctrl+Z, wherever the focus is)."""
        check_id = self._last_check or self.recent.last_check_id
        if check_id:
            self._undo(check_id)
        else:
            self.notice.show_message("info", self.tr("Nothing here can be taken back."))

    def _undo(self, check_id: str) -> None:
        if self._is_undoing:
            return
        self._is_undoing = True
        self._desk.do(withdraw_check, check_id, then=self._undone, failed=self._not_undone)

    def _undone(self, _changed: object) -> None:
        self._is_undoing, self._last_check = False, ""
        self.recent.last_check_id = ""  # until the list is read again
        self.notice.show_message("info", self.tr("Withdrawn. The check and its withdrawal both stay in the record."))
        self._say_saved()
        self.scan.forget_known()
        self.scan.field.setFocus()

    def _not_undone(self, error: KnownError) -> None:
        self._is_undoing, self._last_check = False, ""
        self.notice.show_error(error)

    # Photos

    def _load_photo(self, path: Path) -> None:
        def read() -> bytes:
            data = read_file(path)
            check_photo(data)
            return data

        self._desk.tasks.query(read, self._keep_photo, self.photo_bar.show_error)

    def _photo_from_frame(self) -> None:
        data = self.scan.photo_now()
        if data:
            self._keep_photo(data)
        else:
            self.photo_bar.say(self.tr("No camera is running. Choose one under Scan, or a picture file."))

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
