"""Proof of time: write requests for a time authority, add its answers, and decide whom to believe."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from eum_app.domain.areas import Area
from eum_app.domain.errors import KnownError
from eum_app.domain.people import Permission
from eum_app.usecases.calls import call
from eum_app.usecases.exchange.prove_time import (
    Added,
    KeptProof,
    Requested,
    TimeState,
    add_time_answer,
    record_time_request,
    request_time_of_head,
    time_state,
)
from ui.hq.time_trust_card import TimeTrustCard
from ui.kit.delegates import ChipSpec
from ui.kit.desk import Desk
from ui.kit.models import Column, IdsTableModel, table_view
from ui.kit.page import Page
from ui.kit.widgets import (
    Card,
    ColumnPart,
    Columns,
    EmptyState,
    FormField,
    button,
    hbox,
    label,
    scrolled,
    vbox,
)
from ui.kit.widgets.path_field import PathField
from ui.kit.words import moment
from ui.shared.page_parts import may, named, show_rows, why_not_label

REQUEST_SUFFIX = ".tsq"


class TimePage(Page):
    """Proved times on the left; on the right requests, answers, and the authorities that are trusted."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.set_title(self.tr("Proof of time"))
        self.header.set_crumbs([self.tr("Reports")], first_is_link=True)
        self.header.crumb_activated.connect(self._back)
        self.add_action(self.tr("Back to the reports"), "Alt+Left", self._back)
        self._may_add = may(desk.session, Permission.BUNDLE_IMPORT)
        self.trusting = TimeTrustCard(desk, self.notice)
        steps = scrolled(vbox(self._request_card(), self._answer_card(), self.trusting, 1, spacing=16))
        columns = [
            ColumnPart("proofs", self.tr("Proved times"), self._proofs_view(), 7),
            ColumnPart("steps", self.tr("Request and answer"), steps, 5),
        ]
        self.body.addWidget(Columns(columns), 1)
        self._follow()

    # Its parts

    def _proofs_view(self) -> Card:
        subjects = {
            "bundle": self.tr("Bundle"),
            "report": self.tr("Report"),
            "head": self.tr("Journal"),
            "log_head": self.tr("Log head"),
        }
        self._model = IdsTableModel(
            [
                Column(self.tr("Signature of"), lambda one: f"{subjects.get(one.subject, one.subject)} {one.about}"),
                Column(self.tr("Existed at"), lambda one: moment(one.proved_at), width=184),
                Column(self.tr("Authority"), lambda one: one.authority, width=136),
                Column(self.tr("State"), lambda one: self._state(one).text, width=124, chip=self._state),
            ]
        )
        self._model.setParent(self)
        self.table = table_view(self._model, name=self.tr("Proved times"))
        self.table.setObjectName("time_table")
        self._empty = EmptyState(
            "clock",
            self.tr("No time is proved yet"),
            self.tr(
                "A signature holds after its certificate has ended only if its time is proved, or HQ recorded it "
                "before. Request a proof of the journal: it covers everything in it."
            ),
        )
        self._waiting = label("", "sub", wrap=True, selectable=True)
        self._waiting.setObjectName("time_waiting")
        card = Card(self.tr("Proved times"))
        card.add(self.table, 1)
        card.add(self._empty, 1)
        card.add_foot(self._waiting, spacing=4)
        return card

    def _state(self, proof: KeptProof) -> ChipSpec:
        if proof.holds:
            return ChipSpec(self.tr("Proved"), "ok", "check")
        return ChipSpec(self.tr("Not trusted"), "warn", "triangle-alert")

    def _request_card(self) -> Card:
        self.request_field = PathField(self.tr("File for the request"), object_name="time_request_field", kind="save")
        self.request_field.set_path(self.desk.outbox / f"{self.desk.session.name}-journal{REQUEST_SUFFIX}")
        self.request_field.changed.connect(self._follow)
        self.about_field = PathField(self.tr("Bundle or report"), object_name="time_about_field")
        self.about_field.changed.connect(self._follow)
        self.head_button = button(self.tr("Request for the journal"), self.request_head, kind="primary", icon="clock")
        named(self.head_button, "time_head_button")
        self.file_button = button(self.tr("Request for this file"), self.request_file)
        named(self.file_button, "time_file_button")
        card = Card(self.tr("1. Request"))
        card.add_padded(
            label(
                self.tr("Take the request to a time authority on any drive. It holds a hash of a signature, no data."),
                "sub",
                wrap=True,
            ),
            FormField(self.tr("Write the request for the journal to"), self.request_field),
            hbox(1, self.head_button),
            FormField(self.tr("Or about one bundle or report"), self.about_field, self.tr("Written beside the file")),
            hbox(1, self.file_button),
            why_not_label(self.desk.session, Permission.BUNDLE_IMPORT),
            spacing=10,
        )
        return card

    def _answer_card(self) -> Card:
        self.answer_field = PathField(
            self.tr("Answer file"),
            object_name="time_answer_field",
            filters=self.tr("Answers (*.tsr);;All files (*)"),
        )
        self.answer_field.changed.connect(self._follow)
        self.answer_field.submitted.connect(self.add_answer)
        self.add_button = button(self.tr("Add the answer"), self.add_answer, kind="primary", icon="check")
        named(self.add_button, "time_add_button")
        card = Card(self.tr("2. Answer"))
        card.add_padded(
            FormField(self.tr("The authority's answer"), self.answer_field), hbox(1, self.add_button), spacing=10
        )
        return card

    # What happens

    def opened(self, _argument: object) -> None:
        self.load()

    def refresh(self, areas: frozenset[Area]) -> None:
        if Area.EXCHANGE in areas:
            self.load()

    def first_focus(self) -> QWidget:
        return self.head_button if self.head_button.isEnabled() else self.table

    def load(self) -> None:
        """Read what is proved, and verify it again, in the background."""
        self.desk.ask(call(time_state), then=self._show, failed=self.notice.show_error)

    def _show(self, state: TimeState) -> None:
        show_rows(self._model, state.proofs)
        self.table.setVisible(bool(state.proofs))
        self._empty.setVisible(not state.proofs)
        waiting = self.tr("Waiting for an answer: {names}").format(names="; ".join(state.waiting))
        self._waiting.setText(waiting if state.waiting else self.tr("No request is waiting for an answer."))
        self.trusting.show_trusted(state.authorities)

    def request_head(self) -> None:
        """Sign the journal's head, and write a request about it to the chosen file.

        Does nothing without a path. Returns before it is done: the notice shows the file or the error.
        """
        if (path := self.request_field.path) is not None:
            self.head_button.setEnabled(False)
            self.desk.do(call(request_time_of_head, path), then=self._requested, failed=self._refused)

    def request_file(self) -> None:
        """Write a request about the chosen bundle or report, beside it.

        Does nothing without a path. Returns before it is done: the notice shows the file or the error.
        """
        if (path := self.about_field.path) is not None:
            self.file_button.setEnabled(False)
            self.desk.do(call(record_time_request, path), then=self._requested, failed=self._refused)

    def _requested(self, made: Requested) -> None:
        self._follow()
        self.notice.show_message(
            "ok",
            self.tr("The request is written"),
            detail=self.tr("Take it to a time authority: {path}").format(path=made.path),
            stays=True,
        )

    def add_answer(self) -> None:
        """Verify the chosen answer and keep it. Does nothing without a path or the permission.

        Returns before it is done: the notice shows the proved time or the error.
        """
        if self._may_add and (path := self.answer_field.path) is not None:
            self.add_button.setEnabled(False)
            self.desk.do(call(add_time_answer, path), then=self._added, failed=self._refused)

    def _added(self, added: Added) -> None:
        self.answer_field.clear()
        self._follow()
        words = self.tr("The signature of {about} existed {when}, says {authority}.")
        detail = words.format(about=added.about, when=moment(added.proved_at), authority=added.authority)
        self.notice.show_message("ok", self.tr("The time is proved"), detail=detail, stays=True)

    def _refused(self, error: KnownError) -> None:
        self.notice.show_error(error)
        self._follow()

    def _follow(self) -> None:
        self.head_button.setEnabled(self._may_add and self.request_field.path is not None)
        self.file_button.setEnabled(self._may_add and self.about_field.path is not None)
        self.add_button.setEnabled(self._may_add and self.answer_field.path is not None)

    def _back(self) -> None:
        self.navigate_requested.emit("reports", None)
