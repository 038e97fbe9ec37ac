"""The commands of `eum` as plain data, read from the typer app: the source of man pages and shell completion."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import typer

PROGRAM = "eum"


@dataclass(frozen=True)
class Parameter:
    """An argument or option. `names` is empty for an argument; `value` is empty for a flag."""

    names: tuple[str, ...]
    value: str
    help: str
    choices: tuple[str, ...]
    is_required: bool


@dataclass(frozen=True)
class Command:
    """One command: its words after `eum`, what it does, its parameters and the names of its subcommands."""

    path: tuple[str, ...]
    help: str
    parameters: tuple[Parameter, ...]
    subcommands: tuple[tuple[str, str], ...]

    @property
    def name(self) -> str:
        """Name of its man page: `eum-store-check`."""
        return "-".join((PROGRAM, *self.path))

    @property
    def options(self) -> tuple[Parameter, ...]:
        return tuple(one for one in self.parameters if one.names)

    @property
    def arguments(self) -> tuple[Parameter, ...]:
        return tuple(one for one in self.parameters if not one.names)

    @property
    def summary(self) -> str:
        """First sentence of the help, without its full stop."""
        return self.help.partition("\n\n")[0].replace("\n", " ").partition(". ")[0].rstrip(".")


def all_commands(app: typer.Typer | None = None) -> list[Command]:
    """Return every command that people may use, parents before children, in the order of `--help`."""
    if app is None:
        from eum_app.cli.commands import app as eum_commands  # noqa: PLC0415 - other apps can be read without it

        app = eum_commands
    return list(_walk(typer.main.get_command(app), ()))


def _walk(command: Any, path: tuple[str, ...]) -> Iterator[Command]:
    below = [(name, one) for name, one in getattr(command, "commands", {}).items() if not one.hidden]
    yield Command(
        path,
        inspect.cleandoc(command.help or ""),
        tuple(_parameter(one) for one in command.params if not getattr(one, "hidden", False)),
        tuple((name, _first_sentence(one.help)) for name, one in below),
    )
    for name, one in below:
        yield from _walk(one, (*path, name))


def _first_sentence(text: str | None) -> str:
    return Command((), inspect.cleandoc(text or ""), (), ()).summary


def _parameter(parameter: Any) -> Parameter:
    is_option = parameter.param_type_name == "option"
    choices, word = _values(parameter.type_descriptor.annotation)
    if getattr(parameter, "is_flag", False):
        value = ""
    elif is_option:
        value = parameter.metavar or "|".join(choices) or word
    else:
        value = parameter.metavar or parameter.name.upper()
    return Parameter(
        names=(*parameter.opts, *parameter.secondary_opts) if is_option else (),
        value=value,
        help=" ".join((getattr(parameter, "help", None) or "").split()),
        choices=choices,
        is_required=bool(parameter.required),
    )


def _values(annotation: Any) -> tuple[tuple[str, ...], str]:
    """Return the words that an annotation allows (an enumeration or a Literal), and a name for any other value."""
    if get_origin(annotation) is Literal:
        return tuple(map(str, get_args(annotation))), ""
    if inner := [one for one in get_args(annotation) if one is not type(None)]:
        return _values(inner[0])
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return tuple(str(one.value) for one in annotation), ""
    names = {str: "TEXT", int: "NUMBER", float: "NUMBER", Path: "PATH"}
    return (), names.get(annotation, getattr(annotation, "__name__", "TEXT").upper())
