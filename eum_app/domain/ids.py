"""Ids as types of their own, so that one cannot be passed where another is meant. At run time they are `str`.

Facts and rows hold an id as text of the journal; a query gives it its type once, and everything above keeps it.
"""

from __future__ import annotations

from typing import NewType

FindingId = NewType("FindingId", str)
CheckId = NewType("CheckId", str)
