"""The doors between pages and use cases: wrong calls fail the type checker, and no page goes around its desk."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from eum_app.usecases.changes import Changed

ROOT = Path(__file__).resolve().parents[2]

WRONG_CALLS = """\
from functools import partial
from pathlib import Path

from db.queries.visits import VisitRow, all_visits, visit
from eum_app.domain.ids import CheckId
from eum_app.usecases.calls import call, child, job, query
from eum_app.usecases.changes import Changed
from eum_app.usecases.children import seal_results_child
from eum_app.usecases.visits.record_check import withdraw_checks
from ui.kit.desk import Desk


def take_change(changed: Changed) -> None: ...
def take_text(text: str) -> None: ...
def take_row(row: VisitRow) -> None: ...
def take_anything(_result: object) -> None: ...
def take_two(row: VisitRow, more: int) -> None: ...
def take_named(*, row: VisitRow) -> None: ...


def right(desk: Desk) -> None:
    desk.do(call(withdraw_checks, [CheckId("check-1")], reason="undone"), then=take_change)
    desk.ask(query(visit, "visit-1"), then=take_row)
    desk.ask(job(Path.read_text, Path("note")), then=take_text)
    desk.do_in_child(child(seal_results_child, Path("outbox")), then=take_anything)


def wrong(desk: Desk) -> None:
    desk.do(withdraw_checks, 12345, no_such_argument="x")  # wrong
    desk.do(call(withdraw_checks, 12345, no_such_argument="x"))  # wrong
    desk.do(call(withdraw_checks, 12345))  # wrong
    desk.do(call(withdraw_checks, ["check-1"], no_such_argument="x"))  # wrong
    desk.do(call(withdraw_checks))  # wrong
    desk.do(call(withdraw_checks, [CheckId("check-1")], reason=None))  # wrong
    desk.do(call(withdraw_checks, *(12345,)))  # wrong
    desk.do(call(partial(withdraw_checks, check_ids=12345)))  # wrong
    desk.do(call(lambda session: withdraw_checks(session, ["check-1"])))  # wrong
    desk.do(call(lambda session: withdraw_checks(session, [CheckId("check-1")])), then=take_text)  # wrong
    desk.do(call(withdraw_checks, [CheckId("check-1")]), take_change)  # wrong
    desk.ask(query(visit, "visit-1"), then=take_two)  # wrong
    desk.ask(query(visit, "visit-1"), then=take_named)  # wrong
    desk.ask(query(visit, "visit-1"), then=partial(take_two, more="x"))  # wrong
    desk.ask(query(visit, "visit-1"), then=lambda row: row.no_such_column)  # wrong
    desk.ask(query(visit, "visit-1"), then=take_row, failed=take_row)  # wrong
    desk.do(call(withdraw_checks, ["check-1"]), then=take_text)  # wrong
    desk.do(query(all_visits))  # wrong
    desk.do(lambda session: withdraw_checks(session, ["check-1"]))  # wrong
    desk.do(call(visit, "visit-1"))  # wrong
    desk.do_alone(query(all_visits))  # wrong
    desk.ask(query(visit, 1), then=take_row)  # wrong
    desk.ask(query(visit, "visit-1"), then=take_text)  # wrong
    desk.ask(query(withdraw_checks, ["check-1"]), then=take_anything)  # wrong
    desk.ask(visit, "visit-1", then=take_row)  # wrong
    desk.ask(job(Path.read_text, Path("note")), then=take_row)  # wrong
    desk.do_in_child(child(seal_results_child, 7), then=take_anything)  # wrong
    desk.do_in_child(child(seal_results_child, Path("outbox")), then=take_text)  # wrong
    desk.do_in_child(call(withdraw_checks, ["check-1"]), then=take_change)  # wrong
    desk.do_in_child(seal_results_child, Path("outbox"), then=take_anything)  # wrong
