"""The book's items as HQ and a device show them: columns, one item, its history."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QFrame, QWidget

from db.queries.book_order import book_rows
from db.queries.claims import ClaimLine, claims_about
from db.queries.dispositions import Statement, statements_about
from db.queries.items import HistoryLine, ItemRow, history, is_unconfirmed, item
from db.queries.open_claims import claims_matched_since
from eum_app.domain.claims import ClaimKind
from eum_app.usecases.session import Session
from ui.kit.delegates import ChipSpec
from ui.kit.messages import column_word, how_read
from ui.kit.models import Column
from ui.kit.translation import Texts
from ui.kit.widgets import Card, KeyValueGrid, scrolled, vbox
from ui.kit.widgets.base import Part
from ui.kit.widgets.history import HistoryCard, Told
from ui.kit.words import author, day, joined, moment, reason, signature_outstanding, word
from ui.shared.disposition_words import evidence_words, reported_words, told_statement

translate = QCoreApplication.translate


ItemWords = Texts("ItemWords")

PRINTED = frozenset({"worklist", "replacement", "shelf"})


@dataclass(frozen=True)
class ItemDetail:
    """An item with its history."""

    item: ItemRow
    history: list[HistoryLine | ClaimLine | Statement]
    """Newest first: the item's events, and among them the claims of others and what was stated became of it."""
    is_unconfirmed: bool = False
    """An identifier looks damaged, a person stated that the plate reads so, and no mark has been read since."""
    last_inventory: str = ""
    """UTC day (`YYYY-MM-DD`) of the newest inventory, of the book or a sighting; empty for none."""
    counting: Statement | None = None
    """The statement that the book follows; None if it follows the list."""
    open_claims: tuple[ClaimLine, ...] = ()
    """Claims about the item that no statement accepts."""


def item_detail(session: Session, item_id: str) -> ItemDetail:
    """Return an item with its history and claims, newest first. Raises Refusal `item.unknown`."""
    row = session.read(item, item_id)
    in_book = session.read(book_rows, [item_id], session.now().date())
    said = session.read(statements_about, item_id)
    claims = [*session.read(claims_about, item_id), *session.read(claims_matched_since, item_id)]
    lines: list[HistoryLine | ClaimLine | Statement] = [*session.read(history, item_id), *claims, *said]
    in_order = sorted(lines, key=event_at, reverse=True)
    accepted = {one.fact.claim_id for one in said if not one.ended_at}
    return ItemDetail(
        row,
        in_order,
        bool(row.stated) and session.read(is_unconfirmed, item_id),
        in_book[item_id].last_inventory if item_id in in_book else "",
        next((one for one in said if one.is_newest), None),
        tuple(claim for claim in claims if claim.claim_id not in accepted),
    )


def event_at(line: HistoryLine | ClaimLine | Statement) -> str:
    """Return when an event of a history was: UTC text, or a date.

    A statement was when it was stated, not when it happened.
    """
    return line.stated_at if isinstance(line, Statement) else line.at


def _unconfirmed(detail: ItemDetail) -> str:
    """Return in words the identifiers that no mark has confirmed; empty for nearly every item."""
    if not detail.is_unconfirmed:
        return ""
    columns = joined(*map(column_word, detail.item.stated.split(",")))
    return translate("items", "{columns}: entered from the plate, unconfirmed until a mark is read").format(
        columns=columns
    )


def told(line: HistoryLine | ClaimLine | Statement) -> Told:
    """Return one event of an item's history in words."""
    if isinstance(line, Statement):
        return told_statement(line)
    if isinstance(line, ClaimLine):
        kind = word("list", line.claim_kind)
        if line.claim_kind == ClaimKind.CONTAINER_LABEL:
            return Told(
                translate("items", "Claim: named on a container's label"), "", joined(day(line.at), kind, line.source)
            )
        where = translate("items", "{kind} {source}, line {line}").format(kind=kind, source=line.source, line=line.line)
        template = (
            translate("items", "Claim, matched since: {state}")
            if line.is_matched_since
            else translate("items", "Claim: {state}")
        )
        said = template.format(state=line.state or kind)
        return Told(said, line.unit, joined(day(line.at), where), line.remark)
    if line.kind in {"listed", "delivered", "inventory"}:
        return Told(word("history", line.kind), "", joined(day(line.at), line.site))
    if line.kind in PRINTED:
        return _told_print(line)
    what = ChipSpec.of(line.kind).text
    if line.withdrawn:
        what = f"{what} ({ChipSpec.of('withdrawn').text})"
    read = how_read(line.reading) if line.reading is not None else ""
    owed = "" if line.is_attributed else signature_outstanding()
    if line.is_pending:
        owed = joined(owed, translate("items", "visit not adopted"))
    said = joined(owed, reason(line.kind, line.reason), read)
    return Told(what, author(line.actor, line.device), joined(moment(line.at), line.site), said)


