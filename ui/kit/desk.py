"""The tools of a page: the session, the workers, and the only ways to call use cases and queries."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from db.files import is_folder
from eum_app.domain.errors import KnownError, Refusal
from eum_app.usecases.calls import Call, ChildCall, Job, Query
from eum_app.usecases.session import Session
from ui.kit.child_task import ChildTask
from ui.kit.tasks import Tasks

Value = TypeVar("Value")
OnFailed = Callable[[KnownError], object]


@dataclass(frozen=True)
class Desk:
    """The tools passed to every page. `outbox` and `inbox` are the folders offered for bundles.

    Each method takes a call (`usecases.calls`), runs it off the GUI thread and calls `then(result)` on the GUI thread.
    A `KnownError` goes to `failed`, or to the window's notice when none is given. After a bug `failed` gets Trouble
    `task.crashed`, and the window shows the crash page. A page has no other way to reach the
    store (`tests/unit/test_doors.py`).
    """

    session: Session
    tasks: Tasks
    outbox: Path
    inbox: Path

    def ask(
        self,
        asked: Query[Value] | Call[Value] | Job[Value],
        *,
        then: Callable[[Value], object],
        failed: OnFailed | None = None,
    ) -> None:
        """Read on a reading thread, in parallel with other reads and in no fixed order."""
        self.tasks.query(lambda: asked.run(self.session), then, failed)

    def read(self, asked: Query[Value]) -> Value:
        """Read on the calling thread: for the sources of a model, which runs them on a reading thread.

        Raises what the query raises.
        """
        return asked.run(self.session)

    def require_folder(self, folder: Path) -> None:
        """Refuse a folder that is not there, e.g. on a drive that was taken out. To create it would fill this computer.

        The app's own outbox always passes, since it is created when it is needed. Raises Refusal `folder.absent`.
        """
        if folder != self.outbox and not is_folder(folder):
            raise Refusal("folder.absent", path=str(folder))

    def do(
        self,
        use_case: Call[Value],
        *,
        then: Callable[[Value], object] | None = None,
        failed: OnFailed | None = None,
    ) -> None:
        """Run a use case on the writing thread, in order with all others. Views of the changed areas refresh
        afterwards.
        """
        self.tasks.operation(lambda: use_case.run(self.session), then, failed)

    def do_alone(
        self,
        use_case: Call[Value],
        *,
        then: Callable[[Value], object] | None = None,
        failed: OnFailed | None = None,
    ) -> None:
        """As `do`, with exclusive access: wait for running reads and hold new ones until it is done.

        Not allowed while a child process is running, which the caller checks (`tasks.has_children`).
        """
        self.tasks.alone(lambda: use_case.run(self.session), then, failed)

    def do_in_child(
        self,
        work: ChildCall[Value],
        *,
        then: Callable[[Value], object],
        progress: Callable[[int, int, str], object] | None = None,
        failed: OnFailed | None = None,
        cancelled: Callable[[], object] | None = None,
    ) -> ChildTask:
        """Start long work in a child process, which opens the store again from the session's ticket, and return the
        task.

        `failed` also gets Trouble `task.child_not_started` and `task.child_ended`.
        """
        return self.tasks.child(
            work.run,
            (self.session.ticket,),
            on_progress=progress,
            on_done=then,
            on_failed=failed,
            on_cancelled=cancelled,
        )
