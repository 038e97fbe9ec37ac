"""Several items taken in view at once: answer their questions for all of them, or open each one separately."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from eum_app.domain.checklists import Checklist
from ui.field.parts import named
from ui.field.pictures import Pictures
from ui.field.visit.current_work import Group
from ui.field.visit.decision_foot import DecisionFoot
from ui.field.visit.draft import Draft, unseen_ids
from ui.field.visit.in_sight import InSight
from ui.field.visit.questionnaire import Questionnaire
from ui.kit import words
from ui.kit.tips import set_tip
from ui.kit.widgets import Button, Card, Chip, button, empty_layout, hbox, label, panel, scrolled, vbox


class GroupPanel(Card):
    """Show the items that the person took, each with its mark. No item is added automatically.

    The panel changes the answers of `group` as the person answers. It records nothing.
    """

    record_requested = Signal()
    item_chosen = Signal(str)
    """item id: this item is opened separately, and leaves the group."""
    answer_photo_requested = Signal(str)
    """question id"""
    put_away = Signal()
    seen = Signal(object)
    """tuple[str, ...]: ids of the questions that are completely visible."""

    def __init__(self, group: Group, pictures: Pictures) -> None:
        super().__init__(self.tr("Items in view"))
        self.setObjectName("group_panel")
        self._group = group
        self._shown: Draft | None = None
        self._checklist: Checklist | None = None
        """The answers shown; a group that grew has new ones."""
        self._count = Chip("", "accent")
        self.add_trailing(self._count)
        self._list: QVBoxLayout = vbox()
        self.questions = Questionnaire(pictures)
        self.questions.changed.connect(self.follow)
        self.questions.answer_given.connect(self.focus_first)
        self.questions.photo_requested.connect(self.answer_photo_requested)
        content = QWidget()
        content.setLayout(vbox(self._list, self.questions, 1))
        self._scroll = scrolled(content)
        self.all_button: Button = named(
            button("", self.answer_all, name=self.tr("All as expected")), "group_all_button"
        )
        self.away_button: Button = named(button(self.tr("Close"), self.put_away.emit), "group_away_button")
        set_tip(self.away_button, self.tr("Close (Esc)"))
        self.verified_button: Button = named(
            button("", self.record_requested.emit, kind="primary", big=True), "group_verified_button"
        )
        self.sight = InSight(self._scroll, self.questions, self._unseen, "group_more_below_button")
        self.sight.seen.connect(self.seen)
        self.body.addWidget(self._scroll, 1)
        self.body.addWidget(DecisionFoot(self.all_button, self.sight.more, self.away_button, self.verified_button))

    def show_group(self, checklist: Checklist) -> None:
        """Show the group as it is now. Unfinished answers stay, unless the group grew."""
        if self._group.answers is not self._shown:
            self._shown, self._checklist = self._group.answers, checklist
            self.sight.begin()
            self.questions.show_draft(self._shown, checklist)
            self._scroll.verticalScrollBar().setValue(0)
        empty_layout(self._list)
        for draft in self._group.drafts.values():
            self._list.addWidget(self._row(draft))
        count = words.count(len(self._group.drafts))
        self._count.set(self.tr("{count} selected").format(count=count), "accent")
        self.follow()

    def answer_all(self) -> None:
        """Fill the open questions that have an expected answer, for each item of the group; nothing is recorded.

        The questions not seen yet are shown, and the next thing to do gets the focus.
        """
        if self._group.drafts:
            self.questions.answer_all()
            self.sight.show_next()
            self.focus_first()

    def set_busy(self, is_busy: bool) -> None:
        """Disable the buttons while the checks are being recorded."""
        self.verified_button.setEnabled(not is_busy)
        self.away_button.setEnabled(not is_busy)
        if not is_busy and self._group.drafts:
            self.follow()

    def focus_first(self) -> None:
        """Focus the first open question, or the button to go on."""
        open_row = self.questions.first_open_row()
        if open_row is not None:
            self.sight.bring_in(open_row)
            open_row.focus_field()
        else:
            next_button = self.verified_button if self.verified_button.isEnabled() else self.sight.more
            next_button.setFocus(Qt.FocusReason.OtherFocusReason)

    # Inside

    def _unseen(self) -> list[str]:
        return unseen_ids(self._group.answers, self._checklist) if self._checklist is not None else []

    def _row(self, draft: Draft) -> QWidget:
        assert draft.item is not None
        item = draft.item
        serial = label(draft.serial, "mono", selectable=True)
        about = label(words.joined(item.part_number or item.nomenclature, item.location), "sub", wrap=True)
        line = hbox(spacing=8, margins=(16, 9, 16, 9))
        line.addLayout(vbox(serial, about, spacing=1), 1)
        opener = named(
            button(self.tr("Open"), partial(self.item_chosen.emit, item.item_id)), f"group_open_{item.item_id}"
        )
        opener.setAccessibleName(self.tr("Open {serial} separately").format(serial=draft.serial))
        set_tip(opener, self.tr("Answer for this item alone; it leaves the group"))
        line.addWidget(opener)
        made = panel(line, "row")
        made.setAccessibleName(words.joined(draft.serial, about.text()))
        return made

    def follow(self) -> None:
        """Update the buttons from the answers and from the questions seen so far. Does nothing for an empty group.

        *Verified* is enabled once each question is answered as expected and was on the screen. If the button
        `sight.more` has the focus and nothing is left to show, the focus moves on.
        """
        if not self._group.drafts:
            return
        count, open_ids, unseen = len(self._group.drafts), self.questions.open_ids(), self._unseen()
        said = self.questions.all_said()
        self.all_button.setEnabled(bool(said))
        self.all_button.setText(self.tr("All as expected   A · fills for %Ln items", "", count))
        self.all_button.setAccessibleName(self.all_button.text())
        set_tip(self.all_button, said)
        text = self.tr("Verified ⏎ · %Ln items", "", count)
        if open_ids:
            text = self.tr("Verified ⏎ · {count} open").format(count=words.count(len(open_ids)))
        why = self.tr("Answer every question first") if open_ids else self.tr("Records one check for each (Enter)")
        if unseen and not open_ids:
            why = self.tr("First look at every question (Page Down)")
        differing = self.questions.differing()
        if differing and not open_ids:
            text = self.tr("{count} not as expected").format(count=words.count(len(differing)))
            why = self.tr("Open such an item separately and record a discrepancy")
        self.verified_button.setText(text)
        self.verified_button.setEnabled(not open_ids and not differing and not unseen)
        set_tip(self.verified_button, why)
        if self.sight.follow():
            self.focus_first()
