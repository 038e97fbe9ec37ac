"""Facts that come in lists: sites and items of the book, and what others claim about them. See `facts`."""

from __future__ import annotations

from typing import Final

from eum_app.domain.areas import Area
from eum_app.domain.fact import Fact
from eum_app.domain.fact_kind import FactKind
from eum_app.domain.fact_parts import LabelClaim, LabelPartRead, RejectedRow
from eum_app.domain.translatable import QT_TRANSLATE_NOOP


class SiteRegistered(Fact, frozen=True, kw_only=True):
    site_id: str
    name: str
    country: str


class InventoryImported(Fact, frozen=True, kw_only=True):
    """A list of the book came in. `rejected` names the first rows that were not taken (a fact has a limit of size);
    `rejected_count` counts all of them, and is 0 in facts that name them all.

    `changed` of the items already held took the list's other values. `stated` rows hold identifiers that look damaged
    and that, for `stated_reason`, are what the plate says.
    """

    import_id: str
    source_name: str
    source_sha384: str
    rows: int
    accepted: int
    already_held: int
    rejected: tuple[RejectedRow, ...]
    rejected_count: int = 0
    changed: int = 0
    stated: int = 0
    stated_reason: str = ""


class ItemListed(Fact, frozen=True, kw_only=True):
    """The book's row of one item, with its provenance (file and line). Dates are `YYYY-MM-DD` or empty.

    Listed again, the newer row counts. `stated` names columns, parted by commas, that look damaged and that a person
    stated to be what the plate says: unconfirmed until a mark of the item is read.
    """

    item_id: str
    import_id: str
    line: int
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


class ProfileSaved(Fact, frozen=True, kw_only=True):
    """How lists with these headings are read, under a name; of two with one name the newest counts.

    `list_kind` is inventory, partner_report or shipper_list; "" for what is found out afresh each time.
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
    """A list of what others say came in: `claim_kind` is partner_report or shipper_list; `claims` of its `rows` were
    taken, of which `matched` are about one item of the book, and `ambiguous` could be about several."""

    import_id: str
    claim_kind: str
    source_name: str
    source_sha384: str
    rows: int
    claims: int
    matched: int
    unmatched: int
    ambiguous: int
    rejected: tuple[RejectedRow, ...]


class ClaimMade(Fact, frozen=True, kw_only=True):
    """What a list says about one serial number: never a sighting. `item_id` is empty where no one item fits (`match`).

    `state` is in the list's words, `disposition` what it was taken to mean, or empty; `as_of` is `YYYY-MM-DD` or empty.
    """

    claim_id: str
    import_id: str
    claim_kind: str
    line: int
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
    """A person kept what a container's label says (MIL-STD-129): claims of whoever packed it, never sightings.

    `label_id` is the file id that all parts of a label carry, empty for a label in one symbol. `size` is how many parts
    it has, 0 where none told it; unless `is_whole`, `claims` are those that stand whole within the parts read.
    """

    visit_id: str
    label_id: str
    size: int
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
