"""Records of sites and cases: any interleaving of their facts gives the same tables, and the newest value counts."""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from db import bulk
from db.queries import records
from db.site_tables import case_values, site_values
from db.store import Store, StoreName
from eum_app.domain import facts as f
from eum_app.domain.records import Access, CaseField, Position, SiteField
from eum_app.domain.vocabulary import Unknown
from tests.builders import Clock
from tests.examples import with_stores
from tests.integration.test_projection import AUTHOR, KEY, Tables, chain, told_in_any_order


def site_fact(at: str, values: dict[str, str], *, site_id: str = "s1", effective_on: str = "") -> f.SiteDescribed:
    return f.SiteDescribed(
        observed_at=at, site_id=site_id, values=values, effective_on=effective_on, source=f"Letter {at}", reason=""
    )


def case_fact(
    at: str, values: dict[str, str], *, case_id: str = "XX-B-ABC", program: str = "golden_sentry"
) -> f.CaseDescribed:
    return f.CaseDescribed(
        observed_at=at,
        case_id=case_id,
        program=program,
        country="XX",
        values=values,
        effective_on="",
        source="LOA",
        reason="",
    )


def line_fact(at: str, quantity: int | None, *, rsn: str = "001", delivered_on: str = "") -> f.CaseLineDelivered:
    return f.CaseLineDelivered(
        observed_at=at,
        case_id="XX-B-ABC",
        rsn=rsn,
        quantity=quantity,
        nomenclature="Night vision goggle NVG-31A",
        part_number="NVG-31A",
        delivered_on=delivered_on,
        source="C1 list",
        reason="",
    )


times = st.sampled_from([f"2026-02-{day:02d}" for day in range(1, 5)])
values = st.sampled_from(["", "one", "two"])
facts = st.one_of(
    st.builds(
        lambda at, field, value, other: site_fact(at, {field: value, "address": other}),
        times,
        st.sampled_from([*SiteField, "a_newer_field"]),
        values,
        values,
    ),
    st.builds(
        lambda at, field, value, program: case_fact(at, {field: value}, program=program),
        times,
        st.sampled_from(list(CaseField)),
        values,
        st.sampled_from(["golden_sentry", "blue_lantern"]),
    ),
    st.builds(line_fact, times, st.sampled_from([None, 0, 40, 120])),
    st.builds(lambda at: f.SiteRegistered(observed_at=at, site_id="s1", name=f"Depot {at}", country="XX"), times),
)


@with_stores(12)
@given(st.lists(facts, max_size=8), st.lists(facts, max_size=8), st.randoms(use_true_random=False))
def test_any_interleaving_gives_the_same_records(
    tmp_path_factory: pytest.TempPathFactory,
    hq_backend: Callable[[], str | None],
    first: list[f.Fact],
    second: list[f.Fact],
    rnd: random.Random,
) -> None:
    chains = [chain("HQ-02", first), chain("HQ-03", second)]
    outcomes: list[Tables] = []
    for _ in range(2):
        named = StoreName("id", "HQ-01", "hq", 1)
        folder = tmp_path_factory.mktemp("store")
        with (
            closing(Store.create(folder, KEY, named, Clock(), hq_backend())) as store,
            pytest.MonkeyPatch.context() as patched,
        ):
            patched.setattr(bulk, "WORTHWHILE", rnd.choice([1, 200]))
            outcomes += told_in_any_order(store, chains, rnd)
    assert outcomes[0] == outcomes[1] == outcomes[2] == outcomes[3]


@pytest.fixture
def store(tmp_path: Path, hq_backend: Callable[[], str | None]) -> Store:
    return Store.create(tmp_path / "s", KEY, StoreName("id", "HQ-01", "hq", 1), Clock(), hq_backend())


def test_of_each_field_the_newest_statement_counts_whatever_came_first(store: Store) -> None:
    registered = f.SiteRegistered(observed_at="2026-01-01", site_id="s1", name="Depot 7", country="XX")
    here = chain(
        "HQ-02",
        [
            registered,
            site_fact("2026-01-05", {"position": "50.450100 30.523400", "access": "open", "address": "Gate 3"}),
            site_fact("2026-03-01", {"access": "closed"}, effective_on="2026-02-20"),
        ],
    )
    there = chain("HQ-03", [site_fact("2026-02-01", {"access": "restricted", "address": ""})])
    with store.writing(AUTHOR) as transaction:
        transaction.append(here, known_at=1)
        transaction.append(there, known_at=2)
    with store.reading() as connection:
        (site,) = records.site_records(connection)
        changes = records.site_history(connection, "s1")
        before = records.site_record(connection, "s1", as_of="2026-02-19")
        at_first = records.site_record(connection, "s1", as_of="2026-01-31")
    store.close()
    assert (site.name, site.access, site.access_since) == ("Depot 7", Access.CLOSED, "2026-02-20")
    assert (site.text("address"), site.values["address"].source) == ("", "Letter 2026-02-01")
    assert site.position == Position(50.4501, 30.5234)
    assert (changes[0].stated.field, changes[0].stated.value, changes[0].origin) == ("access", "closed", "HQ-02")
    assert len(changes) == 6
    assert (before.access, at_first.access, at_first.text("address")) == ("restricted", "open", "Gate 3")


