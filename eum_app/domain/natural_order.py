"""Order names as people count: `Vault 2` before `Vault 10`."""

from __future__ import annotations

import re
from typing import Final

_NUMBER: Final = re.compile(r"([0-9]+)")


def natural_key(name: str) -> tuple[tuple[str | int, ...], str]:
    """Return a sort key that compares digits within a name as numbers, and letters without their case.

    Names that differ only in case or leading zeros are ordered by their exact text.
    """
    parts = _NUMBER.split(name.casefold())
    return tuple(int(part) if at % 2 else part for at, part in enumerate(parts)), name
