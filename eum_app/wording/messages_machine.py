"""Sentences about the demo and this machine: code → (what happened, what to do next); see `messages`."""

from __future__ import annotations

MACHINE_SENTENCES: dict[str, tuple[str, str]] = {
    "demo.foreign": (
        "The folder {path} holds something that no demo made: {found}.",
        "Move it elsewhere, or name another folder with --output.",
    ),
    "demo.link": (
        "{path} is a link to another place, which the demo does not follow.",
        "Name the folder itself with --output.",
    ),
    "demo.not_a_folder": ("{path} is a file, not a folder.", "Name a folder with --output."),
    "demo.own_place": (
        "{path} is your home folder, the current folder, or a folder above one of them.",
        "Name a new folder with --output.",
    ),
}
