"""Outcome of importing one file."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from eum_app.domain.bundles import ImportResult


@dataclass(frozen=True)
class ImportOutcome:
    """Outcome of one file. `code` and `values` give the reason if it was neither accepted nor already held.

    `sender` and `kind` are empty then, since nothing in the file is trusted.
    `receipt_code` and `receipt_values` give the reason if HQ owes the sender a receipt and could not write it.
    `is_kept` says of a refused file whether a copy is in the quarantine.
    If one bundle could not hold the receipt and the tasking with it, `further_receipts` lists the next ones in order.
    """

    path: Path
    file_name: str
    outcome: ImportResult
    code: str = ""
    values: dict[str, str] = field(default_factory=dict)
    sender: str = ""
    kind: str = ""
    new_entries: int = 0
    new_findings: int = 0
    is_kept: bool = False
    receipt_path: Path | None = None
    further_receipts: tuple[Path, ...] = ()
    receipt_code: str = ""
    receipt_values: dict[str, str] = field(default_factory=dict)

    @property
    def receipts(self) -> tuple[Path, ...]:
        """Return every file of the answer, in order."""
        return (self.receipt_path, *self.further_receipts) if self.receipt_path is not None else ()
