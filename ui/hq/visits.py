"""Visits: what is planned and how far it is; plan a further one; write its tasking."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QStackedWidget, QWidget

from db.queries.checks import CheckRow, EvidenceRow, evidence_of, recent_checks
from db.queries.visits import VisitRow, all_visits, closing, visit
from eum_app.domain.areas import Area
from eum_app.domain.errors import KnownError
from eum_app.domain.facts import VisitClosedOut
from eum_app.domain.people import Permission
from eum_app.domain.visits import TO_CHECK, Outcome, Party
from eum_app.usecases.calls import call, child, query
from eum_app.usecases.children import export_visit_record_child, seal_for_device_child
from eum_app.usecases.exchange.seal_bundle import Sealed
from eum_app.usecases.reporting.export_report import Exported
from eum_app.usecases.session import Session
from ui.hq.narrowed import Narrowed, NarrowedBar, VisitFilter
from ui.hq.plan_form import PlanForm
from ui.hq.review_data import question_texts
from ui.hq.visit_photos import VisitPhotos
from ui.kit.delegates import VISIT_HEIGHT, ChipSpec, RowContent, RowDelegate
from ui.kit.desk import Desk
from ui.kit.models import Column, IdsTableModel, current_id, list_view, on_current, select_id, table_view
from ui.kit.page import Page
from ui.kit.theme import status_mark
from ui.kit.widgets import (
    ActionButton,
    Card,
    Chip,
    ColumnPart,
    Columns,
    EmptyState,
    KeyValueGrid,
    ProgressSummary,
    button,
    flow,
    hbox,
    label,
    panel,
    vbox,
)
from ui.kit.words import count, counted, day, joined, moment, program, purpose, reason
from ui.shared.page_parts import Job, may, named, show_rows, why_not

EMPTY, DETAIL, PLAN, PICTURE = 0, 1, 2, 3
CHECKS_SHOWN = 500
DUE_SOON_DAYS = 14
_OUTCOMES = (
    Outcome.VERIFIED,
    Outcome.DISCREPANCY,
    Outcome.NOT_FOUND,
    Outcome.NO_ACCESS,
    Outcome.NOT_ON_LIST,
    TO_CHECK,
)


@dataclass(frozen=True)
class VisitDetail:
    visit: VisitRow
    checks: list[CheckRow]
    closing: VisitClosedOut | None
    photos: list[EvidenceRow]
    questions: dict[str, str]


def visit_detail(session: Session, visit_id: str) -> VisitDetail:
    """Raises Refusal `visit.unknown`."""
    session.note_read("visit", visit_id)
    return VisitDetail(
        session.read(visit, visit_id),
        session.read(recent_checks, visit_id, CHECKS_SHOWN),
        session.read(closing, visit_id),
        [row for row in session.read(evidence_of, visit_id=visit_id) if row.is_photo and not row.check_id],
        question_texts(session, visit_id),
    )


def progress_parts(row: VisitRow) -> tuple[tuple[int, str], ...]:
    """Outcomes of expected items as (count, tone), in the order in which a bar shows them."""
    return tuple(
        (getattr(row, outcome), status_mark(outcome).tone)
        for outcome in _OUTCOMES
        if outcome not in {Outcome.NOT_ON_LIST, TO_CHECK}
    )


def state_of(row: VisitRow, today: date) -> ChipSpec:
    """Whether a visit is closed, under way or planned, and if its time is over."""
    tr = QCoreApplication.translate
    if row.closed_at:
        return ChipSpec(tr("hq", "Closed out"), "ok", "check")
    if row.signatures_void:
        return ChipSpec(tr("hq", "Signatures void"), "warn", "triangle-alert")
    left = (date.fromisoformat(row.due_on) - today).days
    if left < 0:
        return ChipSpec.of("overdue")
    if row.checked or row.not_on_list:
        return ChipSpec(tr("hq", "Under way"), "accent", "circle-dot")
    return ChipSpec.of("due_soon") if left <= DUE_SOON_DAYS else ChipSpec(tr("hq", "Planned"), "mute", "circle")


def fits(wanted: VisitFilter, row: VisitRow) -> bool:
    """Whether a visit is one of those wanted."""
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
        self._detail: VisitDetail | None = None
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
        self._right.addWidget(self._detail_view())
        self.form = PlanForm(desk, self)
        self.form.planned.connect(self._planned)
        self.form.left.connect(self.close_form)
        self._right.addWidget(self.form)
        self._right.addWidget(self.photos.large)
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
            trailing=self.tr("due {day}").format(day=day(row.due_on)),
            progress=progress_parts(row),
            total=row.expected,
        )

    def _empty_card(self) -> QWidget:
        allowed = may(self.desk.session, Permission.VISIT_PLAN)
        card = Card()
        empty = EmptyState(
            "clipboard-list",
            self.tr("No visit is planned"),
            self.tr("A visit sends an inspector to one site with the list of items expected there."),
            self.tr("Plan a visit…") if allowed else "",
            self.open_form,
        )
        if allowed:
            named(empty.action_button, "visits_empty_plan")
        card.add(empty, 1)
        return card

    def _detail_view(self) -> QWidget:
        self._facts = KeyValueGrid()
        self._progress = ProgressSummary()
        self._chips = {outcome: Chip.of(outcome, "0") for outcome in _OUTCOMES}
        self._closing = label("", wrap=True)
        self.tasking_button = button(self.tr("Write tasking"), self.write_tasking, icon="send")
        named(self.tasking_button, "visit_write_tasking")
        denied = why_not(self.desk.session, Permission.BUNDLE_SEAL)
        self.tasking_button.setEnabled(not denied)
        self.tasking_button.setToolTip(
            denied or self.tr("Seal what the device has not received yet, into {path}").format(path=self.desk.outbox)
        )
        self.record_button = button(self.tr("Visit record (PDF)"), self.write_record, icon="file-chart-column")
        named(self.record_button, "visit_write_record")
        denied = why_not(self.desk.session, Permission.REPORT_EXPORT)
        self.record_button.setEnabled(not denied)
        self.record_button.setToolTip(
            denied or self.tr("What was checked, answered and signed, into {path}").format(path=self.desk.outbox)
        )
        self.photos = VisitPhotos(self.desk)
        self.photos.strip.opened.connect(self._enlarge)
        self.photos.back.clicked.connect(self._back)
        self.job = Job("visit_tasking_job")
        self._card = Card(self.tr("Visit"))
        self._card.add(self._facts)
        self._card.add_padded(
            self._progress,
            panel(flow(*self._chips.values())),
            self._closing,
            self.photos,
            margins=(16, 2, 16, 12),
            spacing=8,
        )
        self._card.add_foot(self.job, hbox(1, self.record_button, self.tasking_button))
        self._checks = IdsTableModel(self._check_columns())
        self._checks.setParent(self)
        self.checks_table = table_view(self._checks, name=self.tr("Checks of this visit"))
        self.checks_table.setObjectName("visit_checks_table")
        self._no_checks = EmptyState(
            "scan-barcode",
            self.tr("Nothing has come in yet"),
            self.tr("Checks appear here once a bundle of the device was imported in the inbox."),
        )
        checks = Card(self.tr("Checks so far"))
        checks.add(self.checks_table, 1)
        checks.add(self._no_checks, 1)
        self._checks_card = checks
        view = panel(vbox(self._card, checks, spacing=16))
        view.layout().setStretch(1, 1)  # type: ignore[union-attr]
        return view

    def _check_columns(self) -> list[Column]:
        return [
            Column(self.tr("Serial number"), lambda row: row.serial, is_mono=True, width=120),
            Column(
                self.tr("Outcome"),
                lambda row: status_mark(row.outcome).text(),
                width=150,
                chip=lambda row: ChipSpec.of("withdrawn" if row.withdrawn else row.outcome),
            ),
            Column(self.tr("Reason"), lambda row: reason(row.outcome, row.reason)),
            Column(self.tr("By"), lambda row: row.actor, width=90),
            Column(self.tr("When"), lambda row: moment(row.observed_at), width=180),
        ]

    # What happens

    def opened(self, argument: object) -> None:
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
        if areas & {Area.VISITS, Area.CHECKS, Area.ITEMS, Area.EXCHANGE}:
            self._reload()

    def first_focus(self) -> QWidget:
        return self.form.site if self._right.currentIndex() == PLAN else self.list

    def _reload(self) -> None:
        self.desk.ask(query(all_visits), then=self._show_visits)

    def _show_visits(self, every: list[VisitRow]) -> None:
        rows = [row for row in every if fits(self._rows, row)]
        show_rows(self._model, rows, lambda row: row.visit_id)
        words = counted(len(rows), self.tr("{count} visit"), self.tr("{count} visits"))
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
        is_other = self._detail is None or self._detail.visit.visit_id != row.visit_id
        self._detail = detail
        if self._right.currentIndex() == EMPTY or (is_other and self._right.currentIndex() == PICTURE):
            self._right.setCurrentIndex(DETAIL)
        self._card.set_title(row.site, joined(program(row.program), purpose(row.purpose)))
        self._facts.set_rows(
            [
                (self.tr("Due"), day(row.due_on)),
                (self.tr("Device"), row.device),
                (self.tr("Inspector"), row.inspector),
                (self.tr("Planned"), joined(moment(row.planned_at), row.planned_by)),
            ]
        )
        self._progress.set_progress(row.checked, row.expected, progress_parts(row))
        for outcome, chip in self._chips.items():
            chip.set_state(outcome, f"{count(getattr(row, outcome))} {status_mark(outcome).text()}")
        self._closing.setText(self._closing_words(row, detail.closing))
        self.photos.show_photos(row.visit_id, detail.photos, detail.questions)
        show_rows(self._checks, detail.checks, lambda check: check.check_id)
        self.checks_table.setVisible(bool(detail.checks))
        self._no_checks.setVisible(not detail.checks)
        shown = len(detail.checks)
        self._checks_card.set_title(self.tr("Checks so far"), self.tr("newest first") if shown else "")

    def _closing_words(self, row: VisitRow, closed: VisitClosedOut | None) -> str:
        if closed is None:
            return self.tr("Not closed out yet.")
        if not row.closed_at:
            return self.tr("Closed out {when}, but something was recorded after it: the signatures are void.").format(
                when=moment(closed.observed_at)
            )
        parties: dict[str, str] = {Party.INSPECTOR: self.tr("inspector"), Party.HOST: self.tr("host")}
        signed = [parties.get(s.party, s.party) for s in closed.signatures if s.signature is not None]
        declined = [
            self.tr("{party} declined: “{reason}”").format(
                party=parties.get(s.party, s.party), reason=s.declined_reason
            )
            for s in closed.signatures
            if s.signature is None
        ]
        words = self.tr("Closed out {when}").format(when=moment(row.closed_at))
        return joined(words, self.tr("signed by {names}").format(names=", ".join(signed)) if signed else "", *declined)

    # Planning and tasking

    def open_form(self) -> None:
        if self._plan_action.isEnabled():
            self._right.setCurrentIndex(PLAN)
            self._columns.bring_to_front("visit")
            self.form.start()

    def close_form(self) -> None:
        if self._right.currentIndex() == PLAN and not self.form.job.is_busy:
            self._right.setCurrentIndex(DETAIL if self._model.rowCount() else EMPTY)
            self.list.setFocus()

    def _enlarge(self, _object_id: str) -> None:
        self._right.setCurrentIndex(PICTURE)
        self.photos.picture.setFocus()

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

    def write_tasking(self) -> None:
        if self._detail is None:
            return
        self.tasking_button.setEnabled(False)
        self.job.run(
            self.desk,
            self.tr("Sealing the tasking for {device}").format(device=self._detail.visit.device),
            child(seal_for_device_child, self._detail.visit.device, self.desk.outbox),
            then=self._sealed,
            failed=self._not_sealed,
            stopped=self._tasking_over,
        )

    def write_record(self) -> None:
        """Write the record of the visit in sight, with its sidecar, beside the bundles."""
        if self._detail is None:
            return
        visit = self._detail.visit
        name = self.tr("Visit record of {site}").format(site=visit.site)
        self.record_button.setEnabled(False)
        self.job.run(
            self.desk,
            name,
            child(
                export_visit_record_child, self.desk.outbox / f"visit-record-{visit.visit_id[:8]}.pdf", visit.visit_id
            ),
            then=self._record_written,
            failed=self._not_sealed,
            stopped=self._tasking_over,
        )

    def _record_written(self, exported: Exported) -> None:
        self._tasking_over()
        self.notice.show_message("ok", self.tr("Visit record written"), detail=str(exported.path), stays=True)

    def _sealed(self, sealed: Sealed) -> None:
        self._tasking_over()
        words = self.tr("Tasking for {device} written").format(device=sealed.recipient)
        self.notice.show_message("ok", words, detail=", ".join(map(str, sealed.paths)), stays=True)

    def _not_sealed(self, error: KnownError) -> None:
        self._tasking_over()
        self.notice.show_error(error)

    def _tasking_over(self) -> None:
        self.tasking_button.setEnabled(may(self.desk.session, Permission.BUNDLE_SEAL))
        self.record_button.setEnabled(may(self.desk.session, Permission.REPORT_EXPORT))