def _told_print(line: HistoryLine) -> Told:
    if line.kind == "worklist":
        said = translate("items", "page {page}").format(page=line.detail)
    else:
        said = "" if line.detail == "1" else ItemWords.tr("%Ln copies", "", int(line.detail))
    return Told(word("paper", line.kind), line.actor, joined(moment(line.at), line.site, said))


def disposition_chip(disposition: str) -> ChipSpec:
    """Return a chip for a disposition. One that this version does not know gets a muted chip with its words."""
    tone, icon = {
        "ON_HAND": ("ok", "check"),
        "IN_TRANSIT": ("accent", "truck"),
        "IN_MAINTENANCE": ("accent", "settings"),
        "NOT_SIGHTED": ("warn", "triangle-alert"),
        "LOST": ("bad", "x"),
        "STOLEN": ("bad", "x"),
    }.get(disposition, ("mute", "circle"))
    return ChipSpec(word("disposition", disposition), tone, icon)


def item_columns() -> list[Column]:
    """Return the columns of a table of items."""
    return [
        Column(translate("items", "Serial number"), lambda row: row.serial, is_mono=True, width=130),
        Column(translate("items", "Article"), lambda row: joined(row.part_number, row.nomenclature)),
        Column(translate("items", "Case"), lambda row: row.case_id, width=100),
        Column(translate("items", "Place"), lambda row: joined(row.site, row.location)),
        Column(
            translate("items", "Disposition"),
            lambda row: word("disposition", row.disposition),
            width=140,
            chip=lambda row: disposition_chip(row.disposition),
        ),
    ]


class ItemSide(QFrame):
    """One item over its history."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("kind", "clear")
        self._grid = KeyValueGrid()
        self._card = Card(translate("items", "Item"))
        self._card.add(scrolled(vbox(self._grid, 1)), 1)
        self.history = HistoryCard(translate("items", "History"))
        self._form = QWidget(self)
        self._form.hide()
        self._column = vbox(spacing=16)
        self._column.addWidget(self._card, 3)
        self._column.addWidget(self.history, 2)
        self.setLayout(self._column)

    def show_parts(self, *, is_any: bool) -> None:
        """Show or hide both cards: without an item they would be empty."""
        for part in (self._card, self.history):
            part.setVisible(is_any and self._form.isHidden())

    def add_acts(self, *acts: Part) -> None:
        """Add acts about the item under its values."""
        self._card.add_foot(*acts)

    def add_form(self, form: QWidget) -> None:
        """Add a form that `show_form` shows in place of the item."""
        self._form = form
        form.hide()
        self._column.addWidget(form, 5)

    def show_form(self, *, is_shown: bool) -> None:
        """Show the form in place of the item and its history, or the item again."""
        self._form.setVisible(is_shown)
        self.show_parts(is_any=not is_shown)

    def show_item(self, detail: ItemDetail) -> None:
        """Show an item's master data and its history."""
        row, grid = detail.item, self._grid
        self._card.set_title(row.nomenclature or translate("items", "Item"))
        grid.clear()
        grid.add(translate("items", "Serial number"), row.serial, mono=True, big=True)
        grid.add(translate("items", "UII"), row.uii, mono=True)
        for name, value in (
            (translate("items", "Part number"), joined(row.part_number, row.cage)),
            (translate("items", "NSN"), row.nsn),
            (translate("items", "Case"), joined(row.case_id, row.rsn)),
            (translate("items", "EUM level"), row.eum_level),
            (translate("items", "Place"), joined(row.site, row.location)),
            (translate("items", "Country"), row.country),
            (translate("items", "Shipped"), day(row.ship_date)),
            (translate("items", "Delivered"), day(row.delivery_date)),
            (translate("items", "Last inventory"), day(detail.last_inventory)),
            (translate("items", "Disposition"), word("disposition", row.disposition)),
            (translate("items", "Reported"), reported_words(detail.counting.fact) if detail.counting else ""),
            (translate("items", "Its evidence"), evidence_words(detail.counting.fact) if detail.counting else ""),
            (
                translate("items", "In the list"),
                word("disposition", row.listed_as) if row.listed_as != row.disposition else "",
            ),
            (translate("items", "Remarks"), row.remarks),
            (translate("items", "Unconfirmed"), _unconfirmed(detail)),
        ):
            grid.add(name, value)
        self.history.set_title(translate("items", "History of {serial}").format(serial=row.serial))
        self.history.set_lines([told(line) for line in detail.history])
