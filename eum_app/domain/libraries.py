"""Errors of the system's loader: extract the library that they name."""

from __future__ import annotations

import re

_LIBRARY = re.compile(r"([\w.+-]+\.so[.\d]*): ")


def unloadable(error: OSError | ImportError) -> str:
    """Return the shared library that is missing or cannot be loaded, or "" if the error names none."""
    found = _LIBRARY.search(str(error))
    return found[1] if found else ""
