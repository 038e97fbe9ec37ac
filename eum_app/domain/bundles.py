"""Closed vocabularies of the exchange: kinds of bundles, and results of an import."""

from __future__ import annotations

from enum import StrEnum


class BundleKind(StrEnum):
    """Kind of a bundle. Devices send `results`; HQ sends `tasking` and `receipt`."""

    RESULTS = "results"
    TASKING = "tasking"
    RECEIPT = "receipt"


class ImportResult(StrEnum):
    """Result of importing one file."""

    ACCEPTED = "accepted"
    ALREADY_HELD = "already_held"
    WAITING = "waiting"
    """An earlier bundle is missing; nothing is recorded."""
    FORKED = "forked"
    """It contradicts the chain held here; the file is kept in quarantine."""
    REFUSED = "refused"
    """Not a bundle for this store; nothing is kept."""
    QUARANTINED = "quarantined"

    @property
    def is_good(self) -> bool:
        """Whether the store now holds what the file brought."""
        return self in {ImportResult.ACCEPTED, ImportResult.ALREADY_HELD}
