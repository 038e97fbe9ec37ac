"""The site checklist: every answer is recorded as soon as it is finished, and kept as a draft until then."""

from __future__ import annotations

from collections.abc import Collection
from functools import partial

from PySide6.QtCore import QTimer
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QWidget

from db.queries.checklists import site_answers_of, visit_checklists
from db.queries.deficiencies import unasked
from db.queries.visits import VisitRow, visit
from eum_app.domain.areas import Area
from eum_app.domain.checklists import (
    PHOTO_TAKEN,
    Answer,
    Checklist,
    names_content,
    open_questions,
    visible_questions,
)
from eum_app.domain.errors import KnownError
from eum_app.domain.visit_kinds import has_items
from eum_app.usecases.calls import Connection, query
from ui.field.parts import holds_focus, name_header_buttons
from ui.field.photo_bar import PhotoBar
from ui.field.pictures import Pictures
from ui.field.question_row import QuestionRow
from ui.field.question_rows import QuestionRows
from ui.field.site_answers import SiteAnswers, Stage
from ui.kit.desk import Desk
from ui.kit.page import Page
from ui.kit.widgets import Card, label, scrolled, vbox


def read_site(connection: Connection, visit_id: str) -> tuple[VisitRow, Checklist, tuple[Answer, ...], int]:
    """Return a visit, its site checklist, the answers so far, in no order, and the deficiencies still to ask for.

    Raises Refusal `visit.unknown`, `checklist.unknown`.
    """
    _, checklist = visit_checklists(connection, visit_id)
    answers = site_answers_of(connection, visit_id)
    return visit(connection, visit_id), checklist, answers, len(unasked(connection, visit_id))


