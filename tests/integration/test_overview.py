"""The figures of HQ's first page and the activity log, on both kinds of database, against what was recorded."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from db.queries import activity as log
from db.queries.activity import ActivityFilter
from db.queries.overview import book_figures, device_lines, work_figures
from db.queries.visits import work_ids
from eum_app.domain import facts as f
from eum_app.domain.compliance import clocks
from eum_app.domain.compliance.clocks import ClockTrigger
from eum_app.domain.errors import Refusal
from eum_app.usecases.exchange.receive import import_bundles
from eum_app.usecases.exchange.seal_bundle import seal_results
from eum_app.usecases.visits.record_check import RecordedCheck, record_check, withdraw_checks
from tests.builders import World, make_world, typed, yes_to_all
from tests.clocks import clock_counts

TODAY = date(2026, 11, 22)
Backend = Callable[[], str | None]


@pytest.fixture
def world(tmp_path: Path, hq_backend: Backend) -> Iterator[World]:
    made = make_world(tmp_path, database_url=hq_backend())
    yield made
    made.close()


def listed(number: int, **fields: str) -> f.ItemListed:
    names = [name for name in f.ItemListed.__struct_fields__ if name not in {"line", "observed_at"}]
    plain = {"eum_level": "EEUM", "disposition": "ON_HAND", "country": "YY", "nomenclature": "LAUNCH UNIT, TYPE B"}
    values = dict.fromkeys(names, "") | plain | {"item_id": f"item-{number}", "serial": f"LU{number}"} | fields
    return f.ItemListed(observed_at="2026-01-01T00:00:00.000000Z", line=number, **values)


def list_items(world: World, rows: list[f.ItemListed]) -> None:
    with world.hq.writing() as transaction:
        for row in rows:
            transaction.record(row)


def verify(world: World, visit_id: str, item_id: str) -> RecordedCheck:
    return record_check(
        world.device,
        visit_id=visit_id,
        item_id=item_id,
        outcome="verified",
        mark=typed("x"),
        answers=yes_to_all(),
    )


def days_ago(days: int) -> str:
    return (TODAY - timedelta(days=days)).isoformat()


def random_items(seed: int, number: int) -> list[f.ItemListed]:
    """Items around every day on which a clock turns, and some whose dates are none."""
    chance = random.Random(seed)
    turns = (0, 30, 59, 60, 61, 89, 90, 91, 334, 335, 336, 364, 365, 366, 367, 400, 800)
    made = []
    for at in range(number):
        dates = ["", "soon", *[days_ago(chance.choice(turns) + chance.choice((-1, 0, 1))) for _ in range(6)]]
        made.append(
            listed(
                at,
                eum_level=chance.choice(("EEUM", "EEUM", "EEUM", "REUM", "")),
                disposition=chance.choice(("ON_HAND", "IN_TRANSIT", "EXPENDED", "LOST")),
                ship_date=chance.choice(dates),
                delivery_date=chance.choice(dates),
                last_inventory=chance.choice(dates),
                country=chance.choice(("YY", "ZZ")),
            )
        )
    return made


@pytest.mark.parametrize("trigger", ClockTrigger)
def test_the_figures_are_those_of_the_clocks(world: World, trigger: str) -> None:
    list_items(world, random_items(7, 400))
    for today in (TODAY, date(2028, 2, 29), date(2027, 3, 1)):
        figures = world.hq.read(book_figures, today, trigger)
        counts = Counter(world.hq.read(clock_counts, today, trigger))
        overdue = (
            counts[clocks.ClockState.NEVER] + counts[clocks.ClockState.INITIAL_OVERDUE] + counts[clocks.ClockState.LATE]
        )
        tally = figures.monitored
        assert figures.items == sum(counts.values())
        assert tally.total == figures.items - counts[clocks.ClockState.NOT_SUBJECT]
        assert (tally.due_soon, tally.overdue, tally.no_date) == (
            counts[clocks.ClockState.DUE_SOON],
            overdue,
            counts[clocks.ClockState.NO_DATE],
        )
        assert tally.on_time == counts[clocks.ClockState.IN_TIME] + counts[clocks.ClockState.INITIAL_PENDING]
        assert figures.late == counts[clocks.ClockState.LATE]
        assert figures.never == overdue - counts[clocks.ClockState.LATE]
        for lines in (figures.by_country, figures.by_site, figures.by_quarter):
            assert sum(line.tally.total for line in lines) == tally.total
        assert sum(line.items for line in figures.overdue_longest) == overdue


def test_overdue_longest_comes_first_by_type_and_site(world: World) -> None:
    list_items(
        world,
        [
            listed(1, delivery_date=days_ago(700), last_inventory=days_ago(365 + 40), part_number="LU-2"),
            listed(2, delivery_date=days_ago(700), last_inventory=days_ago(365 + 10), part_number="LU-2"),
            listed(3, delivery_date=days_ago(90 + 100), nomenclature="MISSILE, TYPE C"),
        ],
    )
    figures = world.hq.read(book_figures, TODAY)
    first, second = figures.overdue_longest
    assert (first.nomenclature, first.items, first.days_over) == ("MISSILE, TYPE C", 1, 100)
    assert (second.part_number, second.items, second.days_over) == ("LU-2", 2, 40)
    assert (figures.never, figures.late) == (1, 2)


def test_a_check_moves_an_item_into_this_quarter_and_a_withdrawn_one_does_not(world: World) -> None:
    hq = world.hq
    before = hq.read(book_figures, date(2027, 1, 15))
    assert (before.monitored.overdue, before.late) == (6, 6)
    planned = world.plan()
    world.hand_over()
    first, second = world.device.read(work_ids, planned.visit_id)[:2]
    for item_id in (first, second):
        made = verify(world, planned.visit_id, item_id)
    withdraw_checks(world.device, [made.check_id], "slip")
    assert hq.read(work_figures, TODAY).visits_open == 1
    import_bundles(hq, [seal_results(world.device, world.drop).path])
    after = hq.read(book_figures, date(2027, 1, 15))
    assert (after.monitored.overdue, after.inventoried) == (5, 1)
    assert {line.starts_on: line.tally.total for line in after.by_quarter}[date(2026, 10, 1)] == 1
    line = hq.read(device_lines, hq.name)[0]
    assert (line.device, line.missing_to) == ("FLD-0042", 0)
    assert line.last_bundle_at


def test_open_findings_and_visits_past_due_are_counted(world: World) -> None:
    planned = world.plan()
    world.hand_over()
    record_check(
        world.device,
        visit_id=planned.visit_id,
        item_id="",
        outcome="not_on_list",
        reason="not_in_inventory",
        mark=typed("790112"),
    )
    import_bundles(world.hq, [seal_results(world.device, world.drop).path])
    work = world.hq.read(work_figures, date(2026, 12, 12))
    assert work.findings == {"medium": 1}
    assert work.oldest_finding.startswith("2026-11-21")
    assert (work.visits_open, work.visits_past_due) == (1, 1)
    assert world.hq.read(work_figures, date(2026, 12, 11)).visits_past_due == 0


# The activity log


def test_the_log_holds_every_entry_once_and_newest_first(world: World) -> None:
    ids = world.hq.read(log.activity_ids)
    rows = world.hq.read(log.activity_by_id, ids)
    facets = world.hq.read(log.activity_facets)
    assert len(ids) == len(set(ids)) == len(rows) == facets.total
    moments = [rows[entry_id].recorded_at for entry_id in ids]
    assert moments == sorted(moments, reverse=True)
    assert world.hq.read(log.newest_activity_ids, 10_000) == sorted(
        ids, key=lambda entry_id: rows[entry_id].recorded_at, reverse=True
    )
    assert set(world.hq.read(log.newest_activity_ids, 5)) <= set(ids)
    for facet in (facets.actors, facets.kinds, facets.origins, facets.days):
        assert sum(facet.values()) == facets.total


def test_filters_and_search_find_what_was_recorded(world: World) -> None:
    planned = world.plan()
    world.hand_over()
    item_id = world.device.read(work_ids, planned.visit_id)[0]
    verify(world, planned.visit_id, item_id)
    import_bundles(world.hq, [seal_results(world.device, world.drop).path])

    def found(**wanted: str) -> list[log.ActivityRow]:
        ids = world.hq.read(log.activity_ids, ActivityFilter(**wanted))
        assert world.hq.read(log.activity_count, ActivityFilter(**wanted)) == len(ids)
        return list(world.hq.read(log.activity_by_id, ids).values())

    checks = found(kind="CheckRecorded")
    assert [(row.actor, row.origin, row.subject, row.subject_name, row.outcome) for row in checks] == [
        ("INS-017", "FLD-0042", "item", "786950", "verified")
    ]
    assert {row.origin for row in found(origin="FLD-0042")} == {"FLD-0042"}
    assert {row.actor for row in found(actor="INS-017")} == {"INS-017"}
    assert found(day="2026-11-20") == []
    assert len(found(day="2026-11-21")) == world.hq.read(log.activity_facets).total
    # The check names the item by its id only: the serial number finds it all the same.
    assert {row.kind for row in found(words="786950")} >= {"ItemListed", "CheckRecorded", "VisitPlanned"}
    assert [row.kind for row in found(words="786950 fld-0042 verified")] == ["CheckRecorded"]
    assert found(words="no-such-word") == []
    assert found(words="100%") == []


def test_what_is_unknown_or_altered_is_shown_as_such(world: World) -> None:
    entry_id = world.hq.read(log.activity_ids, ActivityFilter(kind="InventoryImported"))[0]
    detail = world.hq.read(log.activity_entry, entry_id)
    assert detail.is_whole
    assert detail.row.subject_name == "inventory.csv"
    assert b"inventory.csv" in detail.entry.payload
    for unknown in ("", "1|2", "x|y|z", "1|999999|HQ-01"):
        with pytest.raises(Refusal) as refused:
            world.hq.read(log.activity_entry, unknown)
        assert refused.value.code == "entry.unknown"


def test_an_export_reads_the_same_entries_in_the_order_of_their_chains(world: World) -> None:
    wanted = ActivityFilter(actor="REV-004")
    with world.hq.store.reading() as connection:
        rows = [(row, entry) for row, entry in log.activity_rows(connection, wanted)]
    assert {row.entry_id for row, _ in rows} == set(world.hq.read(log.activity_ids, wanted))
    places = [(entry.origin, entry.epoch, entry.seq) for _, entry in rows]
    assert places == sorted(places)
