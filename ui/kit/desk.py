"""What a page works with: the session, the workers, and the three ways to ask them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

from eum_app.domain.errors import KnownError
from eum_app.usecases.session import Session, Ticket
from ui.kit.tasks import ChildTask, Tasks

Given = ParamSpec("Given")
Value = TypeVar("Value")
OnFailed = Callable[[KnownError], object]


@dataclass(frozen=True)
class Desk:
    """Handed to every page. `outbox` and `inbox` are the folders offered for bundles that go and come."""

    session: Session
    tasks: Tasks
    outbox: Path
    inbox: Path

    def ask(
        self,
        query: Callable[..., Value],
        *given: Any,
        then: Callable[[Value], object],
        failed: OnFailed | None = None,
        **named: Any,
    ) -> None:
        """Ask a query of `db.queries` in the background: `query(connection, *given)`; `then(value)` on this thread."""
        self.tasks.query(lambda: self.session.read(query, *given, **named), then, failed)

    def do(
        self,
        use_case: Callable[Concatenate[Session, ...], Value],
        *given: Any,
        then: Callable[[Value], object] | None = None,
        failed: OnFailed | None = None,
        **named: Any,
    ) -> None:
        """Run a use case, in order with all others: `use_case(session, *given)`; views refresh by its areas."""
        self.tasks.operation(lambda: use_case(self.session, *given, **named), then, failed)

    def do_in_child(
        self,
        use_case: Callable[..., Value],
        *given: Any,
        then: Callable[[Value], object],
        progress: Callable[[int, int, str], object] | None = None,
        failed: OnFailed | None = None,
        cancelled: Callable[[], object] | None = None,
    ) -> ChildTask:
        """Run long work in a child process: `use_case(progress, ticket, *given)`, a function of `usecases.children`."""
        ticket: Ticket = self.session.ticket
        return self.tasks.child(
            use_case,
            (ticket, *given),
            on_progress=progress,
            on_done=then,
            on_failed=failed,
            on_cancelled=cancelled,
        )
