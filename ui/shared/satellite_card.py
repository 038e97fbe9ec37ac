"""Choose the port of a satellite receiver, and see how far this machine's clock is off."""

from __future__ import annotations

from datetime import timedelta

from PySide6.QtCore import QLocale, QTimer, Signal

from eum_app.domain.errors import KnownError
from eum_app.domain.time_check import Heard, is_news
from eum_app.usecases.calls import call
from eum_app.usecases.store.hear_time import hear_satellite_time
from ui.devices.serial_line import ports_there
from ui.kit.desk import Desk
from ui.kit.settings import SATELLITE, SatelliteSettings, current
from ui.kit.widgets import Card, DropDown, FormField, label

_RETRY_MS = 60_000
RATES = (4800, 9600, 19200, 38400, 57600, 115200)


class SatelliteCard(Card):
    """Save the chosen receiver, and record its time against the clock.

    `failed` carries the KnownError of a choice that cannot be saved.
    """

    failed = Signal(object)

    def __init__(self, desk: Desk) -> None:
        super().__init__(self.tr("Satellite time"))
        self._desk = desk
        self._is_asked = False
        self._failure = ""
        self._retry = QTimer(self)
        self._retry.setSingleShot(True)
        self._retry.setInterval(_RETRY_MS)
        self._retry.timeout.connect(self._try_again)
        kept = current().value(SATELLITE)
        self.port, self.baud = DropDown(), DropDown()
        self.port.setObjectName("satellite_port")
        self.baud.setObjectName("satellite_baud")
        self.port.addItem(self.tr("No receiver"), "")
        for name in sorted({*ports_there(), kept.port} - {""}):
            self.port.addItem(name, name)
        for rate in RATES:
            self.baud.addItem(str(rate), rate)
        self.port.setCurrentIndex(max(0, self.port.findData(kept.port)))
        self.baud.setCurrentIndex(max(0, self.baud.findData(kept.baud)))
        for choice in (self.port, self.baud):
            choice.activated.connect(self._choose)
        self.said = label("", "body", wrap=True)
        self.said.setObjectName("satellite_said")
        hint = self.tr(
            "A receiver (GNSS, NMEA 0183) shows how far this computer's clock is off. This is recorded once a session"
            " and when it changes. The clock is not set, and your position is not recorded."
        )
        self.add_padded(
            label(hint, "sub", wrap=True),
            self.said,
            FormField(self.tr("Receiver on port"), self.port),
            FormField(self.tr("Speed, baud"), self.baud),
            spacing=8,
        )
        self._say(None)

    def hear(self, heard: Heard) -> None:
        """Show the receiver's time difference, and record it when it is news.

        A recording that failed is tried again after a minute, but not after a bug.
        """
        self._say(heard.ahead)
        if not self._is_asked and is_news(self._desk.session.clock_ahead, heard.ahead):
            self._is_asked = True
            self._desk.do(call(hear_satellite_time, heard), then=self._recorded, failed=self._not_recorded)

    def _recorded(self, _was: bool) -> None:
        self._is_asked = False
        self._failure = ""

    def _not_recorded(self, error: KnownError) -> None:
        if error.code != "task.crashed":  # a bug would bring the crash page every minute
            self._retry.start()
        if error.code != self._failure:  # the same failure is shown once, not every minute
            self._failure = error.code
            self._desk.tasks.failed.emit(error)  # on the page in sight

    def _try_again(self) -> None:
        self._is_asked = False

    def _choose(self) -> None:
        chosen = SatelliteSettings(port=str(self.port.currentData()), baud=int(self.baud.currentData()))
        self._say(None)
        try:
            current().keep(SATELLITE, chosen)
        except KnownError as error:
            self.failed.emit(error)

    def _say(self, ahead: timedelta | None) -> None:
        if ahead is None:
            self.said.setText(self.tr("Nothing received yet"))
            self.said.setVisible(bool(self.port.currentData()))
            return
        if not is_news(timedelta(), ahead):
            said = self.tr("This computer's clock is right, within {time}")
        elif ahead > timedelta():
            said = self.tr("This computer's clock is {time} fast")
        else:
            said = self.tr("This computer's clock is {time} slow")
        self.said.setText(said.format(time=self._length(abs(ahead))))
        self.said.show()

    def _length(self, time: timedelta) -> str:
        days, hours, minutes = (time // timedelta(**{unit: 1}) for unit in ("days", "hours", "minutes"))
        if days > 1:
            return self.tr("%Ln days", "", days)
        if hours > 1:
            return self.tr("%Ln hours", "", hours)
        if minutes > 1:
            return self.tr("%Ln minutes", "", minutes)
        return self.tr("{number} s").format(number=QLocale().toString(time / timedelta(seconds=1), "f", 1))
