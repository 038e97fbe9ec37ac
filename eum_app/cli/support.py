"""`eum diagnostics FILE`: the app's log for support, without opening the store."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from eum_app.cli.common import StoreOption, store_folder
from eum_app.cli.streams import say


def diagnostics_command(
    file: Annotated[Path, typer.Argument(help="File to write; it must not exist.", show_default=False)],
    store: StoreOption = None,
) -> None:
    """Save the diagnostics for support: event codes, numbers, durations, versions. No account is needed."""
    from eum_app.usecases.store.save_diagnostics import save_diagnostics

    size = save_diagnostics(store_folder(store), file)
    say(f"Saved {size} bytes to {file}. The file holds no serial numbers, names, notes or passphrases.")
