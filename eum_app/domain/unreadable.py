"""The exceptions of bytes that cannot be decoded; apart from the errors, so that those load without msgspec."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

import msgspec

UNREADABLE: Final = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
"""Exceptions that msgspec raises for bytes that it cannot read.

UnicodeDecodeError comes from a key that is not UTF-8, RecursionError from deep nesting.
"""


class Malformed(StrEnum):
    """Faults in the form of a fact."""

    SHAPE = "shape"
    """It does not decode: a field is missing, has another type, or a number is out of range."""
    TIME = "time"
    """`observed_at` cannot be a time."""
    CHARACTERS = "characters"
    """A text contains control characters."""
    LENGTH = "length"
    """A text is longer than any field allows."""
