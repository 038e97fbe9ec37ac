"""Fact → read tables: the same apply in the field, at import and at rebuild.

The outcome never depends on the order of arrival: each row is either written once under its own id, or the newest by
`order_key` wins, or a maximum. Facts are applied in batches, grouped by kind in the order of `_APPLIERS`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Any

import msgspec
from sqlalchemy import Connection, Table, bindparam, delete, exists, func, literal, select, update
from sqlalchemy.dialects import postgresql, sqlite

from db.tables import PROJECTION_VERSION as PROJECTION_VERSION
from db.tables import (
    accounts,
    bundles,
    checklists,
    checks,
    devices,
    evidence,
    exports,
    findings,
    imports,
    items,
    journal,
    lapses,
    meta,
    quarantine,
    read,
    received,
    reviews,
    revocations,
    site_answers,
    sites,
    visit_items,
    visit_marks,
    visits,
    withdrawals,
)
from eum_app.domain import facts as f
from eum_app.domain.items import item_key
from eum_app.domain.journal import Entry, order_key

Noted = tuple[Entry, Any, int]
"""(entry, its fact, known_at)"""
Rows = list[dict[str, Any]]
REBUILD_BATCH = 5_000


def put(connection: Connection, table: Table, rows: Rows) -> None:
    """Insert rows; a row whose key is there already gives way to a newer `order_key`, or stays where there is none."""
    if rows:
        connection.execute(_put_statement(connection.dialect.name, table), rows)


@cache
def _put_statement(dialect: str, table: Table) -> Any:
    insert = postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)
    keys = list(table.primary_key.columns)
    if "order_key" not in table.c:
        return insert.on_conflict_do_nothing(index_elements=keys)
    changed = {column.name: insert.excluded[column.name] for column in table.columns if not column.primary_key}
    return insert.on_conflict_do_update(
        index_elements=keys, set_=changed, where=insert.excluded.order_key > table.c.order_key
    )


def _key(entry: Entry, fact: f.Fact) -> str:
    return order_key(fact.observed_at, entry)


def _plain(fact: Any, *names: str) -> dict[str, Any]:
    return {name: getattr(fact, name) for name in names}


def _sites(connection: Connection, noted: Sequence[Noted]) -> None:
    rows = [{**_plain(fact, "site_id", "name", "country"), "order_key": _key(entry, fact)} for entry, fact, _ in noted]
    put(connection, sites, rows)


def match_key(fact: Any) -> str:
    """Text of `items.item_key`; `fact` is anything with cage, part_number, serial and nsn."""
    return "|".join(item_key(fact.cage, fact.part_number, fact.serial, fact.nsn))


_ITEM_FIELDS = tuple(
    column.name for column in items.columns if column.name not in {"match_key", "order_key", "known_at"}
)


def _items(connection: Connection, noted: Sequence[Noted]) -> None:
    rows = [
        {
            **_plain(fact, *_ITEM_FIELDS),
            "match_key": match_key(fact),
            "order_key": _key(entry, fact),
            "known_at": known_at,
        }
        for entry, fact, known_at in noted
    ]
    put(connection, items, rows)


def _imports(connection: Connection, noted: Sequence[Noted]) -> None:
    rows = [
        {
            **_plain(fact, "import_id", "source_name", "source_sha384", "rows", "accepted", "already_held"),
            "rejected": len(fact.rejected),
            "imported_at": fact.observed_at,
            "actor": entry.actor,
        }
        for entry, fact, _ in noted
    ]
    put(connection, imports, rows)


def _checklists(connection: Connection, noted: Sequence[Noted]) -> None:
    rows = [
        {
            **_plain(fact.checklist, "checklist_id", "version", "applies_to", "title"),
            "body": msgspec.json.encode(fact.checklist),
            "order_key": _key(entry, fact),
        }
        for entry, fact, _ in noted
    ]
    put(connection, checklists, rows)


def _visits(connection: Connection, noted: Sequence[Noted]) -> None:
    for entry, fact, _ in noted:
        put(
            connection,
            visits,
            [
                {
                    **_plain(fact, "visit_id", "program", "purpose", "site_id", "due_on", "device", "inspector"),
                    "item_checklist_id": fact.item_checklist.checklist_id,
                    "item_checklist_version": fact.item_checklist.version,
                    "site_checklist_id": fact.site_checklist.checklist_id,
                    "site_checklist_version": fact.site_checklist.version,
                    "expected": len(fact.expected),
                    "planned_at": fact.observed_at,
                    "planned_by": entry.actor,
                    "order_key": _key(entry, fact),
                }
            ],
        )
        expected = [
            {
                "visit_id": fact.visit_id,
                "item_id": item_id,
                "position": position,
                "outcome": "to_check",
                "check_id": "",
                "outcome_key": "",
            }
            for position, item_id in enumerate(fact.expected)
        ]
        put(connection, visit_items, expected)
        connection.execute(_recount_visit(), {"of_visit": fact.visit_id})


def _of_counting_check(column: Any, otherwise: str) -> Any:
    """A column of the newest check of a visit's item that was not withdrawn, as a correlated subquery."""
    withdrawn = exists().where(withdrawals.c.check_id == checks.c.check_id, withdrawals.c.origin == checks.c.origin)
    newest = (
        select(column)
        .where(checks.c.visit_id == visit_items.c.visit_id, checks.c.item_id == visit_items.c.item_id, ~withdrawn)
        .order_by(checks.c.order_key.desc())
        .limit(1)
        .scalar_subquery()
    )
    return func.coalesce(newest, literal(otherwise))


