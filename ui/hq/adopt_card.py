"""A visit that a device started without tasking: say so, and adopt it at a site."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame

from db.queries.items import SiteRow, all_sites
from db.queries.visits import VisitRow
from eum_app.domain.errors import KnownError
from eum_app.domain.people import Permission
from eum_app.usecases.calls import call, query
from eum_app.usecases.visits.start_visit import AdoptedVisit, adopt_visit
from ui.kit.desk import Desk
from ui.kit.tips import set_tip
from ui.kit.widgets import FormField, button, hbox, label, vbox
from ui.kit.words import joined
from ui.shared.page_parts import choices, fill_choices, may, named, why_not

NEW_SITE = ""
"""Value of the choice that registers the site that the device named."""


class AdoptCard(QFrame):
    """Hidden unless the visit shown waits for its adoption. `failed` carries the refusal."""

    adopted = Signal(str)
    failed = Signal(object)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.setObjectName("adopt_card")
        self._desk = desk
        self._row: VisitRow | None = None
        self._said = label("", wrap=True)
        self.site = choices("adopt_site", self.tr("Choose the site"))
        self._field = FormField(self.tr("It took place at"), self.site)
        self.adopt_button = named(button(self.tr("Adopt the visit"), self.adopt, kind="primary"), "adopt_button")
        self.site.currentIndexChanged.connect(self._follow)
        self.setLayout(vbox(self._said, self._field, hbox(1, self.adopt_button), spacing=8))
        denied = why_not(desk.session, Permission.VISIT_PLAN)
        set_tip(self.adopt_button, denied or self.tr("From then on its checks count"))
        self.hide()

    def show_visit(self, row: VisitRow) -> None:
        """Show the card for a visit that waits, and hide it for any other."""
        self.setVisible(row.is_pending)
        is_same = self._row is not None and self._row.visit_id == row.visit_id
        self._row = row if row.is_pending else None
        if self._row is None or is_same:
            return
        place = joined(row.site, row.country)
        words = self.tr("Started by {name} without tasking, at {place}. Nothing in it counts until you adopt it.")
        if not row.is_known_site:
            words = self.tr(
                "Started by {name} without tasking, at a site that is not in the book: {place}. "
                "Nothing in it counts until you adopt it."
            )
        self._said.setText(words.format(name=row.inspector, place=place))
        self.site.clear()
        self._desk.ask(query(all_sites), then=self._offer)
        self._follow()

    def _offer(self, sites: list[SiteRow]) -> None:
        row = self._row
        if row is None:
            return
        entries = [(joined(one.name, one.country), one.site_id) for one in sites]
        if not row.is_known_site:
            new = self.tr("New site: {place}").format(place=joined(row.site, row.country))
            entries.insert(0, (new, NEW_SITE))
        fill_choices(self.site, entries)
        if row.is_known_site:  # as stated; a new site is a decision
            self.site.setCurrentIndex(self.site.findData(row.site_id))
        self._follow()

    def _follow(self) -> None:
        is_allowed = may(self._desk.session, Permission.VISIT_PLAN)
        self.adopt_button.setEnabled(is_allowed and self._row is not None and self.site.currentIndex() >= 0)

    def adopt(self) -> None:
        """Adopt the visit at the chosen site. Does nothing without a visit or a choice."""
        if self._row is None or self.site.currentIndex() < 0:
            return
        self.adopt_button.setEnabled(False)
        made = call(adopt_visit, self._row.visit_id, str(self.site.currentData()))
        self._desk.do(made, then=self._adopted, failed=self._refused)

    def _adopted(self, found: AdoptedVisit) -> None:
        self.adopted.emit(found.visit_id)

    def _refused(self, error: KnownError) -> None:
        self._follow()
        self.failed.emit(error)
