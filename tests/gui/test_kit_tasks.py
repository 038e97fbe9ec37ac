"""Workers: where results arrive, in which order, what failures do, and that children can be stopped."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication

from eum_app.domain.areas import Area
from eum_app.domain.errors import KnownError, Refusal, Trouble
from ui.kit.child_task import ChildCrashedError, ChildTask, Progress
from ui.kit.tasks import Tasks


@dataclass(frozen=True)
class Changed:
    areas: frozenset[Area]


def test_results_arrive_on_the_gui_thread(tasks: Tasks) -> None:
    gui = threading.get_ident()
    threads: list[tuple[int, int]] = []
    tasks.query(threading.get_ident, lambda worker: threads.append((worker, threading.get_ident())))
    assert tasks.wait_idle(120)
    [(worker, arrived)] = threads
    assert worker != gui
    assert arrived == gui


def test_operations_keep_their_order_and_announce_areas(tasks: Tasks) -> None:
    done: list[int] = []
    announced: list[frozenset[Area]] = []
    gate = threading.Event()
    tasks.store_changed.connect(announced.append)

    def first() -> Changed:
        assert gate.wait(5)
        return Changed(frozenset({Area.CHECKS}))

    tasks.operation(first, lambda _result: done.append(1))
    tasks.operation(lambda: Changed(frozenset()), lambda _result: done.append(2))
    tasks.operation(lambda: None, lambda _result: done.append(3))
    gate.set()
    assert tasks.wait_idle(120)
    assert done == [1, 2, 3]
    assert announced == [frozenset({Area.CHECKS})]


def test_queries_run_beside_each_other(tasks: Tasks) -> None:
    both = threading.Barrier(2, timeout=60)
    met: list[int] = []
    for _ in range(2):
        tasks.query(both.wait, met.append)
    assert tasks.wait_idle(120)
    assert sorted(met) == [0, 1]


def _refuse() -> None:
    raise Refusal("visit.unknown", visit_id="V-1")


def test_known_errors_go_to_their_handler_or_to_failed(tasks: Tasks) -> None:
    own: list[KnownError] = []
    general: list[KnownError] = []
    tasks.failed.connect(general.append)
    tasks.operation(_refuse, on_failed=own.append)
    tasks.operation(_refuse)
    assert tasks.wait_idle(120)
    assert [error.code for error in own] == ["visit.unknown"]
    assert [error.values for error in general] == [{"visit_id": "V-1"}]


def test_a_bug_goes_to_its_owner_as_trouble_and_then_to_crashed(tasks: Tasks) -> None:
    seen: list[str] = []
    tasks.crashed.connect(lambda bug: seen.append(type(bug).__name__))

    def failed(error: KnownError) -> None:
        seen.append(error.code)

    tasks.query(lambda: 1 // 0, lambda _result: None, failed)
    tasks.operation(lambda: 1 // 0, on_failed=failed)
    tasks.operation(lambda: 1 // 0)
    assert tasks.wait_idle(120)
    assert sorted(seen) == ["ZeroDivisionError"] * 3 + ["task.crashed"] * 2
    assert seen[0] == "task.crashed", "the crash page comes last, over what the owner shows"


def test_one_report_that_raises_loses_no_other(tasks: Tasks) -> None:
    bugs: list[Exception] = []
    results: list[int] = []
    tasks.crashed.connect(bugs.append)
    ended, _ = tasks.pause(lambda: None)
    ended.result(10)
    for value in (0, 1, 2):
        tasks._delivery.begin()
        tasks._delivery.deliver(partial(tasks._delivery.finish, value, lambda got: results.append(6 // got), tell=True))
    tasks.query(lambda: 3, results.append)
    tasks.resume()
    assert tasks.wait_idle(120)
    assert results == [6, 3, 3]
    assert [type(bug) for bug in bugs] == [ZeroDivisionError]
    assert not tasks.is_busy


class Owner(QObject):
    def __init__(self) -> None:
        super().__init__()
        self.results: list[int] = []

    def take(self, result: int) -> None:
        self.results.append(result)


def test_results_for_something_gone_are_dropped(tasks: Tasks) -> None:
    import shiboken6

    gone, there = Owner(), Owner()
    gate = threading.Event()

    def work() -> int:
        assert gate.wait(5)
        return 7

    tasks.query(work, gone.take)
    tasks.query(work, there.take)
    shiboken6.delete(gone)
    gate.set()
    assert tasks.wait_idle(120)
    assert there.results == [7]
    assert gone.results == []


def count_up(progress: Progress, to: int) -> Changed:
    for done in range(to):
        progress(done, to, "counting")
    return Changed(frozenset({Area.ITEMS}))


def count_for_ever(progress: Progress) -> None:
    done = 0
    while True:
        progress(done, 0)
        done += 1


def refuse_in_child(_progress: Progress, code: str) -> None:
    raise Refusal(code, line=3)


def fall_in_child(_progress: Progress) -> None:
    message = "secret"
    raise ValueError(message)


def leave_child(_progress: Progress) -> None:
    import os

    os._exit(7)


def _child(tasks: Tasks, fn: Callable[..., Any], *args: object) -> dict[str, list[Any]]:
    seen: dict[str, list[Any]] = {"progress": [], "done": [], "failed": [], "cancelled": [], "crashed": []}
    tasks.crashed.connect(seen["crashed"].append)
    tasks.child(
        fn,
        args,
        on_progress=lambda *step: seen["progress"].append(step),
        on_done=seen["done"].append,
        on_failed=seen["failed"].append,
        on_cancelled=lambda: seen["cancelled"].append(True),
    )
    assert tasks.wait_idle(120)
    return seen


def test_child_reports_progress_and_result(tasks: Tasks) -> None:
    announced: list[frozenset[Area]] = []
    tasks.store_changed.connect(announced.append)
    seen = _child(tasks, count_up, 3)
    assert seen["progress"] == [(0, 3, "counting"), (1, 3, "counting"), (2, 3, "counting")]
    assert seen["done"] == [Changed(frozenset({Area.ITEMS}))]
    assert announced == [frozenset({Area.ITEMS})]


def test_child_failures_come_home_as_what_they_are(tasks: Tasks) -> None:
    seen = _child(tasks, refuse_in_child, "inventory.empty")
    [error] = seen["failed"]
    assert isinstance(error, Refusal)
    assert (error.code, error.values) == ("inventory.empty", {"line": 3})
    seen = _child(tasks, fall_in_child)
    [bug] = seen["crashed"]
    assert isinstance(bug, ChildCrashedError)
    assert [error.code for error in seen["failed"]] == ["task.crashed"]
    seen = _child(tasks, leave_child)
    [trouble] = seen["failed"]
    assert isinstance(trouble, Trouble)
    assert (trouble.code, trouble.values) == ("task.child_ended", {"exit_code": 7})


def test_child_can_be_stopped(tasks: Tasks) -> None:
    cancelled: list[bool] = []
    done: list[object] = []
    started: list[ChildTask] = []
    started.append(
        tasks.child(
            count_for_ever,
            on_progress=lambda *_step: started[0].cancel(),
            on_done=done.append,
            on_cancelled=lambda: cancelled.append(True),
        )
    )
    assert tasks.wait_idle(120)
    assert cancelled == [True]
    assert done == []


def test_a_child_that_cannot_start_ends_its_task(tasks: Tasks) -> None:
    resource = pytest.importorskip("resource", reason="limits of a process are set otherwise on this system")
    assert _child(tasks, count_up, 1)["done"]  # what it takes is imported by now
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    seen: list[KnownError] = []
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, hard))  # no pipe can be opened
    try:
        tasks.child(count_up, (3,), on_failed=seen.append)
        assert tasks.wait_idle(120)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    [trouble] = seen
    assert isinstance(trouble, Trouble)
    assert trouble.code == "task.child_not_started"
    assert not tasks.is_busy
    assert _child(tasks, count_up, 1)["done"] == [Changed(frozenset({Area.ITEMS}))]


def test_a_child_needs_no_shared_memory(tasks: Tasks, monkeypatch: pytest.MonkeyPatch) -> None:
    """Semaphores are files in /dev/shm, which containers and hardened systems may lack or make read-only."""
    from multiprocessing.synchronize import SemLock

    def refuse(*_args: object, **_kwargs: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(SemLock, "__init__", refuse)
    assert _child(tasks, count_up, 3)["done"] == [Changed(frozenset({Area.ITEMS}))]
    stopped: list[bool] = []
    task = tasks.child(
        count_for_ever, on_progress=lambda *_step: task.cancel(), on_cancelled=lambda: stopped.append(True)
    )
    assert tasks.wait_idle(120)
    assert stopped == [True]


def test_work_that_cannot_be_sent_is_a_bug_and_ends_its_task(tasks: Tasks) -> None:
    bugs: list[Exception] = []
    tasks.crashed.connect(bugs.append)
    tasks.child(count_up, (threading.Lock(),))
    assert tasks.wait_idle(120)
    assert [type(bug) for bug in bugs] == [TypeError]


def test_paused_work_ends_its_writes_and_begins_nothing(tasks: Tasks) -> None:
    gate, delivered, ran = threading.Event(), list[str](), list[str]()

    def run(name: str) -> str:
        assert gate.wait(10)
        ran.append(name)
        return name

    tasks.operation(partial(run, "write"), delivered.append)
    tasks.operation(lambda: ran.append("asked before"))
    ended, children = tasks.pause(lambda: ran.append("last"))
    tasks.query(partial(run, "query"), delivered.append)
    tasks.operation(partial(run, "late"), delivered.append)
    gate.set()
    ended.result(10)
    QApplication.processEvents()
    assert ran == ["write", "asked before", "last"]
    assert delivered == []
    assert children == 0
    tasks.resume()
    assert delivered == ["write"]
    assert tasks.wait_idle(120)
    assert sorted(delivered) == ["late", "query", "write"]


def test_queries_not_started_wait_for_the_end_of_the_pause(tasks: Tasks) -> None:
    gate, ran = threading.Event(), list[int]()
    begun = threading.Barrier(3, timeout=60)

    def hold() -> None:
        begun.wait()
        assert gate.wait(10)

    for _ in range(2):
        tasks.query(hold, lambda _done: None)
    tasks.query(lambda: ran.append(1), lambda _done: None)
    begun.wait()
    ended, _children = tasks.pause(lambda: ran.append(0))
    gate.set()
    ended.result(10)
    assert ran == [0]
    tasks.resume()
    assert tasks.wait_idle(120)
    assert ran == [0, 1]


def test_a_pause_ends_children_and_says_how_many(tasks: Tasks) -> None:
    said: list[str] = []
    task = tasks.child(
        count_for_ever, on_done=lambda _n: said.append("done"), on_cancelled=lambda: said.append("stopped")
    )
    ended, children = tasks.pause(lambda: None)
    ended.result(30)
    assert children == 1
    assert not task._watcher.is_alive()
    assert task._args == ()
    assert said == []
    QApplication.processEvents()
    tasks.resume()
    assert tasks.wait_idle(120)
    assert said == ["stopped"]


def test_a_write_that_is_alone_runs_beside_no_query_and_a_lock_meanwhile_holds_its_answer(tasks: Tasks) -> None:
    gate, ran, told = threading.Event(), list[str](), list[str]()
    begun = threading.Barrier(2, timeout=60)

    def hold() -> None:
        begun.wait()
        assert gate.wait(10)
        ran.append("query before")

    tasks.query(hold, lambda _done: told.append("query before"))
    begun.wait()
    tasks.alone(lambda: ran.append("alone"), lambda _done: told.append("alone"))
    tasks.query(lambda: ran.append("query"), lambda _done: told.append("query"))
    ended, _children = tasks.pause(lambda: ran.append("last"))
    gate.set()
    ended.result(10)
    assert ran == ["query before", "alone", "last"]
    for _ in range(3):
        QApplication.processEvents()
    assert told == []  # still locked
    tasks.resume()
    assert tasks.wait_idle(120)
    assert ran == ["query before", "alone", "last", "query"]
    assert sorted(told) == ["alone", "query", "query before"]


def test_what_fails_alone_lets_the_others_go_on(tasks: Tasks) -> None:
    failed: list[str] = []

    def fail() -> None:
        raise Refusal("store.in_use")

    tasks.alone(fail, None, lambda error: failed.append(error.code))
    tasks.query(lambda: "on", failed.append)
    assert tasks.wait_idle(120)
    assert failed == ["store.in_use", "on"]
