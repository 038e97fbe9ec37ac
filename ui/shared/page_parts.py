"""Parts that several pages share: rows from memory, a line for long work, permissions of a role."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtGui import QPaintEvent, QPalette
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QLabel,
    QProgressBar,
    QSizePolicy,
    QStyle,
    QStyleOptionComboBox,
    QStylePainter,
    QWidget,
)

from eum_app.domain import people
from eum_app.domain.errors import KnownError
from eum_app.domain.people import PERMISSIONS, Permission
from eum_app.usecases.calls import ChildCall
from eum_app.usecases.session import Session
from ui.kit.child_task import ChildTask
from ui.kit.desk import Desk
from ui.kit.guard import guarded
from ui.kit.messages import sentence
from ui.kit.models import IdsTableModel
from ui.kit.tips import set_tip
from ui.kit.widgets import NoticeBar, button, hbox, label, vbox
from ui.kit.words import count, role

translate = QCoreApplication.translate


Row = TypeVar("Row")
Value = TypeVar("Value")
Named = TypeVar("Named", bound=QWidget)


def named(widget: Named, object_name: str, accessible_name: str = "") -> Named:
    """Set a widget's stable object name and, if given, its accessible name. Return the widget."""
    widget.setObjectName(object_name)
    if accessible_name:
        widget.setAccessibleName(accessible_name)
    return widget


def show_rows(model: IdsTableModel, rows: Sequence[Row], key: Callable[[Row], str] | None = None) -> None:
    """Show rows that are in memory already; `key` returns a row's id (default: its index).

    Of several rows with the same id, only the last is shown.
    """
    by_id = {(key(row) if key else str(at)): row for at, row in enumerate(rows)}
    model.set_source(lambda: list(by_id), lambda ids: {row_id: by_id[row_id] for row_id in ids if row_id in by_id})


def may(session: Session, permission: Permission) -> bool:
    """Return whether the session's role has a permission."""
    return people.may(session.role, permission)


def why_not(session: Session, permission: Permission) -> str:
    """Return the reason why this account lacks a permission; empty when it has it."""
    if may(session, permission):
        return ""
    able = [role(name) for name, held in PERMISSIONS.items() if permission in held]
    words = translate("hq", "Not open to the role {role}. Open to: {able}.")
    return words.format(role=role(session.role), able=", ".join(able))


def why_not_label(session: Session, permission: Permission) -> QLabel:
    """Return a label with the reason why this account lacks a permission, hidden when it has it."""
    denied = why_not(session, permission)
    made = label(denied, "sub", tone="warn", wrap=True)
    if not denied:  # to show it before it has a parent would open a window
        made.hide()
    return made


def designation_missing(fields: Sequence[str]) -> str:
    """Return which fields of the CUI designation a report could not fill in, and where to set them; "" for none."""
    if not fields:
        return ""
    words = translate("hq", "The CUI designation is not filled in ({fields}): set it under Settings.")
    return words.format(fields=", ".join(fields))


def show_export_error(notice: NoticeBar, replace: Callable[[], object], error: KnownError) -> None:
    """Show why a file was not written. If its name is taken, offer to `replace` the earlier file."""
    if error.code == "report.exists":
        message = sentence(error)
        action = translate("hq", "Replace it")
        notice.show_message("attention", message.what, detail=message.next, action=action, on_action=replace)
    else:
        notice.show_error(error)


@guarded
class _Choices(QComboBox):
    """A combo box that elides a choice that does not fit and shows it whole in the tooltip, where Qt would cut it."""

    def __init__(self) -> None:
        super().__init__()
        self.currentTextChanged.connect(lambda text: set_tip(self, text))

    def paintEvent(self, _event: QPaintEvent) -> None:
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        text = option.currentText
        if self.currentIndex() < 0:
            text = self.placeholderText()
            option.palette.setBrush(QPalette.ColorRole.ButtonText, option.palette.placeholderText())
        part = QStyle.SubControl.SC_ComboBoxEditField
        room = self.style().subControlRect(QStyle.ComplexControl.CC_ComboBox, option, part, self).width() - 2
        option.currentText = self.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, room)
        painter = QStylePainter(self)
        painter.drawComplexControl(QStyle.ComplexControl.CC_ComboBox, option)
        painter.drawControl(QStyle.ControlElement.CE_ComboBoxLabel, option)
        painter.end()


