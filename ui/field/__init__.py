"""The pages of a field device."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ui.kit.desk import Desk
    from ui.kit.shell import Shell


def add_field_pages(shell: Shell, desk: Desk) -> None:
    """Add every page of a field device to the shell, in the order of the rail."""
    from ui.field.pages import add_pages

    add_pages(shell, desk)
