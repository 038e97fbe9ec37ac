"""What a locked device may show of itself: its name and kind. Imports little, for the page before unlocking."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from db.keyslots import read_store_file


@dataclass(frozen=True)
class StoreLabel:
    """`kind` is hq or field."""

    name: str
    kind: str


def store_label(folder: Path) -> StoreLabel:
    """Raises Refusal `store.absent`, `store.newer`, `keyslots.damaged`; Trouble of the disk."""
    store_file = read_store_file(folder)
    return StoreLabel(store_file.name, store_file.kind)
