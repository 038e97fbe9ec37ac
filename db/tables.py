"""All tables of a store, in two groups.

`kept` cannot be rebuilt (journals, content keys, key material, drafts) and is migrated by Alembic. `read` is a
projection of the journals, which `db.projection` rebuilds.

Times are UTC text of fixed width, dates `YYYY-MM-DD` or empty text. `order_key` is `journal.order_key`. `known_at` is
the number of this store's own entry with which a fact became known here, counted over all epochs. If others write at
the same HQ during an import (PostgreSQL only), it is the lowest possible number; the exact one is the `known_at` of the
bundle's row in `bundles`.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    false,
    text,
)
from sqlalchemy.dialects import postgresql

from eum_app.domain.dispositions import TERMINAL
from eum_app.domain.visits import TO_CHECK

PROJECTION_VERSION: Final = 35
"""Version of the read tables. Raise it whenever `read` or the projection changes: stores then rebuild when opened."""

PLAIN_TEXT: Final = Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
"""Text that both databases compare by code point, so that order does not depend on a server's locale."""

kept = MetaData()
read = MetaData()


def _text(name: str, *, default: str | None = "") -> Column[str]:
    return Column(name, PLAIN_TEXT, nullable=False, server_default=default)


AHEAD: Final = text("kind IN ('DeviceEnrolled', 'TimeCorrected')")
"""Condition for the entries that a rebuild must know before it applies any (`db.projection`)."""

KEYS: Final = text("kind IN ('AccountAdded', 'AccountRemoved', 'HqCertified', 'VaultSealed')")
"""Condition for the entries about keys (`db.queries.key_facts`), which are read from the journal each time."""

ENDS: Final = text("kind IN ('DeviceEnrolled', 'DeviceRevoked', 'FactsReceived', 'LateHeadAccepted', 'PaperHeadNoted')")
"""Condition for the entries about late bundles (`db.queries.late`), which are read from the journal each time."""

