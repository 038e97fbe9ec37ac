"""What every fact is; the kinds stand in `facts`."""

from __future__ import annotations

from typing import ClassVar

import msgspec


class Fact(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Base of all facts. `KIND_VERSION` is raised, and an upcaster added, when a field changes its meaning.

    Facts and their parts are trees of values: nothing in them can be a cycle, and the collector of cycles, which took
    a third of the time of reading many, leaves them alone.
    """

    KIND_VERSION: ClassVar[int] = 1

    observed_at: str
