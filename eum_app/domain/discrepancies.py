"""Kinds of discrepancy: the reasons for which an item in front of the inspector is not verified."""

from __future__ import annotations

from enum import StrEnum


class Discrepancy(StrEnum):
    """A kind of difference from the record. A question of a checklist can name the one that its deviation means."""

    SERIAL_DIFFERS = "serial_differs"
    DAMAGED = "damaged"
    PART_MISSING = "part_missing"
    WRONG_LOCATION = "wrong_location"
    WRONG_MODEL = "wrong_model"
    SEAL_DIFFERS = "seal_differs"
