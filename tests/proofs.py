"""Worlds for tests of HQ's log: a visit is checked, closed out and imported at HQ."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from db.queries import findings, visits
from eum_app.crypto.suites import Suite
from eum_app.domain.facts import MarkRead
from eum_app.domain.ids import FindingId
from eum_app.scanning.labels import data_matrix, png
from eum_app.usecases.exchange.receive import import_bundles
from eum_app.usecases.exchange.seal_bundle import seal_results
from eum_app.usecases.visits.close_out import Signed
from eum_app.usecases.visits.record_check import record_check
from tests.builders import World, close_as_shown, make_world, typed, yes_to_all
from tests.flows.test_main_job import answer_site_checklist

PHOTO = png(data_matrix(b"786950"))


@dataclass
class Proved:
    """HQ with one closed visit. All items but the last are verified; the last was not found, which is a finding."""

    world: World
    visit_id: str
    items: list[str]
    finding_id: FindingId


def proved_world(folder: Path, suite: Suite = Suite.P384, *, close: bool = True) -> Proved:
    """Return a world whose HQ holds a device's checks of one visit.

    Its clock begins yesterday: verifiers judge dates by the clock of this machine, and refuse those in the future.
    """
    world = make_world(folder, suite=suite, instant=datetime.now(UTC) - timedelta(days=1))
    visit_id = world.visit()
    items = world.device.read(visits.work_ids, visit_id)
    for number, item_id in enumerate(items[:-1]):
        record_check(
            world.device,
            visit_id=visit_id,
            item_id=item_id,
            outcome="verified",
            mark=typed(str(786950 + number)),
            answers=yes_to_all(),
        )
    record_check(
        world.device,
        visit_id=visit_id,
        item_id=items[-1],
        outcome="not_found",
        reason="said_lost",
        mark=MarkRead(read_by="list"),
    )
    if close:
        answer_site_checklist(world.device, visit_id)
        signed = [Signed("inspector", PHOTO, "INS-017"), Signed("host", declined_reason="Not authorized to sign")]
        close_as_shown(world.device, visit_id, signed)
    deliver(world)
    (finding_id,) = world.hq.read(findings.finding_ids, visit_id=visit_id)
    return Proved(world, visit_id, items, finding_id)


def deliver(world: World) -> None:
    """Seal what the device recorded, and import it at HQ."""
    sealed = seal_results(world.device, world.drop)
    outcomes = import_bundles(world.hq, [sealed.path]).outcomes
    assert [outcome.outcome for outcome in outcomes] == ["accepted"], outcomes
