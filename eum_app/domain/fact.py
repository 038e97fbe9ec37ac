"""Base class of all facts; `facts` collects the kinds."""

from __future__ import annotations

from typing import Annotated, ClassVar, Final

import msgspec

MAX_WHOLE: Final = 2**53
"""JSON and Excel readers hold numbers as doubles, which are exact only up to here."""

Whole = Annotated[int, msgspec.Meta(ge=-MAX_WHOLE, le=MAX_WHOLE)]
"""An integer in a fact. Decoding refuses larger ones, which no database column holds."""


class Fact(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Base of all facts. `observed_at` is UTC text.

    When a field changes its meaning, raise `KIND_VERSION` and add an upcaster. Facts are trees of values without
    cycles, so the garbage collector need not track them (`gc=False`); tracking took a third of the time of reading
    many.
    """

    KIND_VERSION: ClassVar[int] = 1

    observed_at: str
