"""Shell completion of every command for bash, zsh and fish.

The scripts are static: typer's own would start the whole program for each press of the tab key.
"""

from __future__ import annotations

import shlex
from pathlib import Path

from tools.release.commands import PROGRAM, Command, all_commands

BASH = """\
# Completion of eum for bash; generated from its commands.
_eum() {{
    local at="" before="${{COMP_WORDS[COMP_CWORD-1]}}" word="${{COMP_WORDS[COMP_CWORD]}}" words="" i
    for ((i = 1; i < COMP_CWORD; i++)); do
        case "${{at}} ${{COMP_WORDS[i]}}" in
            {groups}) at="${{at}} ${{COMP_WORDS[i]}}" ;;
        esac
    done
    case "${{at}} ${{before}}" in
{choices}
        *)
            case "${{at}}" in
{words}
            esac
            ;;
    esac
    mapfile -t COMPREPLY < <(compgen -W "${{words}}" -- "${{word}}")
}}
complete -o bashdefault -o default -F _eum eum
"""
ZSH = """\
#compdef eum
# Completion of eum for zsh; generated from its commands.
local at="" before="${{words[CURRENT-1]}}" found="" i
for ((i = 2; i < CURRENT; i++)); do
    case "${{at}} ${{words[i]}}" in
        {groups}) at="${{at}} ${{words[i]}}" ;;
    esac
done
case "${{at}} ${{before}}" in
{choices}
    *)
        case "${{at}}" in
{words}
        esac
        ;;
esac
compadd -- ${{=found}}
_files
"""
FISH_HEAD = """\
# Completion of eum for fish; generated from its commands.
function __eum_at --description 'the command typed so far'
    set -l at ''
    for word in (commandline -opc)[2..]
        if contains -- "$at $word" {groups}
            set at "$at $word"
        end
    end
    test "$at" = "$argv[1]"
end
"""


def write_completions(folder: Path) -> list[Path]:
    """Write the three scripts below `folder`, each where its shell looks for it under /usr/share.

    Return their paths.
    """
    commands = all_commands()
    files = {
        f"bash-completion/completions/{PROGRAM}": bash(commands),
        f"zsh/vendor-completions/_{PROGRAM}": zsh(commands),
        f"fish/vendor_completions.d/{PROGRAM}.fish": fish(commands),
    }
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
    return [folder / name for name in files]


def bash(commands: list[Command]) -> str:
    """Return the script for bash."""
    return BASH.format(groups=_patterns(commands), choices=_choices(commands, "words"), words=_words(commands, "words"))


def zsh(commands: list[Command]) -> str:
    """Return the script for zsh."""
    return ZSH.format(groups=_patterns(commands), choices=_choices(commands, "found"), words=_words(commands, "found"))


def fish(commands: list[Command]) -> str:
    """Return the script for fish, with the help of each word."""
    lines = [FISH_HEAD.format(groups=" ".join(shlex.quote(_at(one)) for one in commands if one.path))]
    for command in commands:
        start = f"complete -c {PROGRAM} -n {shlex.quote(f'__eum_at {shlex.quote(_at(command))}')}"
        lines += [f"{start} -f -a {name} -d {shlex.quote(text)}" for name, text in command.subcommands]
        for option in command.options:
            flags = "".join(f" -l {name[2:]}" for name in option.names if name.startswith("--"))
            takes = " -r" if option.value else ""
            if option.choices:
                takes = f" -x -a {shlex.quote(' '.join(option.choices))}"
            lines.append(f"{start}{flags}{takes} -d {shlex.quote(option.help)}")
    return "\n".join(lines) + "\n"


def _at(command: Command) -> str:
    """Return the words of a command, each with a space before it; empty for `eum` itself."""
    return "".join(f" {word}" for word in command.path)


def _patterns(commands: list[Command]) -> str:
    return " | ".join(f'"{_at(one)}"' for one in commands if one.path)


def _words(commands: list[Command], variable: str) -> str:
    rows = []
    for one in commands:
        names = [name for name, _ in one.subcommands] + [name for option in one.options for name in option.names]
        rows.append(f'                "{_at(one)}") {variable}="{" ".join([*names, "--help"])}" ;;')
    return "\n".join(rows)


def _choices(commands: list[Command], variable: str) -> str:
    """Return the part that completes the value of an option with a few fixed values; the shell completes file names."""
    rows = []
    for one in commands:
        for option in one.options:
            if option.value:
                patterns = " | ".join(f'"{_at(one)} {name}"' for name in option.names)
                rows.append(f'        {patterns}) {variable}="{" ".join(option.choices)}" ;;')
    return "\n".join(rows)
