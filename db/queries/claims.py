"""Claims about items, the lists they came from, and the profiles for reading lists."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import msgspec
from sqlalchemy import Connection, func, select

from db.claim_tables import claim_lists, claims, profiles
from db.queries.items import has_serial
from db.tables import items
from eum_app.domain.claims import Candidate, ClaimKind
from eum_app.domain.errors import Refusal
from eum_app.domain.facts import ProfileSaved

LOOKUP_CHUNK = 500


@dataclass(frozen=True)
class ClaimLine:
    """A claim about an item. `at` is its date (`as_of`), or when it was imported."""

    at: str
    claim_kind: str
    state: str
    disposition: str
    unit: str
    remark: str
    source: str
    line: int
    is_matched_since: bool = False
    """The item was listed after the import of the claim; the rule now assigns the claim to it."""
    claim_id: str = ""


@dataclass(frozen=True)
class ClaimListRow:
    """An imported list of claims, with its counts."""

    import_id: str
    claim_kind: str
    source_name: str
    rows: int
    claims: int
    matched: int
    unmatched: int
    ambiguous: int
    rejected: int
    imported_at: str
    actor: str


def claims_about(connection: Connection, item_id: str) -> list[ClaimLine]:
    """Return the claims that were assigned to an item at their import, newest first."""
    rows = connection.execute(
        select(claims, claim_lists.c.source_name)
        .outerjoin(claim_lists, claim_lists.c.import_id == claims.c.import_id)
        .where(claims.c.item_id == item_id)
    )
    lines = [
        ClaimLine(
            row.as_of or row.made_at,
            row.claim_kind,
            row.state,
            row.disposition,
            row.unit,
            row.remark,
            row.source_name or "",
            row.line,
            claim_id=row.claim_id,
        )
        for row in rows
    ]
    return sorted(lines, key=lambda line: (line.at, line.source, line.line), reverse=True)


def claim_candidates(connection: Connection, serials: Iterable[str], uiis: Iterable[str]) -> list[Candidate]:
    """Return the items with one of these serials or UIIs. An item may occur twice."""
    found: list[Candidate] = []
    fields = Candidate.__struct_fields__
    for having, values in ((has_serial, serials), (items.c.uii.in_, uiis)):
        wanted = sorted({value for value in values if value})
        for start in range(0, len(wanted), LOOKUP_CHUNK):
            chunk = wanted[start : start + LOOKUP_CHUNK]
            rows = connection.execute(select(*[items.c[name] for name in fields]).where(having(chunk)))
            found += [Candidate(**row._mapping) for row in rows]
    return found


def claim_list_of(connection: Connection, sha384: str) -> ClaimListRow | None:
    """Return the claim list that was imported from the file with this hash (hex SHA-384), or None."""
    names = [claim_lists.c[name] for name in ClaimListRow.__dataclass_fields__]
    row = connection.execute(select(*names).where(claim_lists.c.source_sha384 == sha384)).first()
    return ClaimListRow(**row._mapping) if row is not None else None


def claimed_by_label(connection: Connection, noted_as: str) -> set[str]:
    """Return the UIIs recorded from a container label (`container_labels.note_id`)."""
    question = select(claims.c.uii).where(
        claims.c.import_id == noted_as, claims.c.claim_kind == ClaimKind.CONTAINER_LABEL
    )
    return set(connection.execute(question).scalars())


@dataclass(frozen=True)
class LabelsNoted:
    """Number of container labels recorded at a visit, and of the identifiers that they claim."""

    labels: int
    claims: int


def labels_noted(connection: Connection, visit_id: str) -> LabelsNoted:
    """Count the container labels recorded at a visit, and their claims."""
    labels = connection.execute(
        select(func.count()).select_from(claim_lists).where(claim_lists.c.visit_id == visit_id)
    ).scalar_one()
    claimed = connection.execute(
        select(func.count())
        .select_from(claims.join(claim_lists, claim_lists.c.import_id == claims.c.import_id))
        .where(claim_lists.c.visit_id == visit_id)
    ).scalar_one()
    return LabelsNoted(labels, claimed)


def saved_profiles(connection: Connection, list_kind: str) -> list[ProfileSaved]:
    """Return the profiles for one kind of list, by name."""
    rows = connection.execute(
        select(profiles.c.body).where(profiles.c.list_kind == list_kind).order_by(profiles.c.name)
    ).scalars()
    return [msgspec.json.decode(body, type=ProfileSaved) for body in rows]


def saved_profile(connection: Connection, name: str) -> ProfileSaved:
    """Return the profile with this name. Raises Refusal `profile.unknown`."""
    body = connection.execute(select(profiles.c.body).where(profiles.c.name == name)).scalar()
    if body is None:
        raise Refusal("profile.unknown", name=name[:80])
    return msgspec.json.decode(body, type=ProfileSaved)
