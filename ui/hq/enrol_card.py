"""Enroll a device: read its request, compare fingerprints with the person there, sign the answer."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtWidgets import QCheckBox

from eum_app.domain.errors import KnownError
from eum_app.domain.people import Permission
from eum_app.usecases.calls import call, job
from eum_app.usecases.exchange.enrol_device import Enrolled, RequestView, read_request, sign_enrolment
from ui.kit.desk import Desk
from ui.kit.messages import sentence
from ui.kit.widgets import Card, FormField, NoticeBar, ValueText, button, label, panel, scrolled, vbox
from ui.kit.widgets.path_field import PathField
from ui.kit.words import grouped
from ui.shared.page_parts import may, named, why_not_label

ANSWER_SUFFIX = ".eumans"


class EnrolCard(Card):
    """The two steps to enroll another device. Nothing is signed before the fingerprints were compared."""

    def __init__(self, desk: Desk, notice: NoticeBar) -> None:
        super().__init__(self.tr("Enroll a device"))
        self.desk, self._notice = desk, notice
        self._request: RequestView | None = None
        self._request_path: Path | None = None
        self.request_field = PathField(self.tr("Request file"), object_name="enrol_request_field")
        self.request_field.submitted.connect(self.read_request)
        self.request_field.changed.connect(self._forget_request)
        self.read_button = button(self.tr("Read the request"), self.read_request, icon="file-search")
        named(self.read_button, "enrol_read_button")
        self._problem = label("", "sub", tone="bad", wrap=True)
        self._problem.hide()

        self._device = label("", "heading", selectable=True)
        self._fingerprint = ValueText("", size=17)
        self._fingerprint.setAccessibleName(self.tr("Fingerprint of the request"))
        self._fingerprint.setObjectName("enrol_fingerprint")
        self.compared_box = QCheckBox(self.tr("The person at the device reads the same"))
        named(self.compared_box, "enrol_compared_box")
        self.compared_box.toggled.connect(self._follow)
        self.answer_field = PathField(self.tr("Answer file"), object_name="enrol_answer_field", kind="save")
        self.answer_field.changed.connect(self._follow)
        self.sign_button = button(self.tr("Sign and write the answer"), self.sign, kind="primary", icon="pen-line")
        named(self.sign_button, "enrol_sign_button")
        self._denied = why_not_label(self.desk.session, Permission.DEVICE_ENROL)
        self._compare = panel(
            vbox(
                self._device,
                label(
                    self.tr("Ask the person at the device, over a channel you trust, to read out its fingerprint:"),
                    "body",
                    wrap=True,
                ),
                self._fingerprint,
                self.compared_box,
                FormField(self.tr("Write the answer to"), self.answer_field),
                self.sign_button,
                spacing=10,
            )
        )
        content = vbox(
            label(
                self.tr("The device makes a request file when it is set up. It holds public keys only."),
                "body",
                wrap=True,
            ),
            FormField(self.tr("Request file"), self.request_field),
            self.read_button,
            self._problem,
            self._compare,
            self._denied,
            1,
            margins=(16, 12, 16, 16),
            spacing=12,
        )
        self.add(scrolled(content), 1)
        self._follow()

    def read_request(self) -> None:
        """Show the device of a request, or why the file is none, without signing anything. The answer comes later."""
        path = self.request_field.path
        if path is None:
            self._say(self.tr("Choose the request file first."))
            return
        shown, refused = partial(self._show_request, path), partial(self._refuse_request, path)
        self.desk.ask(job(read_request, path), then=shown, failed=refused)

    def _show_request(self, path: Path, request: RequestView) -> None:
        if path != self.request_field.path:
            return  # another file was chosen meanwhile
        self._say("")
        self._request, self._request_path = request, path
        self._device.setText(request.device)
        self._fingerprint.set_text(grouped_once(request.fingerprint))
        self.answer_field.set_path(self.desk.outbox / f"{request.device}{ANSWER_SUFFIX}")
        self.compared_box.setChecked(False)
        self._follow()
        self.compared_box.setFocus()

    def _refuse_request(self, path: Path, error: KnownError) -> None:
        if path != self.request_field.path:
            return
        message = sentence(error)
        self._forget_request()
        self._say(f"{message.what} {message.next}")

    def _forget_request(self) -> None:
        self._request = None
        self._say("")
        self._follow()

    def _say(self, problem: str) -> None:
        self._problem.setText(problem)
        self._problem.setVisible(bool(problem))

    def _follow(self) -> None:
        allowed = may(self.desk.session, Permission.DEVICE_ENROL)
        self.read_button.setEnabled(allowed)
        self._compare.setVisible(self._request is not None)
        self.answer_field.setEnabled(self.compared_box.isChecked())
        ready = allowed and self.compared_box.isChecked() and self.answer_field.path is not None
        self.sign_button.setEnabled(ready and self._request is not None)

    def sign(self) -> None:
        """Sign the request that is shown, and write the answer to the chosen path. A file replaced since is refused.

        Does nothing before a request was read. Only the button requires that the fingerprints were compared. Returns
        before it is done: the notice shows the device or the error.
        """
        answer = self.answer_field.path
        if self._request is None or self._request_path is None or answer is None:
            return
        self.sign_button.setEnabled(False)
        signed = call(sign_enrolment, self._request_path, answer, compared=self._request.fingerprint)
        self.desk.do(signed, then=self._signed, failed=self._refuse_signing)

    def _signed(self, enrolled: Enrolled) -> None:
        self.request_field.clear()
        self._forget_request()
        self._notice.show_message(
            "ok",
            self.tr("{device} is enrolled").format(device=enrolled.device),
            detail=self.tr("Take the answer to the device: {path}").format(path=enrolled.answer_path),
            stays=True,
        )

    def _refuse_signing(self, error: KnownError) -> None:
        self._notice.show_error(error)
        if error.code == "enrolment.request_changed":
            self._forget_request()
        self._follow()


def grouped_once(fingerprint: str) -> str:
    """Return a fingerprint in groups of four; one that has separators already is returned as it is."""
    return fingerprint if any(mark in fingerprint for mark in " -:") else grouped(fingerprint)
