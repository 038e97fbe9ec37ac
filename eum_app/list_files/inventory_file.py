"""Read an inventory list into a preview. Nothing is stored here.

The preview holds the profile that was used, the rows that can be imported, rejected rows with the reasons, and doubts.
Importing is a separate use case. `list_file.write_rejected_csv` writes the rejected rows to a file, to be corrected.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

from eum_app.domain.clock import system_now
from eum_app.domain.inventory_rows import COLUMNS, DATE_COLUMNS, InventoryRow, RowReader
from eum_app.list_files.headings import Layout
from eum_app.list_files.list_file import (
    ListPreview,
    PlateSays,
    Profile,
    Rejected,
    RowWarning,
    read_list,
    write_rejected_csv,
)

__all__ = [
    "INVENTORY",
    "InventoryPreview",
    "PlateSays",
    "Profile",
    "Rejected",
    "RowWarning",
    "read_inventory",
    "write_rejected_csv",
]

# Without a serial, an item cannot be identified; without a case, it has no authorization.
INVENTORY = Layout("inventory-headings.json", COLUMNS, DATE_COLUMNS, ("case_id", "serial"), ("part_number", "nsn"))

InventoryPreview = ListPreview[InventoryRow]


def read_inventory(
    path: Path, profile: Profile | None = None, today: date | None = None, plate: PlateSays | None = None
) -> InventoryPreview:
    """Read `path` (CSV or .xlsx, by its content) as an inventory. Raises as `list_file.read_list` does.

    `plate` states which identifiers look damaged and still match the plate. `today` (UTC; this computer's date if None)
    decides which dates are in the future.
    """
    day = today or system_now().date()
    return read_list(path, profile or Profile(), INVENTORY, lambda order: RowReader(order, day).read, plate)
