"""Import of claims by other parties. A claim is never a sighting and never changes an item."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from db.queries.claims import claim_candidates, claim_list_of
from db.store import Connection
from eum_app.diagnostics import Event, note, timed
from eum_app.domain.claims import Candidate, ClaimKind, ClaimMatch, ClaimRow, Matched, match_claim
from eum_app.domain.errors import Refusal
from eum_app.domain.facts import ClaimMade, ClaimsImported, Fact
from eum_app.domain.people import Permission
from eum_app.list_files.claims_file import ClaimsPreview
from eum_app.usecases.changes import Changed
from eum_app.usecases.lists.rejected import rejected_rows
from eum_app.usecases.session import Session, new_id


@dataclass(frozen=True)
class ClaimsResult(Changed):
    """Result of an import: `claims` = matched + unmatched + ambiguous; `rejected` rows were not imported."""

    import_id: str
    claims: int
    matched: int
    unmatched: int
    ambiguous: int
    rejected: int


@timed(Event.IMPORTED_LIST)
def import_claims(session: Session, preview: ClaimsPreview, kind: ClaimKind) -> ClaimsResult:
    """Record the accepted rows of a preview, each compared with the whole current book, in one transaction.

    Rows that match no item, or several, are recorded without one. Rejected rows are counted; the first
    `MAX_NAMED_REJECTED` are recorded by line and codes. Raises Refusal `permission.denied`, `claims.already_imported`
    (the same file was imported before), `fact.not_allowed` (on a device); Trouble for disk errors.
    """
    session.require(Permission.INVENTORY_IMPORT)
    import_id = new_id()
    with session.writing() as transaction:
        earlier = claim_list_of(transaction.connection, preview.sha384)
        if earlier is not None:
            raise Refusal("claims.already_imported", name=earlier.source_name, at=earlier.imported_at)
        observed_at = session.observed_now()
        matches = match_rows(transaction.connection, preview.accepted)
        counts = Counter(found.match for found in matches)
        matched = sum(1 for found in matches if found.item_id)
        facts: list[Fact] = [
            _made(row, found, kind, observed_at, import_id)
            for row, found in zip(preview.accepted, matches, strict=True)
        ]
        facts.append(
            ClaimsImported(
                observed_at=observed_at,
                import_id=import_id,
                claim_kind=kind,
                source_name=preview.source_name,
                source_sha384=preview.sha384,
                rows=preview.rows,
                claims=len(preview.accepted),
                matched=matched,
                unmatched=counts[ClaimMatch.UNMATCHED],
                ambiguous=counts[ClaimMatch.AMBIGUOUS],
                rejected=rejected_rows(preview),
                rejected_count=len(preview.rejected),
            )
        )
        transaction.record_all(facts)
        areas = frozenset(transaction.areas)
    note(Event.LIST_ROWS, accepted=len(preview.accepted), rejected=len(preview.rejected), rows=preview.rows)
    return ClaimsResult(
        areas,
        import_id,
        len(preview.accepted),
        matched,
        counts[ClaimMatch.UNMATCHED],
        counts[ClaimMatch.AMBIGUOUS],
        len(preview.rejected),
    )


def match_rows(connection: Connection, rows: Sequence[ClaimRow]) -> list[Matched]:
    """Return the match of each row with the book, in the order of the rows, as `claims.match_claim` decides."""
    found = claim_candidates(connection, (row.serial for row in rows), (row.uii for row in rows))
    by_mark: dict[str, dict[str, Candidate]] = {}
    for item in found:
        for mark in {f"serial {item.serial}", f"uii {item.uii}"}:
            by_mark.setdefault(mark, {})[item.item_id] = item
    return [
        match_claim(row, (by_mark.get(f"serial {row.serial}", {}) | by_mark.get(f"uii {row.uii}", {})).values())
        for row in rows
    ]


def _made(row: ClaimRow, found: Matched, kind: ClaimKind, observed_at: str, import_id: str) -> ClaimMade:
    return ClaimMade(
        observed_at=observed_at,
        claim_id=new_id(),
        import_id=import_id,
        claim_kind=kind,
        line=row.line,
        item_id=found.item_id,
        match=found.match,
        serial=row.serial,
        serial_raw=row.serial_raw,
        uii=row.uii,
        nomenclature=row.nomenclature,
        nsn=row.nsn,
        part_number=row.part_number,
        unit=row.unit,
        state=row.state,
        disposition=row.disposition,
        as_of=row.as_of.isoformat() if row.as_of else "",
        remark=row.remark,
    )
