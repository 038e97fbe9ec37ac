"""A place for one party to sign: closed while something is open. The host may decline with a reason."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from eum_app.usecases.visits.close_out import Signed
from ui.field.parts import named
from ui.kit.widgets import Button, Card, SignaturePad, button, hbox, vbox


class SigningCard(Card):
    """Collect a signature, or the host's reason to decline.

    `changed` is emitted on each change of the input. `signed` is the input, or None while it is incomplete.
    """

    changed = Signal()

    def __init__(self, party: str, title: str, signer: str = "") -> None:
        super().__init__(title)
        self.setObjectName(f"signing_{party}")
        self._party, self._signer, self._declined = party, signer, ""
        self._is_open = False
        self.pad = named(SignaturePad(), f"signature_{party}")
        self.pad.changed.connect(self._follow)
        self.clear_button: Button = named(button(self.tr("Clear"), self.clear), f"clear_{party}_button")
        self.clear_button.setAccessibleName(self.tr("Clear the signature: {party}").format(party=title))
        self._name = named(QLineEdit(), f"signer_{party}")
        self._name.setPlaceholderText(self.tr("Name and title"))
        self._name.setAccessibleName(self.tr("Name and title of the signer"))
        self._name.textChanged.connect(lambda _text: self._follow())
        self._decline: Button = named(button(self.tr("Declined to sign…"), self._ask_reason), f"decline_{party}_button")
        self._reason = named(QLineEdit(), f"declined_reason_{party}")
        self._reason.setPlaceholderText(self.tr("Why was it declined?"))
        self._reason.setAccessibleName(self.tr("Reason for declining"))
        self._reason.returnPressed.connect(self._confirm_declined)
        self._reason.textChanged.connect(lambda _text: self._follow())
        self._confirm: Button = named(
            button(self.tr("Record as declined"), self._confirm_declined, kind="danger"), f"declined_{party}_button"
        )
        self._back: Button = named(button(self.tr("Sign after all"), self._take_back), f"undecline_{party}_button")
        self._reason_line = QWidget()
        self._reason_line.setLayout(vbox(self._reason, hbox(self._back, 1, self._confirm), spacing=8))
        is_host = party == "host"
        if is_host:
            signing = hbox(self._decline, self._name, self.clear_button, spacing=8)
            signing.setStretch(1, 1)
        else:
            self.set_title(title, signer)
            self.add_trailing(self.clear_button)
            signing = hbox()
        self._signing_line = QWidget(self)
        self._signing_line.setLayout(signing)
        column = self.add_padded(spacing=8)
        column.addWidget(self.pad, 1)
        if is_host:
            column.addWidget(self._signing_line)
        column.addWidget(self._reason_line)
        self._reason_line.hide()
        self.close_with("")

    @property
    def signed(self) -> Signed | None:
        """Return the signature or the reason to decline; None while it is incomplete."""
        if self._declined:
            return Signed(self._party, declined_reason=self._declined)
        if not self._is_open or self.pad.is_empty:
            return None
        signer = self._signer or self._name.text().strip()
        return Signed(self._party, self.pad.to_png(), signer) if signer else None

    @property
    def is_begun(self) -> bool:
        """Return whether the party has drawn strokes or declined."""
        return not self.pad.is_empty or bool(self._declined)

    def open_for(self, prompt: str) -> None:
        """Let the party sign. Earlier input stays."""
        self._is_open = True
        if not self._declined:
            self.pad.open_for(prompt)
        self._prompt = prompt
        self._follow()

    def close_with(self, reason: str) -> None:
        """Prevent signing, drop strokes and a refusal to sign, and show `reason` on the pad.

        The texts typed as name and as reason stay in their fields: the same person may sign the same visit again.
        """
        self._is_open = False
        self._declined = ""
        self._reason_line.hide()
        self._signing_line.show()
        if not self.pad.is_empty:
            self.pad.clear()
        self.pad.close_with(reason)
        self._follow()

    def forget(self) -> None:
        """Prevent signing, and drop all input, also the typed name and reason: another person may sign next."""
        self._name.clear()
        self._reason.clear()
        self.close_with("")

    def clear(self) -> None:
        self.pad.clear()

    # Inside

    def _ask_reason(self) -> None:
        self._signing_line.hide()
        self._reason_line.show()
        self._reason.setFocus(Qt.FocusReason.OtherFocusReason)

    def _confirm_declined(self) -> None:
        reason = self._reason.text().strip()
        if reason:
            self._declined = reason
            if not self.pad.is_empty:
                self.pad.clear()
            self.pad.close_with(self.tr("Declined to sign: {reason}").format(reason=reason))
            self._follow()

    def _take_back(self) -> None:
        self._declined = ""
        self._reason_line.hide()
        self._signing_line.show()
        if self._is_open:
            self.pad.open_for(self._prompt)
        self._follow()

    def _follow(self) -> None:
        self.clear_button.setEnabled(self._is_open and not self.pad.is_empty)
        self._decline.setEnabled(self._is_open)
        self._name.setEnabled(self._is_open)
        self._reason.setEnabled(not self._declined)
        self._confirm.setEnabled(bool(self._reason.text().strip()) and not self._declined)
        self.changed.emit()
