"""What every fact is; the kinds stand in `facts`."""

from __future__ import annotations

from typing import ClassVar

import msgspec


class Fact(msgspec.Struct, frozen=True, kw_only=True):
    """Base of all facts. `KIND_VERSION` is raised, and an upcaster added, when a field changes its meaning."""

    KIND_VERSION: ClassVar[int] = 1

    observed_at: str
