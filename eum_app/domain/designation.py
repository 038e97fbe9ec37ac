"""The CUI designation indicator block (DoDI 5200.48, 3.4): who controls a document, and how it may be distributed."""

from __future__ import annotations

from typing import Final

import msgspec

MAX_FIELD_CHARS: Final = 200
NOT_FILLED_IN: Final = "not filled in"
"""Printed in place of an empty field."""


class Designation(msgspec.Struct, frozen=True, kw_only=True):
    """The four fields, as the controlling office words them. Empty fields were not filled in."""

    controlled_by: str = ""
    category: str = "EXPT"
    distribution: str = ""
    poc: str = ""

    def lines(self) -> dict[str, str]:
        """Return the fields by their captions, in the order of the block."""
        return {
            "Controlled by": self.controlled_by,
            "CUI category": self.category,
            "Distribution": self.distribution,
            "POC": self.poc,
        }

    def missing(self) -> tuple[str, ...]:
        """Return the captions of empty fields."""
        return tuple(caption for caption, value in self.lines().items() if not value)
