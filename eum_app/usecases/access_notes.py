"""Notes on what an account viewed and what it was denied (NIST SP 800-53 AU-3).

They are held in memory and recorded with the next write. This avoids a write per view.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import NamedTuple

from eum_app.domain.facts import AccessDenied, RecordsRead

MAX_NOTED = 500
"""Of each kind in one fact; the rest follows with the next write."""


class Noted(NamedTuple):
    """Notes taken for one write: (kind, id) of each viewed record, and the denied permissions."""

    reads: list[tuple[str, str]]
    denied: list[str]

    def as_facts(self, observed_at: str) -> Iterator[RecordsRead | AccessDenied]:
        """Yield one fact for the reads and one for the denials; none for an empty list."""
        if self.reads:
            yield RecordsRead(observed_at=observed_at, records=tuple(self.reads))
        if self.denied:
            yield AccessDenied(observed_at=observed_at, permissions=tuple(self.denied))


class AccessNotes:
    """The notes of one session that are not recorded yet. Any thread may add to them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._viewed: set[tuple[str, str]] = set()
        self._reads: list[tuple[str, str]] = []
        self._denied: list[str] = []

    @property
    def is_waiting(self) -> bool:
        """Whether there are notes that are not recorded yet."""
        return bool(self._reads or self._denied)

    def note_read(self, kind: str, record_id: str) -> None:
        """Note that the account viewed a sensitive record; each record once a session."""
        with self._lock:
            if (kind, record_id) not in self._viewed:
                self._viewed.add((kind, record_id))
                self._reads.append((kind, record_id))

    def note_denied(self, permission: str) -> None:
        """Note that an action was refused because the role lacks this permission; each time counts."""
        with self._lock:
            self._denied.append(permission)

    def take(self) -> Noted:
        """Remove and return the oldest notes, at most `MAX_NOTED` of each kind."""
        with self._lock:
            noted = Noted(self._reads[:MAX_NOTED], self._denied[:MAX_NOTED])
            del self._reads[:MAX_NOTED], self._denied[:MAX_NOTED]
        return noted

    def put_back(self, noted: Noted) -> None:
        """Keep the notes of a write that failed for the next one, before those that were noted since."""
        with self._lock:
            self._reads[:0], self._denied[:0] = noted
