"""Inquiries of Blue Lantern: the list with states and clocks; one of them with its answer; the form for another."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QStackedWidget, QWidget

from db.queries.inquiries import Inquiry
from eum_app.domain.areas import Area
from eum_app.domain.errors import KnownError
from eum_app.domain.inquiries import DueClock, InquiryState
from eum_app.domain.people import Permission
from eum_app.usecases.calls import Call, call
from eum_app.usecases.changes import Changed
from eum_app.usecases.inquiries.inquiries import (
    NewAnswer,
    OpenedInquiry,
    answer_inquiry,
    close_inquiry,
    correct_inquiry,
    open_inquiry,
    register,
    task_inquiry,
)
from eum_app.usecases.inquiries.request import Article, NewInquiry, Party
from ui.hq.inquiry_detail import LicenseCard, RequestCard, ResultCard
from ui.hq.inquiry_form import InquiryForm
from ui.hq.inquiry_words import due_chip, matches, state_chip
from ui.kit.desk import Desk
from ui.kit.models import Column, IdsTableModel, current_id, on_current, select_id, table_view
from ui.kit.page import Page
from ui.kit.widgets import ActionButton, Card, ColumnPart, Columns, EmptyState, NoticeBar, SearchField, panel, vbox
from ui.kit.words import joined, word
from ui.shared.page_parts import choices, fill_choices, may, named, show_rows, why_not

Row = tuple[Inquiry, DueClock]
EMPTY, DETAIL, FORM = 0, 1, 2


def as_typed(one: Inquiry) -> NewInquiry:
    """Return the request of an inquiry as the form takes it."""
    fact, license_ = one.fact, one.fact.authorization
    return NewInquiry(
        reference=fact.reference,
        kind=fact.kind,
        country=fact.country,
        due_on=fact.due_on,
        requested_by=fact.requested_by,
        requested_on=fact.requested_on,
        reason=fact.reason,
        parties=tuple(
            Party(role=party.role, name=party.name, country=party.country, reference=party.reference)
            for party in fact.parties
        ),
        articles=tuple(
            Article(description=article.description, usml=article.usml, quantity=str(article.quantity))
            for article in fact.articles
        ),
        post=fact.post,
        site_visit=fact.site_visit,
        form=license_.form,
        number=license_.number,
        exemption=license_.exemption,
        dsp83=license_.dsp83,
        valid_until=license_.valid_until,
    )


class InquiriesPage(Page):
    """The list on the left; the inquiry and its result beside it. Only for accounts of the program (AECA 38(e))."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(self.tr("Inquiries"))
        self.desk = desk
        self._found: dict[str, Row] = {}
        self._wanted = ""
        self._corrected: Inquiry | None = None  # as it was when the form was opened
        self._model = IdsTableModel(self._table_columns(), desk.tasks, self)
        self._model.ids_loaded.connect(self._loaded)
        self._model.failed.connect(self.notice.show_error)
        self.table = named(table_view(self._model, name=self.tr("Inquiries")), "inquiries_table")
        on_current(self.table, self._chosen)
        self.request, self.license, self.result, self.form = RequestCard(), LicenseCard(), ResultCard(), InquiryForm()
        self._middle = QStackedWidget()
        beside = vbox(spacing=16)
        beside.addWidget(self.request, 1)
        beside.addWidget(self.license, 1)
        for part in (self._empty_card(), panel(beside), self.form):
            self._middle.addWidget(part)
        self._columns = Columns(
            [
                ColumnPart("inquiries", self.tr("Inquiries"), self._list_card(), 40),
                ColumnPart("inquiry", self.tr("Inquiry"), self._middle, 34),
                ColumnPart("result", self.tr("Answer and result"), self.result, 26),
            ]
        )
        self.body.addWidget(self._columns, 1)
        is_allowed = may(desk.session, Permission.INQUIRY_MANAGE)
        self._open_action = self.add_action(self.tr("Open an inquiry…"), "Ctrl+N", self.start)
        self._correct_action = self.add_action(self.tr("Correct the request…"), "Ctrl+E", self.correct)
        self._open_action.setEnabled(is_allowed)
        self._correct_action.setEnabled(False)
        self.header.add_action(named(ActionButton(self._correct_action), "inquiries_correct"))
        self.header.add_action(named(ActionButton(self._open_action, kind="primary"), "inquiries_new"))
        self.header.set_title(self.tr("Inquiries"), why_not(desk.session, Permission.INQUIRY_MANAGE))
        self.add_action(self.tr("Back to the list"), "Esc", self._leave_form)
        self.add_action(self.tr("Search"), "Ctrl+F", self.search.setFocus)
        self.form.confirmed.connect(self._record)
        self.form.cancelled.connect(self._leave_form)
        self._connect_acts()
        self.result.setEnabled(False)

    def _table_columns(self) -> list[Column]:
        return [
            Column(
                self.tr("State"),
                lambda row: state_chip(row[0]).text,
                width=150,
                chip=lambda row: state_chip(row[0]),
            ),
            Column(self.tr("Due"), lambda row: due_chip(row[1]).text, width=118, chip=lambda row: due_chip(row[1])),
            Column(
                self.tr("Inquiry"),
                lambda row: joined(row[0].fact.reference, row[0].fact.country, word("inquiry_kind", row[0].fact.kind)),
            ),
        ]

    def _list_card(self) -> Card:
        self.search = named(SearchField(self.tr("Search by number, party, country, article…")), "inquiries_search")
        self.search.searched.connect(lambda _words: self._show_list())
        self.state = choices("inquiries_state", self.tr("All states"))
        self.state.setAccessibleName(self.tr("State"))
        states = [(word("inquiry_state", one), one.value) for one in InquiryState]
        fill_choices(self.state, [(self.tr("All states"), ""), *states])
        self.state.setCurrentIndex(0)
        self.state.currentIndexChanged.connect(lambda _at: self._show_list())
        self._nothing = EmptyState("search", self.tr("Nothing matches"), self.tr("Search for another word."))
        self._nothing.hide()
        card = Card()
        card.add(panel(vbox(self.search, self.state, margins=(16, 12, 16, 12), spacing=10), "cardhead"))
        card.add(self.table, 1)
        card.add(self._nothing, 1)
        return card

    def _empty_card(self) -> Card:
        none = EmptyState(
            "file-search",
            self.tr("No inquiry chosen"),
            self.tr(
                "An inquiry is a check that the State Department asks for: before a license, before or after shipment."
            ),
            self.tr("Open an inquiry…"),
            self.start,
        )
        named(none.action_button, "inquiry_none_open")
        card = Card()
        card.add(none, 1)
        return card

    # The shell

    def opened(self, argument: object) -> None:
        """Reload, and select the inquiry of an id."""
        self._wanted = argument if isinstance(argument, str) else ""
        self._reload()

    def refresh(self, areas: frozenset[Area]) -> None:
        if Area.INQUIRIES in areas:
            self._reload()

    def first_focus(self) -> QWidget:
        return self.table

    def _reload(self) -> None:
        self.desk.ask(call(register), then=self._show, failed=self.notice.show_error)

    def _show(self, found: tuple[Row, ...]) -> None:
        self._found = {one.inquiry_id: (one, clock) for one, clock in found}
        self._show_list()

    def _show_list(self) -> None:
        kept = self._wanted or current_id(self.table) or ""
        state = str(self.state.currentData() or "")
        rows = [row for row in self._found.values() if matches(row[0], self.search.text(), state)]
        show_rows(self._model, rows, lambda row: row[0].inquiry_id)
        self._wanted = kept

    def _loaded(self, number: int) -> None:
        self.table.setVisible(bool(number) or not self._found)
        self._nothing.setVisible(not number and bool(self._found))
        if number and not (self._wanted and select_id(self.table, self._wanted)):
            self.table.setCurrentIndex(self._model.index(0, 0))
        self._wanted = ""
        self._chosen(current_id(self.table))

    # One inquiry

    def _chosen(self, key: str | None) -> None:
        row = self._found.get(key or "")
        is_allowed = may(self.desk.session, Permission.INQUIRY_MANAGE)
        self.result.setEnabled(row is not None)
        self._correct_action.setEnabled(row is not None and is_allowed)
        if row is not None:
            self.request.show_inquiry(*row)
            self.license.show_inquiry(row[0])
            self.result.show_inquiry(row[0], is_allowed=is_allowed)
        if self._middle.currentIndex() != FORM:
            self._middle.setCurrentIndex(EMPTY if row is None else DETAIL)

    def start(self) -> None:
        """Open the form for a new inquiry."""
        self._start(None)

    def correct(self) -> None:
        """Open the form with the request of the current inquiry."""
        row = self._found.get(current_id(self.table) or "")
        if row is not None:
            self._start(row[0])

    def _start(self, known: Inquiry | None) -> None:
        if not self._open_action.isEnabled():
            return
        self.notice.dismiss()
        self._corrected = known
        self._middle.setCurrentIndex(FORM)
        self._columns.bring_to_front("inquiry")
        self.form.start(None if known is None else as_typed(known))

    def _leave_form(self) -> None:
        if self._middle.currentIndex() == FORM:
            self._middle.setCurrentIndex(DETAIL if current_id(self.table) else EMPTY)
            self.table.setFocus()

    def _record(self, new: NewInquiry, why: str) -> None:
        known = self._corrected
        made = (
            call(open_inquiry, new) if known is None else call(correct_inquiry, known.inquiry_id, new, why, shown=known)
        )
        self.desk.do(made, then=self._recorded, failed=_again(self.notice, self.form.let_try_again))

    def _recorded(self, done: OpenedInquiry) -> None:
        self._wanted = done.inquiry_id
        self._leave_form()
        doubts = ", ".join(word("inquiry_doubt", one) for one in done.warnings)
        if doubts:
            said = self.tr("The inquiry is recorded. Please check: {doubts}").format(doubts=doubts)
            self.notice.show_message("attention", said)
        else:
            self.notice.show_message("ok", self.tr("The inquiry is recorded"))
        self._reload()

    def _connect_acts(self) -> None:
        def task(told: str, reference: str) -> None:
            self._do_current(lambda key: call(task_inquiry, key, told, reference), self.tr("The task is recorded"))

        def answer(new: NewAnswer) -> None:
            self._do_current(lambda key: call(answer_inquiry, key, new), self.tr("The answer is recorded"))

        def close(result: str, reasons: tuple[str, ...], note: str) -> None:
            self._do_current(
                lambda key: call(close_inquiry, key, result, reasons=reasons, note=note, shown=self._found[key][0]),
                self.tr("The inquiry is closed"),
            )

        self.result.tasked.connect(task)
        self.result.answered.connect(answer)
        self.result.closed.connect(close)

    def _do_current(self, make: Callable[[str], Call[Changed]], words: str) -> None:
        key = current_id(self.table)

        def said(_done: Changed) -> None:
            self.result.has_recorded(key or "")
            self._reload()
            self.notice.show_message("ok", words)

        if key is not None and key in self._found:
            self.desk.do(make(key), then=said, failed=_again(self.notice, self.result.follow))


def _again(notice: NoticeBar, let: Callable[[], object]) -> Callable[[KnownError], object]:
    def failed(error: KnownError) -> None:
        let()
        notice.show_error(error)

    return failed
