"""The activity log: who did what, when, from where and with what outcome, read from the journals (AU-3; DOMAIN 6).

The journals are its only source, so it shows exactly what was recorded, unknown kinds included.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec
from sqlalchemy import ColumnElement, Connection, Row, and_, func, literal, or_, select, tuple_

from db.bounds import stated_within
from db.chains import chain_head, held_chains
from db.exchange_tables import bundles
from db.queries.items import has_serial
from db.tables import checks, findings, items, journal, meta, sites, visits
from eum_app.domain.errors import Refusal
from eum_app.domain.journal import Entry, Head, genesis, verify_chain
from eum_app.domain.unreadable import UNREADABLE

LOOKUP_CHUNK = 200  # each key binds three values; see the limit in `db/content`
STREAM_ROWS = 500
MAX_SERIAL_HITS = 50
LOOKED_AT = 2_000
"""Newest entries of each chain that `newest_activity_ids` searches for a bounded account."""
_SEPARATOR: Final = "|"
# At most 18 digits, which a column of the database holds; NUL is in no text of PostgreSQL.
_ENTRY_ID: Final = re.compile(r"(?P<epoch>[0-9]{1,18})\|(?P<seq>[0-9]{1,18})\|(?P<origin>[^\0]*)", re.DOTALL)

SUBJECT_FIELDS: Final = (
    ("finding", "finding_id"),
    ("inquiry", "inquiry_id"),
    ("item", "item_id"),
    ("check", "check_id"),
    ("visit", "visit_id"),
    ("bundle", "file_name"),
    ("file", "source_name"),
    ("device", "device"),
    ("account", "account"),
    ("name", "name"),
    ("site", "site_id"),
    ("case", "case_id"),
    ("journal", "origin"),
)
"""Fields that name a fact's subject; the first one that is not empty decides."""
OWN_SUBJECTS: Final = {
    "ReportExported": "report",
    "LabelsPrinted": "labels",
    "SiteRegistered": "site",
    "StoreCreated": "store",
    "ProfileSaved": "profile",
}
"""Kinds whose subject field names a different kind of subject."""
OUTCOME_FIELDS: Final = (
    "outcome",
    "decision",
    "severity",
    "disposition",
    "recommendation",
    "code",
    "role",
    "label_kind",
    "reason",
)
"""Fields that name a fact's outcome; the first one that is not empty decides."""


@dataclass(frozen=True)
class ActivityFilter:
    """Filter of the log; empty text means all. `day` is a UTC day (`YYYY-MM-DD`).

    Each of `words` must be in the entry's fact, names or session, or be the serial number of its item.
    """

    actor: str = ""
    kind: str = ""
    origin: str = ""
    day: str = ""
    words: str = ""


@dataclass(frozen=True)
class ActivityRow:
    """One entry. `subject` is its kind of subject (`item`, `visit` …, or empty), `outcome` the code of its result.

    `subject_name` is the subject's serial number, place or file name.
    """

    entry_id: str
    recorded_at: str
    actor: str
    kind: str
    kind_version: int
    origin: str
    epoch: int
    seq: int
    session_id: str
    elapsed_ms: int
    subject: str
    subject_name: str
    outcome: str


@dataclass(frozen=True)
class ActivityDetail:
    """One entry with all its fields.

    `known_at` is the number of this store's entry with which it became known here, counted over all epochs. `is_whole`:
    its hash matches its fields and it follows the entry before. `about` is (kind, id) of its subject, or two empty
    texts.
    """

    row: ActivityRow
    entry: Entry
    known_at: int
    is_whole: bool
    about: tuple[str, str]


@dataclass(frozen=True)
class ActivityFacets:
    """Values to choose from, each with its number of entries. Days are UTC days, newest first."""

    actors: dict[str, int]
    kinds: dict[str, int]
    origins: dict[str, int]
    days: dict[str, int]
    total: int


