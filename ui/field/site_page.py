"""The site checklist: every answer is recorded as soon as it is given."""

from __future__ import annotations

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QWidget

from db.queries.checklists import site_answers_of, visit_checklists
from db.queries.visits import VisitRow, visit
from eum_app.domain.areas import Area
from eum_app.domain.checklists import (
    PHOTO_TAKEN,
    Answer,
    Checklist,
    names_content,
    open_questions,
    validate_answer,
    visible_questions,
)
from eum_app.domain.errors import KnownError, Refusal
from eum_app.usecases.calls import Connection, call, query
from eum_app.usecases.visits.record_check import assess_site
from ui.field.parts import holds_focus, image_of, name_header_buttons
from ui.field.photo_bar import PhotoBar
from ui.field.question_rows import QuestionRows
from ui.kit.desk import Desk
from ui.kit.page import Page
from ui.kit.widgets import Card, label, scrolled, vbox


def read_site(connection: Connection, visit_id: str) -> tuple[VisitRow, Checklist, tuple[Answer, ...]]:
    """Return a visit, its site checklist and the answers so far. Raises Refusal `visit.unknown`."""
    _, checklist = visit_checklists(connection, visit_id)
    return visit(connection, visit_id), checklist, site_answers_of(connection, visit_id)


class SitePage(Page):
    """Ask about the site of a visit. Opened with the visit's id, or with (visit id, question id) to jump to."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.setObjectName("site_page")
        self._desk = desk
        self._visit_id, self._jump_to = "", ""
        self._checklist: Checklist | None = None
        self._answers: dict[str, Answer] = {}
        self._rows = QuestionRows()
        self._rows.answered.connect(self._record)
        self._pictures: dict[str, bytes] = {}
        self.photo_bar = PhotoBar(desk, name="site_photo", has_camera=False)
        self.photo_bar.photo_ready.connect(self._keep_photo)
        self._rows.photo_requested.connect(self.photo_bar.open)
        self.set_title(self.tr("Site checklist"))
        self.header.crumb_activated.connect(lambda: self.navigate_requested.emit("visits", None))
        self.back = self.add_action(
            self.tr("Back to scanning"),
            "Alt+Left",
            lambda: self.navigate_requested.emit("visit", self._visit_id),
            in_header=True,
        )
        self.add_action(
            self.tr("Close out…"),
            "Ctrl+Return",
            lambda: self.navigate_requested.emit("close_out", self._visit_id),
            in_header=True,
            kind="primary",
        )
        name_header_buttons(self.header, "back_to_visit_button", "close_out_from_site_button")
        self.note_keys(self.tr("Answer yes or no"), "Y / N")
        self.note_keys(self.tr("Not applicable, not observed"), "X / O")
        self._card = Card(self.tr("Questions"))
        self._source = label("", "sub", wrap=True)
        inner = QWidget()
        inner.setLayout(vbox(self._rows, 1))
        self._scroll = scrolled(inner)
        self._card.add(self._scroll, 1)
        self._card.add_foot(self._source)
        self.body.addWidget(self._card, 1)
        self.body.addWidget(self.photo_bar)

    def opened(self, argument: object) -> None:
        """Show the visit with the id `argument`, or (visit id, question id) to scroll to a question."""
        if isinstance(argument, tuple):
            visit_id, self._jump_to = str(argument[0]), str(argument[1])
        else:
            visit_id, self._jump_to = (str(argument) if argument else self._visit_id), ""
        if visit_id != self._visit_id:
            self._clear()
        self._visit_id = visit_id
        self._ask()

    def refresh(self, areas: frozenset[Area]) -> None:
        if self._visit_id:
            self._ask()

    def _ask(self) -> None:
        self._desk.ask(query(read_site, self._visit_id), then=self._show)

    def _show(self, found: tuple[VisitRow, Checklist, tuple[Answer, ...]]) -> None:
        row, checklist, answers = found
        if row.visit_id != self._visit_id:
            return
        self._checklist = checklist
        kept = {key: answer for key, answer in self._answers.items() if not self._stands(answer)}
        is_closed = bool(row.closed_at)
        self._answers = {answer.question_id: answer for answer in answers} | ({} if is_closed else kept)
        self._rows.setEnabled(not is_closed)
        if is_closed:
            self.header.set_state(self.tr("Closed out"), "ok", "lock")
        self.header.set_crumbs([self.tr("Visits"), row.site], first_is_link=True)
        self._card.set_title(checklist.title, self.tr("version {version}").format(version=checklist.version))
        self._source.setText(checklist.source_note)
        self._lay_out()
        if self._jump_to:
            self.go_to(self._jump_to)
            self._jump_to = ""
        elif self.isVisible() and not any(holds_focus(found) for found in self._rows):
            self._go_to_first_open()

    def go_to(self, question_id: str) -> None:
        """Scroll to a question and focus it."""
        found = self._rows.get(question_id)
        if found is not None:
            found.focus_field()
            QTimer.singleShot(0, self, lambda: self._scroll_to(question_id))  # once new rows have their places

    def _scroll_to(self, question_id: str) -> None:
        found = self._rows.get(question_id)
        if found is not None:
            self._scroll.ensureWidgetVisible(found, 0, found.height())

    def _lay_out(self) -> None:
        assert self._checklist is not None
        asked = visible_questions(self._checklist, self._answers.values())
        still_open = {one.question_id for one in open_questions(self._checklist, self._answers.values())}
        self._rows.lay_out(self._checklist, asked, self._answers)
        for question_id, picture in self._pictures.items():
            answer = self._answers.get(question_id)
            if question_id in self._rows and answer is not None and _is_picture(answer.value):
                self._rows[question_id].show_picture(image_of(picture, 96))
        done = sum(question.question_id not in still_open for question in asked)
        words_said = self.tr("{done} of {total} answered").format(done=done, total=len(asked))
        self.header.set_progress(done, len(asked), [(done, "ok")], words_said)

    def _stands(self, answer: Answer) -> bool:
        assert self._checklist is not None
        question = next((one for one in self._checklist.questions if one.question_id == answer.question_id), None)
        if question is None:
            return True
        try:
            validate_answer(question, answer)
        except Refusal:
            return False
        return True

    def _record(self, answer: Answer) -> None:
        """Record a complete answer. One that lacks its comment waits in the row."""
        self._answers[answer.question_id] = answer
        if self._stands(answer):
            self.header.set_state(self.tr("Saving…"))
            given = {answer.question_id: self._pictures[answer.question_id]} if answer.value == PHOTO_TAKEN else {}
            self._desk.do(call(assess_site, self._visit_id, [answer], given), then=self._saved, failed=self._failed)
            if holds_focus(self._rows[answer.question_id]):
                self._go_on_after(answer.question_id)
        self._lay_out()

    def _keep_photo(self, data: bytes) -> None:
        """Record a picture as the answer of the question that requested it."""
        question_id = self.photo_bar.question_id
        self.photo_bar.close_bar()
        if question_id in self._rows and self._rows.isEnabled():
            self._pictures[question_id] = data
            self._rows[question_id].focus_field()
            self._record(Answer(question_id, PHOTO_TAKEN))

    def _saved(self, _changed: object) -> None:
        self.header.set_state(self.tr("Saved"), "ok", "check")

    def _failed(self, error: KnownError) -> None:
        self.header.set_state(self.tr("Not saved"), "bad", "x")
        self.notice.show_error(error)

    def _go_on_after(self, question_id: str) -> None:
        """Focus the next open question, so that Y, Y, N … works down the page."""
        assert self._checklist is not None
        order = [question.question_id for question in visible_questions(self._checklist, self._answers.values())]
        self._lay_out()
        place = order.index(question_id) if question_id in order else -1
        for key in order[place + 1 :]:
            if key in self._rows and self._rows[key].is_open:
                self.go_to(key)
                return

    def _go_to_first_open(self) -> None:
        for key, found in self._rows.items():
            if found.is_open:
                self.go_to(key)
                return
        for found in self._rows:
            found.focus_field()
            return

    def _clear(self) -> None:
        self._rows.clear()
        self._answers, self._checklist, self._pictures = {}, None, {}
        self.photo_bar.close_bar()
        self.header.set_state("")


def _is_picture(value: str) -> bool:
    return value == PHOTO_TAKEN or names_content(value)
