"""Rows behind a figure: the filters that the overview passes to another page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Narrowed:
    """`rows` is the filter for the page, `words` describe the rows shown."""

    rows: Any
    words: str


@dataclass(frozen=True)
class FindingFilter:
    """A filter of findings: an empty text means all."""

    program: str = ""
    severity: str = ""
    rule_id: str = ""


@dataclass(frozen=True)
class VisitFilter:
    """A filter of visits. `is_open`: only those not closed out; an empty text means all.

    `past_due_on`: only open visits that were due before that UTC day (`YYYY-MM-DD`).
    """

    program: str = ""
    is_open: bool = False
    past_due_on: str = ""