def activity_ids(connection: Connection, wanted: ActivityFilter = ActivityFilter()) -> list[str]:
    """Return the ids of matching entries, newest first by their recorders' clocks.

    Like all functions here, it returns only entries that the account may see (`db.bounds.stated_within`).
    """
    key = (journal.c.origin, journal.c.epoch, journal.c.seq)
    question = (
        select(*key)
        .where(*_conditions(connection, wanted))
        .order_by(journal.c.recorded_at.desc(), journal.c.origin, journal.c.epoch.desc(), journal.c.seq.desc())
    )
    return [f"{epoch}{_SEPARATOR}{seq}{_SEPARATOR}{origin}" for origin, epoch, seq in connection.execute(question)]


def newest_activity_ids(connection: Connection, number: int = 200) -> list[str]:
    """Return the first ids of the whole log, at most `number`, quickly: only the end of each chain is read.

    If a clock was set back, the full list may order entries differently. A bounded account whose entries are further
    back than `LOOKED_AT` gets fewer ids, or none.
    """
    within = _seen(connection)
    ends: list[tuple[str, str]] = []
    for chain in held_chains(connection):
        origin, epoch = chain.origin, chain.epoch
        beyond = chain_head(connection, origin, epoch).seq - LOOKED_AT
        rows = connection.execute(
            select(journal.c.recorded_at, journal.c.seq)
            .where(journal.c.origin == origin, journal.c.epoch == epoch, journal.c.seq > beyond, *within)
            .order_by(journal.c.seq.desc())
            .limit(number)
        )
        ends += [(row.recorded_at, f"{epoch}{_SEPARATOR}{row.seq}{_SEPARATOR}{origin}") for row in rows]
    ends.sort(key=lambda end: end[0], reverse=True)
    return [entry_id for _, entry_id in ends[:number]]


def activity_by_id(connection: Connection, ids: Iterable[str]) -> dict[str, ActivityRow]:
    """Return id → entry, with the subjects looked up, for those that exist and that the account may see."""
    wanted = list(ids)
    found: dict[str, ActivityRow] = {}
    for start in range(0, len(wanted), LOOKUP_CHUNK):
        keys = [key for entry_id in wanted[start : start + LOOKUP_CHUNK] if (key := _key(entry_id)) is not None]
        rows = connection.execute(
            select(journal).where(
                tuple_(journal.c.origin, journal.c.epoch, journal.c.seq).in_(keys), *_seen(connection)
            )
        ).all()
        found.update((row.entry_id, row) for row in _described(connection, rows))
    return found


def activity_rows(connection: Connection, wanted: ActivityFilter) -> Iterator[tuple[ActivityRow, Entry]]:
    """Yield matching entries for an export by chain (origin, then epoch), oldest first within each, streamed."""
    question = (
        select(journal)
        .where(*_conditions(connection, wanted))
        .order_by(journal.c.origin, journal.c.epoch, journal.c.seq)
        .execution_options(yield_per=STREAM_ROWS)
    )
    for rows in connection.execute(question).partitions():
        for row, described in zip(rows, _described(connection, rows), strict=True):
            yield described, _entry(row)


def activity_count(connection: Connection, wanted: ActivityFilter) -> int:
    """Return the number of matching entries."""
    question = select(func.count()).select_from(journal).where(*_conditions(connection, wanted))
    return connection.execute(question).scalar_one()


def activity_entry(connection: Connection, entry_id: str) -> ActivityDetail:
    """Return one entry with all its fields. Raises Refusal `entry.unknown`, also if the account may not see it."""
    key = _key(entry_id)
    if key is None:
        raise Refusal("entry.unknown", entry_id=entry_id[:80])
    origin, epoch, seq = key
    chain = (journal.c.origin == origin, journal.c.epoch == epoch)
    row = connection.execute(select(journal).where(*chain, journal.c.seq == seq, *_seen(connection))).first()
    if row is None:
        raise Refusal("entry.unknown", entry_id=entry_id[:80])
    before = connection.execute(select(journal.c.hash).where(*chain, journal.c.seq == seq - 1)).scalar()
    head = Head(origin, epoch, seq - 1, before) if before is not None else genesis(origin, epoch)
    entry = _entry(row)
    try:
        verify_chain([entry], head)
        is_whole = True
    except Refusal:
        is_whole = False
    about = _subject(row.kind, _fields(row.payload))
    return ActivityDetail(_described(connection, [row])[0], entry, _known_with(connection, row), is_whole, about)


