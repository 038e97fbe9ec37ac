"""Disposition of an item. The list follows the words of public audits, since no official codes are public."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from eum_app.domain.items import upper


class Disposition(StrEnum):
    """State of an item in its life. Terminal ones (`is_terminal`) need an evidence document, a date and a reporter."""

    ON_HAND = "ON_HAND"
    IN_TRANSIT = "IN_TRANSIT"
    IN_MAINTENANCE = "IN_MAINTENANCE"
    NOT_SIGHTED = "NOT_SIGHTED"
    EXPENDED = "EXPENDED"
    DESTROYED = "DESTROYED"
    LOST = "LOST"
    STOLEN = "STOLEN"
    TRANSFERRED_TPT = "TRANSFERRED_TPT"
    DEMILITARIZED = "DEMILITARIZED"
    DISPOSED = "DISPOSED"
    DISPOSED_DEMIL = "DISPOSED_DEMIL"
    """In lists that were read before the two above had separate codes."""
    RETURNED_US = "RETURNED_US"
    DATA_ERROR = "DATA_ERROR"

    @property
    def is_terminal(self) -> bool:
        """Whether the item is reported as gone. Seeing such an item again opens a discrepancy."""
        return self in _TERMINAL

    @property
    def stops_clock(self) -> bool:
        """Whether the item needs no further inventory.

        A data error does not stop a clock: the record is doubtful, and that says nothing about where the item is.
        """
        return self.is_terminal and self is not Disposition.DATA_ERROR


_TERMINAL = frozenset(
    {
        Disposition.EXPENDED,
        Disposition.DESTROYED,
        Disposition.LOST,
        Disposition.STOLEN,
        Disposition.TRANSFERRED_TPT,
        Disposition.DEMILITARIZED,
        Disposition.DISPOSED,
        Disposition.DISPOSED_DEMIL,
        Disposition.RETURNED_US,
        Disposition.DATA_ERROR,
    }
)
TERMINAL: Final = tuple(one.value for one in Disposition if one in _TERMINAL)
"""Codes of the states in which an item is reported as gone."""
STOPS_CLOCK: Final = tuple(one.value for one in Disposition if one.stops_clock)
"""Codes of the states in which an item is expected by no visit and due for no inventory."""

_WORDS = {
    "ONHAND": Disposition.ON_HAND,
    "IN STOCK": Disposition.ON_HAND,
    "IN STORE": Disposition.ON_HAND,
    "IN STORAGE": Disposition.ON_HAND,
    "ACTIVE": Disposition.ON_HAND,
    "PRESENT": Disposition.ON_HAND,
    "SHIPPED": Disposition.IN_TRANSIT,
    "TRANSIT": Disposition.IN_TRANSIT,
    "IN REPAIR": Disposition.IN_MAINTENANCE,
    "REPAIR": Disposition.IN_MAINTENANCE,
    "MAINTENANCE": Disposition.IN_MAINTENANCE,
    "MISSING": Disposition.NOT_SIGHTED,
    "NOT FOUND": Disposition.NOT_SIGHTED,
    "FIRED": Disposition.EXPENDED,
    "USED": Disposition.EXPENDED,
    "TRANSFERRED": Disposition.TRANSFERRED_TPT,
    "TPT": Disposition.TRANSFERRED_TPT,
    "THIRD PARTY TRANSFER": Disposition.TRANSFERRED_TPT,
    "DEMILITARISED": Disposition.DEMILITARIZED,
    "DEMIL": Disposition.DEMILITARIZED,
    "RETURNED": Disposition.RETURNED_US,
    "RETURNED TO US": Disposition.RETURNED_US,
    "ERROR": Disposition.DATA_ERROR,
}


def parse_disposition(text: str) -> Disposition | None:
    """Return the disposition that common words name, in any case ("In repair", "third-party transfer"), or None."""
    words = upper(text).replace("_", " ").replace("-", " ")
    code = words.replace(" ", "_")
    return Disposition(code) if code in Disposition.__members__ else _WORDS.get(words)