"""


def test_the_type_checker_refuses_each_wrong_call(tmp_path: Path) -> None:
    """Exactly the lines marked `# wrong` fail, so that the right ones above them are shown to pass."""
    wrong = tmp_path / "wrong_calls.py"
    wrong.write_text(WRONG_CALLS, "utf-8")
    settings = ("--strict", "--no-error-summary", "--config-file", "pyproject.toml")
    checked = subprocess.run(
        [sys.executable, "-m", "mypy", *settings, str(wrong)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert checked.returncode == 1, checked.stdout + checked.stderr
    found = {int(line) for line in re.findall(r"wrong_calls\.py:(\d+): error:", checked.stdout)}
    meant = {number for number, line in enumerate(WRONG_CALLS.splitlines(), 1) if line.endswith("# wrong")}
    assert found == meant, checked.stdout


# The guard

DOORS = {"call", "query", "child"}
FIRST_ARGUMENTS = {"Session", "Connection", "Progress"}
OUTSIDE = {
    "ui/window/work.py": "erases the store after all work has ended, when desks no longer accept work",
    "ui/kit/desk.py": "the desk itself",
    "ui/kit/child_task.py": "starts the child processes of the desk; its Connection is a pipe",
    "ui/window/front.py": "opens the store, before there is a session and a desk",
    "ui/window/app.py": "loads modules behind the unlock page and locks, when no desk accepts work",
    "ui/kit/crash_page.py": "saves the log for support, and uses no store",
    "ui/kit/models/ids_model.py": "runs the sources that pages give it, which read through the desk",
    "ui/field/visit/camera_menu.py": "looks for cameras, and knows no store",
}
"""Files that may call use cases by themselves, each with its reason."""
PURE = {
    "permission_to_correct": "names a permission and reads nothing of the store",
}
"""Functions of a session that need no door, each with its reason."""
ASKED_WRITES = {
    "print_worklist": "sets pages for seconds, which must not delay other writes; its page announces the areas itself",
}
"""Use cases that write and run on a reading thread, each with its reason."""
MAKERS = {"Call", "Query", "ChildCall", "Job"}
"""Classes whose constructors take any arguments; only `calls` itself uses them."""


def test_no_page_goes_around_its_desk() -> None:
    around = {
        f"{path.relative_to(ROOT).as_posix()}:{line}: {what}"
        for path in sorted((ROOT / "ui").rglob("*.py"))
        if path.relative_to(ROOT).as_posix() not in OUTSIDE
        for line, what in bypasses(path.read_text("utf-8"))
    }
    assert not around, "hand the call to the desk (docs/development.md, 'Doors')"


def test_every_exception_is_still_needed() -> None:
    for name in OUTSIDE:
        if name != "ui/kit/desk.py":
            assert list(bypasses((ROOT / name).read_text("utf-8"))), f"{name} no longer needs an exception"


@pytest.mark.parametrize(
    "statement",
    [
        "all_visits(connection)",
        "self.desk.session.read(all_visits)",
        "self.desk.session.reading()",
        "session.writing()",
        "withdraw_checks(self.desk.session, ['check-1'])",
        "record_check.withdraw_checks(self.desk.session, ['check-1'])",
        "self.desk.tasks.query(partial(withdraw_checks, self.desk.session), print)",
        "self.desk.tasks.operation(work, print)",
        "self._tasks.child(seal_results_child, ())",
        "partial(withdraw_checks, self.desk.session)()",
        "self.work = withdraw_checks",
        "self.desk.do(Call(withdraw_checks, (12345,), ()))",
        "self.desk.ask(job(withdraw_checks, self.desk.session, ['check-1']), then=print)",
        "self.desk.ask(call(withdraw_checks, ['check-1']), then=print)",
    ],
)
def test_the_guard_can_fail(statement: str) -> None:
    imports = (
        "from db.queries.visits import all_visits",
        "from eum_app.usecases.calls import Call, call, job",
        "from eum_app.usecases.children import seal_results_child",
        "from eum_app.usecases.visits import record_check",
        "from eum_app.usecases.visits.record_check import withdraw_checks",
    )
    page = [*imports, "class Page:", "    def press(self):", f"        {statement}"]
    assert {line for line, _ in bypasses("\n".join(page))} == {len(page)}


def test_a_reader_may_ask_several_queries() -> None:
    reader = """