class SitePage(Page):
    """Ask about the site of a visit. Opened with the visit's id, or with (visit id, question id) to jump to."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.setObjectName("site_page")
        self._desk = desk
        self._thumbnails = Pictures(desk)
        self._visit_id, self._jump_to = "", ""
        self._checklist: Checklist | None = None
        self.answers = SiteAnswers(desk, self)
        self.answers.changed.connect(self._say_state)
        self.answers.failed.connect(self._failed)
        self.answers.keeper.brought_back.connect(self._go_on)
        self.answers.keeper.failed.connect(self.notice.show_error)
        self.put_away.connect(self.answers.keeper.flush)
        self.taken_up.connect(lambda: self.opened(None))
        self._is_ready = self._brings_back = False
        self._asked = self._shown = 0
        self._rows = QuestionRows()
        self._rows.answered.connect(self._answered)
        self._rows.written.connect(self.answers.write)
        self._pictures: dict[str, bytes] = {}
        self.photo_bar = PhotoBar(desk, name="site_photo", has_camera=False)
        self.photo_bar.photo_ready.connect(self._keep_photo)
        self._rows.photo_requested.connect(self.photo_bar.open)
        self.set_title(self.tr("Site checklist"))
        self.header.crumb_activated.connect(lambda: self.navigate_requested.emit("visits", None))
        self.back = self.add_action(
            self.tr("Back to scanning"),
            "Alt+Left",
            lambda: self._leave("visit"),
            in_header=True,
        )
        self.add_action(
            self.tr("Close out…"),
            "Ctrl+Return",
            lambda: self._leave("close_out"),
            in_header=True,
            kind="primary",
        )
        self.deficiencies = self.add_action(
            self.tr("Deficiencies…"), "Alt+D", lambda: self._leave("deficiencies"), in_header=True
        )
        name_header_buttons(
            self.header, "back_to_visit_button", "close_out_from_site_button", "site_deficiencies_button"
        )
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
            self._visit_id, self._is_ready = visit_id, False
        if visit_id:
            self.answers.begin(visit_id)  # also for the same visit: drafts may have ended elsewhere

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        if not event.spontaneous():
            self.answers.keeper.flush()

    def first_focus(self) -> QWidget | None:
        """Return the field that the person was typing in last, if what was typed is not finished."""
        started = [self._rows[key] for key in self.answers.started if key in self._rows]
        return started[-1].field_to_focus() if started else None

    def refresh(self, areas: frozenset[Area]) -> None:
        if self._is_ready:
            self._ask()

    def _go_on(self) -> None:
        self._is_ready = self._brings_back = True
        self._ask()

    def _ask(self) -> None:
        self._asked += 1
        self._desk.ask(query(read_site, self._visit_id), then=partial(self._show, self._asked))

    def _show(self, number: int, found: tuple[VisitRow, Checklist, tuple[Answer, ...], int]) -> None:
        """Show the result of the read with this number. Reads may end in another order than they began."""
        row, checklist, answers, to_ask = found
        if row.visit_id != self._visit_id or number < self._shown:
            return
        self.back.setVisible(has_items(row.purpose))
        self.deficiencies.setText(
            self.tr("Deficiencies: %Ln to ask…", "", to_ask) if to_ask else self.tr("Deficiencies…")
        )
        self._checklist, self._shown = checklist, number
        is_first, is_closed = not self._rows.items(), bool(row.closed_at)
        ended = self.answers.show_recorded(answers, is_closed=is_closed)
        self._rows.setEnabled(not is_closed)
        self.header.set_crumbs([self.tr("Visits"), row.site], first_is_link=True)
        self._card.set_title(checklist.title, self.tr("version {version}").format(version=checklist.version))
        self._source.setText(checklist.source_note)
        self._lay_out()
        self._say_ended(ended)
        if self._brings_back:
            self._brings_back = False
            self._bring_back(is_first=is_first)
        self._say_state()
        if self._jump_to:
            self.go_to(self._jump_to)
            self._jump_to = ""
        elif self.isVisible() and not any(holds_focus(found) for found in self._rows):
            self.go_to(self._rows.next_to_do(self.answers.started))

    def _bring_back(self, *, is_first: bool) -> None:
        """Show which answers are only started. `is_first`: say so in a message, too."""
        started = self.answers.started
        self._rows.show_started(started, self.answers.all)
        if started:
            self._jump_to = self._jump_to or started[-1]
        if started and is_first:
            said = self.tr("Brought back, not recorded yet: {questions}").format(questions=self._rows.texts(started))
            self.notice.show_message("info", said, detail=self.tr("Finish each answer, and press Enter."))

    def _say_ended(self, question_ids: Collection[str]) -> None:
        """Show the recorded answers in place of those that were started here, and say so."""
        answers = self.answers.all
        for key in question_ids:
            if key in self._rows:
                self._rows[key].begin(answers.get(key))
        if question_ids:
            said = self.tr("Answered elsewhere in the meantime: {questions}")
            self.notice.show_message("attention", said.format(questions=self._rows.texts(question_ids)))

    def go_to(self, question_id: str) -> None:
        """Scroll to a question and focus it. Does nothing for one that is not asked now."""
        found = self._rows.get(question_id)
        if found is not None:
            found.focus_field()
            QTimer.singleShot(0, self, partial(self._scroll_to, found))  # once new rows have their places

    def _scroll_to(self, row: QuestionRow) -> None:
        if self._rows.get(row.question.question_id) is row:
            self._scroll.ensureWidgetVisible(row, 0, row.height())

    def _lay_out(self) -> None:
        assert self._checklist is not None
        answers = self.answers.all
        asked = visible_questions(self._checklist, answers.values())
        still_open = {one.question_id for one in open_questions(self._checklist, answers.values())}
        self._rows.lay_out(self._checklist, asked, answers)
        self.answers.set_asked(self._checklist, [question.question_id for question in asked])
        for question_id, picture in self._pictures.items():
            answer = answers.get(question_id)
            if question_id in self._rows and answer is not None and _is_picture(answer.value):
                self._thumbnails.show(
                    picture, 96, partial(self._rows.show_picture, question_id, self._pictures, picture)
                )
        still_open |= set(self.answers.started)
        done = sum(question.question_id not in still_open for question in asked)
        words_said = self.tr("{done} of {total} answered").format(done=done, total=len(asked))
        self.header.set_progress(done, len(asked), [(done, "ok")], words_said)

    def _answered(self, answer: Answer) -> None:
        assert self._checklist is not None
        key = answer.question_id
        picture = self._pictures[key] if answer.value == PHOTO_TAKEN else b""
        is_complete = self.answers.give(answer, self._checklist, picture)
        if not answer.value:
            self._rows[key].begin(self.answers.all.get(key))
        if is_complete and holds_focus(self._rows[key]):
            self._go_on_after(key)
        self._lay_out()

    def _leave(self, page: str) -> None:
        """Go to another page of the visit. That finishes what is being typed, as a click on its button does."""
        for row in [one for one in self._rows if holds_focus(one)]:
            row.submit()
        self.navigate_requested.emit(page, self._visit_id)

    def _keep_photo(self, data: bytes) -> None:
        """Record a picture as the answer of the question that requested it."""
        question_id = self.photo_bar.question_id
        self.photo_bar.close_bar()
        if question_id in self._rows and self._rows.isEnabled():
            self._pictures[question_id] = data
            self._rows[question_id].focus_field()
            self._answered(Answer(question_id, PHOTO_TAKEN))

    def _failed(self, question_id: str, error: KnownError) -> None:
        if question_id in self.answers.started and question_id in self._rows:
            self._rows[question_id].hold()
        if self._checklist is not None:
            self._lay_out()
        self.notice.show_error(error)

    def _say_state(self) -> None:
        if not self._rows.isEnabled():
            self.header.set_state(self.tr("Closed out"), "ok", "lock")
        elif self.answers.stage is Stage.STARTED:
            self.header.set_state(self.tr("Not recorded yet"), "warn", "pen-line")
        elif self.answers.stage is Stage.SENT:
            self.header.set_state(self.tr("Saving…"))
        elif self.answers.stage is Stage.SAVED:
            self.header.set_state(self.tr("Saved"), "ok", "check")
        else:
            self.header.set_state("")

    def _go_on_after(self, question_id: str) -> None:
        """Focus the next open question, so that Y, Y, N … works down the page."""
        assert self._checklist is not None
        order = [question.question_id for question in visible_questions(self._checklist, self.answers.all.values())]
        self._lay_out()
        place = order.index(question_id) if question_id in order else -1
        for key in order[place + 1 :]:
            if key in self._rows and self._rows[key].is_open:
                self.go_to(key)
                return

    def _clear(self) -> None:
        self._rows.clear()
        self._checklist = None
        self._pictures.clear()  # in place: a photo that arrives late looks into it
        self.photo_bar.close_bar()
        self.header.set_state("")


def _is_picture(value: str) -> bool:
    return value == PHOTO_TAKEN or names_content(value)