def _known_with(connection: Connection, row: Row[Any]) -> int:
    """Return the `known_at` of the first own entry that records the import of this entry's bundle, else the row's own.

    On a server the row's own may be lower, if others at HQ wrote during the import.
    """
    own = select(meta.c.value).where(meta.c.name == "name").scalar_subquery()
    said = select(func.min(bundles.c.known_at)).where(
        bundles.c.recorder == own,
        bundles.c.direction == "in",
        bundles.c.origin == row.origin,
        bundles.c.epoch == row.epoch,
        bundles.c.first_seq <= row.seq,
        bundles.c.last_seq >= row.seq,
    )
    return connection.execute(said).scalar() or int(row.known_at)


def activity_facets(connection: Connection) -> ActivityFacets:
    """Return the accounts, kinds, origins and days of the log, over all visible entries."""
    day = func.substr(journal.c.recorded_at, 1, 10)
    counts: tuple[Counter[str], ...] = (Counter(), Counter(), Counter(), Counter())
    columns = (journal.c.actor, journal.c.kind, journal.c.origin, day.label("day"))
    total = 0
    question = select(*columns, func.count()).where(*_seen(connection)).group_by(*columns[:3], "day")
    for *values, number in connection.execute(question):
        total += number
        for counted, value in zip(counts, values, strict=True):
            counted[value] += number
    actors, kinds, origins, days = counts
    newest_first = dict(sorted(days.items(), reverse=True))
    return ActivityFacets(_sorted(actors), _sorted(kinds), _sorted(origins), newest_first, total)


def _sorted(counted: Mapping[str, int]) -> dict[str, int]:
    return dict(sorted(counted.items()))


def _key(entry_id: str) -> tuple[str, int, int] | None:
    """Return origin, epoch and number of an entry's id, or None for a text that no entry has."""
    found = _ENTRY_ID.fullmatch(entry_id)
    return (found["origin"], int(found["epoch"]), int(found["seq"])) if found else None


def _entry(row: Row[Any]) -> Entry:
    return Entry(**{name: getattr(row, name) for name in Entry.__struct_fields__})


# Filters


def _conditions(connection: Connection, wanted: ActivityFilter) -> list[ColumnElement[bool]]:
    conditions = _seen(connection)
    conditions += [
        journal.c[name] == value
        for name, value in (("actor", wanted.actor), ("kind", wanted.kind), ("origin", wanted.origin))
        if value
    ]
    if wanted.day:
        # Instants are UTC text of fixed width, so the day's instants sort between these two texts.
        conditions += [journal.c.recorded_at >= wanted.day, journal.c.recorded_at < f"{wanted.day}~"]
    return conditions + [_says(connection, word) for word in wanted.words.split()]


def _seen(connection: Connection) -> list[ColumnElement[bool]]:
    within = stated_within(connection)
    return [] if within is None else [within]


def _says(connection: Connection, word: str) -> ColumnElement[bool]:
    """Return the condition that an entry contains a word, or is about an item with that serial number.

    Payloads are searched as bytes, because some are not text. Bytes are case-sensitive, so the word is tried as typed,
    in upper case and in lower case.
    """
    spellings = dict.fromkeys((word, word.upper(), word.lower()))
    hits = [
        column.icontains(word, autoescape=True)
        for column in (journal.c.actor, journal.c.kind, journal.c.origin, journal.c.session_id)
    ]
    hits += [_holds(connection, spelling.encode(errors="replace")) for spelling in spellings]
    serials = select(items.c.item_id).where(has_serial(spellings)).limit(MAX_SERIAL_HITS)
    hits += [_holds(connection, item_id.encode()) for item_id in connection.execute(serials).scalars()]
    return or_(*hits)


