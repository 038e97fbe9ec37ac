"""Incidents at HQ: several items in one, notices, the written report and its clock; in any order of arrival."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from db.queries.incidents import incident
from db.queries.inventory import ItemFilter, find_item_ids
from db.store import Store, StoreName
from eum_app.domain import facts as f
from eum_app.domain.errors import Refusal
from eum_app.domain.incidents import ReportPart, ReportState
from eum_app.usecases.items.incidents import (
    add_to_incident,
    describe_incident,
    file_report,
    note_notice,
    record_incident,
    register,
)
from eum_app.usecases.items.state_disposition import state_disposition
from tests.builders import Clock, World, make_world
from tests.integration.test_dispositions import lost
from tests.integration.test_projection import KEY, chain, told_in_any_order


@pytest.fixture
def world(tmp_path: Path, hq_backend: Callable[[], str | None]) -> Iterator[World]:
    made = make_world(tmp_path / "w", database_url=hq_backend())
    yield made
    made.close()


def recorded(world: World, *item_ids: str, **other: Any) -> str:
    said = {"kind": "loss", "known_on": "2026-11-20", "source": "Inventory visit", "what": "Not in Vault 1"}
    return record_incident(world.hq, **(said | other), item_ids=item_ids).incident_id


def test_a_stated_loss_runs_the_clock_before_anybody_records_the_incident(world: World) -> None:
    first, second = world.hq.read(find_item_ids, ItemFilter())[:2]
    for item_id in (first, second):
        state_disposition(world.hq, lost(item_id))
    found = register(world.hq)
    assert [loss.item_id for loss, _ in found.losses] == [first, second]
    assert {clock.state for _, clock in found.losses} == {ReportState.RUNNING}
    incident_id = recorded(world, first)
    assert [loss.item_id for loss, _ in register(world.hq).losses] == [second]
    add_to_incident(world.hq, incident_id, [first, second])
    assert register(world.hq).losses == ()
    ((row, clock),) = register(world.hq).incidents
    assert (row.items, clock.due_on and clock.due_on.isoformat()) == (2, "2026-12-20")
    with pytest.raises(Refusal) as refused:
        add_to_incident(world.hq, incident_id, [second])
    assert refused.value.code == "incident.items"


def test_the_report_is_filed_once_all_its_parts_are_written(world: World) -> None:
    incident_id = recorded(world, world.hq.read(find_item_ids, ItemFilter())[0])
    note_notice(world.hq, incident_id, told="Combatant command", how="Message", told_on="2026-11-21")
    for part in list(ReportPart)[:-1]:
        describe_incident(world.hq, incident_id, part, f"About {part}")
    with pytest.raises(Refusal) as refused:
        file_report(world.hq, incident_id, filed_on="2026-11-21", reference="IR-17")
    assert (refused.value.code, refused.value.values["parts"]) == ("incident.parts_open", [ReportPart.PREVENTION])
    describe_incident(world.hq, incident_id, ReportPart.PREVENTION, "Two locks")
    describe_incident(world.hq, incident_id, ReportPart.PREVENTION, "Two locks and a log")
    world.clock.instant += timedelta(days=40)
    ((_, clock),) = register(world.hq).incidents
    assert (clock.state, clock.days_left) == (ReportState.OVERDUE, -11)
    file_report(world.hq, incident_id, filed_on="2026-12-20", reference="IR-17")
    ((row, clock),) = register(world.hq).incidents
    assert (clock.state, row.filed_on) == (ReportState.FILED, "2026-12-20")
    held = world.hq.read(incident, incident_id)
    assert {part.part: part.text for part in held.parts}[ReportPart.PREVENTION] == "Two locks and a log"
    assert [one.told for one in held.notices] == ["Combatant command"]


@pytest.mark.parametrize(
    ("other", "code"),
    [
        ({"kind": "miracle"}, "incident.kind"),
        ({"known_on": "2026-11-23"}, "incident.known_on"),
        ({"known_on": "yesterday"}, "incident.known_on"),
        ({"what": " "}, "incident.what"),
        ({"what": "x" * 2001}, "note.too_long"),
    ],
)
def test_an_incident_without_what_it_needs_is_refused(world: World, other: dict[str, str], code: str) -> None:
    with pytest.raises(Refusal) as refused:
        recorded(world, world.hq.read(find_item_ids, ItemFilter())[0], **other)
    assert refused.value.code == code
    assert register(world.hq).incidents == ()


def test_unknown_items_incidents_and_parts_are_refused(world: World) -> None:
    for act, code in (
        (lambda: recorded(world), "incident.items"),
        (lambda: recorded(world, "nothing"), "item.unknown"),
        (lambda: describe_incident(world.hq, "nothing", "recovery", "x"), "incident.unknown"),
        (lambda: describe_incident(world.hq, "nothing", "weather", "x"), "incident.part"),
        (lambda: describe_incident(world.hq, "nothing", "recovery", " "), "incident.text"),
        (lambda: note_notice(world.hq, "nothing", told="", how="x", told_on="2026-11-21"), "incident.notice"),
        (lambda: note_notice(world.hq, "nothing", told="x", how="x", told_on="2099-01-01"), "incident.told_on"),
        (lambda: file_report(world.hq, "nothing", filed_on="2026-11-21", reference=" "), "incident.reference"),
        (lambda: recorded_on_device(world), "permission.denied"),
    ):
        with pytest.raises(Refusal) as refused:
            act()
        assert refused.value.code == code


def recorded_on_device(world: World) -> None:
    record_incident(world.device, kind="loss", known_on="2026-11-20", source="x", what="x", item_ids=["x"])


def test_any_order_of_arrival_gives_the_same_register(tmp_path: Path, hq_backend: Callable[[], str | None]) -> None:
    def facts(store: str) -> list[f.Fact]:
        at = f"2026-02-0{store[-1]}"
        return [
            f.IncidentItemsAdded(observed_at=at, incident_id="i", item_ids=("b", store)),
            f.IncidentRecorded(
                observed_at=at,
                incident_id="i",
                kind="loss",
                known_on=at,
                source=store,
                what="x",
                item_ids=("a",),
                list_version="1",
            ),
            f.IncidentDescribed(observed_at=at, incident_id="i", part="recovery", text=store),
            f.IncidentNotified(
                observed_at=at, notice_id="n", incident_id="i", told=store, how="x", told_on=at, reference=""
            ),
            f.IncidentReportFiled(observed_at=at, report_id=store, incident_id="i", filed_on=at, reference="x"),
        ]

    outcomes = []
    for seed in range(3):
        named = StoreName("id", "HQ-01", "hq", 1)
        with closing(Store.create(tmp_path / str(seed), KEY, named, Clock(), hq_backend())) as store:
            chains = [chain("HQ-02", facts("HQ-02")), chain("HQ-03", facts("HQ-03"))]
            outcomes += told_in_any_order(store, chains, random.Random(seed))
    assert all(one == outcomes[0] for one in outcomes)
    assert [row[1] for row in outcomes[0]["incident_items"]] == ["HQ-02", "HQ-03", "a", "b"]
