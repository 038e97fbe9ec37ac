"""Filters over the items, each with how many there are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtWidgets import QComboBox, QWidget

from db.queries.inventory import FACETS, FacetValue, ItemFilter
from ui.hq.common import choices
from ui.widgets import hbox
from ui.words import count, joined, word

_ALL = {
    "country": "All countries",
    "case_id": "All cases",
    "nomenclature": "All articles",
    "site_id": "All sites",
    "disposition": "All states",
}


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
            box.setMinimumContentsLength(4)  # five of them beside each other
            box.addItem(words, "")
            box.setCurrentIndex(0)
            box.activated.connect(partial(self._choose, facet))
            self._boxes[facet] = box
        line = hbox(*self._boxes.values(), spacing=8)
        for at in range(len(self._boxes)):
            line.setStretch(at, 1)
        self.setLayout(line)

    def show_values(self, found: Mapping[str, Sequence[FacetValue]], wanted: ItemFilter) -> None:
        """What there is to choose; the value chosen stays in the list even when nothing of it is left."""
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
    return QCoreApplication.translate("hq", _ALL[facet])
