"""Start a visit without tasking: what kind, where, and what is expected there."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QGridLayout, QLineEdit, QWidget

from db.queries.items import SiteRow, all_sites
from eum_app.domain.areas import Area
from eum_app.domain.errors import KnownError
from eum_app.domain.visit_kinds import VISIT_KINDS, Listing, VisitKind, has_items
from eum_app.domain.vocabulary import Unknown
from eum_app.usecases.calls import call, query
from eum_app.usecases.visits.start_visit import MAX_COUNTRY_CHARS, MAX_SITE_CHARS, StartedVisit, start_visit
from ui.field.parts import named
from ui.kit.desk import Desk
from ui.kit.page import Page
from ui.kit.theme import inset
from ui.kit.widgets import Card, FormField, button, hbox, label, scrolled, vbox
from ui.kit.words import joined, program, purpose
from ui.shared.page_parts import choices, fill_choices


class StartPage(Page):
    """Start a visit on this device. It opens where the first item is scanned, or at the site checklist."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.setObjectName("start_page")
        self._desk = desk
        self._is_starting = False
        self.set_title(self.tr("Start a visit"))
        self.header.set_crumbs([self.tr("Visits"), self.tr("Start a visit")], first_is_link=True)
        self.header.crumb_activated.connect(lambda: self.navigate_requested.emit("visits", None))
        self.purpose = choices("start_purpose", self.tr("Choose a purpose"))
        fill_choices(self.purpose, _kinds(desk.session.scope.programs))
        self.site = QComboBox()
        self.site.setObjectName("start_site")
        self.site.setEditable(True)
        self.site.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.site.setCompleter(None)  # type: ignore[arg-type]  # what is typed is meant as it is
        self.site.setMinimumContentsLength(8)
        edit = self.site.lineEdit()
        assert edit is not None
        edit.setMaxLength(MAX_SITE_CHARS)
        edit.setPlaceholderText(self.tr("Choose a site, or type the name of another one"))
        self.country = QLineEdit()
        self.country.setObjectName("start_country")
        self.country.setMaxLength(MAX_COUNTRY_CHARS)
        self.country.setPlaceholderText(self.tr("Code, e.g. XX"))
        self.has_list = QCheckBox(self.tr("Expect the items that this device holds for the site"))
        self.has_list.setObjectName("start_has_list")
        self.has_list.setChecked(True)
        self._country_field = FormField(self.tr("Country of a site that is not listed"), self.country)
        self._open = named(label("", "sub", wrap=True), "start_open")
        self.start_button = named(button("", self.start, kind="primary", icon="plus"), "start_button")
        cancel = named(
            button(self.tr("Cancel"), lambda: self.navigate_requested.emit("visits", None)), "start_cancel_button"
        )
        grid = QGridLayout()
        inset(grid, 0, 0, 0, 0, spacing=14)
        grid.addWidget(FormField(self.tr("Purpose"), self.purpose), 0, 0)
        grid.addWidget(FormField(self.tr("Site"), self.site), 1, 0)
        grid.addWidget(self._country_field, 2, 0)
        grid.addWidget(self.has_list, 3, 0)
        card = Card(self.tr("Without tasking"))
        said = self.tr("Headquarters sees that this visit was not planned. It counts once a reviewer adopts it.")
        card.add(scrolled(vbox(label(said, "sub", wrap=True), grid, 1, margins=(16, 14, 16, 14), spacing=14)), 1)
        card.add_foot(self._open, hbox(cancel, 1, self.start_button))
        self.body.addWidget(card, 1)
        self.add_action(self.tr("Start the visit"), "Ctrl+Return", self.start)
        self.purpose.currentIndexChanged.connect(self._follow)
        self.site.editTextChanged.connect(self._follow)
        self.country.textChanged.connect(self._follow)
        self.has_list.toggled.connect(self._follow)
        self.country.returnPressed.connect(self.start)
        self._follow()

    def opened(self, argument: object) -> None:
        """Clear the form, and read the sites that this device knows."""
        self.purpose.setCurrentIndex(0 if self.purpose.count() == 1 else -1)
        self.site.setCurrentIndex(-1)
        self.site.setEditText("")
        self.country.clear()
        self.has_list.setChecked(True)
        self.notice.dismiss()
        self._desk.ask(query(all_sites), then=self._offer)

    def refresh(self, areas: frozenset[Area]) -> None:
        self._desk.ask(query(all_sites), then=self._offer)

    def first_focus(self) -> QWidget | None:
        return self.purpose

    def _offer(self, sites: list[SiteRow]) -> None:
        text = self.site.currentText()
        fill_choices(self.site, [(_site_text(one), one) for one in sites])
        self.site.setEditText(text)
        self._follow()

    def _chosen(self) -> SiteRow | None:
        """Return the listed site with this text or name; None for another site."""
        text = self.site.currentText().strip().casefold()
        found = [self.site.itemData(at) for at in range(self.site.count())]
        fitting = [one for one in found if text in {_site_text(one).casefold(), one.name.strip().casefold()}]
        return fitting[0] if len(fitting) == 1 else None

    def _kind(self) -> VisitKind | None:
        chosen = self.purpose.currentData()
        return VISIT_KINDS.get(chosen[0]) if chosen else None

    def missing(self) -> list[str]:
        """Return the names of the fields still to fill in, in the order of the form."""
        lacking = []
        if self._kind() is None:
            lacking.append(self.tr("purpose"))
        if not self.site.currentText().strip():
            lacking.append(self.tr("site"))
        elif self._chosen() is None and not self.country.text().strip():
            lacking.append(self.tr("country"))
        return lacking

    def _follow(self) -> None:
        kind, site, missing = self._kind(), self._chosen(), self.missing()
        is_other = bool(self.site.currentText().strip()) and site is None
        self._country_field.setEnabled(is_other)
        self.has_list.setEnabled(site is not None and kind is not None and kind.items is not Listing.NONE)
        if missing:
            self._open.setText(self.tr("Still to choose: {names}").format(names=", ".join(missing)))
        elif kind is not None and kind.items is Listing.NONE:
            self._open.setText(self.tr("Next: the questions about the site."))
        elif site is not None and self.has_list.isChecked():
            said = self.tr("Next: scan. %Ln items are expected, except those reported as gone.", "", site.items)
            self._open.setText(said)
        else:
            self._open.setText(self.tr("Next: scan. No list: record each item that you meet."))
        is_about_items = kind is None or kind.items is not Listing.NONE
        self.start_button.setText(self.tr("Start and scan") if is_about_items else self.tr("Start"))
        self.start_button.setEnabled(not missing and not self._is_starting)

    def start(self) -> None:
        """Start the visit, and open it. Does nothing while a choice is missing."""
        kind, site, chosen = self._kind(), self._chosen(), self.purpose.currentData()
        if self.missing() or kind is None or self._is_starting:
            return
        self._is_starting = True
        self._follow()
        made = call(
            start_visit,
            purpose=kind.purpose,
            program=chosen[1],
            site_id=site.site_id if site else "",
            site_name="" if site else self.site.currentText(),
            country="" if site else self.country.text(),
            has_list=self.has_list.isChecked(),
        )
        page = "visit" if has_items(kind.purpose) else "site"
        self._desk.do(made, then=lambda started: self._started(page, started), failed=self._failed)

    def _started(self, page: str, started: StartedVisit) -> None:
        self._is_starting = False
        self._follow()
        self.navigate_requested.emit(page, started.visit_id)

    def _failed(self, error: KnownError) -> None:
        self._is_starting = False
        self._follow()
        self.notice.show_error(error)
        self.notice.setFocus(Qt.FocusReason.OtherFocusReason)


def _site_text(site: SiteRow) -> str:
    return joined(Unknown(site.name).shown, site.country)


def _kinds(programs: tuple[str, ...]) -> list[tuple[str, tuple[str, str]]]:
    """Return (text, (purpose, program)) for each kind of visit of the given programs; no program means all."""
    return [
        (
            purpose(kind.purpose) if len(kind.programs) == 1 else joined(purpose(kind.purpose), program(one)),
            (kind.purpose, str(one)),
        )
        for kind in VISIT_KINDS.values()
        for one in kind.programs
        if not programs or one in programs
    ]
