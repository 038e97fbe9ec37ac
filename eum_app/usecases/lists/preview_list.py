"""A list shown before anything is kept: what each of its rows would become."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from db.queries.items import held_match_keys
from eum_app.domain.claims import ListKind
from eum_app.list_files.claims_file import CLAIMS, read_claims
from eum_app.list_files.headings import Layout
from eum_app.list_files.inventory_file import INVENTORY, read_inventory
from eum_app.list_files.list_file import ListPreview, Profile
from eum_app.usecases.lists.import_claims import match_rows
from eum_app.usecases.session import Session


@dataclass(frozen=True)
class Shown:
    """`becomes`: line → new or held (inventory), or how a claim is matched (`claims.Match`), as the book stands now."""

    kind: ListKind
    preview: ListPreview[Any]
    becomes: dict[int, str]


def layout_of(kind: ListKind) -> Layout:
    return INVENTORY if kind == ListKind.INVENTORY else CLAIMS


def preview_list(session: Session, path: Path, kind: ListKind, profile: Profile) -> Shown:
    """Read `path` as a list of `kind`; raises as `list_file.read_list` does. Nothing is kept."""
    if kind == ListKind.INVENTORY:
        listed = read_inventory(path, profile)
        keys = {row.line: "|".join(row.key) for row in listed.accepted}
        with session.store.reading() as connection:  # the whole book, as the import asks it
            held = held_match_keys(connection, keys.values())
        return Shown(kind, listed, {line: "held" if key in held else "new" for line, key in keys.items()})
    claimed = read_claims(path, profile)
    with session.store.reading() as connection:
        matches = match_rows(connection, claimed.accepted)
    return Shown(kind, claimed, {row.line: found.match for row, found in zip(claimed.accepted, matches, strict=True)})
