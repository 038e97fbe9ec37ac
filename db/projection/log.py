"""HQ's log: fact → read tables. The tree's hashes (`log_tiles`) are made later, when they are needed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec
from sqlalchemy import Connection

from db.log_tables import log_heads, log_spans, log_witnesses
from db.projection.rows import Appliers, Noted, put
from eum_app.domain import facts as f


def apply_heads(connection: Connection, noted: Sequence[Noted]) -> None:
    """Insert signed heads and the spans of entries that each added to the log."""
    heads, spans = [], []
    for entry, fact, _ in noted:
        heads.append(
            {
                "log_epoch": entry.epoch,
                "size": fact.size,
                "root": fact.root,
                "signed_at": fact.observed_at,
                "body": fact.signed,
            }
        )
        leaf = fact.size - sum(span.last_seq - span.first_seq + 1 for span in fact.spans)
        for span in fact.spans:
            spans.append(
                {
                    "log_epoch": entry.epoch,
                    "first_leaf": leaf,
                    "origin": span.origin,
                    "epoch": span.epoch,
                    "first_seq": span.first_seq,
                    "last_seq": span.last_seq,
                }
            )
            leaf += span.last_seq - span.first_seq + 1
    put(connection, log_heads, heads)
    put(connection, log_spans, spans)


def apply_witnesses(connection: Connection, noted: Sequence[Noted]) -> None:
    """Insert cosignatures; the first of each witness for a head stays."""
    rows = [
        {
            "log_epoch": entry.epoch,
            "size": fact.size,
            "fingerprint": fact.fingerprint,
            "witness": fact.witness,
            "cosigned_at": fact.cosigned_at,
            "body": msgspec.json.encode((fact.statement, fact.key, fact.signature)),
        }
        for entry, fact, _ in noted
    ]
    put(connection, log_witnesses, rows)


APPLIERS: Final[Appliers] = {f.LogHeadSigned: apply_heads, f.LogHeadWitnessed: apply_witnesses}
