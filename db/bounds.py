"""Limit every query of a connection to the scope of an account (programs and countries).

On a bounded connection each SELECT gets common table expressions with the names of the read tables, which contain only
rows in the scope. Such a name hides the table itself, in SQLite and in PostgreSQL. So no query needs to know of scopes
and none can forget them. An unbounded account queries the tables directly.

An item is in a scope by its country and its program (`standing.of_program`), or because a visit in the scope expects
it; a visit by its program and its site's country; a case and an inquiry by their program and country, since license
data are for the roles of that program (AECA 38(e)); other rows by their visit, item, site, case or inquiry. Journals
are not bounded here, because chains are verified as a whole: the activity log uses `stated_within`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import (
    JSON,
    Column,
    ColumnElement,
    Connection,
    Dialect,
    Select,
    Table,
    Text,
    and_,
    case,
    cast,
    event,
    false,
    func,
    literal_column,
    or_,
    select,
    true,
    tuple_,
)

from db.adoption_tables import visit_adoptions
from db.among import among
from db.claim_tables import claim_lists, claims
from db.deficiency_tables import deficiencies, deficiency_corrections, deficiency_ends, deficiency_follow_ups
from db.disposition_tables import disposition_ends, dispositions
from db.doubt_tables import withholdings, withholdings_asked
from db.incident_tables import incident_items, incident_notices, incident_parts, incident_reports, incidents
from db.inquiry_tables import inquiries, inquiry_answers, inquiry_closings, inquiry_tasks
from db.paper_tables import printed, printed_items
from db.queries.standing import of_program
from db.site_tables import case_lines, case_values, cases, site_values
from db.tables import (
    checks,
    evidence,
    findings,
    imports,
    items,
    journal,
    lapses,
    reviews,
    site_answers,
    sites,
    visit_items,
    visit_marks,
    visits,
)
from eum_app.domain.facts import FACTS
from eum_app.domain.people import Scope

_SCOPE: Final = "eum_scope"
"""Name of the execution option that holds a connection's scope."""
_KINDS: Final = {
    "visit": visits.c.visit_id,
    "site": sites.c.site_id,
    "case": cases.c.case_id,
    "item": items.c.item_id,
    "finding": findings.c.finding_id,
    "object": evidence.c.object_id,
    "inquiry": inquiries.c.inquiry_id,
}


_OF_INCIDENTS: Final = (incidents, incident_notices, incident_parts, incident_reports)


def bind(connection: Connection, scope: Scope) -> None:
    """Limit this connection to rows in `scope` from now on; an unbounded scope changes nothing.

    The connection must not write.
    """
    if not scope.is_bounded:
        return
    connection.execution_options(**{_SCOPE: scope})

    @event.listens_for(connection, "before_cursor_execute", retval=True)
    def _bounded(
        _connection: Connection, _cursor: Any, statement: str, parameters: Any, _context: Any, _many: bool
    ) -> tuple[str, Any]:
        return within(statement, connection.dialect, scope), parameters


def scope_of(connection: Connection) -> Scope | None:
    """Return the scope of a connection, or None if it reads everything."""
    found: Scope | None = connection.get_execution_options().get(_SCOPE)
    return found


def outside(connection: Connection, scope: Scope, kind: str, values: Iterable[str]) -> list[str]:
    """Return those ids of one kind (`_KINDS`) that are outside the scope or do not exist.

    For use cases that are about to act on them. Queries the tables directly. Empty for an unbounded scope.
    """
    wanted = list(values)
    if not scope.is_bounded:
        return []
    key = _KINDS[kind]
    condition = bounds(scope)[key.table]
    inside = {
        found
        for chosen in among(connection, key, wanted)
        for found in connection.execute(select(key).where(chosen, condition)).scalars()
    }
    return [value for value in wanted if value not in inside]


@lru_cache(maxsize=512)
def within(statement: str, dialect: Dialect, scope: Scope) -> str:
    """Return a SELECT limited to the scope; any other statement is returned unchanged."""
    if not statement.startswith("SELECT"):
        return statement
    known = _definitions(dialect, scope)
    named = [name for name in dict.fromkeys(re.findall(r"\w+", statement)) if name in known]
    return f"WITH {', '.join(known[name] for name in named)} {statement}" if named else statement