def choices(object_name: str, placeholder: str) -> QComboBox:
    """Return a combo box without a choice; `placeholder` says what to choose."""
    made = _Choices()
    made.setObjectName(object_name)
    made.setPlaceholderText(placeholder)
    made.setCurrentIndex(-1)
    made.setMinimumContentsLength(8)
    made.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    return made


def fill_choices(box: QComboBox, entries: Sequence[tuple[str, Any]]) -> None:
    """Replace the choices by (text, value). The current value stays chosen if it is among them, else nothing is chosen.

    No signal is emitted.
    """
    chosen = box.currentData()
    box.blockSignals(True)
    box.clear()
    for words, value in entries:
        box.addItem(words, value)
    box.setCurrentIndex(next((at for at, (_words, value) in enumerate(entries) if value == chosen), -1))
    box.blockSignals(False)


class Job(QFrame):
    """Long work in a child process, shown as one line: its name, its progress, and a stop button."""

    busy_changed = Signal(bool)

    def __init__(self, object_name: str) -> None:
        super().__init__()
        self.setProperty("kind", "clear")
        self.setObjectName(object_name)
        self._words, self._count = label("", "strong", wrap=True), label("", "sub")
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._stop = button(self.tr("Stop"), self._ask_to_stop, icon="x")
        named(self._stop, f"{object_name}_stop", self.tr("Stop this work"))
        words = vbox(hbox(self._words, 1, self._count), self._bar, spacing=6)
        line = hbox(spacing=14)
        line.addLayout(words, 1)
        line.addWidget(self._stop)
        self.setLayout(line)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._task: ChildTask | None = None
        self._then: Callable[[Any], object] | None = None
        self._failed: Callable[[KnownError], object] | None = None
        self._stopped: Callable[[], object] | None = None
        self.hide()

    @property
    def is_busy(self) -> bool:
        """Return whether work is running."""
        return self._task is not None

    def run(
        self,
        desk: Desk,
        words: str,
        work: ChildCall[Value],
        *,
        then: Callable[[Value], object],
        failed: Callable[[KnownError], object],
        stopped: Callable[[], object],
    ) -> None:
        """Start `work`, show it, and return at once. A second call while the first work runs does nothing.

        One of `then`, `failed` and `stopped` follows.
        """
        if self._task is not None:
            return
        self._then, self._failed, self._stopped = then, failed, stopped
        self._words.setText(words)
        self._count.clear()
        self._bar.setRange(0, 0)
        self._bar.setAccessibleName(words)
        self._stop.setEnabled(True)
        self.show()
        self._task = desk.do_in_child(
            work, then=self._done, progress=self._step, failed=self._fail, cancelled=self._cancelled
        )
        self.busy_changed.emit(True)

    def _step(self, done: int, total: int, text: str) -> None:
        self._bar.setRange(0, total)
        self._bar.setValue(done)
        words = translate("hq", "{done} of {total}")
        self._count.setText(words.format(done=count(done), total=count(total)) if total else text)

    def _ask_to_stop(self) -> None:
        if self._task is not None:
            self._stop.setEnabled(False)
            self._task.cancel()

    def _end(self) -> None:
        self._task = None
        self.hide()
        self.busy_changed.emit(False)

    def _done(self, result: Any) -> None:
        self._end()
        if self._then is not None:
            self._then(result)

    def _fail(self, error: KnownError) -> None:
        self._end()
        if self._failed is not None:
            self._failed(error)

    def _cancelled(self) -> None:
        self._end()
        if self._stopped is not None:
            self._stopped()
