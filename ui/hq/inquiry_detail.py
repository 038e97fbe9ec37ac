"""One inquiry beside the list: its request, its license with parties and articles, its answer and its result."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QPlainTextEdit, QWidget

from db.queries.inquiries import Inquiry
from eum_app.domain.inquiries import (
    DueClock,
    InquiryState,
    Lacking,
    Receipt,
    Recommendation,
    VisitMode,
    lacking,
)
from eum_app.usecases.inquiries.inquiries import NewAnswer
from eum_app.usecases.inquiries.inquiry_lists import shipped_inquiry_lists
from ui.hq.inquiry_form import line
from ui.hq.inquiry_words import due_chip, state_chip
from ui.kit.theme import theme
from ui.kit.widgets import (
    Card,
    Chip,
    FormField,
    KeyValueGrid,
    button,
    empty_layout,
    flow,
    hbox,
    label,
    panel,
    scrolled,
    vbox,
)
from ui.kit.widgets.fields import Tab, TabRow
from ui.kit.widgets.history import HistoryCard, Told
from ui.kit.words import day, joined, moment, word
from ui.shared.page_parts import choices, fill_choices, named

TASK, ANSWER, CLOSE = "task", "answer", "close"


class RequestCard(Card):
    """The request with its state and clock."""

    def __init__(self) -> None:
        super().__init__(self.tr("Request"))
        self._grid = KeyValueGrid()
        self.add(scrolled(vbox(self._grid, 1)), 1)

    def show_inquiry(self, one: Inquiry, clock: DueClock) -> None:
        """Show the request of one inquiry, with its clock on today's day."""
        fact, grid = one.fact, self._grid
        self.set_title(joined(fact.reference, word("inquiry_kind", fact.kind)))
        grid.clear()
        state, due = state_chip(one), due_chip(clock)
        grid.add(self.tr("State"), panel(flow(named(Chip(state.text, state.tone, state.icon), "inquiry_state"))))
        grid.add(self.tr("Answer due"), panel(flow(named(Chip(due.text, due.tone, due.icon), "inquiry_due"))))
        for name, value in (
            (self.tr("Due on"), day(fact.due_on)),
            (self.tr("Country"), fact.country),
            (self.tr("Post"), fact.post),
            (self.tr("Requested"), joined(fact.requested_by, day(fact.requested_on))),
            (self.tr("Reason"), fact.reason),
            (self.tr("Site visit"), word("site_visit", fact.site_visit) or self.tr("Not stated by the request")),
            (self.tr("Recorded"), joined(moment(fact.observed_at), one.actor)),
        ):
            grid.add(name, value)
        if fact.correction:
            grid.add(self.tr("Corrected"), fact.correction)


class LicenseCard(Card):
    """License or exemption, parties and articles; doubts about their shapes on top."""

    def __init__(self) -> None:
        super().__init__(self.tr("License, parties, articles"))
        self.add_trailing(Chip(self.tr("Blue Lantern accounts only"), "mute", "lock"))
        self._doubts = vbox(spacing=4, margins=(16, 8, 16, 0))
        self._grid = KeyValueGrid()
        self.add(scrolled(vbox(self._doubts, self._grid, 1)), 1)

    def show_inquiry(self, one: Inquiry) -> None:
        """Show the license, the parties and the articles of one inquiry."""
        fact, grid, license_ = one.fact, self._grid, one.fact.authorization
        empty_layout(self._doubts)
        for doubt in fact.warnings:
            self._doubts.addWidget(Chip(word("inquiry_doubt", doubt), "warn", "triangle-alert"))
        grid.clear()
        grid.add(self.tr("Form"), license_.form)
        grid.add(self.tr("Number"), license_.number, mono=True)
        for name, value in (
            (self.tr("Valid until"), day(license_.valid_until) if license_.valid_until else ""),
            (self.tr("Certificate DSP-83"), word("held", license_.dsp83)),
            (self.tr("Exemption"), license_.exemption),
        ):
            grid.add(name, value)
        for party in fact.parties:
            grid.add(word("party_role", party.role), joined(party.name, party.country, party.reference))
        for article in fact.articles:
            words = self.tr("%Ln pieces", "", article.quantity)
            usml = self.tr("USML {category}").format(category=article.usml or "–")
            grid.add(self.tr("Article"), joined(article.description, usml, words))


