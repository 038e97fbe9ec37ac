"""Exit codes, an internal command, and the secrets from the environment."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from contextvars import ContextVar
from typing import Final

from eum_app.hardening import wipe_environment

EXIT_REFUSED: Final = 1
EXIT_TROUBLE: Final = 3
EXIT_INTERRUPTED: Final = 130
"""As shells report Ctrl+C: 128 and the number of the signal."""
FIRST_PAINT: Final = "first-paint"
"""Internal: open the app, print one line after its first paint, exit (`--self-check`, benchmarks)."""
SECRETS: Final = ("EUM_PASSPHRASE", "EUM_DATABASE_URL")
_secrets: ContextVar[dict[str, str]] = ContextVar("secrets")


def secret(name: str) -> str | None:
    """Return the value that one of `SECRETS` had in the environment; None if it was not set.

    Always None outside a block of `secrets_taken`.
    """
    return _secrets.get({}).get(name)


@contextlib.contextmanager
def secrets_taken() -> Iterator[None]:
    """Remove the secrets from the environment for the block, so that no child process inherits them.

    `secret` returns them meanwhile; afterwards `os.environ` has them again.
    """
    taken = {name: os.environ.pop(name) for name in SECRETS if name in os.environ}
    if taken:
        wipe_environment(taken)
    before = _secrets.set(taken)
    try:
        yield
    finally:
        _secrets.reset(before)
        os.environ.update(taken)
