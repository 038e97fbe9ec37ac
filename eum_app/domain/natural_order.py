"""Order names as people count: `Vault 2` before `Vault 10`."""

from __future__ import annotations

import re
from typing import Final

_NUMBER: Final = re.compile(r"([0-9]+)")


def natural_key(name: str) -> tuple[tuple[str | tuple[int, str], ...], str]:
    """Return a sort key that compares digits within a name as numbers, and letters without their case.

    Names that differ only in case or leading zeros are ordered by their exact text.
    """
    parts = _NUMBER.split(name.casefold())
    return tuple(_as_number(part) if at % 2 else part for at, part in enumerate(parts)), name


def _as_number(digits: str) -> tuple[int, str]:
    """Return a key that orders digits by their value; `int` refuses numbers of more than 4,300 digits."""
    digits = digits.lstrip("0")
    return len(digits), digits
