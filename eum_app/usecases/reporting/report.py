"""A report as one object: its name, permission, filters, formats, columns, and the function that reads it.

`registry` lists the reports. The command, the page, the child process, the self-check and docs/reports.md are made from
these objects; `make_report` does for all of them what no report may forget: permission, scope, signature, proof.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Final

from db.store import Connection
from eum_app.domain.clock import parse_date
from eum_app.domain.journal import Head
from eum_app.domain.people import Permission
from eum_app.reports.model import Column, Document, Made
from eum_app.usecases.session import Session

ALL_FORMATS: Final = (".csv", ".xlsx", ".pdf", ".json")
Wanted = Mapping[str, str]
"""Name of a filter → its value; a missing or empty value is "all"."""


class FilterKind(StrEnum):
    """Decides how a value is chosen on the page, and what is checked before a report is read."""

    TEXT = "text"
    CHOICE = "choice"
    SITE = "site"
    COUNTRY = "country"
    VISIT = "visit"
    DAY = "day"
    """A UTC day, `YYYY-MM-DD`."""


@dataclass(frozen=True)
class Filter:
    """One filter. `name` is its key in `Wanted`, `title` its caption, `about` the help of its option.

    `choices` belong to `FilterKind.CHOICE`. A required filter is an argument of the command, any other the option
    `--<option>` (`name` where `option` is empty). `is_upper_case`: the page turns what is typed into capitals.
    """

    name: str
    title: str
    about: str
    kind: FilterKind = FilterKind.TEXT
    option: str = ""
    choices: tuple[str, ...] = ()
    default: str = ""
    is_required: bool = False
    is_upper_case: bool = False

    @property
    def option_name(self) -> str:
        """Name of the command-line option."""
        return (self.option or self.name).replace("_", "-")


@dataclass(frozen=True)
class Source:
    """One read view of a store, and the facts that every report made from it states.

    `wanted` holds the filters that have a value, `scope` the account's limits as `scope` → text. `limit` is the maximum
    number of rows to read, for a preview; None reads all.
    """

    session: Session
    connection: Connection
    wanted: Wanted
    scope: Mapping[str, str]
    made: Made
    heads: Sequence[Head]
    not_received: int
    limit: int | None = None

    @property
    def filters(self) -> dict[str, str]:
        """Filters that the sidecar states unless the document has its own."""
        return {**self.wanted, **self.scope}

    @property
    def today(self) -> date:
        """UTC day as of which the report is made."""
        return parse_date(self.made.as_of[:10])


@dataclass(frozen=True)
class Shown:
    """A column of the page: its heading, the columns of the report that it joins, and its width (0 stretches).

    `only_day`: an instant is shown without its time.
    """

    title: str
    columns: tuple[str, ...]
    width: int = 0
    only_day: bool = False


@dataclass(frozen=True)
class Report:
    """One kind of report.

    `read` returns the document: a cover, tables whose rows are read while they are written, and the counts for the
    sidecar. It is a module-level function, since the object is sent to the child process. `template` names the file in
    assets/reports that sets the PDF. `command` is the word after `eum report`. `shown` are the columns on the page; all
    columns where it is empty.
    """

    name: str
    title: str
    about: str
    columns: tuple[Column, ...]
    read: Callable[[Source], Document]
    filters: tuple[Filter, ...] = ()
    permission: Permission = Permission.REPORT_EXPORT
    formats: tuple[str, ...] = ALL_FORMATS
    template: str = "report"
    command: str = ""
    shown: tuple[Shown, ...] = field(default=())

    @property
    def command_name(self) -> str:
        """Word after `eum report` for this report."""
        return self.command or self.name

    @property
    def shown_columns(self) -> tuple[Shown, ...]:
        """Columns on the page: `shown`, or all columns if it is empty."""
        return self.shown or tuple(Shown(column.heading, (column.name,)) for column in self.columns)


@dataclass(frozen=True)
class Paper:
    """A printed form that is not a report and has no sidecar. `template` is as for `Report`."""

    name: str
    title: str
    about: str
    template: str
    permission: Permission = Permission.PAPER_PRINT
