"""Revoke the selected device: what happens then, a reason, a confirmation."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from db.queries.people import DeviceRow
from eum_app.domain.errors import KnownError
from eum_app.domain.people import Permission
from eum_app.usecases.calls import call
from eum_app.usecases.changes import Changed
from eum_app.usecases.exchange.enrol_device import revoke_device
from ui.kit.desk import Desk
from ui.kit.widgets import NoticeBar, vbox
from ui.kit.widgets.reasoned_act import ActWords, ReasonedAct
from ui.shared.page_parts import may


class RevokePart(QWidget):
    """Shown for a device that is not revoked yet, to a person who may enroll devices."""

    def __init__(self, desk: Desk, notice: NoticeBar) -> None:
        super().__init__()
        self._desk, self._notice = desk, notice
        self._device: DeviceRow | None = None
        said = self.tr(
            "For a device that was lost or stolen. What it sealed and HQ has not imported waits in the Inbox from then "
            "on, until a receipt, paper or a proof of time covers it, or two people accept it. This cannot be taken "
            "back; a device that is found again gets a new identity."
        )
        self.act = ReasonedAct(
            ActWords(
                object_name="revoke",
                begin=self.tr("Revoke the device…"),
                placeholder=self.tr("When was it lost, and who reported it?"),
                reason=self.tr("Reason for revoking the device"),
                confirm=self.tr("Revoke"),
                explanation=said,
            )
        )
        self.act.requested.connect(self._revoke)
        self.setLayout(vbox(self.act))
        self.hide()

    def show_device(self, device: DeviceRow | None) -> None:
        """Offer to revoke this device. What was typed for another one is dropped."""
        is_same = (
            device is not None
            and self._device is not None
            and (device.device, device.epoch) == (self._device.device, self._device.epoch)
        )
        self._device = device
        if not is_same:
            self.act.close_form()
        if device is not None:
            self.act.set_begin(
                self.tr("Revoke {device}, epoch {epoch}…").format(device=device.device, epoch=device.epoch)
            )
        self.setVisible(
            device is not None and not device.revoked_at and may(self._desk.session, Permission.DEVICE_ENROL)
        )

    def _revoke(self, reason: str) -> None:
        if self._device is not None:
            device, epoch = self._device.device, self._device.epoch
            self._desk.do(
                call(revoke_device, device, epoch, reason),
                then=lambda changed: self._revoked(device, changed),
                failed=self._refused,
            )

    def _revoked(self, device: str, _changed: Changed) -> None:
        self.act.close_form()
        self._notice.show_message(
            "ok",
            self.tr("{device} is revoked").format(device=device),
            detail=self.tr("Its checks that HQ holds stay, and say that the device was revoked."),
            stays=True,
        )

    def _refused(self, error: KnownError) -> None:
        self.act.set_retry()
        self._notice.show_error(error)
