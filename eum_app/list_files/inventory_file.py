"""Read an inventory list that somebody sent: nothing is kept yet, everything is shown first.

`read_inventory` gives a preview: the profile it was read under, the rows that can be imported, those that cannot and
why, and what is doubtful. Importing the accepted rows is another use case; `list_file.write_rejected_csv` gives the
others back to be mended.
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

# Either the serial or the case missing leaves nothing to identify or to stand on; of the last two, one must be there.
INVENTORY = Layout("inventory-headings.json", COLUMNS, DATE_COLUMNS, ("case_id", "serial"), ("part_number", "nsn"))

InventoryPreview = ListPreview[InventoryRow]


def read_inventory(
    path: Path, profile: Profile | None = None, today: date | None = None, plate: PlateSays | None = None
) -> InventoryPreview:
    """Read `path` (CSV or .xlsx) as an inventory; raises as `list_file.read_list` does.

    `plate` states which identifiers are what the plate says, though they look damaged. `today` (UTC; the machine's day
    if None) decides which dates are in the future.
    """
    day = today or system_now().date()
    return read_list(path, profile or Profile(), INVENTORY, lambda order: RowReader(order, day).read, plate)
