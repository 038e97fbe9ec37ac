"""Distinct types for ids, so that mypy reports an id that is passed in place of another. At run time they are `str`.

Facts and rows hold ids as plain text. A query gives an id its type once, and the code above keeps it.
"""

from __future__ import annotations

from typing import NewType

FindingId = NewType("FindingId", str)
CheckId = NewType("CheckId", str)


def plain_fingerprint(typed: str) -> str:
    """Return a fingerprint as people compare it: its letters and digits in upper case, without separators."""
    return "".join(char for char in typed.upper() if char.isalnum())
