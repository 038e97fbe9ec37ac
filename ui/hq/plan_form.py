"""Plan a visit (where, why, until when, who, with what), then seal its tasking for the device."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from PySide6.QtCore import QDate, Qt, Signal
from PySide6.QtWidgets import QComboBox, QDateEdit, QGridLayout, QLineEdit, QSpinBox

from db.queries.items import SiteRow, all_sites
from db.queries.people import all_devices
from db.queries.records import site_records
from eum_app.domain.checklists import Checklist
from eum_app.domain.errors import KnownError, Refusal
from eum_app.domain.people import Permission
from eum_app.domain.records import SiteRecord
from eum_app.domain.visit_kinds import VISIT_KINDS, Listing, VisitKind, kinds_in_force
from eum_app.usecases.calls import call, child
from eum_app.usecases.children import seal_for_device_child
from eum_app.usecases.exchange.seal_bundle import Sealed
from eum_app.usecases.session import Session
from eum_app.usecases.visits.plan_visit import PlannedVisit, plan_visit, shipped_checklists
from eum_app.usecases.visits.record_check import pin_of
from ui.kit.desk import Desk
from ui.kit.page import Page
from ui.kit.theme import inset
from ui.kit.widgets import Card, FormField, button, hbox, label, scrolled, vbox
from ui.kit.widgets.path_field import PathField
from ui.kit.words import count, joined, program, purpose, word
from ui.shared.page_parts import Job, choices, fill_choices, may, named, why_not
from ui.shared.site_words import is_site_doubtful, site_state

MOST_NAMED: Final = 5
"""Items reported as gone that the message names; the others are counted."""
ALL_ITEMS: Final = -1
"""Value of the field for a sample that stands for every item of the site."""


@dataclass(frozen=True)
class PlanChoices:
    """The choices of the form: sites, codes of devices, checklists."""

    sites: list[SiteRow]
    devices: list[str]
    checklists: list[Checklist]
    records: dict[str, SiteRecord]
    """By site id."""


def plan_choices(session: Session) -> PlanChoices:
    """Return the choices: sites of the book, enrolled devices by name, and checklists.

    A device counts while one of its identities is neither revoked nor replaced. Raises Refusal `checklist.bad_file` for
    a damaged installation.
    """
    devices = [row.device for row in session.read(all_devices) if not row.ended_by]
    records = {record.site_id: record for record in session.read(site_records)}
    return PlanChoices(session.read(all_sites), sorted(set(devices)), shipped_checklists(), records)


def kind_choices(programs: Collection[str]) -> list[tuple[str, tuple[str, str]]]:
    """Return (text, (purpose, program)) for each kind of visit of the given programs; no program means all.

    The text includes the program if a kind has several.
    """
    return [
        (
            purpose(kind.purpose) if len(kind.programs) == 1 else joined(purpose(kind.purpose), program(one)),
            (kind.purpose, one.value),
        )
        for kind in kinds_in_force(QDate.currentDate().toString("yyyy-MM-dd"))
        for one in kind.programs
        if not programs or one in programs
    ]


class PlanForm(Card):
    """Part of the page, beside the list of visits. `planned` carries the visit's id once it is recorded."""

    planned = Signal(str)
    left = Signal()

    def __init__(self, desk: Desk, page: Page) -> None:
        super().__init__(self.tr("Plan a visit"))
        self.desk, self._page = desk, page
        self._visit: PlannedVisit | None = None
        self._is_planning = False
        self._checklists: list[Checklist] = []
        self._sites: list[SiteRow] = []
        self._records: dict[str, SiteRecord] = {}
        self.site = choices("plan_site", self.tr("Choose a site"))
        self.purpose = choices("plan_purpose", self.tr("Choose a purpose"))
        fill_choices(self.purpose, kind_choices(desk.session.scope.programs))
        self.due = QDateEdit()
        self.due.setObjectName("plan_due")
        self.due.setCalendarPopup(True)
        self.due.setDisplayFormat("d MMM yyyy")
        self._proposed = self.due.date()
        self.device = choices("plan_device", self.tr("Choose a device"))
        self.inspector = QLineEdit()
        self.inspector.setObjectName("plan_inspector")
        self.inspector.setPlaceholderText(self.tr("Account code, e.g. INS-017"))
        self.inspector.setMaxLength(40)
        self.sample = QSpinBox()
        self.sample.setObjectName("plan_sample")
        self.sample.setRange(ALL_ITEMS, 9_999)
        self.sample.setSpecialValueText(self.tr("All items of the site"))
        self.item_checklist = choices("plan_item_checklist", self.tr("Choose a checklist"))
        self.site_checklist = choices("plan_site_checklist", self.tr("Choose a checklist"))
        self.folder = PathField(self.tr("Folder for the tasking"), object_name="plan_folder", kind="folder")
        self.folder.set_path(desk.outbox)
        self._build()
        self.purpose.currentIndexChanged.connect(self._fit_kind)
        for box in (self.site, self.purpose, self.device, self.item_checklist, self.site_checklist):
            box.currentIndexChanged.connect(self._follow)
        self.inspector.textChanged.connect(self._follow)
        self.sample.valueChanged.connect(self._follow)
        self.folder.changed.connect(self._follow)
        self._follow()

    def _build(self) -> None:
        self._site_field = FormField(self.tr("Site"), self.site)
        self._device_field = FormField(self.tr("Device"), self.device)
        self._sample_field = FormField(self.tr("Items to check"), self.sample)
        self._sample_field.set_hint(self.tr("A number draws a sample of so many items; 0 expects none."))
        grid = QGridLayout()
        inset(grid, 0, 0, 0, 0, spacing=14)
        fields = (
            (self._site_field, 0, 0, 1, 2),
            (FormField(self.tr("Purpose"), self.purpose), 1, 0, 1, 1),
            (FormField(self.tr("Due"), self.due), 1, 1, 1, 1),
            (self._device_field, 2, 0, 1, 1),
            (FormField(self.tr("Inspector"), self.inspector), 2, 1, 1, 1),
            (FormField(self.tr("Item checklist"), self.item_checklist), 3, 0, 1, 1),
            (FormField(self.tr("Site checklist"), self.site_checklist), 3, 1, 1, 1),
            (self._sample_field, 4, 0, 1, 2),
            (FormField(self.tr("Write the tasking into"), self.folder), 5, 0, 1, 2),
        )
        for field, line, column, lines, columns in fields:
            grid.addWidget(field, line, column, lines, columns, Qt.AlignmentFlag.AlignTop)
        for column in (0, 1):
            grid.setColumnStretch(column, 1)
        self._open = label("", "sub", wrap=True)
        self._open.setObjectName("plan_open")
        self.job = Job("plan_job")
        self.job.busy_changed.connect(lambda _busy: self._follow())
        self.plan_button = button(self.tr("Plan and write tasking"), self.plan, kind="primary", icon="send")
        named(self.plan_button, "plan_button")
        self.cancel_button = button(self.tr("Cancel"), self.left.emit, tip=self.tr("Cancel (Esc)"))
        named(self.cancel_button, "plan_cancel")
        self.add(scrolled(vbox(grid, 1, margins=(16, 14, 16, 14))), 1)
        self.add_foot(self._open, self.job, hbox(self.cancel_button, 1, self.plan_button))

    def start(self) -> None:
        """Clear the choices and the inspector, and read the sites and devices in the background.

        A single purpose is preselected, and so is a single checklist that fits it. The due date is today, or the one
        that this purpose proposes. The folder stays.
        """
        for box in (self.site, self.purpose, self.device, self.item_checklist, self.site_checklist):
            box.setCurrentIndex(-1)
        self._proposed = QDate.currentDate()
        self.due.setDate(self._proposed)  # a date changed for an earlier plan says nothing about this one
        if self.purpose.count() == 1:
            self.purpose.setCurrentIndex(0)
        self.sample.setValue(ALL_ITEMS)
        self._fit_kind()
        self.inspector.clear()
        self.desk.ask(call(plan_choices), then=self._offer)
        self.site.setFocus(Qt.FocusReason.OtherFocusReason)

    def _offer(self, found: PlanChoices) -> None:
        self._sites, self._records = found.sites, found.records
        self._offer_sites()
        fill_choices(self.device, [(device, device) for device in found.devices])
        self._checklists = found.checklists
        self._offer_checklists()
        self._device_field.set_hint("" if found.devices else self.tr("No devices yet: enroll one under Devices first."))
        self._follow()

    def _kind(self) -> VisitKind | None:
        chosen = self.purpose.currentData()
        return VISIT_KINDS[chosen[0]] if chosen else None

    def _fit_kind(self) -> None:
        """Propose the kind's due date, unless the person changed it, and offer its checklists."""
        kind = self._kind()
        if kind is not None and self.due.date() == self._proposed:
            self._proposed = QDate.currentDate().addDays(kind.days_to_due)
            self.due.setDate(self._proposed)
        self._sample_field.setVisible(kind is not None and kind.items is Listing.SOME)
        self._offer_sites()
        self._offer_checklists()

    def _offer_sites(self) -> None:
        """Offer the sites; those without items only to a kind that can do without."""
        kind = self._kind()
        needs_items = kind is None or kind.items is Listing.EVERY
        sites = [
            (joined(s.name, s.country, self.tr("%Ln items", "", s.items)), s)
            for s in self._sites
            if s.items or not needs_items
        ]
        fill_choices(self.site, sites)
        self._say_site(self.site.currentData())

    def _offer_checklists(self) -> None:
        kind = self._kind()
        words = self.tr("{title} · version {version}")
        for box, applies_to in ((self.item_checklist, "item"), (self.site_checklist, "site")):
            fitting = [
                (words.format(title=one.title, version=one.version), pin_of(one))
                for one in self._checklists
                if one.applies_to == applies_to and (kind is None or kind.offers(one.checklist_id, applies_to))
            ]
            fill_choices(box, fitting)
            if kind is not None and len(fitting) == 1:
                box.setCurrentIndex(0)

    def missing(self) -> list[str]:
        """Return the names of the fields still to fill in, in the order of the form."""
        lacking: list[tuple[str, Callable[[], bool]]] = [
            (self.tr("site"), lambda: _empty(self.site)),
            (self.tr("purpose"), lambda: _empty(self.purpose)),
            (self.tr("device"), lambda: _empty(self.device)),
            (self.tr("inspector"), lambda: not self.inspector.text().strip()),
            (self.tr("item checklist"), lambda: _empty(self.item_checklist)),
            (self.tr("site checklist"), lambda: _empty(self.site_checklist)),
            (self.tr("folder"), lambda: self.folder.path is None),
        ]
        return [name for name, lacks in lacking if lacks()]

    def _follow(self) -> None:
        denied = why_not(self.desk.session, Permission.VISIT_PLAN)
        missing = self.missing()
        is_busy = self.is_busy
        site = self.site.currentData()
        self._say_site(site)
        if denied:
            words = denied
        elif missing:
            words = self.tr("Still to choose: {names}").format(names=", ".join(missing))
        else:
            words = self._expected_words(site.items - site.gone)
            if site.gone:
                words = f"{words} " + self.tr("%Ln more are reported as gone and not expected.", "", site.gone)
        self._open.setText(words)
        self.plan_button.setEnabled(may(self.desk.session, Permission.VISIT_PLAN) and not missing and not is_busy)
        self.cancel_button.setEnabled(not is_busy)

    def _say_site(self, site: SiteRow | None) -> None:
        """Say below the field what is known of the chosen site, or how to get sites."""
        if site is None or site.site_id not in self._records:
            nothing = self.tr("No sites yet: import an inventory list first.")
            self._site_field.set_hint("" if self.site.count() else nothing)
            return
        record, today = self._records[site.site_id], self.desk.session.now().date()
        words = site_state(record, today)
        doubtful = self.tr("Before you plan: {state}").format(state=words)
        self._site_field.set_hint(doubtful if is_site_doubtful(record, today) else words)

    def _expected_words(self, at_site: int) -> str:
        kind, sample = self._kind(), self.sample.value()
        if kind is None or kind.items is Listing.NONE:
            return self.tr("No items are expected: the visit is about the site.")
        if kind.items is Listing.SOME and sample != ALL_ITEMS:
            return self.tr("%Ln items will be expected: a sample.", "", min(sample, at_site))
        return self.tr("%Ln items will be expected: all on the site's book today.", "", at_site)

    def _sample(self) -> int | None:
        kind = self._kind()
        is_drawn = kind is not None and kind.items is Listing.SOME and self.sample.value() != ALL_ITEMS
        return self.sample.value() if is_drawn else None

    @property
    def is_busy(self) -> bool:
        """Return whether a visit is being planned, or its tasking sealed."""
        return self._is_planning or self.job.is_busy

    def plan(self) -> None:
        """Plan the visit and seal its tasking. A folder that is not there is refused.

        Does nothing while a choice is missing, or while another visit is planned or sealed.

        Returns before it is done. `planned` follows once the visit is recorded, also if the sealing then fails or is
        stopped.
        """
        chosen = self.purpose.currentData()
        folder, device = self.folder.path, str(self.device.currentData() or "")
        if self.missing() or folder is None or self.is_busy:
            return
        try:
            self.desk.require_folder(folder)
        except Refusal as error:
            self._refused(error)
            return
        self._is_planning = True
        self._follow()
        self.desk.do(
            call(
                plan_visit,
                site_id=self.site.currentData().site_id,
                due_on=self.due.date().toString("yyyy-MM-dd"),
                device=device,
                inspector=self.inspector.text(),
                item_checklist=self.item_checklist.currentData(),
                site_checklist=self.site_checklist.currentData(),
                purpose=chosen[0],
                program=chosen[1],
                sample=self._sample(),
            ),
            then=partial(self._seal, folder, device),
            failed=self._refused,
        )

    def _seal(self, folder: Path, device: str, planned: PlannedVisit) -> None:
        self._visit, self._is_planning = planned, False
        self.job.run(
            self.desk,
            self.tr("Sealing the tasking for {device}").format(device=device),
            child(seal_for_device_child, device, folder),
            then=self._sealed,
            failed=self._not_sealed,
            stopped=self._stopped,
        )

    def _sealed(self, sealed: Sealed) -> None:
        assert self._visit is not None
        words = self.tr("Visit planned · %Ln items expected", "", self._visit.expected)
        detail = self.tr("Take the tasking to {device}: {path}").format(
            device=sealed.recipient, path=", ".join(map(str, sealed.paths))
        )
        if self._visit.gone:
            named_here = [f"{one.serial} ({word('disposition', one.disposition)})" for one in self._visit.gone]
            more = len(named_here) - MOST_NAMED
            serials = ", ".join(named_here[:MOST_NAMED]) + (f" + {count(more)}" if more > 0 else "")
            detail = joined(detail, self.tr("Not expected: {serials}").format(serials=serials))
        self._page.notice.show_message("ok", words, detail=detail, stays=True)
        self.planned.emit(self._visit.visit_id)

    def _refused(self, error: KnownError) -> None:
        self._is_planning = False
        self._page.notice.show_error(error)
        self._follow()

    def _not_sealed(self, error: KnownError) -> None:
        # The visit is recorded; its tasking can be written again from the visit's page.
        assert self._visit is not None
        self._page.notice.show_error(error)
        self.planned.emit(self._visit.visit_id)

    def _stopped(self) -> None:
        assert self._visit is not None
        self._page.notice.show_message(
            "attention",
            self.tr("The visit is planned, but its tasking was not written"),
            detail=self.tr("Write it with “Write tasking” when you are ready."),
        )
        self.planned.emit(self._visit.visit_id)


def _empty(box: QComboBox) -> bool:
    return box.currentIndex() < 0
