"""`eum item` and `eum incident`: what became of items, and the losses that must be reported."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from eum_app.cli.common import AccountOption, JsonOption, PassphraseFd, StoreOption, counted, show, unlocked
from eum_app.domain.errors import Refusal

if TYPE_CHECKING:
    from eum_app.usecases.session import Session

item_app = typer.Typer(help="Items: what became of them.", no_args_is_help=True)
incident_app = typer.Typer(help="Losses, thefts and destructions, and their written reports.", no_args_is_help=True)

SerialArgument = Annotated[str, typer.Argument(help="Serial number, or the item's id.", show_default=False)]
IncidentArgument = Annotated[str, typer.Argument(help="The incident's id.", show_default=False)]


@item_app.command("state")
def state_command(
    account: AccountOption,
    item: SerialArgument,
    disposition: Annotated[str, typer.Argument(help="LOST, EXPENDED, TRANSFERRED_TPT …", show_default=False)],
    on: Annotated[str, typer.Option(help="Day on which it happened (YYYY-MM-DD).")],
    reported_by: Annotated[str, typer.Option(help="us or partner.")],
    reporter: Annotated[str, typer.Option(help="Person or office that reported it.")],
    document: Annotated[str, typer.Option(help="Kind and number of the document.")] = "",
    file: Annotated[Path | None, typer.Option(help="The document (PDF, JPEG, PNG), kept encrypted.")] = None,
    no_document: Annotated[str, typer.Option(help="Why there is no document.")] = "",
    witness: Annotated[str, typer.Option(help="Who saw it.")] = "",
    authorization: Annotated[str, typer.Option(help="Reference of the consent to a transfer.")] = "",
    remark: Annotated[str, typer.Option(help="A remark.")] = "",
    correction: Annotated[str, typer.Option(help="Why the record changes, if the item is recorded as gone.")] = "",
    visit: Annotated[str, typer.Option(help="On a device: the id of the open visit.")] = "",
    claim: Annotated[str, typer.Option(help="Id of the claim that this accepts (eum item history).")] = "",
    store: StoreOption = None,
    passphrase_fd: PassphraseFd = None,
    as_json: JsonOption = False,
) -> None:
    """State what became of an item, with its evidence. The book, its clocks and the next visit follow."""
    from eum_app.usecases.items.disposition_statement import NewDisposition
    from eum_app.usecases.items.state_disposition import state_disposition
    from eum_app.wording.report_words import word

    with unlocked(store, account, passphrase_fd) as session:
        new = NewDisposition(
            item_id=item_id_of(session, item),
            disposition=disposition,
            happened_on=on,
            reported_by=reported_by,
            reporter=reporter,
            document=file,
            document_name=document,
            no_document_reason=no_document,
            witness=witness,
            authorization=authorization,
            remark=remark,
            correction=correction,
        )
        done = state_disposition(session, new, visit_id=visit, claim_id=claim)
    said = f"{item} is now recorded as {word(done.disposition)}; statement {done.statement_id}."
    show(as_json, {"statement_id": done.statement_id, "disposition": done.disposition}, said)


@item_app.command("set-aside")
def set_aside_command(
    account: AccountOption,
    statement: Annotated[str, typer.Argument(help="The statement's id.", show_default=False)],
    reason: Annotated[str, typer.Option(help="Why it does not count.")],
    store: StoreOption = None,
    passphrase_fd: PassphraseFd = None,
    as_json: JsonOption = False,
) -> None:
    """End a statement: at HQ any, on a device one that was made there at an open visit."""
    from eum_app.usecases.items.state_disposition import withdraw_disposition

    with unlocked(store, account, passphrase_fd) as session:
        withdraw_disposition(session, statement, reason)
    show(as_json, {"statement_id": statement}, "The statement no longer counts.")


@item_app.command("history")
def history_command(
    account: AccountOption,
    item: SerialArgument,
    store: StoreOption = None,
    passphrase_fd: PassphraseFd = None,
    as_json: JsonOption = False,
) -> None:
    """Show what the book says became of an item, every statement about it, and the claims of others."""
    from db.queries.claims import claims_about
    from db.queries.dispositions import statements_about
    from db.queries.items import item as book_item
    from eum_app.wording.report_words import word

    with unlocked(store, account, passphrase_fd) as session:
        item_id = item_id_of(session, item)
        row = session.read(book_item, item_id)
        said = session.read(statements_about, item_id)
        claims = session.read(claims_about, item_id)
    lines = [f"{row.serial}: {word(row.disposition)} (in the list: {word(row.listed_as)})"]
    for one in said:
        fact = one.fact
        ended = f"; ended by {one.ended_by}: {one.ended_reason}" if one.ended_at else ""
        by = f"{fact.reported_by} {fact.reporter}, stated by {one.actor} on {one.origin}"
        lines.append(f"  {fact.happened_on} {word(fact.disposition)}, {by} [{fact.statement_id}]{ended}")
    lines += [f"  claim {claim.at[:10]} {claim.state}, {claim.source} [{claim.claim_id}]" for claim in claims]
    data = {"item_id": item_id, "disposition": row.disposition, "listed_as": row.listed_as}
    show(as_json, data | {"statements": said, "claims": claims}, *lines)


@incident_app.command("list")
def list_command(
    account: AccountOption,
    store: StoreOption = None,
    passphrase_fd: PassphraseFd = None,
    as_json: JsonOption = False,
) -> None:
    """List incidents with the clock of their written report, and losses that no incident covers yet."""
    from eum_app.usecases.items.incidents import register
    from eum_app.wording.report_words import word

    with unlocked(store, account, passphrase_fd) as session:
        found = register(session)
    lines = [
        f"{row.incident_id} {word(row.kind)} known {row.known_on}, {counted(row.items, 'item')}: "
        f"{word(clock.state)}, due {clock.due_on or 'unknown'}"
        for row, clock in found.incidents
    ]
    lines += [
        f"{loss.serial} {word(loss.disposition)}, no incident yet: due {clock.due_on}" for loss, clock in found.losses
    ]
    data = {
        "incidents": [{"incident": row, "clock": clock} for row, clock in found.incidents],
        "losses": [{"loss": loss, "clock": clock} for loss, clock in found.losses],
    }
    show(as_json, data, *(lines or ["No incident."]))


@incident_app.command("record")
def record_command(
    account: AccountOption,
    item: Annotated[list[str], typer.Option("--item", help="Serial number or id; may be repeated.")],
    kind: Annotated[str, typer.Option(help="loss, theft, destruction or access.")],
    known_on: Annotated[str, typer.Option(help="Day on which it was first known (YYYY-MM-DD).")],
    source: Annotated[str, typer.Option(help="How it became known.")],
    what: Annotated[str, typer.Option(help="What happened.")],
    store: StoreOption = None,
    passphrase_fd: PassphraseFd = None,
    as_json: JsonOption = False,
) -> None:
    """Record one incident with its items; the written report is due within 30 days."""
    from eum_app.usecases.items.incidents import record_incident

    with unlocked(store, account, passphrase_fd) as session:
        ids = [item_id_of(session, one) for one in item]
        done = record_incident(session, kind=kind, known_on=known_on, source=source, what=what, item_ids=ids)
    show(as_json, {"incident_id": done.incident_id}, f"Recorded incident {done.incident_id}.")


@incident_app.command("notify")
def notify_command(
    account: AccountOption,
    incident: IncidentArgument,
    told: Annotated[str, typer.Option(help="Office that was notified.")],
    how: Annotated[str, typer.Option(help="Channel: phone, message, letter …")],
    on: Annotated[str, typer.Option(help="Day (YYYY-MM-DD).")],
    reference: Annotated[str, typer.Option(help="Number of the message.")] = "",
    store: StoreOption = None,
    passphrase_fd: PassphraseFd = None,
    as_json: JsonOption = False,
) -> None:
    """Record that an office was notified of an incident."""
    from eum_app.usecases.items.incidents import note_notice

    with unlocked(store, account, passphrase_fd) as session:
        note_notice(session, incident, told=told, how=how, told_on=on, reference=reference)
    show(as_json, {"incident_id": incident}, "Recorded the notice.")


@incident_app.command("describe")
def describe_command(
    account: AccountOption,
    incident: IncidentArgument,
    part: Annotated[str, typer.Argument(help="circumstances, items, recovery or prevention.", show_default=False)],
    text: Annotated[str, typer.Argument(help="The text of this part.", show_default=False)],
    store: StoreOption = None,
    passphrase_fd: PassphraseFd = None,
    as_json: JsonOption = False,
) -> None:
    """Write one part of the written report."""
    from eum_app.usecases.items.incidents import describe_incident

    with unlocked(store, account, passphrase_fd) as session:
        describe_incident(session, incident, part, text)
    show(as_json, {"incident_id": incident, "part": part}, "Recorded.")


@incident_app.command("file")
def file_command(
    account: AccountOption,
    incident: IncidentArgument,
    on: Annotated[str, typer.Option(help="Day on which the report was filed (YYYY-MM-DD).")],
    reference: Annotated[str, typer.Option(help="Its number.")],
    store: StoreOption = None,
    passphrase_fd: PassphraseFd = None,
    as_json: JsonOption = False,
) -> None:
    """Record that the written report was filed; this ends its clock."""
    from eum_app.usecases.items.incidents import file_report

    with unlocked(store, account, passphrase_fd) as session:
        file_report(session, incident, filed_on=on, reference=reference)
    show(as_json, {"incident_id": incident}, "Recorded the report.")


def item_id_of(session: Session, said: str) -> str:
    """Return the id of the one item with this serial number or id. Raises Refusal `item.unknown`, `item.ambiguous`."""
    from db.queries.items import items_by_id
    from db.queries.matching import item_ids_of_serial

    if said in session.read(items_by_id, [said]):
        return said
    found = session.read(item_ids_of_serial, said)
    if not found:
        raise Refusal("item.unknown", item_id=said[:40])
    if len(found) > 1:
        raise Refusal("item.ambiguous", serial=said[:40], ids=found[:5])
    return found[0]
