"""Sites and cases as records: a list, the current one with its history, and the form that changes it."""

from __future__ import annotations

from PySide6.QtWidgets import QStackedWidget, QWidget

from eum_app.domain.areas import Area
from eum_app.domain.people import Permission
from eum_app.domain.records import CaseRecord, SiteField, case_number
from eum_app.usecases.calls import call
from ui.hq.record_forms import CaseForm, SiteForm
from ui.hq.record_import import RecordImport
from ui.hq.record_words import (
    CaseDetail,
    SiteDetail,
    SiteLine,
    case_columns,
    case_detail,
    case_facts,
    case_list,
    site_columns,
    site_detail,
    site_facts,
    site_lines,
    told,
)
from ui.kit.desk import Desk
from ui.kit.models import IdsTableModel, current_id, on_current, select_id, table_view
from ui.kit.page import Page
from ui.kit.widgets import (
    ActionButton,
    Card,
    ColumnPart,
    Columns,
    EmptyState,
    KeyValueGrid,
    SearchField,
    button,
    hbox,
    panel,
    scrolled,
    vbox,
)
from ui.kit.widgets.fields import Tab, TabRow
from ui.kit.widgets.history import HistoryCard
from ui.shared.page_parts import may, named, show_rows, why_not

SITES, CASES = "sites", "cases"
RECORD, SITE_FORM, CASE_FORM, IMPORT = 0, 1, 2, 3


