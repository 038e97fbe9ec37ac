"""Clocks that jump: a fact says so, nothing is reordered or refused, and a correction replaces their times."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from db.chains import chain_head
from db.queries import checks, findings, visits
from db.queries.activity import ActivityFilter, activity_rows
from db.queries.clock_jumps import clock_jumps
from db.store import Store, StoreName
from db.tables import journal, lapses
from eum_app.domain import facts as f
from eum_app.domain.clock import shifted
from eum_app.domain.errors import Refusal
from eum_app.domain.time_check import expected_in_session, jumped_since_entry
from eum_app.reports.visit_record import clock_lines_of
from eum_app.usecases.exchange.receive import import_bundles
from eum_app.usecases.exchange.seal_bundle import seal_for_device
from eum_app.usecases.reporting.make_report import make_report
from eum_app.usecases.reporting.visit_record import VISIT_RECORD
from eum_app.usecases.session import Session, record_notes
from eum_app.usecases.store.correct_time import correct_time
from eum_app.usecases.store.open_store import check_store, open_store, rebuild_store
from tests.builders import PASSPHRASE, Clock
from tests.clocks import clock_counts
from tests.examples import with_stores
from tests.integration.test_projection import AUTHOR, HQ_FACTS, KEY, chain, facts_of, steps, tables, told_in_any_order
from tests.simulator import Simulator

DEVICE = "FLD-0042"
YEAR = timedelta(days=365)
NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def simulator(tmp_path: Path) -> Iterator[Simulator]:
    made = Simulator.start(tmp_path / "w", count=3)
    yield made
    made.world.close()


def jumps(session: Session) -> list[f.ClockJumped]:
    with session.store.reading() as connection:
        rows = connection.execute(
            select(journal.c.payload).where(journal.c.kind == "ClockJumped", journal.c.origin == session.name)
        )
        found = [f.decode_fact("ClockJumped", 1, row.payload) for row in rows]
    return [fact for fact in found if isinstance(fact, f.ClockJumped)]


def head_seq(session: Session, origin: str = DEVICE) -> int:
    with session.store.reading() as connection:
        return chain_head(connection, origin, 1).seq


@pytest.mark.parametrize(
    ("passed", "shown", "is_doubted"),
    [
        (MINUTE, NOON + MINUTE, False),
        (MINUTE, NOON + timedelta(minutes=4), False),
        (MINUTE, NOON - timedelta(seconds=1), False),
        (MINUTE, NOON - timedelta(seconds=3), True),
        (timedelta(hours=2), NOON + timedelta(hours=1), True),
        (MINUTE, NOON + timedelta(hours=8), False),
        (MINUTE, NOON + timedelta(hours=25), True),
    ],
)
def test_a_clock_is_doubted_when_it_goes_back_or_far_ahead(
    passed: timedelta, shown: datetime, *, is_doubted: bool
) -> None:
    assert (expected_in_session(NOON, passed, shown) is not None) is is_doubted
    assert jumped_since_entry(NOON, NOON - timedelta(hours=1))
    assert jumped_since_entry(NOON, NOON + 2 * YEAR)
    assert not jumped_since_entry(NOON, NOON + timedelta(days=90))


def test_a_jump_in_a_session_and_one_between_sessions_are_facts_and_refuse_nothing(simulator: Simulator) -> None:
    clock, device = simulator.world.clock, simulator.world.device
    simulator.check(DEVICE, 0)
    assert jumps(device) == []
    clock.instant -= YEAR
    simulator.check(DEVICE, 1)
    clock.instant += 10 * YEAR
    simulator.check(DEVICE, 2)
    assert [jump.noticed_by for jump in jumps(device)] == ["session", "session"]
    device.store.close()
    clock.instant -= 9 * YEAR
    device = open_store(device.store.folder, "INS-017", PASSPHRASE, now=clock)
    simulator.world.devices[DEVICE] = device
    last = jumps(device)[-1]
    assert (last.noticed_by, last.from_at > last.to_at) == ("journal", True)
    assert device.read(visits.visit, simulator.visit_ids[DEVICE]).verified == 3
    check_store(device)
    clock.instant += YEAR
    assert simulator.deliver(simulator.seal(DEVICE))[0].outcome == "accepted"
    shown = [row.kind for row, _ in simulator.world.hq.read(lambda c: list(activity_rows(c, ActivityFilter())))]
    assert shown.count("ClockJumped") >= 3  # and so in HQ's activity log


def test_the_visit_record_says_that_the_clock_was_set(simulator: Simulator, tmp_path: Path) -> None:
    """At HQ and on the device; jumps before the session of the first check are no part of the visit."""
    clock, device, visit_id = simulator.world.clock, simulator.world.device, simulator.visit_ids[DEVICE]
    clock.instant += 2 * YEAR
    record_notes(device)
    clock.instant -= 2 * YEAR
    record_notes(device)
    device.store.close()
    device = open_store(device.store.folder, "INS-017", PASSPHRASE, now=clock)
    simulator.world.devices[DEVICE] = device
    simulator.check(DEVICE, 0)
    assert clock_lines(device, visit_id, tmp_path / "none") == []
    clock.instant -= YEAR
    simulator.check(DEVICE, 1)
    clock.instant += YEAR
    simulator.check(DEVICE, 2)
    said = clock_lines(device, visit_id, tmp_path / "field")
    assert [name for name, _ in said] == ["Set back", "Set ahead"]
    assert "2025" in said[0][1]
    assert "2026" in said[0][1]
    simulator.deliver(simulator.seal(DEVICE))
    assert clock_lines(simulator.world.hq, visit_id, tmp_path / "hq") == said


def clock_lines(session: Session, visit_id: str, into: Path) -> list[tuple[str, str]]:
    """Return (direction, text) of the lines about the clock. HQ's JSON record must have a row for each."""
    found = session.read(clock_jumps, visit_id)
    if session.is_hq:
        make_report(session, VISIT_RECORD, into.with_suffix(".json"), {"visit_id": visit_id})
        text = into.with_suffix(".json").read_text("utf-8")
        assert text.count('{"change":"Set ') == len(found), "a row each, in the table"
    return clock_lines_of(found)


