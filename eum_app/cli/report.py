"""`eum report`: one command for each report in the registry."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from eum_app.cli.common import AccountOption, JsonOption, PassphraseFd, StoreOption, counted, show, unlocked
from eum_app.cli.streams import say
from eum_app.domain.errors import Refusal
from eum_app.usecases.reporting.export_report import Exported
from eum_app.usecases.reporting.make_report import make_report
from eum_app.usecases.reporting.registry import REPORTS
from eum_app.usecases.reporting.report import FilterKind, Report
from eum_app.usecases.session import Session

ReplaceOption = Annotated[
    bool,
    typer.Option(
        "--replace", help="Replace an earlier report of that name. Without it: asked at a terminal, refused elsewhere."
    ),
]


def report_commands() -> typer.Typer:
    """Return `eum report` with one command for each report in the registry."""
    app = typer.Typer(
        help="Reports: .csv, .xlsx, .pdf or .json, signed.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
    )
    for report in REPORTS.values():
        app.command(report.command_name)(report_function(report))
    return app


def report_function(report: Report) -> Callable[..., None]:
    """Return the function of a report's command: required filters and the file are arguments, other filters options.

    It makes the report, and raises as `unlocked` and `make_report`; Refusal `site.unknown`. At a terminal it asks
    before it replaces an earlier report.
    """
    options = {one.option_name.replace("-", "_"): one for one in report.filters}

    def run(
        *,
        to: Path,
        account: str,
        store: Path | None,
        passphrase_fd: int | None,
        as_json: bool,
        replace: bool,
        **given: str,
    ) -> None:
        with unlocked(store, account, passphrase_fd) as session:
            wanted = {
                one.name: _site_id(session, given[option]) if one.kind is FilterKind.SITE else given[option]
                for option, one in options.items()
            }
            try:
                made = make_report(session, report, to, wanted, replaces=replace)
            except Refusal as refusal:
                if refusal.code != "report.exists" or not _agreed(refusal):
                    raise
                made = make_report(session, report, to, wanted, replaces=True)
            _show(as_json, made)

    to_help = f"File to write; its ending chooses the format ({', '.join(report.formats)}). A signed sidecar is added."
    parameters: dict[str, tuple[Any, Any]] = {
        option: (Annotated[str, typer.Argument(help=one.about, show_default=False)], inspect.Parameter.empty)
        for option, one in options.items()
        if one.is_required
    }
    parameters["to"] = (Annotated[Path, typer.Argument(help=to_help, show_default=False)], inspect.Parameter.empty)
    parameters["account"] = (AccountOption, inspect.Parameter.empty)
    for option, one in options.items():
        if not one.is_required:
            parameters[option] = (Annotated[str, typer.Option(f"--{one.option_name}", help=one.about)], one.default)
    parameters |= {
        "replace": (ReplaceOption, False),
        "store": (StoreOption, None),
        "passphrase_fd": (PassphraseFd, None),
        "as_json": (JsonOption, False),
    }
    # typer makes arguments and options from the signature.
    signature = inspect.Signature(
        [
            inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=annotation, default=default)
            for name, (annotation, default) in parameters.items()
        ]
    )
    run.__signature__ = signature  # type: ignore[attr-defined]
    run.__annotations__ = {name: annotation for name, (annotation, _) in parameters.items()}
    run.__doc__ = report.about
    return run


def _agreed(refusal: Refusal) -> bool:
    """Whether the person at the terminal agrees to replace the earlier report; False without a terminal."""
    from eum_app.wording.messages import sentence

    if not sys.stdin.isatty():
        return False
    say(sentence(refusal).what, err=True)
    return typer.confirm("Replace it?", err=True)


def _site_id(session: Session, name: str) -> str:
    """Return the id of the site with this name, "" for "". Raises Refusal `site.unknown`."""
    from db.queries.items import all_sites

    if not name:
        return ""
    for row in session.read(all_sites):
        if row.name == name:
            return row.site_id
    raise Refusal("site.unknown", site_id=name)


def _show(as_json: bool, made: Exported) -> None:
    data = {
        "path": str(made.path),
        "sidecar": str(made.sidecar_path),
        "rows": made.rows,
        "sha384": made.sha384,
        "not_designated": made.not_designated,
        "files": [{"name": file.name, "rows": file.rows, "sha384": file.sha384} for file in made.files],
    }
    if made.not_designated:
        say(f"The CUI designation is not filled in: {', '.join(made.not_designated)}. See Settings.", err=True)
    words = [f"{counted(made.rows, 'row')}: {made.path}", f"SHA-384 {made.sha384}"]
    words += [f"  and {file.name}: {counted(file.rows, 'row')}" for file in made.files[1:]]
    show(as_json, data, *words)
