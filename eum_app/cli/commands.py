"""The `eum` command with all its subcommands."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from eum_app import __version__
from eum_app.cli.authority import authority_app
from eum_app.cli.common import StoreOption, store_folder
from eum_app.cli.content import content_app
from eum_app.cli.deficiencies import deficiency_app
from eum_app.cli.exchange import bundle_app, device_app, inbox_app
from eum_app.cli.inquiries import inquiry_app
from eum_app.cli.inventory import inventory_app
from eum_app.cli.items import incident_app, item_app
from eum_app.cli.late import accept_late_command, note_head_command, revoke_hq_command, waiting_command
from eum_app.cli.log import log_app
from eum_app.cli.marks import parse_mark_command, read_marks_command
from eum_app.cli.paper import labels_command
from eum_app.cli.proof import head_app, proof_app
from eum_app.cli.records import case_app, site_app
from eum_app.cli.report import report_commands
from eum_app.cli.store import store_app
from eum_app.cli.streams import say
from eum_app.cli.support import diagnostics_command
from eum_app.cli.time import time_app
from eum_app.cli.verify import verify_command
from eum_app.cli.witness import witness_app
from eum_app.cli.work import visit_app

app = typer.Typer(
    name="eum",
    help="End-use monitoring, offline first: scan, check, seal, review and prove.",
    no_args_is_help=False,
    add_completion=False,
    pretty_exceptions_enable=False,
)
device_app.command("revoke-hq")(revoke_hq_command)
inbox_app.command("waiting")(waiting_command)
inbox_app.command("accept-late")(accept_late_command)
inbox_app.command("note-head")(note_head_command)
app.add_typer(store_app, name="store")
app.add_typer(device_app, name="device")
app.add_typer(authority_app, name="authority")
app.add_typer(inventory_app, name="inventory")
app.add_typer(item_app, name="item")
app.add_typer(incident_app, name="incident")
app.add_typer(inquiry_app, name="inquiry")
app.add_typer(deficiency_app, name="deficiency")
app.add_typer(site_app, name="site")
app.add_typer(case_app, name="case")
app.add_typer(visit_app, name="visit")
app.add_typer(bundle_app, name="bundle")
app.add_typer(inbox_app, name="inbox")
app.add_typer(report_commands(), name="report")
app.add_typer(time_app, name="time")
app.add_typer(log_app, name="log")
app.add_typer(proof_app, name="proof")
app.add_typer(head_app, name="head")
app.add_typer(witness_app, name="witness")
app.add_typer(content_app, name="content")
app.command("read-marks")(read_marks_command)
app.command("parse-mark")(parse_mark_command)
app.command("verify")(verify_command)
app.command("diagnostics")(diagnostics_command)
app.command("labels")(labels_command)


@app.callback(invoke_without_command=True)
def opens_the_app(
    context: typer.Context,
    store: StoreOption = None,
    version: Annotated[bool, typer.Option("--version", help="Print the version and exit.")] = False,
    self_check: Annotated[
        bool, typer.Option("--self-check", help="Check that this installation is complete, and exit.")
    ] = False,
) -> None:
    """Without a command, open the app."""
    if version:
        say(f"eum {__version__}")
        raise typer.Exit
    if self_check:
        from eum_app.cli.self_check import run_self_check

        raise typer.Exit(run_self_check())
    if context.invoked_subcommand is None:
        from ui.window.app import run

        raise typer.Exit(run(store_folder(store)))


@app.command()
def demo(
    output: Annotated[
        Path | None,
        typer.Option(
            help="Folder for screenshots, bundles and reports: new, empty, or left by an earlier demo.  "
            "[default: demo-output]",
            show_default=False,
        ),
    ] = None,
    window: Annotated[
        bool | None, typer.Option("--window/--no-window", help="Open windows, or walk through the job offscreen.")
    ] = None,
) -> None:
    """Walk through the whole job on a demo HQ and a demo device, with synthetic data."""
    from eum_app.demo import run_demo

    raise typer.Exit(run_demo(output, window=window))
