"""Claims that cannot be tied to one item: their source, why they fit none, and the items that they may mean."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtWidgets import QWidget

from db.queries.items import ItemRow
from db.queries.open_claims import OpenClaim, near_items, open_claim_ids, open_claims_by_id
from eum_app.domain.claims import ClaimKind, ClaimMatch
from eum_app.domain.errors import KnownError, Refusal
from eum_app.usecases.calls import call, query
from eum_app.usecases.session import Session
from ui.hq.inventory_words import becomes_chip
from ui.kit.delegates import ChipSpec
from ui.kit.desk import Desk
from ui.kit.models import Column, IdsTableModel, current_id, on_current, table_view
from ui.kit.page import Page
from ui.kit.tips import set_tip
from ui.kit.widgets import (
    Card,
    ColumnPart,
    Columns,
    EmptyState,
    KeyValueGrid,
    button,
    hbox,
    label,
    panel,
    scrolled,
    vbox,
)
from ui.kit.words import day, joined, moment, word
from ui.shared.items_view import item_columns
from ui.shared.page_parts import named, show_rows

translate = QCoreApplication.translate


@dataclass(frozen=True)
class ClaimDetail:
    """A claim, and the items that it may mean."""

    claim: OpenClaim
    near: list[ItemRow]


def claim_detail(session: Session, claim_id: str) -> ClaimDetail:
    """Return a claim and the items that it may mean. Raises Refusal `item.unknown` if the claim is not open."""
    found = session.read(open_claims_by_id, [claim_id])
    if claim_id not in found:
        raise Refusal("item.unknown", item_id=claim_id[:40])
    return ClaimDetail(found[claim_id], session.read(near_items, found[claim_id]))


def now_chip(claim: OpenClaim) -> ChipSpec:
    """Return a chip for what the claim matches in the current book; a muted one with its code for an unknown match."""
    made = becomes_chip(claim.now.match)
    if claim.now.item_id:
        return ChipSpec(translate("hq", "Now matches an item"), "accent", "check")
    return made or ChipSpec(claim.now.match, "mute", "circle")


def source_words(claim: OpenClaim) -> str:
    """Return the name of the list's file, or of the label."""
    return (
        translate("hq", "Label {name}").format(name=claim.source)
        if claim.claim_kind == ClaimKind.CONTAINER_LABEL
        else claim.source
    )


def why(claim: OpenClaim) -> str:
    """Return why the claim cannot be tied to one item, or that it now can, and what to do about it."""
    if claim.now.item_id and claim.claim_kind == ClaimKind.CONTAINER_LABEL:
        return translate(
            "hq",
            "The device that read the label did not know this item, but the book has one. The claim is in that item's"
            " history; it is not a sighting.",
        )
    if claim.now.item_id:
        return translate(
            "hq",
            "No item matched when the list was imported; one does now. The claim is in that item's history, marked as"
            " matched since.",
        )
    if claim.now.match is ClaimMatch.AMBIGUOUS:
        return translate("hq", "The serial number or the UII is in the book, but with another article or with several.")
    return translate("hq", "No item on the book has this serial number or UII.")


