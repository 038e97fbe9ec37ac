"""A hostile device that starts visit after visit, or gives one an id that is a path."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event

from db.instance import path_of
from db.queries import findings, visits
from eum_app.domain import facts as f
from eum_app.domain.file_names import part_of_name
from eum_app.usecases.exchange import receive_at_hq
from eum_app.usecases.proofs.make_slip import Subject, write_slip
from eum_app.usecases.review.due_signatures import judge_signatures, signatures_due
from eum_app.usecases.store.open_store import rebuild_store
from eum_app.usecases.visits.start_visit import adopt_visit
from tests.faults.test_hostile_device import NOON
from tests.integration.test_projection import tables
from tests.integration.test_started_visits import FIRST, SECOND, only, start_fact
from tests.simulator import Simulator


@pytest.fixture
def simulator(tmp_path: Path, hq_backend: Callable[[], str | None]) -> Iterator[Simulator]:
    made = Simulator.start(tmp_path / "w", devices=(FIRST, SECOND), database_url=hq_backend())
    yield made
    made.world.close()


@contextmanager
def statements_about(table: str) -> Iterator[list[str]]:
    """Collect the SQL statements of all databases that read a table."""
    found: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if f"FROM {table} " in statement.replace("\n", " "):
            found.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def started(simulator: Simulator, *visit_ids: str, **changes: Any) -> Path:
    return simulator.lie(FIRST, [start_fact(simulator, visit_id, **changes) for visit_id in visit_ids])


def check_of(simulator: Simulator, visit_id: str, **changes: Any) -> f.CheckRecorded:
    item_id, *_ = simulator.world.hq.read(visits.work_ids, simulator.visit_ids[FIRST])
    stated: dict[str, Any] = {
        "observed_at": NOON,
        "check_id": f"c-{visit_id}",
        "visit_id": visit_id,
        "item_id": item_id,
        "outcome": "not_found",
        "reason": "not_in_place",
        "mark": f.MarkRead(read_by="typed"),
        "checklist": None,
        "answers": (),
        "all_as_expected": False,
        "grade": "C",
        "note": None,
        "photos": (),
    }
    return f.CheckRecorded(**(stated | changes))


def test_started_visits_are_judged_when_they_are_adopted(simulator: Simulator) -> None:
    hq = simulator.world.hq
    before = hq.read(findings.finding_ids)
    forged = simulator.lie(FIRST, [start_fact(simulator, "v1"), check_of(simulator, "v1")])
    assert only(simulator, forged) == ("accepted", "")
    assert hq.read(findings.finding_ids) == before, "nothing in it counts yet"
    for _ in range(2):  # nor do its checks make the calendar run at every look
        judge_signatures(hq, days=0)
        assert not signatures_due(hq, days=0)
    assert hq.read(findings.finding_ids, visit_id="v1") == []
    adopt_visit(hq, "v1")
    raised = hq.read(findings.finding_ids, visit_id="v1")
    assert raised
    adopted = hq.read(tables)
    rebuild_store(hq)
    assert hq.read(tables) == adopted
    close = f.VisitClosedOut(observed_at=NOON, visit_id="v1", counts=(), signatures=(), head_seq=1)
    assert only(simulator, simulator.lie(FIRST, [close])) == ("accepted", "")
    assert set(raised) <= set(hq.read(findings.finding_ids, visit_id="v1")), "judged like every other visit"


def test_a_bundle_of_many_started_visits_is_not_judged_visit_by_visit(simulator: Simulator) -> None:
    counted = []
    for number in (1, 40):
        path = started(simulator, *(f"v{number}-{which}" for which in range(number)))
        with statements_about("findings") as read:
            assert only(simulator, path) == ("accepted", "")
        counted.append(len(read))
    assert counted[0] == counted[1]


def test_only_so_many_started_visits_wait_at_once(simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receive_at_hq, "MAX_PENDING", 3)
    hq = simulator.world.hq
    first = started(simulator, "v1", "v2")
    assert only(simulator, first) == ("accepted", "")
    more = started(simulator, "v3", "v4")
    assert only(simulator, more) == ("quarantined", "visit.many_pending")
    assert not [row for row in hq.read(visits.all_visits) if row.visit_id in {"v3", "v4"}]
    assert only(simulator, first) == ("already_held", ""), "what is held is not counted twice"
    adopt_visit(hq, "v1")
    assert only(simulator, more) == ("accepted", ""), "nothing of it was lost"
    other = simulator.lie(SECOND, [start_fact(simulator, "w1")])
    assert only(simulator, other) == ("accepted", ""), "another device is not held up"


def test_the_limit_is_one_that_no_honest_device_reaches() -> None:
    assert receive_at_hq.MAX_PENDING >= 500


@pytest.mark.parametrize("visit_id", ["/../../x", "../../..", "..\\..\\x", "C:x", "", ".", "a/b", "\ud800"])
def test_no_id_becomes_a_path(visit_id: str, tmp_path: Path) -> None:
    part = part_of_name(visit_id)
    assert len(part) == 8
    assert part.isalnum()
    assert path_of(visit_id, tmp_path).parent == path_of("ab" * 16, tmp_path).parent


def test_our_own_ids_stay_readable_in_names_of_files() -> None:
    assert part_of_name("0123456789abcdef") == "01234567"
    assert part_of_name("0123456789abcdef", 64) == "0123456789abcdef"


def test_a_slip_is_written_into_its_folder_whatever_the_device_called_the_visit(
    simulator: Simulator, tmp_path: Path
) -> None:
    hq = simulator.world.hq
    visit_id = "/../../x"
    close = f.VisitClosedOut(observed_at=NOON, visit_id=visit_id, counts=(), signatures=(), head_seq=1)
    forged = simulator.lie(FIRST, [start_fact(simulator, visit_id), check_of(simulator, visit_id), close])
    assert only(simulator, forged) == ("accepted", "")
    adopt_visit(hq, visit_id)
    folder = tmp_path / "a" / "b" / "slips"
    folder.mkdir(parents=True)
    victim = tmp_path / "a" / "x.eumslip"
    victim.write_text("kept", "utf-8")
    made = write_slip(hq, Subject.VISIT, visit_id, folder)
    assert made.path.resolve().parent == folder.resolve()
    assert victim.read_text("utf-8") == "kept"
