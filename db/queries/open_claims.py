"""Claims that are about no item for certain: what was said, why it matched nothing, and what it matches by now.

Whether a claim fits an item is asked anew each time, by the same rule as at its import (`claims.match_claim`): an item
listed later is found without anybody changing what was recorded.
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
from eum_app.domain.look_alikes import look_alike_key, near, one_character_off

LOOKUP_CHUNK = 500
NEAR_SHOWN = 20


@dataclass(frozen=True)
class OpenClaim:
    """A claim as its list has it, with what was found at its import (`was`) and what is found now (`now`)."""

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
        return ClaimAbout(
            serial=self.serial,
            uii=self.uii,
            nomenclature=self.nomenclature,
            nsn=self.nsn,
            part_number=self.part_number,
        )


def open_claim_ids(connection: Connection) -> list[str]:
    """Claims that were about no item for certain when they came in: the newest list first, by line."""
    question = (
        select(claims.c.claim_id)
        .where(claims.c.item_id == "")
        .order_by(claims.c.made_at.desc(), claims.c.import_id, claims.c.line, claims.c.claim_id)
    )
    return list(connection.execute(question).scalars())


def open_claim_count(connection: Connection) -> int:
    return connection.execute(select(func.count()).select_from(claims).where(claims.c.item_id == "")).scalar_one()


def open_claims_by_id(connection: Connection, ids: Iterable[str]) -> dict[str, OpenClaim]:
    """The claims, each matched against the book as it stands now."""
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
    """Items that the claim may mean: its serial number on other articles, its UII, and serial numbers that look alike
    or are one character off. The same serial first."""
    alike = look_alike_key(claim.serial)
    keys = [alike, *sorted(one_character_off(alike))] if alike else []
    ids: dict[str, str] = {}
    for start in range(0, len(keys), LOOKUP_CHUNK):
        rows = connection.execute(
            select(items.c.item_id, items.c.serial).where(items.c.look_alike.in_(keys[start : start + LOOKUP_CHUNK]))
        )
        ids |= {row.item_id: row.serial for row in rows if row.serial == claim.serial or near(row.serial, claim.serial)}
    same_mark = or_(has_serial([claim.serial]), items.c.uii == claim.uii) if claim.uii else None
    if same_mark is not None:
        rows = connection.execute(select(items.c.item_id, items.c.serial).where(same_mark))
        ids |= {row.item_id: row.serial for row in rows}
    first = sorted(ids, key=lambda item_id: (ids[item_id] != claim.serial, ids[item_id], item_id))[:NEAR_SHOWN]
    rows_by_id = items_by_id(connection, first)
    return [rows_by_id[item_id] for item_id in first if item_id in rows_by_id]


def claims_matched_since(connection: Connection, item_id: str) -> Sequence[ClaimLine]:
    """Claims that were about nothing for certain when they came in, and that the rule gives to this item now."""
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
        )
        for claim in found.values()
        if claim.now.item_id == item_id
    ]