@lru_cache(maxsize=16)
def _definitions(dialect: Dialect, scope: Scope) -> dict[str, str]:
    """Return table name → its common table expression.

    Inside, the real tables are needed. SQLite reaches them through the schema name `main`, because an expression may
    not refer to itself there; in PostgreSQL the plain name works.
    """
    found = {}
    for table, condition in bounds(scope).items():
        question: Select[Any] = select(table).where(condition)
        if dialect.name == "sqlite" and table is items:  # the index of terms finds items by their rows
            question = question.add_columns(literal_column("main.items.rowid").label("rowid"))
        text = question.compile(
            dialect=dialect,
            schema_translate_map={None: "main"} if dialect.name == "sqlite" else None,
            render_schema_translate=dialect.name == "sqlite",
            compile_kwargs={"literal_binds": True},
        )
        found[table.name] = f"{table.name} AS NOT MATERIALIZED ({text})"
    return found


def bounds(scope: Scope) -> dict[Table, ColumnElement[bool]]:
    """Return the condition for rows in the scope, for each bounded table.

    A read table that is missing here belongs to no program or country; a test compares the list with all tables.
    """
    of_cases = [*_among(cases.c.program, scope.programs), *_among(cases.c.country, scope.countries)]
    case_ids = select(cases.c.case_id).where(*of_cases)
    of_countries = _among(items.c.country, scope.countries)
    of_programs = or_(*(and_(*of_program(program)) for program in scope.programs)) if scope.programs else None
    there = select(sites.c.site_id).where(*_among(sites.c.country, scope.countries))
    # A visit that a device started at a site that is not in the book is shown to those of the country that it names.
    is_there = or_(
        visits.c.site_id.in_(there),
        and_(
            visits.c.is_pending,
            visits.c.site_id.not_in(select(sites.c.site_id)),
            *_among(visits.c.site_country, scope.countries),
        ),
    )
    at_visit = [*_among(visits.c.program, scope.programs), *([is_there] if scope.countries else [])]
    visit_ids = select(visits.c.visit_id).where(*at_visit)
    # What a device expects opens no item to anyone before HQ adopts its visit.
    adopted_ids = visit_ids.where(~visits.c.is_pending)
    expected = select(visit_items.c.item_id).where(visit_items.c.visit_id.in_(adopted_ids))
    own = [*of_countries, *([of_programs] if of_programs is not None else [])]
    item = or_(and_(*own), items.c.item_id.in_(expected)) if own else items.c.item_id.is_not(None)
    item_ids = select(items.c.item_id).where(item)
    marks = {name: select(items.c[name]).where(item, items.c[name] != "") for name in ("serial", "uii")}
    finding = or_(
        findings.c.visit_id.in_(visit_ids),
        and_(findings.c.visit_id == "", findings.c.item_id.in_(item_ids)),
        findings.c.device != "",  # about a device's journal: devices belong to no program and no country
    )
    finding_ids = select(findings.c.finding_id).where(finding)
    # A claim without a certain item is visible if its marks may match an item in the scope. Claims of a container
    # label are also visible if the visit at which it was read is in the scope.
    labels = select(claim_lists.c.import_id).where(claim_lists.c.visit_id.in_(visit_ids))
    may_concern = [claims.c[name].in_(found) for name, found in marks.items()]
    claim = or_(
        claims.c.item_id.in_(item_ids),
        and_(claims.c.item_id == "", or_(*may_concern, claims.c.import_id.in_(labels))),
    )
    about = select(incident_items.c.incident_id).where(incident_items.c.item_id.in_(item_ids))
    asked = [*_among(inquiries.c.program, scope.programs), *_among(inquiries.c.country, scope.countries)]
    asked_ids = select(inquiries.c.inquiry_id).where(*asked)
    deficiency = or_(
        deficiencies.c.visit_id.in_(visit_ids),
        and_(deficiencies.c.visit_id == "", deficiencies.c.site_id.in_(there)),
    )
    deficiency_ids = select(deficiencies.c.deficiency_id).where(deficiency)
    objects = select(evidence.c.object_id).where(evidence.c.visit_id.in_(visit_ids))
    prints = select(printed_items.c.print_id).where(printed_items.c.item_id.in_(item_ids))
    return {
        sites: and_(true(), *_among(sites.c.country, scope.countries)),
        site_values: site_values.c.site_id.in_(there),
        cases: and_(true(), *of_cases),
        **{table: table.c.case_id.in_(case_ids) for table in (case_values, case_lines)},
        items: item,
        imports: imports.c.import_id.in_(select(items.c.import_id).where(item)),
        visits: and_(true(), *at_visit),
        **{
            table: table.c.visit_id.in_(visit_ids)
            for table in (visit_marks, visit_items, visit_adoptions, site_answers, evidence)
        },
        checks: or_(checks.c.visit_id.in_(visit_ids), checks.c.item_id.in_(item_ids)),
        findings: finding,
        **{table: table.c.finding_id.in_(finding_ids) for table in (lapses, reviews)},
        **{table: table.c.item_id.in_(item_ids) for table in (dispositions, disposition_ends)},
        **{table: table.c.incident_id.in_(about) for table in _OF_INCIDENTS},
        inquiries: and_(true(), *asked),
        **{table: table.c.inquiry_id.in_(asked_ids) for table in (inquiry_tasks, inquiry_answers, inquiry_closings)},
        deficiencies: deficiency,
        deficiency_ends: deficiency_ends.c.deficiency_id.in_(deficiency_ids),
        **{  # a visit shows what it states about deficiencies that this store does not hold
            table: or_(table.c.deficiency_id.in_(deficiency_ids), table.c.visit_id.in_(visit_ids))
            for table in (deficiency_corrections, deficiency_follow_ups)
        },
        incident_items: incident_items.c.item_id.in_(item_ids),
        claims: claim,
        claim_lists: claim_lists.c.import_id.in_(select(claims.c.import_id).where(claim)),
        printed: or_(printed.c.visit_id.in_(visit_ids), printed.c.print_id.in_(prints)),
        printed_items: printed_items.c.item_id.in_(item_ids),
        **{table: table.c.object_id.in_(objects) for table in (withholdings_asked, withholdings)},
    }