def test_a_jump_is_recorded_although_the_first_write_after_it_failed(simulator: Simulator) -> None:
    clock, device = simulator.world.clock, simulator.world.device
    clock.instant -= YEAR
    assert device.clock.has_jumped
    with pytest.raises(RuntimeError), device.writing():
        raise RuntimeError
    assert jumps(device) == []
    assert device.clock.take() == []
    simulator.check(DEVICE, 0)
    assert len(jumps(device)) == 1
    assert device.clock.take() == jumps(device)
    assert device.clock.take() == []
    assert not device.clock.has_jumped


def test_a_check_from_the_future_is_a_finding_until_its_time_is_corrected(simulator: Simulator) -> None:
    clock, device, hq = simulator.world.clock, simulator.world.device, simulator.world.hq
    clock.instant += timedelta(days=40)
    first = head_seq(device) + 1
    simulator.check(DEVICE, 0)
    sealed = simulator.seal(DEVICE)
    clock.instant -= timedelta(days=40)
    assert simulator.deliver(sealed)[0].new_findings == 1
    (row,) = hq.read(findings.findings_by_id, hq.read(findings.finding_ids)).values()
    assert row.rule_id == "clock-in-future"
    today = clock().date()
    with hq.store.reading() as connection:
        held = chain_head(connection, DEVICE, 1).seq
    correct_time(
        hq,
        origin=DEVICE,
        epoch=1,
        first_seq=first,
        last_seq=held,
        offset=-timedelta(days=40),
        source="person",
        reason="The tablet was set 40 days ahead; the visit's papers give the day",
    )
    (check,) = hq.read(checks.recent_checks, simulator.visit_ids[DEVICE])
    assert check.observed_at[:10] == today.isoformat()
    # HQ tells the device, whose next facts are no longer dated ahead.
    assert device.observed_now() > shifted(check.observed_at, 30 * 24 * 3_600_000)
    import_bundles(device, [seal_for_device(hq, DEVICE, simulator.world.drop).path])
    assert device.observed_now()[:10] == today.isoformat()
    simulator.check(DEVICE, 1)
    simulator.deliver(simulator.seal(DEVICE))
    assert hq.read(findings.finding_ids) == []  # it lapsed; the check itself still counts
    assert hq.read(lambda connection: connection.execute(select(lapses.c.reason)).scalar()) == "cause_ended"
    assert hq.read(clock_counts, clock().date()) == device_clock(device, clock)
    before = hq.read(tables)
    rebuild_store(hq)
    assert hq.read(tables) == before


def device_clock(device: Session, clock: Clock) -> dict[str, int]:
    return device.read(clock_counts, clock().date())


def test_what_is_no_correction_is_refused(simulator: Simulator) -> None:
    device = simulator.world.device
    good: dict[str, Any] = {
        "origin": DEVICE,
        "epoch": 1,
        "first_seq": 1,
        "last_seq": 2,
        "offset": MINUTE,
        "source": "gnss",
        "reason": "x",
    }
    for wrong, code in (
        ({"origin": "HQ-01"}, r"time\.foreign_chain"),
        ({"source": "guess"}, r"time\.source"),
        ({"reason": " "}, r"time\.reason_missing"),
        ({"offset": timedelta()}, r"time\.offset"),
        ({"first_seq": 3}, r"time\.no_such_entries"),
        ({"last_seq": 10_000}, r"time\.no_such_entries"),
    ):
        with pytest.raises(Refusal, match=code):
            correct_time(device, **{**good, **wrong})
    lie = f.TimeCorrected(
        observed_at=device.observed_now(),
        origin="HQ-01",
        epoch=1,
        first_seq=1,
        last_seq=9,
        offset_ms=1,
        source="gnss",
        reason="x",
    )
    (outcome,) = simulator.deliver(simulator.lie(DEVICE, [lie]))
    assert (outcome.outcome, outcome.code) == ("quarantined", "bundle.foreign_origin")


