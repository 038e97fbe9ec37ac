"""Deficiencies in a list, one of them beside it, and the forms to state one and to correct one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from db.queries.deficiency_rows import Deficiency
from db.queries.matching import item_ids_of_serial
from eum_app.domain.areas import Area
from eum_app.domain.errors import KnownError, Refusal
from eum_app.domain.people import Permission
from eum_app.usecases.calls import call
from eum_app.usecases.deficiencies.severities import severities_on
from eum_app.usecases.deficiencies.state import (
    NewCorrection,
    RecordedDeficiency,
    correct_deficiency,
    end_deficiency,
    follow_up,
    state_deficiency,
)
from eum_app.usecases.session import Session
from ui.kit.desk import Desk
from ui.kit.models import Column, IdsTableModel, current_id, on_current, select_id, table_view
from ui.kit.page import Page
from ui.kit.widgets import ActionButton, Card, ColumnPart, Columns, EmptyState
from ui.kit.widgets.places import Places
from ui.shared.deficiency_detail import DeficiencyDetail
from ui.shared.deficiency_forms import CorrectionForm, DeficiencyForm, Entered
from ui.shared.page_parts import may, named, show_rows, why_not

REFRESHED_BY = frozenset({Area.DEFICIENCIES, Area.VISITS, Area.CHECKS, Area.ITEMS})


@dataclass(frozen=True)
class Failing:
    """An answer to the site checklist that is not as expected, and from which no deficiency was stated yet."""

    question_id: str
    text: str
    comment: str


@dataclass(frozen=True)
class Listed:
    """The rows of the page: at one visit (`visit_id`), or of one site or all (at HQ).

    `may_change`: the visit is not closed out; always true at HQ.
    """

    found: tuple[Deficiency, ...]
    today: date
    place: str
    visit_id: str = ""
    site_id: str = ""
    failing: tuple[Failing, ...] = ()
    may_change: bool = True


def state_with_item(session: Session, entered: Entered, visit_id: str, site_id: str) -> RecordedDeficiency:
    """State a deficiency whose item is named by its serial number.

    Raises Refusal `item.unknown`, `item.ambiguous`, and as `state_deficiency` does.
    """
    new = entered.new
    if entered.serial:
        ids = session.read(item_ids_of_serial, entered.serial)
        if not ids:
            raise Refusal("item.unknown", item_id=entered.serial[:40])
        if len(ids) > 1:
            raise Refusal("item.ambiguous", serial=entered.serial[:40], ids=ids[:5])
        new = replace(new, item_id=ids[0])
    return state_deficiency(session, new, visit_id=visit_id, site_id=site_id)


class DeficienciesPage(Page):
    """The list on the left; one deficiency, or a form, beside it. Subclasses say what is listed."""

    def __init__(self, desk: Desk, title: str, *, has_photos: bool, row_height: float = 40) -> None:
        super().__init__(title)
        self.setObjectName("deficiencies_page")
        self.desk = desk
        self.listed: Listed | None = None
        self._wanted = ""
        self.correcting = ""
        """Id of the deficiency that the open form corrects: the list may change while a person types."""
        today = desk.session.now().date()
        self._model = IdsTableModel(self.table_columns(), desk.tasks, self)
        self._model.ids_loaded.connect(self._loaded)
        self._model.failed.connect(self.notice.show_error)
        made = table_view(self._model, name=self.tr("Deficiencies"), row_height=row_height)
        self.table = named(made, "deficiencies_table")
        on_current(self.table, lambda _key: self.show_current())
        self._empty = EmptyState("shield-check", *self.empty_words())
        self._empty.hide()
        self.card = Card(self.tr("Deficiencies"))
        self.card.add(self.table, 1)
        self.card.add(self._empty, 1)
        self.detail = DeficiencyDetail(is_hq=desk.session.is_hq, opens_visits=may(desk.session, Permission.VISIT_PLAN))
        self.form = DeficiencyForm(severities_on(today), today, has_photos=has_photos)
        self.correction = CorrectionForm(has_photos=has_photos)
        self.nothing = EmptyState(
            "list",
            self.tr("Nothing chosen"),
            self.tr("Choose a deficiency in the list."),
            self.tr("State the deficiency…"),
            self.start_from_answer,
        )
        named(self.nothing.action_button, "deficiencies_from_answer").hide()
        none = Card()
        none.add(self.nothing, 1)
        self._none = none
        self.beside = Places()
        for part in (none, self.detail, self.form, self.correction):
            self.beside.addWidget(part)
        self.columns = Columns(
            [
                ColumnPart("list", self.tr("List"), self.card, 58),
                ColumnPart("deficiency", self.tr("Deficiency"), self.beside, 42),
            ]
        )
        self.table.activated.connect(lambda _index: self.columns.bring_to_front("deficiency"))
        self.body.addWidget(self.columns, 1)
        denied = why_not(desk.session, Permission.DEFICIENCY_STATE)
        self.new = self.add_action(self.tr("State a deficiency…"), "Ctrl+N", self.start)
        self.new.setEnabled(not denied)
        self.header.add_action(named(ActionButton(self.new, kind="primary"), "deficiencies_new"))
        self.add_action(self.tr("Back to the list"), "Esc", self.leave_form)
        for form in (self.form, self.correction):
            form.cancelled.connect(self.leave_form)
        self.detail.correct_requested.connect(self.start_correction)
        self._acts = _Acts(self)

    # What subclasses say

    def table_columns(self) -> list[Column]:
        """Return the columns of the list; a row is a `Deficiency` or a `Failing`."""
        raise NotImplementedError

    def empty_words(self) -> tuple[str, str]:
        """Return title and text for an empty list."""
        raise NotImplementedError

    def reload(self) -> None:
        """Read the list again; `show_listed` follows."""
        raise NotImplementedError

    # The shell

    def refresh(self, areas: frozenset[Area]) -> None:
        if areas & REFRESHED_BY and self.listed is not None:
            self.reload()

    def first_focus(self) -> QWidget:
        return self.table

    def want(self, key: str) -> None:
        """Select this row once the list is shown; on a small screen, it comes to the front."""
        self._wanted = key
        self.columns.bring_to_front("deficiency" if key else "list")

    def show_listed(self, listed: Listed) -> None:
        """Show what was read."""
        self.listed = listed
        self.new.setEnabled(listed.may_change and self._may_state() and bool(listed.visit_id or listed.site_id))
        rows: list[Deficiency | Failing] = [*listed.failing, *listed.found]
        kept = self._wanted or current_id(self.table) or ""
        show_rows(self._model, rows, key_of)
        self._wanted = kept

    def _may_state(self) -> bool:
        return may(self.desk.session, Permission.DEFICIENCY_STATE)

    def _loaded(self, number: int) -> None:
        self.table.setVisible(bool(number))
        self._empty.setVisible(not number)
        if number and not (self._wanted and select_id(self.table, self._wanted)):
            self.table.setCurrentIndex(self._model.index(0, 0))
        self._wanted = ""
        self.show_current()

    # One deficiency

    def current(self) -> Deficiency | Failing | None:
        """Return the current row."""
        key = current_id(self.table)
        rows: list[Deficiency | Failing] = [*self.listed.failing, *self.listed.found] if self.listed else []
        return next((row for row in rows if key_of(row) == key), None)

    def is_typing(self) -> bool:
        """Return whether a form is shown: what was typed stays until it is recorded or canceled."""
        return self.beside.currentWidget() in {self.form, self.correction}

    def show_current(self) -> None:
        """Show the current row beside the list, unless a form is open there."""
        if self.is_typing():
            return
        row, listed = self.current(), self.listed
        if isinstance(row, Deficiency) and listed is not None:
            may_act = listed.may_change and self._may_state()
            self.detail.show_deficiency(row, listed.today, visit_id=listed.visit_id, may_act=may_act)
            self.beside.setCurrentWidget(self.detail)
        else:
            self.nothing.action_button.setVisible(isinstance(row, Failing) and self.new.isEnabled())
            self.show_other(row if isinstance(row, Failing) else None)
            self.beside.setCurrentWidget(self._none)

    def show_other(self, row: Failing | None) -> None:
        """Say what a row is that is no deficiency, or that nothing is chosen."""

    def start(self) -> None:
        """Open the form for a new deficiency. Does nothing while a form is open, or where none can be stated."""
        if self.new.isEnabled() and not self.is_typing():
            self._open(self.form)
            self.form.start()

    def start_from_answer(self) -> None:
        """Open the form for a deficiency that the chosen answer shows."""
        row = self.current()
        if self.new.isEnabled() and isinstance(row, Failing):
            self._open(self.form)
            self.form.start(row.question_id, row.text, row.comment)

    def start_correction(self) -> None:
        """Open the form for the correction of the deficiency that is shown."""
        row = self.current()
        if isinstance(row, Deficiency):
            self._open(self.correction)
            self.correcting = row.deficiency_id
            self.correction.start(row.what)

    def _open(self, form: QWidget) -> None:
        self.notice.dismiss()
        self.table.setEnabled(False)  # the form is about the row that is chosen
        self.beside.setCurrentWidget(form)
        self.columns.bring_to_front("deficiency")

    def leave_form(self) -> None:
        """Close the form and show the current row again. Does nothing without a form."""
        if self.is_typing():
            self.table.setEnabled(True)
            self.beside.setCurrentWidget(self._none)
            self.show_current()
            self.table.setFocus()

    def recorded(self, done: RecordedDeficiency, words: str) -> None:
        """Close the form that was recorded, and show the deficiency."""
        self._wanted = done.deficiency_id
        self.leave_form()
        self.notice.show_message("ok", words)
        self.reload()


class _Acts(QObject):
    """The acts of the page's forms and of its detail: each records, and lets the person try again after a refusal."""

    def __init__(self, page: DeficienciesPage) -> None:
        super().__init__(page)
        self._page = page
        page.form.confirmed.connect(self._state)
        page.correction.confirmed.connect(self._correct)
        page.detail.followed_up.connect(self._follow_up)
        page.detail.ended.connect(self._end)

    def _state(self, entered: Entered) -> None:
        page, listed = self._page, self._page.listed
        if listed is not None:
            page.desk.do(
                call(state_with_item, entered, listed.visit_id, listed.site_id),
                then=lambda done: page.recorded(done, self.tr("The deficiency is recorded")),
                failed=self._again(page.form.let_try_again),
            )

    def _correct(self, new: NewCorrection) -> None:
        page = self._page
        if page.listed is not None:
            page.desk.do(
                call(correct_deficiency, page.correcting, new, visit_id=page.listed.visit_id),
                then=lambda done: page.recorded(done, self.tr("The correction is recorded")),
                failed=self._again(page.correction.let_try_again),
            )

    def _follow_up(self, state: str, reason: str) -> None:
        page, row = self._page, self._page.current()
        if page.listed is not None and isinstance(row, Deficiency):
            page.desk.do(
                call(follow_up, row.deficiency_id, visit_id=page.listed.visit_id, state=state, reason=reason),
                then=lambda _done: page.notice.show_message("ok", self.tr("Recorded for this visit")),
                failed=self._again(page.detail.let_try_again),
            )

    def _end(self, record_id: str, reason: str) -> None:
        page, row = self._page, self._page.current()
        if isinstance(row, Deficiency):
            page.desk.do(
                call(end_deficiency, record_id, row.deficiency_id, reason),
                then=lambda _done: page.notice.show_message("ok", self.tr("It no longer counts")),
                failed=self._again(page.detail.let_try_again),
            )

    def _again(self, let: Callable[[], object]) -> Callable[[KnownError], object]:
        def failed(error: KnownError) -> None:
            let()
            self._page.notice.show_error(error)

        return failed


def key_of(row: Deficiency | Failing) -> str:
    """Return the id of a row of the list."""
    return row.deficiency_id if isinstance(row, Deficiency) else f"question {row.question_id}"
