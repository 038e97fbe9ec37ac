"""Devices: the ones that this HQ enrolled, and the two steps to enroll another."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtWidgets import QWidget

from db.queries.exchange import BundleRow, all_bundles, awaited_facts
from db.queries.people import DeviceRow, all_devices
from eum_app.domain.areas import Area
from eum_app.domain.people import Permission
from eum_app.usecases.calls import call
from eum_app.usecases.exchange.enrol_device import (
    EnrolmentState,
    enrolment_state,
)
from eum_app.usecases.session import Session
from ui.hq.authority_part import AuthorityPart
from ui.hq.enrol_card import EnrolCard, grouped_once
from ui.hq.revoke_part import RevokePart
from ui.kit.delegates import ChipSpec
from ui.kit.desk import Desk
from ui.kit.models import Column, IdsTableModel, select_id, table_view
from ui.kit.page import Page
from ui.kit.widgets import (
    Card,
    ColumnPart,
    Columns,
    EmptyState,
    ValueText,
    label,
)
from ui.kit.words import count, day
from ui.shared.page_parts import may, show_rows


@dataclass(frozen=True)
class DeviceLine:
    """A row of the list: a device, its newest bundle (or None), and its missing facts."""

    device: DeviceRow
    last_bundle: BundleRow | None
    awaited: tuple[int, int]
    """First and last fact that are known to exist and are missing here; zeros if none are known."""


def device_lines(session: Session) -> list[DeviceLine]:
    """Return all devices, each with the newest bundle that came from it.

    A device with several epochs has a line for each.
    """
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
        self.header.set_title(self.tr("Devices"), self.tr("Devices whose bundles this HQ accepts"))
        self.desk = desk
        self._wanted = ""
        self._lines: list[DeviceLine] = []
        self._model = IdsTableModel(self._columns())
        self._model.setParent(self)
        self.table = table_view(self._model, name=self.tr("Enrolled devices"))
        self.table.setObjectName("devices_table")
        self._empty = EmptyState(
            "tablet-smartphone",
            self.tr("No device is enrolled yet"),
            self.tr("A device sends a request file. Choose that file under “Enroll a device”, and sign it."),
        )
        devices = Card(self.tr("Enrolled devices"))
        devices.add(self.table, 1)
        devices.add(self._empty, 1)
        self._own = ValueText("")
        self._own.setAccessibleName(self.tr("Fingerprint of this HQ"))
        self._own.setObjectName("hq_fingerprint")
        self.authority = AuthorityPart(desk, self.notice)
        self.revoking = RevokePart(desk, self.notice)
        devices.add_foot(
            label(
                self.tr("Fingerprint of this HQ, to read out to the person who accepts an answer on a device:"),
                "sub",
                wrap=True,
            ),
            self._own,
            self.authority,
            self.revoking,
            spacing=4,
        )
        self.table.selectionModel().currentRowChanged.connect(self._follow_selection)
        self.enrolling = EnrolCard(desk, self.notice)
        enrol = ColumnPart("enrol", self.tr("Enroll a device"), self.enrolling, 2)
        self.body.addWidget(Columns([ColumnPart("devices", self.tr("Devices"), devices, 5), enrol]), 1)
        self.add_action(self.tr("Enroll a device: choose the request"), "Ctrl+N", self.enrolling.request_field.setFocus)

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
        if line.device.forked_from:
            return ChipSpec(self.tr("Two histories"), "bad", "octagon-alert")
        if line.device.superseded_at:
            return ChipSpec(self.tr("Replaced"), "mute", "ban")
        return ChipSpec(self.tr("Enrolled"), "ok", "check")

    # What happens

    def opened(self, argument: object) -> None:
        """Reload, and select the device and epoch that `argument` names (`FLD-0042/1`), if one is given."""
        if isinstance(argument, str) and argument:
            self._wanted = argument
        self._load()

    def refresh(self, areas: frozenset[Area]) -> None:
        if areas & {Area.PEOPLE, Area.EXCHANGE}:
            self._load()

    def first_focus(self) -> QWidget:
        return self.enrolling.request_field.edit if may(self.desk.session, Permission.DEVICE_ENROL) else self.table

    def _follow_selection(self) -> None:
        row = self.table.currentIndex().row()
        self.revoking.show_device(self._lines[row].device if 0 <= row < len(self._lines) else None)

    def _load(self) -> None:
        self.desk.ask(call(device_lines), then=self._show_lines)
        self.desk.ask(call(enrolment_state), then=self._show_own)
        self.authority.ask()

    def _show_own(self, state: EnrolmentState) -> None:
        self._own.set_text(grouped_once(state.root_fingerprint))

    def _show_lines(self, lines: list[DeviceLine]) -> None:
        self._lines = lines
        show_rows(self._model, lines, lambda line: f"{line.device.device}/{line.device.epoch}")
        if self._wanted and select_id(self.table, self._wanted):
            self.table.setFocus()
        self._wanted = ""
        self.table.setVisible(bool(lines))
        self._empty.setVisible(not lines)
        self._follow_selection()


def _named(line: DeviceLine) -> str:
    return f"{line.device.device} / {line.device.epoch}"
