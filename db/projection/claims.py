"""What others claim, and how their lists are read: fact → read tables."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from db.claim_tables import claim_lists, claims, profiles
from db.projection.rows import Noted, key_of, plain, put
from eum_app.domain.facts import encode_fact

_DERIVED = {"made_at", "order_key"}
_CLAIM_FIELDS = tuple(column.name for column in claims.columns if column.name not in _DERIVED)
_LIST_FIELDS = ("import_id", "claim_kind", "source_name", "source_sha384", "rows", "claims")
_LIST_COUNTS = ("matched", "unmatched", "ambiguous")


def apply_claims(connection: Connection, noted: Sequence[Noted]) -> None:
    rows = [
        {**plain(fact, *_CLAIM_FIELDS), "made_at": fact.observed_at, "order_key": key_of(entry, fact)}
        for entry, fact, _ in noted
    ]
    put(connection, claims, rows)


def apply_claim_lists(connection: Connection, noted: Sequence[Noted]) -> None:
    rows = [
        {
            **plain(fact, *_LIST_FIELDS, *_LIST_COUNTS),
            "rejected": len(fact.rejected),
            "imported_at": fact.observed_at,
            "actor": entry.actor,
        }
        for entry, fact, _ in noted
    ]
    put(connection, claim_lists, rows)


def apply_profiles(connection: Connection, noted: Sequence[Noted]) -> None:
    rows = [
        {
            **plain(fact, "name", "list_kind"),
            "body": encode_fact(fact),
            "saved_at": fact.observed_at,
            "actor": entry.actor,
            "order_key": key_of(entry, fact),
        }
        for entry, fact, _ in noted
    ]
    put(connection, profiles, rows)