@cache
def _recount() -> Any:
    return update(visit_items).values(
        outcome=_of_counting_check(checks.c.outcome, "to_check"),
        check_id=_of_counting_check(checks.c.check_id, ""),
        outcome_key=_of_counting_check(checks.c.order_key, ""),
    )


@cache
def _recount_visit() -> Any:
    return _recount().where(visit_items.c.visit_id == bindparam("of_visit"))


@cache
def _recount_item() -> Any:
    return _recount().where(
        visit_items.c.visit_id == bindparam("of_visit"), visit_items.c.item_id == bindparam("of_item")
    )


@cache
def _outcome_of_newer_check() -> Any:
    return (
        update(visit_items)
        .where(
            visit_items.c.visit_id == bindparam("of_visit"),
            visit_items.c.item_id == bindparam("of_item"),
            visit_items.c.outcome_key < bindparam("new_key"),
        )
        .values(outcome=bindparam("new_outcome"), check_id=bindparam("new_check"), outcome_key=bindparam("new_key"))
    )


def _checks(connection: Connection, noted: Sequence[Noted]) -> None:
    rows: Rows = []
    outcomes: Rows = []
    attached: Rows = []
    for entry, fact, known_at in noted:
        key = _key(entry, fact)
        rows.append(
            {
                "check_id": fact.check_id,
                "visit_id": fact.visit_id,
                "item_id": fact.item_id,
                "outcome": fact.outcome,
                "reason": fact.reason,
                "grade": fact.grade,
                "read_by": fact.mark.read_by,
                "symbology": fact.mark.symbology,
                "uii": fact.mark.uii,
                "serial": fact.mark.serial,
                "all_as_expected": fact.all_as_expected,
                "photos": len(fact.photos),
                "has_note": fact.note is not None,
                "observed_at": fact.observed_at,
                "recorded_at": entry.recorded_at,
                "actor": entry.actor,
                "origin": entry.origin,
                "epoch": entry.epoch,
                "seq": entry.seq,
                "order_key": key,
                "known_at": known_at,
            }
        )
        if fact.item_id:
            outcomes.append(
                {
                    "of_visit": fact.visit_id,
                    "of_item": fact.item_id,
                    "new_outcome": fact.outcome,
                    "new_check": fact.check_id,
                    "new_key": key,
                }
            )
        attached.extend(_evidence_row(fact.visit_id, fact.check_id, "photo", photo, key) for photo in fact.photos)
        if fact.note is not None:
            attached.append(_evidence_row(fact.visit_id, fact.check_id, "note", fact.note, key))
    put(connection, checks, rows)
    if outcomes:
        connection.execute(_outcome_of_newer_check(), outcomes)
    put(connection, evidence, attached)
    _touch(connection, noted)
    withdrawn = select(checks.c.visit_id, checks.c.item_id).join(
        withdrawals, withdrawals.c.check_id == checks.c.check_id
    )
    early = [
        {"of_visit": row.visit_id, "of_item": row.item_id}
        for ids in _chunks([row["check_id"] for row in rows])
        for row in connection.execute(withdrawn.where(withdrawals.c.check_id.in_(ids)))
    ]
    if early:
        connection.execute(_recount_item(), early)


