"""Close out a visit: what is still open, who signs, and what they sign for."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QWidget

from db.queries.checklists import visit_checklists
from db.queries.deficiencies import carried_over
from db.queries.exchange import Outstanding, outstanding
from db.queries.visits import closing
from eum_app.domain.areas import Area
from eum_app.domain.checklists import Question
from eum_app.domain.errors import KnownError
from eum_app.domain.facts import VisitClosedOut
from eum_app.domain.visit_kinds import has_items
from eum_app.domain.visits import Party
from eum_app.usecases.calls import call
from eum_app.usecases.changes import Changed
from eum_app.usecases.session import Session
from eum_app.usecases.visits.close_out import (
    ClosedOut,
    CloseOutState,
    Shown,
    close_out,
    close_out_state,
    reopen_visit,
    signed_statement,
)
from eum_app.usecases.visits.drafts import Unrecorded
from eum_app.wording.host_statement import SaidStatement, said_statement
from ui.field.open_card import OpenCard
from ui.field.parts import name_header_buttons
from ui.field.reopen_card import ReopenCard
from ui.field.signing_card import SigningCard
from ui.field.statement_card import StatementCard
from ui.kit import words
from ui.kit.desk import Desk
from ui.kit.messages import sentence
from ui.kit.page import Page
from ui.kit.tips import set_tip
from ui.kit.widgets import Card, ColumnPart, Columns, KeyValueGrid, label, panel, scrolled, vbox

translate = QCoreApplication.translate

_HEAD_SHOWN = 16


@dataclass(frozen=True)
class CloseOutView:
    """The data of a visit that the page shows, read in one call.

    `said` is the statement in the language of the window; `signed_text` is the one that was signed, while it holds.
    """

    state: CloseOutState
    said: SaidStatement
    questions: dict[str, Question]
    waiting: Outstanding
    closed: VisitClosedOut | None
    signed_text: str
    unasked: dict[str, str]
    """Deficiencies for which the visit has not asked: id → what they are."""


def read_close_out(session: Session, visit_id: str) -> CloseOutView:
    """Return everything that the close-out page shows of a visit.

    `closed` is the newest close-out, even if it no longer holds, or None. Raises Refusal `visit.unknown`,
    `checklist.unknown`, and as `Session.content` does if the signed statement cannot be read.
    """
    state = close_out_state(session, visit_id)
    _, checklist = session.read(visit_checklists, visit_id)
    closed = session.read(closing, visit_id)
    holds = closed if closed is not None and state.visit.closed_at else None
    return CloseOutView(
        state,
        said_statement(state.statement, translate),
        {question.question_id: question for question in checklist.questions},
        session.read(outstanding, session.name, session.store.named.epoch),
        closed,
        signed_statement(session, visit_id) if holds and holds.statement else "",
        {
            one.deficiency_id: one.what
            for one in session.read(carried_over, visit_id)
            if not one.is_answered_at(visit_id)
        },
    )


class CloseOutPage(Page):
    """Close out a visit. Opened with its id."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.setObjectName("close_out_page")
        self._desk = desk
        self._visit_id = ""
        self._view: CloseOutView | None = None
        self._shown: Shown | None = None
        """The statement that the parties had before them when they began to sign."""
        self._is_closing = False
        self.set_title(self.tr("Close out"))
        self.header.crumb_activated.connect(lambda: self.navigate_requested.emit("visits", None))
        self.back = self.add_action(
            self.tr("Back to scanning"),
            "Alt+Left",
            lambda: self.navigate_requested.emit("visit", self._visit_id),
            in_header=True,
        )
        self.seal = self.add_action(self.tr("Seal visit"), "Ctrl+Return", self._seal, in_header=True, kind="primary")
        name_header_buttons(self.header, "back_to_scanning_button", "seal_visit_button")
        self._void = Card()
        self._void.add_padded(
            label(self.tr("The signatures are void"), "strong", tone="bad", wrap=True),
            label(
                self.tr("Facts were recorded after the visit was signed. Both parties have to sign again."),
                "body",
                wrap=True,
            ),
            spacing=4,
        )
        self._void.hide()
        self.reopening = ReopenCard()
        self.reopening.act.requested.connect(self._reopen)
        self.reopening.hide()
        self.open_points = OpenCard(desk.session.account)
        self.open_points.items_requested.connect(self._go_to_items)
        self.open_points.question_requested.connect(
            lambda target: self.navigate_requested.emit("site", (self._visit_id, target))
        )
        self.open_points.deficiency_requested.connect(
            lambda target: self.navigate_requested.emit("deficiencies", (self._visit_id, target))
        )
        self.open_points.draft_requested.connect(self._open_draft)
        self.statement = StatementCard()
        self.inspector = SigningCard(Party.INSPECTOR, self.tr("Inspector"), desk.session.account)
        self.host = SigningCard("host", self.tr("Host-nation representative"))
        for card in (self.inspector, self.host):
            card.changed.connect(self._follow)
        self._facts = KeyValueGrid(margins=(0, 0, 0, 0), key_width=104)
        self._what = Card(self.tr("Signed content"))
        self._what.add_padded(
            self._facts,
            label(self.tr("A fact recorded after signing voids the signatures."), "sub", wrap=True),
            spacing=6,
        )
        left = QWidget()
        whole = vbox(self._void, self.reopening, self.open_points, self.statement, spacing=16)
        whole.setStretch(3, 1)
        left.setLayout(whole)
        right = vbox(spacing=16)
        right.addWidget(self.inspector, 1)
        right.addWidget(self.host, 1)
        right.addWidget(self._what)
        self._columns = Columns(
            [
                ColumnPart("statement", self.tr("Statement"), scrolled(left), 61),
                ColumnPart("sign", self.tr("Sign"), scrolled(panel(right)), 39),
            ]
        )
        self.body.addWidget(self._columns, 1)

    # The shell

    def opened(self, argument: object) -> None:
        """Show the visit with the id `argument`; without one, the same visit as before.

        Input for another visit is dropped: its signatures, the typed name and reasons, and its notice.
        """
        visit_id = str(argument or self._visit_id)
        if visit_id != self._visit_id:
            self._visit_id, self._view, self._shown = visit_id, None, None
            for card in (self.inspector, self.host):
                card.forget()
            self.reopening.act.close_form()
            self.notice.dismiss()
        self._ask()

    def refresh(self, areas: frozenset[Area]) -> None:
        if self._visit_id:
            self._ask()

    def first_focus(self) -> QWidget | None:
        return self.findChild(QWidget, "go_to_items_button") or self.host._name

    def _ask(self) -> None:
        visit_id = self._visit_id
        self._desk.ask(call(read_close_out, visit_id), then=self._show)

    # What it shows

    def _show(self, view: CloseOutView) -> None:
        state = view.state
        if state.visit.visit_id != self._visit_id:
            return  # another visit was opened meanwhile
        self._view = view
        self.back.setVisible(has_items(state.visit.purpose))
        self.header.set_crumbs([self.tr("Visits"), state.visit.site], first_is_link=True)
        self._void.setVisible(state.visit.signatures_void)
        if not state.visit.closed_at:
            self.reopening.act.close_form()
        self.reopening.setVisible(bool(state.visit.closed_at))
        if state.visit.closed_at:
            self.open_points.hide()
            self.statement.show_signed(view.signed_text)
        else:
            self.open_points.show_state(state, view.questions, view.unasked)
            self.statement.show_statement(view.said)
        self._show_signing(view)
        self._show_what(view)
        self._follow()

    def _show_signing(self, view: CloseOutView) -> None:
        state = view.state
        if state.visit.closed_at:
            said = self.tr("Signed {time}").format(time=words.moment(state.visit.closed_at))
            signatures = {one.party: one for one in view.closed.signatures} if view.closed else {}
            for party, card in ((Party.INSPECTOR, self.inspector), (Party.HOST, self.host)):
                given = signatures.get(party)
                declined = given.declined_reason if given else ""
                card.forget()  # after a reopening, another person may sign
                card.close_with(self.tr("Declined to sign: {reason}").format(reason=declined) if declined else said)
            return
        if state.open_points:
            for card in (self.inspector, self.host):
                card.close_with(self.tr("You can sign when nothing is left open"))
            return
        begun = self.inspector.is_begun or self.host.is_begun
        if begun and self._shown != state.shown:
            for card in (self.inspector, self.host):
                card.close_with("")
            self.notice.show_message(
                "attention", self.tr("Facts were recorded after signing began. Read the statement, then sign again.")
            )
        self._shown = state.shown
        self.inspector.open_for(self.tr("Sign here"))
        self.host.open_for(self.tr("Sign here"))

    def _show_what(self, view: CloseOutView) -> None:
        closed = view.closed if view.state.visit.closed_at else None
        head_seq = closed.head_seq if closed else view.state.head.seq
        head_hash = (closed.head_hash if closed else view.state.head.hash).hex().upper()
        first = min(view.waiting.received_seq + 1, head_seq)
        self._facts.clear()
        # What was signed is everything up to the head; what waits for HQ has moved on since.
        said = self.tr("up to {last}") if closed else self.tr("{first} – {last}")
        facts = said.format(first=words.count(first), last=words.count(head_seq))
        self._facts.add(self.tr("Facts"), facts, mono=True)
        shown = self._facts.add(self.tr("Journal head"), f"{words.grouped(head_hash[:_HEAD_SHOWN])} …", mono=True)
        set_tip(shown, words.grouped(head_hash))

    def _follow(self) -> None:
        view = self._view
        is_closed = view is not None and bool(view.state.visit.closed_at)
        is_ready = (
            view is not None
            and not view.state.open_points
            and self.inspector.signed is not None
            and self.host.signed is not None
            and not self._is_closing
        )
        self.seal.setText(self.tr("Go to Sync") if is_closed else self.tr("Seal visit"))
        self.seal.setEnabled(is_closed or is_ready)
        if view is not None and not is_closed and view.state.open_points:
            left = self.tr("{count} open").format(count=words.count(len(view.state.open_points)))
            self.header.set_state(left, "warn")
        elif is_closed:
            self.header.set_state(self.tr("Closed out"), "ok", "lock")
        else:
            self.header.set_state(self.tr("Ready to sign") if view is not None else "", "accent")

    # What it does

    def _go_to_items(self, outcome: str) -> None:
        self.navigate_requested.emit("visit", (self._visit_id, outcome))

    def _open_draft(self, draft: Unrecorded) -> None:
        self.navigate_requested.emit("visit", (self._visit_id, draft))

    def _seal(self) -> None:
        self._close(without_drafts=False)

    def _close(self, *, without_drafts: bool) -> None:
        if self._view is None:
            return
        if self._view.state.visit.closed_at:
            self.navigate_requested.emit("sync", "seal")
            return
        inspector, host, shown = self.inspector.signed, self.host.signed, self._shown
        if inspector is None or host is None or shown is None or self._is_closing:
            return
        self._is_closing = True
        self._follow()
        signed = call(close_out, self._visit_id, [inspector, host], shown, without_drafts=without_drafts)
        visit_id = self._visit_id
        self._desk.do(signed, then=partial(self._closed, visit_id), failed=partial(self._not_closed, visit_id))

    def _reopen(self, reason: str) -> None:
        made = call(reopen_visit, self._visit_id, reason)
        self._desk.do(made, then=self._reopened, failed=partial(self._not_closed, self._visit_id))

    def _reopened(self, _changed: Changed) -> None:
        self.notice.show_message("info", self.tr("Reopened. Both parties have to sign again."))

    def _closed(self, visit_id: str, _result: ClosedOut) -> None:
        self._is_closing = False
        if visit_id == self._visit_id:
            self.navigate_requested.emit("sync", "seal")
        else:
            self._follow()

    def _not_closed(self, visit_id: str, error: KnownError) -> None:
        self._is_closing = False
        self._follow()
        if visit_id != self._visit_id:  # what it offers would act on the visit that is open now
            self.notice.show_error(error)
            return
        self.reopening.act.set_retry()
        if error.code == "statement.changed":
            for card in (self.inspector, self.host):
                card.close_with("")
            self._ask()
        if error.code == "visit.drafts":
            message = sentence(error)
            self.notice.show_message(
                "attention",
                message.what,
                detail=message.next,
                action=self.tr("Close out without them"),
                on_action=lambda: self._close(without_drafts=True),
            )
        else:
            self.notice.show_error(error)
        self.notice.setFocus(Qt.FocusReason.OtherFocusReason)
