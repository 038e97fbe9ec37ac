"""Compare a list of sites or cases with the records, and import it: changed fields become facts with their source."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from db.queries.items import all_sites
from db.queries.records import case_records, site_records
from db.store import Connection
from eum_app.diagnostics import Event, note, timed
from eum_app.domain.areas import Area
from eum_app.domain.errors import Refusal
from eum_app.domain.facts import (
    CaseDescribed,
    CaseLineDelivered,
    Fact,
    RecordsImported,
    RejectedRow,
    SiteDescribed,
    SiteRegistered,
)
from eum_app.domain.list_differences import Difference
from eum_app.domain.people import Permission
from eum_app.domain.record_rows import CaseRow, SiteRow
from eum_app.domain.records import CaseLine, CaseRecord, SiteField, SiteRecord, line_key, short_text
from eum_app.list_files.records_file import CasesPreview, SitesPreview
from eum_app.usecases.changes import Changed
from eum_app.usecases.lists.rejected import MAX_NAMED_REJECTED, rejected_rows
from eum_app.usecases.people.scopes import require_case, require_countries
from eum_app.usecases.records.describe import tell_devices
from eum_app.usecases.session import Session, new_id


@dataclass(frozen=True)
class Compared:
    """Effect of a row: `new` fields have no value yet, `differs` have another one.

    `refused` is the code of a rejection that only the records show; `why` is its value. `is_added`: the site or case
    has no record yet.
    """

    line: int
    new: tuple[str, ...] = ()
    differs: tuple[Difference, ...] = ()
    refused: str = ""
    why: str = ""
    is_added: bool = False

    @property
    def becomes(self) -> str:
        """One word for the row: refused, differs, new or known."""
        if self.refused:
            return "refused"
        return "differs" if self.differs else "new" if self.new or self.is_added else "known"


@dataclass(frozen=True)
class RecordsResult(Changed):
    """Result of an import. `changed` rows changed a record, `unchanged` state what is known, `left` differ and were
    left. `added` sites or cases had no record.
    """

    import_id: str
    changed: int
    unchanged: int
    left: int
    rejected: int
    added: int


def compare_sites(connection: Connection, rows: Iterable[SiteRow]) -> list[Compared]:
    """Compare rows of a list with the records of their sites, in the order of the rows."""
    listed = list(rows)
    by_name = _sites_by_name(connection)
    held = {record.site_id: record for record in site_records(connection)}
    found = []
    for row in listed:
        ids = by_name.get((row.country, row.site), [])
        if len(ids) > 1:
            found.append(Compared(row.line, refused="site.ambiguous", why=row.site))
        else:
            found.append(_compared_site(row, held[ids[0]] if ids else None))
    return found


def compare_cases(connection: Connection, rows: Iterable[CaseRow]) -> list[Compared]:
    """Compare rows of a list with the records of their cases, in the order of the rows."""
    listed = list(rows)
    held = {record.case_id: record for record in case_records(connection, {row.case_id for row in listed})}
    lines = {(line.case_id, line.rsn): line for record in held.values() for line in record.lines}
    spelled = {(case_id, line_key(rsn)): line for (case_id, rsn), line in lines.items() if line.quantity is not None}
    found = []
    for row in listed:
        line = lines.get((row.case_id, row.rsn))
        if line is None or line.quantity is None:
            line = spelled.get((row.case_id, line_key(row.rsn)), line)
        found.append(_compared_case(row, held.get(row.case_id), line))
    return found


@timed(Event.IMPORTED_LIST)
def import_sites(
    session: Session,
    preview: SitesPreview,
    *,
    take_changes: bool = False,
    reason: str = "",
    shown: Sequence[Compared] | None = None,
) -> RecordsResult:
    """Record what the accepted rows of a preview state of sites, in one transaction.

    Sites that the book lacks are registered. Empty cells state nothing. Values that differ from a known one are taken
    only with `take_changes`, which needs a `reason`; else the row's other values are recorded and it counts as `left`.
    With `shown`, the differences that the person saw (`compare_sites`), an import with `take_changes` that would take
    others is refused as a whole.
    Devices with an open visit to a site get its record with their next bundle. Raises Refusal `permission.denied`,
    `permission.out_of_scope`, `record.changed_meanwhile` (line; a record differs otherwise than shown),
    `record.reason_missing`, `record.too_long`, `fact.not_allowed` (on a device).
    """
    session.require(Permission.INVENTORY_IMPORT)
    why = _reason(reason, take_changes=take_changes)
    require_countries(session, [row.country for row in preview.accepted])
    import_id, observed_at = new_id(), session.observed_now()
    with session.writing() as transaction:
        connection = transaction.connection
        by_name = _sites_by_name(connection)
        compared = compare_sites(connection, preview.accepted)
        _require_as_shown(compared, shown if take_changes else None)
        facts: list[Fact] = []
        told: set[str] = set()
        changed = 0
        for row, one in zip(preview.accepted, compared, strict=True):
            if one.refused:
                continue
            site_id = next(iter(by_name.get((row.country, row.site), [])), "") or new_id()
            if one.is_added:
                facts.append(
                    SiteRegistered(observed_at=observed_at, site_id=site_id, name=row.site, country=row.country)
                )
            wanted = {*one.new, *(difference.column for difference in one.differs if take_changes)}
            made = [
                SiteDescribed(
                    observed_at=observed_at,
                    site_id=site_id,
                    values={field: row.values[field] for field in sorted(fields)},
                    effective_on=effective_on,
                    source=preview.source_name,
                    reason=why,
                    import_id=import_id,
                    line=row.line,
                )
                for fields, effective_on in _by_day(wanted, row.access_since)
                if fields
            ]
            facts += made
            told |= {site_id} if made else set()
            changed += 1 if made or one.is_added else 0
        counts = _counts(compared, changed, take_changes=take_changes)
        facts.append(_imported("sites", preview, import_id, observed_at, compared, counts))
        transaction.record_all(facts)
        tell_devices(transaction, told)
        areas = frozenset(transaction.areas)
    return _result(areas, import_id, preview, compared, counts)


@timed(Event.IMPORTED_LIST)
def import_cases(
    session: Session,
    preview: CasesPreview,
    *,
    take_changes: bool = False,
    reason: str = "",
    shown: Sequence[Compared] | None = None,
) -> RecordsResult:
    """Record what the accepted rows of a preview state of cases and their lines; as `import_sites`."""
    session.require(Permission.INVENTORY_IMPORT)
    why = _reason(reason, take_changes=take_changes)
    import_id, observed_at = new_id(), session.observed_now()
    with session.writing() as transaction:
        connection = transaction.connection
        for case_id, program, country in sorted({(row.case_id, row.program, row.country) for row in preview.accepted}):
            require_case(session, connection, case_id, program, country)
        compared = compare_cases(connection, preview.accepted)
        _require_as_shown(compared, shown if take_changes else None)
        facts: list[Fact] = []
        added: set[str] = set()
        changed = 0
        for row, one in zip(preview.accepted, compared, strict=True):
            if one.refused:
                continue
            wanted = {*one.new, *(difference.column for difference in one.differs if take_changes)}
            fields = sorted(wanted & row.values.keys())
            is_first = one.is_added and row.case_id not in added
            added |= {row.case_id} if one.is_added else set()
            if fields or is_first or "country" in wanted:
                facts.append(
                    CaseDescribed(
                        observed_at=observed_at,
                        case_id=row.case_id,
                        program=row.program,
                        country=row.country,
                        values={field: row.values[field] for field in fields},
                        effective_on="",
                        source=preview.source_name,
                        reason=why,
                        import_id=import_id,
                        line=row.line,
                    )
                )
            if row.rsn and "quantity" in wanted:
                facts.append(_delivered(row, preview.source_name, why, import_id, observed_at))
            changed += 1 if wanted or is_first else 0
        counts = _counts(compared, changed, take_changes=take_changes)
        facts.append(_imported("cases", preview, import_id, observed_at, compared, counts))
        transaction.record_all(facts)
        areas = frozenset(transaction.areas)
    return _result(areas, import_id, preview, compared, counts)


def _sites_by_name(connection: Connection) -> dict[tuple[str, str], list[str]]:
    found: dict[tuple[str, str], list[str]] = {}
    for row in all_sites(connection):
        found.setdefault((row.country, row.name), []).append(row.site_id)
    return found


def _compared_site(row: SiteRow, held: SiteRecord | None) -> Compared:
    new, differs = [], []
    for field, value in row.values.items():
        known = held.text(field) if held else ""
        since = row.access_since if field == SiteField.ACCESS else ""
        if not known:
            new.append(field)
        elif known != value:
            differs.append(Difference(field, known, value))
        elif since and held is not None and held.access_since != since:
            differs.append(Difference(field, f"{known} {held.access_since}", f"{value} {since}"))
    return Compared(row.line, tuple(new), tuple(differs), is_added=held is None)


def _compared_case(row: CaseRow, held: CaseRecord | None, line: CaseLine | None) -> Compared:
    if held is not None and held.program != row.program:
        return Compared(row.line, refused="case.program_differs", why=held.program)
    if row.rsn and line is not None and line.rsn != row.rsn:
        return Compared(row.line, refused="line.other_spelling", why=line.rsn)
    new, differs = [], []
    for field, value in row.values.items():
        known = held.text(field) if held else ""
        if not known:
            new.append(field)
        elif known != value:
            differs.append(Difference(field, known, value))
    if held is not None and held.country != row.country:
        differs.append(Difference("country", held.country, row.country))
    if row.rsn:
        if line is None or line.quantity is None:
            new.append("quantity")
        elif (known := _total(line)) != (stated := _total(row)):
            differs.append(Difference("quantity", known, stated))
    return Compared(row.line, tuple(new), tuple(differs), is_added=held is None)


def _total(line: CaseRow | CaseLine) -> str:
    return " ".join(filter(None, (str(line.quantity), line.part_number, line.nomenclature, line.delivered_on)))


def _by_day(fields: set[str], access_since: str) -> list[tuple[set[str], str]]:
    """Return the fields by the day from which they hold: access has its own."""
    access = fields & {SiteField.ACCESS} if access_since else set()
    return [(fields - access, ""), (access, access_since)]


def _delivered(row: CaseRow, source: str, reason: str, import_id: str, observed_at: str) -> CaseLineDelivered:
    return CaseLineDelivered(
        observed_at=observed_at,
        case_id=row.case_id,
        rsn=row.rsn,
        quantity=row.quantity,
        nomenclature=row.nomenclature,
        part_number=row.part_number,
        delivered_on=row.delivered_on,
        source=source,
        reason=reason,
        import_id=import_id,
        line=row.line,
    )


def _reason(reason: str, *, take_changes: bool) -> str:
    why = short_text(reason, "reason")
    if take_changes and not why:
        raise Refusal("record.reason_missing", fields="…")
    return why


def _require_as_shown(compared: Sequence[Compared], shown: Sequence[Compared] | None) -> None:
    """Require that the rows differ from the records as the person saw: the reason is about these differences."""
    if shown is None:
        return
    seen = {one.line: one.differs for one in shown}
    for one in compared:
        if one.differs != seen.get(one.line, ()):
            raise Refusal("record.changed_meanwhile", line=one.line)


def _counts(compared: list[Compared], changed: int, *, take_changes: bool) -> tuple[int, int, int]:
    """Return how many rows changed a record, stated what is known, and differ but were left."""
    left = 0 if take_changes else sum(1 for one in compared if one.differs and not one.refused)
    unchanged = sum(1 for one in compared if one.becomes == "known")
    return changed, unchanged, left


def _imported(
    kind: str,
    preview: SitesPreview | CasesPreview,
    import_id: str,
    observed_at: str,
    compared: list[Compared],
    counts: tuple[int, int, int],
) -> RecordsImported:
    refused = [RejectedRow(line=one.line, codes=(one.refused,)) for one in compared if one.refused]
    return RecordsImported(
        observed_at=observed_at,
        import_id=import_id,
        list_kind=kind,
        source_name=preview.source_name,
        source_sha384=preview.sha384,
        rows=preview.rows,
        changed=counts[0],
        unchanged=counts[1],
        left=counts[2],
        rejected=(*rejected_rows(preview), *refused[:MAX_NAMED_REJECTED]),
        rejected_count=len(preview.rejected) + len(refused),
    )


def _result(
    areas: frozenset[Area],
    import_id: str,
    preview: SitesPreview | CasesPreview,
    compared: list[Compared],
    counts: tuple[int, int, int],
) -> RecordsResult:
    rejected = len(preview.rejected) + sum(1 for one in compared if one.refused)
    note(Event.LIST_ROWS, accepted=len(preview.accepted), rejected=rejected, rows=preview.rows)
    added = sum(1 for one in compared if one.is_added)
    return RecordsResult(areas, import_id, *counts, rejected, added)
