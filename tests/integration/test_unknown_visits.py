"""A visit that this store does not know takes no record, whatever the account's scope."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from db.queries import exchange
from eum_app.domain.checklists import Answer
from eum_app.domain.errors import Refusal
from eum_app.domain.facts import MarkRead
from eum_app.usecases.session import Session
from eum_app.usecases.visits.drafts import Begun, Place, keep_work
from eum_app.usecases.visits.record_check import assess_site, record_check
from tests.builders import make_world, typed

UNKNOWN = "0" * 32
PICKED = MarkRead(read_by="list")


def not_on_list(device: Session) -> None:
    record_check(
        device, visit_id=UNKNOWN, item_id="", outcome="not_on_list", reason="not_in_inventory", mark=typed("790112")
    )


ACTS: dict[str, Callable[[Session], object]] = {
    "check": not_on_list,
    "site": lambda device: assess_site(device, UNKNOWN, [Answer("fence", "yes")]),
    "draft": lambda device: keep_work(device, UNKNOWN, Place(is_in_front=True), {"x": [Begun(PICKED, "x")]}),
}


def test_nothing_is_recorded_about_an_unknown_visit(tmp_path: Path) -> None:
    world = make_world(tmp_path / "world", count=1)
    world.plan()
    world.hand_over()
    device = world.device
    before = device.read(exchange.journal_heads)
    for name, act in ACTS.items():
        with pytest.raises(Refusal) as refused:
            act(device)
        assert refused.value.code == "visit.unknown", name
    assert device.read(exchange.journal_heads) == before
    world.close()
