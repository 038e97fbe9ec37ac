"""Record a correction for a clock that was wrong: for which entries, by how much, and how this is known."""

from __future__ import annotations

from datetime import timedelta

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from db.queries.activity import ActivityRow
from eum_app.domain.errors import KnownError
from eum_app.domain.people import may
from eum_app.domain.stores import TimeSource
from eum_app.usecases.calls import call
from eum_app.usecases.store.correct_time import MAX_REASON, Corrected, correct_time, permission_to_correct
from ui.kit.desk import Desk
from ui.kit.widgets import Button, DropDown, FormField, button, hbox, label
from ui.kit.window_dialog import WindowDialog

translate = QCoreApplication.translate


_MOST_DIGITS = 18


class TimeDialog(WindowDialog):
    """Ask for a time correction. `corrected` is emitted once it is recorded; the dialog then closes."""

    corrected = Signal()

    def __init__(self, desk: Desk, row: ActivityRow, parent: QWidget) -> None:
        super().__init__(
            "time_dialog", translate("activity", "Correct the time of {origin}").format(origin=row.origin), parent
        )
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._desk, self._row = desk, row
        self.words.addWidget(
            label(
                self.tr(
                    "The recorded times stay. From now on these entries count by the corrected time, under your name;"
                    " the order of the journal stays."
                ),
                "sub",
                wrap=True,
            )
        )
        self.first, self.last = self._number("time_first"), self._number("time_last")
        self.seconds, self.reason = QLineEdit(), QLineEdit()
        self.seconds.setObjectName("time_seconds_field")
        self.seconds.setPlaceholderText("-3600")
        self.reason.setObjectName("time_reason_field")
        self.reason.setMaxLength(MAX_REASON)
        self.source = DropDown()
        self.source.setObjectName("time_source")
        self.source.addItem(self.tr("Choose"), "")
        names = {
            "gnss": self.tr("Satellite time (GNSS)"),
            "person": self.tr("A person's watch"),
            "hq_receipt": self.tr("HQ's receipt"),
        }
        for source in TimeSource:
            self.source.addItem(names[source], source)
        self.words.addLayout(
            hbox(FormField(self.tr("First entry"), self.first), FormField(self.tr("Last entry"), self.last), spacing=12)
        )
        for name, field in (
            (self.tr("Seconds to add to the recorded time (negative: the clock was fast)"), self.seconds),
            (self.tr("Source of the correct time"), self.source),
            (self.tr("Why (it is recorded)"), self.reason),
        ):
            self.words.addWidget(FormField(name, field))
        self._said = label("", "body", tone="bad", wrap=True)
        self._said.setObjectName("time_said")
        self.words.addWidget(self._said)
        self._said.hide()
        self._cancel: Button = button(self.tr("Leave unchanged"), self.reject)
        self._cancel.setObjectName("time_cancel_button")
        self._correct: Button = button(self.tr("Correct the time"), self.correct, kind="primary")
        self._correct.setObjectName("time_correct_button")
        self.add_buttons(self._cancel, self._correct)
        for field in (self.first, self.last, self.seconds, self.reason):
            field.textChanged.connect(lambda _text: self._follow())
        self.source.currentIndexChanged.connect(lambda _at: self._follow())
        self._follow()

    def _number(self, name: str) -> QLineEdit:
        made = QLineEdit(str(self._row.seq))
        made.setObjectName(name)
        made.setMaxLength(_MOST_DIGITS)
        made.setProperty("kind", "mono")
        return made

    def _entries(self) -> tuple[int, int] | None:
        said = [field.text().strip() for field in (self.first, self.last)]
        return (int(said[0]), int(said[1])) if all(one.isascii() and one.isdigit() for one in said) else None

    def _offset(self) -> timedelta | None:
        try:
            return timedelta(seconds=float(self.seconds.text().strip()))
        except (ValueError, OverflowError):
            return None

    def correct(self) -> None:
        """Record the correction. Does nothing while the input is incomplete.

        Returns before it is recorded: the dialog then closes, or shows the error and stays.
        """
        offset, entries = self._offset(), self._entries()
        if offset is None or entries is None or not self._correct.isEnabled():
            return
        self.is_busy = True
        self._follow()
        self._desk.do(
            call(
                correct_time,
                origin=self._row.origin,
                epoch=self._row.epoch,
                first_seq=entries[0],
                last_seq=entries[1],
                offset=offset,
                source=self.source.currentData(),
                reason=self.reason.text(),
            ),
            then=self._done,
            failed=self._failed,
        )

    def _done(self, _corrected: Corrected) -> None:
        self.is_busy = False
        self.corrected.emit()
        self.accept()

    def _failed(self, error: KnownError) -> None:
        self.say_refusal(self._said, error)
        self._follow()

    def _follow(self) -> None:
        is_whole = (
            self._offset() is not None and self._entries() and self.source.currentData() and self.reason.text().strip()
        )
        self._correct.setEnabled(bool(is_whole) and not self.is_busy)
        self._cancel.setEnabled(not self.is_busy)


def may_correct(desk: Desk, row: ActivityRow) -> bool:
    """Return whether this account may correct the time of an entry's chain: HQ any chain, a device only its own.

    The role needs the permission for it in either case.
    """
    session = desk.session
    return may(session.role, permission_to_correct(session)) and (session.is_hq or row.origin == session.name)
