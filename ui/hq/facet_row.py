"""Filters over the items, each with its number of items."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from PySide6.QtCore import QCoreApplication, QSize, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QComboBox, QGridLayout, QWidget

from db.queries.inventory import FACETS, FacetValue, ItemFilter
from eum_app.domain.translatable import QT_TRANSLATE_NOOP
from ui.kit.guard import guarded
from ui.kit.theme import inset, theme
from ui.kit.words import count, joined, word
from ui.shared.page_parts import choices

translate = QCoreApplication.translate


_BOX_WIDTH = 140
_ALL = {
    "country": QT_TRANSLATE_NOOP("hq", "All countries"),
    "case_id": QT_TRANSLATE_NOOP("hq", "All cases"),
    "nomenclature": QT_TRANSLATE_NOOP("hq", "All articles"),
    "site_id": QT_TRANSLATE_NOOP("hq", "All sites"),
    "disposition": QT_TRANSLATE_NOOP("hq", "All states"),
}


@guarded
class FacetRow(QWidget):
    """`chosen` carries the facet and the value, "" for all."""

    chosen = Signal(str, str)

    def __init__(self) -> None:
        super().__init__()
        self._boxes: dict[str, QComboBox] = {}
        for facet in FACETS:
            words = _all(facet)
            box = choices(f"facet_{facet}", "")
            box.setAccessibleName(words)
            box.setMinimumContentsLength(4)  # how wide it is says the row
            box.addItem(words, "")
            box.setCurrentIndex(0)
            box.activated.connect(partial(self._choose, facet))
            self._boxes[facet] = box
        self._grid = QGridLayout(self)
        inset(self._grid, 0, 0, 0, 0, spacing=8)
        self._columns = 0
        self._arrange()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def minimumSizeHint(self) -> QSize:
        return QSize(theme().dp(_BOX_WIDTH), super().minimumSizeHint().height())

    def _arrange(self) -> None:
        """Lay the boxes out side by side, in as many lines as needed."""
        gap = theme().dp(8)
        columns = max(1, min(len(self._boxes), (self.width() + gap) // (theme().dp(_BOX_WIDTH) + gap)))
        if columns == self._columns:
            return
        self._columns = columns
        for at, box in enumerate(self._boxes.values()):
            self._grid.addWidget(box, at // columns, at % columns)
            self._grid.setColumnStretch(at, 1 if at < columns else 0)

    def show_values(self, found: Mapping[str, Sequence[FacetValue]], wanted: ItemFilter) -> None:
        """Set the choices. The chosen value stays in the list even when no item has it any longer."""
        for facet, box in self._boxes.items():
            chosen = getattr(wanted, facet)
            values = list(found[facet])
            if chosen and all(value.value != chosen for value in values):
                values.append(FacetValue(chosen, chosen, 0))
            box.blockSignals(True)
            box.clear()
            box.addItem(_all(facet), "")
            for value in values:
                name = word("disposition", value.name) if facet == "disposition" else value.name
                box.addItem(joined(name, count(value.items)), value.value)
            box.setCurrentIndex(max(0, box.findData(chosen)))
            box.blockSignals(False)

    def _choose(self, facet: str, at: int) -> None:
        self.chosen.emit(facet, self._boxes[facet].itemData(at))


def _all(facet: str) -> str:
    return translate("hq", _ALL[facet])
