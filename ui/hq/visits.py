"""Visits: planned ones and their progress; plan another, and write its tasking."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QStackedWidget, QWidget

from db.queries.visits import VisitRow, all_visits
from eum_app.domain.areas import Area
from eum_app.domain.people import Permission
from eum_app.usecases.calls import call, query
from ui.hq.narrowed import Narrowed, VisitFilter
from ui.hq.plan_form import PlanForm
from ui.hq.visit_detail import VisitDetail, VisitView, visit_detail
from ui.hq.visit_state import progress_parts, state_of
from ui.kit.delegates import VISIT_HEIGHT, RowContent, RowDelegate
from ui.kit.desk import Desk
from ui.kit.models import Column, IdsTableModel, current_id, list_view, on_current, select_id
from ui.kit.page import Page
from ui.kit.widgets import (
    ActionButton,
    Card,
    ColumnPart,
    Columns,
    EmptyState,
)
from ui.kit.words import day, joined, purpose
from ui.shared.narrowed_bar import NarrowedBar
from ui.shared.page_parts import may, named, show_rows, why_not

translate = QCoreApplication.translate


EMPTY, DETAIL, PLAN, PICTURE = 0, 1, 2, 3


def fits(wanted: VisitFilter, row: VisitRow) -> bool:
    """Return whether a visit matches the filter. A visit without a due date is never past due."""
    is_late = bool(wanted.past_due_on) and not row.closed_at and "" != row.due_on < wanted.past_due_on
    return (
        wanted.program in {"", row.program}
        and not (wanted.is_open and row.closed_at)
        and (is_late or not wanted.past_due_on)
    )


class VisitsPage(Page):
    """The list on the left; on the right the current visit, or the form for a new one."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(self.tr("Visits"))
        self.desk = desk
        self._wanted = ""
        self._rows = VisitFilter()
        self._narrowed = NarrowedBar("visits_narrowed", self._show_all)
        self._model = IdsTableModel([Column(self.tr("Visit"), lambda row: self._present(row).spoken())])
        self._model.setParent(self)
        self.list = list_view(
            self._model, RowDelegate(self._present, height=VISIT_HEIGHT), name=self.tr("Planned visits")
        )
        self.list.setObjectName("visits_list")
        on_current(self.list, self._chosen)
        card = Card(self.tr("Visits"))
        card.add_padded(self._narrowed, margins=(16, 0, 16, 0))
        card.add(self.list, 1)
        self._right = QStackedWidget()
        self._right.addWidget(self._empty_card())
        self.view = VisitView(desk, self.notice)
        self.view.enlarged.connect(self._enlarge)
        self.view.left.connect(self._back)
        self.view.deficiencies.requested.connect(lambda target: self.navigate_requested.emit("deficiencies", target))
        self._right.addWidget(self.view)
        self.form = PlanForm(desk, self)
        self.form.planned.connect(self._planned)
        self.form.left.connect(self.close_form)
        self._right.addWidget(self.form)
        self._right.addWidget(self.view.photos.large)
        self._columns = Columns(
            [
                ColumnPart("visits", self.tr("Visits"), card, 2),
                ColumnPart("visit", self.tr("Visit"), self._right, 3),
            ]
        )
        self.body.addWidget(self._columns, 1)
        self._plan_action = self.add_action(self.tr("Plan a visit…"), "Ctrl+N", self.open_form)
        self.header.add_action(named(ActionButton(self._plan_action, kind="primary"), "visits_plan"))
        self._plan_action.setEnabled(may(desk.session, Permission.VISIT_PLAN))
        self.add_action(self.tr("Close the form or the picture"), "Esc", self._back)
        self.header.set_title(self.tr("Visits"), why_not(desk.session, Permission.VISIT_PLAN))

    def _present(self, row: VisitRow) -> RowContent:
        return RowContent(
            row.site,
            joined(row.device, row.inspector, purpose(row.purpose)),
            chip=state_of(row, self.desk.session.now().date()),
            trailing=self.tr("due {day}").format(day=day(row.due_on)) if row.due_on else self.tr("not planned"),
            progress=progress_parts(row),
            total=row.expected,
        )

    def _empty_card(self) -> QWidget:
        allowed = may(self.desk.session, Permission.VISIT_PLAN)
        card = Card()
        empty = EmptyState(
            "clipboard-list",
            self.tr("No visits planned"),
            self.tr("A visit sends an inspector to one site with the list of items expected there."),
            self.tr("Plan a visit…") if allowed else "",
            self.open_form,
        )
        if allowed:
            named(empty.action_button, "visits_empty_plan")
        card.add(empty, 1)
        return card

    # What happens

    def opened(self, argument: object) -> None:
        """Reload: narrowed to a figure's visits (`Narrowed`), or with the visit of an id selected."""
        if isinstance(argument, Narrowed):
            self._rows = argument.rows
            self._narrowed.say(argument.words)
        elif isinstance(argument, str) and argument:
            self._rows = VisitFilter()
            self._narrowed.say("")
            self._wanted = argument
        self._reload()

    def _show_all(self) -> None:
        self._rows = VisitFilter()
        self._narrowed.say("")
        self._reload()
        self.list.setFocus()

    def refresh(self, areas: frozenset[Area]) -> None:
        if areas & {Area.VISITS, Area.CHECKS, Area.ITEMS, Area.EXCHANGE, Area.DEFICIENCIES}:
            self._reload()

    def first_focus(self) -> QWidget:
        return self.form.site if self._right.currentIndex() == PLAN else self.list

    def _reload(self) -> None:
        self.desk.ask(query(all_visits), then=self._show_visits)

    def _show_visits(self, every: list[VisitRow]) -> None:
        rows = [row for row in every if fits(self._rows, row)]
        show_rows(self._model, rows, lambda row: row.visit_id)
        words = self.tr("%Ln visits", "", len(rows))
        self.header.set_title(self.tr("Visits"), joined(words, why_not(self.desk.session, Permission.VISIT_PLAN)))
        if not rows:
            if self._right.currentIndex() != PLAN:
                self._right.setCurrentIndex(EMPTY)
            return
        if not (self._wanted and select_id(self.list, self._wanted)) and current_id(self.list) is None:
            self.list.setCurrentIndex(self._model.index(0, 0))
        self._wanted = ""
        self._chosen(current_id(self.list))

    def _chosen(self, visit_id: str | None) -> None:
        if visit_id is not None:
            self.desk.ask(call(visit_detail, visit_id), then=self._show, failed=self.notice.show_error)

    def _show(self, detail: VisitDetail) -> None:
        row = detail.visit
        if row.visit_id != current_id(self.list):
            return
        shown = self.view.shown
        is_other = shown is None or shown.visit.visit_id != row.visit_id
        if self._right.currentIndex() == EMPTY or (is_other and self._right.currentIndex() == PICTURE):
            self._right.setCurrentIndex(DETAIL)
        self.view.show_detail(detail)

    # Planning

    def open_form(self) -> None:
        """Show the form for a new visit, if the account may plan. A form that is shown already keeps its choices."""
        if not self._plan_action.isEnabled():
            return
        is_new = self._right.currentIndex() != PLAN
        self._right.setCurrentIndex(PLAN)
        self._columns.bring_to_front("visit")
        if is_new:
            self.form.start()
        else:
            self.form.site.setFocus()

    def close_form(self) -> None:
        """Show the current visit again and focus the list, unless a tasking is being sealed or no form is shown."""
        if self._right.currentIndex() == PLAN and not self.form.is_busy:
            self._right.setCurrentIndex(DETAIL if self._model.rowCount() else EMPTY)
            self.list.setFocus()

    def _enlarge(self, _object_id: str) -> None:
        self._right.setCurrentIndex(PICTURE)
        self.view.photos.picture.setFocus()

    def _back(self) -> None:
        if self._right.currentIndex() == PICTURE:
            self._right.setCurrentIndex(DETAIL)
            self.list.setFocus()
        else:
            self.close_form()

    def _planned(self, visit_id: str) -> None:
        self._wanted, self._rows = visit_id, VisitFilter()
        self._narrowed.say("")
        self._right.setCurrentIndex(DETAIL)
        self._reload()
        self.list.setFocus()
