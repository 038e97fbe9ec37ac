"""Close out a visit: what is still open, who signs, and what they sign for."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from db.queries.checklists import visit_checklists
from db.queries.checks import CheckRow, counting_checks
from db.queries.exchange import Outstanding, outstanding
from db.queries.visits import closing
from eum_app.domain.areas import Area
from eum_app.domain.checklists import Checklist, Question
from eum_app.domain.errors import KnownError
from eum_app.domain.facts import VisitClosedOut
from eum_app.domain.visits import GRADES_OF_OTHERS, TO_CHECK, OpenPointKind, Outcome, Party
from eum_app.domain.vocabulary import Unknown
from eum_app.usecases.calls import call
from eum_app.usecases.changes import Changed
from eum_app.usecases.session import Session
from eum_app.usecases.visits.close_out import ClosedOut, CloseOutState, close_out, close_out_state, reopen_visit
from ui.field.parts import name_header_buttons, named
from ui.field.reopen_card import ReopenCard
from ui.field.signing_card import SigningCard
from ui.kit import words
from ui.kit.desk import Desk
from ui.kit.page import Page
from ui.kit.widgets import (
    Card,
    Chip,
    ColumnPart,
    Columns,
    KeyValueGrid,
    button,
    empty_layout,
    flow,
    hbox,
    label,
    panel,
    row,
    scrolled,
    vbox,
)
from ui.shared.testimony import exception_said

_HEAD_SHOWN = 16
EXCEPTIONS_SHOWN = 50


@dataclass(frozen=True)
class CloseOutView:
    """The data of a visit that the page shows, read in one call."""

    state: CloseOutState
    checks: list[CheckRow]
    questions: dict[str, Question]
    waiting: Outstanding
    closed: VisitClosedOut | None
    item_checklist: Checklist


def read_close_out(session: Session, visit_id: str) -> CloseOutView:
    """Return everything that the close-out page shows of a visit. Raises Refusal `visit.unknown`."""
    state = close_out_state(session, visit_id)
    item_checklist, checklist = session.read(visit_checklists, visit_id)
    return CloseOutView(
        state,
        session.read(counting_checks, visit_id),
        {question.question_id: question for question in checklist.questions},
        session.read(outstanding, session.name, session.store.named.epoch),
        session.read(closing, visit_id),
        item_checklist,
    )


class CloseOutPage(Page):
    """Close out a visit. Opened with its id."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.setObjectName("close_out_page")
        self._desk = desk
        self._visit_id = ""
        self._view: CloseOutView | None = None
        self._signed_seq = 0
        self._is_closing = False
        self.set_title(self.tr("Close out"))
        self.header.crumb_activated.connect(lambda: self.navigate_requested.emit("visits", None))
        self.add_action(
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
        self._items = Card(self.tr("Every item has an outcome"))
        self._item_rows: QVBoxLayout = vbox()
        self._items.add(self._item_rows)
        self._others = Card(
            self.tr("Not sighted, reported by others"), self.tr("counted separately, never as verified")
        )
        self._other_counts = flow(spacing=16)
        self._others.add_padded(self._other_counts)
        self._site_chip = Chip()
        self._site = Card(self.tr("Site checklist"), "", self._site_chip)
        self._site_rows: QVBoxLayout = vbox()
        self._site.add(self._site_rows)
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
        left.setLayout(vbox(self._void, self.reopening, self._items, self._site, self._others, 1, spacing=16))
        right = vbox(spacing=16)
        right.addWidget(self.inspector, 1)
        right.addWidget(self.host, 1)
        right.addWidget(self._what)
        self._columns = Columns(
            [
                ColumnPart("open", self.tr("Open points"), scrolled(left), 53),
                ColumnPart("sign", self.tr("Sign"), scrolled(panel(right)), 47),
            ]
        )
        self.body.addWidget(self._columns, 1)

    # The shell

    def opened(self, argument: object) -> None:
        """Show the visit with the id `argument`; without one, the same visit as before."""
        visit_id = str(argument or self._visit_id)
        if visit_id != self._visit_id:
            self._visit_id, self._view, self._signed_seq = visit_id, None, 0
            for card in (self.inspector, self.host):
                card.close_with("")
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
        self.header.set_crumbs([self.tr("Visits"), state.visit.site], first_is_link=True)
        self._void.setVisible(state.visit.signatures_void)
        if not state.visit.closed_at:
            self.reopening.act.close_form()
        self.reopening.setVisible(bool(state.visit.closed_at))
        self._show_items(view)
        self._show_site(view)
        self._show_others(view)
        self._show_signing(view)
        self._show_what(view)
        self._follow()

    def _show_items(self, view: CloseOutView) -> None:
        visit = view.state.visit
        empty_layout(self._item_rows)
        standing = {
            key: [one for one in view.checks if one.outcome == key] for key in (Outcome.DISCREPANCY, Outcome.NOT_FOUND)
        }
        with_photo = sum(one.photos > 0 for one in standing[Outcome.DISCREPANCY])
        with_reason = sum(bool(one.reason) for one in standing[Outcome.NOT_FOUND])
        details = {
            Outcome.DISCREPANCY: self.tr("{some} of {all} have a photo").format(some=with_photo, all=visit.discrepancy),
            Outcome.NOT_FOUND: self.tr("{some} of {all} state a reason").format(some=with_reason, all=visit.not_found),
        }
        for key, said in (
            (Outcome.VERIFIED, self.tr("verified")),
            (Outcome.DISCREPANCY, self.tr("with a discrepancy")),
            (Outcome.NOT_FOUND, self.tr("not found")),
            (Outcome.NO_ACCESS, self.tr("no access")),
            (Outcome.NOT_ON_LIST, self.tr("found but not on the list")),
        ):
            number = getattr(visit, key)
            # Items that were not sighted are shown in a separate card and never count as verified.
            if key is Outcome.VERIFIED:
                number -= sum(one.outcome == Outcome.VERIFIED and not one.is_sighted for one in view.checks)
            if number or key is Outcome.VERIFIED:
                self._item_rows.addWidget(
                    row(Chip.of(key, words.count(number)), label(said), 1, label(details.get(key, ""), "sub"))
                )
        self._show_exceptions(view)
        if visit.to_check:
            go = named(button(self.tr("Go to items"), self._go_to_items), "go_to_items_button")
            line = row(
                Chip.of(TO_CHECK, words.count(visit.to_check)), label(self.tr("still to check"), "strong"), 1, go
            )
            line.setProperty("tone", "warn")
            self._item_rows.addWidget(line)

    def _show_exceptions(self, view: CloseOutView) -> None:
        """List each item that is not simply verified, with what was found and answered."""
        found = [(one, exception_said(one, view.item_checklist)) for one in view.checks]
        lines = [(one, said) for one, said in found if said]
        for one, said in lines[:EXCEPTIONS_SHOWN]:
            line = hbox(label(one.serial, "mono", selectable=True), spacing=10)
            line.addWidget(label(said, "sub", wrap=True), 1)
            self._item_rows.addWidget(named(row(line), f"exception_{one.check_id}"))
        if len(lines) > EXCEPTIONS_SHOWN:
            more = self.tr("%Ln more, in the visit record", "", len(lines) - EXCEPTIONS_SHOWN)
            self._item_rows.addWidget(row(label(more, "sub")))

    def _show_site(self, view: CloseOutView) -> None:
        state = view.state
        empty_layout(self._site_rows)
        done = state.site_answered == state.site_asked
        self._site_chip.set(
            self.tr("{done} of {total}").format(done=state.site_answered, total=state.site_asked),
            "ok" if done else "warn",
            "check" if done else "",
        )
        for point in state.open_points:
            if point.kind is not OpenPointKind.QUESTION:
                continue
            question = view.questions.get(point.target)
            text = question.text if question else point.target
            target = point.target
            answer = button(self.tr("Answer"), partial(self.navigate_requested.emit, "site", (self._visit_id, target)))
            answer.setAccessibleName(self.tr("Answer {question}").format(question=text))
            words_label = label(text, wrap=True)
            line = row(named(answer, f"answer_{target}_button"), tone="warn")
            layout = line.layout()
            assert layout is not None
            layout.insertWidget(0, words_label, 1)  # type: ignore[attr-defined]
            self._site_rows.addWidget(line)
        if done:
            self._site_rows.addWidget(row(label(self.tr("Every question is answered."), "body")))

    def _show_others(self, view: CloseOutView) -> None:
        """Count, by evidence grade, the checks that rest on what other people showed or stated."""
        empty_layout(self._other_counts)
        for grade in GRADES_OF_OTHERS:
            number = sum(one.grade == grade for one in view.checks)
            self._add_count(words.word("grade", grade), number)
        for unknown, number in Counter(one.grade for one in view.checks if isinstance(one.grade, Unknown)).items():
            self._add_count(words.word("grade", unknown), number)

    def _add_count(self, said: str, number: int) -> None:
        chip = Chip(words.count(number), "warn" if number else "mute")
        self._other_counts.addWidget(panel(hbox(chip, label(said), spacing=8)))

    def _show_signing(self, view: CloseOutView) -> None:
        state = view.state
        if state.visit.closed_at:
            said = self.tr("Signed {time}").format(time=words.moment(state.visit.closed_at))
            signatures = {one.party: one for one in view.closed.signatures} if view.closed else {}
            for party, card in ((Party.INSPECTOR, self.inspector), (Party.HOST, self.host)):
                given = signatures.get(party)
                declined = given.declined_reason if given else ""
                card.close_with(self.tr("Declined to sign: {reason}").format(reason=declined) if declined else said)
            return
        if state.open_points:
            for card in (self.inspector, self.host):
                card.close_with(self.tr("You can sign when nothing is left open"))
            return
        begun = self.inspector.is_begun or self.host.is_begun
        if begun and self._signed_seq != state.stated_seq:
            for card in (self.inspector, self.host):
                card.close_with("")
            self.notice.show_message(
                "attention", self.tr("Facts were recorded after signing began. Please sign again.")
            )
        self._signed_seq = state.stated_seq
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
        shown.setToolTip(words.grouped(head_hash))

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

    def _go_to_items(self) -> None:
        self.navigate_requested.emit("visit", (self._visit_id, TO_CHECK))

    def _seal(self) -> None:
        if self._view is None:
            return
        if self._view.state.visit.closed_at:
            self.navigate_requested.emit("sync", "seal")
            return
        inspector, host = self.inspector.signed, self.host.signed
        if inspector is None or host is None or self._is_closing:
            return
        self._is_closing = True
        self._follow()
        self._desk.do(call(close_out, self._visit_id, [inspector, host]), then=self._closed, failed=self._not_closed)

    def _reopen(self, reason: str) -> None:
        made = call(reopen_visit, self._visit_id, reason)
        self._desk.do(made, then=self._reopened, failed=self._not_closed)

    def _reopened(self, _changed: Changed) -> None:
        self.notice.show_message("info", self.tr("Reopened. Both parties have to sign again."))

    def _closed(self, _result: ClosedOut) -> None:
        self._is_closing = False
        self.navigate_requested.emit("sync", "seal")

    def _not_closed(self, error: KnownError) -> None:
        self._is_closing = False
        self._follow()
        self.reopening.act.set_retry()
        self.notice.show_error(error)
        self.notice.setFocus(Qt.FocusReason.OtherFocusReason)
