"""A device's facts about checks and statements of other visits, and about none: they change no signed visit."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import select

from db.queries import checks, findings, items, visits
from db.queries.clocks import sightings
from db.store import Connection
from eum_app.domain import facts as f
from eum_app.domain.checklists import Answer
from eum_app.usecases.exchange.receive import import_bundles
from eum_app.usecases.session import Session
from eum_app.usecases.store.open_store import rebuild_store
from tests.builders import ITEM_CHECKLIST, SITE_CHECKLIST, close_as_is
from tests.faults.test_hostile_device import FIRST, NOON, SECOND, checked, only
from tests.integration.test_projection import tables
from tests.simulator import Simulator

LATE = "2026-12-30T00:00:00.000000Z"


@pytest.fixture
def simulator(tmp_path: Path, hq_backend: Callable[[], str | None]) -> Iterator[Simulator]:
    made = Simulator.start(tmp_path / "w", devices=(FIRST, SECOND), database_url=hq_backend())
    yield made
    made.world.close()


def stated(**changes: Any) -> f.DispositionStated:
    fact = f.DispositionStated(
        observed_at=NOON,
        statement_id="s1",
        item_id="x",
        disposition="DESTROYED",
        happened_on="2026-11-01",
        reported_by="us",
        reporter="INS-017",
        document=None,
        document_name="report 7",
        no_document_reason="",
        witness="INS-018",
        authorization="",
        remark="",
        correction="",
        list_version="2026-1",
    )
    return msgspec.structs.replace(fact, **changes)


def started(visit_id: str, **changes: Any) -> f.VisitStarted:
    fact = f.VisitStarted(
        observed_at=NOON,
        visit_id=visit_id,
        program="",
        purpose="annual_inventory",
        kind_version="2026-1",
        site_id="site-9",
        site_name="Depot 9",
        country="XB",
        item_checklist=ITEM_CHECKLIST,
        site_checklist=SITE_CHECKLIST,
        expected=(),
    )
    return msgspec.structs.replace(fact, **changes)


def seen_items(hq: Session) -> list[str]:
    def query(connection: Connection) -> list[str]:
        return sorted(connection.execute(select(sightings(date(2027, 1, 1)).c.item_id)).scalars())

    return hq.read(query)


def signed_visit(simulator: Simulator, device: str = FIRST) -> list[str]:
    """Record four checks, close the visit out and deliver it; return the checks' ids."""
    made = [simulator.check(device, at) for at in range(4)]
    close_as_is(simulator.world.devices[device], simulator.visit_ids[device])
    assert only(simulator, simulator.seal(device)) == ("accepted", "")
    return made


def shown(simulator: Simulator, device: str = FIRST) -> tuple[str, str, bool, bool, int]:
    row = simulator.world.hq.read(visits.visit, simulator.visit_ids[device])
    return row.device, row.site, bool(row.closed_at), row.signatures_void, row.to_check


def first_items(simulator: Simulator) -> list[str]:
    return list(simulator.world.devices[FIRST].read(visits.work_ids, simulator.visit_ids[FIRST]))


def test_a_fact_that_should_name_a_visit_and_names_none_is_unreadable(simulator: Simulator) -> None:
    hq, made = simulator.world.hq, signed_visit(simulator)
    item_id = first_items(simulator)[-1]
    before = shown(simulator), seen_items(hq), hq.read(items.item, item_id).disposition
    lies = [
        checked(simulator, FIRST, visit_id="", item_id=item_id),
        stated(item_id=item_id),
        f.CheckWithdrawn(observed_at=NOON, check_id=made[0], visit_id="", reason="undone"),
        f.VisitReopened(observed_at=NOON, visit_id="", reason="x"),
    ]
    assert only(simulator, simulator.lie(FIRST, lies)) == ("accepted", "")
    assert (shown(simulator), seen_items(hq), hq.read(items.item, item_id).disposition) == before
    (raised,) = hq.read(findings.findings_by_id, hq.read(findings.finding_ids, rule_id="unreadable-entry")).values()
    assert raised.last_seq - raised.first_seq == len(lies) - 1
    applied = hq.read(tables)
    rebuild_store(hq)
    assert hq.read(tables) == applied


