"""Proofs of a report's parts: each of its files, and each journal head that it was made from."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from db.chains import entries_after, entry_hash_at
from db.files import is_file
from db.store import Connection
from eum_app.domain.errors import KnownError, Refusal
from eum_app.domain.journal import genesis, verify_chain
from eum_app.reports.sidecar import ChainHead
from eum_app.usecases.reporting.export_report import FORMATS

HELD: Final = "held"
DIFFERS: Final = "differs"
NOT_HELD: Final = "not_held"
DAMAGED: Final = "damaged"


@dataclass(frozen=True)
class FileProof:
    """One file of the report. `rows` is recounted now; None if the file is missing, altered, or cannot be counted."""

    name: str
    is_there: bool
    is_unaltered: bool
    rows_stated: int
    rows: int | None

    @property
    def holds(self) -> bool:
        """Whether hash and rows match the sidecar."""
        return self.is_unaltered and self.rows == self.rows_stated


@dataclass(frozen=True)
class JournalHeadProof:
    """A journal head that the report names.

    `verdict` is held, differs (the store's journal has another entry), not_held (the store has not received it yet) or
    damaged (the store's chain up to there is broken, or has a gap that a recovery left).
    """

    origin: str
    epoch: int
    seq: int
    verdict: str


def file_proof(path: Path, rows_stated: int, sha384: str, refusals: list[Refusal]) -> FileProof:
    """Hash a file and, if it is unaltered, count its rows. Raises nothing.

    Added to `refusals`: `report.file_missing`, `file.unreadable`, `report.altered`, `report.rows_unreadable`. A file of
    an unknown format has no rows and no refusal.
    """
    if not is_file(path):
        refusals.append(Refusal("report.file_missing"))
        return FileProof(path.name, False, False, rows_stated, None)
    try:
        with path.open("rb") as file:
            unaltered = hashlib.file_digest(file, "sha384").hexdigest() == sha384
    except OSError:
        refusals.append(Refusal("file.unreadable", name=path.name))
        return FileProof(path.name, True, False, rows_stated, None)
    if not unaltered:
        refusals.append(Refusal("report.altered"))
        return FileProof(path.name, True, False, rows_stated, None)
    # Parse only unaltered files: an altered file may be crafted to attack its reader.
    return FileProof(path.name, True, True, rows_stated, _rows_in(path, refusals))


def _rows_in(path: Path, refusals: list[Refusal]) -> int | None:
    """Return the rows of a file, or None and a refusal: the signer also chooses what the files hold."""
    count = FORMATS.get(path.suffix.lower())
    if count is None:
        return None
    try:
        return count.count_rows(path)
    except Exception:  # noqa: BLE001 - no reader lists what a crafted file makes it raise
        refusals.append(Refusal("report.rows_unreadable"))
        return None


def journal_head_proof(connection: Connection, head: ChainHead) -> JournalHeadProof:
    """Follow the chain from its beginning to the head and compare the entry there with the report's.

    Refusals of the chain become the verdict damaged.
    """
    found = entry_hash_at(connection, head.origin, head.epoch, head.seq)
    if found is None:
        verdict = NOT_HELD
    elif found.hex() != head.hash:
        verdict = DIFFERS
    else:
        entries = entries_after(connection, head.origin, head.epoch, 0, head.seq)
        try:
            reached = verify_chain(entries, genesis(head.origin, head.epoch))
        except KnownError:
            verdict = DAMAGED
        else:
            verdict = HELD if reached.hash.hex() == head.hash else DAMAGED
    return JournalHeadProof(head.origin, head.epoch, head.seq, verdict)
