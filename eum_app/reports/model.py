"""What a report is before it has a format: a cover, and tables whose rows are read while they are written.

Cells are text as facts carry it (dates `YYYY-MM-DD`, instants UTC text, counts in digits); a column's kind says what a
format may make of it (a code is put into words where only people read it). Serial numbers and the like are text in
every format, however much they look like numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from eum_app.domain.journal import Head

MARKING: Final = "CUI"
DESIGNATION: Final = {
    "Controlled by": "to be filled in by the controlling office",
    "CUI category": "EXPT",
    "Distribution": "to be filled in by the controlling office",
    "POC": "to be filled in by the controlling office",
}
"""The designation indicator block (DoDI 5200.48, 3.4). Texts of the office that runs the program."""

Kind = Literal["text", "code", "date", "instant", "count"]


@dataclass(frozen=True)
class Column:
    """One column; `name` is what programs call it, `width` is in characters of a sheet."""

    heading: str
    name: str
    kind: Kind = "text"
    width: int = 14


@dataclass(frozen=True)
class Table:
    """Rows under columns. `rows` can be read once; `total` is counted apart from them."""

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: Iterable[Sequence[str]]
    total: int

    @property
    def headings(self) -> tuple[str, ...]:
        return tuple(column.heading for column in self.columns)


@dataclass(frozen=True)
class Section:
    """Labelled lines on the cover: counts, filters, journal heads."""

    title: str
    lines: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Cover:
    """What a reader needs before the first row. `reconciliation` says whether the counts add up, in words."""

    report: str
    title: str
    subject: str
    as_of: str
    made_by: str
    made_at_store: str
    reconciliation: str
    is_reconciled: bool
    sections: tuple[Section, ...]
    marking: str = MARKING
    designation: Mapping[str, str] = field(default_factory=lambda: dict(DESIGNATION))


@dataclass(frozen=True)
class Made:
    """Who made a report, where, and as of when (UTC text)."""

    as_of: str
    by: str
    at_store: str


@dataclass(frozen=True)
class Counts:
    """Counts that the sidecar states. `unreconciled` is the total less what the counts add up to."""

    dispositions: Mapping[str, int] = field(default_factory=dict)
    outcomes: Mapping[str, int] = field(default_factory=dict)
    grades: Mapping[str, int] = field(default_factory=dict)
    clocks: Mapping[str, int] = field(default_factory=dict)
    clock_trigger: str = ""
    unreconciled: int = 0


@dataclass(frozen=True)
class Figure:
    """The one number that a page shows beside the total. `is_warning`: it asks for attention."""

    title: str
    value: int
    detail: str
    is_warning: bool = False


@dataclass(frozen=True)
class Document:
    """A report that was read: a cover and tables.

    The first table is the report's own; its rows are counted again. `filters` is what the sidecar states; None: those
    that were asked for. `pictures` are drawn signatures for the formats that show them: (caption, PNG or JPEG bytes, or
    words in their place). `template` sets the PDF. `figure` is for the page alone.
    """

    cover: Cover
    tables: tuple[Table, ...]
    pictures: tuple[tuple[str, bytes | str], ...] = ()
    counts: Counts = field(default_factory=Counts)
    filters: Mapping[str, str] | None = None
    figure: Figure | None = None
    template: str = "report"


@dataclass(frozen=True)
class Part:
    """A file that a format wrote. `holds_rows`: rows of the report's own table stand in it (a volume, say)."""

    name: str
    holds_rows: bool = True


@dataclass(frozen=True)
class Written(Part):
    """The same as it lies on the disk: its rows are counted from it, not from what was meant to be written."""

    rows: int = 0
    sha384: str = ""


def heads_section(heads: Sequence[Head]) -> Section:
    """The journals that a report was made from, each with its newest entry."""
    return Section(
        "Made from these journals",
        tuple((f"{head.origin}, epoch {head.epoch}, fact {head.seq}", head.hash.hex()) for head in heads),
    )


def plain_cover(cover: Cover) -> dict[str, Any]:
    """The cover as plain values, for JSON and templates."""
    return {
        "report": cover.report,
        "title": cover.title,
        "subject": cover.subject,
        "as_of": cover.as_of,
        "made_by": cover.made_by,
        "made_at_store": cover.made_at_store,
        "marking": cover.marking,
        "designation": dict(cover.designation),
        "is_reconciled": cover.is_reconciled,
        "reconciliation": cover.reconciliation,
        "sections": [{"title": section.title, "lines": section.lines} for section in cover.sections],
    }