class ResultCard(HistoryCard):
    """Tasks, answers and closings so far, and below them the form for the next one."""

    tasked = Signal(str, str)
    """(post, reference)"""
    answered = Signal(object)
    """A `NewAnswer`."""
    closed = Signal(str, object, str)
    """(result, codes of reasons, note)"""

    def __init__(self) -> None:
        super().__init__(self.tr("Answer and result"))
        self._held: Inquiry | None = None
        self._recorded = ""  # id of the inquiry whose act was recorded
        self._is_allowed = True
        self.tabs = TabRow(
            [Tab(TASK, self.tr("Task")), Tab(ANSWER, self.tr("Answer")), Tab(CLOSE, self.tr("Close"))], wraps=False
        )
        self.tabs.chosen.connect(lambda _key: self.follow())
        self.result = choices("inquiry_result", self.tr("Choose"))
        fill_choices(self.result, [(word("recommendation", one), one.value) for one in Recommendation])
        self.mode = choices("inquiry_mode", self.tr("Choose"))
        fill_choices(self.mode, [(word("visit_mode", one), one.value) for one in VisitMode])
        self.receipt = choices("inquiry_receipt", self.tr("Choose"))
        fill_choices(self.receipt, [(word("receipt", one), one.value) for one in Receipt])
        self.answered_by = line("inquiry_answered_by", "", self.tr("Person or post"))
        self.told = line("inquiry_told", "", self.tr("E.g. Embassy XX"))
        self.reference = line("inquiry_task_reference", "", self.tr("Number of the message"))
        self.note = named(QPlainTextEdit(), "inquiry_note")
        self.note.setTabChangesFocus(True)
        self.reasons: dict[str, QCheckBox] = {}
        self._reasons = vbox(spacing=2)
        self._of_answer = [
            FormField(self.tr("How the check was made"), self.mode),
            FormField(self.tr("Receipt"), self.receipt),
            FormField(self.tr("Answered by"), self.answered_by),
        ]
        self._of_task = [FormField(self.tr("Asked to"), self.told), FormField(self.tr("Reference"), self.reference)]
        self._of_result: list[QWidget] = [
            FormField(self.tr("Result"), self.result),
            label(self.tr("Reasons"), "sub"),
            panel(self._reasons),
            FormField(self.tr("Note"), self.note),
        ]
        self._open = named(label("", "sub", wrap=True), "inquiry_open_points")
        self.save_button = named(button(self.tr("Record the answer"), self._save, kind="primary"), "inquiry_save")
        fields = vbox(
            self.tabs,
            *self._of_task,
            self._of_result[0],
            *self._of_answer,
            *self._of_result[1:],
            margins=(16, 8, 16, 8),
            spacing=8,
        )
        self.add_below(panel(fields))
        self.add_foot(self._open, hbox(1, self.save_button))
        self.result.currentIndexChanged.connect(self._offer_reasons)
        for box in (self.mode, self.receipt):
            box.currentIndexChanged.connect(self.follow)
        for field in (self.answered_by, self.note, self.told):
            field.textChanged.connect(self.follow)
        theme().changed.connect(self._fit)
        self._fit()
        self._offer_reasons()

    def _fit(self) -> None:
        self.note.setFixedHeight(theme().dp(56))

    def show_inquiry(self, one: Inquiry, *, is_allowed: bool) -> None:
        """Show tasks, answers and closings of one inquiry, newest first.

        What was entered for it stays, unless it was recorded (`has_recorded`).
        """
        is_other = self._held is None or self._held.inquiry_id != one.inquiry_id
        self._held, self._is_allowed = one, is_allowed
        lines = [
            (
                answer.answered_at,
                Told(
                    self.tr("Answered: {result}").format(result=word("recommendation", answer.fact.recommendation)),
                    answer.fact.answered_by,
                    joined(moment(answer.answered_at), answer.actor),
                    "\n".join(
                        filter(
                            None,
                            (
                                joined(
                                    word("visit_mode", answer.fact.visit_mode), word("receipt", answer.fact.receipt)
                                ),
                                ", ".join(word("inquiry_reason", code) for code in answer.fact.reasons),
                                answer.fact.note,
                            ),
                        )
                    ),
                ),
            )
            for answer in one.answers
        ]
        lines += [
            (
                closing.closed_at,
                Told(
                    self.tr("Closed: {result}").format(result=word("recommendation", closing.fact.outcome)),
                    closing.actor,
                    moment(closing.closed_at),
                    "\n".join(
                        filter(
                            None,
                            (
                                ", ".join(word("inquiry_reason", code) for code in closing.fact.reasons),
                                closing.fact.note,
                            ),
                        )
                    ),
                ),
            )
            for closing in one.closings
        ]
        lines += [
            (
                task.tasked_at,
                Told(
                    self.tr("Tasked"),
                    task.told or task.visit_id,
                    joined(moment(task.tasked_at), task.actor),
                    task.reference,
                ),
            )
            for task in one.tasks
        ]
        shown = [told for _, told in sorted(lines, key=lambda pair: pair[0], reverse=True)]
        self.set_lines(
            shown or [Told(self.tr("No answer yet"), "", self.tr("Task a post, then record its answer here."))]
        )
        if is_other or self._recorded == one.inquiry_id:
            self.clear()
        self.follow()

    def has_recorded(self, inquiry_id: str) -> None:
        """Note that an act was recorded: the next state of this inquiry empties the form, if it is still shown."""
        self._recorded = inquiry_id

    def clear(self) -> None:
        """Empty the form: nothing is chosen. The tab is the act that comes next."""
        self._recorded = ""
        following = {InquiryState.OPENED: TASK, InquiryState.ANSWERED: CLOSE}
        self.tabs.set_current(following.get(self._held.state, ANSWER) if self._held is not None else TASK)
        for box in (self.result, self.mode, self.receipt):
            box.setCurrentIndex(-1)
        for field in (self.answered_by, self.told, self.reference):
            field.clear()
        self.note.clear()
        self._offer_reasons()

    def _offer_reasons(self) -> None:
        for box in self.reasons.values():
            self._reasons.removeWidget(box)
            box.hide()
            box.deleteLater()
        self.reasons = {}
        for code in shipped_inquiry_lists()[-1].reasons_of(str(self.result.currentData() or "")):
            box = named(QCheckBox(word("inquiry_reason", code)), f"inquiry_reason_{code}")
            box.toggled.connect(self.follow)
            self.reasons[code] = box
            self._reasons.addWidget(box)
        self.follow()

    def _chosen(self) -> tuple[str, ...]:
        return tuple(code for code, box in self.reasons.items() if box.isChecked())

    def follow(self) -> None:
        """Enable the button once the act can be recorded, and say which points are open."""
        act = self.tabs.current
        for parts, is_shown in (
            (self._of_task, act == TASK),
            (self._of_answer, act == ANSWER),
            (self._of_result, act != TASK),
        ):
            for part in parts:
                part.setVisible(is_shown)
        words = {TASK: self.tr("Record the task"), ANSWER: self.tr("Record the answer")}
        self.save_button.setText(words.get(act, self.tr("Close the inquiry")))
        missing = self._missing_task() if act == TASK else self._missing(is_answer=act == ANSWER)
        self._open.setText(self.tr("Still open: {names}").format(names=", ".join(missing)) if missing else "")
        self.save_button.setEnabled(self._is_allowed and self._held is not None and not missing)

    def _missing_task(self) -> list[str]:
        if self._held is not None and self._held.closings:
            return [self.tr("another inquiry: this one is closed")]
        return [] if self.told.text().strip() else [self.tr("who is asked to make the check")]

    def _missing(self, *, is_answer: bool) -> list[str]:
        result, held = self.result.currentData(), self._held
        found = []
        if not result:
            found.append(self.tr("result"))
        if result == Recommendation.UNFAVORABLE and not self._chosen():
            found.append(self.tr("a reason"))
        if is_answer:
            return found if self.answered_by.text().strip() else [*found, self.tr("who answered")]
        answer = held.answer if held is not None else None
        if held is None or answer is None:
            return [*found, self.tr("an answer")]
        if result == Recommendation.FAVORABLE:
            words = {
                Lacking.VISIT_MODE: self.tr("an answer that says how the check was made"),
                Lacking.SITE_VISIT: self.tr("a site visit in person, as the request wants"),
                Lacking.RECEIPT: self.tr("an answer that confirms the receipt"),
            }
            said = answer.fact
            points = lacking(held.fact.kind, held.fact.site_visit, said.visit_mode, said.receipt)
            found += [words[point] for point in points]
        is_change = bool(held.closings) or (result and result != answer.fact.recommendation)
        if is_change and not self.note.toPlainText().strip():
            found.append(self.tr("a note on the change"))
        return found

    def _save(self) -> None:
        self.save_button.setEnabled(False)
        if self.tabs.current == TASK:
            self.tasked.emit(self.told.text(), self.reference.text())
            return
        result, note = str(self.result.currentData()), self.note.toPlainText()
        if self.tabs.current == CLOSE:
            self.closed.emit(result, self._chosen(), note)
            return
        self.answered.emit(
            NewAnswer(
                recommendation=result,
                answered_by=self.answered_by.text(),
                reasons=self._chosen(),
                visit_mode=str(self.mode.currentData() or ""),
                receipt=str(self.receipt.currentData() or ""),
                note=note,
            )
        )