def _chunks(values: list[str], size: int = 500) -> Iterable[list[str]]:
    return (values[start : start + size] for start in range(0, len(values), size))


def _evidence_row(visit_id: str, check_id: str, role: str, content: f.ContentRef, key: str) -> dict[str, Any]:
    return {
        "object_id": content.object_id,
        "visit_id": visit_id,
        "check_id": check_id,
        "role": role,
        "commitment": content.commitment,
        "size": content.size,
        "media_type": content.media_type,
        "order_key": key,
    }


def _touch(connection: Connection, noted: Sequence[Noted]) -> None:
    """Move each visit's newest touch: a fact after the closing voids the signatures."""
    newest: dict[str, str] = {}
    for entry, fact, _ in noted:
        key = _key(entry, fact)
        if key > newest.get(fact.visit_id, ""):
            newest[fact.visit_id] = key
    rows = [{"visit_id": visit_id, "touched_key": key} for visit_id, key in newest.items()]
    connection.execute(_touch_statement(connection.dialect.name), rows)


@cache
def _touch_statement(dialect: str) -> Any:
    insert = postgresql.insert(visit_marks) if dialect == "postgresql" else sqlite.insert(visit_marks)
    return insert.on_conflict_do_update(
        index_elements=["visit_id"],
        set_={"touched_key": insert.excluded.touched_key},
        where=insert.excluded.touched_key > visit_marks.c.touched_key,
    )


def _withdrawals(connection: Connection, noted: Sequence[Noted]) -> None:
    rows = [
        {
            **_plain(fact, "check_id", "visit_id", "reason"),
            "origin": entry.origin,
            "withdrawn_at": fact.observed_at,
            "actor": entry.actor,
            "order_key": _key(entry, fact),
        }
        for entry, fact, _ in noted
    ]
    put(connection, withdrawals, rows)
    _touch(connection, noted)
    pairs = [
        {"of_visit": row.visit_id, "of_item": row.item_id}
        for ids in _chunks([row["check_id"] for row in rows])
        for row in connection.execute(select(checks.c.visit_id, checks.c.item_id).where(checks.c.check_id.in_(ids)))
    ]
    if pairs:
        connection.execute(_recount_item(), pairs)


def _site_answers(connection: Connection, noted: Sequence[Noted]) -> None:
    rows = [
        {
            "visit_id": fact.visit_id,
            "question_id": answer.question_id,
            "value": answer.value,
            "comment": answer.comment,
            "actor": entry.actor,
            "order_key": _key(entry, fact),
        }
        for entry, fact, _ in noted
        for answer in fact.answers
    ]
    put(connection, site_answers, rows)
    _touch(connection, noted)


def _attached(connection: Connection, noted: Sequence[Noted]) -> None:
    rows = [
        _evidence_row(fact.visit_id, fact.check_id, fact.role, fact.content, _key(entry, fact))
        for entry, fact, _ in noted
    ]
    put(connection, evidence, rows)
    _touch(connection, noted)


