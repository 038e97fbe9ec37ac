"""Trust a time authority: read its certificate, compare its fingerprint with the published one."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtWidgets import QCheckBox

from eum_app.domain.errors import KnownError
from eum_app.domain.people import Permission
from eum_app.usecases.calls import call, job
from eum_app.usecases.changes import Changed
from eum_app.usecases.exchange.prove_time import TimeAuthority, read_time_authority_file, trust_time_authority
from ui.kit.desk import Desk
from ui.kit.widgets import Card, FormField, NoticeBar, ValueText, button, hbox, label, panel, vbox
from ui.kit.widgets.path_field import PathField
from ui.shared.page_parts import may, named, why_not_label


class TimeTrustCard(Card):
    """The authorities that are trusted, and another one. Nothing is trusted before fingerprints were compared."""

    def __init__(self, desk: Desk, notice: NoticeBar) -> None:
        super().__init__(self.tr("Trusted authorities"))
        self._desk, self._notice = desk, notice
        self._authority: TimeAuthority | None = None
        self._is_allowed = may(desk.session, Permission.DEVICE_ENROL)
        self._trusted = label("", "body", wrap=True, selectable=True)
        self._trusted.setObjectName("time_trusted")
        self.certificate_field = PathField(
            self.tr("Certificate of the authority"),
            object_name="time_authority_field",
            filters=self.tr("Certificates (*.pem *.crt *.cer *.der);;All files (*)"),
        )
        self.certificate_field.changed.connect(self._forget)
        self.certificate_field.submitted.connect(self.read)
        self.read_button = button(self.tr("Read the certificate"), self.read, icon="file-search")
        named(self.read_button, "time_read_button")
        self._name = label("", "strong", wrap=True, selectable=True)
        self._fingerprint = ValueText("")
        self._fingerprint.setAccessibleName(self.tr("Fingerprint of the authority"))
        self._fingerprint.setObjectName("time_fingerprint")
        self.compared_box = QCheckBox(self.tr("The authority publishes the same"))
        named(self.compared_box, "time_compared_box")
        self.compared_box.toggled.connect(self._follow)
        self.trust_button = button(self.tr("Trust this authority"), self.trust, kind="primary")
        named(self.trust_button, "time_trust_button")
        self._compare = panel(
            vbox(self._name, self._fingerprint, self.compared_box, hbox(1, self.trust_button), spacing=8)
        )
        self.add_padded(
            self._trusted,
            FormField(self.tr("Trust another one"), self.certificate_field),
            hbox(1, self.read_button),
            self._compare,
            why_not_label(desk.session, Permission.DEVICE_ENROL),
            spacing=10,
        )
        self._follow()

    def show_trusted(self, authorities: Sequence[TimeAuthority]) -> None:
        """Show names and fingerprints of the trusted authorities."""
        names = "\n".join(f"{one.name}\n{one.fingerprint}" for one in authorities)
        self._trusted.setText(names or self.tr("None yet: trust one before you add its answers."))

    def read(self) -> None:
        """Show name and fingerprint of the chosen certificate, without trusting it.

        Does nothing without a path or the permission. The answer comes later; the notice shows an error.
        """
        if self._is_allowed and (path := self.certificate_field.path) is not None:
            self._desk.ask(job(read_time_authority_file, path), then=partial(self._show, path), failed=self._refused)

    def _show(self, path: Path, authority: TimeAuthority) -> None:
        if path == self.certificate_field.path:
            self._authority = authority
            self._name.setText(authority.name)
            self._fingerprint.set_text(authority.fingerprint)
            self.compared_box.setChecked(False)
            self._follow()
            self.compared_box.setFocus()

    def _forget(self) -> None:
        self._authority = None
        self._follow()

    def trust(self) -> None:
        """Trust the authority that is shown. Only the button requires that the fingerprints were compared.

        Does nothing before a certificate was read. Returns before it is done: the notice shows the result.
        """
        if self._authority is not None:
            self.trust_button.setEnabled(False)
            done = partial(self._trusts, self._authority.name)
            self._desk.do(call(trust_time_authority, self._authority), then=done, failed=self._refused)

    def _trusts(self, name: str, _changed: Changed) -> None:
        self.certificate_field.clear()
        self._forget()
        self._notice.show_message("ok", self.tr("{name} is trusted about time").format(name=name))

    def _refused(self, error: KnownError) -> None:
        self._notice.show_error(error)
        self._follow()

    def _follow(self) -> None:
        self.read_button.setEnabled(self._is_allowed and self.certificate_field.path is not None)
        self._compare.setVisible(self._authority is not None)
        self.trust_button.setEnabled(self._is_allowed and self.compared_box.isChecked())
