"""One row of a printed worklist, typed from the paper: its tick, the serial, code and remark."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, TypeVar

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QComboBox, QLineEdit, QSizePolicy, QWidget

from db.queries.visits import WorkRow
from eum_app.domain.visits import TO_CHECK, Outcome
from eum_app.reports.worklist import reason_codes
from eum_app.usecases.visits.transcribe import PaperRow
from ui.field.hand_entry import HandEntry, pair
from ui.field.parts import named
from ui.kit import words
from ui.kit.theme import status_mark
from ui.kit.widgets import Button, Chip, DropDown, button, flow, hbox, label, panel, vbox

Field = TypeVar("Field", bound=QLineEdit)


class PaperRowForm(QWidget):
    """A listed item, or, with `item` None, a blank row for an item that was found and is not on the list.

    `outcomes` are the ticks that the row offers; nothing is pre-chosen, and pressing a tick again removes it. `number`
    is part of its object names (`paper_3_verified`, `paper_3_serial` …). `entries` of the serial are needed to verify a
    listed item; the first is hidden during the second.
    """

    changed = Signal()

    def __init__(self, number: int, item: WorkRow | None, outcomes: Sequence[Outcome], entries: int = 0) -> None:
        super().__init__()
        self.item, self._entries = item, entries
        self.setObjectName(f"paper_row_{number}")
        self._name = f"paper_{number}"
        self._ticks: dict[Outcome, Button] = {}
        self._group = QButtonGroup(self)
        self._group.setExclusive(False)
        ticks = flow(spacing=6)
        for outcome in outcomes:
            made: Button = named(
                button(status_mark(outcome).text(), lambda: None, kind="tab"), f"{self._name}_{outcome}"
            )
            made.setCheckable(True)
            made.setAccessibleName(f"{item.serial if item else number} {made.text()}")
            made.clicked.connect(lambda _on=False, chosen=outcome: self._tick(chosen))
            self._group.addButton(made)
            self._ticks[outcome] = made
            ticks.addWidget(made)
        self.serial = self._line(HandEntry(f"{self._name}_serial"), self.tr("Serial as written on the paper"))
        self.again = self._line(HandEntry(f"{self._name}_again"), self.tr("Serial again"))
        pair(self.serial, self.again)
        self.note = self._line(named(QLineEdit(), f"{self._name}_note"), self.tr("Remark"))
        self.reason = named(DropDown(), f"{self._name}_reason")
        self.reason.setAccessibleName(self.tr("Code"))
        self.reason.activated.connect(lambda _at: self.changed.emit())
        self._more = QWidget()
        more = hbox(self.serial, self.again, self.reason, self.note, spacing=8)
        for at in range(4):
            more.setStretch(at, 1)
        self._more.setLayout(more)
        self.serial.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        about = vbox(spacing=2)
        if item is not None:
            about.addWidget(label(f"{number}  {item.serial}", "mono", selectable=True))
            about.addWidget(label(words.joined(item.part_number or item.nomenclature, item.location), "sub", wrap=True))
        else:
            about.addWidget(label(self.tr("+  Found, not on the list"), "strong", wrap=True))
        about.addStretch(1)
        self._done = Chip()
        head = hbox(spacing=12)
        head.addLayout(about, 2)
        head.addWidget(self._done)
        head.addLayout(ticks, 3)
        whole = vbox(head, self._more, margins=(16, 8, 16, 8), spacing=6)
        framed = vbox(panel(whole, "row"))
        self.setLayout(framed)
        done = item.outcome if item is not None and item.outcome != TO_CHECK else ""
        if done:
            self._done.set_state(done)
        else:
            self._done.hide()
        self._lay_out()

    @property
    def outcome(self) -> Outcome | None:
        """Return the ticked outcome, or None."""
        return next((key for key, made in self._ticks.items() if made.isChecked()), None)

    @property
    def missing(self) -> QLineEdit | QComboBox | None:
        """Return the field that a ticked row still lacks, or None."""
        if not self.outcome:
            return None
        wanted = self._wanted
        if wanted >= 1 and not self.serial.text().strip():
            return self.serial
        if wanted >= 2 and not self.again.text().strip():
            return self.again
        return self.reason if self.outcome is not Outcome.VERIFIED and not self.reason.currentData() else None

    def read(self) -> PaperRow | None:
        """Return the content of the row, or None without a tick. A ticked row may still lack a field (`missing`)."""
        if not self.outcome:
            return None
        return PaperRow(
            self.item.item_id if self.item is not None else "",
            self.outcome,
            "" if self.outcome is Outcome.VERIFIED else str(self.reason.currentData() or ""),
            self.serial.text() if self.outcome in _WITH_SERIAL else "",  # what is not in sight is not meant
            self.again.text() if self._wanted >= 2 else "",
            self.note.text(),
        )

    def first_field(self) -> QWidget:
        """Return the first tick, to focus it."""
        return next(iter(self._ticks.values()), self.serial)

    @property
    def _wanted(self) -> int:
        """Return how many entries of the serial the ticked outcome needs."""
        if self.item is None:
            return 2
        return self._entries if self.outcome is Outcome.VERIFIED else 0

    def _line(self, made: Field, prompt: str) -> Field:
        made.setPlaceholderText(prompt)
        made.setAccessibleName(prompt)
        made.textChanged.connect(lambda _text: self.changed.emit())
        return made

    def _tick(self, chosen: Outcome) -> None:
        for key, made in self._ticks.items():
            if key != chosen:
                made.setChecked(False)
        self.reason.clear()
        if self.outcome and self.outcome is not Outcome.VERIFIED:
            self.reason.addItem(self.tr("Code…"), "")
            for code, why in reason_codes(self.outcome):
                self.reason.addItem(f"{code}  {words.reason(self.outcome, why)}", why)
        self._lay_out()
        if self.outcome:
            self.serial.setFocus(Qt.FocusReason.OtherFocusReason)
        self.changed.emit()

    def _lay_out(self) -> None:
        outcome = self.outcome
        self._more.setVisible(bool(outcome))
        self.serial.setVisible(outcome in _WITH_SERIAL)
        self.again.setVisible(bool(outcome) and self._wanted >= 2)
        self.reason.setVisible(bool(outcome) and outcome is not Outcome.VERIFIED)


_WITH_SERIAL: Final = frozenset({Outcome.VERIFIED, Outcome.DISCREPANCY, Outcome.NOT_ON_LIST})
"""Outcomes for which the form asks for the serial on the paper."""
