"""State what the check of the open item is to rest on: the grade, and who saw the item, for whom, and how."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QButtonGroup, QLineEdit, QRadioButton

from eum_app.domain.sighting import MAX_WITNESS_CHARS
from eum_app.domain.visits import Grade
from eum_app.usecases.visits.drafts import Evidence
from ui.field.parts import named
from ui.field.visit.draft import Draft
from ui.kit import words
from ui.kit.guard import guarded
from ui.kit.tips import set_tip
from ui.kit.widgets import Button, Card, FormField, button, label, panel, scrolled, vbox


@guarded
class EvidenceForm(Card):
    """Occupy the right column while it is open, and change the draft with each key: closing it loses nothing."""

    put_away = Signal()

    def __init__(self) -> None:
        super().__init__(self.tr("Evidence"))
        self.setObjectName("evidence_form")
        self._draft: Draft | None = None
        self._group = QButtonGroup(self)
        self._choices: dict[Grade, QRadioButton] = {}
        grades = vbox(spacing=0)
        for grade in Grade:
            choice = named(QRadioButton(words.reported(grade)), f"grade_{grade}")
            self._group.addButton(choice)
            self._choices[grade] = choice
            grades.addWidget(choice)
        self.saw, self.saw_for, self.saw_how = (self._field(name) for name in ("saw", "saw_for", "saw_how"))
        self._hint = label("", "sub", wrap=True)
        asked = vbox(
            label(self.tr("How was the item seen?"), "sub"),
            grades,
            self._hint,
            FormField(self.tr("Seen by"), self.saw, self.tr("Name or code, and function")),
            FormField(self.tr("For whom"), self.saw_for, self.tr("Organization or appointing authority")),
            FormField(self.tr("How"), self.saw_how, self.tr("E.g. video call; scan file of 3 May; letter no. 12")),
            1,
            spacing=10,
        )
        self._scroll = scrolled(asked, margins=(16, 12, 16, 12))
        self.add(self._scroll, 1)
        self.done: Button = named(
            button(self.tr("Back to the item"), self._go_back, kind="primary", big=True), "evidence_done_button"
        )
        set_tip(self.done, self.tr("Back to the item (Esc)"))
        self.body.addWidget(panel(vbox(self.done, margins=(16, 10, 16, 12)), "cardfoot"))
        self._group.buttonToggled.connect(lambda _choice, is_on: self._keep() if is_on else None)

    def show_draft(self, draft: Draft) -> None:
        """Show the evidence of a draft, and change it from now on."""
        self._draft = None  # what is shown now is not written by the person
        given = draft.evidence
        self.set_title(self.tr("Evidence · {serial}").format(serial=draft.serial))
        for grade, choice in self._choices.items():
            choice.setChecked(grade == given.grade)
        for field, text in ((self.saw, given.saw), (self.saw_for, given.saw_for), (self.saw_how, given.saw_how)):
            field.setText(text)
        self._draft = draft
        self._follow()

    def focus_first(self) -> None:
        """Focus the chosen grade."""
        chosen = self._group.checkedButton() or self._choices[Grade.SIGHTED]
        chosen.setFocus(Qt.FocusReason.OtherFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take Enter from every field: on the page, the same key would record the item as verified."""
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            event.accept()
            self._go_on()
            return
        super().keyPressEvent(event)

    # Inside

    def _field(self, name: str) -> QLineEdit:
        made = named(QLineEdit(), f"evidence_{name}")
        made.setMaxLength(MAX_WITNESS_CHARS)
        made.textChanged.connect(lambda _text: self._keep())
        return made

    def _grade(self) -> Grade:
        return next((grade for grade, choice in self._choices.items() if choice.isChecked()), Grade.SIGHTED)

    def _keep(self) -> None:
        if self._draft is not None:
            texts = (field.text() for field in (self.saw, self.saw_for, self.saw_how))
            self._draft.state_evidence(Evidence(self._grade(), *texts))
            self._follow()

    def _follow(self) -> None:
        is_own = self._grade() is Grade.SIGHTED
        self._hint.setText(
            self.tr("Name a person only if another US person than you saw it.")
            if is_own
            else self.tr("All three are needed. HQ gets a finding where this visit asks for items that you saw.")
        )

    def _missing(self) -> QLineEdit | None:
        if self._grade() is Grade.SIGHTED:
            return None
        return next((field for field in (self.saw, self.saw_for, self.saw_how) if not field.text().strip()), None)

    def _go_on(self) -> None:
        """Go to the next empty field (Enter), or back to the item if there is none."""
        missing = self._missing()
        if missing is not None:
            missing.setFocus(Qt.FocusReason.OtherFocusReason)
            self._scroll.ensureWidgetVisible(missing)
        else:
            self.put_away.emit()

    def _go_back(self) -> None:
        self.put_away.emit()