def _closings(connection: Connection, noted: Sequence[Noted]) -> None:
    dialect = connection.dialect.name
    insert = postgresql.insert(visit_marks) if dialect == "postgresql" else sqlite.insert(visit_marks)
    columns = ("closed_key", "closed_at", "closed_by", "closed_body")
    statement = insert.on_conflict_do_update(
        index_elements=["visit_id"],
        set_={name: insert.excluded[name] for name in columns},
        where=insert.excluded.closed_key > visit_marks.c.closed_key,
    )
    for entry, fact, _ in noted:
        row = {
            "visit_id": fact.visit_id,
            "closed_key": _key(entry, fact),
            "closed_at": fact.observed_at,
            "closed_by": entry.actor,
            "closed_body": msgspec.json.encode(fact),
        }
        connection.execute(statement, [row])
        signed = [
            _evidence_row(fact.visit_id, "", f"{part}:{signature.party}", content, row["closed_key"])
            for signature in fact.signatures
            for part, content in (("signature", signature.signature), ("signer", signature.signer))
            if content is not None
        ]
        put(connection, evidence, signed)


def _findings(connection: Connection, noted: Sequence[Noted]) -> None:
    names = ("finding_id", "rule_id", "rule_version", "severity", "visit_id", "item_id", "check_id")
    rows = [
        {**_plain(fact, *names), "raised_at": fact.observed_at, "order_key": _key(entry, fact)}
        for entry, fact, _ in noted
    ]
    put(connection, findings, rows)


def _lapses(connection: Connection, noted: Sequence[Noted]) -> None:
    rows = [
        {**_plain(fact, "finding_id", "reason"), "lapsed_at": fact.observed_at, "order_key": _key(entry, fact)}
        for entry, fact, _ in noted
    ]
    put(connection, lapses, rows)


def _reviews(connection: Connection, noted: Sequence[Noted]) -> None:
    rows = [
        {
            **_plain(fact, "review_id", "finding_id", "decision", "comment", "disposition"),
            "reviewed_at": fact.observed_at,
            "actor": entry.actor,
            "order_key": _key(entry, fact),
        }
        for entry, fact, _ in noted
    ]
    put(connection, reviews, rows)


def _accounts(connection: Connection, noted: Sequence[Noted]) -> None:
    rows = [
        {
            **_plain(fact, "account", "role", "suite", "public_key"),
            "origin": entry.origin,
            "order_key": _key(entry, fact),
        }
        for entry, fact, _ in noted
    ]
    put(connection, accounts, rows)


def _devices(connection: Connection, noted: Sequence[Noted]) -> None:
    rows = [
        {
            **_plain(fact, "device", "epoch", "fingerprint"),
            "body": msgspec.json.encode(fact.certificates),
            "enrolled_at": fact.observed_at,
            "order_key": _key(entry, fact),
        }
        for entry, fact, _ in noted
    ]
    put(connection, devices, rows)


def _revocations(connection: Connection, noted: Sequence[Noted]) -> None:
    rows = [{**_plain(fact, "device", "epoch", "reason"), "revoked_at": fact.observed_at} for _, fact, _ in noted]
    put(connection, revocations, rows)


def _bundle_row(entry: Entry, fact: f.BundleSealed | f.BundleImported) -> dict[str, Any]:
    sealed = isinstance(fact, f.BundleSealed)
    names = (
        "bundle_id",
        "bundle_kind",
        "origin",
        "epoch",
        "first_seq",
        "last_seq",
        "head_hash",
        "objects",
        "file_name",
    )
    return {
        **_plain(fact, *names),
        "direction": "out" if sealed else "in",
        "recorder": entry.origin,
        "recorder_epoch": entry.epoch,
        "party": fact.recipient if isinstance(fact, f.BundleSealed) else fact.sender,
        "entries": fact.last_seq - fact.first_seq + 1 if isinstance(fact, f.BundleSealed) else fact.new_entries,
        "at": fact.observed_at,
        "order_key": _key(entry, fact),
    }


def _bundles(connection: Connection, noted: Sequence[Noted]) -> None:
    put(connection, bundles, [_bundle_row(entry, fact) for entry, fact, _ in noted])


def _quarantine(connection: Connection, noted: Sequence[Noted]) -> None:
    names = ("quarantine_id", "bundle_id", "file_name", "file_sha384", "file_size", "code")
    rows = [
        {
            **_plain(fact, *names),
            "recorder": entry.origin,
            "details": msgspec.json.encode(fact.details).decode(),
            "at": fact.observed_at,
        }
        for entry, fact, _ in noted
    ]
    put(connection, quarantine, rows)


