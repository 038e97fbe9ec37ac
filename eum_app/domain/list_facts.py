"""Facts from lists: sites and items of the book, and claims by others about them. See `facts`."""

from __future__ import annotations

from typing import Final

from eum_app.domain.areas import Area
from eum_app.domain.fact import Fact, Whole
from eum_app.domain.fact_kind import FactKind
from eum_app.domain.fact_parts import LabelClaim, LabelPartRead, RejectedRow
from eum_app.domain.translatable import QT_TRANSLATE_NOOP


class SiteRegistered(Fact, frozen=True, kw_only=True):
    """A site of the book."""

    site_id: str
    name: str
    country: str


class InventoryImported(Fact, frozen=True, kw_only=True):
    """A list of the book was imported.

    `rejected` names the first rejected rows, because a fact is limited in size. `rejected_count` counts all of them; it
    is 0 in older facts, which name them all. `changed` items already in the book took the list's other values. `stated`
    rows hold identifiers that look damaged and that a person confirmed from the plate, for `stated_reason`.
    """

    import_id: str
    source_name: str
    source_sha384: str
    rows: Whole
    accepted: Whole
    already_held: Whole
    rejected: tuple[RejectedRow, ...]
    rejected_count: Whole = 0
    changed: Whole = 0
    stated: Whole = 0
    stated_reason: str = ""


class ItemListed(Fact, frozen=True, kw_only=True):
    """The book's row of one item, with its source (file and line). Dates are `YYYY-MM-DD` or empty.

    If an item is listed again, the newer row counts. Its disposition counts unless a person stated another one since:
    since this row, or since `disposition_as_of` (UTC text) for a row that repeats the disposition of an earlier one.
    `stated` names columns, separated by commas, that look damaged and
    that a person confirmed from the plate. They are unconfirmed until a mark of the item is read.
    """

    item_id: str
    import_id: str
    line: Whole
    country: str
    case_id: str
    rsn: str
    nomenclature: str
    nsn: str
    part_number: str
    cage: str
    serial: str
    serial_raw: str
    uii: str
    eum_level: str
    ship_date: str
    delivery_date: str
    site_id: str
    location: str
    last_inventory: str
    disposition: str
    remarks: str
    stated: str = ""
    disposition_as_of: str = ""


class ProfileSaved(Fact, frozen=True, kw_only=True):
    """A named profile for reading lists with these headings. Of two with one name, the newest counts.

    `list_kind` is inventory, partner_report or shipper_list; "" means that it is detected for each list.
    """

    name: str
    list_kind: str
    headings: tuple[str, ...]
    sheet: str
    encoding: str
    delimiter: str
    date_order: str
    columns: dict[str, str]


class ClaimsImported(Fact, frozen=True, kw_only=True):
    """A list of claims was imported. `claim_kind` is partner_report or shipper_list.

    `claims` of its `rows` were accepted; `matched` of these are about one item of the book, `ambiguous` could be about
    several. `rejected` names the first rejected rows and `rejected_count` counts all of them, as in
    `InventoryImported`.
    """

    import_id: str
    claim_kind: str
    source_name: str
    source_sha384: str
    rows: Whole
    claims: Whole
    matched: Whole
    unmatched: Whole
    ambiguous: Whole
    rejected: tuple[RejectedRow, ...]
    rejected_count: Whole = 0


class ClaimMade(Fact, frozen=True, kw_only=True):
    """A list's claim about one serial number, never a sighting.

    `item_id` is empty if no single item matches (see `match`).

    `state` is the list's wording, `disposition` our reading of it or empty; `as_of` is `YYYY-MM-DD` or empty.
    """

    claim_id: str
    import_id: str
    claim_kind: str
    line: Whole
    item_id: str
    match: str
    serial: str
    serial_raw: str
    uii: str
    nomenclature: str
    nsn: str
    part_number: str
    unit: str
    state: str
    disposition: str
    as_of: str
    remark: str


class ContainerLabelNoted(Fact, frozen=True, kw_only=True):
    """A person recorded a container label (MIL-STD-129): claims of the party that packed it, never sightings.

    `label_id` is the file id that all parts of a label carry, empty for a label in one symbol. `size` is its number of
    parts, 0 if unknown. Unless `is_whole`, `claims` are only those that are complete within the parts read.
    """

    visit_id: str
    label_id: str
    size: Whole
    is_whole: bool
    parts: tuple[LabelPartRead, ...]
    claims: tuple[LabelClaim, ...]


KINDS: Final = (
    FactKind(fact=SiteRegistered, word=QT_TRANSLATE_NOOP("words", "Site registered"), area=Area.ITEMS),
    FactKind(fact=InventoryImported, word=QT_TRANSLATE_NOOP("words", "Inventory imported"), area=Area.ITEMS),
    FactKind(fact=ItemListed, word=QT_TRANSLATE_NOOP("words", "Item listed"), area=Area.ITEMS),
    FactKind(fact=ProfileSaved, word=QT_TRANSLATE_NOOP("words", "List profile saved"), area=Area.PROFILES),
    FactKind(fact=ClaimsImported, word=QT_TRANSLATE_NOOP("words", "Claims imported"), area=Area.CLAIMS),
    FactKind(fact=ClaimMade, word=QT_TRANSLATE_NOOP("words", "Claim made"), area=Area.CLAIMS),
    FactKind(
        fact=ContainerLabelNoted,
        word=QT_TRANSLATE_NOOP("words", "Container label noted"),
        area=Area.CLAIMS,
        device_may_state=True,
        is_evidence=True,
    ),
)