class RecordsPage(Page):
    """The list of sites or of cases on the left; on the right the current record with its history, or its form."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(self.tr("Sites and cases"))
        self.setObjectName("records_page")
        self.header.set_crumbs([self.tr("Inventory")], first_is_link=True)
        self.header.crumb_activated.connect(lambda: self.navigate_requested.emit("inventory", None))
        self.desk = desk
        self._sites: list[SiteLine] = []
        self._cases: list[CaseRecord] = []
        self._shown: SiteDetail | CaseDetail | None = None
        self._wanted = ""
        self.tabs = TabRow([Tab(SITES, self.tr("Sites")), Tab(CASES, self.tr("Cases"))], wraps=False)
        self.tabs.chosen.connect(lambda _key: self._turn())
        self.search = named(SearchField(self.tr("Search by name, number, country, custodian…")), "records_search")
        self.search.searched.connect(lambda _words: self._show_list())
        self._models = {
            SITES: IdsTableModel(site_columns(desk.session.now().date())),
            CASES: IdsTableModel(case_columns()),
        }
        names = {SITES: self.tr("Sites"), CASES: self.tr("Cases and licenses")}
        self.tables = {}
        for key, model in self._models.items():
            model.setParent(self)
            self.tables[key] = named(table_view(model, name=names[key]), f"{key}_table")
            on_current(self.tables[key], self._chosen)
        self._right = QStackedWidget()
        self._right.addWidget(self._record_view())
        self.site_form, self.case_form = SiteForm(desk, self), CaseForm(desk, self)
        for form in (self.site_form, self.case_form):
            form.left.connect(self.close_form)
            form.saved.connect(self._saved)
            self._right.addWidget(form)
        self.importing = RecordImport(desk, self)
        self.importing.left.connect(self.close_form)
        self.importing.imported.connect(self._imported)
        self._right.addWidget(self.importing)
        self._columns = Columns(
            [
                ColumnPart("records", self.tr("Sites and cases"), self._list_card(), 3),
                ColumnPart("record", self.tr("Record"), self._right, 2),
            ]
        )
        self.body.addWidget(self._columns, 1)
        allowed = may(desk.session, Permission.INVENTORY_IMPORT)
        self._add_action = self.add_action(self.tr("Add a case…"), "Ctrl+N", self.add_case)
        self._change_action = self.add_action(self.tr("Change the record…"), "Ctrl+E", self.open_form)
        self._import_action = self.add_action(self.tr("Import a list…"), "Ctrl+I", self.open_import)
        if allowed:
            self.header.add_action(named(ActionButton(self._import_action, icon="download"), "records_import_list"))
            self.header.add_action(named(ActionButton(self._add_action, icon="plus"), "records_add"))
            self.header.add_action(named(ActionButton(self._change_action, kind="primary"), "records_change"))
        for action in (self._add_action, self._change_action, self._import_action):
            action.setEnabled(allowed)
        self.add_action(self.tr("Close the form"), "Esc", self.close_form)
        self.add_action(self.tr("Search"), "Ctrl+F", self.search.setFocus)
        self._turn()

    def _list_card(self) -> Card:
        self._empty = {
            SITES: EmptyState(
                "map-pin",
                self.tr("No sites yet"),
                self.tr("Sites come with an inventory list, or with a list of sites."),
            ),
            CASES: EmptyState(
                "folder",
                self.tr("No cases recorded yet"),
                self.tr("A case has its acceptance, its control plan, and what was delivered under each line."),
            ),
        }
        self._none = EmptyState("search", self.tr("Nothing matches"), self.tr("Search for another word."))
        card = Card()
        card.add(panel(vbox(self.tabs, self.search, margins=(16, 12, 16, 12), spacing=10), "cardhead"))
        for part in (*self.tables.values(), *self._empty.values(), self._none):
            card.add(part, 1)
            part.hide()
        return card

    def _record_view(self) -> QWidget:
        self._grid = KeyValueGrid()
        self._card = Card(self.tr("Record"))
        self._card.add(scrolled(vbox(self._grid, 1)), 1)
        self._deficiencies = named(
            button(
                self.tr("Deficiencies…"),
                lambda: self.navigate_requested.emit("deficiencies", _id_of(self._shown) if self._shown else None),
                icon="flag",
            ),
            "records_deficiencies",
        )
        self._card.add_foot(hbox(1, self._deficiencies))
        self.history = HistoryCard(self.tr("Changes"))
        column = vbox(spacing=16)
        column.addWidget(self._card, 3)
        column.addWidget(self.history, 2)
        return panel(column)

    # What happens

    @property
    def kind(self) -> str:
        """Which list is shown: sites or cases."""
        return self.tabs.current

    def opened(self, argument: object) -> None:
        """Reload, and select the site of an id, or the case of a number, if one is given."""
        if isinstance(argument, str) and argument:
            self._wanted = argument
        self._reload()

    def refresh(self, areas: frozenset[Area]) -> None:
        if areas & {Area.SITES, Area.CASES, Area.ITEMS, Area.DEFICIENCIES}:
            self._reload()

    def first_focus(self) -> QWidget:
        forms: dict[int, QWidget] = {SITE_FORM: self.site_form, CASE_FORM: self.case_form, IMPORT: self.importing}
        return forms.get(self._right.currentIndex(), self.search)

    def _reload(self) -> None:
        self.desk.ask(call(site_lines), then=self._take_sites)
        self.desk.ask(call(case_list), then=self._take_cases)

    def _take_sites(self, lines: list[SiteLine]) -> None:
        self._sites = lines
        if any(line.record.site_id == self._wanted for line in lines):
            self.tabs.set_current(SITES)
        self._show_list()

    def _take_cases(self, cases: list[CaseRecord]) -> None:
        self._cases = cases
        if any(case.case_id == self._wanted for case in cases):
            self.tabs.set_current(CASES)
        self._show_list()

    def _turn(self) -> None:
        self.close_form()
        self._show_list()

    def _show_list(self) -> None:
        words = self.search.text().casefold().split()
        sites = [line for line in self._sites if _matches(words, _site_words(line))]
        cases = [case for case in self._cases if _matches(words, _case_words(case))]
        show_rows(self._models[SITES], sites, lambda line: line.record.site_id)
        show_rows(self._models[CASES], cases, lambda case: case.case_id)
        held = {SITES: self._sites, CASES: self._cases}
        found = {SITES: len(sites), CASES: len(cases)}
        for key, table in self.tables.items():
            table.setVisible(key == self.kind and bool(found[key]))
            self._empty[key].setVisible(key == self.kind and not held[key])
        self._none.setVisible(bool(held[self.kind]) and not found[self.kind])
        self.search.setVisible(bool(held[self.kind]))
        said = self.tr("%Ln sites", "", found[SITES]) if self.kind == SITES else self.tr("%Ln cases", "", found[CASES])
        denied = why_not(self.desk.session, Permission.INVENTORY_IMPORT)
        self.header.set_title(self.tr("Sites and cases"), denied or said)
        table = self.tables[self.kind]
        if found[self.kind]:
            if not (self._wanted and select_id(table, self._wanted)) and current_id(table) is None:
                table.setCurrentIndex(self._models[self.kind].index(0, 0))
            self._wanted = ""
        self._chosen(current_id(table) if found[self.kind] else None)

    def _chosen(self, record_id: str | None) -> None:
        if record_id is None or record_id != current_id(self.tables[self.kind]):
            self._show(None)
        elif self.kind == SITES:
            self.desk.ask(call(site_detail, record_id), then=self._show, failed=self.notice.show_error)
        else:
            self.desk.ask(call(case_detail, record_id), then=self._show, failed=self.notice.show_error)

    def _show(self, detail: SiteDetail | CaseDetail | None) -> None:
        if detail is not None and _id_of(detail) != current_id(self.tables[self.kind]):
            return
        self._shown = detail
        self._card.setVisible(detail is not None)
        self.history.setVisible(detail is not None)
        self._change_action.setEnabled(detail is not None and may(self.desk.session, Permission.INVENTORY_IMPORT))
        if detail is None:
            return
        self._grid.clear()
        if isinstance(detail, SiteDetail):
            self._card.set_title(detail.record.name)
            lines = site_facts(detail, self.desk.session.now().date())
        else:
            self._card.set_title(detail.record.case_id)
            lines = case_facts(detail)
        for name, value in lines:
            self._grid.add(name, value)
        self._deficiencies.setVisible(isinstance(detail, SiteDetail))
        self.history.set_lines([told(change) for change in detail.history])

    # Changing

    def open_form(self) -> None:
        """Show the form for the current record, if the account may change it."""
        if self._shown is None or not self._change_action.isEnabled() or self._right.currentIndex() != RECORD:
            return
        self._columns.bring_to_front("record")
        if isinstance(self._shown, SiteDetail):
            self._right.setCurrentIndex(SITE_FORM)
            self.site_form.start(self._shown.record)
        else:
            self._right.setCurrentIndex(CASE_FORM)
            self.case_form.start(self._shown.record)

    def add_case(self) -> None:
        """Show the form for a new case, if the account may add one."""
        if self._add_action.isEnabled() and self._right.currentIndex() == RECORD:
            self.tabs.set_current(CASES)
            self._show_list()
            self._columns.bring_to_front("record")
            self._right.setCurrentIndex(CASE_FORM)
            self.case_form.start(None)

    def open_import(self) -> None:
        """Ask for a list of what is shown: sites, or cases."""
        if self._import_action.isEnabled() and self._right.currentIndex() == RECORD:
            self._columns.bring_to_front("record")
            self._right.setCurrentIndex(IMPORT)
            self.importing.start(is_of_sites=self.kind == SITES)

    def _imported(self) -> None:
        self.close_form()
        self._reload()

    def close_form(self) -> None:
        """Show the current record again. What was typed is dropped."""
        if self._right.currentIndex() != RECORD:
            self._right.setCurrentIndex(RECORD)
            self.tables[self.kind].setFocus()

    def _saved(self, record_id: str) -> None:
        self._wanted = record_id if self.kind == SITES else case_number(record_id)
        self._right.setCurrentIndex(RECORD)
        self._reload()
        self.tables[self.kind].setFocus()


def _id_of(detail: SiteDetail | CaseDetail) -> str:
    return detail.record.site_id if isinstance(detail, SiteDetail) else detail.record.case_id


def _matches(words: list[str], text: str) -> bool:
    folded = text.casefold()
    return all(word in folded for word in words)


def _site_words(line: SiteLine) -> str:
    record = line.record
    fields = (SiteField.CUSTODIAN, SiteField.CUSTODIAN_ORGANIZATION, SiteField.ADDRESS, SiteField.ACCESS)
    return " ".join((record.name, record.country, *(record.text(field) for field in fields)))


def _case_words(case: CaseRecord) -> str:
    values = (stated.value for stated in case.values.values())
    return " ".join((case.case_id, case.country, case.program, *values))
