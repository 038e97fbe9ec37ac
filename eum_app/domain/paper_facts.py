"""Facts about files written for people: worklists, labels and reports. See `facts`."""

from __future__ import annotations

from typing import Final

from eum_app.domain.areas import Area
from eum_app.domain.fact import Fact, Whole
from eum_app.domain.fact_kind import FactKind
from eum_app.domain.translatable import QT_TRANSLATE_NOOP


class WorklistPrinted(Fact, frozen=True, kw_only=True):
    """Pages of a visit's worklist were written to a file, for the inspector whom HQ sent.

    A long list has several files.

    `pages` holds each page's code (the content of its QR symbol), `items` the items on each page, `rows` their total.
    """

    print_id: str
    visit_id: str
    inspector: str
    pages: tuple[str, ...]
    items: tuple[tuple[str, ...], ...]
    rows: Whole
    file_name: str


class LabelsPrinted(Fact, frozen=True, kw_only=True):
    """Labels were written to a file:

    `copies` for each of `items`. `label_kind` is replacement (for the item) or shelf.
    """

    print_id: str
    label_kind: str
    symbol: str
    sheet_id: str
    items: tuple[str, ...]
    copies: Whole
    labels: Whole
    file_name: str


class ReportExported(Fact, frozen=True, kw_only=True):
    """A report was exported. `as_of` is the time that it describes, `sha384` the hash of its file.

    `imprint` names its signature (`crypto.timestamps`); facts of earlier versions have none.
    """

    report: str
    file_name: str
    sha384: str
    rows: Whole
    as_of: str
    imprint: str = ""


KINDS: Final = (
    FactKind(
        fact=WorklistPrinted,
        word=QT_TRANSLATE_NOOP("words", "Worklist printed"),
        area=Area.ITEMS,
        device_may_state=True,
    ),
    FactKind(
        fact=LabelsPrinted, word=QT_TRANSLATE_NOOP("words", "Labels printed"), area=Area.ITEMS, device_may_state=True
    ),
    FactKind(
        fact=ReportExported,
        word=QT_TRANSLATE_NOOP("words", "Report exported"),
        area=Area.REPORTS,
        device_may_state=True,
        auditor_may_state=True,
    ),
)
