"""From what was read to the item that it means: expected, already checked, elsewhere, not on the list, unknown."""

from __future__ import annotations

from dataclasses import dataclass

from db.queries.items import ItemRow, items_by_id, items_by_mark
from db.queries.visits import expected_serials, is_expected, visits_expecting
from eum_app.domain.facts import MarkRead
from eum_app.domain.items import item_key
from eum_app.domain.look_alikes import near
from eum_app.domain.marks import Mark, parse_mark
from eum_app.usecases.session import Session

MAX_NEAR = 8


@dataclass(frozen=True)
class Match:
    """What a mark means in a visit. `kind`:

    - `expected`: one item of the list, still to be checked;
    - `already_checked`: one item of the list that has an outcome;
    - `expected_elsewhere`: a known item that another open visit of this device expects;
    - `not_on_list`: a known item that this visit does not expect;
    - `ambiguous`: several items could be meant (`candidates`): the person says which;
    - `near`: nothing matches, but serials one character off or of look-alikes do (`candidates`); never taken by itself;
    - `claims`: a container's label with several identifiers: claims, never sightings;
    - `unknown`: nobody has listed it.
    """

    kind: str
    read: MarkRead
    mark: Mark
    item: ItemRow | None = None
    candidates: tuple[ItemRow, ...] = ()


def match_mark(
    session: Session, visit_id: str, raw: bytes, *, read_by: str, symbology: str = "", preparation: str = ""
) -> Match:
    """Parse a mark (or typed text) and find what it means. Writes nothing. Raises Refusal `mark.…`."""
    mark = parse_mark(raw, symbology or None)
    read = MarkRead(
        read_by=read_by,
        raw=raw,
        symbology=mark.symbology or symbology,
        preparation=preparation,
        uii=mark.uii.value if mark.uii else "",
        serial=mark.serial or "",
        elements=tuple((element.identifier, element.value) for element in mark.elements.pairs),
    )
    if mark.claims:
        return Match("claims", read, mark)
    with session.store.reading() as connection:
        key = (
            "|".join(item_key(mark.cage, mark.part_number, mark.serial))
            if mark.cage and mark.part_number and mark.serial
            else ""
        )
        text = mark.text.strip()
        found = items_by_mark(connection, uii=read.uii or text, match_key=key, serial=read.serial or text)
        outcomes = {row.item_id: is_expected(connection, visit_id, row.item_id) for row in found}
        listed = [row for row in found if outcomes[row.item_id]]
        meant = listed or found
        if len(meant) > 1:
            return Match("ambiguous", read, mark, candidates=tuple(meant))
        if meant:
            row = meant[0]
            if outcomes[row.item_id] == "to_check":
                kind = "expected"
            elif outcomes[row.item_id]:
                kind = "already_checked"
            else:
                kind = "expected_elsewhere" if visits_expecting(connection, row.item_id) else "not_on_list"
            return Match(kind, read, mark, item=row)
        wanted = read.serial or text
        close = [item_id for serial, item_id in expected_serials(connection, visit_id) if near(serial, wanted)]
        if close:
            rows = items_by_id(connection, close[:MAX_NEAR])
            return Match("near", read, mark, candidates=tuple(rows.values()))
    return Match("unknown", read, mark)
