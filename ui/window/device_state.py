"""The box under the rail: the device and account, and how much HQ has received."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QObject

from db.queries.exchange import Outstanding, outstanding
from db.queries.findings import open_count
from eum_app.domain.areas import Area
from eum_app.usecases.calls import query
from ui.kit import words
from ui.kit.translation import Texts
from ui.kit.widgets.rail import DeviceState

translate = QCoreApplication.translate


StateWords = Texts("StateWords")

if TYPE_CHECKING:
    from ui.kit.desk import Desk
    from ui.kit.shell import Shell


class DeviceBox(QObject):
    """Keep the shell's device box up to date: query again after each change of the store. Owned by the shell."""

    def __init__(self, shell: Shell, desk: Desk) -> None:
        super().__init__(shell)
        self._shell, self._desk = shell, desk
        desk.tasks.store_changed.connect(self.refresh)

    def refresh(self, _areas: frozenset[Area]) -> None:
        """Query the counts again, whichever areas changed. The box changes when the answer arrives."""
        session = self._desk.session
        if session.is_hq:
            self._desk.ask(query(open_count), then=self._show_hq)
        else:
            self._desk.ask(query(outstanding, session.name, session.store.named.epoch), then=self._show_field)

    def _show_field(self, state: Outstanding) -> None:
        receipt = (
            translate("app", "Last HQ receipt {time}").format(time=words.moment(state.receipt_at))
            if state.receipt_at
            else translate("app", "No HQ receipt yet")
        )
        if state.facts:
            missing = StateWords.tr("%Ln facts not yet received by HQ", "", state.facts)
        elif state.receipt_at:
            missing = translate("app", "HQ has received everything")
        else:
            missing = translate("app", "Nothing to send yet")
        self._show(translate("app", "Device {device}"), receipt, missing)

    def _show_hq(self, findings: int) -> None:
        said = (
            StateWords.tr("%Ln findings to decide", "", findings) if findings else translate("app", "No open findings")
        )
        self._show(translate("app", "Workstation {device}"), said)

    def _show(self, device: str, *lines: str) -> None:
        session = self._desk.session
        on_server = session.store.is_on_server
        # This program encrypts its own file. What a server does with its tables is not known here.
        server = (translate("app", "Database on a server"),) if on_server else ()
        self._shell.rail.set_device(
            DeviceState(
                account=session.account,
                role=words.role(session.role),
                lines=(device.format(device=session.name), *server, *lines),
                is_encrypted=None if on_server else True,
            )
        )
