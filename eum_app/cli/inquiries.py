"""`eum inquiry`: checks that the State Department asks for under Blue Lantern."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from eum_app.cli.common import AccountOption, JsonOption, PassphraseFd, StoreOption, counted, show, unlocked
from eum_app.domain.errors import Refusal

if TYPE_CHECKING:
    from db.queries.inquiries import Inquiry
    from eum_app.domain.inquiries import DueClock
    from eum_app.usecases.inquiries.request import Article, Party

inquiry_app = typer.Typer(help="Inquiries of Blue Lantern: requests, answers, results.", no_args_is_help=True)

InquiryArgument = Annotated[str, typer.Argument(help="Reference or id of the inquiry.", show_default=False)]
ReasonOption = Annotated[list[str] | None, typer.Option("--reason", help="Code of a reason; repeatable.")]
NoteOption = Annotated[str, typer.Option(help="A note.")]


@inquiry_app.command("list")
def list_command(
    account: AccountOption,
    state: Annotated[str, typer.Option(help="Only those that are opened, tasked, answered or closed.")] = "",
    store: StoreOption = None,
    passphrase_fd: PassphraseFd = None,
    as_json: JsonOption = False,
) -> None:
    """List the inquiries with their state and due date."""
    from eum_app.usecases.inquiries.inquiries import register

    with unlocked(store, account, passphrase_fd) as session:
        found = [(one, clock) for one, clock in register(session) if state in {"", one.state}]
    data = [{**_data(one), "clock": clock} for one, clock in found]
    show(as_json, data, *([_line(one, clock) for one, clock in found] or ["No inquiries."]))


@inquiry_app.command("show")
def show_command(
    account: AccountOption,
    inquiry: InquiryArgument,
    store: StoreOption = None,
    passphrase_fd: PassphraseFd = None,
    as_json: JsonOption = False,
) -> None:
    """Show an inquiry: request, parties, articles, authorization, tasks, answers and results."""
    from db.queries.inquiries import inquiry as inquiry_of
    from db.queries.inquiries import inquiry_named
    from eum_app.domain.inquiries import due_clock

    with unlocked(store, account, passphrase_fd) as session:
        one = session.read(inquiry_of, session.read(inquiry_named, inquiry))
        clock = due_clock(one.fact.due_on, one.closed_on, session.now().date())
    fact, license_ = one.fact, one.fact.authorization
    lines = [
        _line(one, clock),
        f"  asked by {fact.requested_by} on {fact.requested_on}: {fact.reason}",
        f"  license: {license_.form} {license_.number or 'none'}; exemption: {license_.exemption or 'none'}; "
        f"DSP-83: {_word('held', license_.dsp83)}",
        *(f"  {_word('party_role', party.role)}: {party.name} {party.country}" for party in fact.parties),
        *(f"  {article.quantity} {article.description}, USML {article.usml or '?'}" for article in fact.articles),
        *(f"  doubt: {_word('inquiry_doubt', doubt)}" for doubt in fact.warnings),
        *(f"  {task.tasked_at[:10]} tasked {task.told or task.visit_id} {task.reference}" for task in one.tasks),
        *(
            f"  answer of {answer.fact.answered_by}: {_word('recommendation', answer.fact.recommendation)}, "
            f"{_word('visit_mode', answer.fact.visit_mode)}, {_word('receipt', answer.fact.receipt)}, "
            f"recorded by {answer.actor}. {answer.fact.note}"
            for answer in one.answers
        ),
        *(
            f"  closed {closing.closed_at[:10]} by {closing.actor}: "
            f"{_word('recommendation', closing.fact.outcome)}. {closing.fact.note}"
            for closing in one.closings
        ),
    ]
    show(as_json, {**_data(one), "clock": clock}, *lines)


@inquiry_app.command("open")
def open_command(
    account: AccountOption,
    reference: Annotated[str, typer.Argument(help="Number of the inquiry, for example BL-0031.", show_default=False)],
    kind: Annotated[str, typer.Option(help="pre_license, pre_shipment or post_shipment.")],
    country: Annotated[str, typer.Option(help="Country of the check.")],
    due: Annotated[str, typer.Option(help="Day until which the answer is due (YYYY-MM-DD).")],
    requested_by: Annotated[str, typer.Option(help="Office that asked.")],
    requested_on: Annotated[str, typer.Option(help="Day of the request (YYYY-MM-DD).")],
    reason: Annotated[str, typer.Option(help="Why the check is made.")],
    party: Annotated[list[str], typer.Option("--party", help="ROLE:NAME or ROLE:NAME:COUNTRY; repeatable.")],
    article: Annotated[list[str], typer.Option("--article", help="QUANTITY:USML:DESCRIPTION; repeatable.")],
    post: Annotated[str, typer.Option(help="Post that makes the check.")] = "",
    site_visit: Annotated[str, typer.Option(help="Is a site visit wanted: required or not_required.")] = "",
    form: Annotated[str, typer.Option(help="Form of the license: DSP-5, DSP-61, DSP-73, DSP-85.")] = "",
    number: Annotated[str, typer.Option(help="Number of the license.")] = "",
    exemption: Annotated[str, typer.Option(help="Citation of the exemption, for example 22 CFR 126.7.")] = "",
    dsp83: Annotated[str, typer.Option(help="Is a DSP-83 held: held or not_held.")] = "",
    valid_until: Annotated[str, typer.Option(help="Last day of the license (YYYY-MM-DD).")] = "",
    correct: Annotated[str, typer.Option(help="Why: state the request of this known inquiry again.")] = "",
    store: StoreOption = None,
    passphrase_fd: PassphraseFd = None,
    as_json: JsonOption = False,
) -> None:
    """Open an inquiry from its request, or correct one. Wrong shapes of numbers are warned of and kept."""
    from db.queries.inquiries import inquiry_named
    from eum_app.usecases.inquiries.inquiries import correct_inquiry, open_inquiry
    from eum_app.usecases.inquiries.request import NewInquiry

    new = NewInquiry(
        reference=reference,
        kind=kind,
        country=country,
        due_on=due,
        requested_by=requested_by,
        requested_on=requested_on,
        reason=reason,
        parties=tuple(_party(one) for one in party),
        articles=tuple(_article(one) for one in article),
        post=post,
        site_visit=site_visit,
        form=form,
        number=number,
        exemption=exemption,
        dsp83=dsp83,
        valid_until=valid_until,
    )
    with unlocked(store, account, passphrase_fd) as session:
        if correct:
            done = correct_inquiry(session, session.read(inquiry_named, reference), new, correct)
        else:
            done = open_inquiry(session, new)
    said = [f"{'Corrected' if correct else 'Opened'} inquiry {reference}."]
    said += [f"Please check: {_word('inquiry_doubt', doubt)}." for doubt in done.warnings]
    show(as_json, {"inquiry_id": done.inquiry_id, "warnings": list(done.warnings)}, *said)


@inquiry_app.command("task")
def task_command(
    account: AccountOption,
    inquiry: InquiryArgument,
    to: Annotated[str, typer.Option(help="Post or person that makes the check.")],
    reference: Annotated[str, typer.Option(help="Number of the message.")] = "",
    store: StoreOption = None,
    passphrase_fd: PassphraseFd = None,
    as_json: JsonOption = False,
) -> None:
    """Record that a post was asked to make the check."""
    from db.queries.inquiries import inquiry_named
    from eum_app.usecases.inquiries.inquiries import task_inquiry

    with unlocked(store, account, passphrase_fd) as session:
        inquiry_id = session.read(inquiry_named, inquiry)
        task_inquiry(session, inquiry_id, to, reference)
    show(as_json, {"inquiry_id": inquiry_id}, "Recorded the task.")


@inquiry_app.command("answer")
def answer_command(
    account: AccountOption,
    inquiry: InquiryArgument,
    recommendation: Annotated[str, typer.Argument(help="favorable or unfavorable.", show_default=False)],
    answered_by: Annotated[str, typer.Option(help="Person or post that made the check.")],
    reason: ReasonOption = None,
    visit_mode: Annotated[str, typer.Option(help="in_person, virtual, partner_report or records_only.")] = "",
    receipt: Annotated[str, typer.Option(help="confirmed or not_confirmed.")] = "",
    note: NoteOption = "",
    store: StoreOption = None,
    passphrase_fd: PassphraseFd = None,
    as_json: JsonOption = False,
) -> None:
    """Record the answer to an inquiry, for example of a post that has no device."""
    from db.queries.inquiries import inquiry_named
    from eum_app.usecases.inquiries.inquiries import NewAnswer, answer_inquiry

    new = NewAnswer(
        recommendation=recommendation,
        answered_by=answered_by,
        reasons=tuple(reason or ()),
        visit_mode=visit_mode,
        receipt=receipt,
        note=note,
    )
    with unlocked(store, account, passphrase_fd) as session:
        inquiry_id = session.read(inquiry_named, inquiry)
        answer_inquiry(session, inquiry_id, new)
    show(as_json, {"inquiry_id": inquiry_id}, "Recorded the answer.")


@inquiry_app.command("close")
def close_command(
    account: AccountOption,
    inquiry: InquiryArgument,
    result: Annotated[str, typer.Argument(help="favorable or unfavorable.", show_default=False)],
    reason: ReasonOption = None,
    note: NoteOption = "",
    store: StoreOption = None,
    passphrase_fd: PassphraseFd = None,
    as_json: JsonOption = False,
) -> None:
    """Close an inquiry with its result; this stops its clock."""
    from db.queries.inquiries import inquiry_named
    from eum_app.usecases.inquiries.inquiries import close_inquiry

    with unlocked(store, account, passphrase_fd) as session:
        inquiry_id = session.read(inquiry_named, inquiry)
        close_inquiry(session, inquiry_id, result, reasons=reason or (), note=note)
    show(as_json, {"inquiry_id": inquiry_id}, f"Closed as {result}.")


def _party(said: str) -> Party:
    from eum_app.usecases.inquiries.request import Party

    role, _, rest = said.partition(":")
    name, _, country = rest.partition(":")
    if not rest:
        raise Refusal("inquiry.missing", field="party")
    return Party(role=role.strip(), name=name, country=country)


def _article(said: str) -> Article:
    from eum_app.usecases.inquiries.request import Article

    quantity, _, rest = said.partition(":")
    usml, _, description = rest.partition(":")
    return Article(quantity=quantity, usml=usml, description=description)


def _word(kind: str, code: str) -> str:
    from eum_app.wording.codes import WORDS

    return WORDS[kind].get(code, code) or "not stated"


def _line(one: Inquiry, clock: DueClock) -> str:
    fact = one.fact
    over = f", {counted(-clock.days_left, 'day')} over" if clock.days_left < 0 else ""
    return (
        f"{fact.reference} {_word('inquiry_kind', fact.kind)}, {fact.country}: "
        f"{_word('inquiry_state', one.state)}, due {fact.due_on}{over} [{one.inquiry_id}]"
    )


def _data(one: Inquiry) -> dict[str, object]:
    return {
        "inquiry_id": one.inquiry_id,
        "state": one.state,
        "inquiry": one.fact,
        "tasks": one.tasks,
        "answers": one.answers,
        "closings": one.closings,
        "has_later_answer": one.has_later_answer,
    }
