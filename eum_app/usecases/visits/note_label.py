"""Notes of container labels: claims recorded at a person's request, never sightings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from db.queries.claims import claim_candidates, claimed_by_label
from db.queries.visits import visit
from eum_app.domain.claims import Candidate, ClaimAbout, match_labelled
from eum_app.domain.container_labels import note_id
from eum_app.domain.errors import Refusal
from eum_app.domain.facts import ContainerLabelNoted, LabelClaim, LabelPartRead
from eum_app.domain.marks import Claimed
from eum_app.domain.matches import MatchKind
from eum_app.domain.people import Permission
from eum_app.usecases.changes import Changed
from eum_app.usecases.people.scopes import require_open_visit
from eum_app.usecases.session import Session
from eum_app.usecases.visits.match_mark import Match, is_part_of_message


@dataclass(frozen=True)
class NotedLabel(Changed):
    """Result of a note: `claims` were recorded, `matched` of them are about one item on this device's book."""

    claims: int
    matched: int


def note_label(session: Session, visit_id: str, match: Match) -> NotedLabel:
    """Record the claims of a label, as far as it was read, and how each part was read.

    `match` is of kind `claims`. Each claim is compared with the book by its rule (`claims.match_labelled`); no item
    changes. A label noted again after more of it was read stays one label. Raises Refusal `permission.denied`,
    `permission.out_of_scope`, `visit.unknown`, `visit.closed`, `label.no_claims` (no complete claim was read, or a
    match of another kind), `label.already_noted` (every claim of this label is recorded already), `store.copied`;
    Trouble for disk errors.
    """
    session.require(Permission.VISIT_WORK)
    claimed = match.mark.claimed
    if match.kind is not MatchKind.CLAIMS or not claimed:
        raise Refusal("label.no_claims")
    parts = match.parts or (_as_part(match),)
    label_id, size, is_whole = _extent(match)
    with session.writing() as transaction:
        connection = transaction.connection
        visit(connection, visit_id)
        require_open_visit(session, connection, visit_id)
        noted_as = note_id(session.name, visit_id, label_id, parts[0].raw)
        if {one.uii for one in claimed} <= claimed_by_label(connection, noted_as):
            raise Refusal("label.already_noted", count=len(claimed))
        held = claim_candidates(connection, (one.serial for one in claimed), (one.uii for one in claimed))
        claims = tuple(_compared(one, held) for one in claimed)
        transaction.record(
            ContainerLabelNoted(
                observed_at=session.observed_now(),
                visit_id=visit_id,
                label_id=label_id,
                size=size,
                is_whole=is_whole,
                parts=parts,
                claims=claims,
            )
        )
        return NotedLabel(frozenset(transaction.areas), len(claims), sum(1 for one in claims if one.item_id))


def _extent(match: Match) -> tuple[str, int, bool]:
    """Return a label's extent for its fact: file id, number of parts, and whether all were read."""
    label = match.label
    if label is not None:
        return label.label_id, label.size or 0, label.is_whole
    is_whole = not is_part_of_message(match.mark)
    return "", int(is_whole), is_whole


def _compared(one: Claimed, held: Sequence[Candidate]) -> LabelClaim:
    about = ClaimAbout(uii=one.uii, serial=one.serial, part_number=one.part_number, nomenclature="", nsn="")
    candidates = {item.item_id: item for item in held if one.uii == item.uii or one.serial == item.serial}
    found = match_labelled(about, candidates.values())
    return LabelClaim(
        uii=one.uii, serial=one.serial, part_number=one.part_number, item_id=found.item_id, match=found.match
    )


def _as_part(match: Match) -> LabelPartRead:
    """Return the part for a label in one symbol, or for a part that no scanner reported as one."""
    read = match.read
    return LabelPartRead(
        raw=read.raw,
        read_by=read.read_by,
        number=0 if is_part_of_message(match.mark) else 1,
        symbology=read.symbology,
        preparation=read.preparation,
        quality=read.quality,
    )
