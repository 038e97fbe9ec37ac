"""Tell the person at once when the clock of this computer was set back or ahead."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QCoreApplication, QObject, QTimer

from eum_app.domain.errors import KnownError
from eum_app.domain.facts import ClockJumped
from eum_app.usecases.calls import call
from eum_app.usecases.session import record_notes
from ui.kit import words

if TYPE_CHECKING:
    from ui.kit.desk import Desk
    from ui.kit.shell import Shell

translate = QCoreApplication.translate

EVERY_MS: Final = 2_000
"""Time between two looks at the clock. Each compares two numbers."""


class ClockWatch(QObject):
    """Record a jump of the clock as a fact when it is noticed, and say so on the page in sight. Owned by the shell."""

    def __init__(self, shell: Shell, desk: Desk) -> None:
        super().__init__(shell)
        self._shell, self._desk = shell, desk
        self._is_recording = False
        desk.tasks.store_changed.connect(lambda _areas: self._tell())
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.look)
        self._timer.start(EVERY_MS)

    def look(self) -> None:
        """Show each jump of the clock that was recorded since the last look, and record a new one in the background.

        Does nothing while the store is locked. A recording that failed is tried again at the next look, but not after a
        bug.
        """
        session = self._desk.session
        if not session.is_open:
            return
        self._tell()
        if session.clock.has_jumped and not self._is_recording:
            self._is_recording = True
            self._desk.do(call(record_notes), then=self._recorded, failed=self._not_recorded)

    def _not_recorded(self, error: KnownError) -> None:
        if error.code != "task.crashed":  # a bug would bring the crash page every two seconds
            self._recorded(error)

    def _recorded(self, _outcome: object) -> None:
        self._is_recording = False
        self._tell()

    def _tell(self) -> None:
        for jump in self._desk.session.clock.take():
            said, detail = jump_said(jump)
            page = self._shell.page(self._shell.current_key)
            page.warning.show_message("attention", said, detail=detail, stays=True)


def jump_said(jump: ClockJumped) -> tuple[str, str]:
    """Return the title and the detail of the message about a jump of the clock."""
    if jump.to_at < jump.from_at:
        said = translate("app", "The clock of this computer was set back")
    else:
        said = translate("app", "The clock of this computer was set ahead")
    detail = translate(
        "app",
        "It shows {shown}; {expected} was expected. Records keep their order, and HQ sees both. Correct the clock.",
    )
    return said, detail.format(shown=words.moment(jump.to_at), expected=words.moment(jump.from_at))