def test_values_and_fields_of_a_newer_version_are_kept_and_shown_as_unknown(store: Store) -> None:
    odd = site_fact("2026-01-05", {"access": "by drone", "position": "north", "radius_m": "?", "moat": "two"})
    registered = f.SiteRegistered(observed_at="2026-01-01", site_id="s1", name="Depot 7", country="XX")
    with store.writing(AUTHOR) as transaction:
        transaction.append(chain("HQ-02", [registered, odd]), known_at=1)
    with store.reading() as connection:
        site = records.site_record(connection, "s1")
        copies = records.site_record_facts(connection, ["s1"])
    store.close()
    assert site.access == Unknown("by drone")
    assert (site.position, site.radius_m, site.certified_until) == (None, None, None)
    assert copies == [odd]


def test_lines_state_totals_that_can_be_taken_back(store: Store) -> None:
    told = [
        case_fact("2026-01-02", {"accepted_on": "2025-12-01"}),
        line_fact("2026-01-03", 100, delivered_on="2025-12-20"),
        line_fact("2026-01-04", 120, delivered_on="2026-01-02"),
        line_fact("2026-01-05", 7, rsn="002", delivered_on="2026-01-02"),
        line_fact("2026-01-06", None, rsn="002"),
    ]
    with store.writing(AUTHOR) as transaction:
        transaction.append(chain("HQ-02", told), known_at=1)
    with store.reading() as connection:
        case = records.case_record(connection, "XX-B-ABC")
        earlier = records.case_record(connection, "XX-B-ABC", as_of="2025-12-31")
        history = records.case_history(connection, "XX-B-ABC")
        copies = records.case_record_facts(connection, ["XX-B-ABC"], "golden_sentry")
        foreign = records.case_record_facts(connection, ["XX-B-ABC"], "blue_lantern")
    store.close()
    assert [(line.rsn, line.quantity) for line in case.lines] == [("001", 120), ("002", None)]
    assert (case.delivered, earlier.delivered) == (120, 100)
    assert [change.stated.field for change in history] == [
        "line 002",
        "line 002",
        "line 001",
        "line 001",
        "accepted_on",
    ]
    assert foreign == []
    assert [f.kind_of(fact) for fact in copies] == ["CaseDescribed", "CaseLineDelivered", "CaseLineDelivered"]


def test_copies_for_a_device_lead_to_the_same_record(store: Store, tmp_path: Path) -> None:
    told: list[f.Fact] = [
        f.SiteRegistered(observed_at="2026-01-01", site_id="s1", name="Depot 7", country="XX"),
        site_fact("2026-01-05", {"access": "open", "address": "Gate 3"}),
        site_fact("2026-03-01", {"access": "closed", "certificate": "C-1"}, effective_on="2026-02-20"),
        site_fact("2026-03-02", {"address": ""}),
    ]
    with store.writing(AUTHOR) as transaction:
        transaction.append(chain("HQ-02", told), known_at=1)
    device = Store.create(tmp_path / "d", KEY, StoreName("id", "FLD-1", "field", 1), Clock())
    with store.reading() as connection:
        copies = [told[0], *records.site_record_facts(connection, ["s1"])]
        ours = records.site_record(connection, "s1")
    with device.writing(AUTHOR) as transaction:
        transaction.append(chain("HQ-01→FLD-1", copies), known_at=1)
    with device.reading() as connection:
        theirs = records.site_record(connection, "s1")
    store.close()
    device.close()
    assert {name: (one.value, one.effective_on, one.source) for name, one in ours.values.items()} == {
        name: (one.value, one.effective_on, one.source) for name, one in theirs.values.items()
    }


def test_tables_keep_every_statement(store: Store) -> None:
    with store.writing(AUTHOR) as transaction:
        transaction.append(chain("HQ-02", [site_fact("2026", {"access": one}) for one in ("open", "closed")]), 1)
        transaction.append(chain("HQ-03", [case_fact("2026", {"control_plan": "CP-1"})]), 1)
    with store.reading() as connection:
        assert len(connection.execute(select(site_values)).all()) == 2
        assert len(connection.execute(select(case_values)).all()) == 1
    store.close()
