"""Review: findings in order, what the book and the visit say, the evidence, the history, and the decision."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QModelIndex
from PySide6.QtGui import QAction, QImage
from PySide6.QtWidgets import QStackedWidget, QWidget

from db.queries.findings import FindingRow, finding_ids, findings_by_id
from eum_app.domain.areas import Area
from eum_app.domain.clock import from_utc_text
from eum_app.domain.errors import KnownError
from eum_app.domain.findings import Decision
from eum_app.domain.ids import FindingId
from eum_app.domain.people import Permission
from eum_app.usecases.calls import call, query
from eum_app.usecases.review.findings import Reviewed, review_finding
from eum_app.usecases.session import Session
from ui.hq.narrowed import FindingFilter, Narrowed, NarrowedBar
from ui.hq.review_data import REVIEW_SHOWS, FindingDetail, Picture, finding_detail, load_picture
from ui.hq.review_parts import DecisionPanel, EvidenceCard, PictureView, RecordCard, caption_of
from ui.kit.delegates import ChipSpec, RowContent, RowDelegate
from ui.kit.desk import Desk
from ui.kit.models import Column, IdsTableModel, current_id, list_view, on_current, select_id
from ui.kit.page import Page
from ui.kit.theme import status_mark, theme
from ui.kit.widgets import (
    ActionButton,
    Card,
    Chip,
    ColumnPart,
    Columns,
    EmptyState,
    Tab,
    TabRow,
    button,
    flow,
    hbox,
    label,
    panel,
    vbox,
)
from ui.kit.widgets.history import HistoryCard, Told
from ui.kit.words import count, joined, moment, program, purpose, rule_title, word
from ui.shared.activity.shown import DECISION_FACES
from ui.shared.items_view import told
from ui.shared.page_parts import may, named, why_not
from ui.shared.withholding import WithholdDialog

THREE, LARGE, EMPTY = 0, 1, 2
LoadedPicture = tuple[str, int, Picture, QImage]


def picture_of(session: Session, finding_id: FindingId, number: int, detail: FindingDetail) -> LoadedPicture:
    """Decrypt and decode one picture of a finding, off the GUI thread."""
    entry = detail.pictures[number]
    picture = load_picture(session, entry)
    return finding_id, number, picture, QImage.fromData(picture.data) if picture.data else QImage()


class ReviewPage(Page):
    """Three columns: the queue, the finding, its history with the decision under it."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(self.tr("Review"))
        self.desk = desk
        self._detail: FindingDetail | None = None
        self._images: dict[str, tuple[QImage, str]] = {}
        self._large = ""
        self._only_open = True
        self._rows = FindingFilter()
        self._narrowed = NarrowedBar("review_narrowed", self._show_all)
        self._wanted = ""
        self._severity = Chip()
        self.header.add_chip(self._severity)
        self._severity.hide()
        self._model = IdsTableModel(
            [Column(self.tr("Finding"), lambda row: self._present(row).spoken())], desk.tasks, self
        )
        self._model.ids_loaded.connect(self._counted)
        self._model.failed.connect(self.notice.show_error)
        self._pages = QStackedWidget()
        self._pages.addWidget(self._columns())
        self._pages.addWidget(self._large_view())
        self._pages.addWidget(self._empty_card())
        self.body.addWidget(self._pages, 1)
        self._add_actions()
        self._follow()

    # Its parts

    def _columns(self) -> QWidget:
        self.list = list_view(self._model, RowDelegate(self._present), name=self.tr("Findings"))
        self.list.setObjectName("findings_list")
        on_current(self.list, self._chosen)
        self.list.activated.connect(lambda _index: self.decide(Decision.RESOLVE))
        self.tabs = TabRow([Tab("open", self.tr("Open")), Tab("all", self.tr("All"))])
        self.tabs.setObjectName("findings_tabs")
        self.tabs.chosen.connect(self._filter)
        queue = Card(self.tr("Findings"))
        queue.add(panel(vbox(self.tabs, margins=(16, 8, 16, 8)), "cardhead"))
        queue.add_padded(self._narrowed, margins=(16, 0, 16, 0))
        queue.add(self.list, 1)
        self.list.setMinimumWidth(theme().dp(300))
        self.record, self.evidence = RecordCard(), EvidenceCard()
        self.evidence.picture_opened.connect(self.open_picture)
        middle = panel(vbox(self.record, self.evidence, spacing=16))
        middle.layout().setStretch(1, 1)  # type: ignore[union-attr]
        self.history = HistoryCard(self.tr("History"))
        self.decision = DecisionPanel()
        self.decision.confirmed.connect(self._record)
        self.decision.cancelled.connect(self._leave_decision)
        self.decision.hide()
        self._why_not = label("", "sub", tone="warn", wrap=True)
        self._why_not.setObjectName("review_why_not")
        right = panel(vbox(self.history, self._why_not, self.decision, spacing=12))
        right.layout().setStretch(0, 1)  # type: ignore[union-attr]
        columns = [
            ColumnPart("queue", self.tr("Findings"), queue, 34),
            ColumnPart("finding", self.tr("Evidence"), middle, 42),
            ColumnPart("history", self.tr("History and decision"), right, 28),
        ]
        self._three = Columns(columns)
        return self._three

    def _large_view(self) -> QWidget:
        self.picture = PictureView()
        self._caption = label("", "strong")
        nearer = button(self.tr("Larger"), lambda: self.picture.zoom_by(1.25), icon="zoom-in")
        farther = button(self.tr("Smaller"), lambda: self.picture.zoom_by(0.8), icon="zoom-out")
        back = button(self.tr("Back to the finding"), self.close_picture, icon="x", tip=self.tr("Back (Esc)"))
        named(nearer, "picture_larger")
        named(farther, "picture_smaller")
        named(back, "picture_back")
        self._withhold = button(self.tr("Ask to withhold…"), self.ask_to_withhold, icon="eye-off")
        named(self._withhold, "picture_withhold")
        if not may(self.desk.session, Permission.CONTENT_WITHHOLD):
            self._withhold.hide()
        card = Card()
        card.add_padded(hbox(self._caption, 1, panel(flow(self._withhold, farther, nearer, back)), spacing=10))
        card.add(self.picture, 1)
        return card

    def _empty_card(self) -> QWidget:
        card = Card()
        self._empty = EmptyState(
            "shield-check",
            self.tr("Nothing to review"),
            self.tr("Rules look at every bundle that comes in. What they hold to be wrong waits here for a decision."),
            self.tr("Go to the inbox"),
            lambda: self.navigate_requested.emit("inbox", None),
        )
        named(self._empty.action_button, "review_empty_inbox")
        card.add(self._empty, 1)
        return card

    def _add_actions(self) -> None:
        self._actions: dict[str, QAction] = {}
        for decision, words, key, kind in (
            (Decision.RECHECK, self.tr("Ask for re-check…"), "C", ""),
            (Decision.ESCALATE, self.tr("Escalate as potential violation…"), "E", "danger"),
            (Decision.RESOLVE, self.tr("Resolve…"), "R", "primary"),
        ):
            action = self.add_action(words, key, partial(self.decide, decision))
            self._actions[decision] = action
            self.header.add_action(named(ActionButton(action, kind=kind), f"review_{decision}"))
        self.add_action(self.tr("Next finding"), "J", lambda: self._step(1))
        self.add_action(self.tr("Previous finding"), "K", lambda: self._step(-1))
        self.add_action(self.tr("See the first photo large"), "Z", self.open_first_picture)
        self.add_action(self.tr("Back to the findings"), "Esc", self._back)
        self.note_keys(self.tr("Resolve the finding that is current in the list"), "Enter")
        self.note_keys(self.tr("Record the decision, in the comment"), "Ctrl+Enter")
        self.note_keys(self.tr("Zoom and move a large picture"), "+ − ← → ↑ ↓")

    def _present(self, row: FindingRow) -> RowContent:
        chip = None
        if row.decision:
            chip = ChipSpec(word("decision", row.decision), *DECISION_FACES.get(row.decision, ("mute", "")))
        elif row.lapsed_at:
            chip = ChipSpec(self.tr("Lapsed"), "mute", "minus")
        return RowContent(
            rule_title(row.rule_id),
            joined(row.serial, row.part_number, row.site),
            lead=ChipSpec.of(row.severity),
            chip=chip,
            trailing="" if chip else self._age(row.raised_at),
        )

    def _age(self, raised_at: str) -> str:
        days = (self.desk.session.now() - from_utc_text(raised_at)).days
        return self.tr("{days} d").format(days=count(days)) if days > 0 else self.tr("today")

    # The queue

    def opened(self, argument: object) -> None:
        if isinstance(argument, Narrowed):
            self._rows = argument.rows
            self._narrowed.say(argument.words)
            self._only_open = True
            self.tabs.set_current("open")
        elif isinstance(argument, str) and argument:
            self._wanted = argument
        self._reload()

    def _show_all(self) -> None:
        self._rows = FindingFilter()
        self._narrowed.say("")
        self._reload()
        self.list.setFocus()

    def refresh(self, areas: frozenset[Area]) -> None:
        if areas & REVIEW_SHOWS:
            self._reload()

    def first_focus(self) -> QWidget:
        return self.list

    def _reload(self) -> None:
        desk, only_open, rows = self.desk, self._only_open, self._rows

        def ids() -> Sequence[str]:
            return desk.read(
                query(
                    finding_ids, only_open=only_open, program=rows.program, severity=rows.severity, rule_id=rows.rule_id
                )
            )

        self._model.set_source(ids, lambda wanted: desk.read(query(findings_by_id, [FindingId(one) for one in wanted])))

    def _filter(self, key: str) -> None:
        self._only_open = key == "open"
        self._reload()

    def _counted(self, number: int) -> None:
        words = self.tr("Open {count}") if self._only_open else self.tr("All {count}")
        self.tabs.set_text("open" if self._only_open else "all", words.format(count=count(number)))
        if self._pages.currentIndex() != LARGE:
            is_all = self._only_open and self._rows == FindingFilter()
            self._pages.setCurrentIndex(EMPTY if is_all and not number else THREE)
        if not number:
            self._detail = None
            self._images = {}
            self.header.set_crumbs([])
            self.header.set_title(self.tr("Review"))
            self._severity.hide()
            self._leave_decision()
            self._follow()
            return
        if not (self._wanted and select_id(self.list, self._wanted)) and current_id(self.list) is None:
            self.list.setCurrentIndex(self._model.index(0, 0))
        self._wanted = ""
        self._chosen(current_id(self.list))

    def _step(self, by: int) -> None:
        number = self._model.rowCount(QModelIndex())
        if number:
            row = min(number - 1, max(0, self.list.currentIndex().row() + by))
            self.list.setCurrentIndex(self._model.index(row, 0))

    def _chosen(self, row_id: str | None) -> None:
        if row_id is None:
            return
        finding_id = FindingId(row_id)
        if self._detail is None or self._detail.finding.finding_id != finding_id:
            self._detail = None
            self._leave_decision()
            self._follow()
        self.desk.ask(call(finding_detail, finding_id), then=self._show, failed=self.notice.show_error)

    # One finding

    def _show(self, detail: FindingDetail) -> None:
        row = detail.finding
        if row.finding_id != current_id(self.list):
            return
        if detail == self._detail:
            return
        self._detail, self._images = detail, {}
        if any(one.is_withheld and one.object_id == self._large for one in detail.pictures):
            self.close_picture()
        visit = detail.visit
        self.header.set_crumbs([self.tr("Review"), visit.site, joined(program(visit.program), purpose(visit.purpose))])
        self.header.set_title(rule_title(row.rule_id))
        self._severity.set_state(row.severity)
        self._severity.show()
        self.record.show_detail(detail)
        self.evidence.show_detail(detail)
        self.history.set_title(self.tr("History of {serial}").format(serial=row.serial or self.tr("this finding")))
        self.history.set_lines(self._history(detail))
        self._follow()
        for number in range(len(detail.pictures)):
            self.desk.ask(call(picture_of, row.finding_id, number, detail), then=self._take_picture)

    def _history(self, detail: FindingDetail) -> list[Told]:
        row = detail.finding
        lines = [
            (
                review.reviewed_at,
                Told(
                    self._decision_words(review.decision, review.disposition),
                    review.actor,
                    moment(review.reviewed_at),
                    f"“{review.comment}”",
                ),
            )
            for review in detail.reviews
        ]
        if row.lapsed_at:
            lines.append((row.lapsed_at, Told(self.tr("Finding lapsed"), "", moment(row.lapsed_at))))
        lines.append((row.raised_at, Told(self.tr("Finding opened by rule"), "", moment(row.raised_at))))
        lines += [(line.at, told(line)) for line in detail.history]
        seen = detail.check
        if detail.item is None and seen is not None:
            where = joined(moment(seen.observed_at), detail.visit.site)
            lines.append((seen.observed_at, Told(status_mark(seen.outcome).text(), seen.actor, where)))
        return [line for _at, line in sorted(lines, key=lambda pair: pair[0], reverse=True)]

    def _decision_words(self, decision: str, disposition: str) -> str:
        return joined(word("decision", decision), word("disposition", disposition) if disposition else "")

    def _take_picture(self, loaded: LoadedPicture) -> None:
        finding_id, number, picture, image = loaded
        if self._detail is None or self._detail.finding.finding_id != finding_id:
            return
        caption = caption_of(self._detail, picture, number + 1)
        self._images[picture.evidence.object_id] = (image, caption)
        self.evidence.add_picture(picture, image, caption)

    def open_first_picture(self) -> None:
        for object_id, (image, _caption) in self._images.items():
            if not image.isNull():
                self.open_picture(object_id)
                return

    def open_picture(self, object_id: str) -> None:
        """Show one picture as large as the page."""
        image, caption = self._images[object_id]
        self._large = object_id
        self._caption.setText(caption)
        self.picture.show_image(image, caption)
        self._pages.setCurrentIndex(LARGE)
        self.picture.setFocus()

    def ask_to_withhold(self) -> None:
        """The first of two people; the second confirms under Accounts and lock."""
        dialog = WithholdDialog(self.desk, self._large, self._caption.text(), self)
        dialog.asked.connect(
            lambda: self.notice.show_message(
                "ok", self.tr("Asked. Another person confirms, under Accounts and lock."), stays=True
            )
        )
        dialog.open()

    def close_picture(self) -> None:
        self._pages.setCurrentIndex(THREE)
        self.list.setFocus()

    def _back(self) -> None:
        if self._pages.currentIndex() == LARGE:
            self.close_picture()
        else:
            self._leave_decision()

    # The decision

    def _denied(self) -> str:
        """Why nothing can be decided here; empty where it can."""
        denied = why_not(self.desk.session, Permission.FINDING_REVIEW)
        if denied or self._detail is None:
            return denied
        row = self._detail.finding
        if row.decision:
            return self.tr("This finding is decided: {decision}.").format(decision=word("decision", row.decision))
        if row.lapsed_at:
            return self.tr("This finding lapsed; there is nothing to decide.")
        if row.checked_by == self.desk.session.account:
            return self.tr("You made this check yourself. Another reviewer has to decide on it.")
        return ""

    def _follow(self) -> None:
        denied = self._denied()
        is_ready = self._detail is not None and not denied
        for action in self._actions.values() if hasattr(self, "_actions") else ():
            action.setEnabled(is_ready)
        self._why_not.setText(denied)
        self._why_not.setVisible(bool(denied))

    def decide(self, decision: Decision) -> None:
        """Ask for the comment that a decision needs."""
        if self._detail is None or self._denied() or not may(self.desk.session, Permission.FINDING_REVIEW):
            return
        if self._pages.currentIndex() == LARGE:
            self.close_picture()
        title, says, confirm = {
            Decision.RESOLVE: (
                self.tr("Resolve"),
                self.tr("The matter is settled. Say how it was settled, and by what evidence."),
                self.tr("Record: resolved"),
            ),
            Decision.RECHECK: (
                self.tr("Ask for a re-check"),
                self.tr("The item has to be looked at again. Say what is doubtful."),
                self.tr("Record: check again"),
            ),
            Decision.ESCALATE: (
                self.tr("Escalate as potential violation"),
                self.tr("It goes on record as a potential violation. Say what points to it."),
                self.tr("Record: escalated"),
            ),
        }[decision]
        self._three.bring_to_front("history")
        self.decision.start(decision, title, says, confirm)

    def _leave_decision(self) -> None:
        if self.decision.isVisibleTo(self):
            had_focus = any(part.hasFocus() for part in self.decision.findChildren(QWidget))
            self.decision.hide()
            if had_focus:
                self.list.setFocus()

    def _record(self, decision: str, comment: str, disposition: str) -> None:
        if self._detail is not None:
            self.desk.do(
                call(
                    review_finding,
                    self._detail.finding.finding_id,
                    decision=decision,
                    comment=comment,
                    disposition=disposition,
                ),
                then=self._recorded,
                failed=self._refused,
            )

    def _recorded(self, reviewed: Reviewed) -> None:
        row = self._detail.finding if self._detail else None
        self.decision.hide()
        self.list.setFocus()
        about = joined(rule_title(row.rule_id), row.serial) if row and row.finding_id == reviewed.finding_id else ""
        words = self.tr("Recorded · {about}: {decision}")
        self.notice.show_message("ok", words.format(about=about, decision=word("decision", reviewed.decision)))

    def _refused(self, error: KnownError) -> None:
        self.decision.let_try_again()
        self.notice.show_error(error)
