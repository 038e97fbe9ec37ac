"""Labels for items whose mark is missing, or for their shelf: a symbol with its text.

The symbol holds the identity on the book: an ISO/IEC 15434 message (format 06) that yields the item's UII. Each symbol
is rendered at two pixels a module and read back with our own decoder before a file is written.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from db.queries.items import ItemRow, items_by_id
from eum_app.domain.errors import Refusal
from eum_app.domain.facts import LabelsPrinted
from eum_app.domain.mark_syntax import EOT, GS, HEADER, RS
from eum_app.domain.marks import parse_mark
from eum_app.domain.people import Permission
from eum_app.reports.formats.pdf_file import set_pdf
from eum_app.reports.label_sheet import (
    MAX_MODULE_MM,
    MAX_SHELF_MODULE_MM,
    MIN_DOTS,
    Label,
    LabelSheet,
    label_sheets,
    module_mm,
    sheet_data,
)
from eum_app.reports.model import Cover
from eum_app.scanning.decoder import decode
from eum_app.scanning.labels import data_matrix, iuid_message, qr
from eum_app.usecases.changes import Changed
from eum_app.usecases.reporting.paper_files import require_pdf, write_and_record
from eum_app.usecases.reporting.report import Paper
from eum_app.usecases.session import Session, new_id

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LabelSymbol = Literal["data_matrix", "qr"]
LabelKind = Literal["replacement", "shelf"]
LABEL_SHEET: Final = Paper("labels", "Labels", "Replacement and shelf labels on sheets.", "label-sheet")
MAX_LABELS: Final = 1_000
DEFAULT_DPI: Final = 300
NSN_FROM_MM: Final = 25.0
"""Labels below this height have no room for the stock number, which is not part of the identity."""

_DRAW: Final[dict[LabelSymbol, Callable[[bytes, int], NDArray[np.uint8]]]] = {
    "data_matrix": data_matrix,
    "qr": lambda message, module_px: qr(message.decode("ascii"), module_px),
}


@dataclass(frozen=True)
class PrintedLabels(Changed):
    """Result of printing: all labels were read back. `module_mm` is the smallest module side on these labels, in mm."""

    path: Path
    labels: int
    sheets: int
    module_mm: float


@dataclass(frozen=True)
class LabelOrder:
    """A print order: a label for each item in this order, `copies` times.

    `start` is the first free position on the first sheet, from 1; `dpi` is the printer's resolution.
    """

    item_ids: Sequence[str]
    sheet_id: str
    symbol: LabelSymbol = "data_matrix"
    kind: LabelKind = "replacement"
    start: int = 1
    copies: int = 1
    dpi: int = DEFAULT_DPI


def print_labels(
    session: Session,
    item_ids: Sequence[str],
    path: Path,
    *,
    sheet_id: str,
    symbol: LabelSymbol = "data_matrix",
    kind: LabelKind = "replacement",
    start: int = 1,
    copies: int = 1,
    dpi: int = DEFAULT_DPI,
) -> PrintedLabels:
    """Write labels as a PDF of vector symbols (see `LabelOrder`) and record the print. A file at `path` is replaced.

    Raises Refusal `permission.denied`, `label.none` (no item, or no copy), `label.too_many`, `label.sheet`,
    `label.position`, `item.unknown` (also outside the account's scope), `label.nothing_to_say`, `label.characters`,
    `label.too_long`, `label.module_too_small`, `label.unreadable`, `mark.…`, `report.name` (not .pdf),
    `report.is_folder`; Trouble `report.pdf_failed` and those of disk errors.
    """
    order = LabelOrder(tuple(item_ids), sheet_id, symbol, kind, start, copies, dpi)
    session.require(Permission.PAPER_PRINT)
    require_pdf(path)
    cover, labels, data = _laid_out(session, order)
    pdf = set_pdf(LABEL_SHEET.template, data)
    fact = LabelsPrinted(
        observed_at=cover.as_of,
        print_id=new_id(),
        label_kind=kind,
        symbol=symbol,
        sheet_id=sheet_id,
        items=tuple(item_ids),
        copies=copies,
        labels=len(labels),
        file_name=path.name,
    )
    areas = write_and_record(session, [(fact, path, pdf)])
    return PrintedLabels(areas, path, len(labels), len(data["pages"]), min(label.module_mm for label in labels))


def preview_labels(session: Session, order: LabelOrder) -> tuple[bytes, int]:
    """Render the first sheet as a PDF, without recording anything; return it with its number of labels.

    Raises as `print_labels` does, for the labels on that sheet.
    """
    session.require(Permission.PAPER_PRINT)
    _require_order(order)
    free = _sheet(order.sheet_id).labels - order.start + 1
    on_first = replace(order, item_ids=order.item_ids[: -(-free // order.copies)])
    _, labels, data = _laid_out(session, on_first)
    data["pages"] = data["pages"][:1]
    return set_pdf(LABEL_SHEET.template, data), min(free, len(labels))


def _sheet(sheet_id: str) -> LabelSheet:
    for sheet in label_sheets():
        if sheet.sheet_id == sheet_id:
            return sheet
    raise Refusal("label.sheet", sheet=sheet_id[:40], known=", ".join(one.sheet_id for one in label_sheets()))


def _require_order(order: LabelOrder) -> None:
    sheet = _sheet(order.sheet_id)
    if not order.item_ids or order.copies < 1:
        raise Refusal("label.none")
    if len(order.item_ids) * order.copies > MAX_LABELS:
        raise Refusal("label.too_many", count=len(order.item_ids) * order.copies, limit=MAX_LABELS)
    if not 1 <= order.start <= sheet.labels:
        raise Refusal("label.position", start=order.start, labels=sheet.labels)


def _laid_out(session: Session, order: LabelOrder) -> tuple[Cover, list[Label], dict[str, Any]]:
    """Lay out an order: the cover, the labels in order, each read back, and the template's data."""
    _require_order(order)
    sheet = _sheet(order.sheet_id)
    found = session.read(items_by_id, order.item_ids)
    for item_id in order.item_ids:
        if item_id not in found:
            raise Refusal("item.unknown", item_id=item_id[:40])
    as_of = session.observed_now()
    labels = [
        label
        for item_id in order.item_ids
        for label in [_label(found[item_id], sheet, order.symbol, order.kind, order.dpi, as_of[:10])] * order.copies
    ]
    cover = Cover(
        report=LABEL_SHEET.name,
        title=LABEL_SHEET.title,
        subject=sheet.title,
        as_of=as_of,
        made_by=session.account,
        made_at_store=session.name,
        reconciliation="",
        is_reconciled=True,
        sections=(),
    )
    return cover, labels, sheet_data(cover, sheet, labels, order.start)


def message_of(item: ItemRow) -> bytes:
    """Build the ISO/IEC 15434 message (format 06) for the item's UII on the book.

    Construct 2 (17V, 1P, S) is preferred, then construct 1 (18S), then the whole UII (25S). Raises Refusal
    `label.characters` (not printable ASCII), `label.nothing_to_say` (no message yields the UII on the book), and
    `mark.…` if a reader would refuse a message.
    """
    for value in (item.cage, item.part_number, item.serial, item.uii):
        if value and not (value.isascii() and value.isprintable()):
            raise Refusal("label.characters", value=value[:78])
    serial = f"{GS}S{item.serial}" if item.serial else ""
    ways = []
    if item.cage and item.part_number and item.serial:
        ways.append(iuid_message(item.cage, item.part_number, item.serial))
    if item.uii:
        if item.cage and item.serial:
            ways.append(_format_06(f"18S{item.cage}{item.serial}"))
        ways.append(_format_06(f"25S{item.uii}{serial}"))
    # Each message is parsed as a reader would, because a label must never yield another UII than the book's.
    for message in ways:
        formed = parse_mark(message, "Data Matrix").uii
        if formed is not None and formed.value == (item.uii or formed.value):
            return message
    raise Refusal("label.nothing_to_say", serial=item.serial or item.uii)


def _format_06(elements: str) -> bytes:
    return f"{HEADER}{RS}06{GS}{elements}{RS}{EOT}".encode("ascii")


def _label(item: ItemRow, sheet: LabelSheet, symbol: LabelSymbol, kind: LabelKind, dpi: int, printed_on: str) -> Label:
    message = message_of(item)
    draw = _DRAW[symbol]
    # Drawn as small as it may be printed: if this can be read, larger ones can.
    if [read.raw for read in decode(draw(message, MIN_DOTS))] != [message]:
        raise Refusal("label.unreadable", serial=item.serial or item.uii)
    picture = draw(message, 1)
    try:
        most_mm = MAX_MODULE_MM if kind == "replacement" else MAX_SHELF_MODULE_MM
        side = module_mm(sheet, picture.shape[0], dpi, most_mm)
    except Refusal as refusal:
        raise Refusal(refusal.code, serial=item.serial or item.uii, **refusal.values) from refusal
    # MIL-STD-130N 4.4: names of the elements in human-readable text.
    said = [("CAGE", item.cage), ("PNO", item.part_number)]
    if sheet.label[1] >= NSN_FROM_MM:
        said.append(("NSN", item.nsn))
    lines = tuple(f"{name} {value}" for name, value in said if value)
    place = item.location or item.site
    foot = f"Replacement label {printed_on}" if kind == "replacement" else f"Shelf label {printed_on} · {place}"
    return Label(picture, side, f"Symbol of {item.uii or item.serial}", item.serial, lines, item.uii, foot)
