"""The visit workspace: items, scanning, the open item. Scan, answer, Enter, next; no dialog in between."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QHideEvent, QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QLineEdit, QPlainTextEdit, QWidget

from eum_app.domain.areas import Area
from eum_app.domain.visits import ReadBy
from eum_app.scanning.wedge import Refused
from eum_app.usecases.calls import query
from eum_app.usecases.visits.drafts import Unrecorded
from ui.field.parts import named, progress_parts
from ui.field.visit.current_work import ASIDE, CurrentWork, Event, State
from ui.field.visit.fates import Fates
from ui.field.visit.going_back import GoingBack
from ui.field.visit.items_panel import ItemsPanel
from ui.field.visit.keeper import Keeper
from ui.field.visit.offer_work import OfferWork
from ui.field.visit.opening import Opening
from ui.field.visit.recent_panel import RecentPanel, last_words
from ui.field.visit.recorder import Recorder
from ui.field.visit.recording import Recording
from ui.field.visit.scan_panel import ScanPanel
from ui.field.visit.sightings import Sightings
from ui.field.visit.sweep_work import SweepWork
from ui.field.visit.undoing import Undoing
from ui.field.visit.visit_keys import add_keys, add_ways
from ui.field.visit.visit_view import VisitView, read_visit
from ui.field.visit.work_column import WorkColumn
from ui.field.visit.workspace import Workspace
from ui.kit import words
from ui.kit.desk import Desk
from ui.kit.page import Page
from ui.kit.scan_words import refusal_text
from ui.kit.theme import inset
from ui.kit.widgets import ColumnPart, Columns, panel, vbox

_KINDS = {"ok": "ok", "accent": "info", "warn": "attention", "bad": "stop"}
"""Tone of a scan's outcome to the kind of the message."""


OF_VISIT = frozenset({"visit", "site", "close_out", "transcribe"})
"""Pages of one visit."""


