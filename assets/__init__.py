"""Files shipped with the product: icons, fonts, checklists, reference lists, style."""

from __future__ import annotations

from pathlib import Path

ASSETS = Path(__file__).resolve().parent


def asset(*parts: str) -> Path:
    """Path of a shipped file, e.g. `asset("icons", "scan.svg")`."""
    return ASSETS.joinpath(*parts)
