"""Facts about sites and cases as records: what HQ knows of them besides their names. See `facts`."""

from __future__ import annotations

from typing import Final

from eum_app.domain.areas import Area
from eum_app.domain.fact import Fact, Whole
from eum_app.domain.fact_kind import FactKind
from eum_app.domain.fact_parts import RejectedRow
from eum_app.domain.translatable import QT_TRANSLATE_NOOP


class SiteDescribed(Fact, frozen=True, kw_only=True):
    """Some fields of a site's record were stated, typed or from a list.

    `values` maps a field (`records.SiteField`) to its text; an absent field is unchanged, an empty text clears it. Of
    each field, the newest fact counts. `effective_on` (`YYYY-MM-DD` or "") is the day from which the values hold, for
    example since when a site is closed. `source` names the document, person or file, with `line` of a list. Fields that
    this version does not know are kept.
    """

    site_id: str
    values: dict[str, str]
    effective_on: str
    source: str
    reason: str
    import_id: str = ""
    line: Whole = 0


class CaseDescribed(Fact, frozen=True, kw_only=True):
    """Some fields of a case or license were stated; as `SiteDescribed`, by `records.CaseField`.

    `program` and `country` decide who may see the case. `case_id` is the case identifier `XX-X-XXX`, or the number of
    a license as stated.
    """

    case_id: str
    program: str
    country: str
    values: dict[str, str]
    effective_on: str
    source: str
    reason: str
    import_id: str = ""
    line: Whole = 0


class CaseLineDelivered(Fact, frozen=True, kw_only=True):
    """The total delivered under one line of a case, up to `delivered_on` (`YYYY-MM-DD` or ""); the newest fact counts.

    `quantity` is None if an earlier statement about this line is taken back. Totals are cumulative, as in the C1
    delivery transaction (SAMM C9.T30).
    """

    case_id: str
    rsn: str
    quantity: Whole | None
    nomenclature: str
    part_number: str
    delivered_on: str
    source: str
    reason: str
    import_id: str = ""
    line: Whole = 0


class RecordsImported(Fact, frozen=True, kw_only=True):
    """A list of sites or cases was imported. `list_kind` is sites or cases.

    `changed` of its `rows` changed a record, `unchanged` stated what is known, `left` differ from the record and were
    not taken. `rejected` is as in `InventoryImported`.
    """

    import_id: str
    list_kind: str
    source_name: str
    source_sha384: str
    rows: Whole
    changed: Whole
    unchanged: Whole
    left: Whole
    rejected: tuple[RejectedRow, ...]
    rejected_count: Whole


KINDS: Final = (
    FactKind(fact=SiteDescribed, word=QT_TRANSLATE_NOOP("words", "Site described"), area=Area.SITES),
    FactKind(fact=CaseDescribed, word=QT_TRANSLATE_NOOP("words", "Case described"), area=Area.CASES),
    FactKind(fact=CaseLineDelivered, word=QT_TRANSLATE_NOOP("words", "Delivered total stated"), area=Area.CASES),
    FactKind(fact=RecordsImported, word=QT_TRANSLATE_NOOP("words", "Records imported")),
)
