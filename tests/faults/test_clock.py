"""Clocks set back a year and ahead ten, at recording, at sealing and at importing: nothing is reordered, and nothing is
rejected for good."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from db.queries import checks, visits
from eum_app.usecases.store.open_store import check_store
from tests.integration.test_projection import tables
from tests.simulator import Simulator

DEVICE = "FLD-0042"
BACK, AHEAD = timedelta(days=-365), timedelta(days=3_652)
REASONS = {BACK: "certificate.not_yet_valid", AHEAD: "certificate.expired"}


@pytest.fixture
def simulator(tmp_path: Path) -> Iterator[Simulator]:
    made = Simulator.start(tmp_path / "w", count=4)
    yield made
    made.world.close()


@pytest.mark.parametrize(
    ("recording", "sealing", "importing"),
    [(BACK, BACK, BACK), (BACK, AHEAD, BACK), (AHEAD, BACK, AHEAD), (AHEAD, AHEAD, AHEAD)],
)
def test_a_clock_that_jumps_stops_nothing(
    simulator: Simulator, recording: timedelta, sealing: timedelta, importing: timedelta
) -> None:
    world, visit_id = simulator.world, simulator.visit_ids[DEVICE]
    made = [simulator.check(DEVICE, 0)]
    for jump, deed in ((recording, "record"), (sealing, "seal"), (importing, "import")):
        world.clock.instant += jump
        if deed == "record":
            made += [simulator.check(DEVICE, 1), simulator.check(DEVICE, 0, "not_found")]
        elif deed == "seal":
            sealed = simulator.seal(DEVICE)
        else:
            (outcome,) = simulator.deliver(sealed)
            # By that clock no certificate is valid: the bundle is kept whole, and the result says so.
            assert (outcome.outcome, outcome.code) == ("quarantined", REASONS[jump])
        world.clock.instant -= jump
    assert simulator.deliver(sealed)[0].outcome == "accepted", "once that clock is right"
    world.hand_over()
    made.append(simulator.check(DEVICE, 2))
    assert simulator.deliver(simulator.seal(DEVICE))[0].outcome == "accepted"
    for session in (world.device, world.hq):
        check_store(session)
        of_visit = session.read(checks.recent_checks, visit_id)
        assert [check.check_id for check in reversed(of_visit)] == made, "in the order in which they were recorded"
        card = session.read(visits.visit, visit_id)
        assert (card.verified, card.not_found) == (2, 1)
        before = session.read(tables)
        session.store.rebuild()
        assert session.read(tables) == before