def _holds(connection: Connection, needle: bytes) -> ColumnElement[bool]:
    if connection.dialect.name == "postgresql":
        return func.position(literal(needle).op("IN")(journal.c.payload)) > 0
    return func.instr(journal.c.payload, needle) > 0


# What entries are about


def _described(connection: Connection, rows: Sequence[Row[Any]]) -> list[ActivityRow]:
    said = [_fields(row.payload) for row in rows]
    about = [_subject(row.kind, fields) for row, fields in zip(rows, said, strict=True)]
    names = _names(connection, about)
    return [
        ActivityRow(
            entry_id=f"{row.epoch}{_SEPARATOR}{row.seq}{_SEPARATOR}{row.origin}",
            recorded_at=row.recorded_at,
            actor=row.actor,
            kind=row.kind,
            kind_version=row.kind_version,
            origin=row.origin,
            epoch=row.epoch,
            seq=row.seq,
            session_id=row.session_id,
            elapsed_ms=row.elapsed_ms,
            subject=subject[0],
            subject_name=str(fields.get("serial") or "") or names.get(subject, subject[1]),
            outcome=next((value for name in OUTCOME_FIELDS if (value := _text(fields, name))), ""),
        )
        for row, fields, subject in zip(rows, said, about, strict=True)
    ]


def _fields(payload: bytes) -> dict[str, Any]:
    """Return the fields of a fact; empty if the payload is not a JSON object (an unknown kind may hold anything)."""
    try:
        fields = msgspec.json.decode(payload)
    except UNREADABLE:
        return {}
    return fields if isinstance(fields, dict) else {}


def _text(fields: Mapping[str, Any], name: str) -> str:
    value = fields.get(name)
    return value if isinstance(value, str) else ""


def _subject(kind: str, fields: Mapping[str, Any]) -> tuple[str, str]:
    for what, name in SUBJECT_FIELDS:
        if value := _text(fields, name):
            return OWN_SUBJECTS.get(kind, what), value
    return "", ""


def _names(connection: Connection, about: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """Return the names of the subjects for people: serial numbers, and the place of a visit."""
    by_kind: dict[str, set[str]] = {}
    for what, value in about:
        by_kind.setdefault(what, set()).add(value)
    serial = func.coalesce(func.nullif(items.c.serial, ""), checks.c.serial, "")
    of_check = and_(checks.c.item_id == items.c.item_id, checks.c.item_id != "")
    of_finding = findings.c.item_id == items.c.item_id
    questions = {
        "item": select(items.c.item_id, items.c.serial),
        "check": select(checks.c.check_id, func.coalesce(func.nullif(serial, ""), checks.c.uii)).outerjoin(
            items, of_check
        ),
        "finding": select(findings.c.finding_id, func.coalesce(func.nullif(serial, ""), sites.c.name, ""))
        .outerjoin(items, of_finding)
        .outerjoin(checks, checks.c.check_id == findings.c.check_id)
        .outerjoin(visits, visits.c.visit_id == findings.c.visit_id)
        .outerjoin(sites, sites.c.site_id == visits.c.site_id),
        "visit": select(visits.c.visit_id, sites.c.name).join(sites, sites.c.site_id == visits.c.site_id),
        "site": select(sites.c.site_id, sites.c.name),
    }
    names: dict[tuple[str, str], str] = {}
    for what, question in questions.items():
        if wanted := by_kind.get(what):
            key = question.selected_columns[0]
            rows = connection.execute(question.where(key.in_(list(wanted)))).all()
            names.update({(what, row[0]): row[1] for row in rows if row[1]})
    return names
