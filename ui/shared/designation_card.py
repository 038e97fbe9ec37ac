"""Edit the CUI designation that every report prints."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtWidgets import QLineEdit

from eum_app.domain.designation import MAX_FIELD_CHARS, Designation
from eum_app.domain.people import Permission
from eum_app.usecases.calls import call
from eum_app.usecases.store.designation import current_designation, set_designation
from ui.kit.desk import Desk
from ui.kit.widgets import Button, Card, FormField, button, hbox, label
from ui.shared.page_parts import may, why_not

translate = QCoreApplication.translate


class DesignationCard(Card):
    """Four fields. The page shows what `said` and `failed` carry."""

    said = Signal(str)
    failed = Signal(object)

    def __init__(self, desk: Desk) -> None:
        super().__init__(self.tr("CUI designation"))
        self.setObjectName("designation_card")
        self._desk = desk
        captions = {
            "controlled_by": self.tr("Controlled by"),
            "category": self.tr("CUI category"),
            "distribution": self.tr("Distribution"),
            "poc": self.tr("POC"),
        }
        self.fields: dict[str, QLineEdit] = {}
        self._kept = Designation()
        denied = why_not(desk.session, Permission.ACCOUNT_MANAGE)
        for name, caption in captions.items():
            field = self.fields[name] = QLineEdit()
            field.setObjectName(f"designation_{name}")
            field.setAccessibleName(caption)
            field.setMaxLength(MAX_FIELD_CHARS)
            field.setReadOnly(bool(denied))
            field.textChanged.connect(self._follow)
        self.set_button: Button = button(self.tr("Set the designation"), self.set)
        self.set_button.setObjectName("designation_set_button")
        self.add_padded(
            label(denied or self.tr("Printed on the first page of every report."), "sub", wrap=True),
            *(FormField(caption, self.fields[name]) for name, caption in captions.items()),
            hbox(1, self.set_button),
            spacing=10,
        )
        self._follow()

    def ask(self) -> None:
        """Read the designation from the store, in the background. `failed` carries an error.

        If any field is being edited, all fields keep their text.
        """
        self._desk.ask(call(current_designation), then=self._show, failed=self.failed.emit)

    def _typed(self) -> Designation:
        return Designation(**{name: field.text() for name, field in self.fields.items()})

    def _show(self, kept: Designation) -> None:
        is_edited = self._typed() not in {self._kept, Designation(category="")}
        self._kept = kept
        if not is_edited:
            for name, field in self.fields.items():
                field.setText(getattr(kept, name))
                field.setCursorPosition(0)
        self._follow()

    def set(self) -> None:
        """Save the designation; reports print it from now on.

        Does nothing without a change or the permission. Returns before it is saved: `said` or `failed` follows.
        """
        if self.set_button.isEnabled():
            said = self.tr("Set. Reports print it from now on.")
            self._desk.do(
                call(set_designation, self._typed()),
                then=lambda _done: self._saved(said),
                failed=self.failed.emit,
            )

    def _saved(self, said: str) -> None:
        self._kept = self._typed()
        self._follow()
        self.said.emit(said)
        self.ask()

    def _follow(self) -> None:
        allowed = may(self._desk.session, Permission.ACCOUNT_MANAGE)
        self.set_button.setEnabled(allowed and self._typed() != self._kept)
