"""One visit in detail: its progress, how it was closed, its checks, and the files that can be written about it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtWidgets import QWidget

from db.queries.checks import CheckRow, EvidenceRow, evidence_of, recent_checks
from db.queries.deficiencies import carried_over, loose_corrections, stated_at_visit
from db.queries.deficiency_rows import Deficiency
from db.queries.visits import VisitRow, closing, visit
from eum_app.domain.checklists import Checklist
from eum_app.domain.compliance.balance import VisitBalance
from eum_app.domain.errors import KnownError
from eum_app.domain.facts import VisitClosedOut
from eum_app.domain.file_names import part_of_name
from eum_app.domain.ids import CheckId
from eum_app.domain.people import Permission
from eum_app.domain.visits import Party
from eum_app.usecases.calls import call, child
from eum_app.usecases.children import make_report_child, seal_for_device_child
from eum_app.usecases.exchange.seal_bundle import Sealed
from eum_app.usecases.reporting.export_report import Exported
from eum_app.usecases.reporting.visit_record import VISIT_RECORD
from eum_app.usecases.session import Session
from eum_app.usecases.visits.balance import visit_balance
from eum_app.wording.balance_words import balance_parts
from ui.hq.adopt_card import AdoptCard
from ui.hq.review_data import CheckEvidence, check_evidence, item_checklist, question_texts
from ui.hq.slip_dialog import visit_slip_button
from ui.hq.statement_dialog import SignedStatement, StatementDialog, read_statement
from ui.hq.visit_deficiencies import VisitDeficiencies, captions_of
from ui.hq.visit_photos import VisitPhotos
from ui.hq.visit_state import OUTCOMES, progress_parts
from ui.kit.delegates import ChipSpec
from ui.kit.desk import Desk
from ui.kit.models import Column, IdsTableModel, current_id, on_current, table_view
from ui.kit.theme import status_mark
from ui.kit.tips import set_tip
from ui.kit.widgets import (
    Card,
    Chip,
    EmptyState,
    KeyValueGrid,
    NoticeBar,
    ProgressSummary,
    button,
    flow,
    hbox,
    label,
    panel,
    vbox,
)
from ui.kit.words import count, day, joined, moment, program, purpose, signature_outstanding
from ui.shared.page_parts import Job, designation_missing, may, named, show_export_error, show_rows, why_not
from ui.shared.site_words import site_said
from ui.shared.testimony import exception_said
from ui.shared.verdict import VERDICT_FACES, reasons_said, verdict_word

translate = QCoreApplication.translate


CHECKS_SHOWN = 500


@dataclass(frozen=True)
class VisitDetail:
    """The data of one visit that the page shows."""

    visit: VisitRow
    checks: list[CheckRow]
    closing: VisitClosedOut | None
    balance: VisitBalance
    photos: list[EvidenceRow]
    questions: dict[str, str]
    item_checklist: Checklist | None
    site: str
    deficiencies: list[Deficiency]
    loose: int
    """Corrections of deficiencies that HQ does not hold."""


def visit_detail(session: Session, visit_id: str) -> VisitDetail:
    """Return the data of one visit, and note the access. Raises Refusal `visit.unknown`.

    `checks` holds the newest `CHECKS_SHOWN` at most.
    """
    session.notes.note_read("visit", visit_id)
    return VisitDetail(
        row := session.read(visit, visit_id),
        session.read(recent_checks, visit_id, CHECKS_SHOWN),
        session.read(closing, visit_id),
        session.read(visit_balance, visit_id),
        [row for row in session.read(evidence_of, visit_id=visit_id) if row.is_photo and not row.check_id],
        question_texts(session, visit_id),
        item_checklist(session, visit_id),
        site_said(session, row.site_id),
        [*session.read(stated_at_visit, visit_id), *session.read(carried_over, visit_id)],
        len(session.read(loose_corrections, visit_id)),
    )


class VisitView(QWidget):
    """A visit and its checks so far. `enlarged` carries a photo to enlarge, `left` closes it again."""

    enlarged = Signal(str)
    left = Signal()

    def __init__(self, desk: Desk, notice: NoticeBar) -> None:
        super().__init__()
        self.desk, self._notice = desk, notice
        self.shown: VisitDetail | None = None
        self._facts = KeyValueGrid()
        self._progress = ProgressSummary()
        self.adopting = AdoptCard(desk)
        self.adopting.failed.connect(notice.show_error)
        self.adopting.adopted.connect(lambda _visit_id: notice.show_message("ok", self.tr("Visit adopted")))
        self._chips = {outcome: Chip.of(outcome, "0") for outcome in OUTCOMES}
        self._closing = label("", wrap=True)
        self._verdict = named(Chip(), "visit_verdict")
        self._reasons = named(label("", "sub", wrap=True), "visit_reasons")
        self.deficiencies = VisitDeficiencies()
        self.tasking_button = button(self.tr("Write tasking"), self.write_tasking, icon="send")
        named(self.tasking_button, "visit_write_tasking")
        denied = why_not(self.desk.session, Permission.BUNDLE_SEAL)
        self.tasking_button.setEnabled(not denied)
        tasking_tip = self.tr("Seal what the device has not received yet, to {path}").format(path=self.desk.outbox)
        set_tip(self.tasking_button, denied or tasking_tip)
        self.record_button = button(self.tr("Visit record (PDF)"), self.write_record, icon="file-chart-column")
        named(self.record_button, "visit_write_record")
        denied = why_not(self.desk.session, Permission.REPORT_EXPORT)
        self.record_button.setEnabled(not denied)
        record_tip = self.tr("Checks, answers and signatures, to {path}").format(path=self.desk.outbox)
        set_tip(self.record_button, denied or record_tip)
        self.statement_button = button(self.tr("Statement for the host…"), self.show_statement, icon="pen-line")
        named(self.statement_button, "visit_statement_button")
        self.slip_button = visit_slip_button(self.desk, lambda: self.shown.visit if self.shown else None)
        self.photos = VisitPhotos(self.desk)
        self.photos.strip.opened.connect(self.enlarged)
        self.photos.back.clicked.connect(self.left)
        self.job = Job("visit_tasking_job")
        self._card = Card(self.tr("Visit"))
        self._card.add(self._facts)
        self._card.add_padded(self.adopting, margins=(16, 2, 16, 2))
        self._card.add_padded(
            self._progress,
            panel(flow(*self._chips.values())),
            self._closing,
            panel(flow(self._verdict, self.statement_button, self.slip_button)),
            self._reasons,
            self.deficiencies,
            margins=(16, 2, 16, 12),
            spacing=8,
        )
        self._card.add_foot(self.job, hbox(1, self.record_button, self.tasking_button))
        self.checks = ChecksCard()
        self.checks.add(self.photos)  # under the rows: a second click must find the row that the first one chose
        on_current(self.checks.table, self._show_evidence)
        whole = vbox(self._card, self.checks, spacing=16)
        whole.setStretch(1, 1)
        self.setLayout(whole)

    def show_detail(self, detail: VisitDetail) -> None:
        """Show a visit: its plan, progress, outcomes, closing, verdict with reasons, and checks.

        Below them is the evidence of the current check, or without one the photos of the site checklist. From then on
        the buttons act on this visit.
        """
        row = detail.visit
        self.shown = detail
        self._card.set_title(row.site, joined(program(row.program), purpose(row.purpose)))
        self._facts.set_rows(
            [
                (self.tr("Due"), day(row.due_on) if row.due_on else self.tr("Not planned")),
                *([(self.tr("Site"), detail.site)] if detail.site else []),
                (self.tr("Device"), row.device),
                (self.tr("Inspector"), row.inspector),
                self._origin(row),
            ]
        )
        self.deficiencies.show_visit(row.visit_id, row.site_id, detail.deficiencies, detail.loose)
        self.adopting.show_visit(row)
        self._progress.set_progress(row.checked, row.expected, progress_parts(row))
        for outcome, chip in self._chips.items():
            chip.set_state(outcome, f"{count(getattr(row, outcome))} {status_mark(outcome).text()}")
        said = (self._closing_words(row, detail.closing), self._amendment(row))
        self._closing.setText("\n".join(filter(None, said)))
        self.slip_button.setVisible(bool(row.closed_at))
        self.statement_button.setVisible(detail.closing is not None and detail.closing.statement is not None)
        verdict = detail.balance.verdict
        self._verdict.set(verdict_word(verdict), *VERDICT_FACES[verdict])
        self._reasons.setText(reasons_said(balance_parts(detail.balance)))
        self.checks.show_checks(detail.checks, detail.item_checklist)
        self._show_evidence(current_id(self.checks.table))  # last: until then a check of the visit before is current

    def _show_evidence(self, check_id: str | None) -> None:
        """Show the evidence of the chosen check, or the photos of the site checklist while none is chosen."""
        detail = self.shown
        if detail is None:
            return
        if check_id is None:
            captions = detail.questions | captions_of(detail.deficiencies)
            self.photos.show_photos(detail.visit.visit_id, detail.photos, captions)
        else:
            self.desk.ask(call(check_evidence, CheckId(check_id)), then=self._take_evidence)

    def _take_evidence(self, found: CheckEvidence) -> None:
        if current_id(self.checks.table) == found.check_id:
            self.photos.show_check(found)

    def _origin(self, row: VisitRow) -> tuple[str, str]:
        """Return who planned the visit, or who started it and who adopted it."""
        if not row.is_unplanned:
            return self.tr("Planned"), joined(moment(row.planned_at), row.planned_by)
        adopted = self.tr("adopted by {name}").format(name=row.adopted_by) if row.adopted_by else ""
        return self.tr("Started"), joined(moment(row.planned_at), row.planned_by, adopted)

    def _amendment(self, row: VisitRow) -> str:
        if not row.reopened_at:
            return ""
        return self.tr("Amendment: reopened {when} by {name}: “{reason}”").format(
            when=moment(row.reopened_at), name=row.reopened_by, reason=row.reopened_reason
        )

    def show_statement(self) -> None:
        """Open the statement that the host signed, or declined to sign. Does nothing without a visit.

        It opens when it was read, if this visit is still shown; the notice shows an error.
        """
        if self.shown is not None:
            asked = call(read_statement, self.shown.visit.visit_id)
            self.desk.ask(asked, then=self._open_statement, failed=self._notice.show_error)

    def _open_statement(self, found: SignedStatement) -> None:
        detail = self.shown
        if detail is not None and detail.visit.visit_id == found.visit_id:
            StatementDialog(found.text, self._closing_words(detail.visit, detail.closing), self).open()

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

    def write_tasking(self) -> None:
        """Seal everything that the visit's device has not acknowledged into the outbox, in a child process.

        Does nothing without a visit, or while this view's job runs. The notice shows the file or the error.
        """
        if self.shown is None:
            return
        self.tasking_button.setEnabled(False)
        self.job.run(
            self.desk,
            self.tr("Sealing the tasking for {device}").format(device=self.shown.visit.device),
            child(seal_for_device_child, self.shown.visit.device, self.desk.outbox),
            then=self._sealed,
            failed=self._not_sealed,
            stopped=self._tasking_over,
        )

    def write_record(self) -> None:
        """Write the record of the visit shown, with its sidecar, into the outbox, in a child process.

        Does nothing without a visit. The notice shows the result, and offers to replace a file that is there.
        """
        if self.shown is None:
            return
        self._write_record(self.shown.visit)

    def _write_record(self, visit: VisitRow, *, replaces: bool = False) -> None:
        name = self.tr("Visit record of {site}").format(site=visit.site)
        self._notice.dismiss()
        self.record_button.setEnabled(False)
        self.job.run(
            self.desk,
            name,
            child(
                make_report_child,
                VISIT_RECORD,
                self.desk.outbox / f"{VISIT_RECORD.name}-{part_of_name(visit.visit_id)}.pdf",
                {"visit_id": visit.visit_id},
                replaces=replaces,
            ),
            then=self._record_written,
            failed=partial(self._record_not_written, visit),
            stopped=self._tasking_over,
        )

    def _record_written(self, exported: Exported) -> None:
        self._tasking_over()
        detail = joined(str(exported.path), designation_missing(exported.not_designated))
        self._notice.show_message("ok", self.tr("Visit record written"), detail=detail, stays=True)

    def _record_not_written(self, visit: VisitRow, error: KnownError) -> None:
        self._tasking_over()
        show_export_error(self._notice, partial(self._write_record, visit, replaces=True), error)

    def _sealed(self, sealed: Sealed) -> None:
        self._tasking_over()
        words = self.tr("Tasking for {device} written").format(device=sealed.recipient)
        self._notice.show_message("ok", words, detail=", ".join(map(str, sealed.paths)), stays=True)

    def _not_sealed(self, error: KnownError) -> None:
        self._tasking_over()
        self._notice.show_error(error)

    def _tasking_over(self) -> None:
        self.tasking_button.setEnabled(may(self.desk.session, Permission.BUNDLE_SEAL))
        self.record_button.setEnabled(may(self.desk.session, Permission.REPORT_EXPORT))


class ChecksCard(Card):
    """List the checks of a visit so far, newest first."""

    def __init__(self) -> None:
        super().__init__(self.tr("Checks so far"))
        self.checklist: Checklist | None = None
        self.model = IdsTableModel(self._columns())
        self.model.setParent(self)
        self.table = named(table_view(self.model, name=self.tr("Checks of this visit")), "visit_checks_table")
        self._no_checks = EmptyState(
            "scan-barcode",
            self.tr("No checks yet"),
            self.tr("Checks appear here after a bundle from the device is imported in the inbox."),
        )
        self.add(self.table, 1)
        self.add(self._no_checks, 1)

    def show_checks(self, checks: list[CheckRow], checklist: Checklist | None) -> None:
        """Show these checks in the order given; callers pass them newest first.

        `checklist` are the questions about each item.
        """
        self.checklist = checklist
        show_rows(self.model, checks, lambda check: check.check_id)
        self.table.setVisible(bool(checks))
        self._no_checks.setVisible(not checks)
        order = self.tr("newest first") if checks else ""
        self.set_title(self.tr("Checks so far"), joined(order, owing_words(checks)))

    def _columns(self) -> list[Column]:
        return [
            Column(self.tr("Serial number"), lambda row: row.serial, is_mono=True, width=120),
            Column(
                self.tr("Outcome"),
                lambda row: status_mark(row.outcome).text(),
                width=150,
                chip=lambda row: ChipSpec.of("withdrawn" if row.withdrawn else row.outcome),
            ),
            Column(self.tr("Reason"), lambda row: exception_said(row, self.checklist)),
            Column(self.tr("By"), by_words, width=150),
            Column(self.tr("When"), lambda row: moment(row.observed_at), width=180),
        ]


def by_words(row: CheckRow) -> str:
    """Return the account that a check names, with "unsigned" if that account has not signed for it yet."""
    return row.actor if row.is_attributed else joined(row.actor, translate("hq", "unsigned"))


def owing_words(checks: list[CheckRow]) -> str:
    """Return which accounts owe a signature over these checks; empty if none does."""
    owing = sorted({row.actor for row in checks if not row.is_attributed})
    return f"{signature_outstanding()}: {', '.join(owing)}" if owing else ""
