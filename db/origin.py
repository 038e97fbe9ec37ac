"""One writer: who a store is, what its clock says, and how far its own chain goes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection

from db import instance, projection
from db.chains import known_before
from db.watermark import Watermark
from eum_app.domain.clock import Now, utc_text


@dataclass(frozen=True)
class StoreName:
    """Who a store is: its id, its name (`FLD-0042`, `HQ-01`), its kind (hq or field) and its epoch."""

    store_id: str
    name: str
    kind: str
    epoch: int


class Origin:
    """What is known of a store's own chain while it is unlocked."""

    def __init__(self, named: StoreName, now: Now, watermark: Watermark) -> None:
        self.named = named
        self.now = now
        self.watermark = watermark
        self.copied: instance.Copied | None = None
        self.known_before = 0  # what `known_at` had come to when the chain of this epoch began
        self._newest_observed = ""

    def look(self, connection: Connection) -> None:
        """Read anew when its newest fact held, what was known before it, and whether it may go on elsewhere."""
        name, epoch = self.named.name, self.named.epoch
        self.known_before = known_before(connection, name, epoch)
        self._newest_observed = projection.newest_observed(connection, name, epoch)
        self.copied = instance.copied(connection, name, epoch)

    def note_observed(self, observed_at: Iterable[str]) -> None:
        self._newest_observed = max(self._newest_observed, *observed_at)

    def observed_now(self) -> str:
        """This instant as facts carry it, but never before what this store's own chain has stated already.

        Where a clock was set back, what is stated now still comes after what was stated before; the entry's
        `recorded_at` keeps what the clock said. Where a clock once ran ahead, facts stay dated ahead until a
        `TimeCorrected` puts right what it said.
        """
        return max(utc_text(self.now()), self._newest_observed)
