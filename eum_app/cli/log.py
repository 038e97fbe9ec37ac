"""`eum log`."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

import typer

from db.queries.activity import ActivityFilter, ActivityRow
from eum_app.cli.common import AccountOption, JsonOption, PassphraseFd, StoreOption, show, unlocked
from eum_app.cli.report import report_function
from eum_app.domain.clock import instant_of, parse_date
from eum_app.domain.errors import Refusal
from eum_app.domain.journal import MAX_EPOCH
from eum_app.usecases.reporting.activity_log import ACTIVITY_LOG

log_app = typer.Typer(help="The activity log: who did what, when, from where.", no_args_is_help=True)

ActorOption = Annotated[str, typer.Option("--actor", help="Only this account.")]
KindOption = Annotated[str, typer.Option("--kind", help="Only this kind of fact, e.g. CheckRecorded.")]
OriginOption = Annotated[str, typer.Option("--origin", help="Only this device or workstation.")]
DayOption = Annotated[str, typer.Option("--day", help="Only this UTC day, YYYY-MM-DD.")]
SearchOption = Annotated[str, typer.Option("--search", help="Only entries that contain these words.")]


@log_app.command("list")
def list_command(
    account: AccountOption,
    actor: ActorOption = "",
    kind: KindOption = "",
    origin: OriginOption = "",
    day: DayOption = "",
    search: SearchOption = "",
    limit: Annotated[int, typer.Option(help="Largest number of entries, newest first; 0 for all.", min=0)] = 200,
    store: StoreOption = None,
    passphrase_fd: PassphraseFd = None,
    as_json: JsonOption = False,
) -> None:
    """List journal entries, newest first."""
    from db.queries.activity import activity_by_id, activity_ids

    wanted = _wanted(actor, kind, origin, day, search)
    with unlocked(store, account, passphrase_fd) as session:
        ids = session.read(activity_ids, wanted)
        shown = ids[:limit] if limit else ids
        rows = session.read(activity_by_id, shown)
    found = [rows[entry_id] for entry_id in shown]
    words = [_line(row) for row in found]
    words.append(f"Entries: {len(found)} of {len(ids)}.")
    show(as_json, {"total": len(ids), "entries": found}, *words)


log_app.command("export")(report_function(ACTIVITY_LOG))


@log_app.command("correct-time")
def correct_time_command(
    origin: Annotated[str, typer.Argument(help="Device or workstation of the journal, e.g. FLD-0042.")],
    first: Annotated[int, typer.Argument(help="First entry with a wrong time.", min=1)],
    last: Annotated[int, typer.Argument(help="Last entry with a wrong time.", min=1)],
    seconds: Annotated[
        float, typer.Option("--seconds", help="Seconds to add to the recorded times; negative if the clock was fast.")
    ],
    source: Annotated[str, typer.Option(help="gnss, person or hq_receipt.")],
    reason: Annotated[str, typer.Option(help="How the correct time is known.")],
    account: AccountOption,
    epoch: Annotated[int, typer.Option(help="Epoch of the journal.", min=1, max=MAX_EPOCH)] = 1,
    store: StoreOption = None,
    passphrase_fd: PassphraseFd = None,
    as_json: JsonOption = False,
) -> None:
    """State that a clock was wrong. The recorded times stay; the corrected times are used from now on."""
    from eum_app.usecases.store.correct_time import correct_time

    try:
        offset = timedelta(seconds=seconds)
    except (OverflowError, ValueError) as error:  # longer than a timedelta holds, or not a number
        raise Refusal("time.offset") from error
    with unlocked(store, account, passphrase_fd) as session:
        correct_time(
            session,
            origin=origin,
            epoch=epoch,
            first_seq=first,
            last_seq=last,
            offset=offset,
            source=source,
            reason=reason,
        )
    place = {"origin": origin, "epoch": epoch, "first_seq": first, "last_seq": last}
    show(as_json, place, f"Corrected the time of {origin}/{epoch}/{first}-{last}.")


def _wanted(actor: str, kind: str, origin: str, day: str, words: str) -> ActivityFilter:
    """Return the filter for these options. Raises Refusal `date.invalid`."""
    return ActivityFilter(actor, kind, origin, parse_date(day).isoformat() if day else "", words)


def _line(row: ActivityRow) -> str:
    place = f"{row.origin}/{row.epoch}/{row.seq}"
    instant = instant_of(row.recorded_at)
    at = f"{instant:%Y-%m-%d %H:%M:%S} UTC" if instant else row.recorded_at
    parts = (at, f"{row.actor:<8}", f"{row.kind:<18}", row.subject_name, row.outcome, place)
    return "  ".join(part for part in parts if part)
