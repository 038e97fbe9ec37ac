"""The kinds of failures: `Refusal`, `Trouble`, and everything else, which is a bug.

Errors hold a code and values, never a sentence. `eum_app.wording.messages` has the sentences for windows and command
line: what happened, whether the data is safe, what to do next.
"""

from __future__ import annotations


class KnownError(Exception):
    """A failure with a code (`area.what`) and the values that its sentence names. Raise only its subclasses."""

    def __init__(self, code: str, **values: object) -> None:
        super().__init__(code)
        self.code = code
        self.values = values

    def __str__(self) -> str:
        if not self.values:
            return self.code
        return f"{self.code} ({', '.join(f'{name}={value!s}' for name, value in self.values.items())})"

    def __reduce__(self) -> tuple[object, ...]:
        # Child processes send exceptions back by pickle, which would drop the keyword values.
        return (_rebuild, (type(self), self.code, self.values))


def _rebuild(kind: type[KnownError], code: str, values: dict[str, object]) -> KnownError:
    return kind(code, **values)


class Refusal(KnownError):
    """An input or request was refused, and the person can change it. Nothing was written."""


class Trouble(KnownError):
    """The machine is at fault (disk full, no camera, store busy). Everything acknowledged before is safe."""
