"""Sentences about the demo and this machine: code → (what happened, what to do next); see `messages`."""

from __future__ import annotations

from eum_app.domain.translatable import QT_TRANSLATE_NOOP

MACHINE_SENTENCES: dict[str, tuple[str, str]] = {
    "text.not_whole": (
        QT_TRANSLATE_NOOP(
            "messages", "A text holds half of a character, as a cut-off paste leaves it, so it cannot be kept."
        ),
        QT_TRANSLATE_NOOP("messages", "Delete it and try again. If it is in the name of a file, rename the file."),
    ),
    "diagnostics.none": (
        QT_TRANSLATE_NOOP("messages", "There are no diagnostics for the store {folder} yet."),
        QT_TRANSLATE_NOOP("messages", "Check the folder, or open the app once and repeat."),
    ),
    "demo.foreign": (
        QT_TRANSLATE_NOOP("messages", "The folder {path} contains a file that no demo made: {found}."),
        QT_TRANSLATE_NOOP("messages", "Move it elsewhere, or name another folder with --output."),
    ),
    "demo.link": (
        QT_TRANSLATE_NOOP("messages", "{path} is a link to another place, which the demo does not follow."),
        QT_TRANSLATE_NOOP("messages", "Name the folder itself with --output."),
    ),
    "demo.not_a_folder": (
        QT_TRANSLATE_NOOP("messages", "{path} is a file, not a folder."),
        QT_TRANSLATE_NOOP("messages", "Name a folder with --output."),
    ),
    "demo.own_place": (
        QT_TRANSLATE_NOOP("messages", "{path} is your home folder, the current folder, or a folder above one of them."),
        QT_TRANSLATE_NOOP("messages", "Name a new folder with --output."),
    ),
    "demo.running": (
        QT_TRANSLATE_NOOP("messages", "Another demo is using the folder {path}."),
        QT_TRANSLATE_NOOP("messages", "Close it first, or name another folder with --output."),
    ),
    "folder.deleted": (
        QT_TRANSLATE_NOOP("messages", "The current folder was deleted, so no path in it has a meaning."),
        QT_TRANSLATE_NOOP("messages", "Change to a folder that exists, and repeat."),
    ),
    "home.absent": (
        QT_TRANSLATE_NOOP("messages", "This account has no home folder, and no store was named."),
        QT_TRANSLATE_NOOP("messages", "Name the folder of the store with --store or EUM_STORE."),
    ),
    "output.failed": (
        QT_TRANSLATE_NOOP("messages", "The answer cannot be written to standard output: {reason}."),
        QT_TRANSLATE_NOOP(
            "messages", "What the command did stays done. Free some space, or send the output elsewhere."
        ),
    ),
    "window.dead_display": (
        QT_TRANSLATE_NOOP("messages", "No window can be opened: no answer from display {display}."),
        QT_TRANSLATE_NOOP(
            "messages", "Check DISPLAY and WAYLAND_DISPLAY. Commands need no display; nor does `demo --no-window`."
        ),
    ),
    "window.library": (
        QT_TRANSLATE_NOOP(
            "messages", "No window can be opened: the system library {library} is missing or cannot be loaded."
        ),
        QT_TRANSLATE_NOOP(
            "messages", "Install the package that holds it; `make app` prints the command for Debian and Ubuntu."
        ),
    ),
    "window.no_display": (
        QT_TRANSLATE_NOOP("messages", "No window can be opened: there is no display."),
        QT_TRANSLATE_NOOP(
            "messages",
            "Start the app in a desktop session, or set DISPLAY or WAYLAND_DISPLAY. Commands need no display.",
        ),
    ),
    "window.platform": (
        QT_TRANSLATE_NOOP(
            "messages", "No window can be opened: this installation has no Qt platform named {platform}."
        ),
        QT_TRANSLATE_NOOP("messages", "Unset QT_QPA_PLATFORM, or set it to xcb, wayland or offscreen."),
    ),
    "disk.exists": (
        QT_TRANSLATE_NOOP("messages", "There is already a file at {path}."),
        QT_TRANSLATE_NOOP("messages", "Choose another name: nothing is overwritten."),
    ),
    "disk.failed": (
        QT_TRANSLATE_NOOP("messages", "The disk failed at {path}."),
        QT_TRANSLATE_NOOP("messages", "Close other programs that use the disk, or restart; then try again."),
    ),
    "disk.full": (
        QT_TRANSLATE_NOOP("messages", "The disk is full ({path})."),
        QT_TRANSLATE_NOOP("messages", "Free some space, then try again."),
    ),
    "disk.read_only": (
        QT_TRANSLATE_NOOP("messages", "The disk at {path} is not writable."),
        QT_TRANSLATE_NOOP("messages", "Remove the write protection, or choose another place."),
    ),
    "store.open_to_others": (
        QT_TRANSLATE_NOOP("messages", "Other accounts of this computer can read the store at {path}."),
        QT_TRANSLATE_NOOP(
            "messages",
            "Its contents are encrypted. Move it to a drive that keeps access rights (not FAT or NTFS), or have the "
            "owner of the files run chmod -R go= on its folder.",
        ),
    ),
    "file.open_to_others": (
        QT_TRANSLATE_NOOP("messages", "Saved, but other accounts of this computer can read {path}."),
        QT_TRANSLATE_NOOP(
            "messages", "This drive keeps no access rights (FAT, NTFS). Print the file now and delete it, or move it."
        ),
    ),
    "memory.full": (
        QT_TRANSLATE_NOOP("messages", "This computer does not have enough free memory."),
        QT_TRANSLATE_NOOP("messages", "Close other programs, then try again."),
    ),
    "task.child_ended": (
        QT_TRANSLATE_NOOP("messages", "The background work ended before it was done."),
        QT_TRANSLATE_NOOP("messages", "Start it again."),
    ),
    "task.child_not_started": (
        QT_TRANSLATE_NOOP(
            "messages",
            "The background work could not start: this computer cannot start another process ({reason})."
            " Nothing was done.",
        ),
        QT_TRANSLATE_NOOP("messages", "Close other programs, then start it again."),
    ),
}
