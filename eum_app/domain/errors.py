"""The three failures: a refusal, trouble, and everything else, which is a bug.

Errors carry a code and values, never a sentence: `eum_app.wording.messages` holds what happened, whether the data is
safe and what to do next, for the windows and the command line alike.
"""

from __future__ import annotations

from typing import Final

import msgspec

UNREADABLE: Final = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
"""Raised by msgspec for bytes that it cannot read; the last two: a key that is no UTF-8, deep nesting."""


class KnownError(Exception):
    """A failure with a code (`area.what`) and the values its sentence names. Never raised itself."""

    def __init__(self, code: str, **values: object) -> None:
        super().__init__(code)
        self.code = code
        self.values = values

    def __str__(self) -> str:
        if not self.values:
            return self.code
        return f"{self.code} ({', '.join(f'{name}={value!s}' for name, value in self.values.items())})"

    def __reduce__(self) -> tuple[object, ...]:
        # Exceptions come back from child processes; keyword values must survive the trip.
        return (_rebuild, (type(self), self.code, self.values))


def _rebuild(kind: type[KnownError], code: str, values: dict[str, object]) -> KnownError:
    return kind(code, **values)


class Refusal(KnownError):
    """What was asked or given is refused, and the person can change it. Nothing was written."""


class Trouble(KnownError):
    """The machine is at fault (disk full, no camera, store busy). What was acknowledged is safe."""
