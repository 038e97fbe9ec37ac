"""Sentences about the demo and this machine: code → (what happened, what to do next); see `messages`."""

from __future__ import annotations

MACHINE_SENTENCES: dict[str, tuple[str, str]] = {
    "diagnostics.none": (
        "There are no diagnostics beside the store {folder} yet.",
        "Check the folder, or open the app once and repeat.",
    ),
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
    "home.absent": (
        "This account has no home folder, and no store was named.",
        "Name the folder of the store with --store or EUM_STORE.",
    ),
    "window.dead_display": (
        "No window can be opened: no answer from display {display}.",
        "Check DISPLAY and WAYLAND_DISPLAY. Commands need no display; nor does `demo --no-window`.",
    ),
    "window.library": (
        "No window can be opened: the system library {library} is missing or cannot be loaded.",
        "Install the package that holds it; `make app` prints the command for Debian and Ubuntu.",
    ),
    "window.no_display": (
        "No window can be opened: there is no display.",
        "Start the app in a desktop session, or set DISPLAY or WAYLAND_DISPLAY. Commands need no display.",
    ),
    "window.platform": (
        "No window can be opened: this installation has no Qt platform named {platform}.",
        "Unset QT_QPA_PLATFORM, or set it to xcb, wayland or offscreen.",
    ),
    "disk.exists": ("There is a file already at {path}.", "Choose another name: nothing is overwritten."),
    "disk.failed": ("The disk failed at {path}.", "Free the disk from other programs, or restart; then try again."),
    "disk.full": ("The disk is full ({path}).", "Free some space, then try again."),
    "disk.read_only": (
        "The disk at {path} cannot be written.",
        "Remove the write protection, or choose another place.",
    ),
    "memory.full": ("The device has not enough free memory.", "Close other programs, then try again."),
    "task.child_ended": ("The background work ended before it was done.", "Start it again."),
    "task.child_not_started": (
        "The background work could not begin: this computer starts no further process ({reason}). Nothing was done.",
        "Close other programs, then start it again.",
    ),
}
