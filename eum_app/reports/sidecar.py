"""The sidecar of a report: what a reader needs to know to believe the file beside it."""

from __future__ import annotations

import msgspec


class ChainHead(msgspec.Struct, frozen=True, kw_only=True):
    """The newest journal entry of one origin that the report was made from; `hash` is hex SHA-384."""

    origin: str
    epoch: int
    seq: int
    hash: str


class Sidecar(msgspec.Struct, frozen=True, kw_only=True):
    """Marking, filters, as-of, counts and heads of one report file. `sha384` is of the file's bytes, hex.

    `rows` is the count that was read back from the file after writing. `not_received` counts the facts that devices
    said they have and this store does not hold yet (DOMAIN section 8, invariant 8).
    """

    format: str = "eum-report-sidecar"
    version: int = 1
    report: str
    marking: str
    designation: dict[str, str]
    file_name: str
    sha384: str
    rows: int
    columns: tuple[str, ...]
    filters: dict[str, str]
    as_of: str
    made_by: str
    made_at_store: str
    app_version: str
    dispositions: dict[str, int]
    outcomes: dict[str, int]
    evidence_grades: dict[str, int]
    reconciled: bool
    not_received: int
    heads: tuple[ChainHead, ...]


def encode_sidecar(sidecar: Sidecar) -> bytes:
    """Indented JSON, for people as for programs."""
    return msgspec.json.format(msgspec.json.encode(sidecar), indent=2) + b"\n"
