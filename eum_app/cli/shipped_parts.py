"""Parts of `--self-check` that show whether a frozen folder is complete: modules, platform plugins, a label preview."""

from __future__ import annotations

import importlib
import importlib.util
import os
import pkgutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from modulefinder import ModuleFinder
from types import CodeType
from typing import TYPE_CHECKING, Final

from eum_app.cli.process import FIRST_PAINT
from eum_app.hardening import DISPLAY, child_environment

if TYPE_CHECKING:
    from eum_app.reports.label_sheet import LabelSheet

OUR_PACKAGES: Final = ("assets", "db", "eum_app", "sync", "ui")
RUN_BY_OTHERS: Final = ("eum_app.__main__", "db.migrations.env", "db.migrations.versions")
"""Modules that start the app or run inside Alembic when they are imported."""
ELSEWHERE: Final = {
    "win32": ("fcntl", "grp", "pwd", "resource", "termios"),
    "linux": ("msvcrt", "winreg", "ctypes.wintypes"),
    "darwin": ("msvcrt", "winreg", "ctypes.wintypes"),
}
"""Standard modules of other platforms, imported behind a check of `sys.platform`."""
PAINT_SECONDS: Final = 90
PREVIEW_DPI: Final = 300


class ShippedError(Exception):
    """A module, plugin or picture is missing or does not work."""


def modules() -> str:
    """Import every module of the app and every module that its code names, and return the counts in words.

    A frozen folder must contain all of them. Otherwise a system library that only one device needs (sound) may be
    missing, and is named. Raises ShippedError for missing modules of others, or if a module's code cannot be read; the
    exception itself if a module of the app fails.
    """
    ours = [name for name in _our_modules() if not name.startswith(RUN_BY_OTHERS)]
    for name in ours:
        importlib.import_module(name)
    outside = {found for name in ours for found in _named_in(name) if found.partition(".")[0] not in OUR_PACKAGES}
    missing: list[str] = []
    unloaded: list[str] = []
    for name in sorted(outside - set(ELSEWHERE.get(sys.platform, ()))):
        try:
            importlib.import_module(name)
        except ImportError as error:
            lacks_library = not isinstance(error, ModuleNotFoundError) and not getattr(sys, "frozen", False)
            (unloaded if lacks_library else missing).append(f"{name} ({error})")
    if missing:
        raise ShippedError(f"not here: {', '.join(missing)}")
    without = f"; does not load here: {', '.join(unloaded)}" if unloaded else ""
    return f"{len(ours)} of ours and {len(outside)} of others imported{without}"


def _our_modules() -> Iterator[str]:
    for package in OUR_PACKAGES:
        yield package
        path = importlib.import_module(package).__path__
        for found in pkgutil.walk_packages(path, f"{package}.", onerror=_reraise):
            yield found.name


def _reraise(_name: str) -> None:
    raise  # noqa: PLE0704 - walk_packages calls this while it handles the error


def _named_in(module: str) -> set[str]:
    """Absolute names of the modules that a module's code imports."""
    spec = importlib.util.find_spec(module)
    # PyInstaller's loader has the method of importlib's InspectLoader, but is not registered as one.
    get_code = getattr(spec.loader if spec else None, "get_code", None)
    if get_code is None:
        raise ShippedError(f"the code of {module} cannot be read")
    return {name for one in _codes(get_code(module)) for name in _imports(one)}


def _codes(code: CodeType | None) -> Iterator[CodeType]:
    if code is not None:
        yield code
        for inner in code.co_consts:
            if isinstance(inner, CodeType):
                yield from _codes(inner)


def _imports(code: CodeType) -> Iterator[str]:
    for what, found in ModuleFinder().scan_opcodes(code):
        if what == "absolute_import":
            _, name = found
            yield name


def platforms() -> str:
    """Open the app's window on each platform plugin that this machine can show, each in a child process.

    Return a sentence. Raises as `paint_on` for the first that fails.
    """
    shown = [paint_on(name) for name in platform_plugins()]
    return f"a window opened on {', '.join(shown)}"


def platform_plugins() -> list[str]:
    """Return values for QT_QPA_PLATFORM: platforms without a display, and those whose display is available."""
    names = ["offscreen", "minimal"]
    native = {"darwin": "cocoa", "win32": "windows"}.get(sys.platform)
    if native is not None:
        return [*names, native]
    names += ["xcb"] if os.environ.get("DISPLAY") else []
    names += ["wayland"] if os.environ.get("WAYLAND_DISPLAY") else []
    return names


def paint_on(platform: str) -> str:
    """Open the app's window on `platform` in a child process, and return that name.

    Raises ShippedError with Qt's own message; subprocess.TimeoutExpired after `PAINT_SECONDS`.
    """
    from eum_app.cli.first_paint import PAINTED

    program = [sys.executable] if getattr(sys, "frozen", False) else [sys.executable, "-m", "eum_app"]
    with tempfile.TemporaryDirectory() as folder:
        environment = {**child_environment(*DISPLAY), "QT_QPA_PLATFORM": platform, "EUM_STORE": folder}
        done = subprocess.run(
            [*program, FIRST_PAINT],
            env=environment,
            capture_output=True,
            timeout=PAINT_SECONDS,
            check=False,
            stdin=subprocess.DEVNULL,
        )
    words = done.stdout.decode(errors="replace").strip()
    if done.returncode or words != f"{PAINTED}{platform}":
        raise ShippedError(f"{platform}: {words} {done.stderr.decode(errors='replace').strip()[-300:]}".strip())
    return platform


def label_preview() -> str:
    """Render a sheet with one label, draw it as the labels page does, and read its symbol from the picture.

    Returns a sentence. Raises ShippedError if the symbol reads differently, Trouble `report.pdf_failed`.
    """
    from eum_app.reports.formats.pdf_file import set_pdf
    from eum_app.reports.label_sheet import Label, label_sheets, module_mm, sheet_data
    from eum_app.reports.model import Cover
    from eum_app.scanning.decoder import decode
    from eum_app.scanning.labels import data_matrix, iuid_message
    from ui.shared.pdf_picture import grey_of, page_image

    message, sheet = iuid_message("1HLD9", "NVG-31A", "786950"), max(label_sheets(), key=_symbol_side)
    symbol = data_matrix(message)
    side = module_mm(sheet, symbol.shape[0], PREVIEW_DPI)
    label = Label(symbol, side, "Symbol", "786950", ("CAGE 1HLD9",), "D1HLD9NVG-31A786950", "Replacement label")
    cover = Cover("labels", "Labels", sheet.title, "", "", "", "", is_reconciled=True, sections=())
    image = page_image(set_pdf("label-sheet", sheet_data(cover, sheet, [label], 1)), PREVIEW_DPI)
    found = [] if image.isNull() else [one.raw for one in decode(grey_of(image))]
    if found != [message]:
        raise ShippedError(f"the preview of a label reads as {found!r}")
    return f"{sheet.title}: {image.width()} × {image.height()} pixels, its Data Matrix read"


def _symbol_side(sheet: LabelSheet) -> float:
    return sheet.symbol_side_mm
