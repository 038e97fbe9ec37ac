"""Enroll this device: send a request to HQ, load HQ's answer, and compare a fingerprint between two people."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit

from eum_app.domain.errors import KnownError, Refusal
from eum_app.usecases.calls import call
from eum_app.usecases.exchange.enrol_device import (
    Accepted,
    AnswerView,
    EnrolmentState,
    Requested,
    accept_enrolment,
    read_answer,
    request_enrolment,
)
from ui.field.parts import named
from ui.kit.desk import Desk
from ui.kit.widgets import Button, Card, FormField, KeyValueGrid, button, hbox, label, rule, set_look
from ui.kit.widgets.path_field import PathField


class EnrolCard(Card):
    """Three steps on one card. `enrolled` is emitted when the device has its identity.

    It carries the recovery codes made with it (`RecoveryCodes`), or None. `failed` carries the refusal.
    """

    enrolled = Signal(object)
    failed = Signal(object)

    def __init__(self, desk: Desk) -> None:
        super().__init__(self.tr("Enroll this device with HQ"))
        self.setObjectName("enrol_card")
        self._desk = desk
        device = desk.session.name
        self.request_path = PathField(self.tr("Request file"), object_name="request_path", kind="save")
        self.request_path.set_path(desk.outbox / f"{device}.eumreq")
        self.request_path.submitted.connect(self._request)
        self._make: Button = named(
            button(self.tr("Make the request"), self._request, kind="primary"), "make_request_button"
        )
        self._request_said = KeyValueGrid(margins=(0, 0, 0, 0), key_width=150)
        self._request_said.hide()
        self.answer_path = PathField(
            self.tr("Answer file"), object_name="answer_path", filters=self.tr("Answers of HQ (*.eumans)")
        )
        self.answer_path.submitted.connect(self._read)
        self._read_button: Button = named(button(self.tr("Read the answer"), self._read), "read_answer_button")
        self._answer_said = KeyValueGrid(margins=(0, 0, 0, 0), key_width=150)
        self._answer_said.hide()
        self.root = named(QLineEdit(), "root_fingerprint_field")
        self.root.setProperty("kind", "mono")
        self.root.returnPressed.connect(self._accept)
        self.root.textChanged.connect(lambda _text: self._follow())
        self._root_field = FormField(
            self.tr("Root fingerprint that HQ reads out to you"),
            self.root,
            self.tr("Confirm with HQ over a different channel (phone, in person), and type what you hear."),
        )
        self._root_field.hide()
        self._accept_button: Button = named(
            button(self.tr("Accept this HQ"), self._accept, kind="primary"), "accept_answer_button"
        )
        self._accept_button.hide()
        self._answer: Path | None = None
        self.add_padded(
            label(self.tr("1  Make a request and take it to HQ"), "strong", wrap=True),
            self._line(self.request_path, self._make),
            self._request_said,
            rule(),
            label(self.tr("2  Read HQ's answer"), "strong", wrap=True),
            self._line(self.answer_path, self._read_button),
            self._answer_said,
            rule(),
            label(self.tr("3  Compare the root fingerprint, then accept"), "strong", wrap=True),
            self._root_field,
            hbox(1, self._accept_button),
            spacing=10,
        )
        self._follow()

    @staticmethod
    def _line(field: PathField, pressed: Button) -> QHBoxLayout:
        made = hbox(field, pressed, spacing=8)
        made.setStretch(0, 1)
        return made

    def show_state(self, state: EnrolmentState) -> None:
        """Show the fingerprint of a pending request; do nothing if none is pending."""
        if state.is_pending:
            self._show_request(state.request_fingerprint)

    # Inside

    def _request(self) -> None:
        path = self.request_path.path
        if path is None:
            return
        try:
            self._desk.require_folder(path.parent)
        except Refusal as error:
            self._refused(error)
            return
        makes_folder = path.parent == self._desk.outbox
        made = call(request_enrolment, path, makes_folder=makes_folder)
        self._desk.do(made, then=self._requested, failed=self._refused)

    def _requested(self, result: Requested) -> None:
        self._show_request(result.fingerprint)
        self.answer_path.edit.setFocus()

    def _show_request(self, fingerprint: str) -> None:
        self._request_said.clear()
        self._request_said.add(self.tr("Fingerprint of the request"), fingerprint, mono=True)
        self._request_said.show()
        self._make.setText(self.tr("Write the request again"))
        set_look(self._make, "kind", "")
        set_look(self._read_button, "kind", "primary")  # the next step

    def _read(self) -> None:
        path = self.answer_path.path
        if path is not None:
            self._answer = path
            self._desk.ask(call(read_answer, path), then=self._answer_read, failed=self._refused)

    def _answer_read(self, view: AnswerView) -> None:
        self._answer_said.clear()
        self._answer_said.add(self.tr("HQ"), view.hq, mono=True)
        self._answer_said.add(self.tr("For the device"), view.device, mono=True)
        self._answer_said.add(self.tr("Root fingerprint in the file"), view.root_fingerprint, mono=True)
        self._answer_said.show()
        self._root_field.show()
        self._accept_button.show()
        self.root.setFocus()

    def _accept(self) -> None:
        if self._answer is not None and self.root.text().strip():
            self._desk.do(
                call(accept_enrolment, self._answer, self.root.text().strip()),
                then=self._accepted,
                failed=self._refused,
            )

    def _accepted(self, accepted: Accepted) -> None:
        self.enrolled.emit(accepted.codes)

    def _refused(self, error: KnownError) -> None:
        self.failed.emit(error)

    def _follow(self) -> None:
        self._accept_button.setEnabled(bool(self.root.text().strip()))
