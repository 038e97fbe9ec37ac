"""Claims without a certain item: their content, why they did not match, and what they match now.

Each query matches them again with the rule of the import (`claims.match_claim`). So an item that is listed later is
found without any change of recorded facts.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, func, or_, select

from db.claim_tables import claim_lists, claims
from db.queries.claims import ClaimLine, claim_candidates
from db.queries.items import ItemRow, has_serial, items_by_id
from db.tables import items
from eum_app.domain.claims import Candidate, ClaimAbout, ClaimKind, Matched, match_claim, match_labelled
from eum_app.domain.look_alikes import differ_in_zeros, look_alike_key, near, one_character_off, zeros_off

LOOKUP_CHUNK = 500
NEAR_SHOWN = 20
"""Most near items that are offered for a claim."""


@dataclass(frozen=True)
class OpenClaim:
    """A claim as in its list, with the match at its import (`was`) and now (`now`)."""

    claim_id: str
    claim_kind: str
    source: str
    line: int
    serial: str
    uii: str
    nomenclature: str
    nsn: str
    part_number: str
    unit: str
    state: str
    disposition: str
    as_of: str
    remark: str
    made_at: str
    was: str
    now: Matched

    @property
    def about(self) -> ClaimAbout:
        """The identifiers of the claim, for matching."""
        return ClaimAbout(
            serial=self.serial,
            uii=self.uii,
            nomenclature=self.nomenclature,
            nsn=self.nsn,
            part_number=self.part_number,
        )


def open_claim_ids(connection: Connection) -> list[str]:
    """Return the claims without a certain item at their import: newest list first, by line."""
    question = (
        select(claims.c.claim_id)
        .where(claims.c.item_id == "")
        .order_by(claims.c.made_at.desc(), claims.c.import_id, claims.c.line, claims.c.claim_id)
    )
    return list(connection.execute(question).scalars())


def open_claim_count(connection: Connection) -> int:
    """Return the number of claims without a certain item at their import."""
    return connection.execute(select(func.count()).select_from(claims).where(claims.c.item_id == "")).scalar_one()


def open_claims_by_id(connection: Connection, ids: Iterable[str]) -> dict[str, OpenClaim]:
    """Return id → claim, each matched against the current book; unknown ids are left out."""
    wanted, found = list(ids), {}
    for start in range(0, len(wanted), LOOKUP_CHUNK):
        chunk = wanted[start : start + LOOKUP_CHUNK]
        rows = connection.execute(
            select(claims, claim_lists.c.source_name)
            .outerjoin(claim_lists, claim_lists.c.import_id == claims.c.import_id)
            .where(claims.c.claim_id.in_(chunk))
        ).all()
        held = claim_candidates(connection, (row.serial for row in rows), (row.uii for row in rows))
        by_mark: dict[str, dict[str, Candidate]] = {}
        for item in held:
            for mark in {f"serial {item.serial}", f"uii {item.uii}"}:
                by_mark.setdefault(mark, {})[item.item_id] = item
        for row in rows:
            fitting = by_mark.get(f"serial {row.serial}", {}) | by_mark.get(f"uii {row.uii}", {})
            about = ClaimAbout(**{name: getattr(row, name) for name in ClaimAbout.__struct_fields__})
            match = match_labelled if row.claim_kind == ClaimKind.CONTAINER_LABEL else match_claim
            found[row.claim_id] = OpenClaim(
                claim_id=row.claim_id,
                claim_kind=row.claim_kind,
                source=row.source_name or "",
                line=row.line,
                unit=row.unit,
                state=row.state,
                disposition=row.disposition,
                as_of=row.as_of,
                remark=row.remark,
                made_at=row.made_at,
                was=row.match,
                now=match(about, fitting.values()),
                **{name: getattr(row, name) for name in ClaimAbout.__struct_fields__},
            )
    return found


def near_items(connection: Connection, claim: OpenClaim) -> list[ItemRow]:
    """Return at most `NEAR_SHOWN` items that the claim may mean: those with the same serial first, then by serial.

    These have its serial on other articles, its UII, a look-alike serial, one that differs in leading zeros, or one
    that is one character off.
    """
    alike = look_alike_key(claim.serial)
    keys = [alike, *sorted(one_character_off(alike) | zeros_off(alike))] if alike else []
    ids: dict[str, str] = {}
    for start in range(0, len(keys), LOOKUP_CHUNK):
        rows = connection.execute(
            select(items.c.item_id, items.c.serial).where(items.c.look_alike.in_(keys[start : start + LOOKUP_CHUNK]))
        )
        ids |= {row.item_id: row.serial for row in rows if _is_near(row.serial, claim.serial)}
    same_mark = or_(has_serial([claim.serial]), items.c.uii == claim.uii) if claim.uii else None
    if same_mark is not None:
        rows = connection.execute(select(items.c.item_id, items.c.serial).where(same_mark))
        ids |= {row.item_id: row.serial for row in rows}
    first = sorted(ids, key=lambda item_id: (ids[item_id] != claim.serial, ids[item_id], item_id))[:NEAR_SHOWN]
    rows_by_id = items_by_id(connection, first)
    return [rows_by_id[item_id] for item_id in first if item_id in rows_by_id]


def _is_near(book: str, claimed: str) -> bool:
    return book == claimed or near(book, claimed) or differ_in_zeros(book, claimed)


def claims_matched_since(connection: Connection, item_id: str) -> Sequence[ClaimLine]:
    """Return claims that matched no certain item at their import and that the rule now assigns to this item.

    Empty for an unknown item.
    """
    row = connection.execute(select(items.c.serial, items.c.uii).where(items.c.item_id == item_id)).first()
    if row is None:
        return ()
    marks = [claims.c.serial == row.serial] if row.serial else []
    marks += [claims.c.uii == row.uii] if row.uii else []
    if not marks:
        return ()
    question = select(claims.c.claim_id).where(claims.c.item_id == "", or_(*marks))
    found = open_claims_by_id(connection, connection.execute(question).scalars())
    return [
        ClaimLine(
            claim.as_of or claim.made_at,
            claim.claim_kind,
            claim.state,
            claim.disposition,
            claim.unit,
            claim.remark,
            claim.source,
            claim.line,
            is_matched_since=True,
            claim_id=claim.claim_id,
        )
        for claim in found.values()
        if claim.now.item_id == item_id
    ]
