"""Claims, container labels and profiles for lists: fact → read tables."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection

from db.claim_tables import claim_lists, claims, profiles
from db.projection.rows import Appliers, Noted, key_of, plain, put
from eum_app.domain import facts as f
from eum_app.domain.claims import ClaimKind
from eum_app.domain.container_labels import note_id
from eum_app.domain.facts import encode_fact

_DERIVED = {"made_at", "order_key"}
_CLAIM_FIELDS = tuple(column.name for column in claims.columns if column.name not in _DERIVED)
_LIST_FIELDS = ("import_id", "claim_kind", "source_name", "source_sha384", "rows", "claims")
_LIST_COUNTS = ("matched", "unmatched", "ambiguous")


def apply_claims(connection: Connection, noted: Sequence[Noted]) -> None:
    """Insert claims from lists; the newest fact of each claim wins."""
    rows = [
        {**plain(fact, *_CLAIM_FIELDS), "made_at": fact.observed_at, "order_key": key_of(entry, fact)}
        for entry, fact, _ in noted
    ]
    put(connection, claims, rows)


def apply_claim_lists(connection: Connection, noted: Sequence[Noted]) -> None:
    """Insert the records of imported claim lists; the newest of each import wins."""
    rows = [
        {
            **plain(fact, *_LIST_FIELDS, *_LIST_COUNTS),
            "rejected": fact.rejected_count or len(fact.rejected),
            "imported_at": fact.observed_at,
            "actor": entry.actor,
            "visit_id": "",
            "order_key": key_of(entry, fact),
        }
        for entry, fact, _ in noted
    ]
    put(connection, claim_lists, rows)


def apply_labels_noted(connection: Connection, noted: Sequence[Noted]) -> None:
    """Insert a label's claims beside those of lists.

    A label that is recorded again, with more parts, replaces the first record; claims that it does not repeat stay.
    """
    for entry, fact, _ in noted:
        first = fact.parts[0].raw if fact.parts else b""
        noted_as = note_id(entry.origin, fact.visit_id, fact.label_id, first)
        said = {claim.uii: claim for claim in fact.claims}.values()  # a repeated identifier is one claim
        found = Counter(claim.match for claim in said)
        same = {"import_id": noted_as, "claim_kind": ClaimKind.CONTAINER_LABEL, "order_key": key_of(entry, fact)}
        row = {
            **same,
            "source_name": fact.label_id or noted_as[:8],
            "source_sha384": "",
            "rows": len(said),
            "claims": len(said),
            "matched": sum(1 for claim in said if claim.item_id),
            "unmatched": found["unmatched"],
            "ambiguous": found["ambiguous"],
            "rejected": 0,
            "imported_at": fact.observed_at,
            "actor": entry.actor,
            "visit_id": fact.visit_id,
        }
        put(connection, claim_lists, [row])
        unsaid = dict.fromkeys(("nomenclature", "nsn", "unit", "state", "disposition", "as_of", "remark"), "")
        rows = [
            {
                **same,
                **unsaid,
                **plain(claim, "uii", "serial", "part_number", "item_id", "match"),
                "claim_id": hashlib.sha384(f"{noted_as}\0{claim.uii}".encode()).hexdigest()[:32],
                "line": line,
                "made_at": fact.observed_at,
            }
            for line, claim in enumerate(said, start=1)
        ]
        put(connection, claims, rows)


def apply_profiles(connection: Connection, noted: Sequence[Noted]) -> None:
    """Insert profiles; the newest of each name wins."""
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


APPLIERS: Final[Appliers] = {
    f.ProfileSaved: apply_profiles,
    f.ClaimsImported: apply_claim_lists,
    f.ClaimMade: apply_claims,
    f.ContainerLabelNoted: apply_labels_noted,
}
