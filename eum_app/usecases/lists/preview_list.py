"""Preview of a list before it is imported: the effect of each row."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from db.queries.items import held_items
from eum_app.domain.claims import ListKind
from eum_app.domain.list_differences import Difference, differences
from eum_app.list_files.claims_file import CLAIMS, read_claims
from eum_app.list_files.headings import Layout
from eum_app.list_files.inventory_file import INVENTORY, InventoryPreview, read_inventory
from eum_app.list_files.list_file import ListPreview, PlateSays, Profile
from eum_app.usecases.lists.import_claims import match_rows
from eum_app.usecases.session import Session


@dataclass(frozen=True)
class Shown:
    """A preview compared with the current book.

    `becomes` maps an accepted line to new, held or differs (inventory), or to how a claim is matched
    (`claims.ClaimMatch`). `differences` maps a line that differs to the columns in which it does.
    """

    kind: ListKind
    preview: ListPreview[Any]
    becomes: dict[int, str]
    differences: dict[int, tuple[Difference, ...]] = field(default_factory=dict)


def beside_the_book(session: Session, listed: InventoryPreview) -> Shown:
    """Compare each accepted row of an inventory with the book: new, held, or with different values."""
    keys = {row.line: "|".join(row.key) for row in listed.accepted}
    with session.reading(whole=True) as connection:  # the whole book, ignoring the account's scope, as the import does
        held = held_items(connection, keys.values())
    becomes: dict[int, str] = {}
    found: dict[int, tuple[Difference, ...]] = {}
    for row in listed.accepted:
        item = held.get(keys[row.line])
        if item is not None and (changed := differences(row, asdict(item))):
            found[row.line] = changed
        becomes[row.line] = "new" if item is None else "differs" if row.line in found else "held"
    return Shown(ListKind.INVENTORY, listed, becomes, found)


def layout_of(kind: ListKind) -> Layout:
    """Return the columns that a list of this kind has; all kinds but the inventory have those of claims."""
    return INVENTORY if kind == ListKind.INVENTORY else CLAIMS


def preview_list(
    session: Session, path: Path, kind: ListKind, profile: Profile, plate: PlateSays | None = None
) -> Shown:
    """Read `path` as a list of `kind` without saving anything, and compare it with the whole book.

    `plate` is ignored for claims. Raises as `list_file.read_list` does.
    """
    if kind == ListKind.INVENTORY:
        return beside_the_book(session, read_inventory(path, profile, plate=plate))
    claimed = read_claims(path, profile)
    with session.reading(whole=True) as connection:
        matches = match_rows(connection, claimed.accepted)
    return Shown(kind, claimed, {row.line: found.match for row, found in zip(claimed.accepted, matches, strict=True)})
