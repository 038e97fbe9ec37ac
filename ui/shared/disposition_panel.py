"""State what became of an item: its fields, what is still missing, and the button that records it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence

from db.queries.claims import ClaimLine
from eum_app.domain.disposition_list import State
from eum_app.domain.dispositions import TERMINAL
from ui.kit.guard import guarded
from ui.kit.translation import Texts
from ui.kit.widgets import Button, Card, FormField, button, hbox, label, scrolled, vbox
from ui.kit.words import day, joined, word
from ui.shared.disposition_fields import DispositionFields
from ui.shared.page_parts import choices, fill_choices, named

PanelTexts = Texts("PanelTexts")


@guarded
class DispositionPanel(Card):
    """Ask for a statement about one item. The panel records nothing; `confirmed` carries the entry."""

    confirmed = Signal(object, str)
    """(NewDisposition, id of the claim that it accepts or empty)"""
    cancelled = Signal()

    def __init__(self, prefix: str, states: Sequence[State], *, has_keys: bool = True) -> None:
        """Make the panel. Without `has_keys`, Ctrl+Enter is the page's own, and Enter alone records."""
        super().__init__(self.tr("What became of it"))
        self.setObjectName(f"{prefix}_panel")
        self._item_id = ""
        self._claims: dict[str, ClaimLine] = {}
        self._about = label("", "strong", wrap=True)
        self.claim = choices(f"{prefix}_claim", self.tr("None: it is stated here"))
        self._claim_field = FormField(
            self.tr("Accept a claim"), self.claim, self.tr("What the claim says is filled in; check it.")
        )
        self.fields = DispositionFields(prefix, states)
        self._missing = label("", "sub", wrap=True)
        self._missing.setObjectName(f"{prefix}_missing")
        self.confirm_button: Button = named(
            button(
                self.tr("Record"),
                self._confirm,
                kind="primary",
                tip=self.tr("Record (Ctrl+Enter)") if has_keys else self.tr("Record (Enter)"),
            ),
            f"{prefix}_record",
        )
        self.confirm_button.acts_on_space = False
        cancel = button(self.tr("Cancel"), self.cancelled.emit, tip=self.tr("Cancel (Esc)"))
        named(cancel, f"{prefix}_cancel")
        content = vbox(self._about, self._claim_field, self.fields, 1, margins=(16, 12, 16, 12), spacing=10)
        self.add(scrolled(content), 1)
        self.add_foot(self._missing, hbox(cancel, 1, self.confirm_button))
        self.fields.changed.connect(self._follow)
        self.claim.currentIndexChanged.connect(self._take_claim)
        for keys in ("Ctrl+Return", "Ctrl+Enter") if has_keys else ():
            action = QAction(self)
            action.setShortcut(QKeySequence(keys))
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            action.triggered.connect(self._confirm)
            self.addAction(action)
        self._follow()

    @property
    def item_id(self) -> str:
        """The item that the form is about; empty before the first."""
        return self._item_id

    def start(self, item_id: str, about: str, disposition: str, claims: Sequence[ClaimLine] = ()) -> None:
        """Begin a statement about an item that the book shows with this disposition; `about` names it for people.

        `claims` are those of others about it that no statement has accepted; those that name no disposition are not
        offered. What was entered about the same item and not recorded comes back. The panel is neither shown nor
        focused.
        """
        is_again, self._item_id = item_id == self._item_id, item_id
        now = self.tr("{item}, now recorded as {disposition}")
        self._about.setText(now.format(item=about, disposition=word("disposition", disposition)))
        self._claims = {claim.claim_id: claim for claim in claims if claim.disposition}
        chosen = self.claim.currentData() if is_again else None
        self.claim.blockSignals(True)
        fill_choices(self.claim, [(_claim_words(claim), key) for key, claim in self._claims.items()])
        self.claim.setCurrentIndex(self.claim.findData(chosen) if chosen else -1)
        self.claim.blockSignals(False)
        self._claim_field.setVisible(bool(self._claims))
        if not is_again:
            self.fields.clear(is_gone=disposition in TERMINAL)
        self._follow()

    def end(self) -> None:
        """Forget what was entered: it is recorded."""
        self._item_id = ""

    def focus_first(self) -> None:
        """Focus the first field."""
        first = self.claim if self._claims else self.fields.disposition
        first.setFocus(Qt.FocusReason.OtherFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Let Enter record from a field once nothing is missing, and go to the next field before that."""
        if event.key() not in {Qt.Key.Key_Return, Qt.Key.Key_Enter} or event.isAutoRepeat():
            super().keyPressEvent(event)
        elif self.confirm_button.isEnabled():
            self._confirm()
        else:
            self.focusNextChild()

    def let_try_again(self) -> None:
        """Enable the button again after a refusal, if nothing is missing; everything entered stays."""
        self._follow()

    def _take_claim(self, _index: int) -> None:
        claim = self._claims.get(str(self.claim.currentData() or ""))
        if claim is not None:
            self.fields.fill(claim, _source_words(claim))

    def _follow(self) -> None:
        missing = self.fields.missing()
        self._missing.setText(self.tr("Still to fill in: {names}").format(names=", ".join(missing)) if missing else "")
        self._missing.setVisible(bool(missing))
        self.confirm_button.setEnabled(not missing)

    def _confirm(self) -> None:
        if self.confirm_button.isEnabled():
            self.confirm_button.setEnabled(False)  # once: the page closes the form when it is recorded
            self.confirmed.emit(self.fields.entered(self._item_id), str(self.claim.currentData() or ""))


def _source_words(claim: ClaimLine) -> str:
    return PanelTexts.tr("{source}, line {line}").format(source=claim.source, line=claim.line)


def _claim_words(claim: ClaimLine) -> str:
    return joined(word("disposition", claim.disposition), day(claim.at), _source_words(claim))