def test_a_signed_visit_is_not_changed_through_another(simulator: Simulator) -> None:
    hq, made = simulator.world.hq, signed_visit(simulator)
    item_id = first_items(simulator)[0]
    assert only(simulator, simulator.lie(FIRST, [started("other")])) == ("accepted", "")
    before = shown(simulator), seen_items(hq)
    withdrawn = f.CheckWithdrawn(observed_at=NOON, check_id=made[0], visit_id="other", reason="undone")
    through_another: list[tuple[f.Fact, str]] = [
        (withdrawn, "check.of_other_visit"),
        (checked(simulator, FIRST, check_id=made[0], visit_id="other"), "check.repeated"),
        (checked(simulator, FIRST, check_id=made[0], observed_at=LATE), "check.repeated"),
    ]
    for fact, code in through_another:
        assert only(simulator, simulator.lie(FIRST, [fact])) == ("quarantined", code)
        assert (shown(simulator), seen_items(hq)) == before
    own = [stated(item_id=item_id, visit_id=simulator.visit_ids[FIRST]), checked(simulator, FIRST, check_id="own")]
    assert only(simulator, simulator.lie(FIRST, own)) == ("accepted", "")
    ended = f.DispositionWithdrawn(observed_at=LATE, statement_id="s1", item_id=item_id, visit_id="other", reason="x")
    through_another = [
        (ended, "disposition.of_other_visit"),
        (stated(item_id=item_id, visit_id="other", disposition="ON_HAND"), "disposition.repeated"),
    ]
    for fact, code in through_another:
        assert only(simulator, simulator.lie(FIRST, [fact])) == ("quarantined", code)
    assert hq.read(items.item, item_id).disposition == "DESTROYED"


def test_a_picture_of_another_device_is_not_shown_with_a_check(simulator: Simulator) -> None:
    hq, made = simulator.world.hq, signed_visit(simulator, SECOND)
    with simulator.world.devices[FIRST].writing() as transaction:
        ref = transaction.seal_content(b"x" * 100, "text/plain")
    fact = f.EvidenceAttached(
        observed_at=NOON,
        evidence_id="e",
        visit_id=simulator.visit_ids[FIRST],
        check_id=made[0],
        role="photo",
        content=ref,
    )
    assert only(simulator, simulator.lie(FIRST, [fact])) == ("quarantined", "check.of_other_visit")
    assert hq.read(checks.evidence_of, check_id=made[0]) == []


def test_a_fact_that_hq_did_not_know_takes_nothing_over_when_it_does(
    simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An import does not test facts of a later version. The next version applies them when it rebuilds."""
    hq, made = simulator.world.hq, signed_visit(simulator, SECOND)
    victim, own = simulator.visit_ids[SECOND], simulator.visit_ids[FIRST]
    lies: list[f.Fact] = [
        started(victim, observed_at=LATE),
        checked(simulator, FIRST, check_id=made[0], visit_id=victim, outcome="not_found", observed_at=LATE),
        checked(simulator, FIRST, check_id=made[1], visit_id=own, outcome="not_found", observed_at=LATE),
        checked(simulator, FIRST, check_id=made[2], visit_id="", outcome="not_found", observed_at=LATE),
        f.SiteAssessed(observed_at=LATE, visit_id=victim, checklist=SITE_CHECKLIST, answers=(Answer("power", "no"),)),
        checked(simulator, FIRST, check_id="honest", visit_id=own),
    ]
    with monkeypatch.context() as later:
        for kind in {type(fact) for fact in lies}:
            later.setattr(kind, "KIND_VERSION", 2)
        path = simulator.lie(FIRST, lies)
    assert only(simulator, path) == ("accepted", "")
    before = shown(simulator, SECOND), hq.read(checks.recent_checks, victim), seen_items(hq)
    with monkeypatch.context() as later:
        for kind in {type(fact) for fact in lies}:
            later.setattr(kind, "KIND_VERSION", 2)
            later.setitem(f.UPCASTERS, (kind.__name__, 1), lambda fields: fields)
        rebuild_store(hq)
    after = shown(simulator, SECOND), hq.read(checks.recent_checks, victim)
    assert after == before[:2]
    assert [row.check_id for row in hq.read(checks.recent_checks, own)] == ["honest"]
    assert set(seen_items(hq)) == {*before[2], first_items(simulator)[0]}


@pytest.mark.parametrize("length", [19_000, 201])
def test_a_code_too_long_for_an_index_stops_nothing(simulator: Simulator, length: int) -> None:
    """PostgreSQL indexes no value of more than about 2,700 bytes; SQLite would take it, and the two would differ."""
    long = "".join(chr(0x4E00 + at * 7919 % 0x5000) for at in range(length))
    mark = f.MarkRead(read_by="typed", uii=long, serial=long)
    lies: list[f.Fact] = [
        checked(simulator, FIRST, check_id=long),
        checked(simulator, FIRST, check_id="c1", item_id=long),
        checked(simulator, FIRST, check_id="c2", mark=mark),
        started(long),
        started("other", expected=(long,)),
        stated(statement_id=long, visit_id=simulator.visit_ids[FIRST]),
        f.AccountRemoved(observed_at=NOON, account=long),
        checked(simulator, FIRST, check_id='"' * (3 * length)),
    ]
    bad = simulator.lie(FIRST, lies)
    simulator.check(SECOND, 0)
    good = simulator.seal(SECOND)
    outcomes = import_bundles(simulator.world.hq, [bad, good], simulator.world.drop).outcomes
    assert [one.outcome for one in outcomes] == ["accepted", "accepted"]
    hq = simulator.world.hq
    (raised,) = hq.read(findings.findings_by_id, hq.read(findings.finding_ids, rule_id="unreadable-entry")).values()
    assert raised.last_seq - raised.first_seq == len(lies) - 1
