"""Deficiencies at a visit: those carried over are asked for, and what is found is stated."""

from __future__ import annotations

from functools import partial

from db.queries.checklists import site_answers_of, visit_checklists
from db.queries.deficiencies import carried_over, stated_at_visit
from db.queries.deficiency_rows import Deficiency
from db.queries.visits import visit
from eum_app.domain.checklists import NOT_OBSERVED, deviations
from eum_app.usecases.calls import call
from eum_app.usecases.deficiencies.severities import clock_of
from eum_app.usecases.session import Session
from ui.field.items_page import TOUCH_ROW_DP
from ui.field.photo_bar import PhotoBar
from ui.kit.delegates import ChipSpec
from ui.kit.desk import Desk
from ui.kit.models import Column
from ui.kit.words import count, day, joined
from ui.shared.deficiencies_page import DeficienciesPage, Failing, Listed
from ui.shared.deficiency_words import severity_words, state_chip, visit_chip


def read_visit(session: Session, visit_id: str) -> Listed:
    """Return the deficiencies of a visit, those to ask for first.

    While the visit is open, `failing` has its answers that are not as expected and from which none was stated. Raises
    Refusal `visit.unknown`, `checklist.unknown`.
    """
    with session.reading() as connection:
        row = visit(connection, visit_id)
        _, checklist = visit_checklists(connection, visit_id)
        answers = {one.question_id: one for one in site_answers_of(connection, visit_id)}
        here = stated_at_visit(connection, visit_id)
        carried = carried_over(connection, visit_id)
    carried.sort(key=lambda one: one.is_answered_at(visit_id))  # stable: by day within both
    covered = {one.question_id for one in here if one.end is None}
    failing = [
        Failing(one.question_id, one.text, answers[one.question_id].comment)
        for one in deviations(checklist, answers.values())
        if one.question_id not in covered and answers[one.question_id].value != NOT_OBSERVED
    ]
    is_open = not row.closed_at
    return Listed(
        (*carried, *here), session.now().date(), row.site, visit_id, "", tuple(failing) if is_open else (), is_open
    )


class VisitDeficienciesPage(DeficienciesPage):
    """The deficiencies of one visit. Opened with its id, or with (visit id, deficiency id)."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, self.tr("Deficiencies"), has_photos=True, row_height=TOUCH_ROW_DP)
        self._visit_id = ""
        self.header.crumb_activated.connect(lambda: self.navigate_requested.emit("visits", None))
        back = self.tr("Back to the site checklist")
        self.add_action(
            back, "Alt+Left", lambda: self.navigate_requested.emit("site", self._visit_id), in_header=True
        ).setObjectName("deficiencies_back")
        self.photo_bar = PhotoBar(desk, name="deficiency_photo", has_camera=False)
        self.photo_bar.photo_ready.connect(self._take_photo)
        self.body.addWidget(self.photo_bar)
        for form in (self.form, self.correction):
            form.photo_requested.connect(self.photo_bar.open)

    def table_columns(self) -> list[Column]:
        return [
            Column(
                self.tr("This visit"),
                lambda row: self._visit_chip(row).text,
                width=170,
                chip=self._visit_chip,
            ),
            Column(self.tr("Deficiency"), _title),
            Column(
                self.tr("Due"),
                lambda row: self._due_chip(row).text,
                width=140,
                chip=self._due_chip,
            ),
        ]

    def empty_words(self) -> tuple[str, str]:
        return (
            self.tr("No deficiency"),
            self.tr("Open ones of the site are asked for here. State what does not meet the requirements."),
        )

    def opened(self, argument: object) -> None:
        """Show the visit with the id `argument`, or (visit id, deficiency id) to choose one."""
        visit_id, key = (str(argument[0]), str(argument[1])) if isinstance(argument, tuple) else (argument, "")
        if visit_id and visit_id != self._visit_id:
            self.leave_form()
            self.photo_bar.close_bar()
            self._visit_id = str(visit_id)
        self.want(key)
        self.reload()

    def reload(self) -> None:
        if self._visit_id:
            shown = partial(self._show_visit, self._visit_id)
            self.desk.ask(call(read_visit, self._visit_id), then=shown, failed=self.notice.show_error)

    def _show_visit(self, visit_id: str, listed: Listed) -> None:
        if visit_id != self._visit_id:
            return
        self.header.set_crumbs([self.tr("Visits"), listed.place], first_is_link=True)
        asked = [one for one in listed.found if one.visit_id != visit_id]
        left = sum(not one.is_answered_at(visit_id) for one in asked)
        if not listed.may_change:
            self.header.set_state(self.tr("Closed out"), "ok", "lock")
        elif left:
            self.header.set_state(self.tr("{count} to ask for").format(count=count(left)), "warn", "circle")
        else:
            self.header.set_state("")
        self.show_listed(listed)

    def show_other(self, row: Failing | None) -> None:
        if row is None:
            self.nothing.set_text(self.tr("Nothing chosen"), self.tr("Choose a deficiency in the list."))
        else:
            said = self.tr("This answer is not as expected, and no deficiency was stated.")
            self.nothing.set_text(row.text, "\n".join(filter(None, (row.comment, said))))

    def _visit_chip(self, row: Deficiency | Failing) -> ChipSpec:
        if isinstance(row, Failing):
            return ChipSpec(self.tr("Answer only"), "warn", "triangle-alert")
        return visit_chip(row, self._visit_id)

    def _due_chip(self, row: Deficiency | Failing) -> ChipSpec:
        if isinstance(row, Failing) or self.listed is None:
            return ChipSpec("–")
        return state_chip(clock_of(row, self.listed.today))

    def _take_photo(self, data: bytes) -> None:
        self.photo_bar.close_bar()
        for form in (self.form, self.correction):
            if self.beside.currentWidget() is form:
                form.add_photo(data)


def _title(row: Deficiency | Failing) -> str:
    if isinstance(row, Failing):
        return row.text
    return joined(row.what, row.place, severity_words(row.severity), day(row.due_on))
