"""The entry of one kind of fact. Each module of facts lists its kinds; `facts` collects them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from eum_app.domain.areas import Area
from eum_app.domain.fact import Fact
from eum_app.domain.fact_parts import ContentRef


@dataclass(frozen=True, kw_only=True)
class FactKind:
    """The entry of one kind.

    A kind with an `area` has a read table: a module of `db.projection` must name it in its `APPLIERS`.
    """

    fact: type[Fact]
    word: str
    """Its name in the activity log, in English; marked for translation in the context `words`."""
    area: Area | None = None
    """Area of the read tables that a fact of this kind changes."""
    device_may_state: bool = False
    """HQ accepts it from a device's journal."""
    auditor_may_state: bool = False
    """The session of an auditor may record it."""
    is_evidence: bool = False
    """HQ must receive it: a device counts it as outstanding until HQ's receipt covers it."""
    content: Callable[[Any], list[ContentRef]] | None = None
    """The content that such a fact names, in the order of its fields."""

    @property
    def name(self) -> str:
        """The kind in a journal entry."""
        return self.fact.__name__
