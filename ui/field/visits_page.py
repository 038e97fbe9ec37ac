"""Visits: one card each, the next due first."""

from __future__ import annotations

from datetime import date
from functools import partial

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QStackedWidget, QWidget

from db.queries.visits import VisitRow
from eum_app.domain.areas import Area
from eum_app.domain.records import SiteRecord
from eum_app.domain.visit_kinds import has_items
from eum_app.usecases.calls import query
from ui.field.parts import holds_focus, name_header_buttons, named, progress_parts, visit_cards
from ui.kit import words
from ui.kit.desk import Desk
from ui.kit.guard import guarded
from ui.kit.page import Page
from ui.kit.theme import inset, theme
from ui.kit.widgets import (
    Button,
    Card,
    Chip,
    EmptyState,
    ProgressSummary,
    button,
    empty_layout,
    hbox,
    label,
    scrolled,
    vbox,
)
from ui.shared.site_words import is_site_doubtful, site_state

translate = QCoreApplication.translate


_CARD_DP = 440


class VisitsPage(Page):
    """List the visits that HQ sent to this device."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.setObjectName("visits_page")
        self._desk = desk
        self.set_title(self.tr("Visits"))
        self.add_action(
            self.tr("Start a visit…"), "Ctrl+N", lambda: self.navigate_requested.emit("start", None), in_header=True
        )
        name_header_buttons(self.header, "start_visit_button")
        self._cards: list[VisitCard] = []
        self._grid = QGridLayout()
        inset(self._grid, 0, 0, 0, 0, spacing=16)
        holder = QWidget()
        holder.setLayout(vbox(self._grid, 1))
        self._empty = EmptyState(
            "clipboard-list",
            self.tr("No visit yet"),
            self.tr("HQ plans visits and sends them in a tasking bundle. Import it in Sync: it brings the items to "
                    "check, the site and the checklists. Without tasking, start a visit here."),
            self.tr("Go to Sync"),
            lambda: self.navigate_requested.emit("sync", None),
        )  # fmt: skip
        named(self._empty.action_button, "go_to_sync_button")
        self._places = QStackedWidget()
        self._places.addWidget(scrolled(holder))
        self._places.addWidget(self._empty)
        self.body.addWidget(self._places)

    def opened(self, argument: object) -> None:
        self._ask()

    def refresh(self, areas: frozenset[Area]) -> None:
        self._ask()

    def first_focus(self) -> QWidget | None:
        return self._cards[0].open_button if self._cards else self._empty.action_button

    def _ask(self) -> None:
        session = self._desk.session
        self._desk.ask(query(visit_cards, session.name, session.store.named.epoch), then=self._show)

    def _show(self, cards: list[tuple[VisitRow, bool, SiteRecord | None]]) -> None:
        today = self._desk.session.now().date()
        had_focus = next((card.row.visit_id for card in self._cards if card.open_button.hasFocus()), "")
        empty_layout(self._grid)
        self._cards = [VisitCard(row, site, today, is_received=received) for row, received, site in cards]
        for card in self._cards:
            card.open_requested.connect(partial(self.navigate_requested.emit, front_page(card.row)))
            if card.row.visit_id == had_focus:
                card.open_button.setFocus(Qt.FocusReason.OtherFocusReason)
        self._places.setCurrentIndex(0 if cards else 1)
        self._place()
        still_open = sum(not row.closed_at for row, _received, _site in cards)
        said = self.tr("{open} open, {closed} closed out").format(
            open=words.count(still_open), closed=words.count(len(cards) - still_open)
        )
        self.set_title(self.tr("Visits"), said if cards else "")
        if self.isVisible() and not holds_focus(self):
            focus = self.first_focus()
            if focus is not None:
                focus.setFocus(Qt.FocusReason.OtherFocusReason)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()

    def _place(self) -> None:
        columns = max(1, min(3, self.width() // theme().dp(_CARD_DP)))
        for at, card in enumerate(self._cards):
            self._grid.addWidget(card, at // columns, at % columns)
        for at in range(3):
            self._grid.setColumnStretch(at, 1 if at < columns else 0)


@guarded
class VisitCard(Card):
    """One visit. A click anywhere opens it; the button serves the keyboard."""

    open_requested = Signal(str)

    def __init__(self, row: VisitRow, record: SiteRecord | None, today: date, *, is_received: bool) -> None:
        super().__init__()
        self.row = row
        self.setObjectName(f"visit_card_{row.visit_id}")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        site = words.joined(row.site, row.country)
        state = site_state(record, today) if record else ""
        is_doubtful = record is not None and is_site_doubtful(record, today)
        progress = ProgressSummary()
        progress.set_progress(row.checked, row.expected, progress_parts(row))
        if not has_items(row.purpose):
            progress.hide()
        self.open_button: Button = named(
            button(self.tr("Open visit"), self._open, kind="primary" if not row.closed_at else ""),
            f"open_visit_{row.visit_id}",
        )
        self.open_button.setAccessibleName(self.tr("Open visit {site}").format(site=row.site))
        due = self.tr("Due {day}").format(day=words.day(row.due_on)) if row.due_on else self.tr("Not planned")
        extra = self.tr("{count} not on the list").format(count=words.count(row.not_on_list)) if row.not_on_list else ""
        self.add_padded(
            hbox(
                label(words.joined(words.program(row.program), words.purpose(row.purpose)), "sub"),
                1,
                _state_chip(row, is_received=is_received),
            ),
            label(site, "heading", wrap=True),
            label(words.joined(due, _origin_words(row)), "sub"),
            *([label(state, "sub", tone="warn" if is_doubtful else "", wrap=True)] if state else []),
            progress,
            hbox(label(extra, "sub", tone="warn"), 1, self.open_button),
            margins=(18, 16, 18, 16),
            spacing=10,
        )
        self.setAccessibleName(", ".join(filter(None, (site, due, state))))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self._open()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self._open()
        else:
            super().keyPressEvent(event)

    def _open(self) -> None:
        self.open_requested.emit(self.row.visit_id)


def _origin_words(row: VisitRow) -> str:
    if not row.is_unplanned:
        return translate("VisitCard", "Planned by {account}").format(account=row.planned_by)
    if row.adopted_by:
        return translate("VisitCard", "Adopted by {account}").format(account=row.adopted_by)
    return translate("VisitCard", "Started by {account}, to be adopted by HQ").format(account=row.planned_by)


def front_page(row: VisitRow) -> str:
    """Return the page on which a visit is worked: the site checklist if the visit is about no items."""
    return "visit" if has_items(row.purpose) else "site"


def _state_chip(row: VisitRow, *, is_received: bool) -> Chip:

    if row.signatures_void:
        return Chip(translate("VisitCard", "Signatures void"), "bad", "triangle-alert")
    if row.closed_at and is_received:
        return Chip.of("received")
    if row.closed_at:
        return Chip(translate("VisitCard", "Closed out"), "ok", "lock")
    if row.checked:
        return Chip(translate("VisitCard", "In progress"), "accent", "circle-dot")
    return Chip(translate("VisitCard", "Open"), "mute", "circle")
