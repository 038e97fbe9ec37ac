"""Points to settle before a visit is signed: items, questions, deficiencies, drafts, discrepancies without a photo."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout

from eum_app.domain.checklists import Question
from eum_app.domain.visits import TO_CHECK, OpenPointKind, Outcome
from eum_app.usecases.visits.close_out import CloseOutState
from eum_app.usecases.visits.drafts import Unrecorded
from ui.field.parts import named
from ui.kit import words
from ui.kit.widgets import Button, Card, Chip, button, empty_layout, label, row, vbox


class OpenCard(Card):
    """List each open point with a button that goes there. Hidden while there is none."""

    items_requested = Signal(str)
    """An outcome: show these items."""
    question_requested = Signal(str)
    draft_requested = Signal(object)
    """`Unrecorded`"""
    deficiency_requested = Signal(str)

    def __init__(self, account: str) -> None:
        super().__init__(self.tr("Before signing"))
        self.setObjectName("open_card")
        self._account = account
        self._chip = Chip()
        self.add_trailing(self._chip)
        self._rows: QVBoxLayout = vbox()
        self.add(self._rows)
        self.hide()

    def show_state(self, state: CloseOutState, questions: Mapping[str, Question], unasked: Mapping[str, str]) -> None:
        """Show what is open. Signing waits for items, questions and deficiencies; the rest is only shown.

        `unasked` is id → text of each deficiency for which the visit has not asked.
        """
        empty_layout(self._rows)
        visit = state.visit
        if visit.to_check:
            go = self._button(self.tr("Go to items"), "go_to_items_button", partial(self._ask_items, TO_CHECK))
            chip = Chip.of(TO_CHECK, words.count(visit.to_check))
            self._rows.addWidget(row(chip, label(self.tr("still to check"), "strong"), 1, go, tone="warn"))
        for point in state.open_points:
            if point.kind is OpenPointKind.DEFICIENCY:
                self._add_deficiency(point.target, unasked.get(point.target, ""))
        started = {one.question_id: one for one in state.unrecorded if one.question_id}
        for point in state.open_points:
            if point.kind is OpenPointKind.QUESTION and point.target not in started:
                self._add_question(point.target, questions.get(point.target))
        for question_id, draft in started.items():
            self._add_answer(draft, questions.get(question_id))
        self._add_drafts(tuple(one for one in state.unrecorded if not one.question_id))
        bare = sum(one.outcome == Outcome.DISCREPANCY and not one.photos for one in state.statement.items)
        if bare:
            go = self._button(
                self.tr("Show"), "without_photo_button", partial(self._ask_items, str(Outcome.DISCREPANCY))
            )
            go.setAccessibleName(self.tr("Show the discrepancies"))
            self._add(self.tr("%Ln discrepancies have no photo", "", bare), go)
        self._chip.set(
            self.tr("Site checklist {done} of {total}").format(
                done=words.count(state.site_answered), total=words.count(state.site_asked)
            ),
            "ok" if state.site_answered == state.site_asked else "warn",
            "check" if state.site_answered == state.site_asked else "",
        )
        self.setVisible(self._rows.count() > 0)

    def _add_question(self, question_id: str, question: Question | None) -> None:
        text = question.text if question else question_id
        answer = self._button(
            self.tr("Answer"), f"answer_{question_id}_button", partial(self.question_requested.emit, question_id)
        )
        answer.setAccessibleName(self.tr("Answer {question}").format(question=text))
        self._add(text, answer)

    def _add_deficiency(self, deficiency_id: str, what: str) -> None:
        said = self.tr("Deficiency of the site, not asked for yet: {what}").format(what=what)
        go = partial(self.deficiency_requested.emit, deficiency_id)
        ask = self._button(self.tr("Ask"), f"ask_{deficiency_id}_button", go)
        ask.setAccessibleName(self.tr("Ask for {what}").format(what=what))
        self._add(said, ask)

    def _add_answer(self, draft: Unrecorded, question: Question | None) -> None:
        """Show an answer to the site checklist that was started, with a way to it for the account that started it."""
        text = question.text if question else draft.question_id
        said = self.tr("Started, not recorded: {question}").format(question=text)
        if draft.account != self._account:
            self._add(words.joined(said, self.tr("started by {accounts}").format(accounts=draft.account)))
            return
        go = partial(self.question_requested.emit, draft.question_id)
        finish = self._button(self.tr("Finish"), f"finish_{draft.question_id}_button", go)
        finish.setAccessibleName(self.tr("Finish {question}").format(question=text))
        self._add(said, finish)

    def _add_drafts(self, found: tuple[Unrecorded, ...]) -> None:
        if not found:
            return
        said = self.tr("%Ln items have answers that were not recorded", "", sum(one.items for one in found))
        others = sorted({one.account for one in found} - {self._account})
        if others:
            said = words.joined(said, self.tr("started by {accounts}").format(accounts=", ".join(others)))
        own = next((one for one in found if one.account == self._account), None)
        if own is None:
            self._add(said)
            return
        go = self._button(self.tr("Open"), "open_draft_button", partial(self.draft_requested.emit, own))
        go.setAccessibleName(
            self.tr("Open {serial}").format(serial=own.serial) if own.serial else self.tr("Open what was started")
        )
        self._add(said, go)

    def _add(self, text: str, go: Button | None = None) -> None:
        line = row(go, tone="warn")
        layout = line.layout()
        assert layout is not None
        layout.insertWidget(0, label(text, wrap=True), 1)  # type: ignore[attr-defined]
        self._rows.addWidget(line)

    def _button(self, text: str, name: str, run: partial[None]) -> Button:
        return named(button(text, run), name)

    def _ask_items(self, outcome: str) -> None:
        self.items_requested.emit(outcome)