class VisitPage(Page):
    """The workspace of a visit. Opened with its id, or with (visit id, filter of the items or `Unrecorded`)."""

    takes_scans = True

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.setObjectName("visit_page")
        self._desk = desk
        self._was_submitted = False
        self._said = ""
        self.set_title(self.tr("Visit"))
        self.work = CurrentWork()
        self.items = named(ItemsPanel(desk), "items_panel")
        self.scan = named(ScanPanel(desk), "scan_panel")
        self.recent = RecentPanel()
        self.column = WorkColumn(desk, self.work)
        self.item = self.column.item
        middle = vbox(spacing=16)
        middle.addWidget(self.scan, 5)
        middle.addWidget(self.recent, 3)
        self._columns = columns = Columns(
            [
                ColumnPart("items", self.tr("Items"), self.items, 35),
                ColumnPart("scan", self.tr("Scan"), panel(middle), 41),
                ColumnPart("item", self.tr("Item"), self.column, 40),
            ],
            front="scan",
        )
        self.body.addWidget(columns, 1)
        self.header.add_tabs(columns.lend_tabs())
        columns.narrowed.connect(partial(_save_height, self))
        self.recorder = Recorder(desk, self)
        self.sightings = Sightings(desk, self)
        self.workspace = Workspace(desk, self, self.work, self.items, self.scan, self.column, columns)
        self.keeper = Keeper(self.workspace, self.recorder)
        offers = OfferWork(self.workspace)
        self.opening = Opening(self.workspace, self.sightings.labels, offers, self.keeper)
        self.undoing = Undoing(self.workspace, self.recorder, self.recent)
        self.recording = Recording(self.workspace, self.recorder, self.recent, self.undoing)
        self.fates = Fates(self.workspace)
        self._going_back = GoingBack(self.workspace, self.keeper, self.opening, self.recording)
        self.sweep = SweepWork(self.workspace, self.sightings, self.recorder, self.opening, offers)
        self._connect()
        self._to_site = add_ways(self, self.work)
        add_keys(self, self.workspace, self.undoing, self.sweep, self.escape)
        _save_height(self, columns.is_narrow)

    def _connect(self) -> None:
        self.header.crumb_activated.connect(lambda: self.navigate_requested.emit("visits", None))
        self.put_away.connect(self.scan.hold)
        self.put_away.connect(self.keeper.flush)
        self.taken_up.connect(self.scan.go_on)
        self.scan.typed.connect(self._on_typed)
        self.scan.said.connect(self._say)
        self.scan.scanner_test_requested.connect(lambda: self.navigate_requested.emit("scanner_test", None))
        self.scan.field.returnPressed.connect(self._enter_in_scan_field)
        for place in (self.column.item, self.column.group):
            place.put_away.connect(self.close_work)
        for aside in (self.column.by_hand, self.column.evidence):
            aside.put_away.connect(self.escape)
        self.column.photo_bar.frame_requested.connect(lambda: self.column.photo_bar.take_frame(self.scan.photo_now()))

    # The shell

    @property
    def visit_id(self) -> str:
        """Return the id of the last opened visit; empty before the first."""
        return self.work.visit_id

    def opened(self, argument: object) -> None:
        """Show the visit with the id `argument`, or (visit id, filter) or (visit id, `Unrecorded`) to open a draft.

        The work in another visit is kept there.
        """
        visit_id, wanted = argument if isinstance(argument, tuple) else (argument or self.visit_id, "")
        if visit_id != self.visit_id:
            self.keeper.leave()
            self.work.visit_id, self.work.view = str(visit_id), None
            self.recorder.acts.clear()
            self.workspace.send(Event.ANOTHER_VISIT)
            self.items.show_visit(self.visit_id)
            self.sightings.begin(self.visit_id)
            self.header.set_state("")
        self._going_back.wanted = wanted if isinstance(wanted, Unrecorded) else None
        self._going_back.keeps_list = bool(wanted)
        if wanted and not isinstance(wanted, Unrecorded):
            self.items.show_filter(str(wanted))
        self._ask()

    def refresh(self, areas: frozenset[Area]) -> None:
        if self.visit_id:
            self._ask()
            self.items.refresh()
            self.sightings.ask_anew()

    def notice_place(self) -> QRect:
        """Return the strip under the scan field, or the title's place where the strip is not in sight."""
        strip = self.scan.feedback
        if self._columns.is_narrow or strip.visibleRegion().boundingRect() != strip.rect():
            return super().notice_place()
        return QRect(strip.mapTo(self, QPoint()), strip.size())

    def first_focus(self) -> QWidget | None:
        return self.scan.field

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        if not event.spontaneous():
            self.keeper.flush()
            self.scan.stop()  # another page, or the lock: no camera runs unseen

    def note_page_shown(self, key: str) -> None:
        """Note which page the shell shows: after a restart, the visit comes back if it or a page about it was shown."""
        if self.visit_id:
            self.keeper.set_in_front(is_in_front=key in OF_VISIT)

    def _ask(self) -> None:
        self._desk.session.notes.note_read("visit", self.visit_id)
        self._desk.ask(query(read_visit, self.visit_id), then=self._show)

    def _show(self, view: VisitView) -> None:
        row = view.row
        if row.visit_id != self.visit_id:
            return
        has_other_terms = self.work.view is not None and self.work.view.terms != view.terms
        self.work.view = view
        if has_other_terms:  # the answers about the site have changed
            self.item.follow()
        self.set_title(row.site)
        about = words.joined(words.program(row.program), words.purpose(row.purpose))
        self.header.set_crumbs([self.tr("Visits"), about], first_is_link=True)
        self.header.set_progress(row.checked, row.expected, progress_parts(row))
        self._to_site.setText(
            self.tr("Site checklist · {done}/{total}").format(done=view.site_answered, total=view.site_asked)
        )
        self.items.checklist = view.item_checklist
        self.items.set_counts(row)
        self.recent.show_checks(view.recent, self._desk.session.name, is_closed=bool(row.closed_at))
        self.scan.show_last(last_words(view.recent))
        if row.signatures_void:
            self.header.set_state(self.tr("Signatures void"), "bad", "triangle-alert")
        elif row.closed_at:
            self.header.set_state(self.tr("Closed out"), "ok", "lock")
        self._follow_closing(is_closed=bool(row.closed_at))

    def _follow_closing(self, *, is_closed: bool) -> None:
        was_free = self.work.state in {State.UNREAD, State.CLOSED, State.NOTHING}
        if not is_closed or was_free:
            self.workspace.send(Event.VISIT_CLOSED if is_closed else Event.VISIT_READ)
        else:
            self.workspace.finish(Event.VISIT_CLOSED)
        if was_free and self.work.state is State.NOTHING and not self.keeper.is_at(self.visit_id):
            self.keeper.begin(self.visit_id)
        elif not is_closed:
            self._going_back.open_wanted()

    # Marks

    def mark_scanned(self, raw: bytes, read_by: str) -> None:
        """Look up the mark, and open its item or show an offer."""
        self.opening.match(raw, read_by)

    def scan_refused(self, refused: Refused) -> None:
        """Say it where verdicts on marks are read."""
        self.scan.say(refusal_text(refused), "warn")

    def _on_typed(self, text: str) -> None:
        self._was_submitted = True
        self.opening.match(text.encode(), ReadBy.TYPED)

    def _say(self, text: str, tone: str) -> None:
        if not text and self.notice.text == self._said:
            self.notice.dismiss()
        elif text and text != self.notice.text:
            self.notice.show_message(_KINDS.get(tone, "info"), text)
        self._said = text

    # Keys

    def _enter_in_scan_field(self) -> None:
        """Treat Enter in the empty scan field as Enter in the page; with text it was a scan."""
        was_submitted, self._was_submitted = self._was_submitted, False
        if not was_submitted:
            self.recording.verify()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        focus = self.window().focusWidget()
        is_enter = event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and not event.isAutoRepeat()
        if is_enter and not isinstance(focus, QLineEdit | QPlainTextEdit | QAbstractItemView):
            self.recording.verify()
            return
        if event.key() == Qt.Key.Key_PageDown:
            self.column.show_next()
            return
        super().keyPressEvent(event)

    def close_work(self) -> None:
        """Close the current work; items that wait in the group come back."""
        self.keeper.put_away(Event.PUT_AWAY)

    def escape(self) -> None:
        """Close the innermost part: the photo bar, the form for a room, the reasons, the item, the group."""
        if not self.column.photo_bar.isHidden():
            self.column.photo_bar.close_bar()
        elif self.items.asks_about_room:
            self.items.close_room()
        elif self.work.state in ASIDE:
            self.workspace.leave_aside()
        elif self.work.state is State.ITEM and self.item.extras.asks_to_discard:
            self.item.extras.close_question()
        else:
            self.keeper.put_away(Event.ESCAPE)


def _save_height(page: VisitPage, is_narrow: bool) -> None:
    """Leave the height of a small screen, where one column is shown at a time, to the questions."""
    page.header.set_compact(is_compact=is_narrow)
    page.item.set_compact(is_compact=is_narrow)
    margin = 8 if is_narrow else 16
    inset(page.body, margin, margin, margin, margin, spacing=16)
