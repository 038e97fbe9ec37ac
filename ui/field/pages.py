"""The pages of a field device, and the badges beside them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QCoreApplication, QObject

from db.queries.exchange import BundleRow, all_bundles
from db.queries.visits import VisitRow
from eum_app.domain.areas import Area
from eum_app.domain.records import SiteRecord
from eum_app.usecases.calls import call, query
from eum_app.usecases.visits.drafts import visit_in_front
from ui.field.close_out_page import CloseOutPage
from ui.field.deficiencies_page import VisitDeficienciesPage
from ui.field.items_page import ItemsPage
from ui.field.parts import visit_cards
from ui.field.scanner_test_page import ScannerTestPage
from ui.field.site_page import SitePage
from ui.field.start_page import StartPage
from ui.field.sync_page import SyncPage
from ui.field.transcribe_page import TranscribePage
from ui.field.visit.visit_page import VisitPage
from ui.field.visits_page import VisitsPage
from ui.kit import words
from ui.kit.desk import Desk
from ui.kit.page import Page
from ui.kit.shell import Shell
from ui.shared.activity import ActivityPage
from ui.shared.labels_page import LabelsPage
from ui.shared.settings_page import add_settings_page

translate = QCoreApplication.translate


def add_pages(shell: Shell, desk: Desk) -> None:
    """Add every page of a field device to the shell, in the order of the rail.

    If the account left a visit open, it is shown as soon as the store has said so.
    """
    shell.add_page("visits", translate("field", "Visits"), "clipboard-list", partial(VisitsPage, desk))
    shell.add_page("items", translate("field", "Items"), "package", partial(ItemsPage, desk))
    shell.add_page("sync", translate("field", "Sync"), "refresh-cw", partial(SyncPage, desk))
    shell.add_page("activity", translate("field", "Activity log"), "scroll-text", partial(ActivityPage, desk))
    add_settings_page(shell, desk, translate("field", "Settings"))
    beside: dict[str, tuple[Callable[[], Page], str]] = {
        "visit": (partial(_visit, shell, desk), "visits"),
        "start": (partial(StartPage, desk), "visits"),
        "site": (partial(SitePage, desk), "visits"),
        "deficiencies": (partial(VisitDeficienciesPage, desk), "visits"),
        "close_out": (partial(CloseOutPage, desk), "visits"),
        "transcribe": (partial(TranscribePage, desk), "visits"),
        "scanner_test": (partial(_scanner_test, shell, desk), "visits"),
        "labels": (partial(LabelsPage, desk, "items"), "items"),
    }
    for key, (make, rail_key) in beside.items():
        shell.add_page(key, "", "", make, is_in_rail=False, rail_key=rail_key)
    Badges(shell, desk).refresh(frozenset())
    _go_back(shell, desk)


def _go_back(shell: Shell, desk: Desk) -> None:
    """Show the visit that the account left last, unless the person has gone to another page meanwhile."""

    def show(visit_id: str) -> None:
        if visit_id and shell.current_key == "visits":
            shell.show_page("visit", visit_id)

    desk.ask(call(visit_in_front), then=show)


def _visit(shell: Shell, desk: Desk) -> VisitPage:
    made = VisitPage(desk)
    shell.page_shown.connect(made.note_page_shown)
    return made


def _scanner_test(shell: Shell, desk: Desk) -> ScannerTestPage:
    made = ScannerTestPage(desk)
    shell.scanner_heard.connect(made.note_scan_heard)
    return made


class Badges(QObject):
    """Counts in the rail: visits not closed out, and bundles that HQ has not received."""

    def __init__(self, shell: Shell, desk: Desk) -> None:
        super().__init__(shell)
        self._shell, self._desk = shell, desk
        desk.tasks.store_changed.connect(self.refresh)

    def refresh(self, _areas: frozenset[Area]) -> None:
        """Read the numbers beside the rail's entries again. They change when the answers arrive."""
        session = self._desk.session
        self._desk.ask(query(visit_cards, session.name, session.store.named.epoch), then=self._show_visits)
        self._desk.ask(query(all_bundles, session.name, "out"), then=self._show_sync)

    def _show_visits(self, cards: list[tuple[VisitRow, bool, SiteRecord | None]]) -> None:
        still_open = sum(not row.closed_at for row, _received, _site in cards)
        self._shell.rail.set_badge("visits", words.count(still_open) if still_open else "")

    def _show_sync(self, rows: list[BundleRow]) -> None:
        waiting = sum(not row.is_received for row in rows)
        self._shell.rail.set_badge("sync", words.count(waiting) if waiting else "")
