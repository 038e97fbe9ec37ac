"""Deficiencies at HQ, of all sites or of one: open ones first, by due date, with the days left or over."""

from __future__ import annotations

from functools import partial

from db.queries.deficiencies import all_deficiencies, deficiencies_at
from db.queries.deficiency_rows import Deficiency
from db.queries.items import site
from eum_app.usecases.calls import call
from eum_app.usecases.deficiencies.severities import clock_of
from eum_app.usecases.session import Session
from ui.kit.delegates import ChipSpec
from ui.kit.desk import Desk
from ui.kit.models import Column
from ui.kit.words import count, day, joined
from ui.shared.deficiencies_page import DeficienciesPage, Listed
from ui.shared.deficiency_words import severity_words, state_chip


def read_site_deficiencies(session: Session, site_id: str) -> Listed:
    """Return the deficiencies of a site, and note the access; or of all sites for "". Raises Refusal `site.unknown`."""
    today = session.now().date()
    if not site_id:
        return Listed(tuple(session.read(all_deficiencies)), today, "")
    session.notes.note_read("site", site_id)
    row = session.read(site, site_id)
    place = joined(row.name, row.country)
    return Listed(tuple(session.read(deficiencies_at, site_id)), today, place, site_id=site_id)


class SiteDeficienciesPage(DeficienciesPage):
    """The deficiencies of a site. Opened with its id, with (site id, deficiency id), or with nothing for all sites."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, self.tr("Deficiencies"), has_photos=False)
        self._site_id = ""
        self.header.crumb_activated.connect(lambda: self.navigate_requested.emit("records", None))
        self.all_sites = self.add_action(self.tr("All sites"), "Alt+A", self.show_all, in_header=True)
        self.detail.visit_requested.connect(lambda visit_id: self.navigate_requested.emit("visits", visit_id))

    def table_columns(self) -> list[Column]:
        return [
            Column(
                self.tr("State"),
                lambda row: self._chip(row).text,
                width=130,
                chip=self._chip,
            ),
            Column(self.tr("Deficiency"), lambda row: joined(row.what, row.place)),
            Column(self.tr("Site"), lambda row: joined(row.site, row.country)),
            Column(self.tr("Severity and due day"), lambda row: joined(severity_words(row.severity), day(row.due_on))),
        ]

    def empty_words(self) -> tuple[str, str]:
        return (
            self.tr("No deficiency"),
            self.tr("Deficiencies that visits state appear here, with the day on which they are due."),
        )

    def opened(self, argument: object) -> None:
        """Show the site with the id `argument`, (site id, deficiency id) to choose one, or all sites for nothing."""
        site_id, key = argument if isinstance(argument, tuple) else (argument or "", "")
        if site_id != self._site_id:
            self.leave_form()
        self._site_id = str(site_id)
        self.want(str(key))
        self.reload()

    def show_all(self) -> None:
        """Show the deficiencies of all sites."""
        self.opened(None)

    def reload(self) -> None:
        shown = partial(self._show_site, self._site_id)
        asked = call(read_site_deficiencies, self._site_id)
        self.desk.ask(asked, then=shown, failed=self.notice.show_error)

    def _show_site(self, site_id: str, listed: Listed) -> None:
        if site_id != self._site_id:
            return
        crumbs = [self.tr("Sites and cases"), listed.place or self.tr("All sites")]
        self.header.set_crumbs(crumbs, first_is_link=True)
        self.all_sites.setEnabled(bool(site_id))
        still_open = sum(one.is_open for one in listed.found)
        self.header.set_state(self.tr("{count} open").format(count=count(still_open)) if still_open else "", "warn")
        self.show_listed(listed)

    def _chip(self, row: Deficiency) -> ChipSpec:
        return state_chip(clock_of(row, self.listed.today)) if self.listed is not None else ChipSpec("")
