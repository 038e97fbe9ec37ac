"""The pages of headquarters. `add_hq_pages` adds those that the account's role may see to the shell."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QCoreApplication, QObject

from db.queries.findings import open_count
from eum_app.domain.areas import Area
from eum_app.domain.incidents import OPEN_STATES, ReportState
from eum_app.domain.people import Permission
from eum_app.domain.visits import Program
from eum_app.usecases.calls import call, query
from eum_app.usecases.items.incidents import Register, register
from eum_app.usecases.review.due_signatures import judge_signatures, signatures_due
from ui.audit.reports_page import ReportsPage
from ui.hq.deficiencies_page import SiteDeficienciesPage
from ui.hq.devices import DevicesPage
from ui.hq.inbox import InboxPage
from ui.hq.incidents_page import IncidentsPage
from ui.hq.inquiries_page import InquiriesPage
from ui.hq.inventory import InventoryPage
from ui.hq.overview import OverviewPage
from ui.hq.records_page import RecordsPage
from ui.hq.review import ReviewPage
from ui.hq.time_page import TimePage
from ui.hq.visits import VisitsPage
from ui.kit.desk import Desk
from ui.kit.page import Page
from ui.kit.settings import SIGNATURE_DAYS, current
from ui.kit.shell import Shell
from ui.kit.words import count
from ui.shared.activity import ActivityPage
from ui.shared.labels_page import LabelsPage
from ui.shared.page_parts import may
from ui.shared.settings_page import add_settings_page

translate = QCoreApplication.translate


__all__ = ["add_hq_pages"]

READING_ROLES = frozenset({"auditor"})


def add_hq_pages(shell: Shell, desk: Desk) -> None:
    """Add the pages of the account's role.

    All roles get Inventory, Reports, Activity log and Settings; roles that do more than read also get Overview, Review,
    Inbox, Visits, Incidents and Devices, and those for Blue Lantern get Inquiries. Outside the rail, all get Sites and
    cases, Deficiencies and Proof of time, and roles that may print get Labels.
    """
    reads_only = desk.session.role in READING_ROLES

    def add(key: str, title: str, icon: str, make: Callable[[], Page]) -> None:
        def named() -> Page:
            page = make()
            page.setObjectName(f"{key}_page")
            return page

        shell.add_page(key, title, icon, named)

    if not reads_only:
        add("overview", translate("hq", "Overview"), "layout-dashboard", partial(OverviewPage, desk))
        add("review", translate("hq", "Review"), "shield-alert", partial(ReviewPage, desk))
        add("inbox", translate("hq", "Inbox"), "inbox", partial(InboxPage, desk))
    add("inventory", translate("hq", "Inventory"), "boxes", partial(InventoryPage, desk))
    if not reads_only:
        add("visits", translate("hq", "Visits"), "clipboard-list", partial(VisitsPage, desk))
    if not reads_only:
        if desk.session.scope.covers(program=Program.BLUE_LANTERN):  # license data (AECA 38(e))
            add("inquiries", translate("hq", "Inquiries"), "file-search", partial(InquiriesPage, desk))
        add("incidents", translate("hq", "Incidents"), "octagon-alert", partial(IncidentsPage, desk))
    add("reports", translate("hq", "Reports"), "file-chart-column", partial(ReportsPage, desk))
    if not reads_only:
        add("devices", translate("hq", "Devices"), "tablet-smartphone", partial(DevicesPage, desk))
    add("activity", translate("hq", "Activity log"), "scroll-text", partial(ActivityPage, desk))
    add_settings_page(shell, desk, translate("hq", "Settings"))
    if may(desk.session, Permission.PAPER_PRINT):
        labels = partial(LabelsPage, desk, "inventory")
        shell.add_page("labels", "", "", labels, is_in_rail=False, rail_key="inventory")
    shell.add_page("records", "", "", partial(RecordsPage, desk), is_in_rail=False, rail_key="inventory")
    deficiencies = partial(SiteDeficienciesPage, desk)
    shell.add_page("deficiencies", "", "", deficiencies, is_in_rail=False, rail_key="inventory")
    shell.add_page("time", "", "", partial(TimePage, desk), is_in_rail=False, rail_key="reports")
    if not reads_only:
        _Badge(shell, desk)


class _Badge(QObject):
    """Show the number of open findings beside Review, and of due reports beside Incidents."""

    def __init__(self, shell: Shell, desk: Desk) -> None:
        super().__init__(shell)
        self._shell, self._desk = shell, desk
        desk.tasks.store_changed.connect(self.follow)
        self.follow(frozenset({Area.FINDINGS}))
        # Once when the window opens: signatures become due by the calendar, not only by a bundle.
        self._days = current().value(SIGNATURE_DAYS)
        desk.ask(call(signatures_due, self._days), then=self._judge)

    def follow(self, areas: frozenset[Area]) -> None:
        """Query the number again after findings or bundles changed."""
        if areas & {Area.FINDINGS, Area.EXCHANGE}:
            self._desk.ask(query(open_count), then=self._show)
        if areas & {Area.INCIDENTS, Area.ITEMS, Area.FINDINGS}:
            self._desk.ask(call(register), then=self._show_due)

    def _judge(self, is_due: bool) -> None:
        if is_due:
            self._desk.do(call(judge_signatures, self._days))

    def _show_due(self, found: Register) -> None:
        """Show how many written reports are due, overdue ones included: losses that no incident covers count too."""
        clocks = [clock for _, clock in (*found.incidents, *found.losses)]
        due = sum(clock.state in OPEN_STATES for clock in clocks)
        is_over = any(clock.state is ReportState.OVERDUE for clock in clocks)
        self._shell.rail.set_badge("incidents", count(due) if due else "", "bad" if is_over else "")

    def _show(self, number: int) -> None:
        self._shell.rail.set_badge("review", count(number) if number else "", "bad")