def _received(connection: Connection, noted: Sequence[Noted]) -> None:
    rows = [
        {**_plain(fact, "origin", "epoch", "seq", "head_hash", "hq", "bundle_id"), "at": fact.observed_at}
        for _, fact, _ in noted
    ]
    put(connection, received, rows)


def _exports(connection: Connection, noted: Sequence[Noted]) -> None:
    rows = [
        {
            **_plain(fact, "sha384", "file_name", "report", "rows", "as_of"),
            "actor": entry.actor,
            "order_key": _key(entry, fact),
        }
        for entry, fact, _ in noted
    ]
    put(connection, exports, rows)


_APPLIERS: dict[type[f.Fact], tuple[Callable[[Connection, Sequence[Noted]], None], str]] = {
    f.SiteRegistered: (_sites, "items"),
    f.ItemListed: (_items, "items"),
    f.InventoryImported: (_imports, "items"),
    f.ChecklistPublished: (_checklists, "visits"),
    f.VisitPlanned: (_visits, "visits"),
    f.CheckRecorded: (_checks, "checks"),
    f.CheckWithdrawn: (_withdrawals, "checks"),
    f.SiteAssessed: (_site_answers, "checks"),
    f.EvidenceAttached: (_attached, "checks"),
    f.VisitClosedOut: (_closings, "visits"),
    f.FindingRaised: (_findings, "findings"),
    f.FindingLapsed: (_lapses, "findings"),
    f.FindingReviewed: (_reviews, "findings"),
    f.AccountAdded: (_accounts, "people"),
    f.DeviceEnrolled: (_devices, "people"),
    f.DeviceRevoked: (_revocations, "people"),
    f.BundleSealed: (_bundles, "exchange"),
    f.BundleImported: (_bundles, "exchange"),
    f.BundleQuarantined: (_quarantine, "exchange"),
    f.FactsReceived: (_received, "exchange"),
    f.ReportExported: (_exports, "reports"),
}


def apply(connection: Connection, noted: Sequence[Noted]) -> set[str]:
    """Apply facts to the read tables and return the areas touched. Unknown facts leave no trace here."""
    areas: set[str] = set()
    if len(noted) == 1:
        handler = _APPLIERS.get(type(noted[0][1]))
        if handler is not None:
            handler[0](connection, noted)
            areas.add(handler[1])
        return areas
    by_kind: dict[type[Any], list[Noted]] = {}
    for note in noted:
        by_kind.setdefault(type(note[1]), []).append(note)
    for kind, (handle, area) in _APPLIERS.items():
        group = by_kind.get(kind)
        if group:
            handle(connection, group)
            areas.add(area)
    return areas


def rebuild(connection: Connection, own_outgoing_prefix: str) -> int:
    """Throw the read tables away and make them again from the journals, in the caller's transaction.

    Entries of chains by which this store speaks to others (`own_outgoing_prefix`) are copies of its own facts and are
    passed over. Returns the number of facts applied.
    """
    read.drop_all(connection)
    read.create_all(connection)
    in_order = select(journal).order_by(journal.c.origin, journal.c.epoch, journal.c.seq)
    result = connection.execution_options(yield_per=REBUILD_BATCH).execute(in_order)
    applied = 0
    for rows in result.partitions(REBUILD_BATCH):
        noted: list[Noted] = []
        for row in rows:
            if own_outgoing_prefix and row.origin.startswith(own_outgoing_prefix):
                continue
            entry = Entry(*row[:-1])
            noted.append((entry, f.decode_fact(entry.kind, entry.kind_version, entry.payload), row.known_at))
        apply(connection, noted)
        applied += len(noted)
    connection.execute(delete(meta).where(meta.c.name == "projection_version"))
    connection.execute(meta.insert().values(name="projection_version", value=str(PROJECTION_VERSION)))
    return applied
