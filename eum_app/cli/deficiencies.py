"""`eum deficiency`: deficiencies of sites, their corrections, and what visits say of them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from eum_app.cli.common import AccountOption, JsonOption, PassphraseFd, StoreOption, show, unlocked

if TYPE_CHECKING:
    from datetime import date

    from db.queries.deficiency_rows import Deficiency

deficiency_app = typer.Typer(help="Deficiencies of sites and their corrections.", no_args_is_help=True)

DeficiencyArgument = Annotated[str, typer.Argument(help="The deficiency's id.", show_default=False)]
SiteOption = Annotated[str, typer.Option(help="Name or id of the site.")]
CountryOption = Annotated[str, typer.Option(help="Country of the site, as the book writes it.")]
VisitOption = Annotated[str, typer.Option(help="On a device: the id of the open visit.")]
PhotoOption = Annotated[list[Path] | None, typer.Option("--photo", help="A JPEG or PNG picture; repeatable.")]


@deficiency_app.command("list")
def list_command(
    account: AccountOption,
    site: SiteOption = "",
    country: CountryOption = "",
    has_closed: Annotated[bool, typer.Option("--all", help="Also list corrected and ended ones.")] = False,
    store: StoreOption = None,
    passphrase_fd: PassphraseFd = None,
    as_json: JsonOption = False,
) -> None:
    """List open deficiencies by site, in order of their due dates, with the days left or over."""
    from db.queries.deficiencies import all_deficiencies, deficiencies_at
    from eum_app.cli.records import site_id_of
    from eum_app.wording.deficiency_words import severity_said, state_said

    with unlocked(store, account, passphrase_fd) as session:
        today = session.now().date()
        site_id = site_id_of(session, site, country) if site else ""
        found = session.read(deficiencies_at, site_id) if site_id else session.read(all_deficiencies)
    shown = [one for one in found if has_closed or one.is_open]
    data = [_data(one, today) for one in shown]
    lines: list[str] = []
    for place in sorted({(one.site, one.country) for one in shown}):
        lines.append("  ".join(filter(None, place)))
        lines += [
            f"  {one.due_on}  {state_said(_clock(one, today))}  {severity_said(one.severity)}: {one.what} "
            f"({one.place}; owner {one.owner}) [{one.deficiency_id}]"
            for one in shown
            if (one.site, one.country) == place
        ]
    show(as_json, data, *(lines or ["No deficiency."]))


@deficiency_app.command("show")
def show_command(
    account: AccountOption,
    deficiency: DeficiencyArgument,
    store: StoreOption = None,
    passphrase_fd: PassphraseFd = None,
    as_json: JsonOption = False,
) -> None:
    """Show one deficiency with everything that was recorded about it."""
    from db.queries.deficiencies import deficiency as held
    from eum_app.wording.deficiency_words import (
        correction_said,
        doubts_said,
        follow_up_said,
        severity_said,
        state_said,
    )

    with unlocked(store, account, passphrase_fd) as session:
        one = session.read(held, deficiency)
        today = session.now().date()
    lines = [
        f"{severity_said(one.severity)}: {one.what}",
        f"  {one.site}, {one.place}; owner {one.owner}; due {one.due_on}: {state_said(_clock(one, today))}",
        f"  stated {one.stated_at[:10]} by {one.actor} on {one.origin}",
    ]
    if one.serial:
        lines.append(f"  item {one.serial}")
    if one.end is not None:
        lines.append(f"  no longer counts: {one.end.reason} ({one.end.actor})")
    lines += [f"  {said}" for said in [doubts_said(one)] if said]
    lines += [f"  corrected {correction_said(each)} [{each.correction_id}]" for each in one.corrections]
    for said in one.followed_up:
        reason = f": {said.reason}" if said.reason else ""
        lines.append(f"  {said.stated_at[:10]} {said.actor}: {follow_up_said(said.state)}{reason}")
    show(as_json, _data(one, today), *lines)


@deficiency_app.command("state")
def state_command(
    account: AccountOption,
    what: Annotated[str, typer.Option(help="What is deficient.")],
    place: Annotated[str, typer.Option(help="Where at the site.")],
    severity: Annotated[str, typer.Option(help="critical, major or minor.")],
    owner: Annotated[str, typer.Option(help="Who has to correct it.")],
    due: Annotated[str, typer.Option(help="Day until which it is corrected (YYYY-MM-DD).")],
    visit: VisitOption = "",
    site: SiteOption = "",
    country: CountryOption = "",
    item: Annotated[str, typer.Option(help="Serial number or id of the item, if it is about one.")] = "",
    question: Annotated[str, typer.Option(help="Id of the question of the site checklist.")] = "",
    photo: PhotoOption = None,
    store: StoreOption = None,
    passphrase_fd: PassphraseFd = None,
    as_json: JsonOption = False,
) -> None:
    """State a deficiency: on a device at an open visit, at HQ of a site."""
    from eum_app.cli.items import item_id_of
    from eum_app.cli.records import site_id_of
    from eum_app.usecases.deficiencies.state import NewDeficiency, state_deficiency
    from eum_app.usecases.visits.photos import read_photo

    with unlocked(store, account, passphrase_fd) as session:
        new = NewDeficiency(
            what=what,
            place=place,
            severity=severity,
            owner=owner,
            due_on=due,
            item_id=item_id_of(session, item) if item else "",
            question_id=question,
            photos=[read_photo(one) for one in photo or ()],
        )
        site_id = site_id_of(session, site, country) if site else ""
        done = state_deficiency(session, new, visit_id=visit, site_id=site_id)
    show(as_json, {"deficiency_id": done.deficiency_id}, f"Stated deficiency {done.deficiency_id}.")


@deficiency_app.command("correct")
def correct_command(
    account: AccountOption,
    deficiency: DeficiencyArgument,
    what: Annotated[str, typer.Option(help="What was done.")],
    on: Annotated[str, typer.Option(help="Day on which it was corrected (YYYY-MM-DD).")],
    by: Annotated[str, typer.Option(help="Who corrected it.")],
    document: Annotated[str, typer.Option(help="Kind and number of the document.")] = "",
    file: Annotated[Path | None, typer.Option(help="The document (PDF, JPEG, PNG), kept encrypted.")] = None,
    no_document: Annotated[str, typer.Option(help="Why there is neither a document nor a photo.")] = "",
    photo: PhotoOption = None,
    visit: VisitOption = "",
    store: StoreOption = None,
    passphrase_fd: PassphraseFd = None,
    as_json: JsonOption = False,
) -> None:
    """Record that a deficiency was corrected, with its proof."""
    from eum_app.usecases.deficiencies.state import NewCorrection, correct_deficiency
    from eum_app.usecases.visits.photos import read_photo

    with unlocked(store, account, passphrase_fd) as session:
        new = NewCorrection(
            what=what,
            corrected_on=on,
            corrected_by=by,
            document=file,
            document_name=document,
            no_document_reason=no_document,
            photos=[read_photo(one) for one in photo or ()],
        )
        done = correct_deficiency(session, deficiency, new, visit_id=visit)
    show(
        as_json,
        {"deficiency_id": deficiency, "correction_id": done.correction_id},
        f"Recorded correction {done.correction_id}.",
    )


@deficiency_app.command("follow-up")
def follow_up_command(
    account: AccountOption,
    deficiency: DeficiencyArgument,
    state: Annotated[str, typer.Argument(help="still_open or not_looked_at.", show_default=False)],
    visit: VisitOption,
    reason: Annotated[str, typer.Option(help="Why it was not looked at, or a remark.")] = "",
    store: StoreOption = None,
    passphrase_fd: PassphraseFd = None,
    as_json: JsonOption = False,
) -> None:
    """Record on a device that a visit found a deficiency still open, or did not look at it."""
    from eum_app.usecases.deficiencies.state import follow_up

    with unlocked(store, account, passphrase_fd) as session:
        follow_up(session, deficiency, visit_id=visit, state=state, reason=reason)
    show(as_json, {"deficiency_id": deficiency, "state": state}, "Recorded.")


@deficiency_app.command("set-aside")
def set_aside_command(
    account: AccountOption,
    deficiency: DeficiencyArgument,
    reason: Annotated[str, typer.Option(help="Why it does not count.")],
    correction: Annotated[str, typer.Option(help="Id of the correction that ends, instead of the deficiency.")] = "",
    store: StoreOption = None,
    passphrase_fd: PassphraseFd = None,
    as_json: JsonOption = False,
) -> None:
    """End a deficiency or a correction that was a mistake: at HQ any, on a device one of an open visit there."""
    from eum_app.usecases.deficiencies.state import end_deficiency

    with unlocked(store, account, passphrase_fd) as session:
        end_deficiency(session, correction or deficiency, deficiency, reason)
    show(as_json, {"deficiency_id": deficiency, "correction_id": correction}, "It no longer counts.")


def _clock(one: Deficiency, today: date) -> Any:
    from eum_app.usecases.deficiencies.severities import clock_of

    return clock_of(one, today)


def _data(one: Deficiency, today: date) -> dict[str, Any]:
    clock = _clock(one, today)
    return {"deficiency": one, "state": clock.state, "days_left": clock.days_left}
