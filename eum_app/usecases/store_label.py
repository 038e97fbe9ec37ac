"""What a locked device may show of itself: its name and kind. Imports little, for the page before unlocking."""

from __future__ import annotations

from pathlib import Path

from db.label import Label as StoreLabel
from db.label import read_label


def store_label(folder: Path) -> StoreLabel:
    """Raises Refusal `store.absent`, `store.newer`, `keyslots.damaged`; Trouble of the disk."""
    return read_label(folder)