from db.queries.visits import all_visits
def read_visits(session: Session) -> list[VisitRow]:
    return session.read(all_visits)
"""
    assert not list(bypasses(reader))


def bypasses(text: str) -> Iterator[tuple[int, str]]:
    """(line, what is named there) for each use that should go through the desk.

    A function that needs a door may be named only as the first argument of `call`, `query` or `child`. A module-level
    function whose first parameter is a session or a connection is a reader or a query by itself: it runs behind the
    desk, and may use what it is given.
    """
    tree = ast.parse(text)
    imported = _imported(tree)
    behind = [node for node in tree.body if isinstance(node, ast.FunctionDef) and _is_behind_the_desk(node)]
    own = {reader.name for reader in behind}
    passed = {id(node) for reader in behind for node in ast.walk(reader)} | _local(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in DOORS and node.args:
            passed.add(id(node.args[0]))
    for node in ast.walk(tree):
        if id(node) in passed:
            continue
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            owner, _, method = called.rpartition(".")
            around_session = method in {"read", "reading", "writing"} and owner.endswith("session")
            around_desk = method in {"query", "operation", "alone", "child"} and owner.endswith("tasks")
            made = called in MAKERS and getattr(imported.get(called), "__module__", "") == "eum_app.usecases.calls"
            if around_session or around_desk or made or (method == "ask" and _asks_for_a_write(node, imported)):
                yield node.lineno, called
        elif isinstance(node, ast.Name | ast.Attribute) and isinstance(node.ctx, ast.Load):
            named = ast.unparse(node)
            if named in own or _needs_door(named, imported):
                yield node.lineno, named


def _local(tree: ast.Module) -> set[int]:
    """The uses of parameters and local names, which hide an imported function of the same name."""
    found: set[int] = set()
    for made in ast.walk(tree):
        if isinstance(made, ast.FunctionDef | ast.Lambda):
            nodes = list(ast.walk(made))
            hidden = {node.arg for node in nodes if isinstance(node, ast.arg)}
            hidden |= {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
            found |= {id(node) for node in nodes if isinstance(node, ast.Name) and node.id in hidden}
    return found


def _asks_for_a_write(node: ast.Call, imported: dict[str, Any]) -> bool:
    """Whether `ask` gets a use case whose result says what it changed: reading threads keep no order of writes."""
    asked = node.args[0] if node.args else None
    if not isinstance(asked, ast.Call) or ast.unparse(asked.func) != "call":
        return False
    function = imported.get(ast.unparse(asked.args[0]))
    if not inspect.isfunction(function) or function.__name__ in ASKED_WRITES:
        return False
    result = vars(sys.modules[function.__module__]).get(str(function.__annotations__.get("return")))
    return inspect.isclass(result) and issubclass(result, Changed)


def _is_behind_the_desk(node: ast.stmt) -> bool:
    if not isinstance(node, ast.FunctionDef) or not node.args.args:
        return False
    annotation = node.args.args[0].annotation
    return annotation is not None and ast.unparse(annotation) in FIRST_ARGUMENTS


def _imported(tree: ast.Module) -> dict[str, Any]:
    """The names that a module imports from use cases and queries."""
    found: dict[str, Any] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(("eum_app.usecases", "db.queries")):
            module = importlib.import_module(str(node.module))
            for alias in node.names:
                value = getattr(module, alias.name, None)
                if value is None:
                    value = importlib.import_module(f"{node.module}.{alias.name}")
                found[alias.asname or alias.name] = value
    return found


def _needs_door(called: str, imported: dict[str, Any]) -> bool:
    """Whether `called` is a function whose first parameter the desk supplies."""
    name, _, attribute = called.partition(".")
    value = imported.get(name)
    if attribute:
        value = getattr(value, attribute, None) if inspect.ismodule(value) else None
    if not inspect.isfunction(value) or value.__name__ in DOORS | PURE.keys():
        return False
    first = next(iter(inspect.signature(value).parameters.values()), None)
    return first is not None and str(first.annotation) in FIRST_ARGUMENTS
