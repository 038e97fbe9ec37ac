"""The deficiencies of a visit, in the visit's card at HQ: the first few, and a way to all of its site."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtWidgets import QWidget

from db.queries.deficiency_rows import Deficiency
from eum_app.domain.visits import DEFICIENCY_ROLE
from ui.kit.widgets import button, flow, label, panel, vbox
from ui.kit.words import joined
from ui.shared.deficiency_words import visit_chip
from ui.shared.page_parts import named

translate = QCoreApplication.translate
SHOWN = 3
"""Deficiencies that are named; the page of the site has all."""


class VisitDeficiencies(QWidget):
    """Name the deficiencies of a visit with what it says of each. Hidden without any."""

    requested = Signal(object)
    """(site id, id of the first deficiency)"""

    def __init__(self) -> None:
        super().__init__()
        self._target: tuple[str, str] = ("", "")
        self._said = named(label("", "body", wrap=True), "visit_deficiencies")
        self._open = named(
            button(self.tr("Deficiencies…"), lambda: self.requested.emit(self._target), icon="flag"),
            "visit_deficiencies_button",
        )
        self.setLayout(vbox(self._said, panel(flow(self._open)), spacing=6))
        self.hide()

    def show_visit(self, visit_id: str, site_id: str, found: Sequence[Deficiency], loose: int) -> None:
        """Show the deficiencies of a visit; `loose` counts its corrections of deficiencies that HQ does not hold."""
        lines = [joined(visit_chip(one, visit_id).text, one.what, one.place) for one in found[:SHOWN]]
        if len(found) > SHOWN:
            lines.append(self.tr("and %Ln more deficiencies", "", len(found) - SHOWN))
        if loose:
            lines.append(self.tr("%Ln corrections of deficiencies that headquarters does not hold", "", loose))
        self._said.setText("\n".join((self.tr("Deficiencies:"), *lines)))
        self._target = (site_id, found[0].deficiency_id if found else "")
        self._open.setVisible(bool(found))
        self.setVisible(bool(lines))


def captions_of(found: Sequence[Deficiency]) -> dict[str, str]:
    """Return role → caption for the photos of deficiencies and of their corrections."""
    words = translate("hq", "Deficiency: {what}")
    return {f"{DEFICIENCY_ROLE}{one.deficiency_id}": words.format(what=one.what) for one in found}
