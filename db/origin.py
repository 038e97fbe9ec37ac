"""A store as a writer: its identity, its clock, and the state of the chain that it writes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection

from db import instance, projection
from db.chains import known_before
from db.holes import Hole
from db.outgoing import lost_outgoing
from db.watermark import Watermark
from eum_app.domain.clock import Now, utc_text


@dataclass(frozen=True)
class StoreName:
    """Identity of a store: id, name (`FLD-0042`, `HQ-01`), kind (hq or field) and epoch."""

    store_id: str
    name: str
    kind: str
    epoch: int


class Origin:
    """State of a store's own chain while it is unlocked."""

    def __init__(self, named: StoreName, now: Now, watermark: Watermark) -> None:
        self.named = named
        self.now = now
        self.watermark = watermark
        self.copied: instance.Copied | None = None
        self.lost_outgoing: tuple[Hole, ...] = ()
        """At HQ: gaps that damage left in the outgoing chains of this epoch (`db.outgoing`)."""
        self.known_before = 0  # offset of `known_at` for the chain of this epoch (`db.chains.known_before`)
        self._newest_observed = ""

    def look(self, connection: Connection) -> None:
        """Reload the time of the newest fact, the offset of `known_at`, and notices of a copy or of lost entries."""
        name, epoch = self.named.name, self.named.epoch
        self.known_before = known_before(connection, name, epoch)
        self._newest_observed = projection.newest_observed(connection, name, epoch)
        self.copied = instance.copied(connection, name, epoch)
        self.lost_outgoing = lost_outgoing(connection, name, epoch)

    def note_observed(self, observed_at: Iterable[str]) -> None:
        """Remember the newest `observed_at` (UTC text) of the facts that were just recorded, if there are any."""
        # Not `max(newest, *observed_at)`: without facts that would be the largest character of one text.
        self._newest_observed = max((self._newest_observed, *observed_at))

    def observed_now(self) -> str:
        """Return the current time for facts (UTC text), but never earlier than this chain's newest fact.

        If the clock was set back, new facts still follow the earlier ones; the entry's `recorded_at` keeps the clock's
        time. If the clock once ran ahead, facts stay dated ahead until a `TimeCorrected` corrects it.
        """
        return max(utc_text(self.now()), self._newest_observed)