def test_a_correction_whose_rebuild_fails_is_not_recorded(simulator: Simulator) -> None:
    """Otherwise the person sees an error, repeats the correction, and the times move twice."""
    device = simulator.world.device
    simulator.check(DEVICE, 0)
    with device.writing() as transaction:  # the last step of a rebuild fails
        transaction.connection.exec_driver_sql(
            "CREATE TRIGGER no_rebuild BEFORE INSERT ON meta BEGIN SELECT RAISE(ABORT, 'no rebuild'); END"
        )
    held, before = head_seq(device), device.read(tables)
    for _ in range(2):
        with pytest.raises(DBAPIError, match="no rebuild"):
            correct_time(
                device,
                origin=DEVICE,
                epoch=1,
                first_seq=1,
                last_seq=held,
                offset=MINUTE,
                source="person",
                reason="The tablet was a minute slow",
            )
    assert head_seq(device) == held
    assert device.read(tables) == before


def test_a_receipt_from_before_what_it_receives_is_noticed(simulator: Simulator, tmp_path: Path) -> None:
    clock, device = simulator.world.clock, simulator.world.device
    clock.instant += timedelta(days=40)
    simulator.check(DEVICE, 0)
    sealed = simulator.seal(DEVICE)
    clock.instant -= timedelta(days=40)
    (outcome,) = import_bundles(simulator.world.hq, [sealed], tmp_path / "receipts").outcomes
    assert outcome.receipt_path is not None
    import_bundles(device, [outcome.receipt_path])
    assert "receipt" in {jump.noticed_by for jump in jumps(device)}


corrections = st.builds(
    lambda device, first, length, offset: f.TimeCorrected(
        observed_at="2026-03-01",
        origin=f"FLD-{device}",
        epoch=1,
        first_seq=first,
        last_seq=first + length,
        offset_ms=offset,
        source="person",
        reason="x",
    ),
    st.integers(1, 2),
    st.integers(1, 6),
    st.integers(0, 4),
    st.sampled_from([-172_800_000, 86_400_000, 1]),
)


@with_stores(12)
@given(
    st.lists(steps, max_size=6),
    st.lists(steps, max_size=6),
    st.lists(corrections, min_size=1, max_size=3),
    st.randoms(use_true_random=False),
)
def test_any_interleaving_with_corrections_gives_the_same_tables(
    tmp_path_factory: pytest.TempPathFactory,
    first: list[tuple[Any, ...]],
    second: list[tuple[Any, ...]],
    corrected: list[f.Fact],
    rnd: random.Random,
) -> None:
    def whole(facts: list[f.Fact]) -> list[f.Fact]:
        return [_in_full(fact) for fact in facts]

    chains = [
        chain("HQ-02", whole([*HQ_FACTS, *corrected])),
        chain("FLD-1", whole(facts_of(1, first))),
        chain("FLD-2", whole(facts_of(2, second))),
    ]
    outcomes = []
    for _ in range(2):
        folder = tmp_path_factory.mktemp("store")
        with closing(Store.create(folder, KEY, StoreName("id", "HQ-01", "hq", 1), Clock())) as store:
            outcomes += told_in_any_order(store, chains, rnd)
    assert outcomes[0] == outcomes[1] == outcomes[2] == outcomes[3]


def _in_full(fact: f.Fact) -> f.Fact:
    """The same at midnight: days alone cannot be shifted."""
    return msgspec.structs.replace(fact, observed_at=f"{fact.observed_at}T00:00:00.000000Z")


def test_a_correction_moves_a_check_in_the_order_of_state(tmp_path: Path, hq_backend: Callable[[], str | None]) -> None:
    wrong_year = "2031-02-01T00:00:00.000000Z"
    facts_ahead: list[f.Fact] = [_in_full(fact) for fact in facts_of(1, [("check", "a", "not_found", "2026-02-01")])]
    (ahead,) = facts_ahead
    ahead = msgspec.structs.replace(ahead, observed_at=wrong_year)
    later = [_in_full(fact) for fact in facts_of(2, [("check", "b", "verified", "2026-02-03")])]
    later = [msgspec.structs.replace(fact, item_id="a", check_id="later") for fact in later]
    with closing(Store.create(tmp_path / "s", KEY, StoreName("id", "HQ-01", "hq", 1), Clock(), hq_backend())) as store:
        for entries in (chain("HQ-02", HQ_FACTS), chain("FLD-1", [ahead]), chain("FLD-2", later)):
            with store.writing(AUTHOR) as transaction:
                transaction.append(entries, known_at=1)
        with store.reading() as connection:
            assert visits.visit(connection, "v1").not_found == 1
        fact = f.TimeCorrected(
            observed_at="2026-11-21T00:00:00.000000Z",
            origin="FLD-1",
            epoch=1,
            first_seq=1,
            last_seq=1,
            offset_ms=-5 * 365 * 86_400_000,
            source="person",
            reason="x",
        )
        with store.writing(AUTHOR) as transaction:
            transaction.record(fact)
        with store.reading() as connection:
            row = visits.visit(connection, "v1")
        assert (row.not_found, row.verified) == (0, 1)