class ClaimsPanel(QWidget):
    """Part of the inventory page: the list on the left, the items that a claim may mean on the right."""

    item_requested = Signal(str)
    left = Signal()

    def __init__(self, desk: Desk, page: Page) -> None:
        super().__init__()
        self.setObjectName("claims_panel")
        self.desk, self._page = desk, page
        self._model = IdsTableModel(self._columns(), desk.tasks, self)
        self._model.ids_loaded.connect(self._loaded)
        self._model.failed.connect(page.notice.show_error)
        self.table = table_view(self._model, name=self.tr("Claims without a certain item"))
        self.table.setObjectName("open_claims_table")
        on_current(self.table, self._chosen)
        self._empty = EmptyState(
            "check",
            self.tr("Every claim is about one item"),
            self.tr("Claims by partners and shippers that match no item, or several, are listed here with the reason."),
        )
        card = Card(self.tr("Claims without a certain item"))
        card.add(self.table, 1)
        card.add(self._empty, 1)
        back = named(button(self.tr("Back to the items"), self.left.emit, icon="x"), "claims_back")
        set_tip(back, self.tr("Back to the items (Esc)"))
        card.add_foot(hbox(back, 1))
        self._empty.hide()
        self._grid = KeyValueGrid()
        self._why = label("", "body", wrap=True)
        self._detail = Card(self.tr("Claim"))
        self._detail.add(scrolled(vbox(panel(vbox(self._why, margins=(16, 12, 16, 4))), self._grid, 1)), 1)
        self._near = IdsTableModel(item_columns()[:2] + item_columns()[3:4])
        self._near.setParent(self)
        self.near_table = table_view(self._near, name=self.tr("Near matches"))
        self.near_table.setObjectName("claims_near_table")
        self.near_table.activated.connect(lambda _index: self._open_item())
        self._none_near = EmptyState(
            "search", self.tr("No near matches"), self.tr("No serial number on the book looks similar.")
        )
        self._near_card = Card(self.tr("Near matches"))
        self._near_card.add(self.near_table, 1)
        self._near_card.add(self._none_near, 1)
        self.open_button = named(
            button(self.tr("Open this item"), self._open_item, icon="arrow-up-down"), "claims_open_item"
        )
        self._near_card.add_foot(hbox(1, self.open_button))
        side = panel(vbox(self._detail, self._near_card, spacing=16))
        self._side = side
        whole = vbox()
        whole.addWidget(
            Columns(
                [
                    ColumnPart("claims", self.tr("Claims"), card, 7),
                    ColumnPart("claim", self.tr("Claim"), side, 4),
                ]
            )
        )
        self.setLayout(whole)

    def _columns(self) -> list[Column]:
        return [
            Column(self.tr("Serial number or UII"), lambda row: row.serial or row.uii, is_mono=True, width=190),
            Column(self.tr("Article"), lambda row: joined(row.nomenclature, row.part_number or row.nsn)),
            Column(self.tr("Said"), lambda row: joined(row.state, row.unit)),
            Column(self.tr("List"), source_words),
            Column(self.tr("Line"), lambda row: str(row.line), is_number=True, width=64),
            Column(self.tr("Now"), lambda row: now_chip(row).text, width=150, chip=now_chip),
        ]

    def start(self) -> None:
        """Read the claims and focus the list."""
        self.reload()
        self.table.setFocus()

    def reload(self) -> None:
        """Read the ids of the open claims again; rows are read as they are shown."""
        desk = self.desk

        def ids() -> Sequence[str]:
            return desk.read(query(open_claim_ids))

        self._model.set_source(ids, lambda wanted: desk.read(query(open_claims_by_id, wanted)))

    def _loaded(self, number: int) -> None:
        self.table.setVisible(bool(number))
        self._empty.setVisible(not number)
        self._side.setVisible(bool(number))
        if number and current_id(self.table) is None:
            self.table.setCurrentIndex(self._model.index(0, 0))
        self._chosen(current_id(self.table))

    def _chosen(self, claim_id: str | None) -> None:
        if claim_id is not None:
            self.desk.ask(call(claim_detail, claim_id), then=self._show, failed=self._lost)

    def _lost(self, error: KnownError) -> None:
        self._page.notice.show_error(error)

    def _show(self, detail: ClaimDetail) -> None:
        claim = detail.claim
        if claim.claim_id != current_id(self.table):
            return
        self._why.setText(why(claim))
        grid = self._grid
        grid.clear()
        grid.add(self.tr("Serial number"), claim.serial, mono=True, big=True)
        grid.add(self.tr("UII"), claim.uii, mono=True)
        for name, value in (
            (self.tr("Article"), joined(claim.nomenclature, claim.part_number, claim.nsn)),
            (self.tr("State"), claim.state),
            (self.tr("Unit"), claim.unit),
            (self.tr("As of"), day(claim.as_of)),
            (self.tr("Remark"), claim.remark),
            (self.tr("Said by"), word("list", claim.claim_kind)),
            (self.tr("List"), self.tr("{source}, line {line}").format(source=claim.source, line=claim.line)),
            (self.tr("Imported"), moment(claim.made_at)),
        ):
            grid.add(name, value)
        show_rows(self._near, detail.near, lambda row: row.item_id)
        self.near_table.setVisible(bool(detail.near))
        self._none_near.setVisible(not detail.near)
        self.open_button.setEnabled(bool(detail.near))
        near = self.tr("%Ln items", "", len(detail.near))
        self._near_card.set_title(self.tr("Near matches"), near if detail.near else "")
        if detail.near:
            self.near_table.setCurrentIndex(self._near.index(0, 0))

    def _open_item(self) -> None:
        item_id = current_id(self.near_table)
        if item_id is not None:
            self.item_requested.emit(item_id)