def _among(column: ColumnElement[str], values: Iterable[str]) -> list[ColumnElement[bool]]:
    return [column.in_(list(values))] if values else []


# The activity log

_SUBJECTS: Final[tuple[Column[str], ...]] = (
    incidents.c.incident_id,
    inquiries.c.inquiry_id,
    deficiencies.c.deficiency_id,
    findings.c.finding_id,
    claims.c.claim_id,
    visits.c.visit_id,
    checks.c.check_id,
    items.c.item_id,
    sites.c.site_id,
    cases.c.case_id,
    evidence.c.object_id,
    printed.c.print_id,
)
"""Fields that name an entry's subject; the first one that its kind has decides."""
_OWN_SUBJECTS: Final = dict.fromkeys(("DispositionStated", "DispositionWithdrawn", "DispositionRejected"), "item_id")
"""Kinds whose other subjects may be empty."""


def stated_within(connection: Connection) -> ColumnElement[bool] | None:
    """Return the condition for the journal entries that a bounded connection may see, or None for an unbounded one.

    Entries about a subject in the scope are visible, and those about no item, visit or site (sessions, accounts,
    devices). Entries of unknown kinds, or of another version of a kind, are hidden: their subject is unknown.
    """
    if scope_of(connection) is None:
        return None
    of_subject: dict[str, list[tuple[str, int]]] = {}
    for name, kind in FACTS.items():
        fields = kind.__struct_fields__
        subject = _OWN_SUBJECTS.get(name) or next((one.name for one in _SUBJECTS if one.name in fields), "")
        if not subject and "import_id" in fields:
            subject = "import_id"
        of_subject.setdefault(subject, []).append((name, kind.KIND_VERSION))
    known_by = {column.name: [column] for column in _SUBJECTS}
    known_by["import_id"] = [imports.c.import_id, claim_lists.c.import_id]
    seen: list[ColumnElement[bool]] = []
    for subject, kinds in of_subject.items():
        # Only the current version: a later program may have changed what a kind means.
        is_one = tuple_(journal.c.kind, journal.c.kind_version).in_(kinds)
        if not subject:
            seen.append(is_one)
            continue
        # A correlated subquery per entry: the first page must not wait for a list of all items in the scope.
        value = case((is_one, _field(connection, subject)), else_="")
        seen += [and_(is_one, select(column).where(column == value).exists()) for column in known_by[subject]]
    return or_(false(), *seen)


def _field(connection: Connection, name: str) -> ColumnElement[Any]:
    if connection.dialect.name == "postgresql":
        return func.json_extract_path_text(cast(func.convert_from(journal.c.payload, "UTF8"), JSON), name)
    return func.json_extract(cast(journal.c.payload, Text), f"$.{name}")
