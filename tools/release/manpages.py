"""Man pages of every command, in the man macros of roff."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from tools.release.commands import Command, Parameter, all_commands

SECTION = 1
EXIT_CODES = (
    ("0", "Done."),
    ("1", "Refused: the message says what to change."),
    ("2", "Wrong usage."),
    ("3", "The machine failed: disk, network, library."),
)
HELP = Parameter(("--help",), "", "Show the options and exit.", (), is_required=False)


def write_man_pages(folder: Path, version: str, day: date) -> list[Path]:
    """Write `eum.1`, `eum-store.1` and so on into `folder`, and return their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    commands = all_commands()
    names = [command.name for command in commands]
    written = []
    for command in commands:
        page = folder / f"{command.name}.{SECTION}"
        page.write_text(man_page(command, version, day, related(command, names)), encoding="utf-8", newline="\n")
        written.append(page)
    return written


def related(command: Command, names: list[str]) -> list[str]:
    """Return the pages for "see also": the parent and the direct subcommands, those that are in `names`."""
    parent = [command.name.rpartition("-")[0]] if command.path else []
    below = ["-".join((command.name, name)) for name, _ in command.subcommands]
    return [name for name in [*parent, *below] if name in names]


def man_page(command: Command, version: str, day: date, see_also: list[str]) -> str:
    """Return one page as roff text."""
    title, name = roff(command.name.upper()), roff(command.name)
    lines = [f'.TH "{title}" "{SECTION}" "{day.isoformat()}" "EUM {roff(version)}" "EUM"', ".SH NAME"]
    lines += [f"{name} \\- {roff(command.summary) or 'end-use monitoring'}", ".SH SYNOPSIS", *_synopsis(command)]
    lines += [".SH DESCRIPTION", *_paragraphs(command.help)]
    if command.arguments:
        lines += [".SH ARGUMENTS", *_described(command.arguments)]
    lines += [".SH OPTIONS", *_described((*command.options, HELP))]
    if command.subcommands:
        lines.append(".SH COMMANDS")
        for sub, help_text in command.subcommands:
            lines += [".TP", f"\\fB{roff(sub)}\\fR", roff(help_text) or "\\&"]
    lines.append(".SH EXIT STATUS")
    for code, meaning in EXIT_CODES:
        lines += [".TP", f"\\fB{code}\\fR", roff(meaning)]
    if see_also:
        lines += [".SH SEE ALSO", ", ".join(f"\\fB{roff(one)}\\fR({SECTION})" for one in see_also)]
    return "\n".join(lines) + "\n"


def roff(text: str) -> str:
    """Return text escaped for roff: backslashes, hyphens and quotes stay as they are. No line is read as a request."""
    escaped = text.replace("\\", "\\e").replace("-", "\\-").replace('"', "\\(dq")
    return re.sub(r"^([.'])", r"\\&\1", escaped, flags=re.MULTILINE)


def _synopsis(command: Command) -> Iterator[str]:
    words = [f"\\fB{' '.join(('eum', *map(roff, command.path)))}\\fR", "[\\fIOPTIONS\\fR]"]
    for one in command.arguments:
        words.append(f"\\fI{roff(one.value)}\\fR" if one.is_required else f"[\\fI{roff(one.value)}\\fR]")
    if command.subcommands:
        words.append("\\fICOMMAND\\fR [\\fIARGS\\fR]...")
    yield " ".join(words)


def _paragraphs(text: str) -> Iterator[str]:
    for number, paragraph in enumerate(re.split(r"\n\s*\n", text)):
        if number:
            yield ".PP"
        yield roff(" ".join(paragraph.split())) or "\\&"


def _described(parameters: tuple[Parameter, ...]) -> Iterator[str]:
    for one in parameters:
        value = f" \\fI{roff(one.value)}\\fR" if one.value else ""
        names = ", ".join(f"\\fB{roff(name)}\\fR" for name in one.names)
        required = " Required." if one.is_required and one.names else ""
        yield ".TP"
        yield f"{names}{value}".strip()
        yield roff(one.help + required).strip() or "\\&"
