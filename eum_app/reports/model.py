"""A report before it has a file format: a cover, and tables whose rows are read while they are written.

Cells are text in the form that facts use: dates `YYYY-MM-DD`, instants as UTC text, counts in digits. A column's kind
tells a format how it may show a cell (codes become words where only people read them). Serial numbers and other
identifiers are text in every format, even if they look like numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from eum_app.domain.journal import Head

MARKING: Final = "CUI"
Kind = Literal["text", "code", "date", "instant", "count"]


@dataclass(frozen=True)
class Column:
    """One column. `name` is its key in JSON and templates; `width` is in characters of a spreadsheet."""

    heading: str
    name: str
    kind: Kind = "text"
    width: int = 14


@dataclass(frozen=True)
class Table:
    """Rows under columns.

    `rows` may be an iterator that can be read only once; `total` is the number of rows expected in it.
    A PDF prints it only if `in_pdf`: the answers about each item stay beside the item there.
    """

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: Iterable[Sequence[str]]
    total: int
    in_pdf: bool = True

    @property
    def headings(self) -> tuple[str, ...]:
        """Headings of the columns, in order."""
        return tuple(column.heading for column in self.columns)


@dataclass(frozen=True)
class Section:
    """A titled block of (label, value) lines on the cover: counts, filters, journal heads.

    Only a count is a number. Text stays text in every format, even if it holds only digits, as a site's name may.
    """

    title: str
    lines: tuple[tuple[str, str | int], ...]


@dataclass(frozen=True)
class Cover:
    """Front page of a report. `reconciliation` is the sentence that says whether the counts add up.

    `verdict` is the verdict on a visit (`compliance.balance.Verdict`); empty for other reports, which only state
    whether their counts add up (`is_reconciled`).
    """

    report: str
    title: str
    subject: str
    as_of: str
    made_by: str
    made_at_store: str
    reconciliation: str
    is_reconciled: bool
    sections: tuple[Section, ...]
    verdict: str = ""
    marking: str = MARKING
    designation: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Made:
    """Origin of a report: the data's time (`as_of`, UTC text), the account, and the store."""

    as_of: str
    by: str
    at_store: str


@dataclass(frozen=True)
class Counts:
    """Counts that the sidecar states. `unreconciled` is the total minus the sum of the counts."""

    dispositions: Mapping[str, int] = field(default_factory=dict)
    outcomes: Mapping[str, int] = field(default_factory=dict)
    grades: Mapping[str, int] = field(default_factory=dict)
    clocks: Mapping[str, int] = field(default_factory=dict)
    clock_trigger: str = ""
    unreconciled: int = 0


@dataclass(frozen=True)
class Figure:
    """The one number that a page shows beside the total. `is_warning` marks a number that needs attention."""

    title: str
    value: int
    detail: str
    is_warning: bool = False


@dataclass(frozen=True)
class Document:
    """A report that was read from the store: a cover and its tables.

    The first table is the main one; its rows are counted again in the written files. `filters` are those that the
    sidecar states; None means those that were asked for. `pictures` are drawn signatures for the formats that show
    them, as (caption, PNG or JPEG bytes, or a sentence in its place). `template` is the PDF template. Only the page
    uses `figure` and `reasons`: why the counts are as the cover says, as texts of the context `reports` with values.
    """

    cover: Cover
    tables: tuple[Table, ...]
    pictures: tuple[tuple[str, bytes | str], ...] = ()
    counts: Counts = field(default_factory=Counts)
    filters: Mapping[str, str] | None = None
    figure: Figure | None = None
    template: str = "report"
    reasons: tuple[tuple[str, Mapping[str, object]], ...] = ()


@dataclass(frozen=True)
class Part:
    """A file that a format wrote.

    `holds_rows` is True if it holds rows of the main table, as each volume of a PDF does.
    """

    name: str
    holds_rows: bool = True


@dataclass(frozen=True)
class Written(Part):
    """A `Part` after it was read back from the disk: `rows` was counted in the file, `sha384` is hex."""

    rows: int = 0
    sha384: str = ""


def heads_section(heads: Sequence[Head]) -> Section:
    """Return the cover section that lists each journal the report was made from, with the hash of its newest entry."""
    return Section(
        "Made from these journals",
        tuple((f"{head.origin}, epoch {head.epoch}, fact {head.seq}", head.hash.hex()) for head in heads),
    )


def text_lines(section: Section) -> list[tuple[str, str]]:
    """Return the lines of a section as text, counts in digits without separators."""
    return [(label, str(value)) for label, value in section.lines]


def plain_cover(cover: Cover) -> dict[str, Any]:
    """Return the cover as built-in types, for JSON and templates."""
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
        "verdict": cover.verdict,
        "sections": [{"title": section.title, "lines": text_lines(section)} for section in cover.sections],
    }
