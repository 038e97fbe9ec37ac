"""Checks as recorded, the content kept with them, and the accounts that made them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select
from sqlalchemy.sql import FromClause

from db.among import among
from db.author_tables import signed_heads
from db.doubt_tables import withholdings
from db.queries.reading import NO_READING, READING_COLUMNS, Reading
from db.queries.testimony import NOTHING_STATED, TESTIMONY_COLUMNS, Testimony, testimony_of
from db.tables import checks, evidence, items, meta, withdrawals
from db.withdrawn import takes_back
from eum_app.domain.errors import Refusal
from eum_app.domain.facts import ContentRef
from eum_app.domain.ids import CheckId
from eum_app.domain.visits import ANSWER_ROLE, DEFICIENCY_ROLE, Grade, Outcome, ReadBy, sighting_grade
from eum_app.domain.vocabulary import Unknown, read_as

OWN_NAME = select(meta.c.value).where(meta.c.name == "name").scalar_subquery()
"""The name of this store."""


@dataclass(frozen=True)
class CheckRow:
    """One check as recorded. `is_attributed`: its account signed a head that covers it, or this store recorded it."""

    check_id: CheckId
    visit_id: str
    item_id: str
    serial: str
    outcome: Outcome | Unknown
    reason: str
    photos: int
    has_note: bool
    observed_at: str
    actor: str
    origin: str
    epoch: int
    seq: int
    grade: Grade | Unknown
    withdrawn: bool
    reading: Reading = NO_READING
    testimony: Testimony = NOTHING_STATED
    is_attributed: bool = True

    @property
    def is_sighted(self) -> bool:
        """Whether the inspector saw the item; otherwise it was not there, or the check rests on a partner's statement,
        scan or video.

        An outcome or a grade that this version does not know does not count as a sighting.
        """
        return sighting_grade(self.outcome, self.grade) == Grade.SIGHTED


@dataclass(frozen=True)
class EvidenceRow:
    """Content that a fact names: a photo, note, signature or picture of a mark. `size` is in plain bytes."""

    object_id: str
    check_id: CheckId
    role: str
    commitment: str
    size: int
    media_type: str
    is_withheld: bool = False

    @property
    def is_photo(self) -> bool:
        """Whether it is a photo, taken freely, as the answer to a question, or of a deficiency."""
        return self.role == "photo" or self.role.startswith((ANSWER_ROLE, DEFICIENCY_ROLE))

    @property
    def question_id(self) -> str:
        """The question that a photo answers; "" for none."""
        return self.role.removeprefix(ANSWER_ROLE) if self.role.startswith(ANSWER_ROLE) else ""

    @property
    def ref(self) -> ContentRef:
        """The reference as in the fact, for `Session.content`."""
        return ContentRef(
            object_id=self.object_id, commitment=self.commitment, size=self.size, media_type=self.media_type
        )


def is_withdrawn(of_checks: FromClause = checks) -> ColumnElement[bool]:
    """Return the condition that the origin that recorded a check withdrew it, by the name of its visit.

    Queries of an alias of `checks` name it.
    """
    return select(withdrawals.c.check_id).where(takes_back(of_checks)).exists()


def is_attributed(of_checks: FromClause = checks) -> ColumnElement[bool]:
    """Return the condition that the account of a check signed a head that covers it.

    Checks that this store itself recorded count as attributed: the session that wrote them held the account's key.
    """
    signed = (
        select(signed_heads.c.seq)
        .where(
            signed_heads.c.origin == of_checks.c.origin,
            signed_heads.c.epoch == of_checks.c.epoch,
            signed_heads.c.account == of_checks.c.actor,
            signed_heads.c.seq >= of_checks.c.seq,
        )
        .exists()
    )
    return or_(of_checks.c.origin == OWN_NAME, signed)


class RecordPlace(NamedTuple):
    """Visit of a check or statement, and the place of its entry in a journal."""

    visit_id: str
    origin: str
    epoch: int
    seq: int


def places_of_checks(connection: Connection, check_ids: Iterable[str]) -> dict[str, RecordPlace]:
    """Return check id → its place, for those of these checks that are held."""
    columns = [checks.c[name] for name in ("check_id", *RecordPlace._fields)]
    return {
        check_id: RecordPlace(*place)
        for chosen in among(connection, checks.c.check_id, check_ids)
        for check_id, *place in connection.execute(select(*columns).where(chosen))
    }


def recent_checks(connection: Connection, visit_id: str, limit: int = 20) -> list[CheckRow]:
    """Return the newest checks of a visit, newest first; withdrawn ones are included and marked."""
    return _check_rows(connection, checks.c.visit_id == visit_id, limit)


def check(connection: Connection, check_id: CheckId) -> CheckRow:
    """Return one check. Raises Refusal `check.unknown`."""
    rows = _check_rows(connection, checks.c.check_id == check_id, 1)
    if not rows:
        raise Refusal("check.unknown", check_id=check_id[:40])
    return rows[0]


def checks_by_id(connection: Connection, check_ids: Iterable[CheckId]) -> list[CheckRow]:
    """Return these checks, newest first within each block of `CHUNK` ids; unknown ids are left out."""
    found: list[CheckRow] = []
    for chosen in among(connection, checks.c.check_id, check_ids):
        found += _check_rows(connection, chosen, None)
    return found


def counting_checks(connection: Connection, visit_id: str) -> list[CheckRow]:
    """Return the checks of a visit that count, newest first.

    These are the newest check of each item that was not withdrawn, and every such check of an unlisted item.
    """
    counting: dict[str, CheckRow] = {}
    for row in _check_rows(connection, checks.c.visit_id == visit_id, None):
        if not row.withdrawn:
            counting.setdefault(row.item_id or row.check_id, row)
    return list(counting.values())


def _check_rows(connection: Connection, condition: ColumnElement[bool], limit: int | None) -> list[CheckRow]:
    serial = func.coalesce(func.nullif(items.c.serial, ""), func.nullif(checks.c.serial, ""), checks.c.uii)
    question = (
        select(
            checks.c.check_id,
            checks.c.visit_id,
            checks.c.item_id,
            serial,
            checks.c.outcome,
            checks.c.reason,
            checks.c.photos,
            checks.c.has_note,
            checks.c.observed_at,
            checks.c.actor,
            checks.c.origin,
            checks.c.epoch,
            checks.c.seq,
            checks.c.grade,
            withdrawals.c.check_id.is_not(None),
            *READING_COLUMNS,
            *TESTIMONY_COLUMNS,
            is_attributed(),
        )
        .outerjoin(items, items.c.item_id == checks.c.item_id)
        .outerjoin(withdrawals, takes_back())
        .where(condition)
        .order_by(checks.c.order_key.desc())
        .limit(limit)
    )
    rows: Iterable[Any] = connection.execute(question)
    return [_check_row(*row) for row in rows]


def _check_row(*row: Any) -> CheckRow:
    made = CheckRow(*(*row[:15], Reading(*row[15:-3]), testimony_of(*row[-3:-1]), bool(row[-1])))
    return replace(made, outcome=read_as(Outcome, made.outcome), grade=read_as(Grade, made.grade))


def checks_with_one_entry(connection: Connection, visit_id: str, levels: Sequence[str]) -> int:
    """Count the checks of a visit that rest on a serial that was entered by hand once, for items of these levels.

    Only *verified* checks of grade A count, without withdrawn ones.
    """
    chosen = and_(
        checks.c.visit_id == visit_id,
        checks.c.outcome == Outcome.VERIFIED,
        checks.c.grade == Grade.SIGHTED,
        checks.c.read_by.in_((ReadBy.TYPED, ReadBy.PAPER)),
        ~checks.c.entered_twice,
        items.c.eum_level.in_(levels),
        ~is_withdrawn(),
    )
    question = select(func.count()).select_from(checks).join(items, items.c.item_id == checks.c.item_id).where(chosen)
    return connection.execute(question).scalar_one()


def evidence_of(connection: Connection, *, visit_id: str = "", check_id: str = "") -> list[EvidenceRow]:
    """Return the photos, notes, signatures and pictures of marks of a check, or else of a whole visit, oldest first.

    Withheld ones are included and marked.
    """
    # Content that names a check of another visit is not shown with it: it came from another device.
    of_check = and_(
        evidence.c.check_id == check_id,
        evidence.c.visit_id == select(checks.c.visit_id).where(checks.c.check_id == check_id).scalar_subquery(),
    )
    condition = of_check if check_id else evidence.c.visit_id == visit_id
    columns = [evidence.c[name] for name in ("object_id", "check_id", "role", "commitment", "size", "media_type")]
    question = (
        select(*columns, withholdings.c.object_id.is_not(None))
        .outerjoin(withholdings, withholdings.c.object_id == evidence.c.object_id)
        .where(condition)
        .order_by(evidence.c.order_key, evidence.c.object_id)
    )
    rows: Iterable[Any] = connection.execute(question)
    return [EvidenceRow(*row) for row in rows]