journal = Table(
    "journal",
    kept,
    Column("origin", PLAIN_TEXT, nullable=False),
    Column("epoch", BigInteger, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("prev_hash", LargeBinary, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    Column("recorded_at", PLAIN_TEXT, nullable=False),
    Column("session_id", PLAIN_TEXT, nullable=False),
    Column("elapsed_ms", BigInteger, nullable=False),
    Column("actor", PLAIN_TEXT, nullable=False),
    Column("kind", PLAIN_TEXT, nullable=False),
    Column("kind_version", BigInteger, nullable=False),
    Column("payload", LargeBinary, nullable=False),
    Column("known_at", BigInteger, nullable=False),
    PrimaryKeyConstraint("origin", "epoch", "seq"),
    Index("journal_by_time", "recorded_at", postgresql_using="brin"),
    Index("journal_ahead", "kind", sqlite_where=AHEAD, postgresql_where=AHEAD),
    Index("journal_keys", "kind", "origin", sqlite_where=KEYS, postgresql_where=KEYS),
    Index("journal_ends", "kind", "origin", sqlite_where=ENDS, postgresql_where=ENDS),
)

content = Table(
    "content",
    kept,
    Column("object_id", PLAIN_TEXT, primary_key=True),
    Column("key", LargeBinary),  # destroyed when content is withheld by order
    Column("salt", LargeBinary),
    Column("sealed_size", BigInteger, nullable=False),
    Column("media_type", PLAIN_TEXT, nullable=False),
    Column("sealed", LargeBinary),  # small objects; large ones are files named by their id
)

secrets = Table(
    "secrets",
    kept,
    Column("purpose", PLAIN_TEXT, primary_key=True),
    Column("value", LargeBinary, nullable=False),
)

meta = Table("meta", kept, Column("name", PLAIN_TEXT, primary_key=True), Column("value", PLAIN_TEXT, nullable=False))

drafts = Table(
    "drafts",
    kept,
    # Input that is not recorded yet (`db.drafts`). Boxed on PostgreSQL.
    Column("account", PLAIN_TEXT, nullable=False),
    Column("visit_id", PLAIN_TEXT, nullable=False),
    Column("subject", PLAIN_TEXT, nullable=False),
    Column("part", PLAIN_TEXT, nullable=False),
    Column("value", LargeBinary, nullable=False),
    PrimaryKeyConstraint("account", "visit_id", "subject", "part"),
)

sites = Table(
    "sites", read, Column("site_id", PLAIN_TEXT, primary_key=True), _text("name"), _text("country"), _text("order_key")
)

LISTED_GONE: Final = text("listed_as IN (" + ", ".join(f"'{code}'" for code in TERMINAL) + ")")
"""Condition for items that a list reports as gone; few of a book."""

items = Table(
    "items",
    read,
    Column("item_id", PLAIN_TEXT, primary_key=True),
    _text("import_id"),
    Column("line", BigInteger, nullable=False, server_default="0"),
    _text("country"),
    _text("case_id"),
    _text("rsn"),
    _text("nomenclature"),
    _text("nsn"),
    _text("part_number"),
    _text("cage"),
    _text("serial"),
    _text("serial_raw"),
    _text("uii"),
    _text("eum_level"),
    _text("ship_date"),
    _text("delivery_date"),
    _text("site_id"),
    _text("location"),
    _text("last_inventory"),
    _text("disposition"),  # the one that counts: the list's or a statement's (db.projection.dispositions)
    _text("remarks"),
    _text("stated"),
    _text("listed_as"),  # the disposition in the list
    _text("listed_key"),  # the order key since which the list says so
    _text("statement_id"),  # of the statement that counts; empty if the list does
    _text("match_key"),  # maker, part, serial, compacted (items.item_key): the same item in another list
    _text("search_text"),  # its terms (db.search)
    _text("look_alike"),  # the serial with look-alikes made one (look_alikes.look_alike_key)
    _text("order_key"),
    Column("known_at", BigInteger, nullable=False, server_default="0"),
    Index("items_by_match_key", "match_key"),
    Index("items_by_look_alike", "look_alike", "item_id"),  # serials too (queries.items.has_serial)
    Index("items_by_uii", "uii"),
    Index("items_listed_gone", "item_id", sqlite_where=LISTED_GONE, postgresql_where=LISTED_GONE),
    # A covering index: every column that the inventory page orders, filters or counts by, so rows are never read.
    Index(
        "items_by_place",
        *("site_id", "location", "serial", "item_id"),
        *("country", "case_id", "nomenclature", "disposition"),
    ),
)

imports = Table(
    "imports",
    read,
    Column("import_id", PLAIN_TEXT, primary_key=True),
    _text("source_name"),
    _text("source_sha384"),
    Column("rows", BigInteger, nullable=False),
    Column("accepted", BigInteger, nullable=False),
    Column("already_held", BigInteger, nullable=False),
    Column("rejected", BigInteger, nullable=False),
    _text("imported_at"),
    _text("actor"),
)

checklists = Table(
    "checklists",
    read,
    Column("checklist_id", PLAIN_TEXT, nullable=False),
    Column("version", PLAIN_TEXT, nullable=False),
    _text("applies_to"),
    _text("title"),
    Column("body", LargeBinary, nullable=False),
    _text("order_key"),
    PrimaryKeyConstraint("checklist_id", "version"),
)

visits = Table(
    "visits",
    read,
    Column("visit_id", PLAIN_TEXT, primary_key=True),
    _text("program"),
    _text("purpose"),
    _text("site_id"),
    _text("due_on"),
    _text("device"),
    _text("inspector"),
    _text("item_checklist_id"),
    _text("item_checklist_version"),
    _text("site_checklist_id"),
    _text("site_checklist_version"),
    Column("expected", BigInteger, nullable=False, server_default="0"),
    _text("planned_at"),
    _text("planned_by"),
    _text("kind_version"),
    # Started by the device, without tasking. Its site is the one that it stated until HQ adopts the visit
    # (`visit_adoptions`). Until then it is pending, except on the device itself: its checks move no clock.
    Column("is_unplanned", Boolean, nullable=False, server_default=false()),
    Column("is_pending", Boolean, nullable=False, server_default=false()),
    _text("stated_site_id"),
    _text("site_name"),
    _text("site_country"),
    _text("order_key"),
)

visit_marks = Table(
    "visit_marks",
    read,
    # Maxima over the visit's facts in one origin's chain, so that arrival order cannot matter. Keys are places in that
    # chain (epoch, number), since a clock may go back: the visit is closed while closed_key > touched_key.
    Column("visit_id", PLAIN_TEXT, nullable=False),
    Column("origin", PLAIN_TEXT, nullable=False),
    _text("touched_key"),
    _text("closed_key"),
    _text("closed_at"),
    _text("closed_by"),
    Column("closed_body", LargeBinary),
    _text("reopened_key"),
    _text("reopened_at"),
    _text("reopened_by"),
    _text("reopened_reason"),
    PrimaryKeyConstraint("visit_id", "origin"),
)

visit_items = Table(
    "visit_items",
    read,
    Column("visit_id", PLAIN_TEXT, nullable=False),
    Column("item_id", PLAIN_TEXT, nullable=False),
    Column("position", BigInteger, nullable=False),
    # The newest check that was not withdrawn; derived from `checks` and stored here so that a worklist can be
    # counted and filtered without one query per row.
    _text("outcome", default=TO_CHECK),
    _text("check_id"),
    _text("outcome_key"),
    PrimaryKeyConstraint("visit_id", "item_id"),
    Index("visit_items_in_order", "visit_id", "position"),
    Index("visit_items_by_item", "item_id"),
    # Each row grows when its item is checked, usually all rows of a visit in one transaction. With space to update
    # them in place, no index needs a new entry and the table does not grow.
    postgresql_with={"fillfactor": 35},
)

checks = Table(
    "checks",
    read,
    Column("check_id", PLAIN_TEXT, primary_key=True),
    Column("visit_id", PLAIN_TEXT, nullable=False),
    Column("item_id", PLAIN_TEXT, nullable=False),
    _text("outcome"),
    _text("reason"),
    _text("grade"),
    _text("read_by"),
    _text("symbology"),
    _text("preparation"),
    Column("quality", BigInteger, nullable=False, server_default="0"),  # percent of the error correction not needed
    _text("uii"),
    _text("serial"),
    Column("entered_twice", Boolean, nullable=False, server_default=false()),
    _text("no_read_reason"),
    _text("saw"),
    _text("saw_for"),
    _text("saw_how"),
    _text("typed_by"),
    Column("page", BigInteger, nullable=False, server_default="0"),  # of the worklist
    Column("all_as_expected", Boolean, nullable=False, server_default=false()),
    _text("answers"),  # JSON of the fact's answers, or empty: few distinct texts a visit
    _text("differences"),  # JSON of the fact's differences, or empty
    _text("act"),
    Column("photos", BigInteger, nullable=False, server_default="0"),
    Column("has_note", Boolean, nullable=False, server_default=false()),
    _text("observed_at"),
    _text("recorded_at"),
    _text("actor"),
    _text("origin"),
    Column("epoch", BigInteger, nullable=False),
    Column("seq", BigInteger, nullable=False),
    _text("order_key"),
    Column("known_at", BigInteger, nullable=False),
    Index("checks_by_visit_item", "visit_id", "item_id", "order_key"),
    Index("checks_by_item", "item_id", "order_key"),
    Index("checks_by_uii", "uii"),  # a mark read once for an item is known again
    Index("checks_by_serial", "serial"),
)

withdrawals = Table(
    "withdrawals",
    read,
    # Only the origin that recorded a check can withdraw it, and only by the name of its visit (`db.withdrawn`).
    Column("check_id", PLAIN_TEXT, nullable=False),
    Column("origin", PLAIN_TEXT, nullable=False),
    Column("visit_id", PLAIN_TEXT, nullable=False),
    _text("reason"),
    _text("withdrawn_at"),
    _text("actor"),
    _text("order_key"),
    PrimaryKeyConstraint("check_id", "origin", "visit_id"),
)

site_answers = Table(
    "site_answers",
    read,
    Column("visit_id", PLAIN_TEXT, nullable=False),
    Column("question_id", PLAIN_TEXT, nullable=False),
    _text("value"),
    _text("comment"),
    _text("actor"),
    _text("order_key"),
    PrimaryKeyConstraint("visit_id", "question_id"),
)

evidence = Table(
    "evidence",
    read,
    Column("object_id", PLAIN_TEXT, nullable=False),
    Column("visit_id", PLAIN_TEXT, nullable=False),
    Column("check_id", PLAIN_TEXT, nullable=False),
    _text("role"),
    _text("commitment"),
    Column("size", BigInteger, nullable=False),
    _text("media_type"),
    _text("order_key"),
    PrimaryKeyConstraint("object_id", "visit_id", "check_id", "role"),
    Index("evidence_by_check", "check_id"),
    Index("evidence_by_visit", "visit_id"),
)

findings = Table(
    "findings",
    read,
    Column("finding_id", PLAIN_TEXT, primary_key=True),
    _text("rule_id"),
    Column("rule_version", BigInteger, nullable=False),
    _text("severity"),
    _text("visit_id"),
    _text("item_id"),
    _text("check_id"),
    _text("causes"),  # rule ids, separated by blanks
    _text("check_ids"),  # ids, separated by blanks; empty for a single check
    _text("device"),  # of a finding about entries of a device's journal; it has no visit
    Column("epoch", BigInteger, nullable=False, server_default="0"),
    Column("first_seq", BigInteger, nullable=False, server_default="0"),
    Column("last_seq", BigInteger, nullable=False, server_default="0"),
    _text("raised_at"),
    _text("order_key"),
    Index("findings_by_visit", "visit_id"),
)

lapses = Table(
    "lapses",
    read,
    Column("finding_id", PLAIN_TEXT, primary_key=True),
    _text("reason"),
    _text("lapsed_at"),
    _text("order_key"),
)

reviews = Table(
    "reviews",
    read,
    Column("review_id", PLAIN_TEXT, primary_key=True),
    Column("finding_id", PLAIN_TEXT, nullable=False),
    _text("decision"),
    _text("comment"),
    _text("disposition"),
    _text("reviewed_at"),
    _text("actor"),
    _text("order_key"),
    Index("reviews_by_finding", "finding_id", "order_key"),
)

accounts = Table(
    "accounts",
    read,
    Column("origin", PLAIN_TEXT, nullable=False),
    Column("epoch", BigInteger, nullable=False),
    Column("account", PLAIN_TEXT, nullable=False),
    _text("role"),
    _text("suite"),
    Column("public_key", LargeBinary, nullable=False),
    Column("scope", LargeBinary, nullable=False),  # programs and countries, as JSON (people.Scope)
    _text("order_key"),
    PrimaryKeyConstraint("origin", "epoch", "account"),
)
