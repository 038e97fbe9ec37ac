"""Figures of HQ's first page, read in one view so that they are consistent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from db.queries.exchange import not_yet_received
from db.queries.overview import BookFigures, DeviceLine, WorkFigures, book_figures, device_lines, work_figures
from eum_app.domain.clock import from_utc_text
from eum_app.usecases.session import Session


@dataclass(frozen=True)
class Overview:
    """All figures of the page. `as_of` is UTC text, `today` its day, `program` the program shown (empty: all).

    Figures about devices always cover all programs: the program of a fact is unknown before it arrives.
    """

    program: str
    as_of: str
    today: date
    book: BookFigures
    work: WorkFigures
    devices: list[DeviceLine]
    not_received: int


def overview(session: Session, program: str = "") -> Overview:
    """Return the current figures of one program or of all, within the account's scope; 0 for an unknown program."""
    with session.reading() as connection:
        as_of = session.observed_now()
        today = from_utc_text(as_of).date()
        return Overview(
            program,
            as_of,
            today,
            book_figures(connection, today, program=program),
            work_figures(connection, today, program),
            device_lines(connection, session.name),
            not_yet_received(connection),
        )
