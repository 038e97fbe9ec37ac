"""Devices: which ones this HQ enrolled, and the two steps by which a further one is."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtWidgets import QCheckBox, QWidget

from db.queries.exchange import BundleRow, all_bundles, awaited_facts
from db.queries.people import DeviceRow, all_devices
from eum_app.domain.areas import Area
from eum_app.domain.errors import KnownError
from eum_app.domain.people import Permission
from eum_app.usecases.calls import call, job
from eum_app.usecases.exchange.enrol_device import (
    Enrolled,
    EnrolmentState,
    RequestView,
    enrolment_state,
    read_request,
    sign_enrolment,
)
from eum_app.usecases.session import Session
from ui.kit.delegates import ChipSpec
from ui.kit.desk import Desk
from ui.kit.messages import sentence
from ui.kit.models import Column, IdsTableModel, select_id, table_view
from ui.kit.page import Page
from ui.kit.widgets import (
    Card,
    ColumnPart,
    Columns,
    EmptyState,
    FormField,
    ValueText,
    button,
    label,
    panel,
    scrolled,
    vbox,
)
from ui.kit.widgets.path_field import PathField
from ui.kit.words import count, day, grouped
from ui.shared.page_parts import may, named, show_rows, why_not

ANSWER_SUFFIX = ".eumans"


@dataclass(frozen=True)
class DeviceLine:
    device: DeviceRow
    last_bundle: BundleRow | None
    awaited: tuple[int, int]
    """First and last fact that it is known to have and that is not here; zeros for none known."""


def device_lines(session: Session) -> list[DeviceLine]:
    """Devices with the newest bundle that came from each."""
    newest: dict[str, BundleRow] = {}
    for bundle in session.read(all_bundles, session.name, "in"):
        newest.setdefault(bundle.party, bundle)
    awaited = session.read(awaited_facts)
    return [
        DeviceLine(row, newest.get(row.device), awaited.get((row.device, row.epoch), (0, 0)))
        for row in session.read(all_devices)
    ]


class DevicesPage(Page):
    """The list on the left; on the right a request is read, compared with the person, and signed."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(self.tr("Devices"))
        self.header.set_title(self.tr("Devices"), self.tr("Those whose bundles this HQ accepts"))
        self.desk = desk
        self._wanted = ""
        self._request: RequestView | None = None
        self._request_path: Path | None = None
        self._model = IdsTableModel(self._columns())
        self._model.setParent(self)
        self.table = table_view(self._model, name=self.tr("Enrolled devices"))
        self.table.setObjectName("devices_table")
        self._empty = EmptyState(
            "tablet-smartphone",
            self.tr("No device is enrolled yet"),
            self.tr("A device asks by a request file. Choose that file under “Enrol a device”, and sign it."),
        )
        devices = Card(self.tr("Enrolled devices"))
        devices.add(self.table, 1)
        devices.add(self._empty, 1)
        self._own = ValueText("")
        self._own.setAccessibleName(self.tr("Fingerprint of this HQ"))
        self._own.setObjectName("hq_fingerprint")
        devices.add_foot(
            label(
                self.tr("Fingerprint of this HQ, to read out to whoever accepts an answer on a device:"),
                "sub",
                wrap=True,
            ),
            self._own,
            spacing=4,
        )
        enrol = ColumnPart("enrol", self.tr("Enrol a device"), self._enrol_card(), 2)
        self.body.addWidget(Columns([ColumnPart("devices", self.tr("Devices"), devices, 5), enrol]), 1)
        self.add_action(self.tr("Enrol a device: choose the request"), "Ctrl+N", self.request_field.setFocus)
        self._follow()

    def _columns(self) -> list[Column]:
        return [
            Column(self.tr("Device / epoch"), _named, is_mono=True, width=118),
            Column(self.tr("Fingerprint"), lambda line: line.device.fingerprint, is_mono=True, width=252),
            Column(self.tr("Enrolled"), lambda line: day(line.device.enrolled_at), width=104),
            Column(self.tr("Last bundle"), self._last_bundle),
            Column(self.tr("Awaited"), self._awaited, width=104),
            Column(self.tr("State"), lambda line: self._state(line).text, width=112, chip=self._state),
        ]

    def _last_bundle(self, line: DeviceLine) -> str:
        return day(line.last_bundle.at) if line.last_bundle else self.tr("none yet")

    def _awaited(self, line: DeviceLine) -> str:
        first, last = line.awaited
        if not last:
            return self.tr("none known")
        return self.tr("{count}: {first}–{last}").format(
            count=count(last - first + 1), first=count(first), last=count(last)
        )

    def _state(self, line: DeviceLine) -> ChipSpec:
        if line.device.revoked_at:
            return ChipSpec(self.tr("Revoked"), "bad", "x")
        return ChipSpec(self.tr("Enrolled"), "ok", "check")

    def _enrol_card(self) -> QWidget:
        card = Card(self.tr("Enrol a device"))
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
        self._denied = label(why_not(self.desk.session, Permission.DEVICE_ENROL), "sub", tone="warn", wrap=True)
        self._denied.setVisible(not may(self.desk.session, Permission.DEVICE_ENROL))
        self._compare = panel(
            vbox(
                self._device,
                label(
                    self.tr("Ask the person at the device, by a way you trust, to read out the fingerprint it shows:"),
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
        card.add(scrolled(content), 1)
        return card

    # What happens

    def opened(self, argument: object) -> None:
        if isinstance(argument, str) and argument:
            self._wanted = argument
        self._load()

    def refresh(self, areas: frozenset[Area]) -> None:
        if areas & {Area.PEOPLE, Area.EXCHANGE}:
            self._load()

    def first_focus(self) -> QWidget:
        return self.request_field.edit if may(self.desk.session, Permission.DEVICE_ENROL) else self.table

    def _load(self) -> None:
        self.desk.ask(call(device_lines), then=self._show_lines)
        self.desk.ask(call(enrolment_state), then=self._show_own)

    def _show_own(self, state: EnrolmentState) -> None:
        self._own.set_text(grouped_once(state.root_fingerprint))

    def _show_lines(self, lines: list[DeviceLine]) -> None:
        show_rows(self._model, lines, lambda line: f"{line.device.device}/{line.device.epoch}")
        if self._wanted and select_id(self.table, self._wanted):
            self.table.setFocus()
        self._wanted = ""
        self.table.setVisible(bool(lines))
        self._empty.setVisible(not lines)

    def read_request(self) -> None:
        """Show who asks; nothing is signed by it."""
        path = self.request_field.path
        if path is None:
            self._say(self.tr("Choose the request file first."))
            return
        self._request_path = path
        self.desk.ask(job(read_request, path), then=self._show_request, failed=self._refuse_request)

    def _show_request(self, request: RequestView) -> None:
        self._say("")
        self._request = request
        self._device.setText(request.device)
        self._fingerprint.set_text(grouped_once(request.fingerprint))
        self.answer_field.set_path(self.desk.outbox / f"{request.device}{ANSWER_SUFFIX}")
        self.compared_box.setChecked(False)
        self._follow()
        self.compared_box.setFocus()

    def _refuse_request(self, error: KnownError) -> None:
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
        answer = self.answer_field.path
        if self._request is None or self._request_path is None or answer is None:
            return
        self.sign_button.setEnabled(False)
        self.desk.do(call(sign_enrolment, self._request_path, answer), then=self._signed, failed=self._refuse_signing)

    def _signed(self, enrolled: Enrolled) -> None:
        self.request_field.clear()
        self._forget_request()
        self.notice.show_message(
            "ok",
            self.tr("{device} is enrolled").format(device=enrolled.device),
            detail=self.tr("Take the answer to the device: {path}").format(path=enrolled.answer_path),
            stays=True,
        )

    def _refuse_signing(self, error: KnownError) -> None:
        self.notice.show_error(error)
        self._follow()


def grouped_once(fingerprint: str) -> str:
    """A fingerprint in groups, unless it comes grouped."""
    return fingerprint if any(mark in fingerprint for mark in " -:") else grouped(fingerprint)


def _named(line: DeviceLine) -> str:
    return f"{line.device.device} / {line.device.epoch}"
