"""Acts about HQ's keys in a child process that kills itself at one step.

A step is a call that writes, renames, flushes or commits. `tests/faults/test_killed_ceremonies.py` starts these
children with 1, 2, 3 …, until one finishes.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy import event
from sqlalchemy.engine import Engine

from eum_app.usecases.authority.headquarters import accept_certificate, request_certificate
from eum_app.usecases.authority.move_out import copy_authority, finish_move
from eum_app.usecases.authority.root import issue_to_hq, read_hq_request, view_root
from eum_app.usecases.session import Session, Ticket, resumed
from eum_app.usecases.store.recover_store import recover_store
from tests.builders import PASSPHRASE, Clock
from tests.flows.test_authority import BY_SECRET, FAST, SECRET

REQUEST, ANSWER, STICK = "hq.eumreq", "hq.eumcert", "stick"


def copy(hq: Session, place: Path) -> None:
    copy_authority(hq, place / STICK, passphrase=SECRET, kdf=FAST)


def finish(hq: Session, place: Path) -> None:
    finish_move(hq, place / STICK, BY_SECRET)


def request(hq: Session, place: Path) -> None:
    request_certificate(hq, place / REQUEST, anew=True)


def issue(hq: Session, place: Path) -> None:
    compared = read_hq_request(place / REQUEST).short_fingerprint
    issue_to_hq(place / STICK, place / REQUEST, place / ANSWER, compared=compared, opener=BY_SECRET, now=hq.now)


def accept(hq: Session, place: Path) -> None:
    accept_certificate(hq, place / ANSWER, view_root(place / STICK).fingerprint)


def recover(hq: Session, place: Path) -> None:
    hq.store.close()
    recover_store(hq.store.folder, hq.account, PASSPHRASE, now=hq.now)


ACTS: Final[dict[str, Callable[[Session, Path], None]]] = {
    act.__name__: act for act in (copy, finish, request, issue, accept, recover)
}


class Killer:
    """Kills this process by SIGKILL at the given call of the functions that it watches."""

    def __init__(self, step: int) -> None:
        self.left = step

    def __call__(self, *_: object) -> None:
        self.left -= 1
        if not self.left:
            os.kill(os.getpid(), signal.SIGKILL)

    def watch(self, name: str) -> None:
        """Count the calls of a function of `os`, before and after it works."""
        original: Callable[..., Any] = getattr(os, name)

        def watched(*given: Any, **named: Any) -> Any:
            self()
            made = original(*given, **named)
            self()
            return made

        setattr(os, name, watched)


def die_at(act: str, step: int, place: Path, ticket: Ticket, instant: datetime) -> None:
    """Do an act with `place` as its folder, and kill this process at the step. Return if the act has fewer steps."""
    killer = Killer(step)
    with resumed(ticket, Clock(instant)) as hq:
        for name in ("fsync", "replace", "rename", "unlink"):
            killer.watch(name)
        event.listen(Engine, "commit", killer)
        event.listen(Engine, "before_cursor_execute", lambda *given: killer() if "INSERT" in given[2] else None)
        ACTS[act](hq, place)
