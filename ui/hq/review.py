"""Review: ordered findings; the book and the visit; the evidence, the history, and the decision."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QImage
from PySide6.QtWidgets import QApplication, QStackedWidget, QWidget

from eum_app.domain.areas import Area
from eum_app.domain.errors import KnownError
from eum_app.domain.findings import Decision
from eum_app.domain.ids import FindingId
from eum_app.domain.people import Permission
from eum_app.usecases.calls import call
from eum_app.usecases.items.disposition_statement import NewDisposition, states_in_force
from eum_app.usecases.review.findings import Reviewed, review_finding
from ui.hq.narrowed import Narrowed
from ui.hq.record_card import RecordCard
from ui.hq.review_data import REVIEW_SHOWS, FindingDetail, finding_detail
from ui.hq.review_history import finding_history
from ui.hq.review_parts import DecisionPanel, EvidenceCard, caption_of
from ui.hq.review_picture import LargePicture, LoadedPicture, picture_of
from ui.hq.review_queue import FindingQueue
from ui.hq.review_work import Event, Reply, ReviewWork, State
from ui.hq.slip_dialog import finding_subject, slip_button
from ui.kit.desk import Desk
from ui.kit.models import current_id
from ui.kit.page import Page
from ui.kit.widgets import ActionButton, Card, Chip, ColumnPart, Columns, EmptyState, hbox, label, panel, vbox
from ui.kit.widgets.history import HistoryCard
from ui.kit.words import joined, program, purpose, rule_title, word
from ui.shared.page_parts import may, named, why_not


class ReviewPage(Page):
    """A view of `ReviewWork`. Three columns: the queue, the finding, its history with the decision under it."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(self.tr("Review"))
        self.desk = desk
        self.work = ReviewWork()
        self._detail: FindingDetail | None = None
        self._images: dict[str, tuple[QImage, str]] = {}
        self._severity = Chip()
        self.header.add_chip(self._severity)
        self._severity.hide()
        self.queue = FindingQueue(desk)
        self.queue.current_changed.connect(self._chosen)
        self.queue.emptied.connect(self._emptied)
        self.queue.model.failed.connect(self.notice.show_error)
        self.queue.list.activated.connect(lambda _index: _without_ctrl(partial(self.decide, Decision.RESOLVE)))
        self.large = LargePicture(desk)
        self.large.left.connect(lambda: self._send(Event.SHRINK))
        self.large.withholding_asked.connect(
            lambda: self.notice.show_message(
                "ok", self.tr("Requested. Another person must confirm, under Accounts and lock."), stays=True
            )
        )
        self._columns = self._make_columns()
        self._nothing = self._empty_card()
        self._pages = QStackedWidget()
        for part in (self._columns, self.large, self._nothing):
            self._pages.addWidget(part)
        self.body.addWidget(self._pages, 1)
        self._actions: dict[Decision, QAction] = {}
        self._add_actions()
        self._follow()

    # Its parts

    def _make_columns(self) -> Columns:
        self.record, self.evidence = RecordCard(), EvidenceCard()
        self.evidence.picture_opened.connect(self.open_picture)
        middle = panel(vbox(self.record, self.evidence, spacing=16))
        middle.layout().setStretch(1, 1)  # type: ignore[union-attr]
        self.history = HistoryCard(self.tr("History"))
        offer = slip_button(self.desk, "review_slip_button", lambda: finding_subject(self._detail))
        self.history.add_foot(hbox(1, offer))
        self.decision = DecisionPanel(states_in_force(self.desk.session.now().date()))
        self.decision.confirmed.connect(self._record)
        self.decision.cancelled.connect(lambda: self._send(Event.ESCAPE))
        self.decision.hide()
        self._why_not = label("", "sub", tone="warn", wrap=True)
        self._why_not.setObjectName("review_why_not")
        right = panel(vbox(self.history, self._why_not, self.decision, spacing=12))
        right.layout().setStretch(0, 1)  # type: ignore[union-attr]
        columns = [
            ColumnPart("queue", self.tr("Findings"), self.queue, 34),
            ColumnPart("finding", self.tr("Evidence"), middle, 42),
            ColumnPart("history", self.tr("History and decision"), right, 28),
        ]
        return Columns(columns)

    def _empty_card(self) -> QWidget:
        card = Card()
        self._empty = EmptyState(
            "shield-check",
            self.tr("Nothing to review"),
            self.tr("Rules check every bundle that is imported. Their findings wait here for a decision."),
            self.tr("Go to the inbox"),
            lambda: self.navigate_requested.emit("inbox", None),
        )
        named(self._empty.action_button, "review_empty_inbox")
        card.add(self._empty, 1)
        return card

    def _add_actions(self) -> None:
        for decision, words, key, kind in (
            (Decision.RECHECK, self.tr("Ask for re-check…"), "C", ""),
            (Decision.ESCALATE, self.tr("Escalate as potential violation…"), "E", "danger"),
            (Decision.RESOLVE, self.tr("Resolve…"), "R", "primary"),
        ):
            action = self.add_action(words, key, partial(self.decide, decision))
            self._actions[decision] = action
            self.header.add_action(named(ActionButton(action, kind=kind), f"review_{decision}"))
        self.add_action(self.tr("Next finding"), "J", lambda: self.queue.step(1))
        self.add_action(self.tr("Previous finding"), "K", lambda: self.queue.step(-1))
        self.add_action(self.tr("Enlarge the first photo"), "Z", self.open_first_picture)
        self.add_action(self.tr("Back to the findings"), "Esc", lambda: self._send(Event.ESCAPE))
        self.note_keys(self.tr("Resolve the selected finding"), "Enter")
        self.note_keys(self.tr("Record the decision, in the comment"), "Ctrl+Enter")
        self.note_keys(self.tr("Zoom and move a large picture"), "+ − ← → ↑ ↓")

    # The shell

    def opened(self, argument: object) -> None:
        """Reload: narrowed to a figure's findings (`Narrowed`), or with the finding of an id selected."""
        if isinstance(argument, Narrowed):
            self.queue.narrow(argument)
        elif isinstance(argument, str) and argument:
            self.queue.want(argument)
        self.queue.reload()

    def refresh(self, areas: frozenset[Area]) -> None:
        if areas & REVIEW_SHOWS:
            self.queue.reload()

    def first_focus(self) -> QWidget:
        """Return the comment while one is asked for: letters typed into the list would choose another decision."""
        return self.decision.comment if self.work.state is State.DECIDING else self.queue.list

    # The state

    def _send(self, event: Event) -> Reply | State:
        """Carry out an event, and show the resulting state."""
        was, was_deciding = self.work.state, self.work.beneath is State.DECIDING
        reply = self.work.send(event)
        state = self.work.state
        pages = {State.PICTURE: self.large, State.EMPTY: self._nothing}
        had_focus = any(part.hasFocus() for part in self.decision.findChildren(QWidget))
        self._pages.setCurrentWidget(pages.get(state, self._columns))
        self.decision.setVisible(self.work.is_deciding)
        if was_deciding and not self.work.is_deciding and self.decision.is_begun:
            said = self.tr("The comment is kept, not recorded. It comes back with the next decision on its finding.")
            self.notice.show_message("info", said)
        if (was is State.PICTURE and state is not was) or (had_focus and not self.work.is_deciding):
            self.queue.list.setFocus()
        return reply

    def _follow(self) -> None:
        denied = self._denied()
        for action in self._actions.values():
            action.setEnabled(self._detail is not None and not denied)
        self._why_not.setText(denied)
        self._why_not.setVisible(bool(denied))

    def _denied(self) -> str:
        """Return why nothing can be decided here; empty if it can."""
        denied = why_not(self.desk.session, Permission.FINDING_REVIEW)
        if denied or self._detail is None:
            return denied
        row = self._detail.finding
        if row.decision:
            return self.tr("This finding is decided: {decision}.").format(decision=word("decision", row.decision))
        if row.lapsed_at:
            return self.tr("This finding lapsed; there is nothing to decide.")
        if self._detail.is_own:
            return self.tr("You made this check, or were sent to this visit. Another reviewer has to decide on it.")
        return ""

    # One finding

    def _emptied(self) -> None:
        self._detail = None
        self._images = {}
        self.header.set_crumbs([])
        self.header.set_title(self.tr("Review"))
        self._severity.hide()
        self._send(Event.NONE_OPEN if self.queue.shows_all_open else Event.NONE_FIT)
        self._follow()

    def _chosen(self, row_id: str | None) -> None:
        if row_id is None:
            return
        finding_id = FindingId(row_id)
        if self._detail is None or self._detail.finding.finding_id != finding_id:
            self._detail = None
            self._send(Event.ANOTHER)
            self._follow()
        self.desk.ask(call(finding_detail, finding_id), then=self._show, failed=self.notice.show_error)

    def _show(self, detail: FindingDetail) -> None:
        row = detail.finding
        if row.finding_id != current_id(self.queue.list) or detail == self._detail:
            return
        self._detail, self._images = detail, {}
        self._send(Event.READ)
        if any(one.is_withheld and one.object_id == self.large.object_id for one in detail.pictures):
            self._send(Event.SHRINK)
        visit = detail.visit
        of = [visit.site, joined(program(visit.program), purpose(visit.purpose))] if visit else [row.device]
        self.header.set_crumbs([self.tr("Review"), *of])
        self.header.set_title(rule_title(row.rule_id))
        self._severity.set_state(row.severity)
        self._severity.show()
        self.record.show_detail(detail)
        self.evidence.show_detail(detail)
        self.history.set_title(self.tr("History of {serial}").format(serial=row.serial or self.tr("this finding")))
        self.history.set_lines(finding_history(detail))
        self._follow()
        for number in range(len(detail.pictures)):
            self.desk.ask(call(picture_of, row.finding_id, number, detail), then=self._take_picture)

    def _take_picture(self, loaded: LoadedPicture) -> None:
        finding_id, number, picture, image = loaded
        if self._detail is None or self._detail.finding.finding_id != finding_id:
            return
        caption = caption_of(self._detail, picture, number + 1)
        self._images[picture.evidence.object_id] = (image, caption)
        self.evidence.add_picture(picture, image, caption)

    def open_first_picture(self) -> None:
        """Enlarge the first picture that can be read; do nothing if there is none yet."""
        for object_id, (image, _caption) in self._images.items():
            if not image.isNull():
                self.open_picture(object_id)
                return

    def open_picture(self, object_id: str) -> None:
        """Show one picture across the whole page, and focus it. Does nothing without a finding.

        Raises KeyError for a picture that is not loaded.
        """
        if self._send(Event.ENLARGE) is not Reply.IGNORE:
            self.large.show_picture(object_id, *self._images[object_id])
            self.large.view.setFocus()

    # The decision

    def decide(self, decision: Decision) -> None:
        """Ask for the comment that a decision requires. Nothing is recorded before the person confirms it.

        Does nothing without a finding, or where this account may not decide on it.
        """
        if self._denied() or not may(self.desk.session, Permission.FINDING_REVIEW):
            return
        if self._send(Event.DECIDE) is Reply.IGNORE:
            return
        title, says, confirm = {
            Decision.RESOLVE: (
                self.tr("Resolve"),
                self.tr("The matter is settled. State how it was settled, and by what evidence."),
                self.tr("Record: resolved"),
            ),
            Decision.RECHECK: (
                self.tr("Ask for a re-check"),
                self.tr("The item must be checked again. State what is doubtful."),
                self.tr("Record: check again"),
            ),
            Decision.ESCALATE: (
                self.tr("Escalate as potential violation"),
                self.tr("It is recorded as a potential violation. State what points to it."),
                self.tr("Record: escalated"),
            ),
        }[decision]
        self._columns.bring_to_front("history")
        if self._detail is not None:
            self.decision.start(self._detail.finding, self._detail.item, decision, title, says, confirm)

    def _record(self, decision: str, comment: str, stated: NewDisposition | None) -> None:
        if self._detail is not None and self._send(Event.CONFIRM) is not Reply.IGNORE:
            self.desk.do(
                call(
                    review_finding,
                    self._detail.finding.finding_id,
                    decision=decision,
                    comment=comment,
                    stated=stated,
                ),
                then=self._recorded,
                failed=self._refused,
            )

    def _recorded(self, reviewed: Reviewed) -> None:
        self.decision.end(reviewed.finding_id)
        row = self._detail.finding if self._detail else None
        if self._send(Event.RECORDED) is State.FINDING:
            self.queue.list.setFocus()
        about = joined(rule_title(row.rule_id), row.serial) if row and row.finding_id == reviewed.finding_id else ""
        words = self.tr("Recorded · {about}: {decision}")
        self.notice.show_message("ok", words.format(about=about, decision=word("decision", reviewed.decision)))

    def _refused(self, error: KnownError) -> None:
        self._send(Event.REFUSED)
        self.decision.let_try_again()
        self.notice.show_error(error)


def _without_ctrl(act: Callable[[], object]) -> None:
    """Act, unless Ctrl is down: Ctrl+Enter, pressed twice in the comment, begins no decision on the next finding."""
    if not QApplication.keyboardModifiers() & Qt.KeyboardModifier.ControlModifier:
        act()
