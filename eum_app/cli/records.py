"""`eum site` and `eum case`: the records of sites and cases."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from eum_app.cli.common import AccountOption, JsonOption, PassphraseFd, StoreOption, counted, show, unlocked
from eum_app.domain.errors import Refusal

if TYPE_CHECKING:
    from db.queries.records import Change
    from eum_app.domain.records import CaseRecord, SiteRecord
    from eum_app.list_files.list_file import ListPreview
    from eum_app.usecases.records.import_records import Compared, RecordsResult
    from eum_app.usecases.session import Session

site_app = typer.Typer(help="Records of sites.", no_args_is_help=True)
case_app = typer.Typer(help="Records of cases and licenses.", no_args_is_help=True)

SiteArgument = Annotated[str, typer.Argument(help="Name or id of the site.", show_default=False)]
CaseArgument = Annotated[str, typer.Argument(help="Case identifier or license number.", show_default=False)]
CountryOption = Annotated[str, typer.Option(help="Country, as the book writes it.")]
SetOption = Annotated[list[str] | None, typer.Option("--set", help="FIELD=VALUE; repeatable.")]
ClearOption = Annotated[list[str] | None, typer.Option("--clear", help="Field to clear; repeatable.")]
SourceOption = Annotated[str, typer.Option(help="The document or office that says so; it is recorded.")]
ReasonOption = Annotated[str, typer.Option(help="Why a known value changes; it is recorded.")]
ListArgument = Annotated[Path, typer.Argument(help="A list: CSV or .xlsx.", show_default=False)]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Show what each row would do; import nothing.")]
UpdateOption = Annotated[bool, typer.Option("--update", help="Also take values that differ; needs --reason.")]
AsOfOption = Annotated[str, typer.Option("--as-of", help="The record as of a day, YYYY-MM-DD.")]


@site_app.command("list")
def list_sites(
    account: AccountOption,
    as_of: AsOfOption = "",
    store: StoreOption = None,
    passphrase_fd: PassphraseFd = None,
    as_json: JsonOption = False,
) -> None:
    """List the sites with access, certification and custodian."""
    from db.queries.records import site_records
    from eum_app.wording.record_words import access_words, certified_words

    with unlocked(store, account, passphrase_fd) as session:
        rows = session.read(site_records, None, _day(as_of))
        today = session.now().date()
    words = [
        f"{row.site_id}  {row.name}  {row.country}  {access_words(row)}  {certified_words(row, today)}"
        f"  {row.text('custodian') or 'no custodian'}"
        for row in rows
    ]
    show(as_json, [_site_data(row) for row in rows], *words or ["No sites."])


@site_app.command("show")
def show_site(
    account: AccountOption,
    site: SiteArgument,
    country: CountryOption = "",
    as_of: AsOfOption = "",
    store: StoreOption = None,
    passphrase_fd: PassphraseFd = None,
    as_json: JsonOption = False,
) -> None:
    """Show the record of a site and every change of it."""
    from db.queries.records import site_history, site_record

    with unlocked(store, account, passphrase_fd) as session:
        site_id = site_id_of(session, site, country)
        record = session.read(site_record, site_id, _day(as_of))
        history = session.read(site_history, site_id)
    data = {**_site_data(record), "history": [_change_data(one) for one in history]}
    show(
        as_json, data, f"{record.name}  {record.country}", *_record_words(record), "Changes:", *_history_words(history)
    )


@site_app.command("set")
def set_site(
    account: AccountOption,
    site: SiteArgument,
    source: SourceOption,
    values: SetOption = None,
    clear: ClearOption = None,
    reason: ReasonOption = "",
    since: Annotated[str, typer.Option(help="The day from which the values hold, YYYY-MM-DD.")] = "",
    country: CountryOption = "",
    store: StoreOption = None,
    passphrase_fd: PassphraseFd = None,
    as_json: JsonOption = False,
) -> None:
    """State fields of a site: position, radius_m, address, custodian, access, certified_until and others."""
    from eum_app.usecases.records.describe import Why, describe_site

    with unlocked(store, account, passphrase_fd) as session:
        stated = _stated(values, clear)
        why = Why(source=source, reason=reason, effective_on=since)
        done = describe_site(session, site_id_of(session, site, country), stated, why)
    show(as_json, {"changed": done.changed}, f"Changed: {', '.join(done.changed)}.")


@site_app.command("import")
def import_site_list(
    account: AccountOption,
    file: ListArgument,
    dry_run: DryRunOption = False,
    update: UpdateOption = False,
    reason: ReasonOption = "",
    store: StoreOption = None,
    passphrase_fd: PassphraseFd = None,
    as_json: JsonOption = False,
) -> None:
    """Import a list of sites. Rejected rows are listed with line and reason."""
    from eum_app.list_files.records_file import read_sites
    from eum_app.usecases.records.import_records import compare_sites, import_sites

    with unlocked(store, account, passphrase_fd) as session:
        taken = _Taken(dry_run, update, reason)
        _import(session, file, taken, (read_sites, compare_sites, import_sites), as_json=as_json)


@case_app.command("list")
def list_cases(
    account: AccountOption,
    as_of: AsOfOption = "",
    store: StoreOption = None,
    passphrase_fd: PassphraseFd = None,
    as_json: JsonOption = False,
) -> None:
    """List the cases and licenses with acceptance, control plan and delivered total."""
    from db.queries.records import case_records
    from eum_app.wording.record_words import plan_words

    with unlocked(store, account, passphrase_fd) as session:
        rows = session.read(case_records, None, _day(as_of))
    words = [
        f"{row.case_id}  {row.program}  {row.country}  accepted {row.text('accepted_on') or 'on no known day'}"
        f"  {plan_words(row)}  delivered {'unknown' if row.delivered is None else row.delivered}"
        for row in rows
    ]
    show(as_json, [_case_data(row) for row in rows], *words or ["No cases."])


@case_app.command("show")
def show_case(
    account: AccountOption,
    case: CaseArgument,
    as_of: AsOfOption = "",
    store: StoreOption = None,
    passphrase_fd: PassphraseFd = None,
    as_json: JsonOption = False,
) -> None:
    """Show the record of a case, its lines, and every change of it."""
    from db.queries.records import case_history, case_record, items_by_case_line
    from eum_app.domain.records import case_number

    with unlocked(store, account, passphrase_fd) as session:
        record = session.read(case_record, case_number(case), _day(as_of))
        history = session.read(case_history, record.case_id)
        on_book = session.read(items_by_case_line, record.case_id)
    lines = [
        f"  line {line.rsn}: {'taken back' if line.quantity is None else f'{line.quantity} delivered'}"
        f"{f' by {line.delivered_on}' if line.delivered_on else ''}, {on_book.get(line.rsn, 0)} on the book"
        for line in record.lines
    ]
    data = {**_case_data(record), "on_book": on_book, "history": [_change_data(one) for one in history]}
    words = [f"{record.case_id}  {record.program}  {record.country}", *_record_words(record), *lines]
    show(as_json, data, *words, "Changes:", *_history_words(history))


@case_app.command("set")
def set_case(
    account: AccountOption,
    case: CaseArgument,
    source: SourceOption,
    values: SetOption = None,
    clear: ClearOption = None,
    line: Annotated[
        list[str] | None,
        typer.Option(help="RSN=TOTAL, or RSN=TOTAL@YYYY-MM-DD; an empty total takes it back. Repeatable."),
    ] = None,
    reason: ReasonOption = "",
    program: Annotated[str, typer.Option(help="Program, if the number does not show it.")] = "",
    country: CountryOption = "",
    store: StoreOption = None,
    passphrase_fd: PassphraseFd = None,
    as_json: JsonOption = False,
) -> None:
    """State fields of a case (accepted_on, control_plan_on, control_plan) and delivered totals; adds a new case."""
    from eum_app.usecases.records.describe import LineStated, Why, describe_case

    lines = []
    for one in line or ():
        rsn, _, total = one.partition("=")
        quantity, _, day = total.partition("@")
        lines.append(LineStated(rsn=rsn, quantity=quantity, delivered_on=day))
    with unlocked(store, account, passphrase_fd) as session:
        why = Why(source=source, reason=reason)
        done = describe_case(session, case, _stated(values, clear), why, program=program, country=country, lines=lines)
    words = [f"Changed: {', '.join(done.changed)}." if done.changed else "Added."]
    if done.warnings:
        words.append("Doubtful: the number has an unusual form; it is kept as stated.")
    show(as_json, {"changed": done.changed, "warnings": done.warnings}, *words)


@case_app.command("import")
def import_case_list(
    account: AccountOption,
    file: ListArgument,
    dry_run: DryRunOption = False,
    update: UpdateOption = False,
    reason: ReasonOption = "",
    store: StoreOption = None,
    passphrase_fd: PassphraseFd = None,
    as_json: JsonOption = False,
) -> None:
    """Import a list of cases with delivered totals, one row for each line."""
    from eum_app.list_files.records_file import read_cases
    from eum_app.usecases.records.import_records import compare_cases, import_cases

    with unlocked(store, account, passphrase_fd) as session:
        taken = _Taken(dry_run, update, reason)
        _import(session, file, taken, (read_cases, compare_cases, import_cases), as_json=as_json)


def site_id_of(session: Session, site: str, country: str) -> str:
    """Return the id of the one site with this name or id. Raises Refusal `site.unknown`, `site.ambiguous`."""
    from db.queries.items import all_sites

    rows = session.read(all_sites)
    found = [row.site_id for row in rows if row.name == site and country in {"", row.country}]
    found = found or [row.site_id for row in rows if row.site_id == site]
    if not found:
        raise Refusal("site.unknown", site_id=site)
    if len(found) > 1:
        raise Refusal("site.ambiguous", name=site)
    return found[0]


def _day(text: str) -> str:
    from eum_app.domain.clock import parse_date

    return parse_date(text).isoformat() if text else ""


def _stated(values: Sequence[str] | None, clear: Sequence[str] | None) -> dict[str, str]:
    stated = dict.fromkeys(clear or (), "")
    for one in values or ():
        field, found, value = one.partition("=")
        if not found or not value.strip():
            raise typer.BadParameter("not FIELD=VALUE; use --clear to clear a field", param_hint="--set")
        if field in stated:
            raise typer.BadParameter(f"{field} is named twice", param_hint="--set")
        stated[field] = value
    return stated


def _site_data(row: SiteRecord) -> dict[str, Any]:
    values = {one.field: one.value for one in row.values.values() if one.value}
    access = {"access_since": row.access_since} if row.access_since else {}
    return {"site_id": row.site_id, "name": row.name, "country": row.country, "values": values, **access}


def _case_data(row: CaseRecord) -> dict[str, Any]:
    lines = [
        {
            "rsn": line.rsn,
            "quantity": line.quantity,
            "nomenclature": line.nomenclature,
            "part_number": line.part_number,
            "delivered_on": line.delivered_on,
        }
        for line in row.lines
    ]
    values = {one.field: one.value for one in row.values.values() if one.value}
    return {
        "case_id": row.case_id,
        "program": row.program,
        "country": row.country,
        "values": values,
        "lines": lines,
        "delivered": row.delivered,
    }


def _change_data(change: Change) -> dict[str, Any]:
    one = change.stated
    return {
        "field": one.field,
        "value": one.value,
        "effective_on": one.effective_on,
        "source": one.source,
        "line": one.line,
        "reason": one.reason,
        "actor": one.actor,
        "observed_at": one.observed_at,
        "origin": change.origin,
    }


def _record_words(record: SiteRecord | CaseRecord) -> list[str]:
    from eum_app.wording.record_words import field_word

    return [f"  {field_word(one.field)}: {one.value}" for _, one in sorted(record.values.items()) if one.value] or [
        "  Nothing is known yet."
    ]


def _history_words(history: Sequence[Change]) -> list[str]:
    from eum_app.wording.record_words import change_words

    return [f"  {change_words(one.stated)}" for one in history] or ["  None."]


class _Taken(NamedTuple):
    """Values that an import takes, as the options say."""

    dry_run: bool
    update: bool
    reason: str


def _import(session: Session, file: Path, taken: _Taken, steps: tuple[Any, Any, Any], *, as_json: bool) -> None:
    """Read, compare and import a list with the three functions of its kind. The differences that count are shown."""
    read, compare, record = steps
    preview = read(file, today=session.now().date())
    compared = session.read(compare, preview.accepted)
    done = None
    if not taken.dry_run:
        done = record(session, preview, take_changes=taken.update, reason=taken.reason, shown=compared)
    _show_import(as_json, preview, compared, done)


def _show_import(
    as_json: bool, preview: ListPreview[Any], compared: Sequence[Compared], done: RecordsResult | None
) -> None:
    from eum_app.wording.list_words import doubts_with_lines, list_note, what_differs, why_refused

    words = [f"{counted(preview.rows, 'row')}: {len(preview.accepted)} accepted, {len(preview.rejected)} rejected."]
    words += [f"  {list_note(note.code, note.values)}" for note in preview.notes]
    for row in preview.rejected:
        words.append(f"  line {row.line}: {'; '.join(why_refused(code, row.values) for code in row.codes)}")
    for doubt, found in doubts_with_lines(preview.warnings):
        words.append(f"  doubtful: {doubt} (line {', '.join(map(str, found[:10]))})")
    for one in compared:
        if one.refused:
            words.append(f"  line {one.line}: {why_refused(one.refused, {one.refused: one.why})}")
        elif one.differs:
            words.append(f"  line {one.line}: {'; '.join(map(what_differs, one.differs))}")
    data: dict[str, Any] = {
        "rows": preview.rows,
        "rejected": {str(row.line): list(row.codes) for row in preview.rejected},
        "compared": {str(one.line): one.becomes for one in compared},
        "dry_run": done is None,
    }
    if done is not None:
        data |= {"changed": done.changed, "unchanged": done.unchanged, "left": done.left, "added": done.added}
        words.append(
            f"Changed {counted(done.changed, 'record')} ({done.added} new), {done.unchanged} known already, "
            f"{done.left} left with another value."
        )
        if done.left:
            words.append("Take the other values with --update and --reason.")
    show(as_json, data, *words)
