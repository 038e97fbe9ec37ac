"""`eum read-marks` and `eum parse-mark`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from eum_app.cli.common import print_json, sentence_of
from eum_app.cli.process import EXIT_REFUSED
from eum_app.domain.errors import Refusal

MAX_STDIN_BYTES = 1_000_000

JsonAlways = Annotated[bool, typer.Option("--json", help="Print JSON; these commands always do.", show_default=False)]


def read_marks_command(
    files: Annotated[list[Path], typer.Argument(help="Pictures, or folders of pictures.", show_default=False)],
    sweep: Annotated[bool, typer.Option(help="Whole scenes: all marks, small and poor ones too.")] = False,
    as_json: JsonAlways = False,
) -> None:
    """Read the marks in pictures: one line of JSON for each symbol.

    A picture that cannot be read gets a line with the reason. The exit code is 1 if a path itself cannot be read.
    """
    from eum_app.scanning.read_marks import SymbolReading, read_marks, reading_as_json

    refused = False
    for file in files:
        try:
            for reading in read_marks(file, sweep=sweep):
                print_json(reading_as_json(reading, sentence_of))
        except Refusal as refusal:
            refused = True
            print_json(reading_as_json(SymbolReading(file, None, refusal=refusal), sentence_of))
    if refused:
        raise typer.Exit(EXIT_REFUSED)


def parse_mark_command(as_json: JsonAlways = False) -> None:
    """Parse the data of one mark: bytes on standard input, one JSON document on standard output.

    The exit code is 1 if the mark is refused.
    """
    from eum_app.scanning.read_marks import mark_as_json

    data = mark_as_json(sys.stdin.buffer.read(MAX_STDIN_BYTES), sentence_of)
    print_json(data)
    if data["error"]:
        raise typer.Exit(EXIT_REFUSED)
