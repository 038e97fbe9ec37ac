"""The command line: `eum`. Exit codes: 0 done, 1 refused, 2 wrong usage, 3 trouble.

Trouble is a fault of disk, network or a missing part, or a bug.

Without arguments it opens the app and imports nothing that only commands need. The window then appears after twice the
time that an empty one takes, instead of six times.
"""

from __future__ import annotations

import contextlib
import os
import sys
from importlib import import_module
from pathlib import Path

from eum_app import diagnostics
from eum_app.cli.process import EXIT_INTERRUPTED, EXIT_REFUSED, EXIT_TROUBLE, FIRST_PAINT, secrets_taken
from eum_app.cli.streams import open_streams, say
from eum_app.domain.errors import KnownError, Refusal, Trouble
from eum_app.domain.file_names import not_whole, shown_name
from eum_app.hardening import keep_private

_EXPLAINED = (KnownError, ImportError, UnicodeEncodeError, FileNotFoundError, SystemError)
"""Errors that may have a cause which a sentence can name."""
_CHILDREN = {
    "set-pdf": "eum_app.reports.formats.pdf_child",
    "read-workbook": "eum_app.list_files.workbook_child",
    "decode-pictures": "ui.kit.picture_child",
    "read-symbols": "eum_app.scanning.symbol_child",
}
"""Internal commands: child processes that need little of the app, by the module whose `main` they run."""


def run(arguments: list[str] | None = None) -> int:
    """Run one command (`sys.argv` if None) and return its exit code.

    Known failures become one sentence on standard error, and `EXIT_REFUSED` or `EXIT_TROUBLE`; wrong usage is 2, Ctrl+C
    `EXIT_INTERRUPTED`. Any other exception is noted in the diagnostics and raised again. While it runs, the environment
    lacks the secrets that it held, so that no child process inherits them.
    """
    given = sys.argv[1:] if arguments is None else arguments
    with secrets_taken():
        try:
            return _run(given)
        except KeyboardInterrupt:
            return EXIT_INTERRUPTED
        except Exception as bug:
            diagnostics.note_crash(bug)
            raise
        finally:
            diagnostics.stop()


def _run(given: list[str]) -> int:
    try:
        code = _done(given)
        with contextlib.suppress(BrokenPipeError):
            sys.stdout.flush()
    except _EXPLAINED as error:
        return _told(_known(error, given))
    return code


def _done(given: list[str]) -> int:
    if not given:
        return _open_the_app()
    if len(given) == 1 and given[0] in _CHILDREN:
        return int(import_module(_CHILDREN[given[0]]).main())
    if given == [FIRST_PAINT]:
        from eum_app.cli.first_paint import main as first_paint

        return first_paint(_open_the_app)
    from eum_app.cli.commands import app

    try:
        app(args=given)
    except SystemExit as end:
        return int(end.code or 0)
    return 0


def _told(error: KnownError) -> int:
    """Note the error, write its sentence to standard error, and return the exit code."""
    from eum_app.wording.messages import sentence

    diagnostics.note(diagnostics.Event.COMMAND, code=error.code)
    say(str(sentence(error)), err=True)
    return EXIT_TROUBLE if isinstance(error, Trouble) else EXIT_REFUSED


def _known(error: Exception, given: list[str]) -> KnownError:
    """Return an error with a sentence. Raises `error` itself if it is a fault of the app."""
    if isinstance(error, UnicodeEncodeError):
        error = not_whole(error) or error
    # Of the texts that were given, only a path can be renamed.
    odd = next((one for one in given if shown_name(one) != one and (Path(one).suffix or os.path.lexists(one))), None)
    if odd is not None and isinstance(error, KnownError) and error.code == "text.not_whole":
        return Refusal("file.name_not_text", name=shown_name(odd))
    if isinstance(error, KnownError):
        return error
    if _is_folder_deleted():
        return Trouble("folder.deleted")
    if isinstance(error, ImportError):
        return _missing_library(error)
    raise error


def _is_folder_deleted() -> bool:
    """Return whether the current folder was deleted. Then any path may fail, and so may imports (Python 3.13.0)."""
    try:
        os.getcwd()  # noqa: PTH109 - asked for itself
    except FileNotFoundError:
        return True
    return False


def _missing_library(error: ImportError) -> Trouble:
    """Return the Trouble for a missing system library.

    Raises `error` itself if it names no system library: then a module of the app is missing.
    """
    from eum_app.domain.libraries import unloadable

    library = unloadable(error)
    if not library:
        raise error
    return Trouble("window.library", library=library)


def _open_the_app() -> int:
    from ui.window.app import default_folder
    from ui.window.app import run as run_app

    named = os.environ.get("EUM_STORE")
    return run_app(Path(named) if named else default_folder())


def main() -> None:
    """Entry point of the console script: prepare the streams, run the command, and exit with its code.

    A bug exits with `EXIT_TROUBLE` and prints types and places, not its message.
    """
    open_streams()
    keep_private()
    try:
        code = run()
    except Exception as bug:  # noqa: BLE001 - Python would print the message, which may hold what a person recorded
        sys.stderr.write("Something went wrong in the app. `eum diagnostics FILE` saves its log for support.\n")
        diagnostics.print_places(bug)
        code = EXIT_TROUBLE
    sys.exit(code)
