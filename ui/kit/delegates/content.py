"""The content of a row, apart from how it is drawn."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt

from ui.kit.theme import status_mark

ROW_ROLE = int(Qt.ItemDataRole.UserRole)
"""The row object, or None while it is being fetched."""
ID_ROLE = ROW_ROLE + 1
CHIP_ROLE = ROW_ROLE + 2
"""A `ChipSpec`, or None."""


@dataclass(frozen=True)
class ChipSpec:
    """A chip's text, tone and Lucide icon (or empty)."""

    text: str
    tone: str = "mute"
    icon: str = ""

    @classmethod
    def of(cls, state: str, text: str | None = None) -> ChipSpec:
        """Return the chip of a state of `ui.kit.theme.status`, with its word or another text; see `status_mark`."""
        mark = status_mark(state)
        return cls(mark.text() if text is None else text, mark.tone, mark.icon)


@dataclass(frozen=True)
class RowContent:
    """A row of a list. Item: `RowContent("786953", "NVG-31A · Shelf B-04", chip=ChipSpec.of("in_view"), is_mono=True)`.

    Finding: `lead` chip at the start (a separate column), bold title, `trailing` words at the end. Visit: `trailing`
    for the due date and `progress` for a bar below, as ((count, tone), …) and their total.
    """

    title: str
    subtitle: str = ""
    chip: ChipSpec | None = None
    lead: ChipSpec | None = None
    trailing: str = ""
    is_mono: bool = False
    progress: tuple[tuple[int, str], ...] = ()
    total: int = 0

    def spoken(self) -> str:
        """Return the row in words, for a screen reader."""
        chips = [spec.text for spec in (self.lead, self.chip) if spec]
        return ", ".join(part for part in (self.title, self.subtitle, *chips, self.trailing) if part)
