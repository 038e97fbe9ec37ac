"""Calls of use cases and queries as values, so that the type checker compares each argument with its parameter.

A page hands a call to its desk, which supplies the first argument: the session, a connection to read from, or, in a
child process, the progress reporter and the ticket. There is one constructor for each kind of function:

- `call` for use cases and readers: `f(session, …)`;
- `query` for `db.queries`: `f(connection, …)`;
- `child` for `usecases.children`: `f(progress, ticket, …)`;
- `job` for work that needs no store, such as reading a picture: `f(…)`.

The four results are different types, so that a door accepts only the calls that it can serve.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Concatenate, Generic, ParamSpec, TypeVar

from db.store import Connection as Connection
from eum_app.usecases.session import Session, Ticket

if TYPE_CHECKING:
    from eum_app.usecases.children import Progress

Given = ParamSpec("Given")
Result = TypeVar("Result")
Result_co = TypeVar("Result_co", covariant=True)


@dataclass(frozen=True)
class _Bound(Generic[Result_co]):
    """A function with all its arguments but the first, which its door supplies."""

    function: Callable[..., Result_co]
    given: tuple[Any, ...]
    named: tuple[tuple[str, Any], ...]

    def _run(self, *first: object) -> Result_co:
        return self.function(*first, *self.given, **dict(self.named))


class Call(_Bound[Result_co]):
    """A use case, or a reader that asks several queries; see `call`."""

    def run(self, session: Session) -> Result_co:
        """Run the use case in `session` and return its result."""
        return self._run(session)


class Query(_Bound[Result_co]):
    """One query; see `query`."""

    def run(self, session: Session) -> Result_co:
        """Run it in a read view of the session, limited to its account's scope, and return its result."""
        return session.read(self._run)


class ChildCall(_Bound[Result_co]):
    """Long work for a child process; see `child`. Function and arguments are pickled and sent through a pipe."""

    def run(self, progress: Progress, ticket: Ticket) -> Result_co:
        """Run the work in this process, with a progress reporter and a ticket from its worker; return its result."""
        return self._run(progress, ticket)


class Job(_Bound[Result_co]):
    """Work that needs no store; see `job`."""

    def run(self, _session: Session) -> Result_co:
        """Run it; the session is not used."""
        return self._run()


def call(
    use_case: Callable[Concatenate[Session, Given], Result], /, *given: Given.args, **named: Given.kwargs
) -> Call[Result]:
    """Return a call of `use_case(session, *given, **named)`. Nothing runs before its `run`."""
    return Call(use_case, given, tuple(named.items()))


def query(
    asked: Callable[Concatenate[Connection, Given], Result], /, *given: Given.args, **named: Given.kwargs
) -> Query[Result]:
    """Return a call of `asked(connection, *given, **named)`. Nothing runs before its `run`."""
    return Query(asked, given, tuple(named.items()))


def child(
    work: Callable[Concatenate[Progress, Ticket, Given], Result], /, *given: Given.args, **named: Given.kwargs
) -> ChildCall[Result]:
    """Return a call of `work(progress, ticket, *given, **named)`; `work` is a module-level function.

    Nothing runs before its `run`; what cannot be pickled is found only then.
    """
    return ChildCall(work, given, tuple(named.items()))


def job(work: Callable[Given, Result], /, *given: Given.args, **named: Given.kwargs) -> Job[Result]:
    """Return a call of `work(*given, **named)`. Nothing runs before its `run`."""
    return Job(work, given, tuple(named.items()))
