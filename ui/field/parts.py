"""Small parts that the field pages share."""

from __future__ import annotations

from typing import Any, TypeVar

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QObject
from PySide6.QtGui import QImage, QImageWriter
from PySide6.QtWidgets import QWidget

from db.queries.exchange import outstanding
from db.queries.records import site_records
from db.queries.visits import VisitRow, all_visits, closing
from eum_app.domain.records import SiteRecord
from eum_app.domain.visits import Outcome
from eum_app.usecases.calls import Connection
from ui.kit.theme import status_mark
from ui.kit.widgets import ActionButton, PageHeader

Named = TypeVar("Named", bound=QObject)


def named(part: Named, object_name: str) -> Named:
    """Set the object name of a part, and return the part."""
    part.setObjectName(object_name)
    return part


def progress_parts(row: VisitRow) -> list[tuple[int, str]]:
    """Return the segments of a visit's progress bar as (count, tone): verified, discrepancy, not found, no access."""
    outcomes = (Outcome.VERIFIED, Outcome.DISCREPANCY, Outcome.NOT_FOUND, Outcome.NO_ACCESS)
    return [(getattr(row, outcome), status_mark(outcome).tone) for outcome in outcomes]


def name_header_buttons(header: PageHeader, *names: str) -> None:
    """Set object names for the buttons of a page's header, in the order in which they were added.

    Raises ValueError unless there is one name for each button.
    """
    for made, name in zip(header.findChildren(ActionButton), names, strict=True):
        made.setObjectName(name)


def holds_focus(widget: QWidget) -> bool:
    """Return whether the focus is on a widget or inside it."""
    focus: QWidget | None = widget.window().focusWidget()
    return focus is not None and focus.isVisible() and (focus is widget or widget.isAncestorOf(focus))


def mark_image(data: bytes) -> QImage:
    """Return the picture of a mark from the PNG that `png_of` made of it in this app; a null image if it is none.

    Pictures of other origin go through `Pictures`.
    """
    png: Any = "PNG"  # the stub wants bytes, which PySide refuses
    return QImage.fromData(data, png)


def png_of(image: QImage) -> bytes:
    """Return a picture as the bytes of a PNG file; empty for a null picture."""
    if image.isNull():
        return b""
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    QImageWriter(buffer, QByteArray(b"png")).write(image)
    return bytes(data.data())


def visit_cards(connection: Connection, origin: str, epoch: int) -> list[tuple[VisitRow, bool, SiteRecord | None]]:
    """Return every visit, by due date, whether HQ's receipt covers its closing, and the record of its site."""
    sites = {record.site_id: record for record in site_records(connection)}
    received_seq = outstanding(connection, origin, epoch).received_seq
    cards = []
    for row in all_visits(connection):
        closed = closing(connection, row.visit_id) if row.closed_at else None
        # The closing itself is the entry after the head that it names, the account's signature the one after that.
        is_received = closed is not None and received_seq >= closed.head_seq + 2
        cards.append((row, is_received, sites.get(row.site_id)))
    return cards
