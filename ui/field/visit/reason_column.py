"""Ask why an item is not simply verified: reason, note, photos. It temporarily takes the place of the item."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from eum_app.domain.discrepancies import Discrepancy
from eum_app.domain.facts import Difference
from eum_app.domain.visits import REASONS, Outcome
from eum_app.usecases.visits.drafts import NOTHING_STATED, Stated
from ui.field.parts import named
from ui.field.pictures import Pictures
from ui.field.visit.draft import Draft
from ui.field.visit.item_extras import enlarge_photo, show_photos
from ui.kit import words
from ui.kit.widgets import Asked, ReasonPanel, scrolled, vbox

NOTE_NEEDED = frozenset({"other"})


class ReasonColumn(QWidget):
    """Holds one reason panel, rebuilt for each question; nothing is pre-chosen."""

    confirmed = Signal(str, str, str, object)
    """outcome, reason, note, tuple[Difference, ...]"""
    cancelled = Signal()
    photo_requested = Signal()

    def __init__(self, pictures: Pictures) -> None:
        super().__init__()
        self._pictures = pictures
        self._layout: QVBoxLayout = vbox()
        self.setLayout(self._layout)
        self.panel: ReasonPanel | None = None
        self._place: QWidget | None = None
        self._draft: Draft | None = None

    def ask(self, outcome: str, draft: Draft, meant: Sequence[str] = ()) -> None:
        """Show the reasons of an outcome for the current item; `meant` are those that its answers mean.

        Raises ValueError for an unknown outcome, KeyError for one without reasons (*verified*).
        """
        if self._place is not None:
            self._layout.removeWidget(self._place)
            self._place.hide()
            self._place.deleteLater()
        self._draft = draft
        made = ReasonPanel(
            self.tr("{outcome} · {serial}").format(outcome=words.outcome(outcome), serial=draft.serial),
            [(key, words.reason(outcome, key)) for key in REASONS[Outcome(outcome)]],
            confirm=self.tr("Record {outcome}").format(outcome=words.outcome(outcome).lower()),
            note_needed=NOTE_NEEDED,
            is_danger=outcome in {Outcome.DISCREPANCY, Outcome.NOT_FOUND},
            several=outcome == Outcome.DISCREPANCY,
            asks=self._asks(draft) if outcome == Outcome.DISCREPANCY else None,
        )
        made.choose(meant)
        self._fill_again(made, draft.stated if draft.stated.outcome == outcome else NOTHING_STATED)
        made.changed.connect(lambda: self._keep(made, outcome))
        if meant:
            made.cancel_button.setText(self.tr("Correct the answer"))
        named(made, "reason_panel")
        made.confirmed.connect(lambda reason, note: self.confirmed.emit(outcome, reason, note, self._differences()))
        made.cancelled.connect(self.cancelled)
        made.photo_requested.connect(self.photo_requested)
        made.photos.removed.connect(self._drop_photo)
        made.photos.opened.connect(lambda key: enlarge_photo(self._pictures, lambda: self._draft, key, self))
        for action in made.actions():
            made.removeAction(action)  # Esc is the page's: claimed twice, Qt would give it to neither
        for key, choice in made._choices.items():
            named(choice, f"reason_{key}")
        for key, facts in made.facts.items():
            named(facts.found, f"found_{key}")
        named(made.note, "reason_note")
        for pressed, name in zip(made.findChildren(QPushButton), ("reason_photo", "reason_cancel"), strict=False):
            named(pressed, f"{name}_button")
        named(made.confirm_button, "reason_confirm_button")
        self.panel = made
        # It scrolls by itself: with many reasons it must not make the whole page taller than the window.
        self._place = scrolled(made)
        self._layout.addWidget(self._place)
        self.show_photos(draft)

    def show_photos(self, draft: Draft) -> None:
        """Show the photos added to the item so far. Does nothing before the first `ask`."""
        if self.panel is None:
            return
        show_photos(self._pictures, self.panel.photos, draft)

    def _asks(self, draft: Draft) -> dict[str, Asked]:
        """Return the facts that go with each kind of discrepancy. The book knows no seal numbers."""
        item = draft.item
        serial, place, model = (item.serial, item.location, item.part_number) if item else ("", "", "")
        return {
            Discrepancy.SERIAL_DIFFERS: Asked(self.tr("Serial"), serial),
            Discrepancy.PART_MISSING: Asked(self.tr("Missing part"), ""),
            Discrepancy.WRONG_LOCATION: Asked(self.tr("Place"), place),
            Discrepancy.WRONG_MODEL: Asked(self.tr("Model"), model),
            Discrepancy.SEAL_DIFFERS: Asked(self.tr("Seal number"), None),
        }

    def _differences(self) -> tuple[Difference, ...]:
        panel = self.panel
        if panel is None or not panel.facts:
            return ()
        stated = [(key, *panel.values_of(key)) for key in panel.reasons]
        return tuple(Difference(reason=key, on_record=then, found=now) for key, then, now in stated)

    def _fill_again(self, made: ReasonPanel, stated: Stated) -> None:
        """Fill in unconfirmed reasons again, after a crash or when the person had gone back to the item."""
        made.choose([one.reason for one in stated.differences])
        for one in stated.differences:
            if one.reason in made.facts:
                made.facts[one.reason].fill(one.on_record, one.found)
        if stated.note:
            made.note.setPlainText(stated.note)

    def _keep(self, made: ReasonPanel, outcome: str) -> None:
        if made is self.panel and self._draft is not None:
            stated = [(key, *made.values_of(key)) for key in made.reasons]
            differences = tuple(Difference(reason=key, on_record=then, found=now) for key, then, now in stated)
            note = made.note.toPlainText()
            self._draft.state_reasons(Stated(outcome, differences, note) if differences or note else NOTHING_STATED)

    def focus_first(self) -> None:
        if self.panel is not None:
            self.panel.focus_first()

    def _drop_photo(self, key: str) -> None:
        if self._draft is not None:
            self._draft.drop_photo(key)
            self.show_photos(self._draft)
